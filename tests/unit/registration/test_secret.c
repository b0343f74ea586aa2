/**
 * @file test_secret.c  A password that the host gives when it is needed
 */
#include "fake.h"

struct vault {
	tw_status status;
	uint32_t length;
	unsigned asked;
};

static tw_status vault_h(tw_secret *out, void *arg, tw_error *err)
{
	struct vault *vault = arg;

	vault->asked++;
	(void)snprintf(err->message, sizeof(err->message), "the vault is "
		"\r\nsealed");
	memcpy(out->bytes, "secret", 6);
	out->length = vault->length;
	return vault->status;
}

/* Asked once an answer, never before; its failures are temporary, and what
 * it says cannot break a line of a log. */
static void test_secret_is_asked_for(void **state)
{
	struct vault vault = { TW_OK, 6, 0 };
	tw_trunk_options o = fake_options();
	struct fake f, plain;
	char want[2048];

	(void)state;
	fake_open(&plain);
	fake_start(&plain);
	fake_answer(&plain, "401 Unauthorized", fake_401);
	(void)snprintf(want, sizeof(want), "%s", fake_header(&plain,
		"Authorization"));
	fake_close(&plain);

	o.secret = vault_h;
	o.secret_arg = &vault;
	assert_int_equal(tw_registration_new(&f.reg, &o, NULL, NULL),
		TW_EINVAL);            /* beside a password */
	o.password_size = 0;
	fake_open_with(&f, &o);
	fake_start(&f);
	assert_int_equal(vault.asked, 0);
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_int_equal(vault.asked, 1);
	assert_string_equal(fake_header(&f, "Authorization"), want);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	vault.status = TW_EBUSY;
	fake_run(&f, fake_status(&f).next_try_at);
	assert_int_equal(vault.asked, 2);
	assert_int_equal(fake_status(&f).state, TW_TRUNK_BACKOFF);
	assert_non_null(strstr(fake_status(&f).reason,
		"the vault is ??sealed"));
	assert_true(fake_status(&f).expires_at > f.now);
	vault.status = TW_OK;
	vault.length = 0;
	fake_run(&f, fake_status(&f).next_try_at);
	assert_non_null(strstr(fake_status(&f).reason, "empty"));
	vault.length = TW_SECRET_SIZE_MAX + 1;
	fake_run(&f, fake_status(&f).next_try_at);
	assert_non_null(strstr(fake_status(&f).reason, "longer than 1024"));
	vault.length = 6;
	fake_run(&f, fake_status(&f).next_try_at);
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERED);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
