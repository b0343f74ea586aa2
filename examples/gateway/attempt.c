/**
 * @file attempt.c  One try to reach somebody: a leg, or several one by one
 *
 * A phone is one leg. A number behind carriers is a list of candidates: the
 * next is dialled when a carrier, not the called person, said no. Every leg
 * over a carrier is recorded, answered or not, since every one may be billed.
 * Whom to try, and what a failure means for the call, is for others.
 */
#include <string.h>
#include "gw.h"

enum {
	SILENCE_MS = 4000,   /* a living peer says 100 within T1 or so */
	SEARCH_MS = 20000,   /* a call abroad may take 15 s to ring */
};


static void end_carrier(struct attempt *attempt)
{
	if (!attempt->trunk)
		return;
	slot_free(attempt->call->gw, attempt->slot);
	attempt->trunk = NULL;
}


static void destructor(void *arg)
{
	struct attempt *attempt = arg;

	list_unlink(&attempt->le);
	tmr_cancel(&attempt->silence);
	mem_deref(attempt->leg);
	stack_release(&attempt->stack);
	end_carrier(attempt);
	spend_over(attempt);
	mem_deref(attempt->candidates);
}


const tw_route_candidate *attempt_current(const struct attempt *attempt)
{
	return attempt->candidates && attempt->next
		? &attempt->candidates[attempt->next - 1] : NULL;
}


/* Outbound, the try that decided is leg 1, what people dialled; those that
 * carriers failed before it are further legs of the same call. */
static uint32_t leg_number(struct call *call, bool decided)
{
	if (call->direction != TW_DIRECTION_OUTBOUND || !decided)
		return ++call->legs;
	call->decided = true;

	return 1;
}


/* To a landline of a member who is to call somebody back, too. */
static bool is_forward(const struct attempt *attempt)
{
	return attempt->call->direction != TW_DIRECTION_OUTBOUND ||
		attempt->offer.id;
}


static void record_leg(struct attempt *attempt, uint32_t status, bool decided,
		       uint32_t flags)
{
	struct call *call = attempt->call;
	const tw_route_candidate *candidate = attempt_current(attempt);
	const bool outbound = call->direction == TW_DIRECTION_OUTBOUND;
	const bool forward = is_forward(attempt);
	tw_cdr cdr = TW_CDR_INIT;

	if (!candidate || !attempt->leg)
		return;              /* a phone of ours: nobody bills it */

	cdr.direction = forward ? TW_DIRECTION_FORWARD
		: TW_DIRECTION_OUTBOUND;
	cdr.status = attempt->answer ? TW_CALL_ANSWERED : status;
	/* Its interim records and the last one are records of one leg. */
	if (!attempt->number_of_leg)
		attempt->number_of_leg = leg_number(call, decided &&
						    (!outbound || !forward));
	cdr.flags = flags;
	cdr.leg = attempt->number_of_leg;
	cdr.call_id = leg_callid(attempt->leg);
	cdr.linked_id = call->callid;
	cdr.start = attempt->start;
	cdr.answer = attempt->answer;
	cdr.end = clk_now(call->gw->clk);
	cdr.duration_us = attempt->answer ? cdr.end - attempt->answer : 0;
	cdr.caller = outbound && call->own[0] ? call->own : call->caller;
	cdr.callee = attempt->number;
	cdr.number = outbound ? call->own : call->number;
	cdr.trunk = attempt->trunk ? attempt->trunk->name : NULL;
	cdr.carrier = attempt->trunk ? attempt->trunk->carrier : NULL;
	if (call->phone) {
		cdr.extension = call->phone->extension;
		cdr.department = call->phone->department;
	}
	attempt->ticket = record_add(call->gw->recorder, &cdr);
}


static uint32_t outcome_of(uint16_t code)
{
	switch (code) {

	case 486:
	case 600:
		return TW_OUTCOME_BUSY;

	case 403:
	case 488:
	case 603:
	case 606:
		return TW_OUTCOME_REJECTED;

	default:
		return code >= 500 && code < 600 ? TW_OUTCOME_CONGESTED
			: TW_OUTCOME_UNREACHABLE;
	}
}


