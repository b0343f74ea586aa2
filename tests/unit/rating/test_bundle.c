/* Pots: which one a call draws from, what is handed on, what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rating/bundle.h"
#include "../faults.h"

#define NUMBER "74951234567"

struct bench {
	tw_zone *zone;
	tw_bundles *bundles;
};

static tw_time at(const struct bench *b, const char *text)
{
	tw_error err = TW_ERROR_INIT;
	tw_time t = 0;

	if (tw_time_parse(&t, text, b->zone, &err))
		fail_msg("%s: %s", text, err.message);
	return t;
}

static void open_bench(struct bench *b, const char *zone)
{
	assert_int_equal(tw_zone_open(&b->zone, zone, NULL), TW_OK);
	assert_int_equal(tw_bundles_new(&b->bundles, b->zone, NULL), TW_OK);
}

static void close_bench(struct bench *b)
{
	tw_bundles_free(b->bundles);
	tw_zone_free(b->zone);
}

static tw_bundle plain(uint64_t id, uint32_t period, int64_t seconds)
{
	tw_bundle bundle = TW_BUNDLE_INIT;

	bundle.id = id;
	bundle.period = period;
	bundle.seconds = seconds;
	return bundle;
}

static void add(struct bench *b, tw_bundle bundle)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_bundles_add(b->bundles, &bundle, &err))
		fail_msg("%s", err.message);
}

static tw_bundle_call call_at(const struct bench *b, const char *text)
{
	tw_bundle_call call = TW_BUNDLE_CALL_INIT;

	call.number = NUMBER;
	call.answer = at(b, text);
	return call;
}

static int64_t left_of(struct bench *b, tw_bundle_call call)
{
	tw_error err = TW_ERROR_INIT;
	int64_t left = -1;

	if (tw_bundles_left(&left, b->bundles, &call, &err))
		fail_msg("%s", err.message);
	return left;
}

static int64_t left_at(struct bench *b, const char *text)
{
	return left_of(b, call_at(b, text));
}

static uint32_t take(tw_bundle_use uses[4], struct bench *b,
		     const char *text, int64_t seconds)
{
	tw_bundle_call call = call_at(b, text);
	tw_error err = TW_ERROR_INIT;
	uint32_t count = 4;

	if (tw_bundles_take(uses, &count, b->bundles, &call, seconds, &err))
		fail_msg("%s", err.message);
	return count;
}

static void one_month(void **state)
{
	tw_bundle_use uses[4];
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	assert_int_equal(left_at(&b, "2026-10-05"), 0);
	add(&b, plain(5, TW_PERIOD_MONTH, 600));
	assert_int_equal(left_at(&b, "2026-10-05"), 600);
	assert_int_equal(take(uses, &b, "2026-10-05", 250), 1);
	assert_int_equal(uses[0].bundle, 5);
	assert_int_equal(uses[0].period, at(&b, "2026-10-01"));
	assert_int_equal(uses[0].seconds, 250);
	assert_int_equal(left_at(&b, "2026-10-31T23:59:59.999999"), 350);
	assert_int_equal(left_at(&b, "2026-11-01"), 600);
	assert_int_equal(tw_bundles_give_back(b.bundles, &uses[0], NULL),
			 TW_OK);
	assert_int_equal(left_at(&b, "2026-10-05"), 600);
	assert_int_equal(tw_bundles_give_back(b.bundles, &uses[0], NULL),
			 TW_ERANGE);
	assert_int_equal(take(uses, &b, "2026-10-05", 0), 0);
	close_bench(&b);
}

static void whom_it_serves(void **state)
{
	static const char *const prefixes[] = { "7843", "7495123456789" };
	static const uint64_t departments[] = { 31, 32 };
	tw_bundle bundle = plain(1, TW_PERIOD_DAY, 60);
	tw_bundle_call call;
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	bundle.prefixes = prefixes;
	bundle.prefix_count = 2;
	bundle.departments = departments;
	bundle.department_count = 2;
	add(&b, bundle);
	call = call_at(&b, "2026-10-05T10:00:00");
	call.department = 32;
	assert_int_equal(left_of(&b, call), 0);
	call.number = "78431234567";
	assert_int_equal(left_of(&b, call), 60);
	call.direction = TW_DIRECTION_FORWARD;
	assert_int_equal(left_of(&b, call), 60);
	call.direction = TW_DIRECTION_INBOUND;
	assert_int_equal(left_of(&b, call), 0);
	call.direction = TW_DIRECTION_OUTBOUND;
	call.department = 33;
	assert_int_equal(left_of(&b, call), 0);
	call.department = 0;
	assert_int_equal(left_of(&b, call), 0);
	/* a list of nobody is not everybody */
	bundle = plain(2, TW_PERIOD_DAY, 1000);
	bundle.departments = departments;
	add(&b, bundle);
	assert_int_equal(left_of(&b, call), 0);
	close_bench(&b);
}

