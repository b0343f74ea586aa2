/**
 * @file src/accounts/rerate.c  Stored charges computed again
 *
 * Decides which question a stored call once was: number, caller, instant and
 * what its record stated from its row, bundle, tier and exchange rate from its
 * note. Refuses to
 * change anything: who compares or adds up does it in a callback.
 */
#include <string.h>
#include "call.h"
#include "rerate.h"
#include "tariff.h"

struct held {
	int64_t id, tariff;
	tw_deck *deck;
};

struct rerate {
	tw_store *store;
	struct held *held;
	size_t count, capacity, last;
};

static tw_status hold(struct held **out, struct rerate *r, int64_t version,
		      int64_t tariff, tw_error *err)
{
	struct held held = { version, tariff, NULL };
	tw_status status;

	for (size_t i = 0; i < r->count; i++) {
		size_t at = (r->last + i) % r->count;

		if (r->held[at].id == version) {
			r->last = at;
			*out = &r->held[at];
			return TW_OK;
		}
	}
	if (tw__grow((void **)&r->held, &r->capacity, r->count + 1,
		     sizeof(held)))
		return tw__fail_oom(err);
	status = tw__tariff_version_deck(&held.deck, r->store, version, err);
	if (status)
		return status;
	r->last = r->count++;
	r->held[r->last] = held;
	*out = &r->held[r->last];
	return TW_OK;
}

enum { START, AFTER, DURATION, DIRECTION, VERSION, ROW, CHARGED, COST, VAT,
	TARIFF, CALLEE, CALLER, NUMBER, BUNDLE, USED, EXCHANGE, KEY, STATED };
#define SELECT_CALLS "SELECT c.start_us, c.answer_after_us, c.duration_us, " \
	"CASE c.leg WHEN -2 THEN 3 ELSE c.direction END, " \
	"c.tariff_version, c.rate_row, c.charged_s, " \
	"c.cost_nanos, c.vat_nanos, v.tariff, e.digits, r.digits, " \
	"CASE WHEN c.direction = 2 THEN (SELECT name FROM number " \
	"WHERE id = c.number ORDER BY valid_from DESC LIMIT 1) END, " \
	"n.bundle_s, n.used_s, " \
	"n.exchange_nanos, c.key, " \
	"CASE WHEN v.stated_by <> '' AND EXISTS (SELECT 1 FROM marks m " \
	"WHERE m.id = c.marks AND m.source = v.stated_by " \
	"AND m.source_currency = v.currency) THEN c.source_cost_nanos END " \
	"FROM call c " \
	"JOIN tariff_version v ON v.id = c.tariff_version " \
	"LEFT JOIN identity e ON e.id = c.callee " \
	"LEFT JOIN identity r ON r.id = c.caller " \
	"LEFT JOIN charge_note n ON n.start_us = c.start_us " \
	"AND n.key = c.key AND n.undone = 0 " \
	"WHERE c.start_us >= ?1 AND c.start_us <= ?2 AND c.undone = 0 " \
	"AND c.rate_state = 1 AND (v.tariff = ?3 OR ?3 = 0) " \
	"AND c.start_us + coalesce(c.answer_after_us, 0) BETWEEN ?4 AND ?2 " \
	"ORDER BY c.start_us"

/* Between start and answer, at most (call.c). */
#define YEAR_US (366LL * 86400 * TW_SECOND)

static tw_status ask(struct tw__again *again,
		     const tw_rating_request *request)
{
	const struct tw_rate_row *row = NULL;
	struct tw_question q;
	tw_status status = tw__question_read(&q, request, NULL);

	if (!status)
		status = tw__rate(&again->sum, &row, again->deck, &q, NULL);
	again->status = status;
	again->row = -1;
	if (!status && row)
		again->row = tw__note_of(again->deck, row)->index;
	return status;
}

