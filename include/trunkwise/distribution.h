/**
 * @file distribution.h  Who rings: pools, plans, schedules, offers
 *
 * A pure engine: no thread, socket or clock. Every verb takes `now` (UTC
 * microseconds from your clock), changes state at once and may queue
 * decisions; read them with tw_engine_next() until TW_ITER_END, then sleep
 * until tw_engine_deadline(). The same calls in the same order with the same
 * seed give the same decisions.
 *
 * Terms: a *target* is what can ring (a phone, a landline, a mobile) with a
 * capacity; a *member* is a target in a *pool*; a *plan* is an ordered list
 * of steps; an *offer* is one reservation of one target for one call, made in
 * the same atomic step that chose it. (`member` means the caller in
 * FreeSWITCH's mod_callcenter; never here.)
 *
 * One thread at a time per engine.
 */
#ifndef TRUNKWISE_DISTRIBUTION_H
#define TRUNKWISE_DISTRIBUTION_H

#include <trunkwise/time.h>

TW_BEGIN_DECLS

typedef struct tw_engine tw_engine;

typedef struct tw_target_id { uint32_t id; } tw_target_id;
typedef struct tw_pool_id { uint32_t id; } tw_pool_id;
typedef struct tw_schedule_id { uint32_t id; } tw_schedule_id;
typedef struct tw_plan_id { uint32_t id; } tw_plan_id;
typedef struct tw_call_id { uint64_t id; } tw_call_id;    /* 0: none */
typedef struct tw_offer_id { uint64_t id; } tw_offer_id;

/* ---- what stands still: configuration ---- */

#define TW_HOST_PLAY      0x01u  /* host capabilities */
#define TW_HOST_DTMF      0x02u
#define TW_HOST_RECORD    0x04u
#define TW_HOST_VOICEMAIL 0x08u
#define TW_HOST_TRANSFER  0x10u
#define TW_HOST_CALLBACK  0x20u  /* dials callers who left a ticket */

typedef struct tw_engine_options {
	uint32_t size;
	uint32_t host;               /* TW_HOST_ what the host can do */
	uint64_t seed;               /* for policies that draw */
	uint32_t calls_max;          /* live calls, waiting ones too, 1 to
					4000000; more: TW_EBUSY */
	uint32_t priority_ms;        /* one step of a call's priority is worth
					so long a wait; 0: priorities count
					for nothing */
	uint32_t resume_ms;          /* who drops while waiting or ringing and
					calls the same plan again within it
					(known by `affinity`) has his age
					back; 0: begins anew */
	uint32_t reserved;
	const struct tw_policy_table *policy;  /* of your own, those that
					pools may have (sys/policy.h);
					borrowed for the call */
	size_t policy_count;
} tw_engine_options;
#define TW_ENGINE_OPTIONS_INIT { sizeof(tw_engine_options), 0, 1, 100000, \
	60000, 0, 0, NULL, 0 }

/** @return TW_OK, TW_EINVAL, of a policy as tw_engine_add_policy(),
 * TW_ENOMEM */
TW_EXTERN(tw_status) tw_engine_new(tw_engine **out,
				   const tw_engine_options *options,
				   tw_error *err);
TW_EXTERN(void) tw_engine_free(tw_engine *engine);

#define TW_TARGET_PHONE    1u
#define TW_TARGET_LANDLINE 2u   /* reached through a carrier: a paid leg */
#define TW_TARGET_MOBILE   3u   /* likewise */

typedef struct tw_target_options {
	uint32_t size;
	uint32_t kind;               /* TW_TARGET_ */
	const char *name;            /* unique; borrowed for the call */
	uint32_t capacity;           /* calls at a time, 1.. */
	uint32_t wrap_up_ms;         /* pause after an answered call */
	uint32_t busy_ms;            /* not offered so long after it was found
					busy; for landlines and mobiles, whose
					state is not known before dialling */
	uint32_t no_answer_ms;       /* likewise after an offer that rang in
					vain; the longest rest counts */
	uint32_t rejected_ms;        /* after one that it refused */
	uint32_t unreachable_ms;     /* after one that did not get there */
} tw_target_options;
#define TW_TARGET_OPTIONS_INIT { sizeof(tw_target_options), \
	TW_TARGET_PHONE, NULL, 1, 0, 0, 0, 0, 0 }