static void in_listed_order(void **state)
{
	tw_bundle_use uses[4];
	tw_bundle_call call;
	uint32_t count = 1;
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	add(&b, plain(9, TW_PERIOD_DAY, 60));
	add(&b, plain(3, TW_PERIOD_MONTH, 600));
	assert_int_equal(left_at(&b, "2026-10-05"), 660);
	call = call_at(&b, "2026-10-05");
	/* all or nothing */
	assert_int_equal(tw_bundles_take(uses, &count, b.bundles, &call, 100,
					 NULL), TW_ERANGE);
	count = 4;
	assert_int_equal(tw_bundles_take(uses, &count, b.bundles, &call, 661,
					 NULL), TW_ERANGE);
	assert_int_equal(tw_bundles_take(uses, &count, b.bundles, &call, -1,
					 NULL), TW_EINVAL);
	assert_int_equal(left_at(&b, "2026-10-05"), 660);
	assert_int_equal(take(uses, &b, "2026-10-05", 100), 2);
	assert_int_equal(uses[0].bundle, 9);
	assert_int_equal(uses[0].seconds, 60);
	assert_int_equal(uses[1].bundle, 3);
	assert_int_equal(uses[1].seconds, 40);
	assert_int_equal(left_at(&b, "2026-10-05"), 560);
	assert_int_equal(left_at(&b, "2026-10-06"), 620);
	close_bench(&b);
}

static void carried_over_once(void **state)
{
	tw_bundle bundle = plain(1, TW_PERIOD_MONTH, 100);
	tw_bundle_use uses[4];
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	bundle.carry_over = 1;
	bundle.from = at(&b, "2026-09-01");
	bundle.to = at(&b, "2026-12-01");
	add(&b, bundle);
	assert_int_equal(left_at(&b, "2026-08-31T23:59:59"), 0);
	/* nothing came before the first period */
	assert_int_equal(left_at(&b, "2026-09-10"), 100);
	take(uses, &b, "2026-09-10", 30);
	/* its own minutes first, then the carried ones */
	assert_int_equal(left_at(&b, "2026-10-05"), 170);
	assert_int_equal(take(uses, &b, "2026-10-05", 120), 2);
	assert_int_equal(uses[0].period, at(&b, "2026-10-01"));
	assert_int_equal(uses[0].seconds, 100);
	assert_int_equal(uses[1].period, at(&b, "2026-09-01"));
	assert_int_equal(uses[1].seconds, 20);
	/* October used all of its own: what September had left is lost */
	assert_int_equal(left_at(&b, "2026-11-05"), 100);
	/* a record of September that comes late: 20 of its 70 are gone */
	assert_int_equal(left_at(&b, "2026-09-20"), 50);
	/* the bundle ends with November; nothing is carried beyond */
	assert_int_equal(left_at(&b, "2026-12-01"), 0);
	assert_int_equal(tw_bundles_give_back(b.bundles, &uses[0], NULL),
			 TW_OK);
	assert_int_equal(left_at(&b, "2026-11-05"), 200);
	close_bench(&b);
}

static void versions_of_one(void **state)
{
	tw_bundle old = plain(1, TW_PERIOD_MONTH, 100);
	tw_bundle fresh = plain(1, TW_PERIOD_MONTH, 300);
	tw_bundle_use uses[4];
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	old.carry_over = fresh.carry_over = 1;
	old.since = at(&b, "2026-09-01");
	old.until = fresh.since = at(&b, "2026-10-15");
	add(&b, fresh);
	add(&b, plain(2, TW_PERIOD_DAY, 1));
	add(&b, old);
	old.since = at(&b, "2026-10-14");
	assert_int_equal(tw_bundles_add(b.bundles, &old, NULL),
			 TW_ECONFLICT);
	/* before the bundle was there it handed nothing on */
	assert_int_equal(left_at(&b, "2026-09-05"), 101);
	assert_int_equal(left_at(&b, "2026-10-14"), 201);
	assert_int_equal(take(uses, &b, "2026-10-14", 150), 2);
	assert_int_equal(uses[1].period, at(&b, "2026-09-01"));
	/* more minutes from the middle of the month on */
	assert_int_equal(left_at(&b, "2026-10-15"), 201 + 50);
	assert_int_equal(left_at(&b, "2026-11-01"), 501);
	close_bench(&b);
}

static void state_out_and_in(void **state)
{
	tw_bundle_use uses[4], use = TW_BUNDLE_USE_INIT;
	struct bench b, other;
	size_t count = 0;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	open_bench(&other, "Europe/Moscow");
	add(&b, plain(2, TW_PERIOD_DAY, 60));
	add(&b, plain(1, TW_PERIOD_WEEK, 60));
	add(&other, plain(2, TW_PERIOD_DAY, 60));
	add(&other, plain(1, TW_PERIOD_WEEK, 60));
	for (int i = 9; i > 0; i--) {
		char text[16] = "2026-10-0?";

		text[9] = (char)('0' + i);
		take(uses, &b, text, 61);
	}
	while (tw_bundles_state(&use, b.bundles, count, NULL) == TW_OK) {
		count++;
		assert_int_equal(tw_bundles_restore(other.bundles, &use,
						    NULL), TW_OK);
	}
	assert_int_equal(count, 11);
	for (int i = 9; i > 0; i--) {
		char text[16] = "2026-10-0?";

		text[9] = (char)('0' + i);
		assert_int_equal(left_at(&b, text), left_at(&other, text));
	}
	use.seconds = -1;
	assert_int_equal(tw_bundles_restore(other.bundles, &use, NULL),
			 TW_EINVAL);
	close_bench(&other);
	close_bench(&b);
}

