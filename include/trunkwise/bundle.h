/**
 * @file bundle.h  Minutes per period that calls consume instead of paying
 *
 * A bundle's minutes lie in *pots*, one for each period. A call draws from
 * the pot of the period of its answer, and then, where the bundle carries
 * over, from what the period before has left; older pots are lost. How much
 * was drawn from which pot is all the state there is, and a host may keep it.
 * No clock, no file. One thread at a time.
 *
 * The order of things: tw_bundles_left() before a call is rated
 * (request.bundle_left_s), tw_bundles_take() of charge.bundle_s once it is
 * certain, tw_bundles_give_back() when it is taken back.
 */
#ifndef TRUNKWISE_BUNDLE_H
#define TRUNKWISE_BUNDLE_H

#include <trunkwise/tariff.h>

TW_BEGIN_DECLS

#define TW_PERIOD_MONTH 1u
#define TW_PERIOD_WEEK  2u      /* from Monday */
#define TW_PERIOD_DAY   3u

/** "month", "week" or "day". @return TW_OK, TW_EPARSE */
TW_EXTERN(tw_status) tw_period_parse(uint32_t *out, const char *name,
				     tw_error *err);

/** One bundle, or one version of it: versions have the same id and times
 * [since, until) that do not overlap. A call is served by the version in force
 * at its answer; what a period hands on is counted by the version at its end.
 * Arrays and texts are borrowed for the call of tw_bundles_add(). */
typedef struct tw_bundle {
	uint32_t size;
	uint32_t period;             /* TW_PERIOD_ */
	uint32_t carry_over;         /* 1: the next period gets what is left */
	uint32_t reserved;
	uint64_t id;                 /* what uses name */
	int64_t seconds;             /* of each period, >= 0 */
	tw_time from;                /* periods that begin in [from, to) */
	tw_time to;
	tw_time since;               /* the version is in force */
	tw_time until;
	const char *const *prefixes; /* of called numbers; NULL: all */
	size_t prefix_count;
	const uint64_t *departments; /* who shares it; NULL: everybody */
	size_t department_count;     /* 0 beside a list: nobody */
} tw_bundle;
#define TW_BUNDLE_INIT { sizeof(tw_bundle), TW_PERIOD_MONTH, 0, 0, 0, 0, \
	TW_TIME_MIN, TW_TIME_MAX, TW_TIME_MIN, TW_TIME_MAX, NULL, 0, NULL, 0 }

/** What matters of a call. */
typedef struct tw_bundle_call {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_: outbound and forward */
	const char *number;          /* digits called */
	uint64_t department;         /* 0: nobody's */
	tw_time answer;
} tw_bundle_call;
#define TW_BUNDLE_CALL_INIT { sizeof(tw_bundle_call), \
	TW_DIRECTION_OUTBOUND, NULL, 0, 0 }

/** Seconds drawn from one pot. Uses stand in arrays: this struct stays as
 * large as it is. */
typedef struct tw_bundle_use {
	uint32_t size;
	uint32_t reserved;
	uint64_t bundle;
	tw_time period;              /* when the pot's period begins */
	int64_t seconds;
} tw_bundle_use;
#define TW_BUNDLE_USE_INIT { sizeof(tw_bundle_use), 0, 0, 0, 0 }

typedef struct tw_bundles tw_bundles;

/** Periods begin at local midnights of this zone. @return TW_OK (new) */
TW_EXTERN(tw_status) tw_bundles_new(tw_bundles **out, tw_zone *zone,
				    tw_error *err);
TW_EXTERN(void) tw_bundles_free(tw_bundles *bundles);

/** The next one in the order of consumption; a further version takes the
 * place of its bundle. @return TW_OK, TW_EINVAL, TW_ECONFLICT (versions
 * overlap) */
TW_EXTERN(tw_status) tw_bundles_add(tw_bundles *bundles,
				    const tw_bundle *bundle, tw_error *err);

/** Seconds that all bundles together have left for a call; 0 when none
 * serves it. @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_bundles_left(int64_t *out_seconds,
				     tw_bundles *bundles,
				     const tw_bundle_call *call,
				     tw_error *err);

/** Draws seconds, from each bundle in order and from its own period first.
 * `count` is the room in `out` and becomes the number of uses: at most two a
 * bundle. All or nothing. @return TW_OK, TW_ERANGE (not so many are left, or
 * no room), TW_EINVAL */
TW_EXTERN(tw_status) tw_bundles_take(tw_bundle_use *out, uint32_t *count,
				     tw_bundles *bundles,
				     const tw_bundle_call *call,
				     int64_t seconds, tw_error *err);

/** Puts a use back. @return TW_OK, TW_ERANGE (more than was drawn) */
TW_EXTERN(tw_status) tw_bundles_give_back(tw_bundles *bundles,
					  const tw_bundle_use *use,
					  tw_error *err);

/** The state: every pot that was drawn from, by index; TW_ITER_END past the
 * last. */
TW_EXTERN(tw_status) tw_bundles_state(tw_bundle_use *out,
				      const tw_bundles *bundles,
				      size_t index, tw_error *err);
/** Sets what was drawn from one pot: how a host's state comes in. */
TW_EXTERN(tw_status) tw_bundles_restore(tw_bundles *bundles,
					const tw_bundle_use *use,
					tw_error *err);

/** [from, to) of the period that holds an instant.
 * @return TW_OK, TW_EINVAL, TW_ERANGE (beyond the years 1..9999) */
TW_EXTERN(tw_status) tw_period_range(tw_time *out_from, tw_time *out_to,
				     uint32_t period, const tw_zone *zone,
				     tw_time at, tw_error *err);

TW_END_DECLS

#endif
