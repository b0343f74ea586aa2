/* What a router learned outlives its host, as long as it is worth. */
#include "routing_fixture.h"

#include "base/hash.h"
#include "base/pack.h"

#define HOUR (3600 * TW_SECOND)

static const char *const names[] = { "a", "b", "c", "d" };

struct bytes {
	uint8_t *data;
	size_t size;
};

static void router_open(struct desk *d, uint32_t policy, uint32_t trunks)
{
	tw_route_rules rules = TW_ROUTE_RULES_INIT;

	desk_open(d);
	rules.learn_calls = 20;
	rules.explore_ppm = 100000;
	assert_int_equal(tw_router_set_rules(d->router, &rules, NULL), TW_OK);
	assert_int_equal(tw_router_add_quality_prefix(d->router, "7999",
						      NULL), TW_OK);
	for (uint32_t i = 0; i < trunks; ++i)
		desk_share(d, names[i], 10 * (i + 1), 30);
	assert_int_equal(tw_router_set_policy(d->router, TW_ROUTE_EVERY_TIER,
					      policy, NULL), TW_OK);
}

static struct bytes taken(const struct desk *d, tw_time now)
{
	struct bytes b = { NULL, 0 };
	void *data = NULL;

	assert_int_equal(tw_router_snapshot(&data, &b.size, d->router, now,
					    NULL), TW_OK);
	b.data = data;
	return b;
}

static tw_status put(struct desk *d, const struct bytes *b, tw_time now,
		     int64_t age_us, uint32_t *forgotten)
{
	tw_route_snapshot s = TW_ROUTE_SNAPSHOT_INIT;

	s.data = b->data;
	s.data_size = b->size;
	s.now = now;
	s.age_us = age_us;
	return tw_router_restore(forgotten, d->router, &s, &d->err);
}

static uint32_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static void ask_at(struct desk *d, tw_time now)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;

	for (int i = 0; i < ROOM; ++i)
		d->row[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d->count = ROOM;
	r.number = "79990000000";
	r.at = T2026;
	r.now = now;
	(void)tw_router_decide(d->row, &d->count, d->router, &r, NULL);
}

/* One call over the first trunk of the order, or another, with some end. */
static void live(struct desk *d, uint64_t *seed, tw_time now)
{
	static const int32_t codes[] = { 200, 200, 486, 404, 500, 500, 503,
		403 };
	tw_route_attempt a = TW_ROUTE_ATTEMPT_INIT;
	const uint32_t which = chance(seed) % 4;
	tw_route_call call;

	ask_at(d, now);
	a.trunk = which ? d->row[0].trunk : names[chance(seed) % 3];
	a.number = "79990000000";
	a.now = now;
	assert_int_equal(tw_router_call_begin(&call, d->router, &a, NULL),
			 TW_OK);
	(void)desk_report(d, call, codes[chance(seed) % 8], now);
	assert_int_equal(tw_router_call_end(d->router, call, now +
		(chance(seed) % 300) * TW_SECOND, NULL), TW_OK);
}

static void same(struct desk *a, struct desk *b, tw_time now)
{
	ask_at(a, now);
	ask_at(b, now);
	assert_int_equal(a->count, b->count);
	for (uint32_t i = 0; i < a->count; ++i) {
		assert_string_equal(a->row[i].trunk, b->row[i].trunk);
		assert_int_equal(a->row[i].verdict, b->row[i].verdict);
		assert_string_equal(a->row[i].reason, b->row[i].reason);
		assert_int_equal(a->row[i].expected.nanos,
				 b->row[i].expected.nanos);
	}
}

