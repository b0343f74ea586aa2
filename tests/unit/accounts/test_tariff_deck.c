/* Each row of a deck names the sheet that it came with. */
#include "tariff_fixture.h"

static int64_t import(struct fixture *f, const char *file, uint32_t flags,
		      const char *sheet)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_error err = TW_ERROR_INIT;

	options.tariff = "t";
	options.carrier = "carrier";
	options.file_name = file;
	options.flags = flags;
	if (tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("%s: %s", err.field, err.message);
	return one_number(f, "SELECT max(id) FROM tariff_version");
}

static void row_is(const tw_deck *deck, const char *prefix, int64_t version,
		   const char *name)
{
	tw_document document = TW_DOCUMENT_INIT;
	tw_rate rate = TW_RATE_INIT;
	tw_error err = TW_ERROR_INIT;
	size_t i = 0;

	while (tw_deck_rate(&rate, deck, i, &err) == TW_OK &&
	       strcmp(rate.prefix, prefix))
		i++;
	assert_string_equal(rate.prefix, prefix);
	assert_int_equal(tw_deck_document(&document, deck, rate.document,
					  &err), TW_OK);
	assert_int_equal(document.version, version);
	assert_string_equal(document.name, name);
}

static void documents(void **state)
{
	struct fixture *f = *state;
	tw_document document = TW_DOCUMENT_INIT;
	tw_error err = TW_ERROR_INIT;
	int64_t first, second, third;
	tw_deck *deck;

	first = import(f, "a.csv", TW_TARIFF_FULL, SHEET_HEAD
		       "71,A,1,RUB,,,1,1,0,,\n72,B,1,RUB,,,1,1,0,,\n"
		       "73,C,1,RUB,,,1,1,0,,\n");
	second = import(f, "b.csv", TW_TARIFF_PARTIAL, SHEET_HEAD
			"72,B,2,RUB,,,1,1,0,,\n");
	third = import(f, NULL, TW_TARIFF_PARTIAL, SHEET_HEAD
		       "73,C,2,RUB,,,1,1,0,,\n");
	assert_int_equal(tw__tariff_version_deck(&deck, f->store, third,
						 &err), TW_OK);
	row_is(deck, "71", first, "a.csv");
	row_is(deck, "72", second, "b.csv");
	row_is(deck, "73", third, "");
	assert_int_equal(tw_deck_document(&document, deck, 3, &err),
			 TW_ITER_END);
	tw_deck_free(deck);
}

/* Terms come with the version, also into what a call is rated by. */
static void with_terms(void **state)
{
	struct fixture *f = *state;
	struct tw__terms terms = full_terms();
	struct tw__rates rates = two_rates();
	struct tw__new_version v = new_version(f, &terms, &rates);
	tw_band band = TW_BAND_INIT;
	tw_tier tier = TW_TIER_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_deck *deck;

	fixture_begin(f);
	assert_int_equal(tw__tariff_version_write(&v, &err), TW_OK);
	fixture_commit(f);
	if (tw__tariff_version_deck(&deck, f->store, v.id, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_deck_band(&band, deck, 1, &err), TW_OK);
	assert_string_equal(band.name, "rest");
	assert_int_equal(tw_deck_tier(&tier, deck, 0, &err), TW_OK);
	assert_int_equal(tier.percent_ppm, 900000);
	assert_int_equal(tw_deck_rules(deck)->minimum_s, 31);
	tw_deck_free(deck);
	tw__rates_free(&rates);
	tw__terms_free(&terms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(documents),
		FIXTURE_TEST(with_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
