/**
 * @file test_state.c  Words that events, logs and JSON share
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/base.h"
#include <trunkwise/event.h>

static void test_words(void **state)
{
	/* published: programs compare them */
	static const struct { uint32_t number; const char *word; } words[] = {
		{ TW_TRUNK_IDLE, "idle" },
		{ TW_TRUNK_RESOLVING, "resolving" },
		{ TW_TRUNK_REGISTERING, "registering" },
		{ TW_TRUNK_REGISTERED, "registered" },
		{ TW_TRUNK_BACKOFF, "backoff" },
		{ TW_TRUNK_REFUSED, "refused" },
		{ TW_TRUNK_FATAL, "fatal" },
		{ TW_TRUNK_UNREGISTERING, "unregistering" },
		{ TW_TRUNK_DISABLED, "disabled" },
		{ TW_TRUNK_REMOVED, "removed" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		assert_int_equal(words[i].number, i + 1);
		assert_string_equal(tw_trunk_state_name(words[i].number),
			words[i].word);
	}
}

static void test_unknown_numbers(void **state)
{
	(void)state;
	assert_string_equal(tw_trunk_state_name(0), "?");
	assert_string_equal(tw_trunk_state_name(TW_TRUNK_REMOVED + 1), "?");
	assert_string_equal(tw_trunk_state_name(UINT32_MAX), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_unknown_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
