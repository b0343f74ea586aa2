/* Kept sums against the calls themselves, over random books: imports, late
 * calls, undone batches, new prices, joined sources, closed months, erased
 * people; zones whose clocks change, currencies, VAT within and without. */
#include "breakdown_fixture.h"
#include "accounts/breakdown.h"
#include "accounts/breakdown_rollup.h"

/* What sums know; weekdays where all go by one clock. */
static const uint32_t cuts[] = { TW_CUT_DEPARTMENT, TW_CUT_CARRIER,
	TW_CUT_NUMBER, TW_CUT_DESTINATION, TW_CUT_DIRECTION, TW_CUT_MONTH,
	TW_CUT_DAY, TW_CUT_WEEKDAY };
#define CUTS TW_ARRAY_COUNT(cuts)

struct world {
	struct fixture f;
	uint64_t seed;
	tw_zone *zone;
	unsigned int calls, batches;
	int64_t open_month;      /* the next one to close */
	tw_time file;            /* from when on its calls are; 0 any time */
	unsigned int summed, read;      /* months of the questions asked */
};

static uint64_t draw(struct world *w, uint64_t below)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (w->seed >> 11) % below;
}

#define PICK(w, of) ((of)[draw(w, TW_ARRAY_COUNT(of))])

/* ---- a company ---- */

static const char *const company_zones[] = { "Europe/Moscow",
	"America/New_York", "Europe/Berlin", "Pacific/Auckland" };
static const char *const department_zones[] = { "", "", "Asia/Omsk",
	"Europe/Berlin" };

static void found(struct world *w)
{
	static const char *const currencies[] = { "RUB", "RUB", "USD",
		"EUR" };
	static const char *const vats[] = { "net", "gross" };
	const char *zone = PICK(w, company_zones);
	struct fixture *f = &w->f;
	tw_error err = TW_ERROR_INIT;

	want(f, "company.name", "Factory");
	want(f, "company.zone", zone);
	want(f, "company.currency", PICK(w, currencies));
	want(f, "carrier[0].name", "carrier");
	want(f, "carrier[1].name", "other");
	want(f, "department[0].name", "Kazan");
	want(f, "department[1].name", "Ufa");
	want(f, "department[2].name", "Office");
	for (int i = 0; i < 2; i++) {
		want(f, i ? "number[1].number" : "number[0].number",
		     i ? UFA : KAZAN);
		want(f, i ? "number[1].carrier" : "number[0].carrier",
		     i ? "other" : "carrier");
		want(f, i ? "number[1].department" : "number[0].department",
		     i ? "Ufa" : "Kazan");
	}
	if (draw(w, 2)) {
		for (int i = 0; i < 2; i++) {
			const char *own = PICK(w, department_zones);

			if (*own)
				want(f, i ? "department[1].zone" :
				     "department[0].zone", own);
		}
	}
	for (int i = 0; i < 2; i++) {
		want(f, i ? "tariff[1].name" : "tariff[0].name",
		     i ? "others" : "carrier-2026");
		want(f, i ? "tariff[1].carrier" : "tariff[0].carrier",
		     i ? "other" : "carrier");
		want(f, i ? "tariff[1].currency" : "tariff[0].currency",
		     i ? "USD" : "RUB");
		want(f, i ? "tariff[1].zone" : "tariff[0].zone",
		     "Europe/Moscow");
		want(f, i ? "tariff[1].vat" : "tariff[0].vat", PICK(w, vats));
		want(f, i ? "tariff[1].vat_percent" : "tariff[0].vat_percent",
		     "20");
	}
	apply_at(f, "2024-01-01T00:00:00+03:00");
	assert_int_equal(tw_zone_open(&w->zone, zone, &err), TW_OK);
}

