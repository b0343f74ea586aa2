/* Places of numbers and the relation of two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../faults.h"
#include "base/base.h"
#include <trunkwise/numbering.h>

#define TATARSTAN "Республика Татарстан"

static tw_number_range range(uint64_t from, uint64_t to, const char *region,
			     const char *city, int64_t line)
{
	tw_number_range range = TW_NUMBER_RANGE_INIT;

	range.from = from;
	range.to = to;
	range.line = line;
	snprintf(range.operator_name, sizeof(range.operator_name),
		 "operator %lld", (long long)line);
	snprintf(range.region, sizeof(range.region), "%s", region);
	snprintf(range.city, sizeof(range.city), "%s", city);
	return range;
}

static tw_numbering *numbering;

static int make(void **state)
{
	const tw_number_range ranges[] = {
		range(74951000000, 74951999999, "Москва", "Москва", 2),
		range(78432000000, 78432499999, TATARSTAN, "Казань", 3),
		range(78432500000, 78432999999, TATARSTAN, "Казань", 4),
		range(78552100000, 78552199999, TATARSTAN,
		      "Набережные Челны", 5),
		range(78437000000, 78437099999, TATARSTAN, "", 6),
		range(79031000000, 79031999999,
		      "Москва и Московская область", "", 7),
		range(74967000000, 74967999999, "Московская область",
		      "Подольск", 8),
		range(78001000000, 78001999999, "", "", 9),
	};

	(void)state;
	return tw_numbering_new(&numbering, ranges, TW_ARRAY_COUNT(ranges),
				NULL);
}

static int drop(void **state)
{
	(void)state;
	tw_numbering_free(numbering);
	return 0;
}

static uint32_t relation(const char *caller, const char *callee)
{
	uint32_t out = 99;

	assert_int_equal(tw_numbering_relation(&out, numbering, caller,
					       callee, NULL, NULL), TW_OK);
	return out;
}

static void test_edges_of_ranges(void **state)
{
	static const struct { const char *digits; int64_t line; } all[] = {
		{ "78432000000", 3 }, { "78432499999", 3 },
		{ "78432500000", 4 }, { "78432999999", 4 },
		{ "78433000000", 0 }, { "78431999999", 0 },
		{ "74951000000", 2 }, { "74950999999", 0 },
		{ "79031999999", 7 }, { "79032000000", 0 },
		{ "1", 0 }, { "999999999999999", 0 },
		{ "7843200000", 0 },          /* a digit short */
		{ "784320000000", 0 },        /* a digit long */
		{ "078432000000", 0 }, { "0078432000000", 0 },
		{ "7843200000000000000000000", 0 },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_place place = TW_PLACE_INIT;
		char want[32];

		snprintf(want, sizeof(want), "operator %lld",
			 (long long)all[i].line);
		assert_int_equal(tw_numbering_find(&place, numbering,
			all[i].digits, NULL, NULL),
			all[i].line ? TW_OK : TW_ENOTFOUND);
		assert_string_equal(place.operator_name,
				    all[i].line ? want : "");
	}
	assert_int_equal(tw_numbering_count(numbering), 8);
}

static void test_relations(void **state)
{
	(void)state;
	assert_int_equal(relation("78432000001", "78432900000"),
			 TW_RELATION_SAME_CITY);
	assert_int_equal(relation("78432000001", "78552100000"),
			 TW_RELATION_SAME_REGION);
	assert_int_equal(relation("78432000001", "74951000000"),
			 TW_RELATION_OTHER);
	assert_int_equal(relation("74951000000", "74951000000"),
			 TW_RELATION_SAME_CITY);
	/* a city that is not known is no city of two */
	assert_int_equal(relation("78437000000", "78437000001"),
			 TW_RELATION_SAME_REGION);
	assert_int_equal(relation("78432000001", "78437000001"),
			 TW_RELATION_SAME_REGION);
	/* no range, no region, nobody */
	assert_int_equal(relation("78432000001", "79991234567"),
			 TW_RELATION_ANY);
	assert_int_equal(relation("79991234567", "78432000001"),
			 TW_RELATION_ANY);
	assert_int_equal(relation("78001000000", "78001000001"),
			 TW_RELATION_ANY);
	assert_int_equal(relation("78001000000", "78432000001"),
			 TW_RELATION_ANY);
	assert_int_equal(relation(NULL, "78432000001"), TW_RELATION_ANY);
}