/* The whole point: from then on both decide alike, whatever comes. */
static void both_go_on_in_step(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 64; ++seed) {
		const uint32_t policy = 1 + seed % TW_ROUTE_LONGEST_PREFIX;
		uint64_t chance_of_a = seed, chance_of_b;
		tw_time now = T2026;
		struct desk a, b;
		struct bytes bytes;

		router_open(&a, policy, 3);
		for (int i = 0; i < 100; ++i) {
			now += chance(&chance_of_a) % 40 * TW_SECOND;
			live(&a, &chance_of_a, now);
		}
		bytes = taken(&a, now);
		router_open(&b, policy, 3);
		assert_int_equal(put(&b, &bytes, now, -1, NULL), TW_OK);
		chance_of_b = chance_of_a;
		for (int i = 0; i < 100; ++i) {
			now += chance(&chance_of_a) % 40 * TW_SECOND;
			(void)chance(&chance_of_b);
			same(&a, &b, now);
			live(&a, &chance_of_a, now);
			live(&b, &chance_of_b, now);
		}
		tw_free(bytes.data);
		bytes = taken(&a, now);
		struct bytes other = taken(&b, now);

		assert_int_equal(bytes.size, other.size);
		assert_memory_equal(bytes.data, other.data, bytes.size);
		tw_free(bytes.data);
		tw_free(other.data);
		desk_close(&a);
		desk_close(&b);
	}
}

static tw_route_state state_of(const struct desk *d, size_t i, tw_time now)
{
	tw_route_state s = TW_ROUTE_STATE_INIT;

	assert_int_equal(tw_router_state(&s, d->router, i, now, NULL), TW_OK);
	return s;
}

static void fail_often(struct desk *d, const char *trunk, int times,
		       tw_time now)
{
	for (int i = 0; i < times; ++i) {
		tw_route_call call = desk_begin(d, trunk);

		(void)desk_report(d, call, 500, now);
		desk_end(d, call);
	}
}

/* A host's clock may begin anew: what passed meanwhile is said apart. */
static void it_ages_by_the_time_that_passed(void **state)
{
	struct desk a, b;
	struct bytes bytes;

	(void)state;
	router_open(&a, TW_ROUTE_QUALITY, 2);
	fail_often(&a, "a", 5, T2026);
	assert_int_equal(state_of(&a, 0, T2026).health, TW_ROUTE_IS_DOWN);
	assert_int_equal(state_of(&a, 0, T2026).known_milli, 5000);
	bytes = taken(&a, T2026 + TW_SECOND);
	router_open(&b, TW_ROUTE_QUALITY, 2);
	assert_int_equal(put(&b, &bytes, 7 * TW_SECOND, 9 * TW_SECOND, NULL),
			 TW_OK);
	/* 30 s from the last failure on, ten of which have passed */
	assert_int_equal(state_of(&b, 0, 26 * TW_SECOND).health,
			 TW_ROUTE_IS_DOWN);
	assert_int_equal(state_of(&b, 0, 28 * TW_SECOND).health,
			 TW_ROUTE_IS_SUSPECT);
	desk_close(&b);
	router_open(&b, TW_ROUTE_QUALITY, 2);
	assert_int_equal(put(&b, &bytes, 7 * TW_SECOND, HOUR - TW_SECOND,
			     NULL), TW_OK);
	assert_in_range(state_of(&b, 0, 7 * TW_SECOND).known_milli, 2490,
			2510);
	tw_free(bytes.data);
	desk_close(&a);
	desk_close(&b);
}

/* It goes on where it was; to be registered once more is no coming back, and
 * all trunks at once would be slow. */