static void price(struct world *w, const char *tariff, const char *carrier,
		  const char *starts)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	const char *money = *carrier == 'o' ? "USD" : "RUB";
	tw_error err = TW_ERROR_INIT;
	char sheet[600];

	options.tariff = tariff;
	options.carrier = carrier;
	options.starts = starts;
	/* 78 is free of charge; now and then Kazan is dear, or UK has none */
	snprintf(sheet, sizeof(sheet), SHEET_HEAD
		 "79,Mobile,1.%02u,%s,,,1,1,0.05,outbound,\n"
		 "78,Free,0,%s,,,60,60,0,outbound,\n"
		 "784%u,Kazan,6.00,%s,,,60,60,0,outbound,\n"
		 "44%u,UK,0.0213,%s,,,1,1,0,outbound,\n"
		 "7,Inbound,0.1,%s,,,1,1,0,inbound,\n",
		 (unsigned int)draw(w, 100), money, money,
		 (unsigned int)draw(w, 2) + 3, money,
		 (unsigned int)draw(w, 2) + 1, money, money);
	if (tw_tariff_import_sheet(NULL, NULL, NULL, w->f.store, &options,
				   sheet, strlen(sheet), &err))
		fail_msg("tariff: %s: %s", err.field, err.message);
}

/* ---- what happens to its books ---- */

/* Of five months or of the file's, now and then at the very edge of one. */
static tw_time some_time(struct world *w)
{
	static const char *const edges[] = { "2026-08", "2026-09", "2026-10",
		"2026-11", "2026-12" };
	tw_time first = at_time("2026-08-01T00:00:00Z"), from, to;

	if (w->file && draw(w, 20))
		return w->file + (tw_time)draw(w, 28ull * 86400) * TW_SECOND;
	if (draw(w, 4))
		return first + (tw_time)draw(w, 135ull * 86400) * TW_SECOND;
	assert_int_equal(tw_month_range(&from, &to, PICK(w, edges), w->zone,
					NULL), TW_OK);
	return from + (tw_time)draw(w, 3) - 1;
}

static void write_call(struct world *w, struct tw_buf *text)
{
	static const char *const own[] = { KAZAN, UFA, "79990000000" };
	static const char *const others[] = { "79161110001", "78432999999",
		"4420111", "79161110002", "33991" };
	static const char *const ways[] = { "outbound", "outbound",
		"outbound", "inbound", "inbound", "forward", "internal" };
	static const char *const carriers[] = { "", "carrier", "other" };
	static const char *const departments[] = { "", "", "Office",
		"Nowhere" };
	const char *way = PICK(w, ways), *mine = PICK(w, own);
	const char *other = PICK(w, others);
	bool in = strcmp(way, "inbound") == 0, answered = draw(w, 3) != 0;
	tw_time start = some_time(w);
	char line[400], begin[40], answer[40] = "";

	tw_time_format(begin, sizeof(begin), start, NULL, NULL);
	if (answered)
		tw_time_format(answer, sizeof(answer), start + 5 * TW_SECOND,
			       NULL, NULL);
	snprintf(line, sizeof(line), "c%u,%s,%s,%s,%s,%u,%s,%s,%s,%s,%u,%s\n",
		 ++w->calls, begin, answer, in ? other : mine,
		 in ? mine : other, answered ? (unsigned int)draw(w, 400) : 0,
		 answered ? "answered" : "no_answer", way, PICK(w, carriers),
		 PICK(w, departments), draw(w, 6) ? 1 : 2,
		 draw(w, 6) ? "" : "c1");
	tw__buf_text(text, line);
}

