/**
 * @file src/registration/loss.c  A connection to the target is gone
 *
 * Decides what that means for a registration. A request on its way failed,
 * with the target that it was for. A binding that stands is renewed soon:
 * calls come by the connection that it was made over. A registrar that hangs
 * up after each answer is followed more and more slowly, down to the pace of
 * refreshes.
 */
#include "machine.h"

static void renew(tw_registration *reg, int64_t now_us)
{
	int64_t wait_s = reg->losses < 10 ? 1LL << reg->losses : 1024, at;

	if (reg->losses < UINT32_MAX)
		reg->losses++;
	at = now_us + tw__jitter(reg->random, wait_s * TW_SECOND, 500, 1000);
	if (at < reg->attempt_at + TW_ATTEMPT_FLOOR_US)
		at = reg->attempt_at + TW_ATTEMPT_FLOOR_US;
	if (at < reg->not_before)
		at = reg->not_before;
	if (at >= reg->next_try_at)
		return;
	reg->renewing = true;
	reg->next_try_at = at;
}

tw_status tw_registration_connection_lost(tw_registration *reg,
	uint32_t lost, const char *why, int64_t now_us, tw_error *err)
{
	char phrase[TW_PHRASE_MAX];
	struct tw_str what;

	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	if (lost != TW_LOST_BROKEN && lost != TW_LOST_REFUSED)
		return tw__fail_at(err, TW_EINVAL, 0, "lost",
			"%u is no TW_LOST_", lost);
	reg->now_us = now_us;
	what = tw__config_hide(phrase, &reg->config, tw__str_of(why ? why :
		"the connection is gone"));
	if (reg->transaction.pending) {
		tw__registration_reason(reg, 0, "%.*s", (int)what.l, what.p);
		tw__attempt_unserved(reg, lost == TW_LOST_REFUSED ?
			TW_VERDICT_REFUSED : TW_VERDICT_TEMPORARY, 0, now_us);
	}
	else if (reg->wanted && reg->state == TW_TRUNK_REGISTERED &&
		 !tw__attempt_is_on(reg)) {
		tw__registration_reason(reg, reg->sip_code, "%.*s; registers "
			"again", (int)what.l, what.p);
		renew(reg, now_us);
	}
	return TW_OK;
}
