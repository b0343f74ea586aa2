/**
 * @file src/rating/rate.c  What one call costs
 *
 * Decides whether a question can be asked and puts row, seconds and money
 * together into a charge. Refuses to know whose expense it is and any clock.
 */
#include "deck.h"

#include <string.h>

#define USED_MAX_S  (INT64_MAX / 4)
#define YEAR_MIN_US (-62135596800 * TW_SECOND)   /* 0001-01-01 */
#define YEAR_MAX_US (253402300799 * TW_SECOND)   /* 9999-12-31 */

static tw_status read_digits(size_t *length, const char *text,
			     const char *field, tw_error *err)
{
	size_t n = 0;

	while (text[n] >= '0' && text[n] <= '9')
		n++;
	if (text[n])
		return tw__fail_at(err, TW_EINVAL, 0, field, "a number is "
			"digits only; normalise it first, and leave out a "
			"hidden caller");
	*length = n;

	return TW_OK;
}

static tw_status check_numbers(const tw_rating_request *r, tw_error *err)
{
	if (r->direction < TW_DIRECTION_OUTBOUND ||
	    r->direction > TW_DIRECTION_INTERNAL)
		return tw__fail_at(err, TW_EINVAL, 0, "direction", "a call "
			"is outbound, inbound, forward or internal");
	if (r->relation > TW_RELATION_OTHER)
		return tw__fail_at(err, TW_EINVAL, 0, "relation",
				   "no such relation");
	if (r->flags & ~(TW_RATING_UNANSWERED | TW_RATING_STATED))
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
				   "0x%x is unknown", r->flags);
	if (r->duration_us < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "duration",
				   "a call lasts 0 or more");
	if (r->duration_us > TW_DURATION_MAX_S * TW_SECOND)
		return tw__fail_at(err, TW_ERANGE, 0, "duration",
				   "a call lasts at most 10^9 seconds");
	if (r->answer < YEAR_MIN_US || r->answer > YEAR_MAX_US)
		return tw__fail_at(err, TW_ERANGE, 0, "answer",
				   "a call lies within the years 1 to 9999");
	if (r->bundle_left_s < 0 || r->used_s < 0 || r->exchange_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "used",
			"bundle_left_s, used_s and exchange are 0 or more");
	if (r->flags & TW_RATING_STATED && r->stated_nanos < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "stated", "a stated "
			"cost is 0 or more; less is no charge");
	if (r->used_s > USED_MAX_S)
		return tw__fail_at(err, TW_EINVAL, 0, "used",
				   "used_s is more than any month has");

	return TW_OK;
}

tw_status tw__question_read(struct tw_question *out,
			    const tw_rating_request *request, tw_error *err)
{
	struct tw_question q = { 0 };
	tw_rating_request r;
	tw_status status;

	status = tw__import(&r, sizeof(r), request, err);
	if (!status)
		status = check_numbers(&r, err);
	if (status)
		return status;
	if (!r.number || !r.number[0])
		return tw__fail_at(err, TW_EINVAL, 0, "number",
				   "no number to look up");
	status = read_digits(&q.number_length, r.number, "number", err);
	if (!status && r.caller)
		status = read_digits(&q.caller_length, r.caller, "caller",
				     err);
	if (status)
		return status;

	q.number = r.number;
	q.caller = r.caller;
	q.direction = r.direction;
	q.relation = r.relation;
	q.flags = r.flags;
	q.at = r.answer;
	q.duration_us = r.duration_us;
	q.bundle_left_s = r.bundle_left_s;
	q.used_s = r.used_s;
	q.exchange_nanos = r.exchange_nanos;
	q.stated_nanos = r.stated_nanos;
	/* A bundle or tier is for calls that we make. */
	if (r.direction == TW_DIRECTION_INBOUND)
		q.bundle_left_s = 0;
	*out = q;

	return TW_OK;
}

