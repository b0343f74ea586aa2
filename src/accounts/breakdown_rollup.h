/**
 * @file src/accounts/breakdown_rollup.h  Months that are added up already
 */
#ifndef TW_SRC_ACCOUNTS_BREAKDOWN_ROLLUP_H
#define TW_SRC_ACCOUNTS_BREAKDOWN_ROLLUP_H

#include "breakdown_clock.h"
#include "breakdown_read.h"
#include "report_period.h"

/* Months in a row, both included. summed: the kept sums say what their calls
 * say. */
struct tw__cut_span {
	int64_t months[2];
	bool summed;
};

struct tw__cut_spans {
	struct tw__cut_span rows[TW_REPORT_MONTHS_MAX];
	size_t count;
};

/* All months of a question, in their order. clocks: those of its departments
 * where weekdays or hours are asked for. */
tw_status tw__cut_spans(struct tw__cut_spans *out,
			const struct tw__cut_question *question,
			const struct tw__cut_clocks *clocks,
			struct tw__book *book, tw_store *store,
			tw_error *err);
/* Adds up a span that is summed. */
tw_status tw__cut_rollup_read(struct tw__cut_groups *groups,
			      struct tw__cut_currencies *currencies,
			      const struct tw__cut_question *question,
			      const struct tw__cut_span *span,
			      tw_store *store, tw_error *err);

#endif
