/**
 * @file src/accounts/report.c  Expenses of a month by department and more
 *
 * Decides how the lines of a month are grouped and named. Refuses to hide:
 * what nobody owns is a row of its own, calls without a price are counted
 * beside the money, and currencies are never added up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "ledger.h"
#include "rating/deck.h"
#include "rent.h"
#include <trunkwise/report.h>

#define BY_ALL (TW_BY_DEPARTMENT | TW_BY_CITY | TW_BY_CARRIER | \
	TW_BY_NUMBER | TW_BY_DESTINATION)
#define CURRENCIES_MAX 64

/* Money and counts of one group in one currency. */
struct line {
	int64_t calls, answered, missed, unrated, talk_us;
	int64_t rent, calls_cost, forwarded_cost;
};

struct tw_expenses {
	char zone[64];
	tw_expense_row *rows;
	size_t count, capacity, next;
	tw_expense_row *totals;
	size_t total_count, total_capacity;
};

struct city {
	int64_t department;
	char name[64];
};

struct builder {
	tw_store *store;
	struct tw__book book;
	int64_t month;
	tw_time from, to;
	uint32_t by;
	/* Groups: in the keys below, month is the city's place + 1, carrier
	 * is payee * 4 + kind of account, currency is its place + 1. */
	struct tw__rollup groups;
	struct line *lines;
	size_t line_capacity;
	struct city *cities;
	size_t city_count, city_capacity;
	char currencies[CURRENCIES_MAX][4];
	size_t currency_count;
	struct tw_expenses *out;
};

static bool add_line(struct line *a, const struct line *b)
{
	return tw__add_i64(&a->calls, a->calls, b->calls) &&
		tw__add_i64(&a->answered, a->answered, b->answered) &&
		tw__add_i64(&a->missed, a->missed, b->missed) &&
		tw__add_i64(&a->unrated, a->unrated, b->unrated) &&
		tw__add_i64(&a->talk_us, a->talk_us, b->talk_us) &&
		tw__add_i64(&a->rent, a->rent, b->rent) &&
		tw__add_i64(&a->calls_cost, a->calls_cost, b->calls_cost) &&
		tw__add_i64(&a->forwarded_cost, a->forwarded_cost,
			    b->forwarded_cost);
}

static tw_status too_much(tw_error *err)
{
	return tw__fail(err, TW_ERANGE, "a sum of this report exceeds 9.2e9 "
			"units; ask for fewer departments at once");
}

static tw_status currency_place(int64_t *out, struct builder *builder,
				const char *currency, tw_error *err)
{
	size_t i = 0;

	while (i < builder->currency_count &&
	       strcmp(builder->currencies[i], currency) != 0)
		i++;
	if (i == CURRENCIES_MAX)
		return tw__fail(err, TW_ERANGE, "more than %d currencies in "
				"one month", CURRENCIES_MAX);
	if (i == builder->currency_count) {
		snprintf(builder->currencies[i], 4, "%s", currency);
		builder->currency_count++;
	}
	*out = (int64_t)i + 1;
	return TW_OK;
}

