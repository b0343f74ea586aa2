/* One person in all spellings, of a stored caller and within a row. */
#include "accounts_fixture.h"
#include "accounts/sought.h"
#include "../faults.h"

static bool is(const char *given, const char *text)
{
	struct tw__sought sought;

	tw__sought_init(&sought, given, "7");
	return tw__sought_is(&sought, text);
}

static bool stands_in(const char *given, const char *text)
{
	struct tw__sought sought;
	bool out = false;

	tw__sought_init(&sought, given, "7");
	assert_int_equal(tw__sought_stands_in(&out, &sought, text, NULL),
			 TW_OK);
	return out;
}

static void stored(void **state)
{
	(void)state;
	assert_true(is("8 (999) 555-01-99", "79995550199"));
	assert_true(is("79995550199", "8.999.555.01.99"));
	assert_true(is("sip:+79995550199@pbx;user=phone", "79995550199"));
	assert_true(is("79995550199", "\"Ivan\" <sip:89995550199@pbx>"));
	assert_false(is("79995550199", "9995550199"));
	assert_false(is("79995550199", "sip:79995550198@pbx"));
	assert_true(is("maria@mail.ru", "maria@mail.ru"));
	assert_false(is("maria@mail.ru", "maria"));
	assert_false(is("maria", "maria@mail.ru"));
	/* of another PBX: no extension of ours, and no number */
	assert_false(is("101@pbx", "101"));
}

static void by_user(void **state)
{
	struct tw__sought sought;
	char longest[RECORD_TEXT_MAX + 20];

	(void)state;
	tw__sought_init(&sought, "\"Maria\" <sip:maria@mail.ru>", "7");
	assert_false(tw__sought_is(&sought, "maria"));
	assert_true(tw__sought_user(&sought));
	assert_true(tw__sought_is(&sought, "maria"));
	tw__sought_init(&sought, "maria", "7");
	assert_false(tw__sought_user(&sought));
	tw__sought_init(&sought, "89995550199@pbx", "7");
	assert_string_equal(sought.digits, "79995550199");
	assert_false(tw__sought_user(&sought));
	memset(longest, 'm', sizeof(longest));
	strcpy(&longest[sizeof(longest) - 6], "@mail");
	tw__sought_init(&sought, longest, "7");
	assert_false(tw__sought_user(&sought));
	assert_false(tw__sought_is(&sought, "mmm"));
	assert_true(tw__sought_is(&sought, longest));
}

static void in_a_row(void **state)
{
	static const char *const rows[] = {
		"r1,oops,,,79995550199,78432000001,0,busy,north",
		"a;8.999.555.01.99;x", "8%28999%295550199", "a,%2B79995550199",
		"+7 (999) 555-01-99", "9995550199", "8/999/5550199",
		"8\xc2\xa0" "999\xc2\xa0" "555\xe2\x80\x93" "0199",
		"5%89995550199", "{\"src\":\"sip:89995550199@pbx\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!stands_in("79995550199", rows[i]))
			fail_msg("%s", rows[i]);
	}
	assert_false(stands_in("79995550199", "7999555,0199"));
	assert_false(stands_in("79995550199", "999555019"));
	assert_false(stands_in("79995550199", ""));
	/* a number of another country has nothing to leave off */
	assert_false(stands_in("+49301234567", "0301234567"));
	assert_true(stands_in("+49301234567", "0049 30 1234567"));
	assert_true(stands_in("maria@mail.ru", "a,sip:maria%40mail.ru,"));
	assert_true(stands_in("Ivan Petrov", "a,Ivan%20Petrov"));
	assert_true(stands_in("ivan", "ivanov,ivan,"));
	assert_false(stands_in("ivan", "ivanov,xivan,ivan\xd0\xb0"));
	/* no name at all */
	assert_false(stands_in(",", "a,b"));
	assert_false(stands_in(" ", "a, b"));
}

static void no_memory(void **state)
{
	struct tw__sought sought;
	struct faults faults;
	bool out = false;
	tw_status status;

	(void)state;
	tw__sought_init(&sought, "79995550199", "7");
	faults_begin(&faults, 0);
	status = tw__sought_stands_in(&out, &sought, "8%28999%295550199",
				      NULL);
	assert_true(faults_end(&faults));
	assert_int_equal(status, TW_ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored), cmocka_unit_test(by_user),
		cmocka_unit_test(in_a_row), cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
