/* Pools and plans that would ring nobody. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "pool[0].member[0].landline", "t", "kazan-line" },
	  "pool[0].member[0].landline", "exclude", NO },
	{ { "pool[0].member[2].phone", "t", "anna" },
	  "pool[0].member[2].phone", "already", NO },
	{ { "pool[0].member[2].tier", "i", "1" }, "pool[0].member[2].phone",
	  "neither", NO },
	{ { "plan[0].step[1].ring", "t", "sales" }, "plan[0].step[1].reject",
	  "exclude", NO },
	{ { "plan[0].schedule", "t", NULL }, "plan[0].step[0].when",
	  "needs a schedule", NO },
	{ { "plan[1].name", "t", "empty" }, "plan[1].step", "without steps",
	  NO },
	{ { "plan[0].step[1].reject", "i", NULL }, "plan[0].step[1].ring",
	  "neither", { "plan[0].step[1].when", "t", "closed" } },
};

static void refused_with_place_and_reason(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_with_place_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
