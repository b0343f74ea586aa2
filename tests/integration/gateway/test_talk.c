/**
 * @file test_talk.c  What happens while two people talk
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "world.h"

enum { LEGS = 16 };

#define CALLER "+79161234567"


static bool a_got_200(struct world *w)
{
	return world_got(&w->carrier_a, "200") > 0;
}


static bool is_empty(struct world *w)
{
	struct gateway_stats stats;

	gateway_stats(w->gw, &stats);
	return stats.live == 0 && clk_busy_count(w->clk) == 0;
}


static void talk(struct world *w)
{
	w->boris.h = script_busy;
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, a_got_200);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
}


static int64_t talked_s(struct world *w)
{
	struct world_leg legs[LEGS];

	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);

	return legs[0].duration_us / TW_SECOND;
}


/* ---- a BYE that got lost ---- */

static void test_who_forgot_the_call_ends_it(void **state)
{
	struct world *w = *state;

	w->anna.h = script_forgetful;
	talk(w);
	world_pass(w, 290);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	world_pass(w, 20);
	assert_int_equal(talked_s(w), 300);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	assert_int_equal(peer_count(&w->anna, "BYE", NULL), 1);
	assert_non_null(strstr(w->log, "ended: who was called knows nothing "
			       "of it any more"));
}


/* It may have been the network: asked once more. */
static void test_two_silences_end_it(void **state)
{
	struct world *w = *state;

	w->anna.h = script_deaf;
	talk(w);
	world_pass(w, 310);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	world_pass(w, 300);
	assert_int_equal(talked_s(w), 600);
	assert_non_null(strstr(w->log, "ended: who was called does not "
			       "answer"));
}


static void test_one_silence_does_not(void **state)
{
	struct world *w = *state;

	w->anna.h = script_deaf;
	talk(w);
	world_pass(w, 310);
	w->anna.h = script_answer;
	world_pass(w, 300);
	w->anna.h = script_deaf;
	world_pass(w, 300);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	w->anna.h = script_answer;
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	assert_int_equal(talked_s(w), 910);
}


#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_who_forgot_the_call_ends_it),
		CASE(test_two_silences_end_it),
		CASE(test_one_silence_does_not),
	};
	int err;

	if (libre_init())
		return 1;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	libre_close();

	return err;
}
