/*
 * Why each member of a pool is taken or not. The same questions that a choice
 * asks, asked of everybody: a choice itself asks only the indexes and keeps
 * no account of those it never looked at. Changes nothing.
 */
#include "policy.h"

#include <inttypes.h>
#include <string.h>

struct account {
	struct tw_look look;
	struct tw_member *next;   /* whom the policy would take */
	size_t last;              /* place in its tier of who rings with it */
	size_t skip;
	uint32_t room;
	uint32_t rows;
	uint32_t stride;
	char *at;
};

static bool rings(const struct tw_call *call, const struct tw_member *member)
{
	const struct tw_offer *offer;

	if (!call)
		return false;
	if (call->talk && call->talk->member == member)
		return true;
	for (offer = call->offer; offer; offer = offer->next) {
		if (offer->member == member)
			return true;
	}
	return false;
}

/* Not ready by itself, whoever asks. */
static void not_ready(tw_explain_row *out, struct tw__event_row *row,
		      const struct account *a, const struct tw_member *member)
{
	out->verdict = member->target->standing == TW_STANDING_BUSY ?
		TW_VERDICT_BUSY : TW_VERDICT_AWAY;
	row->target = member->target->id;
	row->why = tw__target_why_not(member->target, a->look.engine->now,
				      &row->a, &row->b);
}

static void not_for_call(tw_explain_row *out, struct tw__event_row *row,
			 const struct tw_call *call,
			 const struct tw_member *member)
{
	out->verdict = TW_VERDICT_UNFIT;
	if (member->is_barred) {
		row->why = TW_WHY_NO_DTMF;
	} else if (member->slot >= call->slots) {
		row->why = TW_WHY_LATE;
	} else if (tw__tried_has(&call->tried, member->slot)) {
		out->verdict = TW_VERDICT_TRIED;
		row->why = TW_WHY_TRIED;
	} else {
		row->why = TW_WHY_SKILLS;
		row->a = (int64_t)(call->skills_needed & ~member->skills);
	}
}

/* At once with the first one: by order, as parallel policies choose. */
static bool is_next(const struct account *a, const struct tw_member *member)
{
	if (!a->next || member == a->next)
		return a->next != NULL;
	return a->look.pool->policy->width && member->tier == a->next->tier &&
		member->place <= a->last;
}

static void explain(tw_explain_row *out, const struct account *a,
		    const struct tw_member *member)
{
	struct tw_call *call = a->look.call;
	struct tw__event_row row = { .why = TW_WHY_LATER };

	out->verdict = TW_VERDICT_READY;
	if (rings(call, member)) {
		out->verdict = TW_VERDICT_RINGING;
		row.why = TW_WHY_RINGING;
	} else if (!tw__target_is_ready(member->target)) {
		not_ready(out, &row, a, member);
	} else if (!tw__look_may(&a->look, member)) {
		not_for_call(out, &row, call, member);
	} else if (is_next(a, member)) {
		out->verdict = TW_VERDICT_NEXT;
		row.why = a->look.why;
		row.a = a->look.a;
		row.b = a->look.b;
	} else if (a->next && member->tier != a->next->tier) {
		row.why = TW_WHY_LATER_TIER;
		row.a = a->next->tier->tier;
	}
	tw__reason(out->reason, sizeof(out->reason), a->look.engine, &row);
}

static void write_row(struct account *a, const struct tw_member *member)
{
	tw_explain_row row = TW_EXPLAIN_ROW_INIT;

	row.size = a->stride;
	row.target.id = member->target->id;
	row.tier = member->tier->tier;
	row.order = member->order;
	row.weight = member->weight;
	explain(&row, a, member);
	memcpy(a->at + (size_t)a->rows++ * a->stride, &row,
	       a->stride < sizeof(row) ? a->stride : sizeof(row));
}

static void write_rows(struct account *a)
{
	const struct tw_pool *pool = a->look.pool;
	size_t i, j;

	for (i = 0; i < pool->tier_count; ++i) {
		const struct tw_level *tier = pool->tier[i];

		for (j = a->skip; j < tier->member_count; ++j) {
			if (a->rows == a->room)
				return;
			write_row(a, tier->member[j]);
		}
		a->skip -= a->skip < tier->member_count ? a->skip :
			tier->member_count;
	}
}

/* How many the choice would ring. */
static uint32_t room_of(const struct account *a)
{
	const struct tw_call *call = a->look.call;

	return call && call->phase == TW_PHASE_RING ?
		tw__call_room(call, a->look.engine->now) :
		tw__pool_width(a->look.pool, 0);
}

static void find_last(struct account *a)
{
	const struct tw_member *member = a->next;
	uint32_t room = room_of(a);

	while (member) {
		a->last = member->place;
		member = room > 1 ? tw__look_next(&a->look, member->tier,
						  a->last + 1) : NULL;
		--room;
	}
}

static void find_next(struct account *a)
{
	struct tw_pool *pool = a->look.pool;
	size_t i;

	/* An own one might count what it is asked. */
	if (pool->policy->id >= TW_POLICY_OWN)
		return;
	for (i = 0; i < pool->tier_count && !a->next; ++i) {
		a->look.from = 0;
		if (tw__bits_any(&pool->tier[i]->ready))
			a->next = pool->policy->pick(&a->look,
						     pool->tier[i]);
	}
	if (pool->policy->width)
		find_last(a);
}

tw_status tw_engine_explain(tw_explain_row *out, uint32_t *count,
			    tw_engine *engine,
			    const tw_explain_options *options, tw_error *err)
{
	struct account a = { .look = { .engine = engine } };
	tw_explain_options o;
	tw_status status;

	if (!out || !count || !engine || !options ||
	    out->size < sizeof(out->size) || out->size > 65536)
		return tw__fail(err, TW_EINVAL, "no engine or options, or "
				"rows without TW_EXPLAIN_ROW_INIT");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	a.look.pool = tw__pool_of(engine, o.pool);
	if (!a.look.pool)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "pool",
				   "no pool of id %" PRIu32, o.pool.id);
	if (o.call.id) {
		a.look.call = tw__call_of(engine, o.call);
		if (!a.look.call)
			return tw__fail_at(err, TW_ENOTFOUND, 0, "call",
					   "call %" PRIu64 " is not in the "
					   "engine", o.call.id);
	}
	/* What it was tried with elsewhere does not count here. */
	if (a.look.call && a.look.call->pool != a.look.pool)
		a.look.call = NULL;
	a.skip = o.first;
	a.room = *count;
	a.stride = out->size;
	a.at = (char *)out;
	find_next(&a);
	write_rows(&a);
	*count = a.rows;
	return TW_OK;
}
