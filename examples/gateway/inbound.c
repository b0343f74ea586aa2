/**
 * @file inbound.c  A carrier's INVITE to number, plan, engine
 *
 * Carriers mean one of two things by the Request-URI: our Contact token (then
 * To holds the number) or the number itself. Both are taken, from that trunk's
 * addresses only.
 */
#include <string.h>
#include "gw.h"


static const char *text_of(const struct gateway *gw, tw_row row,
			   const char *field)
{
	const char *text = tw_row_text(gw->directory, row, field);

	return text ? text : "";
}


static bool find_number(tw_row *row, char number[GW_NUMBER],
			const struct gateway *gw, const struct pl *user)
{
	return gw_digits(number, gw, user) &&
		tw_directory_find(row, gw->directory, "number", number,
				  NULL) == TW_OK;
}


/* The trunk that this source may speak for. Accounts of one carrier at one
 * address that nothing tells apart cost the same: the first one is written. */
static const struct trunk *trunk_of(const struct gateway *gw,
				    const struct sip_msg *msg,
				    const char *carrier)
{
	tw_inbound_match match;
	tw_status status = trunk_ask(&match, gw, msg, carrier);
	const struct trunk *trunk;

	trunk = trunk_find(gw, status == TW_ECONFLICT ? match.candidates[0]
			   : match.trunk);
	if (status && (status != TW_ECONFLICT || !trunk ||
		       strcmp(trunk->carrier, carrier))) {
		gw_log(gw, "no trunk: %s", match.reason);
		return NULL;
	}

	return trunk;
}


static void start(struct call *call)
{
	struct gateway *gw = call->gw;
	int err;

	gw->stats.inbound++;
	gw_log(gw, "call %s: %s -> %s by %s", call->callid, call->caller,
	       call->number, call->trunk->name);
	err = ring_enter(call);
	if (err == ENOENT)
		call_end(call, TW_CALL_FAILED, 480,
			 "no plan for this number");
	else if (err)
		call_end(call, TW_CALL_FAILED, 503, "too many calls");
}


void inbound_invite(struct stack *stack, const struct sip_msg *msg)
{
	struct gateway *gw = stack->gw;
	const struct trunk *trunk;
	char number[GW_NUMBER];
	struct call *call;
	tw_row row;

	if (gw_is_full(stack, msg))
		return;
	if (!find_number(&row, number, gw, &msg->to.uri.user) &&
	    !find_number(&row, number, gw, &msg->uri.user)) {
		gw->stats.refused++;
		gw_log(gw, "INVITE for a number that is not ours: 404");
		(void)sip_treply(NULL, stack->sip, msg, 404, "Not Found");
		return;
	}

	trunk = trunk_of(gw, msg, text_of(gw, row, "carrier"));
	if (!trunk) {
		gw->stats.refused++;
		gw_log(gw, "INVITE for %s: not from its carrier: 403",
		       number);
		(void)sip_reply(stack->sip, msg, 403, "Forbidden");
		return;
	}

	if (call_alloc(&call, stack, msg, TW_DIRECTION_INBOUND)) {
		gw->stats.refused++;
		return;
	}
	call->trunk = trunk;
	str_ncpy(call->number, number, sizeof(call->number));
	start(call);
}
