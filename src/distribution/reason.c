/*
 * Rows in words. Nothing is decided here; changing a text changes no call.
 */
#include "engine.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const outcomes[] = {
	"skipped", "answered", "busy", "no_answer", "rejected",
	"unreachable", "congested", "cancelled", "lost_race", "expired",
	"closed", "unanswered"
};

const char *tw_outcome_name(uint32_t outcome)
{
	if (outcome >= TW_ARRAY_COUNT(outcomes))
		return "?";
	return outcomes[outcome];
}

/* Texts that need no argument; NULL: see with_arguments(). */
static const char *fixed(uint32_t why)
{
	switch (why) {
	case TW_WHY_ARRIVED:      return "the call arrived";
	case TW_WHY_STEP_OVER:    return "the step's time was up";
	case TW_WHY_CALLER_LEFT:  return "the caller gave up";
	case TW_WHY_TALK_ENDED:   return "the talk ended";
	case TW_WHY_PLAN_RAN_OUT: return "nobody answered in any step";
	case TW_WHY_ALL_BUSY:     return "everybody was busy";
	case TW_WHY_ALL_CLOSED:   return "no step was open for the call";
	case TW_WHY_REJECT_STEP:  return "the plan rejects the call here";
	case TW_WHY_VOICEMAIL:    return "the plan goes to voicemail here";
	case TW_WHY_UNREACHABLE:  return "skipped: not reachable";
	case TW_WHY_PAUSED:       return "skipped: paused";
	case TW_WHY_CLOSED_NOW:   return "step skipped: closed now";
	case TW_WHY_OPEN_NOW:     return "step skipped: open now";
	case TW_WHY_NO_VOICEMAIL:
		return "step skipped: this host has no voicemail";
	default:
		return NULL;
	}
}

/* "12.3", for durations. */
static void seconds(char buf[32], int64_t us)
{
	int64_t tenths = us / (TW_SECOND / 10);

	snprintf(buf, 32, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

static void idle(char *buf, size_t size, int64_t us)
{
	char time[32];

	if (us < 0) {
		snprintf(buf, size, "longest idle: not used yet");
		return;
	}
	seconds(time, us);
	snprintf(buf, size, "longest idle: %s s", time);
}

static void step_reason(char *buf, size_t size, const struct tw_row *row)
{
	const char *text = "was skipped";

	if (row->why == TW_WHY_TIME_UP)
		text = "had its time";
	if (row->why == TW_WHY_NOBODY_LEFT)
		text = "had nobody left to ring";
	snprintf(buf, size, "step %" PRId64 " %s", row->a, text);
}

static void wait_reason(char *buf, size_t size, const struct tw_row *row)
{
	char time[32];

	seconds(time, row->a);
	if (row->why == TW_WHY_RANG)
		snprintf(buf, size, "rang %s s", time);
	else
		snprintf(buf, size, "skipped: %s, %s s left",
			 row->why == TW_WHY_WRAP_UP ? "wrap-up" :
			 "was found busy", time);
}

static void offer_reason(char *buf, size_t size, const struct tw_row *row)
{
	switch (row->why) {
	case TW_WHY_ALL:
		snprintf(buf, size, "ring all of tier %" PRId64, row->a);
		break;
	case TW_WHY_LINEAR:
		snprintf(buf, size, "linear: first ready one, tier %" PRId64
			 ", order %" PRId64, row->a, row->b);
		break;
	case TW_WHY_ROUND_ROBIN:
		if (row->a < 0)
			snprintf(buf, size, "round robin: its first turn");
		else
			snprintf(buf, size, "round robin: next after order %"
				 PRId64, row->a);
		break;
	case TW_WHY_LONGEST_IDLE:
		idle(buf, size, row->a);
		break;
	default:
		snprintf(buf, size, "came free while tier %" PRId64 " rings",
			 row->a);
	}
}

/* Cut between characters: reasons are UTF-8. */
static void elsewhere(char *buf, size_t size, const char *name)
{
	int l = 0;

	while (name[l] && l < 64)
		++l;
	while (l > 0 && ((unsigned char)name[l] & 0xc0) == 0x80)
		--l;
	snprintf(buf, size, "answered by %.*s", l, name);
}

void tw__reason(char *buf, size_t size, const struct tw_engine *engine,
		const struct tw_row *row)
{
	const tw_target_id winner = { (uint32_t)row->a };
	const char *text = fixed(row->why);

	if (text) {
		snprintf(buf, size, "%s", text);
		return;
	}
	switch (row->why) {
	case TW_WHY_TIME_UP:
	case TW_WHY_NOBODY_LEFT:
	case TW_WHY_STEP_SKIPPED:
		step_reason(buf, size, row);
		break;
	case TW_WHY_RANG:
	case TW_WHY_WRAP_UP:
	case TW_WHY_FOUND_BUSY:
		wait_reason(buf, size, row);
		break;
	case TW_WHY_ELSEWHERE:
		elsewhere(buf, size, tw_target_name(engine, winner));
		break;
	case TW_WHY_HOST_SAID:
		snprintf(buf, size, "reported by the host: %s",
			 tw_outcome_name(row->outcome));
		break;
	case TW_WHY_IN_USE:
		snprintf(buf, size, "skipped: %" PRId64 " of %" PRId64
			 " lines in use", row->a, row->b);
		break;
	default:
		offer_reason(buf, size, row);
	}
}