static void bring(struct world *w)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct tw_buf text;
	tw_import *import;

	tw__buf_init(&text);
	tw__buf_text(&text, "call_id,start,answer,caller,callee,duration,"
		     "status,direction,carrier,department,leg,linked_id\n");
	w->file = 0;
	if (draw(w, 4))
		w->file = some_time(w);
	for (size_t n = 1 + draw(w, 40); n; n--)
		write_call(w, &text);
	options.preset = "native";
	options.source = draw(w, 2) ? "pbx" : "carrier";
	if (tw_import_new(&import, w->f.store, &options, &err) ||
	    tw_import_file(import, text.data, text.size, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw__buf_free(&text);
	end_import(import);
	w->batches++;
}

static const char *const some_months[] = { "2026-08", "2026-09", "2026-10",
	"2026-11" };

static void rate_anew(struct world *w)
{
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	options.month = PICK(w, some_months);
	if (tw_cdr_rerate(NULL, NULL, w->f.store, &options, &err))
		fail_msg("rerate: %s", err.message);
}

static void join(struct world *w)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	options.month = PICK(w, some_months);
	options.first = "pbx";
	options.second = "carrier";
	options.window_s = 3600;
	options.cost = (uint32_t)draw(w, 2);
	options.answer = (uint32_t)draw(w, 2);
	status = tw_cdr_join(NULL, NULL, w->f.store, &options, &err);
	if (status && status != TW_ENOTFOUND)
		fail_msg("join: %s", err.message);
}

static void close_next(struct world *w)
{
	tw_error err = TW_ERROR_INIT;
	char month[16];

	if (w->open_month > 202611)
		return;
	snprintf(month, sizeof(month), "%04d-%02d",
		 (int)(w->open_month / 100), (int)(w->open_month % 100));
	if (tw_period_close(NULL, w->f.store, month, &err))
		fail_msg("close: %s", err.message);
	w->open_month = tw__month_add(w->open_month, 1);
}

static void happen(struct world *w)
{
	tw_error err = TW_ERROR_INIT;

	switch (draw(w, 10)) {
	case 0:
		if (w->batches)
			(void)tw_import_undo(w->f.store, 1 +
					     draw(w, w->batches), &err);
		break;
	case 1:
		price(w, "carrier-2026", "carrier", "2026-09-10");
		rate_anew(w);
		break;
	case 2:
		price(w, "others", "other", "2026-09-20");
		break;
	case 3:
		close_next(w);
		break;
	case 4:
	case 5:
		rate_anew(w);
		break;
	case 6:
		join(w);
		break;
	case 7:
		assert_int_equal(tw_privacy_retain(NULL, NULL, w->f.store,
			2 + (uint32_t)draw(w, 3), 0, &err), TW_OK);
		break;
	default:
		bring(w);
	}
}

/* ---- asked by both ways ---- */

static void must_be_same(const tw_breakdown_row *a, const tw_breakdown_row *b)
{
	assert_int_equal(a->is_total, b->is_total);
	for (size_t i = 0; i < TW_BREAKDOWN_CUTS_MAX; i++)
		assert_string_equal(a->key[i], b->key[i]);
	assert_int_equal(a->calls, b->calls);
	assert_int_equal(a->answered, b->answered);
	assert_int_equal(a->missed, b->missed);
	assert_int_equal(a->unrated, b->unrated);
	assert_int_equal(a->talk_us, b->talk_us);
	assert_int_equal(a->cost.nanos, b->cost.nanos);
	assert_int_equal(a->net.nanos, b->net.nanos);
	assert_int_equal(a->vat.nanos, b->vat.nanos);
	assert_string_equal(a->cost.currency, b->cost.currency);
}

/* What each currency has in all. */
struct totals {
	tw_breakdown_row rows[4];
	size_t count;
};

static void read_totals(struct totals *out, struct world *w,
			const tw_breakdown_options *options)
{
	tw_breakdown_row row = TW_BREAKDOWN_ROW_INIT;
	tw_breakdown *breakdown;
	tw_error err = TW_ERROR_INIT;

	if (tw__breakdown(&breakdown, w->f.store, options, false, &err))
		fail_msg("%s: %s", err.field, err.message);
	while (tw_breakdown_next(&row, breakdown, &err) == TW_OK) {
		if (row.is_total) {
			assert_true(out->count < TW_ARRAY_COUNT(out->rows));
			out->rows[out->count++] = row;
		}
		row = (tw_breakdown_row)TW_BREAKDOWN_ROW_INIT;
	}
	tw_breakdown_free(breakdown);
}

