/**
 * @file src/registration/pace.c  No flood
 *
 * Decides whose attempt goes when: token buckets, one for all and one for
 * each registrar, and queues before them. It refuses to know what an attempt
 * is; attempt.c asks and is called back.
 *
 * A registrar that answers nothing gets no more than a second's worth of
 * attempts at a time: else all its trunks would hang in transactions, send
 * on and on, and fall upon it together when it is back. One answer, to
 * whichever of them, lets all go on.
 *
 * A bucket is one number (GCRA): the time when it would be full again. Queues
 * and not a guess at a later time for each: whoever waits is woken once, and
 * a registrar whose bucket is empty holds up nobody else.
 */
#include <assert.h>
#include <string.h>
#include "base/hash.h"
#include "lane.h"
#include "machine.h"
#include "wake.h"

#define REGISTRAR_MAX 300u

/* A burst of a tenth, and so much less afterwards that burst and refill
 * together keep the promise of any second. */
static struct tw_pace_limit limit_of(uint32_t rate)
{
	const uint32_t burst = 1 + rate / 10;
	struct tw_pace_limit limit = { 0, 0 };

	if (!rate)
		return limit;
	limit.interval_us = (TW_SECOND + rate - burst) / (rate - burst + 1);
	limit.burst_us = limit.interval_us * (burst - 1);
	return limit;
}

static int64_t ready_at(const struct tw_pace_limit *limit, int64_t full_at)
{
	return limit->interval_us ? full_at - limit->burst_us : INT64_MIN;
}

static void take(const struct tw_pace_limit *limit, int64_t *full_at,
		 uint32_t n, int64_t now_us)
{
	if (*full_at < now_us)
		*full_at = now_us;
	*full_at += limit->interval_us * n;
}

static int64_t lane_at(const struct tw_pace_lane *lane)
{
	return ready_at(&lane->limit, lane->full_at);
}

/* ---- the heap ---- */

static void put(struct tw_pace_heap *heap, size_t place,
		struct tw_pace_lane *lane)
{
	heap->lane[place] = lane;
	lane->place = place + 1;
}

