/**
 * @file test_callback.c  Who was told that he would be called back
 *
 * Both phones are busy when a customer calls by carrier a.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "until.h"

enum { LEGS = 16 };

#define CALLER "+79161234567"
#define RUBLES(n) ((int64_t)((n) * 1000000000.0 + 0.5))


static int setup(void **state)
{
	static const struct world_key keys[] = {
		{ "plan[0].step[1].callback", TW_VALUE_TEXT, "staff" },
		{ "plan[0].step[1].ring", TW_VALUE_TEXT, NULL },
		{ "plan[0].step[1].ring_s", TW_VALUE_INTEGER, NULL },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static bool a_got_486(struct world *w)
{
	return world_got(&w->carrier_a, "486") > 0;
}


static bool a_is_called(struct world *w)
{
	return peer_count(&w->carrier_a, "INVITE", "sip:+79161234567@") > 0;
}


static bool anna_is_joined(struct world *w)
{
	return peer_count(&w->anna, "INVITE", "m=audio 6000") > 0 &&
		peer_count(&w->anna, "ACK", NULL) > 1;
}


static bool anna_got_three_byes(struct world *w)
{
	return peer_count(&w->anna, "SIP/2.0 200", "BYE") > 2;
}


static void promise(struct world *w)
{
	w->anna.h = w->boris.h = script_busy;
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, a_got_486);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	assert_int_equal(peer_count(&w->carrier_a, "SIP/2.0 486",
				    "you will be called back"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	world_pass(w, 2);
	world_run(w, is_empty);
}


/* Anna is free now, and picks up what rings. */
static void call_back(struct world *w)
{
	w->anna.count = 0;
	w->anna.h = script_agree;
	w->carrier_a.h = script_agree;
	clk_run(w->clk);
	world_run(w, anna_is_joined);
	clk_stop(w->clk);
}


static void anna_hangs_up(struct world *w)
{
	char from[256], to[256], callid[256];
	const char *invite = NULL;
	unsigned i;

	for (i = 0; i < w->anna.count; i++) {
		if (!strncmp(w->anna.seen[i], "INVITE", 6) &&
		    !world_is_inside(w->anna.seen[i]))
			invite = w->anna.seen[i];
	}
	assert_non_null(invite);
	peer_send(&w->anna, "BYE sip:gw@127.0.0.1 SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bKb%u\r\n"
		  "From: %s;tag=p\r\nTo: %s\r\nCall-ID: %s\r\n"
		  "CSeq: 1 BYE\r\nMax-Forwards: 70\r\n"
		  "Content-Length: 0\r\n\r\n", sa_port(&w->anna.addr),
		  w->anna.count, peer_header(to, sizeof(to), invite, "To"),
		  peer_header(from, sizeof(from), invite, "From"),
		  peer_header(callid, sizeof(callid), invite, "Call-ID"));
}


/* ---- both are there ---- */

static void test_the_member_first_then_the_caller(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	promise(w);
	call_back(w);
	/* she sees who it is; nothing is to be heard yet */
	assert_int_equal(peer_count(&w->anna, "INVITE",
				    "From: <sip:79161234567@"), 2);
	assert_int_equal(peer_count(&w->anna, "INVITE", "a=inactive"), 1);
	/* he sees the number that he called */
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:+" DID "@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", "m=audio 6000"),
			 1);
	world_pass(w, 60);
	anna_hangs_up(w);
	world_run(w, is_empty);
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].direction, TW_DIRECTION_INBOUND);
	assert_int_equal(legs[0].status, TW_CALL_BUSY);
	assert_int_equal(legs[1].direction, TW_DIRECTION_OUTBOUND);
	assert_int_equal(legs[1].status, TW_CALL_ANSWERED);
	assert_int_equal(legs[1].leg, 1);
	assert_true(legs[1].duration_us >= 60 * TW_SECOND);
	assert_int_equal(legs[1].cost_nanos, RUBLES(2.4) *
			 ((legs[1].duration_us + 60 * TW_SECOND - 1) /
			  (60 * TW_SECOND)));
}


static void test_who_hides_cannot_be_called(void **state)
{
	struct world *w = *state;

	w->anna.h = w->boris.h = script_busy;
	world_invite(w, &w->carrier_a, DID, "anonymous", "+" DID);
	world_run(w, a_got_480);
	world_pass(w, 60);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 1);
}


static bool a_got_two_486(struct world *w)
{
	return world_got(&w->carrier_a, "486") > 1;
}


/* Impatience gives nobody two places. */
static void test_who_calls_again_is_called_once(void **state)
{
	struct world *w = *state;

	promise(w);
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, a_got_two_486);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	call_back(w);
	world_pass(w, 10);
	anna_hangs_up(w);
	world_run(w, is_empty);
	w->anna.count = 0;
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
}


/* ---- one of them is not ---- */

static void test_the_caller_does_not_answer(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	promise(w);
	w->anna.count = 0;
	w->anna.h = script_agree;
	w->carrier_a.h = script_busy;
	clk_run(w->clk);
	world_run(w, anna_got_bye);
	clk_stop(w->clk);
	world_pass(w, 600);
	/* once is enough */
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[1].status, TW_CALL_BUSY);
}


