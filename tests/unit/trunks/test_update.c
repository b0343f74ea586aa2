/**
 * @file test_update.c  In place, or another in its place
 */
#include "loop.h"
#include "../faults.h"

static tw_trunk_options options_of(const struct loop *loop, char uri[64])
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	(void)snprintf(uri, 64, "sip:localhost:%u", loop->port);
	o.name = "main";
	o.registrar = uri;
	o.user = "trunk1";
	o.password = "secret";
	o.password_size = 6;
	return o;
}

static uint32_t update(tw_trunk **trunk, const tw_trunk_options *o)
{
	tw_error err = TW_ERROR_INIT;
	uint32_t change = 99;

	if (tw_trunk_update(&change, trunk, o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return change;
}

static tw_trunk *registered(struct loop *loop, tw_trunks *set)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	tw_trunk *trunk;

	loop->status = "200 OK";
	trunk = loop_trunk(loop, set, "main");
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(loop, 30);
	while (!tw_trunks_next_event(&event, set, NULL))
		;
	assert_int_equal(event.state_new, TW_TRUNK_REGISTERED);
	return trunk;
}

static void test_password_in_place(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk, *before;
	char uri[64];

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	before = trunk = registered(&loop, set);
	o = options_of(&loop, uri);
	assert_int_equal(update(&trunk, &o), TW_CHANGE_NONE);
	o.password = "other!";
	assert_int_equal(update(&trunk, &o), TW_CHANGE_APPLIED);
	loop_run(&loop, 30);
	assert_ptr_equal(trunk, before);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(tw_trunks_next_event(&event, set, NULL),
		TW_ITER_END);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* Another user: the new one registers, the old one says good bye, and calls
 * to the Contact find the trunk all the time. */
static void test_another_in_its_place(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk, *before, *found;
	char uri[64], token[64];
	unsigned registered_events = 0;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	before = trunk = registered(&loop, set);
	memcpy(token, loop_status(trunk).contact_user, sizeof(token));
	o = options_of(&loop, uri);
	o.user = "trunk2";
	assert_int_equal(update(&trunk, &o), TW_CHANGE_BINDING);
	assert_ptr_not_equal(trunk, before);
	assert_string_equal(loop_status(trunk).contact_user, token);
	assert_int_equal(tw_trunks_match(&found, set, token, NULL), TW_OK);
	assert_ptr_equal(found, trunk);
	assert_int_equal(tw_trunks_pending(set), 2);
	loop_run(&loop, 50);
	assert_int_equal(loop.requests, 3);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	/* one name, one story: nobody is told of the old one's end */
	while (!tw_trunks_next_event(&event, set, NULL)) {
		assert_int_not_equal(event.state_new, TW_TRUNK_REMOVED);
		registered_events += event.state_new == TW_TRUNK_REGISTERED;
	}
	assert_int_equal(registered_events, 1);
	assert_int_equal(tw_trunks_pending(set), 0);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

/* The old registrar is dead, which is why it is changed. */
static void test_from_a_dead_registrar(void **state)
{
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk;
	char uri[64];

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	loop.status = "200 OK";
	o = options_of(&loop, uri);
	o.registrar = "sip:127.0.0.1:9";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	o.registrar = uri;
	assert_int_equal(update(&trunk, &o), TW_CHANGE_BINDING);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_qualify_comes_and_goes(void **state)
{
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk;
	char uri[64];

	(void)state;
	loop_open(&loop);
	loop.options = "200 OK";
	set = loop_set(&loop, true);
	trunk = registered(&loop, set);
	o = options_of(&loop, uri);
	o.qualify_s = 5;
	assert_int_equal(update(&trunk, &o), TW_CHANGE_APPLIED);
	for (int i = 0; i < 20 && !loop.options_requests; i++) {
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
		loop_run(&loop, 10);
	}
	assert_int_equal(loop.options_requests, 1);
	assert_int_equal(tw_trunk_health_get(&health, trunk, NULL), TW_OK);
	assert_int_equal(health.answers, 1);
	/* other limits forget nothing */
	o.qualify_down = 5;
	assert_int_equal(update(&trunk, &o), TW_CHANGE_APPLIED);
	assert_int_equal(update(&trunk, &o), TW_CHANGE_NONE);
	assert_int_equal(tw_trunk_health_get(&health, trunk, NULL), TW_OK);
	assert_int_equal(health.answers, 1);
	o.qualify_s = 0;
	assert_int_equal(update(&trunk, &o), TW_CHANGE_APPLIED);
	assert_int_equal(tw_trunk_health_get(&health, trunk, NULL), TW_OK);
	assert_int_equal(health.answers, 0);
	assert_int_equal(loop_status(trunk).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void refused(tw_trunk **trunk, const tw_trunk_options *o,
		    const char *field)
{
	tw_trunk *before = *trunk;
	tw_error err = TW_ERROR_INIT;
	uint32_t change = 99;

	assert_int_not_equal(tw_trunk_update(&change, trunk, o, &err), TW_OK);
	assert_string_equal(err.field, field);
	assert_ptr_equal(*trunk, before);
	assert_int_equal(change, 99);
}

static void test_refused(void **state)
{
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk, *other, *found;
	char uri[64];

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, false);
	trunk = registered(&loop, set);
	other = loop_trunk(&loop, set, "other");
	o = options_of(&loop, uri);
	o.expires_s = 1;
	refused(&trunk, &o, "expires_s");
	o.expires_s = 300;
	o.qualify_s = 1;
	refused(&trunk, &o, "qualify_s");
	o.qualify_s = 0;
	o.name = "other";
	refused(&trunk, &o, "name");
	o.name = "main";
	o.contact_user = loop_status(other).contact_user;
	refused(&trunk, &o, "contact_user");
	/* and it is found by its name as before */
	assert_int_equal(tw_trunks_find(&found, set, "main", NULL), TW_OK);
	assert_ptr_equal(found, trunk);
	assert_int_equal(loop.requests, 1);
	assert_int_equal(tw_trunk_update(NULL, NULL, &o, NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_update(NULL, &trunk, NULL, NULL),
		TW_EINVAL);
	tw_trunk_free(other);
	tw_trunks_free(set);
	assert_int_equal(tw_trunk_update(NULL, &trunk, &o, NULL), TW_EINVAL);
	tw_trunk_free(trunk);
	loop_close(&loop);
}

/* Whichever allocation fails, the trunk is there and nothing is held. */
static void test_no_memory(void **state)
{
	struct faults faults;
	struct loop loop;
	tw_trunk_options o;
	tw_trunks *set;
	tw_trunk *trunk, *found;
	tw_status status;
	char uri[64];
	int64_t n = 0;

	(void)state;
	loop_open(&loop);
	set = loop_set(&loop, true);
	trunk = loop_trunk(&loop, set, "main");
	o = options_of(&loop, uri);
	o.user = "trunk2";
	o.qualify_s = 10;
	do {
		faults_begin(&faults, n++);
		status = tw_trunk_update(NULL, &trunk, &o, NULL);
		assert_true(status == TW_OK || status == TW_ENOMEM);
		assert_int_equal(tw_trunks_find(&found, set, "main", NULL),
			TW_OK);
		assert_ptr_equal(found, trunk);
	} while (faults_end(&faults));
	assert_int_equal(status, TW_OK);
	assert_true(n > 5);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password_in_place),
		cmocka_unit_test(test_another_in_its_place),
		cmocka_unit_test(test_from_a_dead_registrar),
		cmocka_unit_test(test_qualify_comes_and_goes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
