/**
 * @file src/registration/wake.c  Earlier tries when a registrar is back
 *
 * A registrar that is away for an hour leaves its trunks in back-offs of half
 * an hour; the first that gets an answer knows more than all the others. Then
 * those that wait because of its silence, and for no other reason, try one
 * after the other and not at once: those that found silent the very target
 * that answers now, for another target is another machine. Each asks the pace
 * for its turn as ever, so no limit is passed by; a Retry-After is no silence
 * and is waited for.
 *
 * It decides who is woken and when. When the registrar falls silent again
 * the rest sleeps on, until its next answer.
 */
#include <assert.h>
#include "lane.h"
#include "machine.h"
#include "wake.h"

#define GAP_US 20000LL                 /* between two, at the least */

static void end_waking(struct tw_pace_lane *lane)
{
	struct tw_pace_lane **at = &lane->pace->waking;

	if (!lane->waking)
		return;
	while (*at != lane)
		at = &(*at)->next_waking;
	*at = lane->next_waking;
	lane->waking = false;
}

void tw__wake_add(struct tw_pace_ticket *ticket)
{
	struct tw_pace_lane *lane = ticket->lane;

	if (!lane || ticket->asleep)
		return;
	assert(!ticket->waits);
	ticket->next = NULL;
	ticket->prev = lane->asleep.last;
	*(lane->asleep.last ? &lane->asleep.last->next :
		&lane->asleep.first) = ticket;
	lane->asleep.last = ticket;
	lane->sleepers++;
	ticket->asleep = true;
}

void tw__wake_drop(struct tw_pace_ticket *ticket)
{
	struct tw_pace_queue *queue;

	if (!ticket->asleep)
		return;
	queue = &ticket->lane->asleep;
	*(ticket->prev ? &ticket->prev->next : &queue->first) = ticket->next;
	*(ticket->next ? &ticket->next->prev : &queue->last) = ticket->prev;
	ticket->asleep = false;
	ticket->lane->sleepers--;
	if (!queue->first)
		end_waking(ticket->lane);
}

/* A challenge is to be expected, so two requests each; and not in step with
 * other hosts that see it come back. */
static int64_t gap(const struct tw_pace_lane *lane, const tw_random *random)
{
	int64_t gap_us = 2 * lane->limit.interval_us;

	return tw__jitter(random, gap_us > GAP_US ? gap_us : GAP_US, 500,
		1500);
}

void tw__wake_begin(struct tw_pace_ticket *ticket,
		    const struct tw_address *at, int64_t now_us)
{
	struct tw_pace_lane *lane = ticket->lane;

	if (!lane || !lane->asleep.first || lane->waking)
		return;
	lane->waking = true;
	lane->back = *at;
	lane->unasked = lane->sleepers;
	lane->wake_at = now_us + gap(lane, ticket->owner->random);
	lane->next_waking = lane->pace->waking;
	lane->pace->waking = lane;
}

int64_t tw__wake_at(const tw_pace *pace)
{
	const struct tw_pace_lane *lane;
	int64_t at = INT64_MAX;

	for (lane = pace->waking; lane; lane = lane->next_waking)
		if (lane->wake_at < at)
			at = lane->wake_at;
	return at;
}

/* Its own plan stands where it may not go now. */
static bool may_try(tw_registration *reg, int64_t now_us)
{
	return reg->wanted && reg->state == TW_TRUNK_BACKOFF &&
		!tw__attempt_is_busy(reg) && reg->not_before <= now_us &&
		reg->attempt_at + TW_ATTEMPT_FLOOR_US <= now_us;
}

/* The next who found it silent; the others sleep on, behind. */
static struct tw_pace_ticket *pop(struct tw_pace_lane *lane, int64_t now_us)
{
	while (lane->waking && lane->unasked) {
		struct tw_pace_ticket *ticket = lane->asleep.first;
		tw_registration *reg = ticket->owner;
		bool is_last = lane->sleepers == 1;

		lane->unasked--;
		if (is_last)
			lane->unasked = 0;
		tw__flow_mark_taken(reg);
		if (may_try(reg, now_us) &&
		    tw__targets_is_back(&reg->targets, &lane->back)) {
			tw__wake_drop(ticket);
			return ticket;
		}
		if (is_last)
			break;
		tw__wake_drop(ticket);
		tw__wake_add(ticket);
	}
	end_waking(lane);
	return NULL;
}

struct tw_pace_ticket *tw__wake_next(tw_pace *pace, int64_t now_us)
{
	struct tw_pace_lane *lane, *next;

	for (lane = pace->waking; lane; lane = next) {
		struct tw_pace_ticket *ticket;

		next = lane->next_waking;
		if (lane->wake_at > now_us)
			continue;
		if (now_us - lane->answered_at >= TW_SILENCE_US) {
			end_waking(lane);
			continue;
		}
		ticket = pop(lane, now_us);
		if (!ticket)
			continue;
		lane->wake_at = now_us + gap(lane, ticket->owner->random);
		/* a lack of memory has planned its back-off */
		(void)tw__attempt_begin(ticket->owner, false, now_us, NULL);
		return ticket;
	}
	return NULL;
}
