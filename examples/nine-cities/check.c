/**
 * @file check.c  Did every call end as it must, and do the books agree
 */
#include <stdarg.h>
#include <string.h>
#include "check.h"

struct checker {
	const struct cast *cast;
	const struct script_call *call;
	unsigned index;
	unsigned mismatches;
};


static void mismatch(struct checker *c, const char *fmt, ...)
{
	const struct cast_city *city = &c->cast->cities[c->call->city];
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	c->mismatches++;
	(void)re_fprintf(stderr, "mismatch: call %u (%s, %s, %s): %s\n",
			 c->index, script_kind_name(c->call->kind),
			 city->department, c->call->number, what);
}


/* ---- calls against their script ---- */

static int64_t talked(const struct talk_result *result)
{
	return result->answer ? result->end - result->answer : 0;
}


static const struct witness *who_answered(struct checker *c,
					  const struct fact *fact)
{
	const struct witness *found = NULL;
	struct le *le;

	for (le = fact->witnesses.head; le; le = le->next) {
		const struct witness *witness = le->data;

		if (!witness->done)
			mismatch(c, "%s was never told that it ended",
				 script_place_name(witness->place));
		if (!witness->result.answer)
			continue;
		if (found)
			mismatch(c, "answered twice: by %s and by %s",
				 script_place_name(found->place),
				 script_place_name(witness->place));
		found = witness;
	}

	return found;
}


static void check_answer(struct checker *c, const struct fact *fact)
{
	const struct script_call *call = c->call;
	const struct witness *by = who_answered(c, fact);
	const enum place place = by ? by->place : PLACE_NONE;

	if (place != call->place)
		mismatch(c, "answered by %s, must be by %s",
			 script_place_name(place),
			 script_place_name(call->place));
	if (!by || place != call->place)
		return;
	if (call->phone_expected >= 0 && by->phone != call->phone_expected)
		mismatch(c, "answered by phone %d of the pool, must be %d",
			 by->phone, call->phone_expected);
	if (by->carrier != call->paid_carrier)
		mismatch(c, "went by carrier %d, must be %d", by->carrier,
			 call->paid_carrier);
	if (talked(&by->result) != call->talk_us ||
	    talked(&fact->result) != call->talk_us)
		mismatch(c, "talked %lli us at one end, %lli at the other, "
			 "must be %lli", talked(&by->result),
			 talked(&fact->result), call->talk_us);
}


static void check_code(struct checker *c, const struct fact *fact)
{
	const uint16_t code = fact->result.code;
	const uint16_t want = c->call->code_expected;

	if (want ? code != want : code < 400)
		mismatch(c, "ended with %u, must be %s%u", code,
			 want ? "" : "a refusal, at least ",
			 want ? want : 400u);
}


static unsigned count_at(const struct fact *fact, enum place place)
{
	unsigned n = 0;
	struct le *le;

	for (le = fact->witnesses.head; le; le = le->next)
		n += ((struct witness *)le->data)->place == place;

	return n;
}


/* What the way must have been, where the answer alone does not tell. */
static void check_way(struct checker *c, const struct fact *fact)
{
	const enum kind kind = c->call->kind;
	const unsigned reached = list_count(&fact->witnesses);

	if ((kind == KIND_CLOSED || kind == KIND_OUT_BLOCKED ||
	     kind == KIND_OUT_UNPRICED) && reached)
		mismatch(c, "reached somebody, must reach nobody");
	if (kind == KIND_OUT_FAILOVER && count_at(fact, PLACE_FAR) != 2)
		mismatch(c, "%u carriers were tried, must be 2",
			 count_at(fact, PLACE_FAR));
	if (kind == KIND_EMERGENCY_BUSY && count_at(fact, PLACE_FXO) != 1)
		mismatch(c, "went past the landline");
	if (kind == KIND_EMERGENCY && reached != 1)
		mismatch(c, "went to %u ways out, must be the landline alone",
			 reached);
}


static bool rang(const struct fact *fact, int phone)
{
	const struct le *le;

	for (le = fact->witnesses.head; le; le = le->next) {
		const struct witness *witness = le->data;

		if (witness->place == PLACE_PHONE && witness->phone == phone)
			return true;
	}

	return false;
}


/* Of a pair, the second call must leave alone whoever talks to the first. */
static void check_pair(struct checker *c, const struct fact *first,
		       const struct fact *second)
{
	const struct le *le;

	for (le = first->witnesses.head; le; le = le->next) {
		const struct witness *witness = le->data;

		if (witness->place == PLACE_PHONE && witness->result.answer &&
		    rang(second, witness->phone))
			mismatch(c, "rang phone %d, which was in a talk",
				 witness->phone);
	}
}


unsigned check_calls(const struct play *play, const struct cast *cast,
		     const struct script *script)
{
	struct checker c = { .cast = cast };

	for (c.index = 0; c.index < script->count; c.index++) {
		const struct fact *fact = play_fact(play, c.index);

		c.call = &script->calls[c.index];
		if (!fact->done) {
			mismatch(&c, "never ended");
			continue;
		}
		check_code(&c, fact);
		check_answer(&c, fact);
		check_way(&c, fact);
		if (c.call->kind == KIND_PAIR && c.index &&
		    script->calls[c.index - 1].kind == KIND_PAIR &&
		    script->calls[c.index - 1].city == c.call->city &&
		    play_fact(play, c.index - 1)->result.end >
		    fact->result.start &&
		    script->calls[c.index - 1].at < c.call->at)
			check_pair(&c, play_fact(play, c.index - 1), fact);
	}
	if (play_stray_count(play)) {
		c.mismatches++;
		(void)re_fprintf(stderr, "mismatch: %u calls reached somebody "
				 "whom no call was for\n",
				 play_stray_count(play));
	}

	return c.mismatches;
}