/* Whatever is asked, nothing moves between currencies. */
static void must_have_same_totals(struct world *w,
				  const tw_breakdown_options *asked)
{
	tw_breakdown_options other = *asked;
	struct totals a = { .count = 0 }, b = { .count = 0 };

	other.count = 1;
	other.by[0] = 1 + (uint32_t)draw(w, TW_CUT_COUNT);
	read_totals(&a, w, asked);
	read_totals(&b, w, &other);
	assert_int_equal(a.count, b.count);
	for (size_t i = 0; i < a.count; i++)
		must_be_same(&a.rows[i], &b.rows[i]);
}

/* Calls by currency are those of the expenses, which have what comes late for
 * a closed month elsewhere. */
static void must_be_expenses(struct world *w,
			     const tw_breakdown_options *asked)
{
	static const uint32_t by[] = { TW_BY_DEPARTMENT, TW_BY_CARRIER,
		TW_BY_NUMBER, TW_BY_DESTINATION, TW_BY_DIRECTION };
	tw_report_options options = TW_REPORT_OPTIONS_INIT;
	struct totals totals = { .count = 0 };
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_expenses *expenses;

	options.by = PICK(w, by);
	options.from = asked->from;
	options.to = asked->to;
	options.per = draw(w, 2) ? TW_PER_DAY : 0;
	read_totals(&totals, w, asked);
	if (tw_report_make(&expenses, w->f.store, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
	for (size_t i = 0; i < totals.count; i++) {
		const tw_breakdown_row *of = &totals.rows[i];

		int64_t calls = 0;

		for (size_t k = 0; !tw_expenses_total(&row, expenses, k,
						      &err); k++) {
			if (!strcmp(row.total.currency, of->cost.currency))
				calls = row.calls;
		}
		assert_int_equal(calls, of->calls);
	}
	tw_expenses_free(expenses);
}

static void ask(struct world *w, const tw_breakdown_options *options)
{
	tw_breakdown *both[2];
	tw_error err = TW_ERROR_INIT;
	tw_status status[2] = { TW_OK, TW_OK };

	for (int i = 0; i < 2; i++) {
		if (tw__breakdown(&both[i], w->f.store, options, i, &err))
			fail_msg("%s: %s", err.field, err.message);
	}
	while (!status[0]) {
		tw_breakdown_row row[2] = { TW_BREAKDOWN_ROW_INIT,
			TW_BREAKDOWN_ROW_INIT };

		for (int i = 0; i < 2; i++)
			status[i] = tw_breakdown_next(&row[i], both[i], &err);
		assert_int_equal(status[0], status[1]);
		must_be_same(&row[0], &row[1]);
	}
	for (int i = 0; i < 2; i++)
		tw_breakdown_free(both[i]);
}

/* How much of it came from sums: a test of nothing else proves nothing. */
static void note_spans(struct world *w, const tw_breakdown_options *options)
{
	struct tw__cut_question question = { .count = options->count };
	struct tw__cut_clocks clocks = { .zone = w->zone };
	struct tw__cut_spans spans;
	struct tw__book book = { 0 };
	tw_error err = TW_ERROR_INIT;
	tw_time time[2];
	tw_status status = tw__book_open(&book, w->f.store, NULL, &err);

	memcpy(question.by, options->by, sizeof(question.by));
	for (int i = 0; !status && i < 2; i++)
		status = tw__book_parse(&question.months[i], &time[0],
			&time[1], &book, i ? options->to : options->from,
			&err);
	if (!status)
		status = tw__cut_spans(&spans, &question, &clocks, &book,
				       w->f.store, &err);
	if (status)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < spans.count; i++)
		*(spans.rows[i].summed ? &w->summed : &w->read) +=
			(unsigned int)tw__month_span(spans.rows[i].months[0],
						     spans.rows[i].months[1]);
	tw__book_close(&book);
}

/* mask: of cuts; as many of them as there is room for. */
static void ask_by(struct world *w, unsigned int mask)
{
	static const char *const first[] = { "2026-07", "2026-08", "2026-09",
		"2026-10" };
	static const char *const last[] = { "2026-10", "2026-11", "2026-12",
		"2027-03" };
	tw_breakdown_options options = TW_BREAKDOWN_OPTIONS_INIT;

	for (size_t i = 0; i < CUTS; i++) {
		if (mask & 1u << i && options.count < TW_BREAKDOWN_CUTS_MAX)
			options.by[options.count++] = cuts[i];
	}
	options.from = PICK(w, first);
	options.to = PICK(w, last);
	ask(w, &options);
	note_spans(w, &options);
	if (draw(w, 4))
		return;
	must_have_same_totals(w, &options);
	if (w->open_month == 202608)
		must_be_expenses(w, &options);
}

static void play(uint64_t seed, unsigned int *summed, unsigned int *read)
{
	struct world w = { .seed = seed * 0x9e3779b97f4a7c15u + 1,
		.open_month = 202608 };

	fixture_open(&w.f);
	w.f.now = MOSCOW("2026-12-15T12:00:00");
	found(&w);
	price(&w, "carrier-2026", "carrier", "2026-01-01");
	if (draw(&w, 2))
		price(&w, "others", "other", "2026-01-01");
	bring(&w);
	for (int i = 0; i < 24; i++) {
		happen(&w);
		for (int k = 0; k < 3; k++)
			ask_by(&w, 1 + (unsigned int)draw(&w, (1u << CUTS) -
							  1));
	}
	for (unsigned int mask = 1; mask < 1u << CUTS; mask++)
		ask_by(&w, mask);
	must_verify(&w.f);
	*summed += w.summed;
	*read += w.read;
	tw_zone_free(w.zone);
	fixture_close(&w.f);
}

static void test_random_books(void **state)
{
	uint64_t books = getenv("TW_TEST_LONG") ? 400 : 12;
	unsigned int summed = 0, read = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= books; seed++) {
		play(seed, &summed, &read);
		if (books > 12)
			print_message("%llu: %u months by sums, %u by "
				      "calls\n", (unsigned long long)seed,
				      summed, read);
	}
	assert_true(summed > 200 * books);
	assert_true(read > 200 * books);
}

