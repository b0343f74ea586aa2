/**
 * @file callback.c  Who was told that he would be called back
 *
 * A caller whom a plan gives a place in line without a channel is let go, and
 * his number kept here: the engine is no place for it. When it is his turn a
 * member rings, and when that one has answered the caller is dialled over the
 * cheapest carrier and the two are joined: the member is offered what the
 * caller's side answered. Whose turn it is remains the engine's.
 */
#include <string.h>
#include "gw.h"

enum {
	TRIES = 3,             /* of members who hang up before he answers,
				  and of carriers */
	REST_S = 30,           /* for carriers to come up */
	TICKETS = 10000,
};

/* What a member's phone is offered until there is somebody to talk to: the
 * codecs that every carrier has, and nothing to hear. */
static const char hush[] =
	"v=0\r\n"
	"o=- 1 1 IN IP4 0.0.0.0\r\n"
	"s=-\r\n"
	"c=IN IP4 0.0.0.0\r\n"
	"t=0 0\r\n"
	"m=audio 9 RTP/AVP 8 0 101\r\n"
	"a=rtpmap:8 PCMA/8000\r\n"
	"a=rtpmap:0 PCMU/8000\r\n"
	"a=rtpmap:101 telephone-event/8000\r\n"
	"a=inactive\r\n";


static void destructor(void *arg)
{
	struct ticket *ticket = arg;

	list_unlink(&ticket->le);
	clk_timer_cancel(&ticket->rest);
}


static struct ticket *ticket_alloc(struct gateway *gw)
{
	struct ticket *ticket;

	ticket = mem_zalloc(sizeof(*ticket), destructor);
	if (!ticket)
		return NULL;
	ticket->gw = gw;
	list_append(&gw->ticketl, &ticket->le, ticket);

	return ticket;
}


static struct ticket *ticket_of(const struct gateway *gw, tw_call_id id)
{
	struct le *le;

	for (le = gw->ticketl.head; le; le = le->next) {
		struct ticket *ticket = le->data;

		if (ticket->id.id == id.id)
			return ticket;
	}

	return NULL;
}


/* ---- a caller becomes a ticket ---- */

static bool can_be_called(const struct call *call)
{
	return call->caller[0] && !call->caller[strspn(call->caller,
		"0123456789")] && strlen(call->caller) < GW_NUMBER &&
		!tw_identity_hides(call->privacy) &&
		list_count(&call->gw->ticketl) < TICKETS;
}


/* Who calls again is in line already. */
static bool is_promised(const struct call *call)
{
	const struct le *le;

	for (le = call->gw->ticketl.head; le; le = le->next) {
		const struct ticket *ticket = le->data;

		if (!strcmp(ticket->caller, call->caller) &&
		    !strcmp(ticket->number, call->number))
			return true;
	}

	return false;
}


void callback_promise(struct call *call)
{
	struct gateway *gw = call->gw;
	struct ticket *ticket;

	if (is_promised(call)) {
		call_end(call, TW_CALL_BUSY, 486, "you will be called back");
		return;
	}
	ticket = can_be_called(call) ? ticket_alloc(gw) : NULL;
	if (!ticket) {
		/* his place goes with him */
		call_end(call, TW_CALL_NO_ANSWER, 480,
			 "no number to call back");
		return;
	}
	ticket->id = call->engine_call;
	ticket->start = call->start;
	str_ncpy(ticket->caller, call->caller, sizeof(ticket->caller));
	str_ncpy(ticket->number, call->number, sizeof(ticket->number));
	hash_unlink(&call->he);
	call->engine_call.id = 0;
	gw_log(gw, "call %s: will be called back", call->callid);
	call_end(call, TW_CALL_BUSY, 486, "you will be called back");
	keep_save(gw->keep);
}


/* ---- a member rings for it ---- */

struct call *callback_find(const struct gateway *gw, tw_call_id id)
{
	const struct ticket *ticket = ticket_of(gw, id);

