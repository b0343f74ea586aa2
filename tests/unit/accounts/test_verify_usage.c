/* Each damage is found by the invariant that it breaks. */
#include "accounts/verify_usage.h"
#include "usage_fixture.h"

typedef tw_status look_h(tw_verdict *verdict, tw_store *store, tw_error *err);

static bool holds(struct fixture *f, look_h *look)
{
	tw_verdict verdict = TW_VERDICT_INIT;
	tw_error err = TW_ERROR_INIT;

	if (look(&verdict, f->store, &err))
		fail_msg("%s", err.message);
	assert_true(*verdict.detail);
	return verdict.holds;
}

static int world(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	want_tariff(f, "RUB");
	want_bundle(f);
	want_tier(f, "1", "50");
	in_force(f);
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 700);
	talk(f, MOBILE, MOSCOW("2026-10-06T10:00:00"), 60);
	return 0;
}

/* The damage, and which of the three sees it. */
static void breaks(struct fixture *f, const char *sql, look_h *broken)
{
	look_h *const all[] = { tw__verify_charges, tw__verify_bundles,
		tw__verify_tiers };
	bool seen = false;

	fixture_begin(f);
	if (run_sql(f, sql))
		fail_msg("%s", sql);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		if (all[i] == broken)
			seen = !holds(f, all[i]);
		else
			(void)holds(f, all[i]);
	}
	if (!seen)
		fail_msg("not seen: %s", sql);
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

static void sound(void **state)
{
	assert_true(holds(*state, tw__verify_charges));
	assert_true(holds(*state, tw__verify_bundles));
	assert_true(holds(*state, tw__verify_tiers));
}

static void damages(void **state)
{
	struct fixture *f = *state;

	breaks(f, "UPDATE call_row SET cost = cost + 1",
	       tw__verify_charges);
	breaks(f, "UPDATE call_row SET charged_s = charged_s + 1",
	       tw__verify_charges);
	breaks(f, "UPDATE charge_note SET bundle_s = 0",
	       tw__verify_charges);
	breaks(f, "UPDATE charge_note SET used_s = 0", tw__verify_charges);
	breaks(f, "UPDATE bundle_pot SET seconds = 1", tw__verify_bundles);
	breaks(f, "DELETE FROM bundle_pot", tw__verify_bundles);
	breaks(f, "DELETE FROM bundle_use", tw__verify_bundles);
	breaks(f, "UPDATE bundle_use SET seconds = 1", tw__verify_bundles);
	breaks(f, "UPDATE bundle_use SET run = 1", tw__verify_bundles);
	breaks(f, "UPDATE charge_note SET run = 1", tw__verify_bundles);
	breaks(f, "DELETE FROM charge_note", tw__verify_bundles);
	breaks(f, "INSERT INTO charge_note (start_us, key, batch) "
	       "VALUES (1, 1, 1)", tw__verify_bundles);
	breaks(f, "UPDATE tier_use SET paid_s = 1", tw__verify_tiers);
}

/* Drawn by calls, counted so, and yet more than there ever was. */
static void beyond_its_minutes(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	assert_int_equal(run_sql(f, "UPDATE bundle_use SET seconds = 601"),
			 TW_OK);
	assert_int_equal(run_sql(f, "UPDATE bundle_pot SET seconds = 601"),
			 TW_OK);
	assert_int_equal(run_sql(f, "UPDATE charge_note SET bundle_s = 601 "
				 "WHERE bundle_s > 0"), TW_OK);
	assert_false(holds(f, tw__verify_bundles));
	assert_int_equal(tw_store_rollback(f->store, NULL), TW_OK);
}

static void converted_by_no_rate(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	want_tariff(f, "USD");
	want(f, "tariff[0].convert_to", "RUB");
	apply_at(f, "2026-01-01T00:00:00+03:00");
	import_sheet(f, "carrier-2026", TW_TARIFF_FULL, SHEET_HEAD
		     "79,Russia mobile,0.01,USD,,,60,60,0,outbound,\n");
	import_rates(f, "date,currency,to,rate\n2026-10-05,USD,RUB,92.5\n");
	talk(f, MOBILE, MOSCOW("2026-10-05T10:00:00"), 120);
	assert_true(holds(f, tw__verify_charges));
	breaks(f, "UPDATE charge_note SET exchange_date = 1",
	       tw__verify_charges);
	fixture_teardown(state);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, world, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(sound), T(damages), T(beyond_its_minutes),
		cmocka_unit_test(converted_by_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
