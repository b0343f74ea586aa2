/*
 * Rows in words. Nothing is decided here; changing a text changes no call.
 */
#include "policy.h"

#include <string.h>

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

/* Words are put together by hand: printf() took a third of a decision. What
 * does not fit is cut. */
struct words {
	char *at;
	char *end;         /* where the NUL goes at the latest */
};

static void add_part(struct words *w, const char *text, size_t size)
{
	const size_t room = (size_t)(w->end - w->at);

	if (size > room)
		size = room;
	memcpy(w->at, text, size);
	w->at += size;
}

static inline void add(struct words *w, const char *text)
{
	const size_t size = strlen(text);   /* of a literal: known here */

	if (size > (size_t)(w->end - w->at)) {
		add_part(w, text, size);
		return;
	}
	memcpy(w->at, text, size);
	w->at += size;
}

static void add_number(struct words *w, int64_t number)
{
	char digits[20];
	char *at = digits + sizeof(digits);
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		add(w, "-");
	add_part(w, at, (size_t)(digits + sizeof(digits) - at));
}

/* "12.3 s" */
static void add_seconds(struct words *w, int64_t us)
{
	const int64_t tenths = us / (TW_SECOND / 10);
	const int64_t tenth = tenths % 10 < 0 ? -(tenths % 10) : tenths % 10;
	const char rest[] = { '.', (char)('0' + tenth), ' ', 's' };

	add_number(w, tenths / 10);
	add_part(w, rest, sizeof(rest));
}

/* Cut between characters: reasons are UTF-8. */
static void add_name(struct words *w, const char *name)
{
	const char *start = w->at;

	while (*name && w->at < w->end)
		*w->at++ = *name++;
	if (!*name)
		return;
	while (w->at > start && ((unsigned char)*name & 0xc0) == 0x80) {
		--name;
		--w->at;
	}
}

/* Texts that need no argument, all of one length: to copy one is a few loads
 * and stores. "": see the others. */
static const char fixed[][64] = {
	[TW_WHY_ARRIVED] = "the call arrived",
	[TW_WHY_STEP_OVER] = "the step's time was up",
	[TW_WHY_CALLER_LEFT] = "the caller gave up",
	[TW_WHY_TALK_ENDED] = "the talk ended",
	[TW_WHY_PLAN_RAN_OUT] = "nobody answered in any step",
	[TW_WHY_ALL_BUSY] = "everybody was busy",
	[TW_WHY_ALL_CLOSED] = "no step was open for the call",
	[TW_WHY_REJECT_STEP] = "the plan rejects the call here",
	[TW_WHY_VOICEMAIL] = "the plan goes to voicemail here",
	[TW_WHY_LAST] = "answered this caller last",
	[TW_WHY_UNREACHABLE] = "not reachable",
	[TW_WHY_RINGING] = "rings or talks for this call",
	[TW_WHY_TRIED] = "was tried in this step",
	[TW_WHY_LATE] = "joined after the step began",
	[TW_WHY_LATER] = "ready, but another one comes first",
	[TW_WHY_CLOSED_NOW] = "step skipped: closed now",
	[TW_WHY_OPEN_NOW] = "step skipped: open now",
	[TW_WHY_REQUEUED] = "put back in line by the host",
	[TW_WHY_RESUMED] = "the caller came back to his place",
	[TW_WHY_CALLBACK] = "the place waits without the caller",
	[TW_WHY_ASK_KEY] = "an answer counts with a key pressed",
	[TW_WHY_NO_KEY] = "answered, but no key was pressed",
	[TW_WHY_NO_DTMF] =
		"needs a key pressed, which this host cannot ask for",
	[TW_WHY_NO_CALLBACK] = "step skipped: this host does not call back",
	[TW_WHY_VISITED] = "step skipped: the call was in that plan already",
	[TW_WHY_HOPS] = "step skipped: the call was in too many plans",
	[TW_WHY_NO_WISH] = "step skipped: the call prefers nobody",
	[TW_WHY_NO_MEMBER] =
		"step skipped: whom the call prefers is not of the pool",
	[TW_WHY_PREFERRED] = "the call prefers this one",
	[TW_WHY_NOT_REACHABLE] =
		"step skipped: nobody of the pool is reachable",
	[TW_WHY_NOT_STAFFED] = "step skipped: nobody of the pool is at work",
	[TW_WHY_NOT_READY] = "step skipped: nobody of the pool is ready",
	[TW_WHY_NO_VOICEMAIL] = "step skipped: this host has no voicemail"
};

