/* A deck as bytes: the same answers out of them, the same bytes out of the
 * same deck, and no damage that gets through or leads outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/zone.h"
#include "image_fixture.h"
#include "../faults.h"

static void pack(void **out, size_t *size, const tw_deck *deck)
{
	*out = NULL;
	assert_int_equal(tw_deck_pack(out, size, deck, NULL), TW_OK);
	assert_int_equal(*size % TW_IMAGE_ALIGN, 0);
}

static tw_deck *view(const void *data, size_t size)
{
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck = NULL;

	tw_deck_view(&deck, data, size, NULL, NULL, &err);
	assert_string_equal(err.message, "");
	assert_non_null(deck);
	return deck;
}

static void same_rates(const tw_deck *a, const tw_deck *b)
{
	assert_int_equal(tw_deck_count(a), tw_deck_count(b));
	for (size_t i = 0; i < tw_deck_count(a); i++) {
		tw_rate x, y;

		memset(&x, 0, sizeof(x));
		memset(&y, 0, sizeof(y));
		x.size = y.size = sizeof(x);
		assert_int_equal(tw_deck_rate(&x, a, i, NULL), TW_OK);
		assert_int_equal(tw_deck_rate(&y, b, i, NULL), TW_OK);
		assert_memory_equal(&x, &y, sizeof(x));
	}
}

static void the_same_answers(void **state)
{
	struct image_random r;

	(void)state;
	image_seed(&r, 1);
	for (size_t round = 0; round < 120; round++) {
		tw_deck *deck = image_deck(&r, image_draw(&r, 30)), *seen;
		void *data, *again;
		size_t size, again_size;

		pack(&data, &size, deck);
		seen = view(data, size);
		same_rates(deck, seen);
		for (size_t i = 0; i < 100; i++) {
			char number[32];
			tw_rating_request q = image_request(&r, number);
			char *a = image_answers(deck, &q);
			char *b = image_answers(seen, &q);

			assert_string_equal(a, b);
			free(a);
			free(b);
		}
		pack(&again, &again_size, seen);
		assert_int_equal(size, again_size);
		assert_memory_equal(data, again, size);
		tw_deck_free(seen);
		tw_deck_free(deck);
		tw_free(again);
		tw_free(data);
	}
}

/* What a caller's structs hold behind the ends of their texts, or in their
 * padding, is not part of a deck. */
static void the_same_deck_is_the_same_bytes(void **state)
{
	void *data[2] = { NULL, NULL };
	size_t size[2] = { 0, 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		tw_error err = TW_ERROR_INIT;
		struct image_random r;
		struct image_tariff t;
		tw_deck *deck = NULL;

		memset(&t, 0x55 + i, sizeof(t));
		t.count = 0;
		image_seed(&r, 7);
		image_rules(&t, &r);
		image_terms(&t, &r);
		image_band(&t.bands[0], "", "daily 00:00-24:00", 100);
		memset(t.bands[0].name, 0x55 + i, sizeof(t.bands[0].name));
		strcpy(t.bands[0].name, "all");
		memset(&t.bands[0].hours[1], 0, sizeof(t.bands[0].hours[1]));
		t.options.bands = t.bands;
		t.options.band_count = 1;
		t.options.document_count = 2;
		memset(t.documents[1].name + 100, 0x55 + i, 28);
		memset(t.rules.zone, 0x55 + i, sizeof(t.rules.zone));
		strcpy(t.rules.zone, "UTC");
		strcpy(image_rate(&t, &r, "7")->destination, "Russia");
		tw_deck_make(&deck, &t.options, t.rates, t.count, &err);
		assert_string_equal(err.message, "");
		pack(&data[i], &size[i], deck);
		tw_deck_free(deck);
	}
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(data[0], data[1], size[0]);
	tw_free(data[0]);
	tw_free(data[1]);
}

