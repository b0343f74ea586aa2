/**
 * @file src/registration/health.c  A verdict from answers and silences
 *
 * Decides when a peer is up, degraded or down. Two thoughts in it: one lost
 * datagram is no news, so a change of mind takes several in a row or, for
 * loss, two in the window; and what has come back is not trusted at once, so
 * the way up is longer than the first success and limits are left lower than
 * they were met.
 */
#include "health.h"

void tw__health_forget(struct tw_health *health)
{
	struct tw_health fresh = { 0 };

	fresh.down_after = health->down_after;
	fresh.up_after = health->up_after;
	fresh.loss_percent = health->loss_percent;
	fresh.rtt_limit_us = health->rtt_limit_us;
	*health = fresh;
}

static uint32_t count(uint32_t bits)
{
	uint32_t n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

uint32_t tw__health_loss(const struct tw_health *health)
{
	return health->window ? 100 * count(health->lost) / health->window :
		0;
}

uint32_t tw__health_repeats(const struct tw_health *health)
{
	return health->window ? 100 * count(health->repeated) /
		health->window : 0;
}

static void push(struct tw_health *health, bool lost, bool repeated)
{
	health->lost = health->lost << 1 | lost;
	health->repeated = health->repeated << 1 | repeated;
	if (health->window < TW_HEALTH_WINDOW)
		health->window++;
}

/* RFC 6298 section 2; a repeated request's answer may be the first one's
 * (Karn), so it measures nothing. */
static void measure(struct tw_health *health, int64_t rtt_us)
{
	if (rtt_us < 1)
		rtt_us = 1;              /* 0 is "none yet" */
	if (!health->rtt_us)
		health->smoothed_us = health->min_us = health->max_us =
			rtt_us;
	else
		health->smoothed_us += (rtt_us - health->smoothed_us) / 8;
	if (rtt_us < health->min_us)
		health->min_us = rtt_us;
	if (rtt_us > health->max_us)
		health->max_us = rtt_us;
	health->rtt_us = rtt_us;
}

/* Left at three quarters of where it was met. */
static bool is_over(int64_t value, int64_t limit, bool already)
{
	return limit && value >= (already ? limit - limit / 4 : limit);
}

static bool is_degraded(const struct tw_health *health)
{
	bool already = health->verdict == TW_HEALTH_DEGRADED;

	/* 1 of 3 is 33 %, and one lost datagram */
	return (count(health->lost) >= 2 &&
		is_over(tw__health_loss(health), health->loss_percent,
			already)) ||
		is_over(health->smoothed_us, health->rtt_limit_us, already);
}

static void judge(struct tw_health *health)
{
	health->verdict = is_degraded(health) ? TW_HEALTH_DEGRADED :
		TW_HEALTH_UP;
}

void tw__health_alive(struct tw_health *health, int64_t rtt_us,
		      bool repeated)
{
	push(health, false, repeated);
	if (!repeated)
		measure(health, rtt_us);
	health->failures = 0;
	if (health->successes < UINT32_MAX)
		health->successes++;
	if (health->verdict != TW_HEALTH_DOWN ||
	    health->successes >= health->up_after)
		judge(health);
}

void tw__health_failed(struct tw_health *health, bool lost)
{
	push(health, lost, false);
	health->successes = 0;
	if (health->failures < UINT32_MAX)
		health->failures++;
	if (health->failures >= health->down_after)
		health->verdict = TW_HEALTH_DOWN;
	else if (health->verdict == TW_HEALTH_UP ||
		 health->verdict == TW_HEALTH_DEGRADED)
		judge(health);
}

void tw__health_out(struct tw_health *health)
{
	tw__health_failed(health, false);
	health->verdict = TW_HEALTH_DOWN;
}