static void step_reason(struct words *w, const struct tw__event_row *row)
{
	add(w, "step ");
	add_number(w, row->a);
	if (row->why == TW_WHY_TIME_UP)
		add(w, " had its time");
	else if (row->why == TW_WHY_NOBODY_LEFT)
		add(w, " had nobody left to ring");
	else if (row->why == TW_WHY_LINE_EMPTY)
		add(w, " had nobody left to wait for");
	else
		add(w, " was skipped");
}

static void member_reason(struct words *w, const struct tw__event_row *row)
{
	switch (row->why) {
	case TW_WHY_WRAP_UP:
	case TW_WHY_FOUND_BUSY:
	case TW_WHY_BACK_OFF:
		add(w, row->why == TW_WHY_WRAP_UP ? "wrap-up, " :
		    row->why == TW_WHY_BACK_OFF ? "left alone a while, " :
		    "was found busy, ");
		add_seconds(w, row->a);
		add(w, " left");
		break;
	case TW_WHY_IN_USE:
		add_number(w, row->a);
		add(w, " of ");
		add_number(w, row->b);
		add(w, " lines in use");
		break;
	default:
		add(w, "ready, but tier ");
		add_number(w, row->a);
		add(w, " comes first");
	}
}

static void order_reason(struct words *w, const struct tw__event_row *row)
{
	if (row->why == TW_WHY_LINEAR) {
		add(w, "linear: first ready one, tier ");
		add_number(w, row->a);
		add(w, ", order ");
		add_number(w, row->b);
	} else if (row->a < 0) {
		add(w, "round robin: its first turn");
	} else {
		add(w, "round robin: next after order ");
		add_number(w, row->a);
	}
}

static void load_reason(struct words *w, const struct tw__event_row *row)
{
	switch (row->why) {
	case TW_WHY_FEWEST_CALLS:
		add(w, "fewest calls: ");
		add_number(w, row->a);
		if (row->b) {
			add(w, " and ");
			add_number(w, row->b);
			add(w, " not answered");
		}
		break;
	case TW_WHY_LEAST_TALK:
		add(w, "least talk: ");
		add_seconds(w, row->a);
		break;
	default:
		add(w, "least occupied: ");
		add_number(w, row->a / 10);
		add(w, ".");
		add_number(w, row->a % 10 < 0 ? 0 : row->a % 10);
		add(w, " %");
	}
}

static void share_reason(struct words *w, const struct tw__event_row *row)
{
	switch (row->why) {
	case TW_WHY_STICKY:
		add(w, row->a ? "sticky: by the caller's key" :
		    "sticky: a caller without a key");
		break;
	case TW_WHY_RANDOM:
		add(w, "random: one of ");
		add_number(w, row->a);
		break;
	case TW_WHY_WEIGHTED:
	case TW_WHY_WEIGHTED_RANDOM:
		add(w, row->why == TW_WHY_WEIGHTED ? "weighted: " :
		    "weighted random: ");
		add_number(w, row->a);
		add(w, " of ");
		add_number(w, row->b);
		break;
	case TW_WHY_RING_N:
	case TW_WHY_PROGRESSIVE:
		add(w, "rings ");
		add_number(w, row->a);
		add(w, " at once of tier ");
		add_number(w, row->b);
		break;
	case TW_WHY_FEWEST_CALLS:
	case TW_WHY_LEAST_TALK:
	case TW_WHY_LEAST_OCCUPIED:
		load_reason(w, row);
		break;
	default:
		add(w, "?");
	}
}

static void offer_reason(struct words *w, const struct tw__event_row *row)
{
	switch (row->why) {
	case TW_WHY_ALL:
		add(w, "ring all of tier ");
		add_number(w, row->a);
		break;
	case TW_WHY_LINEAR:
	case TW_WHY_ROUND_ROBIN:
		order_reason(w, row);
		break;
	case TW_WHY_LONGEST_IDLE:
		add(w, "longest idle: ");
		if (row->a < 0)
			add(w, "not used yet");
		else
			add_seconds(w, row->a);
		break;
	case TW_WHY_FREED:
		add(w, "came free while tier ");
		add_number(w, row->a);
		add(w, " rings");
		break;
	default:
		share_reason(w, row);
	}
}

