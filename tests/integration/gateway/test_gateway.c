/**
 * @file test_gateway.c  Whole calls through the gateway, and their records
 *
 * Prices: carrier a 2.40 a minute, b 3.60, both 1.20 to Kazan, whole minutes,
 * no VAT rule set: net. 882 is blocked, everything else has no price.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "until.h"

enum { LEGS = 16 };

#define CALLER "+79161234567"


static bool anna_and_boris_ring(struct world *w)
{
	return peer_count(&w->anna, "INVITE", NULL) &&
		peer_count(&w->boris, "INVITE", NULL);
}


static bool a_got_487(struct world *w)
{
	return world_got(&w->carrier_a, "487") > 0;
}


static bool boris_was_cancelled(struct world *w)
{
	return peer_count(&w->boris, "CANCEL", NULL) > 0;
}


static void ring_in(struct world *w)
{
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
}


/* ---- inbound ---- */

static void test_first_answer_wins_and_the_loser_is_told(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->anna.h = script_answer;
	ring_in(w);
	world_run(w, a_got_200);
	world_run(w, boris_was_cancelled);
	assert_int_equal(peer_count(&w->boris, "CANCEL",
				    "Call completed elsewhere"), 1);
	assert_int_equal(peer_count(&w->anna, "CANCEL", NULL), 0);
	assert_int_equal(world_got(&w->carrier_a, "180"), 1);

	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_pass(w, 90);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, anna_got_bye);
	world_run(w, is_empty);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].direction, TW_DIRECTION_INBOUND);
	assert_int_equal(legs[0].status, TW_CALL_ANSWERED);
	assert_int_equal(legs[0].duration_us, 90 * TW_SECOND);
	assert_string_equal(legs[0].trunk, "a");
}


static bool a_got_three_200(struct world *w)
{
	return world_got(&w->carrier_a, "200") >= 3;
}


/* 0.5 s, then 1 s: the caller's ACK gets lost twice. */
static void test_answer_is_repeated_until_its_ack(void **state)
{
	struct world *w = *state;

	w->anna.h = script_answer;
	ring_in(w);
	world_run(w, a_got_three_200);
	assert_int_equal(clk_busy_count(w->clk), 1);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->anna, "BYE", NULL), 1);
}


static void test_lost_end_is_bounded(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->anna.h = script_answer;
	ring_in(w);
	world_run(w, a_got_200);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_pass(w, 6 * 3600);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->anna, "BYE", NULL), 1);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].duration_us, 4 * 3600 * TW_SECOND);
}


static unsigned count_open(struct world *w, int64_t *seconds)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list = NULL;
	unsigned n = 0;

	assert_int_equal(tw_open_calls(&list, w->store, NULL), TW_OK);
	while (tw_listing_next(&row, list, NULL) == TW_OK) {
		assert_string_equal(row.kind, "open");
		*seconds = row.seconds;
		n++;
	}
	tw_listing_free(list);
	return n;
}


static bool is_recorded(struct world *w)
{
	int64_t seconds;

	return count_open(w, &seconds) == 1;
}


static bool is_told_again(struct world *w)
{
	int64_t seconds = 0;

	return count_open(w, &seconds) == 1 && seconds == 2700;
}


/* An hour of talk is known from its first second, then every 15 minutes, and
 * is one call in the end. */
static void test_a_talk_is_known_while_it_lasts(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];
	int64_t seconds;

	w->anna.h = script_answer;
	ring_in(w);
	world_run(w, a_got_200);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_run(w, is_recorded);
	world_pass(w, 3500);
	world_run(w, is_told_again);
	assert_int_equal(world_legs(w, legs, LEGS), 0);
	world_pass(w, 100);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, anna_got_bye);
	world_run(w, is_empty);
	world_stop(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].duration_us, 3600 * TW_SECOND);
	assert_int_equal(count_open(w, &seconds), 0);
}


