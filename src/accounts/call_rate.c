/**
 * @file src/accounts/call_rate.c  What a call costs as it comes in
 *
 * Decides which calls are chargeable and by which tariff version, whose word
 * for a cost is taken, and keeps that version's deck while an import runs.
 * Refuses to know arithmetic: that is src/rating. No price is a state with a
 * reason, never a zero.
 */
#include <string.h>
#include "call.h"
#include "call_region.h"
#include "numbering.h"
#include "rating/deck.h"
#include "tariff.h"
#include "usage.h"

struct held_version {
	int64_t id, tariff, carrier, valid_from;
	tw_deck *deck;          /* built when the first call asks */
	int64_t currency;
	int64_t *destinations;  /* words by row, 0: not asked yet */
	bool asks_relation;
	struct tw__usage_view usage;
};

struct tw__rater {
	tw_store *store;        /* borrowed */
	struct tw__intern *words;
	struct held_version *versions;  /* by carrier, valid_from, id */
	size_t count, capacity;
	int64_t fallback;       /* carrier, 0 none */
	struct tw__regions *regions;
	struct tw__usage *usage;
};

static tw_status load_versions(struct tw__rater *rater, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, rater->store,
		"SELECT id, carrier, valid_from, tariff FROM tariff_version "
		"WHERE id NOT IN (SELECT version FROM tariff_withdrawn) "
		"ORDER BY carrier, valid_from, id", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&rater->versions, &rater->capacity,
			     rater->count + 1, sizeof(*rater->versions))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		rater->versions[rater->count++] = (struct held_version){
			.id = tw__col_i64(stmt, 0),
			.carrier = tw__col_i64(stmt, 1),
			.valid_from = tw__col_i64(stmt, 2),
			.tariff = tw__col_i64(stmt, 3) };
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__rater_new(struct tw__rater **out, tw_store *store,
			struct tw__intern *words, int64_t carrier,
			tw_error *err)
{
	struct tw__rater *rater = tw_calloc(1, sizeof(*rater));
	tw_status status;
	bool only;

	if (!rater)
		return tw__fail_oom(err);
	rater->store = store;
	rater->words = words;
	status = load_versions(rater, err);
	if (!status)
		status = tw__regions_new(&rater->regions, store, NULL, err);
	if (!status)
		status = tw__usage_new(&rater->usage, store, err);
	if (status) {
		tw__rater_free(rater);
		return status;
	}
	only = rater->count && rater->versions[0].carrier ==
		rater->versions[rater->count - 1].carrier;
	rater->fallback = carrier;
	if (!carrier && only)
		rater->fallback = rater->versions[0].carrier;
	*out = rater;
	return TW_OK;
}

void tw__rater_free(struct tw__rater *rater)
{
	if (!rater)
		return;
	for (size_t i = 0; i < rater->count; i++) {
		tw_deck_free(rater->versions[i].deck);
		tw_free(rater->versions[i].destinations);
	}
	tw_free(rater->versions);
	tw__regions_free(rater->regions);
	tw__usage_free(rater->usage);
	tw_free(rater);
}

tw_status tw__rater_lookup(struct tw__rater *rater,
			   const tw_numbering_lookup *lookup, tw_error *err)
{
	struct tw__regions *regions;
	tw_status status = tw__regions_new(&regions, rater->store, lookup,
					   err);

	if (status)
		return status;
	tw__regions_free(rater->regions);
	rater->regions = regions;
	return TW_OK;
}

static struct held_version *version_at(struct tw__rater *rater,
				       int64_t carrier, tw_time at)
{
	for (size_t i = rater->count; i-- > 0; ) {
		struct held_version *version = &rater->versions[i];

		if (version->carrier == carrier && version->valid_from <= at)
			return version;
	}
	return NULL;
}

/* What calls of the version are charged in. */
static const char *charged_in(const tw_tariff_rules *rules)
{
	return *rules->convert_to ? rules->convert_to : rules->currency;
}

static tw_status hold_deck(struct tw__rater *rater,
			   struct held_version *version, tw_error *err)
{
	tw_deck *deck;
	tw_status status;

	if (version->deck)
		return TW_OK;
	status = tw__tariff_version_deck(&deck, rater->store, version->id,
					 err);
	if (status)
		return status;
	status = tw__intern_id(&version->currency, rater->words,
			       charged_in(tw_deck_rules(deck)), err);
	if (!status)
		status = tw__usage_view(&version->usage, rater->usage,
					version->tariff, deck, err);
	if (status) {
		tw_deck_free(deck);
		return status;
	}
	version->destinations = tw_calloc(tw_deck_count(deck) + 1,
					  sizeof(*version->destinations));
	if (!version->destinations) {
		tw_deck_free(deck);
		return tw__fail_oom(err);
	}
	version->deck = deck;
	version->asks_relation = tw__deck_asks_relation(deck);
	return TW_OK;
}

static tw_status set(struct tw__call *call, uint32_t state, uint32_t reason)
{
	call->rate_state = state;
	call->reason = reason;
	return TW_OK;
}