/** New targets are TW_TARGET_AVAILABLE; a phone that has not registered yet
 * is for the host to set TW_TARGET_UNREACHABLE. */
TW_EXTERN(tw_status) tw_engine_add_target(tw_target_id *out,
	tw_engine *engine, const tw_target_options *options, tw_error *err);

#define TW_POLICY_ALL          1u  /* best tier rings at once */
#define TW_POLICY_LINEAR       2u  /* from the top for every call */
#define TW_POLICY_ROUND_ROBIN  3u  /* next after the last offered */
#define TW_POLICY_LONGEST_IDLE 4u  /* longest since last call/offer/ready */
#define TW_POLICY_STICKY       5u  /* who answered this caller last, else
				      the caller's own by rendezvous */
#define TW_POLICY_RANDOM       6u  /* each as likely */
#define TW_POLICY_WEIGHTED     7u  /* in turn, in proportion to weights */
#define TW_POLICY_WEIGHTED_RANDOM 8u  /* by chance, in proportion */
#define TW_POLICY_FEWEST_CALLS 9u  /* answered in this pool */
#define TW_POLICY_LEAST_TALK   10u /* in this pool */
#define TW_POLICY_LEAST_OCCUPIED 11u  /* least part of the time at work
					 lately: half-life half an hour */
#define TW_POLICY_RING_N       12u /* the first `ring_count` at once */
#define TW_POLICY_PROGRESSIVE  13u /* one more every `delay_ms` */

/* What each means exactly: docs/policies.md. */

/** @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_policy_parse(uint32_t *out, const char *name,
				     tw_error *err);

#define TW_ADVANCE_OFFER  0u   /* round_robin goes on with each offer */
#define TW_ADVANCE_ANSWER 1u   /* with each answer: who does not answer is
				  next for the next call too */

#define TW_IDLE_THIS_POOL  0x1u  /* only calls of this pool end idleness */
#define TW_IDLE_UNANSWERED 0x2u  /* an offer left unanswered does not */
#define TW_IDLE_WRAP_UP    0x4u  /* wrap-up counts as idle */
#define TW_IDLE_AWAY       0x8u  /* so does time unreachable or paused */

typedef struct tw_pool_options {
	uint32_t size;
	uint32_t policy;             /* TW_POLICY_ */
	const char *name;
	uint32_t ring_ms;            /* one offer rings so long; 0: the step's
					whole time */
	uint32_t ring_count;         /* ring_n: so many at once; 0: 3 */
	uint32_t delay_ms;           /* progressive: until one more rings,
					1000..600000; 0: 5000 */
	uint32_t advance_on;         /* round_robin: TW_ADVANCE_ */
	uint32_t idle;               /* longest_idle: TW_IDLE_, or'ed */
} tw_pool_options;
#define TW_POOL_OPTIONS_INIT { sizeof(tw_pool_options), TW_POLICY_ALL, \
	NULL, 0, 3, 5000, TW_ADVANCE_OFFER, 0 }

TW_EXTERN(tw_status) tw_engine_add_pool(tw_pool_id *out, tw_engine *engine,
	const tw_pool_options *options, tw_error *err);

typedef struct tw_member_options {
	uint32_t size;
	uint32_t tier;               /* lower rings first, the next tier only
					when a lower one has nobody ready */
	uint32_t order;              /* stable place, unique in the pool */
	uint32_t weight;             /* share of the calls, 1..65535 */
	uint32_t confirm;            /* 1: an answer counts only with a key
					pressed, since a mailbox may answer;
					never offered by a host without
					TW_HOST_DTMF */
	uint32_t reserved;
	uint64_t skills;             /* what it can, a bit each: by name with
					tw_engine_add_skill() */
} tw_member_options;
#define TW_MEMBER_OPTIONS_INIT { sizeof(tw_member_options), 0, 0, 1, 0, 0, 0 }

