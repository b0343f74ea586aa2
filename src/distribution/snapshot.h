/**
 * @file src/distribution/snapshot.h  What of an engine goes into a snapshot
 *
 * One table for each kind of thing says which of its members are saved as
 * they are; a new member of a struct that matters gets a row there. What
 * points at something else is written as a number: targets, pools and
 * schedules by id, calls and offers by slot, 0 for none.
 *
 *   magic, version, size of all, the engine's own
 *   skills    name
 *   targets   name, kind, why paused, saved, timer
 *   pools     name, policy, members (target, tier, weight, saved), who
 *             answered whom, tiers (state)
 *   schedules name
 *   plans     name, is it current, steps (saved, pool, schedule,
 *             plan)
 *   calls     live ones (slot, generation, saved, plan, pool,
 *             preferred target, plans before, timer, tried), then the
 *             free slots in their order, with generations
 *   offers    likewise; those of one call in the order of ringing
 *   due calls, freed targets, callers who dropped, unread decisions and
 *   events, digest
 */
#ifndef TW_SRC_DISTRIBUTION_SNAPSHOT_H
#define TW_SRC_DISTRIBUTION_SNAPSHOT_H

#include "base/pack.h"
#include "policy.h"
#include <trunkwise/snapshot.h>

#define TW_SNAPSHOT_MAGIC   "TWSTATE\n"
#define TW_SNAPSHOT_VERSION 3u     /* also when an enum tw_why changes */
#define TW_SNAPSHOT_OLDEST  2u     /* without weights of members */
#define TW_SNAPSHOT_DIGEST  32u
#define TW_SNAPSHOT_HEAD    20u    /* magic, version, size */

/* Least bytes of one of each, against counts that cannot be. */
#define TW_LEAST_THING 3u
#define TW_LEAST_SLOT  12u

extern const struct tw_saved_table tw__saved_engine;
extern const struct tw_saved_table tw__saved_target;
extern const struct tw_saved_table tw__saved_member;
extern const struct tw_saved_table tw__saved_pace;
extern const struct tw_saved_table tw__saved_step;
extern const struct tw_saved_table tw__saved_call;
extern const struct tw_saved_table tw__saved_offer;
extern const struct tw_saved_table tw__saved_drop;
extern const struct tw_saved_table tw__saved_row;

/* news.c */
struct tw_engine_changes *tw__news_new(void);
/* Names are cut. @return TW_OK, TW_ENOMEM */
tw_status tw__news_add(struct tw_engine_changes *changes, uint32_t change,
			  const char *kind, const char *name,
			  const char *detail);

#endif
