/*
 * What it costs to know where a number stands: a file in the regulator's form
 * is made, read, imported and opened, and then numbers drawn from its ranges
 * are asked for. The peer of the same run is libc's bsearch() over the same
 * ranges, which finds the range and copies nothing; both must agree.
 *
 * Usage: bench_numbering [ranges]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <trunkwise.h>
#include <trunkwise/sys/alloc.h>
#include "formats/numbering_file.h"

#define ASKED 65536u

static int64_t held;            /* bytes that the library holds */

static void *count_alloc(size_t size, void *arg)
{
	size_t *mem = malloc(size + 16);

	(void)arg;
	if (!mem)
		return NULL;
	*mem = size;
	held += (int64_t)size;
	return (char *)mem + 16;
}

static void count_release(void *mem, void *arg)
{
	size_t *at = (size_t *)((char *)mem - 16);

	(void)arg;
	held -= (int64_t)*at;
	free(at);
}

static void *count_resize(void *mem, size_t size, void *arg)
{
	size_t old = *(size_t *)((char *)mem - 16);
	void *bigger = count_alloc(size, arg);

	if (!bigger)
		return NULL;
	memcpy(bigger, mem, old < size ? old : size);
	count_release(mem, arg);
	return bigger;
}

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((*random >> 33) % below);
}

static void need(tw_status status, const tw_error *err)
{
	if (!status)
		return;
	fprintf(stderr, "bench_numbering: %s: %s\n", tw_status_name(status),
		err->message);
	exit(1);
}

/* Eight towns and eight operators a code, as the registry has it. */
static char *make_file(size_t *size, size_t rows)
{
	static const uint32_t lengths[] = { 100, 1000, 5000, 10000, 20000 };
	char *text = malloc(rows * 200 + 200), *at = text;
	uint64_t random = 1;
	uint32_t code = 300, from = 0;

	if (!text)
		exit(1);
	at += sprintf(at, "АВС/ DEF;От;До;Емкость;Оператор;Регион\n");
	for (size_t i = 0; i < rows; i++) {
		uint32_t length = lengths[draw(&random, 5)];

		if (from + 40000 > 10000000) {
			code++;
			from = 0;
		}
		at += sprintf(at, "%u;%07u;%07u;%u;ООО \"ОПЕРАТОР %u\";"
			"г. Город%u|Область%u область\n", code, from,
			from + length - 1, length,
			code * 7 + draw(&random, 8),
			code * 8 + draw(&random, 8), code % 85);
		from += length + (draw(&random, 8) ? 0 : 1000);
	}
	*size = (size_t)(at - text);
	return text;
}

static void read_rows(struct tw__ranges *ranges, struct tw_str text)
{
	struct tw__numbering_file *file;
	struct tw__number_row row;
	tw_error err = TW_ERROR_INIT;
	int64_t start = clock_ns(), ns;
	tw_status status;

	need(tw__numbering_file_open(&file, text, &err), &err);
	while (!(status = tw__numbering_file_next(&row, file, &err))) {
		struct tw__range range = { .from = row.from, .to = row.to,
					   .line = row.line };

		need(tw__ranges_place(&range.place, ranges, &row.place,
				      &err), &err);
		need(tw__ranges_add(ranges, &range, &err), &err);
	}
	if (status != TW_ITER_END)
		need(status, &err);
	ns = clock_ns() - start;
	printf("read       %9zu rows  %7.0f krows/s  %zu places\n",
	       ranges->count, (double)ranges->count * 1e6 / (double)ns,
	       ranges->place_count);
	tw__numbering_file_free(file);
}

