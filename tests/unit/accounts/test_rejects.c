/* Rows that were refused: in order, whole, cut between letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "accounts/rejects.h"
#include "../faults.h"

static void rejects_in_order(void **state)
{
	struct tw_rejects *rejects = tw__rejects_new();
	tw_reject reject = TW_REJECT_INIT;
	char longer[700];
	int i;

	(void)state;
	memset(longer, 'x', sizeof(longer));
	longer[699] = '\0';
	for (i = 0; i < 1000; i++)
		assert_int_equal(tw__rejects_add(rejects, i + 2, i % 2 ?
			"rate" : longer, "value %d is bad", i), TW_OK);
	assert_int_equal(tw__rejects_add(rejects, 5000, NULL, "%s", longer),
			 TW_OK);
	assert_int_equal(tw__rejects_count(rejects), 1001);
	for (i = 0; i < 1000; i++) {
		char want[32];

		assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
				 TW_OK);
		snprintf(want, sizeof(want), "value %d is bad", i);
		assert_string_equal(reject.reason, want);
		assert_int_equal(reject.line, i + 2);
		assert_int_equal(strlen(reject.column), i % 2 ? 4 : 63);
	}
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL), TW_OK);
	assert_int_equal(strlen(reject.reason), 255);
	assert_string_equal(reject.column, "");
	assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
			 TW_ITER_END);
	tw_rejects_free(rejects);
	tw_rejects_free(NULL);
}

static void letters_are_not_halved(void **state)
{
	struct tw_rejects *rejects = tw__rejects_new();
	tw_reject reject = TW_REJECT_INIT;
	char text[400];

	(void)state;
	for (size_t pad = 0; pad < 3; pad++) {
		memset(text, 'a', sizeof(text));
		for (size_t i = pad; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe2\x82\xac", 3);
		text[sizeof(text) - 1] = '\0';
		assert_int_equal(tw__rejects_add(rejects, 1, text, "%s",
						 text), TW_OK);
		assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
				 TW_OK);
		assert_int_equal(strlen(reject.reason),
				 255 - (255 - pad) % 3);
		assert_int_equal(strlen(reject.column), 63 - (63 - pad) % 3);
		assert_true(tw__utf8_is_valid(reject.reason,
					      strlen(reject.reason)));
		assert_true(tw__utf8_is_valid(reject.column,
					      strlen(reject.column)));
	}
	/* to the byte: what fits stays, one more is cut */
	memset(text, 'a', sizeof(text));
	for (size_t more = 0; more < 2; more++) {
		char column[65];

		memset(column, 'c', sizeof(column));
		column[63 + more] = '\0';
		text[255 + more] = '\0';
		assert_int_equal(tw__rejects_add(rejects, 1, column, "%s",
						 text), TW_OK);
		assert_int_equal(tw_rejects_next(&reject, rejects, NULL),
				 TW_OK);
		assert_int_equal(strlen(reject.column), 63);
		assert_int_equal(strlen(reject.reason), 255);
		text[255] = 'a';
	}
	tw_rejects_free(rejects);
}

static void asking_wrongly(void **state)
{
	struct tw_rejects *rejects = tw__rejects_new();
	tw_reject reject = TW_REJECT_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__rejects_add(rejects, 7, "c", "r"), TW_OK);
	assert_int_equal(tw_rejects_next(NULL, rejects, &err), TW_EINVAL);
	assert_int_equal(tw_rejects_next(&reject, NULL, &err), TW_EINVAL);
	assert_string_not_equal(err.message, "");
	/* and nothing was passed over */
	assert_int_equal(tw_rejects_next(&reject, rejects, &err), TW_OK);
	assert_int_equal(reject.line, 7);
	tw_rejects_free(rejects);
}

static void every_failed_allocation(void **state)
{
	struct faults faults;
	int64_t n = 0;

	(void)state;
	for (bool more = true; more; n++) {
		struct tw_rejects *rejects;
		tw_status status = TW_ENOMEM;

		faults_begin(&faults, n);
		rejects = tw__rejects_new();
		if (rejects)
			status = tw__rejects_add(rejects, 1, "c", "r");
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		if (rejects)
			assert_int_equal(tw__rejects_count(rejects), !more);
		tw_rejects_free(rejects);
	}
	assert_true(n > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejects_in_order),
		cmocka_unit_test(letters_are_not_halved),
		cmocka_unit_test(asking_wrongly),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