static void another_zone(void **state)
{
	tw_bundle_use uses[4];
	tw_zone *west = NULL;
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	assert_int_equal(tw_zone_open(&west, "Europe/Berlin", NULL), TW_OK);
	add(&b, plain(1, TW_PERIOD_DAY, 60));
	take(uses, &b, "2026-10-05T00:30:00", 10);
	assert_int_equal(uses[0].period, at(&b, "2026-10-05T00:00:00"));
	tw__bundles_zone(b.bundles, west);
	take(uses, &b, "2026-10-05T00:30:00", 10);
	assert_int_equal(uses[0].period, at(&b, "2026-10-04T01:00:00"));
	tw_zone_free(west);
	close_bench(&b);
}

static void what_is_refused(void **state)
{
	static const char *const letters[] = { "7x" };
	tw_bundle bundle = plain(1, 0, 60);
	tw_bundle_call call;
	int64_t left = 7;
	struct bench b;

	(void)state;
	open_bench(&b, "Europe/Moscow");
	assert_int_equal(tw_bundles_add(b.bundles, &bundle, NULL),
			 TW_EINVAL);
	bundle = plain(1, TW_PERIOD_DAY, -1);
	assert_int_equal(tw_bundles_add(b.bundles, &bundle, NULL),
			 TW_EINVAL);
	bundle = plain(1, TW_PERIOD_DAY, 60);
	bundle.carry_over = 2;
	assert_int_equal(tw_bundles_add(b.bundles, &bundle, NULL),
			 TW_EINVAL);
	bundle.carry_over = 0;
	bundle.since = bundle.until;
	assert_int_equal(tw_bundles_add(b.bundles, &bundle, NULL),
			 TW_EINVAL);
	bundle.since = TW_TIME_MIN;
	bundle.prefixes = letters;
	bundle.prefix_count = 1;
	assert_int_equal(tw_bundles_add(b.bundles, &bundle, NULL),
			 TW_EINVAL);
	bundle.prefixes = NULL;
	add(&b, bundle);
	call = call_at(&b, "2026-10-05");
	call.number = "+7495";
	assert_int_equal(tw_bundles_left(&left, b.bundles, &call, NULL),
			 TW_EINVAL);
	call.number = NULL;
	assert_int_equal(tw_bundles_left(&left, b.bundles, &call, NULL),
			 TW_EINVAL);
	assert_int_equal(left, 7);
	assert_int_equal(tw_bundles_new(NULL, b.zone, NULL), TW_EINVAL);
	tw_bundles_free(NULL);
	close_bench(&b);
}

/* New handle, one bundle, one taking; the zone is the caller's. */
static tw_status whole_life(tw_zone *zone, const tw_bundle *bundle,
			    const tw_bundle_call *call)
{
	tw_bundles *bundles = NULL;
	tw_bundle_use uses[4];
	uint32_t count = 4;
	tw_status status = tw_bundles_new(&bundles, zone, NULL);

	if (!status)
		status = tw_bundles_add(bundles, bundle, NULL);
	if (!status)
		status = tw_bundles_take(uses, &count, bundles, call, 10,
					 NULL);
	tw_bundles_free(bundles);
	return status;
}

static void without_memory(void **state)
{
	static const char *const prefixes[] = { "7" };
	static const uint64_t departments[] = { 1 };
	tw_bundle bundle = plain(1, TW_PERIOD_DAY, 60);
	tw_bundle_call call;
	struct bench b;
	bool all = false;

	(void)state;
	bundle.prefixes = prefixes;
	bundle.prefix_count = 1;
	bundle.departments = departments;
	bundle.department_count = 1;
	open_bench(&b, "Europe/Moscow");
	call = call_at(&b, "2026-10-05");
	call.department = 1;
	for (int64_t n = 0; !all; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = whole_life(b.zone, &bundle, &call);
		all = !faults_end(&faults);
		assert_int_equal(status, all ? TW_OK : TW_ENOMEM);
		assert_int_equal(faults.held, 0);
	}
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_month),
		cmocka_unit_test(whom_it_serves),
		cmocka_unit_test(in_listed_order),
		cmocka_unit_test(carried_over_once),
		cmocka_unit_test(versions_of_one),
		cmocka_unit_test(state_out_and_in),
		cmocka_unit_test(another_zone),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