static void import_file(struct tw_str text)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	char dir[] = "/tmp/tw-bench-XXXXXX", path[64];
	tw_error err = TW_ERROR_INIT;
	tw_numbering *numbering;
	tw_store *store;
	int64_t start, done;

	if (!mkdtemp(dir))
		exit(1);
	snprintf(path, sizeof(path), "%s/store.db", dir);
	options.flags = TW_STORE_CREATE;
	need(tw_store_open(&store, path, &options, &err), &err);
	source.data = text.p;
	source.data_size = text.l;
	start = clock_ns();
	need(tw_numbering_import(&counts, NULL, NULL, store, &source, 1,
				 &err), &err);
	done = clock_ns();
	printf("import     %9" PRIu64 " rows  %7.0f krows/s\n",
	       counts.rows_stored, (double)counts.rows_stored * 1e6 /
	       (double)(done - start));
	need(tw_numbering_open(&numbering, store, TW_TIME_MAX, &err), &err);
	printf("open       %9zu ranges %6.0f ms\n",
	       tw_numbering_count(numbering),
	       (double)(clock_ns() - done) / 1e6);
	tw_numbering_free(numbering);
	tw_store_free(store);
	snprintf(path, sizeof(path), "rm -rf %s", dir);
	if (system(path))
		exit(1);
}

static int compare(const void *key, const void *row)
{
	uint64_t number = *(const uint64_t *)key;
	const struct tw__range *range = row;

	return number < range->from ? -1 : number > range->to;
}

static void ask(const tw_numbering *numbering, const struct tw__ranges *ranges,
		size_t rounds)
{
	static uint64_t numbers[ASKED];
	static char digits[ASKED][16];
	tw_place place = TW_PLACE_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t start, spans[3];
	uint64_t random = 7;
	size_t sum = 0;

	for (uint32_t i = 0; i < ASKED; i++) {
		const struct tw__range *range = &ranges->rows[
			draw(&random, (uint32_t)ranges->count)];

		numbers[i] = range->from + draw(&random,
			(uint32_t)(range->to - range->from + 1));
		snprintf(digits[i], sizeof(digits[i]), "%" PRIu64,
			 numbers[i]);
		need(tw_numbering_find(&place, numbering, digits[i], NULL,
				       &err), &err);
		if (strcmp(place.city, ranges->texts + ranges->places[
				   range->place].city) != 0)
			need(TW_ECONFLICT, &err);
	}
	start = clock_ns();
	for (size_t i = 0; i < rounds; i++)
		sum += bsearch(&numbers[i % ASKED], ranges->rows,
			       ranges->count, sizeof(*ranges->rows),
			       compare) != NULL;
	spans[0] = clock_ns() - start;
	start = clock_ns();
	for (size_t i = 0; i < rounds; i++) {
		uint32_t relation;

		need(tw_numbering_relation(&relation, numbering,
			digits[i % ASKED], digits[(i * 7 + 1) % ASKED], NULL,
			&err), &err);
		sum += relation;
	}
	spans[1] = clock_ns() - start;
	start = clock_ns();
	for (size_t i = 0; i < rounds; i++)
		need(tw_numbering_find(&place, numbering, digits[i % ASKED],
				       NULL, &err), &err);
	spans[2] = clock_ns() - start;
	printf("bsearch()  %9.1f ns a number (peer: no digits, no texts)\n"
	       "relation   %9.1f ns a number, of two\n"
	       "find       %9.1f ns a number, with its texts (%zu)\n",
	       (double)spans[0] / (double)rounds,
	       (double)spans[1] / (double)rounds / 2,
	       (double)spans[2] / (double)rounds, sum);
}

int main(int argc, char **argv)
{
	const tw_allocator counting = { sizeof(counting), count_alloc,
		count_resize, count_release, NULL };
	size_t rows = argc > 1 ? strtoul(argv[1], NULL, 10) : 400000, size;
	struct tw__ranges ranges = { 0 };
	tw_error err = TW_ERROR_INIT;
	tw_numbering *numbering;
	char *text = make_file(&size, rows ? rows : 1);
	int64_t before;

	need(tw_allocator_set(&counting, &err), &err);
	read_rows(&ranges, tw__str(text, size));
	before = held;
	need(tw__numbering_of(&numbering, &ranges, &err), &err);
	printf("memory     %9.1f bytes a range, texts included\n",
	       (double)(held - before) / (double)ranges.count);
	ask(numbering, &ranges, rows < 100000 ? rows : 5000000);
	tw_numbering_free(numbering);
	tw__ranges_free(&ranges);
	import_file(tw__str(text, size));
	free(text);
	return 0;
}
