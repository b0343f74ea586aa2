/**
 * @file src/accounts/call_recall.c  A record out of its row
 *
 * Decides what a stored call said when it came in, as far as its row still
 * knows. A record's own words are not kept once the directory knew them, and
 * people's numbers may be erased: then it says so, and refuses to invent.
 */
#include <stdio.h>
#include <string.h>
#include "call_recall.h"

enum { SOURCE, TRUNK, CARRIER, DEPARTMENT, EXTENSION, ACCOUNTCODE, CALLER,
	CALLEE, OWN, CALL_ID, LINKED, ANSWER, NOTE, PLACE, COST, CURRENCY };
#define SELECT_RECORD "SELECT m.source, " \
	"CASE WHEN c.trunk <> 0 THEN (SELECT name FROM trunk t " \
	"WHERE t.id = c.trunk ORDER BY valid_from DESC LIMIT 1) " \
	"ELSE m.trunk END, m.carrier, m.department, m.extension, " \
	"m.accountcode, a.digits, b.digits, (SELECT name FROM number n " \
	"WHERE n.id = c.number ORDER BY valid_from DESC LIMIT 1), " \
	TW_ID_TEXT("c.call_id") ", " TW_ID_TEXT("c.linked") ", " \
	"c.answer_after_us, " \
	"EXISTS (SELECT 1 FROM charge_note n WHERE n.start_us = c.start_us " \
	"AND n.key = c.key AND n.undone = 0), " \
	"EXISTS (SELECT 1 FROM charge_place n WHERE n.start_us = c.start_us " \
	"AND n.key = c.key AND n.undone = 0), c.source_cost_nanos, " \
	"m.source_currency FROM call c " \
	"JOIN marks m ON m.id = c.marks " \
	"LEFT JOIN identity a ON a.id = c.caller " \
	"LEFT JOIN identity b ON b.id = c.callee " \
	"WHERE c.start_us = ? AND c.key = ? AND c.undone = 0"

static const char *take_text(struct tw__recall *r, int place,
			     struct tw_stmt *stmt, int column)
{
	snprintf(r->texts[place], sizeof(r->texts[place]), "%s",
		 tw__col_text(stmt, column));
	return r->texts[place];
}

static void fill_call(struct tw__recall *r, const struct tw__stored *stored,
		      struct tw_stmt *stmt)
{
	struct tw__call *call = &r->call;

	memset(call, 0, sizeof(*call));
	call->cdr = (tw_cdr)TW_CDR_INIT;
	call->cdr.start = stored->start;
	call->cdr.duration_us = stored->duration_us;
	call->key = (uint64_t)stored->key;
	call->cdr.direction = stored->now.leg == TW_LEG_FORWARDED ?
		TW_DIRECTION_FORWARD : (uint32_t)stored->now.direction;
	call->cdr.leg = stored->now.leg > 0 ? (uint32_t)stored->now.leg : 1;
	if (stored->now.reason == TW_REASON_TWIN)
		call->cdr.flags = TW_CDR_TWIN;
	call->cdr.trunk = take_text(r, 0, stmt, TRUNK);
	call->cdr.carrier = take_text(r, 1, stmt, CARRIER);
	call->cdr.department = take_text(r, 2, stmt, DEPARTMENT);
	call->cdr.accountcode = take_text(r, 3, stmt, ACCOUNTCODE);
	call->cdr.call_id = take_text(r, 4, stmt, CALL_ID);
	call->cdr.linked_id = take_text(r, 5, stmt, LINKED);
	call->source = take_text(r, 6, stmt, SOURCE);
	call->cdr.currency = take_text(r, 7, stmt, CURRENCY);
	call->has_source_cost = !tw__col_is_null(stmt, COST);
	call->source_cost_nanos = tw__col_i64(stmt, COST);
	snprintf(call->extension, sizeof(call->extension), "%s",
		 tw__col_text(stmt, EXTENSION));
	snprintf(call->caller, sizeof(call->caller), "%s",
		 tw__col_text(stmt, CALLER));
	snprintf(call->callee, sizeof(call->callee), "%s",
		 tw__col_text(stmt, CALLEE));
	snprintf(call->own_number, sizeof(call->own_number), "%s",
		 tw__col_text(stmt, OWN));
	call->answered = stored->answered;
	if (stored->answered)
		call->answer_us = stored->start + tw__col_i64(stmt, ANSWER);
	call->direction = call->cdr.direction;
	call->emergency = tw__is_emergency(call->callee, &r->rule);
}

tw_status tw__recall(enum tw__recalled *out, struct tw__recall *r,
		     const struct tw__stored *stored, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, r->store, SELECT_RECORD, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, stored->start);
	tw__bind_i64(stmt, 2, stored->key);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? tw__fail(err, TW_ESTORE,
			"a call has no marks; run verify") : status;
	*out = TW_RECALLED;
	if (tw__col_i64(stmt, PLACE))
		*out = TW_RECALLED_ASKED;
	else if (tw__col_i64(stmt, NOTE))
		*out = TW_RECALLED_NOTED;
	else if (tw__col_is_null(stmt, CALLEE) &&
		 stored->now.direction != TW_DIRECTION_INBOUND)
		*out = TW_RECALLED_ERASED;
	fill_call(r, stored, stmt);
	tw__reset(stmt);
	return TW_OK;
}

void tw__recall_standing(struct tw__standing *out,
			 const struct tw__recall *r,
			 const struct tw__stored *stored)
{
	const struct tw__call *call = &r->call;

	*out = (struct tw__standing){ .department = call->department,
		.carrier = call->carrier, .number = call->number,
		.leg = stored->now.leg, .rate_state = call->rate_state,
		.reason = call->reason, .direction = stored->now.direction };
	if (call->rate_state != TW_STATE_RATED)
		return;
	out->tariff_version = call->tariff_version;
	out->rate_row = (int64_t)call->rate_row;
	out->charged_s = call->charged_s;
	out->cost_nanos = call->cost_nanos;
	out->net_nanos = call->net_nanos;
	out->vat_nanos = call->vat_nanos;
	out->currency = call->currency;
	out->destination = call->destination;
}
