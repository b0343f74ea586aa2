/**
 * @file test_metrics.c  Counters as text, in both forms
 *
 * Whether scrapers agree is tried with theirs: tests/python/test_metrics.py.
 */
#include "fake.h"
#include "registration/meter.h"
#include "../faults.h"

static char *text_of(const tw_metrics *m)
{
	tw_error err = TW_ERROR_INIT;
	char *out = NULL;

	if (tw_metrics_text(&out, m, &err))
		fail_msg("%s: %s", err.field, err.message);
	return out;
}

static void has(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	/* a whole line */
	if (!at || (at != text && at[-1] != '\n') ||
	    at[strlen(line)] != '\n')
		fail_msg("\"%s\" is not in:\n%s", line, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static void test_empty(void **state)
{
	tw_metrics m = TW_METRICS_INIT;
	char *text = text_of(&m);

	(void)state;
	has(text, "trunkwise_trunks{state=\"registered\"} 0");
	has(text, "trunkwise_trunks{state=\"disabled\"} 0");
	has(text, "trunkwise_messages_refused_total 0");
	has(text, "trunkwise_trunks_without_series 0");
	lacks(text, "state=\"?\"");
	lacks(text, "state=\"removed\"");
	lacks(text, "# EOF");
	lacks(text, "# UNIT");
	tw_free(text);
}

static void test_meter(void **state)
{
	tw_metrics m = TW_METRICS_INIT;
	const tw_meter *meters[1];
	tw_meter *meter;
	char *text;

	(void)state;
	assert_int_equal(tw_meter_new(&meter, "a\\\"b\nc", NULL), TW_OK);
	for (int i = 0; i < 3; i++)
		tw__meter_request(meter);
	tw__meter_retransmit(meter);
	tw__meter_answer(meter, 200, 10001);
	tw__meter_answer(meter, 200, 33000000);
	tw__meter_answer(meter, 499, 1);
	tw__meter_answer(meter, 0, 0);
	tw__meter_attempt(meter, TW_METER_REGISTERED, 1500000);
	meters[0] = meter;
	m.meters = meters;
	m.meter_count = 1;
	text = text_of(&m);
#define R "registrar=\"a\\\\\\\"b\\nc\""
	has(text, "# TYPE trunkwise_register_requests_total counter");
	has(text, "trunkwise_register_requests_total{" R "} 3");
	has(text, "trunkwise_register_retransmits_total{" R "} 1");
	has(text, "trunkwise_register_answers_total{" R ",code=\"200\"} 2");
	has(text, "trunkwise_register_answers_total{" R ",code=\"4xx\"} 1");
	has(text, "trunkwise_register_answers_total{" R
		",code=\"timeout\"} 1");
	lacks(text, "code=\"401\"");
	has(text, "trunkwise_register_attempts_total{" R
		",verdict=\"registered\"} 1");
	has(text, "trunkwise_register_attempts_total{" R
		",verdict=\"refused\"} 0");
	has(text, "trunkwise_register_answer_seconds_bucket{" R
		",le=\"0.005\"} 1");
	has(text, "trunkwise_register_answer_seconds_bucket{" R
		",le=\"0.01\"} 1");
	has(text, "trunkwise_register_answer_seconds_bucket{" R
		",le=\"0.025\"} 2");
	has(text, "trunkwise_register_answer_seconds_bucket{" R
		",le=\"32.0\"} 2");
	has(text, "trunkwise_register_answer_seconds_bucket{" R
		",le=\"+Inf\"} 3");
	has(text, "trunkwise_register_answer_seconds_sum{" R "} 33.010002");
	has(text, "trunkwise_register_answer_seconds_count{" R "} 3");
	has(text, "trunkwise_registration_seconds_bucket{" R
		",le=\"1.0\"} 0");
	has(text, "trunkwise_registration_seconds_bucket{" R
		",le=\"2.5\"} 1");
	has(text, "trunkwise_registration_seconds_sum{" R "} 1.500000");
	tw_free(text);

	m.flags = TW_METRICS_OPENMETRICS;
	text = text_of(&m);
	has(text, "# TYPE trunkwise_register_requests counter");
	has(text, "# HELP trunkwise_register_requests REGISTERs sent, "
		"without retransmissions.");
	has(text, "trunkwise_register_requests_total{" R "} 3");
	has(text, "# UNIT trunkwise_registration_seconds seconds");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	tw_free(text);
	tw_meter_free(meter);
}

static void test_trunks(void **state)
{
	tw_trunk_view trunks[2] = { TW_TRUNK_VIEW_INIT, TW_TRUNK_VIEW_INIT };
	tw_metrics m = TW_METRICS_INIT;
	char *text;

	(void)state;
	(void)snprintf(trunks[0].name, sizeof(trunks[0].name), "up");
	trunks[0].state = TW_TRUNK_REGISTERED;
	trunks[0].window = 32;
	trunks[0].loss_percent = 3;
	trunks[0].rtt_us = 12345;
	trunks[0].options = 40;
	trunks[0].options_retransmits = 2;
	trunks[0].options_answers = 39;
	trunks[0].certificate_until = 1800000000123456LL;
	(void)snprintf(trunks[1].name, sizeof(trunks[1].name), "down");
	trunks[1].state = TW_TRUNK_REGISTERED;
	trunks[1].health = TW_HEALTH_DOWN;
	trunks[1].window = 1;
	trunks[1].loss_percent = 100;
	m.trunks = trunks;
	m.trunk_count = 2;
	m.states[TW_TRUNK_REGISTERED] = 7;
	m.states[TW_TRUNK_BACKOFF] = 1;
	m.refused = 9;
	text = text_of(&m);
	has(text, "trunkwise_trunks{state=\"registered\"} 7");
	has(text, "trunkwise_trunks{state=\"backoff\"} 1");
	has(text, "trunkwise_trunk_usable{trunk=\"up\"} 1");
	has(text, "trunkwise_trunk_usable{trunk=\"down\"} 0");
	has(text, "trunkwise_trunk_rtt_seconds{trunk=\"up\"} 0.012345");
	lacks(text, "rtt_seconds{trunk=\"down\"");
	has(text, "trunkwise_trunk_options_total{trunk=\"up\"} 40");
	has(text, "trunkwise_trunk_options_retransmits_total{trunk=\"up\"} "
		"2");
	has(text, "trunkwise_trunk_options_answers_total{trunk=\"up\"} 39");
	lacks(text, "options_total{trunk=\"down\"");
	has(text, "trunkwise_trunk_loss_ratio{trunk=\"up\"} 0.03");
	has(text, "trunkwise_trunk_loss_ratio{trunk=\"down\"} 1.00");
	has(text, "trunkwise_trunk_certificate_expiry_timestamp_seconds"
		"{trunk=\"up\"} 1800000000");
	lacks(text, "timestamp_seconds{trunk=\"down\"");
	has(text, "trunkwise_messages_refused_total 9");
	has(text, "trunkwise_trunks_without_series 6");
	tw_free(text);
}

static void test_arguments(void **state)
{
	tw_trunk_view view = TW_TRUNK_VIEW_INIT;
	tw_metrics m = TW_METRICS_INIT;
	const tw_meter *none[1] = { NULL };
	char *out = NULL;

	(void)state;
	assert_int_equal(tw_metrics_text(NULL, &m, NULL), TW_EINVAL);
	assert_int_equal(tw_metrics_text(&out, NULL, NULL), TW_EINVAL);
	m.flags = 2;
	assert_int_equal(tw_metrics_text(&out, &m, NULL), TW_EINVAL);
	m.flags = 0;
	m.meter_count = 1;
	assert_int_equal(tw_metrics_text(&out, &m, NULL), TW_EINVAL);
	m.meters = none;
	assert_int_equal(tw_metrics_text(&out, &m, NULL), TW_EINVAL);
	m.meter_count = 0;
	m.trunk_count = 1;
	assert_int_equal(tw_metrics_text(&out, &m, NULL), TW_EINVAL);
	view.size--;
	m.trunks = &view;
	assert_int_equal(tw_metrics_text(&out, &m, NULL), TW_EINVAL);
	assert_null(out);
}

static void test_no_memory(void **state)
{
	tw_metrics m = TW_METRICS_INIT;
	char *out = NULL;

	(void)state;
	for (int n = 0;; n++) {
		struct faults faults;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_metrics_text(&out, &m, NULL);
		if (!faults_end(&faults)) {
			assert_int_equal(status, TW_OK);
			break;
		}
		assert_int_equal(status, TW_ENOMEM);
		assert_null(out);
	}
	tw_free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_meter),
		cmocka_unit_test(test_trunks),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