static tw_status unpriced(struct tw__call *call, tw_status why)
{
	memset(&call->note, 0, sizeof(call->note));
	switch (why) {
	case TW_EREFUSED:
		return set(call, TW_STATE_UNRATED, TW_REASON_BLOCKED);
	case TW_ERANGE:
		return set(call, TW_STATE_UNRATED, TW_REASON_TOO_LARGE);
	default:
		break;
	}
	if (call->direction == TW_DIRECTION_INBOUND)
		return set(call, TW_STATE_NOT_CHARGEABLE,
			   TW_REASON_FREE_INBOUND);
	if (call->emergency)
		return set(call, TW_STATE_NOT_CHARGEABLE, TW_REASON_EMERGENCY);
	return set(call, TW_STATE_UNRATED, TW_REASON_NO_PRICE);
}

/* Without a rate of its day a call that has a price has none to be charged:
 * asked once more, by any rate, which of the two is missing. */
static tw_status no_answer(struct tw__call *call,
			   const struct held_version *version,
			   tw_rating_request *request, tw_status why)
{
	tw_charge charge = TW_CHARGE_INIT;

	if (why != TW_ENOPRICE || request->exchange_nanos ||
	    !*tw_deck_rules(version->deck)->convert_to)
		return unpriced(call, why);
	request->exchange_nanos = TW_NANOS;
	why = tw_rating_rate(&charge, version->deck, request, NULL);
	if (why)
		return unpriced(call, why);
	memset(&call->note, 0, sizeof(call->note));
	return set(call, TW_STATE_UNRATED, TW_REASON_NO_EXCHANGE);
}

static bool is_stated(const struct held_version *version)
{
	return tw__is_stated(tw_deck_rules(version->deck));
}

static void fill_request(tw_rating_request *request,
			 const struct tw__call *call, bool stated)
{
	request->direction = call->direction;
	request->number = call->callee;
	if (call->direction == TW_DIRECTION_INBOUND && *call->own_number)
		request->number = call->own_number;
	if (tw__digits_only(call->caller) && strlen(call->caller) <= 15)
		request->caller = call->caller;
	request->answer = call->answer_us;
	request->duration_us = call->cdr.duration_us;
	if (stated) {
		request->flags = TW_RATING_STATED;
		request->stated_nanos = call->source_cost_nanos;
	}
	if (!call->answered) {
		request->flags |= TW_RATING_UNANSWERED;
		request->answer = call->cdr.start;
	}
	/* what goes by no prefix is owed for a hidden callee too */
	if (request->flags && !tw__digits_only(request->number))
		request->number = "0";
}

/* Row NULL: the call needed none. */
static tw_status take_row(struct tw__call *call, struct tw__rater *rater,
			  struct held_version *version,
			  const struct tw_rate_row *row, tw_error *err)
{
	const tw_deck *deck = version->deck;
	const struct tw_rate_note *note;
	int64_t *word;
	tw_status status;

	call->rate_row = TW_RATE_NONE;
	if (!row)
		return TW_OK;
	note = tw__note_of(deck, row);
	word = &version->destinations[note->index];
	if (!*word) {
		status = tw__intern_id(word, rater->words,
				       deck->texts + note->destination, err);
		if (status)
			return status;
	}
	call->rate_row = note->index;
	call->destination = *word;
	return TW_OK;
}

static void take_sum(struct tw__call *call,
		     const struct held_version *version,
		     const struct tw_sum *sum)
{
	bool converted = *tw_deck_rules(version->deck)->convert_to;

	call->tariff_version = version->id;
	call->currency = version->currency;
	call->charged_s = sum->charged_s;
	call->cost_nanos = converted ? sum->converted_nanos :
		sum->cost_nanos;
	call->net_nanos = converted ? sum->converted_net_nanos :
		sum->net_nanos;
	call->vat_nanos = converted ? sum->converted_vat_nanos :
		sum->vat_nanos;
}

/* tw_rating_rate() without the texts of a charge, which nobody reads here. */
static tw_status rate(struct tw_sum *sum, const struct tw_rate_row **row,
		      const tw_deck *deck, const tw_rating_request *request)
{
	struct tw_question question;
	tw_status status = tw__question_read(&question, request, NULL);

	return status ? status : tw__rate(sum, row, deck, &question, NULL);
}

static tw_status ask_deck(struct tw__rater *rater, struct tw__call *call,
			  struct held_version *version, tw_error *err)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	const struct tw_rate_row *row;
	struct tw_sum sum;
	tw_status status = TW_OK;

	fill_request(&request, call, is_stated(version));
	if (version->asks_relation && call->answered)
		status = tw__regions_relation(&request.relation,
					      rater->regions, call, err);
	if (!status && !version->usage.plain)
		status = tw__usage_ask(&request, call, rater->usage,
				       &version->usage, err);
	if (status)
		return status;
	status = rate(&sum, &row, version->deck, &request);
	if (status)
		return no_answer(call, version, &request, status);
	status = take_row(call, rater, version, row, err);
	if (status)
		return status;
	take_sum(call, version, &sum);
	if (!version->usage.plain)
		tw__usage_note(call, &version->usage, &sum);
	return set(call, TW_STATE_RATED, TW_REASON_NONE);
}

