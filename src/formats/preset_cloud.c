/**
 * @file src/formats/preset_cloud.c  What cloud PBXs of Russia give out
 *
 * Decides nothing by itself: tables of what their interfaces are documented,
 * or were seen by others, to answer. None but Zadarma tells a price; where a
 * word is not known for sure, an answer is told by the length of the talk.
 */
#include "preset_table.h"

/* stats/result has no header; these are the fields in the order that its
 * documentation asks for them. Rows of one call share entry_id. */
static const struct record_setting mango[] = {
	{ "delimiter", "semicolon" },
	{ "order", "records,start,finish,answer,from_extension,from_number,"
	  "to_extension,to_number,disconnect_reason,line_number,location,"
	  "entry_id" },
	{ "time", "epoch" },
	{ "group", "linked" },
	{ "linked_id", "entry_id" },
	{ "start", "start" },
	{ "answer", "answer" },
	{ "end", "finish" },
	{ "caller", "from_number,from_extension" },
	{ "callee", "to_number,to_extension" },
	{ "number", "line_number" },
	{ "extension", "from_extension,to_extension" },
	/* staff may call by their mobiles, which is no forward */
	{ "caller_extension", "from_extension" },
	{ "forwards", "yes" },
	{ NULL, NULL }
};

static const struct record_setting rostelecom[] = {
	{ "order", "session_id,call_type,direction,state,orig_number,"
	  "orig_pin,dest_number,answering_sipuri,answering_pin,"
	  "start_call_date,duration,is_voicemail,is_record,is_fax,"
	  "status_code,status_string" },
	{ "zone", "Europe/Moscow" },
	{ "ring", "yes" },
	{ "call_id", "session_id" },
	{ "start", "start_call_date" },
	{ "duration", "duration" },
	{ "caller", "orig_number,orig_pin" },
	{ "callee", "dest_number,answering_pin" },
	{ "extension", "orig_pin,answering_pin" },
	{ "direction", "direction" },
	{ "directions.1", "inbound" },
	{ "directions.2", "outbound" },
	{ "directions.3", "internal" },
	{ "status", "status_code" },
	{ "statuses.200", "answered" },
	{ "statuses.486", "busy" },
	{ "statuses.487", "cancelled" },
	{ "statuses.408", "no_answer" },
	{ "statuses.480", "no_answer" },
	{ "statuses.*", "unknown" },
	{ NULL, NULL }
};

/* Both spellings of "received" are seen. */
#define HISTORY \
	{ "directions.in*", "inbound" }, \
	{ "directions.terminating", "inbound" }, \
	{ "directions.out*", "outbound" }, \
	{ "directions.originating", "outbound" }, \
	{ "directions.*", "unknown" }, \
	{ "status", "status" }, \
	{ "statuses.RECIEVED", "answered" }, \
	{ "statuses.RECEIVED", "answered" }, \
	{ "statuses.ANSWERED", "answered" }, \
	{ "statuses.MISSED", "no_answer" }, \
	{ "statuses.*", "unknown" }

static const struct record_setting beeline[] = {
	{ "format", "json" },
	{ "ring", "yes" },
	{ "length", "ms" },
	{ "time", "epoch_ms" },
	/* our numbers have ten digits, callers eleven */
	{ "ten_digits", "7" },
	{ "call_id", "callId,id" },
	{ "start", "startDate" },
	{ "duration", "duration" },
	{ "caller", "phone_from,phoneFrom" },
	{ "callee", "phone_to,phoneTo" },
	{ "extension", "abonent.extension" },
	{ "department", "department,abonent.department" },
	{ "direction", "direction" },
	HISTORY,
	{ NULL, NULL }
};

static const struct record_setting mts[] = {
	{ "format", "json" },
	{ "records", "content" },
	{ "ring", "yes" },
	{ "time", "epoch_ms" },
	{ "call_id", "extTrackingId" },
	{ "start", "callTime" },
	{ "duration", "duration,callDuration" },
	{ "caller", "callingNumber" },
	{ "callee", "calledNumber" },
	{ "direction", "direction" },
	HISTORY,
	{ NULL, NULL }
};

static const struct record_setting megafon[] = {
	{ "order", "UID,type,client,account,via,start,wait,duration,record,"
	  "quality_control" },
	{ "time", "%Y%m%dT%H%M%S%z" },
	{ "call_id", "UID" },
	{ "start", "start" },
	{ "setup", "wait" },
	{ "duration", "duration" },
	{ "party", "client" },
	{ "number", "via" },
	{ "extension", "account" },
	{ "direction", "type" },
	{ "directions.in*", "inbound" },
	{ "directions.missed", "inbound" },
	{ "directions.out*", "outbound" },
	{ "status", "type" },
	{ "statuses.missed", "no_answer" },
	{ "statuses.*", "unknown" },
	{ NULL, NULL }
};

/* `cost` is the price of a minute, `billcost` what the call cost. */
static const struct record_setting zadarma[] = {
	{ "format", "json" },
	{ "records", "stats" },
	{ "zone", "required" },
	{ "call_id", "id" },
	{ "start", "callstart" },
	{ "duration", "billseconds" },
	{ "caller", "from" },
	{ "callee", "to" },
	{ "extension", "sip" },
	{ "cost", "billcost" },
	{ "currency", "currency" },
	{ "status", "disposition" },
	{ "statuses.answered", "answered" },
	{ "statuses.no answer", "no_answer" },
	{ "statuses.busy", "busy" },
	{ "statuses.cancel", "cancelled" },
	{ "statuses.*", "failed" },
	{ NULL, NULL }
};

const struct record_preset tw__preset_mango = { "mango", mango };
const struct record_preset tw__preset_rostelecom = {
	"rostelecom", rostelecom
};
const struct record_preset tw__preset_beeline = { "beeline", beeline };
const struct record_preset tw__preset_mts = { "mts", mts };
const struct record_preset tw__preset_megafon = { "megafon", megafon };
const struct record_preset tw__preset_zadarma = { "zadarma", zadarma };
