/* Two numbers with campaigns, and inbound calls in a line each. */
#ifndef TW_TESTS_TRAFFIC_FIXTURE_H
#define TW_TESTS_TRAFFIC_FIXTURE_H

#include "accounts_fixture.h"

#define KAZAN "78432000001"
#define UFA   "73472000002"
#define HEAD  "call_id,start,answer,end,duration,direction,caller,callee\n"

/* Kazan has "spring" until 16 October, then "autumn"; Ufa none. */
static inline void traffic_office(struct fixture *f)
{
	want_two_cities(f);
	want(f, "number[0].campaign", "spring");
	want(f, "department[1].zone", "Europe/Berlin");
	apply_at(f, "2024-01-01T00:00:00+03:00");
	want_two_cities(f);
	want(f, "number[0].campaign", "autumn");
	want(f, "department[1].zone", "Europe/Berlin");
	apply_at(f, "2026-10-16T00:00:00+03:00");
	usual_tariff(f);
}

static inline int traffic_setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	traffic_office(f);
	*state = f;
	return 0;
}

static inline int traffic_teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

#define TRAFFIC_TEST(t) cmocka_unit_test_setup_teardown(t, traffic_setup, \
							traffic_teardown)

/* The row of this name (NULL: the total). */
static inline tw_traffic_row traffic_of(struct fixture *f, uint32_t by,
					const char *name)
{
	tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
	tw_traffic_row row = TW_TRAFFIC_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_traffic *traffic;

	options.by = by;
	options.month = "2026-10";
	if (tw_report_traffic(&traffic, f->store, &options, &err))
		fail_msg("traffic: %s: %s", err.field, err.message);
	while (tw_traffic_next(&row, traffic, &err) == TW_OK) {
		if (name ? !row.is_total && strcmp(row.name, name) == 0 :
		    row.is_total) {
			tw_traffic_free(traffic);
			return row;
		}
	}
	fail_msg("no row %s", name ? name : "(total)");
	return row;
}

#endif
