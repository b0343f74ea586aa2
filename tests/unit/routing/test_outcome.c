/* Whose word a code is: the table, its edits, and causes before codes. */
#include "routing_fixture.h"

static uint32_t class_of(const struct desk *d, int32_t code, uint32_t q850,
			 uint32_t flags)
{
	tw_route_outcome o = TW_ROUTE_OUTCOME_INIT;

	o.sip_code = code;
	o.q850 = q850;
	o.flags = flags;
	return tw__class_of(d->router, &o);
}

/* Trap 33: the table itself. */
static void trap_33_codes_have_a_class(void **state)
{
	static const struct { int32_t code; uint32_t class; } rows[] = {
		{ 200, TW_CLASS_ANSWERED }, { 302, TW_CLASS_CARRIER },
		{ 400, TW_CLASS_CARRIER }, { 401, TW_CLASS_AUTH },
		{ 403, TW_CLASS_AUTH }, { 404, TW_CLASS_NUMBER },
		{ 407, TW_CLASS_AUTH }, { 408, TW_CLASS_CARRIER },
		{ 410, TW_CLASS_NUMBER }, { 480, TW_CLASS_CARRIER },
		{ 484, TW_CLASS_NUMBER }, { 486, TW_CLASS_USER },
		{ 487, TW_CLASS_CANCELLED }, { 488, TW_CLASS_CARRIER },
		{ 500, TW_CLASS_CARRIER }, { 502, TW_CLASS_CARRIER },
		{ 503, TW_CLASS_CONGESTION }, { 504, TW_CLASS_CARRIER },
		{ 600, TW_CLASS_USER }, { 603, TW_CLASS_USER },
		{ 604, TW_CLASS_NUMBER }, { 0, TW_CLASS_CARRIER },
		{ -7, TW_CLASS_CARRIER }, { 700, TW_CLASS_CARRIER },
		{ INT32_MAX, TW_CLASS_CARRIER },
	};
	struct desk d;

	(void)state;
	desk_open(&d);
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); ++i)
		assert_int_equal(class_of(&d, rows[i].code, 0, 0),
				 rows[i].class);
	desk_close(&d);
}

static void after_ringing_it_is_the_persons(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(class_of(&d, 480, 0, TW_ROUTE_RUNG), TW_CLASS_USER);
	assert_int_equal(class_of(&d, 408, 0, TW_ROUTE_RUNG), TW_CLASS_USER);
	assert_int_equal(class_of(&d, 487, 0, TW_ROUTE_RUNG), TW_CLASS_USER);
	assert_int_equal(class_of(&d, 500, 0, TW_ROUTE_RUNG),
			 TW_CLASS_CARRIER);
	assert_int_equal(class_of(&d, 480, 0, TW_ROUTE_RUNG |
				  TW_ROUTE_CANCEL), TW_CLASS_CANCELLED);
	desk_close(&d);
}

static void a_cause_goes_before_the_code(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(class_of(&d, 503, 17, 0), TW_CLASS_USER);
	assert_int_equal(class_of(&d, 500, 1, 0), TW_CLASS_NUMBER);
	assert_int_equal(class_of(&d, 480, 34, 0), TW_CLASS_CONGESTION);
	/* causes that say nothing, and what is none */
	assert_int_equal(class_of(&d, 503, 16, 0), TW_CLASS_CONGESTION);
	assert_int_equal(class_of(&d, 404, 31, 0), TW_CLASS_NUMBER);
	assert_int_equal(class_of(&d, 486, 127, 0), TW_CLASS_USER);
	assert_int_equal(class_of(&d, 486, 4000000000u, 0), TW_CLASS_USER);
	/* an answer is an answer */
	assert_int_equal(class_of(&d, 200, 17, 0), TW_CLASS_ANSWERED);
	desk_close(&d);
}

static void the_table_may_be_edited(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 603,
		TW_CLASS_CARRIER, &d.err), TW_OK);
	assert_int_equal(class_of(&d, 603, 0, 0), TW_CLASS_CARRIER);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_Q850, 17, 0,
		&d.err), TW_OK);
	assert_int_equal(class_of(&d, 503, 17, 0), TW_CLASS_CONGESTION);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 0,
		TW_CLASS_USER, &d.err), TW_OK);
	assert_int_equal(class_of(&d, 0, 0, 0), TW_CLASS_USER);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 99,
		TW_CLASS_USER, &d.err), TW_EINVAL);
	assert_string_equal(d.err.field, "code");
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 700,
		TW_CLASS_USER, &d.err), TW_EINVAL);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 500, 0,
		&d.err), TW_EINVAL);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_SIP, 500, 8,
		&d.err), TW_EINVAL);
	assert_string_equal(d.err.field, "class");
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_Q850, 0,
		TW_CLASS_USER, &d.err), TW_EINVAL);
	assert_int_equal(tw_router_set_class(d.router, TW_CODE_Q850, 128,
		TW_CLASS_USER, &d.err), TW_EINVAL);
	assert_int_equal(tw_router_set_class(d.router, 3, 5, TW_CLASS_USER,
		&d.err), TW_EINVAL);
	assert_string_equal(tw_route_class_name(TW_CLASS_USER), "user");
	assert_string_equal(tw_route_class_name(0), "?");
	assert_string_equal(tw_route_class_name(8), "?");
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trap_33_codes_have_a_class),
		cmocka_unit_test(after_ringing_it_is_the_persons),
		cmocka_unit_test(a_cause_goes_before_the_code),
		cmocka_unit_test(the_table_may_be_edited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