static tw_status fail_unstated(const struct tw_deck *deck, tw_error *err)
{
	return tw__fail_at(err, TW_ENOPRICE, 0, "stated", "no price but what "
			   "a record of %.63s states that the call cost",
			   deck->rules.stated_by);
}

/* tw__deck_find(), or why there is no price. */
static tw_status find_priced(struct tw_price *out, const struct tw_deck *deck,
			     const struct tw_question *q, tw_error *err)
{
	if (tw__is_stated(&deck->rules))
		return fail_unstated(deck, err);
	if (!tw__deck_find(out, deck, q))
		return tw__fail_at(err, TW_ENOPRICE, 0, "number", "no %s "
			"price in force for %.31s at that time; import a "
			"sheet with its prefix",
			tw_direction_name(q->direction), q->number);
	if (out->base->status == TW_RATE_BLOCKED)
		return tw__fail_at(err, TW_EREFUSED,
			tw__note_of(deck, out->base)->line, "status",
			"%.31s is blocked by the sheet%s%s: the carrier does "
			"not serve it", q->number, out->base->relation ?
			" for calls marked " : "", out->base->relation ?
			tw_relation_name(out->base->relation) : "");

	return TW_OK;
}

bool tw__is_attempt(const struct tw_question *q)
{
	return q->flags & TW_RATING_UNANSWERED;
}

static tw_money money(const char currency[4], int64_t nanos)
{
	tw_money m = { nanos, "" };

	memcpy(m.currency, currency, sizeof(m.currency));

	return m;
}

static void describe(tw_charge *charge, const tw_deck *deck,
		     const struct tw_rate_row *row)
{
	const struct tw_rate_note *note = tw__note_of(deck, row);
	const char *text = deck->texts + note->destination;

	charge->rate_index = note->index;
	charge->line = note->line;
	charge->document = note->document;
	charge->relation = row->relation;
	tw__prefix_unpack(charge->prefix, row->prefix);
	memcpy(charge->destination, text, strlen(text) + 1);
}

static void fill(tw_charge *charge, const tw_deck *deck,
		 const struct tw_sum *sum)
{
	const tw_tariff_rules *rules = &deck->rules;

	charge->cost = money(rules->currency, sum->cost_nanos);
	charge->net = money(rules->currency, sum->net_nanos);
	charge->vat = money(rules->currency, sum->vat_nanos);
	charge->exact_nanos = sum->exact.nanos;
	charge->seconds = sum->seconds;
	charge->charged_s = sum->charged_s;
	charge->bundle_s = sum->bundle_s;
	charge->paid_s = sum->paid_s;
	if (!rules->convert_to[0])
		return;
	charge->converted = money(rules->convert_to, sum->converted_nanos);
	charge->converted_net = money(rules->convert_to,
				      sum->converted_net_nanos);
	charge->converted_vat = money(rules->convert_to,
				      sum->converted_vat_nanos);
}

tw_status tw__rate(struct tw_sum *sum, const struct tw_rate_row **row,
		   const tw_deck *deck, const struct tw_question *q,
		   tw_error *err)
{
	struct tw_price price;
	tw_status status;

	*row = NULL;
	if (tw__is_stated(&deck->rules) && q->flags & TW_RATING_STATED &&
	    q->direction != TW_DIRECTION_INTERNAL)
		return tw__sum(sum, deck, q, NULL, err);
	if (q->direction == TW_DIRECTION_INTERNAL ||
	    (tw__is_attempt(q) && q->direction == TW_DIRECTION_INBOUND)) {
		*sum = (struct tw_sum){ .attempt = tw__is_attempt(q),
			.seconds = tw__count_seconds(q->duration_us,
						     deck->rules.seconds) };
		return TW_OK;
	}
	if (tw__is_attempt(q))
		return tw__sum(sum, deck, q, NULL, err);
	status = find_priced(&price, deck, q, err);
	if (status)
		return status;
	*row = price.base;
	status = tw__sum(sum, deck, q, &price, err);

	if (status == TW_ERANGE)
		(void)tw__error_place(err, tw__note_of(deck, price.base)->line,
				      NULL);

	return status;
}

