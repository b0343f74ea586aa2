/**
 * @file test_spend.c  Budgets of calls that the gateway carries
 *
 * Prices: carrier a 2.40 a minute, b 3.60, both 1.20 to Kazan, whole minutes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "until.h"

enum { LEGS = 16 };

#define CALLER "+79161234567"
#define RUBLES(n) ((int64_t)((n) * 1000000000.0 + 0.5))
#define BUDGET(hard) \
	{ "budget[0].name", TW_VALUE_TEXT, "kazan month" }, \
	{ "budget[0].department", TW_VALUE_TEXT, "kazan" }, \
	{ "budget[0].period", TW_VALUE_TEXT, "month" }, \
	{ "budget[0].hard", TW_VALUE_TEXT, hard }


static void dial(struct world *w, struct peer *phone, const char *name,
		 const char *number, bool (*until)(struct world *w))
{
	world_invite(w, phone, number, name, number);
	world_run(w, until);
	world_say(w, phone, "ACK", "gw", name, number);
}


static tw_budget_state budget(struct world *w)
{
	tw_budget_state state = TW_BUDGET_STATE_INIT;
	tw_budget_list *list = NULL;

	assert_int_equal(tw_budget_list_new(&list, w->store, clk_now(w->clk),
					    NULL), TW_OK);
	assert_int_equal(tw_budget_list_next(&state, list, NULL), TW_OK);
	tw_budget_list_free(list);

	return state;
}


static bool is_released(struct world *w)
{
	const tw_budget_state state = budget(w);

	return state.spent_nanos && !state.reserved_nanos;
}


/* Some legs have no price: -1. */
static int64_t total_of(const struct world_leg *legs, unsigned count)
{
	int64_t total = 0;

	while (count--) {
		if (legs[count].cost_nanos > 0)
			total += legs[count].cost_nanos;
	}

	return total;
}


/* ---- limits ---- */

static int setup_five(void **state)
{
	static const struct world_key keys[] = {
		BUDGET("5"),
		{ "budget[0].soft", TW_VALUE_TEXT, "2" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


/* Two minutes are 4.80, a third one would be 7.20. */
static void test_a_talk_ends_when_its_money_does(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_200);
	world_pass(w, 115);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	assert_int_equal(budget(w).reserved_nanos, RUBLES(4.8));
	world_pass(w, 10);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	assert_int_equal(peer_count(&w->anna, "BYE", NULL), 1);
	assert_non_null(strstr(w->log, "budget kazan month: soft limit of 2 "
			       "RUB reached: 2.4 spent and reserved"));
	assert_null(strstr(strstr(w->log, "soft limit") + 1, "soft limit"));
	assert_non_null(strstr(w->log, "ended: its budget has no money for "
			       "more than 120 s"));

	dial(w, &w->anna, "anna", "84951112233", anna_got_403);
	assert_int_equal(peer_count(&w->anna, "SIP/2.0 403", "Warning: 399 "
				    "trunkwise \"budget kazan month: "), 1);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_true(legs[0].duration_us > 119 * TW_SECOND &&
		    legs[0].duration_us <= 120 * TW_SECOND);
	assert_int_equal(legs[0].cost_nanos, RUBLES(4.8));
	assert_int_equal(budget(w).spent_nanos, RUBLES(4.8));
	w->gw = mem_deref(w->gw);
	assert_int_equal(budget(w).leased_nanos, 0);
}


/* A minute each is all that there is. */
static void test_two_at_once_share_it(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_200);
	dial(w, &w->boris, "boris", "84951112244", boris_got_200);
	world_pass(w, 300);
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].cost_nanos, RUBLES(2.4));
	assert_int_equal(legs[1].cost_nanos, RUBLES(2.4));
}


/* What it cost stays reserved until it is spent, be that much later. */
static void test_counted_once_while_the_store_is_locked(void **state)
{
	struct world *w = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *other = NULL;

	w->carrier_a.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_200);
	world_pass(w, 10);
	assert_int_equal(tw_store_open(&other, w->path, &options, NULL),
			 TW_OK);
	assert_int_equal(tw_store_begin(other, NULL), TW_OK);
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	world_pass(w, 90);
	assert_int_equal(budget(w).spent_nanos, 0);
	assert_int_equal(budget(w).reserved_nanos, RUBLES(2.4));
	assert_int_equal(tw_store_rollback(other, NULL), TW_OK);
	tw_store_free(other);
	clk_run(w->clk);
	world_run(w, is_released);
	clk_stop(w->clk);
	assert_int_equal(budget(w).spent_nanos, RUBLES(2.4));
}


/* b would be 3.60 for the first minute. */
static int setup_three(void **state)
{
	static const struct world_key keys[] = { BUDGET("3"),
						 { NULL, 0, NULL } };

	return world_setup_with(state, keys);
}


static void test_no_money_for_the_dearer_carrier(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_503;
	dial(w, &w->anna, "anna", "84951112233", anna_got_503);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	world_stop(w);
	assert_int_equal(budget(w).spent_nanos, 0);
	assert_int_equal(budget(w).reserved_nanos, 0);
}


static void test_the_next_carrier_takes_the_money_along(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_503;
	w->carrier_b.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_200);
	world_pass(w, 300);
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(total_of(legs, 2), RUBLES(3.6));
}


/* ---- who pays ---- */

static int setup_nothing(void **state)
{
	static const struct world_key keys[] = { BUDGET("0"),
						 { NULL, 0, NULL } };

	return world_setup_with(state, keys);
}


static void test_help_is_asked_for_nothing(void **state)
{
	struct world *w = *state;

	w->fxo.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_403);
	dial(w, &w->anna, "anna", "112", anna_got_200);
	assert_int_equal(peer_count(&w->fxo, "INVITE", "sip:112@"), 1);
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->fxo, "BYE", NULL), 0);
}


static void ring_in(struct world *w, bool (*until)(struct world *w))
{
	w->anna.h = w->boris.h = script_busy;
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, until);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
}


/* The department of the number that was called pays for the landline. */
static void test_no_money_to_go_on_to_the_landline(void **state)
{
	struct world *w = *state;

	ring_in(w, a_got_480);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
}


/* 1.20 a minute to Kazan: four minutes of 5 rubles. */
static void test_a_forwarded_talk_ends_on_both_sides(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_answer;
	ring_in(w, a_got_200);
	world_pass(w, 600);
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(total_of(legs, 2), RUBLES(4.8));
	assert_int_equal(legs[0].duration_us, legs[1].duration_us);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 2);
}


#define CASE(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_talk_ends_when_its_money_does, setup_five),
		CASE(test_two_at_once_share_it, setup_five),
		CASE(test_counted_once_while_the_store_is_locked, setup_five),
		CASE(test_no_money_for_the_dearer_carrier, setup_three),
		CASE(test_the_next_carrier_takes_the_money_along, setup_five),
		CASE(test_help_is_asked_for_nothing, setup_nothing),
		CASE(test_no_money_to_go_on_to_the_landline, setup_nothing),
		CASE(test_a_forwarded_talk_ends_on_both_sides, setup_five),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