	return ticket ? ticket->call : NULL;
}


struct call *callback_call(struct gateway *gw, tw_call_id id)
{
	struct ticket *ticket = ticket_of(gw, id);
	struct call *call;

	if (!ticket || gw->stopping)
		return NULL;
	if (ticket->call)
		return ticket->call;
	if (call_alloc_own(&call, gw, hush, sizeof(hush) - 1))
		return NULL;
	call->ticket = ticket;
	ticket->call = call;
	str_ncpy(call->caller, ticket->caller, sizeof(call->caller));
	str_ncpy(call->number, ticket->caller, sizeof(call->number));
	gw_log(gw, "call %s: calls %s back", call->callid, ticket->caller);

	return call;
}


void callback_idle(struct call *call)
{
	if (call->ticket && !call->ended && !call->member &&
	    !call->attemptl.head)
		call_end(call, TW_CALL_NO_ANSWER, 0, "nobody free");
}


void callback_gone(struct gateway *gw, tw_call_id id)
{
	struct ticket *ticket = ticket_of(gw, id);

	if (!ticket)
		return;
	gw_log(gw, "%s is not called back: nobody was free in time",
	       ticket->caller);
	if (ticket->call) {
		ticket->call->ticket = NULL;
		call_end(ticket->call, TW_CALL_NO_ANSWER, 0, NULL);
	}
	mem_deref(ticket);
	keep_save(gw->keep);
}


/* ---- he is dialled, and joined ---- */

static int dial_caller(struct call *call)
{
	struct gateway *gw = call->gw;
	tw_call_request request = TW_CALL_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	struct attempt *attempt;
	struct quote quote;

	request.number = call->ticket->caller;
	ring_ask_as(&request, call);
	request.at = clk_now(gw->clk);
	if (spend_ask(&quote, gw, &request, &err)) {
		gw_log(gw, "call %s: no way to %s: %s", call->callid,
		       request.number, err.message);
		return ENOENT;
	}
	if (attempt_carriers(&attempt, call, request.number, &quote))
		return ENOMEM;
	gw->stats.outbound++;

	return attempt_dial(attempt);
}


static int take_body(struct call *call, const struct sip_msg *msg)
{
	struct offer_body body;

	body_of(&body, call->ctype, sizeof(call->ctype), msg);
	if (!body.content_type)
		return EBADMSG;
	mem_deref(call->body);
	call->body = mbuf_alloc(body.size);

	return call->body ? mbuf_write_mem(call->body, body.data, body.size)
		: ENOMEM;
}


static bool member_answered(struct call *call, struct attempt *attempt,
			    const struct sip_msg *msg)
{
	struct gateway *gw = call->gw;

	if (call->member || !ring_answered(attempt))
		return false;
	call->member = attempt;
	call->ticket->tries++;
	spend_answered(attempt);
	gw_log(gw, "call %s: %s answered", call->callid, attempt->who);
	if (take_body(call, msg) || dial_caller(call)) {
		call->had_no_way = true;
		call_end(call, TW_CALL_FAILED, 0, "no way to the caller");
	}
	ring_pump(gw);

	return true;
}


static void joined(const struct sip_msg *msg, void *arg);


/* What the member's phone was offered last is kept: the same once more, as an
 * answer after early media is, would only disturb. */
static int join(struct call *call, const struct offer_body *body)
{
	struct mbuf *mb;
	int err;

	if (call->join && call->join->end == body->size &&
	    !memcmp(call->join->buf, body->data, body->size))
		return 0;
	mb = mbuf_alloc(body->size);
	err = mb ? mbuf_write_mem(mb, body->data, body->size) : ENOMEM;
	if (err) {
		mem_deref(mb);
		return err;
	}
	mem_deref(call->join);
	call->join = mb;
	err = leg_offer(call->member->leg, body, joined, call);
	call->join_again = err == EBUSY;

	return err == EBUSY ? 0 : err;
}


