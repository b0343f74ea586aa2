/**
 * @file src/accounts/rent.c  What is owed by the month, whether called or not
 *
 * Decides whose day of rent it is, by local midnights, and how kopecks are
 * shared so that they add up. Refuses to know what was posted already: that
 * is rent_accrue.c.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "ledger.h"
#include "rent.h"
#include "rent_share.h"
#include "rent_vat.h"

#define DAYS_MAX 31
#define PERCENT_WHOLE TW__SHARE_WHOLE

struct month {
	tw_store *store;
	tw_time day[DAYS_MAX];   /* local midnights */
	int days;
	tw_time from, to;
	int64_t unit;            /* smallest coin in nano-units */
	tw__i128 coin;           /* its weight: unit * percent * days */
	bool daily;              /* rows of days are wanted */
	struct tw__vat_parties parties;
};

/* One version of a number or recurring item. */
struct holding {
	int64_t kind, subject, department, payee_kind, payee, rent;
	tw_time from, to;        /* of the version */
	tw_time since, until;    /* of the item itself */
	struct tw__vat_own own;
	int day;                 /* that is looked at, from 0 */
	struct tw__vat vat;      /* on it */
	char name[128];
};

struct part {
	int64_t department, payee_kind, payee;
	struct tw__vat vat;
	tw__i128 weight;         /* nano-units * percent * days */
	tw__i128 days[DAYS_MAX]; /* ... of each of them */
	tw__i128 rest;
	int64_t units;
	int64_t amount, tax;
};

/* What one subject's month is made of. */
struct parts {
	struct part *rows;
	size_t count, capacity;
	struct tw__shares shares;
	int64_t subject, kind;
	char name[128];
};

void tw__rents_free(struct tw__rents *rents)
{
	tw_free(rents->rows);
	memset(rents, 0, sizeof(*rents));
}

static tw_status read_days(struct month *month, const tw_zone *zone,
			   tw_error *err)
{
	tw_civil civil;

	tw_zone_local(&civil, zone, month->from);
	civil.hour = civil.minute = civil.second = civil.microsecond = 0;
	for (month->days = 0; month->days < DAYS_MAX; month->days++) {
		tw_time *t = &month->day[month->days];
		tw_status status;

		civil.day = month->days + 1;
		status = tw_zone_instant(t, zone, &civil, NULL);
		if (status == TW_EINVAL && month->days >= 28)
			break;
		if (status)
			return tw__fail(err, status, "day %d of the month "
					"has no midnight in %s",
					month->days + 1, tw_zone_name(zone));
	}
	return TW_OK;
}

static void put_weight(struct part *part, const struct holding *held,
		       int64_t percent_nanos)
{
	const tw__i128 weight = (tw__i128)held->rent * percent_nanos;

	part->weight += weight;
	part->days[held->day] += weight;
}

static tw_status add_weight(struct parts *parts, const struct holding *held,
			    int64_t department, int64_t percent_nanos,
			    tw_error *err)
{
	struct part *part;

	for (size_t i = 0; i < parts->count; i++) {
		part = &parts->rows[i];
		if (part->department == department &&
		    part->payee_kind == held->payee_kind &&
		    part->payee == held->payee &&
		    tw__vat_same(&part->vat, &held->vat)) {
			put_weight(part, held, percent_nanos);
			return TW_OK;
		}
	}
	if (tw__grow((void **)&parts->rows, &parts->capacity,
		     parts->count + 1, sizeof(*part)))
		return tw__fail_oom(err);
	part = &parts->rows[parts->count++];
	*part = (struct part){ .department = department,
		.payee_kind = held->payee_kind, .payee = held->payee,
		.vat = held->vat };
	put_weight(part, held, percent_nanos);
	return TW_OK;
}

struct weighing {
	struct parts *parts;
	const struct holding *held;
};

static tw_status weigh(int64_t department, int64_t percent_nanos, void *arg,
		       tw_error *err)
{
	const struct weighing *w = arg;

	return add_weight(w->parts, w->held, department, percent_nanos, err);
}

