/**
 * @file src/accounts/traffic_read.c  Live calls in order, and whose they were
 *
 * Decides which stored calls a person would count, what campaign one belongs
 * to and who is a caller that can be known again. Refuses to count.
 */
#include <stdio.h>
#include <string.h>
#include "history.h"
#include "identity.h"
#include "rating/deck.h"
#include "traffic_read.h"

static void read_call(struct tw__traffic_call *call, struct tw_stmt *stmt)
{
	call->start = tw__col_i64(stmt, 0);
	call->direction = tw__col_i64(stmt, 1);
	call->leg = tw__col_i64(stmt, 2);
	if (call->leg == TW_LEG_FORWARDED)
		call->direction = TW_DIRECTION_FORWARD;
	call->answered = !tw__col_is_null(stmt, 3);
	call->wait_us = tw__col_i64(stmt, 3);
	call->end_known = !tw__col_is_null(stmt, 4);
	call->end_us = tw__col_i64(stmt, 4);
	call->duration_us = tw__col_i64(stmt, 5);
	call->caller = tw__col_i64(stmt, 6);
	call->callee = tw__col_i64(stmt, 7);
	call->number = tw__col_i64(stmt, 8);
	call->department = tw__col_i64(stmt, 9);
	call->campaign = tw__col_text(stmt, 10);
	call->rated = !tw__col_is_null(stmt, 11);
	call->cost_nanos = tw__col_i64(stmt, 11);
	call->currency = tw__col_text(stmt, 12);
}

tw_status tw__traffic_scan(tw_store *store, const tw_time range[2],
			   tw__traffic_fn *fn, void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt_new(&stmt, store,
		"SELECT c.start_us, c.direction, c.leg, c.answer_after_us, "
		"c.end_after_us, c.duration_us, c.caller, c.callee, "
		"c.number, c.department, m.campaign, c.cost_nanos, "
		"CASE WHEN v.convert_to <> '' THEN v.convert_to "
		"ELSE v.currency END FROM call c "
		"LEFT JOIN marks m ON m.id = c.marks "
		"LEFT JOIN tariff_version v ON v.id = c.tariff_version "
		"WHERE c.start_us >= ? AND c.start_us <= ? AND c.undone = 0 "
		"ORDER BY c.start_us", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, range[0]);
	tw__bind_i64(stmt, 2, range[1]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__traffic_call call;

		read_call(&call, stmt);
		status = fn(&call, arg, err);
		if (status)
			break;
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

struct callers {
	bool *called;
	size_t count;
};

static tw_status see_caller(const struct tw__row *row, void *arg,
			    tw_error *err)
{
	struct callers *callers = arg;
	int64_t id = tw__row_i64(row, 0);

	(void)err;
	if (id > 0 && (size_t)id < callers->count)
		callers->called[id] = true;
	return TW_OK;
}

tw_status tw__traffic_callers(bool *called, size_t count, tw_store *store,
			      tw_time before, tw_error *err)
{
	struct callers callers = { called, count };
	struct tw_stmt *stmt;
	tw_status status = tw__each_new(&stmt, store,
		"SELECT tw_each(caller) FROM call_row WHERE start_us < ? "
		"AND undone = 0 AND traits IN (SELECT id FROM traits "
		"WHERE direction = 2 AND leg = 1)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, before);
	status = tw__each(stmt, see_caller, &callers, err);
	tw__stmt_free(stmt);
	return status;
}

bool tw__traffic_is_inbound(const struct tw__traffic_call *call)
{
	return call->direction == TW_DIRECTION_INBOUND && call->leg == 1;
}

int64_t tw__traffic_party(const struct tw__traffic_call *call)
{
	if (call->leg != 1)
		return 0;
	if (call->direction == TW_DIRECTION_INBOUND)
		return call->caller;
	return call->direction == TW_DIRECTION_OUTBOUND ? call->callee : 0;
}

/* Whoever was erased stays what he was. */
static tw_status mark_names(bool *people, size_t count, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id FROM identity WHERE hidden = 1 OR "
		TW__IDENTITY_IS_NAME, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		int64_t id = tw__col_i64(stmt, 0);

		if (id > 0 && (size_t)id < count)
			people[id] = false;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__traffic_people(bool **out, size_t *out_count, tw_store *store,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	bool *people;
	size_t count;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(id) FROM identity", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	count = (size_t)tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	people = tw_calloc(count, sizeof(*people));
	if (!people)
		return tw__fail_oom(err);
	for (size_t i = 1; i < count; i++)
		people[i] = true;
	status = mark_names(people, count, store, err);
	if (status) {
		tw_free(people);
		return status;
	}
	*out = people;
	*out_count = count;
	return TW_OK;
}

static tw_status load_versions(struct tw__traffic_versions *out,
			       struct tw_stmt *stmt, tw_error *err)
{
	tw_status status;

	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__traffic_version *row;

		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*row))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		row = &out->rows[out->count++];
		row->id = tw__col_i64(stmt, 0);
		row->from = tw__col_i64(stmt, 1);
		row->to = tw__col_i64(stmt, 2);
		snprintf(row->name, sizeof(row->name), "%s",
			 tw__col_text(stmt, 3));
		snprintf(row->text, sizeof(row->text), "%s",
			 tw__col_text(stmt, 4));
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__traffic_numbers(struct tw__traffic_versions *out,
			      tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, valid_from, valid_to, name, campaign FROM number "
		"ORDER BY id, valid_from", err);

	return status ? status : load_versions(out, stmt, err);
}

tw_status tw__traffic_departments(struct tw__traffic_versions *out,
				  tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, valid_from, valid_to, name, zone FROM department "
		"ORDER BY id, valid_from", err);

	return status ? status : load_versions(out, stmt, err);
}

const struct tw__traffic_version *
tw__traffic_at(const struct tw__traffic_versions *versions, int64_t id,
	       tw_time t)
{
	size_t low = 0, high = versions->count;

	/* the first one behind (id, t) */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tw__traffic_version *row =
			&versions->rows[middle];

		if (row->id < id || (row->id == id && row->from <= t))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || versions->rows[low - 1].id != id)
		return NULL;
	return &versions->rows[low - 1];
}

void tw__traffic_versions_free(struct tw__traffic_versions *versions)
{
	tw_free(versions->rows);
	memset(versions, 0, sizeof(*versions));
}

const char *tw__traffic_campaign(const struct tw__traffic_call *call,
				 const struct tw__traffic_versions *numbers)
{
	const struct tw__traffic_version *row;

	if (*call->campaign)
		return call->campaign;
	row = tw__traffic_at(numbers, call->number, call->start);
	return row && call->start < row->to ? row->text : "";
}
