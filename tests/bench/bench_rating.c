/*
 * What rating costs: a number's prefix beside three usual ways to find it, a
 * whole charge, a deck put in place of another one while it is asked, and a
 * deck out of a file. All in one process; see rating_lookup.c for the ways.
 *
 * bench_rating [calls] prints one table after another. Aims (of the uniform
 * calls of 500 000 prefixes): a look-up in 0.35 of the tree's time and 0.20 of
 * its memory; a flat charge in 150 ns; a million charges a second and core
 * with bands and rounding.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "rating/image.h"
#include "rating_bench.h"

#define BATCH 1000

/* ---- whole charges ---- */

static tw_rating_request request_of(const struct bench *b, size_t i,
				    enum terms terms)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;

	request.number = b->numbers[i];
	request.answer = b->answers[i];
	request.duration_us = b->durations_us[i];
	if (terms == TERMS_TIERS) {
		/* one in eight meets a boundary of each kind */
		request.bundle_left_s = i % 8 ? 0 : 40;
		request.used_s = i % 8 ? (int64_t)i % 90000 : 59990;
	}
	return request;
}

static uint64_t rate_slice(const struct bench *b, const tw_deck *deck,
			   enum terms terms, size_t from, size_t to)
{
	tw_charge charge = TW_CHARGE_INIT;
	uint64_t sum = 0;

	for (size_t i = from; i < to; i++) {
		tw_rating_request request = request_of(b, i, terms);

		if (!tw_rating_rate(&charge, deck, &request, NULL))
			sum += (uint64_t)charge.cost.nanos;
	}
	return sum;
}

static uint64_t rate_columns(const struct bench *b, const tw_deck *deck,
			     int64_t *costs)
{
	tw_rating_columns columns = TW_RATING_COLUMNS_INIT;
	tw_charge_columns charges = TW_CHARGE_COLUMNS_INIT;
	uint64_t priced = 0, sum = 0;

	columns.count = b->asked;
	columns.numbers = b->numbers[0];
	columns.number_stride = NUMBER_MAX;
	columns.answers = b->answers;
	columns.durations_us = b->durations_us;
	charges.costs = costs;
	if (tw_rating_rate_columns(&charges, deck, &columns, &priced, NULL))
		die("no columns");
	for (size_t i = 0; i < b->asked; i++)
		sum += costs[i] == INT64_MIN ? 0 : (uint64_t)costs[i];
	return sum;
}

struct slice {
	const struct bench *b;
	const tw_deck *deck;
	enum terms terms;
	size_t from, to;
	uint64_t sum;
	double took_ns;
};

static void *rate_in_thread(void *arg)
{
	struct slice *s = arg;
	double start = cpu_ns();

	s->sum = rate_slice(s->b, s->deck, s->terms, s->from, s->to);
	s->took_ns = cpu_ns() - start;
	return NULL;
}

/* took_ns: as long as two threads on processors of their own would take. */
static uint64_t rate_by_two(const struct bench *b, const tw_deck *deck,
			    enum terms terms, double *took_ns)
{
	struct slice halves[2] = {
		{ b, deck, terms, 0, b->asked / 2, 0, 0 },
		{ b, deck, terms, b->asked / 2, b->asked, 0, 0 },
	};
	pthread_t threads[2];

	for (size_t i = 0; i < 2; i++) {
		if (pthread_create(&threads[i], NULL, rate_in_thread,
				   &halves[i]))
			die("no thread");
	}
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	*took_ns = halves[0].took_ns > halves[1].took_ns ? halves[0].took_ns
							  : halves[1].took_ns;
	return halves[0].sum + halves[1].sum;
}

enum how { HOW_SINGLE, HOW_COLUMNS, HOW_TWO, HOW_COUNT };