static void a_deck_without_rows(void **state)
{
	struct image_random r;
	tw_deck *deck, *seen;
	char number[32];
	tw_charge charge = TW_CHARGE_INIT;
	tw_rating_request q;
	void *data;
	size_t size;

	(void)state;
	image_seed(&r, 2);
	deck = image_deck(&r, 0);
	pack(&data, &size, deck);
	seen = view(data, size);
	q = image_request(&r, number);
	q.direction = TW_DIRECTION_OUTBOUND;
	q.flags = 0;
	assert_int_equal(tw_rating_rate(&charge, seen, &q, NULL),
			 TW_ENOPRICE);
	tw_deck_free(seen);
	tw_deck_free(deck);
	tw_free(data);
}

/* The zone's table is in there: tzdata of the day it was made. */
static void the_zone_comes_along(void **state)
{
	struct image_random r;

	(void)state;
	image_seed(&r, 3);
	for (size_t i = 0; i < 20; i++) {
		tw_deck *deck = image_deck(&r, 1), *seen;
		void *data;
		size_t size;

		pack(&data, &size, deck);
		seen = view(data, size);
		assert_string_equal(tw_zone_name(deck->zone),
				    tw_zone_name(seen->zone));
		for (size_t n = 0; n < 500; n++) {
			tw_time t = ((int64_t)image_draw(&r, 1u << 31) - 1000)
				* 3 * TW_SECOND;
			tw_civil a, b;

			tw_zone_local(&a, deck->zone, t);
			tw_zone_local(&b, seen->zone, t);
			assert_memory_equal(&a, &b, sizeof(a));
		}
		tw_deck_free(seen);
		tw_deck_free(deck);
		tw_free(data);
	}
}

static void cut_off_anywhere(void **state)
{
	struct image_random r;
	tw_deck *deck, *seen = NULL;
	void *data;
	size_t size;

	(void)state;
	image_seed(&r, 4);
	deck = image_deck(&r, 5);
	pack(&data, &size, deck);
	for (size_t n = 0; n < size; n++) {
		/* exactly these bytes, for who watches over the ends */
		void *part = malloc(n ? n : 1);
		tw_error err = TW_ERROR_INIT;

		assert_non_null(part);
		memcpy(part, data, n);
		assert_int_equal(tw_deck_view(&seen, part, n, NULL, NULL,
					      &err), TW_EPARSE);
		assert_non_null(strstr(err.message, n < 64 ? "cut off"
				       : "damaged"));
		image_mend(part, n);
		assert_int_equal(tw_deck_view(&seen, part, n, NULL, NULL,
					      &err), TW_EPARSE);
		assert_null(seen);
		free(part);
	}
	tw_deck_free(deck);
	tw_free(data);
}

static void every_byte_is_watched(void **state)
{
	struct image_random r;
	tw_deck *deck, *seen = NULL;
	unsigned char *data;
	void *mem;
	size_t size;

	(void)state;
	image_seed(&r, 5);
	deck = image_deck(&r, 5);
	pack(&mem, &size, deck);
	data = mem;
	for (size_t n = 0; n < size; n++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			tw_status status;

			data[n] ^= (unsigned char)(1u << bit);
			status = tw_deck_view(&seen, data, size, NULL, NULL,
					      NULL);
			assert_true(status == TW_EPARSE ||
				    status == TW_EVERSION);
			assert_true(status == TW_EPARSE || n < 16);
			data[n] ^= (unsigned char)(1u << bit);
		}
	}
	assert_null(seen);
	tw_deck_free(deck);
	tw_free(data);
}

/* The same with a sum that fits: what is taken then has other prices, and
 * still answers every question from within. */
static void damage_that_fits_the_sum(void **state)
{
	size_t taken = 0, refused = 0;
	struct image_random r;

	(void)state;
	image_seed(&r, 6);
	for (size_t round = 0; round < 3; round++) {
		tw_deck *deck = image_deck(&r, 12);
		unsigned char *data;
		void *mem;
		size_t size;

		pack(&mem, &size, deck);
		data = mem;
		for (size_t n = 0; n < size; n++) {
			unsigned char was = data[n];
			tw_deck *seen = NULL;

			data[n] ^= (unsigned char)(1 + image_draw(&r, 255));
			tw__image_seal(data, size);
			if (tw_deck_view(&seen, data, size, NULL, NULL,
					 NULL)) {
				assert_null(seen);
				refused++;
			}
			else {
				image_ask_all(seen, &r, 2);
				taken++;
			}
			tw_deck_free(seen);
			data[n] = was;
		}
		tw_deck_free(deck);
		tw_free(data);
	}
	assert_true(refused > taken);
	assert_true(taken > 0);
}