/* A mobile range of two regions. */
static void test_joint_regions(void **state)
{
	(void)state;
	assert_int_equal(relation("79031000000", "79031000001"),
			 TW_RELATION_SAME_REGION);
	assert_int_equal(relation("79031000000", "74951000000"),
			 TW_RELATION_ANY);
	assert_int_equal(relation("74967000000", "79031000000"),
			 TW_RELATION_ANY);
	assert_int_equal(relation("74967000000", "74951000000"),
			 TW_RELATION_OTHER);
	assert_int_equal(relation("79031000000", "78432000000"),
			 TW_RELATION_OTHER);
}

static void test_places(void **state)
{
	tw_place a = TW_PLACE_INIT, b = TW_PLACE_INIT;

	(void)state;
	strcpy(a.region, "Москва");
	strcpy(b.region, "Москва и Московская область");
	assert_int_equal(tw_place_relation(&a, &b), TW_RELATION_ANY);
	assert_int_equal(tw_place_relation(&a, NULL), TW_RELATION_ANY);
	assert_int_equal(tw_place_relation(&a, &a), TW_RELATION_SAME_REGION);
	strcpy(a.city, "Москва");
	assert_int_equal(tw_place_relation(&a, &a), TW_RELATION_SAME_CITY);
	strcpy(b.region, "Тульская область, Рязанская область");
	assert_int_equal(tw_place_relation(&a, &b), TW_RELATION_OTHER);
}

/* ---- ported numbers ---- */

static tw_status ported(void *arg, tw_place *out, const char *digits)
{
	const char *moved = arg;

	if (strcmp(digits, "78432000009") == 0)
		return TW_EIO;
	if (strcmp(digits, "78432000008") == 0) {
		strcpy(out->region, "\xff");
		return TW_OK;
	}
	if (strcmp(digits, moved) != 0)
		return TW_ENOTFOUND;
	strcpy(out->operator_name, "other operator");
	strcpy(out->region, "Москва");
	strcpy(out->city, "Москва");
	return TW_OK;
}

static void test_a_look_up_is_asked_first(void **state)
{
	static char moved[] = "78432000001";
	const tw_numbering_lookup lookup = { sizeof(lookup), 0, ported,
		moved };
	tw_error err = TW_ERROR_INIT;
	tw_place place = TW_PLACE_INIT;
	uint32_t out = 99;

	(void)state;
	assert_int_equal(tw_numbering_find(&place, numbering, moved, &lookup,
					   NULL), TW_OK);
	assert_string_equal(place.operator_name, "other operator");
	assert_int_equal(place.ported, 1);
	assert_int_equal(tw_numbering_find(&place, NULL, moved, &lookup,
					   NULL), TW_OK);
	assert_int_equal(tw_numbering_find(&place, numbering, "78432000002",
					   &lookup, NULL), TW_OK);
	assert_int_equal(place.ported, 0);
	assert_string_equal(place.city, "Казань");

	assert_int_equal(tw_numbering_relation(&out, numbering, "78432000002",
		moved, &lookup, NULL), TW_OK);
	assert_int_equal(out, TW_RELATION_OTHER);
	assert_int_equal(tw_numbering_relation(&out, numbering, moved,
		"74951000000", &lookup, NULL), TW_OK);
	assert_int_equal(out, TW_RELATION_SAME_CITY);
	assert_int_equal(tw_numbering_relation(&out, NULL, moved,
		"74951000000", &lookup, NULL), TW_OK);
	assert_int_equal(out, TW_RELATION_ANY);

	/* a look-up that fails is not "not ported" */
	assert_int_equal(tw_numbering_find(&place, numbering, "78432000009",
					   &lookup, &err), TW_EIO);
	assert_non_null(strstr(err.message, "TW_EIO"));
	assert_int_equal(tw_numbering_relation(&out, numbering, "78432000009",
		moved, &lookup, NULL), TW_EIO);
	assert_int_equal(tw_numbering_find(&place, numbering, "78432000008",
					   &lookup, NULL), TW_EINVAL);
}