static tw_status one_text(char *out, size_t size, struct builder *builder,
			  const char *sql, int64_t id, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, builder->store, sql, err);

	*out = '\0';
	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	if (strstr(sql, "valid_from"))
		tw__bind_i64(stmt, 2, builder->to);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(out, size, "%s", tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

/* Names and cities as they were at the month's end; of what began later, the
 * newest. */
#define AS_OF_END " WHERE id = ? ORDER BY valid_from < ? DESC, " \
	"valid_from DESC LIMIT 1"

static tw_status city_place(int64_t *out, struct builder *builder,
			    int64_t department, tw_error *err)
{
	struct city city = { department, "" };
	tw_status status;

	for (size_t i = 0; i < builder->city_count; i++) {
		if (builder->cities[i].department == department) {
			/* cities of one name are one group */
			for (size_t j = 0; j <= i; j++) {
				if (strcmp(builder->cities[j].name,
					   builder->cities[i].name) == 0) {
					*out = (int64_t)j + 1;
					return TW_OK;
				}
			}
		}
	}
	status = one_text(city.name, sizeof(city.name), builder,
			  "SELECT city FROM department" AS_OF_END,
			  department, err);
	if (status)
		return status;
	if (tw__grow((void **)&builder->cities, &builder->city_capacity,
		     builder->city_count + 1, sizeof(city)))
		return tw__fail_oom(err);
	builder->cities[builder->city_count++] = city;
	return city_place(out, builder, department, err);
}

static tw_status add_group(struct builder *builder,
			   struct tw__rollup_key key,
			   const struct line *line, tw_error *err)
{
	struct tw__rollup_row *row;
	size_t before = builder->groups.count;
	tw_status status = TW_OK;

	key.month = key.direction = 0;
	if (builder->by & TW_BY_CITY)
		status = city_place(&key.month, builder, key.department, err);
	if (status)
		return status;
	if (!(builder->by & TW_BY_DEPARTMENT))
		key.department = 0;
	if (!(builder->by & TW_BY_CARRIER))
		key.carrier = 0;
	if (!(builder->by & TW_BY_NUMBER))
		key.number = 0;
	if (!(builder->by & TW_BY_DESTINATION))
		key.destination = 0;
	status = tw__rollup_row(&row, &builder->groups, &key, err);
	if (status)
		return status;
	if (tw__grow((void **)&builder->lines, &builder->line_capacity,
		     builder->groups.count, sizeof(*builder->lines)))
		return tw__fail_oom(err);
	if (builder->groups.count > before)
		memset(&builder->lines[before], 0, sizeof(struct line));
	return add_line(&builder->lines[row - builder->groups.rows], line) ?
		TW_OK : too_much(err);
}

static int64_t payee_key(int64_t kind, int64_t payee)
{
	return payee ? payee * 4 + kind : 0;
}

static tw_status add_call_row(struct builder *builder, struct tw_stmt *stmt,
			      tw_error *err)
{
	struct line line = { 0 };
	struct tw__rollup_key key = { 0 };
	int64_t cost = tw__col_i64(stmt, 10);
	tw_status status;

	key.department = tw__col_i64(stmt, 0);
	key.carrier = payee_key(TW_ACCOUNT_CARRIER, tw__col_i64(stmt, 1));
	key.number = tw__col_i64(stmt, 2);
	key.destination = tw__col_i64(stmt, 3);
	line.calls = tw__col_i64(stmt, 5);
	line.answered = tw__col_i64(stmt, 6);
	line.missed = tw__col_i64(stmt, 7);
	line.unrated = tw__col_i64(stmt, 8);
	line.talk_us = tw__col_i64(stmt, 9);
	if (tw__col_i64(stmt, 4) == TW_DIRECTION_FORWARD)
		line.forwarded_cost = cost;
	else
		line.calls_cost = cost;
	if (*tw__col_text(stmt, 11)) {
		status = currency_place(&key.currency, builder,
					tw__col_text(stmt, 11), err);
		if (status)
			return status;
	}
	return add_group(builder, key, &line, err);
}

static tw_status add_calls(struct builder *builder, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, builder->store,
		"SELECT r.department, r.carrier, r.number, r.destination, "
		"r.direction, r.calls, r.answered, r.missed, r.unrated, "
		"r.talk_us, r.cost_nanos, w.text FROM rollup r "
		"LEFT JOIN word w ON w.id = r.currency WHERE r.month = ?",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, builder->month);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_call_row(builder, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status add_rents(struct builder *builder, tw_error *err)
{
	struct tw__rents rents;
	tw_status status = tw__rents_compute(&rents, builder->store,
		&builder->book, builder->from, builder->to, err);

	if (status)
		return status;
	for (size_t i = 0; !status && i < rents.count; i++) {
		const struct tw__rent *rent = &rents.rows[i];
		struct tw__rollup_key key = {
			.department = rent->department,
			.carrier = payee_key(rent->payee_kind, rent->payee),
			.number = rent->kind == TW_POSTING_RECURRING ? 0 :
				rent->subject };
		const struct line line = { .rent = rent->amount_nanos };

		status = currency_place(&key.currency, builder,
					builder->book.currency, err);
		if (!status)
			status = add_group(builder, key, &line, err);
	}
	tw__rents_free(&rents);
	return status;
}

/* Posted for a month as a whole: what its calls lacked to a commitment, and
 * what the last tier made of them. */
static tw_status add_month_row(struct builder *builder, struct tw_stmt *stmt,
			       tw_error *err)
{
	struct tw__rollup_key key = {
		.department = tw__col_i64(stmt, 0),
		.carrier = payee_key(tw__col_i64(stmt, 1),
				     tw__col_i64(stmt, 2)) };
	const struct line line = { .rent = tw__col_i64(stmt, 3) };
	tw_status status = currency_place(&key.currency, builder,
					  tw__col_text(stmt, 4), err);

	return status ? status : add_group(builder, key, &line, err);
}

static tw_status add_months(struct builder *builder, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, builder->store,
		"SELECT d.account, p.account_kind, p.account, "
		"d.amount_nanos, d.currency FROM posting d "
		"JOIN posting p ON p.entry = d.entry AND p.id <> d.id "
		"WHERE d.month = ? AND d.batch = 0 AND d.account_kind = 1 "
		"AND d.kind IN (6, 7)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, builder->month);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_month_row(builder, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status default_currency(char out[4], struct builder *builder,
				  tw_error *err)
{
	snprintf(out, 4, "%s", builder->book.currency);
	if (*out)
		return TW_OK;
	return one_text(out, 4, builder, "SELECT currency "
			"FROM tariff_version WHERE id >= ? ORDER BY id "
			"LIMIT 1", 0, err);
}

/* Calls without a charge have no currency: they are counted in the group's
 * line of the company's currency, else in its first one. */
static tw_status place_uncharged(struct builder *builder, tw_error *err)
{
	struct tw__rollup *groups = &builder->groups;
	char currency[4];
	int64_t home = 0;
	tw_status status = default_currency(currency, builder, err);

	if (!status)
		status = currency_place(&home, builder, currency, err);
	if (status)
		return status;
	for (size_t i = 0; i < groups->count; i++) {
		struct tw__rollup_key key = groups->rows[i].key;
		struct tw__rollup_row *row;

		if (key.currency)
			continue;
		key.currency = home;
		row = tw__rollup_find(groups, &key);
		for (key.currency = 1; !row && key.currency <=
		     (int64_t)builder->currency_count; key.currency++)
			row = tw__rollup_find(groups, &key);
		if (!row) {
			groups->rows[i].key.currency = home;
			continue;
		}
		if (!add_line(&builder->lines[row - groups->rows],
			      &builder->lines[i]))
			return too_much(err);
		memset(&builder->lines[i], 0, sizeof(struct line));
	}
	return TW_OK;
}

static tw_status name_row(tw_expense_row *row, struct builder *builder,
			  const struct tw__rollup_key *key, tw_error *err)
{
	int64_t kind = key->carrier % 4;
	tw_status status = TW_OK;

	row->unallocated = (builder->by & TW_BY_DEPARTMENT) &&
		!key->department;
	if (key->department)
		status = one_text(row->department, sizeof(row->department),
			builder, "SELECT name FROM department" AS_OF_END,
			key->department, err);
	if (!status && key->carrier)
		status = one_text(row->carrier, sizeof(row->carrier), builder,
			kind == TW_ACCOUNT_VENDOR ?
			"SELECT name FROM vendor" AS_OF_END :
			"SELECT name FROM carrier" AS_OF_END,
			key->carrier / 4, err);
	if (!status && key->number)
		status = one_text(row->number, sizeof(row->number), builder,
			"SELECT name FROM number" AS_OF_END, key->number,
			err);
	if (!status && key->destination)
		status = one_text(row->destination, sizeof(row->destination),
			builder, "SELECT text FROM word WHERE id = ?",
			key->destination, err);
	if (key->month)
		snprintf(row->city, sizeof(row->city), "%s",
			 builder->cities[key->month - 1].name);
	return status;
}

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	memset(out, 0, sizeof(*out));
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static tw_status fill_row(tw_expense_row *row, const struct line *line,
			  const char *currency, tw_error *err)
{
	int64_t total;

	if (!tw__add_i64(&total, line->rent, line->calls_cost) ||
	    !tw__add_i64(&total, total, line->forwarded_cost))
		return too_much(err);
	row->calls = (uint64_t)line->calls;
	row->answered = (uint64_t)line->answered;
	row->missed = (uint64_t)line->missed;
	row->unrated = (uint64_t)line->unrated;
	row->talk_us = line->talk_us;
	set_money(&row->rent, line->rent, currency);
	set_money(&row->calls_cost, line->calls_cost, currency);
	set_money(&row->forwarded_cost, line->forwarded_cost, currency);
	set_money(&row->total, total, currency);
	return TW_OK;
}

static int compare_rows(const void *x, const void *y)
{
	const tw_expense_row *a = x, *b = y;
	int diff = (int)a->unallocated - (int)b->unallocated;

	if (!diff)
		diff = strcmp(a->department, b->department);
	if (!diff)
		diff = strcmp(a->city, b->city);
	if (!diff)
		diff = strcmp(a->carrier, b->carrier);
	if (!diff)
		diff = strcmp(a->number, b->number);
	if (!diff)
		diff = strcmp(a->destination, b->destination);
	return diff ? diff : strcmp(a->total.currency, b->total.currency);
}

static tw_status make_rows(struct builder *builder, tw_error *err)
{
	static const struct line zero;
	struct tw_expenses *out = builder->out;

	for (size_t i = 0; i < builder->groups.count; i++) {
		const struct tw__rollup_key *key =
			&builder->groups.rows[i].key;
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		tw_status status;

		if (memcmp(&builder->lines[i], &zero, sizeof(zero)) == 0)
			continue;
		status = name_row(&row, builder, key, err);
		if (!status)
			status = fill_row(&row, &builder->lines[i],
				builder->currencies[key->currency - 1], err);
		if (status)
			return status;
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(row)))
			return tw__fail_oom(err);
		out->rows[out->count++] = row;
	}
	if (out->count)
		qsort(out->rows, out->count, sizeof(*out->rows),
		      compare_rows);
	return TW_OK;
}

