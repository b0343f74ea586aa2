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
	  "nothing says", { "plan[0].step[1].when", "t", "closed" } },
	{ { "plan[0].step[1].queue", "t", "sales" },
	  "plan[0].step[1].reject", "exclude", NO },
	{ { "plan[0].step[1].voicemail", "b", "true" },
	  "plan[0].step[1].reject", "exclude", NO },
	{ { "plan[0].step[1].voicemail", "b", "false" },
	  "plan[0].step[1].voicemail", "does nothing",
	  { "plan[0].step[1].reject", "i", NULL } },
	{ { "plan[0].step[1].wait_s", "i", "60" },
	  "plan[0].step[1].wait_s", "steps with queue", NO },
	{ { "plan[0].step[0].length_max", "i", "9" },
	  "plan[0].step[0].length_max", "steps with queue", NO },
	{ { "plan[0].step[1].ring_s", "i", "9" },
	  "plan[0].step[1].ring_s", "steps with ring", NO },
	{ { "plan[0].step[1].reserve", "i", "1" },
	  "plan[0].step[1].reserve", "ring, queue", NO },
	{ { "plan[0].step[0].reserve", "i", "-1" },
	  "plan[0].step[0].reserve", "out of range", NO },
	{ { "plan[0].step[2].join", "t", "somebody" },
	  "plan[0].step[2].join", "nobody reachable staffed ready", NO },
	{ { "pool[0].member[0].weight", "i", "-3" },
	  "pool[0].member[0].weight", "1 to 65535", NO },
	{ { "pool[0].policy", "t", "own:" }, "pool[0].policy",
	  "1 to 63 bytes", NO },
	{ { "pool[0].policy", "t", "own: nearest" }, "pool[0].policy",
	  "without blanks", NO },
	{ { "pool[0].policy", "t", "own:linear" }, "pool[0].policy",
	  "is not the host's own", NO },
	{ { "pool[0].policy", "t", "nearest" }, "pool[0].policy",
	  "or own:NAME", NO },
	{ { "pool[0].ring_count", "i", "2" }, "pool[0].ring_count",
	  "is for policy ring_n", { "pool[0].policy", "t", "own:nearest" } },
	{ { "pool[0].member[0].weight", "i", "0" },
	  "pool[0].member[0].weight", "1 to 65535", NO },
	{ { "plan[0].step[2].ring", "t", "sales" }, "plan[0].step[2].ring",
	  "no call comes", NO },
	{ { "plan[0].step[1].plan", "t", "main" }, "plan[0].step[1].plan",
	  "go on with itself", { "plan[0].step[1].reject", "i", NULL } },
	{ { "plan[0].step[0].wait_s", "i", "60" },
	  "plan[0].step[0].wait_s", "not with ring", NO },
	{ { "phone[0].rejected_s", "i", "-1" }, "phone[0].rejected_s",
	  "0 to 86400", NO },
	{ { "pool[0].ring_count", "i", "2" }, "pool[0].ring_count",
	  "for policy ring_n, this pool's is linear", NO },
	{ { "pool[0].delay_s", "i", "2" }, "pool[0].delay_s",
	  "progressive", NO },
	{ { "pool[0].advance_on", "t", "answer" }, "pool[0].advance_on",
	  "round_robin", NO },
	{ { "pool[0].idle[0]", "t", "away" }, "pool[0].idle",
	  "longest_idle", NO },
	{ { "pool[0].idle[0]", "t", "asleep" }, "pool[0].idle[0]",
	  "this_pool unanswered", { "pool[0].policy", "t",
	  "longest_idle" } },
	{ { "pool[0].ring_count", "i", "0" }, "pool[0].ring_count",
	  "1 to 1000", { "pool[0].policy", "t", "ring_n" } },
	/* a pool in its own overflow */
	{ { "plan[0].step[1].ring", "t", "sales" }, "plan[0].step[1].ring",
	  "own overflow", { "plan[0].step[1].reject", "i", NULL } },
};

