/**
 * @file src/formats/preset_native.c  Our own layout of call records
 *
 * Columns by header in any order; call_id and start must be there. Times are
 * ISO 8601; duration is answered seconds.
 */
#include <string.h>
#include "preset_cell.h"

enum {
	N_CALL_ID, N_START, N_ANSWER, N_END, N_CALLER, N_CALLEE, N_TRUNK,
	N_DEPARTMENT, N_DURATION, N_STATUS, N_COST, N_CURRENCY, N_DIRECTION,
	N_LEG, N_LINKED, N_SOURCE, N_SEQUENCE, N_CAMPAIGN, N_EXTENSION,
	N_ACCOUNTCODE, N_NUMBER, N_CARRIER, N_COUNT
};

static const struct preset_column columns[N_COUNT] = {
	{ "call_id", "call_id,callid,uniqueid" },
	{ "start", "start,start_time" },
	{ "answer", "answer,answer_time,answered_at" },
	{ "end", "end,end_time" },
	{ "caller", "caller,from,src" },
	{ "callee", "callee,to,dst" },
	{ "trunk", "trunk" },
	{ "department", "department" },
	{ "duration", "duration,billsec,duration_s" },
	{ "status", "status,disposition" },
	{ "cost", "cost" },
	{ "currency", "currency" },
	{ "direction", "direction" },
	{ "leg", "leg" },
	{ "linked_id", "linked_id,linkedid" },
	{ "source", "source" },
	{ "sequence", "sequence" },
	{ "campaign", "campaign" },
	{ "extension", "extension" },
	{ "accountcode", "accountcode,account_code" },
	{ "number", "number,own_number,did" },
	{ "carrier", "carrier" },
};

static tw_status begin(struct tw__preset *preset, bool *is_header,
		       tw_error *err)
{
	static const int needed[] = { N_CALL_ID, N_START };
	tw_status status = tw__preset_map(preset, err);

	if (status)
		return status;
	for (size_t i = 0; i < TW_ARRAY_COUNT(needed); i++) {
		if (preset->place[needed[i]] < 0)
			return tw__fail_at(err, TW_EPARSE, preset->row.line,
				columns[needed[i]].member, "the header has no "
				"such column; the first line must name call_id"
				", start, caller, callee, duration ...");
	}
	if (preset->place[N_DURATION] < 0 &&
	    (preset->place[N_ANSWER] < 0 || preset->place[N_END] < 0))
		return tw__fail_at(err, TW_EPARSE, preset->row.line,
			"duration", "the header has neither duration nor "
			"answer and end; add one of them");
	*is_header = true;
	return TW_OK;
}

/* "answered" and "no_answer" without a call: nearly all are. */
static bool is_word(struct tw_str text, struct tw_str name)
{
	size_t rest = text.l - 8;

	if (text.l != name.l)
		return false;
	if (text.l >= 8 &&
	    tw__preset_eight(text.p) == tw__preset_eight(name.p) &&
	    tw__preset_eight(&text.p[rest]) ==
	    tw__preset_eight(&name.p[rest]))
		return true;
	return tw__str_ieq(text, name.p);
}

static tw_status read_status(uint32_t *out, const struct tw__preset *preset,
			     tw_error *err)
{
	static const struct {
		struct tw_str name;
		uint32_t status;
	} names[] = {
		{ { "", 0 }, 0 },
		{ { "answered", 8 }, TW_CALL_ANSWERED },
		{ { "answer", 6 }, TW_CALL_ANSWERED },
		{ { "ok", 2 }, TW_CALL_ANSWERED },
		{ { "no_answer", 9 }, TW_CALL_NO_ANSWER },
		{ { "no answer", 9 }, TW_CALL_NO_ANSWER },
		{ { "noanswer", 8 }, TW_CALL_NO_ANSWER },
		{ { "missed", 6 }, TW_CALL_NO_ANSWER },
		{ { "busy", 4 }, TW_CALL_BUSY },
		{ { "failed", 6 }, TW_CALL_FAILED },
		{ { "congestion", 10 }, TW_CALL_FAILED },
		{ { "cancelled", 9 }, TW_CALL_CANCELLED },
		{ { "canceled", 8 }, TW_CALL_CANCELLED },
		{ { "cancel", 6 }, TW_CALL_CANCELLED },
	};
	struct tw_str text = tw__preset_str(preset, N_STATUS);

	for (size_t i = 0; i < TW_ARRAY_COUNT(names); i++) {
		if (is_word(text, names[i].name)) {
			*out = names[i].status;
			return TW_OK;
		}
	}
	return tw__preset_fail(preset, N_STATUS, err, "'%.20s' is not known; "
			       "write answered, no_answer, busy, failed or "
			       "cancelled", tw__preset_cell(preset, N_STATUS));
}

