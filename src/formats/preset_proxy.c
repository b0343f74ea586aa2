/**
 * @file src/formats/preset_proxy.c  What Kamailio and OpenSIPS write
 *
 * Decides nothing by itself: tables of their acc modules' database rows, as
 * exported with a header. Neither stores caller and callee unless told to
 * (db_extra, cdr_extra): the names of their default configurations are known
 * here, others go into a mapping.
 *
 * By transaction a call is two rows, INVITE and BYE of one Call-ID; the
 * INVITE's time is that of its final response. By dialog it is one. A call
 * whose BYE was lost has no end in the first case and, in the second, lasts
 * as long as its dialog was kept: 12 hours unless configured otherwise, which
 * is where longest_s draws the line.
 */
#include "preset_table.h"

#define CODES(name) \
	{ "status", name }, \
	{ "statuses.2*", "answered" }, \
	{ "statuses.486", "busy" }, { "statuses.600", "busy" }, \
	{ "statuses.487", "cancelled" }, \
	{ "statuses.408", "no_answer" }, { "statuses.480", "no_answer" }, \
	{ "statuses.3*", "failed" }, { "statuses.4*", "failed" }, \
	{ "statuses.5*", "failed" }, { "statuses.6*", "failed" }

#define PARTIES \
	{ "caller", "src_user,caller,caller_id,from_user,from_uri" }, \
	{ "callee", "dst_ouser,callee,callee_id,dst_user,to_user,to_uri" }, \
	{ "accountcode", "accountcode,account" }, \
	{ "trunk", "trunk,gateway,carrier_trunk" }

#define METHODS \
	{ "role", "method" }, \
	{ "roles.INVITE", "call" }, { "roles.BYE", "end" }, \
	{ "roles.*", "none" }

static const struct record_setting kamailio_acc[] = {
	{ "zone", "required" },
	{ "header", "yes" },
	{ "group", "linked" },
	{ "longest_s", "43199" },
	{ "call_id", "callid" },
	{ "sequence", "id" },
	{ "start", "time" },
	METHODS,
	CODES("sip_code"),
	PARTIES,
	{ NULL, NULL }
};

static const struct record_setting kamailio_cdrs[] = {
	{ "zone", "required" },
	{ "header", "yes" },
	{ "longest_s", "43199" },
	{ "call_id", "callid,call_id" },
	{ "sequence", "id" },
	{ "start", "start_time" },
	{ "end", "end_time" },
	{ "duration", "duration" },
	CODES("sip_code"),
	{ "statuses.*", "unknown" },
	PARTIES,
	{ NULL, NULL }
};

static const struct record_setting opensips_acc[] = {
	{ "zone", "required" },
	{ "header", "yes" },
	{ "group", "linked" },
	{ "longest_s", "43199" },
	{ "call_id", "callid" },
	{ "sequence", "id" },
	/* `time` of a call is that of its answer */
	{ "start", "created,time" },
	{ "setup", "setuptime" },
	{ "duration", "ms_duration as ms,duration" },
	METHODS,
	CODES("sip_code"),
	PARTIES,
	{ NULL, NULL }
};

const struct record_preset tw__preset_kamailio_acc = {
	"kamailio_acc", kamailio_acc
};
const struct record_preset tw__preset_kamailio_cdrs = {
	"kamailio_cdrs", kamailio_cdrs
};
const struct record_preset tw__preset_opensips_acc = {
	"opensips_acc", opensips_acc
};