static void hang_up_early(struct peer *peer, const char *text)
{
	script_agree(peer, text);
	if (!strncmp(text, "ACK", 3))
		anna_hangs_up(peer->arg);
}


static void test_a_member_who_hangs_up_is_asked_again(void **state)
{
	struct world *w = *state;

	promise(w);
	w->anna.count = 0;
	w->anna.h = hang_up_early;
	w->carrier_a.h = script_ring;
	clk_run(w->clk);
	world_run(w, anna_got_three_byes);
	clk_stop(w->clk);
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 3);
	assert_int_equal(peer_count(&w->carrier_a, "CANCEL", NULL), 3);
	world_run(w, is_empty);
}


static int setup_a_minute(void **state)
{
	static const struct world_key keys[] = {
		{ "plan[0].step[1].callback", TW_VALUE_TEXT, "staff" },
		{ "plan[0].step[1].wait_s", TW_VALUE_INTEGER, "60" },
		{ "plan[0].step[1].ring", TW_VALUE_TEXT, NULL },
		{ "plan[0].step[1].ring_s", TW_VALUE_INTEGER, NULL },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_nobody_is_free_in_time(void **state)
{
	struct world *w = *state;

	promise(w);
	world_pass(w, 120);
	assert_non_null(strstr(w->log, "79161234567 is not called back: "
			       "nobody was free in time"));
	w->anna.count = 0;
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
}


/* ---- what the member hears meanwhile ---- */

static void script_early(struct peer *peer, const char *text)
{
	if (!strncmp(text, "INVITE", 6) && !world_is_inside(text))
		world_early(peer, text);
	else
		script_agree(peer, text);
}


static bool anna_hears_it_ring(struct world *w)
{
	return peer_count(&w->anna, "INVITE", "m=audio 6000") > 0 &&
		peer_count(&w->anna, "ACK", NULL) > 1;
}


static bool is_answered(struct world *w)
{
	return strstr(w->log, ": answered after") != NULL;
}


static void test_the_member_hears_that_it_rings(void **state)
{
	struct world *w = *state;
	const char *invite = NULL;
	unsigned i;

	promise(w);
	w->anna.count = 0;
	w->anna.h = script_agree;
	w->carrier_a.h = script_early;
	clk_run(w->clk);
	world_run(w, anna_hears_it_ring);
	clk_stop(w->clk);
	assert_null(strstr(w->log, ": answered after"));
	for (i = 0; i < w->carrier_a.count; i++) {
		if (!strncmp(w->carrier_a.seen[i], "INVITE", 6))
			invite = w->carrier_a.seen[i];
	}
	script_answer(&w->carrier_a, invite);
	world_run(w, is_answered);
	world_pass(w, 30);
	/* it is the same session: she is not disturbed again */
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 2);
	anna_hangs_up(w);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
}


/* ---- over a restart ---- */

/* She has picked up, and he is being dialled. */
static void test_a_kill_in_between_begins_it_anew(void **state)
{
	struct world *w = *state;

	promise(w);
	w->anna.count = 0;
	w->anna.h = script_agree;
	w->carrier_a.h = script_ring;
	clk_run(w->clk);
	world_run(w, a_is_called);
	clk_stop(w->clk);
	world_pass(w, 70);
	world_kill(w);
	w->carrier_a.count = 0;
	world_start(w);
	call_back(w);
	assert_true(a_is_called(w));
	world_pass(w, 10);
	anna_hangs_up(w);
	world_run(w, is_empty);
}


static void test_a_promise_outlives_the_program(void **state)
{
	struct world *w = *state;

	promise(w);
	world_kill(w);
	w->anna.h = w->boris.h = script_busy;
	world_start(w);
	call_back(w);
	assert_true(a_is_called(w));
	world_pass(w, 10);
	anna_hangs_up(w);
	world_run(w, is_empty);
	world_stop(w);
	world_start(w);
	w->anna.count = 0;
	world_pass(w, 600);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
}


/* And the loss of the engine's memory. */
static void test_a_promise_outlives_the_memory(void **state)
{
	struct world *w = *state;
	static char text[65536];
	char path[160], *engine;
	size_t n;
	FILE *f;

	promise(w);
	world_kill(w);
	snprintf(path, sizeof(path), "%s/state", w->dir);
	f = fopen(path, "r+b");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	engine = strstr(text, "engine ");
	assert_non_null(engine);
	engine[60] ^= 1;
	rewind(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
	world_start(w);
	assert_non_null(strstr(w->log, "is forgotten"));
	call_back(w);
	assert_true(a_is_called(w));
	world_pass(w, 10);
	anna_hangs_up(w);
	world_run(w, is_empty);
}


#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_the_member_first_then_the_caller),
		CASE(test_who_hides_cannot_be_called),
		CASE(test_who_calls_again_is_called_once),
		CASE(test_the_caller_does_not_answer),
		CASE(test_a_member_who_hangs_up_is_asked_again),
		cmocka_unit_test_setup_teardown(test_nobody_is_free_in_time,
						setup_a_minute,
						world_teardown),
		CASE(test_the_member_hears_that_it_rings),
		CASE(test_a_kill_in_between_begins_it_anew),
		CASE(test_a_promise_outlives_the_program),
		CASE(test_a_promise_outlives_the_memory),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
