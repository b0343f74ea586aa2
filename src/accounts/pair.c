/**
 * @file src/accounts/pair.c  One call as two sources saw it
 *
 * Decides which record of the PBX and which one of the carrier are the same
 * call: the same other party in the same direction, at the same time by two
 * clocks. Refuses to guess: what fits in more than one way stays ambiguous and
 * is listed, because a wrong pair charges the wrong department in silence.
 *
 * Where several calls of one party lie close together, the tell-tale is how
 * long they talked. So pairs are looked for three times, by time and length,
 * by length, by time; each pass takes only what fits in exactly one way, and
 * what it takes makes others unique.
 */
#include <stdlib.h>
#include <string.h>
#include "pair.h"
#include "pair_offset.h"

/* A party that calls without a pause for hours is a machine: its calls stay
 * ambiguous rather than cost the square of their number. */
#define CLUSTER_MAX 512u
#define CLOSE_US (2 * TW_SECOND)
#define LENGTH_TELLS_US (5 * TW_SECOND)

enum pass { BY_BOTH, BY_LENGTH, BY_TIME, PASSES };

struct node {
	uint32_t place;         /* in its list */
	uint32_t edges;
	uint32_t partner;       /* node of the last edge */
};

/* Records of one party that lie within reach of each other. */
struct cluster {
	struct node *nodes[2];
	size_t count[2];
};

struct pairer {
	const struct tw__sights *sights;
	const struct tw__pair_rules *rules;
	struct tw__offsets offsets;
	const struct tw__seen **order[2];   /* by party, then start */
	struct cluster cluster;
	size_t capacity[2];     /* of its nodes */
	struct tw__pairing *out;
};

static int compare_seen(const struct tw__seen *a, const struct tw__seen *b)
{
	if (a->inbound != b->inbound)
		return a->inbound ? 1 : -1;
	if (a->remote != b->remote)
		return a->remote < b->remote ? -1 : 1;
	return 0;
}

static int compare_rows(const void *x, const void *y)
{
	const struct tw__seen *a = *(const struct tw__seen *const *)x;
	const struct tw__seen *b = *(const struct tw__seen *const *)y;
	int diff = compare_seen(a, b);

	if (diff)
		return diff;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a > b) - (a < b);
}

static int64_t distance(int64_t a, int64_t b)
{
	return a < b ? b - a : a - b;
}

static bool fits(const struct pairer *p, const struct tw__seen *a,
		 const struct tw__seen *b, enum pass pass)
{
	int64_t off = distance(b->start - a->start,
			       tw__offset_at(&p->offsets, a->start));
	int64_t longer = distance(a->duration_us, b->duration_us);

	if (off > p->rules->window_us ||
	    (a->own && b->own && a->own != b->own))
		return false;
	switch (pass) {
	case BY_BOTH:
		/* an offset that hangs on these calls proves nothing */
		return off <= CLOSE_US && longer <= CLOSE_US &&
			a->answered == b->answered && (p->offsets.trusted ||
			a->duration_us >= LENGTH_TELLS_US);
	case BY_LENGTH:
		return longer <= CLOSE_US && a->answered && b->answered &&
			a->duration_us >= LENGTH_TELLS_US;
	default:
		return true;
	}
}

static const struct tw__seen *seen(const struct pairer *p, int side,
				   size_t node)
{
	return &p->sights[side].rows[p->cluster.nodes[side][node].place];
}

static struct tw__paired *paired(const struct pairer *p, int side,
				 size_t node)
{
	return &p->out->side[side][p->cluster.nodes[side][node].place];
}

static void find_edges(struct pairer *p, enum pass pass)
{
	struct cluster *c = &p->cluster;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->count[side]; i++)
			c->nodes[side][i].edges = 0;
	for (size_t i = 0; i < c->count[0]; i++) {
		if (paired(p, 0, i)->state == TW_PAIR_JOINED)
			continue;
		for (size_t j = 0; j < c->count[1]; j++) {
			if (paired(p, 1, j)->state == TW_PAIR_JOINED ||
			    !fits(p, seen(p, 0, i), seen(p, 1, j), pass))
				continue;
			c->nodes[0][i].edges++;
			c->nodes[0][i].partner = (uint32_t)j;
			c->nodes[1][j].edges++;
			c->nodes[1][j].partner = (uint32_t)i;
		}
	}
}