tw_status tw_rating_rate(tw_charge *out, const tw_deck *deck,
			 const tw_rating_request *request, tw_error *err)
{
	tw_charge charge = TW_CHARGE_INIT;
	const struct tw_rate_row *row;
	struct tw_question q;
	struct tw_sum sum;
	tw_status status;

	if (!out || !deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask or no place "
				"for the charge");
	status = tw__question_read(&q, request, err);
	if (!status)
		status = tw__rate(&sum, &row, deck, &q, err);
	if (status)
		return status;

	charge.rate_index = TW_RATE_NONE;
	fill(&charge, deck, &sum);
	if (row)
		describe(&charge, deck, row);

	return tw__export(out, &charge, sizeof(charge), err);
}

tw_status tw_rating_lookup(uint64_t *out_rate_index, const tw_deck *deck,
			   const tw_rating_request *request, tw_error *err)
{
	struct tw_price price;
	struct tw_question q;
	tw_status status;

	if (!out_rate_index || !deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask or no place "
				"for the answer");
	status = tw__question_read(&q, request, err);
	if (status)
		return status;
	if (q.direction == TW_DIRECTION_INTERNAL) {
		*out_rate_index = TW_RATE_NONE;
		return TW_OK;
	}
	status = find_priced(&price, deck, &q, err);
	if (status)
		return status;
	*out_rate_index = tw__note_of(deck, price.base)->index;

	return TW_OK;
}

/* ---- the runs, one by one ---- */

struct picking {
	const struct tw_deck *deck;
	size_t left;            /* runs before the wanted one */
	bool found;
	tw_span span;
};

static bool pick(void *arg, const struct tw_run *run)
{
	struct picking *picking = arg;
	const struct tw_deck *deck = picking->deck;
	const struct tw_rate_note *note = tw__note_of(deck, run->row);
	tw_span *span = &picking->span;
	struct tw_exact amount;

	if (picking->left--)
		return true;
	tw__run_amount(&amount, &deck->rules, run);
	span->increment_s = run->increment_s;
	span->count = run->count;
	span->from_s = run->from_s;
	span->seconds = run->count * run->piece_s;
	span->price_nanos = run->row->price_nanos;
	span->band_ppm = run->band_ppm;
	span->tier_ppm = run->tier_ppm;
	span->in_bundle = run->bundle;
	span->document = note->document;
	span->exact_nanos = amount.nanos;
	span->line = note->line;
	span->rate_index = note->index;
	if (deck->band_count)
		strcpy(span->band, deck->bands[run->band].name);
	picking->found = true;

	return false;
}

tw_status tw_rating_span(tw_span *out, const tw_deck *deck,
			 const tw_rating_request *request, size_t index,
			 tw_error *err)
{
	struct picking picking = { .deck = deck, .left = index,
		.span = TW_SPAN_INIT };
	struct tw_price price;
	struct tw_question q;
	struct tw_sum sum;
	tw_status status;

	if (!out || !deck)
		return tw__fail(err, TW_EINVAL, "no deck to ask or no place "
				"for the span");
	status = tw__question_read(&q, request, err);
	if (status)
		return status;
	if (q.direction == TW_DIRECTION_INTERNAL || tw__is_attempt(&q) ||
	    (tw__is_stated(&deck->rules) && q.flags & TW_RATING_STATED))
		return TW_ITER_END;
	status = find_priced(&price, deck, &q, err);
	if (!status)
		status = tw__sum(&sum, deck, &q, &price, err);
	if (status)
		return status;
	if (!sum.free)
		tw__walk(deck, &q, &price, sum.counted_s, pick, &picking);

	return picking.found ? tw__export(out, &picking.span,
					  sizeof(picking.span), err)
			     : TW_ITER_END;
}
