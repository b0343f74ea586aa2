/**
 * @file src/formats/preset_freeswitch.c  What FreeSWITCH writes
 *
 * Decides nothing by itself: tables of mod_cdr_csv's templates and of the
 * records of mod_json_cdr and mod_xml_cdr, from their documented layout.
 * Epochs go before stamps, which have no zone. A bridge leaves a record for
 * each side when `legs` is ab; the far side is told by the other's uuid.
 */
#include "preset_table.h"

/* Q.850 and FreeSWITCH's own causes. Who hung up when nobody had answered is
 * all that they are asked for: an answered call is known by its answer. */
#define CAUSES(name) \
	{ "status", name }, \
	{ "statuses.NORMAL_CLEARING", "unknown" }, \
	{ "statuses.SUCCESS", "unknown" }, \
	{ "statuses.ALLOTTED_TIMEOUT", "unknown" }, \
	{ "statuses.USER_BUSY", "busy" }, \
	{ "statuses.NO_ANSWER", "no_answer" }, \
	{ "statuses.NO_USER_RESPONSE", "no_answer" }, \
	{ "statuses.PROGRESS_TIMEOUT", "no_answer" }, \
	{ "statuses.ORIGINATOR_CANCEL", "cancelled" }, \
	{ "statuses.LOSE_RACE", "cancelled" }, \
	{ "statuses.PICKED_OFF", "cancelled" }, \
	{ "statuses.ATTENDED_TRANSFER", "unknown" }, \
	{ "statuses.BLIND_TRANSFER", "unknown" }, \
	{ "statuses.", "unknown" }, \
	{ "statuses.*", "failed" }

/* Side by side in every template. bleg_uuid is no longer set by today's
 * FreeSWITCH; the others must be added to a template. */
#define CSV_COLUMNS \
	{ "zone", "required" }, \
	{ "line_prefix", "INSERT INTO cdr VALUES (" }, \
	{ "line_suffix", ");" }, \
	{ "group", "sides" }, \
	{ "call_id", "uuid" }, \
	{ "linked_id", "call_uuid" }, \
	{ "peer_id", "bleg_uuid,originating_leg_uuid,bridge_uuid," \
	  "signal_bond" }, \
	{ "start", "start_uepoch as epoch_us,start_epoch as epoch," \
	  "start_stamp" }, \
	{ "answer", "answer_uepoch as epoch_us,answer_epoch as epoch," \
	  "answer_stamp" }, \
	{ "end", "end_uepoch as epoch_us,end_epoch as epoch,end_stamp" }, \
	{ "duration", "billmsec as ms,billsec" }, \
	{ "caller", "caller_id_number" }, \
	{ "callee", "destination_number" }, \
	{ "accountcode", "accountcode" }, \
	{ "trunk", "sip_gateway_name" }, \
	CAUSES("hangup_cause")

static const struct record_setting csv[] = {
	CSV_COLUMNS,
	{ "order", "caller_id_name,caller_id_number,destination_number,"
	  "context,start_stamp,answer_stamp,end_stamp,duration,billsec,"
	  "hangup_cause,uuid,bleg_uuid,accountcode,read_codec,write_codec" },
	{ NULL, NULL }
};

static const struct record_setting as_asterisk[] = {
	CSV_COLUMNS,
	{ "order", "accountcode,caller_id_number,destination_number,context,"
	  "caller_id,channel_name,bridge_channel,last_app,last_arg,"
	  "start_stamp,answer_stamp,end_stamp,duration,billsec,"
	  "hangup_cause,amaflags,uuid,userfield" },
	{ NULL, NULL }
};

#define VARIABLES(profile) \
	{ "percent", "yes" }, \
	{ "group", "sides" }, \
	{ "call_id", "variables.uuid" }, \
	{ "linked_id", "variables.call_uuid" }, \
	{ "peer_id", "variables.originating_leg_uuid" }, \
	{ "start", "variables.start_uepoch as epoch_us," \
	  "variables.start_epoch as epoch,variables.start_stamp" }, \
	{ "answer", "variables.answer_uepoch as epoch_us," \
	  "variables.answer_epoch as epoch,variables.answer_stamp" }, \
	{ "end", "variables.end_uepoch as epoch_us," \
	  "variables.end_epoch as epoch,variables.end_stamp" }, \
	{ "duration", "variables.billmsec as ms,variables.billsec" }, \
	{ "caller", profile ".caller_id_number," \
	  "variables.caller_id_number" }, \
	{ "callee", profile ".destination_number," \
	  "variables.destination_number" }, \
	{ "accountcode", "variables.accountcode" }, \
	{ "trunk", "variables.sip_gateway_name,variables.sip_gateway" }, \
	CAUSES("variables.hangup_cause")

static const struct record_setting json[] = {
	{ "format", "json" },
	VARIABLES("callflow.0.caller_profile"),
	{ NULL, NULL }
};

/* callflow is there once for each transfer, the latest first. */
static const struct record_setting xml[] = {
	{ "format", "xml" },
	VARIABLES("callflow.caller_profile"),
	{ NULL, NULL }
};

const struct record_preset tw__preset_freeswitch_csv = {
	"freeswitch_csv", csv
};
const struct record_preset tw__preset_freeswitch_asterisk = {
	"freeswitch_asterisk", as_asterisk
};
const struct record_preset tw__preset_freeswitch_json = {
	"freeswitch_json", json
};
const struct record_preset tw__preset_freeswitch_xml = {
	"freeswitch_xml", xml
};
