/**
 * @file flows.h  Several registrations of one trunk at once
 *
 * RFC 5626 ("outbound"): a device registers over several flows, each a
 * registration of its own with the same address of record and instance, its
 * own reg-id (1 and up) and its own target. Calls come by any of them, so
 * that the death of one edge proxy loses none. With `flows` in its
 * options a trunk of a set does all of this by itself; the functions of
 * tw_flows are the pure rule, for hosts with a stack of their own.
 *
 * The rule: each flow is a tw_registration, with the same back-off, rate
 * limits and hold-downs. None goes to a target that another one holds. The
 * second and the others begin once a 2xx has said that the registrar keeps
 * flows apart (`Require: outbound`), or when those before them fail; where it
 * does not, one registration is kept and the rest is given up. A trunk is
 * registered while one flow is. While another one lives, a flow that failed
 * waits three times as long (RFC 5626 section 4.5: 90 s and not 30).
 *
 * Pure and single-threaded, as tw_registration.
 */
#ifndef TRUNKWISE_FLOWS_H
#define TRUNKWISE_FLOWS_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

#define TW_FLOWS_MAX 4u

typedef struct tw_flows tw_flows;

/** The flows that `options->flows` asks for, idle. `random` as in
 * tw_registration_new(), whose errors these are, too.
 * @return TW_OK (new), TW_EINVAL (no flows are asked for), ... */
TW_EXTERN(tw_status) tw_flows_new(tw_flows **out,
				  const tw_trunk_options *options,
				  const tw_random *random, tw_error *err);

/** With its registrations. NULL is fine. */
TW_EXTERN(void) tw_flows_free(tw_flows *flows);

TW_EXTERN(uint32_t) tw_flows_count(const tw_flows *flows);

/** The registration of one flow, 0 to count - 1 (its reg-id is one more);
 * borrowed, NULL beyond. Drive it as any other: receive, tick, next and what
 * answers its actions, and pass its TW_ACTION_EVENT over. Start, stop, update
 * and forget all of them by the functions below. */
TW_EXTERN(tw_registration *) tw_flows_at(const tw_flows *flows,
					 uint32_t index);

/** As the functions of tw_registration, of all flows. */
TW_EXTERN(tw_status) tw_flows_start(tw_flows *flows, int64_t now_us,
				    tw_error *err);
TW_EXTERN(tw_status) tw_flows_stop(tw_flows *flows, int64_t now_us,
				   tw_error *err);
TW_EXTERN(tw_status) tw_flows_forget(tw_flows *flows, int64_t now_us,
				     tw_error *err);
TW_EXTERN(tw_status) tw_flows_update(uint32_t *out_change, tw_flows *flows,
				     const tw_trunk_options *options,
				     int64_t now_us, tw_error *err);

/** After each call on a flow's registration, and its actions: starts and
 * gives up flows. When it returns a number that is not 0, others have actions
 * now: a bit each, the lowest for the first flow; then follow once more. */
TW_EXTERN(uint32_t) tw_flows_follow(tw_flows *flows, int64_t now_us);

/** What the trunk has to tell: its own change of state, and which flow came
 * or went where it stays. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_flows_next_event(tw_trunk_event *out, tw_flows *flows,
					 tw_error *err);

/** Whose target calls go to: a flow that is registered, and the same one
 * until it is not; else the one that is closest to it. */
TW_EXTERN(uint32_t) tw_flows_speaker(const tw_flows *flows);

/** Of the trunk: what the speaker says, registered while one of them is,
 * counters of all. */
TW_EXTERN(tw_status) tw_flows_status(tw_trunk_status *out,
				     const tw_flows *flows, tw_error *err);

/** Of one flow of a trunk of a set, 0 and up.
 * @return TW_OK, TW_ITER_END (it has no more) */
TW_EXTERN(tw_status) tw_trunk_flow_get(tw_trunk_status *out,
				       const tw_trunk *trunk, uint32_t index,
				       tw_error *err);

/** Of one flow of a trunk of a set, 0 and up; the trunk's own status says
 * what all of them come to.
 * @return TW_OK, TW_ITER_END (it has no more) */
TW_EXTERN(tw_status) tw_trunk_flow_get(tw_trunk_status *out,
				       const tw_trunk *trunk, uint32_t index,
				       tw_error *err);

TW_END_DECLS

#endif
