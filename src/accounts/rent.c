/**
 * @file src/accounts/rent.c  What is owed by the month, whether called or not
 *
 * Decides whose day of rent it is, by local midnights, and what of a month is
 * of which billing period. Refuses to know how days become kopecks
 * (rent_part.c) and what was posted already (rent_accrue.c).
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "base/decimal.h"
#include "ledger.h"
#include "rent.h"
#include "rent_part.h"
#include "rent_share.h"

struct month {
	tw_store *store;
	tw_time day[TW__RENT_DAYS]; /* local midnights */
	int days, begin;         /* of them; where the month begins */
	int64_t first;           /* number of day[0] */
	tw_time from, to;
	int64_t unit;            /* smallest coin in nano-units */
	bool daily;              /* rows of days are wanted */
	struct tw__vat_parties parties;
	struct tw__billings billings;
};

/* One version of a number or recurring item. */
struct holding {
	int64_t kind, subject, rent;
	tw_time from, to;        /* of the version */
	tw_time since, until;    /* of the item itself */
	struct tw__vat_own own;
	int32_t billing_day;     /* 0: the party's */
	struct tw__rent_part part;      /* of the day that is looked at */
	int day;
	char name[128];
};

/* One subject. */
struct subject {
	struct tw__rent_parts parts;
	struct tw__shares shares;
	int64_t id, kind;
	char name[128];
};

void tw__rents_free(struct tw__rents *rents)
{
	tw_free(rents->rows);
	memset(rents, 0, sizeof(*rents));
}

/* A period that reaches into the month began in the one before. */
static void find_days(struct month *month, const tw_zone *zone)
{
	tw_civil civil;
	int64_t begin, back;

	tw_zone_local(&civil, zone, month->from);
	begin = tw__days_from_civil(civil.year, civil.month, 1);
	back = !month->billings.any || civil.year <= 1 ? begin :
		tw__billing_of(begin - 1, 1).first;
	month->first = back;
	month->begin = (int)(begin - back);
	month->days = month->begin + tw__month_days(civil.year, civil.month);
}

static tw_status read_days(struct month *month, const tw_zone *zone,
			   tw_error *err)
{
	find_days(month, zone);
	for (int i = 0; i < month->days; i++) {
		tw_civil civil = { .year = 0 };
		tw_status status;

		tw__civil_from_days(&civil.year, &civil.month, &civil.day,
				    month->first + i);
		status = tw_zone_instant(&month->day[i], zone, &civil, NULL);
		if (status)
			return tw__fail(err, status, "%04d-%02d-%02d has no "
					"midnight in %s", (int)civil.year,
					(int)civil.month, (int)civil.day,
					tw_zone_name(zone));
	}
	return TW_OK;
}

struct weighing {
	struct tw__rent_parts *parts;
	struct holding *held;
};

static tw_status weigh(int64_t department, int64_t percent_nanos, void *arg,
		       tw_error *err)
{
	const struct weighing *w = arg;

	w->held->part.department = department;
	return tw__rent_parts_add(w->parts, &w->held->part, w->held->day,
		(tw__i128)w->held->rent * percent_nanos, err);
}

static void find_terms(struct holding *held, const struct month *month,
		       tw_time t)
{
	struct tw__rent_part *part = &held->part;

	part->vat = tw__vat_of(&month->parties, part->payee_kind,
			       part->payee, t, &held->own);
	part->period = tw__billing_of(month->first + held->day,
		tw__billing_day(&month->billings, part->payee_kind,
				part->payee, t, held->billing_day));
}

static bool is_held(const struct holding *held, tw_time t)
{
	return t >= held->from && t < held->to && t >= held->since &&
		t < held->until;
}

