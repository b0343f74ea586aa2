/* Which of our numbers forwarded a leg whose record does not say so. */
#include "accounts_fixture.h"
#include "accounts/call_legs.h"
#include "../faults.h"

#define START 1791180000000000LL

static struct tw__call leg(uint32_t direction, const char *id,
			   const char *linked)
{
	struct tw__call call = { .source = "test", .direction = direction };

	call.cdr = (tw_cdr)TW_CDR_INIT;
	call.cdr.direction = direction;
	call.cdr.call_id = id;
	call.cdr.linked_id = linked;
	call.cdr.start = START;
	return call;
}

static const char *number_of(struct tw__legs *legs, struct tw__call *call)
{
	tw_error err = TW_ERROR_INIT;

	*call->own_number = '\0';
	if (tw__legs_fill(call, legs, &err))
		fail_msg("%s", err.message);
	return call->own_number;
}

static struct tw__legs *legs_of(struct fixture *f)
{
	tw_error err = TW_ERROR_INIT;
	struct tw__legs *legs;

	if (tw__legs_new(&legs, f->store, &err))
		fail_msg("%s", err.message);
	return legs;
}

static void note(struct tw__legs *legs, const struct tw__call *call)
{
	tw_error err = TW_ERROR_INIT;

	if (tw__legs_note(legs, call, &err))
		fail_msg("%s", err.message);
}

static void who_wants_a_number(void **state)
{
	struct tw__call call = leg(TW_DIRECTION_FORWARD, "b", "a");

	(void)state;
	assert_true(tw__legs_wants(&call));
	strcpy(call.own_number, "78432000001");
	assert_false(tw__legs_wants(&call));
	call = leg(TW_DIRECTION_OUTBOUND, "b", "a");
	call.cdr.leg = 2;
	assert_false(tw__legs_wants(&call));
	call.cdr.direction = 0;
	assert_true(tw__legs_wants(&call));
	call.cdr.leg = 1;
	assert_false(tw__legs_wants(&call));
}

static void noted_legs(void **state)
{
	struct fixture *f = *state;
	struct tw__legs *legs = legs_of(f);
	struct tw__call in = leg(TW_DIRECTION_INBOUND, "a", NULL);
	struct tw__call out = leg(TW_DIRECTION_FORWARD, "b", "a");
	char ids[1000][16];

	assert_string_equal(number_of(legs, &out), "");
	strcpy(in.callee, "78432000001");
	note(legs, &in);
	assert_string_equal(number_of(legs, &out), "78432000001");
	/* the first one says it; our number goes before an extension */
	strcpy(in.callee, "101");
	note(legs, &in);
	assert_string_equal(number_of(legs, &out), "78432000001");
	in.cdr.call_id = "c";
	strcpy(in.own_number, "73472000002");
	note(legs, &in);
	out.cdr.linked_id = "c";
	assert_string_equal(number_of(legs, &out), "73472000002");
	/* an id is its source's own, and only calls that came in count */
	out.source = "other";
	assert_string_equal(number_of(legs, &out), "");
	out.source = "test";
	in = leg(TW_DIRECTION_OUTBOUND, "d", NULL);
	strcpy(in.callee, "79161234567");
	note(legs, &in);
	out.cdr.linked_id = "d";
	assert_string_equal(number_of(legs, &out), "");
	in = leg(TW_DIRECTION_INBOUND, "e", NULL);
	strcpy(in.callee, "anonymous");
	note(legs, &in);
	out.cdr.linked_id = "e";
	assert_string_equal(number_of(legs, &out), "");
	for (int i = 0; i < 1000; i++) {
		snprintf(ids[i], sizeof(ids[i]), "m%d", i);
		in = leg(TW_DIRECTION_INBOUND, ids[i], NULL);
		snprintf(in.callee, sizeof(in.callee), "7843%07d", i);
		note(legs, &in);
	}
	out.cdr.linked_id = "m777";
	assert_string_equal(number_of(legs, &out), "78430000777");
	tw__legs_free(legs);
	tw__legs_free(NULL);
}

static void every_failed_allocation(void **state)
{
	struct fixture *f = *state;
	bool more = true;

	for (int64_t n = 0; more; n++) {
		struct tw__call in = leg(TW_DIRECTION_INBOUND, "a", NULL);
		struct tw__legs *legs = NULL;
		struct faults faults;
		tw_status status;

		strcpy(in.callee, "78432000001");
		faults_begin(&faults, n);
		status = tw__legs_new(&legs, f->store, NULL);
		if (!status)
			status = tw__legs_note(legs, &in, NULL);
		tw__legs_free(legs);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, \
						fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_wants_a_number),
		T(noted_legs), T(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