static uint32_t status_of(uint16_t code, bool rung)
{
	switch (code) {

	case 486:
	case 600:
		return TW_CALL_BUSY;

	case 408:
	case 480:
	case 487:
		return TW_CALL_NO_ANSWER;

	default:
		return rung && !code ? TW_CALL_NO_ANSWER : TW_CALL_FAILED;
	}
}


static void leg_over(struct attempt *attempt, uint32_t status, bool decided)
{
	tmr_cancel(&attempt->silence);
	record_leg(attempt, status, decided, 0);
	if (attempt->answer)
		spend_over(attempt);
	attempt->number_of_leg = 0;
	attempt->leg = mem_deref(attempt->leg);
	stack_release(&attempt->stack);
	end_carrier(attempt);
}


/* Another way? Of a carrier that is the router's word; a landline on the way
 * to 112 that is busy is our own line, not the rescuers'. code 0: nothing
 * came. */
static bool another_way(struct attempt *attempt, uint16_t code,
			const struct sip_msg *msg)
{
	const tw_route_candidate *candidate = attempt_current(attempt);
	bool next;

	if (!candidate)
		return false;
	next = attempt->trunk ? slot_report(attempt->call->gw, attempt->slot,
					    code, attempt->rung, msg)
		: candidate->emergency;

	return next && attempt->next < attempt->count;
}


/* May free the attempt: nothing may be done with it afterwards. */
static void leg_failed(struct attempt *attempt, uint16_t code, bool retry)
{
	leg_over(attempt, status_of(code, attempt->rung), !retry);
	if (retry && attempt_dial(attempt) == 0)
		return;
	call_attempt_failed(attempt->call, attempt, outcome_of(code), code);
}


static void silence_handler(void *arg)
{
	struct attempt *attempt = arg;

	leg_hangup(attempt->leg, NULL);
	leg_failed(attempt, 408, another_way(attempt, 0, NULL));
}


static void progress_handler(const struct sip_msg *msg, void *arg)
{
	struct attempt *attempt = arg;

	if (msg->scode == 100) {
		/* Alive, and still looking for whom we called. */
		if (tmr_isrunning(&attempt->silence))
			tmr_start(&attempt->silence, SEARCH_MS,
				  silence_handler, attempt);
		return;
	}
	tmr_cancel(&attempt->silence);
	attempt->rung = true;
	call_ring(attempt->call, msg);
}


static void answer_handler(const struct sip_msg *msg, void *arg)
{
	struct attempt *attempt = arg;
	const struct clk *clk = attempt->call->gw->clk;

	tmr_cancel(&attempt->silence);
	attempt->answer = clk_now(clk);
	attempt->talk_since = clk_port(clk)->monotonic(clk_port(clk)->arg);
	if (attempt->trunk)
		(void)slot_report(attempt->call->gw, attempt->slot, 200, true,
				  NULL);
	if (!call_answer(attempt->call, attempt, msg))
		attempt_stop(attempt, TW_CALL_NO_ANSWER, "Reason: SIP;"
			     "cause=200;text=\"Call completed elsewhere\""
			     "\r\n");
}


static void closed_handler(int err, uint16_t code, const struct sip_msg *msg,
			   void *arg)
{
	struct attempt *attempt = arg;
	struct call *call = attempt->call;
	(void)err;

	if (attempt->answer && (call->talk == attempt ||
				(call->talk && call->member == attempt)))
		call_end(call, TW_CALL_ANSWERED, 0, NULL);
	else if (code != 302 || attempt_follow(attempt, msg))
		leg_failed(attempt, code, another_way(attempt, code, msg));
}


static const char *landline_uri(const struct gateway *gw, const char *name)
{
	const char *uri;
	tw_row row;

	if (tw_directory_find(&row, gw->directory, "landline", name, NULL))
		return NULL;
	uri = tw_row_text(gw->directory, row, "uri");

	return uri && *uri ? uri : NULL;
}


