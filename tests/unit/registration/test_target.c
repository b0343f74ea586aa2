/**
 * @file test_target.c  Whom a trunk speaks to: order, hold-down, way back
 */
#include "fake.h"
#include "registration/target.h"

#define NOW SECONDS(1000)

struct two {
	struct tw_trunk_config config;
	struct tw_targets t;
};

/* Two names; nothing is known of either. */
static void open_two(struct two *w, size_t hops)
{
	memset(w, 0, sizeof(*w));
	w->config.hops = hops;
	assert_int_equal(tw__hop_read(&w->config.hop[0], "sip:a.test",
		"registrar", NULL), TW_OK);
	assert_int_equal(tw__hop_read(&w->config.hop[1], "sip:b.test",
		"backup", NULL), TW_OK);
	assert_int_equal(tw__targets_init(&w->t, &w->config, NULL), TW_OK);
	tw__targets_open(&w->t);
}

static void close_two(struct two *w)
{
	tw__targets_free(&w->t);
	tw__config_free(&w->config);
}

/* "1:10,2:20": the last byte of the address and the priority. */
static void set(struct two *w, size_t hop, const char *text)
{
	struct tw_resolve r;

	memset(&r, 0, sizeof(r));
	r.state = TW_RESOLVE_DONE;
	r.ttl_s = 300;
	for (; *text; text += *text == ',') {
		struct tw_address *at = &r.target[r.count++];
		char *end;

		(void)snprintf(at->host, sizeof(at->host), "192.0.2.%lu",
			strtoul(text, &end, 10));
		at->priority = (uint16_t)strtoul(end + 1, &end, 10);
		at->port = 5060;
		at->transport = TW_TRANSPORT_UDP;
		text = end;
	}
	w->t.list[hop].asked = true;
	assert_int_equal(tw__targets_set(&w->t, hop, &r, NOW, NULL), TW_OK);
}

/* The address's last byte; -1: DNS of hop 0, -2: of hop 1, 0: none. */
static int choose(struct two *w, bool stay, int64_t now)
{
	size_t hop = 9;

	switch (tw__targets_choose(&w->t, &hop, stay, now)) {
	case TW_CHOICE_TARGET:
		return atoi(w->t.current->at.host + 8);
	case TW_CHOICE_RESOLVE:
		return -1 - (int)hop;
	default:
		return 0;
	}
}

/* Another one that is no worse. */
static bool others(struct two *w)
{
	bool worse;

	return tw__targets_others(&w->t, &worse, NOW) && !worse;
}

static void test_order(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 1);
	assert_int_equal(choose(&w, false, NOW), -1);
	set(&w, 0, "1:10,2:10,3:20");
	assert_int_equal(choose(&w, false, NOW), 1);
	assert_true(others(&w));
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), 2);
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), 3);
	assert_false(others(&w));
	tw__targets_failed(&w.t, NOW);
	/* each once within an attempt */
	assert_int_equal(choose(&w, false, NOW), 0);
	/* all held down: none is given up, the first to be free first */
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + 1), 1);
	assert_true(others(&w));
	assert_int_equal(choose(&w, false, NOW + 1), 2);
	close_two(&w);
}

static void test_sticky(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 1);
	set(&w, 0, "1:10,2:10,3:20");
	assert_int_equal(choose(&w, false, NOW), 1);
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), 2);
	tw__targets_good(&w.t);
	/* it stays with 2 when 1 may be tried again, and also when DNS
	 * shuffles the list */
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(200)), 2);
	tw__targets_open(&w.t);
	set(&w, 0, "3:10,1:10,2:10");
	assert_int_equal(choose(&w, false, NOW + SECONDS(200)), 2);
	/* until it is gone from there */
	tw__targets_open(&w.t);
	set(&w, 0, "3:10,1:10");
	assert_int_equal(choose(&w, false, NOW + SECONDS(200)), 3);
	close_two(&w);
}

