/**
 * @file test_follow.c  A phone that forwards by itself
 *
 * Anna's phone answers 302; Boris rings, or is busy.
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

static const char *to;


static void script_forward(struct peer *peer, const char *text)
{
	char line[256];

	if (strncmp(text, "INVITE", 6)) {
		script_ring(peer, text);
		return;
	}
	re_snprintf(line, sizeof(line), "Contact: %s\r\n", to);
	peer_reply(peer, text, "302 Moved Temporarily", "p", line);
}


static int setup(void **state)
{
	world_follow = true;
	return world_setup(state);
}


static int setup_without(void **state)
{
	world_follow = false;
	return world_setup(state);
}


static bool anna_was_asked(struct world *w)
{
	return peer_count(&w->anna, "ACK", NULL) > 0;
}


static bool b_was_cancelled(struct world *w)
{
	return peer_count(&w->carrier_a, "CANCEL", NULL) > 0;
}


static void ring_in(struct world *w, const char *contact)
{
	to = contact;
	w->anna.h = script_forward;
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
}


static void test_a_call_goes_on_to_the_number(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->boris.h = script_busy;
	w->carrier_a.h = script_answer;
	ring_in(w, "<sip:+74951112233@192.0.2.7>");
	world_run(w, a_got_200);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "sip:+74951112233@"), 1);
	world_pass(w, 30);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].direction + legs[1].direction,
			 TW_DIRECTION_INBOUND + TW_DIRECTION_FORWARD);
	assert_int_equal(legs[0].duration_us, 30 * TW_SECOND);
	assert_int_equal(legs[1].duration_us, 30 * TW_SECOND);
}


/* And is taken back when Boris is faster. */
static void test_another_one_answers_first(void **state)
{
	struct world *w = *state;

	w->boris.h = script_ring;
	ring_in(w, "<sip:+74951112233@192.0.2.7>");
	world_run(w, a_got_180);
	world_pass(w, 25);
	world_run(w, b_was_cancelled);
	assert_int_equal(peer_count(&w->boris, "CANCEL", NULL), 1);
}


static void check_ignored(struct world *w, const char *contact)
{
	w->boris.h = script_ring;
	ring_in(w, contact);
	world_run(w, anna_was_asked);
	world_run(w, a_got_180);
	world_pass(w, 3);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->fxo, "INVITE", NULL), 0);
	world_say(w, &w->carrier_a, "CANCEL", DID, CALLER, "+" DID);
	world_run(w, is_empty);
}


static void test_not_unless_it_is_told_to(void **state)
{
	check_ignored(*state, "<sip:+74951112233@192.0.2.7>");
}


static void test_what_is_no_number_is_nobody(void **state)
{
	static const char *const junk[] = { "<sip:boris@192.0.2.7>", "*",
		"<sip:112@192.0.2.7>", "<sip:+88216000000@192.0.2.7>",
		"junk", "<sip:@192.0.2.7>" };
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		w->anna.count = w->boris.count = w->carrier_a.count = 0;
		check_ignored(w, junk[i]);
	}
}


#define CASE(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_call_goes_on_to_the_number, setup),
		CASE(test_another_one_answers_first, setup),
		CASE(test_not_unless_it_is_told_to, setup_without),
		CASE(test_what_is_no_number_is_nobody, setup),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