static void test_caller_gives_up(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	ring_in(w);
	world_run(w, a_got_180);
	world_run(w, anna_and_boris_ring);
	world_say(w, &w->carrier_a, "CANCEL", DID, CALLER, "+" DID);
	world_run(w, a_got_487);
	world_run(w, boris_was_cancelled);
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->boris, "CANCEL", "elsewhere"), 0);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].status, TW_CALL_CANCELLED);
	assert_int_equal(legs[0].duration_us, 0);
}


static bool line_rings(struct world *w)
{
	return peer_count(&w->carrier_a, "INVITE", NULL) > 0;
}


/* Both phones are busy: over to the landline, a paid leg over a carrier. */
static void test_busy_phones_overflow_to_the_landline(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	w->anna.h = script_busy;
	w->boris.h = script_busy;
	w->carrier_a.h = script_answer;
	ring_in(w);
	world_run(w, line_rings);
	world_run(w, a_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "sip:+78435550909@127.0.0.1"), 1);
	/* The carrier sees our number, the answerer sees who calls. */
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: \"+79161234567\" <sip:+" DID), 1);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_pass(w, 61);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, is_empty);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].direction, TW_DIRECTION_INBOUND);
	assert_int_equal(legs[1].direction, TW_DIRECTION_FORWARD);
	assert_int_equal(legs[1].leg, 2);
	assert_int_equal(legs[1].status, TW_CALL_ANSWERED);
	assert_int_equal(legs[1].duration_us, 61 * TW_SECOND);
	assert_string_equal(legs[1].trunk, "a");
	assert_int_equal(legs[1].cost_nanos, 2400000000LL);
}


/* ---- the same person for the same caller ---- */

static int setup_sticky(void **state)
{
	static const struct world_key keys[] = {
		{ "pool[0].policy", 1, "sticky" },
		{ NULL, 0, NULL }
	};

	return world_setup_with(state, keys);
}


static void talk(struct world *w, const char *caller)
{
	world_invite(w, &w->carrier_a, DID, caller, "+" DID);
	world_run(w, this_call_is_answered);
	world_say(w, &w->carrier_a, "ACK", DID, caller, "+" DID);
	world_pass(w, 5);
	world_say(w, &w->carrier_a, "BYE", DID, caller, "+" DID);
	world_run(w, is_empty);
}


static void check_sticks(struct world *w, struct peer *one,
			 struct peer *other)
{
	unsigned i;

	one->h = script_answer;
	other->h = script_busy;
	talk(w, CALLER);
	other->h = script_answer;
	i = peer_count(other, "INVITE", NULL);
	talk(w, CALLER);
	talk(w, CALLER);
	assert_int_equal(peer_count(other, "INVITE", NULL), i);
	assert_int_equal(peer_count(one, "INVITE", NULL), 3);
}


static void test_who_answered_last_rings_first(void **state)
{
	struct world *w = *state;

	check_sticks(w, &w->anna, &w->boris);
}


static void test_whoever_it_was(void **state)
{
	struct world *w = *state;

	check_sticks(w, &w->boris, &w->anna);
}


static void test_nobody_answers(void **state)
{
	struct world *w = *state;
	struct world_leg legs[LEGS];

	ring_in(w);
	world_run(w, anna_and_boris_ring);
	world_pass(w, 60);
	world_run(w, a_got_480);
	world_run(w, is_empty);
	world_stop(w);

	assert_int_equal(world_legs(w, legs, LEGS), 2);
	assert_int_equal(legs[0].status, TW_CALL_NO_ANSWER);
	assert_int_equal(legs[1].status, TW_CALL_NO_ANSWER);
	assert_int_equal(legs[1].duration_us, 0);
}


/* The contract's other rule: the caller in From, and who forwards him. */
static int setup_diversion(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].identity", TW_VALUE_TEXT, "pai" },
		{ "trunk[0].forward", TW_VALUE_TEXT, "diversion" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_forwarded_with_diversion(void **state)
{
	struct world *w = *state;

	w->anna.h = script_busy;
	w->boris.h = script_busy;
	w->carrier_a.h = script_answer;
	ring_in(w);
	world_run(w, a_got_200);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "From: <sip:" CALLER "@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "\r\nDiversion: <sip:+" DID "@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE",
				    "\r\nP-Asserted-Identity: <sip:+" DID
				    "@"), 1);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, is_empty);
}


