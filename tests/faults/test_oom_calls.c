/* Memory runs out at any allocation of what decides about a call and needs no
 * store: engine, snapshots, reload, simulated weeks, router and permissions.
 * Where a verb failed once, the same verb is told again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "oom_pure.h"

/* ---- distribution ---- */

static tw_status engine_pool(tw_engine *engine, const char *name,
			     uint32_t policy, tw_plan_id plan, tw_error *err)
{
	tw_pool_options pool = TW_POOL_OPTIONS_INIT;
	tw_step_options step = TW_STEP_OPTIONS_INIT;
	tw_pool_id id = { 0 };
	tw_status status = TW_OK;
	char text[16];

	pool.name = name;
	pool.policy = policy;
	pool.ring_ms = 4000;
	TOLD(status, tw_engine_add_pool(&id, engine, &pool, err));
	for (uint32_t i = 0; i < 3; i++) {
		tw_target_options target = TW_TARGET_OPTIONS_INIT;
		tw_member_options member = TW_MEMBER_OPTIONS_INIT;
		tw_target_id who = { 0 };

		snprintf(text, sizeof(text), "%.8s-%u", name, (unsigned)i);
		target.name = text;
		TOLD(status, tw_engine_add_target(&who, engine, &target,
						  err));
		member.tier = i / 2;
		member.order = i;
		TOLD(status, tw_pool_add_member(engine, id, who, &member,
						err));
	}
	step.pool = id;
	step.ring_ms = 10000;
	TOLD(status, tw_plan_add_step(engine, plan, &step, err));
	step.kind = TW_STEP_QUEUE;
	step.wait_ms = 6000;
	step.retry_ms = 2000;
	TOLD(status, tw_plan_add_step(engine, plan, &step, err));
	return status;
}

/* Reads what there is, answers every third offer. Choices for which there was
 * no memory come later, so that who rings may be somebody else. */
static tw_status engine_read(tw_engine *engine, tw_time now, tw_error *err)
{
	tw_decision d = TW_DECISION_INIT;
	tw_offer_event event = TW_OFFER_EVENT_INIT;
	tw_status status = TW_OK, next;

	while ((next = tw_engine_next(&d, engine, err)) == TW_OK) {
		if (d.kind == TW_DECISION_OFFER && d.offer.id % 3 == 0)
			TOLD(status, tw_offer_answered(engine, d.offer, now,
						       err));
		else if (d.kind == TW_DECISION_OFFER)
			TOLD(status, tw_offer_failed(engine, d.offer,
				TW_OUTCOME_BUSY, now, err));
		if (status && status != TW_ECONFLICT)
			return status;
		status = TW_OK;
	}
	while (tw_engine_next_event(&event, engine, err) == TW_OK)
		;
	return next == TW_ITER_END ? TW_OK : next;
}

/* Calls may be over, or do something else: that is no failure. */
static tw_status engine_move(tw_engine *engine, tw_call_id call,
			     tw_status status, tw_time now, tw_error *err)
{
	const tw_plan_id same = { 0 };

	TOLD(status, tw_call_callback(engine, call, now + 60 * TW_SECOND, now,
				      err));
	if (status == TW_ECONFLICT || status == TW_ENOTFOUND)
		status = TW_OK;
	TOLD(status, tw_call_requeue(engine, call, same, 1, now, err));
	return status == TW_ENOTFOUND ? TW_OK : status;
}

