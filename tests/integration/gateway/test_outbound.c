/**
 * @file test_outbound.c  Calls of our phones: which carrier, which number
 *
 * Prices: carrier a 2.40 a minute, b 3.60, both 1.20 to Kazan, whole minutes,
 * no VAT rule set: net. 882 is blocked, everything else has no price.
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


static void dial_out(struct world *w, const char *number)
{
	world_invite(w, &w->anna, number, "anna", number);
}


static void test_cheapest_carrier_with_a_number_of_the_department(
	void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "sip:+74951112233@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:+78435550102@"), 1);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_pass(w, 30);

	/* Anna talks: a call in rings Boris alone. */
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, a_got_180);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->boris, "INVITE", NULL), 1);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].direction, TW_DIRECTION_OUTBOUND);
	assert_int_equal(legs[0].status, TW_CALL_ANSWERED);
	assert_int_equal(legs[0].duration_us, 30 * TW_SECOND);
	assert_int_equal(legs[0].cost_nanos, 2400000000LL);
}


/* The best number of the department was not granted, so the next is shown. */
static int setup_refused(void **state)
{
	static const struct world_key keys[] = {
		{ "contract[0].name", TW_VALUE_TEXT, "a-2026" },
		{ "contract[0].carrier", TW_VALUE_TEXT, "a" },
		{ "approval[0].name", TW_VALUE_TEXT, "0102 at a" },
		{ "approval[0].number", TW_VALUE_TEXT, "+78435550102" },
		{ "approval[0].contract", TW_VALUE_TEXT, "a-2026" },
		{ "approval[0].status", TW_VALUE_TEXT, "requested" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_only_approved_numbers_are_shown(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:+78435550102@"), 0);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:+" DID "@"), 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
}


/* From Kazan to Moscow only with a contract: b has one, a is cheaper. */
#define FROM_KAZAN \
	{ "contract[0].name", TW_VALUE_TEXT, "b-2026" }, \
	{ "contract[0].carrier", TW_VALUE_TEXT, "b" }, \
	{ "permission[0].name", TW_VALUE_TEXT, "from Kazan" }, \
	{ "permission[0].from[0]", TW_VALUE_TEXT, "7843" }, \
	{ "permission[0].to[0]", TW_VALUE_TEXT, "7495" }

static int setup_permitted(void **state)
{
	static const struct world_key keys[] = {
		FROM_KAZAN,
		{ "contract[0].legal_verdict", TW_VALUE_TEXT, "accepted" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static int setup_not_permitted(void **state)
{
	static const struct world_key keys[] = {
		FROM_KAZAN,
		{ "contract[0].legal_verdict", TW_VALUE_TEXT, "refused" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_the_carrier_with_a_contract_carries_it(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_answer;
	w->carrier_b.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE",
				    "From: <sip:+78435550202@"), 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_string_equal(legs[0].trunk, "b");
}


static void test_nobody_is_permitted(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	dial_out(w, "84951112233");
	world_run(w, anna_got_403);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_pass(w, 1);    /* records are read by their start */
	/* but who is in need is not asked for a contract */
	w->fxo.h = script_answer;
	dial_out(w, "112");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->fxo, "INVITE", "sip:112@127.0.0.1"),
			 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "112");
	world_say(w, &w->anna, "BYE", "gw", "anna", "112");
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].status, TW_CALL_FAILED);
}


static void test_next_carrier_when_the_first_fails(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_503;
	w->carrier_b.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	/* b lets only its own numbers pass */
	assert_int_equal(peer_count(&w->carrier_b, "INVITE",
				    "From: <sip:+78435550202@"), 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_pass(w, 10);
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	/* What decided is leg 1; the carrier's failure before it is leg 2. */
	assert_string_equal(legs[0].trunk, "b");
	assert_int_equal(legs[0].status, TW_CALL_ANSWERED);
	assert_int_equal(legs[0].cost_nanos, 3600000000LL);
	assert_string_equal(legs[1].trunk, "a");
	assert_int_equal(legs[1].leg, 2);
	assert_int_equal(legs[1].status, TW_CALL_FAILED);
	assert_int_equal(legs[1].cost_nanos <= 0, 1);
}


static void test_silent_carrier_is_passed_over(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_silent;
	w->carrier_b.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
}


static int setup_asked(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].qualify_s", TW_VALUE_INTEGER, "60" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


/* Its registration still stands, but OPTIONS find it dead: no call is lost to
 * find that out. Back it comes only after some good answers. */
static void test_carrier_that_is_down_gets_no_calls(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_deaf;
	w->carrier_b.h = script_answer;
	world_pass(w, 130);
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);

	w->carrier_a.h = script_answer;
	world_pass(w, 240);
	w->anna.count = 0;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
}


static bool anna_got_486(struct world *w)
{
	return world_got(&w->anna, "486") > 0;
}


static void test_busy_person_is_not_tried_by_another_carrier(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->carrier_a.h = script_busy;
	dial_out(w, "84951112233");
	world_run(w, anna_got_486);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].status, TW_CALL_BUSY);
}


/* The code is the carrier's; the cause in its Reason is the person's. */
static void test_a_cause_is_believed_before_the_code(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_busy_behind_503;
	dial_out(w, "84951112233");
	world_run(w, anna_got_503);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
}


/* A carrier that is congested is not asked again for a while. */
static void test_a_congested_carrier_is_left_alone(void **state)
{
	struct world *w = *state;
	unsigned i;

	w->carrier_a.h = script_503;
	w->carrier_b.h = script_answer;
	for (i = 0; i < 2; i++) {
		w->anna.count = 0;
		dial_out(w, "84951112233");
		world_run(w, anna_got_200);
		world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
		world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
		world_run(w, is_empty);
	}
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 2);
}