/* ---- store and secrets ---- */

static bool has_record(struct world *w)
{
	struct gateway_stats stats;

	gateway_stats(w->gw, &stats);
	return stats.records == 1;
}


static void test_records_wait_while_the_store_is_locked(void **state)
{
	struct world *w = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	struct world_leg legs[LEGS];
	struct gateway_stats stats;
	tw_store *other = NULL;
	char path[128];

	re_snprintf(path, sizeof(path), "%s/store.db", w->dir);
	assert_int_equal(tw_store_open(&other, path, &options, NULL), TW_OK);
	assert_int_equal(tw_store_begin(other, NULL), TW_OK);
	world_invite(w, &w->anna, "+88216000000", "anna",
		     "+88216000000");
	world_run(w, anna_got_403);
	world_pass(w, 30);
	gateway_stats(w->gw, &stats);
	assert_int_equal(stats.records, 0);
	assert_int_equal(world_legs(w, legs, LEGS), 0);

	assert_int_equal(tw_store_rollback(other, NULL), TW_OK);
	tw_store_free(other);
	world_run(w, has_record);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
}


static void release_handler(void *arg)
{
	assert_int_equal(tw_store_rollback(arg, NULL), TW_OK);
}


static void test_stop_waits_for_the_store(void **state)
{
	struct world *w = *state;
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	struct world_leg legs[LEGS];
	tw_store *other = NULL;
	char path[128];
	struct tmr tmr;

	re_snprintf(path, sizeof(path), "%s/store.db", w->dir);
	assert_int_equal(tw_store_open(&other, path, &options, NULL), TW_OK);
	assert_int_equal(tw_store_begin(other, NULL), TW_OK);
	world_invite(w, &w->anna, "+88216000000", "anna",
		     "+88216000000");
	world_run(w, anna_got_403);
	tmr_init(&tmr);
	tmr_start(&tmr, 300, release_handler, other);
	world_stop(w);
	assert_false(tmr_isrunning(&tmr));
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	tw_store_free(other);
}


static void test_password_that_others_can_read_is_refused(void **state)
{
	struct world *w = *state;
	struct gateway_options options = {
		.store = w->store, .directory = w->directory, .sip = w->sip,
		.clk = w->clk, .secrets_dir = w->dir,
		.store_path = w->path, .name = "second",
	};
	struct gateway *gw = NULL;
	tw_error err = TW_ERROR_INIT;
	char path[128];
	FILE *file;

	re_snprintf(path, sizeof(path), "%s/secret", w->dir);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_not_equal(gateway_alloc(&gw, &options, &err), 0);
	assert_null(gw);
	assert_string_equal(err.field, "password_file");
	assert_non_null(strstr(err.message, "chmod 600"));

	assert_int_equal(chmod(path, 0600), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("\xef\xbb\xbfsecret\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_not_equal(gateway_alloc(&gw, &options, &err), 0);
	assert_null(gw);
	assert_non_null(strstr(err.message, "byte order mark"));

	options.secrets_dir = "/nowhere";
	assert_int_not_equal(gateway_alloc(&gw, &options, &err), 0);
	assert_null(gw);
	assert_int_equal(err.code, TW_EIO);
}


#define CASE_WITH(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)
#define CASE(name) \
	cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_first_answer_wins_and_the_loser_is_told),
		CASE(test_answer_is_repeated_until_its_ack),
		CASE(test_lost_end_is_bounded),
		CASE(test_a_talk_is_known_while_it_lasts),
		CASE(test_caller_gives_up),
		CASE(test_busy_phones_overflow_to_the_landline),
		CASE_WITH(test_who_answered_last_rings_first, setup_sticky),
		CASE_WITH(test_whoever_it_was, setup_sticky),
		CASE(test_nobody_answers),
		CASE_WITH(test_forwarded_with_diversion, setup_diversion),
		CASE(test_records_wait_while_the_store_is_locked),
		CASE(test_stop_waits_for_the_store),
		CASE(test_password_that_others_can_read_is_refused),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