static tw_status engine_run(struct stage *stage, tw_engine *engine,
			    tw_plan_id plan, tw_error *err)
{
	tw_engine_stats stats = TW_ENGINE_STATS_INIT;
	tw_call_options call = TW_CALL_OPTIONS_INIT;
	tw_call_id calls[6] = { { 0 } };
	tw_status status = TW_OK;
	tw_time now = OOM_NOW;

	for (size_t i = 0; i < TW_ARRAY_COUNT(calls); i++) {
		now += TW_SECOND;
		call.plan = plan;
		call.affinity = i + 1;
		TOLD(status, tw_call_enter_as(&calls[i], engine, &call, now,
					      err));
		if (!status)
			status = engine_read(engine, now, err);
	}
	for (int i = 0; i < 4; i++) {
		now += 15 * TW_SECOND;
		TOLD(status, tw_engine_tick(engine, now, err));
		if (!status)
			status = engine_read(engine, now, err);
		status = engine_move(engine, calls[i], status, now, err);
	}
	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(calls); i++) {
		TOLD(status, tw_call_leave(engine, calls[i], now, err));
		if (status == TW_ENOTFOUND)
			status = TW_OK;
	}
	TOLD(status, tw_engine_tick(engine, now, err));
	if (!status)
		status = engine_read(engine, now, err);
	if (!status)
		status = tw_engine_stats_read(&stats, engine, err);
	if (!status)
		oom_say(stage, "%u calls, %u slots\n", (unsigned)stats.calls,
			(unsigned)stats.slots_held);
	return status;
}

/* Pools of every policy in two plans, the one going on into the other. */
struct house {
	tw_engine *engine;
	tw_zone *zone;
	tw_plan_id plan;
};

static tw_status house_schedule(struct house *h, tw_error *err)
{
	static const tw_override_options holiday = {
		.size = sizeof(holiday), .kind = TW_DAY_CLOSED,
		.year = 2026, .month = 11, .day = 4, .days = 1
	};
	tw_schedule_id schedule = { 0 };
	tw_status status = TW_OK;
	tw_time change = 0;

	TOLD(status, tw_zone_open(&h->zone, "Europe/Moscow", err));
	TOLD(status, tw_engine_add_schedule(&schedule, h->engine, "hours",
					    h->zone, err));
	TOLD(status, tw_schedule_add_hours(h->engine, schedule, 0x1f, 540,
					   1080, err));
	TOLD(status, tw_schedule_add_override(h->engine, schedule, &holiday,
					      err));
	TOLD(status, tw_schedule_next_change(&change, h->engine, schedule,
					     OOM_NOW, err));
	return status;
}

static tw_status house_open(struct house *h, tw_error *err)
{
	tw_engine_options options = TW_ENGINE_OPTIONS_INIT;
	tw_step_options step = TW_STEP_OPTIONS_INIT;
	tw_plan_id more = { 0 };
	tw_status status = TW_OK;

	memset(h, 0, sizeof(*h));
	options.host = TW_HOST_CALLBACK;
	options.resume_ms = 60000;
	TOLD(status, tw_engine_new(&h->engine, &options, err));
	TOLD(status, tw_engine_add_plan(&more, h->engine, "more", err));
	TOLD(status, tw_engine_add_plan(&h->plan, h->engine, "plan", err));
	if (!status)
		status = house_schedule(h, err);
	for (uint32_t policy = TW_POLICY_ALL;
	     !status && policy <= TW_POLICY_PROGRESSIVE; policy++) {
		char name[16];

		snprintf(name, sizeof(name), "pool%u", (unsigned)policy);
		status = engine_pool(h->engine, name, policy,
				     policy & 1 ? h->plan : more, err);
	}
	step.kind = TW_STEP_PLAN;
	step.plan = more;
	TOLD(status, tw_plan_add_step(h->engine, h->plan, &step, err));
	return status;
}

static void house_close(struct house *h)
{
	tw_engine_free(h->engine);
	tw_zone_free(h->zone);
}

static tw_status play_engine(struct stage *stage, tw_error *err)
{
	struct house house;
	tw_status status = house_open(&house, err);

	if (!status)
		status = engine_run(stage, house.engine, house.plan, err);
	house_close(&house);
	return status;
}

