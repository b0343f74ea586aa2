/**
 * @file policy.h  A policy of your own: who of a tier rings next
 *
 * The engine asks pick() for one member of a tier and makes the offer in the
 * same step; the other callbacks tell what became of it, so that a policy may
 * count. A policy sees members through the functions below and only while it
 * is asked. It decides nothing else: tiers, ring times, steps and
 * reservations stay the engine's.
 *
 * It is asked inside a verb of the engine, on its thread, and may not call
 * the engine: every verb is then TW_EREFUSED and changes nothing. Replayed
 * calls give the same decisions only if the policy does.
 *
 * What it does wrong (a status, a member that is not among those it was
 * shown) is told by the verb that asked, as TW_EREFUSED: nothing was offered,
 * and the call is at its next step, as if nobody had been ready. The verb
 * itself was done, so do not repeat it; only tw_call_enter() is not: the
 * call is not in the engine.
 *
 * A weaker promise than elsewhere: this table may change between releases in
 * more ways than growing at its end.
 */
#ifndef TRUNKWISE_SYS_POLICY_H
#define TRUNKWISE_SYS_POLICY_H

#include <trunkwise/distribution.h>

TW_BEGIN_DECLS

#define TW_POLICY_OWN 1000u     /* the first id of these */
#define TW_POLICY_OWN_MAX 64u   /* in one engine */
#define TW_POLICY_STATE_MAX 65536u
#define TW_POLICY_SAVED_MAX 65536u

/** One tier of a pool while a policy is asked or told something. */
typedef struct tw_look tw_look;

#define TW_PLACE_NONE UINT32_MAX

typedef struct tw_look_facts {
	uint32_t size;
	uint32_t tier;
	tw_time now;
	tw_pool_id pool;
	uint32_t step;
	tw_call_id call;
} tw_look_facts;
#define TW_LOOK_FACTS_INIT { sizeof(tw_look_facts), 0, 0, { 0 }, 0, { 0 } }
TW_EXTERN(tw_status) tw_look_read(tw_look_facts *out, const tw_look *look,
				  tw_error *err);

/** Members that may be picked: ready, and not offered in this step. By order;
 * start with TW_PLACE_NONE. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_look_next(uint32_t *place, const tw_look *look,
				  tw_error *err);

typedef struct tw_member_facts {
	uint32_t size;
	tw_target_id target;
	uint32_t order;
	uint32_t weight;
	uint32_t held;               /* calls it has now, of any pool */
	uint32_t capacity;
	uint64_t skills;
	tw_time idle_since;          /* TW_TIME_MIN: not used yet */
} tw_member_facts;
#define TW_MEMBER_FACTS_INIT { sizeof(tw_member_facts), { 0 }, 0, 0, 0, 0, \
	0, 0 }
/** Any member of the tier. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_look_member(tw_member_facts *out,
	const tw_look *look, uint32_t place, tw_error *err);

/** What a policy has kept for a tier, as bytes in a snapshot. They are read
 * by another process and maybe by a later release of yours: write numbers
 * byte by byte, members by their `order` and never by place, and count
 * `version` up when the layout changes. */
typedef struct tw_policy_bytes {
	void *data;                  /* save: room for TW_POLICY_SAVED_MAX */
	size_t size;                 /* save: how many were written; 0: none,
					it begins anew */
	uint32_t version;
	uint32_t reserved;
} tw_policy_bytes;

/** pick is required; NULL: not wanted. */
typedef struct tw_policy_table {
	uint32_t size;
	uint32_t state_size;         /* bytes for each tier, zeroed; 0: none */
	const char *name;            /* copied; as in pools of a deployment */

	/* A place that tw_look_next() gives, or TW_PLACE_NONE for nobody,
	 * which makes the next tier's turn; a call in line waits
	 * on then. */
	tw_status (*pick)(uint32_t *out, const tw_look *look, void *state,
			  void *arg, tw_error *err);
	tw_status (*offered)(const tw_look *look, uint32_t place,
			     void *state, void *arg, tw_error *err);
	tw_status (*answered)(const tw_look *look, uint32_t place,
			      void *state, void *arg, tw_error *err);
	/* outcome: TW_OUTCOME_; ANSWERED when the talk ends */
	tw_status (*ended)(const tw_look *look, uint32_t place,
			   uint32_t outcome, void *state, void *arg,
			   tw_error *err);
	void (*clear)(void *state, void *arg);  /* before it is freed */

	void *arg;
	void (*arg_free)(void *arg); /* with the engine; not on failure */

	/* For snapshots and reloads, which refuse what these refuse. Without
	 * them, and where the engine of now has another policy, it begins
	 * anew. They may not keep `bytes->data`. load() is given state as for
	 * a new tier; the look has members of now, no call, and the time is
	 * not yet that of the snapshot. */
	tw_status (*save)(tw_policy_bytes *out, const tw_look *look,
			  const void *state, void *arg, tw_error *err);
	tw_status (*load)(const tw_policy_bytes *bytes, const tw_look *look,
			  void *state, void *arg, tw_error *err);
} tw_policy_table;
#define TW_POLICY_TABLE_INIT { sizeof(tw_policy_table), 0, NULL, NULL, NULL, \
	NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** Before pools that use it. out: an id from TW_POLICY_OWN on, of this
 * engine. @return TW_OK, TW_EINVAL, TW_EEXIST (the name is taken), TW_ERANGE
 * (too many), TW_ENOMEM */
TW_EXTERN(tw_status) tw_engine_add_policy(uint32_t *out, tw_engine *engine,
	const tw_policy_table *policy, tw_error *err);

/** A policy's id by its name, also the library's own.
 * @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_engine_find_policy(uint32_t *out,
	const tw_engine *engine, const char *name, tw_error *err);

TW_END_DECLS

#endif
