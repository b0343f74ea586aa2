/*
 * The end of a leg: what it says of the trunk, and what the host does next.
 * The person's word and the number's are final; the carrier's is not. A
 * congested trunk is left alone as long as it asks, within limits, since peers
 * lie, and else twice as long each time. A trunk that refuses our account
 * several times in a row, with no call between that got through, is switched
 * off and a person told; once could be the rule of one number.
 */
#include "order.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t rest_of(const struct tw_router *router,
		       const struct tw_carrier *trunk, int64_t asked_s)
{
	const tw_route_rules *rules = &router->rules;
	const uint32_t doubled = trunk->congested > 16 ? 16 :
		trunk->congested - 1;
	const int64_t own = (int64_t)rules->rest_s << doubled;
	const int64_t rest = asked_s > 0 ? asked_s : own;

	return rest < rules->rest_max_s ? rest : rules->rest_max_s;
}

static uint32_t on_congestion(tw_route_verdict *v,
			      const struct tw_router *router,
			      struct tw_carrier *trunk,
			      const tw_route_outcome *o)
{
	tw_time until;

	if (trunk->congested < UINT32_MAX)
		++trunk->congested;
	v->rest_s = rest_of(router, trunk, o->retry_after_s);
	until = o->now + v->rest_s * TW_SECOND;
	if (until > trunk->rests_until)
		trunk->rests_until = until;
	snprintf(v->reason, sizeof(v->reason), "%.40s is congested: left "
		 "alone for %" PRId64 " s, try the next", trunk->trunk,
		 v->rest_s);
	return TW_NEXT_BACKOFF;
}

static uint32_t on_refusal(tw_route_verdict *v,
			   const struct tw_router *router,
			   struct tw_carrier *trunk,
			   const tw_route_outcome *o)
{
	const tw_route_rules *rules = &router->rules;

	if (++trunk->refused < rules->refusals) {
		snprintf(v->reason, sizeof(v->reason), "%.40s refused our "
			 "account or this call, %" PRIu32 " of %" PRIu32
			 ": try the next", trunk->trunk, trunk->refused,
			 rules->refusals);
		return TW_NEXT_TRUNK;
	}
	v->rest_s = rules->off_s;
	trunk->refused = 0;
	trunk->off_until = rules->off_s ? o->now + rules->off_s * TW_SECOND :
		INT64_MAX;
	snprintf(v->reason, sizeof(v->reason), "%.40s refuses our account: "
		 "switched off, tell whoever minds it", trunk->trunk);
	return TW_NEXT_DISABLE;
}

static uint32_t on_failure(tw_route_verdict *v,
			   const struct tw_router *router,
			   struct tw_carrier *trunk,
			   const tw_route_outcome *o)
{
	tw__fitness_failed(router, trunk, o->now);
	if (trunk->down_until > o->now) {
		v->rest_s = (trunk->down_until - o->now) / TW_SECOND;
		snprintf(v->reason, sizeof(v->reason), "%.40s failed it and "
			 "is down for %" PRId64 " s: try the next",
			 trunk->trunk, v->rest_s);
		return TW_NEXT_BACKOFF;
	}
	snprintf(v->reason, sizeof(v->reason), "%.40s failed it: try the "
		 "next", trunk->trunk);
	return TW_NEXT_TRUNK;
}

/* It carried the call to where it was to go, whatever became of it there. */
static uint32_t got_through(tw_route_verdict *v,
			    const struct tw_router *router,
			    struct tw_carrier *trunk,
			    const tw_route_outcome *o)
{
	trunk->congested = 0;
	trunk->refused = 0;
	tw__fitness_passed(router, trunk, o->now);
	snprintf(v->reason, sizeof(v->reason), "%s",
		 v->outcome_class == TW_CLASS_ANSWERED ? "answered" :
		 v->outcome_class == TW_CLASS_USER ?
		 "the person's answer, final" : "no such number, final");
	return TW_NEXT_STOP;
}