/* ns per call; columns know no bundles and no tiers. */
static void time_charges(const struct bench *b, enum terms terms,
			 double best[HOW_COUNT])
{
	tw_deck *deck = deck_make(b, terms, NULL);
	int64_t *costs = must(calloc(b->asked, sizeof(*costs)));
	uint64_t sum[HOW_COUNT] = { 0, 0, 0 };

	for (size_t h = 0; h < HOW_COUNT; h++)
		best[h] = 1e18;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t h = 0; h < HOW_COUNT; h++) {
			double start = cpu_ns(), took, two_ns = 0;

			if (h == HOW_SINGLE)
				sum[h] = rate_slice(b, deck, terms, 0,
						    b->asked);
			else if (h == HOW_TWO)
				sum[h] = rate_by_two(b, deck, terms, &two_ns);
			else if (terms == TERMS_TIERS)
				sum[h] = sum[HOW_SINGLE];
			else
				sum[h] = rate_columns(b, deck, costs);
			took = h == HOW_TWO ? two_ns : cpu_ns() - start;
			took /= (double)b->asked;
			if (took < best[h])
				best[h] = took;
		}
	}
	if (!sum[0] || sum[0] != sum[HOW_COLUMNS] || sum[0] != sum[HOW_TWO])
		die("charges disagree, or all calls were free");
	free(costs);
	tw_deck_free(deck);
}

static void bench_charges(struct bench *b)
{
	static const char *const names[] = { "flat", "bands", "tiers" };
	double best[HOW_COUNT];

	for (int skewed = 0; skewed < 2; skewed++) {
		draw_calls(b, skewed);
		for (int terms = TERMS_FLAT; terms <= TERMS_TIERS; terms++) {
			time_charges(b, (enum terms)terms, best);
			printf("%8zu  %-7s  %-5s  %7.1f ns  %5.2f M/s",
			       b->count, skewed ? "skewed" : "uniform",
			       names[terms], best[HOW_SINGLE],
			       1e3 / best[HOW_SINGLE]);
			if (terms == TERMS_TIERS)
				printf("         -         -");
			else
				printf("  %7.1f ns  %5.2f M/s",
				       best[HOW_COLUMNS],
				       1e3 / best[HOW_COLUMNS]);
			printf("  two threads %5.2f M/s\n",
			       1e3 / best[HOW_TWO]);
		}
	}
}

/* ---- another deck in its place ---- */

/* A host's way: the pointer is exchanged, and the old deck dropped once each
 * reader has begun another batch. */
struct shared {
	const struct bench *b;
	tw_deck *deck;                  /* atomic */
	uint64_t batches;               /* atomic, of the reader */
	uint32_t stop;                  /* atomic */
	double longest_ns;              /* of a batch */
};