static tw_status read_direction(uint32_t *out,
				const struct tw__preset *preset,
				tw_error *err)
{
	const char *text = tw__preset_cell(preset, N_DIRECTION);

	*out = 0;
	if (!*text)
		return TW_OK;
	if (tw__str_ieq(tw__str_of(text), "in"))
		text = "inbound";
	if (tw__str_ieq(tw__str_of(text), "out"))
		text = "outbound";
	if (tw_direction_parse(out, text, NULL))
		return tw__preset_fail(preset, N_DIRECTION, err, "'%.20s' is "
				       "not known; write inbound, outbound, "
				       "forward or internal", text);
	return TW_OK;
}

static tw_status read_times(tw_cdr *out, struct tw__preset *preset,
			    tw_error *err)
{
	bool given;
	tw_status status = tw__preset_time(&out->start, preset, N_START, 0,
					   err);

	if (!status && !out->start)
		return tw__preset_fail(preset, N_START, err, "is empty; every "
				       "record needs a start");
	if (!status)
		status = tw__preset_time(&out->answer, preset, N_ANSWER,
					 out->start, err);
	if (!status)
		status = tw__preset_time(&out->end, preset, N_END,
			out->answer ? out->answer : out->start, err);
	if (!status)
		status = tw__preset_seconds(&out->duration_us, &given, preset,
					    N_DURATION, err);
	if (status)
		return status;
	if (given)
		return tw__preset_fits(out, preset, N_DURATION, err);
	if (out->answer && out->end >= out->answer)
		out->duration_us = out->end - out->answer;
	else if (out->answer && out->end)
		return tw__preset_fail(preset, N_END, err, "lies before "
				       "answer; check both and their zone");
	else if (out->answer || out->status == TW_CALL_ANSWERED)
		return tw__preset_fail(preset, N_DURATION, err, "is empty for "
				       "an answered call; write answered "
				       "seconds, or answer and end");
	return TW_OK;
}

static tw_status check_status(const tw_cdr *out, struct tw__preset *preset,
			      tw_error *err)
{
	if (!out->answer || !out->duration_us || !out->status ||
	    out->status == TW_CALL_ANSWERED)
		return TW_OK;
	return tw__preset_fail(preset, N_STATUS, err, "says that nobody "
			       "answered, answer and duration that somebody "
			       "did; mend those that are wrong");
}

/* Every member by name: what is left out would be cleared by one sweep over
 * the whole, which costs more than the rest of this. */
static tw_cdr all_texts(const struct tw__preset *preset)
{
	return (tw_cdr){ .size = sizeof(tw_cdr), .direction = 0, .status = 0,
		.leg = 1, .sequence = 0, .flags = 0,
		.call_id = tw__preset_cell(preset, N_CALL_ID),
		.linked_id = tw__preset_cell(preset, N_LINKED),
		.start = 0, .answer = 0, .end = 0, .duration_us = 0,
		.caller = NULL, .callee = NULL, .number = NULL,
		.trunk = tw__preset_cell(preset, N_TRUNK),
		.carrier = tw__preset_cell(preset, N_CARRIER),
		.department = tw__preset_cell(preset, N_DEPARTMENT),
		.extension = tw__preset_cell(preset, N_EXTENSION),
		.accountcode = tw__preset_cell(preset, N_ACCOUNTCODE),
		.campaign = tw__preset_cell(preset, N_CAMPAIGN),
		.cost = tw__preset_cell(preset, N_COST),
		.currency = tw__preset_cell(preset, N_CURRENCY),
		.source = tw__preset_cell(preset, N_SOURCE) };
}

static tw_status read(tw_cdr *out, struct tw__preset *preset, tw_error *err)
{
	tw_status status;

	*out = all_texts(preset);
	status = read_status(&out->status, preset, err);
	if (!status)
		status = read_times(out, preset, err);
	if (!status)
		status = check_status(out, preset, err);
	if (!status)
		status = read_direction(&out->direction, preset, err);
	if (!status)
		status = tw__preset_u32(&out->leg, preset, N_LEG, 1, err);
	if (!status)
		status = tw__preset_u32(&out->sequence, preset, N_SEQUENCE, 0,
					err);
	if (!status)
		status = tw__preset_number(&out->caller, preset, N_CALLER,
					   err);
	if (!status)
		status = tw__preset_number(&out->callee, preset, N_CALLEE,
					   err);
	if (!status)
		status = tw__preset_number(&out->number, preset, N_NUMBER,
					   err);
	return status;
}

static void identify(tw_cdr *out, struct tw__preset *preset)
{
	*out = all_texts(preset);
	if (tw__preset_u32(&out->leg, preset, N_LEG, 1, NULL) ||
	    tw__preset_u32(&out->sequence, preset, N_SEQUENCE, 0, NULL))
		out->call_id = "";
	if (tw__preset_time(&out->start, preset, N_START, 0, NULL))
		out->start = 0;
}

const struct preset_kind tw__preset_native = {
	"native", columns, N_COUNT, false, begin, read, false, identify
};
