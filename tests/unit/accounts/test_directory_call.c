/* What an engine is told of a call. */
#include "deployment_fixture.h"

struct scene {
	tw_store *store;
	tw_directory *directory;
	tw_engine *engine;
};

static void scene_open(struct scene *s, void **state,
		       const struct pair *changes, size_t count)
{
	tw_error err = TW_ERROR_INIT;

	s->directory = snapshot(&s->store, state, changes, count);
	s->engine = NULL;
	if (tw_directory_engine(&s->engine, s->directory, NULL, &err))
		fail_msg("%s: %s", err.field, err.message);
}

static void scene_close(struct scene *s)
{
	tw_engine_free(s->engine);
	tw_directory_free(s->directory);
	tw_store_free(s->store);
}

static tw_call_options told(const struct scene *s, const char *number,
			    const char *caller, uint64_t secret,
			    const char *preferred)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_arrival a = TW_ARRIVAL_INIT;
	tw_error err = TW_ERROR_INIT;

	a.number = number;
	a.caller = caller;
	a.secret = secret;
	a.preferred = preferred;
	if (tw_directory_call(&o, s->directory, s->engine, &a, &err))
		fail_msg("%s: %s", err.field, err.message);
	return o;
}

static void the_plan_of_its_number_however_it_is_spelled(void **state)
{
	struct scene s;
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_call_id call;

	scene_open(&s, state, NULL, 0);
	o = told(&s, "8 (843) 200-11-22", NULL, 0, NULL);
	assert_string_equal(tw_plan_name(s.engine, o.plan), "main");
	assert_int_equal(o.size, sizeof(o));
	assert_int_equal(o.affinity, 0);
	assert_int_equal(o.preferred.id, 0);
	assert_int_equal(tw_call_enter_as(&call, s.engine, &o, AUTUMN, NULL),
			 TW_OK);
	scene_close(&s);
}

static void a_caller_is_one_key_and_nobody_is_none(void **state)
{
	static const char *const nobody[] = { NULL, "", "anonymous", "+",
		"sip:anna", "12345678901234567890123456789012345" };
	struct scene s;
	uint64_t key;

	scene_open(&s, state, NULL, 0);
	key = told(&s, "78432001122", "+7 917 000-00-02", 5, NULL).affinity;
	assert_true(key != 0);
	assert_true(key == told(&s, "78432001122", "89170000002", 5, NULL)
		    .affinity);
	assert_true(key == told(&s, "78432001122", "810 7 917 000 00 02", 5,
				NULL).affinity);
	assert_true(key != told(&s, "78432001122", "89170000003", 5, NULL)
		    .affinity);
	assert_true(key != told(&s, "78432001122", "89170000002", 6, NULL)
		    .affinity);
	for (size_t i = 0; i < TW_ARRAY_COUNT(nobody); i++)
		assert_int_equal(told(&s, "78432001122", nobody[i], 5, NULL)
				 .affinity, 0);
	scene_close(&s);
}

static void whom_a_caller_prefers_has_three_names(void **state)
{
	static const struct pair changes[] = {
		{ "person[0].name", "t", "Boris" },
		{ "person[1].name", "t", "Vera" },
		{ "phone[1].person", "t", "Boris" },
		{ "phone[2].name", "t", "second" },
		{ "phone[2].person", "t", "Boris" },
		{ "phone[2].extension", "t", "102" },
	};
	static const struct { const char *said, *target; } cases[] = {
		{ "anna", "anna" }, { "kazan-line", "kazan-line" },
		{ "Boris", "mobile" }, { "Vera", NULL }, { "gone", NULL },
		{ "", NULL },
	};
	struct scene s;

	scene_open(&s, state, changes, TW_ARRAY_COUNT(changes));
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_target_id id = told(&s, "78432001122", NULL, 0,
				       cases[i].said).preferred;

		if (cases[i].target)
			assert_string_equal(tw_target_name(s.engine, id),
					    cases[i].target);
		else
			assert_int_equal(id.id, 0);
	}
	scene_close(&s);
}

/* What is the host's to say stays; what it got wrong changes nothing. */
static void the_hosts_own_fields_stay(void **state)
{
	static const struct { const char *number, *word; } wrong[] = {
		{ "78432001123", "no plan" }, { "79990000000", "no number" },
		{ "rubbish", "no number" }, { NULL, "no number" },
	};
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_arrival a = TW_ARRIVAL_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_engine *other = NULL;
	struct scene s;

	scene_open(&s, state, NULL, 0);
	o.entered = AUTUMN;
	o.ticket = 1;
	for (size_t i = 0; i < TW_ARRAY_COUNT(wrong); i++) {
		a.number = wrong[i].number;
		assert_int_equal(tw_directory_call(&o, s.directory, s.engine,
						   &a, &err), TW_ENOTFOUND);
		assert_non_null(strstr(err.message, wrong[i].word));
		assert_int_equal(o.plan.id, 0);
	}
	a.number = "78432001122";
	assert_int_equal(tw_directory_call(&o, s.directory, s.engine, &a,
					   &err), TW_OK);
	assert_true(o.entered == AUTUMN && o.ticket == 1 && o.plan.id != 0);
	assert_int_equal(tw_engine_new(&other, NULL, NULL), TW_OK);
	assert_int_equal(tw_directory_call(&o, s.directory, other, &a, &err),
			 TW_ENOTFOUND);
	o.size = 0;
	assert_int_equal(tw_directory_call(&o, s.directory, s.engine, &a,
					   &err), TW_EINVAL);
	assert_int_equal(tw_directory_call(NULL, s.directory, s.engine, &a,
					   &err), TW_EINVAL);
	assert_int_equal(tw_directory_call(&o, NULL, s.engine, &a, &err),
			 TW_EINVAL);
	tw_engine_free(other);
	scene_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_plan_of_its_number_however_it_is_spelled),
		TEST(a_caller_is_one_key_and_nobody_is_none),
		TEST(whom_a_caller_prefers_has_three_names),
		TEST(the_hosts_own_fields_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
