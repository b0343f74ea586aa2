/**
 * @file src/accounts/join.c  One call that two sources have told
 *
 * Decides which stored records are looked at together and what each of two
 * that are one call stands for from then on. Which ones are is pair.c's to
 * say, how a change enters the books amendment.c's.
 */
#include <stdio.h>
#include <string.h>
#include "amendment.h"
#include "call.h"
#include "join.h"
#include "listing.h"
#include "pair.h"
#include "rating/deck.h"
#include "usage_park.h"
#include <trunkwise/join.h>

struct side {
	struct tw__told *told;
	struct tw__seen *seen;
	size_t count, capacity[2];
};

struct joining {
	tw_store *store;
	tw_join_options options;
	tw_time from, to;
	struct side side[2];
	struct tw__pairing pairing;
	struct tw__amending *amending;
	struct tw_listing *list;
	tw_join sum;
};

/* ---- what both sources have told ---- */

#define SELECT_TOLD "SELECT c.start_us, c.key, c.batch, c.direction, " \
	"c.duration_us, c.answer_after_us, CASE WHEN c.direction = 2 " \
	"THEN a.digits ELSE b.digits END, (SELECT name FROM number n " \
	"WHERE n.id = c.number ORDER BY valid_from DESC LIMIT 1) " \
	"FROM call c JOIN marks m ON m.id = c.marks " \
	"LEFT JOIN identity a ON a.id = c.caller " \
	"LEFT JOIN identity b ON b.id = c.callee " \
	"WHERE c.start_us >= ? AND c.start_us < ? AND c.undone = 0 " \
	"AND c.leg > 0 AND c.direction <> 4 AND m.source = ? " \
	"AND NOT EXISTS (SELECT 1 FROM call_pair p WHERE p.parted = 0 " \
	"AND p.first_us = c.start_us AND p.first_key = c.key) " \
	"AND NOT EXISTS (SELECT 1 FROM call_pair p WHERE p.parted = 0 " \
	"AND p.second_us = c.start_us AND p.second_key = c.key) " \
	"ORDER BY c.start_us, c.key"

static uint64_t digits_of(const char *text)
{
	uint64_t value = 0;

	if (strlen(text) > 15 || !tw__str_u64(&value, tw__str_of(text)))
		return 0;
	return value;
}

static tw_status add_told(struct side *side, const struct joining *j,
			  struct tw_stmt *stmt, tw_error *err)
{
	size_t n = side->count;

	if (tw__grow((void **)&side->told, &side->capacity[0], n + 1,
		     sizeof(*side->told)) ||
	    tw__grow((void **)&side->seen, &side->capacity[1], n + 1,
		     sizeof(*side->seen)))
		return tw__fail_oom(err);
	side->told[n].start = tw__col_i64(stmt, 0);
	side->told[n].key = tw__col_i64(stmt, 1);
	side->told[n].batch = tw__col_i64(stmt, 2);
	side->told[n].in_month = side->told[n].start >= j->from &&
		side->told[n].start < j->to;
	side->seen[n].start = side->told[n].start;
	side->seen[n].inbound = tw__col_i64(stmt, 3) == TW_DIRECTION_INBOUND;
	side->seen[n].duration_us = tw__col_i64(stmt, 4);
	side->seen[n].answered = !tw__col_is_null(stmt, 5);
	side->seen[n].remote = digits_of(tw__col_text(stmt, 6));
	side->seen[n].own = digits_of(tw__col_text(stmt, 7));
	side->count++;
	return TW_OK;
}