#define TW_SKILLS_MAX 64u        /* in one engine */

/** A skill by its name: the bit that stands for it in members and calls. Who
 * names skills names all: others may be given any bit. Snapshots know them by
 * name, and after another configuration came in they have other bits: ask
 * again. @return TW_OK, TW_EEXIST, TW_ERANGE (the 65th), TW_EINVAL */
TW_EXTERN(tw_status) tw_engine_add_skill(uint64_t *out, tw_engine *engine,
	const char *name, tw_error *err);
/** @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_engine_find_skill(uint64_t *out,
	const tw_engine *engine, const char *name, tw_error *err);

/** Calls that ring in the pool already meet a new member in their next step.
 * options NULL: all defaults.
 * @return TW_OK, TW_ENOTFOUND, TW_EEXIST (is a member), TW_ECONFLICT (order
 * is taken), TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_pool_add_member(tw_engine *engine, tw_pool_id pool,
	tw_target_id target, const tw_member_options *options, tw_error *err);

/** The counts of fewest_calls, least_talk and least_occupied begin anew for
 * the whole pool: at the start of a shift. So do the turns of weighted. Who
 * comes back from away starts at what the pool is offering by itself.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL (now) */
TW_EXTERN(tw_status) tw_pool_reset(tw_engine *engine, tw_pool_id pool,
				   tw_time now, tw_error *err);

/** Weekly hours in the zone's wall clock; zone is referenced, not taken. */
TW_EXTERN(tw_status) tw_engine_add_schedule(tw_schedule_id *out,
	tw_engine *engine, const char *name, tw_zone *zone, tw_error *err);

/** Open [from_min, to_min) on the days of `day_mask` (bit 0 = Monday);
 * minutes after local midnight; to_min <= from_min crosses midnight and
 * belongs to the day it starts on; to_min 1440 is midnight. */
TW_EXTERN(tw_status) tw_schedule_add_hours(tw_engine *engine,
	tw_schedule_id schedule, uint32_t day_mask, uint32_t from_min,
	uint32_t to_min, tw_error *err);

/** Minutes after local midnight, half-open; as those of weekly hours. */
typedef struct tw_day_span {
	uint32_t from_min;
	uint32_t to_min;
} tw_day_span;

#define TW_DAY_CLOSED 1u  /* not open at all */
#define TW_DAY_LIKE   2u  /* the weekly hours of `weekday` */
#define TW_DAY_HOURS  3u  /* those in `span` */
#define TW_DAY_OWN    4u  /* its own weekly hours: to be made short */

/** Dates that differ from the week: holidays, working Saturdays, short days.
 * Hours belong to the date they start on; what began the day before still
 * runs over midnight into a date that is closed. */
typedef struct tw_override_options {
	uint32_t size;
	uint32_t kind;               /* TW_DAY_ */
	int32_t year, month, day;    /* the first date, in the zone */
	uint32_t days;               /* how many in a row, 1..366 */
	uint32_t weekday;            /* of LIKE; 0 Monday .. 6 Sunday */
	uint32_t short_min;          /* the day's last closing comes so much
					earlier, 0..1439; not of CLOSED */
	const tw_day_span *span;         /* of HOURS, borrowed for the call */
	size_t span_count;           /* 1..64 */
} tw_override_options;
#define TW_OVERRIDE_OPTIONS_INIT { sizeof(tw_override_options), \
	TW_DAY_CLOSED, 0, 0, 0, 1, 0, 0, NULL, 0 }

/** Ordered: of several overrides that have a date, the one that was added
 * first decides; a date that none has follows the week.
 * @return TW_OK, TW_ENOTFOUND, TW_EINVAL (its field is named), TW_ENOMEM */
TW_EXTERN(tw_status) tw_schedule_add_override(tw_engine *engine,
	tw_schedule_id schedule, const tw_override_options *options,
	tw_error *err);