/* Eight calls, whose pools are full by then: some ring, some wait. */
static tw_status engine_fill(struct house *house, tw_error *err)
{
	tw_call_options call = TW_CALL_OPTIONS_INIT;
	tw_status status = TW_OK;
	tw_call_id id;

	call.plan = house->plan;
	for (uint64_t i = 1; !status && i <= 8; i++) {
		const tw_time now = OOM_NOW + (tw_time)i * TW_SECOND;

		call.affinity = i;
		TOLD(status, tw_call_enter_as(&id, house->engine, &call, now,
					      err));
		if (!status)
			status = engine_read(house->engine, now, err);
	}
	TOLD(status, tw_engine_tick(house->engine, OOM_NOW + 20 * TW_SECOND,
				    err));
	return status;
}

static tw_status say_changes(struct stage *stage, tw_engine_changes *changes,
			     tw_status status, tw_error *err)
{
	tw_engine_change change = TW_ENGINE_CHANGE_INIT;
	unsigned count = 0;

	while (!status && !tw_engine_changes_next(&change, changes, err))
		count++;
	tw_engine_changes_free(changes);
	if (!status)
		oom_say(stage, "%u changes\n", count);
	return status;
}

/* Explanations are told to people while calls go on. */
static tw_status engine_explain(tw_engine *engine, tw_error *err)
{
	tw_explain_row rows[8] = { TW_EXPLAIN_ROW_INIT };
	tw_explain_options options = TW_EXPLAIN_OPTIONS_INIT;
	tw_status status = TW_OK;
	char name[16];

	for (unsigned i = 1; !status && i <= TW_POLICY_PROGRESSIVE; i++) {
		uint32_t count = TW_ARRAY_COUNT(rows);

		snprintf(name, sizeof(name), "pool%u", i);
		status = tw_engine_find_pool(&options.pool, engine, name,
					     err);
		TOLD(status, tw_engine_explain(rows, &count, engine, &options,
					       err));
	}
	return status;
}

static tw_status play_snapshot(struct stage *stage, tw_error *err)
{
	tw_engine_changes *changes = NULL;
	tw_engine_stats a = TW_ENGINE_STATS_INIT, b = a;
	struct house one, two;
	void *bytes = NULL;
	size_t size = 0;
	tw_status status = house_open(&one, err);

	if (!status)
		status = engine_fill(&one, err);
	TOLD(status, tw_engine_snapshot(&bytes, &size, one.engine, err));
	if (!status)
		status = house_open(&two, err);
	else
		memset(&two, 0, sizeof(two));
	TOLD(status, tw_engine_restore(&changes, two.engine, bytes, size,
				       err));
	status = say_changes(stage, changes, status, err);
	if (!status)
		status = engine_explain(two.engine, err);
	if (!status)
		status = tw_engine_stats_read(&a, one.engine, err);
	if (!status)
		status = tw_engine_stats_read(&b, two.engine, err);
	if (!status && a.calls != b.calls)
		oom_fail("%u calls, restored %u", a.calls, b.calls);
	house_close(&two);
	house_close(&one);
	tw_free(bytes);
	return status;
}

/* What failed was good for nothing but to be freed: it is made again. */
static tw_status reload(struct stage *stage, struct house *old,
			tw_error *err)
{
	tw_engine_changes *changes = NULL;
	struct house fresh;
	tw_status status = house_open(&fresh, err);

	if (!status)
		status = tw_engine_reload(&changes, old->engine, fresh.engine,
					  OOM_NOW + 30 * TW_SECOND, err);
	if (status) {
		house_close(&fresh);
		return status;
	}
	tw_zone_free(fresh.zone);
	return say_changes(stage, changes, TW_OK, err);
}