static int dial_by(struct attempt *attempt, const struct leg_options *options)
{
	struct gateway *gw = attempt->call->gw;
	struct stack *stack = stack_find(gw, options->sip);
	int err;

	if (!stack)
		return EHOSTUNREACH;
	err = leg_invite(&attempt->leg, stack->leg_sock, options);
	if (!err)
		stack_hold(&attempt->stack, stack);

	return err;
}


static int leg_start(struct attempt *attempt)
{
	struct call *call = attempt->call;
	struct gateway *gw = call->gw;
	struct trunk *trunk = attempt->trunk;
	tw_leg_identity identity = TW_LEG_IDENTITY_INIT;
	const bool forward = trunk && call->direction == TW_DIRECTION_INBOUND;
	struct way way = { .sip = gw->sip, .contact = "gw" };
	struct leg_options options = {
		.clk = gw->clk,
		.uri = trunk ? way.uri : attempt->uri,
		.from_uri = identity.from_uri,
		.content_type = call->ctype[0] ? call->ctype : NULL,
		.body = call->body ? call->body->buf : NULL,
		.body_size = call->body ? call->body->end : 0,
		.auth_h = trunk ? trunk_authorize : NULL,
		.auth_arg = trunk,
		.progress_h = progress_handler,
		.answer_h = answer_handler,
		.demand_h = talk_other_offers,
		.closed_h = closed_handler,
		.arg = attempt,
	};
	int err;

	err = shown_to(&identity, attempt);
	if (!err && trunk)
		err = way_find(&way, trunk, attempt->number);
	if (err)
		return err;
	options.sip = way.sip;
	options.contact_user = way.contact;
	options.routes = way.routes;
	options.route_count = way.count;
	if (identity.from_name[0])
		options.from_name = identity.from_name;
	if (identity.headers[0])
		options.headers = identity.headers;

	attempt->start = clk_now(gw->clk);
	attempt->answer = 0;
	attempt->rung = false;
	err = dial_by(attempt, &options);
	if (err)
		return err;

	/* Real time on purpose: a virtual clock stands still meanwhile. */
	tmr_start(&attempt->silence, SILENCE_MS, silence_handler, attempt);
	if (forward)
		gw->stats.forwarded++;

	return 0;
}


static int dial_candidate(struct attempt *attempt,
			  const tw_route_candidate *candidate)
{
	struct call *call = attempt->call;
	struct gateway *gw = call->gw;
	const char *box = NULL;
	int err = 0;

	attempt->trunk = trunk_find(gw, candidate->trunk);
	if (!attempt->trunk && candidate->emergency)
		box = landline_uri(gw, candidate->trunk);
	if (!attempt->trunk && !box)
		return ENOENT;
	if (attempt->next > 1 && !spend_move(attempt, candidate->trunk)) {
		attempt->trunk = NULL;
		return EDQUOT;
	}

	if (call->direction == TW_DIRECTION_OUTBOUND)
		str_ncpy(call->own, candidate->caller, sizeof(call->own));
	if (box)
		err = way_uri(attempt->uri, sizeof(attempt->uri), box,
			      attempt->number);
	if (err)
		return err;
	if (attempt->trunk)
		attempt->slot = slot_take(gw, attempt->trunk, attempt->number,
			(attempt->next > 1 ? TW_ROUTE_AGAIN : 0) |
			(candidate->emergency ? TW_ROUTE_EMERGENCY : 0));
	err = leg_start(attempt);
	if (err)
		end_carrier(attempt);
	gw_log(gw, "call %s: %s by %s: %s", call->callid, attempt->number,
	       candidate->trunk, err ? "not sent" : candidate->reason);
	if (candidate->permit)
		gw_log(gw, "call %s: warning: permission %s: no contract of "
		       "%s permits it", call->callid, candidate->permission,
		       candidate->carrier);

	return err;
}