static void newer_foreign_and_strange(void **state)
{
	struct tw_image_header *header;
	struct image_random r;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck, *seen = NULL;
	void *data;
	size_t size;

	(void)state;
	image_seed(&r, 8);
	deck = image_deck(&r, 3);
	pack(&data, &size, deck);
	header = data;
	header->version = TW_IMAGE_VERSION + 1;
	tw__image_seal(data, size);
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, &err),
			 TW_EVERSION);
	assert_non_null(strstr(err.message, "upgrade"));
	header->version = 0;
	tw__image_seal(data, size);
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, &err),
			 TW_EPARSE);
	header->version = TW_IMAGE_VERSION;
	header->order = 0x04030201;
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, &err),
			 TW_EVERSION);
	assert_non_null(strstr(err.message, "byte order"));
	header->order = TW_IMAGE_ORDER;
	memcpy(header->magic, "PK\3\4", 4);
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, &err),
			 TW_EPARSE);
	assert_non_null(strstr(err.message, "no deck"));
	assert_null(seen);
	tw_deck_free(deck);
	tw_free(data);
}

static void count_call(void *arg)
{
	++*(int *)arg;
}

static void bytes_are_given_back_once(void **state)
{
	struct image_random r;
	tw_deck *deck, *seen = NULL;
	uint64_t *shifted;
	void *data;
	size_t size;
	int calls = 0;

	(void)state;
	image_seed(&r, 9);
	deck = image_deck(&r, 3);
	pack(&data, &size, deck);
	assert_int_equal(tw_deck_view(&seen, data, size - 64, count_call,
				      &calls, NULL), TW_EPARSE);
	assert_int_equal(calls, 0);
	assert_int_equal(tw_deck_view(&seen, data, size, count_call, &calls,
				      NULL), TW_OK);
	tw_deck_free(tw_deck_ref(seen));
	assert_int_equal(calls, 0);
	tw_deck_free(seen);
	assert_int_equal(calls, 1);

	shifted = calloc(1, size + 8);
	assert_non_null(shifted);
	memcpy((char *)shifted + 4, data, size);
	seen = NULL;
	assert_int_equal(tw_deck_view(&seen, (char *)shifted + 4, size, NULL,
				      NULL, NULL), TW_EINVAL);
	assert_int_equal(tw_deck_view(&seen, NULL, 0, NULL, NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_deck_view(NULL, data, size, NULL, NULL, NULL),
			 TW_EINVAL);
	assert_int_equal(tw_deck_pack(NULL, &size, deck, NULL), TW_EINVAL);
	assert_int_equal(tw_deck_pack(&data, NULL, deck, NULL), TW_EINVAL);
	assert_int_equal(tw_deck_pack(&data, &size, NULL, NULL), TW_EINVAL);
	assert_null(seen);
	free(shifted);
	tw_deck_free(deck);
	tw_free(data);
}

/* The rules as they were once, and what stands behind them so much nearer. */
static void shorten_rules(char *data, size_t *size, uint32_t length)
{
	struct tw_image_header *header = (void *)data;
	struct tw_image_entry *entries = (void *)(data + sizeof(*header));
	tw_tariff_rules *rules = (void *)(data + entries[0].offset);
	size_t left = (length + TW_IMAGE_ALIGN - 1) &
		~(size_t)(TW_IMAGE_ALIGN - 1);
	size_t by = entries[1].offset - entries[0].offset - left;

	entries[0].size = rules->size = length;
	memset((char *)rules + length, 0, left - length);
	memmove(data + entries[1].offset - by, data + entries[1].offset,
		*size - entries[1].offset);
	for (size_t i = 1; i < TW_IMAGE_SECTIONS; i++)
		entries[i].offset -= by;
	header->size = *size -= by;
}

/* A file from before a struct grew: its elements are shorter. */
static void older_structs_are_read(void **state)
{
	struct tw_image_entry *entry;
	tw_tariff_rules *rules;
	struct image_random r;
	tw_deck *deck, *seen;
	void *data;
	size_t size;

	(void)state;
	image_seed(&r, 10);
	deck = image_deck(&r, 3);
	pack(&data, &size, deck);
	entry = (void *)((char *)data + sizeof(struct tw_image_header));
	rules = (void *)((char *)data + entry->offset);
	/* a struct that is longer, if it says nothing there */
	entry->size = rules->size = 256;
	tw__image_seal(data, size);
	seen = view(data, size);
	tw_deck_free(seen);
	((char *)rules)[250] = 1;
	tw__image_seal(data, size);
	seen = NULL;
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, NULL),
			 TW_EVERSION);
	/* as long as they were before the amounts */
	shorten_rules(data, &size, offsetof(tw_tariff_rules, round_each) +
		      8 * sizeof(uint32_t));
	rules->round_each = 0;
	tw__image_seal(data, size);
	seen = view(data, size);
	assert_int_equal(tw_deck_rules(seen)->round_each, TW_ROUND_EACH_CALL);
	assert_int_equal(tw_deck_rules(seen)->minimum_charge_nanos, 0);
	assert_string_equal(tw_deck_rules(seen)->stated_by, "");
	tw_deck_free(seen);
	tw_deck_free(deck);
	tw_free(data);
}

