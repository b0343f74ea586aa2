/**
 * @file src/rating/explain.c  A charge in words
 *
 * Decides how an accountant reads a charge: which row of the sheet, why not
 * a longer prefix, the seconds, the increments, the product, the rounding.
 * Refuses to compute: each number comes from the code that charges, so that
 * the words cannot differ from the bill.
 *
 * Both languages stand side by side as literals. A table of formats would be
 * the usual way, but then no compiler holds arguments against them.
 */
#include "deck.h"

#include <stdio.h>
#include <string.h>

#define SKIPPED_MAX 12u

struct explain {
	struct tw_buf buf;
	const tw_deck *deck;
	const struct tw_question *q;
	const struct tw_row *row;       /* NULL: no price */
	bool ru;
};

#define SAY(e, ru_text, en_text, ...) \
	((void)((e)->ru ? \
		tw__buf_printf(&(e)->buf, ru_text, ##__VA_ARGS__) : \
		tw__buf_printf(&(e)->buf, en_text, ##__VA_ARGS__)))

struct amount { char text[40]; };
struct when { char text[48]; };

static struct amount amount(int64_t nanos, uint32_t decimals)
{
	struct amount a = { "" };

	if (tw_decimal_format(a.text, sizeof(a.text), nanos, decimals, NULL))
		strcpy(a.text, "?");

	return a;
}

static struct amount shortest(int64_t nanos)
{
	return amount(nanos, TW_DECIMALS_SHORTEST);
}

static struct amount duration_text(int64_t duration_us)
{
	struct amount a;
	char *end;

	snprintf(a.text, sizeof(a.text), "%lld.%06lld",
		 (long long)(duration_us / TW_SECOND),
		 (long long)(duration_us % TW_SECOND));
	end = a.text + strlen(a.text);
	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';

	return a;
}

/* Midnights are what sheets say, so they are shown as the day alone. */
static struct when day_text(const struct explain *e, tw_time t)
{
	struct when w = { "" };
	tw_civil c;

	tw_zone_local(&c, e->deck->zone, t);
	if (!c.hour && !c.minute && !c.second && !c.microsecond)
		snprintf(w.text, sizeof(w.text), "%04d-%02d-%02d",
			 (int)c.year, (int)c.month, (int)c.day);
	else if (tw_time_format(w.text, sizeof(w.text), t, e->deck->zone,
				NULL))
		strcpy(w.text, "?");

	return w;
}

static struct when time_text(const struct explain *e, tw_time t)
{
	struct when w = { "" };

	if (tw_time_format(w.text, sizeof(w.text), t, e->deck->zone, NULL))
		strcpy(w.text, "?");

	return w;
}

static const char *direction_text(const struct explain *e,
				  uint32_t direction)
{
	switch (direction) {

	case TW_DIRECTION_OUTBOUND:
		return e->ru ? "исходящих" : "outbound";
	case TW_DIRECTION_INBOUND:
		return e->ru ? "входящих" : "inbound";
	case TW_DIRECTION_FORWARD:
		return e->ru ? "переадресованных" : "forwarded";
	default:
		return e->ru ? "исходящих и переадресованных"
			     : "outbound and forwarded";
	}
}

static void say_call(struct explain *e)
{
	const struct tw_question *q = e->q;
	struct when at = time_text(e, q->at);

	switch (q->direction) {

	case TW_DIRECTION_INBOUND:
		SAY(e, "Входящий звонок на %s", "Inbound call to %s",
		    q->number);
		break;
	case TW_DIRECTION_FORWARD:
		SAY(e, "Переадресация на %s", "Call forwarded to %s",
		    q->number);
		break;
	default:
		SAY(e, "Исходящий звонок на %s", "Outbound call to %s",
		    q->number);
		break;
	}
	if (q->caller_length)
		SAY(e, " с номера %s", " from %s", q->caller);
	SAY(e, ", ответ %s (%s).\n", ", answered %s (%s).\n", at.text,
	    tw_zone_name(e->deck->zone));
}

static void say_line(struct explain *e, const struct tw_row *row)
{
	char prefix[TW_PREFIX_DIGITS + 1], caller[TW_PREFIX_DIGITS + 1];
	const char *name = e->deck->texts + row->destination;

	tw__prefix_unpack(prefix, row->prefix);
	tw__prefix_unpack(caller, row->caller);
	SAY(e, "Префикс %s", "Prefix %s", prefix);
	if (name[0])
		SAY(e, " «%s»", " \"%s\"", name);
	if (row->line > 0)
		SAY(e, ", строка %lld тарифа", ", line %lld of the sheet",
		    (long long)row->line);
	if (caller[0])
		SAY(e, ", для звонков с %s...", ", for callers %s...",
		    caller);
}

static void say_validity(struct explain *e, const struct tw_row *row)
{
	struct when from = { "" }, to = { "" };

	if (row->from != TW_TIME_MIN)
		from = day_text(e, row->from);
	if (row->to != TW_TIME_MAX)
		to = day_text(e, row->to);
	if (from.text[0])
		SAY(e, ", действует с %s", ", in force from %s", from.text);
	else
		SAY(e, ", действует", ", in force");
	if (to.text[0])
		SAY(e, " до %s (не включая)", " until %s (excluded)",
		    to.text);
	else
		SAY(e, " бессрочно", " without end");
}

static bool serves(const struct explain *e, uint32_t direction)
{
	struct tw_tables tables = tw__tables_of(e->q->direction);
	bool own = e->row && tables.passes > 1 &&
		e->row->direction == TW_DIRECTION_FORWARD;

	for (uint32_t p = 0; p < (own ? 1 : tables.passes); p++) {
		for (uint32_t d = 0; d < tables.count[p]; d++) {
			if (tables.direction[p][d] == direction)
				return true;
		}
	}

	return false;
}

static bool fits_caller(const struct explain *e, uint64_t prefix)
{
	size_t length = tw__prefix_length(prefix);

	return length <= e->q->caller_length &&
		tw__prefix_head(e->q->caller, length) == prefix;
}

static void say_skipped(struct explain *e, const struct tw_row *row)
{
	struct when day;

	say_line(e, row);
	if (!serves(e, row->direction)) {
		SAY(e, ": только для %s звонков.\n",
		    ": only for %s calls.\n",
		    direction_text(e, row->direction));
	}
	else if (!fits_caller(e, row->caller)) {
		SAY(e, ": номер звонящего другой или неизвестен.\n",
		    ": the caller is another one or unknown.\n");
	}
	else if (e->q->at < row->from) {
		day = day_text(e, row->from);
		SAY(e, ": ещё не действует, только с %s.\n",
		    ": not yet in force, only from %s.\n", day.text);
	}
	else if (e->q->at >= row->to) {
		day = day_text(e, row->to);
		SAY(e, ": уже не действует, срок вышел %s.\n",
		    ": no longer in force, it ended %s.\n", day.text);
	}
	else {
		SAY(e, ": код закрыт, спрашивается более короткий.\n",
		    ": the code is ended, a shorter one is asked.\n");
	}
}

/* Rows of longer prefixes that did not serve: the first question about a
 * charge is why it is not the other line. */
static void say_skipped_rows(struct explain *e)
{
	const tw_deck *deck = e->deck;
	uint32_t told = 0, more = 0;
	uint32_t at = tw__prefix_longest(deck->prefixes, e->q->number,
					 e->q->number_length);

	for (; at != TW_PREFIX_NONE;
	     at = tw__prefix_shorter(deck->prefixes, at)) {
		const struct tw_row *row = &deck->rows[at];

		if (e->row && row->prefix == e->row->prefix)
			break;
		for (uint32_t i = 0; i < deck->rows[at].alike; i++, row++) {
			if (told == SKIPPED_MAX) {
				more++;
				continue;
			}
			say_skipped(e, row);
			told++;
		}
	}
	if (more)
		SAY(e, "... и ещё строк: %u.\n", "... and %u rows more.\n",
		    more);
}

static void say_no_price(struct explain *e)
{
	say_skipped_rows(e);
	if (tw__prefix_longest(e->deck->prefixes, e->q->number,
			       e->q->number_length) == TW_PREFIX_NONE)
		SAY(e, "В тарифе нет ни одного префикса этого номера.\n",
		    "The sheet has no prefix of this number.\n");
	SAY(e, "Цены нет: ни одна строка не действует для этого звонка. "
	    "Это не ноль, стоимость неизвестна.\n",
	    "No price: no row is in force for this call. That is not zero, "
	    "the cost is unknown.\n");
}

static void say_seconds(struct explain *e, const struct tw_sum *sum)
{
	struct amount talk = duration_text(e->q->duration_us);
	const char *rule;

	switch (e->deck->rules.seconds) {

	case TW_SECONDS_CEIL:
		rule = e->ru ? "начатая секунда считается целой"
			     : "a begun second counts whole";
		break;
	case TW_SECONDS_FLOOR:
		rule = e->ru ? "неполная секунда не считается"
			     : "an unfinished second does not count";
		break;
	default:
		rule = e->ru ? "до ближайшей секунды"
			     : "to the nearest second";
		break;
	}
	SAY(e, "Разговор %s с, учтено %lld с (%s).\n",
	    "Duration %s s, counted as %lld s (%s).\n", talk.text,
	    (long long)sum->seconds, rule);
}

static void say_increments(struct explain *e, const struct tw_sum *sum)
{
	const struct tw_row *row = e->row;

	SAY(e, "Шаг тарификации %u/%u: первые %lld с целиком",
	    "Increments %u/%u: the first %lld s whole", row->first_inc_s,
	    row->next_inc_s, (long long)sum->initial_s);
	if (sum->steps)
		SAY(e, ", затем %lld x %u с", ", then %lld x %u s",
		    (long long)sum->steps, row->next_inc_s);
	SAY(e, "; к оплате %lld с.\n", "; %lld s are charged.\n",
	    (long long)sum->charged_s);
}

static void say_product(struct explain *e, const struct tw_sum *sum)
{
	const struct tw_row *row = e->row;
	const char *currency = e->deck->rules.currency;
	const char *rest = sum->exact_to_nano ? "" : "...";
	struct amount price = shortest(row->price_nanos);
	struct amount fee = shortest(row->connect_fee_nanos);
	struct amount exact = shortest(sum->exact_nanos);
	struct amount product = shortest(sum->exact_nanos -
					 row->connect_fee_nanos);

	SAY(e, "%s %s за минуту x %lld с / 60 = %s%s %s.\n",
	    "%s %s a minute x %lld s / 60 = %s%s %s.\n", price.text,
	    currency, (long long)sum->charged_s, product.text, rest,
	    currency);
	if (row->connect_fee_nanos)
		SAY(e, "Плата за соединение %s %s, один раз; вместе %s%s "
		    "%s.\n", "Connection fee %s %s, once; together %s%s "
		    "%s.\n", fee.text, currency, exact.text, rest, currency);
}

static const char *rounding_text(const struct explain *e)
{
	switch (e->deck->rules.rounding) {

	case TW_ROUND_UP:
		return e->ru ? "вверх" : "up";
	case TW_ROUND_DOWN:
		return e->ru ? "вниз" : "down";
	case TW_ROUND_HALF_UP:
		return e->ru ? "к ближайшему, половина вверх" : "half up";
	default:
		return e->ru ? "к ближайшему, половина к чётному"
			     : "half to even";
	}
}

static void say_cost(struct explain *e, const struct tw_sum *sum)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	const char *currency = rules->currency;
	struct amount cost = amount(sum->cost_nanos, rules->decimals);
	struct amount net = amount(sum->net_nanos, rules->decimals);
	struct amount vat = amount(sum->vat_nanos, rules->decimals);
	struct amount percent = shortest(rules->vat_percent_nanos);

	SAY(e, "Округление один раз, %s, знаков: %u. Стоимость %s %s",
	    "Rounded once, %s, to %u decimals. Cost %s %s",
	    rounding_text(e), rules->decimals, cost.text, currency);
	if (rules->vat == TW_VAT_NET)
		SAY(e, " без НДС; НДС %s %% сверху: %s %s.\n",
		    " without VAT; VAT %s %% on top: %s %s.\n",
		    percent.text, vat.text, currency);
	else
		SAY(e, " с НДС; в том числе НДС %s %%: %s %s, без НДС %s "
		    "%s.\n", " with VAT; VAT %s %% within: %s %s, without "
		    "%s %s.\n", percent.text, vat.text, currency, net.text,
		    currency);
}

static void say_sum(struct explain *e, const struct tw_sum *sum)
{
	say_seconds(e, sum);
	if (!sum->seconds) {
		SAY(e, "Ноль секунд ничего не стоит, и плата за соединение "
		    "не берётся. Стоимость 0 %s.\n", "Zero seconds cost "
		    "nothing, and no connection fee is due. Cost 0 %s.\n",
		    e->deck->rules.currency);
		return;
	}
	say_increments(e, sum);
	say_product(e, sum);
	say_cost(e, sum);
}

static tw_status say_row(struct explain *e, tw_error *err)
{
	struct tw_sum sum;
	tw_status status;

	say_skipped_rows(e);
	say_line(e, e->row);
	say_validity(e, e->row);
	SAY(e, ".\n", ".\n");
	if (e->row->status == TW_RATE_BLOCKED) {
		SAY(e, "Направление закрыто (blocked): оператор его не "
		    "обслуживает, цены нет.\n", "The code is blocked: the "
		    "carrier does not serve it, there is no price.\n");
		return TW_OK;
	}
	status = tw__sum(&sum, e->deck, e->row, e->q->duration_us, err);
	if (!status)
		say_sum(e, &sum);

	return status;
}

static tw_status say_all(struct explain *e, tw_error *err)
{
	if (e->q->direction == TW_DIRECTION_INTERNAL) {
		SAY(e, "Внутренний звонок: ничего не стоит.\n",
		    "Internal call: it costs nothing.\n");
		return TW_OK;
	}
	e->row = tw__deck_find(e->deck, e->q);
	say_call(e);
	if (e->row)
		return say_row(e, err);
	say_no_price(e);

	return TW_OK;
}

tw_status tw_rating_explain(char **out, const tw_deck *deck,
			    const tw_rating_request *request,
			    const char *lang, tw_error *err)
{
	struct explain e = { .deck = deck };
	struct tw_question q;
	tw_status status;
	char *text;

	if (!out || !deck || !lang)
		return tw__fail(err, TW_EINVAL, "no deck, no language or no "
				"place for the words");
	e.ru = !strcmp(lang, "ru");
	if (!e.ru && strcmp(lang, "en"))
		return tw__fail_at(err, TW_EINVAL, 0, "lang",
				   "no such language; write ru or en");
	status = tw__question_read(&q, request, err);
	if (status)
		return status;

	e.q = &q;
	tw__buf_init(&e.buf);
	status = say_all(&e, err);
	text = status ? NULL : tw__buf_take(&e.buf);
	tw__buf_free(&e.buf);
	if (status)
		return status;
	if (!text)
		return tw__fail_oom(err);
	*out = text;

	return TW_OK;
}
