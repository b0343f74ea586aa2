/**
 * @file src/accounts/breakdown_read.c  Where each call of a time counts
 *
 * Decides which columns a question needs and what a call's keys are. One pass
 * in the order in which calls are kept, so that a zone's offset and a tariff
 * are looked up once for thousands of calls. What counts as a call, and under
 * which direction a leg stands, is history.c's rule. Refuses to name and to
 * sort.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "base/zone.h"
#include "breakdown_clock.h"
#include "breakdown_read.h"
#include "breakdown_rollup.h"
#include "breakdown_tariff.h"
#include "call.h"
#include "history.h"

/* In the table's order from behind: SQLite reads the head of a row up to the
 * column that is asked for, so the last one first has it read once. What is
 * one of a few is behind a row's traits. */
enum {
	VAT, COST, RATE_ROW, CALLEE, CALLER, DURATION, ANSWER, TRAITS, START,
	COLUMNS
};

static const char *const columns[COLUMNS] = { "vat", "cost", "rate_row",
	"callee", "caller", "duration", "answer", "traits", "start_us" };

/* Beside those that are always read. */
static bool needs(uint32_t cut, int column)
{
	switch (column) {
	case RATE_ROW:
		return cut == TW_CUT_DESTINATION;
	case CALLEE:
	case CALLER:
		return cut == TW_CUT_PREFIX;
	case START:
		return cut == TW_CUT_MONTH || cut == TW_CUT_DAY ||
			cut == TW_CUT_WEEKDAY || cut == TW_CUT_HOUR;
	default:
		return false;
	}
}

const int32_t tw__cut_durations_s[TW_CUT_DURATIONS] = { 0, 10, 30, 60, 180,
	600, 1800, 3600 };

struct reader {
	const struct tw__cut_question *question;
	struct tw__cut_groups *groups;
	struct tw__book *book;
	tw_store *store;
	struct tw__cut_tariffs tariffs;
	struct tw__cut_clocks clocks;
	struct tw__cut_prices prices;
	bool asked[COLUMNS];
	int place[COLUMNS];      /* of what is asked, among the arguments */
	int count;
	int64_t values[COLUMNS]; /* of the call that is read */
	struct tw__traits_list traits;
	int64_t *prefixes;       /* by identity */
	size_t prefix_count;
};

/* ---- one call ---- */

struct leg {
	const struct tw__traits *of;
	int64_t duration_us;
	bool answered, first, rated;
};

static int64_t col(const struct reader *r, int column)
{
	return r->values[r->place[column]];
}

/* Who spoke was answered: the answer itself is looked at where nobody did. */
static void read_leg(struct leg *out, const struct reader *r,
		     const struct tw__row *row)
{
	out->duration_us = col(r, DURATION) * out->of->time_us;
	out->answered = out->duration_us || col(r, ANSWER) ||
		!tw__row_is_null(row, r->place[ANSWER]);
	out->rated = out->of->rate_state == TW_STATE_RATED;
	out->first = out->of->leg == 1 &&
		out->of->direction != TW_DIRECTION_FORWARD;
}

static int64_t direction_of(const struct leg *leg)
{
	return leg->first || leg->of->leg == TW_LEG_CHARGED ?
		leg->of->direction : TW_DIRECTION_FORWARD;
}

static int64_t prefix_of(const struct reader *r, const struct leg *leg)
{
	int64_t party;

	if (leg->of->direction == TW_DIRECTION_INTERNAL)
		return 0;
	party = col(r, leg->of->direction == TW_DIRECTION_INBOUND ? CALLER :
		    CALLEE);
	return party > 0 && (size_t)party < r->prefix_count ?
		r->prefixes[party] : 0;
}

static int64_t duration_of(const struct leg *leg)
{
	size_t i = TW_CUT_DURATIONS;

	if (!leg->answered)
		return 0;
	while (i-- > 1) {
		if (leg->duration_us >= tw__cut_durations_s[i] * TW_SECOND)
			break;
	}
	return tw__cut_durations_s[i] + 1;
}

static tw_status hour_of(int64_t *out, struct reader *r,
			 const struct leg *leg, bool weekday, tw_error *err)
{
	int64_t local_s, days;
	tw_status status = tw__cut_local(&local_s, &r->clocks,
		leg->of->department, col(r, START), err);

	if (status)
		return status;
	days = tw__floor_div(local_s, 86400);
	*out = weekday ? tw__weekday(days) + 1 :
		(local_s - days * 86400) / 3600 + 1;
	return TW_OK;
}

static int64_t trait_of(const struct tw__traits *traits, uint32_t cut)
{
	switch (cut) {
	case TW_CUT_DEPARTMENT:
		return traits->department;
	case TW_CUT_CARRIER:
		return traits->carrier;
	case TW_CUT_TRUNK:
		return traits->trunk;
	case TW_CUT_NUMBER:
		return traits->number;
	default:
		return traits->status;
	}
}

