/* Whom a key meets: by weight, the same one again, and few others move. */
#include "host.h"

#include "distribution/draw.h"
#include "base/logs.h"
#include "distribution/meet.h"

#define N_MAX 3000

struct model {
	struct tw_meet meet;
	struct tw_meeter meeter[N_MAX];
	bool is_ready[N_MAX];
	size_t n;
};

static void join(struct model *m, size_t place, struct tw_meeter meeter)
{
	size_t i;

	assert_int_equal(tw__meet_reserve(&m->meet, m->n + 1), TW_OK);
	tw__meet_insert(&m->meet, place, m->n, meeter);
	for (i = m->n++; i > place; --i) {
		m->meeter[i] = m->meeter[i - 1];
		m->is_ready[i] = m->is_ready[i - 1];
	}
	m->meeter[place] = meeter;
	m->is_ready[place] = false;
}

static void set(struct model *m, size_t place, bool is_ready)
{
	if (m->is_ready[place] == is_ready)
		return;
	m->is_ready[place] = is_ready;
	if (is_ready)
		tw__meet_add(&m->meet, place);
	else
		tw__meet_take(&m->meet, place);
}

static void open(struct model *m, size_t n, uint64_t most)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < n; ++i)
		join(m, i, (struct tw_meeter){
			.hash = tw__mix(i + 1), .weight = 1 + i % most
		});
}

/* Every ready one is looked at, and every logarithm taken. */
static size_t plain(const struct model *m, uint64_t key)
{
	size_t i, best = TW_MEET_NONE;
	uint64_t least = 0, d;

	for (i = 0; i < m->n; ++i) {
		if (!m->is_ready[i])
			continue;
		d = (63ull << TW_LOG_BITS) - (uint64_t)tw__log2(
			(tw__mix(key ^ m->meeter[i].hash) >> 1) + 1);
		if (best == TW_MEET_NONE || d * m->meeter[best].weight <
		    least * m->meeter[i].weight) {
			best = i;
			least = d;
		}
	}
	return best;
}

static void one_group_is_plain_rendezvous(void **state)
{
	struct tw_draw chance = { 5 };
	static struct model m;
	size_t n, i;
	int turn;

	(void)state;
	for (n = 1; n <= 64; ++n) {
		open(&m, n, n % 2 ? 1 : 65535);
		assert_true(tw__meet_find(&m.meet, 7, 0) == TW_MEET_NONE);
		for (turn = 0; turn < 300; ++turn) {
			const uint64_t key = tw__draw(&chance);

			for (i = 0; i < n; ++i)
				set(&m, i, tw__draw(&chance) % 3 > 0);
			assert_true(tw__meet_find(&m.meet, key, turn) ==
				    plain(&m, key));
		}
		tw__meet_free(&m.meet);
	}
}

/* Of a million numbers the upper ends: next to nothing is far. */
static void near_and_far_ends_agree(void **state)
{
	static struct model m;
	uint64_t key;
	size_t i;

	(void)state;
	open(&m, 64, 65535);
	for (i = 0; i < 64; ++i)
		set(&m, i, true);
	for (key = 0; key < 100000; ++key)
		assert_true(tw__meet_find(&m.meet, tw__mix(key), 0) ==
			    plain(&m, tw__mix(key)));
	tw__meet_free(&m.meet);
}

/* (Sum of squares - degrees) by its deviation: below 4 unless it is wrong. */
static void assert_in_proportion(const struct model *m, uint32_t keys)
{
	static uint32_t seen[N_MAX];
	double weight = 0, sum = 0, free = -1;
	uint32_t key;
	size_t i;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < m->n; ++i) {
		if (m->is_ready[i])
			weight += (double)m->meeter[i].weight;
	}
	for (key = 0; key < keys; ++key) {
		i = tw__meet_find(&m->meet, tw__mix(key), 0);
		assert_true(i < m->n && m->is_ready[i]);
		++seen[i];
	}
	for (i = 0; i < m->n; ++i) {
		const double due = keys * (double)m->meeter[i].weight /
			weight;

		if (!m->is_ready[i])
			continue;
		sum += (seen[i] - due) * (seen[i] - due) / due;
		++free;
	}
	assert_true(free > 0);
	assert_true((sum - free) * (sum - free) < 16 * 2 * free);
}

