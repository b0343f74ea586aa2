/*
 * Calls in progress. A slot belongs to a handle, and only the handle gives it
 * back, once: a counter cannot leak, go below zero or expire under a long call
 * (trap 35). A handle is a place and a generation, so a stale one finds
 * nothing. Memory is reserved before anything is counted.
 */
#include "router.h"

#include <assert.h>
#include <inttypes.h>

#include "base/e164.h"

#define CALLS_MAX 10000000u

struct tw__call *tw__router_call(const struct tw_router *router,
				 tw_route_call call)
{
	const uint64_t place = call.id & UINT32_MAX;
	struct tw__call *c;

	if (!place || place > router->call_count)
		return NULL;
	c = &router->call[place - 1];
	return c->generation == call.id >> 32 && c->generation & 1 ? c : NULL;
}

static tw_status reserve(struct tw_router *router, tw_error *err)
{
	if (router->call_free)
		return TW_OK;
	if (router->call_count >= CALLS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u calls in "
				"progress; end those that are over",
				CALLS_MAX);
	if (tw__grow((void **)&router->call, &router->call_capacity,
		     router->call_count + 1, sizeof(*router->call)))
		return tw__fail_oom(err);
	router->call[router->call_count++] = (struct tw__call){ 0 };
	router->call_free = (uint32_t)router->call_count;
	return TW_OK;
}

static tw_route_call take(struct tw_router *router, uint32_t trunk,
			  const tw_route_attempt *attempt)
{
	const uint32_t place = router->call_free;
	struct tw__call *call = &router->call[place - 1];

	router->call_free = call->trunk;
	++call->generation;
	call->trunk = trunk;
	call->flags = attempt->flags;
	call->quality = tw__quality_index(router, attempt->number);
	call->is_reported = call->is_answered = false;
	return (tw_route_call){ (uint64_t)call->generation << 32 | place };
}

tw_status tw_router_call_begin(tw_route_call *out, tw_router *router,
			       const tw_route_attempt *attempt,
			       tw_error *err)
{
	struct tw_carrier *trunk;
	tw_route_attempt a;
	tw_status status;

	if (!out || !router || !attempt)
		return tw__fail(err, TW_EINVAL, "no place for the call, no "
				"router or attempt given");
	status = tw__import(&a, sizeof(a), attempt, err);
	if (status)
		return status;
	if (a.number && !tw__digits_only(a.number))
		return tw__fail_at(err, TW_EINVAL, 0, "number", "number "
				   "\"%.20s\" is not digits", a.number);
	if (!a.trunk || a.flags & ~(TW_ROUTE_AGAIN | TW_ROUTE_EMERGENCY))
		return tw__fail(err, TW_EINVAL, "no trunk given, or a flag "
				"that this library (%s) does not know",
				tw_version());
	trunk = tw__router_trunk(router, a.trunk);
	if (!trunk)
		return tw__fail(err, TW_ENOTFOUND, "no trunk \"%.63s\"",
				a.trunk);
	status = reserve(router, err);
	if (status)
		return status;
	if (!a.flags)
		tw__percent_begun(router, trunk, a.now);
	/* Over the cap too: emergency calls are counted, never refused. */
	*out = take(router, (uint32_t)(trunk - router->carrier), &a);
	++trunk->calls;
	++router->company[trunk->company].calls;
	++router->calls;
	++router->begun;
	trunk->begun = ++router->turn;
	trunk->was_used = true;
	trunk->is_awaited = false;
	return TW_OK;
}

tw_status tw_router_call_end(tw_router *router, tw_route_call call,
			     tw_time now, tw_error *err)
{
	struct tw_carrier *trunk;
	struct tw__call *c;

	if (!router)
		return tw__fail(err, TW_EINVAL, "no router given");
	c = tw__router_call(router, call);
	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIx64 " is not "
				"in progress; end each one once", call.id);
	trunk = &router->carrier[c->trunk];
	assert(trunk->calls && router->calls);
	if (c->is_answered && now > c->answered)
		tw__durations_learn(router, now - c->answered);
	--trunk->calls;
	--router->company[trunk->company].calls;
	--router->calls;
	++router->ended;
	++c->generation;
	c->trunk = router->call_free;
	router->call_free = (uint32_t)(c - router->call) + 1;
	return TW_OK;
}

tw_status tw_router_stats_read(tw_router_stats *out, const tw_router *router,
			       tw_error *err)
{
	tw_router_stats s = TW_ROUTER_STATS_INIT;

	if (!out || !router || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no router, or figures "
				"without TW_ROUTER_STATS_INIT");
	for (size_t i = 0; i < router->call_count; ++i)
		s.calls += router->call[i].generation & 1;
	for (size_t i = 0; i < router->carrier_count; ++i)
		s.trunk_calls += router->carrier[i].calls;
	for (size_t i = 0; i < router->company_count; ++i)
		s.carrier_calls += router->company[i].calls;
	s.begun = router->begun;
	s.ended = router->ended;
	tw__route_answer(out, out->size, &s, sizeof(s));
	return TW_OK;
}
