/**
 * @file outbound.c  A phone's INVITE to router to carrier
 *
 * The router says who carries it and for how much; here the answer is
 * dialled, and a refusal explained to the phone and to the books. Emergency
 * numbers take the site's own way out and no count of slots stops them.
 */
#include <string.h>
#include "gw.h"


static const char *text_of(const struct gateway *gw, tw_row row,
			   const char *field)
{
	const char *text = tw_row_text(gw->directory, row, field);

	return text ? text : "";
}


/* By its contracts' [[approval]]s; a number of the carrier's own needs none,
 * as long as none says otherwise. */
static bool is_approved(const struct gateway *gw, tw_row number,
			const char *carrier)
{
	const char *digits = text_of(gw, number, "number");
	bool refused = false;
	tw_row row = { 0 }, contract;

	while (tw_directory_next(&row, gw->directory, "approval",
				 NULL) == TW_OK) {
		const char *name = text_of(gw, row, "contract");

		if (strcmp(text_of(gw, row, "number"), digits) ||
		    tw_directory_find(&contract, gw->directory, "contract",
				      name, NULL) ||
		    strcmp(text_of(gw, contract, "carrier"), carrier))
			continue;
		if (!strcmp(text_of(gw, row, "status"), "granted"))
			return true;
		refused = true;
	}

	return !refused && !strcmp(text_of(gw, number, "carrier"), carrier);
}


static int score(const struct gateway *gw, tw_row row,
		 const char *department, const char *preferred)
{
	const char *shown = text_of(gw, row, "caller_id");
	const bool may_show = *shown == 't' || *shown == '1';
	const bool own = department[0] &&
		!strcmp(text_of(gw, row, "department"), department);
	const bool wanted = preferred &&
		!strcmp(text_of(gw, row, "number"), preferred);

	return 1 + (may_show ? 1 : 0) + (own ? 2 : 0) + (wanted ? 4 : 0);
}


void outbound_number(char out[GW_NUMBER], const struct gateway *gw,
		     const char *carrier, const char *department,
		     const char *preferred)
{
	tw_row row = { 0 }, best = { 0 };
	int top = 0;

	while (tw_directory_next(&row, gw->directory, "number",
				 NULL) == TW_OK) {
		const int s = score(gw, row, department, preferred);

		if (s > top && (!carrier || is_approved(gw, row, carrier))) {
			top = s;
			best = row;
		}
	}

	out[0] = '\0';
	if (top)
		str_ncpy(out, text_of(gw, best, "number"), GW_NUMBER);
}


void outbound_show(struct call *call, const char *carrier)
{
	outbound_number(call->own, call->gw, carrier,
			call->phone->department, NULL);
}


static void refuse(struct call *call, tw_status status,
		   const tw_route_candidate *rows, uint32_t count,
		   const tw_error *err)
{
	const char *why = count ? rows[0].reason : err->message;

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
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate rows[GW_CANDIDATES];
	uint32_t count = GW_CANDIDATES;
	tw_error err = TW_ERROR_INIT;
	struct attempt *attempt;
	tw_status status;

	memset(rows, 0, sizeof(rows));
	rows[0].size = sizeof(rows[0]);
	outbound_show(call, NULL);
	request.number = call->number;
	request.caller = call->own[0] ? call->own : NULL;
	request.site = call->phone->site[0] ? call->phone->site : NULL;
	request.at = clk_now(gw->clk);
	status = tw_router_decide(rows, &count, gw->router, &request, &err);
	if (status == TW_EBUSY && count && rows[0].emergency)
		status = TW_OK;
	if (status) {
		gw_log(gw, "call %s: %s refused: %s", call->callid,
		       call->number, err.message);
		refuse(call, status, rows, count, &err);
		return;
	}

	if (attempt_carriers(&attempt, call, call->number, rows, count) ||
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
		     const struct phone *phone)
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
	call->phone = phone;
	str_ncpy(call->number, number, sizeof(call->number));
	gw_log(gw, "call %s: %s dials %s", call->callid, phone->name,
	       call->number);
	if (!occupy(call) && !emergency) {
		call_end(call, TW_CALL_BUSY, 486, "this phone is in a call");
		return;
	}
	route(call);
}
