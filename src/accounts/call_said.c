/**
 * @file src/accounts/call_said.c  What a stored call's record said
 *
 * Decides what a record named itself and what was found for it on its first
 * day. The call table has room for the result only, and the hash of what the
 * source said: so the few ways in which the record may have been written are
 * hashed until one fits. Refuses to guess: where none does (a number was
 * erased, a trunk was renamed), nobody knows any more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "call_said.h"
#include "store/db.h"

#define WAYS_MAX TW_SAID_COSTS

/* One text of the record, and what it may have been. */
struct field {
	const char **into;
	const char *ways[WAYS_MAX];
	size_t count, at;
};

enum { LINKED, NUMBER, CARRIER, DEPARTMENT, EXTENSION, CURRENCY, COST,
	FIELDS };

struct search {
	struct tw__call *call;
	const char *number;
	struct field fields[FIELDS];
	int64_t answers[2], ends[2];
	size_t answer_count, end_count;
	uint32_t directions[5];
	size_t direction_count;
	uint64_t content;
};

/* ---- what it may have said ---- */

static void add_way(struct field *field, const char *text)
{
	for (size_t i = 0; i < field->count; i++) {
		if (strcmp(field->ways[i], text) == 0)
			return;
	}
	if (field->count < WAYS_MAX)
		field->ways[field->count++] = text;
}

/* Exactly that, or what was found for what it left open. */
static void named_or(struct field *field, const char **into, const char *named,
		     const char *found)
{
	*field = (struct field){ .into = into };
	add_way(field, named);
	if (!*named)
		add_way(field, found);
}

/* With more and more decimals; the first holds all that the sum has. */
static void add_costs(struct search *s, struct tw__said *said, int64_t nanos)
{
	uint64_t size = nanos < 0 ? -(uint64_t)nanos : (uint64_t)nanos;
	uint64_t unit = (uint64_t)TW_NANOS;

	for (int decimals = 0; decimals < TW_SAID_COSTS; decimals++) {
		char *text = said->costs[decimals];

		if (size % unit == 0) {
			snprintf(text, sizeof(said->costs[0]), "%s%" PRIu64,
				 nanos < 0 ? "-" : "",
				 size / (uint64_t)TW_NANOS);
			if (decimals)
				snprintf(&text[strlen(text)], 12,
					 ".%0*" PRIu64, decimals,
					 size % (uint64_t)TW_NANOS / unit);
			add_way(&s->fields[COST], text);
		}
		unit /= 10;
		if (!unit)
			break;
	}
}

static void open_times(struct search *s, struct tw_stmt *stmt)
{
	const struct tw__call *call = s->call;
	int64_t end = call->answer_us + call->cdr.duration_us;

	if (call->answered)
		s->answers[s->answer_count++] = call->answer_us;
	s->answers[s->answer_count++] = 0;
	if (!tw__col_is_null(stmt, 2))
		end = call->cdr.start + tw__col_i64(stmt, 2);
	if (call->answered || !tw__col_is_null(stmt, 2))
		s->ends[s->end_count++] = end;
	if (tw__col_is_null(stmt, 2))
		s->ends[s->end_count++] = 0;
}

/* Other rows of its file may have made it a forward, whatever it said. */
static void open_directions(struct search *s, uint32_t direction)
{
	static const uint32_t others[] = { TW_DIRECTION_INBOUND,
		TW_DIRECTION_OUTBOUND, TW_DIRECTION_INTERNAL };

	s->direction_count = 1;
	s->directions[s->direction_count++] = direction;
	for (size_t i = 0; direction == TW_DIRECTION_FORWARD &&
	     i < TW_ARRAY_COUNT(others); i++)
		s->directions[s->direction_count++] = others[i];
}

static void keep(char out[TW_CALL_TEXT_MAX + 1], const char *text)
{
	snprintf(out, TW_CALL_TEXT_MAX + 1, "%s", text);
}

static void open_fields(struct search *s, struct tw__said *said,
			struct tw_stmt *stmt)
{
	struct tw__call *call = s->call;
	tw_cdr *cdr = &call->cdr;
	struct field *number = &s->fields[NUMBER];

