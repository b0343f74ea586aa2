/**
 * @file test_reload.c  Another directory under live calls
 *
 * Anna talks over carrier a while things change around her.
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
#define END { NULL, 0, NULL }


static bool boris_got_403(struct world *w)
{
	return world_got(&w->boris, "403") > 0;
}


static bool boris_rings(struct world *w)
{
	return peer_count(&w->boris, "INVITE", NULL) > 0;
}


static void dial(struct world *w, struct peer *phone, const char *name,
		 const char *number, bool (*until)(struct world *w))
{
	world_invite(w, phone, number, name, number);
	world_run(w, until);
	world_say(w, phone, "ACK", "gw", name, number);
}


static void talk(struct world *w)
{
	w->carrier_a.h = w->carrier_b.h = script_answer;
	dial(w, &w->anna, "anna", "84951112233", anna_got_200);
	world_pass(w, 10);
}


static void end_talk(struct world *w)
{
	snprintf(w->callid, sizeof(w->callid), "call-1@test");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	world_stop(w);
}


/* No longer Anna's number, and no longer her pool; but her talk. */
static void test_a_talk_goes_on(void **state)
{
	static const struct world_key keys[] = {
		{ "pool[0].member[0].phone", TW_VALUE_TEXT, "boris" },
		{ "pool[0].member[1].phone", TW_VALUE_TEXT, NULL },
		END,
	};
	struct world *w = *state;
	struct world_leg legs[LEGS];

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	assert_non_null(strstr(w->log, "reload: member anna: "));
	world_pass(w, 10);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	end_talk(w);
	assert_int_equal(world_legs(w, legs, LEGS), 1);
	assert_int_equal(legs[0].duration_us, 20 * TW_SECOND);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
}


static void test_who_rings_is_new(void **state)
{
	static const struct world_key keys[] = {
		{ "pool[0].member[0].phone", TW_VALUE_TEXT, "boris" },
		{ "pool[0].member[1].phone", TW_VALUE_TEXT, NULL },
		END,
	};
	struct world *w = *state;

	assert_int_equal(world_reload(w, keys), 0);
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, boris_rings);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
}


/* A phone that the new directory does not know ends its call itself. */
static void test_a_phone_that_is_gone_hangs_up(void **state)
{
	static const struct world_key keys[] = {
		{ "phone[0].name", TW_VALUE_TEXT, "vera" },
		{ "phone[0].uri", TW_VALUE_TEXT, "sip:vera@192.0.2.1" },
		{ "pool[0].member[0].phone", TW_VALUE_TEXT, "boris" },
		{ "pool[0].member[1].phone", TW_VALUE_TEXT, NULL },
		END,
	};
	struct world *w = *state;

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	end_talk(w);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	/* but it begins none any more */
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 0);
}


static int setup_one_call(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].calls_max", TW_VALUE_INTEGER, "1" },
		END,
	};

	return world_setup_with(state, keys);
}


/* Her call still holds the only line of carrier a. */
static void test_lines_stay_taken(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].calls_max", TW_VALUE_INTEGER, "1" },
		{ "department[1].city", TW_VALUE_TEXT, "Ufa" },
		END,
	};
	struct world *w = *state;

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	dial(w, &w->boris, "boris", "84951112244", boris_got_200);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", NULL), 1);
	world_say(w, &w->boris, "BYE", "gw", "boris", "84951112244");
	world_run(w, boris_got_200);
	world_pass(w, 1);
}


