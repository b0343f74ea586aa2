/*
 * Any bytes as a price sheet, behind any mapping: lines "key=value" up to one
 * of dashes. Whatever is read must count up, its rejects must be showable,
 * and its good rows must make a deck that can be asked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include <trunkwise/rating.h>

#define DECK_MAX 20000u
#define MAP_MAX  4096u

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
		must(reject.line >= line && reject.line > 0);
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
	request.relation = rate->relation;
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

/* A deck wants to know bands, and every part of a price; the sheet does not.
 * Apart from these it takes what a sheet calls good. */
static void check_deck(const tw_rate *rates, size_t count, bool has_parts)
{
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_deck *deck = NULL;
	tw_status status;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	status = tw_deck_new(&deck, &rules, rates, count, NULL);
	must(status == TW_OK || (has_parts && status == TW_ECONFLICT));
	for (size_t i = 0; i < count && deck; i++)
		ask(deck, &rates[i]);
	tw_deck_free(deck);
}

static void check_rate(const tw_rate *rate)
{
	size_t length = strlen(rate->prefix);

	must(length > 0 && length <= 15);
	must(strspn(rate->prefix, "0123456789") == length);
	must(rate->line > 0 && rate->first_inc_s <= 3600 &&
	     rate->next_inc_s <= 3600 && rate->from_s <= 65535);
	must(rate->from < rate->to && rate->price_nanos >= 0);
	must(rate->status >= TW_RATE_PRICED && rate->status <= TW_RATE_ENDED);
	must(tw__utf8_is_valid(rate->destination,
			       strlen(rate->destination)));
}

static void check_rates(const tw_sheet *sheet)
{
	size_t count = (size_t)tw_sheet_rates(sheet);
	bool has_bands = false, has_parts = false;
	tw_rate *rates;

	must(count >= tw_sheet_rows_good(sheet));
	if (count > DECK_MAX)
		return;
	rates = calloc(count + 1, sizeof(*rates));
	must(rates != NULL);
	for (size_t i = 0; i < count; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		must(tw_sheet_rate(&rates[i], sheet, i, NULL) == TW_OK);
		check_rate(&rates[i]);
		has_bands |= rates[i].band[0];
		has_parts |= rates[i].from_s > 0;
	}
	must(tw_sheet_rate(rates, sheet, count, NULL) == TW_ITER_END);
	if (!has_bands)
		check_deck(rates, count, has_parts);
	free(rates);
}

static const uint8_t *find_dashes(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 4 <= size && i < MAP_MAX; i++) {
		if (!memcmp(data + i, "---\n", 4))
			return data + i;
	}

	return NULL;
}

/* Each line that is a key and a value, as a mapping file has them. */
static tw_sheet_map *read_map(const uint8_t *data, size_t size)
{
	char text[MAP_MAX + 1], *line = text, *next;
	tw_sheet_map *map;

	must(tw_sheet_map_new(&map, NULL) == TW_OK);
	memcpy(text, data, size);
	text[size] = '\0';
	for (; *line; line = next) {
		tw_error err = TW_ERROR_INIT;
		char *value = line + strcspn(line, "=\n");
		tw_status status;

		next = line + strcspn(line, "\n");
		next += *next == '\n' ? (*next = '\0', 1) : 0;
		if (*value != '=')
			continue;
		*value++ = '\0';
		status = tw_sheet_map_set(map, line, value, &err);
		must(status == TW_OK || (err.message[0] &&
		     tw__utf8_is_valid(err.message, strlen(err.message))));
	}

	return map;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *dashes = find_dashes(data, size);
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_sheet *sheet = NULL;
	tw_sheet_map *map = NULL;

	if (size && *data & 1)
		options.currency = "RUB";
	if (dashes) {
		map = read_map(data, (size_t)(dashes - data));
		size -= (size_t)(dashes + 4 - data);
		data = dashes + 4;
	}
	options.map = map;
	if (tw_sheet_read(&sheet, data, size, &options, &err)) {
		must(err.message[0] && !sheet);
		must(tw__utf8_is_valid(err.message, strlen(err.message)));
		tw_sheet_map_free(map);
		return 0;
	}
	must(tw_sheet_rows_read(sheet) == tw_sheet_rows_good(sheet) +
	     tw_sheet_rows_rejected(sheet));
	check_rejects(sheet);
	check_rates(sheet);
	tw_sheet_free(sheet);
	tw_sheet_map_free(map);
	return 0;
}
