/**
 * @file slot.c  A carrier's slot, and what its answer means
 *
 * Begins and ends calls with the router, and reports how each leg fared: the
 * code, the Q.850 cause that stands in the Reason header, how long the carrier
 * wants to be left alone. Whether the next carrier is tried is the router's
 * word; dialling it is for others.
 */
#include <string.h>
#include "gw.h"


tw_route_call slot_take(struct gateway *gw, const struct trunk *trunk,
			const char *number, uint32_t flags)
{
	tw_route_attempt attempt = TW_ROUTE_ATTEMPT_INIT;
	tw_route_call slot = { 0 };

	attempt.flags = flags;
	attempt.trunk = trunk->name;
	attempt.number = number;
	attempt.now = clk_now(gw->clk);
	(void)tw_router_call_begin(&slot, gw->router, &attempt, NULL);

	return slot;
}


void slot_free(struct gateway *gw, tw_route_call slot)
{
	if (slot.id)
		(void)tw_router_call_end(gw->router, slot, clk_now(gw->clk),
					 NULL);
}


/* "Q.850;cause=17;text=..." among the values of all Reason headers. */
static bool reason_handler(const struct sip_hdr *hdr,
			   const struct sip_msg *msg, void *arg)
{
	uint32_t *cause = arg;
	struct pl params, value;
	(void)msg;

	if (re_regex(hdr->val.p, hdr->val.l, "Q.850[^,]*", &params) ||
	    re_regex(params.p, params.l, "cause[ ]*=[ ]*[0-9]+", NULL, NULL,
		     &value))
		return false;
	*cause = pl_u32(&value);

	return true;
}


/* Seconds, before any comment or parameter. */
static int64_t retry_after(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_RETRY_AFTER);
	struct pl value;

	if (!hdr || re_regex(hdr->val.p, hdr->val.l, "[0-9]+", &value) ||
	    value.p != hdr->val.p)
		return 0;

	return pl_u32(&value);
}


bool slot_report(struct gateway *gw, tw_route_call slot, uint16_t code,
		 bool rung, const struct sip_msg *msg)
{
	tw_route_outcome outcome = TW_ROUTE_OUTCOME_INIT;
	tw_route_verdict verdict = TW_ROUTE_VERDICT_INIT;

	outcome.sip_code = code;
	outcome.flags = rung ? TW_ROUTE_RUNG : 0;
	outcome.now = clk_now(gw->clk);
	if (msg && !msg->req) {
		outcome.retry_after_s = retry_after(msg);
		(void)sip_msg_hdr_apply(msg, true, SIP_HDR_REASON,
					reason_handler, &outcome.q850);
	}
	if (tw_router_report(&verdict, gw->router, slot, &outcome, NULL))
		return false;
	if (verdict.next != TW_NEXT_STOP)
		gw_log(gw, "%u: %s", code, verdict.reason);

	return verdict.next != TW_NEXT_STOP;
}
