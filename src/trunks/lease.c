/**
 * @file src/trunks/lease.c  One of several nodes registers
 *
 * Decides what a set does when it gets and loses the right to register. The
 * right ends by itself at a time that is known before, so that a node that
 * hangs, or is cut off from who grants it, falls silent without being told.
 */
#include "set.h"

static bool start_wanted(tw_trunks *set)
{
	bool events = false;

	for (tw_trunk *trunk = set->trunks; trunk; trunk = trunk->next) {
		if (!trunk->wanted || trunk->retired)
			continue;
		(void)tw__trunk_order(trunk, TW_ORDER_START, NULL);
		events |= tw__trunk_drain_all(trunk);
	}
	return events;
}

static bool leave_all(tw_trunks *set, enum tw_order order)
{
	bool events = false;
	tw_trunk *next;

	for (tw_trunk *trunk = set->trunks; trunk; trunk = next) {
		next = trunk->next;
		(void)tw__trunk_order(trunk, order, NULL);
		events |= tw__trunk_drain_all(trunk);
		events |= tw__trunk_settle(trunk);
	}
	return events;
}

bool tw__trunks_check_lease(tw_trunks *set, int64_t now_us)
{
	if (!set->held || now_us < set->lease_until)
		return false;
	set->held = false;
	set->lease_until = INT64_MAX;
	return leave_all(set, TW_ORDER_FORGET);
}

tw_status tw_trunks_lease(tw_trunks *set, int64_t until_us, tw_error *err)
{
	int64_t now_us;
	tw_status status;
	bool events;

	if (!set)
		return tw__sip_fail(err, TW_EINVAL, "", "trunks is NULL");
	if (tw__trunks_far(set))
		return tw__far_lease(set, until_us, err);
	if (!(set->flags & TW_TRUNKS_LEASED))
		return tw__sip_fail(err, TW_EINVAL, "flags", "this set always "
			"registers; make it leased");
	status = tw__trunks_enter(set, err);
	if (status)
		return status;
	set->refs++;
	now_us = tw__trunks_now(set);
	/* a renewal that comes too late does not undo the lapse */
	events = tw__trunks_check_lease(set, now_us);
	if (until_us > now_us) {
		set->lease_until = until_us;
		if (!set->held) {
			set->held = true;
			events |= start_wanted(set);
		}
	}
	else if (set->held) {
		set->held = false;
		set->lease_until = INT64_MAX;
		events |= leave_all(set, TW_ORDER_STOP);
	}
	tw__trunks_leave(set, events);
	tw__trunks_unref(set);
	return TW_OK;
}
