/**
 * @file talk.c  The two sides of a talk
 *
 * What one side offers inside of the call (hold, other codecs, a refresh) goes
 * to the other as it is, and the answer back. Now and then both are asked
 * whether they are still there: a BYE that got lost would be billed for hours.
 * Knows nothing of how the talk came about.
 */
#include <string.h>
#include "gw.h"

enum {
	PROBE_S = 5 * 60,
	PROBE_WAIT_MS = 8000,
	SILENCES = 2,
};


/* Who is called back is the other side; the member is the caller's. */
static struct leg *leg_of(const struct call *call, unsigned side)
{
	const struct attempt *attempt = side == SIDE_CALLER ? call->member
		: call->talk;

	return attempt ? attempt->leg : NULL;
}


static const char *name_of(const struct call *call, unsigned side)
{
	if (call->uas)
		return side == SIDE_CALLER ? "the caller" : "who was called";

	return side == SIDE_CALLER ? "the member" : "who is called back";
}


/* ---- an offer from one side to the other ---- */

static int offer_to(struct call *call, unsigned side,
		    const struct offer_body *body, offer_h *h)
{
	if (side == SIDE_CALLER && call->uas)
		return uas_offer(call->uas, body, h, call);

	return leg_offer(leg_of(call, side), body, h, call);
}


static void reply_to(struct call *call, unsigned side, uint16_t code,
		     const char *reason, const struct offer_body *body)
{
	if (side == SIDE_CALLER && call->uas)
		(void)uas_reply(call->uas, code, reason, body);
	else
		(void)leg_reply(leg_of(call, side), code, reason, body);
}


static void pass_back(struct call *call, unsigned side,
		      const struct sip_msg *msg)
{
	struct offer_body body = { NULL, NULL, 0 };
	char ctype[GW_CTYPE];
	uint16_t code = msg ? msg->scode : 408;

	if (msg && code < 300)
		body_of(&body, ctype, sizeof(ctype), msg);
	/* a challenge is between us and its side alone */
	if ((code < 300 && !body.content_type) || code == 401 || code == 407)
		code = 488;
	reply_to(call, side, code, code < 300 ? "OK" : code == 491
		 ? "Request Pending" : "Not Acceptable Here", &body);
	gw_log(call->gw, "call %s: %s offers: %u", call->callid,
	       name_of(call, side), code);
}


static void to_caller(const struct sip_msg *msg, void *arg)
{
	pass_back(arg, SIDE_CALLER, msg);
}


static void to_other(const struct sip_msg *msg, void *arg)
{
	pass_back(arg, SIDE_OTHER, msg);
}


static void pass_on(struct call *call, unsigned from,
		    const struct sip_msg *msg)
{
	struct offer_body body;
	char ctype[GW_CTYPE];
	int err = EINVAL;

	body_of(&body, ctype, sizeof(ctype), msg);
	if (call->talk && body.content_type)
		err = offer_to(call, from == SIDE_CALLER ? SIDE_OTHER
			       : SIDE_CALLER, &body, from == SIDE_CALLER
			       ? to_caller : to_other);
	if (err == EBUSY)
		reply_to(call, from, 491, "Request Pending", NULL);
	else if (err)
		reply_to(call, from, 488, "Not Acceptable Here", NULL);
}


void talk_caller_offers(const struct sip_msg *msg, void *arg)
{
	pass_on(arg, SIDE_CALLER, msg);
}


void talk_other_offers(const struct sip_msg *msg, void *arg)
{
	struct attempt *attempt = arg;

	if (attempt->call->talk == attempt)
		pass_on(attempt->call, SIDE_OTHER, msg);
	else if (attempt->call->member == attempt && attempt->call->talk)
		pass_on(attempt->call, SIDE_CALLER, msg);
	else
		(void)leg_reply(attempt->leg, 491, "Request Pending", NULL);
}


/* ---- are they still there ---- */

static void probed(struct call *call, unsigned side, probe_verdict verdict)
{
	call->silent[side] = verdict == PROBE_SILENT ? call->silent[side] + 1
		: 0;
	if (verdict != PROBE_GONE && call->silent[side] < SILENCES)
		return;
	gw_log(call->gw, "call %s: ended: %s %s", call->callid,
	       name_of(call, side),
	       verdict == PROBE_GONE ? "knows nothing of it any more"
	       : "does not answer");
	call_end(call, TW_CALL_ANSWERED, 0, NULL);
}


static void caller_probed(probe_verdict verdict, void *arg)
{
	probed(arg, SIDE_CALLER, verdict);
}


static void other_probed(probe_verdict verdict, void *arg)
{
	probed(arg, SIDE_OTHER, verdict);
}


static void probe_handler(void *arg)
{
	struct call *call = arg;
	const struct gateway_options *o = &call->gw->options;
	const uint32_t wait = o->probe_wait_ms ? o->probe_wait_ms
		: PROBE_WAIT_MS;

	if (call->uas)
		(void)uas_probe(call->uas, wait, caller_probed, call);
	else
		(void)leg_probe(leg_of(call, SIDE_CALLER), wait,
				caller_probed, call);
	(void)leg_probe(leg_of(call, SIDE_OTHER), wait, other_probed, call);
	talk_begin(call);
}


void talk_begin(struct call *call)
{
	const struct gateway *gw = call->gw;
	const uint32_t every = gw->options.probe_s;

	clk_timer_start(gw->clk, &call->probe, clk_now(gw->clk) +
			(every ? every : PROBE_S) * TW_SECOND, probe_handler,
			call);
}


void talk_end(struct call *call)
{
	clk_timer_cancel(&call->probe);
}
