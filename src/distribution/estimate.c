/*
 * What a waiting call may be told: its position, and how long it may last.
 * The pace is that of the pool's own answers while somebody waited, the last
 * 16 of them: it knows how many work and how long they talk without asking,
 * and follows them through the day. So many such intervals as the position
 * says come before the caller's turn; the range is one deviation of their sum
 * to each side, rounded outwards, and what was told once never rises: a
 * caller who hears a larger number hangs up. Without a pace there is no
 * estimate: a guess is worse than none.
 */
#include "engine.h"

#include <inttypes.h>
#include <string.h>

#define EXACT    1000u                  /* positions counted one by one */
#define GRAIN_US (10 * TW_SECOND)
#define DAY_US   (86400 * TW_SECOND)
#define SURE     4u                     /* intervals that make a pace */

void tw__pace_begin(struct tw_pace *pace, tw_time now)
{
	pace->since = now;
}

void tw__pace_answer(struct tw_pace *pace, tw_time now)
{
	int64_t interval = now - pace->since;
	uint32_t at = pace->next;

	pace->since = now;
	pace->sum_us += interval - pace->interval_us[at];
	pace->interval_us[at] = interval;
	pace->next = (at + 1) % TW_PACE_COUNT;
	if (pace->count < TW_PACE_COUNT)
		++pace->count;
}

static uint32_t position_of(const struct tw_call *call)
{
	const struct tw_lines *lines = &call->pool->lines;
	size_t i, before = 0;

	for (i = 0; i < lines->count && before < EXACT; ++i)
		before += tw__line_before(lines->line[i], call,
					  EXACT - before);
	return (uint32_t)(before < EXACT ? before + 1 : lines->waiting);
}

static int64_t root(int64_t n)
{
	int64_t r = 1;

	while (r * r < n)
		r *= 2;
	while (r * r > n)
		r = (r + n / r) / 2;
	return r;
}

void tw__estimate(struct tw_estimate *out, const struct tw_call *call)
{
	const struct tw_pace *pace = &call->pool->pace;
	int64_t mean, spread;

	out->position = position_of(call);
	out->low_us = out->high_us = -1;
	if (call->told_position && out->position > call->told_position)
		out->position = call->told_position;
	if (pace->count < SURE)
		return;
	mean = pace->sum_us / pace->count;
	if (mean > DAY_US)
		mean = DAY_US;
	spread = mean * root(out->position);
	out->low_us = (mean * out->position - spread) / GRAIN_US * GRAIN_US;
	out->high_us = (mean * out->position + spread + GRAIN_US - 1) /
		GRAIN_US * GRAIN_US;
	if (out->high_us / TW_SECOND > call->told_s)
		out->high_us = call->told_s * TW_SECOND;
	if (out->low_us > out->high_us)
		out->low_us = out->high_us;
}

tw_status tw_call_wait(tw_wait *out, const tw_engine *engine, tw_call_id call,
		       tw_error *err)
{
	const struct tw_call *c = engine ? tw__call_of(engine, call) : NULL;
	tw_wait wait = TW_WAIT_INIT;
	struct tw_estimate e;

	if (!out || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "a wait without TW_WAIT_INIT");
	if (!c)
		return tw__fail(err, TW_ENOTFOUND, "call %" PRIu64 " is not "
				"in the engine", call.id);
	if (c->phase != TW_PHASE_WAIT)
		return tw__fail(err, TW_ECONFLICT, "call %" PRIu64 " does not "
				"wait in line", call.id);
	tw__estimate(&e, c);
	wait.size = out->size;
	wait.position = e.position;
	wait.entered = c->entered;
	wait.low_us = e.low_us;
	wait.high_us = e.high_us;
	memcpy(out, &wait, out->size < sizeof(wait) ? out->size :
	       sizeof(wait));
	return TW_OK;
}
