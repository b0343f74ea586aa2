/**
 * @file src/accounts/tariff_terms.c  Bands, days and tiers, kept with versions
 *
 * Decides how the terms of a contract are stored with each version and when
 * two versions have the same. Refuses to know what they mean for a call
 * (src/rating) and where they were declared (tariff_declared.c).
 */
#include <stdio.h>
#include <string.h>
#include "tariff.h"
#include "tariff_terms.h"

void tw__terms_free(struct tw__terms *terms)
{
	tw_free(terms->bands);
	tw_free(terms->days);
	tw_free(terms->tiers);
	memset(terms, 0, sizeof(*terms));
}

/* ---- one more ---- */

static tw_status for_each_line(const char *text, void *arg,
	tw_status (*fn)(void *arg, const char *line, tw_error *err),
	tw_error *err)
{
	tw_status status = TW_OK;
	char line[512];

	while (!status && text && *text) {
		size_t l = strcspn(text, "\n");

		if (l >= sizeof(line))
			return tw__fail(err, TW_EPARSE, "%.40s... is too "
					"long; shorten it", text);
		memcpy(line, text, l);
		line[l] = '\0';
		text += l + (text[l] == '\n');
		status = fn(arg, line, err);
	}
	return status;
}

static tw_status add_hours(void *band, const char *line, tw_error *err)
{
	return tw_band_add_hours(band, line, err);
}

tw_status tw__terms_add_band(struct tw__terms *terms, const char *name,
			     const char *hours, uint32_t percent_ppm,
			     tw_error *err)
{
	tw_band band = TW_BAND_INIT;
	tw_status status;

	if (strlen(name) >= sizeof(band.name))
		return tw__fail_at(err, TW_EPARSE, 0, "name", "a band's name "
				   "has at most %zu bytes",
				   sizeof(band.name) - 1);
	memcpy(band.name, name, strlen(name) + 1);
	band.percent_ppm = percent_ppm;
	status = for_each_line(hours, &band, add_hours, err);
	if (status)
		return status;
	if (tw__grow((void **)&terms->bands, &terms->band_capacity,
		     terms->band_count + 1, sizeof(band)))
		return tw__fail_oom(err);
	terms->bands[terms->band_count++] = band;
	return TW_OK;
}

static tw_status add_day(void *arg, const char *line, tw_error *err)
{
	struct tw__terms *terms = arg;
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	tw_status status = tw_tariff_day_parse(&day, line, err);

	if (status)
		return status;
	if (tw__grow((void **)&terms->days, &terms->day_capacity,
		     terms->day_count + 1, sizeof(day)))
		return tw__fail_oom(err);
	terms->days[terms->day_count++] = day;
	return TW_OK;
}

tw_status tw__terms_add_days(struct tw__terms *terms, const char *days,
			     tw_error *err)
{
	return for_each_line(days, terms, add_day, err);
}

tw_status tw__terms_add_tier(struct tw__terms *terms, int64_t from_s,
			     uint32_t percent_ppm, tw_error *err)
{
	tw_tier tier = TW_TIER_INIT;

	tier.from_s = from_s;
	tier.percent_ppm = percent_ppm;
	if (tw__grow((void **)&terms->tiers, &terms->tier_capacity,
		     terms->tier_count + 1, sizeof(tier)))
		return tw__fail_oom(err);
	terms->tiers[terms->tier_count++] = tier;
	return TW_OK;
}

/* ---- equal? ---- */

