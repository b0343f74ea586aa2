/**
 * @file src/trunks/update.c  Trunks that change while they run
 *
 * Decides how another binding comes in the place of one that stands: beside
 * it, under the same name, while the old one un-registers by itself. It
 * refuses to know which options make another binding: the machine does.
 */
#include <stddef.h>
#include <string.h>
#include "set.h"

/* The qualify of the new options, in its place in the set, or NULL. */
static tw_status fresh_qualify(tw_qualify **out, tw_trunk *trunk,
			       const tw_trunk_options *options, tw_error *err)
{
	*out = NULL;
	if (options->size <= offsetof(tw_trunk_options, qualify_s) ||
	    !options->qualify_s)
		return TW_OK;
	return tw_qualify_new(out, options, trunk->set->random, err);
}

static void close_qualify(tw_trunk *trunk)
{
	if (trunk->by_qualify.owner)
		tw__index_remove(&trunk->set->call_ids, &trunk->by_qualify);
	memset(&trunk->by_qualify, 0, sizeof(trunk->by_qualify));
	tw_qualify_free(trunk->qualify);
	trunk->qualify = NULL;
	tw__trunk_probe_close(trunk);
	trunk->health = TW_HEALTH_UNKNOWN;
}

static bool open_qualify(tw_trunk *trunk, tw_qualify *fresh)
{
	trunk->by_qualify.text = tw_qualify_call_id(fresh);
	if (tw__index_add(&trunk->set->call_ids, &trunk->by_qualify))
		return false;
	trunk->by_qualify.owner = trunk;
	trunk->qualify = fresh;
	trunk->asked = NULL;
	if (trunk->peer && !trunk->flows)
		(void)tw__trunk_set_present(trunk, NULL);
	return true;
}

/* Takes fresh. True: something changed. */
static bool take_qualify(tw_trunk *trunk, tw_qualify *fresh)
{
	bool changed = !fresh != !trunk->qualify;

	if (!fresh && trunk->qualify)
		close_qualify(trunk);
	else if (fresh && !trunk->qualify) {
		/* without memory the trunk goes on unasked */
		if (open_qualify(trunk, fresh))
			return true;
		changed = false;
	}
	else
		changed = tw_qualify_take_limits(trunk->qualify, fresh) != 0;
	tw_qualify_free(fresh);
	return changed;
}

/* An unset contact_user keeps the token, as it does in place. */
static tw_status replace(tw_trunk **trunk, const tw_trunk_options *options,
			 tw_error *err)
{
	tw_trunk_options copy = TW_TRUNK_OPTIONS_INIT;
	tw_trunk *old = *trunk, *fresh;
	tw_trunks *set = old->set;
	tw_status status;

	memcpy(&copy, options, options->size < sizeof(copy) ? options->size :
		sizeof(copy));
	if (!copy.contact_user)
		copy.contact_user = old->contact_user;
	tw__trunk_leave_names(old);
	status = tw_trunk_new(&fresh, set, &copy, err);
	if (status) {
		tw__trunk_take_names(old);
		return status;
	}
	*trunk = fresh;
	old->replaced = true;
	/* else its un-register would take what the new one registers */
	if (tw__trunk_same_instance(old, &copy))
		(void)tw__trunk_order(old, TW_ORDER_FORGET, NULL);
	if (old->wanted)
		(void)tw_trunk_start(fresh, NULL);
	tw__trunks_leave(set, tw__trunk_retire(old));
	return TW_OK;
}

static tw_status update(uint32_t *change, tw_trunk **trunk,
			const tw_trunk_options *options, tw_error *err)
{
	tw_trunk *now = *trunk;
	tw_qualify *qualify;
	bool changed = false;
	tw_status status = fresh_qualify(&qualify, now, options, err);

	if (status)
		return status;
	status = tw__trunk_change(change, now, options, err);
	if (status || *change == TW_CHANGE_BINDING) {
		tw_qualify_free(qualify);
		return status ? status : replace(trunk, options, err);
	}
	if (take_qualify(now, qualify))
		*change = TW_CHANGE_APPLIED;
	status = tw__trunk_take_sources(&changed, now, options, err);
	if (changed)
		*change = TW_CHANGE_APPLIED;
	tw__trunks_leave(now->set, tw__trunk_drain_all(now));
	return status;
}

tw_status tw_trunk_update(uint32_t *out_change, tw_trunk **trunk,
			  const tw_trunk_options *options, tw_error *err)
{
	uint32_t change = TW_CHANGE_NONE;
	tw_status status;

	if (!trunk || !*trunk || !options ||
	    options->size < 2 * sizeof(uint32_t))
		return tw__sip_fail(err, TW_EINVAL, "", "an argument is NULL "
			"or options.size is not set; use "
			"TW_TRUNK_OPTIONS_INIT");
	if (tw__trunks_far((*trunk)->set))
		return tw__far_update(out_change, trunk, options, err);
	status = tw__trunks_enter((*trunk)->set, err);
	if (!status && (*trunk)->set->left)
		status = tw__sip_fail(err, TW_EINVAL, "", "its set was freed; "
			"only free the trunk");
	if (!status)
		status = update(&change, trunk, options, err);
	if (!status && out_change)
		*out_change = change;
	return status;
}