/* Partners of a month's calls may lie beyond its ends. */
static tw_status load_side(struct joining *j, int which, tw_error *err)
{
	const char *source = which ? j->options.second : j->options.first;
	int64_t reach = (int64_t)(j->options.offset_max_s +
				  j->options.window_s) * TW_SECOND;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store, SELECT_TOLD, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, j->from - reach);
	tw__bind_i64(stmt, 2, j->to + reach);
	tw__bind_text(stmt, 3, source);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_told(&j->side[which], j, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status check_source(struct joining *j, const char *source,
			      const char *field, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store,
		"SELECT 1 FROM marks WHERE source = ? LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, source);
	status = tw__step(stmt, err);
	tw__reset(stmt);
	return status != TW_ITER_END ? status :
		tw__fail_at(err, TW_ENOTFOUND, 0, field, "no call is of "
			    "source '%.80s'; see --source of cdr import",
			    source);
}

/* ---- what a record stands for from now on ---- */

static void uncharge(struct tw__standing *s)
{
	s->rate_state = TW_STATE_NOT_CHARGEABLE;
	s->reason = TW_REASON_TWIN;
	s->tariff_version = s->rate_row = s->charged_s = 0;
	s->cost_nanos = s->net_nanos = s->vat_nanos = 0;
	s->currency = s->destination = 0;
}

/* Both records of one call; ambiguous: neither may say whose it is. */
static tw_status change_two(struct joining *j, const struct tw__told *told[2],
			    uint32_t state, tw_error *err)
{
	struct tw__stored stored[2];
	struct tw__standing to[2];
	uint32_t owner = j->options.department;
	tw_status status = TW_OK;

	for (int i = 0; i < 2 && !status; i++) {
		status = tw__told_find(&stored[i], j->store, told[i], err);
		to[i] = stored[i].now;
	}
	if (status)
		return status;
	to[!j->options.answer].leg = j->options.cost != j->options.answer ?
		TW_LEG_CHARGED : 0;
	uncharge(&to[!j->options.cost]);
	if (state == TW_PAIR_JOINED) {
		if (to[owner].department)
			to[!owner].department = to[owner].department;
		for (int i = 0; i < 2; i++) {
			if (!to[i].number)
				to[i].number = to[!i].number;
		}
	}
	for (int i = 0; i < 2 && !status; i++)
		status = tw__amend(j->amending, &stored[i], &to[i], err);
	return status;
}

static tw_status park(struct joining *j, const struct tw__told *told,
		      tw_error *err)
{
	return tw__usage_park(j->store, told->start, told->key,
			      tw__amending_run(j->amending), err);
}

static tw_status keep_pair(struct joining *j, const struct tw__told *told[2],
			   uint32_t state, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store,
		"INSERT INTO call_pair (first_us, first_key, first_batch, "
		"second_us, second_key, second_batch, run, state) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	for (int i = 0; i < 2; i++) {
		tw__bind_i64(stmt, 3 * i + 1, told[i]->start);
		tw__bind_i64(stmt, 3 * i + 2, told[i]->key);
		tw__bind_i64(stmt, 3 * i + 3, told[i]->batch);
	}
	tw__bind_i64(stmt, 7, tw__amending_run(j->amending));
	tw__bind_i64(stmt, 8, state);
	return tw__run(stmt, err);
}

static tw_status join_two(struct joining *j, size_t first, size_t second,
			  uint32_t state, tw_error *err)
{
	const struct tw__told *told[2] = { &j->side[0].told[first],
		&j->side[1].told[second] };
	tw_status status = change_two(j, told, state, err);

	if (!status)
		status = park(j, told[!j->options.cost], err);
	return status ? status : keep_pair(j, told, state, err);
}

static tw_status join_pairs(struct joining *j, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < j->side[0].count; i++) {
		const struct tw__paired *p = &j->pairing.side[0][i];

		if (p->state != TW_PAIR_JOINED ||
		    !(j->side[0].told[i].in_month ||
		      j->side[1].told[p->other].in_month))
			continue;
		j->sum.joined++;
		status = join_two(j, i, p->other, TW_PAIR_JOINED, err);
	}
	return status;
}

