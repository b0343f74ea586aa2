/**
 * @file test_keep.c  What outlives the gateway, and what does not
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "until.h"

#define CALLER "+79161234567"
#define END { NULL, 0, NULL }


static bool somebody_rings(struct world *w)
{
	return peer_count(&w->anna, "INVITE", NULL) +
		peer_count(&w->boris, "INVITE", NULL) > 0;
}


static bool both_ring(struct world *w)
{
	return peer_count(&w->anna, "INVITE", NULL) &&
		peer_count(&w->boris, "INVITE", NULL);
}


static void forget(struct world *w)
{
	w->anna.count = w->boris.count = 0;
}


static void ring_in(struct world *w)
{
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
}


static void give_up(struct world *w)
{
	world_say(w, &w->carrier_a, "CANCEL", DID, CALLER, "+" DID);
	world_run(w, is_empty);
	world_pass(w, 1);
}


static void talk(struct world *w)
{
	ring_in(w);
	world_run(w, this_call_is_answered);
	world_say(w, &w->carrier_a, "ACK", DID, CALLER, "+" DID);
	world_pass(w, 5);
}


static void hang_up(struct world *w)
{
	world_say(w, &w->carrier_a, "BYE", DID, CALLER, "+" DID);
	world_run(w, is_empty);
}


/* ---- whose turn it is ---- */

static int setup_turns(void **state)
{
	static const struct world_key keys[] = {
		{ "pool[0].policy", TW_VALUE_TEXT, "round_robin" },
		END,
	};

	return world_setup_with(state, keys);
}


static void test_whose_turn_it_is(void **state)
{
	struct world *w = *state;

	ring_in(w);
	world_run(w, somebody_rings);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 1);
	give_up(w);
	world_stop(w);
	world_start(w);
	forget(w);
	ring_in(w);
	world_run(w, somebody_rings);
	assert_int_equal(peer_count(&w->boris, "INVITE", NULL), 1);
	give_up(w);
}


/* ---- who was in a call ---- */

/* Anna in a call that rang her, Boris in one of his own: both are gone. */
static void test_people_are_free_after_a_kill(void **state)
{
	struct world *w = *state;

	w->anna.h = w->carrier_a.h = script_answer;
	talk(w);
	world_invite(w, &w->boris, "84951112244", "boris", "84951112244");
	world_run(w, boris_got_200);
	world_say(w, &w->boris, "ACK", "gw", "boris", "84951112244");
	world_pass(w, 70);
	world_kill(w);
	w->anna.h = script_ring;
	world_start(w);
	forget(w);
	ring_in(w);
	world_run(w, both_ring);
	give_up(w);
	/* and nobody has a slot too many */
	forget(w);
	ring_in(w);
	world_run(w, both_ring);
	give_up(w);
}


/* ---- who answered whom ---- */

static int setup_preferred(void **state)
{
	static const struct world_key keys[] = {
		{ "plan[0].step[0].preferred", TW_VALUE_TEXT, "staff" },
		{ "plan[0].step[0].ring", TW_VALUE_TEXT, NULL },
		{ "plan[0].step[1].ring", TW_VALUE_TEXT, "staff" },
		END,
	};

	return world_setup_with(state, keys);
}


static void check_boris_alone(struct world *w)
{
	forget(w);
	ring_in(w);
	world_run(w, somebody_rings);
	world_pass(w, 5);
	assert_int_equal(peer_count(&w->boris, "INVITE", NULL), 1);
	assert_int_equal(peer_count(&w->anna, "INVITE", NULL), 0);
	give_up(w);
}


/* The second of two who ring; from then on he first, and alone. */
static void test_who_answered_last_is_preferred(void **state)
{
	struct world *w = *state;

	w->anna.h = script_busy;
	w->boris.h = script_answer;
	talk(w);
	hang_up(w);
	w->anna.h = w->boris.h = script_ring;
	world_pass(w, 120);
	check_boris_alone(w);
	world_stop(w);
	world_start(w);
	check_boris_alone(w);
	/* of others nothing is known */
	forget(w);
	world_invite(w, &w->carrier_a, DID, "+79160000001", "+" DID);
	world_run(w, both_ring);
	world_say(w, &w->carrier_a, "CANCEL", DID, "+79160000001", "+" DID);
	world_run(w, is_empty);
}


/* ---- a file that is none ---- */

static size_t read_state(const struct world *w, char *buf, size_t size)
{
	char path[160];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/state", w->dir);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(buf, 1, size, f);
	fclose(f);

	return n;
}


static void write_state(const struct world *w, const char *buf, size_t size)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/state", w->dir);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(buf, 1, size, f), size);
	fclose(f);
}


static void check_starts(struct world *w, const char *said)
{
	world_start(w);
	if (!strstr(w->log, said))
		fail_msg("no '%s' in %s", said, w->log);
	forget(w);
	ring_in(w);
	world_run(w, somebody_rings);
	give_up(w);
	world_stop(w);
}


static void test_damage_costs_the_memory_and_no_more(void **state)
{
	static const char *const junk[] = { "", "\n", "x",
		"trunkwise-gateway state 1\nengine 99999999999999999999\n",
		"trunkwise-gateway state 1\nengine -1\nend\n",
		"trunkwise-gateway state 1\nknown 12 anna\nend\n",
		"trunkwise-gateway state 2\nend\n" };
	static char good[65536], bad[65536];
	struct world *w = *state;
	size_t size, i;

	world_stop(w);
	w->gw = mem_deref(w->gw);
	size = read_state(w, good, sizeof(good));
	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		write_state(w, junk[i], strlen(junk[i]));
		check_starts(w, "is forgotten");
		w->gw = mem_deref(w->gw);
	}
	for (i = 1; i < 8; i++) {
		write_state(w, good, size * i / 8);
		check_starts(w, "is forgotten");
		w->gw = mem_deref(w->gw);
	}
	memcpy(bad, good, size);
	bad[size / 2] ^= 0x10;
	write_state(w, bad, size);
	check_starts(w, "is forgotten");
	w->gw = mem_deref(w->gw);
	write_state(w, good, size);
	world_start(w);
	assert_null(strstr(w->log, "forgotten"));
}


#define CASE(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_whose_turn_it_is, setup_turns),
		CASE(test_people_are_free_after_a_kill, world_setup),
		CASE(test_who_answered_last_is_preferred, setup_preferred),
		CASE(test_damage_costs_the_memory_and_no_more, world_setup),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