/* ---- which months ---- */

static const struct tw__cut_span *span_of(struct tw__cut_spans *spans,
					  struct fixture *f, uint32_t cut,
					  size_t i)
{
	const struct tw__cut_question question = { .by = { cut }, .count = 1,
		.months = { 202609, 202612 } };
	struct tw__cut_clocks clocks = { 0 };
	struct tw__book book;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw__book_open(&book, f->store, NULL, &err), TW_OK);
	clocks.zone = book.zone;
	if (tw__traffic_departments(&clocks.departments, f->store, &err) ||
	    tw__cut_spans(spans, &question, &clocks, &book, f->store, &err))
		fail_msg("%s", err.message);
	tw__cut_clocks_free(&clocks);
	tw__book_close(&book);
	assert_true(i < spans->count);
	return &spans->rows[i];
}

static void a_call(struct fixture *f, const char *day)
{
	char text[200];

	snprintf(text, sizeof(text), HEAD "%s,%sT10:00:00,%sT10:00:00,,60,"
		 "outbound," KAZAN ",79161110001\n", day, day, day);
	import_text(f, "native", "Europe/Moscow", text);
}

static void test_which_months(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_spans spans;
	tw_error err = TW_ERROR_INIT;

	f->now = MOSCOW("2027-01-15T12:00:00");
	a_call(f, "2026-09-10");
	a_call(f, "2026-10-10");
	a_call(f, "2026-11-10");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-09", &err),
			 TW_OK);
	assert_int_equal(tw_period_close(NULL, f->store, "2026-10", &err),
			 TW_OK);
	/* a closed month is as good as another one */
	assert_true(span_of(&spans, f, TW_CUT_DAY, 0)->summed);
	assert_int_equal(spans.count, 1);
	/* until something comes late for it */
	a_call(f, "2026-10-11");
	assert_true(span_of(&spans, f, TW_CUT_DEPARTMENT, 0)->summed);
	assert_int_equal(spans.count, 3);
	assert_false(spans.rows[1].summed);
	assert_int_equal(spans.rows[1].months[0], 202610);
	assert_int_equal(spans.rows[1].months[1], 202610);
	assert_true(spans.rows[2].summed);
	assert_int_equal(spans.rows[2].months[1], 202612);
	/* or is taken away */
	assert_int_equal(tw_import_undo(f->store, 1, &err), TW_OK);
	assert_false(span_of(&spans, f, TW_CUT_MONTH, 0)->summed);
	assert_int_equal(spans.count, 2);
	/* what sums do not know; Ufa has a clock of its own */
	assert_false(span_of(&spans, f, TW_CUT_HOUR, 0)->summed);
	assert_false(span_of(&spans, f, TW_CUT_WEEKDAY, 0)->summed);
	assert_int_equal(spans.count, 1);
}

