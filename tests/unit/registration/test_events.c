/**
 * @file test_events.c  What an event tells: where from, where to, why, when
 *
 * A host acts on events alone, so each must stand by itself: its old state is
 * the new one of the event before, its reason is of this change, and its next
 * try is the one that comes.
 */
#include "fake.h"

struct wanted {
	uint32_t state;
	int32_t code;
	int32_t next_from, next_to;    /* seconds */
	int32_t expires_s;
	const char *reason;            /* its begin */
};

static uint32_t state_before;

static void expect_event(struct fake *f, const struct wanted *w)
{
	const tw_trunk_event *e = &f->event;

	if (e->state_new != w->state || e->sip_code != w->code ||
	    e->next_try_s < w->next_from || e->next_try_s > w->next_to ||
	    e->expires_s != w->expires_s ||
	    strncmp(e->reason, w->reason, strlen(w->reason)))
		fail_msg("%s -> %s code %d next %d expires %d \"%s\"",
			tw_trunk_state_name(e->state_old),
			tw_trunk_state_name(e->state_new), e->sip_code,
			e->next_try_s, e->expires_s, e->reason);
	assert_int_equal(e->state_old, state_before);
	state_before = e->state_new;
	assert_string_equal(e->trunk, "main");
	assert_string_equal(e->target, "udp:127.0.0.1:5070");
	assert_int_equal(e->size, sizeof(*e));
	/* the status says the same */
	assert_int_equal(fake_status(f).state, e->state_new);
	assert_int_equal(fake_status(f).sip_code, e->sip_code);
	assert_string_equal(fake_status(f).reason, e->reason);
}

static void open_events(struct fake *f)
{
	fake_open(f);
	state_before = TW_TRUNK_IDLE;
}

static void test_life(void **state)
{
	struct fake f;

	(void)state;
	open_events(&f);
	fake_start(&f);
	expect_event(&f, &(struct wanted){ TW_TRUNK_REGISTERING, 0, -1, -1,
		0, "" });
	fake_answer(&f, "401 Unauthorized", fake_401);
	assert_int_equal(f.events, 1);          /* a challenge is no change */
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	expect_event(&f, &(struct wanted){ TW_TRUNK_REGISTERED, 200, 239,
		271, 300, "200 OK" });
	/* a refresh is no change either */
	fake_run(&f, f.now + SECONDS(271));
	fake_answer(&f, "200 OK", fake_contact(&f, "300"));
	assert_int_equal(f.events, 2);
	fake_stop(&f);
	expect_event(&f, &(struct wanted){ TW_TRUNK_UNREGISTERING, 200, -1,
		-1, 0, "200 OK" });
	fake_answer(&f, "200 Bye", "");
	expect_event(&f, &(struct wanted){ TW_TRUNK_IDLE, 200, -1, -1, 0,
		"200 Bye" });
	assert_int_equal(f.events, 4);
	fake_close(&f);
}

static void test_failures(void **state)
{
	struct fake f;

	(void)state;
	open_events(&f);
	fake_start(&f);
	state_before = TW_TRUNK_REGISTERING;
	fake_answer(&f, "500 Oops", "Retry-After: 100\r\n");
	expect_event(&f, &(struct wanted){ TW_TRUNK_BACKOFF, 500, 100, 110,
		0, "500 Oops" });
	fake_run(&f, f.now + SECONDS(111));
	expect_event(&f, &(struct wanted){ TW_TRUNK_REGISTERING, 500, -1, -1,
		0, "500 Oops" });
	fake_answer(&f, "403 No", "");
	expect_event(&f, &(struct wanted){ TW_TRUNK_BACKOFF, 403, 5, 1800, 0,
		"403 No" });
	fake_run(&f, f.now + SECONDS(f.event.next_try_s + 1));
	expect_event(&f, &(struct wanted){ TW_TRUNK_REGISTERING, 403, -1, -1,
		0, "403 No" });
	fake_answer(&f, "403 Never", "");
	expect_event(&f, &(struct wanted){ TW_TRUNK_REFUSED, 403, 3240, 3960,
		0, "403 Never" });
	fake_close(&f);
}

static void test_ends(void **state)
{
	struct fake f;

	(void)state;
	open_events(&f);
	fake_start(&f);
	state_before = TW_TRUNK_REGISTERING;
	fake_answer(&f, "505 Version", "");
	expect_event(&f, &(struct wanted){ TW_TRUNK_FATAL, 505, -1, -1, 0,
		"505 Version" });
	fake_close(&f);
	/* silence: no code, and the reason says what was missing */
	open_events(&f);
	fake_start(&f);
	state_before = TW_TRUNK_REGISTERING;
	fake_run(&f, f.now + SECONDS(33));
	expect_event(&f, &(struct wanted){ TW_TRUNK_BACKOFF, 0, 5, 1800, 0,
		"no final answer within 32 s" });
	fake_close(&f);
}

/* A binding that runs out while nobody answers. */
static void test_lapse(void **state)
{
	struct fake f;

	(void)state;
	open_events(&f);
	fake_register(&f);
	state_before = TW_TRUNK_REGISTERED;
	while (f.event.state_new == TW_TRUNK_REGISTERED)
		fake_run(&f, f.now + SECONDS(1));
	assert_int_equal(f.event.state_old, TW_TRUNK_REGISTERED);
	assert_true(f.event.state_new == TW_TRUNK_BACKOFF ||
		f.event.state_new == TW_TRUNK_REGISTERING);
	assert_int_equal(f.event.expires_s, 0);
	if (f.event.state_new == TW_TRUNK_BACKOFF)
		assert_true(f.event.next_try_s >= 0);
	assert_string_not_equal(f.event.reason, "");
	fake_close(&f);
}

/* When nobody reads, the last event spans what happened since. */
static void test_merged(void **state)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	uint32_t before = TW_TRUNK_IDLE;
	unsigned events = 0;
	struct fake f;

	(void)state;
	open_events(&f);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(tw_registration_start(f.reg, f.now, NULL),
			TW_OK);
		assert_int_equal(tw_registration_send_failed(f.reg, f.now,
			NULL), TW_OK);
		f.now += SECONDS(2000);
	}
	while (!tw_registration_next(&action, f.reg, NULL)) {
		if (action.kind != TW_ACTION_EVENT)
			continue;
		assert_int_equal(action.event.state_old, before);
		before = action.event.state_new;
		events++;
	}
	assert_in_range(events, 1, 4);
	assert_int_equal(before, fake_state(&f));
	fake_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
