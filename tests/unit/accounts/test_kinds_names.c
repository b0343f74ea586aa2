/* Rows by kind and name, and the mend of a name that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "accounts/kinds_names.h"
#include "../faults.h"

static void names_by_kind(void **state)
{
	struct tw_kind_names *names = NULL;
	struct tw_buf hint;
	char text[64][16];
	uint32_t row = 0;

	(void)state;
	assert_int_equal(tw__kind_names_new(&names, 64), TW_OK);
	for (uint32_t i = 0; i < 64; i++) {
		snprintf(text[i], sizeof(text[i]), "name-%u", i * 11);
		assert_int_equal(tw__kind_names_add(names, (uint8_t)(i % 2),
						    text[i], i), TW_OK);
	}
	assert_int_equal(tw__kind_names_add(names, 1, "name-11", 99),
			 TW_EEXIST);
	assert_true(tw__kind_names_find(&row, names, 1, "name-11"));
	assert_int_equal(row, 1);
	assert_false(tw__kind_names_find(&row, names, 0, "name-11"));
	tw__buf_init(&hint);
	tw__kind_names_suggest(&hint, names, 1, "nome-11");
	assert_string_equal(hint.data, "did you mean 'name-11'?");
	tw__buf_clear(&hint);
	tw__kind_names_suggest(&hint, names, 7, "x");
	assert_string_equal(hint.data, "none is declared");
	tw__buf_free(&hint);
	tw__kind_names_free(names);
}

static void hint_is(struct tw_kind_names *names, const char *name,
		    const char *want)
{
	struct tw_buf hint;

	tw__buf_init(&hint);
	tw__kind_names_suggest(&hint, names, 1, name);
	assert_string_equal(hint.data, want);
	tw__buf_free(&hint);
}

static void the_nearest_is_meant(void **state)
{
	static const char *const declared[] = { "kazan", "kazak", "ufa" };
	struct tw_kind_names *names = NULL;
	char longer[200];

	(void)state;
	assert_int_equal(tw__kind_names_new(&names, 3), TW_OK);
	for (uint32_t i = 0; i < TW_ARRAY_COUNT(declared); i++)
		assert_int_equal(tw__kind_names_add(names, 1, declared[i],
						    i), TW_OK);
	assert_int_equal(tw__kind_names_add(names, 2, "perm", 9), TW_OK);
	hint_is(names, "kazan", "did you mean 'kazan'?");
	hint_is(names, "kazzan", "did you mean 'kazan'?");
	hint_is(names, "kaza", "did you mean 'kazak'?");  /* both: by letter */
	hint_is(names, "uffa", "did you mean 'ufa'?");
	hint_is(names, "uf", "did you mean 'ufa'?");
	hint_is(names, "ka", "did you mean 'ufa'?");
	/* three letters away, or of another kind: not meant */
	memset(longer, 'k', sizeof(longer));
	longer[199] = '\0';
	for (int i = 0; i < 2; i++) {
		struct tw_buf hint;

		tw__buf_init(&hint);
		tw__kind_names_suggest(&hint, names, 1, i ? "perm" : longer);
		assert_int_equal(strncmp(hint.data, "declared are '", 14), 0);
		assert_non_null(strstr(hint.data, "'kazan'"));
		assert_non_null(strstr(hint.data, "'kazak'"));
		assert_non_null(strstr(hint.data, "'ufa'"));
		assert_null(strstr(hint.data, "perm'"));
		tw__buf_free(&hint);
	}
	tw__kind_names_free(names);
}

/* Of equally near ones the first by letter, wherever they hash to. */
static void ties_are_settled(void **state)
{
	static const char *const declared[] = { "x9", "x3", "x7", "x1", "x5",
		"x2", "x8", "x4", "x6" };
	struct tw_kind_names *names = NULL;

	(void)state;
	assert_int_equal(tw__kind_names_new(&names, 9), TW_OK);
	for (uint32_t i = 0; i < TW_ARRAY_COUNT(declared); i++)
		assert_int_equal(tw__kind_names_add(names, 1, declared[i],
						    i), TW_OK);
	hint_is(names, "x", "did you mean 'x1'?");
	hint_is(names, "xyz", "did you mean 'x1'?");
	tw__kind_names_free(names);
	/* three letters are too many */
	assert_int_equal(tw__kind_names_new(&names, 1), TW_OK);
	assert_int_equal(tw__kind_names_add(names, 1, "perm", 0), TW_OK);
	hint_is(names, "pXYm", "did you mean 'perm'?");
	hint_is(names, "pXYZ", "declared are 'perm'");
	tw__kind_names_free(names);
}

static void a_few_are_listed(void **state)
{
	struct tw_kind_names *names = NULL;
	char text[40][8];
	struct tw_buf hint;
	size_t quotes = 0;

	(void)state;
	assert_int_equal(tw__kind_names_new(&names, 40), TW_OK);
	for (uint32_t i = 0; i < 40; i++) {
		snprintf(text[i], sizeof(text[i]), "n%u", i);
		assert_int_equal(tw__kind_names_add(names, 1, text[i], i),
				 TW_OK);
	}
	tw__buf_init(&hint);
	tw__kind_names_suggest(&hint, names, 1, "far away");
	for (const char *p = hint.data; *p; p++)
		quotes += *p == '\'';
	assert_int_equal(quotes, 10);
	tw__buf_free(&hint);
	tw__kind_names_free(names);
}

/* As many as were expected, whatever they hash to, and one is never lost. */
static void full_as_promised(void **state)
{
	enum { COUNT = 5000 };
	static char text[COUNT][8];
	struct tw_kind_names *names = NULL;
	uint32_t row = 0;

	(void)state;
	assert_int_equal(tw__kind_names_new(&names, COUNT), TW_OK);
	for (uint32_t i = 0; i < COUNT; i++) {
		snprintf(text[i], sizeof(text[i]), "%u", i);
		assert_int_equal(tw__kind_names_add(names, 3, text[i], i),
				 TW_OK);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_true(tw__kind_names_find(&row, names, 3, text[i]));
		assert_int_equal(row, i);
	}
	row = 7;
	assert_false(tw__kind_names_find(&row, names, 3, "5000"));
	assert_false(tw__kind_names_find(&row, names, 3, ""));
	assert_int_equal(row, 7);
	tw__kind_names_free(names);
	tw__kind_names_free(NULL);
}

static void every_failed_allocation(void **state)
{
	struct faults faults;

	(void)state;
	for (int64_t n = 0; n < 2; n++) {
		struct tw_kind_names *names = NULL;

		faults_begin(&faults, n);
		assert_int_equal(tw__kind_names_new(&names, 1), TW_ENOMEM);
		assert_true(faults_end(&faults));
		assert_null(names);
		assert_int_equal(faults.held, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_by_kind),
		cmocka_unit_test(the_nearest_is_meant),
		cmocka_unit_test(ties_are_settled),
		cmocka_unit_test(a_few_are_listed),
		cmocka_unit_test(full_as_promised),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