static void joined(const struct sip_msg *msg, void *arg)
{
	struct call *call = arg;
	const struct offer_body body = { "application/sdp", call->join->buf,
					 call->join->end };

	if (call->join_again) {
		call->join_again = false;
		if (leg_offer(call->member->leg, &body, joined, call))
			call_end(call, TW_CALL_FAILED, 0, NULL);
		return;
	}
	if (msg && msg->scode < 300)
		return;
	call->join = mem_deref(call->join);
	if (!call->talk)
		return;
	gw_log(call->gw, "call %s: the member's phone refuses what the "
	       "caller's side answered: %u", call->callid,
	       msg ? msg->scode : 408);
	call_end(call, TW_CALL_ANSWERED, 0, NULL);
}


/* So that the member hears that it rings, where the carrier lets him. */
void callback_ring(struct call *call, const struct sip_msg *msg)
{
	struct offer_body body;
	char ctype[GW_CTYPE];

	if (call->ended || call->talk || !call->member)
		return;
	body_of(&body, ctype, sizeof(ctype), msg);
	if (body.content_type && !strcmp(ctype, "application/sdp"))
		(void)join(call, &body);
}


bool callback_answer(struct call *call, struct attempt *attempt,
		     const struct sip_msg *msg)
{
	struct offer_body body;
	char ctype[GW_CTYPE];

	if (call->ended || call->talk)
		return false;
	if (attempt->offer.id)
		return member_answered(call, attempt, msg);

	body_of(&body, ctype, sizeof(ctype), msg);
	call_talks(call, attempt);
	/* without a session it is the one of the early media */
	if (body.content_type ? strcmp(ctype, "application/sdp") != 0 ||
	    join(call, &body) : !call->join)
		call_end(call, TW_CALL_ANSWERED, 0, NULL);

	return true;
}


void callback_failed(struct call *call, struct attempt *attempt,
		     uint32_t outcome, uint16_t code)
{
	if (attempt == call->member) {
		call->has_left = !call->talk;
		call_end(call, call->talk ? TW_CALL_ANSWERED
			 : TW_CALL_NO_ANSWER, 0, "the member hung up");
	}
	else if (attempt->offer.id) {
		mem_ref(call);
		ring_failed(attempt, outcome);
		callback_idle(call);
		mem_deref(call);
	}
	else {
		call->had_no_way = !code || outcome == TW_OUTCOME_CONGESTED;
		call_end(call, outcome == TW_OUTCOME_BUSY ? TW_CALL_BUSY
			 : TW_CALL_NO_ANSWER, code, "the caller was not "
			 "reached");
	}
}


/* Those who still ring stop, and that is nobody's fault. */
void callback_stop(struct call *call)
{
	const struct gateway *gw = call->gw;
	struct le *le;

	if (!call->ticket)
		return;
	for (le = call->attemptl.head; le; le = le->next) {
		const struct attempt *attempt = le->data;

		if (attempt->offer.id && attempt != call->member)
			(void)tw_offer_failed(gw->engine, attempt->offer,
					      TW_OUTCOME_CONGESTED,
					      clk_now(gw->clk), NULL);
	}
}


/* In line again, with the age that he has. */
static bool enter(struct ticket *ticket)
{
	struct gateway *gw = ticket->gw;
	tw_call_options options = TW_CALL_OPTIONS_INIT;
	tw_arrival arrival = TW_ARRIVAL_INIT;

	options.ticket = 1;
	options.entered = ticket->start;
	arrival.number = ticket->number;
	arrival.caller = ticket->caller;
	arrival.secret = gw->secret;

	if (!tw_directory_call(&options, gw->directory, gw->engine,
			       &arrival, NULL) &&
	    !tw_call_enter_as(&ticket->id, gw->engine, &options,
			      clk_now(gw->clk), NULL))
		return true;
	gw_log(gw, "%s is not called back: no way for calls to %s",
	       ticket->caller, ticket->number);
	mem_deref(ticket);

	return false;
}