	keep(said->campaign, tw__col_text(stmt, 4));
	keep(said->currency, tw__col_text(stmt, 5));
	keep(said->home, tw__col_text(stmt, 8));
	keep(said->department, tw__col_text(stmt, 6));
	keep(said->carrier, tw__col_text(stmt, 7));
	keep(said->extension, call->extension);
	keep(said->number, call->own_number);
	named_or(&s->fields[LINKED], &cdr->linked_id, cdr->linked_id,
		 cdr->call_id);
	/* the other rows of its file may have said it */
	add_way(&s->fields[LINKED], cdr->call_id);
	add_way(&s->fields[LINKED], "");
	named_or(&s->fields[CARRIER], &cdr->carrier, cdr->carrier,
		 said->carrier);
	named_or(&s->fields[DEPARTMENT], &cdr->department, cdr->department,
		 said->department);
	named_or(&s->fields[EXTENSION], &cdr->extension, "",
		 said->extension);
	named_or(&s->fields[CURRENCY], &cdr->currency, said->currency,
		 said->home);
	s->fields[COST] = (struct field){ .into = &cdr->cost };
	if (tw__col_is_null(stmt, 3))
		add_way(&s->fields[COST], "");
	else
		add_costs(s, said, tw__col_i64(stmt, 3));
	*number = (struct field){ .into = &s->number };
	add_way(number, "");
	add_way(number, said->number);
	add_way(number, call->callee);
	add_way(number, call->caller);
	cdr->campaign = said->campaign;
	cdr->status = (uint32_t)tw__col_i64(stmt, 1);
}

/* ---- until one fits ---- */

static bool fits(struct search *s)
{
	struct tw__call *call = s->call;

	for (size_t i = 0; i < FIELDS; i++)
		*s->fields[i].into = s->fields[i].ways[s->fields[i].at];
	memmove(call->own_number, s->number, strlen(s->number) + 1);
	for (size_t i = 0; i < s->direction_count * s->answer_count *
	     s->end_count; i++) {
		size_t rest = i / s->direction_count;

		call->cdr.direction = s->directions[i % s->direction_count];
		call->cdr.answer = s->answers[rest % s->answer_count];
		call->cdr.end = s->ends[rest / s->answer_count];
		tw__call_hash(call);
		if (tw__content_is(s->content, call->content))
			return true;
	}
	return false;
}

static bool next_way(struct search *s)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (++s->fields[i].at < s->fields[i].count)
			return true;
		s->fields[i].at = 0;
	}
	return false;
}

static tw_status open_search(struct search *s, struct tw__said *said,
			     tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.content, c.status, c.end_after_us, "
		"c.source_cost_nanos, m.campaign, m.source_currency, "
		"coalesce((SELECT name FROM department d WHERE d.id = "
		"c.department ORDER BY valid_from DESC LIMIT 1), ''), "
		"coalesce((SELECT name FROM carrier d WHERE d.id = "
		"c.carrier ORDER BY valid_from DESC LIMIT 1), ''), "
		"coalesce((SELECT currency FROM company "
		"ORDER BY valid_from DESC LIMIT 1), '') "
		"FROM call c JOIN marks m ON m.id = c.marks "
		"WHERE c.start_us = ? AND c.key = ? AND c.undone = 0", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, s->call->cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)s->call->key);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? tw__fail(err, TW_ESTORE,
			"a call has no marks; run verify") : status;
	s->content = (uint64_t)tw__col_i64(stmt, 0);
	open_times(s, stmt);
	open_fields(s, said, stmt);
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__said_find(bool *found, struct tw__call *call,
			struct tw__said *said, tw_store *store,
			tw_error *err)
{
	struct search s = { .call = call };
	const tw_cdr cdr = call->cdr;
	uint64_t key = call->key;
	tw_status status = open_search(&s, said, store, err);

	*found = false;
	if (status)
		return status;
	open_directions(&s, call->cdr.direction);
	do {
		*found = fits(&s);
	} while (!*found && next_way(&s));
	call->key = key;
	if (!*found) {
		call->cdr = cdr;
		keep(call->own_number, said->number);
	} else if (!call->cdr.extension || !*call->cdr.extension) {
		call->extension[0] = '\0';
	}
	return TW_OK;
}