static tw_status make_totals(struct builder *builder, tw_error *err)
{
	struct tw_expenses *out = builder->out;

	for (size_t c = 0; c < builder->currency_count; c++) {
		struct line sum = { 0 };
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		bool any = false;
		tw_status status;

		for (size_t i = 0; i < builder->groups.count; i++) {
			if (builder->groups.rows[i].key.currency !=
			    (int64_t)c + 1)
				continue;
			any = true;
			if (!add_line(&sum, &builder->lines[i]))
				return too_much(err);
		}
		if (!any)
			continue;
		status = fill_row(&row, &sum, builder->currencies[c], err);
		if (status)
			return status;
		if (tw__grow((void **)&out->totals, &out->total_capacity,
			     out->total_count + 1, sizeof(row)))
			return tw__fail_oom(err);
		out->totals[out->total_count++] = row;
	}
	if (out->total_count)
		qsort(out->totals, out->total_count, sizeof(*out->totals),
		      compare_rows);
	return TW_OK;
}

static tw_status build(struct builder *builder, const char *month,
		       tw_error *err)
{
	tw_status status = tw__book_open(&builder->book, builder->store,
					 NULL, err);

	if (status)
		return status;
	snprintf(builder->out->zone, sizeof(builder->out->zone), "%s",
		 tw_zone_name(builder->book.zone));
	status = tw__book_parse(&builder->month, &builder->from,
				&builder->to, &builder->book, month, err);
	if (!status)
		status = add_calls(builder, err);
	if (!status)
		status = add_rents(builder, err);
	if (!status)
		status = add_months(builder, err);
	if (!status)
		status = place_uncharged(builder, err);
	if (!status)
		status = make_rows(builder, err);
	if (!status)
		status = make_totals(builder, err);
	tw__book_close(&builder->book);
	return status;
}

