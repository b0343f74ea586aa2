/* Two cities, calls of every kind, and the row of a question. */
#ifndef TW_TESTS_BREAKDOWN_FIXTURE_H
#define TW_TESTS_BREAKDOWN_FIXTURE_H

#include "traffic_fixture.h"

static inline tw_breakdown *breakdown_of(struct fixture *f, uint32_t count,
					 const uint32_t *by)
{
	tw_breakdown_options options = TW_BREAKDOWN_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_breakdown *breakdown;

	options.count = count;
	memcpy(options.by, by, count * sizeof(*by));
	options.from = "2026-09";
	options.to = "2026-11";
	if (tw_report_breakdown(&breakdown, f->store, &options, &err))
		fail_msg("breakdown: %s: %s", err.field, err.message);
	return breakdown;
}

/* "a|b" names a row by its keys, NULL the first total. */
static inline tw_breakdown_row cut_row(struct fixture *f, uint32_t first,
				       uint32_t second, const char *keys)
{
	const uint32_t by[] = { first, second };
	tw_breakdown *breakdown = breakdown_of(f, second ? 2 : 1, by);
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	char text[300];

	while (tw_breakdown_next(&row, breakdown, &err) == TW_OK) {
		snprintf(text, sizeof(text), second ? "%s|%s" : "%s",
			 row.key[0], row.key[1]);
		if (keys ? !row.is_total && strcmp(text, keys) == 0 :
		    row.is_total) {
			tw_breakdown_free(breakdown);
			return row;
		}
	}
	fail_msg("no row %s", keys ? keys : "(total)");
	return row;
}

#endif