static tw_status part_of(int64_t *out, struct reader *r,
			 const struct leg *leg, uint32_t cut, tw_error *err)
{
	switch (cut) {
	case TW_CUT_DIRECTION:
		*out = direction_of(leg);
		return TW_OK;
	case TW_CUT_PREFIX:
		*out = prefix_of(r, leg);
		return TW_OK;
	case TW_CUT_MONTH:
		*out = tw__book_month(r->book, col(r, START));
		return TW_OK;
	case TW_CUT_DAY:
		*out = tw__book_day(r->book, col(r, START));
		return TW_OK;
	case TW_CUT_WEEKDAY:
	case TW_CUT_HOUR:
		return hour_of(out, r, leg, cut == TW_CUT_WEEKDAY, err);
	case TW_CUT_DURATION:
		*out = duration_of(leg);
		return TW_OK;
	case TW_CUT_DESTINATION:
		*out = 0;
		return leg->rated ? tw__cut_destination(out, &r->tariffs,
			leg->of->tariff_version, col(r, RATE_ROW), err) :
			TW_OK;
	default:
		*out = trait_of(leg->of, cut);
		return TW_OK;
	}
}

static tw_status price_of(struct tw__cut_sums *out, int64_t *currency,
			  struct reader *r, const struct leg *leg,
			  tw_error *err)
{
	bool gross = r->prices.gross;
	tw_status status = TW_OK;

	*currency = r->prices.currency;
	if (!r->prices.are_alike)
		status = tw__cut_tariff(currency, &gross, &r->tariffs,
					leg->of->tariff_version, err);
	out->cost = col(r, COST) * leg->of->cost_nanos;
	out->vat = r->prices.have_vat ? col(r, VAT) * leg->of->vat_nanos : 0;
	out->net = out->cost - (gross ? out->vat : 0);
	return status;
}

static tw_status see(const struct tw__row *row, void *arg, tw_error *err)
{
	struct reader *r = arg;
	const struct tw__cut_question *question = r->question;
	int64_t part[TW_CUT_PARTS] = { 0 };
	struct tw__cut_sums sums = { 0 };
	tw_status status = TW_OK;
	struct leg leg;

	tw__row_all(r->values, row, r->count);
	leg.of = tw__traits_at(&r->traits, col(r, TRAITS));
	if (!leg.of)
		return tw__fail(err, TW_ESTORE, "a call names traits that "
				"are not there; run verify");
	read_leg(&leg, r, row);
	if (leg.first) {
		sums.calls = 1;
		sums.answered = leg.answered;
		sums.missed = !leg.answered &&
			leg.of->direction == TW_DIRECTION_INBOUND;
		sums.talk_us = leg.duration_us;
	}
	sums.unrated = leg.of->rate_state == TW_STATE_UNRATED;
	part[question->count] = TW_CUT_HOME;
	if (leg.rated)
		status = price_of(&sums, &part[question->count], r, &leg,
				  err);
	for (size_t i = 0; !status && i < question->count; i++)
		status = part_of(&part[i], r, &leg, question->by[i], err);
	return status ? status : tw__cut_groups_add(r->groups, part, &sums,
						    err);
}

/* ---- people's numbers, of which only first digits are kept ---- */

int64_t tw__cut_prefix(const char *digits, uint32_t most)
{
	int64_t prefix = 1;

	for (uint32_t i = 0; digits[i]; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return 0;
		if (i < most)
			prefix = prefix * 10 + digits[i] - '0';
	}
	return prefix == 1 ? 0 : prefix;
}

static tw_status see_person(const struct tw__row *row, void *arg,
			    tw_error *err)
{
	struct reader *r = arg;
	int64_t id = tw__row_i64(row, 0);

	(void)err;
	if (id > 0 && (size_t)id < r->prefix_count)
		r->prefixes[id] = tw__cut_prefix(tw__row_text(row, 1),
						 r->question->digits);
	return TW_OK;
}

static tw_status read_people(struct reader *r, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, r->store,
		"SELECT max(id) FROM identity", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	r->prefix_count = (size_t)tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	r->prefixes = tw_calloc(r->prefix_count, sizeof(*r->prefixes));
	if (!r->prefixes)
		return tw__fail_oom(err);
	status = tw__each_new(&stmt, r->store,
			      "SELECT tw_each(id, digits) FROM identity", err);
	if (status)
		return status;
	status = tw__each(stmt, see_person, r, err);
	tw__stmt_free(stmt);
	return status;
}

static bool is_asked(const struct tw__cut_question *question, uint32_t cut)
{
	for (size_t i = 0; i < question->count; i++) {
		if (question->by[i] == cut)
			return true;
	}
	return false;
}

/* ---- all of them ---- */

static void ask_columns(struct reader *r)
{
	static const uint8_t always[] = { COST, DURATION, ANSWER, TRAITS };

	for (size_t i = 0; i < TW_ARRAY_COUNT(always); i++)
		r->asked[always[i]] = true;
	r->asked[VAT] = r->prices.have_vat;
	for (size_t i = 0; i < r->question->count; i++) {
		for (int k = 0; k < COLUMNS; k++)
			r->asked[k] |= needs(r->question->by[i], k);
	}
}