/* A worse priority only while the better is held down. */
static void test_back_to_better(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 1);
	set(&w, 0, "1:10,2:20");
	assert_int_equal(choose(&w, false, NOW), 1);
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), 2);
	tw__targets_good(&w.t);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(59)), 2);
	tw__targets_open(&w.t);
	/* no time for trials: the one that serves */
	assert_int_equal(choose(&w, true, NOW + SECONDS(61)), 2);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(61)), 1);
	/* held down longer each time, up to a quarter of an hour */
	for (int i = 0; i < 20; i++)
		tw__targets_failed(&w.t, NOW);
	assert_true(w.t.current->held_until == NOW + SECONDS(900));
	tw__targets_good(&w.t);
	tw__targets_failed(&w.t, NOW);
	assert_true(w.t.current->held_until == NOW + SECONDS(60));
	close_two(&w);
}

static void test_backup(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 2);
	set(&w, 0, "1:10,2:10");
	assert_int_equal(choose(&w, false, NOW), 1);
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), 2);
	/* a backup that DNS was not asked for yet counts as another one */
	assert_true(others(&w));
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW), -2);
	set(&w, 1, "9:0");
	assert_int_equal(choose(&w, false, NOW), 9);
	tw__targets_good(&w.t);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(30)), 9);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(61)), 1);
	close_two(&w);
}

/* DNS of the first is dead and nothing is known of it. */
static void test_backup_without_dns(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 2);
	assert_int_equal(choose(&w, false, NOW), -1);
	w.t.list[0].asked = true;
	assert_int_equal(choose(&w, false, NOW), -2);
	w.t.list[1].asked = true;
	assert_int_equal(choose(&w, false, NOW), 0);
	close_two(&w);
}

static void test_stale(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 1);
	set(&w, 0, "1:10");
	assert_int_equal(choose(&w, false, NOW), 1);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(299)), 1);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, true, NOW + SECONDS(301)), 1);
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(301)), -1);
	/* DNS does not answer: the last known good serve on */
	w.t.list[0].asked = true;
	assert_int_equal(choose(&w, false, NOW + SECONDS(301)), 1);
	close_two(&w);
}

/* What a Retry-After keeps away is not tried, whoever else is left. */
static void test_retry_after(void **state)
{
	struct two w;

	(void)state;
	open_two(&w, 1);
	set(&w, 0, "1:10,2:10");
	assert_int_equal(choose(&w, false, NOW), 1);
	w.t.current->retry_at = NOW + SECONDS(600);
	tw__targets_failed(&w.t, NOW);
	assert_true(tw__targets_retry_at(&w.t, NOW) == 0);
	assert_int_equal(choose(&w, false, NOW), 2);
	w.t.current->retry_at = NOW + SECONDS(120);
	tw__targets_failed(&w.t, NOW);
	assert_true(tw__targets_retry_at(&w.t, NOW) == NOW + SECONDS(120));
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW + SECONDS(100)), 0);
	assert_int_equal(choose(&w, true, NOW + SECONDS(100)), 0);
	assert_int_equal(choose(&w, false, NOW + SECONDS(121)), 2);
	/* nor does a new list of DNS forget it */
	tw__targets_open(&w.t);
	set(&w, 0, "2:10,1:10");
	assert_int_equal(choose(&w, false, NOW + SECONDS(121)), 2);
	tw__targets_failed(&w.t, NOW);
	assert_int_equal(choose(&w, false, NOW + SECONDS(121)), 0);
	close_two(&w);
}

static void test_bound_of_an_attempt(void **state)
{
	struct two w;
	int tried = 0;

	(void)state;
	open_two(&w, 1);
	set(&w, 0, "1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1");
	while (choose(&w, false, NOW) > 0) {
		tw__targets_failed(&w.t, NOW);
		tried++;
	}
	assert_int_equal(tried, TW_TARGETS_ATTEMPT);
	/* the next attempt begins with those that were not tried */
	tw__targets_open(&w.t);
	assert_int_equal(choose(&w, false, NOW), 5);
	close_two(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_back_to_better),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_backup_without_dns),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_bound_of_an_attempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