/* Days of a period that was over before the month are no part of it. */
static tw_status add_holding(struct subject *subject,
			     const struct month *month, struct holding *held,
			     tw_error *err)
{
	const int64_t owner = held->part.department;
	const int64_t begin = month->first + month->begin;
	struct weighing weighing = { &subject->parts, held };
	tw_status status = TW_OK;

	if (held->rent < 0)
		return tw__fail(err, TW_ERANGE, "'%.80s' has a negative rent; "
				"apply one that is not", held->name);
	for (int i = 0; !status && i < month->days; i++) {
		const struct tw__billing *period = &held->part.period;
		tw_time t = month->day[i];

		if (!is_held(held, t))
			continue;
		held->day = i;
		find_terms(held, month, t);
		if (period->first + period->days <= begin)
			continue;
		status = tw__shares_day(&subject->shares, t, owner, weigh,
					&weighing, err);
	}
	return status;
}

struct row {
	const struct subject *subject;
	const struct tw__rent_part *part;
	struct tw__rent_sum sum;
	int64_t day;
};

static tw_status emit(struct tw__rents *out, const struct row *row,
		      tw_error *err)
{
	const struct tw__rent_part *part = row->part;
	const struct tw__rent_sum *sum = &row->sum;
	struct tw__rent *rent;

	if (!sum->amount && !sum->tax)
		return TW_OK;
	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*rent)))
		return tw__fail_oom(err);
	rent = &out->rows[out->count++];
	*rent = (struct tw__rent){ .kind = row->subject->kind,
		.subject = row->subject->id, .department = part->department,
		.payee_kind = part->payee_kind, .payee = part->payee,
		.amount_nanos = sum->amount,
		.net_nanos = sum->amount - (part->vat.net ? 0 : sum->tax),
		.vat_nanos = sum->tax, .day = row->day };
	snprintf(rent->reference, sizeof(rent->reference), "%s",
		 row->subject->name);
	return TW_OK;
}

/* What the month adds to what was earned before it, at once or day by day. */
static tw_status emit_part(struct tw__rents *out,
			   const struct subject *subject,
			   const struct tw__rent_part *part,
			   const struct month *month, tw_error *err)
{
	struct tw__rent_sum before = tw__rent_part_earned(&subject->parts,
		part, month->begin);
	int step = month->daily ? 1 : month->days - month->begin;
	tw_status status = TW_OK;

	for (int i = month->begin + step; !status && i <= month->days;
	     i += step) {
		struct tw__rent_sum now = tw__rent_part_earned(
			&subject->parts, part, i);
		const struct row row = { subject, part,
			{ now.amount - before.amount, now.tax - before.tax },
			month->daily ? i - month->begin : 0 };

		before = now;
		status = emit(out, &row, err);
	}
	return status;
}

static tw_status share_out(struct tw__rents *out, struct subject *subject,
			   const struct month *month, tw_error *err)
{
	struct tw__rent_parts *parts = &subject->parts;
	tw_status status = tw__rent_parts_share(parts, err);

	for (size_t i = 0; !status && i < parts->count; i++)
		status = emit_part(out, subject, &parts->rows[i], month, err);
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
		.part = { .department = tw__col_i64(stmt, 3),
			.payee_kind = vendor ? TW_ACCOUNT_VENDOR :
				TW_ACCOUNT_CARRIER,
			.payee = tw__col_i64(stmt, vendor ? 5 : 4) },
		.rent = tw__col_i64(stmt, 6),
		.since = tw__col_is_null(stmt, 8) ? TW_TIME_MIN :
			tw__col_i64(stmt, 8),
		.until = tw__col_is_null(stmt, 9) ? TW_TIME_MAX :
			tw__col_i64(stmt, 9),
		.own = { !tw__col_is_null(stmt, 10),
			 strcmp(tw__col_text(stmt, 10), "net") == 0,
			 !tw__col_is_null(stmt, 11),
			 tw__col_i64(stmt, 11) },
		.billing_day = (int32_t)tw__col_i64(stmt, 12) };
	snprintf(held->name, sizeof(held->name), "%s",
		 tw__col_text(stmt, 7));
}

