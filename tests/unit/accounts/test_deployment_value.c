/* One value: from text to what is kept. */
#include "deployment_fixture.h"
#include "accounts/deployment.h"

static const struct tw_field text = { .name = "city",
	.type = TW_FIELD_TEXT, .size = 8 };
static const struct tw_field whole = { .name = "days",
	.type = TW_FIELD_INTEGER, .min = -5, .max = 20 };
static const struct tw_field money = { .name = "rent",
	.type = TW_FIELD_MONEY, .max = INT64_MAX };
static const struct tw_field percent = { .name = "percent",
	.type = TW_FIELD_DECIMAL, .max = 100 * TW_NANOS };
static const struct tw_field flag = { .name = "flag",
	.type = TW_FIELD_BOOLEAN, .max = 1 };
static const struct tw_field date = { .name = "from",
	.type = TW_FIELD_DATE };
static const struct tw_field list = { .name = "hours",
	.type = TW_FIELD_LIST };
static const struct tw_field choice = { .name = "policy",
	.type = TW_FIELD_TEXT, .rule = TW_RULE_CHOICE,
	.choices = "linear all longest_idle" };
static const struct tw_field sip = { .name = "uri",
	.type = TW_FIELD_TEXT, .rule = TW_RULE_SIP };

static void gives(const struct tw_field *field, uint32_t type,
		  const char *given)
{
	struct tw_value value = { 0 };
	tw_error err = TW_ERROR_INIT;

	if (tw__value_give(&value, field, type, given, &err))
		fail_msg("%s: %s", given, err.message);
	assert_string_equal(value.given, given);
	assert_int_equal(value.items, 1);
	tw__value_free(&value);
	assert_null(value.given);
}

static void refuses(const struct tw_field *field, uint32_t type,
		    const char *given, const char *word)
{
	struct tw_value value = { 0 };
	tw_error err = TW_ERROR_INIT;

	if (!tw__value_give(&value, field, type, given, &err))
		fail_msg("'%s' was taken for %s", given, field->name);
	if (!strstr(err.message, word))
		fail_msg("'%s': %s", given, err.message);
	assert_null(value.given);
	assert_int_equal(value.items, 0);
}

static void types(void **state)
{
	(void)state;
	refuses(&text, 0, "x", "type 0");
	refuses(&text, TW_VALUE_EMPTY + 1, "x", "type 7");
	refuses(&text, TW_VALUE_INTEGER, "5", "a text in quotes");
	refuses(&whole, TW_VALUE_TEXT, "5", "without quotes");
	refuses(&money, TW_VALUE_DECIMAL, "4.5", "\"450.00\"");
	refuses(&money, TW_VALUE_INTEGER, "4", "money as a text");
	refuses(&percent, TW_VALUE_BOOLEAN, "true", "\"2.5\"");
	refuses(&flag, TW_VALUE_TEXT, "true", "true or false without");
	refuses(&date, TW_VALUE_TEXT, "2026-10-05", "2026-10-05");
	gives(&percent, TW_VALUE_DECIMAL, "2.5");
	gives(&percent, TW_VALUE_INTEGER, "2");
	gives(&percent, TW_VALUE_TEXT, "2.5");
	gives(&flag, TW_VALUE_BOOLEAN, "false");
	gives(&date, TW_VALUE_DATE, "when? then");       /* needs a zone */
	refuses(&date, TW_VALUE_DATE, "2026-10-05T00:00:00", "date alone");
}

static void bytes(void **state)
{
	(void)state;
	gives(&text, TW_VALUE_TEXT, "1234567");
	refuses(&text, TW_VALUE_TEXT, "12345678", "8 bytes, more than 7");
	refuses(&text, TW_VALUE_TEXT, "", "leave the key out");
	refuses(&text, TW_VALUE_TEXT, "a\x1f", "0x1f");
	refuses(&text, TW_VALUE_TEXT, "a\x7f", "0x7f");
	refuses(&text, TW_VALUE_TEXT, "\xff", "UTF-8");
	refuses(&list, TW_VALUE_TEXT, "a\nb", "0x0a");
}