static bool same_rules(const tw_tariff_rules *a, const tw_tariff_rules *b)
{
	return a->seconds == b->seconds && a->rounding == b->rounding &&
		a->decimals == b->decimals && a->crossing == b->crossing &&
		a->vat == b->vat &&
		a->vat_percent_nanos == b->vat_percent_nanos &&
		a->invoice_total == b->invoice_total &&
		a->round_each == b->round_each &&
		a->fee_on_zero == b->fee_on_zero &&
		a->tier_mode == b->tier_mode &&
		a->minimum_s == b->minimum_s &&
		a->free_below_s == b->free_below_s &&
		a->included_s == b->included_s &&
		a->minimum_charge_nanos == b->minimum_charge_nanos &&
		a->maximum_charge_nanos == b->maximum_charge_nanos &&
		a->attempt_fee_nanos == b->attempt_fee_nanos &&
		a->commitment_nanos == b->commitment_nanos &&
		strcmp(a->convert_to, b->convert_to) == 0 &&
		strcmp(a->stated_by, b->stated_by) == 0 &&
		strcmp(a->currency, b->currency) == 0 &&
		strcmp(a->zone, b->zone) == 0;
}

static bool same_band(const tw_band *a, const tw_band *b)
{
	if (strcmp(a->name, b->name) || a->percent_ppm != b->percent_ppm ||
	    a->hours_count != b->hours_count)
		return false;
	for (uint32_t i = 0; i < a->hours_count; i++) {
		if (a->hours[i].day_mask != b->hours[i].day_mask ||
		    a->hours[i].from_min != b->hours[i].from_min ||
		    a->hours[i].to_min != b->hours[i].to_min)
			return false;
	}
	return true;
}

static bool same_day(const tw_tariff_day *a, const tw_tariff_day *b)
{
	return a->counts_as == b->counts_as && a->year == b->year &&
		a->month == b->month && a->day == b->day;
}

bool tw__terms_equal(const struct tw__terms *a, const struct tw__terms *b)
{
	if (!same_rules(&a->rules, &b->rules) ||
	    a->band_count != b->band_count || a->day_count != b->day_count ||
	    a->tier_count != b->tier_count)
		return false;
	for (size_t i = 0; i < a->band_count; i++) {
		if (!same_band(&a->bands[i], &b->bands[i]))
			return false;
	}
	for (size_t i = 0; i < a->day_count; i++) {
		if (!same_day(&a->days[i], &b->days[i]))
			return false;
	}
	for (size_t i = 0; i < a->tier_count; i++) {
		if (a->tiers[i].from_s != b->tiers[i].from_s ||
		    a->tiers[i].percent_ppm != b->tiers[i].percent_ppm)
			return false;
	}
	return true;
}

/* ---- as text ---- */

static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat",
	"sun", "holiday" };

void tw__hours_format(char out[64], const tw_band_hours *hours)
{
	size_t used = 0;

	if (hours->day_mask == 0xff)
		used = (size_t)sprintf(out, "daily");
	for (size_t i = 0; hours->day_mask != 0xff && i < 8; i++) {
		if (hours->day_mask & 1u << i)
			used += (size_t)sprintf(out + used, "%s%s",
						used ? "," : "", days[i]);
	}
	snprintf(out + used, 64 - used, " %02u:%02u-%02u:%02u",
		 hours->from_min / 60 % 100, hours->from_min % 60,
		 hours->to_min / 60 % 100, hours->to_min % 60);
}

static void format_day(char out[32], const tw_tariff_day *day)
{
	int used = snprintf(out, 32, "%04d-%02d-%02d", (int)day->year,
			    (int)day->month, (int)day->day);

	if (day->counts_as < TW_DAY_HOLIDAY)
		snprintf(out + used, (size_t)(32 - used), " %s",
			 days[day->counts_as]);
}

/* ---- in the store ---- */

