/**
 * @file src/accounts/invoiced.c  Departments that add up to the document
 *
 * Decides how a payee's documents of a month are given out: by what our own
 * rating says of the same month, so that the accountant's sum is the paper's
 * and the difference between both is one visible line. Refuses to know which
 * line of the paper is whose call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "rating/deck.h"
#include "spread.h"
#include <trunkwise/invoice.h>

struct tw_invoiced {
	tw_invoiced_row *rows;
	size_t count, capacity, next;
};

/* Documents of one payee in one currency. */
struct papers {
	char payee[128], currency[4];
	char numbers[128];
	int64_t net, vat;
	bool used;
};

struct builder {
	struct tw_invoiced *out;
	struct papers *papers;
	size_t count, capacity;
	tw_expense_row *rated;
	size_t rated_count, rated_capacity;
};

static struct papers *find_papers(struct builder *b, const char *payee,
				  const char *currency)
{
	for (size_t i = 0; i < b->count; i++) {
		if (strcmp(b->papers[i].payee, payee) == 0 &&
		    strcmp(b->papers[i].currency, currency) == 0)
			return &b->papers[i];
	}
	return NULL;
}

/* A list that is too long says that it goes on. */
static void name_paper(char *out, size_t size, const char *number)
{
	size_t at = strlen(out), room = size - sizeof(", ...");

	if (at >= 3 && strcmp(out + at - 3, "...") == 0)
		return;
	if (at + 2 + strlen(number) <= room)
		snprintf(out + at, size - at, "%s%s", at ? ", " : "", number);
	else
		snprintf(out + at, size - at, ", ...");
}

static tw_status add_paper(struct builder *b, const tw_invoice *invoice,
			   tw_error *err)
{
	struct papers *papers = find_papers(b, invoice->payee,
					    invoice->gross.currency);

	if (!papers) {
		if (tw__grow((void **)&b->papers, &b->capacity, b->count + 1,
			     sizeof(*papers)))
			return tw__fail_oom(err);
		papers = &b->papers[b->count++];
		memset(papers, 0, sizeof(*papers));
		snprintf(papers->payee, sizeof(papers->payee), "%s",
			 invoice->payee);
		snprintf(papers->currency, sizeof(papers->currency), "%s",
			 invoice->gross.currency);
	}
	name_paper(papers->numbers, sizeof(papers->numbers),
		   invoice->number);
	return tw__add_i64(&papers->net, papers->net, invoice->net.nanos) &&
		tw__add_i64(&papers->vat, papers->vat, invoice->vat.nanos) ?
		TW_OK : tw__fail(err, TW_ERANGE, "the documents of '%.80s' "
				 "exceed 9.2e9 units", papers->payee);
}

static tw_status load_papers(struct builder *b, tw_store *store,
			     const char *month, tw_error *err)
{
	tw_invoice invoice = TW_INVOICE_INIT;
	tw_invoices *list;
	tw_status status = tw_invoice_list(&list, store, month, err);

	if (status)
		return status;
	while ((status = tw_invoices_next(&invoice, list, err)) == TW_OK) {
		if (!invoice.withdrawn)
			status = add_paper(b, &invoice, err);
		if (status)
			break;
	}
	tw_invoices_free(list);
	return status == TW_ITER_END ? TW_OK : status;
}

/* Those of one payee in the order of their names: who gets the last kopeck
 * must not hang on chance. */
static int by_payee(const void *x, const void *y)
{
	const tw_expense_row *a = x, *b = y;
	const char *const names[][2] = {
		{ a->department, b->department }, { a->city, b->city },
		{ a->number, b->number }, { a->destination, b->destination },
		{ a->direction, b->direction }, { a->contract, b->contract },
	};
	int diff = strcmp(a->carrier, b->carrier);

	if (!diff)
		diff = strcmp(a->total.currency, b->total.currency);
	if (!diff)
		diff = (int)a->unallocated - (int)b->unallocated;
	for (size_t i = 0; !diff && i < TW_ARRAY_COUNT(names); i++)
		diff = strcmp(names[i][0], names[i][1]);
	return diff;
}