static void numbers(void **state)
{
	(void)state;
	gives(&whole, TW_VALUE_INTEGER, "-5");
	gives(&whole, TW_VALUE_INTEGER, "20");
	refuses(&whole, TW_VALUE_INTEGER, "-6", "write -5 to 20");
	refuses(&whole, TW_VALUE_INTEGER, "21", "write -5 to 20");
	refuses(&whole, TW_VALUE_INTEGER, "5 ", "digits only");
	refuses(&whole, TW_VALUE_INTEGER, " 5", "digits only");
	refuses(&whole, TW_VALUE_INTEGER, "0x5", "digits only");
	refuses(&whole, TW_VALUE_INTEGER, "99999999999999999999",
		"out of range; write -5 to 20");
	gives(&money, TW_VALUE_TEXT, "9223372036.854775807");
	refuses(&money, TW_VALUE_TEXT, "9223372036.854775808", "rent is not");
	refuses(&money, TW_VALUE_TEXT, "-0.000000001", "below zero");
	refuses(&money, TW_VALUE_TEXT, "1,50", "rent is not a number");
	gives(&percent, TW_VALUE_TEXT, "100");
	refuses(&percent, TW_VALUE_TEXT, "100.000000001", "write 0 to 100");
	refuses(&flag, TW_VALUE_BOOLEAN, "yes", "neither true nor false");
}

static void choices(void **state)
{
	(void)state;
	gives(&choice, TW_VALUE_TEXT, "linear");
	gives(&choice, TW_VALUE_TEXT, "all");
	gives(&choice, TW_VALUE_TEXT, "longest_idle");
	refuses(&choice, TW_VALUE_TEXT, "line", "one of: linear all");
	refuses(&choice, TW_VALUE_TEXT, "linear all", "one of");
	refuses(&choice, TW_VALUE_TEXT, "idle", "one of");
	refuses(&choice, TW_VALUE_TEXT, "Linear", "one of");
}

static void sip_addresses(void **state)
{
	(void)state;
	gives(&sip, TW_VALUE_TEXT, "sip:h");
	refuses(&sip, TW_VALUE_TEXT, "sip:", "SIP address");
	refuses(&sip, TW_VALUE_TEXT, "sips:h", "SIP address");
	refuses(&sip, TW_VALUE_TEXT, "SIP:h", "SIP address");
	refuses(&sip, TW_VALUE_TEXT, "sip:a, b", "SIP address");
	refuses(&sip, TW_VALUE_TEXT, "sip:a>b", "quotes");
}

