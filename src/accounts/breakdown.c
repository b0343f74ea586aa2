/**
 * @file src/accounts/breakdown.c  Calls by anything that is known of them
 *
 * Decides what may be asked, and hands the rows out. Sums that are kept
 * (breakdown_rollup.c) or else each call of the time, read once
 * (breakdown_read.c), are added up by a hash (breakdown_group.c); only what
 * comes out is named and sorted (breakdown_names.c). Refuses to show a person:
 * of a number there are first digits, no more than seven.
 */
#include <stdio.h>
#include <string.h>
#include "breakdown.h"
#include "breakdown_names.h"
#include "breakdown_read.h"
#include "rating/deck.h"
#include "report_period.h"

struct tw_breakdown {
	char zone[64];
	char company[128];
	size_t cuts;
	struct tw__cut_groups groups;    /* parts: places of names */
	uint32_t *order;                 /* of groups, as rows */
	struct tw__cut_names names[TW_BREAKDOWN_CUTS_MAX];
	struct tw__cut_currencies currencies;
	struct tw__cut_sums totals[TW_CUT_CURRENCIES_MAX];
	bool has_total[TW_CUT_CURRENCIES_MAX];
	size_t next;             /* groups, then totals */
};

/* ---- what is asked ---- */

static tw_status check_cuts(const tw_breakdown_options *options,
			    tw_error *err)
{
	if (!options->count || options->count > TW_BREAKDOWN_CUTS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "by", "%u is no number "
				   "of things to ask by; give 1 to %d",
				   (unsigned)options->count,
				   TW_BREAKDOWN_CUTS_MAX);
	for (uint32_t i = 0; i < options->count; i++) {
		uint32_t cut = options->by[i];

		if (!cut || cut > TW_CUT_COUNT)
			return tw__fail_at(err, TW_EINVAL, 0, "by", "%u is "
					   "no TW_CUT_", (unsigned)cut);
		for (uint32_t k = 0; k < i; k++) {
			if (options->by[k] == cut)
				return tw__fail_at(err, TW_EINVAL, 0, "by",
						   "TW_CUT_ %u is there "
						   "twice; ask once",
						   (unsigned)cut);
		}
	}
	return TW_OK;
}

static tw_status check_options(const tw_breakdown_options *options,
			       tw_error *err)
{
	if (!options->from)
		return tw__fail_at(err, TW_EINVAL, 0, "from", "a report needs "
				   "a month like 2026-10");
	if (!options->digits || options->digits > TW_BREAKDOWN_DIGITS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "digits", "is %u; give "
				   "1 to %u, since more of a number would "
				   "name a person", (unsigned)options->digits,
				   TW_BREAKDOWN_DIGITS_MAX);
	return check_cuts(options, err);
}

static tw_status read_range(struct tw__cut_question *question,
			    const struct tw__book *book,
			    const tw_breakdown_options *options,
			    tw_error *err)
{
	const char *to = options->to ? options->to : options->from;
	int64_t *months = question->months, count;
	tw_time from, until;
	tw_status status = tw__book_parse(&months[0], &from, &until, book,
					  options->from, err);

	if (!status)
		status = tw__book_parse(&months[1], &from, &question->to,
					book, to, err);
	if (status)
		return status;
	count = tw__month_span(months[0], months[1]);
	if (count < 1)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%.20s is before "
				   "%.20s; give the later month last", to,
				   options->from);
	if (count > TW_REPORT_MONTHS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%lld months are "
				   "more than %d; ask for a shorter time",
				   (long long)count, TW_REPORT_MONTHS_MAX);
	return TW_OK;
}

/* ---- making it ---- */