static void test_misuse(void **state)
{
	tw_place place = TW_PLACE_INIT, unset = { 0 };
	uint32_t out;

	(void)state;
	assert_int_equal(tw_numbering_find(&place, numbering, "8 (843) 2",
					   NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_numbering_find(&place, numbering, "", NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_numbering_find(&unset, numbering, "1", NULL,
					   NULL), TW_EINVAL);
	assert_int_equal(tw_numbering_find(NULL, numbering, "1", NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_numbering_find(&place, NULL, "1", NULL, NULL),
			 TW_ENOTFOUND);
	assert_int_equal(tw_numbering_relation(&out, numbering, "anonymous",
		"78432000001", NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_numbering_relation(&out, numbering, NULL, NULL,
					       NULL, NULL), TW_EINVAL);
	tw_numbering_free(NULL);
	assert_null(tw_numbering_ref(NULL));
	assert_int_equal(tw_numbering_count(NULL), 0);
}

static void refuse(const tw_number_range *ranges, size_t count,
		   tw_status code, const char *words)
{
	tw_error err = TW_ERROR_INIT;
	tw_numbering *out = NULL;

	assert_int_equal(tw_numbering_new(&out, ranges, count, &err), code);
	assert_null(out);
	assert_non_null(strstr(err.message, words));
}

static void test_ranges_that_are_refused(void **state)
{
	tw_number_range two[] = { range(100, 199, "R", "", 12),
				  range(199, 299, "R", "", 7) };

	(void)state;
	refuse(two, 2, TW_ECONFLICT, "lines 7 and 12");
	two[1] = two[0];
	refuse(two, 2, TW_ECONFLICT, "overlap");
	two[1] = range(299, 200, "R", "", 7);
	refuse(two, 2, TW_EINVAL, "swap");
	two[1] = range(0, 200, "R", "", 7);
	refuse(two, 2, TW_EINVAL, "15 digits");
	two[1] = range(200, 200, "\xff", "", 7);
	refuse(two, 2, TW_EINVAL, "UTF-8");
	memset(two[1].region, 'r', sizeof(two[1].region));
	refuse(two, 2, TW_EINVAL, "ends within its field");
	refuse(NULL, 1, TW_EINVAL, "no ranges");
	two[1] = range(200, 200, "R", "", 7);
	two[1].size -= 8;
	refuse(two, 2, TW_EINVAL, "another size than the first");
}

static void test_no_ranges_at_all(void **state)
{
	tw_place place = TW_PLACE_INIT;
	tw_numbering *none, *same;

	(void)state;
	assert_int_equal(tw_numbering_new(&none, NULL, 0, NULL), TW_OK);
	same = tw_numbering_ref(none);
	tw_numbering_free(none);
	assert_int_equal(tw_numbering_find(&place, same, "7", NULL, NULL),
			 TW_ENOTFOUND);
	tw_numbering_free(same);
}

/* Every number of a gapped plan, against the plan itself. */
static void test_many_ranges(void **state)
{
	enum { COUNT = 1000 };
	static tw_number_range ranges[COUNT];
	tw_numbering *many;

	(void)state;
	for (uint64_t i = 0; i < COUNT; i++)
		ranges[i] = range(100000 + i * 7, 100000 + i * 7 + i % 7, "R",
				  "", (int64_t)i);
	for (size_t count = 1; count <= COUNT; count += count < 200 ? 1 : 97) {
		assert_int_equal(tw_numbering_new(&many, ranges, count, NULL),
				 TW_OK);
		for (uint64_t k = 0; k < count * 7 + 7; k++) {
			tw_place place = TW_PLACE_INIT;
			char digits[16];
			bool in = k / 7 < count && k % 7 <= k / 7 % 7;

			snprintf(digits, sizeof(digits), "%d",
				 (int)(100000 + k));
			assert_int_equal(tw_numbering_find(&place, many,
				digits, NULL, NULL),
				in ? TW_OK : TW_ENOTFOUND);
		}
		tw_numbering_free(many);
	}
}

static void test_every_allocation_may_fail(void **state)
{
	const tw_number_range two[] = { range(100, 199, "R", "", 1),
					range(200, 299, "S", "C", 2) };
	bool more = true;

	(void)state;
	for (int64_t n = 0; more; n++) {
		struct faults faults;
		tw_numbering *out = NULL;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_numbering_new(&out, two, 2, NULL);
		tw_numbering_free(out);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(faults.held, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges_of_ranges),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_joint_regions),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_a_look_up_is_asked_first),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_ranges_that_are_refused),
		cmocka_unit_test(test_no_ranges_at_all),
		cmocka_unit_test(test_many_ranges),
		cmocka_unit_test(test_every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
