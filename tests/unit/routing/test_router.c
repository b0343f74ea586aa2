/* The router's doors: what it lets in, and what it counts. */
#include <stdlib.h>

#include "routing_fixture.h"

static void bad_carriers_change_nothing(void **state)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	char longest[65];
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", 1);
	memset(longest, 'x', 64);
	longest[64] = '\0';
	c.deck = d.router->carrier[0].deck;
	c.trunk = "b";
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "carrier");
	c.carrier = "carrier";
	c.trunk = longest;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "trunk");
	c.trunk = "\xc3";
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	c.trunk = "a";
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EEXIST);
	c.trunk = "b";
	c.deck = NULL;
	assert_int_equal(tw_router_add_carrier(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "deck");
	assert_int_equal(tw_router_add_carrier(d.router, NULL, &d.err),
			 TW_EINVAL);
	assert_int_equal(tw_router_new(NULL, &d.err), TW_EINVAL);
	assert_int_equal(d.router->carrier_count, 1);
	tw_router_free(NULL);
	desk_close(&d);
}

static void usable_is_said_of_trunks(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(tw_router_set_usable(d.router, "b", 1, T2026,
					      &d.err), TW_ENOTFOUND);
	assert_int_equal(tw_router_set_usable(d.router, NULL, 1, T2026,
					      &d.err), TW_EINVAL);
	desk_close(&d);
}

static void bad_requests_leave_the_rows_alone(void **state)
{
	static const char *const bad[] = {
		NULL, "", "+7999", "7 999", "12345678901234567890123456789012"
	};
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	uint32_t count = 1;
	struct desk d;
	size_t i;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "a", 1, "7", 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
		r.number = bad[i];
		assert_int_equal(tw_router_decide(&row, &count, d.router, &r,
						  &d.err), TW_EINVAL);
		assert_string_equal(d.err.field, "number");
	}
	r.number = "7999";
	r.expected_us = -1;
	assert_int_equal(tw_router_decide(&row, &count, d.router, &r,
					  &d.err), TW_EINVAL);
	r.expected_us = 0;
	row.size = 0;
	assert_int_equal(tw_router_decide(&row, &count, d.router, &r,
					  &d.err), TW_EINVAL);
	assert_int_equal(count, 1);
	assert_string_equal(row.trunk, "");
	desk_close(&d);
}

/* A caller of a newer release has larger rows: the stride is theirs. */
static void rows_fit_the_callers_room_and_release(void **state)
{
	struct {
		tw_route_candidate c;
		uint64_t more;
	} row[2] = { { TW_ROUTE_CANDIDATE_INIT, 5 },
		     { TW_ROUTE_CANDIDATE_INIT, 6 } };
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	uint32_t count = 2;
	struct desk d;

	(void)state;
	desk_open(&d);
	desk_simple(&d, "c", 3, "7", 3 * TW_NANOS);
	desk_simple(&d, "b", 2, "7", 2 * TW_NANOS);
	desk_simple(&d, "a", 1, "7", TW_NANOS);
	row[0].c.size = row[1].c.size = sizeof(row[0]);
	r.number = "7999";
	r.at = T2026;
	assert_int_equal(tw_router_decide(&row[0].c, &count, d.router, &r,
					  &d.err), TW_OK);
	assert_int_equal(count, 2);
	assert_string_equal(row[0].c.trunk, "a");
	assert_string_equal(row[1].c.trunk, "b");
	assert_int_equal(row[0].more, 5);
	assert_int_equal(row[1].more, 6);
	count = 0;
	assert_int_equal(tw_router_decide(NULL, &count, d.router, &r,
					  &d.err), TW_OK);
	assert_int_equal(count, 0);
	desk_close(&d);
}

struct failing {
	long left;
};

static void *failing_alloc(size_t size, void *arg)
{
	struct failing *f = arg;

	if (!f->left)
		return NULL;
	if (f->left > 0)
		--f->left;
	return malloc(size);
}

static void *failing_resize(void *mem, size_t size, void *arg)
{
	struct failing *f = arg;

	if (!f->left)
		return NULL;
	if (f->left > 0)
		--f->left;
	return realloc(mem, size);
}

static void failing_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static tw_status session(void)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;
	tw_route_request r = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	const tw_rate rate = desk_rate("7", TW_NANOS, 60, 0);
	tw_route_attempt attempt = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call call = { 0 };
	tw_router *router = NULL;
	uint32_t count = 1;
	tw_status status;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	c.carrier = "carrier";
	c.trunk = "a";
	r.number = "7999";
	r.at = T2026;
	attempt.trunk = "a";
	status = tw_router_new(&router, NULL);
	if (!status)
		status = tw_router_add_quality_prefix(router, "7", NULL);
	if (!status)
		status = tw_deck_new(&c.deck, &rules, &rate, 1, NULL);
	if (!status)
		status = tw_router_add_carrier(router, &c, NULL);
	if (!status)
		status = tw_router_add_emergency(router, "s", "v", NULL);
	if (!status)
		status = tw_router_add_emergency_number(router, "1", NULL);
	if (!status)
		status = tw_router_decide(&row, &count, router, &r, NULL);
	if (!status)
		status = tw_router_call_begin(&call, router, &attempt, NULL);
	tw_deck_free(c.deck);
	tw_router_free(router);
	return status;
}

static void memory_may_run_out_anywhere(void **state)
{
	struct failing f = { 0 };
	const tw_allocator failing = {
		sizeof(failing), failing_alloc, failing_resize,
		failing_release, &f
	};
	tw_status status = TW_ENOMEM;
	long n;

	(void)state;
	assert_int_equal(tw_allocator_set(&failing, NULL), TW_OK);
	for (n = 0; status == TW_ENOMEM; ++n) {
		f.left = n;
		status = session();
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 10);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_carriers_change_nothing),
		cmocka_unit_test(usable_is_said_of_trunks),
		cmocka_unit_test(bad_requests_leave_the_rows_alone),
		cmocka_unit_test(rows_fit_the_callers_room_and_release),
		cmocka_unit_test(memory_may_run_out_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