static bool is_good(const struct tw_router *router, uint32_t outcome_class)
{
	return outcome_class == TW_CLASS_ANSWERED ||
		(router->rules.measure == TW_QUALITY_REACHED &&
		 (outcome_class == TW_CLASS_USER ||
		  outcome_class == TW_CLASS_NUMBER));
}

static uint32_t judge(tw_route_verdict *v, const struct tw_router *router,
		      struct tw_carrier *trunk, const tw_route_outcome *o)
{
	switch (v->outcome_class) {
	case TW_CLASS_CONGESTION:
		return on_congestion(v, router, trunk, o);
	case TW_CLASS_AUTH:
		return on_refusal(v, router, trunk, o);
	case TW_CLASS_CARRIER:
		return on_failure(v, router, trunk, o);
	case TW_CLASS_CANCELLED:
		snprintf(v->reason, sizeof(v->reason), "ended by our side");
		return TW_NEXT_STOP;
	default:
		return got_through(v, router, trunk, o);
	}
}

static uint32_t judge_call(tw_route_verdict *v, struct tw_router *router,
			   struct tw__call *call, const tw_route_outcome *o)
{
	struct tw_carrier *trunk = &router->carrier[call->trunk];

	if (v->outcome_class == TW_CLASS_CONGESTION ||
	    v->outcome_class == TW_CLASS_AUTH ||
	    v->outcome_class == TW_CLASS_CARRIER)
		tw__trunk_failed(trunk, o->now);
	if (v->outcome_class != TW_CLASS_CANCELLED)
		tw__quality_count(router, trunk, call->quality,
				  is_good(router, v->outcome_class), o->now);
	call->is_answered = v->outcome_class == TW_CLASS_ANSWERED;
	call->answered = o->now;
	return judge(v, router, trunk, o);
}

/* Rescue is looked for until somebody answers, and says nothing of a trunk:
 * few carriers know the number. */
static uint32_t judge_emergency(tw_route_verdict *v)
{
	const bool over = v->outcome_class == TW_CLASS_ANSWERED ||
		v->outcome_class == TW_CLASS_CANCELLED;

	snprintf(v->reason, sizeof(v->reason), "emergency: %s",
		 tw_route_class_name(v->outcome_class));
	return over ? TW_NEXT_STOP : TW_NEXT_TRUNK;
}

static tw_status check(const tw_route_outcome *o, tw_error *err)
{
	if (o->flags & ~(TW_ROUTE_RUNG | TW_ROUTE_CANCEL))
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	if (o->retry_after_s < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "retry_after_s",
				   "a trunk cannot be left alone for %" PRId64
				   " s", o->retry_after_s);
	return TW_OK;
}

tw_status tw_router_report(tw_route_verdict *out, tw_router *router,
			   tw_route_call call,
			   const tw_route_outcome *outcome, tw_error *err)
{
	tw_route_verdict v = TW_ROUTE_VERDICT_INIT;
	tw_route_outcome o;
	struct tw__call *c;
	tw_status status;

	if (!out || !router || !outcome || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no router or outcome, or a "
				"verdict without TW_ROUTE_VERDICT_INIT");
	status = tw__import(&o, sizeof(o), outcome, err);
	if (!status)
		status = check(&o, err);
	if (status)
		return status;
	c = tw__router_call(router, call);
	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIx64 " is not "
				"in progress; report before the end",
				call.id);
	if (c->is_reported)
		return tw__fail(err, TW_EEXIST, "call %" PRIx64 " was "
				"reported", call.id);
	c->is_reported = true;
	v.outcome_class = tw__class_of(router, &o);
	v.next = c->flags & TW_ROUTE_EMERGENCY ? judge_emergency(&v) :
		judge_call(&v, router, c, &o);
	tw__route_answer(out, out->size, &v, sizeof(v));
	return TW_OK;
}
