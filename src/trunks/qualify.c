/**
 * @file src/trunks/qualify.c  OPTIONS of one trunk of a set
 *
 * Decides while what a trunk's target is asked, and that a set with thousands
 * of trunks never asks in a burst. It refuses to know what answers mean: the
 * pure machine in libtrunkwise does.
 */
#include <stddef.h>
#include <string.h>
#include <trunkwise/health.h>
#include "set.h"

/* Between two OPTIONS of a set: at most 50 a second, whatever is due. */
#define GAP_US 20000

tw_status tw__trunk_qualify_open(tw_trunk *trunk,
				 const tw_trunk_options *options,
				 tw_error *err)
{
	/* an older caller's options end before it */
	if (options->size <= offsetof(tw_trunk_options, qualify_s) ||
	    !options->qualify_s)
		return TW_OK;
	return tw_qualify_new(&trunk->qualify, options, trunk->set->random,
		err);
}

/* Where requests to this flow's target leave from. */
static bool is_told(tw_trunk *trunk, const tw_trunk *flow)
{
	char host[256];
	uint32_t number;

	if (!trunk->flows || trunk->asked == flow)
		return true;
	if (!flow->peer || tw__trunk_local(host, sizeof(host), &number, flow,
			NULL) ||
	    tw_qualify_set_local(trunk->qualify, host, number, NULL))
		return false;
	trunk->asked = flow;
	return true;
}

/* Only where it is registered: elsewhere no call goes, so nobody wants to
 * know, and a carrier that refused us would be asked for nothing. */
static void follow(tw_trunk *trunk, int64_t now_us)
{
	const tw_trunk *flow = tw__trunk_speaker(trunk);
	const char *host;
	uint32_t number, transport;

	/* the one that holds the binding, not one that is only tried */
	if (trunk->state == TW_TRUNK_REGISTERED &&
	    !tw_registration_is_pending(flow->registration) &&
	    !tw_registration_target(&host, &number, &transport,
				    flow->registration, NULL) &&
	    is_told(trunk, flow))
		(void)tw_qualify_set_target(trunk->qualify, host, number,
			transport, now_us, NULL);
	if (trunk->state == TW_TRUNK_REGISTERED)
		(void)tw_qualify_start(trunk->qualify, now_us, NULL);
	else
		(void)tw_qualify_stop(trunk->qualify, now_us, NULL);
}

void tw__trunk_qualify_tick(tw_trunk *trunk, int64_t now_us)
{
	tw_trunks *set = trunk->set;
	int64_t slot;

	if (!trunk->qualify || tw_qualify_deadline(trunk->qualify) > now_us)
		return;
	if (!tw_qualify_is_pending(trunk->qualify) && !trunk->has_slot) {
		slot = set->qualify_at > now_us ? set->qualify_at : now_us;
		set->qualify_at = slot + GAP_US;
		trunk->has_slot = true;
		(void)tw_qualify_delay(trunk->qualify, slot, NULL);
	}
	if (tw_qualify_deadline(trunk->qualify) > now_us)
		return;
	trunk->has_slot = false;
	(void)tw_qualify_tick(trunk->qualify, now_us, NULL);
}

bool tw__trunk_qualify_drain(tw_trunk *trunk)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	int64_t now_us = tw__trunks_now(trunk->set);
	bool events = false;

	if (!trunk->qualify)
		return false;
	follow(trunk, now_us);
	while (!tw_qualify_next(&action, trunk->qualify, NULL)) {
		if (action.kind == TW_ACTION_EVENT) {
			trunk->health = action.event.health_new;
			action.event.state_old = trunk->state;
			action.event.state_new = trunk->state;
			tw__trunk_queue_event(trunk, &action.event);
			(void)tw__trunk_heed(trunk, action.event.health_new);
			events = true;
		}
		else if (!tw__trunk_send(tw__trunk_speaker(trunk), &action)) {
			(void)tw_qualify_send_failed(trunk->qualify, now_us,
				NULL);
		}
	}
	return events;
}

tw_status tw_trunk_health_get(tw_trunk_health *out, const tw_trunk *trunk,
			      tw_error *err)
{
	tw_trunk_health none = TW_TRUNK_HEALTH_INIT;

	if (!out || !trunk || out->size < sizeof(out->size))
		return tw__sip_fail(err, TW_EINVAL, "", "an argument is NULL "
			"or out->size is not set; use TW_TRUNK_HEALTH_INIT");
	if (tw__trunks_far(trunk->set))
		return tw__far_health_get(out, trunk, err);
	if (trunk->qualify)
		return tw_qualify_status(out, trunk->qualify, err);
	none.size = out->size;
	memcpy(out, &none, out->size < sizeof(none) ? out->size :
		sizeof(none));
	return TW_OK;
}