static void find_vat(struct holding *held, const struct month *month,
		     tw_time t)
{
	held->vat = tw__vat_of(&month->parties, held->payee_kind,
			       held->payee, t, &held->own);
}

static tw_status add_holding(struct parts *parts, const struct month *month,
			     struct holding *held, tw_error *err)
{
	struct weighing weighing = { parts, held };

	if (held->rent < 0)
		return tw__fail(err, TW_ERANGE, "'%.80s' has a negative rent; "
				"apply one that is not", held->name);
	for (int i = 0; i < month->days; i++) {
		tw_time t = month->day[i];
		tw_status status;

		if (t < held->from || t >= held->to || t < held->since ||
		    t >= held->until)
			continue;
		held->day = i;
		find_vat(held, month, t);
		status = tw__shares_day(&parts->shares, t, held->department,
					weigh, &weighing, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status emit(struct tw__rents *out, const struct parts *parts,
		      const struct part *part, int64_t day, tw_error *err)
{
	struct tw__rent *rent;

	if (!part->amount && !part->tax)
		return TW_OK;
	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*rent)))
		return tw__fail_oom(err);
	rent = &out->rows[out->count++];
	*rent = (struct tw__rent){ .kind = parts->kind,
		.subject = parts->subject, .department = part->department,
		.payee_kind = part->payee_kind, .payee = part->payee,
		.amount_nanos = part->amount,
		.net_nanos = part->amount - (part->vat.net ? 0 : part->tax),
		.vat_nanos = part->tax, .day = day };
	snprintf(rent->reference, sizeof(rent->reference), "%s",
		 parts->name);
	return TW_OK;
}

/* What the days up to one have earned, in whole coins; what makes the parts
 * add up to the month comes with the last day. So no day takes back what those
 * before it gave, or needs to know those that follow. */
static struct part earned(const struct part *part, const struct month *month,
			  int days)
{
	struct part out = *part;
	tw__i128 weight = 0;

	if (days == month->days)
		return out;
	for (int i = 0; i < days; i++)
		weight += part->days[i];
	/* no more than the month's, which was seen to fit */
	out.amount = (int64_t)(weight / month->coin) * month->unit;
	out.tax = (int64_t)((tw__i128)out.amount * part->vat.percent_nanos /
		(tw__vat_divisor(&part->vat) * month->unit)) * month->unit;
	return out;
}

static tw_status emit_days(struct tw__rents *out, const struct parts *parts,
			   const struct part *part, const struct month *month,
			   tw_error *err)
{
	struct part before = earned(part, month, 0);
	tw_status status = TW_OK;

	for (int i = 1; !status && i <= month->days; i++) {
		struct part now = earned(part, month, i), day = now;

		day.amount -= before.amount;
		day.tax -= before.tax;
		before = now;
		status = emit(out, parts, &day, i, err);
	}
	return status;
}

/* Whole coins first, then one more to the largest remainders. Of all parts,
 * or of those with these terms. */
static void spread(struct parts *parts, const struct tw__vat *only,
		   tw__i128 coin)
{
	tw__i128 sum = 0, whole = 0, total;

	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->rows[i];

		part->rest = -1;
		if (only && !tw__vat_same(only, &part->vat))
			continue;
		sum += part->weight;
		part->rest = part->weight % coin;
		part->units = (int64_t)(part->weight / coin);
		whole += part->units;
	}
	total = tw__div_round(sum, coin, TW_ROUND_HALF_UP);
	for (; whole < total; whole++) {
		struct part *most = &parts->rows[0];

		for (size_t i = 1; i < parts->count; i++) {
			if (parts->rows[i].rest > most->rest)
				most = &parts->rows[i];
		}
		most->units++;
		most->rest = -1;
	}
}

static tw_status spread_amount(struct parts *parts, const struct month *month,
			       tw_error *err)
{
	spread(parts, NULL, month->coin);
	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->rows[i];
		tw_status status = tw__i128_narrow(&part->amount,
			(tw__i128)part->units * month->unit, err);

		if (status)
			return status;
		part->weight = (tw__i128)part->amount *
			part->vat.percent_nanos;
	}
	return TW_OK;
}

