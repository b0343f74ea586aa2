/* Keys of a [[trunk]] that exclude or need each other. */
#include "deployment_fixture.h"

static const struct wrong wrongs[] = {
	{ { "trunk[0].password_env", "t", "SECRET" },
	  "trunk[0].password_env", "exclude", NO },
	{ { "trunk[0].credential", "t", "main" }, "trunk[0].credential",
	  "exclude", NO },
	{ { "trunk[0].ca_file", "t", "ca.pem" }, "trunk[0].ca_file",
	  "for TLS", NO },
	{ { "trunk[0].verify", "b", "false" }, "trunk[0].verify", "for TLS",
	  NO },
	{ { "trunk[0].cert_file", "t", "us.pem" }, "trunk[0].cert_file",
	  "both or none", { "trunk[0].registrar", "t",
	  "sip:carrier.test;transport=tls" } },
	{ { "trunk[0].key_env", "t", "KEY" }, "trunk[0].key_env",
	  "both or none", { "trunk[0].registrar", "t",
	  "sip:carrier.test;transport=tls" } },
	{ { "trunk[0].crl_file", "t", "list.pem" }, "trunk[0].crl_file",
	  "for TLS", NO },
	{ { "trunk[0].key_file", "t", "us.key" }, "trunk[0].key_file",
	  "both or none", { "trunk[0].registrar", "t",
	  "sip:carrier.test;Transport=TLS" } },
	{ { "trunk[0].contact_user", "t", "me" }, "trunk[0].contact_user",
	  "no user", { "trunk[0].gin", "b", "true" } },
	{ { "trunk[0].static", "b", "true" }, "trunk[0].gin",
	  "registers nowhere", { "trunk[0].gin", "b", "true" } },
	{ { "trunk[0].flows", "i", "2" }, "trunk[0].flows",
	  "a trunk with gin", { "trunk[0].gin", "b", "true" } },
	{ { "trunk[0].flows", "i", "2" }, "trunk[0].flows",
	  "a trunk with static", { "trunk[0].static", "b", "true" } },
	{ { "trunk[0].static", "b", "true" }, "trunk[0].registrar",
	  "IP address", { "trunk[0].registrar", "t", "sip:carrier.test" } },
	{ { "trunk[0].static", "b", "true" }, "trunk[0].backup",
	  "registers nowhere", { "trunk[0].backup", "t", "sip:10.0.0.7" } },
	{ { "trunk[0].flows", "i", "5" }, "trunk[0].flows", "1 to 4", NO },
	{ { "trunk[0].instance", "t", "urn:uuid:f81d4fae-7dec-11d0-a765-"
	  "00a0c91e6bf6" }, "trunk[0].instance", "beside flows", NO },
	{ { "trunk[0].instance", "t", "urn:uuid:f81d4fae-7dec-11d0-a765-"
	  "00a0c91e6bf" }, "trunk[0].instance", "is no UUID",
	  { "trunk[0].flows", "i", "2" } },
	{ { "trunk[0].ha1_env", "t", "H" }, "trunk[0].ha1_env", "exclude",
	  NO },
	{ { "trunk[0].backup", "t", "sip:10.0.0.7" }, "trunk[0].backup",
	  "write ;transport=tls behind it too", { "trunk[0].registrar", "t",
	  "sip:carrier.test;transport=tls" } },
	{ { "trunk[0].outbound_proxy", "t", "sip:10.0.0.7;transport=tcp" },
	  "trunk[0].outbound_proxy", "write ;transport=tls behind it too",
	  { "trunk[0].registrar", "t", "sip:carrier.test;transport=tls" } },
	{ { "trunk[0].backup", "t", "sip:10.0.0.7" }, "trunk[0].backup",
	  "cannot stand beside outbound_proxy", { "trunk[0].outbound_proxy",
	  "t", "sip:10.0.0.8" } },
	{ { "trunk[0].ca_file", "t", "../ca.pem" }, "trunk[0].ca_file",
	  "leaves its directory", { "trunk[0].registrar", "t",
	  "sip:carrier.test;transport=tls" } },
};

