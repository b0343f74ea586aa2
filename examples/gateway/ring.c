/**
 * @file ring.c  Decisions of the engine to attempts, outcomes to the engine
 *
 * The only place that speaks to the distribution engine. Its verbs may queue
 * decisions at any moment, so they are read by one loop that is never
 * entered twice: what a decision causes is read by the loop that runs.
 */
#include <string.h>
#include "gw.h"


static uint32_t key_of(tw_call_id id)
{
	return (uint32_t)(id.id ^ (id.id >> 32));
}


static bool id_handler(struct le *le, void *arg)
{
	const struct call *call = le->data;

	return call->engine_call.id == ((tw_call_id *)arg)->id;
}


static struct call *call_of(const struct gateway *gw, tw_call_id id)
{
	return list_ledata(hash_lookup(gw->engine_calls, key_of(id),
				       id_handler, &id));
}


static struct call *call_at(const struct gateway *gw, tw_call_id id)
{
	struct call *call = call_of(gw, id);

	return call ? call : callback_find(gw, id);
}


static struct attempt *attempt_of(const struct call *call, tw_offer_id offer)
{
	struct le *le;

	for (le = call->attemptl.head; le; le = le->next) {
		struct attempt *attempt = le->data;

		if (attempt->offer.id == offer.id)
			return attempt;
	}

	return NULL;
}


/* ---- offers ---- */

/* Who was called: a carrier is shown that number, where it approved it, else
 * one of the same department or site. */
void ring_ask_as(tw_call_request *request, const struct call *call)
{
	const tw_directory *directory = call->gw->directory;
	const char *number = call->ticket ? call->ticket->number
		: call->number;
	tw_row row;

	request->preferred = number;
	if (tw_directory_find(&row, directory, "number", number, NULL))
		return;
	request->department = tw_row_text(directory, row, "department");
	request->site = tw_row_text(directory, row, "site");
}


int ring_quote(struct quote *quote, const struct call *call,
	       const char *number)
{
	struct gateway *gw = call->gw;
	tw_call_request request = TW_CALL_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;

	request.direction = TW_DIRECTION_FORWARD;
	request.number = number;
	ring_ask_as(&request, call);
	request.at = clk_now(gw->clk);
	if (!spend_ask(quote, gw, &request, &err))
		return 0;
	gw_log(gw, "call %s: no way to %s: %s", call->callid, number,
	       err.message);

	return ENOENT;
}


static int offer_number(struct attempt **attemptp, struct call *call,
			const char *number)
{
	struct quote quote;

	return ring_quote(&quote, call, number) ? ENOENT
		: attempt_carriers(attemptp, call, number, &quote);
}


static int offer_target(struct attempt **attemptp, struct call *call,
			tw_target_id target)
{
	struct gateway *gw = call->gw;
	const char *name = tw_target_name(gw->engine, target);
	const bool landline = tw_target_kind(gw->engine, target) ==
		TW_TARGET_LANDLINE;
	const char *text;
	tw_row row;

	if (tw_directory_find(&row, gw->directory, landline ? "landline"
			      : "phone", name, NULL))
		return ENOENT;
	if (tw_target_kind(gw->engine, target) == TW_TARGET_PHONE) {
		text = tw_row_text(gw->directory, row, "uri");
		return text && *text ? attempt_phone(attemptp, call, text)
			: ENOENT;
	}
	text = tw_row_text(gw->directory, row, "number");

	return text && *text ? offer_number(attemptp, call, text) : ENOENT;
}


static void on_offer(struct gateway *gw, const tw_decision *decision)
{
	struct call *call = decision->ticket
		? callback_call(gw, decision->call)
		: call_of(gw, decision->call);
	struct attempt *attempt = NULL;
	int err = ENOENT;

	if (call && !call->ended)
		err = offer_target(&attempt, call, decision->target);
	if (!err) {
		attempt->offer = decision->offer;
		str_ncpy(attempt->who, tw_target_name(gw->engine,
			 decision->target), sizeof(attempt->who));
		err = attempt_dial(attempt);
		if (err)
			mem_deref(attempt);
	}
	if (!err)
		return;
	(void)tw_offer_failed(gw->engine, decision->offer,
			      TW_OUTCOME_UNREACHABLE, clk_now(gw->clk), NULL);
	if (call)
		callback_idle(call);
}


/* What a carrier is told of a call that goes on to a landline. */
static void tell_why(struct attempt *attempt, uint32_t outcome)
{
	if (!attempt->candidates)
		attempt->call->failed = outcome;
}


static void on_cancel(struct gateway *gw, const tw_decision *decision)
{
	struct call *call = call_at(gw, decision->call);
	struct attempt *attempt = call ? attempt_of(call, decision->offer)
		: NULL;

	if (!attempt)
		return;
	if (decision->outcome == TW_OUTCOME_EXPIRED)
		tell_why(attempt, TW_OUTCOME_NO_ANSWER);
	attempt_stop(attempt, decision->outcome == TW_OUTCOME_CANCELLED
		     ? TW_CALL_CANCELLED : TW_CALL_NO_ANSWER,
		     decision->outcome == TW_OUTCOME_LOST_RACE
		     ? "Reason: SIP;cause=200;"
		       "text=\"Call completed elsewhere\"\r\n" : NULL);
	callback_idle(call);
}


