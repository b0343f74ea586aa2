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
		if (member[i].rank == TW_RANK_NONE)
			continue;
		++count;
		assert_ptr_equal(ranks->item[member[i].rank].member,
				 &member[i]);
		assert_int_equal(ranks->item[member[i].rank].key, key[i]);
		if (!best || key[i] < key[best - member] ||
		    (key[i] == key[best - member] &&
		     member[i].order < best->order))
			best = &member[i];
	}
	assert_int_equal(ranks->count, count);
	assert_ptr_equal(tw__ranks_first(ranks), best);
}

static void the_smallest_is_first(void **state)
{
	static struct tw_member member[MEMBERS];
	static int64_t key[MEMBERS];
	struct tw_ranks ranks = { 0 };
	uint64_t random = 1;
	int i, at;

	(void)state;
	assert_int_equal(tw__ranks_reserve(&ranks, MEMBERS), TW_OK);
	for (i = 0; i < MEMBERS; ++i) {
		member[i].rank = TW_RANK_NONE;
		member[i].order = (uint32_t)(7919 * i % MEMBERS);
	}
	for (i = 0; i < 50000; ++i) {
		at = (int)draw(&random, MEMBERS);
		if (member[at].rank == TW_RANK_NONE) {
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

/* Trap 8: equal keys are no matter of luck or of the way they came in. */
static void trap_08_equal_keys_go_by_order(void **state)
{
	struct tw_member member[4];
	struct tw_ranks ranks = { 0 };
	int i, turn;

	(void)state;
	assert_int_equal(tw__ranks_reserve(&ranks, 4), TW_OK);
	for (turn = 0; turn < 4; ++turn) {
		for (i = 0; i < 4; ++i) {
			int at = (i + turn) % 4;

			member[at].rank = TW_RANK_NONE;
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
		cmocka_unit_test(trap_08_equal_keys_go_by_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