static tw_status write_band(tw_store *store, int64_t version, size_t position,
			    const tw_band *band, tw_error *err)
{
	struct tw_stmt *stmt;
	struct tw_buf hours;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO tariff_version_band (version, position, name, "
		"hours, percent_ppm) VALUES (?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__buf_init(&hours);
	for (uint32_t i = 0; i < band->hours_count; i++) {
		char text[64];

		tw__hours_format(text, &band->hours[i]);
		tw__buf_printf(&hours, "%s%s", i ? "\n" : "", text);
	}
	if (hours.failed) {
		tw__buf_free(&hours);
		return tw__fail_oom(err);
	}
	tw__bind_i64(stmt, 1, version);
	tw__bind_i64(stmt, 2, (int64_t)position);
	tw__bind_text(stmt, 3, band->name);
	tw__bind_text(stmt, 4, hours.data);
	tw__bind_i64(stmt, 5, band->percent_ppm);
	tw__buf_free(&hours);
	return tw__run(stmt, err);
}

static tw_status write_day(tw_store *store, int64_t version, size_t position,
			   const tw_tariff_day *day, tw_error *err)
{
	struct tw_stmt *stmt;
	char text[32];
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO tariff_version_day (version, position, day) "
		"VALUES (?, ?, ?)", err);

	if (status)
		return status;
	format_day(text, day);
	tw__bind_i64(stmt, 1, version);
	tw__bind_i64(stmt, 2, (int64_t)position);
	tw__bind_text(stmt, 3, text);
	return tw__run(stmt, err);
}

static tw_status write_tier(tw_store *store, int64_t version, size_t position,
			    const tw_tier *tier, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"INSERT INTO tariff_version_tier (version, position, from_s, "
		"percent_ppm) VALUES (?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	tw__bind_i64(stmt, 2, (int64_t)position);
	tw__bind_i64(stmt, 3, tier->from_s);
	tw__bind_i64(stmt, 4, tier->percent_ppm);
	return tw__run(stmt, err);
}

tw_status tw__terms_write(const struct tw__terms *terms, tw_store *store,
			  int64_t version, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < terms->band_count && !status; i++)
		status = write_band(store, version, i, &terms->bands[i], err);
	for (size_t i = 0; i < terms->day_count && !status; i++)
		status = write_day(store, version, i, &terms->days[i], err);
	for (size_t i = 0; i < terms->tier_count && !status; i++)
		status = write_tier(store, version, i, &terms->tiers[i], err);
	return status;
}

static tw_status add_stored_band(struct tw__terms *terms,
				 struct tw_stmt *stmt, tw_error *err)
{
	return tw__terms_add_band(terms, tw__col_text(stmt, 0),
		tw__col_text(stmt, 1), (uint32_t)tw__col_i64(stmt, 2), err);
}

static tw_status add_stored_day(struct tw__terms *terms,
				struct tw_stmt *stmt, tw_error *err)
{
	return add_day(terms, tw__col_text(stmt, 0), err);
}

static tw_status add_stored_tier(struct tw__terms *terms,
				 struct tw_stmt *stmt, tw_error *err)
{
	return tw__terms_add_tier(terms, tw__col_i64(stmt, 0),
		(uint32_t)tw__col_i64(stmt, 1), err);
}

/* What a version has several of. */
static const struct part {
	const char *sql;
	tw_status (*add)(struct tw__terms *terms, struct tw_stmt *stmt,
			 tw_error *err);
} parts[] = {
	{ "SELECT name, hours, percent_ppm FROM tariff_version_band "
	  "WHERE version = ? ORDER BY position", add_stored_band },
	{ "SELECT day FROM tariff_version_day WHERE version = ? "
	  "ORDER BY position", add_stored_day },
	{ "SELECT from_s, percent_ppm FROM tariff_version_tier "
	  "WHERE version = ? ORDER BY position", add_stored_tier },
};

static tw_status read_part(struct tw__terms *terms, const struct part *part,
			   tw_store *store, int64_t version, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, part->sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = part->add(terms, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__terms_read(struct tw__terms *out, tw_store *store,
			 int64_t version, tw_error *err)
{
	struct tw__terms terms = { .rules = TW_TARIFF_RULES_INIT };
	tw_status status = tw__tariff_version_rules(&terms.rules, store,
						    version, err);

	for (size_t i = 0; i < TW_ARRAY_COUNT(parts) && !status; i++)
		status = read_part(&terms, &parts[i], store, version, err);
	if (status) {
		tw__terms_free(&terms);
		return status;
	}
	*out = terms;
	return TW_OK;
}