static uint32_t status_of(uint32_t sip_code)
{
	switch (sip_code) {

	case 486:
	case 600:
		return TW_CALL_BUSY;

	case 408:
	case 480:
		return TW_CALL_NO_ANSWER;

	default:
		return TW_CALL_FAILED;
	}
}


static void on_end(struct gateway *gw, const tw_decision *decision)
{
	struct call *call = call_of(gw, decision->call);

	if (!call) {
		callback_gone(gw, decision->call);
		return;
	}

	/* The engine has let go of it already. */
	hash_unlink(&call->he);
	call->engine_call.id = 0;
	call_end(call, status_of(decision->sip_code),
		 (uint16_t)decision->sip_code, decision->reason);
}


static void on_callback(struct gateway *gw, const tw_decision *decision)
{
	struct call *call = call_of(gw, decision->call);

	if (call && !call->ended)
		callback_promise(call);
}


/* ---- the loop ---- */

static void timer_handler(void *arg)
{
	struct gateway *gw = arg;

	(void)tw_engine_tick(gw->engine, clk_now(gw->clk), NULL);
	ring_pump(gw);
}


static void on_decision(struct gateway *gw, const tw_decision *decision)
{
	switch (decision->kind) {

	case TW_DECISION_OFFER:
		on_offer(gw, decision);
		break;

	case TW_DECISION_CANCEL:
		on_cancel(gw, decision);
		break;

	case TW_DECISION_END:
		on_end(gw, decision);
		break;

	case TW_DECISION_CALLBACK:
		on_callback(gw, decision);
		break;

	default:
		break;
	}
}


static void log_event(struct gateway *gw, const tw_offer_event *event)
{
	if (event->target.id)
		gw_log(gw, "offer to %s: %s",
		       tw_target_name(gw->engine, event->target),
		       tw_outcome_name(event->outcome));
	else if (event->pool.id)
		gw_log(gw, "pool %s: %s",
		       tw_pool_name(gw->engine, event->pool), event->reason);
	else
		gw_log(gw, "%s", event->reason);
}


void ring_pump(struct gateway *gw)
{
	tw_decision decision = TW_DECISION_INIT;
	tw_offer_event event = TW_OFFER_EVENT_INIT;

	if (gw->pumping)
		return;
	gw->pumping = true;
	while (!tw_engine_next(&decision, gw->engine, NULL))
		on_decision(gw, &decision);
	gw->pumping = false;

	while (!tw_engine_next_event(&event, gw->engine, NULL))
		log_event(gw, &event);
	clk_timer_start(gw->clk, &gw->engine_timer,
			tw_engine_deadline(gw->engine), timer_handler, gw);
}


/* ---- what happened ---- */

/* As the directory tells it: the engine is given a key of the caller, since it
 * is no place for people's numbers. ENOENT: no plan. */
int ring_enter(struct call *call)
{
	struct gateway *gw = call->gw;
	tw_call_options options = TW_CALL_OPTIONS_INIT;
	tw_arrival arrival = TW_ARRIVAL_INIT;
	const char *name;

	arrival.number = call->number;
	arrival.caller = call->caller;
	arrival.secret = gw->secret;
	if (tw_directory_call(&options, gw->directory, gw->engine, &arrival,
			      NULL))
		return ENOENT;
	call->affinity = options.affinity;
	name = known_name(gw, call->affinity);
	if (name)
		(void)tw_engine_find_target(&options.preferred, gw->engine,
					    name, NULL);
	if (tw_call_enter_as(&call->engine_call, gw->engine, &options,
			     clk_now(gw->clk), NULL))
		return EBUSY;
	hash_append(gw->engine_calls, key_of(call->engine_call), &call->he,
		    call);
	ring_pump(gw);

	return 0;
}


void ring_leave(struct call *call)
{
	struct gateway *gw = call->gw;

	if (!call->engine_call.id)
		return;
	hash_unlink(&call->he);
	(void)tw_call_leave(gw->engine, call->engine_call, clk_now(gw->clk),
			    NULL);
	call->engine_call.id = 0;
}


void ring_failed(struct attempt *attempt, uint32_t outcome)
{
	struct gateway *gw = attempt->call->gw;
	const tw_offer_id offer = attempt->offer;

	tell_why(attempt, outcome);
	mem_deref(attempt);
	(void)tw_offer_failed(gw->engine, offer, outcome, clk_now(gw->clk),
			      NULL);
	ring_pump(gw);
}


bool ring_answered(struct attempt *attempt)
{
	const struct call *call = attempt->call;
	struct gateway *gw = call->gw;

	if (!attempt->offer.id)
		return true;
	if (tw_offer_answered(gw->engine, attempt->offer, clk_now(gw->clk),
			      NULL))
		return false;
	attempt->call->is_taken = true;
	(void)known_put(gw, call->affinity, attempt->who);

	return true;
}