/* An inbound call without a deck costs nothing that anybody told us of. */
static tw_status no_deck(struct tw__call *call, uint32_t reason)
{
	if (call->direction == TW_DIRECTION_INBOUND)
		return set(call, TW_STATE_NOT_CHARGEABLE,
			   TW_REASON_FREE_INBOUND);
	if (call->emergency)
		return set(call, TW_STATE_NOT_CHARGEABLE, TW_REASON_EMERGENCY);
	return set(call, TW_STATE_UNRATED, reason);
}

/* Whose word the tariff takes, in which money; less than nothing is no charge
 * that anybody could be billed by. */
static uint32_t doubt_stated(const struct tw__call *call,
			     const tw_tariff_rules *rules)
{
	if (!call->has_source_cost || strcmp(call->source, rules->stated_by))
		return TW_REASON_NOT_STATED;
	if (strcmp(call->cdr.currency, rules->currency))
		return TW_REASON_OTHER_MONEY;
	return call->source_cost_nanos < 0 ? TW_REASON_NEGATIVE :
		TW_REASON_NONE;
}

/* What its carrier says that it charged is owed, whoever called whom and
 * whether or not anybody answered. */
static tw_status take_stated(struct tw__rater *rater, struct tw__call *call,
			     struct held_version *version, tw_error *err)
{
	uint32_t doubt = doubt_stated(call, tw_deck_rules(version->deck));

	if (!call->answered && (doubt == TW_REASON_NOT_STATED ||
				!call->source_cost_nanos))
		return set(call, TW_STATE_NOT_CHARGEABLE,
			   TW_REASON_UNANSWERED);
	if (doubt == TW_REASON_NOT_STATED)
		return no_deck(call, doubt);
	if (doubt)
		return set(call, TW_STATE_UNRATED, doubt);
	return ask_deck(rater, call, version, err);
}

/* A carrier that was asked in vain may charge for it. */
static tw_status rate_attempt(struct tw__rater *rater, struct tw__call *call,
			      tw_error *err)
{
	struct held_version *version = NULL;
	tw_status status;

	if (call->carrier)
		version = version_at(rater, call->carrier, call->cdr.start);
	if (!version)
		return set(call, TW_STATE_NOT_CHARGEABLE,
			   TW_REASON_UNANSWERED);
	status = hold_deck(rater, version, err);
	if (status)
		return status;
	if (is_stated(version))
		return take_stated(rater, call, version, err);
	if (call->emergency || call->direction == TW_DIRECTION_INBOUND ||
	    !tw_deck_rules(version->deck)->attempt_fee_nanos)
		return set(call, TW_STATE_NOT_CHARGEABLE,
			   TW_REASON_UNANSWERED);
	return ask_deck(rater, call, version, err);
}

tw_status tw__rater_rate(struct tw__rater *rater, struct tw__call *call,
			 tw_error *err)
{
	struct held_version *version;
	tw_status status;

	call->tariff_version = call->currency = call->destination = 0;
	call->rate_row = 0;
	call->charged_s = call->cost_nanos = 0;
	call->net_nanos = call->vat_nanos = 0;
	tw__regions_forget(rater->regions);
	memset(&call->note, 0, sizeof(call->note));
	if (call->cdr.flags & TW_CDR_TWIN)
		return set(call, TW_STATE_NOT_CHARGEABLE, TW_REASON_TWIN);
	if (call->direction == TW_DIRECTION_INTERNAL)
		return set(call, TW_STATE_NOT_CHARGEABLE, TW_REASON_INTERNAL);
	if (!call->carrier && !call->carrier_named)
		call->carrier = rater->fallback;
	if (!call->answered)
		return rate_attempt(rater, call, err);
	if (!call->carrier)
		return no_deck(call, TW_REASON_NO_CARRIER);
	version = version_at(rater, call->carrier, call->answer_us);
	if (!version)
		return no_deck(call, TW_REASON_NO_TARIFF);
	status = hold_deck(rater, version, err);
	if (status)
		return status;
	return is_stated(version) ? take_stated(rater, call, version, err) :
		ask_deck(rater, call, version, err);
}

bool tw__rater_keeps(const struct tw__rater *rater,
		     const struct tw__call *call)
{
	return call->note.of || call->note.wanted ||
		tw__regions_keeps(rater->regions);
}

tw_status tw__rater_keep(struct tw__rater *rater, const struct tw__call *call,
			 int64_t batch, tw_error *err)
{
	tw_status status = tw__regions_keep(rater->regions, call, batch, err);

	if (status || (!call->note.of && !call->note.wanted))
		return status;
	return tw__usage_keep(rater->usage, call, batch, err);
}

tw_status tw__rater_settle(struct tw__rater *rater, tw_error *err)
{
	return tw__usage_settle(rater->usage, err);
}
