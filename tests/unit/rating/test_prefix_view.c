/* An index out of bytes: the same answers, and no way out of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rating/prefix_index.h"
#include <trunkwise/sys/clock.h>

struct random { tw_random port; tw_random_state state; };

static uint32_t draw(struct random *r, uint32_t below)
{
	uint32_t value;

	r->port.fill(&value, sizeof(value), r->port.arg);
	return value % below;
}

/* Rows as a deck has them: the prefix first, other things after it, some
 * prefixes several times. */
struct row {
	uint64_t prefix;
	uint64_t other[3];
};

struct fixture {
	struct row *rows;
	size_t count;
	struct tw_prefix_index *index;
	struct tw_part parts[TW_PREFIX_PARTS];
	void *copies[TW_PREFIX_PARTS];  /* of exactly the bytes told */
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void *copy_of(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

static void take_copies(struct fixture *f)
{
	tw__prefix_parts(f->parts, f->index);
	for (size_t i = 0; i < TW_PREFIX_PARTS; i++) {
		f->copies[i] = copy_of(f->parts[i].data, f->parts[i].size *
				       f->parts[i].count);
		f->parts[i].data = f->copies[i];
	}
}

static void make(struct fixture *f, struct random *r, size_t count)
{
	uint32_t alphabet = 2 + draw(r, 9), most = 3 + draw(r, 13);
	uint64_t *sorted = calloc(count + 1, sizeof(*sorted));

	assert_non_null(sorted);
	for (size_t i = 0; i < count; i++) {
		char digits[TW_PREFIX_DIGITS + 1];
		size_t length = 1 + draw(r, most);

		for (size_t d = 0; d < length && d < TW_PREFIX_DIGITS; d++)
			digits[d] = (char)('0' + draw(r, alphabet));
		digits[length < TW_PREFIX_DIGITS ? length
						 : TW_PREFIX_DIGITS] = '\0';
		assert_true(tw__prefix_pack(&sorted[i], digits));
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	f->count = count;
	f->rows = calloc(count + 1, sizeof(*f->rows));
	assert_non_null(f->rows);
	for (size_t i = 0; i < count; i++)
		f->rows[i].prefix = sorted[i];
	assert_int_equal(tw__prefix_new(&f->index, sorted, count, NULL),
			 TW_OK);
	free(sorted);
	take_copies(f);
}

static void drop(struct fixture *f)
{
	for (size_t i = 0; i < TW_PREFIX_PARTS; i++)
		free(f->copies[i]);
	tw__prefix_free(f->index);
	free(f->rows);
}

static tw_status view(struct tw_prefix_index **out, const struct fixture *f)
{
	struct tw_part rows = { f->rows, sizeof(*f->rows), f->count };

	return tw__prefix_view(out, f->parts, &rows, NULL);
}

/* Any number gives a place with a row, and the chain from there ends. */
static void ask(const struct tw_prefix_index *index, const struct fixture *f,
		struct random *r, size_t times)
{
	for (size_t i = 0; i < times; i++) {
		char number[20];
		size_t length = draw(r, sizeof(number) + 1);
		uint32_t at, steps = 0;

		for (size_t d = 0; d < length; d++)
			number[d] = (char)('0' + draw(r, 10));
		at = tw__prefix_longest(index, number, length);
		while (at != TW_PREFIX_NONE) {
			assert_true(at < f->count);
			assert_true(++steps <= TW_PREFIX_DIGITS);
			at = tw__prefix_shorter(index, at);
		}
	}
}

static void the_same_answers(void **state)
{
	static const size_t counts[] = { 0, 1, 3, 200, 4096, 9000 };
	struct random r;

	(void)state;
	tw_random_seed(&r.port, &r.state, 3);
	for (size_t i = 0; i < TW_ARRAY_COUNT(counts); i++) {
		struct tw_prefix_index *seen = NULL;
		struct fixture f;

		make(&f, &r, counts[i]);
		assert_int_equal(view(&seen, &f), TW_OK);
		for (size_t n = 0; n < 2000; n++) {
			char number[20];
			size_t length = draw(&r, sizeof(number) + 1);

			for (size_t d = 0; d < length; d++)
				number[d] = (char)('0' + draw(&r, 10));
			assert_int_equal(
				tw__prefix_longest(seen, number, length),
				tw__prefix_longest(f.index, number, length));
		}
		ask(seen, &f, &r, 1000);
		tw__prefix_free(seen);
		drop(&f);
	}
}

/* One word anywhere becomes something else: refused, or still safe. */
static void damage_is_refused_or_harmless(void **state)
{
	size_t refused = 0, taken = 0;
	struct random r;

	(void)state;
	tw_random_seed(&r.port, &r.state, 4);
	for (size_t round = 0; round < 40; round++) {
		struct fixture f;

		make(&f, &r, 1 + draw(&r, 60));
		for (size_t n = 0; n < 300; n++) {
			size_t part = draw(&r, TW_PREFIX_PARTS);
			struct tw_prefix_index *seen = NULL;
			size_t bytes = f.parts[part].size *
				f.parts[part].count;
			unsigned char *at, was;

			if (!bytes)
				continue;
			at = (unsigned char *)f.copies[part] +
				draw(&r, (uint32_t)bytes);
			was = *at;
			*at ^= (unsigned char)(1 + draw(&r, 255));
			if (view(&seen, &f) == TW_OK) {
				ask(seen, &f, &r, 200);
				taken++;
			}
			else {
				assert_null(seen);
				refused++;
			}
			tw__prefix_free(seen);
			*at = was;
		}
		drop(&f);
	}
	/* what passes are unused places of shorter and answers that are
	 * prefixes of other numbers */
	assert_true(refused > 2 * taken);
}

static void counts_must_agree(void **state)
{
	struct tw_prefix_index *seen = NULL;
	struct random r;
	struct fixture f;

	(void)state;
	tw_random_seed(&r.port, &r.state, 5);
	make(&f, &r, 50);
	for (size_t i = 0; i < TW_PREFIX_PARTS; i++) {
		struct tw_part was = f.parts[i];

		f.parts[i].size++;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		f.parts[i] = was;
		if (!was.count)
			continue;
		f.parts[i].count--;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		f.parts[i].count = 0;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		f.parts[i] = was;
	}
	f.count--;
	assert_int_equal(view(&seen, &f), TW_EPARSE);
	f.count++;
	assert_int_equal(view(&seen, &f), TW_OK);
	tw__prefix_free(seen);
	drop(&f);
}

/* A node that leads to itself would never let a number go. */
static void no_circles(void **state)
{
	struct tw_prefix_index *seen = NULL;
	uint64_t prefix = 0;
	struct tw_prefix_half *half;
	struct fixture f;

	(void)state;
	assert_true(tw__prefix_pack(&prefix, "123456789012345"));
	memset(&f, 0, sizeof(f));
	f.rows = calloc(1, sizeof(*f.rows));
	assert_non_null(f.rows);
	f.count = 1;
	f.rows[0].prefix = prefix;
	assert_int_equal(tw__prefix_new(&f.index, &prefix, 1, NULL), TW_OK);
	take_copies(&f);
	half = f.copies[2];
	for (size_t i = 0; i < f.parts[2].count; i++) {
		if (!half[i].child)
			continue;
		half[i].child_base--;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		half[i].child_base += 2;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		half[i].child_base = UINT32_MAX;
		assert_int_equal(view(&seen, &f), TW_EPARSE);
		half[i].child_base = (uint32_t)i / 2 + 1;
	}
	assert_int_equal(view(&seen, &f), TW_OK);
	tw__prefix_free(seen);
	drop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_answers),
		cmocka_unit_test(damage_is_refused_or_harmless),
		cmocka_unit_test(counts_must_agree),
		cmocka_unit_test(no_circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
