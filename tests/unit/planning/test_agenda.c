/* The agenda gives what is due in order, whatever order it came in. */
#include "near.h"

#include "planning/agenda.h"
#include "planning/chance.h"

static void gives_in_order(void **state)
{
	struct tw_agenda agenda = { 0 };
	struct tw_event_due due = { .kind = TW_EVENT_END }, last = { 0 };
	struct tw_chance chance;
	uint32_t i, j;

	(void)state;
	tw__chance_seed(&chance, 3);
	assert_true(tw__agenda_next(&agenda) == TW_TIME_MAX);
	assert_false(tw__agenda_take(&due, &agenda));
	for (i = 0; i < 50; ++i) {
		for (j = 0; j < 100; ++j) {
			due.at = (tw_time)(tw__chance_bits(&chance) % 500) +
				last.at;
			due.order = 100 * i + j + 1;
			assert_int_equal(tw__agenda_put(&agenda, &due),
					 TW_OK);
		}
		for (j = 0; j < 90; ++j) {
			tw_time next = tw__agenda_next(&agenda);

			assert_true(tw__agenda_take(&due, &agenda));
			assert_true(due.at == next && due.at >= last.at);
			if (due.at == last.at && j)
				assert_true(due.order > last.order);
			last = due;
		}
	}
	assert_int_equal(agenda.count, 500);
	tw__agenda_free(&agenda);
	assert_int_equal(agenda.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