/** At an instant, by the wall clock of the zone: an hour that is skipped
 * opens at its first valid instant, one that comes twice is open both
 * times. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_schedule_is_open(int *out, const tw_engine *engine,
	tw_schedule_id schedule, tw_time at, tw_error *err);

/** The first instant after `at` at which it opens, if it is closed at `at`,
 * or closes; TW_TIME_MAX if it stays as it is. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_schedule_next_change(tw_time *out,
	const tw_engine *engine, tw_schedule_id schedule, tw_time at,
	tw_error *err);

/* What a ring step does. `all` offers the whole best tier at once, `ring_n`
 * and `progressive` some of it, and members of it that come free meanwhile
 * too while there are not enough, the first call first; the other policies
 * offer one after another for the pool's ring_ms each. Nobody
 * is offered twice in a step. Members that are not ready are passed over in
 * no time. When everybody was tried or nobody is ready, the next step begins
 * at once, with an event row that counts who was busy and who away, also when
 * somebody is only busy.
 *
 * In a queue step a call waits in line until a member comes free. A target
 * that does goes to the first of all calls that wait for any of its pools:
 * first is who entered earlier, a step of priority being worth priority_ms of
 * waiting, and of two that entered at one instant who came first. So a call
 * of low priority is overtaken only by calls that entered within that span
 * after it: nobody waits for ever. Members ring for the pool's ring_ms (0: 20
 * s); after an offer that failed the call is in line again at its old place,
 * and the target is left alone for `retry_ms` (or its own back-off, if that is
 * longer): else a phone that refuses at once would be offered without end. */
#define TW_STEP_RING      1u  /* offer members of `pool` for `ring_ms` */
#define TW_STEP_REJECT    2u  /* end with `sip_code` */
#define TW_STEP_VOICEMAIL 3u  /* TW_DECISION_VOICEMAIL; needs
				 TW_HOST_VOICEMAIL, else skipped */
#define TW_STEP_QUEUE     4u  /* wait in line for a member of `pool` */
#define TW_STEP_PLAN      5u  /* overflow: go on with `plan` and do not come
				 back. A call enters no plan twice and eight
				 at most: skipped then, so that cities may be
				 each other's overflow */
#define TW_STEP_CALLBACK  6u  /* the call becomes a ticket (see
				 tw_call_callback()) and waits for a member of
				 `pool`, for `wait_ms`; needs TW_HOST_CALLBACK,
				 else skipped. Of `join` and `leave` it takes
				 no notice */
#define TW_STEP_PREFERRED 7u  /* offer the target that the call prefers, for
				 `ring_ms`, if it is a member of `pool` and
				 ready; else skipped at once */

/* What there must be in a pool. Each one includes those before it. */
#define TW_NEED_NOBODY    0u
#define TW_NEED_REACHABLE 1u  /* a member that is not unreachable, be it
				 paused */
#define TW_NEED_STAFFED   2u  /* one that works: ready, talking, in wrap-up
				 or back-off; not paused */
#define TW_NEED_READY     3u  /* one that could be offered now */

#define TW_WHEN_ALWAYS 0u
#define TW_WHEN_OPEN   1u     /* only while `schedule` is open */
#define TW_WHEN_CLOSED 2u

typedef struct tw_step_options {
	uint32_t size;
	uint32_t kind;               /* TW_STEP_ */
	tw_pool_id pool;
	uint32_t ring_ms;            /* the whole step, 1000..600000 */
	uint32_t when;               /* TW_WHEN_, judged on entering it */
	tw_schedule_id schedule;
	uint32_t sip_code;           /* for reject: 400..699, default 480 */
	uint32_t reserve;            /* ring, queue, preferred: only while
					more than so many of the pool are
					ready (trunk reservation: overflow
					from elsewhere leaves the last ones
					to the pool's own calls) */
	uint32_t wait_ms;            /* queue: the longest wait, rings
					included, to a day; 0: no limit */
	uint32_t length_max;         /* queue: is skipped when so many wait
					for the pool; 0: no limit */
	uint32_t join;               /* queue: TW_NEED_ to enter it, else it is
					skipped */
	uint32_t leave;              /* queue: TW_NEED_ to stay in it (not
					READY), else the next step begins */
	uint32_t retry_ms;           /* queue: 1000..3600000; 0: 5000 */
	tw_plan_id plan;
	uint32_t announce_ms;        /* queue: TW_DECISION_ANNOUNCE on entering
					and so long after each one, 5000 to
					3600000; 0: never; needs TW_HOST_PLAY,
					else there are none */
	uint32_t any_skills;         /* 1, of a step with a pool: what a call
					needs does not count here, so that who
					waited long enough for an expert gets
					anybody */
} tw_step_options;
#define TW_STEP_OPTIONS_INIT { sizeof(tw_step_options), TW_STEP_RING, \
	{ 0 }, 20000, TW_WHEN_ALWAYS, { 0 }, 480, 0, 0, 0, \
	TW_NEED_STAFFED, TW_NEED_NOBODY, 5000, { 0 }, 0, 0 }

