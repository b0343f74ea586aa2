/**
 * @file outbound.c  A phone's INVITE to router to carrier
 *
 * The router says who may carry it, for how much and under which number; here
 * the answer is dialled, and a refusal explained to the phone and to the
 * books. Emergency numbers take the site's own way out and no count of slots
 * stops them.
 */
#include <string.h>
#include "gw.h"


static void refuse(struct call *call, tw_status status,
		   const struct quote *quote, const tw_error *err)
{
	const char *why = quote->count ? quote->rows[0].reason : err->message;

	if (quote->count)
		str_ncpy(call->own, quote->rows[0].caller, sizeof(call->own));
	switch (status) {

	case TW_EREFUSED:
		call_end(call, TW_CALL_FAILED, 403, why);
		break;

	case TW_ENOPRICE:
		call_end(call, TW_CALL_FAILED, 404, why);
		break;

	default:
		call_end(call, TW_CALL_FAILED, 503, why);
		break;
	}
}


static void route(struct call *call)
{
	struct gateway *gw = call->gw;
	tw_call_request request = TW_CALL_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	struct attempt *attempt;
	struct quote quote;
	tw_status status;

	request.number = call->number;
	request.department = call->phone->department;
	request.site = call->phone->site[0] ? call->phone->site : NULL;
	request.at = clk_now(gw->clk);
	status = spend_ask(&quote, gw, &request, &err);
	if (status == TW_EBUSY && quote.count && quote.rows[0].emergency)
		status = TW_OK;
	if (status) {
		gw_log(gw, "call %s: %s refused: %s", call->callid,
		       call->number, err.message);
		refuse(call, status, &quote, &err);
		return;
	}

	if (attempt_carriers(&attempt, call, call->number, &quote) ||
	    attempt_dial(attempt))
		call_end(call, TW_CALL_FAILED, 503, "no way out");
}


/* The person at the phone is busy now: the engine must not ring him. */
static bool occupy(struct call *call)
{
	struct gateway *gw = call->gw;

	if (!call->phone->is_target)
		return true;
	call->occupied = tw_target_occupy(gw->engine, call->phone->target,
					  clk_now(gw->clk), NULL) == TW_OK;

	return call->occupied;
}


void outbound_invite(struct stack *stack, const struct sip_msg *msg,
		     struct phone *phone)
{
	struct gateway *gw = stack->gw;
	char number[GW_NUMBER];
	struct call *call;
	bool emergency;

	if (!gw_digits(number, gw, &msg->uri.user)) {
		gw->stats.refused++;
		(void)sip_treply(NULL, stack->sip, msg, 484,
				 "Address Incomplete");
		return;
	}
	emergency = tw_router_is_emergency(gw->router, number);
	if (!emergency && gw_is_full(stack, msg))
		return;
	if (call_alloc(&call, stack, msg, TW_DIRECTION_OUTBOUND)) {
		gw->stats.refused++;
		return;
	}

	gw->stats.outbound++;
	call->phone = mem_ref(phone);
	str_ncpy(call->number, number, sizeof(call->number));
	gw_log(gw, "call %s: %s dials %s", call->callid, phone->name,
	       call->number);
	if (!occupy(call) && !emergency) {
		call_end(call, TW_CALL_BUSY, 486, "this phone is in a call");
		return;
	}
	route(call);
}
