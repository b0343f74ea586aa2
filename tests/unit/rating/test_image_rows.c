/* Each thing that find.c, walk.c and sum.c take for granted, broken by
 * itself in a file whose sum fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "image_fixture.h"

struct file {
	char *bytes;
	size_t size;
	struct tw_rate_row *rows;
	struct tw_rate_note *notes;
	uint32_t *places;
	char *texts;
};

static void *section(const struct file *f, enum tw_image_section which)
{
	const struct tw_image_entry *entries = (const void *)(f->bytes +
		sizeof(struct tw_image_header));

	return f->bytes + entries[which].offset;
}

/* Rows by place: 7 any, 7 from 2026, 7 of callers 48, 7495, 8 in two parts. */
static void make(struct file *f)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate rates[6];
	tw_deck *deck = NULL;
	void *data = NULL;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	for (size_t i = 0; i < 6; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		strcpy(rates[i].prefix, i < 3 ? "7" : i == 3 ? "7495" : "8");
		snprintf(rates[i].destination, sizeof(rates[i].destination),
			 "place %zu", i);
	}
	rates[0].to = rates[1].from = IMAGE_T2026;
	strcpy(rates[2].caller_prefix, "48");
	rates[5].from_s = 60;
	assert_int_equal(tw_deck_new(&deck, &rules, rates, 6, NULL), TW_OK);
	assert_int_equal(tw_deck_pack(&data, &f->size, deck, NULL), TW_OK);
	tw_deck_free(deck);
	f->bytes = data;
	f->rows = section(f, TW_IMAGE_ROWS);
	f->notes = section(f, TW_IMAGE_NOTES);
	f->places = section(f, TW_IMAGE_PLACES);
	f->texts = section(f, TW_IMAGE_TEXTS);
	assert_int_equal(f->rows[0].alike, 3);
	assert_int_equal(f->rows[2].callers, 0);
}

static tw_status try(struct file *f)
{
	tw_deck *seen = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	tw__image_seal(f->bytes, f->size);
	status = tw_deck_view(&seen, f->bytes, f->size, NULL, NULL, &err);
	assert_true(!seen == !!status);
	if (status)
		assert_non_null(strstr(err.message, "damaged"));
	tw_deck_free(seen);
	return status;
}

/* Sets one place to a value that must be refused, and back. */
#define REFUSE(f, place, value) do { \
		__typeof__(place) was_ = (place); \
		(place) = (value); \
		assert_int_equal(try(f), TW_EPARSE); \
		(place) = was_; \
	} while (0)
#define TAKE(f, place, value) do { \
		__typeof__(place) was_ = (place); \
		(place) = (value); \
		assert_int_equal(try(f), TW_OK); \
		(place) = was_; \
	} while (0)

static void values(void **state)
{
	struct file f;

	(void)state;
	make(&f);
	assert_int_equal(try(&f), TW_OK);
	TAKE(&f, f.rows[0].price_nanos, 1);
	REFUSE(&f, f.rows[0].price_nanos, -1);
	REFUSE(&f, f.rows[0].connect_fee_nanos, -1);
	REFUSE(&f, f.rows[0].first_inc_s, 0);
	REFUSE(&f, f.rows[0].next_inc_s, 0);
	REFUSE(&f, f.rows[0].to, TW_TIME_MIN);
	REFUSE(&f, f.rows[0].direction, TW_DIRECTION_INTERNAL);
	REFUSE(&f, f.rows[0].relation, TW_RELATION_OTHER + 1);
	REFUSE(&f, f.rows[0].status, 0);
	REFUSE(&f, f.rows[0].status, TW_RATE_ENDED + 1);
	TAKE(&f, f.rows[0].status, TW_RATE_BLOCKED);
	/* the tariff has no bands */
	REFUSE(&f, f.rows[3].band, 1);
	/* blocked from the second minute on */
	REFUSE(&f, f.rows[5].status, TW_RATE_BLOCKED);
	tw_free(f.bytes);
}

static void prefixes(void **state)
{
	struct file f;

	(void)state;
	make(&f);
	/* a digit of ten, one behind the end, none at all, another one */
	REFUSE(&f, f.rows[5].prefix, 0xa000000000000001u);
	REFUSE(&f, f.rows[5].prefix, 0x8100000000000001u);
	REFUSE(&f, f.rows[5].prefix, 0);
	REFUSE(&f, f.rows[5].prefix, 0x9000000000000001u);
	REFUSE(&f, f.rows[3].prefix, 0x7496000000000004u);
	REFUSE(&f, f.rows[2].caller, 0x4f00000000000002u);
	REFUSE(&f, f.rows[2].caller, 0x4800000000000001u);
	/* what the first row says of the others */
	REFUSE(&f, f.rows[2].caller, 0x4000000000000001u);
	REFUSE(&f, f.rows[0].callers, 0x0001);
	REFUSE(&f, f.rows[0].alike, 2);
	REFUSE(&f, f.rows[0].alike, 4);
	REFUSE(&f, f.rows[1].alike, 1);
	REFUSE(&f, f.rows[1].callers, 1);
	tw_free(f.bytes);
}

static void order(void **state)
{
	struct tw_rate_row row;
	struct file f;

	(void)state;
	make(&f);
	/* two in force at once */
	REFUSE(&f, f.rows[0].to, IMAGE_T2026 + 1);
	REFUSE(&f, f.rows[1].from, IMAGE_T2026 - 1);
	/* from the second minute only */
	REFUSE(&f, f.rows[4].from_s, 30);
	TAKE(&f, f.rows[5].from_s, 90);
	REFUSE(&f, f.rows[5].from_s, 0);
	row = f.rows[3];
	f.rows[3] = f.rows[4];
	f.rows[4] = row;
	assert_int_equal(try(&f), TW_EPARSE);
	tw_free(f.bytes);
}

static void notes_and_places(void **state)
{
	struct file f;

	(void)state;
	make(&f);
	TAKE(&f, f.notes[0].line, -5);
	REFUSE(&f, f.notes[0].index, 6);
	REFUSE(&f, f.notes[0].index, 1);
	REFUSE(&f, f.places[0], 1);
	REFUSE(&f, f.places[5], UINT32_MAX);
	REFUSE(&f, f.notes[0].document, 1);
	REFUSE(&f, f.notes[0].reserved, 1);
	TAKE(&f, f.notes[0].destination, 3);
	REFUSE(&f, f.notes[0].destination, 6 * 8);
	REFUSE(&f, f.notes[0].destination, UINT32_MAX);
	tw_free(f.bytes);
}

static void texts(void **state)
{
	struct tw_deck deck;
	char texts[200];

	(void)state;
	memset(&deck, 0, sizeof(deck));
	deck.texts = texts;
	memset(texts, 'x', sizeof(texts));
	assert_int_equal(tw__image_rows_check(&deck, NULL), TW_OK);
	deck.texts_size = 96;
	assert_int_equal(tw__image_rows_check(&deck, NULL), TW_EPARSE);
	texts[95] = '\0';
	assert_int_equal(tw__image_rows_check(&deck, NULL), TW_OK);
	deck.texts_size = 193;
	texts[192] = '\0';
	assert_int_equal(tw__image_rows_check(&deck, NULL), TW_EPARSE);
	texts[191] = '\0';
	assert_int_equal(tw__image_rows_check(&deck, NULL), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(order),
		cmocka_unit_test(notes_and_places),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