static tw_status play_reload(struct stage *stage, tw_error *err)
{
	tw_engine_stats before = TW_ENGINE_STATS_INIT, after = before;
	struct house house;
	tw_status status = house_open(&house, err);

	if (!status)
		status = engine_fill(&house, err);
	if (!status)
		status = tw_engine_stats_read(&before, house.engine, err);
	TOLD(status, reload(stage, &house, err));
	if (!status)
		status = tw_engine_stats_read(&after, house.engine, err);
	if (!status && (before.calls != after.calls ||
			before.waiting > after.waiting))
		oom_fail("%u calls, reloaded %u", before.calls, after.calls);
	if (!status)
		status = engine_read(house.engine, OOM_NOW + 40 * TW_SECOND,
				     err);
	house_close(&house);
	return status;
}

/* ---- planning ---- */

static tw_status simulate(struct stage *stage, tw_error *err)
{
	tw_simulation_options options = TW_SIMULATION_OPTIONS_INIT;
	tw_simulation_stream stream = TW_SIMULATION_STREAM_INIT;
	tw_simulated_calls calls = TW_SIMULATED_CALLS_INIT;
	static const double talks[] = { 30, 60, 120 };
	tw_simulation *simulation = NULL;
	struct house house;
	tw_status status = house_open(&house, err);

	options.from = OOM_NOW;
	options.to = OOM_NOW + 3600 * TW_SECOND;
	options.patience_s = 60;
	options.answer_s = 5;
	options.talks_s = talks;
	options.talk_count = TW_ARRAY_COUNT(talks);
	TOLD(status, tw_simulation_new(&simulation, &options, err));
	stream.plan = house.plan;
	stream.from = options.from;
	stream.to = options.to;
	stream.per_hour = 40;
	TOLD(status, tw_simulation_add_stream(simulation, &stream, err));
	if (!status)
		status = tw_simulation_run(simulation, house.engine, 7, err);
	if (!status)
		status = tw_simulation_calls(&calls, simulation, house.plan,
					     err);
	if (!status)
		oom_say(stage, "%" PRIu64 " offered %" PRIu64 " answered\n",
			calls.offered, calls.answered);
	tw_simulation_free(simulation);
	house_close(&house);
	return status;
}

static tw_status play_planning(struct stage *stage, tw_error *err)
{
	tw_status status = TW_OK;

	TOLD(status, simulate(stage, err));
	return status;
}

/* ---- routing ---- */

static tw_status router_carriers(tw_router *router, tw_deck *deck,
				 tw_error *err)
{
	tw_route_carrier carrier = TW_ROUTE_CARRIER_INIT;
	tw_status status = TW_OK;
	char trunk[16];

	TOLD(status, tw_router_add_quality_prefix(router, "79", err));
	for (uint32_t i = 0; i < 8; i++) {
		snprintf(trunk, sizeof(trunk), "trunk%u", (unsigned)i);
		carrier.carrier = i & 1 ? "odd" : "even";
		carrier.trunk = trunk;
		carrier.deck = deck;
		carrier.tier = i;
		TOLD(status, tw_router_set_policy(router, i, i + 1, err));
		TOLD(status, tw_router_add_carrier(router, &carrier, err));
	}
	TOLD(status, tw_router_cap_carrier(router, "odd", 2, err));
	return status;
}

static tw_status router_contracts(tw_router *router, tw_error *err)
{
	static const char *const carriers[] = { "odd", "even" };
	static const char *const to[] = { "79", "7843" }, *const c[] = { "c" };
	tw_route_landline line = TW_ROUTE_LANDLINE_INIT;
	tw_route_permission may = TW_ROUTE_PERMISSION_INIT;
	tw_route_contract contract = TW_ROUTE_CONTRACT_INIT;
	tw_route_number number = TW_ROUTE_NUMBER_INIT;
	tw_status status = TW_OK;

	number.number = "78432000001";
	number.department = "Kazan";
	number.site = "site";
	number.carriers = carriers;
	number.carrier_count = 2;
	TOLD(status, tw_router_add_number(router, &number, err));
	line.name = "line";
	line.site = "site";
	line.number = "78432000009";
	TOLD(status, tw_router_add_landline(router, &line, err));
	contract.name = "c";
	contract.carrier = "even";
	contract.legal = TW_LEGAL_ACCEPTED;
	TOLD(status, tw_router_add_contract(router, &contract, err));
	may.name = "inside";
	may.otherwise = TW_PERMIT_BLOCK;
	may.to = to;
	may.to_count = 2;
	may.contracts = c;
	may.contract_count = 1;
	TOLD(status, tw_router_add_permission(router, &may, err));
	return status;
}

