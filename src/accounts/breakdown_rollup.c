/**
 * @file src/accounts/breakdown_rollup.c  Months that are added up already
 *
 * Decides which questions the sums of months and days answer, and in which
 * months they say what the calls say. What happens to a call of a closed
 * month is in the sums of a later one (rollup.c) and does not say there which
 * month it is about. So a month that anything came late for is read call by
 * call. That nothing did is known by who may bring it: a batch that came or
 * was taken back, and a run of amendments.
 */
#include <string.h>
#include "base/calendar.h"
#include "breakdown_rollup.h"
#include "rollup.h"

enum {
	PERIOD = 1, DEPARTMENT, CARRIER, NUMBER, DESTINATION, DIRECTION,
	CURRENCY,
	KEYS
};

static const char *const columns[KEYS] = { "", "period", "department",
	"carrier", "number", "destination", "direction", "currency" };

/* 0: sums do not know it. */
static const uint8_t needs[TW_CUT_COUNT + 1] = {
	[TW_CUT_DEPARTMENT] = DEPARTMENT, [TW_CUT_CARRIER] = CARRIER,
	[TW_CUT_NUMBER] = NUMBER, [TW_CUT_DESTINATION] = DESTINATION,
	[TW_CUT_DIRECTION] = DIRECTION, [TW_CUT_MONTH] = PERIOD,
	[TW_CUT_DAY] = PERIOD, [TW_CUT_WEEKDAY] = PERIOD,
};

/* ---- which questions ---- */

/* Days are the company's: a department with a zone of its own has others. */
static bool is_answered(const struct tw__cut_question *question,
			const struct tw__cut_clocks *clocks)
{
	for (size_t i = 0; i < question->count; i++) {
		uint32_t cut = question->by[i];

		if (!needs[cut] || (cut == TW_CUT_WEEKDAY &&
				    !tw__cut_clocks_are_one(clocks)))
			return false;
	}
	return !question->every_call;
}

static bool by_days(const struct tw__cut_question *question)
{
	for (size_t i = 0; i < question->count; i++) {
		if (question->by[i] == TW_CUT_DAY ||
		    question->by[i] == TW_CUT_WEEKDAY)
			return true;
	}
	return false;
}

/* ---- which months ---- */

struct lates {
	const struct tw__cut_question *question;
	struct tw__book *book;
	bool months[TW_REPORT_MONTHS_MAX];      /* of the question's */
};

/* Between two calls, by who came when a month was the first open one. */
static void mark(struct lates *lates, const tw_time between[2],
		 int64_t open_month)
{
	const int64_t *asked = lates->question->months;
	int64_t first = tw__book_month(lates->book, between[0]);
	int64_t last = tw__book_month(lates->book, between[1]);

	if (first < asked[0])
		first = asked[0];
	if (last > asked[1])
		last = asked[1];
	for (; first <= last && first < open_month;
	     first = tw__month_add(first, 1))
		lates->months[tw__month_span(asked[0], first) - 1] = true;
}

static tw_status find_lates(struct lates *lates, tw_store *store,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT first_us, last_us, max(open_month, undone_month) "
		"FROM batch WHERE max(open_month, undone_month) > ?1 "
		"UNION ALL SELECT "
		"(SELECT min(start_us) FROM amendment WHERE run = r.id), "
		"(SELECT max(start_us) FROM amendment WHERE run = r.id), "
		"open_month FROM amendment_run r WHERE open_month > ?1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, lates->question->months[0]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const tw_time between[2] = { tw__col_i64(stmt, 0),
			tw__col_i64(stmt, 1) };

		mark(lates, between, tw__col_i64(stmt, 2));
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static void add_month(struct tw__cut_spans *spans, int64_t month, bool summed)
{
	struct tw__cut_span *last = &spans->rows[spans->count];

	if (spans->count && last[-1].summed == summed) {
		last[-1].months[1] = month;
		return;
	}
	*last = (struct tw__cut_span){ { month, month }, summed };
	spans->count++;
}

tw_status tw__cut_spans(struct tw__cut_spans *out,
			const struct tw__cut_question *question,
			const struct tw__cut_clocks *clocks,
			struct tw__book *book, tw_store *store, tw_error *err)
{
	struct lates lates = { .question = question, .book = book };
	const int64_t *asked = question->months;
	int64_t count = tw__month_span(asked[0], asked[1]);
	bool summed = is_answered(question, clocks), lacks = false;
	tw_status status = TW_OK;

	if (summed && by_days(question))
		status = tw__rollup_lacks_days(&lacks, store, err);
	summed = summed && !lacks;
	if (!status && summed && asked[0] < book->open_month)
		status = find_lates(&lates, store, err);
	out->count = 0;
	for (int64_t i = 0; !status && i < count; i++)
		add_month(out, tw__month_add(asked[0], i),
			  summed && !lates.months[i]);
	return status;
}

