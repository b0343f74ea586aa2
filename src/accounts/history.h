/**
 * @file src/accounts/history.h  What became of each stored call
 */
#ifndef TW_SRC_ACCOUNTS_HISTORY_H
#define TW_SRC_ACCOUNTS_HISTORY_H

#include "rollup.h"

/* A leg that its partner counts (join.c); its charge is of its direction. */
#define TW_LEG_CHARGED (-1)
/* A record that came as a call of its own and is the way on of another one
 * (regroup.c): a forwarded leg, whatever direction its row has. */
#define TW_LEG_FORWARDED (-2)

/* What a call stands for in the books, at one time of its life. */
struct tw__standing {
	int64_t department, carrier, number;
	int64_t leg;             /* as stored: 0 is an attempt or a twin,
				    or TW_LEG_CHARGED, TW_LEG_FORWARDED */
	int64_t rate_state, reason;
	int64_t tariff_version;  /* 0 and the like unless it is rated */
	int64_t rate_row, charged_s;
	int64_t cost_nanos, net_nanos, vat_nanos;
	int64_t currency, destination;  /* words */
	int64_t direction;       /* what amendments rarely change: kept where
				    they do, apart from the members above */
};
#define TW_STANDING_COUNT 14     /* without direction */

struct tw__stored {
	tw_time start;
	int64_t key, batch, undone;
	int64_t duration_us;
	bool answered;
	struct tw__standing now;
	struct tw_stmt *row;     /* a history's has its record's columns too,
				    from TW_RECORD_FIRST on; borrowed */
};
/* content, marks, call_id, linked, sequence, status, answer_after_us,
 * end_after_us, caller, callee, trunk, source_cost_nanos */
#define TW_RECORD_FIRST 21
#define TW_RECORD_MARKS 22
#define TW_ALWAYS { INT64_MIN, INT64_MAX }
typedef tw_status tw__stored_fn(const struct tw__stored *call, void *arg,
				tw_error *err);

/* Calls that start in [range[0], range[1]], both ends included, in order of
 * (start, key): of one batch, or (0) of all, taken-back ones too. */
tw_status tw__stored_scan(tw_store *store, const int64_t range[2],
			  int64_t batch, tw__stored_fn *fn, void *arg,
			  tw_error *err);
/* The rollup row of a call that stands for `standing`; period left open. */
void tw__stored_row(struct tw__rollup_row *out,
		    const struct tw__stored *call,
		    const struct tw__standing *standing);

/* One thing that happened to the books. */
struct tw__event {
	const struct tw__stored *call;
	const struct tw__standing *standing;
	struct tw__posted posted;
	int64_t batch, run;      /* who brought it: one of them is 0 */
	bool turned;             /* the run gave it another direction */
};
typedef tw_status tw__event_fn(const struct tw__event *event, void *arg,
			       tw_error *err);

/* Everything from the beginning, of calls that start in the range: each call
 * as it came in, each amendment (the old away, the new to it), each call that
 * was taken back. */
tw_status tw__history_scan(tw_store *store, const int64_t range[2],
			   tw__event_fn *fn, void *arg, tw_error *err);
/* The rollup as history makes it. */
tw_status tw__history_rollup(struct tw__rollup *out, tw_store *store,
			     struct tw__book *book, tw_error *err);

#endif
