/**
 * @file src/accounts/call_explain.c  What a stored call was charged by
 *
 * Decides which question a stored call is asked again (rerate.c) and says in
 * words what its own version answers, whatever is in force now. Refuses to
 * compute: the words are those of src/rating.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "call.h"
#include "history.h"
#include "rerate.h"
#include <trunkwise/versions.h>

struct leg {
	tw_time answer;         /* of an attempt its start */
	int64_t key, leg, version;
	uint32_t state, reason;
	int64_t cost_nanos;             /* of a rated one */
	bool stated;                    /* its source says a cost itself */
	int64_t stated_nanos;
	char currency[4], stated_currency[4];
	char carrier[128], source[128];
};

struct story {
	struct tw_buf buf;
	const char *call_id, *lang;
	struct leg *legs;
	size_t count, capacity;
	const struct leg *leg;          /* that is asked for */
	bool ru;
};

/* Both languages side by side, as in src/rating/explain.h. */
#define SAY(s, ru_text, en_text, ...) \
	((void)((s)->ru ? \
		tw__buf_printf(&(s)->buf, ru_text, ##__VA_ARGS__) : \
		tw__buf_printf(&(s)->buf, en_text, ##__VA_ARGS__)))

static const char *reason_text(const struct story *s, uint32_t reason)
{
	switch (reason) {
	case TW_REASON_NO_PRICE:
		return s->ru ? "в тарифе нет цены" : "the tariff has no price";
	case TW_REASON_BLOCKED:
		return s->ru ? "направление закрыто" : "the code is blocked";
	case TW_REASON_NO_TARIFF:
		return s->ru ? "у оператора не было тарифа" :
			"the carrier had no tariff";
	case TW_REASON_NO_CARRIER:
		return s->ru ? "оператор неизвестен" :
			"its carrier is not known";
	case TW_REASON_TOO_LARGE:
		return s->ru ? "сумма не помещается" : "the sum does not fit";
	case TW_REASON_NO_EXCHANGE:
		return s->ru ? "на тот день нет курса" :
			"no exchange rate of that day is known";
	case TW_REASON_NOT_STATED:
		return s->ru ? "запись не называет стоимости, по которой "
			"начисляется" : "no record says the cost that its "
			"tariff goes by";
	case TW_REASON_OTHER_MONEY:
		return s->ru ? "запись называет стоимость в другой валюте" :
			"its record states a cost of another currency";
	case TW_REASON_NEGATIVE:
		return s->ru ? "запись называет стоимость меньше нуля" :
			"its record states a cost below zero";
	case TW_REASON_UNANSWERED:
		return s->ru ? "без ответа" : "nobody answered";
	case TW_REASON_INTERNAL:
		return s->ru ? "внутренний" : "it is internal";
	case TW_REASON_FREE_INBOUND:
		return s->ru ? "входящий без цены" :
			"it is inbound, and has no price";
	case TW_REASON_EMERGENCY:
		return s->ru ? "экстренный" : "it is an emergency call";
	case TW_REASON_TWIN:
		return s->ru ? "начислен по записи другого источника" :
			"another source's record of it is charged";
	}
	return "?";
}

/* ---- which legs ---- */

static void read_leg(struct leg *leg, struct tw_stmt *stmt)
{
	leg->answer = tw__col_i64(stmt, 0);
	leg->key = tw__col_i64(stmt, 1);
	leg->leg = tw__col_i64(stmt, 2);
	leg->state = (uint32_t)tw__col_i64(stmt, 3);
	leg->reason = (uint32_t)tw__col_i64(stmt, 4);
	leg->version = tw__col_i64(stmt, 5);
	snprintf(leg->carrier, sizeof(leg->carrier), "%s",
		 tw__col_text(stmt, 6));
	leg->cost_nanos = tw__col_i64(stmt, 7);
	leg->stated = !tw__col_is_null(stmt, 8);
	leg->stated_nanos = tw__col_i64(stmt, 8);
	snprintf(leg->currency, sizeof(leg->currency), "%s",
		 tw__col_text(stmt, 9));
	snprintf(leg->stated_currency, sizeof(leg->stated_currency), "%s",
		 tw__col_text(stmt, 10));
	tw__utf8_cut(leg->source, sizeof(leg->source),
		     tw__col_text(stmt, 11));
}

static tw_status find_legs(struct story *s, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.start_us + coalesce(c.answer_after_us, 0), c.key, "
		"c.leg, c.rate_state, c.reason, c.tariff_version, "
		"coalesce((SELECT name FROM carrier "
		"WHERE id = c.carrier ORDER BY valid_from DESC LIMIT 1), "
		"''), c.cost_nanos, c.source_cost_nanos, "
		"coalesce(CASE WHEN v.convert_to <> '' THEN v.convert_to "
		"ELSE v.currency END, ''), m.source_currency, m.source "
		"FROM call c JOIN marks m ON m.id = c.marks "
		"LEFT JOIN tariff_version v ON v.id = c.tariff_version "
		"WHERE c.call_id = ? AND c.undone = 0 "
		"ORDER BY c.start_us, c.leg, c.sequence", err);

	if (status)
		return status;
	tw__call_bind_id(stmt, 1, s->call_id);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&s->legs, &s->capacity, s->count + 1,
			     sizeof(*s->legs))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		read_leg(&s->legs[s->count++], stmt);
	}
	if (status != TW_ITER_END)
		return status;
	return s->count ? TW_OK : tw__fail_at(err, TW_ENOTFOUND, 0, "call",
		"no call '%.80s' is stored; its id is what the record gave",
		s->call_id);
}

/* ---- words ---- */

static void say_cost(struct story *s, const struct tw__again *again)
{
	const tw_tariff_rules *rules = tw_deck_rules(again->deck);
	bool converted = *rules->convert_to != '\0';
	int64_t now = converted ? again->sum.converted_nanos :
		again->sum.cost_nanos;
	uint32_t decimals = tw__is_stated(rules) ? TW_DECIMALS_SHORTEST :
		rules->decimals;
	char cost[40] = "?";

	if (converted &&
	    tw_currency_decimals(&decimals, rules->convert_to, NULL))
		decimals = TW_DECIMALS_SHORTEST;
	(void)tw_decimal_format(cost, sizeof(cost), again->cost_nanos,
				decimals, NULL);
	SAY(s, ": начислено %s %s по версии тарифа %lld.\n",
	    ": charged %s %s by tariff version %lld.\n", cost, converted ?
	    rules->convert_to : rules->currency, (long long)again->version);
	if (again->status || now != again->cost_nanos)
		SAY(s, "Пересчёт даёт другое; выполните trunkwise verify.\n",
		    "Computed again it is another sum; run trunkwise "
		    "verify.\n");
}

static tw_status say_charge(const struct tw__again *again, void *arg,
			    tw_error *err)
{
	struct story *s = arg;
	char *words;
	tw_status status;

	if (again->key != s->leg->key)
		return TW_OK;
	say_cost(s, again);
	status = tw_rating_explain(&words, again->deck, again->request,
				   s->lang, err);
	if (status)
		return status;
	tw__buf_text(&s->buf, words);
	tw_free(words);
	return TW_OK;
}

/* With the currency's digits, or all that a source gave. */
static void money_text(char out[40], int64_t nanos, const char *currency)
{
	uint32_t decimals = 2;
	int64_t unit = TW_NANOS;

	(void)tw_currency_decimals(&decimals, currency, NULL);
	for (uint32_t i = 0; i < decimals; i++)
		unit /= 10;
	snprintf(out, 40, "?");
	(void)tw_decimal_format(out, 40, nanos, nanos % unit ?
				TW_DECIMALS_SHORTEST : decimals, NULL);
}

/* A source's own cost is evidence: it stands beside ours. */
static void say_stated(struct story *s)
{
	const struct leg *leg = s->leg;
	bool rated = leg->state == TW_STATE_RATED;
	int64_t more = 0;
	char stated[40], apart[40];

	if (!leg->stated)
		return;
	money_text(stated, leg->stated_nanos, leg->stated_currency);
	SAY(s, "Источник %s сам называет %s %s", "Its source %s itself says "
	    "%s %s", leg->source, stated, leg->stated_currency);
	if (rated && strcmp(leg->currency, leg->stated_currency)) {
		SAY(s, ": другая валюта, не сравнить.\n",
		    ": another currency, not to be compared.\n");
		return;
	}
	if (rated && __builtin_sub_overflow(leg->stated_nanos,
					    leg->cost_nanos, &more))
		more = INT64_MAX;
	money_text(apart, more < 0 ? -more : more, leg->stated_currency);
	if (!rated)
		SAY(s, ".\n", ".\n");
	else if (!more)
		SAY(s, ": столько же.\n", ": the same.\n");
	else if (more > 0)
		SAY(s, ": больше начисленного, разница %s.\n",
		    ": %s more.\n", apart);
	else
		SAY(s, ": меньше начисленного, разница %s.\n",
		    ": %s less.\n", apart);
}

static tw_status say_leg(struct story *s, tw_store *store, tw_error *err)
{
	const struct leg *leg = s->leg;
	const int64_t range[2] = { leg->answer, leg->answer };

	SAY(s, "Звонок %s, плечо %lld", "Call %s, leg %lld", s->call_id,
	    (long long)(leg->leg == TW_LEG_FORWARDED ? 2 : leg->leg));
	if (*leg->carrier)
		SAY(s, ", оператор %s", ", carrier %s", leg->carrier);
	if (leg->state == TW_STATE_RATED)
		return tw__rate_again(store, range, 0, say_charge, s, err);
	if (leg->state == TW_STATE_UNRATED)
		SAY(s, ": без цены (%s).\n", ": without a price (%s).\n",
		    reason_text(s, leg->reason));
	else
		SAY(s, ": не оплачивается (%s).\n", ": free (%s).\n",
		    reason_text(s, leg->reason));
	return TW_OK;
}

static tw_status tell(struct story *s, tw_store *store, tw_error *err)
{
	tw_status status = find_legs(s, store, err);

	for (size_t i = 0; i < s->count && !status; i++) {
		s->leg = &s->legs[i];
		status = say_leg(s, store, err);
		if (!status)
			say_stated(s);
	}
	if (!status && s->buf.failed)
		status = tw__fail_oom(err);
	return status;
}

tw_status tw_call_explain(char **out, tw_store *store, const char *call_id,
			  const char *lang, tw_error *err)
{
	struct story story = { .call_id = call_id, .lang = lang };
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !call_id || !lang)
		return tw__fail(err, TW_EINVAL, "a store, a call and a "
				"language are wanted");
	if (strcmp(lang, "ru") && strcmp(lang, "en"))
		return tw__fail_at(err, TW_EINVAL, 0, "lang", "'%.20s' is not "
				   "spoken here; write ru or en", lang);
	story.ru = !strcmp(lang, "ru");
	tw__buf_init(&story.buf);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = tell(&story, store, err);
		tw__read_leave(&tx, store);
	}
	tw_free(story.legs);
	if (!status) {
		*out = tw__buf_take(&story.buf);
		if (!*out)
			status = tw__fail_oom(err);
	}
	tw__buf_free(&story.buf);
	return status;
}