static tw_status load_rated(struct builder *b, tw_store *store,
			    const char *month, uint32_t by, tw_error *err)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	tw_status status = tw_report_expenses(&expenses, store, month,
		by | TW_BY_CARRIER, err);

	if (status)
		return status;
	while ((status = tw_expenses_next(&row, expenses, err)) == TW_OK) {
		if (!row.net.nanos && !row.vat.nanos)
			continue;
		if (tw__grow((void **)&b->rated, &b->rated_capacity,
			     b->rated_count + 1, sizeof(row))) {
			status = tw__fail_oom(err);
			break;
		}
		b->rated[b->rated_count++] = row;
	}
	tw_expenses_free(expenses);
	if (b->rated_count)
		qsort(b->rated, b->rated_count, sizeof(row), by_payee);
	return status == TW_ITER_END ? TW_OK : status;
}

static int64_t unit_of(const char *currency)
{
	uint32_t decimals = 2;
	int64_t unit = TW_NANOS;

	(void)tw_currency_decimals(&decimals, currency, NULL);
	while (decimals--)
		unit /= 10;
	return unit;
}

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static void set_row(tw_invoiced_row *row, const char *currency,
		    const int64_t amounts[4])
{
	set_money(&row->net, amounts[0], currency);
	set_money(&row->vat, amounts[1], currency);
	set_money(&row->gross, amounts[0] + amounts[1], currency);
	set_money(&row->rated_net, amounts[2], currency);
	set_money(&row->rated_vat, amounts[3], currency);
	set_money(&row->difference, amounts[0] + amounts[1] - amounts[2] -
		  amounts[3], currency);
}

static tw_status push(struct builder *b, const tw_invoiced_row *row,
		      tw_error *err)
{
	struct tw_invoiced *out = b->out;

	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	out->rows[out->count++] = *row;
	return TW_OK;
}

/* Amounts are far from the ends of int64, or this one is not shown. */
static bool small(int64_t a)
{
	return a > INT64_MIN / 8 && a < INT64_MAX / 8;
}

static tw_status push_total(struct builder *b, const struct papers *papers,
			    const tw_invoiced_row *like,
			    const int64_t amounts[4], tw_error *err)
{
	tw_invoiced_row row = *like;
	char currency[4];

	snprintf(currency, sizeof(currency), "%s", like->gross.currency);
	row.is_total = 1;
	row.unallocated = 0;
	row.department[0] = row.city[0] = row.number[0] = '\0';
	row.destination[0] = row.direction[0] = row.contract[0] = '\0';
	if (papers)
		snprintf(row.documents, sizeof(row.documents), "%s",
			 papers->numbers);
	set_row(&row, currency, amounts);
	return push(b, &row, err);
}

static void name_row(tw_invoiced_row *row, const tw_expense_row *rated)
{
	row->unallocated = rated->unallocated;
	snprintf(row->department, sizeof(row->department), "%s",
		 rated->department);
	snprintf(row->payee, sizeof(row->payee), "%s", rated->carrier);
	snprintf(row->city, sizeof(row->city), "%s", rated->city);
	snprintf(row->number, sizeof(row->number), "%s", rated->number);
	snprintf(row->destination, sizeof(row->destination), "%s",
		 rated->destination);
	snprintf(row->direction, sizeof(row->direction), "%s",
		 rated->direction);
	snprintf(row->contract, sizeof(row->contract), "%s",
		 rated->contract);
}

/* Rows [from, to) of one payee and currency. */
static tw_status spread_rows(struct builder *b, size_t from, size_t to,
			     const struct papers *papers, tw_error *err)
{
	size_t n = to - from;
	int64_t *parts = tw_calloc(3 * n, sizeof(*parts));
	struct tw__weights weights = { parts, n };
	int64_t unit = unit_of(b->rated[from].total.currency);
	bool any = false;
	tw_status status = parts ? TW_OK : tw__fail_oom(err);

	for (size_t i = 0; !status && i < n; i++) {
		const tw_expense_row *row = &b->rated[from + i];

		parts[i] = row->net.nanos + row->vat.nanos;
		if (parts[i] < 0 || !papers)
			parts[i] = 0;
		any |= parts[i] > 0;
	}
	if (!status && papers && any)
		status = tw__spread(parts + n, papers->net, &weights, unit,
				    err);
	if (!status && papers && any)
		status = tw__spread(parts + 2 * n, papers->vat, &weights,
				    unit, err);
	if (!status && papers && !any)
		status = TW_ITER_END;
	for (size_t i = 0; !status && i < n; i++) {
		const tw_expense_row *rated = &b->rated[from + i];
		tw_invoiced_row row = TW_INVOICED_ROW_INIT;

		row.invoiced = papers != NULL;
		name_row(&row, rated);
		set_row(&row, rated->total.currency, (const int64_t []){
			papers ? parts[n + i] : rated->net.nanos,
			papers ? parts[2 * n + i] : rated->vat.nanos,
			rated->net.nanos, rated->vat.nanos });
		status = push(b, &row, err);
	}
	tw_free(parts);
	return status;
}

