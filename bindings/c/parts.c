/**
 * @file bindings/c/parts.c  A `[[tariff]]` table, put together key by key
 *
 * Decides how the lists of a tariff grow and what a percentage or a count of
 * minutes looks like. Refuses to know which keys there are beyond their
 * kinds, and what makes a deck whole: the library says both.
 */
#include "parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>

#define PPM_NANOS (TW_NANOS / 10000)    /* 1 % is 10000 ppm */

struct tariff_parts {
	tw_tariff_rules rules;
	tw_band *bands;
	tw_tariff_day *days;
	tw_tier *tiers;
	tw_document *documents;
	size_t band_count, day_count, tier_count, document_count;
	bool has_decimals;
};

tw_status tariff_parts_new(tariff_parts **out, tw_error *err)
{
	tariff_parts *parts = tw_calloc(1, sizeof(*parts));

	if (!parts)
		return refuse(err, TW_ENOMEM, "", "out of memory");
	parts->rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	*out = parts;

	return TW_OK;
}

void tariff_parts_free(tariff_parts *parts)
{
	if (!parts)
		return;
	tw_free(parts->bands);
	tw_free(parts->days);
	tw_free(parts->tiers);
	tw_free(parts->documents);
	tw_free(parts);
}

/* One more place at the end of a list; its count grows when it is filled. */
static bool make_room(void *list, size_t count, size_t size)
{
	void *old, *grown;

	memcpy(&old, list, sizeof(old));
	grown = tw_realloc(old, (count + 1) * size);
	if (!grown)
		return false;
	memcpy(list, &grown, sizeof(grown));

	return true;
}

static tw_status read_percent(uint32_t *out, const char *text, tw_error *err)
{
	int64_t nanos;

	if (tw_decimal_parse(&nanos, text, NULL) || nanos < 0 ||
	    nanos % PPM_NANOS || nanos / PPM_NANOS > UINT32_MAX)
		return refuse(err, TW_EPARSE, "percent", "\"%.40s\" is no "
			"percentage; write \"50\" for half, with at most four "
			"decimals", text);
	*out = (uint32_t)(nanos / PPM_NANOS);

	return TW_OK;
}

static tw_status copy_name(char *out, size_t size, const char *name,
			   tw_error *err)
{
	if (strlen(name) >= size)
		return refuse(err, TW_EINVAL, "name", "is longer than %zu "
			      "bytes", size - 1);
	strcpy(out, name);

	return TW_OK;
}

tw_status tariff_parts_rule(tariff_parts *parts, const char *key,
			    const char *value, tw_error *err)
{
	if (!strcmp(key, "decimals"))
		parts->has_decimals = true;

	return tw_tariff_rules_set(&parts->rules, key, value, err);
}

tw_status tariff_parts_band(tariff_parts *parts, const char *name,
			    const char *percent, tw_error *err)
{
	tw_band band = TW_BAND_INIT;
	tw_status status;

	status = copy_name(band.name, sizeof(band.name), name, err);
	if (!status && percent)
		status = read_percent(&band.percent_ppm, percent, err);
	if (status)
		return status;
	if (!make_room(&parts->bands, parts->band_count, sizeof(band)))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	parts->bands[parts->band_count++] = band;

	return TW_OK;
}

tw_status tariff_parts_hours(tariff_parts *parts, const char *text,
			     tw_error *err)
{
	if (!parts->band_count)
		return refuse(err, TW_EINVAL, "hours", "hours of no band");

	return tw_band_add_hours(&parts->bands[parts->band_count - 1], text,
				 err);
}

tw_status tariff_parts_day(tariff_parts *parts, const char *text,
			   tw_error *err)
{
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_status status = tw_tariff_day_parse(&day, text, err);

	if (status)
		return status;
	if (!make_room(&parts->days, parts->day_count, sizeof(day)))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	parts->days[parts->day_count++] = day;

	return TW_OK;
}

