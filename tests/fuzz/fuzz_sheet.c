/*
 * Any bytes as a price sheet. Whatever is read must count up, its rejects
 * must be showable, and its good rows must make a deck that can be asked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include <trunkwise/rating.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_rejects(const tw_sheet *sheet)
{
	tw_reject reject = TW_REJECT_INIT;
	int64_t line = 0;
	uint64_t i = 0;

	for (; tw_sheet_reject(&reject, sheet, i, NULL) == TW_OK; i++) {
		must(reject.line >= line && reject.line > 1);
		must(reject.column[0] && reject.reason[0]);
		must(tw__utf8_is_valid(reject.column,
				       strlen(reject.column)));
		must(tw__utf8_is_valid(reject.reason,
				       strlen(reject.reason)));
		line = reject.line;
	}
	must(i == tw_sheet_rows_rejected(sheet));
}

static void ask(const tw_deck *deck, const tw_rate *rate)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_charge charge = TW_CHARGE_INIT;
	char *text = NULL;
	tw_status status;

	request.number = rate->prefix;
	request.caller = rate->caller_prefix;
	request.direction = rate->direction ? rate->direction
		: TW_DIRECTION_OUTBOUND;
	request.answer = rate->from;
	request.duration_us = 61500000;
	status = tw_rating_rate(&charge, deck, &request, NULL);
	must(status == TW_OK || status == TW_ENOPRICE ||
	     status == TW_EREFUSED || status == TW_ERANGE);
	must(rate->status == TW_RATE_ENDED || status != TW_ENOPRICE);
	if (tw_rating_explain(&text, deck, &request, "ru", NULL) == TW_OK)
		must(tw__utf8_is_valid(text, strlen(text)));
	tw_free(text);
}

static void check_rates(const tw_sheet *sheet)
{
	size_t count = (size_t)tw_sheet_rows_good(sheet);
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_rate *rates = calloc(count + 1, sizeof(*rates));
	tw_deck *deck = NULL;

	must(rates != NULL);
	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	for (size_t i = 0; i < count; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		must(tw_sheet_rate(&rates[i], sheet, i, NULL) == TW_OK);
		must(rates[i].line > 1 && rates[i].first_inc_s <= 3600 &&
		     rates[i].next_inc_s <= 3600);
	}
	must(tw_deck_new(&deck, &rules, rates, count, NULL) == TW_OK);
	for (size_t i = 0; i < count; i++)
		ask(deck, &rates[i]);
	tw_deck_free(deck);
	free(rates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_sheet *sheet = NULL;

	if (size && *data & 1)
		options.currency = "RUB";
	if (tw_sheet_read(&sheet, data, size, &options, &err)) {
		must(err.message[0] && !sheet);
		return 0;
	}
	must(tw_sheet_rows_read(sheet) == tw_sheet_rows_good(sheet) +
	     tw_sheet_rows_rejected(sheet));
	check_rejects(sheet);
	check_rates(sheet);
	tw_sheet_free(sheet);
	return 0;
}