TW_EXTERN(tw_status) tw_engine_add_plan(tw_plan_id *out, tw_engine *engine,
					const char *name, tw_error *err);
TW_EXTERN(tw_status) tw_plan_add_step(tw_engine *engine, tw_plan_id plan,
	const tw_step_options *options, tw_error *err);

/** By name. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_engine_find_target(tw_target_id *out,
	const tw_engine *engine, const char *name, tw_error *err);
TW_EXTERN(tw_status) tw_engine_find_pool(tw_pool_id *out,
	const tw_engine *engine, const char *name, tw_error *err);
TW_EXTERN(tw_status) tw_engine_find_plan(tw_plan_id *out,
	const tw_engine *engine, const char *name, tw_error *err);
TW_EXTERN(tw_status) tw_engine_find_schedule(tw_schedule_id *out,
	const tw_engine *engine, const char *name, tw_error *err);

/* Borrowed for the engine's life; "?" for an unknown id. */
TW_EXTERN(const char *) tw_target_name(const tw_engine *engine,
				       tw_target_id target);
TW_EXTERN(uint32_t) tw_target_kind(const tw_engine *engine,
				   tw_target_id target);
TW_EXTERN(const char *) tw_pool_name(const tw_engine *engine,
				     tw_pool_id pool);
TW_EXTERN(const char *) tw_plan_name(const tw_engine *engine,
				     tw_plan_id plan);

/* ---- what moves: calls, offers, targets ---- */

/** Outcomes of an offer or a call; the numbers never change. */
#define TW_OUTCOME_ANSWERED      1u
#define TW_OUTCOME_BUSY          2u
#define TW_OUTCOME_NO_ANSWER     3u
#define TW_OUTCOME_REJECTED      4u
#define TW_OUTCOME_UNREACHABLE   5u
#define TW_OUTCOME_CONGESTED     6u
#define TW_OUTCOME_CANCELLED     7u  /* by the caller */
#define TW_OUTCOME_LOST_RACE     8u  /* somebody else answered first */
#define TW_OUTCOME_EXPIRED       9u  /* the step's time was up */
#define TW_OUTCOME_CLOSED       10u  /* no step was open for the call */
#define TW_OUTCOME_UNANSWERED   11u  /* the plan ran out */
TW_EXTERN(const char *) tw_outcome_name(uint32_t outcome);

#define TW_TARGET_AVAILABLE   1u
#define TW_TARGET_UNREACHABLE 2u  /* unregistered, trunk down: skipped */
#define TW_TARGET_PAUSED      3u

/** Becoming available starts the idle clock. Offers that ring already go
 * on: their outcome is the host's to report. */
TW_EXTERN(tw_status) tw_target_set_state(tw_engine *engine,
	tw_target_id target, uint32_t state, tw_time now, tw_error *err);

/** TW_TARGET_PAUSED with a reason of 31 bytes at most (NULL: none), which
 * tw_engine_explain() tells. @return as tw_target_set_state() */
TW_EXTERN(tw_status) tw_target_pause(tw_engine *engine, tw_target_id target,
	const char *reason, tw_time now, tw_error *err);

/** Reserves one slot for a call the engine did not distribute (the person
 * dials out); TW_EBUSY when there is none. Release exactly once. */