/* ---- the store against the carriers' records ---- */

static uint32_t direction_of(const struct cast *cast,
			     const struct carrier_record *record)
{
	struct pl number;

	if (record->inbound)
		return TW_DIRECTION_INBOUND;
	pl_set_str(&number, record->number);

	return cast_city_of_landline(cast, &number) >= 0 ||
		cast_city_of_mobile(cast, &number) >= 0
		? TW_DIRECTION_FORWARD : TW_DIRECTION_OUTBOUND;
}


tw_status check_bill(int64_t *out_nanos, const struct play *play,
		     const struct cast *cast, unsigned carrier,
		     tw_store *store, tw_error *err)
{
	const struct carrier_record *records;
	tw_deck *deck = NULL;
	tw_status status;
	int64_t sum = 0;
	unsigned i, count;

	records = play_records(play, &count);
	for (i = 0, status = TW_OK; i < count && !status; i++) {
		const struct carrier_record *record = &records[i];
		tw_rating_request request = TW_RATING_REQUEST_INIT;
		tw_charge charge = TW_CHARGE_INIT;

		if (record->carrier != play_carrier(play, carrier) ||
		    !record->result.answer)
			continue;
		if (!deck)
			status = tw_tariff_deck(&deck, store,
				cast->carriers[carrier].name,
				record->result.start, err);
		request.direction = direction_of(cast, record);
		request.number = record->number;
		request.answer = record->result.answer;
		request.duration_us = talked(&record->result);
		if (!status)
			status = tw_rating_rate(&charge, deck, &request, err);
		sum += charge.cost.nanos;
	}
	tw_deck_free(deck);
	if (!status)
		*out_nanos = sum;

	return status;
}


struct sums {
	uint64_t answered;
	int64_t talk_us;
	int64_t cost_nanos;
};


/* The rows of one name: a department or a carrier. */
static tw_status read_sums(struct sums *out, tw_store *store,
			   const char *month, uint32_t by, const char *name,
			   tw_error *err)
{
	tw_expense_row row = TW_EXPENSE_ROW_INIT;
	tw_expenses *expenses;
	tw_status status;

	memset(out, 0, sizeof(*out));
	status = tw_report_expenses(&expenses, store, month, by, err);
	if (status)
		return status;
	while (tw_expenses_next(&row, expenses, NULL) == TW_OK) {
		if (strcmp(by == TW_BY_CARRIER ? row.carrier
			   : row.department, name))
			continue;
		out->answered += row.answered;
		out->talk_us += row.talk_us;
		out->cost_nanos += row.calls_cost.nanos +
			row.forwarded_cost.nanos;
	}
	tw_expenses_free(expenses);

	return TW_OK;
}


static unsigned complain(const char *who, const char *what, int64_t store,
			 int64_t seen)
{
	if (store == seen)
		return 0;
	(void)re_fprintf(stderr, "mismatch: %s: the store has %s %lli, "
			 "the ends of the calls saw %lli\n", who, what,
			 store, seen);

	return 1;
}


/* An inbound call is its number's, whoever answers; "" is nobody's. */
static const char *owner_of(const struct cast *cast,
			    const struct script_call *call)
{
	const struct cast_city *city = &cast->cities[call->city];
	unsigned i;

	for (i = 0; i < city->number_count; i++) {
		if (!strcmp(city->numbers[i].digits, call->number))
			return city->numbers[i].owner;
	}

	return city->department;
}


static unsigned check_department(const struct play *play,
				 const struct cast *cast,
				 const struct script *script,
				 const char *name, const struct sums *sums)
{
	struct sums seen = { 0 };
	unsigned i, bad;

	for (i = 0; i < script->count; i++) {
		const struct fact *fact = play_fact(play, i);

		if (strcmp(owner_of(cast, &script->calls[i]), name) ||
		    !fact->result.answer)
			continue;
		seen.answered++;
		seen.talk_us += talked(&fact->result);
	}
	name = *name ? name : "(unallocated)";
	bad = complain(name, "answered calls", (int64_t)sums->answered,
		       (int64_t)seen.answered);

	return bad + complain(name, "talk us", sums->talk_us, seen.talk_us);
}


unsigned check_store(const struct play *play, const struct cast *cast,
		     const struct script *script, tw_store *store,
		     const char *month)
{
	tw_error err = TW_ERROR_INIT;
	struct sums sums;
	unsigned i, bad = 0;
	int64_t bill;

	for (i = 0; i <= cast->city_count; i++) {
		const char *name = i < cast->city_count ?
			cast->cities[i].department : "";

		if (read_sums(&sums, store, month, TW_BY_DEPARTMENT, name,
			      &err))
			goto out;
		bad += check_department(play, cast, script, name, &sums);
	}
	for (i = 0; i < CARRIERS; i++) {
		if (check_bill(&bill, play, cast, i, store, &err) ||
		    read_sums(&sums, store, month, TW_BY_CARRIER,
			      cast->carriers[i].name, &err))
			goto out;
		bad += complain(cast->carriers[i].name, "nano-rubles",
				sums.cost_nanos, bill);
	}

	return bad;

 out:
	(void)re_fprintf(stderr, "mismatch: the store can't be read: %s\n",
			 err.message);

	return bad + 1;
}