/* Each is the only one that the other can be. */
static bool take_unique(struct pairer *p)
{
	struct cluster *c = &p->cluster;
	bool any = false;

	for (size_t i = 0; i < c->count[0]; i++) {
		uint32_t j = c->nodes[0][i].partner;

		if (c->nodes[0][i].edges != 1 || c->nodes[1][j].edges != 1)
			continue;
		*paired(p, 0, i) = (struct tw__paired){ TW_PAIR_JOINED,
			c->nodes[1][j].place };
		*paired(p, 1, j) = (struct tw__paired){ TW_PAIR_JOINED,
			c->nodes[0][i].place };
		p->out->joined++;
		any = true;
	}
	return any;
}

/* What is left and could be somebody: by the edges of the last pass. */
static void mark_ambiguous(struct pairer *p)
{
	struct cluster *c = &p->cluster;
	bool any = false;

	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < c->count[side]; i++) {
			if (!c->nodes[side][i].edges ||
			    paired(p, side, i)->state == TW_PAIR_JOINED)
				continue;
			*paired(p, side, i) = (struct tw__paired){
				TW_PAIR_AMBIGUOUS,
				(uint32_t)p->out->clusters + 1 };
			p->out->ambiguous[side]++;
			any = true;
		}
	}
	p->out->clusters += any;
}

static void resolve(struct pairer *p)
{
	struct cluster *c = &p->cluster;
	bool any = true;

	if (!c->count[0] || !c->count[1])
		return;
	if (c->count[0] > CLUSTER_MAX || c->count[1] > CLUSTER_MAX) {
		for (int side = 0; side < 2; side++)
			for (size_t i = 0; i < c->count[side]; i++)
				c->nodes[side][i].edges = 1;
		mark_ambiguous(p);
		return;
	}
	while (any) {
		any = false;
		for (enum pass pass = BY_BOTH; pass < PASSES; pass++) {
			find_edges(p, pass);
			any |= take_unique(p);
		}
	}
	find_edges(p, BY_TIME);
	mark_ambiguous(p);
}

static tw_status add_node(struct pairer *p, int side,
			  const struct tw__seen *row, tw_error *err)
{
	uint32_t place = (uint32_t)(row - p->sights[side].rows);
	struct cluster *c = &p->cluster;

	if (tw__grow((void **)&c->nodes[side], &p->capacity[side],
		     c->count[side] + 1, sizeof(struct node)))
		return tw__fail_oom(err);
	c->nodes[side][c->count[side]++] = (struct node){ place, 0, 0 };
	return TW_OK;
}

/* By the first's clock. */
static tw_time time_of(const struct pairer *p, int side,
		       const struct tw__seen *row)
{
	return side ? row->start - tw__offset_at(&p->offsets, row->start) :
		row->start;
}

/* Walks both orders side by side; a pause longer than the window, or another
 * party, ends a cluster. */
static tw_status walk(struct pairer *p, tw_error *err)
{
	size_t at[2] = { 0, 0 };
	const struct tw__seen *last = NULL;
	tw_time reach = 0;

	for (;;) {
		const struct tw__seen *next[2] = { NULL, NULL };
		tw_status status;
		tw_time time;
		int side, order;

		for (side = 0; side < 2; side++) {
			while (at[side] < p->sights[side].count &&
			       p->order[side][at[side]]->alone)
				at[side]++;
			if (at[side] < p->sights[side].count)
				next[side] = p->order[side][at[side]];
		}
		if (!next[0] && !next[1])
			break;
		order = !next[1] ? -1 : !next[0] ? 1 :
			compare_seen(next[0], next[1]);
		side = order ? order > 0 :
			time_of(p, 0, next[0]) > time_of(p, 1, next[1]);
		time = time_of(p, side, next[side]);
		if (last && (compare_seen(last, next[side]) || time > reach)) {
			resolve(p);
			p->cluster.count[0] = p->cluster.count[1] = 0;
		}
		last = next[side];
		/* offsets of two days may differ, so a little further */
		reach = time + 2 * p->rules->window_us;
		at[side]++;
		status = add_node(p, side, next[side], err);
		if (status)
			return status;
	}
	resolve(p);
	return TW_OK;
}