/* A trunk that nobody wants any more stays for the call that is on it. */
static void test_a_trunk_goes_after_its_calls(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].name", TW_VALUE_TEXT, "b2" },
		{ "trunk[0].carrier", TW_VALUE_TEXT, "b" },
		{ "trunk[0].registrar", TW_VALUE_TEXT,
		  "sip:127.0.0.1:%B;transport=udp" },
		{ "trunk[0].user", TW_VALUE_TEXT, "trunk-b2" },
		{ "trunk[0].realm", TW_VALUE_TEXT, "b.test" },
		{ "site[0].emergency[1]", TW_VALUE_TEXT, "b" },
		END,
	};
	struct world *w = *state;
	const unsigned before = peer_count(&w->carrier_b, "REGISTER", NULL);

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	world_pass(w, 200);
	assert_true(peer_count(&w->carrier_b, "REGISTER", "trunk-b2") > 0);
	assert_true(peer_count(&w->carrier_b, "REGISTER", NULL) > before);
	assert_int_equal(peer_count(&w->carrier_a, "REGISTER", "Expires: 0"),
			 0);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	world_say(w, &w->carrier_a, "OPTIONS", "x", "x", "x");
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 1);
	world_pass(w, 200);
	assert_non_null(strstr(w->log, "trunk a: removed"));
	assert_int_equal(peer_count(&w->carrier_a, "REGISTER", "Expires: 0"),
			 1);
	world_stop(w);
}


/* One thing is wrong, so nothing is done of the others. */
static void test_a_bad_one_changes_nothing(void **state)
{
	static const struct world_key bad[] = {
		{ "pool[0].member[0].phone", TW_VALUE_TEXT, "boris" },
		{ "pool[0].member[1].phone", TW_VALUE_TEXT, NULL },
		{ "trunk[1].password_file", TW_VALUE_TEXT, "none" },
		END,
	};
	static const struct world_key nobody[] = {
		{ "phone[1].uri", TW_VALUE_TEXT, "sip:127.0.0.1" },
		END,
	};
	struct world *w = *state;
	unsigned registers;

	talk(w);
	registers = peer_count(&w->carrier_b, "REGISTER", NULL);
	assert_int_not_equal(world_reload(w, bad), 0);
	assert_non_null(strstr(w->err.message, "none"));
	world_pass(w, 1);
	assert_int_not_equal(world_reload(w, nobody), 0);
	assert_string_equal(w->err.field, "phone.boris.uri");
	assert_int_equal(peer_count(&w->carrier_b, "REGISTER", NULL),
			 registers);
	world_say(w, &w->anna, "BYE", "gw", "anna", "84951112233");
	world_run(w, is_empty);
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, boris_rings);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 1);
	world_stop(w);
}


static void test_budgets_begin_to_count(void **state)
{
	static const struct world_key keys[] = {
		{ "budget[0].name", TW_VALUE_TEXT, "all" },
		{ "budget[0].hard", TW_VALUE_TEXT, "0" },
		END,
	};
	struct world *w = *state;

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	dial(w, &w->boris, "boris", "84951112244", boris_got_403);
	/* nothing was held for hers */
	world_pass(w, 300);
	assert_int_equal(peer_count(&w->carrier_a, "BYE", NULL), 0);
	end_talk(w);
}


/* A call was answered: known after a reload, and after a restart. */
static void test_what_was_learned_is_kept(void **state)
{
	static const struct world_key keys[] = {
		{ "pool[0].member[1].phone", TW_VALUE_TEXT, NULL }, END };
	struct world *w = *state;
	const tw_time now = clk_now(w->clk) + 60 * TW_SECOND;
	tw_route_state s = TW_ROUTE_STATE_INIT;
	tw_router *router = NULL;
	int64_t known = 0;

	talk(w);
	assert_int_equal(world_reload(w, keys), 0);
	end_talk(w);
	assert_null(strstr(w->log, "learned"));
	assert_int_equal(tw_directory_router(&router, w->directory, w->store,
					     NULL), TW_OK);
	assert_int_equal(tw_router_recall(router, w->store, "gateway", now,
					  now, &w->err), TW_OK);
	for (size_t i = 0; !tw_router_state(&s, router, i, now, NULL); i++)
		known += s.known_milli;
	assert_true(known > 900 && known <= 1000);
	tw_router_free(router);
}


#define CASE(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_talk_goes_on, world_setup),
		CASE(test_who_rings_is_new, world_setup),
		CASE(test_a_phone_that_is_gone_hangs_up, world_setup),
		CASE(test_lines_stay_taken, setup_one_call),
		CASE(test_a_trunk_goes_after_its_calls, world_setup),
		CASE(test_a_bad_one_changes_nothing, world_setup),
		CASE(test_budgets_begin_to_count, world_setup),
		CASE(test_what_was_learned_is_kept, world_setup),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