/* Refused where they stand, and never said again. */
static void secrets_in_the_file(void **state)
{
	static const struct pair secrets[] = {
		{ "trunk[0].registrar", "t", "sip:u:hunter2@127.0.0.1" },
		{ "trunk[0].registrar", "t", "sip:u:hunt@er2@h;x=y" },
		{ "trunk[0].registrar", "t", "sips:u:hunter2@127.0.0.1" },
		{ "trunk[0].backup", "t", "sip:u:hunter2@127.0.0.1:5070" },
		{ "trunk[0].outbound_proxy", "t", "sip::hunter2@h" },
		{ "phone[0].uri", "t", "sip:anna:hunter2@10.0.0.5" },
		{ "landline[0].uri", "t", "sip:fxo:hunter2@10.0.0.9" },
		{ "trunk[0].password_env", "t", "hunter2 x" },
		{ "trunk[0].ha1_env", "t", "hunter2-x" },
		{ "trunk[0].key_env", "t", "2hunter2" },
	};
	tw_error err = TW_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(secrets); i++) {
		tw_deployment *d = deployment_with(&secrets[i], 1);

		assert_int_equal(tw_deployment_check(d, &err), TW_EPARSE);
		assert_string_equal(err.field, secrets[i].path);
		assert_non_null(strstr(err.message, i < 7 ? "password" :
				       "write its name"));
		assert_null(strstr(err.message, "hunt"));
		tw_deployment_free(d);
	}
}

static void ports_are_no_passwords(void **state)
{
	static const struct pair good[] = {
		{ "trunk[0].registrar", "t", "sip:127.0.0.1:5070" },
		{ "trunk[0].backup", "t", "sip:[::1]:5070" },
		{ "phone[0].uri", "t", "sip:anna@10.0.0.5:5070" },
		{ "landline[0].uri", "t", "sip:fxo@[::1]:5070" },
		{ "trunk[0].password_file", "t", NULL },
		{ "trunk[0].password_env", "t", "_SECRET_2" },
	};
	tw_deployment *d = deployment_with(good, TW_ARRAY_COUNT(good));
	tw_error err = TW_ERROR_INIT;

	(void)state;
	if (tw_deployment_check(d, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_deployment_free(d);
}

static void every_rule(void **state)
{
	(void)state;
	refuse_all(wrongs, TW_ARRAY_COUNT(wrongs));
}

static tw_deployment *checked(const struct pair *changes, size_t count,
			      tw_status expected)
{
	tw_deployment *d = deployment_with(changes, count);
	tw_error err = TW_ERROR_INIT;

	if (tw_deployment_check(d, &err) != expected)
		fail_msg("%s: %s", err.field, err.message);
	return d;
}

/* How many problems of any kind. */
static uint32_t problems(const tw_deployment *d)
{
	tw_error problem = TW_ERROR_INIT;
	uint32_t i = 0;

	while (!tw_deployment_problem(&problem, d, i, NULL))
		i++;
	return i;
}

/* Loud, and at each apply: but it is the owner's to decide. */
static void unverified_is_warned_of(void **state)
{
	static const struct pair changes[] = {
		{ "trunk[0].registrar", "t",
		  "sip:carrier.test;transport=tls" },
		{ "trunk[0].verify", "b", "false" },
	};
	tw_deployment *d = checked(changes, 2, TW_OK);
	tw_error warning = TW_ERROR_INIT;

	(void)state;
	assert_int_equal(problems(d), 1);
	assert_int_equal(tw_deployment_problem(&warning, d, 0, NULL), TW_OK);
	assert_string_equal(warning.field, "trunk[0].verify");
	assert_non_null(strstr(warning.message, "nobody checks"));
	tw_deployment_free(d);
}

/* It asks for a name of its own (RFC 6140). */
static void instance_beside_gin(void **state)
{
	static const struct pair changes[] = {
		{ "trunk[0].gin", "b", "true" },
		{ "trunk[0].instance", "t",
		  "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
	};

	(void)state;
	tw_deployment_free(checked(changes, 2, TW_OK));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule),
		cmocka_unit_test(secrets_in_the_file),
		cmocka_unit_test(ports_are_no_passwords),
		cmocka_unit_test(unverified_is_warned_of),
		cmocka_unit_test(instance_beside_gin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
