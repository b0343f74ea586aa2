/**
 * @file src/accounts/deployment_tariff.c  [[tariff]], its bands and its tiers
 *
 * Decides whether a deck could hold them, before anything is written: a sheet
 * may come a month later, and whoever imports it did not write the file. Asks
 * the deck itself, so that there are no two opinions.
 */
#include <string.h>
#include "deployment.h"
#include "tariff_terms.h"

struct check {
	struct tw_deployment *d;
	uint32_t row;
	struct tw__terms terms;
	bool broken;            /* something was refused already */
};

static const struct tw_value *value(const struct check *c, uint32_t row,
				    const char *field)
{
	return tw__wanted_value(c->d, row, field);
}

/* A value that is not there because it was refused has its problem. */
static bool is_refused(const struct check *c, uint32_t row, const char *field)
{
	const struct tw_value *v = value(c, row, field);

	return (v->given && !v->set) ||
		tw__is_refused_by_set(c->d, row, field);
}

static tw_status refuse(struct check *c, uint32_t row, const char *field,
			const tw_error *why)
{
	c->broken = true;
	return tw__problem_of(c->d, row, field, why);
}

static tw_status take_rules(struct check *c)
{
	const struct tw_kind *kind = &tw__kinds[c->d->rows[c->row].kind];
	tw_error why = TW_ERROR_INIT;
	tw_status status = TW_OK;

	for (size_t i = 0; i < kind->count && !status; i++) {
		const struct tw_field *field = &kind->fields[i];
		const struct tw_value *v = &c->d->rows[c->row].values[i];

		c->broken |= is_refused(c, c->row, field->name) ||
			(field->required && !v->set);
		if (tw__field_is_rule(field) && v->set &&
		    tw_tariff_rules_set(&c->terms.rules, field->name, v->text,
					&why))
			status = refuse(c, c->row, field->name, &why);
	}
	return status;
}

/* What stands beside the word of records: the rest says something of prices,
 * and there are none. */
static bool goes_beside_stated(const char *field)
{
	static const char *const all[] = { "carrier", "currency", "zone",
		"seconds", "rounding", "vat", "vat_percent", "invoice_total",
		"commitment", "convert_to", "stated_by" };

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		if (!strcmp(field, all[i]))
			return true;
	}
	return false;
}

static tw_status check_stated(struct check *c)
{
	const struct tw_kind *kind = &tw__kinds[c->d->rows[c->row].kind];
	tw_status status = TW_OK;

	if (!value(c, c->row, "stated_by")->set)
		return TW_OK;
	for (size_t i = 0; i < kind->count && !status; i++) {
		const char *field = kind->fields[i].name;

		if (goes_beside_stated(field) ||
		    !tw__given(c->d, c->row, field))
			continue;
		c->broken = true;
		status = tw__problem(c->d, TW_ECONFLICT, c->row, field,
			"beside stated_by there are no prices; leave %s out",
			field);
	}
	return status;
}

static tw_status take_days(struct check *c)
{
	const struct tw_value *days = value(c, c->row, "holidays");
	tw_error why = TW_ERROR_INIT;

	if (!days->set || !tw__terms_add_days(&c->terms, days->text, &why))
		return TW_OK;
	return refuse(c, c->row, "holidays", &why);
}

static tw_status take_percent(struct check *c, uint32_t row, uint32_t *out)
{
	const struct tw_value *percent = value(c, row, "percent");
	tw_error why = TW_ERROR_INIT;

	*out = TW_PPM_WHOLE;
	c->broken |= is_refused(c, row, "percent") || !percent->set;
	if (!percent->set || !tw__percent_ppm(out, percent->number, &why))
		return TW_OK;
	return refuse(c, row, "percent", &why);
}

static tw_status take_band(struct check *c, uint32_t row)
{
	const struct tw_value *hours = value(c, row, "hours");
	const struct tw_value *name = &c->d->rows[row].name;
	tw_error why = TW_ERROR_INIT;
	uint32_t ppm;
	tw_status status = take_percent(c, row, &ppm);

	c->broken |= !hours->set || !name->set;
	if (status || !hours->set || !name->set ||
	    !tw__terms_add_band(&c->terms, name->text, hours->text, ppm,
				&why))
		return status;
	return refuse(c, row, "hours", &why);
}

static tw_status take_tier(struct check *c, uint32_t row)
{
	const struct tw_value *from = value(c, row, "from_minutes");
	tw_error why = TW_ERROR_INIT;
	uint32_t ppm;
	tw_status status = take_percent(c, row, &ppm);

	c->broken |= !from->set;
	if (status || !from->set || !tw__terms_add_tier(&c->terms,
			60 * from->number, ppm, &why))
		return status;
	return refuse(c, row, "from_minutes", &why);
}

static const struct tw_row_list *children(const struct check *c,
					  const char *kind)
{
	uint32_t slot = tw__kind_slot(tw__kind_find(tw__str_of(kind)));

	return &c->d->rows[c->row].children[slot];
}

static tw_status take_children(struct check *c)
{
	const struct tw_row_list *bands = children(c, "tariff_band");
	const struct tw_row_list *tiers = children(c, "tariff_tier");
	tw_status status = TW_OK;

	for (size_t i = 0; i < bands->count && !status; i++)
		status = take_band(c, bands->rows[i]);
	for (size_t i = 0; i < tiers->count && !status; i++)
		status = take_tier(c, tiers->rows[i]);
	return status;
}

/* A deck without rows: what it refuses is the fault of the terms. */
static tw_status try_deck(struct check *c)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	tw_error why = TW_ERROR_INIT;
	tw_deck *deck;

	options.rules = &c->terms.rules;
	options.bands = c->terms.bands;
	options.band_count = c->terms.band_count;
	options.days = c->terms.days;
	options.day_count = c->terms.day_count;
	options.tiers = c->terms.tiers;
	options.tier_count = c->terms.tier_count;
	if (!tw_deck_make(&deck, &options, NULL, 0, &why)) {
		tw_deck_free(deck);
		return TW_OK;
	}
	return refuse(c, c->row, *why.field ? why.field : "name", &why);
}

tw_status tw__deployment_tariff(struct tw_deployment *deployment,
				uint32_t row)
{
	struct check c = { .d = deployment, .row = row,
			   .terms = { .rules = TW_TARIFF_RULES_INIT } };
	tw_status status = take_rules(&c);

	if (!status)
		status = check_stated(&c);
	if (!status)
		status = take_days(&c);
	if (!status)
		status = take_children(&c);
	if (!status && !c.broken)
		status = try_deck(&c);
	tw__terms_free(&c.terms);
	return status;
}