/* Of each cluster as many as it has on both sides, in the order of time. */
static tw_status join_clusters(struct joining *j, tw_error *err)
{
	size_t clusters = j->pairing.clusters, at = 0;
	uint32_t *next = tw_calloc(j->side[1].count + 1, sizeof(*next));
	uint32_t *head = tw_calloc(clusters + 1, sizeof(*head));
	tw_status status = next && head ? TW_OK : tw__fail_oom(err);

	for (at = j->side[1].count; !status && at-- > 0; ) {
		const struct tw__paired *p = &j->pairing.side[1][at];

		if (p->state != TW_PAIR_AMBIGUOUS)
			continue;
		next[at] = head[p->other];
		head[p->other] = (uint32_t)at + 1;
	}
	for (at = 0; !status && at < j->side[0].count; at++) {
		const struct tw__paired *p = &j->pairing.side[0][at];
		uint32_t other;

		if (p->state != TW_PAIR_AMBIGUOUS || !head[p->other] ||
		    !j->side[0].told[at].in_month)
			continue;
		other = head[p->other] - 1;
		head[p->other] = next[other];
		status = join_two(j, at, other, TW_PAIR_AMBIGUOUS, err);
	}
	tw_free(next);
	tw_free(head);
	return status;
}

/* ---- what is told of it ---- */

#define SELECT_TEXT "SELECT CASE typeof(call_id) WHEN 'blob' " \
	"THEN lower(hex(call_id)) ELSE call_id END FROM call " \
	"WHERE start_us = ? AND key = ? AND undone = 0"

static tw_status list_one(struct joining *j, int side, size_t i,
			  const char *kind, tw_error *err)
{
	const struct tw__seen *seen = &j->side[side].seen[i];
	tw_listing_row row = TW_LISTING_ROW_INIT;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store, SELECT_TEXT, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, j->side[side].told[i].start);
	tw__bind_i64(stmt, 2, j->side[side].told[i].key);
	status = tw__step(stmt, err);
	if (status && status != TW_ITER_END)
		return status;
	if (!status)
		snprintf(row.detail, sizeof(row.detail), "%s",
			 tw__col_text(stmt, 0));
	tw__reset(stmt);
	if (seen->remote)
		snprintf(row.key, sizeof(row.key), "%llu",
			 (unsigned long long)seen->remote);
	snprintf(row.kind, sizeof(row.kind), "%s_%s", kind,
		 side ? "second" : "first");
	row.calls = 1;
	row.at = seen->start;
	row.seconds = seen->duration_us / TW_SECOND;
	return tw__listing_add(j->list, &row, err);
}

static tw_status tell(struct joining *j, tw_error *err)
{
	uint64_t *const alone[2] = { &j->sum.only_first,
		&j->sum.only_second };
	uint64_t *const ambiguous[2] = { &j->sum.ambiguous_first,
		&j->sum.ambiguous_second };
	tw_status status = TW_OK;

	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; !status && i < j->side[side].count; i++) {
			uint32_t state = j->pairing.side[side][i].state;

			if (!j->side[side].told[i].in_month ||
			    state == TW_PAIR_JOINED)
				continue;
			if (state == TW_PAIR_AMBIGUOUS) {
				++*ambiguous[side];
				status = list_one(j, side, i, "ambiguous",
						  err);
				continue;
			}
			++*alone[side];
			if (j->side[side].seen[i].answered)
				status = list_one(j, side, i, "only", err);
		}
	}
	return status;
}

/* ---- from end to end ---- */

static tw_status find_month(struct joining *j, tw_error *err)
{
	struct tw__book book;
	int64_t month;
	tw_status status = tw__book_open(&book, j->store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&month, &j->from, &j->to, &book,
				j->options.month, err);
	tw__book_close(&book);
	return status;
}

