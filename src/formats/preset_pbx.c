/**
 * @file src/formats/preset_pbx.c  What 3CX, CUCM, Yeastar, cdr-stats write
 *
 * Decides nothing by itself: tables of their documented columns.
 *
 * 3CX: which columns there are and in which order is the administrator's
 * choice; here the order that its documentation lists, or a header's. Whether
 * "duration" is talk is told by neither, so the length is that from answer to
 * end. CUCM: the numbers that were dialled and that were reached differ when
 * a call was forwarded; the one that was reached costs money, the one that was
 * dialled is ours where the call came from outside.
 */
#include "preset_table.h"

static const struct record_setting threecx[] = {
	{ "zone", "required" },
	{ "time", "%Y/%m/%d %H:%M:%S" },
	{ "order", "historyid,callid,duration,time-start,time-answered,"
	  "time-end,reason-terminated,from-no,to-no,from-dn,to-dn,dial-no,"
	  "reason-changed,final-number,final-dn,bill-code,bill-rate,"
	  "bill-cost,bill-name,chain,from-type,to-type,final-type,"
	  "from-dispname,to-dispname,final-dispname,missed-queue-calls" },
	{ "strip", "Ext." },
	{ "call_id", "callid" },
	{ "linked_id", "historyid" },
	{ "start", "time-start" },
	{ "answer", "time-answered" },
	{ "end", "time-end" },
	{ "caller", "from-no" },
	{ "callee", "dial-no,to-no" },
	{ "accountcode", "bill-code" },
	/* who hung up is no outcome: an answer is told by its time */
	{ "status", "reason-terminated" },
	{ "statuses.*busy*", "busy" },
	{ "statuses.*cancel*", "cancelled" },
	{ "statuses.noanswer*", "no_answer" },
	{ "statuses.timeout", "no_answer" },
	{ "statuses.*", "unknown" },
	{ NULL, NULL }
};

static const struct record_setting cucm[] = {
	{ "header", "yes" },
	{ "types_line", "yes" },
	{ "time", "epoch" },
	/* 2 are quality records, which have a file of their own */
	{ "role", "cdrRecordType" },
	{ "roles.1", "call" },
	{ "roles.*", "none" },
	{ "call_id", "pkid" },
	{ "linked_id", "globalCallID_callId" },
	{ "start", "dateTimeOrigination" },
	{ "answer", "dateTimeConnect" },
	{ "end", "dateTimeDisconnect" },
	{ "duration", "duration" },
	{ "caller", "callingPartyNumber" },
	{ "callee", "finalCalledPartyNumber,originalCalledPartyNumber" },
	{ "called", "originalCalledPartyNumber" },
	{ "forwards", "yes" },
	{ "accountcode", "clientMatterCode,authorizationCodeValue" },
	/* Q.850 */
	{ "status", "destCause_value,origCause_value" },
	{ "statuses.17", "busy" },
	{ "statuses.18", "no_answer" },
	{ "statuses.19", "no_answer" },
	{ "statuses.*", "unknown" },
	{ NULL, NULL }
};

/* The names are misspelt there too. Rows of one call share its id. */
static const struct record_setting yeastar[] = {
	{ "zone", "required" },
	{ "header", "yes" },
	{ "group", "linked" },
	{ "linked_id", "callid" },
	{ "start", "timestart" },
	{ "total", "callduraction,callduration" },
	{ "duration", "talkduraction,talkduration" },
	{ "caller", "callfrom" },
	{ "callee", "callto" },
	{ "number", "did,didnumber" },
	{ "forwards", "yes" },
	{ "trunk", "dsttrunkname,dsttrcunkname,srctrunkname,trunks" },
	{ "accountcode", "pincode" },
	{ "direction", "type" },
	{ "directions.Inbound", "inbound" },
	{ "directions.Outbound", "outbound" },
	{ "directions.Internal", "internal" },
	{ "directions.*", "unknown" },
	{ "status", "status" },
	{ "statuses.ANSWERED", "answered" },
	{ "statuses.NO ANSWER", "no_answer" },
	{ "statuses.BUSY", "busy" },
	{ "statuses.FAILED", "failed" },
	{ "statuses.VOICEMAIL", "unknown" },
	{ NULL, NULL }
};

/* Its prices have no currency: a mapping may add both. */
static const struct record_setting cdr_stats[] = {
	{ "zone", "required" },
	{ "header", "yes" },
	{ "call_id", "callid,call_id,uuid" },
	{ "start", "starting_date,start_uepoch,start_date" },
	{ "total", "duration" },
	{ "duration", "billsec" },
	{ "caller", "caller_id_number,callerid,cid_number" },
	{ "callee", "destination_number,phone_number" },
	{ "accountcode", "accountcode" },
	{ "direction", "direction" },
	{ "directions.in*", "inbound" },
	{ "directions.out*", "outbound" },
	{ "directions.*", "unknown" },
	{ NULL, NULL }
};

const struct record_preset tw__preset_yeastar = { "yeastar", yeastar };
const struct record_preset tw__preset_cdr_stats = {
	"cdr_stats", cdr_stats
};
const struct record_preset tw__preset_3cx = { "3cx", threecx };
const struct record_preset tw__preset_cucm = { "cucm", cucm };
