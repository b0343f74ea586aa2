/**
 * @file src/rating/explain.c  A charge in words
 *
 * Decides how an accountant reads a charge: which row of the sheet, why not
 * a longer prefix, the seconds, the increments, the product, the rounding.
 * Refuses to compute: each number comes from the code that charges, so that
 * the words cannot differ from the bill.
 */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#define SKIPPED_MAX 12u

struct when { char text[48]; };

/* Midnights are what sheets say, so they are shown as the day alone. */
static struct when day_text(const struct tw_explain *e, tw_time t)
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

static struct when time_text(const struct tw_explain *e, tw_time t)
{
	struct when w = { "" };

	if (tw_time_format(w.text, sizeof(w.text), t, e->deck->zone, NULL))
		strcpy(w.text, "?");

	return w;
}

static const char *direction_text(const struct tw_explain *e,
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

static void say_call(struct tw_explain *e)
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
	if (tw__is_attempt(q))
		SAY(e, ", без ответа, %s (%s).\n",
		    ", not answered, %s (%s).\n", at.text,
		    tw_zone_name(e->deck->zone));
	else
		SAY(e, ", ответ %s (%s).\n", ", answered %s (%s).\n",
		    at.text, tw_zone_name(e->deck->zone));
}

void tw__say_place(struct tw_explain *e, const struct tw_rate_row *row)
{
	const struct tw_rate_note *note = tw__note_of(e->deck, row);
	const tw_document *document = note->document <
		e->deck->document_count ?
		&e->deck->documents[note->document] : NULL;

	if (note->line <= 0)
		return;
	if (!document || !document->name[0]) {
		SAY(e, ", строка %lld тарифа", ", line %lld of the sheet",
		    (long long)note->line);
		return;
	}
	SAY(e, ", строка %lld файла %s", ", line %lld of %s",
	    (long long)note->line, document->name);
	if (document->version)
		SAY(e, " (версия тарифа %lld)", " (tariff version %lld)",
		    (long long)document->version);
}

static void say_relation(struct tw_explain *e, uint32_t relation)
{
	switch (relation) {

	case TW_RELATION_SAME_CITY:
		SAY(e, ", внутри города", ", within one city");
		break;
	case TW_RELATION_SAME_REGION:
		SAY(e, ", внутри региона", ", within one region");
		break;
	case TW_RELATION_OTHER:
		SAY(e, ", между регионами", ", between regions");
		break;
	default:
		break;
	}
}

static void say_line(struct tw_explain *e, const struct tw_rate_row *row)
{
	char prefix[TW_PREFIX_DIGITS + 1], caller[TW_PREFIX_DIGITS + 1];
	const char *name = e->deck->texts +
		tw__note_of(e->deck, row)->destination;

	tw__prefix_unpack(prefix, row->prefix);
	tw__prefix_unpack(caller, row->caller);
	SAY(e, "Префикс %s", "Prefix %s", prefix);
	if (name[0])
		SAY(e, " «%s»", " \"%s\"", name);
	tw__say_place(e, row);
	if (caller[0])
		SAY(e, ", для звонков с %s...", ", for callers %s...",
		    caller);
	say_relation(e, row->relation);
	if (row->band)
		SAY(e, ", полоса «%s»", ", band \"%s\"",
		    e->deck->bands[row->band - 1].name);
	if (row->from_s)
		SAY(e, ", с %u-й секунды", ", from second %u on",
		    row->from_s);
}

static void say_validity(struct tw_explain *e, const struct tw_rate_row *row)
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

static bool serves(const struct tw_explain *e, uint32_t direction)
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

static bool fits_caller(const struct tw_explain *e, uint64_t prefix)
{
	size_t length = tw__prefix_length(prefix);

	return length <= e->q->caller_length &&
		tw__prefix_head(e->q->caller, length) == prefix;
}