/* A document that our rating knows nothing of, or less than nothing. */
static tw_status nobodys(struct builder *b, struct papers *papers,
			 const int64_t rated[2], tw_error *err)
{
	tw_invoiced_row row = TW_INVOICED_ROW_INIT;
	const int64_t amounts[4] = { papers->net, papers->vat, rated[0],
		rated[1] };
	tw_status status;

	row.invoiced = row.unallocated = 1;
	snprintf(row.payee, sizeof(row.payee), "%s", papers->payee);
	set_row(&row, papers->currency, amounts);
	papers->used = true;
	status = push(b, &row, err);
	return status ? status : push_total(b, papers, &row, amounts, err);
}

static tw_status one_payee(struct builder *b, size_t from, size_t to,
			   tw_error *err)
{
	const tw_expense_row *first = &b->rated[from];
	struct papers *papers = find_papers(b, first->carrier,
					    first->total.currency);
	int64_t sums[4] = { 0 };
	tw_status status = TW_OK;

	for (size_t i = from; i < to; i++) {
		if (!tw__add_i64(&sums[2], sums[2], b->rated[i].net.nanos) ||
		    !tw__add_i64(&sums[3], sums[3], b->rated[i].vat.nanos) ||
		    !small(sums[2]) || !small(sums[3]))
			return tw__fail(err, TW_ERANGE, "the month of "
					"'%.80s' exceeds 1.1e9 units",
					first->carrier);
	}
	sums[0] = papers ? papers->net : sums[2];
	sums[1] = papers ? papers->vat : sums[3];
	if (!small(sums[0]) || !small(sums[1]))
		return tw__fail(err, TW_ERANGE, "the documents of '%.80s' "
				"exceed 1.1e9 units", first->carrier);
	status = spread_rows(b, from, to, papers, err);
	if (status == TW_ITER_END)
		return nobodys(b, papers, &sums[2], err);
	if (papers)
		papers->used = true;
	return status ? status : push_total(b, papers,
		&b->out->rows[b->out->count - 1], sums, err);
}

static tw_status build(struct builder *b, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < b->rated_count; ) {
		size_t to = i;

		while (to < b->rated_count &&
		       strcmp(b->rated[to].carrier,
			      b->rated[i].carrier) == 0 &&
		       strcmp(b->rated[to].total.currency,
			      b->rated[i].total.currency) == 0)
			to++;
		status = one_payee(b, i, to, err);
		i = to;
	}
	for (size_t i = 0; !status && i < b->count; i++) {
		if (!b->papers[i].used)
			status = nobodys(b, &b->papers[i],
				(const int64_t []){ 0, 0 }, err);
	}
	return status;
}

tw_status tw_report_invoiced(tw_invoiced **out, tw_store *store,
			     const char *month, tw_error *err)
{
	return tw_report_invoiced_by(out, store, month, TW_BY_DEPARTMENT,
				     err);
}

tw_status tw_report_invoiced_by(tw_invoiced **out, tw_store *store,
				const char *month, uint32_t by, tw_error *err)
{
	struct builder b = { .out = NULL };
	tw_status status;

	if (!out || !store || !month)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and month");
	b.out = tw_calloc(1, sizeof(*b.out));
	if (!b.out)
		return tw__fail_oom(err);
	status = load_papers(&b, store, month, err);
	if (!status)
		status = load_rated(&b, store, month, by, err);
	if (!status)
		status = build(&b, err);
	tw_free(b.papers);
	tw_free(b.rated);
	if (status) {
		tw_invoiced_free(b.out);
		return status;
	}
	*out = b.out;
	return TW_OK;
}

tw_status tw_invoiced_next(tw_invoiced_row *out, tw_invoiced *invoiced,
			   tw_error *err)
{
	tw_status status;

	if (!out || !invoiced)
		return tw__fail(err, TW_EINVAL, "no report");
	if (invoiced->next == invoiced->count)
		return TW_ITER_END;
	status = tw__export(out, &invoiced->rows[invoiced->next],
			    sizeof(*out), err);
	if (!status)
		invoiced->next++;
	return status;
}

void tw_invoiced_free(tw_invoiced *invoiced)
{
	if (!invoiced)
		return;
	tw_free(invoiced->rows);
	tw_free(invoiced);
}
