/**
 * @file src/registration/health.h  A verdict from answers and silences
 *
 * Values in, a verdict out: it refuses to know time, SIP and who asks.
 */
#ifndef TW_SRC_REGISTRATION_HEALTH_H
#define TW_SRC_REGISTRATION_HEALTH_H

#include <trunkwise/event.h>
#include "base/base.h"

#define TW_HEALTH_WINDOW 32u

struct tw_health {
	/* limits, set by the owner; degraded from loss_percent or rtt_us on,
	 * 0: never */
	uint32_t down_after, up_after;
	uint32_t loss_percent;
	int64_t rtt_limit_us;

	uint32_t verdict;            /* TW_HEALTH_ */
	uint32_t failures, successes;  /* in a row; one of them is 0 */
	uint32_t lost, repeated;     /* one bit an exchange, newest lowest */
	uint32_t window;             /* how many bits count */
	int64_t rtt_us, smoothed_us, min_us, max_us;
};

/* Another peer: nothing is known, the limits stay. */
void tw__health_forget(struct tw_health *health);

/* A good answer; rtt_us only counts when the request was sent once. */
void tw__health_alive(struct tw_health *health, int64_t rtt_us,
		      bool repeated);
/* No answer (lost), or one that says no. */
void tw__health_failed(struct tw_health *health, bool lost);
/* The peer itself said that he is out for a while. */
void tw__health_out(struct tw_health *health);

uint32_t tw__health_loss(const struct tw_health *health);
uint32_t tw__health_repeats(const struct tw_health *health);

#endif