TW_EXTERN(tw_status) tw_target_occupy(tw_engine *engine, tw_target_id target,
				      tw_time now, tw_error *err);
TW_EXTERN(tw_status) tw_target_release(tw_engine *engine,
	tw_target_id target, tw_time now, tw_error *err);

/* `now` never goes back: an earlier one than seen before counts as the
 * latest. A verb that was done returns TW_OK also when memory ran out for
 * choices that followed from it; these stay due at once and tick reports. */

/** A call arrives at a plan. TW_EBUSY: calls_max is reached, or 1048576 event
 * rows are unread. @return TW_OK, TW_ENOTFOUND, TW_EBUSY, TW_ENOMEM */
TW_EXTERN(tw_status) tw_call_enter(tw_call_id *out, tw_engine *engine,
				   tw_plan_id plan, tw_time now,
				   tw_error *err);

#define TW_PRIORITY_MAX 1000u

typedef struct tw_call_options {
	uint32_t size;
	tw_plan_id plan;
	uint32_t priority;           /* 0..TW_PRIORITY_MAX; higher goes first,
					see TW_STEP_QUEUE */
	tw_target_id preferred;      /* for TW_STEP_PREFERRED; 0: nobody */
	tw_time entered;             /* the age it brings along: when it began
					to wait elsewhere, before a restart or
					as a ticket; 0: `now`. A later one than
					`now` counts as `now` */
	uint64_t affinity;           /* who calls, as a key (a hash, an id: no
					number of a person); 0: unknown */
	uint64_t skills_needed;      /* is offered members with all of these,
					but in steps with any_skills */
	uint32_t ticket;             /* 1: has no channel; TW_HOST_CALLBACK */
	uint32_t reserved;
} tw_call_options;
#define TW_CALL_OPTIONS_INIT { sizeof(tw_call_options), { 0 }, 0, { 0 }, 0, \
	0, 0, 0, 0 }

/** tw_call_enter() for a call that has more to say than its plan.
 * @return as tw_call_enter(); TW_EINVAL */
TW_EXTERN(tw_status) tw_call_enter_as(tw_call_id *out, tw_engine *engine,
	const tw_call_options *options, tw_time now, tw_error *err);

typedef struct tw_wait {
	uint32_t size;
	uint32_t position;           /* 1: next. Exact to 1000; beyond, how
					many wait for the pool. Neither rises
					after it was announced */
	tw_time entered;             /* with the age it brought along */
	int64_t low_us;              /* how long it may still wait, from the */
	int64_t high_us;             /* pool's last 16 answers; -1: unknown */
} tw_wait;
#define TW_WAIT_INIT { sizeof(tw_wait), 0, 0, -1, -1 }

/** Where a call stands in line. O(position), 1000 at most.
 * @return TW_OK, TW_ENOTFOUND, TW_ECONFLICT (does not wait), TW_EINVAL */
TW_EXTERN(tw_status) tw_call_wait(tw_wait *out, const tw_engine *engine,
				  tw_call_id call, tw_error *err);

/** A waiting call becomes a ticket: the caller may hang up (do not report it
 * by tw_call_leave()), the place and its age stay, until `until`
 * (TW_TIME_MAX: as long as it takes), whoever goes home meanwhile. Its offers
 * have `ticket` set: when the target has answered, dial the caller. If he
 * does not answer, tw_call_requeue() or tw_call_leave().
 * @return TW_OK, TW_ENOTFOUND, TW_ECONFLICT (does not wait), TW_EREFUSED (no
 * TW_HOST_CALLBACK), TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_call_callback(tw_engine *engine, tw_call_id call,
	tw_time until, tw_time now, tw_error *err);

/** Whatever the call does ends, and it begins a plan (0: the one it is in)
 * from its first step: a talk that goes back in line, a caller who could not
 * be reached. keep_age: with the age it has, else as if it came now.
 * @return TW_OK, TW_ENOTFOUND (no such call or plan), TW_ENOMEM */
TW_EXTERN(tw_status) tw_call_requeue(tw_engine *engine, tw_call_id call,
	tw_plan_id plan, int keep_age, tw_time now, tw_error *err);