/* Calls in line, and those that may not enter it. */
static void wait_reason(struct words *w, const struct tw__event_row *row)
{
	switch (row->why) {
	case TW_WHY_RESERVED:
		add_number(w, row->a);
		add(w, " ready, ");
		add_number(w, row->b);
		add(w, " kept for the pool's own calls");
		return;
	case TW_WHY_LINE_FULL:
		add(w, "step skipped: ");
		add_number(w, row->a);
		add(w, " calls wait already");
		return;
	case TW_WHY_ANNOUNCE:
		add(w, row->a < 0 ? "how long it will take is not known" :
		    "expected to wait between ");
		if (row->a < 0)
			return;
		add_seconds(w, row->a);
		add(w, " and ");
		add_seconds(w, row->b);
		return;
	case TW_WHY_WAITED_LEFT:
		add(w, "the caller gave up after ");
		break;
	case TW_WHY_WAITED_LONG:
		add(w, "the longest wait was up after ");
		break;
	case TW_WHY_WAITED_MOVED:
		add(w, "put elsewhere by the host after ");
		break;
	default:
		add(w, "nobody left to wait for after ");
	}
	add_seconds(w, row->a);
}

static void pause_reason(struct words *w, const struct tw_engine *engine,
			 const struct tw__event_row *row)
{
	const tw_target_id id = { row->target };
	const struct tw_target *target = tw__target_of(engine, id);

	add(w, "paused");
	if (target && *target->pause) {
		add(w, ": ");
		add_name(w, target->pause);
	}
}

/* Who gave bits without names is told no names. */
static void skills_reason(struct words *w, const struct tw_engine *engine,
			  const struct tw__event_row *row)
{
	const uint64_t missing = (uint64_t)row->a;
	const char *between = "lacks ";
	uint32_t i;

	for (i = 0; i < engine->skill_count; ++i) {
		if (!(missing >> i & 1))
			continue;
		add(w, between);
		add_name(w, engine->skill[i]);
		between = ", ";
	}
	if (*between == 'l')
		add(w, "lacks a skill that the call needs");
}

static void with_arguments(struct words *w, const struct tw_engine *engine,
			   const struct tw__event_row *row)
{
	const tw_target_id winner = { (uint32_t)row->a };
	const tw_plan_id plan = { (uint32_t)row->a };

	switch (row->why) {
	case TW_WHY_TIME_UP:
	case TW_WHY_NOBODY_LEFT:
	case TW_WHY_STEP_SKIPPED:
	case TW_WHY_LINE_EMPTY:
		step_reason(w, row);
		break;
	case TW_WHY_RANG:
		add(w, "rang ");
		add_seconds(w, row->a);
		break;
	case TW_WHY_OTHER_PLAN:
		add(w, "overflow from plan ");
		add_name(w, tw_plan_name(engine, plan));
		break;
	case TW_WHY_SKILLS:
		skills_reason(w, engine, row);
		break;
	case TW_WHY_PAUSED:
		pause_reason(w, engine, row);
		break;
	case TW_WHY_ELSEWHERE:
		add(w, "answered by ");
		add_name(w, tw_target_name(engine, winner));
		break;
	case TW_WHY_HOST_SAID:
		add(w, "reported by the host: ");
		add(w, tw_outcome_name(row->outcome));
		break;
	case TW_WHY_OWN:
	case TW_WHY_POLICY_FAILED:
		add(w, "policy ");
		add_name(w, tw__own_name(engine, (uint32_t)row->a));
		add(w, row->why == TW_WHY_OWN ? ": its choice" : " failed");
		break;
	case TW_WHY_NOBODY_READY:
		add(w, "nobody left to ring: ");
		add_number(w, row->a);
		add(w, " busy, ");
		add_number(w, row->b);
		add(w, " away");
		break;
	case TW_WHY_WRAP_UP:
	case TW_WHY_FOUND_BUSY:
	case TW_WHY_BACK_OFF:
	case TW_WHY_IN_USE:
	case TW_WHY_LATER_TIER:
		member_reason(w, row);
		break;
	case TW_WHY_ANNOUNCE:
	case TW_WHY_RESERVED:
	case TW_WHY_LINE_FULL:
	case TW_WHY_WAITED_LEFT:
	case TW_WHY_WAITED_LONG:
	case TW_WHY_WAITED_ALONE:
	case TW_WHY_WAITED_MOVED:
		wait_reason(w, row);
		break;
	default:
		offer_reason(w, row);
	}
}

void tw__reason(char *buf, size_t size, const struct tw_engine *engine,
		const struct tw__event_row *row)
{
	struct words w = { buf, buf + size - 1 };

	if (row->why >= TW_ARRAY_COUNT(fixed) || !*fixed[row->why]) {
		with_arguments(&w, engine, row);
	} else if (size >= sizeof(*fixed)) {
		memcpy(buf, fixed[row->why], sizeof(*fixed));
		return;
	} else {
		add(&w, fixed[row->why]);
	}
	*w.at = '\0';
}