static tw_status read_company(struct tw_breakdown *out, tw_store *store,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "SELECT name FROM company "
		"ORDER BY valid_from DESC LIMIT 1", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	tw__utf8_cut(out->company, sizeof(out->company),
		     tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

static tw_status add_up(struct tw_breakdown *out, tw_error *err)
{
	for (size_t i = 0; i < out->groups.count; i++) {
		const struct tw__cut_group *group = &out->groups.rows[i];
		size_t currency = (size_t)group->part[out->cuts] - 1;

		out->has_total[currency] = true;
		if (!tw__cut_sums_add(&out->totals[currency], &group->sums))
			return tw__fail(err, TW_ERANGE, "a total exceeds "
					"9.2e9 units; ask for a shorter time");
	}
	if (!out->groups.count)
		out->has_total[0] = true;
	return TW_OK;
}

static tw_status name_keys(struct tw_breakdown *out, tw_store *store,
			   const struct tw__cut_question *question,
			   const char *const *only, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < out->cuts; i++) {
		struct tw__cut_naming naming = { store, question->by[i],
			question->to };

		status = tw__cut_names_set(&out->names[i], &out->groups, i,
					   &naming, err);
		if (!status && only[i])
			status = tw__cut_names_only(&out->groups, i,
				&out->names[i], &naming, only[i], err);
	}
	return status;
}

static tw_status sort(struct tw_breakdown *out, tw_error *err)
{
	size_t counts[TW_CUT_PARTS] = { 0 };

	for (size_t i = 0; i < out->cuts; i++)
		counts[i] = out->names[i].count;
	counts[out->cuts] = out->currencies.count + 1;
	return tw__cut_groups_sort(&out->order, &out->groups, counts, err);
}

static tw_status build(struct tw_breakdown *out, tw_store *store,
		       const tw_breakdown_options *options, bool every_call,
		       tw_error *err)
{
	struct tw__cut_question question = { .count = options->count,
		.digits = options->digits, .every_call = every_call };
	struct tw__book book = { 0 };
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	memcpy(question.by, options->by, sizeof(question.by));
	snprintf(out->zone, sizeof(out->zone), "%s",
		 tw_zone_name(book.zone));
	out->cuts = question.count;
	status = read_range(&question, &book, options, err);
	if (!status)
		status = read_company(out, store, err);
	if (!status)
		status = tw__cut_read(&out->groups, &out->currencies,
				      &question, &book, store, err);
	if (!status)
		status = name_keys(out, store, &question, options->only,
				   err);
	if (!status)
		status = add_up(out, err);
	if (!status)
		status = sort(out, err);
	tw__book_close(&book);
	return status;
}

tw_status tw__breakdown(tw_breakdown **out, tw_store *store,
			const tw_breakdown_options *options, bool every_call,
			tw_error *err)
{
	tw_breakdown_options mine = TW_BREAKDOWN_OPTIONS_INIT;
	struct tw_breakdown *made;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !options)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and options");
	status = tw__import(&mine, sizeof(mine), options, err);
	if (!status)
		status = check_options(&mine, err);
	if (status)
		return status;
	made = tw_calloc(1, sizeof(*made));
	if (!made)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = build(made, store, &mine, every_call, err);
		tw__read_leave(&tx, store);
	}
	if (status)
		tw_breakdown_free(made);
	else
		*out = made;
	return status;
}

tw_status tw_report_breakdown(tw_breakdown **out, tw_store *store,
			      const tw_breakdown_options *options,
			      tw_error *err)
{
	return tw__breakdown(out, store, options, false, err);
}

/* ---- handing it out ---- */

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static void fill(tw_breakdown_row *row, const struct tw__cut_sums *sums,
		 const char *currency)
{
	row->calls = sums->calls;
	row->answered = sums->answered;
	row->missed = sums->missed;
	row->unrated = sums->unrated;
	row->talk_us = sums->talk_us;
	set_money(&row->cost, sums->cost, currency);
	set_money(&row->net, sums->net, currency);
	set_money(&row->vat, sums->vat, currency);
}

static void fill_group(tw_breakdown_row *row,
		       const struct tw_breakdown *breakdown, size_t place)
{
	const struct tw__cut_group *group =
		&breakdown->groups.rows[breakdown->order[place]];

	for (size_t i = 0; i < breakdown->cuts; i++)
		memcpy(row->key[i], breakdown->names[i].texts[group->part[i]],
		       sizeof(row->key[i]));
	fill(row, &group->sums,
	     breakdown->currencies.text[group->part[breakdown->cuts] - 1]);
}

/* From `place` on, the next currency that anything is in. */
static bool fill_total(tw_breakdown_row *row, size_t *place,
		       const struct tw_breakdown *breakdown)
{
	size_t groups = breakdown->groups.count;

	for (; *place - groups < breakdown->currencies.count; (*place)++) {
		size_t currency = *place - groups;

		if (!breakdown->has_total[currency])
			continue;
		row->is_total = 1;
		fill(row, &breakdown->totals[currency],
		     breakdown->currencies.text[currency]);
		return true;
	}
	return false;
}

tw_status tw_breakdown_next(tw_breakdown_row *out, tw_breakdown *breakdown,
			    tw_error *err)
{
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	size_t place;
	tw_status status;

	if (!out || !breakdown)
		return tw__fail(err, TW_EINVAL, "no report");
	place = breakdown->next;
	if (place < breakdown->groups.count)
		fill_group(&row, breakdown, place);
	else if (!fill_total(&row, &place, breakdown))
		return TW_ITER_END;
	status = tw__export(out, &row, sizeof(row), err);
	if (!status)
		breakdown->next = place + 1;
	return status;
}

const char *tw_breakdown_zone(const tw_breakdown *breakdown)
{
	return breakdown ? breakdown->zone : "";
}

const char *tw_breakdown_company(const tw_breakdown *breakdown)
{
	return breakdown ? breakdown->company : "";
}

void tw_breakdown_free(tw_breakdown *breakdown)
{
	if (!breakdown)
		return;
	for (size_t i = 0; i < TW_BREAKDOWN_CUTS_MAX; i++)
		tw__cut_names_free(&breakdown->names[i]);
	tw__cut_groups_free(&breakdown->groups);
	tw_free(breakdown->order);
	tw_free(breakdown);
}
