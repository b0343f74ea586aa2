/* Members by key: always the smallest, of equal ones the smallest order. */
#include "host.h"

#define MEMBERS 300

static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*random >> 33) % below);
}

static void check(const struct tw_ranks *ranks,
		  const struct tw_member *member, const int64_t *key)
{
	const struct tw_member *best = NULL;
	size_t i, count = 0;

	for (i = 0; i < MEMBERS; ++i) {
		const struct tw_rank *rank;

		if (!member[i].is_ranked)
			continue;
		rank = ranks->place[i] < 0x80000000u ?
			&ranks->item[ranks->place[i]] :
			&ranks->run[ranks->place[i] - 0x80000000u];
		++count;
		assert_ptr_equal(rank->member, &member[i]);
		assert_int_equal(rank->key, key[i]);
		if (!best || key[i] < key[best - member] ||
		    (key[i] == key[best - member] &&
		     member[i].order < best->order))
			best = &member[i];
	}
	assert_int_equal(tw__ranks_count(ranks), count);
	assert_ptr_equal(tw__ranks_first(ranks), best);
}

static void the_smallest_is_first(void **state)
{
	static struct tw_member member[MEMBERS];
	static int64_t key[MEMBERS];
	struct tw_ranks ranks = { .is_kept = true };
	uint64_t random = 1;
	int i, at;

	(void)state;
	assert_int_equal(tw__ranks_reserve(&ranks, MEMBERS, false),
			 TW_OK);
	for (i = 0; i < MEMBERS; ++i) {
		member[i].seat = (uint32_t)i;
		member[i].order = (uint32_t)(7919 * i % MEMBERS);
	}
	for (i = 0; i < 50000; ++i) {
		at = (int)draw(&random, MEMBERS);
		if (!member[at].is_ranked) {
			key[at] = draw(&random, 20);   /* many are equal */
			tw__ranks_add(&ranks, &member[at], key[at], 0);
		} else if (draw(&random, 2)) {
			key[at] = (int64_t)draw(&random, 20) - 10;
			tw__ranks_move(&ranks, &member[at], key[at], 0);
		} else {
			tw__ranks_remove(&ranks, &member[at]);
		}
		check(&ranks, member, key);
	}
	tw__ranks_free(&ranks);
	assert_null(tw__ranks_first(&ranks));
}

/* Keys that rise as clocks do, so that most stand in the run: who leaves from
 * its middle leaves gaps, some come in before others, and it grows in
 * between. */
static void clocks_make_a_run(void **state)
{
	static struct tw_member member[MEMBERS];
	static int64_t key[MEMBERS];
	struct tw_ranks ranks = { .is_kept = true };
	uint64_t random = 7;
	size_t longest = 0;
	int i, at, n = 0;

	(void)state;
	for (i = 0; i < 40000; ++i) {
		if (n < MEMBERS && !draw(&random, 50)) {
			member[n].seat = (uint32_t)n;
			member[n].order = (uint32_t)(7919 * n % MEMBERS);
			++n;
			assert_int_equal(tw__ranks_reserve(&ranks, (size_t)n,
							   true), TW_OK);
		}
		if (!n)
			continue;
		at = (int)draw(&random, (uint32_t)n);
		if (!member[at].is_ranked) {
			key[at] = i / 4 - (draw(&random, 8) ? 0 : 100);
			tw__ranks_add(&ranks, &member[at], key[at], 0);
		} else if (!draw(&random, 4)) {
			key[at] = i / 4;
			tw__ranks_move(&ranks, &member[at], key[at], 0);
		} else {
			tw__ranks_remove(&ranks, &member[at]);
		}
		check(&ranks, member, key);
		if (longest < ranks.live)
			longest = ranks.live;
	}
	assert_true(longest > 20);
	tw__ranks_free(&ranks);
}

/* Trap 8: equal keys are no matter of luck or of the way they came in. */
static void trap_08_equal_keys_go_by_order(void **state)
{
	struct tw_member member[4] = { { 0 } };
	struct tw_ranks ranks = { .is_kept = true };
	int i, turn;

	(void)state;
	assert_int_equal(tw__ranks_reserve(&ranks, 4, true), TW_OK);
	for (turn = 0; turn < 4; ++turn) {
		for (i = 0; i < 4; ++i) {
			int at = (i + turn) % 4;

			member[at].seat = (uint32_t)at;
			member[at].order = (uint32_t)at;
			tw__ranks_add(&ranks, &member[at], 5, 0);
		}
		for (i = 0; i < 4; ++i) {
			assert_ptr_equal(tw__ranks_first(&ranks), &member[i]);
			tw__ranks_remove(&ranks, &member[i]);
		}
	}
	tw__ranks_free(&ranks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_is_first),
		cmocka_unit_test(clocks_make_a_run),
		cmocka_unit_test(trap_08_equal_keys_go_by_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
