/* What a source says that its calls cost, beside our rating. */
#include "accounts_fixture.h"
#include <trunkwise/difference.h>
#include <trunkwise/join.h>
#include <trunkwise/versions.h>

#define HEAD "call_id,start,duration,caller,callee,extension,number," \
	"direction,cost,currency\n"
/* by our rating 1.50 */
#define MOBILE(id, day, cost) id ",2026-10-" day "T10:00:00+03:00,60," \
	"78432000001,79161234567,,,outbound," cost "\n"

static void import_as(struct fixture *f, const char *source,
		      const char *text)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = "native";
	options.source = source;
	if (tw_import_new(&import, f->store, &options, &err) ||
	    tw_import_file(import, text, strlen(text), &err))
		fail_msg("%s: %s", err.field, err.message);
	end_import(import);
}

static void office(struct fixture *f)
{
	want_two_cities(f);
	apply_at(f, "2026-09-01T00:00:00+03:00");
	usual_tariff(f);
}

static size_t ask(tw_difference_row out[8], struct fixture *f,
		  const tw_difference_options *options)
{
	tw_difference_row row = TW_DIFFERENCE_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_differences *list;
	size_t n = 0;

	if (tw_report_differences(&list, f->store, options, &err))
		fail_msg("%s: %s", err.field, err.message);
	while (tw_differences_next(&row, list, &err) == TW_OK) {
		assert_true(n < 8);
		out[n++] = row;
	}
	tw_differences_free(list);
	return n;
}

static size_t ask_by(tw_difference_row out[8], struct fixture *f,
		     uint32_t by, uint32_t against)
{
	tw_difference_options options = TW_DIFFERENCE_OPTIONS_INIT;

	options.from = "2026-10";
	options.by = by;
	options.against = against;
	return ask(out, f, &options);
}

static void side_by_side(void **state)
{
	struct fixture *f = *state;
	tw_difference_row rows[8];

	office(f);
	assert_int_equal(ask_by(rows, f, 0, 0), 0);
	import_as(f, "loud", HEAD MOBILE("same", "05", "1.50,RUB")
		MOBILE("more", "06", "1.525,RUB") MOBILE("silent", "07", ",")
		"foreign,2026-10-05T11:00:00+03:00,60,78432000001,"
		"442071234567,,,outbound,9,RUB\n"
		"missed,2026-10-05T12:00:00+03:00,0,78432000001,79161234567,"
		",,outbound,0,RUB\n"
		"tried,2026-10-05T13:00:00+03:00,0,78432000001,79161234567,"
		",,outbound,0.25,RUB\n");
	/* who never says a cost is not asked about his silence */
	import_as(f, "quiet", HEAD MOBILE("q", "05", ","));
	assert_int_equal(ask_by(rows, f, TW_DIFFERENCE_BY_DEPARTMENT |
				TW_DIFFERENCE_BY_SOURCE, 0), 2);
	assert_string_equal(rows[0].department, "Kazan");
	assert_string_equal(rows[0].source, "loud");
	assert_string_equal(rows[0].carrier, "");
	assert_int_equal(rows[0].calls, 3);
	assert_int_equal(rows[0].differing, 2);
	assert_int_equal(rows[0].rated.nanos, RUB(3, 0));
	assert_int_equal(rows[0].stated.nanos, RUB(3, 27) + TW_NANOS / 200);
	assert_int_equal(rows[0].difference.nanos, RUB(0, 27) +
			 TW_NANOS / 200);
	assert_int_equal(rows[0].unrated, 1);
	assert_int_equal(rows[0].only_stated.nanos, RUB(9, 0));
	assert_int_equal(rows[0].unstated, 1);
	assert_int_equal(rows[0].only_rated.nanos, RUB(1, 50));
	assert_true(rows[1].is_total);
	assert_int_equal(rows[1].difference.nanos, rows[0].difference.nanos);
	assert_string_equal(rows[1].department, "");
	/* taken back: nothing is left to compare */
	assert_int_equal(tw_import_undo(f->store, 1, NULL), TW_OK);
	assert_int_equal(ask_by(rows, f, 0, 0), 0);
}