static bool fits_relation(const struct tw_explain *e, uint32_t relation)
{
	uint8_t list[3];
	uint32_t n = tw__relations_of(list, e->q->relation);

	for (uint32_t i = 0; i < n; i++) {
		if (list[i] == relation)
			return true;
	}

	return false;
}

static void say_skipped(struct tw_explain *e, const struct tw_rate_row *row)
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
	else if (!fits_relation(e, row->relation)) {
		SAY(e, ": регионы звонящего и вызываемого другие или "
		    "неизвестны.\n", ": the regions of caller and callee are "
		    "others or unknown.\n");
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
static void say_skipped_rows(struct tw_explain *e)
{
	const tw_deck *deck = e->deck;
	uint32_t told = 0, more = 0;
	uint32_t at = tw__prefix_longest(deck->prefixes, e->q->number,
					 e->q->number_length);

	for (; at != TW_PREFIX_NONE;
	     at = tw__prefix_shorter(deck->prefixes, at)) {
		const struct tw_rate_row *row = &deck->rows[at];

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

static void say_no_price(struct tw_explain *e)
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

/* What a row prices has no price all the same while the rate of exchange of
 * its day is not known. */
static tw_status say_sum(struct tw_explain *e, const struct tw_price *price,
			 tw_error *err)
{
	const tw_tariff_rules *rules = &e->deck->rules;
	struct tw_sum sum;
	tw_status status = tw__sum(&sum, e->deck, e->q, price, NULL);

	if (!status)
		tw__say_sum(e, &sum, price);
	else if (status == TW_ENOPRICE)
		SAY(e, "Курс %s к %s на этот день неизвестен: цены нет, и это "
		    "не ноль.\n", "No rate from %s to %s is known for that "
		    "day: there is no price, and that is not zero.\n",
		    rules->currency, rules->convert_to);
	else
		return tw__sum(&sum, e->deck, e->q, price, err);

	return TW_OK;
}

static tw_status say_price(struct tw_explain *e, const struct tw_price *price,
			   tw_error *err)
{
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

	return say_sum(e, price, err);
}

static tw_status say_stated(struct tw_explain *e, tw_error *err)
{
	const char *source = e->deck->rules.stated_by;

	say_call(e);
	if (e->q->flags & TW_RATING_STATED || tw__is_attempt(e->q))
		return say_sum(e, NULL, err);
	SAY(e, "Цен в тарифе нет: звонок стоит столько, сколько назвала его "
	    "запись из источника %s. Без неё стоимость неизвестна, и это не "
	    "ноль.\n", "The tariff has no prices: a call costs what its "
	    "record of source %s states. Without one the cost is unknown, "
	    "and that is not zero.\n", source);

	return TW_OK;
}

static tw_status say_all(struct tw_explain *e, tw_error *err)
{
	struct tw_price price;

	if (e->q->direction == TW_DIRECTION_INTERNAL) {
		SAY(e, "Внутренний звонок: ничего не стоит.\n",
		    "Internal call: it costs nothing.\n");
		return TW_OK;
	}
	if (tw__is_stated(&e->deck->rules))
		return say_stated(e, err);
	if (tw__is_attempt(e->q) && e->q->direction == TW_DIRECTION_INBOUND) {
		SAY(e, "Входящий звонок без ответа ничего не стоит.\n",
		    "An inbound call that was not answered costs nothing.\n");
		return TW_OK;
	}
	if (tw__is_attempt(e->q)) {
		say_call(e);
		return say_sum(e, NULL, err);
	}
	if (tw__deck_find(&price, e->deck, e->q))
		e->row = price.base;
	say_call(e);
	if (e->row)
		return say_price(e, &price, err);
	say_no_price(e);

	return TW_OK;
}

tw_status tw_rating_explain(char **out, const tw_deck *deck,
			    const tw_rating_request *request,
			    const char *lang, tw_error *err)
{
	struct tw_explain e = { .deck = deck };
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