static tw_status find_pairs(struct joining *j, tw_error *err)
{
	const struct tw__pair_rules rules = {
		(int64_t)j->options.window_s * TW_SECOND,
		(int64_t)j->options.offset_max_s * TW_SECOND };
	struct tw__sights sights[2];
	tw_status status = check_source(j, j->options.first, "first", err);

	if (!status)
		status = check_source(j, j->options.second, "second", err);
	for (int i = 0; i < 2 && !status; i++)
		status = load_side(j, i, err);
	if (status)
		return status;
	for (int i = 0; i < 2; i++)
		sights[i] = (struct tw__sights){ j->side[i].seen,
			j->side[i].count };
	return tw__pair(&j->pairing, sights, &rules, err);
}

static tw_status join(struct joining *j, tw_error *err)
{
	int64_t run = 0;
	tw_status status = tw__rollup_catch_up(j->store, err);

	if (!status)
		status = find_month(j, err);
	if (!status)
		status = find_pairs(j, err);
	if (!status)
		status = tw__amending_new(&j->amending, j->store, "join", "",
					  err);
	if (!status)
		status = tell(j, err);
	if (!status)
		status = join_pairs(j, err);
	if (!status)
		status = join_clusters(j, err);
	if (!status)
		status = tw__amending_settle(NULL, &run, j->amending, err);
	j->sum.run = (uint64_t)run;
	j->sum.offset_us = j->pairing.offset_us;
	return status;
}

static tw_status run(struct joining *j, tw_error *err)
{
	struct tw_tx tx;
	tw_status status = tw__tx_enter(&tx, j->store, err);

	if (status)
		return status;
	status = join(j, err);
	if (!status && (j->options.flags & TW_JOIN_DRY_RUN)) {
		j->sum.run = 0;
		(void)tw__tx_leave(&tx, j->store, TW_EREFUSED, NULL);
		return TW_OK;
	}
	return tw__tx_leave(&tx, j->store, status, err);
}

static tw_status check_options(tw_join_options *o, tw_error *err)
{
	if (!o->month || !o->first || !o->second || !*o->first ||
	    !*o->second || !strcmp(o->first, o->second))
		return tw__fail_at(err, TW_EINVAL, 0, "second", "a join needs "
				   "a month and two sources");
	if (o->flags & ~TW_JOIN_DRY_RUN || o->answer > 1 ||
	    o->department > 1 || o->cost > 1)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "unknown; use "
				   "TW_JOIN_");
	if (o->window_s > 3600 || o->offset_max_s > 26 * 3600)
		return tw__fail_at(err, TW_EINVAL, 0, "window_s", "a window "
				   "has at most an hour, an offset 26");
	if (!o->window_s)
		o->window_s = 60;
	if (!o->offset_max_s)
		o->offset_max_s = 900;
	return TW_OK;
}

tw_status tw_cdr_join(tw_join *out, tw_listing **out_list, tw_store *store,
		      const tw_join_options *options, tw_error *err)
{
	struct joining j = { .store = store,
		.options = TW_JOIN_OPTIONS_INIT, .sum = TW_JOIN_INIT };
	tw_status status;

	if (!store || !options)
		return tw__fail(err, TW_EINVAL, "a join needs store and "
				"options");
	status = tw__import(&j.options, sizeof(j.options), options, err);
	if (!status)
		status = check_options(&j.options, err);
	if (status)
		return status;
	if ((j.options.flags & TW_JOIN_DRY_RUN) && tw__tx_is_taken(store))
		return tw__fail(err, TW_EBUSY, "a dry run needs a "
				"transaction of its own; commit first");
	j.list = tw__listing_new();
	if (!j.list)
		return tw__fail_oom(err);
	status = run(&j, err);
	if (!status && out)
		status = tw__export(out, &j.sum, sizeof(*out), err);
	if (!status && out_list) {
		*out_list = j.list;
		j.list = NULL;
	}
	tw_listing_free(j.list);
	tw__amending_free(j.amending);
	tw__pairing_free(&j.pairing);
	for (int i = 0; i < 2; i++) {
		tw_free(j.side[i].told);
		tw_free(j.side[i].seen);
	}
	return status;
}
