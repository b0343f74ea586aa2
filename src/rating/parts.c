/**
 * @file src/rating/parts.c  Whether the parts of a price make a whole one
 *
 * Decides that wherever a row with a band or a second is in force, the rest
 * of a call has a price as well: half a price would be found out by the call
 * that has none. Refuses to know which call that would be.
 *
 * One sweep over the starts and ends of a group's rows, because a group may
 * have as many of them as a sheet has lines.
 */
#include "deck.h"

#include <stdlib.h>

struct event {
	tw_time at;
	uint32_t row;           /* of the group */
	int32_t step;           /* 1 starts, -1 ends */
};

/* What is in force between two events. */
struct sweep {
	const struct tw_deck *deck;
	const struct tw_rate_row *rows;
	size_t count;
	struct event *events;
	size_t event_count;
	size_t live;
	size_t closed;                      /* blocked or ended */
	uint32_t bases[TW_BANDS_MAX + 1];   /* with from_s 0, by band */
	uint32_t later[TW_BANDS_MAX + 1];   /* with from_s > 0 */
};

/* Ends go before starts: [from, to). */
static int compare_events(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;

	return x->step - y->step;
}

static void apply(struct sweep *s, const struct event *event)
{
	const struct tw_rate_row *row = &s->rows[event->row];
	uint32_t *count = row->from_s ? &s->later[row->band]
				      : &s->bases[row->band];

	*count += (uint32_t)event->step;
	s->live += (size_t)event->step;
	if (row->status != TW_RATE_PRICED)
		s->closed += (size_t)event->step;
}

/* A line to point at: any row in force there. */
static tw_status fail(const struct sweep *s, tw_time at, const char *what,
		      tw_error *err)
{
	char prefix[TW_PREFIX_DIGITS + 1];
	const struct tw_rate_row *row = s->rows;

	for (size_t i = 0; i < s->count; i++) {
		if (s->rows[i].from <= at && at < s->rows[i].to &&
		    (s->rows[i].band || s->rows[i].from_s))
			row = &s->rows[i];
	}
	tw__prefix_unpack(prefix, row->prefix);

	return tw__fail_at(err, TW_ECONFLICT, tw__note_of(s->deck, row)->line,
			   row->band ? "band" : "from_s", "%s %s", prefix,
			   what);
}

static tw_status fail_band(const struct sweep *s, tw_time at, size_t band,
			   tw_error *err)
{
	struct tw_buf buf;
	tw_status status;

	tw__buf_init(&buf);
	tw__buf_printf(&buf, "has no price in band \"%s\" while this row is "
		       "in force; add its row or one without a band",
		       s->deck->bands[band].name);
	status = fail(s, at, buf.data ? buf.data : "has bands without a "
		      "price", err);
	tw__buf_free(&buf);

	return status;
}

static tw_status check(const struct sweep *s, tw_time at, tw_error *err)
{
	if (!s->live)
		return TW_OK;
	if (s->closed && s->live > 1)
		return fail(s, at, "is blocked or ended and has a price at "
			    "the same time; end one of them", err);
	for (size_t b = 0; b <= s->deck->band_count; b++) {
		if (s->later[b] && !s->bases[b])
			return fail(s, at, "has a price from a later second, "
				"but none from the first one; add the row "
				"with from_s 0 of the same band", err);
	}
	if (s->bases[0])
		return TW_OK;
	for (size_t b = 1; b <= s->deck->band_count; b++) {
		if (!s->bases[b])
			return fail_band(s, at, b - 1, err);
	}

	return TW_OK;
}

static void list_events(struct sweep *s)
{
	s->event_count = 0;
	for (size_t i = 0; i < s->count; i++) {
		s->events[s->event_count++] = (struct event){
			s->rows[i].from, (uint32_t)i, 1 };
		s->events[s->event_count++] = (struct event){
			s->rows[i].to, (uint32_t)i, -1 };
	}
	qsort(s->events, s->event_count, sizeof(*s->events), compare_events);
}

static tw_status run(struct sweep *s, tw_error *err)
{
	s->events = tw_calloc(2 * s->count, sizeof(*s->events));
	if (!s->events)
		return tw__fail_oom(err);
	list_events(s);
	for (size_t i = 0; i < s->event_count; i++) {
		tw_time at = s->events[i].at;
		tw_status status;

		apply(s, &s->events[i]);
		if (i + 1 < s->event_count && s->events[i + 1].at == at)
			continue;
		status = check(s, at, err);
		if (status)
			return status;
	}

	return TW_OK;
}

static bool same_group(const struct tw_rate_row *a,
		       const struct tw_rate_row *b)
{
	return a->prefix == b->prefix && a->caller == b->caller &&
		a->relation == b->relation && a->direction == b->direction;
}

static tw_status check_group(const struct tw_deck *deck, size_t from,
			     size_t to, tw_error *err)
{
	struct sweep *s = tw_calloc(1, sizeof(*s));
	tw_status status;

	if (!s)
		return tw__fail_oom(err);
	s->deck = deck;
	s->rows = deck->rows + from;
	s->count = to - from;
	status = run(s, err);
	tw_free(s->events);
	tw_free(s);

	return status;
}

tw_status tw__parts_check(const struct tw_deck *deck, tw_error *err)
{
	size_t from = 0;

	for (size_t i = 0; i < deck->count; i++) {
		const struct tw_rate_row *row = &deck->rows[i];
		tw_status status;

		if (!same_group(row, &deck->rows[from]))
			from = i;
		if (i + 1 < deck->count && same_group(row, row + 1))
			continue;
		if (!row->band && !row->from_s)
			continue;
		status = check_group(deck, from, i + 1, err);
		if (status)
			return status;
	}

	return TW_OK;
}
