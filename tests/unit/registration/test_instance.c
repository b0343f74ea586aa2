/**
 * @file test_instance.c  Who we are over restarts
 */
#include "fake.h"

static void urn_of(char out[64], const tw_trunk_options *o)
{
	struct fake f;
	const char *at;

	fake_open_with(&f, o);
	fake_start(&f);
	at = strstr(fake_header(&f, "Contact"), "+sip.instance=\"<");
	assert_non_null(at);
	at += strlen("+sip.instance=\"<");
	(void)snprintf(out, 64, "%.*s", (int)strcspn(at, ">"), at);
	fake_close(&f);
}

static void test_same_each_time(void **state)
{
	tw_trunk_options o = fake_options();
	char first[64], second[64];

	(void)state;
	o.flows = 2;
	urn_of(first, &o);
	urn_of(second, &o);
	assert_string_equal(first, second);
	assert_int_equal(strlen(first), 45);
	assert_memory_equal(first, "urn:uuid:", 9);
	assert_int_equal(first[23], '8');         /* the version */
	assert_non_null(strchr("89ab", first[28]));   /* the variant */

	o.password = "other";
	o.password_size = 5;
	o.expires_s = 600;
	urn_of(second, &o);
	assert_string_equal(first, second);
}

static void test_another_binding_is_another(void **state)
{
	tw_trunk_options o = fake_options();
	char first[64], other[64];

	(void)state;
	o.flows = 2;
	urn_of(first, &o);
	o.name = "main2";
	urn_of(other, &o);
	assert_string_not_equal(first, other);
	o.name = "main";
	o.user = "trunk2";
	urn_of(other, &o);
	assert_string_not_equal(first, other);
	o.user = "trunk1";
	o.registrar = "sip:127.0.0.1:5071";
	urn_of(other, &o);
	assert_string_not_equal(first, other);
	o.registrar = "sip:127.0.0.1:5070;transport=tcp";
	urn_of(other, &o);
	assert_string_not_equal(first, other);
	o.registrar = "sip:127.0.0.1:5070";
	o.domain = "carrier.test";
	urn_of(other, &o);
	assert_string_not_equal(first, other);
}

static void test_given(void **state)
{
	static const char *const bad[] = { "", "urn:uuid:", "main",
		"urn:uuid:00000000-0000-1000-8000-00000000000",
		"urn:uuid:00000000-0000-1000-8000-0000000000000",
		"urn:uuid:00000000-0000-1000-8000-00000000000g",
		"urn:uuid:000000000000-1000-8000-0000-000000000",
		"urn:uuid:00000000-0000-1000-8000-0000000000\r\n",
		"urn:UUID:\"0000000-0000-1000-8000-000000000000" };
	tw_trunk_options o = fake_options();
	tw_registration *reg;
	tw_error err = TW_ERROR_INIT;
	char urn[64];

	(void)state;
	o.flows = 1;
	o.instance = "urn:uuid:F81D4FAE-7dec-11d0-a765-00a0c91e6bf6";
	urn_of(urn, &o);
	assert_string_equal(urn, o.instance);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		o.instance = bad[i];
		assert_int_equal(tw_registration_new(&reg, &o, NULL, &err),
			TW_EINVAL);
		assert_string_equal(err.field, "instance");
	}
}

static void refused(const tw_trunk_options *o, const char *field)
{
	tw_error err = TW_ERROR_INIT;
	tw_registration *reg = (void *)1;

	assert_int_equal(tw_registration_new(&reg, o, NULL, &err), TW_EINVAL);
	assert_string_equal(err.field, field);
	assert_ptr_equal(reg, (void *)1);
}

static void test_refused(void **state)
{
	tw_trunk_options o = fake_options();

	(void)state;
	o.instance = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
	refused(&o, "instance");
	o.instance = NULL;
	o.flows = 5;
	refused(&o, "flows");
	o.flows = 2;
	o.flags = TW_TRUNK_GIN;
	refused(&o, "flows");
	o.flags = TW_TRUNK_STATIC;
	refused(&o, "flows");
	o.flags = 0;
}

static void test_without(void **state)
{
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	assert_null(strstr(f.sent, "reg-id"));
	assert_null(strstr(f.sent, "instance"));
	assert_string_equal(fake_header(&f, "Supported"), "");
	assert_int_equal(fake_status(&f).flows, 0);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_each_time),
		cmocka_unit_test(test_another_binding_is_another),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
