/**
 * @file src/accounts/join.c  One call that two sources have told
 *
 * Decides which stored records are looked at together and what each of two
 * that are one call stands for from then on. Which ones are is pair.c's or a
 * person's to say, how a change enters the books amendment.c's.
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

/* ---- what a record stands for from now on ---- */

/* Both records of one call; ambiguous: neither may say whose it is. */
static tw_status change_two(struct tw__joining *j,
			    const struct tw__told *told[2],
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
	tw__standing_uncharge(&to[!j->options.cost]);
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

static tw_status park(struct tw__joining *j, const struct tw__told *told,
		      tw_error *err)
{
	return tw__usage_park(j->store, told->start, told->key,
			      tw__amending_run(j->amending), err);
}

static tw_status keep_pair(struct tw__joining *j,
			   const struct tw__told *told[2],
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

static tw_status join_two(struct tw__joining *j, size_t first, size_t second,
			  uint32_t state, tw_error *err)
{
	const struct tw__told *told[2] = { &j->side[0].told[first],
		&j->side[1].told[second] };
	tw_status status = change_two(j, told, state, err);

	if (!status)
		status = park(j, told[!j->options.cost], err);
	return status ? status : keep_pair(j, told, state, err);
}

static tw_status join_pairs(struct tw__joining *j, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < j->side[0].count; i++) {
		const struct tw__paired *p = &j->pairing.side[0][i];

		if (p->state != TW_PAIR_JOINED || j->side[0].seen[i].twin ||
		    !(j->side[0].told[i].in_month ||
		      j->side[1].told[p->other].in_month))
			continue;
		j->sum.joined++;
		status = join_two(j, i, p->other, TW_PAIR_JOINED, err);
	}
	return status;
}

/* Pairs of before whose records are still one of several in one cluster. */
static void judge_helds(struct tw__joining *j)
{
	for (size_t i = 0; i < j->helds.count; i++) {
		struct tw__held *held = &j->helds.rows[i];
		const struct tw__paired *p[2];

		for (int side = 0; side < 2; side++)
			p[side] = &j->pairing.side[side][held->place[side]];
		held->kept = p[0]->state == TW_PAIR_AMBIGUOUS &&
			p[1]->state == TW_PAIR_AMBIGUOUS &&
			p[0]->other == p[1]->other;
	}
}

/* They are counted once already. */
static void pass_over_kept(struct tw__joining *j)
{
	for (size_t i = 0; i < j->helds.count; i++) {
		const struct tw__held *held = &j->helds.rows[i];

		for (int side = 0; held->kept && side < 2; side++)
			j->pairing.side[side][held->place[side]].state =
				TW_PAIR_ALONE;
	}
}

/* Of each cluster as many as it has on both sides, in the order of time. */
static tw_status join_clusters(struct tw__joining *j, tw_error *err)
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

static tw_status list_one(struct tw__joining *j, int side, size_t i,
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

static tw_status tell(struct tw__joining *j, tw_error *err)
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

static tw_status find_month(struct tw__joining *j, tw_error *err)
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

static tw_status find_pairs(struct tw__joining *j, tw_error *err)
{
	const struct tw__pair_rules rules = {
		(int64_t)j->options.window_s * TW_SECOND,
		(int64_t)j->options.offset_max_s * TW_SECOND };
	struct tw__sights sights[2];
	tw_status status = tw__join_load(j, err);

	if (status)
		return status;
	for (int i = 0; i < 2; i++)
		sights[i] = (struct tw__sights){ j->side[i].seen,
			j->side[i].count };
	status = tw__pair(&j->pairing, sights, &rules, err);
	if (!status)
		judge_helds(j);
	return status;
}

static tw_status settle(struct tw__joining *j, tw_error *err)
{
	int64_t run = 0;
	tw_status status = tw__amending_settle(NULL, &run, j->amending, err);

	if (run)
		j->sum.run = (uint64_t)run;
	tw__amending_free(j->amending);
	j->amending = NULL;
	return status;
}

/* ---- what somebody has decided ---- */

/* A UUID is shown by its digits alone. */
#define SELECT_NAMED "SELECT c.start_us, c.key FROM call c " \
	"JOIN marks m ON m.id = c.marks WHERE c.start_us >= ? " \
	"AND c.start_us < ? AND c.undone = 0 AND m.source = ? " \
	"AND (c.call_id = ? OR (typeof(c.call_id) = 'blob' " \
	"AND lower(hex(c.call_id)) = lower(?)))"

tw_status tw__join_named(size_t *out, struct tw__joining *j,
			 const struct tw__named *named, tw_error *err)
{
	const char *source = named->side ? j->options.second :
		j->options.first;
	const struct tw__told_side *list = &j->side[named->side];
	size_t found = 0;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store, SELECT_NAMED, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, list->count ? list->told[0].start : 0);
	tw__bind_i64(stmt, 2, list->count ?
		     list->told[list->count - 1].start + 1 : 0);
	tw__bind_text(stmt, 3, source);
	tw__call_bind_id(stmt, 4, named->id);
	tw__bind_text(stmt, 5, named->id);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		size_t at = tw__told_place(list, tw__col_i64(stmt, 0),
					   tw__col_i64(stmt, 1));

		if (at == SIZE_MAX || list->seen[at].twin)
			continue;
		found++;
		*out = at;
	}
	if (status != TW_ITER_END)
		return status;
	if (found > 1)
		return tw__fail_at(err, TW_ECONFLICT, 0, named->field,
				   "'%.80s' is the id of several records of "
				   "'%.80s'", named->id, source);
	return found ? TW_OK : tw__fail_at(err, TW_ENOTFOUND, 0, named->field,
		"no record '%.80s' of '%.80s' is open in that month; it is "
		"joined already, or not there", named->id, source);
}