static void sift(struct tw_pace_heap *heap, struct tw_pace_lane *lane)
{
	size_t i = lane->place - 1;

	while (i && lane_at(heap->lane[(i - 1) / 2]) > lane_at(lane)) {
		put(heap, i, heap->lane[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < heap->count && lane_at(heap->lane[child + 1])
		    < lane_at(heap->lane[child]))
			child++;
		if (child >= heap->count ||
		    lane_at(heap->lane[child]) >= lane_at(lane))
			break;
		put(heap, i, heap->lane[child]);
		i = child;
	}
	put(heap, i, lane);
}

static void heap_remove(struct tw_pace_lane *lane)
{
	struct tw_pace_heap *heap = &lane->pace->heap[lane->urgent];
	struct tw_pace_lane *last = heap->lane[--heap->count];

	assert(lane->place);
	if (last != lane) {
		put(heap, lane->place - 1, last);
		sift(heap, last);
	}
	lane->place = 0;
}

/* Room was made when the lane was: this cannot fail. */
static void heap_add(struct tw_pace_lane *lane, bool urgent)
{
	struct tw_pace_heap *heap = &lane->pace->heap[urgent];

	assert(!lane->place && heap->count < heap->capacity);
	lane->urgent = urgent;
	put(heap, heap->count++, lane);
	sift(heap, lane);
}

/* After its bucket or its queues changed. */
static void settle(struct tw_pace_lane *lane)
{
	const bool urgent = lane->queue[1].first != NULL;
	const bool any = !lane->silent && (urgent || lane->queue[0].first);

	if (lane->place && (!any || lane->urgent != urgent))
		heap_remove(lane);
	if (any && !lane->place)
		heap_add(lane, urgent);
	else if (any)
		sift(&lane->pace->heap[urgent], lane);
}

/* ---- queues ---- */

static void enqueue(struct tw_pace_ticket *ticket)
{
	struct tw_pace_lane *lane = ticket->lane;
	struct tw_pace_queue *queue = &lane->queue[ticket->urgent];

	ticket->next = NULL;
	ticket->prev = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = ticket;
	queue->last = ticket;
	ticket->waits = true;
	lane->waiting += ticket->cost;
	lane->pace->waiting += ticket->cost;
	lane->pace->tickets++;
	settle(lane);
}

void tw__pace_drop(struct tw_pace_ticket *ticket)
{
	struct tw_pace_lane *lane = ticket->lane;
	struct tw_pace_queue *queue;

	tw__wake_drop(ticket);
	if (!ticket->waits)
		return;
	queue = &lane->queue[ticket->urgent];
	*(ticket->prev ? &ticket->prev->next : &queue->first) = ticket->next;
	*(ticket->next ? &ticket->next->prev : &queue->last) = ticket->prev;
	ticket->waits = false;
	lane->waiting -= ticket->cost;
	lane->pace->waiting -= ticket->cost;
	lane->pace->tickets--;
	settle(lane);
}

static void charge(struct tw_pace_lane *lane, uint32_t n, int64_t now_us)
{
	take(&lane->pace->all, &lane->pace->full_at, n, now_us);
	take(&lane->limit, &lane->full_at, n, now_us);
	settle(lane);
}

void tw__pace_charge(struct tw_pace_ticket *ticket, int64_t now_us)
{
	if (ticket->lane)
		charge(ticket->lane, 1, now_us);
}

static bool is_silent(const struct tw_pace_lane *lane, int64_t now_us)
{
	return lane->window && lane->begun >= lane->window &&
		now_us - lane->answered_at >= TW_SILENCE_US;
}

/* The lane whose first may go now; NULL: none. */
static struct tw_pace_lane *due(tw_pace *pace, int64_t now_us)
{
	if (ready_at(&pace->all, pace->full_at) > now_us)
		return NULL;
	for (int urgent = 1; urgent >= 0; urgent--) {
		const struct tw_pace_heap *heap = &pace->heap[urgent];

		while (heap->count && lane_at(heap->lane[0]) <= now_us) {
			struct tw_pace_lane *lane = heap->lane[0];

			if (!is_silent(lane, now_us))
				return lane;
			lane->silent = lane->was_silent = true;
			settle(lane);
		}
	}
	return NULL;
}

static void wake(struct tw_pace_lane *lane)
{
	if (!lane->silent)
		return;
	lane->silent = false;
	settle(lane);
}

void tw__pace_answered(struct tw_pace_ticket *ticket, int64_t now_us)
{
	if (!ticket->lane)
		return;
	ticket->lane->answered_at = now_us;
	ticket->lane->was_silent = false;
	wake(ticket->lane);
}

void tw__pace_end(struct tw_pace_ticket *ticket)
{
	if (!ticket->begun)
		return;
	ticket->begun = false;
	ticket->lane->begun--;
	wake(ticket->lane);
}

static void let_go(struct tw_pace_ticket *ticket, int64_t now_us)
{
	struct tw_pace_lane *lane = ticket->lane;

	/* the first after a rest starts the time that it has to answer */
	if (!lane->begun++ && !lane->was_silent &&
	    now_us - lane->answered_at >= TW_SILENCE_US)
		lane->answered_at = now_us;
	ticket->begun = true;
	charge(lane, ticket->cost, now_us);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool tw__pace_ask(struct tw_pace_ticket *ticket, bool urgent, uint32_t cost,
		  int64_t now_us, int64_t *at)
{
	struct tw_pace_lane *lane = ticket->lane;
	tw_pace *pace;

	if (!lane)
		return true;
	assert(!ticket->waits && !ticket->begun && cost);
	tw__wake_drop(ticket);
	pace = lane->pace;
	ticket->urgent = urgent;
	ticket->cost = cost;
	if (!lane->waiting && !due(pace, now_us) &&
	    !is_silent(lane, now_us) && later(lane_at(lane),
		ready_at(&pace->all, pace->full_at)) <= now_us) {
		let_go(ticket, now_us);
		return true;
	}
	/* as if all that wait were before it */
	*at = later(later(lane_at(lane), now_us) + (int64_t)lane->waiting *
			lane->limit.interval_us,
		later(ready_at(&pace->all, pace->full_at), now_us) +
			(int64_t)pace->waiting * pace->all.interval_us);
	enqueue(ticket);
	return false;
}

tw_status tw_pace_next(void **out, tw_pace *pace, int64_t now_us,
		       tw_error *err)
{
	struct tw_pace_ticket *ticket;
	struct tw_pace_lane *lane;

	if (!out || !pace)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	ticket = tw__wake_next(pace, now_us);
	if (ticket) {
		*out = ticket->arg;
		return TW_OK;
	}
	lane = due(pace, now_us);
	if (!lane)
		return TW_ITER_END;
	ticket = lane->queue[lane->urgent].first;
	tw__pace_drop(ticket);
	let_go(ticket, now_us);
	*out = ticket->arg;
	/* a lack of memory has planned its back-off already */
	(void)tw__attempt_turn(ticket->owner, now_us, NULL);
	return TW_OK;
}

int64_t tw_pace_deadline(const tw_pace *pace)
{
	int64_t at = INT64_MAX;

	for (int i = 0; pace && i < 2; i++)
		if (pace->heap[i].count && lane_at(pace->heap[i].lane[0]) < at)
			at = lane_at(pace->heap[i].lane[0]);
	if (at != INT64_MAX)
		at = later(at, ready_at(&pace->all, pace->full_at));
	return pace && tw__wake_at(pace) < at ? tw__wake_at(pace) : at;
}

uint32_t tw_pace_waiting(const tw_pace *pace)
{
	return pace ? pace->tickets : 0;
}

int64_t tw__pace_spread(const struct tw_pace_ticket *ticket)
{
	return ticket->lane ? ticket->lane->pace->spread_us : 0;
}

/* ---- lanes ---- */

static void unref(tw_pace *pace)
{
	if (--pace->refs)
		return;
	assert(!pace->lanes);
	tw_free(pace->table);
	tw_free(pace->heap[0].lane);
	tw_free(pace->heap[1].lane);
	tw_free(pace);
}

/* One lane for one bucket at least; NULL from the allocator leaves the old,
 * slower table. */
static tw_status grow_table(tw_pace *pace)
{
	size_t buckets = pace->buckets ? pace->buckets * 2 : 16;
	struct tw_pace_lane **table, *lane;

	if (pace->lanes < pace->buckets)
		return TW_OK;
	table = tw_calloc(buckets, sizeof(*table));
	if (!table)
		return pace->buckets ? TW_OK : TW_ENOMEM;
	for (size_t i = 0; i < pace->buckets; i++) {
		while ((lane = pace->table[i]) != NULL) {
			pace->table[i] = lane->next;
			lane->next = table[lane->key & (buckets - 1)];
			table[lane->key & (buckets - 1)] = lane;
		}
	}
	tw_free(pace->table);
	pace->table = table;
	pace->buckets = buckets;
	return TW_OK;
}

static struct tw_pace_lane *add_lane(tw_pace *pace, uint64_t key)
{
	struct tw_pace_lane *lane = NULL, **bucket;

	for (int i = 0; i < 2; i++)
		if (tw__grow((void **)&pace->heap[i].lane,
			     &pace->heap[i].capacity, pace->lanes + 1,
			     sizeof(*pace->heap[i].lane)))
			return NULL;
	if (!grow_table(pace))
		lane = tw_calloc(1, sizeof(*lane));
	if (!lane)
		return NULL;
	bucket = &pace->table[key & (pace->buckets - 1)];
	lane->pace = pace;
	lane->key = key;
	lane->limit = limit_of(pace->rate_each);
	lane->window = pace->rate_each;
	lane->full_at = lane->answered_at = INT64_MIN / 2;
	lane->next = *bucket;
	*bucket = lane;
	pace->lanes++;
	return lane;
}

/* 64 bits of SHA-256 over the text stand for it: two registrars that share
 * them would share a limit, no more. */
static uint64_t lane_key(const struct tw_trunk_config *config)
{
	char text[REGISTRAR_MAX];
	size_t l = 0;

	for (; config->hop[0].host[l] && l < REGISTRAR_MAX - 4; l++) {
		char c = config->hop[0].host[l];

		text[l] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	text[l++] = '\0';
	text[l++] = (char)(config->hop[0].port >> 8);
	text[l++] = (char)(config->hop[0].port & 0xff);
	return tw__hash64(text, l);
}

/* The bucket is as full as it was: a limit that is told again and again
 * lets nobody off. */
void tw__pace_limit(struct tw_pace_ticket *ticket, uint32_t rate)
{
	struct tw_pace_lane *lane = ticket->lane;

	if (!lane)
		return;
	lane->window = rate ? rate : lane->pace->rate_each;
	lane->limit = limit_of(lane->window);
	settle(lane);
	wake(lane);
}

static tw_status join(tw_pace *pace, struct tw_pace_ticket *ticket,
		      uint64_t key, tw_error *err)
{
	struct tw_pace_lane *lane = pace->buckets ?
		pace->table[key & (pace->buckets - 1)] : NULL;

	while (lane && lane->key != key)
		lane = lane->next;
	if (!lane)
		lane = add_lane(pace, key);
	if (!lane)
		return tw__fail_oom(err);
	lane->refs++;
	pace->refs++;
	ticket->lane = lane;
	return TW_OK;
}

/* The bucket goes with the lane's last registration: who frees and makes
 * trunks in a loop gets its small burst anew, and the limit for all stays. */
static void remove_lane(struct tw_pace_lane *lane)
{
	tw_pace *pace = lane->pace;
	struct tw_pace_lane **at = &pace->table[lane->key &
		(pace->buckets - 1)];

	assert(!lane->place && !lane->waking);
	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	tw_free(lane);
	pace->lanes--;
}

void tw__pace_leave(struct tw_pace_ticket *ticket)
{
	struct tw_pace_lane *lane = ticket->lane;
	tw_pace *pace;

	if (!lane)
		return;
	tw__pace_drop(ticket);
	tw__pace_end(ticket);
	ticket->lane = NULL;
	pace = lane->pace;
	if (!--lane->refs)
		remove_lane(lane);
	unref(pace);
}

/* ---- the public door ---- */

static tw_status check(const tw_pace_options *o, tw_error *err)
{
	if (o->flags)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", o->flags);
	if (o->requests_per_s > TW_PACE_RATE_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "requests_per_s",
			"%u is not within 0..%u", o->requests_per_s,
			TW_PACE_RATE_MAX);
	if (o->registrar_requests_per_s > TW_PACE_RATE_MAX)
		return tw__fail_at(err, TW_EINVAL, 0,
			"registrar_requests_per_s", "%u is not within 0..%u",
			o->registrar_requests_per_s, TW_PACE_RATE_MAX);
	if (o->start_spread_s > 3600)
		return tw__fail_at(err, TW_EINVAL, 0, "start_spread_s",
			"%u is not within 0..3600", o->start_spread_s);
	return TW_OK;
}

tw_status tw_pace_new(tw_pace **out, const tw_pace_options *options,
		      tw_error *err)
{
	tw_pace_options o = TW_PACE_OPTIONS_INIT;
	tw_status status = TW_OK;
	tw_pace *pace;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	if (options)
		status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check(&o, err);
	if (status)
		return status;
	pace = tw_calloc(1, sizeof(*pace));
	if (!pace)
		return tw__fail_oom(err);
	pace->refs = 1;
	pace->all = limit_of(o.requests_per_s);
	pace->rate_each = o.registrar_requests_per_s;
	pace->spread_us = o.start_spread_s * TW_SECOND;
	pace->full_at = INT64_MIN / 2;
	*out = pace;
	return TW_OK;
}

void tw_pace_free(tw_pace *pace)
{
	if (pace)
		unref(pace);
}

tw_status tw_registration_set_pace(tw_registration *reg, tw_pace *pace,
				   void *arg, tw_error *err)
{
	tw_status status;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	if (tw__attempt_is_busy(reg))
		return tw__fail(err, TW_EINVAL, "the registration is under "
			"way; set its pace before it is started");
	tw__pace_leave(&reg->ticket);
	reg->ticket.owner = reg;
	reg->ticket.arg = arg;
	if (!pace)
		return TW_OK;
	status = join(pace, &reg->ticket, lane_key(&reg->config), err);
	if (!status && reg->config.requests_per_s)
		tw__pace_limit(&reg->ticket, reg->config.requests_per_s);
	return status;
}
