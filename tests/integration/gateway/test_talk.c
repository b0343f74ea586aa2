/**
 * @file test_talk.c  What happens while two people talk
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


/* ---- a new offer ---- */

#define HOLD "v=0\r\no=x 1 2 IN IP4 127.0.0.1\r\ns=-\r\n" \
	"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n" \
	"a=sendonly\r\n"


static void script_refuse(struct peer *peer, const char *text)
{
	if (world_is_inside(text))
		peer_reply(peer, text, "415 Unsupported Media Type", NULL,
			   NULL);
	else
		script_answer(peer, text);
}


static void script_ponder(struct peer *peer, const char *text)
{
	if (!world_is_inside(text))
		script_answer(peer, text);
}


/* Inside of the call that the gateway made to Anna. */
static void anna_says(struct world *w, const char *method, unsigned cseq,
		      const char *body)
{
	char from[256], to[256], callid[256];
	const char *invite = w->anna.seen[0];

	peer_send(&w->anna, "%s sip:gw@127.0.0.1 SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;"
		  "branch=z9hG4bKanna%u%s\r\n"
		  "From: %s;tag=p\r\nTo: %s\r\nCall-ID: %s\r\n"
		  "CSeq: %u %s\r\nMax-Forwards: 70\r\n"
		  "Contact: <sip:anna@127.0.0.1:%u>\r\n%s"
		  "Content-Length: %zu\r\n\r\n%s", method,
		  sa_port(&w->anna.addr), cseq, method,
		  peer_header(to, sizeof(to), invite, "To"),
		  peer_header(from, sizeof(from), invite, "From"),
		  peer_header(callid, sizeof(callid), invite, "Call-ID"),
		  cseq, method, sa_port(&w->anna.addr),
		  body[0] ? "Content-Type: application/sdp\r\n" : "",
		  strlen(body), body);
}


static bool anna_is_held(struct world *w)
{
	return peer_count(&w->anna, "SIP/2.0 200", "a=recvonly") > 0;
}


static bool anna_is_held_again(struct world *w)
{
	return peer_count(&w->anna, "SIP/2.0 200", "a=recvonly") > 1;
}


static bool a_is_held(struct world *w)
{
	return peer_count(&w->carrier_a, "SIP/2.0 200", "a=recvonly") > 0;
}


static bool anna_got_488(struct world *w)
{
	return world_got(&w->anna, "488") > 0;
}


static bool a_was_asked(struct world *w)
{
	return peer_count(&w->carrier_a, "INVITE", "a=sendonly") > 0;
}


static bool a_got_491(struct world *w)
{
	return world_got(&w->carrier_a, "491") > 0;
}


static bool anna_got_415(struct world *w)
{
	return world_got(&w->anna, "415") > 0;
}


static void hang_up(struct world *w, int64_t seconds)
{
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	assert_int_equal(talked_s(w), seconds);
}


static void test_hold_by_who_was_called(void **state)
{
	struct world *w = *state;

	w->anna.h = w->carrier_a.h = script_agree;
	talk(w);
	anna_says(w, "INVITE", 1, HOLD);
	world_run(w, anna_is_held);
	anna_says(w, "ACK", 1, "");
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", "a=sendonly"),
			 1);
	world_pass(w, 60);
	assert_int_equal(peer_count(&w->carrier_a, "ACK", NULL), 1);
	/* and on again */
	anna_says(w, "INVITE", 2, HOLD);
	world_run(w, anna_is_held_again);
	anna_says(w, "ACK", 2, "");
	world_pass(w, 60);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 2);
	hang_up(w, 120);
}


static void test_hold_by_the_caller(void **state)
{
	struct world *w = *state;

	w->anna.h = script_agree;
	talk(w);
	world_reinvite(w, &w->carrier_a, DID, CALLER, HOLD);
	world_run(w, a_is_held);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	assert_int_equal(peer_count(&w->anna, "INVITE", "a=sendonly"), 1);
	world_pass(w, 60);
	hang_up(w, 60);
}


static void test_a_refusal_is_passed_back(void **state)
{
	struct world *w = *state;

	w->anna.h = script_agree;
	w->carrier_a.h = script_refuse;
	talk(w);
	anna_says(w, "INVITE", 1, HOLD);
	world_run(w, anna_got_415);
	anna_says(w, "ACK", 1, "");
	/* whose answer would come with the ACK */
	anna_says(w, "INVITE", 2, "");
	world_run(w, anna_got_488);
	world_pass(w, 10);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 1);
	hang_up(w, 10);
}


static void test_two_offers_cross(void **state)
{
	struct world *w = *state;

	w->anna.h = script_agree;
	w->carrier_a.h = script_ponder;
	talk(w);
	anna_says(w, "INVITE", 1, HOLD);
	world_run(w, a_was_asked);
	world_reinvite(w, &w->carrier_a, DID, CALLER, HOLD);
	world_run(w, a_got_491);
	/* and she hangs up in the middle of it */
	anna_says(w, "BYE", 2, "");
	world_run(w, is_empty);
	assert_int_equal(world_got(&w->anna, "487"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
}


/* ---- both hang up ---- */

/* Silent to a BYE: its own is on its way. */
static void script_hang_up_too(struct peer *peer, const char *text)
{
	if (strncmp(text, "BYE ", 4))
		script_answer(peer, text);
}


static bool a_got_bye(struct world *w)
{
	return peer_count(&w->carrier_a, "BYE", NULL) > 0;
}


static unsigned bye_answers(const struct peer *peer, const char *status)
{
	unsigned i, n = 0;

	for (i = 0; i < peer->count; i++) {
		if (!strncmp(peer->seen[i], "SIP/2.0 ", 8) &&
		    !strncmp(peer->seen[i] + 8, status, strlen(status)) &&
		    strstr(peer->seen[i], " BYE\r\n"))
			n++;
	}

	return n;
}


static bool a_bye_was_answered(struct world *w)
{
	return bye_answers(&w->carrier_a, "") > 0;
}


/* Both have hung up: neither is told that there was no call. */
static void test_two_byes_cross(void **state)
{
	struct world *w = *state;

	w->anna.h = script_answer;
	w->carrier_a.h = script_hang_up_too;
	talk(w);
	anna_says(w, "BYE", 1, "");
	world_run(w, a_got_bye);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, a_bye_was_answered);
	assert_int_equal(bye_answers(&w->carrier_a, "200"), 1);
	w->carrier_a.h = script_answer;
	world_run(w, is_empty);
}


#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_who_forgot_the_call_ends_it),
		CASE(test_two_silences_end_it),
		CASE(test_one_silence_does_not),
		CASE(test_hold_by_who_was_called),
		CASE(test_hold_by_the_caller),
		CASE(test_a_refusal_is_passed_back),
		CASE(test_two_offers_cross),
		CASE(test_two_byes_cross),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
