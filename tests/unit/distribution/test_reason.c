/* Words: every reason has some, and they fit. */
#include "host.h"

static void every_reason_has_words(void **state)
{
	struct host h;
	char buf[96];
	uint32_t why;

	(void)state;
	host_open(&h, 0);
	host_target(&h, "Анна Сергеевна из салона на Баумана, второй этаж, "
		    "окно", 1, 0);
	for (why = TW_WHY_ALL; why <= TW_WHY_NO_VOICEMAIL; ++why) {
		struct tw__event_row row = { .why = why, .a = 1,
			.b = INT64_MAX };

		memset(buf, 'x', sizeof(buf));
		tw__reason(buf, sizeof(buf), h.engine, &row);
		assert_true(strlen(buf) > 3);
		assert_true(strlen(buf) < sizeof(buf));
		row.a = -1;
		tw__reason(buf, sizeof(buf), h.engine, &row);
		row.a = INT64_MAX;
		tw__reason(buf, sizeof(buf), h.engine, &row);
		row.a = INT64_MIN;
		tw__reason(buf, sizeof(buf), h.engine, &row);
		assert_true(strlen(buf) < sizeof(buf));
	}
	host_close(&h);
}

/* What does not fit is cut, and nothing behind the buffer is touched. */
static void words_are_cut_to_any_room(void **state)
{
	char full[96], buf[97];
	struct host h;
	uint32_t why;
	size_t size;

	(void)state;
	host_open(&h, 0);
	for (why = TW_WHY_ALL; why <= TW_WHY_WAITED_MOVED; ++why) {
		const struct tw__event_row row = { .why = why, .a = -1234567,
					    .b = 1234567 };

		tw__reason(full, sizeof(full), h.engine, &row);
		for (size = 1; size < sizeof(full); ++size) {
			memset(buf, 'x', sizeof(buf));
			tw__reason(buf, size, h.engine, &row);
			assert_int_equal(buf[size], 'x');
			assert_true(strlen(buf) < size);
			assert_memory_equal(buf, full, strlen(buf));
			assert_true(strlen(buf) == size - 1 ||
				    strlen(buf) == strlen(full));
		}
	}
	host_close(&h);
}

/* A long name is cut between characters: reasons are UTF-8. */
static void cut_names_stay_utf8(void **state)
{
	struct tw__event_row row = { .why = TW_WHY_ELSEWHERE, .a = 1 };
	char name[128] = "", buf[96];
	struct host h;
	int shift;

	(void)state;
	for (shift = 0; shift < 2; ++shift) {
		host_open(&h, 0);
		strcpy(name, shift ? "x" : "");
		while (strlen(name) < 120)
			strcat(name, "Ж");
		host_target(&h, name, 1, 0);
		tw__reason(buf, sizeof(buf), h.engine, &row);
		assert_true(tw__utf8_is_valid(buf, strlen(buf)));
		host_close(&h);
	}
}

static void outcomes_have_names(void **state)
{
	(void)state;
	assert_string_equal(tw_outcome_name(TW_OUTCOME_ANSWERED),
			    "answered");
	assert_string_equal(tw_outcome_name(TW_OUTCOME_LOST_RACE),
			    "lost_race");
	assert_string_equal(tw_outcome_name(TW_OUTCOME_UNANSWERED),
			    "unanswered");
	assert_string_equal(tw_outcome_name(0), "skipped");
	assert_string_equal(tw_outcome_name(12), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_words),
		cmocka_unit_test(words_are_cut_to_any_room),
		cmocka_unit_test(cut_names_stay_utf8),
		cmocka_unit_test(outcomes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