static void *read_on(void *arg)
{
	struct shared *s = arg;
	size_t from = 0, step = BATCH < s->b->asked ? BATCH : s->b->asked;

	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		const tw_deck *deck = __atomic_load_n(&s->deck,
						      __ATOMIC_ACQUIRE);
		double start = now_ns(), took;

		rate_slice(s->b, deck, TERMS_FLAT, from, from + step);
		took = now_ns() - start;
		if (took > s->longest_ns)
			s->longest_ns = took;
		from = from + 2 * step > s->b->asked ? 0 : from + step;
		__atomic_add_fetch(&s->batches, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

static uint64_t batches_of(const struct shared *s)
{
	return __atomic_load_n(&s->batches, __ATOMIC_ACQUIRE);
}

static void swap(struct shared *s, tw_deck *deck)
{
	tw_deck *old = __atomic_exchange_n(&s->deck, deck, __ATOMIC_ACQ_REL);
	uint64_t seen = batches_of(s);

	while (batches_of(s) < seen + 2)
		usleep(10);
	tw_deck_free(old);
}

static void bench_swap(struct bench *b)
{
	struct shared s = { b, deck_make(b, TERMS_FLAT, NULL), 0, 0, 0 };
	double alone_s, beside_s, start, build_ms, swap_us;
	uint64_t alone, beside;
	pthread_t reader;
	tw_deck *next;

	draw_calls(b, true);
	if (pthread_create(&reader, NULL, read_on, &s))
		die("no thread");
	start = now_ns();
	usleep(b->asked < 100000 ? 10000 : 500000);
	alone = batches_of(&s);
	alone_s = (now_ns() - start) / 1e9;
	start = now_ns();
	next = deck_make(b, TERMS_FLAT, &build_ms);
	beside = batches_of(&s) - alone;
	beside_s = (now_ns() - start) / 1e9;
	start = now_ns();
	swap(&s, next);
	swap_us = (now_ns() - start) / 1e3;
	__atomic_store_n(&s.stop, 1, __ATOMIC_RELEASE);
	pthread_join(reader, NULL);
	tw_deck_free(s.deck);
	printf("%8zu  made in %.0f ms, swapped and the old one dropped in "
	       "%.0f us\n          a reader beside it: %.2f M/s before, %.2f "
	       "M/s meanwhile, longest batch of %d %.2f ms\n", b->count,
	       build_ms, swap_us, (double)alone * BATCH / alone_s / 1e6,
	       (double)beside * BATCH / beside_s / 1e6, BATCH,
	       s.longest_ns / 1e6);
}

/* ---- out of a file ---- */

static void bench_file(struct bench *b)
{
	char path[] = "/tmp/bench_rating_XXXXXX";
	double start, save_ms, open_ms, best_ms = 1e18, sum_ms, sha_ms;
	tw_deck *deck = deck_make(b, TERMS_FLAT, NULL), *seen;
	void *data = NULL;
	size_t size = 0;
	int fd = mkstemp(path);

	if (fd < 0 || close(fd))
		die("no place for a file");
	start = now_ns();
	if (tw_deck_save(deck, path, NULL))
		die("not saved");
	save_ms = (now_ns() - start) / 1e6;
	for (int round = 0; round < ROUNDS; round++) {
		seen = NULL;
		start = cpu_ns();
		if (tw_deck_open(&seen, path, NULL))
			die("not opened");
		open_ms = (cpu_ns() - start) / 1e6;
		if (open_ms < best_ms)
			best_ms = open_ms;
		tw_deck_free(seen);
	}
	if (tw_deck_pack(&data, &size, deck, NULL))
		die("not packed");
	start = cpu_ns();
	tw__image_seal(data, size);
	sum_ms = (cpu_ns() - start) / 1e6;
	start = cpu_ns();
	tw__hash64(data, size);
	sha_ms = (cpu_ns() - start) / 1e6;
	printf("%8zu  %.1f MiB, %.0f bytes a prefix; saved in %.0f ms, opened "
	       "in %.1f ms (its sum %.1f ms; SHA-256 of it %.1f ms)\n",
	       b->count, (double)size / 1048576,
	       (double)size / (double)b->count, save_ms, best_ms, sum_ms,
	       sha_ms);
	tw_free(data);
	tw_deck_free(deck);
	unlink(path);
}

static void for_each_size(struct bench *b, const char *title,
			  void (*bench)(struct bench *b))
{
	static const size_t sizes[] = { 5000, 50000, 500000, 1000000 };
	/* A small round only shows that all ways agree. */
	size_t count = b->asked < 100000 ? 1 : 4;

	printf("\n%s\n", title);
	for (size_t i = 0; i < count; i++) {
		draw_prefixes(b, sizes[i]);
		bench(b);
	}
}

int main(int argc, char **argv)
{
	size_t asked = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	struct bench b;

	if (!asked)
		die("how many calls?");
	/* each line when it is known: a full round takes minutes */
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_open(&b, asked);
	for_each_size(&b, "prefixes  way     uniform      skewed       memory "
		      "per prefix", bench_lookup);
	for_each_size(&b, "prefixes  calls    terms   one by one            "
		      "columns               one deck", bench_charges);
	for_each_size(&b, "prefixes  a deck in place of another", bench_swap);
	for_each_size(&b, "prefixes  a deck in a file", bench_file);
	bench_close(&b);
	return 0;
}
