/**
 * @file flight.h  Packets that are under way, the next to arrive first
 *
 * A network of virtual time: what is lost and how long the rest takes is the
 * test's, which rolls its own dice for it.
 */
#ifndef TW_TESTS_REGISTRATION_FLIGHT_H
#define TW_TESTS_REGISTRATION_FLIGHT_H

#include "fake.h"

enum { FLIGHT_MAX = 8192 };

struct packet {
	int64_t at;
	uint32_t owner;              /* whose exchange it is of */
	int to;                      /* what the test means by it */
	uint32_t size;
	char text[1500];
};

struct flight {
	struct packet *heap[FLIGHT_MAX];      /* by arrival */
	size_t count;
};

/* On its way by flight_add(), which takes it. */
static struct packet *packet_new(uint32_t owner, int to, const char *text,
				 size_t size)
{
	struct packet *p = malloc(sizeof(*p));

	assert_non_null(p);
	assert_true(size < sizeof(p->text));
	p->owner = owner;
	p->to = to;
	p->size = (uint32_t)size;
	memcpy(p->text, text, size);
	p->text[size] = '\0';
	return p;
}

static void flight_add(struct flight *f, struct packet *p, int64_t at)
{
	size_t i = f->count++;

	assert_true(i < FLIGHT_MAX);
	p->at = at;
	for (; i && f->heap[(i - 1) / 2]->at > at; i = (i - 1) / 2)
		f->heap[i] = f->heap[(i - 1) / 2];
	f->heap[i] = p;
}

/* The first one that has arrived by `now`: to be freed. */
static struct packet *flight_land(struct flight *f, int64_t now)
{
	struct packet *first, *last;
	size_t i = 0, child;

	if (!f->count || f->heap[0]->at > now)
		return NULL;
	first = f->heap[0];
	last = f->heap[--f->count];
	while ((child = 2 * i + 1) < f->count) {
		if (child + 1 < f->count &&
		    f->heap[child + 1]->at < f->heap[child]->at)
			child++;
		if (f->heap[child]->at >= last->at)
			break;
		f->heap[i] = f->heap[child];
		i = child;
	}
	f->heap[i] = last;
	return first;
}

static int64_t flight_next(const struct flight *f)
{
	return f->count ? f->heap[0]->at : INT64_MAX;
}

static void flight_clear(struct flight *f)
{
	while (f->count)
		free(f->heap[--f->count]);
}

/* What follows `key` up to the end of its line, "" where it is missing. */
static const char *line_of(char *out, size_t size, const char *text,
			   const char *key)
{
	const char *p = strstr(text, key);
	size_t l = p ? strcspn(p += strlen(key), "\r") : 0;

	assert_true(l < size);
	memcpy(out, p ? p : "", l);
	out[l] = '\0';
	return out;
}

#endif
