/**
 * @file src/trunks/retire.c  Trunks that the host let go of
 *
 * Decides how long a removed trunk lives on: until its registrar knows, or
 * cannot be told, and until the host has read so. Its name and its Contact
 * are free at once. It refuses to know how one un-registers.
 */
#include <string.h>
#include "set.h"

void tw__trunk_leave_names(tw_trunk *trunk)
{
	tw__index_remove(&trunk->set->names, &trunk->by_name);
	tw__index_remove(&trunk->set->contacts, &trunk->by_contact);
	trunk->by_name.owner = trunk->by_contact.owner = NULL;
}

/* There is room: it was in them, and nobody came meanwhile. */
void tw__trunk_take_names(tw_trunk *trunk)
{
	(void)tw__index_add(&trunk->set->names, &trunk->by_name);
	(void)tw__index_add(&trunk->set->contacts, &trunk->by_contact);
	trunk->by_name.owner = trunk->by_contact.owner = trunk;
}

static void tell(tw_trunk *trunk)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	(void)tw__trunk_status(&status, trunk, NULL);
	event.state_old = trunk->state;
	event.state_new = TW_TRUNK_REMOVED;
	event.sip_code = status.sip_code;
	event.next_try_s = -1;
	memcpy(event.trunk, trunk->name, sizeof(event.trunk));
	memcpy(event.reason, status.reason, sizeof(event.reason));
	tw__trunk_queue_event(trunk, &event);
}

bool tw__trunk_settle(tw_trunk *trunk)
{
	tw_trunks *set = trunk->set;
	bool told = false;

	trunk = tw__trunk_lead(trunk);
	if (!trunk->retired)
		return false;
	if (!trunk->done && !tw__trunk_is_pending(trunk) &&
	    (trunk->state == TW_TRUNK_IDLE ||
	     trunk->state == TW_TRUNK_DISABLED)) {
		trunk->done = true;
		told = !trunk->replaced;
		if (told)
			tell(trunk);
	}
	if (!trunk->done || trunk->newest)
		return told;
	tw__trunk_destroy(trunk);
	tw__trunks_unref(set);
	return told;
}

bool tw__trunk_retire(tw_trunk *trunk)
{
	bool events;

	trunk->retired = true;
	(void)tw__trunk_order(trunk, TW_ORDER_STOP, NULL);
	events = tw__trunk_drain_all(trunk);
	return tw__trunk_settle(trunk) || events;
}

tw_status tw_trunk_remove(tw_trunk *trunk, tw_error *err)
{
	tw_trunks *set;
	tw_status status;

	if (!trunk)
		return tw__sip_fail(err, TW_EINVAL, "", "trunk is NULL");
	if (tw__trunks_far(trunk->set))
		return tw__far_act(tw_trunk_remove, trunk, err);
	set = trunk->set;
	if (set->left)
		return tw__sip_fail(err, TW_EINVAL, "", "its set was freed, "
			"so that nobody could be told; free the trunk");
	status = tw__trunks_enter(set, err);
	if (status)
		return status;
	tw__trunk_leave_names(trunk);
	/* the set must outlive its own last trunk here */
	set->refs++;
	tw__trunks_leave(set, tw__trunk_retire(trunk));
	tw__trunks_unref(set);
	return TW_OK;
}

void tw__trunks_drop_retired(tw_trunks *set)
{
	tw_trunk *next;

	for (tw_trunk *trunk = set->trunks; trunk; trunk = next) {
		next = trunk->next;
		if (!trunk->retired)
			continue;
		tw__trunk_destroy(trunk);
		set->refs--;
	}
}
