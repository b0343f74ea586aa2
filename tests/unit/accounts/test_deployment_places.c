/* Places of permissions, held against the numbering of the store. */
#include "deployment_fixture.h"
#include <trunkwise/cdr.h>

static const char ranges[] =
	"code,from,to,operator,region,city\n"
	"7843,2000000,2009999,Volga,Tatarstan,Kazan\n"
	"7495,1000000,1009999,North,Moscow,\n";

static void number(tw_store *store)
{
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	source.name = "ranges.csv";
	source.data = ranges;
	source.data_size = sizeof(ranges) - 1;
	if (tw_numbering_import(&counts, NULL, NULL, store, &source, 1,
				&err))
		fail_msg("%s", err.message);
	assert_int_equal(counts.rows_stored, 2);
}

static const struct pair rules[] = {
	{ "permission[0].name", "t", "inside" },
	{ "permission[0].from[0]", "t", "7843" },
	{ "permission[0].from[1]", "t", "Kazan" },
	{ "permission[0].to[0]", "t", "Kasan" },
	{ "permission[1].name", "t", "also" },
	{ "permission[1].to[0]", "t", "Moscow" },
	{ "permission[1].to[1]", "t", "Mosow" },
};

static tw_status try(tw_store *store, tw_deployment *d, tw_error *err)
{
	tw_changes *changes = NULL;
	tw_status status;

	status = tw_deployment_apply(&changes, d, store, AUTUMN, 0, err);
	tw_changes_free(changes);
	return status;
}

static uint32_t problems(const tw_deployment *d, tw_status code,
			 const char *field, const char *word)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t count = 0;

	for (uint32_t i = 0; !tw_deployment_problem(&problem, d, i, NULL);
	     i++)
		count += problem.code == code &&
			!strcmp(problem.field, field) &&
			strstr(problem.message, word);
	return count;
}

/* All of them at once, and nothing is applied. */
static void misspelled_ones_are_refused(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_deployment *d = deployment_with(rules, TW_ARRAY_COUNT(rules));
	tw_error err = TW_ERROR_INIT;

	number(store);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(try(store, d, &err), TW_EPARSE);
		assert_string_equal(err.field, "permission[0].to");
		assert_non_null(strstr(err.message, "did you mean 'Kazan'?"));
		assert_int_equal(problems(d, TW_ENOTFOUND, "permission[0].to",
					  "'Kasan'"), 1);
		assert_int_equal(problems(d, TW_ENOTFOUND, "permission[1].to",
					  "'Mosow'"), 1);
		assert_int_equal(problems(d, TW_ENOTFOUND, "permission[1].to",
					  "names 'Moscow'"), 0);
	}
	assert_int_equal(ask(store, "SELECT count(*) FROM company"), 0);
	tw_deployment_free(d);
	tw_store_free(store);
}

/* Nobody could look: told, and once only however often it is applied. */
static void before_an_import_it_is_a_warning(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_deployment *d = deployment_with(rules, TW_ARRAY_COUNT(rules));

	for (int again = 0; again < 2; again++) {
		assert_int_equal(try(store, d, NULL), TW_OK);
		assert_int_equal(problems(d, TW_OK, "permission[0].to",
					  "no numbering is in force"), 1);
	}
	tw_deployment_free(d);
	tw_store_free(store);
}

static void digits_ask_no_numbering(void **state)
{
	static const struct pair digits[] = {
		{ "permission[0].name", "t", "inside" },
		{ "permission[0].from[0]", "t", "7843" },
	};
	tw_store *store = fixture_store(*state);
	tw_deployment *d = deployment_with(digits, 2);

	assert_int_equal(try(store, d, NULL), TW_OK);
	assert_int_equal(problems(d, TW_OK, "permission[0].from",
				  "numbering"), 0);
	tw_deployment_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(misspelled_ones_are_refused),
		TEST(before_an_import_it_is_a_warning),
		TEST(digits_ask_no_numbering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