static void its_first_registration_changes_nothing(void **state)
{
	struct desk a, b;
	struct bytes bytes;

	(void)state;
	router_open(&a, TW_ROUTE_LEAST_COST, 2);
	desk_end(&a, desk_begin(&a, "b"));
	fail_often(&a, "a", 5, T2026);
	bytes = taken(&a, T2026);
	router_open(&b, TW_ROUTE_LEAST_COST, 2);
	for (int i = 0; i < 2; ++i)
		assert_int_equal(tw_router_set_usable(b.router, names[i], 0,
						      T2026, NULL), TW_OK);
	assert_int_equal(put(&b, &bytes, T2026, -1, NULL), TW_OK);
	for (int i = 0; i < 2; ++i)
		assert_int_equal(tw_router_set_usable(b.router, names[i], 1,
						      T2026, NULL), TW_OK);
	assert_int_equal(state_of(&b, 0, T2026).health, TW_ROUTE_IS_DOWN);
	assert_int_equal(state_of(&b, 1, T2026).share_ppm, 1000000);
	/* and from then on it is what it always was */
	for (int i = 0; i < 2; ++i) {
		assert_int_equal(tw_router_set_usable(b.router, names[i], 0,
						      T2026, NULL), TW_OK);
		assert_int_equal(tw_router_set_usable(b.router, names[i], 1,
						      T2026, NULL), TW_OK);
	}
	assert_int_equal(state_of(&b, 0, T2026).health, TW_ROUTE_IS_UP);
	assert_int_equal(state_of(&b, 1, T2026).share_ppm, 100000);
	tw_free(bytes.data);
	desk_close(&a);
	desk_close(&b);
}

static void things_are_known_by_name(void **state)
{
	uint32_t forgotten = 9;
	struct desk a, b;
	struct bytes bytes;

	(void)state;
	router_open(&a, TW_ROUTE_QUALITY, 3);
	fail_often(&a, "b", 5, T2026);
	fail_often(&a, "c", 1, T2026);
	bytes = taken(&a, T2026);
	desk_open(&b);
	assert_int_equal(tw_router_add_quality_prefix(b.router, "7843",
						      NULL), TW_OK);
	desk_share(&b, "new", 1, 0);
	desk_share(&b, "c", 1, 0);
	desk_share(&b, "b", 1, 0);
	assert_int_equal(put(&b, &bytes, T2026, -1, &forgotten), TW_OK);
	assert_int_equal(forgotten, 1);
	assert_int_equal(state_of(&b, 0, T2026).known_milli, 0);
	assert_int_equal(state_of(&b, 1, T2026).failures, 1);
	assert_int_equal(state_of(&b, 2, T2026).health, TW_ROUTE_IS_DOWN);
	assert_false(b.router->carrier[2].quality[1].is_known);
	tw_free(bytes.data);
	desk_close(&a);
	desk_close(&b);
}

static void a_router_that_had_calls_is_left_alone(void **state)
{
	struct bytes bytes;
	struct desk a;

	(void)state;
	router_open(&a, TW_ROUTE_QUALITY, 2);
	desk_end(&a, desk_begin(&a, "a"));
	bytes = taken(&a, T2026);
	assert_int_equal(put(&a, &bytes, T2026, -1, NULL), TW_ECONFLICT);
	tw_free(bytes.data);
	desk_close(&a);
}

/* ---- hostile bytes ---- */

static void sign(struct bytes *b)
{
	tw__sha256(b->data + b->size - 32, b->data, b->size - 32);
}

static bool is_new(const struct desk *d)
{
	for (size_t i = 0; i < d->router->carrier_count; ++i) {
		const struct tw_carrier *t = &d->router->carrier[i];

		if (t->failures || t->down_until || t->lag || t->begun ||
		    t->quality[0].is_known || t->is_awaited)
			return false;
	}
	return !d->router->turn && !d->router->learned_count;
}

static struct bytes full_of_it(void)
{
	uint64_t seed = 5;
	struct bytes bytes;
	struct desk a;

	router_open(&a, TW_ROUTE_PERCENT, 3);
	for (int i = 0; i < 60; ++i)
		live(&a, &seed, T2026 + i * TW_SECOND);
	bytes = taken(&a, T2026 + 60 * TW_SECOND);
	desk_close(&a);
	return bytes;
}

