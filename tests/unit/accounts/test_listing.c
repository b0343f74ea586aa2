/* Lines that were found, in order, for callers of any age. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "accounts/listing.h"
#include "../faults.h"

static struct tw_listing *three(void)
{
	struct tw_listing *listing = tw__listing_new();
	tw_listing_row row = TW_LISTING_ROW_INIT;

	for (uint64_t i = 1; i <= 3; i++) {
		row.calls = i;
		row.detail[255] = '\0';
		snprintf(row.key, sizeof(row.key), "key %d", (int)i);
		assert_int_equal(tw__listing_add(listing, &row, NULL), TW_OK);
	}
	assert_int_equal(tw__listing_count(listing), 3);
	return listing;
}

static void in_order_and_once(void **state)
{
	struct tw_listing *listing = three();
	tw_listing_row row = TW_LISTING_ROW_INIT;

	(void)state;
	tw__listing_rows(listing)[1].seconds = 77;
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(tw_listing_next(&row, listing, NULL), TW_OK);
		assert_int_equal(row.calls, i);
		assert_int_equal(row.seconds, i == 2 ? 77 : 0);
		assert_int_equal(row.size, sizeof(row));
	}
	assert_string_equal(row.key, "key 3");
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_ITER_END);
	assert_int_equal(tw_listing_next(&row, listing, NULL), TW_ITER_END);
	assert_int_equal(row.calls, 3);
	tw_listing_free(listing);
	tw_listing_free(NULL);
}

/* A caller's struct is filled as far as he says it goes. */
static void older_and_broken_callers(void **state)
{
	struct tw_listing *listing = three();
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	(void)state;
	row.size = (uint32_t)offsetof(tw_listing_row, seconds);
	row.seconds = 55;
	assert_int_equal(tw_listing_next(&row, listing, &err), TW_OK);
	assert_int_equal(row.calls, 1);
	assert_int_equal(row.seconds, 55);
	row.size = 0;
	assert_int_equal(tw_listing_next(&row, listing, &err), TW_EINVAL);
	assert_int_equal(tw_listing_next(NULL, listing, &err), TW_EINVAL);
	assert_int_equal(tw_listing_next(&row, NULL, &err), TW_EINVAL);
	/* a refused question passes over no line */
	row.size = sizeof(row);
	assert_int_equal(tw_listing_next(&row, listing, &err), TW_OK);
	assert_int_equal(row.calls, 2);
	tw_listing_free(listing);
}

static void every_failed_allocation(void **state)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	struct tw_listing *listing;
	tw_error err = TW_ERROR_INIT;
	struct faults faults;

	(void)state;
	faults_begin(&faults, 0);
	assert_null(tw__listing_new());
	assert_true(faults_end(&faults));
	faults_begin(&faults, 1);
	listing = tw__listing_new();
	assert_int_equal(tw__listing_add(listing, &row, &err), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(err.code, TW_ENOMEM);
	assert_int_equal(tw__listing_count(listing), 0);
	assert_int_equal(tw_listing_next(&row, listing, &err), TW_ITER_END);
	tw_listing_free(listing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_and_once),
		cmocka_unit_test(older_and_broken_callers),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