/* ---- and what they say ---- */

struct known_word {
	int64_t word, place;
};

struct summing {
	const struct tw__cut_question *question;
	struct tw__cut_groups *groups;
	struct tw__cut_currencies *currencies;
	tw_store *store;
	int place[KEYS];         /* among the arguments; -1: not asked */
	struct known_word known[TW_CUT_CURRENCIES_MAX];
	size_t known_count;
};

/* Sums that every row has, in front of what is asked. */
#define SUMS 8

static tw_status ask_currency(int64_t *out, struct summing *s, int64_t word,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, s->store,
		"SELECT text FROM word WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, word);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? tw__fail(err, TW_ESTORE, "a "
			"sum is of a currency that is not there; run verify")
			: status;
	status = tw__cut_currency(out, s->currencies, tw__col_text(stmt, 0),
				  err);
	tw__reset(stmt);
	return status;
}

static tw_status find_currency(int64_t *out, struct summing *s, int64_t word,
			       tw_error *err)
{
	tw_status status;

	*out = TW_CUT_HOME;
	if (!word)
		return TW_OK;
	for (size_t i = 0; i < s->known_count; i++) {
		if (s->known[i].word == word) {
			*out = s->known[i].place;
			return TW_OK;
		}
	}
	status = ask_currency(out, s, word, err);
	if (!status && s->known_count < TW_CUT_CURRENCIES_MAX)
		s->known[s->known_count++] = (struct known_word){ word,
			*out };
	return status;
}

static int64_t part_of(const struct summing *s, const struct tw__row *row,
		       uint32_t cut)
{
	int64_t value = tw__row_i64(row, s->place[needs[cut]]);

	if (cut == TW_CUT_MONTH && value >= TW_PERIOD_DAYS)
		return value / 100;
	if (cut != TW_CUT_WEEKDAY)
		return value;
	return tw__weekday(tw__days_from_civil((int32_t)(value / 10000),
		(int32_t)(value / 100 % 100), (int32_t)(value % 100))) + 1;
}

static tw_status see(const struct tw__row *row, void *arg, tw_error *err)
{
	struct summing *s = arg;
	const struct tw__cut_question *question = s->question;
	int64_t part[TW_CUT_PARTS] = { 0 };
	const struct tw__cut_sums sums = {
		.calls = tw__row_i64(row, 0),
		.answered = tw__row_i64(row, 1),
		.missed = tw__row_i64(row, 2),
		.unrated = tw__row_i64(row, 3),
		.talk_us = tw__row_i64(row, 4), .cost = tw__row_i64(row, 5),
		.net = tw__row_i64(row, 6), .vat = tw__row_i64(row, 7) };
	tw_status status = find_currency(&part[question->count], s,
		tw__row_i64(row, s->place[CURRENCY]), err);

	for (size_t i = 0; i < question->count; i++)
		part[i] = part_of(s, row, question->by[i]);
	return status ? status : tw__cut_groups_add(s->groups, part, &sums,
						    err);
}

static tw_status write_query(struct tw_buf *sql, struct summing *s,
			     tw_error *err)
{
	int count = SUMS;

	tw__buf_text(sql, "SELECT tw_each(calls, answered, missed, unrated, "
		     "talk_us, cost_nanos, net_nanos, vat_nanos, currency");
	memset(s->place, -1, sizeof(s->place));
	s->place[CURRENCY] = count++;
	for (size_t i = 0; i < s->question->count; i++) {
		int column = needs[s->question->by[i]];

		if (s->place[column] >= 0)
			continue;
		s->place[column] = count++;
		tw__buf_text(sql, ", ");
		tw__buf_text(sql, columns[column]);
	}
	if (tw__buf_text(sql, ") FROM rollup WHERE period BETWEEN ? AND ? "
			 "AND late = 0"))
		return tw__fail_oom(err);
	return TW_OK;
}

tw_status tw__cut_rollup_read(struct tw__cut_groups *groups,
			      struct tw__cut_currencies *currencies,
			      const struct tw__cut_question *question,
			      const struct tw__cut_span *span,
			      tw_store *store, tw_error *err)
{
	struct summing s = { .question = question, .groups = groups,
		.currencies = currencies, .store = store };
	bool days = by_days(question);
	struct tw_stmt *stmt = NULL;
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	status = write_query(&sql, &s, err);
	if (!status)
		status = tw__each_new(&stmt, store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, days ? span->months[0] * 100 :
		     span->months[0]);
	tw__bind_i64(stmt, 2, days ? span->months[1] * 100 + 31 :
		     span->months[1]);
	status = tw__each(stmt, see, &s, err);
	tw__stmt_free(stmt);
	return status;
}
