/**
 * @file src/accounts/breakdown_tariff.c  What a call's tariff says of it
 *
 * Decides in which currency a call was charged and how its destination is
 * called. A row of a sheet is asked about when the first call has it, and
 * never again: a year's calls use a few hundred of a sheet's many rows.
 */
#include <stdio.h>
#include <string.h>
#include "breakdown_tariff.h"
#include <trunkwise/rating.h>

/* No sheet has as many rows; a damaged file may say so. */
#define ROWS_MAX 100000000

#define CHARGED_IN "CASE WHEN convert_to <> '' THEN convert_to " \
	"ELSE currency END"

/* Kinds of prices, of which there are two or three in a store. */
tw_status tw__cut_prices(struct tw__cut_prices *out,
			 struct tw__cut_tariffs *tariffs, tw_error *err)
{
	struct tw__cut_prices prices = { false, 0, false, false };
	char currency[4] = "";
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, tariffs->store, "SELECT DISTINCT "
		CHARGED_IN ", vat, vat_percent <> 0 FROM tariff_version",
		err);

	if (status)
		return status;
	for (size_t i = 0; (status = tw__step(stmt, err)) == TW_OK; i++) {
		bool gross = tw__col_i64(stmt, 1) == TW_VAT_GROSS;

		if (!i) {
			snprintf(currency, sizeof(currency), "%.3s",
				 tw__col_text(stmt, 0));
			prices.gross = gross;
			prices.are_alike = true;
		}
		prices.have_vat |= tw__col_i64(stmt, 2) != 0;
		prices.are_alike &= gross == prices.gross &&
			strcmp(currency, tw__col_text(stmt, 0)) == 0;
	}
	if (status == TW_ITER_END)
		status = prices.are_alike ? tw__cut_currency(&prices.currency,
			tariffs->currencies, currency, err) : TW_OK;
	if (!status)
		*out = prices;
	return status;
}

static tw_status read_version(struct tw__cut_version *out,
			      struct tw__cut_tariffs *tariffs, int64_t id,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, tariffs->store,
		"SELECT " CHARGED_IN ", vat FROM tariff_version "
		"WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? tw__fail(err, TW_ESTORE, "a "
			"call has a price of a tariff version that is not "
			"there; run verify") : status;
	status = tw__cut_currency(&out->currency, tariffs->currencies,
				  tw__col_text(stmt, 0), err);
	out->gross = tw__col_i64(stmt, 1) == TW_VAT_GROSS;
	out->id = id;
	tw__reset(stmt);
	return status;
}

static tw_status find_version(struct tw__cut_version **out,
			      struct tw__cut_tariffs *tariffs, int64_t id,
			      tw_error *err)
{
	struct tw__cut_version version = { 0 };
	tw_status status;

	for (size_t i = 0; i < tariffs->count; i++) {
		if (tariffs->rows[i].id == id) {
			tariffs->last = i;
			*out = &tariffs->rows[i];
			return TW_OK;
		}
	}
	status = read_version(&version, tariffs, id, err);
	if (status)
		return status;
	if (tw__grow((void **)&tariffs->rows, &tariffs->capacity,
		     tariffs->count + 1, sizeof(version)))
		return tw__fail_oom(err);
	tariffs->last = tariffs->count++;
	*out = &tariffs->rows[tariffs->last];
	**out = version;
	return TW_OK;
}

static tw_status version_of(struct tw__cut_version **out,
			    struct tw__cut_tariffs *tariffs, int64_t id,
			    tw_error *err)
{
	if (!tariffs->count || tariffs->rows[tariffs->last].id != id)
		return find_version(out, tariffs, id, err);
	*out = &tariffs->rows[tariffs->last];
	return TW_OK;
}

tw_status tw__cut_tariff(int64_t *currency, bool *gross,
			 struct tw__cut_tariffs *tariffs, int64_t version,
			 tw_error *err)
{
	struct tw__cut_version *found = NULL;
	tw_status status = version_of(&found, tariffs, version, err);

	*gross = false;
	if (status)
		return status;
	*currency = found->currency;
	*gross = found->gross;
	return TW_OK;
}

static tw_status read_word(int64_t *out, tw_store *store, int64_t version,
			   int64_t row, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT w.id FROM tariff_rate r JOIN word w "
		"ON w.text = r.destination "
		"WHERE r.version = ? AND r.position = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	tw__bind_i64(stmt, 2, row);
	*out = 0;
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__cut_destination(int64_t *out, struct tw__cut_tariffs *tariffs,
			      int64_t version, int64_t row, tw_error *err)
{
	struct tw__cut_version *found = NULL;
	tw_status status = version_of(&found, tariffs, version, err);
	size_t place = (size_t)row;

	if (status)
		return status;
	/* an attempt, or a cost that its record stated */
	if (row == (int64_t)TW_RATE_NONE) {
		*out = 0;
		return TW_OK;
	}
	if (row < 0 || row > ROWS_MAX)
		return tw__fail(err, TW_ESTORE, "a call has a price of row "
				"%lld; run verify", (long long)row);
	if (place >= found->count) {
		if (tw__grow((void **)&found->words, &found->capacity,
			     place + 1, sizeof(*found->words)))
			return tw__fail_oom(err);
		memset(&found->words[found->count], 0,
		       (place + 1 - found->count) * sizeof(*found->words));
		found->count = place + 1;
	}
	if (!found->words[place]) {
		int64_t word;

		status = read_word(&word, tariffs->store, version, row, err);
		if (status)
			return status;
		found->words[place] = word + 1;
	}
	*out = found->words[place] - 1;
	return TW_OK;
}

void tw__cut_tariffs_free(struct tw__cut_tariffs *tariffs)
{
	for (size_t i = 0; i < tariffs->count; i++)
		tw_free(tariffs->rows[i].words);
	tw_free(tariffs->rows);
	tariffs->rows = NULL;
	tariffs->count = tariffs->capacity = tariffs->last = 0;
}