tw_status tw_report_expenses(tw_expenses **out, tw_store *store,
			     const char *month, uint32_t by, tw_error *err)
{
	struct builder builder = { .store = store,
		.by = by ? by : TW_BY_DEPARTMENT };
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !month)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and month");
	if (by & ~BY_ALL)
		return tw__fail_at(err, TW_EINVAL, 0, "by", "0x%x is no mask "
				   "of TW_BY_", by);
	builder.out = tw_calloc(1, sizeof(*builder.out));
	if (!builder.out)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = build(&builder, month, err);
		tw__read_leave(&tx, store);
	}
	tw__rollup_free(&builder.groups);
	tw_free(builder.lines);
	tw_free(builder.cities);
	if (status) {
		tw_expenses_free(builder.out);
		return status;
	}
	*out = builder.out;
	return TW_OK;
}

tw_status tw_expenses_next(tw_expense_row *out, tw_expenses *expenses,
			   tw_error *err)
{
	tw_status status;

	if (!out || !expenses)
		return tw__fail(err, TW_EINVAL, "no report");
	if (expenses->next == expenses->count)
		return TW_ITER_END;
	status = tw__export(out, &expenses->rows[expenses->next],
			    sizeof(*out), err);
	if (!status)
		expenses->next++;
	return status;
}

tw_status tw_expenses_total(tw_expense_row *out, const tw_expenses *expenses,
			    uint32_t index, tw_error *err)
{
	if (!out || !expenses)
		return tw__fail(err, TW_EINVAL, "no report");
	if (index >= expenses->total_count)
		return TW_ITER_END;
	return tw__export(out, &expenses->totals[index], sizeof(*out), err);
}

const char *tw_expenses_zone(const tw_expenses *expenses)
{
	return expenses ? expenses->zone : "";
}

void tw_expenses_free(tw_expenses *expenses)
{
	if (!expenses)
		return;
	tw_free(expenses->rows);
	tw_free(expenses->totals);
	tw_free(expenses);
}