/* New prices for a closed month are booked later, and asked for of it. */
static void test_rated_anew(void **state)
{
	struct fixture *f = *state;
	static const char sheet[] = SHEET_HEAD
		"79,Russia mobile,3.00,RUB,,,1,1,0,outbound,\n";
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_tariff_import prices = TW_TARIFF_IMPORT_INIT;
	struct tw__cut_spans spans;
	tw_error err = TW_ERROR_INIT;
	tw_breakdown_row row;

	f->now = MOSCOW("2027-01-15T12:00:00");
	a_call(f, "2026-09-10");
	a_call(f, "2026-10-10");
	assert_int_equal(tw_period_close(NULL, f->store, "2026-09", &err),
			 TW_OK);
	prices.tariff = "carrier-2026";
	prices.carrier = "carrier";
	prices.starts = "2026-09-01";
	if (tw_tariff_import_sheet(NULL, NULL, NULL, f->store, &prices,
				   sheet, strlen(sheet), &err))
		fail_msg("tariff: %s", err.message);
	options.month = "2026-09";
	assert_int_equal(tw_cdr_rerate(NULL, NULL, f->store, &options, &err),
			 TW_OK);
	assert_false(span_of(&spans, f, TW_CUT_DAY, 0)->summed);
	assert_int_equal(spans.count, 2);
	row = cut_row(f, TW_CUT_MONTH, TW_CUT_DEPARTMENT, "2026-09|Kazan");
	assert_int_equal(row.cost.nanos, RUB(3, 0));
	row = cut_row(f, TW_CUT_MONTH, TW_CUT_DEPARTMENT, "2026-10|Kazan");
	assert_int_equal(row.cost.nanos, RUB(1, 50));
}

/* A store from before there were days: months are there. */
static void test_no_days(void **state)
{
	struct fixture *f = *state;
	struct tw__cut_spans spans;

	a_call(f, "2026-10-10");
	assert_int_equal(run_sql(f, "INSERT INTO task VALUES ('rollup_days')"),
			 TW_OK);
	assert_false(span_of(&spans, f, TW_CUT_DAY, 0)->summed);
	assert_true(span_of(&spans, f, TW_CUT_MONTH, 0)->summed);
	assert_int_equal(run_sql(f, "DELETE FROM task"), TW_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_books),
		TRAFFIC_TEST(test_which_months),
		TRAFFIC_TEST(test_rated_anew), TRAFFIC_TEST(test_no_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
