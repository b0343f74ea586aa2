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

enum {
	LEG, DIRECTION, ANSWER, DURATION, STATE, COST, VAT, VERSION,
	ALWAYS,
	START = ALWAYS, DEPARTMENT, CARRIER, TRUNK, NUMBER, RATE_ROW, CALLER,
	CALLEE, STATUS,
	COLUMNS
};

static const char *const columns[COLUMNS] = { "leg", "direction",
	"answer_after_us", "duration_us", "rate_state", "cost_nanos",
	"vat_nanos", "tariff_version", "start_us", "department", "carrier",
	"trunk", "number", "rate_row", "caller", "callee", "status" };

/* Beside those that are always read; 0: none. */
static const uint8_t needs[TW_CUT_COUNT + 1][2] = {
	[TW_CUT_DEPARTMENT] = { DEPARTMENT }, [TW_CUT_CARRIER] = { CARRIER },
	[TW_CUT_TRUNK] = { TRUNK }, [TW_CUT_NUMBER] = { NUMBER },
	[TW_CUT_DESTINATION] = { RATE_ROW },
	[TW_CUT_PREFIX] = { CALLER, CALLEE }, [TW_CUT_MONTH] = { START },
	[TW_CUT_DAY] = { START }, [TW_CUT_WEEKDAY] = { START, DEPARTMENT },
	[TW_CUT_HOUR] = { START, DEPARTMENT }, [TW_CUT_STATUS] = { STATUS },
};

static const int32_t durations_s[] = { 0, 10, 30, 60, 180, 600, 1800, 3600 };

struct reader {
	const struct tw__cut_question *question;
	struct tw__cut_groups *groups;
	struct tw__book *book;
	tw_store *store;
	struct tw__cut_tariffs tariffs;
	struct tw__cut_clocks clocks;
	int place[COLUMNS];      /* among the arguments; -1: not asked */
	int64_t *prefixes;       /* by identity */
	size_t prefix_count;
};

/* ---- one call ---- */

struct leg {
	const struct tw_row *row;
	int64_t leg, direction, duration_us, version;
	bool answered, first, rated;
};

static int64_t col(const struct reader *r, const struct leg *leg, int column)
{
	return tw__row_i64(leg->row, r->place[column]);
}

static int64_t direction_of(const struct leg *leg)
{
	return leg->first || leg->leg == TW_LEG_CHARGED ? leg->direction :
		TW_DIRECTION_FORWARD;
}

static int64_t prefix_of(const struct reader *r, const struct leg *leg)
{
	int64_t party;

	if (leg->direction == TW_DIRECTION_INTERNAL)
		return 0;
	party = col(r, leg, leg->direction == TW_DIRECTION_INBOUND ? CALLER :
		    CALLEE);
	return party > 0 && (size_t)party < r->prefix_count ?
		r->prefixes[party] : 0;
}

static int64_t duration_of(const struct leg *leg)
{
	size_t i = TW_ARRAY_COUNT(durations_s);

	if (!leg->answered)
		return 0;
	while (i-- > 1) {
		if (leg->duration_us >= durations_s[i] * TW_SECOND)
			break;
	}
	return durations_s[i] + 1;
}

static tw_status hour_of(int64_t *out, struct reader *r,
			 const struct leg *leg, bool weekday, tw_error *err)
{
	int64_t local_s, days;
	tw_status status = tw__cut_local(&local_s, &r->clocks,
		col(r, leg, DEPARTMENT), col(r, leg, START), err);

	if (status)
		return status;
	days = tw__floor_div(local_s, 86400);
	*out = weekday ? tw__weekday(days) + 1 :
		(local_s - days * 86400) / 3600 + 1;
	return TW_OK;
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
		*out = tw__book_month(r->book, col(r, leg, START));
		return TW_OK;
	case TW_CUT_DAY:
		*out = tw__book_day(r->book, col(r, leg, START));
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
			leg->version, col(r, leg, RATE_ROW), err) : TW_OK;
	default:
		*out = col(r, leg, needs[cut][0]);
		return TW_OK;
	}
}

static tw_status sum_up(struct tw__cut_sums *out, int64_t *currency,
			struct reader *r, const struct leg *leg, tw_error *err)
{
	bool gross;
	tw_status status;

	*currency = 0;
	*out = (struct tw__cut_sums){ .calls = leg->first,
		.answered = leg->first && leg->answered,
		.missed = leg->first && !leg->answered &&
			leg->direction == TW_DIRECTION_INBOUND,
		.unrated = tw__row_i64(leg->row, STATE) == TW_STATE_UNRATED,
		.talk_us = leg->first ? leg->duration_us : 0 };
	if (!leg->rated)
		return TW_OK;
	status = tw__cut_tariff(currency, &gross, &r->tariffs, leg->version,
				err);
	out->cost = tw__row_i64(leg->row, COST);
	out->vat = tw__row_i64(leg->row, VAT);
	out->net = out->cost - (gross ? out->vat : 0);
	return status;
}

static tw_status see(const struct tw_row *row, void *arg, tw_error *err)
{
	struct reader *r = arg;
	const struct tw__cut_question *question = r->question;
	int64_t part[TW_CUT_PARTS] = { 0 };
	struct leg leg = { .row = row, .leg = tw__row_i64(row, LEG),
		.direction = tw__row_i64(row, DIRECTION),
		.duration_us = tw__row_i64(row, DURATION),
		.version = tw__row_i64(row, VERSION),
		.answered = !tw__row_is_null(row, ANSWER),
		.rated = !tw__row_is_null(row, COST) };
	struct tw__cut_sums sums;
	tw_status status;

	leg.first = leg.leg == 1 && leg.direction != TW_DIRECTION_FORWARD;
	status = sum_up(&sums, &part[question->count], r, &leg, err);
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

static tw_status see_person(const struct tw_row *row, void *arg,
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

static void place_columns(struct reader *r)
{
	int count = ALWAYS;

	for (int i = 0; i < COLUMNS; i++)
		r->place[i] = i < ALWAYS ? i : -1;
	for (size_t i = 0; i < r->question->count; i++) {
		for (int k = 0; k < 2; k++) {
			int column = needs[r->question->by[i]][k];

			if (column && r->place[column] < 0)
				r->place[column] = count++;
		}
	}
}

static tw_status write_query(struct tw_buf *sql, const struct reader *r,
			     tw_error *err)
{
	tw__buf_text(sql, "SELECT tw_each(");
	for (int place = 0; place < COLUMNS; place++) {
		for (int i = 0; i < COLUMNS; i++) {
			if (r->place[i] != place)
				continue;
			if (place)
				tw__buf_text(sql, ", ");
			tw__buf_text(sql, columns[i]);
		}
	}
	if (tw__buf_text(sql, ") FROM call WHERE start_us >= ? "
			 "AND start_us < ? AND undone = 0"))
		return tw__fail_oom(err);
	return TW_OK;
}

static tw_status read_calls(struct reader *r, const tw_time between[2],
			    tw_error *err)
{
	struct tw_stmt *stmt = NULL;
	struct tw_buf sql;
	tw_status status;

	place_columns(r);
	tw__buf_init(&sql);
	status = write_query(&sql, r, err);
	if (!status)
		status = tw__each_new(&stmt, r->store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, between[0]);
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
	tw_free(r.prefixes);
	return status;
}