/* Each condition is asked of each row: what all of them fulfil is left out. */
struct limits {
	bool end, undone;
};

static tw_status has_row(bool *out, tw_store *store, const char *sql,
			 tw_time bound, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, bound);
	status = tw__step(stmt, err);
	*out = status == TW_OK;
	if (*out)
		tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status find_limits(struct limits *out, tw_store *store, tw_time end,
			     tw_error *err)
{
	tw_status status = has_row(&out->end, store, "SELECT 1 "
		"FROM call_row WHERE start_us >= ? LIMIT 1", end, err);

	return status ? status : has_row(&out->undone, store, "SELECT 1 "
		"FROM batch WHERE undone_us <> 0 AND first_us < ? LIMIT 1",
		end, err);
}

static tw_status write_query(struct tw_buf *sql, struct reader *r,
			     const struct limits *limits, tw_error *err)
{
	r->count = 0;
	tw__buf_text(sql, "SELECT tw_each(");
	for (int i = 0; i < COLUMNS; i++) {
		if (!r->asked[i])
			continue;
		if (r->count)
			tw__buf_text(sql, ", ");
		tw__buf_text(sql, columns[i]);
		r->place[i] = r->count++;
	}
	tw__buf_text(sql, ") FROM call_row WHERE start_us >= ?");
	if (limits->end)
		tw__buf_text(sql, " AND start_us < ?");
	if (tw__buf_text(sql, limits->undone ? " AND undone = 0" : ""))
		return tw__fail_oom(err);
	return TW_OK;
}

static tw_status read_calls(struct reader *r, const tw_time between[2],
			    tw_error *err)
{
	struct limits limits = { true, true };
	struct tw_stmt *stmt = NULL;
	struct tw_buf sql;
	tw_status status = find_limits(&limits, r->store, between[1], err);

	tw__buf_init(&sql);
	if (!status)
		status = write_query(&sql, r, &limits, err);
	if (!status)
		status = tw__each_new(&stmt, r->store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, between[0]);
	if (limits.end)
		tw__bind_i64(stmt, 2, between[1]);
	status = tw__each(stmt, see, r, err);
	tw__stmt_free(stmt);
	return status;
}

static tw_status find_time(tw_time out[2], const struct tw__book *book,
			   const int64_t months[2], tw_error *err)
{
	tw_status status = TW_OK;

	for (int i = 0; !status && i < 2; i++) {
		tw_time between[2];
		char text[16];
		int64_t month;

		snprintf(text, sizeof(text), "%04d-%02d",
			 (int)(months[i] / 100), (int)(months[i] % 100));
		status = tw__book_parse(&month, &between[0], &between[1],
					book, text, err);
		out[i] = between[i];
	}
	return status;
}

static tw_status read_span(struct reader *r, const struct tw__cut_span *span,
			   tw_error *err)
{
	tw_time between[2];
	tw_status status;

	if (span->summed)
		return tw__cut_rollup_read(r->groups, r->tariffs.currencies,
					   r->question, span, r->store, err);
	status = find_time(between, r->book, span->months, err);
	return status ? status : read_calls(r, between, err);
}

static tw_status read_spans(struct reader *r, tw_error *err)
{
	struct tw__cut_spans spans;
	tw_status status = tw__cut_spans(&spans, r->question, &r->clocks,
					 r->book, r->store, err);

	for (size_t i = 0; !status && i < spans.count; i++)
		status = read_span(r, &spans.rows[i], err);
	return status;
}

static tw_status settle(struct tw__cut_groups *groups,
			struct tw__cut_currencies *currencies, tw_error *err)
{
	uint8_t order[TW_CUT_CURRENCIES_MAX];

	tw__cut_currencies_sort(order, currencies);
	return tw__cut_groups_settle(groups, order, currencies->count, err);
}

tw_status tw__cut_read(struct tw__cut_groups *groups,
		       struct tw__cut_currencies *currencies,
		       const struct tw__cut_question *question,
		       struct tw__book *book, tw_store *store, tw_error *err)
{
	struct reader r = { .question = question, .groups = groups,
		.book = book, .store = store,
		.tariffs = { .store = store, .currencies = currencies },
		.clocks = { .zone = book->zone } };
	tw_status status;

	groups->parts = question->count + 1;
	status = tw__cut_currencies_begin(currencies, book, store, err);
	if (!status)
		status = tw__cut_prices(&r.prices, &r.tariffs, err);
	ask_columns(&r);
	if (!status)
		status = tw__traits_load(&r.traits, store, err);
	if (!status && is_asked(question, TW_CUT_PREFIX))
		status = read_people(&r, err);
	if (!status && (is_asked(question, TW_CUT_HOUR) ||
			is_asked(question, TW_CUT_WEEKDAY)))
		status = tw__traffic_departments(&r.clocks.departments, store,
						 err);
	if (!status)
		status = read_spans(&r, err);
	if (!status)
		status = settle(groups, currencies, err);
	tw__cut_tariffs_free(&r.tariffs);
	tw__cut_clocks_free(&r.clocks);
	tw__traits_unload(&r.traits);
	tw_free(r.prefixes);
	return status;
}
