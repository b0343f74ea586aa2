/*
 * Call confirmation: a mobile or a landline may be answered by a mailbox, and
 * a call that talks to it is lost. So an answer of such a member only asks
 * for a key; others ring on meanwhile, and who presses first has the call.
 */
#include "policy.h"

#include <inttypes.h>

void tw__confirm_ask(struct tw_engine *engine, struct tw_offer *offer)
{
	struct tw_call *call = offer->call;
	struct tw__event_row *row = tw__call_row(&engine->decisions, call,
						 TW_DECISION_CONFIRM,
						 TW_WHY_ASK_KEY);

	row->offer = offer->id;
	row->target = offer->target->id;
	row->pool = offer->pool->id;
	row->step = offer->step;
	row->until = engine->now + TW_CONFIRM_US;
	/* Who answers in a step's last second has his time all the same. */
	if (call->step_until < row->until) {
		call->step_until = row->until;
		tw__timer_arm(&engine->heap, &call->timer, row->until);
	}
	offer->is_confirming = true;
	offer->is_full_ring = false;
	offer->until = row->until;
	tw__timer_stop(&engine->heap, &offer->timer);
	if (offer->until < call->step_until)
		tw__timer_arm(&engine->heap, &offer->timer, offer->until);
}

tw_status tw_offer_confirmed(tw_engine *engine, tw_offer_id offer,
			     tw_time now, tw_error *err)
{
	struct tw_offer *o;
	tw_status status = tw__offer_at(&o, engine, offer, now, err);

	if (status)
		return status;
	if (o->call->talk == o)
		return TW_OK;   /* told twice counts once */
	if (!o->is_confirming)
		return tw__fail(err, TW_ECONFLICT, "offer %" PRIu64 " asks "
				"for no key; report its answer by "
				"tw_offer_answered()", offer.id);
	tw__offer_win(engine, o);
	return tw__engine_follow(engine, TW_OK, err);
}