/* What a trunk would not open is not applied either. */
static void where_requests_go(void **state)
{
	static const struct tw_field hop = { .name = "registrar",
		.type = TW_FIELD_TEXT, .rule = TW_RULE_HOP, .size = 128 };
	static const struct { const char *text, *words; } bad[] = {
		{ "sip:a:99999", "port" }, { "sip:a:0", "port" },
		{ "sip:[::1", "brackets" }, { "sip:256.1.1.1", "no" },
		{ "sip:u@a", "the user goes into" },
		{ "sip:\xd0\xb0.\xd1\x80\xd1\x84", "not a name" },
		{ "sip:a;transport=sctp", "tcp or tls" },
		{ "sip:a;x=y", "not served" }, { "sip:", "sip:host" },
		{ "sips:a", "sips: is not served; write sip: with "
		  ";transport=tls" },
		{ "sip:a>b", "header" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(bad); i++)
		refuses(&hop, TW_VALUE_TEXT, bad[i].text, bad[i].words);
	gives(&hop, TW_VALUE_TEXT, "sip:a");
	gives(&hop, TW_VALUE_TEXT, "SIP:a.test:5061;transport=tls");
	gives(&hop, TW_VALUE_TEXT, "sip:[2001:db8::1]:5060;transport=TCP");
}

/* A name of a credential or a variable is a name. */
static void places_of_secrets(void **state)
{
	static const struct tw_field plain = { .name = "key_credential",
		.type = TW_FIELD_TEXT, .rule = TW_RULE_PLAIN };
	static const struct tw_field file = { .name = "password_file",
		.type = TW_FIELD_TEXT, .rule = TW_RULE_FILE };
	static const struct tw_field env = { .name = "key_env",
		.type = TW_FIELD_TEXT, .rule = TW_RULE_ENV };

	(void)state;
	refuses(&plain, TW_VALUE_TEXT, "../../etc/passwd", "directory");
	refuses(&plain, TW_VALUE_TEXT, "..", "directory");
	refuses(&plain, TW_VALUE_TEXT, "/etc/passwd", "directory");
	gives(&plain, TW_VALUE_TEXT, "main..key");
	refuses(&file, TW_VALUE_TEXT, "../main.secret", "directory");
	refuses(&file, TW_VALUE_TEXT, "a/../../main.secret", "directory");
	refuses(&file, TW_VALUE_TEXT, "a/..", "directory");
	refuses(&file, TW_VALUE_TEXT, "..", "directory");
	gives(&file, TW_VALUE_TEXT, "a/b..c/main.secret");
	gives(&file, TW_VALUE_TEXT, "/run/main.secret");
	refuses(&env, TW_VALUE_TEXT, "A=B", "environment variable");
	gives(&env, TW_VALUE_TEXT, "A_B");
}

/* Items of a list are one text, a line each. */
static void lists_grow(void **state)
{
	struct tw_value value = { 0 };
	static const char *const items[] = { "a", "b", "c" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(tw__value_give(&value, &list, TW_VALUE_TEXT,
						items[i], NULL), TW_OK);
	assert_string_equal(value.given, "a\nb\nc");
	assert_int_equal(value.items, 3);
	fail_allocation(0);
	assert_int_equal(tw__value_give(&value, &list, TW_VALUE_TEXT, "d",
					NULL), TW_ENOMEM);
	fail_allocation(-1);
	assert_string_equal(value.given, "a\nb\nc");
	assert_int_equal(value.items, 3);
	tw__value_free(&value);
}

struct settled {
	const struct tw_field *field;
	const char *given, *text;
	int64_t number;
};

static tw_deployment *moscow(void)
{
	tw_deployment *d = NULL;

	assert_int_equal(tw_deployment_new(&d, NULL), TW_OK);
	assert_int_equal(tw_zone_open(&d->zone, "Europe/Moscow", NULL),
			 TW_OK);
	d->dial = tw__dial_russia;
	return d;
}

/* One spelling for one value, so that nothing changes by how it is written. */
static void one_spelling(void **state)
{
	static const struct tw_field phone = { .name = "number",
		.type = TW_FIELD_TEXT, .rule = TW_RULE_PHONE };
	static const struct settled cases[] = {
		{ &whole, "+07", "7", 7 },
		{ &money, "450.00", "450", 450 * TW_NANOS },
		{ &percent, "0.10", "0.1", TW_NANOS / 10 },
		{ &flag, "true", "true", 1 },
		{ &flag, "false", "false", 0 },
		{ &date, "2026-01-01", "2026-01-01",
		  1767214800 * TW_SECOND },
		{ &phone, "8 (843) 200-00-01", "78432000001", 0 },
		{ &text, "Kazan", "Kazan", 0 },
	};
	tw_deployment *d = moscow();

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw_value value = { 0 };
		tw_error err = TW_ERROR_INIT;

		value.given = tw_strdup(cases[i].given);
		if (tw__value_settle(&value, cases[i].field, d, &err))
			fail_msg("%s: %s", cases[i].given, err.message);
		assert_true(value.set);
		assert_string_equal(value.text, cases[i].text);
		assert_int_equal(value.number, cases[i].number);
		assert_int_equal(value.target, TW_NO_ROW);
		assert_string_equal(value.given, cases[i].given);
		tw__value_free(&value);
	}
	tw_deployment_free(d);
}

static void what_does_not_exist(void **state)
{
	static const struct { uint8_t rule; const char *given, *word; }
	cases[] = {
		{ TW_RULE_ZONE, "Mars/Base", "Europe/Moscow" },
		{ TW_RULE_CURRENCY, "RUR", "ISO 4217" },
		{ TW_RULE_CURRENCY, "rub", "ISO 4217" },
		{ TW_RULE_COUNTRY, "07", "1 to 3 digits" },
		{ TW_RULE_COUNTRY, "1234", "1 to 3 digits" },
		{ TW_RULE_COUNTRY, "+7", "1 to 3 digits" },
		{ TW_RULE_PHONE, "abc", "" },
	};
	tw_deployment *d = moscow();

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		struct tw_field field = { .name = "f", .rule = cases[i].rule,
			.type = TW_FIELD_TEXT };
		struct tw_value value = { 0 };
		tw_error err = TW_ERROR_INIT;

		value.given = tw_strdup(cases[i].given);
		assert_int_not_equal(tw__value_settle(&value, &field, d,
						      &err), TW_OK);
		assert_non_null(strstr(err.message, cases[i].word));
		assert_false(value.set);
		tw__value_free(&value);
	}
	tw_deployment_free(d);
}