/* Cut anywhere, or with any bit flipped: refused, and nothing changes. */
static void damaged_bytes_are_refused(void **state)
{
	struct bytes bytes = full_of_it(), cut;
	struct desk b;

	(void)state;
	router_open(&b, TW_ROUTE_PERCENT, 3);
	for (cut = bytes; cut.size--; ) {
		assert_int_equal(put(&b, &cut, T2026, -1, NULL), TW_EPARSE);
		assert_true(is_new(&b));
	}
	for (size_t i = 0; i < 8 * bytes.size; ++i) {
		tw_status status;

		bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
		status = put(&b, &bytes, T2026, -1, NULL);
		assert_true(status == TW_EPARSE || status == TW_EVERSION);
		assert_true(is_new(&b));
		bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	tw_free(bytes.data);
	desk_close(&b);
}

/* Somebody who can sign: either refused as a whole, or a router that goes on
 * within its rules. */
static void signed_nonsense_does_no_harm(void **state)
{
	struct bytes bytes = full_of_it();
	uint8_t *copy = tw_malloc(bytes.size);
	uint64_t seed = 11;

	(void)state;
	memcpy(copy, bytes.data, bytes.size);
	for (int i = 0; i < 20000; ++i) {
		const size_t at = 20 + chance(&seed) % (bytes.size - 52);
		const uint8_t was = bytes.data[at];
		uint64_t life = seed;
		struct desk b;
		tw_status status;

		bytes.data[at] = (uint8_t)chance(&seed);
		if (i % 3 == 0)
			bytes.data[20 + chance(&seed) %
				   (bytes.size - 52)] = 0xff;
		sign(&bytes);
		router_open(&b, 1 + (uint32_t)i % 8, 3);
		status = put(&b, &bytes, T2026 + HOUR, -1, NULL);
		if (status) {
			assert_int_equal(status, TW_EPARSE);
			assert_true(is_new(&b));
		}
		for (int k = 0; k < 4; ++k)
			live(&b, &life, T2026 + HOUR);
		for (size_t k = 0; k < 3; ++k) {
			tw_route_state s = state_of(&b, k, T2026 + HOUR);

			assert_true(s.until <= T2026 + HOUR +
				    1800 * TW_SECOND);
		}
		desk_close(&b);
		(void)was;
		memcpy(bytes.data, copy, bytes.size);
	}
	tw_free(copy);
	tw_free(bytes.data);
}

static void wrong_calls_are_a_status(void **state)
{
	tw_route_snapshot s = TW_ROUTE_SNAPSHOT_INIT;
	void *data = NULL;
	struct desk d;
	size_t size;

	(void)state;
	router_open(&d, TW_ROUTE_PERCENT, 1);
	assert_int_equal(tw_router_snapshot(NULL, &size, d.router, 0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_router_snapshot(&data, &size, NULL, 0, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_router_restore(NULL, d.router, NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_router_restore(NULL, NULL, &s, NULL), TW_EINVAL);
	assert_int_equal(tw_router_restore(NULL, d.router, &s, NULL),
			 TW_EPARSE);
	assert_int_equal(tw_router_snapshot(&data, &size, d.router, T2026,
					    NULL), TW_OK);
	s.data = data;
	s.data_size = size;
	s.now = TW_TIME_MIN + 5;
	s.age_us = 6;
	assert_int_equal(tw_router_restore(NULL, d.router, &s, &d.err),
			 TW_EINVAL);
	s.now = T2026;
	s.age_us = 0;
	assert_int_equal(tw_router_restore(NULL, d.router, &s, NULL), TW_OK);
	tw_free(data);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_go_on_in_step),
		cmocka_unit_test(it_ages_by_the_time_that_passed),
		cmocka_unit_test(its_first_registration_changes_nothing),
		cmocka_unit_test(things_are_known_by_name),
		cmocka_unit_test(a_router_that_had_calls_is_left_alone),
		cmocka_unit_test(damaged_bytes_are_refused),
		cmocka_unit_test(signed_nonsense_does_no_harm),
		cmocka_unit_test(wrong_calls_are_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