static tw_status spread_vat(struct parts *parts, const struct month *month,
			    tw_error *err)
{
	for (size_t i = 0; i < parts->count; i++) {
		struct part *part = &parts->rows[i];
		tw_status status;

		spread(parts, &part->vat, tw__vat_divisor(&part->vat) *
		       month->unit);
		status = tw__i128_narrow(&part->tax,
			(tw__i128)part->units * month->unit, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status share_out(struct tw__rents *out, struct parts *parts,
			   const struct month *month, tw_error *err)
{
	tw_status status = spread_amount(parts, month, err);

	if (!status)
		status = spread_vat(parts, month, err);
	for (size_t i = 0; !status && i < parts->count; i++)
		status = month->daily ?
			emit_days(out, parts, &parts->rows[i], month, err) :
			emit(out, parts, &parts->rows[i], 0, err);
	if (!status)
		parts->count = 0;
	return status;
}

static void read_holding(struct holding *held, struct tw_stmt *stmt,
			 int64_t kind)
{
	bool vendor = !tw__col_is_null(stmt, 5);

	*held = (struct holding){ .kind = kind,
		.subject = tw__col_i64(stmt, 0),
		.from = tw__col_i64(stmt, 1), .to = tw__col_i64(stmt, 2),
		.department = tw__col_i64(stmt, 3),
		.payee_kind = vendor ? TW_ACCOUNT_VENDOR :
			TW_ACCOUNT_CARRIER,
		.payee = tw__col_i64(stmt, vendor ? 5 : 4),
		.rent = tw__col_i64(stmt, 6),
		.since = tw__col_is_null(stmt, 8) ? TW_TIME_MIN :
			tw__col_i64(stmt, 8),
		.until = tw__col_is_null(stmt, 9) ? TW_TIME_MAX :
			tw__col_i64(stmt, 9),
		.own = { !tw__col_is_null(stmt, 10),
			 strcmp(tw__col_text(stmt, 10), "net") == 0,
			 !tw__col_is_null(stmt, 11),
			 tw__col_i64(stmt, 11) } };
	snprintf(held->name, sizeof(held->name), "%s",
		 tw__col_text(stmt, 7));
}

static tw_status next_holding(struct tw__rents *out, struct parts *parts,
			      struct month *month, struct holding *held,
			      tw_error *err)
{
	tw_status status;

	if (parts->subject != held->subject) {
		status = share_out(out, parts, month, err);
		if (!status)
			status = tw__shares_load(&parts->shares,
						 month->store, held->kind,
						 held->subject, err);
		if (status)
			return status;
		parts->subject = held->subject;
		parts->kind = held->kind;
		snprintf(parts->name, sizeof(parts->name), "%s", held->name);
		memcpy(parts->shares.name, parts->name,
		       sizeof(parts->shares.name));
	}
	return add_holding(parts, month, held, err);
}

/* sql: id, valid_from, valid_to, department, carrier, vendor, amount, name,
 * from, to, vat, vat_percent; by id and valid_from. */
static tw_status walk(struct tw__rents *out, struct month *month,
		      int64_t kind, const char *sql, tw_error *err)
{
	struct parts parts = { 0 };
	struct tw_stmt *stmt;
	struct holding held;
	tw_status status = tw__stmt(&stmt, month->store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month->to);
	tw__bind_i64(stmt, 2, month->from);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		read_holding(&held, stmt, kind);
		status = next_holding(out, &parts, month, &held, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	if (status == TW_ITER_END)
		status = share_out(out, &parts, month, err);
	tw_free(parts.rows);
	tw__shares_free(&parts.shares);
	return status;
}

static tw_status one_part(struct part *out, struct holding *held,
			  const struct month *month, tw_error *err)
{
	int64_t net;

	find_vat(held, month, held->from);
	*out = (struct part){ .department = held->department,
		.payee_kind = held->payee_kind, .payee = held->payee,
		.vat = held->vat, .amount = held->rent };
	return tw__vat_split(&net, &out->tax, held->rent, &held->vat,
			     month->unit, err);
}

static int64_t day_of(const struct month *month, tw_time t)
{
	int64_t day = 0;

	while (month->daily && day < month->days && month->day[day] <= t)
		day++;
	return day;
}

static tw_status one_offs(struct tw__rents *out, const struct month *month,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	struct holding held;
	tw_status status = tw__stmt(&stmt, month->store,
		"SELECT n.id, n.valid_from, n.valid_to, n.department, "
		"n.carrier, n.rented_through, n.one_off, n.name, NULL, NULL, "
		"n.vat, n.vat_percent "
		"FROM number n WHERE n.valid_from < ? AND n.valid_from >= ? "
		"AND n.one_off IS NOT NULL AND NOT EXISTS (SELECT 1 "
		"FROM number p WHERE p.id = n.id "
		"AND p.valid_from < n.valid_from) ORDER BY n.id", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month->to);
	tw__bind_i64(stmt, 2, month->from);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct parts parts = { .kind = TW_POSTING_ONE_OFF };
		struct part part;

		read_holding(&held, stmt, TW_POSTING_ONE_OFF);
		parts.subject = held.subject;
		memcpy(parts.name, held.name, sizeof(parts.name));
		status = one_part(&part, &held, month, err);
		if (!status)
			status = emit(out, &parts, &part,
				      day_of(month, held.from), err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void find_unit(struct month *month, const struct tw__book *book)
{
	uint32_t decimals = 2;

	/* an unlisted currency keeps the usual two */
	(void)tw_currency_decimals(&decimals, book->currency, NULL);
	month->unit = TW_NANOS;
	while (decimals--)
		month->unit /= 10;
}

static tw_status compute(struct tw__rents *out, struct month *month,
			 const struct tw__book *book, tw_error *err)
{
	struct tw__rents rents = { 0 };
	tw_status status = read_days(month, book->zone, err);

	find_unit(month, book);
	month->coin = (tw__i128)month->days * PERCENT_WHOLE * month->unit;
	if (!status)
		status = tw__vat_parties_load(&month->parties, month->store,
					      err);
	if (!status)
		status = walk(&rents, month, TW_POSTING_RENT,
			"SELECT id, valid_from, valid_to, department, "
			"carrier, rented_through, rent, name, NULL, NULL, "
			"vat, vat_percent "
			"FROM number WHERE valid_from < ? AND valid_to > ? "
			"AND rent IS NOT NULL ORDER BY id, valid_from", err);
	if (!status)
		status = walk(&rents, month, TW_POSTING_RECURRING,
			"SELECT id, valid_from, valid_to, department, "
			"carrier, vendor, amount, name, \"from\", \"to\", "
			"vat, vat_percent "
			"FROM recurring WHERE valid_from < ? "
			"AND valid_to > ? AND amount IS NOT NULL "
			"ORDER BY id, valid_from", err);
	if (!status)
		status = one_offs(&rents, month, err);
	if (!status && rents.count && !*book->currency)
		status = tw__fail_at(err, TW_ENOTFOUND, 0,
			"company.currency", "rents have no currency; apply a "
			"[company] with one");
	tw__vat_parties_free(&month->parties);
	if (status) {
		tw__rents_free(&rents);
		return status;
	}
	*out = rents;
	return TW_OK;
}

tw_status tw__rents_compute(struct tw__rents *out, tw_store *store,
			    const struct tw__book *book, tw_time from,
			    tw_time to, tw_error *err)
{
	struct month month = { .store = store, .from = from, .to = to };

	return compute(out, &month, book, err);
}

tw_status tw__rents_daily(struct tw__rents *out, tw_store *store,
			  const struct tw__book *book, tw_time from,
			  tw_time to, tw_error *err)
{
	struct month month = { .store = store, .from = from, .to = to,
		.daily = true };

	return compute(out, &month, book, err);
}
