/* Price sheets, and what a carrier's mapping says of them. */
%thread sheet_read;
%thread sheet_check;

tw_status tw_sheet_map_new(tw_sheet_map **out, tw_error *err);
tw_status tw_sheet_map_set(tw_sheet_map *map, const char *key,
			   const char *value, tw_error *err);
uint64_t tw_sheet_rows_read(const tw_sheet *sheet);
uint64_t tw_sheet_rows_good(const tw_sheet *sheet);
uint64_t tw_sheet_rows_rejected(const tw_sheet *sheet);
uint64_t tw_sheet_rates(const tw_sheet *sheet);
const char *tw_sheet_currency(const tw_sheet *sheet);
tw_status tw_sheet_rate(tw_rate *out, const tw_sheet *sheet, uint64_t index,
			tw_error *err);
tw_status tw_sheet_reject(tw_reject *out, const tw_sheet *sheet,
			  uint64_t index, tw_error *err);

%{
/* All rates of a sheet (new). */
static tw_status sheet_rates(tw_rate **out, const tw_sheet *sheet,
			     tw_error *err)
{
	uint64_t n = tw_sheet_rates(sheet);
	tw_rate *rates = tw_calloc(n ? n : 1, sizeof *rates);
	tw_status status = rates ? TW_OK : TW_ENOMEM;

	for (uint64_t i = 0; i < n && status == TW_OK; ++i) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		status = tw_sheet_rate(&rates[i], sheet, i, err);
	}
	if (status == TW_OK)
		*out = rates;
	else
		tw_free(rates);
	return status;
}

/* Bands with the names that the sheet has: a minute each, the last one the
 * rest of the day. How many there are, or 256 when they are too many. */
static size_t sheet_bands(tw_band bands[256], const tw_rate *rates,
			  uint64_t count)
{
	size_t n = 0, k;
	char hours[32];

	for (uint64_t i = 0; i < count; ++i) {
		for (k = 0; k < n && strcmp(bands[k].name, rates[i].band);)
			++k;
		if (!*rates[i].band || k < n)
			continue;
		if (n == 255)
			return 256;
		bands[n] = (tw_band)TW_BAND_INIT;
		strcpy(bands[n++].name, rates[i].band);
	}
	for (k = 0; k < n; ++k) {
		unsigned end = k + 1 == n ? 1440 : (unsigned)k + 1;

		snprintf(hours, sizeof hours, "daily %02u:%02u-%02u:%02u",
			 (unsigned)k / 60, (unsigned)k % 60, end / 60,
			 end % 60);
		if (tw_band_add_hours(&bands[k], hours, NULL))
			return 256;
	}
	return n;
}
%}

%inline %{
static tw_status sheet_read(tw_sheet **out, const void *data, size_t size,
	const char *currency, const char *zone, const tw_sheet_map *map,
	tw_error *err)
{
	tw_sheet_options o = TW_SHEET_OPTIONS_INIT;

	o.currency = currency;
	o.zone = zone;
	o.map = map;
	return tw_sheet_read(out, data, size, &o, err);
}

/* Whether any tariff could take the rows: its bands are those that they
 * name, its rules are of no account. */
static tw_status sheet_check(const tw_sheet *sheet, tw_error *err)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_band *bands = tw_calloc(256, sizeof *bands);
	uint64_t count = tw_sheet_rates(sheet);
	tw_rate *rates = NULL;
	tw_deck *deck;
	tw_status status = bands ? sheet_rates(&rates, sheet, err) : TW_ENOMEM;

	if (status == TW_OK) {
		strcpy(rules.currency, tw_sheet_currency(sheet));
		strcpy(rules.zone, "UTC");
		options.rules = &rules;
		options.bands = bands;
		options.band_count = sheet_bands(bands, rates, count);
		if (options.band_count < 256 && count)
			status = tw_deck_make(&deck, &options, rates, count,
					      err);
		if (options.band_count < 256 && count && status == TW_OK)
			tw_deck_free(deck);
	}
	tw_free(rates);
	tw_free(bands);
	return status;
}
%}
