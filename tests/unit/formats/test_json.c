/* JSON as leaves with paths: what is one, and why a text is none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "formats/json.h"

static bool put(struct tw_str path, struct tw_str value, const char **why,
		void *arg)
{
	(void)why;
	return !tw__buf_append(arg, path.p, path.l) &&
		!tw__buf_text(arg, "=") &&
		(!value.l || !tw__buf_append(arg, value.p, value.l)) &&
		!tw__buf_text(arg, ";");
}

static void leaves(const char *text, const char *wanted)
{
	struct tw_buf out;
	const char *why;

	tw__buf_init(&out);
	if (tw__json_leaves(text, text + strlen(text), put, &out, &why))
		fail_msg("%s: %s", text, why);
	assert_string_equal(out.data ? out.data : "", wanted);
	tw__buf_free(&out);
}

static void test_leaves(void **state)
{
	(void)state;
	leaves("{\"a\":{\"b\":[1,{\"c\":\"x\"},[]]},\"d\":null,\"e\":true}",
	       "a.b.0=1;a.b.1.c=x;e=true;");
	/* numbers as they are written: not through a double */
	leaves(" { \"n\" : -0.10000000000000000000000001e+2 } ",
	       "n=-0.10000000000000000000000001e+2;");
	leaves("{\"n\":123456789012345678901234567890}",
	       "n=123456789012345678901234567890;");
	leaves("{\"s\":\"\\u0418\\n\\/\\ud83d\\ude00\"}",
	       "s=\xd0\x98\n/\xf0\x9f\x98\x80;");
	leaves("{}", "");
	leaves("{\"\":1}", "=1;");
}

static void test_refused(void **state)
{
	static const struct { const char *text, *why; } all[] = {
		{ "{\"a\":NaN}", "NaN" }, { "{\"a\":Infinity}", "NaN" },
		{ "{\"a\":-Infinity}", "number" }, { "{\"a\":01}", "number" },
		{ "{\"a\":1.}", "number" }, { "{\"a\":.5}", "number" },
		{ "{\"a\":+1}", "number" }, { "{\"a\":1e}", "number" },
		{ "{\"a\":0x10}", "number" }, { "{'a':1}", "name" },
		{ "{\"a\":1,}", "name" }, { "{\"a\" 1}", "name" },
		{ "{\"a\":1 \"b\":2}", "comma" }, { "{\"a\":[1 2]}", "comma" },
		{ "{\"a\":\"\\x\"}", "escape" },
		{ "{\"a\":\"\\u12\"}", "escape" },
		{ "{\"a\":\"\\ud800\"}", "half" },
		{ "{\"a\":\"\\udc00\"}", "half" },
		{ "{\"a\":\"\\u0000\"}", "u0000" },
		{ "{\"a\":\"x\ny\"}", "control" }, { "{\"a\":\"x", "control" },
		{ "{\"a\":", "ends" }, { "{\"a\":1}{", "follows" },
		{ "{\"a\":tru}", "NaN" }, { "{\"a\":}", "NaN" },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		struct tw_buf out;

		tw__buf_init(&out);
		assert_int_equal(tw__json_leaves(all[i].text, all[i].text +
			strlen(all[i].text), put, &out, &why), TW_EPARSE);
		if (!strstr(why, all[i].why))
			fail_msg("%s: %s", all[i].text, why);
		tw__buf_free(&out);
	}
}

static void test_depth(void **state)
{
	char text[2 * 100000 + 1];
	struct tw_buf out;
	const char *why;

	(void)state;
	memset(text, '[', 100000);
	memset(text + 100000, ']', 100000);
	text[200000] = '\0';
	tw__buf_init(&out);
	assert_int_equal(tw__json_leaves(text, text + 200000, put, &out,
					 &why), TW_EPARSE);
	assert_non_null(strstr(why, "64"));
	assert_null(tw__json_skip(text, text + 200000, &why));
	assert_non_null(strstr(why, "64"));
	/* 64 are fine */
	assert_int_equal(tw__json_leaves(text + 99936, text + 100064, put,
					 &out, &why), TW_OK);
	assert_ptr_equal(tw__json_skip(text + 99936, text + 200000, &why),
			 text + 100064);
	tw__buf_free(&out);
}

static void test_skip(void **state)
{
	static const struct { const char *text; int length; } all[] = {
		{ "{\"a}\\\"\":[1]} x", 12 }, { "[{}],", 4 }, { "12.5,", 4 },
		{ "\"x\\\\\" ", 5 }, { "{[}]", -1 }, { "{\"a", -1 },
		{ "}", -1 }, { "", -1 }, { "\"\\", -1 },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		const char *end = tw__json_skip(all[i].text, all[i].text +
			strlen(all[i].text), &why);

		assert_int_equal(end ? end - all[i].text : -1,
				 all[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