/* A slip of the pen would charge the wrong department. */
static tw_status check_two(const struct tw__joining *j, const size_t at[2],
			   tw_error *err)
{
	const struct tw__seen *a = &j->side[0].seen[at[0]];
	const struct tw__seen *b = &j->side[1].seen[at[1]];
	int64_t reach = (int64_t)(j->options.offset_max_s +
				  j->options.window_s) * TW_SECOND;
	const char *what = NULL;

	if (a->inbound != b->inbound)
		what = "their directions differ";
	else if (a->remote != b->remote)
		what = "the other party differs";
	else if (a->own && b->own && a->own != b->own)
		what = "our number differs";
	else if (a->start - b->start > reach || b->start - a->start > reach)
		what = "their times are too far apart";
	return !what ? TW_OK : tw__fail_at(err, TW_EREFUSED, 0,
		"accept_second", "these are not one call: %s", what);
}

static tw_status accept_two(struct tw__joining *j, const size_t at[2],
			    tw_error *err)
{
	char reason[256];
	tw_status status;

	for (size_t i = 0; i < j->helds.count; i++) {
		struct tw__held *held = &j->helds.rows[i];

		held->kept = held->place[0] != at[0] &&
			held->place[1] != at[1];
	}
	status = tw__helds_part(&j->helds, j->store, err);
	snprintf(reason, sizeof(reason), "by hand: %.100s = %.100s",
		 j->options.accept_first, j->options.accept_second);
	if (!status)
		status = tw__amending_new(&j->amending, j->store, "join",
					  reason, err);
	if (!status)
		status = join_two(j, at[0], at[1], TW_PAIR_JOINED, err);
	return status ? status : settle(j, err);
}

/* Before all others are looked at: they may be plain by it. */
static tw_status accept(struct tw__joining *j, tw_error *err)
{
	const struct tw__named named[2] = {
		{ 0, j->options.accept_first, "accept_first" },
		{ 1, j->options.accept_second, "accept_second" } };
	size_t at[2];
	tw_status status;

	if (!j->options.accept_first)
		return TW_OK;
	status = tw__join_load(j, err);
	for (int i = 0; i < 2 && !status; i++)
		status = tw__join_named(&at[i], j, &named[i], err);
	if (!status)
		status = check_two(j, at, err);
	if (!status)
		status = tw__join_alone_over(j, at, err);
	if (!status)
		status = accept_two(j, at, err);
	if (!status)
		j->sum.joined++;
	tw__join_unload(j);
	return status;
}

static tw_status join(struct tw__joining *j, tw_error *err)
{
	tw_status status = tw__rollup_catch_up(j->store, err);

	if (!status)
		status = find_month(j, err);
	if (!status)
		status = accept(j, err);
	if (!status)
		status = tw__join_alone(j, err);
	if (!status)
		status = find_pairs(j, err);
	if (!status)
		status = tell(j, err);
	if (!status)
		status = tw__helds_part(&j->helds, j->store, err);
	if (!status)
		status = tw__amending_new(&j->amending, j->store, "join", "",
					  err);
	if (!status)
		status = join_pairs(j, err);
	if (!status) {
		pass_over_kept(j);
		status = join_clusters(j, err);
	}
	if (!status)
		status = settle(j, err);
	j->sum.offset_us = j->pairing.offset_us;
	return status;
}

static tw_status run(struct tw__joining *j, tw_error *err)
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
	if (!o->accept_first != !o->accept_second)
		return tw__fail_at(err, TW_EINVAL, 0, "accept_second", "a "
				   "pair is two records: name one of each "
				   "source");
	if (o->alone && (o->accept_first || o->alone_of > 1))
		return tw__fail_at(err, TW_EINVAL, 0, "alone", "a record is "
				   "alone in one of the two sources, or one "
				   "of a pair");
	if (o->window_s > 3600 || o->offset_max_s > 26 * 3600)
		return tw__fail_at(err, TW_EINVAL, 0, o->window_s > 3600 ?
				   "window_s" : "offset_max_s", "a window has "
				   "at most an hour, an offset 26");
	if (!o->window_s)
		o->window_s = 60;
	if (!o->offset_max_s)
		o->offset_max_s = 900;
	return TW_OK;
}

tw_status tw_cdr_join(tw_join *out, tw_listing **out_list, tw_store *store,
		      const tw_join_options *options, tw_error *err)
{
	struct tw__joining j = { .store = store,
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
	tw__join_unload(&j);
	return status;
}