static void defaults_and_nothing(void **state)
{
	static const struct tw_field field = { .name = "f",
		.type = TW_FIELD_INTEGER, .otherwise = "12", .max = 99 };
	tw_deployment *d = moscow();
	struct tw_value value = { 0 };

	(void)state;
	assert_int_equal(tw__value_settle(&value, &field, d, NULL), TW_OK);
	assert_int_equal(value.number, 12);
	assert_true(value.set);
	/* and again: what the last time left goes */
	value.given = tw_strdup("13");
	assert_int_equal(tw__value_settle(&value, &field, d, NULL), TW_OK);
	assert_int_equal(value.number, 13);
	tw__value_free(&value);
	assert_int_equal(tw__value_settle(&value, &text, d, NULL), TW_OK);
	assert_false(value.set);
	assert_null(value.text);
	tw_deployment_free(d);
}

static void names_of_rows(void **state)
{
	tw_error err = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(tw__row_name_check("a b", 4, &err), TW_OK);
	assert_int_equal(tw__row_name_check("abcd", 4, &err), TW_EINVAL);
	assert_int_equal(tw__row_name_check(" a", 9, &err), TW_EINVAL);
	assert_int_equal(tw__row_name_check("a ", 9, &err), TW_EINVAL);
	assert_non_null(strstr(err.message, "remove it"));
	assert_int_equal(tw__row_name_check("", 9, &err), TW_EINVAL);
	assert_int_equal(tw__row_name_check("a\tb", 9, &err), TW_EINVAL);
}

/* Midnights are dates; other instants keep their clock. */
static void formats(void **state)
{
	tw_deployment *d = moscow();
	char out[40];

	(void)state;
	tw__field_format(out, sizeof(out), &date, 1767214800 * TW_SECOND,
			 d->zone, NULL);
	assert_string_equal(out, "2026-01-01");
	tw__field_format(out, sizeof(out), &date, 1767214801 * TW_SECOND,
			 d->zone, NULL);
	assert_string_equal(out, "2026-01-01T00:00:01+03:00");
	tw__field_format(out, sizeof(out), &date, 1767214800 * TW_SECOND,
			 NULL, NULL);
	assert_non_null(strstr(out, "T21:00:00"));
	tw__field_format(out, sizeof(out), &money, -1, NULL, NULL);
	assert_string_equal(out, "-0.000000001");
	tw__field_format(out, sizeof(out), &whole, INT64_MIN, NULL, NULL);
	assert_string_equal(out, "-9223372036854775808");
	tw__field_format(out, sizeof(out), &flag, 5, NULL, NULL);
	assert_string_equal(out, "true");
	tw_deployment_free(d);
}

static void allocation_faults(void **state)
{
	static const struct tw_field *const fields[] = { &whole, &date };
	tw_deployment *d = moscow();

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(fields); i++) {
		tw_status status = TW_ENOMEM;
		struct tw_value value = { 0 };
		int64_t n;

		value.given = tw_strdup(i ? "2026-10-05" : "5");
		for (n = 0; status; n++) {
			tw_error err = TW_ERROR_INIT;

			fail_allocation(n);
			status = tw__value_settle(&value, fields[i], d,
						  &err);
			fail_allocation(-1);
			assert_true(!status || status == TW_ENOMEM);
			assert_int_equal(err.code, status);
			assert_int_equal(value.set, !status);
		}
		assert_int_equal(n, 3);
		tw__value_free(&value);
	}
	tw_deployment_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(bytes),
		cmocka_unit_test(numbers),
		cmocka_unit_test(choices),
		cmocka_unit_test(sip_addresses),
		cmocka_unit_test(where_requests_go),
		cmocka_unit_test(places_of_secrets),
		cmocka_unit_test(lists_grow),
		cmocka_unit_test(one_spelling),
		cmocka_unit_test(what_does_not_exist),
		cmocka_unit_test(defaults_and_nothing),
		cmocka_unit_test(names_of_rows),
		cmocka_unit_test(formats),
		cmocka_unit_test(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