static void rest_handler(void *arg)
{
	struct ticket *ticket = arg;
	struct gateway *gw = ticket->gw;

	(void)enter(ticket);
	ring_pump(gw);
}


static void rest(struct ticket *ticket)
{
	const struct gateway *gw = ticket->gw;
	const tw_time now = clk_now(gw->clk);

	(void)tw_call_leave(gw->engine, ticket->id, now, NULL);
	ticket->id.id = 0;
	clk_timer_start(gw->clk, &ticket->rest, now + REST_S * TW_SECOND,
			rest_handler, ticket);
}


void callback_over(struct call *call)
{
	struct gateway *gw = call->gw;
	struct ticket *ticket = call->ticket;
	const tw_time now = clk_now(gw->clk);
	const tw_plan_id same = { 0 };

	if (!ticket)
		return;
	ticket->call = NULL;
	if (!call->is_taken)
		return;              /* he keeps his place in line */
	if ((call->has_left || (gw->stopping && !call->answer)) &&
	    ticket->tries < TRIES &&
	    !tw_call_requeue(gw->engine, ticket->id, same, 1, now, NULL))
		return;
	if (call->had_no_way && ticket->tries < TRIES) {
		rest(ticket);
		return;
	}
	(void)tw_call_leave(gw->engine, ticket->id, now, NULL);
	mem_deref(ticket);
	keep_save(gw->keep);
}


/* ---- over a restart ---- */

int callback_print(struct mbuf *mb, const struct gateway *gw)
{
	const struct le *le, *next;
	int err = 0;

	for (le = gw->ticketl.head; le && !err; le = le->next) {
		const struct ticket *ticket = le->data;
		const struct call *call = ticket->call;

		/* two who talk are gone with the program */
		if (call && call->answer) {
			err = mbuf_printf(mb, "call %llu\n",
					  (unsigned long long)ticket->id.id);
			continue;
		}
		err = mbuf_printf(mb, "ticket %llu %lld %u %s %s\n",
				  (unsigned long long)ticket->id.id,
				  (long long)ticket->start, ticket->tries,
				  ticket->caller, ticket->number);
		if (!err && call && call->member)
			err = mbuf_printf(mb, "again %llu\n",
					  (unsigned long long)ticket->id.id);
		for (next = call ? call->attemptl.head : NULL; next && !err;
		     next = next->next) {
			const struct attempt *attempt = next->data;

			if (attempt->offer.id && attempt != call->member)
				err = mbuf_printf(mb, "offer %llu\n",
						  (unsigned long long)
						  attempt->offer.id);
		}
	}

	return err;
}


int callback_read(struct gateway *gw, const struct pl *line)
{
	struct pl id, start, tries, caller, number;
	struct ticket *ticket;

	if (re_regex(line->p, line->l, "[0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+",
		     &id, &start, &tries, &caller, &number) ||
	    caller.l >= GW_NUMBER || number.l >= GW_NUMBER)
		return EBADMSG;
	ticket = ticket_alloc(gw);
	if (!ticket)
		return ENOMEM;
	ticket->id.id = pl_u64(&id);
	ticket->start = (tw_time)pl_u64(&start);
	ticket->tries = pl_u32(&tries);
	(void)pl_strcpy(&caller, ticket->caller, sizeof(ticket->caller));
	(void)pl_strcpy(&number, ticket->number, sizeof(ticket->number));

	return 0;
}


void callback_restore(struct gateway *gw, bool has_engine)
{
	struct le *le = gw->ticketl.head;

	while (le) {
		struct ticket *ticket = le->data;

		/* the engine's memory may be lost, the promise is not */
		le = le->next;
		if (!has_engine || !ticket->id.id)
			(void)enter(ticket);
	}
}