/* What was joined before stays so, and its clocks speak for the others. */
static void keep_known(struct pairer *p, int side)
{
	const struct tw__sights *s = &p->sights[side];

	for (size_t i = 0; i < s->count; i++) {
		if (!s->rows[i].twin)
			continue;
		p->out->side[side][i] = (struct tw__paired){ TW_PAIR_JOINED,
			s->rows[i].twin - 1 };
		p->out->known += (size_t)side;
	}
}

static tw_status prepare(struct pairer *p, tw_error *err)
{
	for (int side = 0; side < 2; side++) {
		const struct tw__sights *s = &p->sights[side];

		if (s->count > INT32_MAX)
			return tw__fail(err, TW_ERANGE, "over 2^31 records "
					"to join; take a month at a time");
		p->order[side] = tw_calloc(s->count + 1,
			sizeof(*p->order[side]));
		p->out->side[side] = tw_calloc(s->count + 1,
			sizeof(struct tw__paired));
		if (!p->order[side] || !p->out->side[side])
			return tw__fail_oom(err);
		for (size_t i = 0; i < s->count; i++)
			p->order[side][i] = &s->rows[i];
		if (s->count)
			qsort(p->order[side], s->count,
			      sizeof(*p->order[side]), compare_rows);
		keep_known(p, side);
	}
	return TW_OK;
}

static int compare_i64(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

static tw_status summarize(struct pairer *p, tw_error *err)
{
	struct tw__pairing *out = p->out;
	int64_t *offsets = tw_calloc(out->joined + out->known + 1,
				     sizeof(*offsets));
	size_t n = 0;

	if (!offsets)
		return tw__fail_oom(err);
	for (size_t i = 0; i < p->sights[0].count; i++) {
		if (out->side[0][i].state == TW_PAIR_JOINED)
			offsets[n++] = p->sights[1].rows[
				out->side[0][i].other].start -
				p->sights[0].rows[i].start;
	}
	if (n)
		qsort(offsets, n, sizeof(*offsets), compare_i64);
	out->offset_us = n ? offsets[n / 2] : 0;
	tw_free(offsets);
	for (int side = 0; side < 2; side++)
		out->alone[side] = p->sights[side].count - out->joined -
			out->known - out->ambiguous[side];
	return TW_OK;
}

tw_status tw__pair(struct tw__pairing *out,
		   const struct tw__sights sights[2],
		   const struct tw__pair_rules *rules, tw_error *err)
{
	struct tw__pairing pairing = { .offset_us = 0 };
	struct pairer p = { .sights = sights, .rules = rules,
		.out = &pairing };
	tw_status status = prepare(&p, err);

	if (!status)
		status = tw__offsets_measure(&p.offsets, sights,
			(const struct tw__seen *const *const *)p.order,
			rules, err);
	if (!status)
		status = walk(&p, err);
	if (!status)
		status = summarize(&p, err);
	tw__offsets_free(&p.offsets);
	for (int side = 0; side < 2; side++) {
		tw_free(p.order[side]);
		tw_free(p.cluster.nodes[side]);
	}
	if (status) {
		tw__pairing_free(&pairing);
		return status;
	}
	*out = pairing;
	return TW_OK;
}

void tw__pairing_free(struct tw__pairing *pairing)
{
	for (int side = 0; side < 2; side++)
		tw_free(pairing->side[side]);
	memset(pairing, 0, sizeof(*pairing));
}