/* Two currencies are shown and never taken from each other. */
static void other_currency(void **state)
{
	struct fixture *f = *state;
	tw_difference_row rows[8];
	tw_difference_options options = TW_DIFFERENCE_OPTIONS_INIT;

	office(f);
	import_as(f, "z", HEAD MOBILE("a", "05", "0.0338,USD")
		MOBILE("b", "06", "1.50,RUB"));
	assert_int_equal(one_number(f, "SELECT count(*) FROM v_calls WHERE "
		"source_cost_nanos = 33800000 AND currency = 'RUB' "
		"AND source_currency = 'USD'"), 1);
	assert_int_equal(ask_by(rows, f, TW_DIFFERENCE_BY_CARRIER, 0), 4);
	assert_string_equal(rows[0].carrier, "carrier");
	assert_int_equal(rows[0].comparable, 1);
	assert_int_equal(rows[0].differing, 0);
	assert_int_equal(rows[1].comparable, 0);
	assert_string_equal(rows[1].rated.currency, "RUB");
	assert_string_equal(rows[1].stated.currency, "USD");
	assert_int_equal(rows[1].rated.nanos, RUB(1, 50));
	assert_int_equal(rows[1].stated.nanos, 33800000);
	assert_int_equal(rows[1].difference.nanos, 0);
	assert_true(rows[2].is_total && rows[3].is_total);
	/* by months, of which one has nothing */
	options.from = "2026-09";
	options.to = "2026-10";
	options.by = TW_DIFFERENCE_BY_MONTH;
	assert_int_equal(ask(rows, f, &options), 4);
	assert_string_equal(rows[0].month, "2026-10");
}

/* Prices of a tariff with VAT in them: 1.20 is 1.00 and 0.20. */
static void against_what(void **state)
{
	struct fixture *f = *state;
	tw_difference_row rows[8];

	want_two_cities(f);
	want(f, "tariff[0].name", "t");
	want(f, "tariff[0].carrier", "carrier");
	want(f, "tariff[0].currency", "RUB");
	want(f, "tariff[0].zone", "Europe/Moscow");
	want(f, "tariff[0].vat", "gross");
	want(f, "tariff[0].vat_percent", "20");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	import_sheet(f, "t", TW_TARIFF_FULL, SHEET_HEAD
		"79,Mobile,1.20,RUB,,,1,1,0,outbound,\n");
	import_as(f, "c", HEAD MOBILE("a", "05", "1.20,RUB"));
	ask_by(rows, f, 0, TW_AGAINST_COST);
	assert_int_equal(rows[0].difference.nanos, 0);
	ask_by(rows, f, 0, TW_AGAINST_GROSS);
	assert_int_equal(rows[0].difference.nanos, 0);
	ask_by(rows, f, 0, TW_AGAINST_NET);
	assert_int_equal(rows[0].rated.nanos, RUB(1, 0));
	assert_int_equal(rows[0].difference.nanos, RUB(0, 20));
}

/* Of two records of one call the one that is charged is compared. */
static void joined_once(void **state)
{
	struct fixture *f = *state;
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_difference_row rows[8];
	tw_error err = TW_ERROR_INIT;
	char *text;

	office(f);
	import_as(f, "pbx", HEAD MOBILE("p", "05", "7,RUB"));
	import_as(f, "north", HEAD MOBILE("c", "05", "1.40,RUB"));
	options.month = "2026-10";
	options.first = "pbx";
	options.second = "north";
	if (tw_cdr_join(NULL, NULL, f->store, &options, &err))
		fail_msg("%s", err.message);
	assert_int_equal(ask_by(rows, f, TW_DIFFERENCE_BY_SOURCE, 0), 2);
	assert_string_equal(rows[0].source, "north");
	assert_int_equal(rows[0].difference.nanos, -RUB(0, 10));
	if (tw_call_explain(&text, f->store, "c", "en", &err))
		fail_msg("%s", err.message);
	assert_non_null(strstr(text, "Its source north itself says 1.40 RUB: "
			       "0.10 less."));
	tw_free(text);
	if (tw_call_explain(&text, f->store, "p", "en", &err))
		fail_msg("%s", err.message);
	assert_non_null(strstr(text, "another source's record"));
	assert_non_null(strstr(text, "Its source pbx itself says 7.00 RUB."));
	tw_free(text);
	must_verify(f);
}

static void asked_wrongly(void **state)
{
	struct fixture *f = *state;
	tw_difference_options options = TW_DIFFERENCE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_differences *list = NULL;

	office(f);
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_EINVAL);
	options.from = "October";
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_EPARSE);
	options.from = "2026-10";
	options.to = "2026-09";
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_EINVAL);
	assert_string_equal(err.field, "to");
	options.to = NULL;
	options.by = 0x10;
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_EINVAL);
	options.by = 0;
	options.against = 3;
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_EINVAL);
	options.against = 0;
	assert_null(list);
	/* more than a sum holds is an error and no number */
	import_as(f, "x", HEAD MOBILE("a", "05", "4611686018,RUB")
		MOBILE("b", "06", "4611686018,RUB"));
	assert_int_equal(tw_report_differences(&list, f->store, &options,
					       &err), TW_ERANGE);
	assert_null(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(side_by_side),
		FIXTURE_TEST(other_currency),
		FIXTURE_TEST(against_what),
		FIXTURE_TEST(joined_once),
		FIXTURE_TEST(asked_wrongly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
