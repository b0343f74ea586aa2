/**
 * @file snapshot.h  An engine's state as bytes and back; another configuration
 *
 * A snapshot holds what moves: states and idle clocks of targets, cursors and
 * counters of policies, live calls with their offers and talks, waiting ones,
 * deadlines, unread rows. It does not hold what stands still: restore it into
 * an engine that was made from the configuration as it is now. Things are
 * known by name, so their order there does not matter; ids of calls and
 * offers stay. From then on both engines decide the same.
 *
 * What is not in the configuration any more loses what the snapshot knows of
 * it, with a row that says so; where a live call still uses it, it stays,
 * without a place in any pool, until the call is over. A live call goes
 * through the steps of the plan as it was when the call came: only who is in
 * the pools is that of now.
 *
 * The bytes are the same on every machine, begin with "TWSTATE\n" and a
 * version, and end with a digest. State of an own policy (sys/policy.h) is
 * not in them.
 *
 * One thread at a time per engine.
 */
#ifndef TRUNKWISE_SNAPSHOT_H
#define TRUNKWISE_SNAPSHOT_H

#include <trunkwise/distribution.h>

TW_BEGIN_DECLS

/** out: new, free with tw_free(). Changes nothing.
 * @return TW_OK, TW_EREFUSED (inside a policy), TW_ENOMEM */
TW_EXTERN(tw_status) tw_engine_snapshot(void **out, size_t *out_size,
	const tw_engine *engine, tw_error *err);

#define TW_ENGINE_NEW       1u  /* was not there before */
#define TW_ENGINE_CHANGED   2u  /* has other options or members */
#define TW_ENGINE_GONE      3u  /* is not there any more */
#define TW_ENGINE_DRAINS    4u  /* likewise, but live calls still use it */
#define TW_ENGINE_FORGOTTEN 5u  /* is there, but starts anew */

typedef struct tw_engine_change {
	uint32_t size;
	uint32_t change;             /* TW_ENGINE_ */
	char kind[16];               /* "target", "pool", "member", "plan" */
	char name[128];
	char detail[160];            /* in words */
} tw_engine_change;
#define TW_ENGINE_CHANGE_INIT { sizeof(tw_engine_change), 0, "", "", "" }

typedef struct tw_engine_changes tw_engine_changes;

/** Into an engine that never had a call. changes: new, what found no place;
 * NULL if nobody asks. Nothing changes on failure.
 * @return TW_OK, TW_EPARSE (these bytes are no snapshot, cut off, or
 * damaged), TW_EVERSION (of a newer library; those of the format before are
 * read), TW_ECONFLICT (the engine had calls), TW_EREFUSED (inside a policy),
 * TW_ENOMEM */
TW_EXTERN(tw_status) tw_engine_restore(tw_engine_changes **changes,
	tw_engine *engine, const void *data, size_t size, tw_error *err);

/** Another configuration under live calls, whole or not at all. `fresh` is an
 * engine made from it that never had a call; taken when this succeeds, else
 * good for nothing but tw_engine_free(). What moves survives by the rules
 * above: states, cursors, counters, reservations, waiting calls, talks and
 * unread rows; who is new to a pool is there for the calls that wait. Ids of
 * calls and offers stay; those of targets, pools, schedules and plans are the
 * ones that `fresh` gave, and own policies are its own. changes: new, what
 * is different of targets, pools, members and plans; NULL if nobody asks.
 * What an own policy then does wrong is told by the next verb.
 * @return TW_OK, TW_ECONFLICT (fresh had calls), TW_EREFUSED (inside a
 * policy), TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_engine_reload(tw_engine_changes **changes,
	tw_engine *engine, tw_engine *fresh, tw_time now, tw_error *err);

/** @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_engine_changes_next(tw_engine_change *out,
	tw_engine_changes *changes, tw_error *err);
TW_EXTERN(void) tw_engine_changes_free(tw_engine_changes *changes);

TW_END_DECLS

#endif
