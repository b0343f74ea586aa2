/**
 * @file src/accounts/breakdown_currency.c  Currencies of a report, as places
 *
 * Decides which currency comes first and how the others follow. They are met
 * in the order in which calls or sums happen to be read; what is shown must
 * not depend on that, so they are sorted once all are known.
 */
#include <stdio.h>
#include <string.h>
#include "breakdown_currency.h"

tw_status tw__cut_currencies_begin(struct tw__cut_currencies *out,
				   const struct tw__book *book,
				   tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = TW_OK;

	out->count = 1;
	snprintf(out->text[0], sizeof(out->text[0]), "%s", book->currency);
	if (*book->currency)
		return TW_OK;
	status = tw__stmt(&stmt, store, "SELECT currency FROM tariff_version "
			  "ORDER BY id LIMIT 1", err);
	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(out->text[0], sizeof(out->text[0]), "%.3s",
		 tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__cut_currency(int64_t *out,
			   struct tw__cut_currencies *currencies,
			   const char *text, tw_error *err)
{
	for (size_t i = 0; i < currencies->count; i++) {
		if (strcmp(currencies->text[i], text) == 0) {
			*out = (int64_t)i + 1;
			return TW_OK;
		}
	}
	if (currencies->count == TW_CUT_CURRENCIES_MAX)
		return tw__fail(err, TW_ERANGE, "a report has room for %d "
				"currencies; ask for a shorter time",
				TW_CUT_CURRENCIES_MAX);
	snprintf(currencies->text[currencies->count],
		 sizeof(currencies->text[0]), "%.3s", text);
	*out = (int64_t)++currencies->count;
	return TW_OK;
}

void tw__cut_currencies_sort(uint8_t order[TW_CUT_CURRENCIES_MAX],
			     struct tw__cut_currencies *currencies)
{
	struct tw__cut_currencies met = *currencies;

	/* by insertion: there are two or three */
	for (size_t i = 0; i < met.count; i++) {
		size_t at = i;

		while (at > 1 && strcmp(met.text[order[at - 1]],
					met.text[i]) > 0) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = (uint8_t)i;
	}
	for (size_t i = 0; i < met.count; i++)
		memcpy(currencies->text[i], met.text[order[i]],
		       sizeof(met.text[0]));
}