static void everybody_has_its_part(void **state)
{
	static struct model m;
	struct tw_draw chance = { 9 };
	size_t i;

	(void)state;
	open(&m, 1000, 10);
	for (i = 0; i < m.n; ++i)
		set(&m, i, true);
	assert_in_proportion(&m, 300000);
	for (i = 0; i < m.n; ++i)
		set(&m, i, tw__draw(&chance) % 2 > 0);
	assert_in_proportion(&m, 300000);
	/* those behind a gap get no more than others */
	for (i = 0; i < m.n; ++i)
		set(&m, i, i < 7 || (i > 890 && i % 3));
	assert_in_proportion(&m, 100000);
	/* heavy ones all in one half */
	tw__meet_free(&m.meet);
	open(&m, 0, 1);
	for (i = 0; i < 300; ++i) {
		join(&m, i, (struct tw_meeter){
			.hash = tw__mix(i), .weight = i < 40 ? 500 : 1 + i % 3
		});
		set(&m, i, true);
	}
	assert_in_proportion(&m, 300000);
	tw__meet_free(&m.meet);
}

static uint32_t moved(const struct model *m, const uint16_t *before,
		      uint32_t keys, size_t lost, uint32_t *own)
{
	uint32_t key, others = 0;

	*own = 0;
	for (key = 0; key < keys; ++key) {
		size_t now = tw__meet_find(&m->meet, tw__mix(key), 0);

		if (before[key] == lost)
			++*own;
		else if (now != before[key])
			++others;
		assert_true(now != lost);
	}
	return others;
}

/* Of 1,000 there are 16 groups, four halvings: two parts beside its own. */
static void few_move_when_one_turns_busy(void **state)
{
	enum { KEYS = 200000 };
	static uint16_t before[KEYS];
	static struct model m;
	uint32_t key, own, others, sum = 0, all = 0;
	size_t lost, i;

	(void)state;
	open(&m, 1000, 4);
	for (i = 0; i < m.n; ++i)
		set(&m, i, i % 2);
	for (key = 0; key < KEYS; ++key)
		before[key] = (uint16_t)tw__meet_find(&m.meet, tw__mix(key),
						      0);
	for (lost = 1; lost < m.n; lost += 90) {
		set(&m, lost, false);
		others = moved(&m, before, KEYS, lost, &own);
		assert_true(own > 0);
		assert_true(others < 4 * own + 40);
		sum += others;
		all += own;
		set(&m, lost, true);
	}
	assert_true(10 * sum < 26 * all);
	for (key = 0; key < KEYS; ++key)
		assert_int_equal(tw__meet_find(&m.meet, tw__mix(key), 0),
				 before[key]);
	tw__meet_free(&m.meet);
}

/* However it came to be. */
static void it_follows_from_who_is_there(void **state)
{
	static struct model a, b;
	struct tw_draw chance = { 3 };
	uint32_t key;
	size_t i;

	(void)state;
	open(&a, 0, 1);
	for (i = 0; i < 700; ++i) {
		join(&a, tw__draw(&chance) % (i + 1), (struct tw_meeter){
			.hash = tw__draw(&chance),
			.weight = 1 + tw__draw(&chance) % 100
		});
		set(&a, tw__draw(&chance) % a.n, true);
		set(&a, tw__draw(&chance) % a.n, tw__draw(&chance) % 2);
	}
	open(&b, 0, 1);
	assert_int_equal(tw__meet_reserve(&b.meet, 5000), TW_OK);
	for (i = 0; i < a.n; ++i)
		join(&b, i, a.meeter[i]);
	for (i = a.n; i-- > 0;)
		set(&b, i, a.is_ready[i]);
	for (key = 0; key < 20000; ++key)
		assert_true(tw__meet_find(&a.meet, tw__mix(key), 0) ==
			    tw__meet_find(&b.meet, tw__mix(key), 0));
	tw__meet_free(&a.meet);
	tw__meet_free(&b.meet);
}

static void refuses_what_no_memory_holds(void **state)
{
	struct tw_meet meet = { 0 };

	(void)state;
	assert_int_equal(tw__meet_reserve(&meet, SIZE_MAX / 2), TW_ENOMEM);
	assert_int_equal(meet.groups, 0);
	tw__meet_free(&meet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_group_is_plain_rendezvous),
		cmocka_unit_test(near_and_far_ends_agree),
		cmocka_unit_test(everybody_has_its_part),
		cmocka_unit_test(few_move_when_one_turns_busy),
		cmocka_unit_test(it_follows_from_who_is_there),
		cmocka_unit_test(refuses_what_no_memory_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
