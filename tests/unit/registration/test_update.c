/**
 * @file test_update.c  Changed while it runs, without losing the binding
 */
#include "fake.h"

static uint32_t update(struct fake *f, const tw_trunk_options *o)
{
	tw_error err = TW_ERROR_INIT;
	uint32_t change = 99;

	if (tw_registration_update(&change, f->reg, o, f->now, &err))
		fail_msg("%s: %s", err.field, err.message);
	fake_drain(f);
	return change;
}

static void registered(struct fake *f)
{
	fake_open(f);
	fake_start(f);
	fake_answer(f, "401 Unauthorized", fake_401);
	fake_answer(f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(f).state, TW_TRUNK_REGISTERED);
}

static void test_nothing_new(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	tw_trunk_status before, after;

	(void)state;
	registered(&f);
	before = fake_status(&f);
	assert_int_equal(update(&f, &o), TW_CHANGE_NONE);
	after = fake_status(&f);
	assert_memory_equal(&before, &after, sizeof(before));
	fake_close(&f);
}

/* The pain of every peer but ours: a new password is a lost registration. */
static void test_password_keeps_the_binding(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	tw_trunk_status before, after;
	unsigned sends;

	(void)state;
	registered(&f);
	before = fake_status(&f);
	sends = f.sends;
	o.password = "another";
	o.password_size = 7;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	after = fake_status(&f);
	assert_int_equal(after.state, TW_TRUNK_REGISTERED);
	assert_int_equal(after.expires_at, before.expires_at);
	assert_int_equal(after.next_try_at, before.next_try_at);
	assert_string_equal(after.contact_user, before.contact_user);
	assert_int_equal(f.sends, sends);

	/* the refresh is not signed by the old one */
	fake_run(&f, before.next_try_at);
	assert_int_equal(f.sends, sends + 1);
	assert_string_equal(fake_header(&f, "Authorization"), "");
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_non_null(strstr(fake_header(&f, "Authorization"), "Digest"));
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_refused_tries_again(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	unsigned sends;

	(void)state;
	o.refused_tries = 1;
	fake_open_with(&f, &o);
	fake_start(&f);
	fake_answer(&f, "403 Forbidden", "");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REFUSED);
	sends = f.sends;
	/* a rule is no reason to try */
	o.retry_max_s = 900;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	fake_run(&f, f.now + SECONDS(60));
	assert_int_equal(f.sends, sends);
	o.password = "right";
	o.password_size = 5;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	assert_int_equal(f.sends, sends + 1);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERED);
	fake_close(&f);
}

static void test_retry_after_is_kept(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	unsigned sends;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	fake_answer(&f, "503 Busy", "Retry-After: 600\r\n");
	sends = f.sends;
	o.password = "right";
	o.password_size = 5;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	fake_run(&f, f.now + SECONDS(599));
	assert_int_equal(f.sends, sends);
	assert_true(fake_status(&f).next_try_at <= f.now + SECONDS(62));
	fake_run(&f, fake_status(&f).next_try_at);
	assert_int_equal(f.sends, sends + 1);
	fake_close(&f);
}

static void test_realm_follows(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	registered(&f);
	assert_string_equal(fake_status(&f).realm, "carrier.test");
	o.realm = "other.test";
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	assert_string_equal(fake_status(&f).realm, "other.test");
	o.realm = NULL;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	assert_string_equal(fake_status(&f).realm, "");
	fake_close(&f);
}

static void other_binding(tw_trunk_options o)
{
	struct fake f;
	tw_trunk_status before, after;

	registered(&f);
	before = fake_status(&f);
	assert_int_equal(update(&f, &o), TW_CHANGE_BINDING);
	after = fake_status(&f);
	assert_memory_equal(&before, &after, sizeof(before));
	fake_close(&f);
}

static void test_another_binding(void **state)
{
	tw_trunk_options o = fake_options();

	(void)state;
	o.registrar = "sip:127.0.0.1:5071";
	other_binding(o);
	o.registrar = "sip:127.0.0.1:5070;transport=tcp";
	other_binding(o);
	o = fake_options();
	o.user = "trunk2";
	other_binding(o);
	o = fake_options();
	o.domain = "carrier.test";
	other_binding(o);
	o = fake_options();
	o.contact_user = "me";
	other_binding(o);
}

static void test_bad_options_change_nothing(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;
	tw_error err = TW_ERROR_INIT;
	tw_trunk_status before, after;
	uint32_t change = 99;

	(void)state;
	registered(&f);
	before = fake_status(&f);
	o.name = "spare";
	assert_int_equal(tw_registration_update(&change, f.reg, &o, f.now,
		&err), TW_EINVAL);
	assert_string_equal(err.field, "name");
	o = fake_options();
	o.expires_s = 1;
	assert_int_equal(tw_registration_update(&change, f.reg, &o, f.now,
		&err), TW_EINVAL);
	assert_string_equal(err.field, "expires_s");
	assert_int_equal(tw_registration_update(&change, f.reg, NULL, f.now,
		&err), TW_EINVAL);
	assert_int_equal(change, 99);
	after = fake_status(&f);
	assert_memory_equal(&before, &after, sizeof(before));
	fake_close(&f);
}

/* Between a challenge and its outcome, and while un-registering. */
static void test_in_the_middle(void **state)
{
	tw_trunk_options o = fake_options();
	struct fake f;

	(void)state;
	fake_open(&f);
	fake_start(&f);
	o.password = "another";
	o.password_size = 7;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_REGISTERED);
	fake_stop(&f);
	assert_int_equal(fake_status(&f).state, TW_TRUNK_UNREGISTERING);
	o.password_size = 6;
	assert_int_equal(update(&f, &o), TW_CHANGE_APPLIED);
	fake_answer(&f, "401 Unauthorized", fake_401);
	fake_answer(&f, "200 OK", "");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_IDLE);
	fake_close(&f);
}

static void test_forget(void **state)
{
	struct fake f;
	unsigned sends;

	(void)state;
	registered(&f);
	sends = f.sends;
	assert_int_equal(tw_registration_forget(f.reg, f.now, NULL), TW_OK);
	fake_drain(&f);
	assert_int_equal(f.event.state_new, TW_TRUNK_IDLE);
	assert_int_equal(fake_status(&f).expires_at, 0);
	fake_run(&f, f.now + SECONDS(86400));
	assert_int_equal(f.sends, sends);
	/* and begins anew, also from within an attempt */
	fake_start(&f);
	assert_int_equal(f.sends, sends + 1);
	assert_int_equal(tw_registration_forget(f.reg, f.now, NULL), TW_OK);
	fake_answer(&f, "200 OK", "Expires: 300\r\n");
	assert_int_equal(fake_status(&f).state, TW_TRUNK_IDLE);
	assert_int_equal(tw_registration_forget(NULL, 0, NULL), TW_EINVAL);
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_new),
		cmocka_unit_test(test_password_keeps_the_binding),
		cmocka_unit_test(test_refused_tries_again),
		cmocka_unit_test(test_retry_after_is_kept),
		cmocka_unit_test(test_realm_follows),
		cmocka_unit_test(test_another_binding),
		cmocka_unit_test(test_bad_options_change_nothing),
		cmocka_unit_test(test_in_the_middle),
		cmocka_unit_test(test_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