tw_status tariff_parts_tier(tariff_parts *parts, const char *from_minutes,
			    const char *percent, tw_error *err)
{
	tw_tier tier = TW_TIER_INIT;
	tw_status status;
	int64_t nanos;

	if (tw_decimal_parse(&nanos, from_minutes, NULL) || nanos <= 0 ||
	    nanos % TW_NANOS)
		return refuse(err, TW_EPARSE, "from_minutes", "\"%.40s\" are "
			"no whole minutes above 0", from_minutes);
	tier.from_s = nanos / TW_NANOS * 60;
	status = read_percent(&tier.percent_ppm, percent, err);
	if (status)
		return status;
	if (!make_room(&parts->tiers, parts->tier_count, sizeof(tier)))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	parts->tiers[parts->tier_count++] = tier;

	return TW_OK;
}

tw_status tariff_parts_document(tariff_parts *parts, const char *name,
				int64_t version, tw_error *err)
{
	tw_document document = TW_DOCUMENT_INIT;
	tw_status status;

	document.version = version;
	status = copy_name(document.name, sizeof(document.name), name, err);
	if (status)
		return status;
	if (!make_room(&parts->documents, parts->document_count,
		       sizeof(document)))
		return refuse(err, TW_ENOMEM, "", "out of memory");
	parts->documents[parts->document_count++] = document;

	return TW_OK;
}

static tw_deck_options options_of(const tariff_parts *parts,
				  const tw_tariff_rules *rules)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;

	options.rules = rules;
	options.bands = parts->bands;
	options.days = parts->days;
	options.tiers = parts->tiers;
	options.documents = parts->documents;
	options.band_count = parts->band_count;
	options.day_count = parts->day_count;
	options.tier_count = parts->tier_count;
	options.document_count = parts->document_count;

	return options;
}

/* Where the tariff is silent its currency says the decimals: none for JPY.
 * Codes outside of ISO 4217 keep the usual two. */
static tw_tariff_rules rules_of(const tariff_parts *parts)
{
	tw_tariff_rules rules = parts->rules;

	if (!parts->has_decimals && !*rules.stated_by)
		tw_currency_decimals(&rules.decimals, rules.currency, NULL);

	return rules;
}

tw_status tariff_parts_deck(tw_deck **out, const tariff_parts *parts,
			    const tw_sheet *sheet, tw_error *err)
{
	const tw_tariff_rules rules = rules_of(parts);
	const tw_deck_options options = options_of(parts, &rules);
	uint64_t count = tw_sheet_rates(sheet);
	tw_status status = TW_OK;
	tw_rate *rates = NULL;

	if (count <= SIZE_MAX / sizeof(*rates))
		rates = tw_malloc((count + 1) * sizeof(*rates));
	if (!rates)
		return refuse(err, TW_ENOMEM, "", "out of memory");
	for (uint64_t i = 0; i < count && !status; i++) {
		rates[i] = (tw_rate)TW_RATE_INIT;
		status = tw_sheet_rate(&rates[i], sheet, i, err);
	}
	if (!status)
		status = tw_deck_make(out, &options, rates, (size_t)count,
				      err);
	tw_free(rates);

	return status;
}

static PyObject *hours_of(const tw_band *band)
{
	PyObject *list = PyList_New(band->hours_count);

	for (uint32_t i = 0; list && i < band->hours_count; i++) {
		const tw_band_hours *h = &band->hours[i];
		PyObject *one = Py_BuildValue("(III)", h->day_mask,
					      h->from_min, h->to_min);

		if (!one)
			Py_CLEAR(list);
		else
			PyList_SET_ITEM(list, i, one);
	}

	return list;
}

PyObject *deck_bands(const tw_deck *deck)
{
	PyObject *list = PyList_New(0);
	tw_band band = TW_BAND_INIT;

	for (size_t i = 0; list && !tw_deck_band(&band, deck, i, NULL); i++) {
		PyObject *one = Py_BuildValue("(sIN)", band.name,
			band.percent_ppm, hours_of(&band));

		if (!one || PyList_Append(list, one) < 0)
			Py_CLEAR(list);
		Py_XDECREF(one);
	}

	return list;
}