static tw_status router_call(tw_router *router,
			     const tw_route_request *request, uint32_t i,
			     tw_error *err)
{
	tw_route_candidate ways[16];
	tw_route_attempt attempt = TW_ROUTE_ATTEMPT_INIT;
	tw_route_outcome outcome = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict verdict = TW_ROUTE_VERDICT_INIT;
	tw_route_call call = { 0 };
	uint32_t count = TW_ARRAY_COUNT(ways);
	tw_status status = TW_OK;

	ways[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	TOLD(status, tw_router_decide(ways, &count, router, request, err));
	attempt.trunk = ways[0].trunk;
	attempt.number = request->number;
	attempt.now = request->now;
	TOLD(status, tw_router_call_begin(&call, router, &attempt, err));
	outcome.sip_code = i % 8 ? 200 : 503;
	outcome.now = request->now;
	TOLD(status, tw_router_report(&verdict, router, call, &outcome, err));
	if (i % 2)
		TOLD(status, tw_router_call_end(router, call, request->now,
						err));
	return status;
}

static tw_status router_why(struct stage *stage, tw_router *router,
			    const tw_route_request *request, tw_error *err)
{
	tw_route_way ways[8] = { TW_ROUTE_WAY_INIT };
	tw_route_rule rules[8] = { TW_ROUTE_RULE_INIT };
	tw_router_stats stats = TW_ROUTER_STATS_INIT;
	uint32_t left = TW_ARRAY_COUNT(ways), asked = TW_ARRAY_COUNT(rules);
	tw_status status = TW_OK;

	TOLD(status, tw_router_rules(rules, &asked, router, request,
				     "trunk1", err));
	TOLD(status, tw_router_ways(ways, &left, router, request, err));
	if (!status)
		status = tw_router_stats_read(&stats, router, err);
	if (!status)
		oom_say(stage, "%u rules %u ways, %" PRIu64 " begun\n",
			asked, left, stats.begun);
	return status;
}

static tw_status play_router(struct stage *stage, tw_error *err)
{
	static const int64_t lasts[] = { TW_SECOND, 60 * TW_SECOND };
	static const uint32_t counts[] = { 3, 5 };
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_router *router = NULL;
	tw_deck *deck = NULL;
	tw_status status = oom_deck(&deck, "RUB", err);

	TOLD(status, tw_router_new(&router, err));
	if (!status)
		status = router_carriers(router, deck, err);
	if (!status)
		status = router_contracts(router, err);
	request.number = "79161234567";
	request.site = "site";
	request.department = "Kazan";
	request.durations_us = lasts;
	request.counts = counts;
	request.duration_count = 2;
	request.customer = deck;
	for (uint32_t i = 0; !status && i < 24; i++) {
		request.at = request.now = OOM_NOW + (int64_t)i * TW_SECOND;
		status = router_call(router, &request, i, err);
	}
	if (!status)
		status = router_why(stage, router, &request, err);
	tw_router_free(router);
	tw_deck_free(deck);
	return status;
}

/* ---- the sweep ---- */

static const struct scene scenes[] = {
	{ "engine", NULL, play_engine, OOM_PURE },
	{ "snapshot and restore", NULL, play_snapshot, OOM_PURE },
	{ "reload", NULL, play_reload, OOM_PURE },
	{ "simulated hour", NULL, play_planning, OOM_PURE },
	{ "router", NULL, play_router, OOM_PURE },
};

int main(void)
{
	return oom_main(scenes, TW_ARRAY_COUNT(scenes), oom_begin, 40, 400);
}
