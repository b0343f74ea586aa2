/**
 * @file src/registration/doubt.c  A target that registers and does not answer
 *
 * A registrar may take a REGISTER every few minutes while nothing else gets
 * through to it. Decides what it means for a registration that OPTIONS say so:
 * another target is tried at once, and the doubted one is gone back to when it
 * has been left alone for a while and has answered a probe. Both are needed:
 * without the probe the trunk would be back at the next refresh and leave
 * again a minute later, for ever; without the while, as often as OPTIONS
 * change their mind. It refuses to know how OPTIONS are sent.
 */
#include <string.h>
#include <trunkwise/health.h>
#include "machine.h"
#include "words.h"

static void doubt(struct tw_target *target, int64_t now_us)
{
	int64_t hold_us = TW_HOLD_MIN_US;

	/* so long ago that it is the first one again */
	if (target->doubted_until &&
	    now_us > target->doubted_until + TW_DOUBT_MAX_US)
		target->doubts = 0;
	for (unsigned i = 0; i < target->doubts && hold_us < TW_HOLD_MAX_US;
	     i++)
		hold_us *= 2;
	if (target->doubts < UINT8_MAX)
		target->doubts++;
	target->doubted = true;
	target->doubted_until = now_us + (hold_us < TW_HOLD_MAX_US ?
		hold_us : TW_HOLD_MAX_US);
}

/* At once, as far as the floor and a Retry-After let it. */
static void move_on(tw_registration *reg, int64_t now_us)
{
	int64_t at = now_us;
	char target[96];

	if (at < reg->attempt_at + TW_ATTEMPT_FLOOR_US)
		at = reg->attempt_at + TW_ATTEMPT_FLOOR_US;
	if (at < reg->not_before)
		at = reg->not_before;
	if (at < reg->next_try_at)
		reg->next_try_at = at;
	tw__reach_text(target, sizeof(target), reg);
	tw__registration_reason(reg, reg->sip_code, "OPTIONS: no answer from "
		"%s; registers elsewhere", target);
	tw__registration_tell(reg, now_us);
}

tw_status tw_registration_set_health(tw_registration *reg, uint32_t verdict,
				     int64_t now_us, tw_error *err)
{
	struct tw_target *current;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->now_us = now_us;
	current = reg->targets.current;
	if (!current || reg->state != TW_TRUNK_REGISTERED ||
	    reg->config.is_static)
		return TW_OK;
	if (verdict == TW_HEALTH_UP || verdict == TW_HEALTH_DEGRADED)
		current->doubted = false;
	if (verdict != TW_HEALTH_DOWN || current->doubted)
		return TW_OK;
	doubt(current, now_us);
	tw__flow_mark_taken(reg);
	/* one that is under way finds out by itself */
	if (reg->wanted && !tw__attempt_is_busy(reg) &&
	    tw__targets_has_other(&reg->targets, now_us))
		move_on(reg, now_us);
	return TW_OK;
}

/* The present one is asked by its trunk's OPTIONS, unless another flow speaks
 * for the trunk. */
static bool is_for_probe(const tw_registration *reg,
			 const struct tw_target *target)
{
	return target->doubted && (target != reg->targets.current ||
		reg->flow.group);
}

static const struct tw_target *next_probe(const tw_registration *reg)
{
	const struct tw_target *first = NULL;

	for (size_t hop = 0; hop < reg->targets.hops; hop++) {
		const struct tw_target_list *list = &reg->targets.list[hop];

		for (size_t i = 0; i < list->count; i++)
			if (is_for_probe(reg, &list->target[i]) && (!first ||
			    list->target[i].doubted_until <
			    first->doubted_until))
				first = &list->target[i];
	}
	return reg->wanted ? first : NULL;
}

int64_t tw_registration_probe_at(const tw_registration *reg)
{
	const struct tw_target *target = reg ? next_probe(reg) : NULL;

	return target ? target->doubted_until : TW_NEVER;
}

tw_status tw_registration_next_probe(tw_registration_action *out,
				     const tw_registration *reg,
				     int64_t now_us, tw_error *err)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	const struct tw_target *target;

	if (!out || out->size < sizeof(out->size) || !reg)
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use "
			"TW_REGISTRATION_ACTION_INIT");
	target = next_probe(reg);
	if (!target || target->doubted_until > now_us)
		return TW_ITER_END;
	action.kind = TW_ACTION_TARGET;
	action.transport = target->at.transport;
	action.port = target->at.port;
	action.host = target->at.host;
	action.server_name = tw__reach_name(reg, target->hop);
	tw__hand_out(out, &action, sizeof(action));
	return TW_OK;
}

tw_status tw_registration_probed(tw_registration *reg, const char *host,
				 uint32_t port, uint32_t transport,
				 int alive, int64_t now_us, tw_error *err)
{
	if (!reg || !host)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	reg->now_us = now_us;
	for (size_t hop = 0; hop < reg->targets.hops; hop++) {
		struct tw_target_list *list = &reg->targets.list[hop];

		for (size_t i = 0; i < list->count; i++) {
			struct tw_target *target = &list->target[i];

			if (!target->doubted || target->at.port != port ||
			    target->at.transport != transport ||
			    strcmp(target->at.host, host) ||
			    target->doubted_until > now_us)
				continue;
			if (alive)
				target->doubted = false;
			else
				doubt(target, now_us);
		}
	}
	return TW_OK;
}
