/**
 * @file src/accounts/rent_vat.c  VAT of what is owed by the month
 *
 * Decides which terms an amount has, and what VAT they make of it. Refuses to
 * guess: a party that says no percentage has no VAT. What departments get of
 * it is rent.c's.
 */
#include <string.h>
#include "ledger.h"
#include "rent_vat.h"

#define PERCENT_WHOLE (100 * TW_NANOS)

bool tw__vat_same(const struct tw__vat *a, const struct tw__vat *b)
{
	return a->net == b->net && a->percent_nanos == b->percent_nanos;
}

tw__i128 tw__vat_divisor(const struct tw__vat *vat)
{
	return (tw__i128)PERCENT_WHOLE + (vat->net ? 0 : vat->percent_nanos);
}

tw_status tw__vat_split(int64_t *out_net, int64_t *out_vat, int64_t amount,
			const struct tw__vat *vat, int64_t unit,
			tw_error *err)
{
	int64_t tax, net = amount;
	tw_status status = tw__i128_narrow(&tax, tw__div_round(
		(tw__i128)amount * vat->percent_nanos,
		tw__vat_divisor(vat) * unit, TW_ROUND_HALF_UP) * unit, err);

	if (!status && !vat->net)
		status = tw__i128_narrow(&net, (tw__i128)amount - tax, err);
	if (status)
		return status;
	*out_net = net;
	*out_vat = tax;
	return TW_OK;
}

tw_status tw__vat_parties_load(struct tw__vat_parties *out, tw_store *store,
			       tw_error *err)
{
	struct tw__vat_parties parties = { 0 };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 2, id, valid_from, vat, vat_percent FROM carrier "
		"UNION ALL "
		"SELECT 3, id, valid_from, vat, vat_percent FROM vendor",
		err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&parties.rows, &parties.capacity,
			     parties.count + 1, sizeof(*parties.rows))) {
			tw__reset(stmt);
			tw_free(parties.rows);
			return tw__fail_oom(err);
		}
		parties.rows[parties.count++] = (struct tw__vat_party){
			.kind = tw__col_i64(stmt, 0),
			.id = tw__col_i64(stmt, 1),
			.from = tw__col_i64(stmt, 2),
			.net = strcmp(tw__col_text(stmt, 3), "net") == 0,
			.percent_nanos = tw__col_i64(stmt, 4) };
	}
	if (status != TW_ITER_END) {
		tw_free(parties.rows);
		return status;
	}
	*out = parties;
	return TW_OK;
}

void tw__vat_parties_free(struct tw__vat_parties *parties)
{
	tw_free(parties->rows);
	memset(parties, 0, sizeof(*parties));
}

struct tw__vat tw__vat_of(const struct tw__vat_parties *parties,
			  int64_t kind, int64_t id, tw_time t,
			  const struct tw__vat_own *own)
{
	const struct tw__vat_party *newest = NULL;
	struct tw__vat vat = { false, 0 };

	for (size_t i = 0; i < parties->count; i++) {
		const struct tw__vat_party *p = &parties->rows[i];

		if (p->kind == kind && p->id == id && p->from <= t &&
		    (!newest || p->from > newest->from))
			newest = p;
	}
	if (newest)
		vat = (struct tw__vat){ newest->net, newest->percent_nanos };
	if (own->has_mode)
		vat.net = own->net;
	if (own->has_percent)
		vat.percent_nanos = own->percent_nanos;
	return vat;
}
