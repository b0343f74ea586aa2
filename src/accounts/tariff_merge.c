/**
 * @file src/accounts/tariff_merge.c  What a new sheet makes of the old rates
 *
 * Decides, code by code, which old rows live on in the next version and what
 * a reader should be told: new, dearer, cheaper, ended, unchanged. Pure. A
 * code is (prefix, direction, caller prefix, relation) and the part of a price
 * that a row states (band, second of the call).
 */
#include <string.h>
#include "tariff.h"
#include "tariff_codes.h"

static const tw_rate *last_priced(const struct tw__code *span)
{
	for (size_t i = span->count; i-- > 0; ) {
		if (span->rows[i]->status == TW_RATE_PRICED)
			return span->rows[i];
		if (span->rows[i]->status == TW_RATE_ENDED)
			return NULL;
	}
	return NULL;
}

static void count_code(tw_tariff_diff *diff, const struct tw__code *old,
		       const struct tw__code *sheet)
{
	const tw_rate *a = last_priced(old), *b = last_priced(sheet);
	int dearer;

	if (!a && !b) {
		/* refused before and after */
		diff->unchanged += old->count && sheet->count;
		diff->fresh += !old->count && sheet->rows[sheet->count - 1]
			->status == TW_RATE_BLOCKED;
		return;
	}
	if (!a) {
		diff->fresh++;
		return;
	}
	if (!b) {
		diff->ended++;
		return;
	}
	dearer = tw__rate_compare_price(a, b);
	diff->increase += dearer > 0;
	diff->decrease += dearer < 0;
	diff->unchanged += dearer == 0;
}

static tw_status carry(struct tw__rates *out, const struct tw__merge *merge,
		       const struct tw__code *old, tw_time until,
		       tw_error *err)
{
	for (size_t i = 0; i < old->count; i++) {
		tw_rate rate = *old->rows[i];
		int64_t origin = merge->before->origins[
			old->rows[i] - merge->before->rows];
		tw_status status;

		if (rate.to > until)
			rate.to = until;
		if (rate.from >= rate.to || rate.to <= merge->starts)
			continue;
		status = tw__rates_add(out, &rate, origin, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status merge_code(struct tw__rates *out,
			    const struct tw__merge *merge,
			    const struct tw__code *old,
			    const struct tw__code *sheet, tw_error *err)
{
	/* a price from next month leaves the old one until then; a code that
	 * a full sheet lacks is gone at once */
	tw_time until = sheet->count ? sheet->rows[0]->from :
		merge->partial ? TW_TIME_MAX : TW_TIME_MIN;
	tw_status status = carry(out, merge, old, until, err);

	for (size_t i = 0; !status && i < sheet->count; i++) {
		if (sheet->rows[i]->status != TW_RATE_ENDED)
			status = tw__rates_add(out, sheet->rows[i], 0, err);
	}
	return status;
}

static tw_status merge_all(struct tw__rates *out, tw_tariff_diff *diff,
			   const struct tw__merge *merge,
			   const struct tw__order order[2], tw_error *err)
{
	struct tw__code code[2];
	size_t at[2] = { 0, 0 };

	while (tw__code_pair(code, order, at)) {
		tw_status status;

		if (code[1].count || !merge->partial)
			count_code(diff, &code[0], &code[1]);
		else
			diff->unchanged++;
		status = merge_code(out, merge, &code[0], &code[1], err);
		if (status)
			return status;
	}
	return TW_OK;
}

tw_status tw__tariff_merge(struct tw__rates *out, tw_tariff_diff *diff,
			   const struct tw__merge *merge, tw_error *err)
{
	struct tw__order order[2] = { { NULL, 0 }, { NULL, 0 } };
	struct tw__rates rates = { 0 };
	tw_status status = tw__order_make(&order[0], merge->before, err);

	if (!status)
		status = tw__order_make(&order[1], merge->sheet, err);
	if (!status)
		status = merge_all(&rates, diff, merge, order, err);
	tw__order_free(&order[0]);
	tw__order_free(&order[1]);
	if (status) {
		tw__rates_free(&rates);
		return status;
	}
	*out = rates;
	return TW_OK;
}