/** The target answered. Of two answers the first wins; the later one gets
 * TW_ECONFLICT and its leg is to be ended as TW_OUTCOME_LOST_RACE, so does
 * one after a cancel. The same answer told twice counts once.
 * @return TW_OK, TW_ENOTFOUND (never made), TW_ECONFLICT (over) */
TW_EXTERN(tw_status) tw_offer_answered(tw_engine *engine, tw_offer_id offer,
				       tw_time now, tw_error *err);

/** The key was pressed: the answer counts. Without it within the decision's
 * `until` (15 s) the offer is cancelled as TW_OUTCOME_NO_ANSWER: end its leg.
 * @return TW_OK, TW_ENOTFOUND, TW_ECONFLICT (over, or it asks for no key) */
TW_EXTERN(tw_status) tw_offer_confirmed(tw_engine *engine, tw_offer_id offer,
					tw_time now, tw_error *err);

/** The offer failed by itself (BUSY, NO_ANSWER, REJECTED, UNREACHABLE,
 * CONGESTED). After a cancel TW_ECONFLICT, which is harmless.
 * @return TW_OK, TW_ENOTFOUND (never made), TW_ECONFLICT (over) */
TW_EXTERN(tw_status) tw_offer_failed(tw_engine *engine, tw_offer_id offer,
				     uint32_t outcome, tw_time now,
				     tw_error *err);

/** The caller gave up, or the talk ended. Releases everything it held.
 * After TW_DECISION_END the call is gone.
 * @return TW_OK, TW_ENOTFOUND, TW_ENOMEM (a waiting call's row; it stays) */
TW_EXTERN(tw_status) tw_call_leave(tw_engine *engine, tw_call_id call,
				   tw_time now, tw_error *err);

/** Runs what is due (ring limits, steps, wrap-up). Early calls do nothing. */
TW_EXTERN(tw_status) tw_engine_tick(tw_engine *engine, tw_time now,
				    tw_error *err);
/** TW_TIME_MAX if nothing is due ever. */
TW_EXTERN(tw_time) tw_engine_deadline(const tw_engine *engine);

#define TW_DECISION_OFFER  1u  /* ring `target` for `call` until `until` */
#define TW_DECISION_CANCEL 2u  /* stop ringing `offer`; outcome says why */
#define TW_DECISION_END    3u  /* call ends unanswered with `sip_code`: 486
				  when everybody was busy, 480, or the reject
				  step's; the engine has forgotten it */
#define TW_DECISION_STEP   4u  /* news: the call entered step `step` */
#define TW_DECISION_VOICEMAIL 5u  /* take a message; the call stays until
				     tw_call_leave() */
#define TW_DECISION_CONFIRM   6u  /* `offer` was answered and is a member's
				     with `confirm`: ask for a key, then
				     tw_offer_confirmed() */
#define TW_DECISION_ANNOUNCE  7u  /* tell the caller his `position` and, if
				     it is known, how long he may wait */
#define TW_DECISION_CALLBACK  8u  /* news: the plan made the call a ticket;
				     tell the caller and let him go */

typedef struct tw_decision {
	uint32_t size;
	uint32_t kind;               /* TW_DECISION_ */
	tw_call_id call;
	tw_offer_id offer;
	tw_target_id target;
	tw_pool_id pool;
	uint32_t step;               /* 0-based index in the plan */
	uint32_t outcome;            /* TW_OUTCOME_ */
	uint32_t sip_code;
	tw_time until;
	char reason[96];             /* why, in words */
	tw_plan_id plan;             /* that `step` is of */
	uint32_t ticket;             /* 1: an offer for a ticket */
	uint32_t position;           /* announce: as in tw_wait */
	uint32_t reserved;
	int64_t wait_low_us;         /* announce: -1 unknown */
	int64_t wait_high_us;
} tw_decision;
#define TW_DECISION_INIT { sizeof(tw_decision), 0, { 0 }, { 0 }, { 0 }, \
	{ 0 }, 0, 0, 0, 0, "", { 0 }, 0, 0, 0, 0, 0 }

