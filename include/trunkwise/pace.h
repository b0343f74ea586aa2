/**
 * @file pace.h  No flood: how many REGISTERs a second leave a host
 *
 * A pace is shared by many registrations. Each attempt (first send, refresh,
 * retry and un-register alike) asks it for its turn; those that wait go in
 * order, refreshes of bindings that stand before the rest. A trunk set has
 * one of its own, see tw_trunks_options; sans-I/O hosts make one here.
 *
 * Pure and single-threaded like the registrations in it. Times are monotonic
 * microseconds that you pass in.
 */
#ifndef TRUNKWISE_PACE_H
#define TRUNKWISE_PACE_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

typedef struct tw_pace tw_pace;

/* Requests a second, 0: no limit, at most 100000. No second has more
 * attempts than that. Answers to challenges and retransmissions are counted
 * and do not wait, since a nonce would not: what they took, the next
 * attempts wait for. */
typedef struct tw_pace_options {
	uint32_t size;
	uint32_t flags;                 /* 0 */
	uint32_t requests_per_s;        /* to all registrars together */
	uint32_t registrar_requests_per_s;   /* to each: host and port of the
					   registrar's URI. A trunk may
					   bring another number for its own,
					   see tw_trunk_options */
	uint32_t start_spread_s;        /* a start waits a random part of
					   this: for hosts that boot together;
					   0..3600 */
} tw_pace_options;

#define TW_PACE_OPTIONS_INIT { sizeof(tw_pace_options), 0, 500, 50, 0 }

/** @param options  NULL: the defaults
 *  @return TW_OK (new), TW_EINVAL, TW_EVERSION, TW_ENOMEM */
TW_EXTERN(tw_status) tw_pace_new(tw_pace **out,
				 const tw_pace_options *options,
				 tw_error *err);

/** Lets go of it; registrations in it keep it until they are freed. */
TW_EXTERN(void) tw_pace_free(tw_pace *pace);

/**
 * From now on `registration` asks `pace` before each attempt. To be called
 * before it is started. tw_registration_is_pending() counts it while it
 * waits for its turn.
 *
 * @param pace  NULL takes it out
 * @param arg   what tw_pace_next() tells, borrowed
 * @return TW_OK, TW_EINVAL (it waits or is under way), TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_registration_set_pace(tw_registration *registration,
					      tw_pace *pace, void *arg,
					      tw_error *err);

/** Begins the next attempt whose turn has come: then ask that registration
 * for its actions and its deadline, as after any call on it. Call it until
 * TW_ITER_END after each deadline, yours or tw_pace_deadline().
 * @return TW_OK (*out: its arg), TW_ITER_END */
TW_EXTERN(tw_status) tw_pace_next(void **out, tw_pace *pace, int64_t now_us,
				  tw_error *err);

/** When tw_pace_next() wants to be called, INT64_MAX if nobody waits. */
TW_EXTERN(int64_t) tw_pace_deadline(const tw_pace *pace);

/** Attempts that wait for their turn. */
TW_EXTERN(uint32_t) tw_pace_waiting(const tw_pace *pace);

TW_END_DECLS

#endif