int attempt_dial(struct attempt *attempt)
{
	if (!attempt->candidates)
		return attempt->next++ ? ENOENT : leg_start(attempt);

	while (attempt->next < attempt->count) {
		if (!dial_candidate(attempt,
				    &attempt->candidates[attempt->next++]))
			return 0;
	}

	return ENOENT;
}


static int attempt_alloc(struct attempt **attemptp, struct call *call)
{
	struct attempt *attempt;

	attempt = mem_zalloc(sizeof(*attempt), destructor);
	if (!attempt)
		return ENOMEM;

	tmr_init(&attempt->silence);
	attempt->call = call;
	list_append(&call->attemptl, &attempt->le, attempt);
	*attemptp = attempt;

	return 0;
}


int attempt_phone(struct attempt **attemptp, struct call *call,
		  const char *uri)
{
	struct attempt *attempt;
	int err;

	err = attempt_alloc(&attempt, call);
	if (err)
		return err;

	str_ncpy(attempt->uri, uri, sizeof(attempt->uri));
	*attemptp = attempt;

	return 0;
}


static int take_quote(struct attempt *attempt, const char *number,
		      const struct quote *quote)
{
	const tw_route_candidate *rows = quote->rows;
	uint32_t i;

	attempt->hold = quote->hold;
	attempt->paid_s = quote->paid_s;
	str_ncpy(attempt->number, number, sizeof(attempt->number));
	attempt->candidates = mem_zalloc((quote->count + 1) * sizeof(*rows),
					 NULL);
	if (!attempt->candidates)
		return ENOMEM;
	for (i = 0; i < quote->count; i++) {
		/* What looks down is tried for 112 all the same, last. */
		if (rows[i].verdict == TW_OK || rows[i].emergency)
			attempt->candidates[attempt->count++] = rows[i];
	}
	attempt->next = 0;

	return 0;
}


int attempt_carriers(struct attempt **attemptp, struct call *call,
		     const char *number, const struct quote *quote)
{
	struct attempt *attempt;
	int err;

	err = attempt_alloc(&attempt, call);
	if (err) {
		spend_cancel(call->gw, quote->hold);
		return err;
	}

	err = take_quote(attempt, number, quote);
	if (err)
		mem_deref(attempt);
	else
		*attemptp = attempt;

	return err;
}


/* Of a phone that is rung by a plan, and once: what it names is a number
 * behind a carrier, no other phone. */
int attempt_follow(struct attempt *attempt, const struct sip_msg *msg)
{
	struct call *call = attempt->call;
	struct gateway *gw = call->gw;
	const struct sip_hdr *hdr = msg ? sip_msg_hdr(msg, SIP_HDR_CONTACT)
		: NULL;
	char number[GW_NUMBER];
	struct sip_addr addr;
	struct quote quote;

	if (!gw->options.follow || !hdr || attempt->candidates ||
	    !attempt->offer.id || call->direction != TW_DIRECTION_INBOUND ||
	    sip_addr_decode(&addr, &hdr->val) ||
	    !gw_digits(number, gw, &addr.uri.user) ||
	    tw_router_is_emergency(gw->router, number) ||
	    ring_quote(&quote, call, number))
		return ENOENT;
	gw_log(gw, "call %s: %s forwards to %s", call->callid, attempt->who,
	       number);
	tmr_cancel(&attempt->silence);
	attempt->leg = mem_deref(attempt->leg);
	stack_release(&attempt->stack);

	return take_quote(attempt, number, &quote) || attempt_dial(attempt)
		? ENOENT : 0;
}


void attempt_interim(struct attempt *attempt)
{
	record_leg(attempt, TW_CALL_ANSWERED, true, TW_CDR_INTERIM);
}


void attempt_stop(struct attempt *attempt, uint32_t status,
		  const char *reason)
{
	struct call *call = attempt->call;

	if (call->talk == attempt)
		call->talk = NULL;
	if (call->member == attempt)
		call->member = NULL;
	if (attempt->leg) {
		leg_hangup(attempt->leg, reason);
		leg_over(attempt, status, true);
	}
	mem_deref(attempt);
}