/** Oldest unread decision. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_engine_next(tw_decision *out, tw_engine *engine,
				    tw_error *err);

/** One row per finished offer (an answered one when its talk ends), per step
 * skipped or left because nobody was ready, and per call that left a line
 * without a member (its outcome says how; `offered`: when it entered, with the
 * age it brought along): the marketing and audit feed. Why it was this member
 * and not another one is asked, at any moment, with tw_engine_explain(). Read
 * both feeds; unread rows take memory.
 * @return TW_OK, TW_ITER_END */
typedef struct tw_offer_event {
	uint32_t size;
	uint32_t outcome;            /* TW_OUTCOME_; 0: skipped, see reason */
	tw_call_id call;
	tw_offer_id offer;           /* 0 when skipped, or left a line */
	tw_target_id target;         /* likewise */
	tw_pool_id pool;
	uint32_t step;
	tw_time offered;
	tw_time answered;            /* 0 if not */
	tw_time ended;
	char reason[96];
	tw_plan_id plan;             /* that `step` is of */
	uint32_t reserved;
} tw_offer_event;
#define TW_OFFER_EVENT_INIT { sizeof(tw_offer_event), 0, { 0 }, { 0 }, \
	{ 0 }, { 0 }, 0, 0, 0, 0, "", { 0 }, 0 }
TW_EXTERN(tw_status) tw_engine_next_event(tw_offer_event *out,
					  tw_engine *engine, tw_error *err);

#define TW_VERDICT_NEXT    1u  /* is taken next */
#define TW_VERDICT_READY   2u  /* ready, but another one comes first */
#define TW_VERDICT_RINGING 3u  /* rings or talks for this call */
#define TW_VERDICT_TRIED   4u  /* was offered this call in this step */
#define TW_VERDICT_BUSY    5u  /* in use, wrap-up or found busy */
#define TW_VERDICT_AWAY    6u  /* unreachable or paused */
#define TW_VERDICT_UNFIT   7u  /* lacks a skill, or joined too late */

typedef struct tw_explain_options {
	uint32_t size;
	tw_pool_id pool;
	tw_call_id call;             /* 0: any call that arrives */
	uint32_t first;              /* rows to leave out */
	uint32_t reserved;
} tw_explain_options;
#define TW_EXPLAIN_OPTIONS_INIT { sizeof(tw_explain_options), { 0 }, { 0 }, \
	0, 0 }

typedef struct tw_explain_row {
	uint32_t size;
	uint32_t verdict;            /* TW_VERDICT_ */
	tw_target_id target;
	uint32_t tier;
	uint32_t order;
	uint32_t weight;
	char reason[96];             /* why, in words */
} tw_explain_row;
#define TW_EXPLAIN_ROW_INIT { sizeof(tw_explain_row), 0, { 0 }, 0, 0, 0, "" }

/** Why each member of a pool is taken or not, as of the latest instant seen:
 * by tier and order, one row each. Changes nothing. For a call that rings in
 * another pool, and for call 0: as it would be on arriving here. `*count` in:
 * room in `out`; out: rows written. All rows have the size that the first one
 * says. O(members).
 * @return TW_OK, TW_ENOTFOUND (no such pool or call), TW_EINVAL */
TW_EXTERN(tw_status) tw_engine_explain(tw_explain_row *out, uint32_t *count,
	tw_engine *engine, const tw_explain_options *options, tw_error *err);

/** Live figures: calls in the engine and slots held. Equal to what offers
 * and talks own; the tests keep it so. */
typedef struct tw_engine_stats {
	uint32_t size;
	uint32_t calls;
	uint32_t offers;             /* ringing now */
	uint32_t talks;
	uint32_t slots_held;         /* over all targets */
	uint32_t waiting;            /* calls in line */
} tw_engine_stats;
#define TW_ENGINE_STATS_INIT { sizeof(tw_engine_stats), 0, 0, 0, 0, 0 }
TW_EXTERN(tw_status) tw_engine_stats_read(tw_engine_stats *out,
					  const tw_engine *engine,
					  tw_error *err);

TW_END_DECLS

#endif
