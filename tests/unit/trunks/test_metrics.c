/**
 * @file test_metrics.c  A set as figures
 */
#include "loop.h"
#include <trunkwise/metrics.h>
#include <trunkwise/sys/alloc.h>
#include "trunks/set.h"

static void has(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (!at || at[strlen(line)] != '\n')
		fail_msg("\"%s\" is not in:\n%s", line, text);
}

static char *metrics_of(const tw_trunks *set)
{
	tw_error err = TW_ERROR_INIT;
	char *text = NULL;

	if (tw_trunks_metrics(&text, set, 0, &err))
		fail_msg("%s", err.message);
	return text;
}

static void test_set(void **state)
{
	char line[256];
	struct loop loop;
	tw_trunks *set;
	tw_trunk *one, *two;
	char *text;

	(void)state;
	loop_open(&loop);
	loop.challenge = true;
	loop.status = "200 OK";
	set = loop_set(&loop, true);
	one = loop_trunk(&loop, set, "one");
	two = loop_trunk(&loop, set, "two");
	assert_int_equal(tw_trunk_start(one, NULL), TW_OK);
	loop_run(&loop, 30);
	text = metrics_of(set);
	has(text, "trunkwise_trunks{state=\"registered\"} 1");
	has(text, "trunkwise_trunks{state=\"idle\"} 1");
	has(text, "trunkwise_trunk_usable{trunk=\"one\"} 1");
	has(text, "trunkwise_trunk_usable{trunk=\"two\"} 0");
	/* both trunks count in one meter */
	(void)snprintf(line, sizeof(line), "trunkwise_register_requests_total"
		"{registrar=\"sip:localhost:%u\"} 2", loop.port);
	has(text, line);
	assert_null(strstr(strstr(text, line), "\ntrunkwise_register_"
		"requests_total{"));
	tw_free(text);

	/* counters outlive their trunks; malformed answers are counted */
	tw_trunk_free(one);
	loop.challenge = false;
	loop.status = "4294967496 OK";
	assert_int_equal(tw_trunk_start(two, NULL), TW_OK);
	loop_run(&loop, 30);
	text = metrics_of(set);
	(void)snprintf(line, sizeof(line), "trunkwise_register_requests_total"
		"{registrar=\"sip:localhost:%u\"} 3", loop.port);
	has(text, line);
	has(text, "trunkwise_messages_refused_total 1");
	has(text, "trunkwise_trunks{state=\"registered\"} 0");
	tw_free(text);
	tw_trunk_free(two);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_snapshot(void **state)
{
	static const char *const names[] = { "b", "c", "a" };
	tw_trunk_view view = TW_TRUNK_VIEW_INIT;
	tw_trunk *trunks[3];
	tw_trunk_views *views;
	struct loop loop;
	tw_trunks *set;
	char target[64];

	(void)state;
	loop_open(&loop);
	loop.status = "200 OK";
	set = loop_set(&loop, true);
	for (size_t i = 0; i < 3; i++)
		trunks[i] = loop_trunk(&loop, set, names[i]);
	assert_int_equal(tw_trunk_start(trunks[1], NULL), TW_OK);
	loop_run(&loop, 30);
	assert_int_equal(tw_trunks_snapshot(&views, set, NULL), TW_OK);
	/* it stands, whatever becomes of the trunks */
	for (size_t i = 0; i < 3; i++)
		tw_trunk_free(trunks[i]);
	tw_trunks_free(set);
	assert_int_equal(tw_trunk_views_next(&view, views, NULL), TW_OK);
	assert_string_equal(view.name, "a");
	assert_int_equal(view.state, TW_TRUNK_IDLE);
	assert_int_equal(view.size, sizeof(view));
	assert_int_equal(tw_trunk_views_next(&view, views, NULL), TW_OK);
	assert_string_equal(view.name, "b");
	assert_int_equal(tw_trunk_views_next(&view, views, NULL), TW_OK);
	assert_string_equal(view.name, "c");
	assert_int_equal(view.state, TW_TRUNK_REGISTERED);
	assert_int_equal(view.sip_code, 200);
	assert_int_equal(view.expires_s, 300);
	assert_int_equal(view.expires_at, loop.now_us + 300 * TW_SECOND);
	assert_in_range(view.next_try_at, loop.now_us + 240 * TW_SECOND,
		loop.now_us + 270 * TW_SECOND);
	assert_int_equal(view.requests, 1);
	assert_int_equal(view.registrations, 1);
	assert_string_equal(view.reason, "200 OK");
	(void)snprintf(target, sizeof(target), "udp:127.0.0.1:%u", loop.port);
	assert_string_equal(view.target, target);
	assert_int_equal(tw_trunk_views_next(&view, views, NULL),
		TW_ITER_END);
	tw_trunk_views_free(views);
	tw_trunk_views_free(NULL);
	loop_close(&loop);
}

/* However many registrars there are, the set's memory and text are bounded,
 * and nothing is left out of the sums. */
static void test_many_registrars(void **state)
{
	struct tw_meters meters = { { NULL }, 0 };
	tw_meter *meter, *other, *first;
	char name[200];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "sip:r%u", i);
		assert_int_equal(tw__meters_for(&meter, &meters, name, NULL),
			TW_OK);
		assert_string_equal(tw_meter_registrar(meter),
			i < TW_METERS_MAX - 1 ? name : "other");
	}
	assert_int_equal(meters.count, TW_METERS_MAX);
	assert_int_equal(tw__meters_for(&first, &meters, "sip:r0", NULL),
		TW_OK);
	assert_string_equal(tw_meter_registrar(first), "sip:r0");
	tw__meters_free(&meters);
	memset(name, 'x', 128);
	name[128] = '\0';
	assert_int_equal(tw__meters_for(&other, &meters, name, NULL), TW_OK);
	assert_string_equal(tw_meter_registrar(other), "other");
	tw__meters_free(&meters);
}

static void test_managed(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_trunk_view view = TW_TRUNK_VIEW_INIT;
	tw_trunk_views *views;
	tw_trunk *trunk;
	tw_trunks *set;
	char *text;

	(void)state;
	assert_int_equal(tw_trunks_new_managed(&set, NULL, NULL), TW_OK);
	o.name = "far";
	o.registrar = "sip:127.0.0.1:9";
	o.user = "u";
	assert_int_equal(tw_trunk_new(&trunk, set, &o, NULL), TW_OK);
	text = metrics_of(set);
	has(text, "trunkwise_trunks{state=\"idle\"} 1");
	tw_free(text);
	assert_int_equal(tw_trunks_snapshot(&views, set, NULL), TW_OK);
	view.size = 4 * sizeof(uint32_t);       /* an older host's */
	view.expires_s = -1;
	assert_int_equal(tw_trunk_views_next(&view, views, NULL), TW_OK);
	assert_int_equal(view.state, TW_TRUNK_IDLE);
	assert_int_equal(view.expires_s, -1);
	tw_trunk_views_free(views);
	assert_int_equal(tw_trunks_metrics(&text, set, 2, NULL), TW_EINVAL);
	assert_int_equal(tw_trunks_metrics(NULL, set, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_trunks_metrics(&text, NULL, 0, NULL), TW_EINVAL);
	assert_int_equal(tw_trunks_snapshot(NULL, set, NULL), TW_EINVAL);
	assert_int_equal(tw_trunk_views_next(&view, NULL, NULL), TW_EINVAL);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_many_registrars),
		cmocka_unit_test(test_managed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
