/**
 * @file join.h  One call that two sources have told
 *
 * A company with a cloud PBX has its records (who answered, no cost) and the
 * carrier's (cost, no department). tw_cdr_join() finds which of them are one
 * call: the same other party in the same direction, at the same time by two
 * clocks whose offset is measured from the calls themselves, and, where
 * several calls of one party lie close together, by how long they talked. What
 * fits in more than one way is listed and never guessed.
 *
 * Of two records that are one call the source that is truth for `answer`
 * counts it, the one for `cost` charges it, and the one for `department` says
 * whose it is, on both. Records that stand alone stay as they are. Of
 * ambiguous ones as many as fit are counted and charged once; whose they are
 * stays as each record found it. They are looked at, and listed, each time
 * again, until a record that came since makes them plain or a person accepts
 * a pair (who, when and which stands in the run), or says of one that it is
 * nobody's twin. All of it are amendments
 * (ledger.h): closed months do not change, and taking a batch back takes its
 * pairs apart.
 */
#ifndef TRUNKWISE_JOIN_H
#define TRUNKWISE_JOIN_H

#include <trunkwise/report.h>

TW_BEGIN_DECLS

#define TW_JOIN_DRY_RUN 0x1u

#define TW_JOIN_FIRST  0u       /* who is truth */
#define TW_JOIN_SECOND 1u

typedef struct tw_join_options {
	uint32_t size;
	uint32_t flags;              /* TW_JOIN_ */
	const char *month;           /* of the calls' starts, "2026-10" */
	const char *first;           /* source (tw_import_options.source) */
	const char *second;
	uint32_t answer;             /* TW_JOIN_FIRST or _SECOND */
	uint32_t department;
	uint32_t cost;
	uint32_t window_s;           /* how far starts may lie apart once the
					offset is taken off; 0: 60 */
	uint32_t offset_max_s;       /* how far clocks may differ; 0: 900 */
	uint32_t reserved;
	const char *accept_first;    /* call ids of two records that somebody
					knows to be one call, or NULL: joined
					before all others are looked at */
	const char *accept_second;
	const char *alone;           /* call id of a record that somebody knows
					to have no twin in the other source, or
					NULL: it is looked at no more, until it
					is accepted in a pair or its batch is
					taken back */
	uint32_t alone_of;           /* its source: TW_JOIN_FIRST, _SECOND */
	uint32_t reserved_2;
} tw_join_options;
#define TW_JOIN_OPTIONS_INIT { sizeof(tw_join_options), 0, NULL, NULL, NULL, \
	TW_JOIN_FIRST, TW_JOIN_FIRST, TW_JOIN_SECOND, 0, 0, 0, NULL, NULL, \
	NULL, TW_JOIN_FIRST, 0 }

/** Each record of the month that was not joined before is in one count;
 * ambiguous ones are in theirs each time, until something settles them. */
typedef struct tw_join {
	uint32_t size;
	uint32_t reserved;
	uint64_t run;                /* of the amendments; 0: none */
	uint64_t joined;             /* pairs, with the accepted one */
	uint64_t only_first;
	uint64_t only_second;
	uint64_t ambiguous_first;
	uint64_t ambiguous_second;
	int64_t offset_us;           /* second's clock less the first's */
} tw_join;
#define TW_JOIN_INIT { sizeof(tw_join), 0, 0, 0, 0, 0, 0, 0, 0 }

/** `out_list` (new, or NULL): answered records that stand alone (kind
 * "only_first", "only_second") and all ambiguous ones ("ambiguous_first",
 * "ambiguous_second"): key = the other party, seconds = talk, at = start,
 * detail = call id.
 * @return TW_OK, TW_EPARSE (month), TW_EINVAL, TW_ENOTFOUND (a source that
 *         has no calls, no company zone; a named record that is not open),
 *         TW_ECONFLICT (its id has several records), TW_EREFUSED (an accepted
 *         pair that is not one call: another party, direction or time) */
TW_EXTERN(tw_status) tw_cdr_join(tw_join *out, tw_listing **out_list,
	tw_store *store, const tw_join_options *options, tw_error *err);

TW_END_DECLS

#endif