/* A deck of records' word has no rows, whoever wrote the file. */
static void stated_decks(void **state)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT, *forged;
	struct tw_image_entry *entry;
	struct image_random r;
	tw_deck *deck, *seen;
	void *data;
	size_t size;

	(void)state;
	strcpy(rules.currency, "USD");
	strcpy(rules.zone, "UTC");
	assert_int_equal(tw_tariff_rules_set(&rules, "stated_by", "z", NULL),
			 TW_OK);
	assert_int_equal(tw_deck_new(&deck, &rules, NULL, 0, NULL), TW_OK);
	pack(&data, &size, deck);
	seen = view(data, size);
	assert_string_equal(tw_deck_rules(seen)->stated_by, "z");
	tw_deck_free(seen);
	tw_deck_free(deck);
	tw_free(data);
	image_seed(&r, 11);
	deck = image_deck(&r, 3);
	pack(&data, &size, deck);
	entry = (void *)((char *)data + sizeof(struct tw_image_header));
	forged = (void *)((char *)data + entry->offset);
	*forged = rules;
	tw__image_seal(data, size);
	assert_int_equal(tw_deck_view(&seen, data, size, NULL, NULL, NULL),
			 TW_EPARSE);
	tw_deck_free(deck);
	tw_free(data);
}

static void every_failed_allocation(void **state)
{
	struct image_random r;
	struct faults faults;
	tw_deck *deck, *seen = NULL;
	void *data = NULL;
	size_t size = 0;
	int64_t n = 0;

	(void)state;
	image_seed(&r, 11);
	deck = image_deck(&r, 8);
	for (bool more = true; more; n++) {
		tw_status status;

		faults_begin(&faults, n);
		status = tw_deck_pack(&data, &size, deck, NULL);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
	}
	n = 0;
	for (bool more = true; more; n++) {
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		faults_begin(&faults, n);
		status = tw_deck_view(&seen, data, size, NULL, NULL, &err);
		more = faults_end(&faults);
		assert_int_equal(status, more ? TW_ENOMEM : TW_OK);
		assert_int_equal(err.code, status);
		if (more)
			assert_int_equal(faults.held, 0);
	}
	assert_true(n > 6);
	tw_deck_free(seen);
	tw_deck_free(deck);
	tw_free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_answers),
		cmocka_unit_test(the_same_deck_is_the_same_bytes),
		cmocka_unit_test(a_deck_without_rows),
		cmocka_unit_test(the_zone_comes_along),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(every_byte_is_watched),
		cmocka_unit_test(damage_that_fits_the_sum),
		cmocka_unit_test(newer_foreign_and_strange),
		cmocka_unit_test(bytes_are_given_back_once),
		cmocka_unit_test(older_structs_are_read),
		cmocka_unit_test(stated_decks),
		cmocka_unit_test(every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