static void refused_with_place_and_reason(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

struct fine {
	const char *what;
	bool is_refused;
	struct pair changes[9];
};

static const struct fine plans[] = {
	{ "ring them all, then wait in line for them", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].queue", "t", "sales" },
		{ "plan[0].step[1].wait_s", "i", "60" },
		{ "plan[0].step[2].reject", "i", "480" } } },
	{ "wait in line, overflow to the same pool", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].queue", "t", "sales" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].ring", "t", "sales" } } },
	{ "the same pool for other hours", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].ring", "t", "sales" },
		{ "plan[0].step[1].when", "t", "closed" } } },
	{ "once more, after somebody else", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].ring", "t", "others" },
		{ "plan[0].step[2].ring", "t", "sales" },
		{ "pool[1].name", "t", "others" },
		{ "pool[1].member[0].phone", "t", "mobile" } } },
	{ "voicemail, and for hosts without one a refusal", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].voicemail", "b", "true" },
		{ "plan[0].step[2].reject", "i", "480" } } },
	{ "behind a line that is joined always and never left", true, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].queue", "t", "sales" },
		{ "plan[0].step[1].join", "t", "nobody" },
		{ "plan[0].step[2].reject", "i", "480" } } },
	{ "cities that are each other's overflow", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].plan", "t", "other" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" },
		{ "plan[1].step[1].reject", "i", "480" } } },
	{ "whom the caller knows, then all of them, then a ticket", false, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].preferred", "t", "sales" },
		{ "plan[0].step[0].ring_s", "i", "10" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].ring", "t", "sales" },
		{ "plan[0].step[2].callback", "t", "sales" },
		{ "plan[0].step[2].wait_s", "i", "3600" },
		{ "plan[0].step[3].reject", "i", "480" } } },
	{ "two that only go on with each other", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" } } },
	{ "three of them", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "third" },
		{ "plan[2].name", "t", "third" },
		{ "plan[2].step[0].plan", "t", "main" } } },
	{ "on, and back is never", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[0].when", "t", "always" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" } } },
	{ "on in open hours, refused in others", false, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" } } },
	{ "a number's calls go on with one that leads back", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[0].when", "t", "always" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" } } },
	{ "the same, of a number that begins with the other", false, {
		{ "number[0].plan", "t", "other" },
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[0].when", "t", "always" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" } } },
	{ "a circle that somebody rings in", false, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].plan", "t", "main" },
		{ "plan[1].step[1].ring", "t", "sales" } } },
	{ "behind a plan that never comes back", true, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].when", "t", "always" },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].ring", "t", "sales" } } },
	{ "behind a plan that comes back by another", false, {
		{ "plan[0].step[0].ring", "t", NULL },
		{ "plan[0].step[0].when", "t", "always" },
		{ "plan[0].step[0].plan", "t", "other" },
		{ "plan[1].name", "t", "other" },
		{ "plan[1].step[0].ring", "t", "sales" },
		{ "plan[1].step[1].plan", "t", "third" },
		{ "plan[2].name", "t", "third" },
		{ "plan[2].step[0].plan", "t", "main" } } },
	{ "behind a line that has room for nine", false, {
		{ "plan[0].step[1].reject", "i", NULL },
		{ "plan[0].step[1].queue", "t", "sales" },
		{ "plan[0].step[1].join", "t", "nobody" },
		{ "plan[0].step[1].length_max", "i", "9" },
		{ "plan[0].step[2].reject", "i", "480" } } },
};

static void plans_that_make_sense_and_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(plans); i++) {
		tw_deployment *d;
		tw_error err = TW_ERROR_INIT;
		size_t n = 0;

		while (plans[i].changes[n].path)
			n++;
		d = deployment_with(plans[i].changes, n);
		if (tw_deployment_check(d, &err) !=
		    (plans[i].is_refused ? TW_EPARSE : TW_OK))
			fail_msg("%s: %s: %s", plans[i].what, err.field,
				 err.message);
		tw_deployment_free(d);
	}
}

/* One mistake, told once: of the first plan, at its step. */
static void a_circle_is_told_once(void **state)
{
	static const struct pair changes[] = {
		{ "plan[1].name", "t", "a" }, { "plan[2].name", "t", "b" },
		{ "plan[3].name", "t", "c" },
		{ "plan[1].step[0].plan", "t", "b" },
		{ "plan[2].step[0].plan", "t", "c" },
		{ "plan[3].step[0].plan", "t", "a" },
	};
	tw_deployment *d = deployment_with(changes, 6);
	tw_error err = TW_ERROR_INIT;
	uint32_t i, told = 0;

	(void)state;
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_string_equal(err.field, "plan[1].step[0].plan");
	assert_non_null(strstr(err.message, "in a circle"));
	for (i = 0; !tw_deployment_problem(&err, d, i, NULL); i++)
		told += err.code && strstr(err.message, "in a circle");
	assert_int_equal(told, 1);
	tw_deployment_free(d);
	d = deployment_with((const struct pair[]){
		{ "plan[1].name", "t", "a" },
		{ "plan[1].step[0].plan", "t", "a" } }, 2);
	assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
	assert_non_null(strstr(err.message, "with itself"));
	assert_false(tw_deployment_problem(&err, d, 1, NULL) == TW_OK &&
		     err.code);
	tw_deployment_free(d);
}

/* Plans for many hours that all lead to each other: a verdict in no time,
 * and no complaint where there is none. */
static void a_thicket_is_no_circle(void **state)
{
	tw_deployment *d = deployment_new();
	char path[64], text[16];
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (int i = 1; i < 30; i++) {
		snprintf(path, sizeof(path), "plan[%d].name", i);
		snprintf(text, sizeof(text), "p%d", i);
		tw_deployment_set(d, path, TW_VALUE_TEXT, text, NULL);
		snprintf(path, sizeof(path), "plan[%d].schedule", i);
		tw_deployment_set(d, path, TW_VALUE_TEXT, "work", NULL);
		for (int j = 1, n = 0; j < 30; j++) {
			if (j == i)
				continue;
			snprintf(path, sizeof(path), "plan[%d].step[%d].plan",
				 i, n);
			snprintf(text, sizeof(text), "p%d", j);
			tw_deployment_set(d, path, TW_VALUE_TEXT, text, NULL);
			snprintf(path, sizeof(path), "plan[%d].step[%d].when",
				 i, n++);
			tw_deployment_set(d, path, TW_VALUE_TEXT, n % 2 ?
					  "open" : "closed", NULL);
		}
	}
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_deployment_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_with_place_and_reason),
		cmocka_unit_test(plans_that_make_sense_and_others),
		cmocka_unit_test(a_circle_is_told_once),
		cmocka_unit_test(a_thicket_is_no_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