static bool anna_got_404(struct world *w)
{
	return world_got(&w->anna, "404") > 0;
}


static void test_a_wrong_number_is_nobodys_fault(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_404;
	dial_out(w, "84951112233");
	world_run(w, anna_got_404);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
}


static void test_blocked_and_unpriced_are_refused_and_recorded(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	dial_out(w, "+88216000000");
	world_run(w, anna_got_403);
	world_pass(w, 1);
	dial_out(w, "+14155550100");
	world_run(w, anna_got_404);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].direction, TW_DIRECTION_OUTBOUND);
	assert_int_equal(legs[0].status, TW_CALL_FAILED);
	assert_int_equal(legs[0].cost_nanos <= 0, 1);
	assert_int_equal(legs[1].status, TW_CALL_FAILED);
	assert_int_equal(legs[1].duration_us, 0);
}


static bool fxo_rings(struct world *w)
{
	return peer_count(&w->fxo, "INVITE", NULL) > 0;
}


static void test_emergency_goes_by_the_sites_own_line(void **state)
{
	struct world *w = *state;

	w->fxo.h = script_answer;
	dial_out(w, "112");
	world_run(w, fxo_rings);
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->fxo, "INVITE", "sip:112@127.0.0.1"),
			 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	world_say(w, &w->anna, "ACK", "gw", "anna", "112");
	world_say(w, &w->anna, "BYE", "gw", "anna", "112");
}


/* Help comes to where the number is: the site's, before the department's. */
static int setup_site_number(void **state)
{
	static const struct world_key keys[] = {
		{ "number[0].site", TW_VALUE_TEXT, "kazan-1" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_emergency_falls_back_to_a_trunk(void **state)
{
	struct world *w = *state;

	w->fxo.h = script_503;
	w->carrier_a.h = script_answer;
	dial_out(w, "112");
	world_run(w, anna_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", "sip:112@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:+" DID "@"), 1);
}


static bool b_got_404(struct world *w)
{
	return world_got(&w->carrier_b, "404") > 0;
}


static void test_a_phones_name_from_elsewhere_is_no_phone(void **state)
{
	struct world *w = *state;
	struct gateway_stats stats;
	struct world_leg legs[LEGS];

	world_invite(w, &w->carrier_b, "84951112233", "anna", "84951112233");
	world_run(w, b_got_404);
	gateway_stats(w->gw, &stats);
	assert_int_equal(stats.refused, 1);
	assert_int_equal(stats.outbound, 0);
	world_stop(w);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(world_legs(w, legs, LEGS), 0);
}


static bool anna_got_two_200(struct world *w)
{
	return world_got(&w->anna, "200") > 1;
}


static void test_112_passes_from_a_busy_phone(void **state)
{
	struct world *w = *state;

	w->carrier_a.h = script_answer;
	w->fxo.h = script_answer;
	dial_out(w, "84951112233");
	world_run(w, anna_got_200);
	world_say(w, &w->anna, "ACK", "gw", "anna", "84951112233");
	dial_out(w, "84951112244");
	world_run(w, anna_got_486);
	dial_out(w, "112");
	world_run(w, anna_got_two_200);
	assert_int_equal(peer_count(&w->fxo, "INVITE", "sip:112@"), 1);
}


#define CASE_WITH(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)
#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_cheapest_carrier_with_a_number_of_the_department),
		CASE(test_next_carrier_when_the_first_fails),
		CASE(test_silent_carrier_is_passed_over),
		CASE_WITH(test_only_approved_numbers_are_shown,
			  setup_refused),
		CASE_WITH(test_the_carrier_with_a_contract_carries_it,
			  setup_permitted),
		CASE_WITH(test_nobody_is_permitted, setup_not_permitted),
		CASE_WITH(test_carrier_that_is_down_gets_no_calls,
			  setup_asked),
		CASE(test_busy_person_is_not_tried_by_another_carrier),
		CASE(test_a_cause_is_believed_before_the_code),
		CASE(test_a_congested_carrier_is_left_alone),
		CASE(test_a_wrong_number_is_nobodys_fault),
		CASE(test_blocked_and_unpriced_are_refused_and_recorded),
		CASE(test_emergency_goes_by_the_sites_own_line),
		CASE_WITH(test_emergency_falls_back_to_a_trunk,
			  setup_site_number),
		CASE(test_a_phones_name_from_elsewhere_is_no_phone),
		CASE(test_112_passes_from_a_busy_phone),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
