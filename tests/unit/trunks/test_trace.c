/**
 * @file test_trace.c  What a set writes down of its SIP messages
 */
#include "loop.h"
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/sip.h>
#include "trunks/trace.h"
#include "../faults.h"

static void add(struct tw_trace *trace, int64_t at, const char *text)
{
	tw_trunk_trace what = TW_TRUNK_TRACE_INIT;

	what.at = at;
	tw__trace_add(trace, &what, text, strlen(text));
}

static void takes(struct tw_trace *trace, int64_t at, uint64_t lost,
		  const char *text)
{
	tw_trunk_trace one;

	assert_int_equal(tw__trace_take(&one, trace), TW_OK);
	assert_int_equal(one.at, at);
	assert_int_equal(one.lost, lost);
	assert_string_equal(one.text, text);
	assert_int_equal(one.text_size, strlen(text));
	tw_free(one.text);
}

static void test_ring(void **state)
{
	struct tw_trace trace = { 0 };
	tw_trunk_trace one;

	(void)state;
	add(&trace, 1, "a");                   /* off: nothing is kept */
	assert_int_equal(tw__trace_take(&one, &trace), TW_ITER_END);
	assert_int_equal(tw__trace_open(&trace, 3, 0, NULL), TW_OK);
	add(&trace, 1, "a");
	add(&trace, 2, "b");
	takes(&trace, 1, 0, "a\n");
	for (int64_t i = 3; i < 9; i++)
		add(&trace, i, "c");
	takes(&trace, 6, 4, "c\n");
	add(&trace, 9, "X-Secret: d");
	takes(&trace, 7, 0, "c\n");
	takes(&trace, 8, 0, "c\n");
	takes(&trace, 9, 0, "X-Secret: ***\n");
	assert_int_equal(tw__trace_take(&one, &trace), TW_ITER_END);
	add(&trace, 10, "left over");
	tw__trace_close(&trace);
	tw__trace_close(&trace);
}

static void test_options(void **state)
{
	struct tw_trace trace = { 0 };
	tw_error err = TW_ERROR_INIT;
	struct faults faults;

	(void)state;
	assert_int_equal(tw__trace_open(&trace, TW_TRACE_MAX + 1, 0, &err),
		TW_EINVAL);
	assert_string_equal(err.field, "trace_max");
	assert_int_equal(tw__trace_open(&trace, 1, 2, &err), TW_EINVAL);
	assert_string_equal(err.field, "trace_flags");
	faults_begin(&faults, 0);
	assert_int_equal(tw__trace_open(&trace, 1, 0, &err), TW_ENOMEM);
	assert_true(faults_end(&faults));
	assert_int_equal(tw__trace_open(&trace, 2, TW_SIP_MASK_NUMBERS,
		&err), TW_OK);
	add(&trace, 1, "To: <sip:79161234567@h>");
	faults_begin(&faults, 0);
	add(&trace, 2, "b");
	assert_true(faults_end(&faults));
	takes(&trace, 1, 1, "To: <sip:*******4567@h>\n");
	tw__trace_close(&trace);
}

static tw_trunk_trace next(tw_trunks *set)
{
	tw_trunk_trace one = TW_TRUNK_TRACE_INIT;

	assert_int_equal(tw_trunks_next_trace(&one, set, NULL), TW_OK);
	assert_int_equal(one.size, sizeof(one));
	assert_string_equal(one.trunk, "main");
	assert_int_equal(one.transport, TW_TRANSPORT_UDP);
	assert_null(strstr(one.text, "secret"));
	return one;
}

static tw_trunks *open_set(struct loop *loop)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_trunks *set;

	loop_open(loop);
	o.flags = TW_TRUNKS_HOST_CLOCK;
	o.clock = &loop->clock;
	o.trace_max = 100;
	assert_int_equal(tw_trunks_new_attached(&set, loop->sip, &o, NULL),
		TW_OK);
	return set;
}

static void test_registration(void **state)
{
	static const struct { uint32_t direction; const char *line, *has; }
		rows[] = {
		{ TW_TRACE_SENT, "REGISTER ", "\nExpires: 300\n" },
		{ TW_TRACE_RECEIVED, "SIP/2.0 401 ", "nonce=\"***\"" },
		{ TW_TRACE_SENT, "REGISTER ", "response=\"***\"" },
		{ TW_TRACE_RECEIVED, "SIP/2.0 200 OK ***\n",
			"X-Debug: *** \"***\" ***==\n" },
	};
	tw_trunk_trace one = TW_TRUNK_TRACE_INIT;
	struct loop loop;
	tw_trunks *set = open_set(&loop);
	tw_trunk *trunk = loop_trunk(&loop, set, "main");
	char peer[64];

	(void)state;
	loop.challenge = true;
	/* a registrar that says what it knows: next() sees none of it */
	loop.status = "200 OK secret";
	loop.headers = "X-Debug: se%63ret \"secret\" dHJ1bmsxOnNlY3JldA==\r\n";
	(void)snprintf(peer, sizeof(peer), "127.0.0.1:%u", loop.port);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 30);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one = next(set);
		assert_int_equal(one.direction, rows[i].direction);
		assert_int_equal(one.flags, 0);
		assert_int_equal(one.at, loop.now_us);
		assert_string_equal(one.peer, peer);
		assert_int_equal(strncmp(one.text, rows[i].line,
			strlen(rows[i].line)), 0);
		assert_non_null(strstr(one.text, rows[i].has));
		tw_free(one.text);
	}
	assert_int_equal(tw_trunks_next_trace(&one, set, NULL), TW_ITER_END);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_refused(void **state)
{
	tw_trunk_trace one;
	struct loop loop;
	tw_trunks *set = open_set(&loop);
	tw_trunk *trunk = loop_trunk(&loop, set, "main");

	(void)state;
	loop.status = "4294967496 OK";
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	loop_run(&loop, 30);
	one = next(set);
	tw_free(one.text);
	one = next(set);
	assert_int_equal(one.flags, TW_TRACE_REFUSED);
	assert_non_null(strstr(one.text, "4294967496"));
	tw_free(one.text);
	/* a forgotten trunk leaves its messages */
	loop.now_us = tw_trunks_deadline(set);
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	while (loop_status(trunk).state == TW_TRUNK_REGISTERING) {
		loop.now_us = tw_trunks_deadline(set);
		assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	}
	assert_non_null(strstr(loop_status(trunk).reason, "no final answer "
		"within 32 s but 1 that break the rules of SIP"));
	tw_trunk_free(trunk);
	one = next(set);
	assert_int_equal(one.direction, TW_TRACE_SENT);
	tw_free(one.text);
	tw_trunks_free(set);
	loop_close(&loop);
}

static void test_arguments(void **state)
{
	tw_trunk_trace one = TW_TRUNK_TRACE_INIT;
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set;

	(void)state;
	assert_int_equal(tw_trunks_next_trace(&one, NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_trunks_new_managed(&set, &o, NULL), TW_OK);
	assert_int_equal(tw_trunks_next_trace(NULL, set, NULL), TW_EINVAL);
	one.size -= 4;
	assert_int_equal(tw_trunks_next_trace(&one, set, NULL), TW_EINVAL);
	one.size += 4;
	/* by a managed set's thread, and nothing is traced */
	assert_int_equal(tw_trunks_next_trace(&one, set, NULL), TW_ITER_END);
	tw_trunks_free(set);
	o.trace_max = 100001;
	assert_int_equal(tw_trunks_new_managed(&set, &o, &err), TW_EINVAL);
	assert_string_equal(err.field, "trace_max");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_registration),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