static tw_status next_holding(struct tw__rents *out, struct subject *subject,
			      struct month *month, struct holding *held,
			      tw_error *err)
{
	tw_status status;

	if (subject->id != held->subject) {
		status = share_out(out, subject, month, err);
		if (!status)
			status = tw__shares_load(&subject->shares,
						 month->store, held->kind,
						 held->subject, err);
		if (status)
			return status;
		subject->id = held->subject;
		subject->kind = held->kind;
		snprintf(subject->name, sizeof(subject->name), "%s",
			 held->name);
		memcpy(subject->shares.name, subject->name,
		       sizeof(subject->shares.name));
	}
	return add_holding(subject, month, held, err);
}

/* sql: id, valid_from, valid_to, department, carrier, vendor, amount, name,
 * from, to, vat, vat_percent, billing_day; by id and valid_from. */
static tw_status walk(struct tw__rents *out, struct month *month,
		      int64_t kind, const char *sql, tw_error *err)
{
	struct subject subject = { .parts = { .unit = month->unit,
		.first = month->first } };
	struct tw_stmt *stmt;
	struct holding held;
	tw_status status = tw__stmt(&stmt, month->store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month->to);
	tw__bind_i64(stmt, 2, month->day[0]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		read_holding(&held, stmt, kind);
		status = next_holding(out, &subject, month, &held, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	if (status == TW_ITER_END)
		status = share_out(out, &subject, month, err);
	tw__rent_parts_free(&subject.parts);
	tw__shares_free(&subject.shares);
	return status;
}

static int64_t day_of(const struct month *month, tw_time t)
{
	int64_t day = 0;

	while (month->daily && day < month->days - month->begin &&
	       month->day[month->begin + day] <= t)
		day++;
	return day;
}

static tw_status one_off(struct tw__rents *out, struct holding *held,
			 const struct month *month, tw_error *err)
{
	struct subject subject = { .id = held->subject, .kind = held->kind };
	struct row row = { &subject, &held->part, { held->rent, 0 },
		day_of(month, held->from) };
	int64_t net;
	tw_status status;

	snprintf(subject.name, sizeof(subject.name), "%s", held->name);
	held->part.vat = tw__vat_of(&month->parties, held->part.payee_kind,
		held->part.payee, held->from, &held->own);
	status = tw__vat_split(&net, &row.sum.tax, held->rent,
			       &held->part.vat, month->unit, err);
	return status ? status : emit(out, &row, err);
}

static tw_status one_offs(struct tw__rents *out, const struct month *month,
			  tw_error *err)
{
	struct tw_stmt *stmt;
	struct holding held;
	tw_status status = tw__stmt(&stmt, month->store,
		"SELECT n.id, n.valid_from, n.valid_to, n.department, "
		"n.carrier, n.rented_through, n.one_off, n.name, NULL, NULL, "
		"n.vat, n.vat_percent, NULL "
		"FROM number n WHERE n.valid_from < ? AND n.valid_from >= ? "
		"AND n.one_off IS NOT NULL AND NOT EXISTS (SELECT 1 "
		"FROM number p WHERE p.id = n.id "
		"AND p.valid_from < n.valid_from) ORDER BY n.id", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, month->to);
	tw__bind_i64(stmt, 2, month->from);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		read_holding(&held, stmt, TW_POSTING_ONE_OFF);
		status = one_off(out, &held, month, err);
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
	tw_status status = tw__billings_load(&month->billings, month->store,
					     err);

	find_unit(month, book);
	if (!status)
		status = read_days(month, book->zone, err);
	if (!status)
		status = tw__vat_parties_load(&month->parties, month->store,
					      err);
	if (!status)
		status = walk(&rents, month, TW_POSTING_RENT,
			"SELECT id, valid_from, valid_to, department, "
			"carrier, rented_through, rent, name, NULL, NULL, "
			"vat, vat_percent, billing_day "
			"FROM number WHERE valid_from < ? AND valid_to > ? "
			"AND rent IS NOT NULL ORDER BY id, valid_from", err);
	if (!status)
		status = walk(&rents, month, TW_POSTING_RECURRING,
			"SELECT id, valid_from, valid_to, department, "
			"carrier, vendor, amount, name, \"from\", \"to\", "
			"vat, vat_percent, billing_day "
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
	tw__billings_free(&month->billings);
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