/* By the row that is stored: what a number once found without it. */
static void ask_by_row(struct tw__again *again, tw_rating_request *request,
		       const tw_rate *rate)
{
	request->number = rate->prefix;
	request->caller = *rate->caller_prefix ? rate->caller_prefix : NULL;
	ask(again, request);
}

static void read_request(tw_rating_request *request,
			 const struct tw__again *again, const tw_rate *rate,
			 struct tw_stmt *stmt)
{
	const char *caller = tw__col_text(stmt, CALLER);
	bool inbound = again->direction == TW_DIRECTION_INBOUND;

	request->direction = again->direction;
	request->relation = rate->relation;
	request->number = tw__col_text(stmt, inbound && !tw__col_is_null(stmt,
				       NUMBER) ? NUMBER : CALLEE);
	if (*caller && tw__digits_only(caller) && strlen(caller) <= 15)
		request->caller = caller;
	request->answer = again->answer;
	request->duration_us = tw__col_i64(stmt, DURATION);
	request->bundle_left_s = tw__col_i64(stmt, BUNDLE);
	request->used_s = tw__col_i64(stmt, USED);
	request->exchange_nanos = tw__col_i64(stmt, EXCHANGE);
	if (!tw__col_is_null(stmt, STATED)) {
		request->flags = TW_RATING_STATED;
		request->stated_nanos = tw__col_i64(stmt, STATED);
	}
	if (!again->answered)
		request->flags |= TW_RATING_UNANSWERED;
	/* no fee goes by a number, and no stated cost by one that is erased */
	if (request->flags == TW_RATING_UNANSWERED ||
	    (request->flags && !tw__digits_only(request->number)))
		request->number = "0";
}

static tw_status again_one(struct rerate *r, struct tw_stmt *stmt,
			   tw__again_fn *fn, void *arg, tw_error *err)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	struct tw__again again = { .start = tw__col_i64(stmt, START),
		.key = tw__col_i64(stmt, KEY), .request = &request,
		.direction = (uint32_t)tw__col_i64(stmt, DIRECTION),
		.answered = !tw__col_is_null(stmt, AFTER),
		.tariff = tw__col_i64(stmt, TARIFF),
		.version = tw__col_i64(stmt, VERSION),
		.rate_row = tw__col_i64(stmt, ROW),
		.charged_s = tw__col_i64(stmt, CHARGED),
		.cost_nanos = tw__col_i64(stmt, COST),
		.vat_nanos = tw__col_i64(stmt, VAT) };
	bool by_row = tw__col_is_null(stmt, CALLEE) ||
		again.direction == TW_DIRECTION_INBOUND;
	/* texts of the request may be the row's: both last as long */
	tw_rate rate = TW_RATE_INIT;
	struct held *held = NULL;
	tw_status status = hold(&held, r, again.version, again.tariff, err);

	if (status)
		return status;
	again.answer = again.start + tw__col_i64(stmt, AFTER);
	again.deck = held->deck;
	by_row &= again.rate_row >= 0 && !tw_deck_rate(&rate, again.deck,
		(size_t)again.rate_row, NULL);
	read_request(&request, &again, &rate, stmt);
	status = ask(&again, &request);
	if (by_row && (status || again.row != again.rate_row))
		ask_by_row(&again, &request, &rate);
	return fn(&again, arg, err);
}

tw_status tw__rate_again(tw_store *store, const int64_t answered[2],
			 int64_t tariff, tw__again_fn *fn, void *arg,
			 tw_error *err)
{
	struct rerate r = { .store = store };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, SELECT_CALLS, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, answered[0] < INT64_MIN + YEAR_US ? INT64_MIN :
		     answered[0] - YEAR_US);
	tw__bind_i64(stmt, 2, answered[1]);
	tw__bind_i64(stmt, 3, tariff);
	tw__bind_i64(stmt, 4, answered[0]);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = again_one(&r, stmt, fn, arg, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	for (size_t i = 0; i < r.count; i++)
		tw_deck_free(r.held[i].deck);
	tw_free(r.held);
	return status == TW_ITER_END ? TW_OK : status;
}
