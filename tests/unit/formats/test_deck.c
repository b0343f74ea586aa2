/* A deck reads its zone here; src/rating tests what it does with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "rating/deck.h"
#include "../faults.h"
#include "../rating/rating_fixture.h"

static void the_rules_say_the_zone(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", TW_NANOS, 60, 60);
	tw_deck *deck = NULL;

	(void)state;
	strcpy(rules.zone, "Asia/Yekaterinburg");
	assert_int_equal(tw_deck_new(&deck, &rules, &rate, 1, NULL), TW_OK);
	/* held by the deck alone by now */
	assert_string_equal(tw_zone_name(deck->zone), "Asia/Yekaterinburg");
	assert_string_equal(deck->rules.zone, "Asia/Yekaterinburg");
	assert_int_equal(deck->count, 1);
	tw_deck_free(deck);
}

static void refusals_leave_the_place_alone(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7x", TW_NANOS, 60, 60);
	tw_deck *const none = (tw_deck *)&rules;
	tw_deck *deck = none;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw_deck_new(NULL, &rules, NULL, 0, &err), TW_EINVAL);
	assert_int_equal(tw_deck_new(&deck, NULL, NULL, 0, &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "rules"));
	strcpy(rules.zone, "Europe/Atlantis");
	assert_int_equal(tw_deck_new(&deck, &rules, NULL, 0, &err),
			 TW_ENOTFOUND);
	assert_non_null(strstr(err.message, "Europe/Atlantis"));
	strcpy(rules.zone, "../../etc/passwd");
	assert_int_not_equal(tw_deck_new(&deck, &rules, NULL, 0, &err),
			     TW_OK);
	rules.zone[0] = '\0';
	assert_int_equal(tw_deck_new(&deck, &rules, NULL, 0, &err),
			 TW_EINVAL);
	assert_string_equal(err.field, "zone");
	/* without an end it must not be read as a name */
	memset(rules.zone, 'Z', sizeof(rules.zone));
	assert_int_equal(tw_deck_new(&deck, &rules, NULL, 0, &err),
			 TW_EINVAL);
	rules = fixture_rules();
	rules.size = 2;
	assert_int_equal(tw_deck_new(&deck, &rules, NULL, 0, &err),
			 TW_EINVAL);
	assert_non_null(strstr(err.message, "_INIT"));
	rules = fixture_rules();
	assert_int_not_equal(tw_deck_new(&deck, &rules, &rate, 1, &err),
			     TW_OK);
	assert_ptr_equal(deck, none);
}

static void every_failed_allocation(void **state)
{
	tw_tariff_rules rules = fixture_rules();
	tw_rate rate = fixture_rate("7", TW_NANOS, 60, 60);
	struct faults faults;
	tw_deck *deck = NULL;
	tw_status status;
	int64_t n = 0;

	(void)state;
	strcpy(rules.zone, "Europe/Moscow");
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;

		faults_begin(&faults, n);
		status = tw_deck_new(&deck, &rules, &rate, 1, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		if (more)
			assert_int_equal(faults.held, 0);
	}
	assert_true(n > 4);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_say_the_zone),
		cmocka_unit_test(refusals_leave_the_place_alone),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
