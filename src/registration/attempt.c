/**
 * @file src/registration/attempt.c  One attempt to (un)register
 *
 * An attempt is a REGISTER and what its answers make of it: challenge,
 * stale nonce, 423. It decides success and failure of one attempt and sets
 * when the next may come. It refuses to know timers inside a transaction.
 *
 * The rule that no answer can break: attempts begin at least 5 s apart, ask
 * at most 4 targets and each of them at most 6 times.
 */
#include <assert.h>
#include <string.h>
#include "machine.h"
#include "wake.h"

/* Every plan passes here. */
static void plan(tw_registration *reg, int64_t now_us, int64_t wait_us)
{
	int64_t at = now_us + wait_us;

	if (at < reg->attempt_at + TW_ATTEMPT_FLOOR_US)
		at = reg->attempt_at + TW_ATTEMPT_FLOOR_US;
	if (at < reg->not_before)
		at = reg->not_before;
	reg->next_try_at = at;
}

/* Half to all of a base that is doubled by each failure in a row, capped; by
 * RFC 5626 section 4.5 the first of a flow doubles it already. A binding that
 * still stands gets more tries before it ends, each after half of what is
 * left: no more than a few, since plan() keeps its floor. */
static int64_t backoff(tw_registration *reg, int64_t now_us)
{
	int64_t left_us = (reg->expires_at - now_us) / 2, wait_us;
	/* another flow lives: there is time (30 s and 90 s there) */
	int64_t wait_s = reg->config.retry_base_s * (reg->flow.id ? 2 : 1) *
		(tw__flow_has_mates(reg, now_us) ? 3 : 1);

	for (uint32_t i = 1; i < reg->failures &&
	     wait_s < reg->config.retry_max_s; i++)
		wait_s *= 2;
	if (wait_s > reg->config.retry_max_s)
		wait_s = reg->config.retry_max_s;
	wait_us = tw__jitter(reg->random, wait_s * TW_SECOND, 500, 1000);
	return left_us > 0 && left_us < wait_us ? left_us : wait_us;
}

/* When a Retry-After is over, 0 without one: up to a tenth later, never
 * earlier, since all trunks of a registrar are told the same number. */
static int64_t later(const tw_registration *reg, uint32_t seconds,
		     int64_t now_us)
{
	return seconds ? now_us + tw__jitter(reg->random,
		(int64_t)seconds * TW_SECOND, 1000, 1100) : 0;
}

static void remember_retry_after(tw_registration *reg, uint32_t seconds,
				 int64_t now_us)
{
	int64_t at = later(reg, seconds, now_us);

	if (at > reg->not_before)
		reg->not_before = at;
}

/* The end of an un-register, or of a REGISTER that stop() overtook. */
static void end_stopped(tw_registration *reg, uint32_t state, int64_t now_us)
{
	reg->expires_at = 0;
	reg->granted_s = 0;
	reg->next_try_at = TW_NEVER;
	tw__registration_move(reg, state, now_us);
	if (reg->wanted)
		plan(reg, now_us, 0);   /* start() came meanwhile */
}

/* told: the registrar has said when. */
static void fail_register(tw_registration *reg, enum tw_verdict verdict,
			  bool told, int64_t now_us)
{
	uint32_t state = TW_TRUNK_BACKOFF;

	if (reg->failures < UINT32_MAX)
		reg->failures++;
	/* what has registered before is not misconfigured: look again */
	if (verdict == TW_VERDICT_FATAL && reg->registrations)
		verdict = TW_VERDICT_REFUSED;
	if (verdict == TW_VERDICT_REFUSED && reg->refusals < UINT32_MAX)
		reg->refusals++;
	if (verdict == TW_VERDICT_FATAL)
		state = TW_TRUNK_FATAL;
	else if (reg->refusals >= reg->config.refused_tries)
		state = TW_TRUNK_REFUSED;

	reg->next_try_at = TW_NEVER;
	if (state == TW_TRUNK_BACKOFF)
		plan(reg, now_us, told ? 0 : backoff(reg, now_us));
	else if (state == TW_TRUNK_REFUSED && reg->config.refused_probe_s)
		plan(reg, now_us, tw__jitter(reg->random, TW_SECOND *
			reg->config.refused_probe_s, 900, 1100));
	tw__registration_move(reg, state, now_us);
	/* it was asked, and nobody said a word */
	if (state == TW_TRUNK_BACKOFF && !told && reg->unserved &&
	    !reg->sip_code)
		tw__wake_add(&reg->ticket);
}

static void drop_exchange(tw_registration *reg)
{
	reg->transaction.pending = false;
	reg->send_waits = false;
	tw__buf_free(&reg->request);
	tw__reach_cancel(reg);
	/* an answer that was refused is not offered again */
	for (size_t i = 0; i < 2; i++)
		if (reg->fresh[i])
			tw__credentials_free(&reg->credentials[i]);
}

static enum tw_meter_verdict metered(const tw_registration *reg,
				     enum tw_verdict verdict)
{
	if (reg->unregister)
		return TW_METER_LEFT;
	return verdict == TW_VERDICT_FATAL ? TW_METER_FATAL :
		verdict == TW_VERDICT_REFUSED ? TW_METER_REFUSED :
		TW_METER_TEMPORARY;
}

static void fail(tw_registration *reg, enum tw_verdict verdict, bool told,
		 int64_t now_us)
{
	tw__meter_attempt(reg->meter, metered(reg, verdict), 0);
	drop_exchange(reg);
	tw__pace_end(&reg->ticket);
	/* nothing was accepted yet, so nothing says that this realm is ours */
	if (!reg->registrations && !reg->config.realm)
		memset(reg->realm, 0, sizeof(reg->realm));
	if (reg->unregister)
		end_stopped(reg, TW_TRUNK_DISABLED, now_us);
	else if (reg->wanted)
		fail_register(reg, verdict, told, now_us);
	else if (reg->expires_at > now_us && !told)
		/* the binding before this refresh still stands */
		(void)tw__attempt_begin(reg, true, now_us, NULL);
	else
		end_stopped(reg, TW_TRUNK_IDLE, now_us);
}

void tw__attempt_fail(tw_registration *reg, enum tw_verdict verdict,
		      uint32_t retry_after_s, int64_t now_us)
{
	remember_retry_after(reg, retry_after_s, now_us);
	fail(reg, verdict, retry_after_s > 0, now_us);
}

/* What one target may be asked within an attempt begins anew. */
static void reset_rounds(tw_registration *reg)
{
	reg->attempt_requests = 0;
	reg->stale_rounds = 0;
	reg->min_expires_used = false;
	reg->fresh[0] = reg->fresh[1] = false;
}

/* RFC 3263 section 4.3: the next target on a time-out, a transport error or
 * a 503, at once and within the attempt. A Retry-After keeps us from the one
 * that sent it; when it was the last, from trying at all. */
void tw__attempt_unserved(tw_registration *reg, enum tw_verdict verdict,
			  uint32_t retry_after_s, int64_t now_us)
{
	int64_t until = later(reg, retry_after_s, now_us);

	if (reg->targets.current && until)
		reg->targets.current->retry_at = until;
	*(verdict == TW_VERDICT_REFUSED ? &reg->unserved_refused :
		&reg->unserved) = true;
	tw__targets_failed(&reg->targets, now_us);
	if (reg->wanted && !reg->unregister) {
		drop_exchange(reg);
		reset_rounds(reg);
		if (tw__reach_next(reg, now_us))
			return;
	}
	tw__attempt_out_of_targets(reg, now_us);
}

void tw__attempt_out_of_targets(tw_registration *reg, int64_t now_us)
{
	int64_t until = tw__targets_retry_at(&reg->targets, now_us);
	bool refused = reg->unserved_refused && !reg->unserved;

	if (until > reg->not_before)
		reg->not_before = until;
	if (refused)
		/* a certificate is what it is: no second try first */
		reg->refusals = reg->config.refused_tries;
	fail(reg, refused ? TW_VERDICT_REFUSED : TW_VERDICT_TEMPORARY,
		until > 0, now_us);
}

#define SHARE_MIN_US (2 * TW_SECOND)

/* A target that is slow must not keep the others from being tried: none gets
 * more than its share of what is left of a binding. Where nothing is at stake
 * and the others have just failed, it has its full time. */
static void shorten(tw_registration *reg, int64_t now_us)
{
	int64_t wait_us = reg->transaction.timeout_at - now_us;
	int64_t few_us = reg->config.target_timeout_s * TW_SECOND, share;
	bool worse;
	unsigned others = tw__targets_others(&reg->targets, &worse, now_us);

	if (reg->unregister || !others)
		return;
	if (!worse && few_us < wait_us)
		wait_us = few_us;
	share = (reg->expires_at - now_us) / (others + 1);
	if (reg->expires_at > now_us && share < wait_us)
		wait_us = share < SHARE_MIN_US ? SHARE_MIN_US : share;
	reg->transaction.timeout_at = now_us + wait_us;
}

tw_status tw__attempt_send(tw_registration *reg, int64_t now_us,
			   tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	/* the first, two fresh answers, two stale rounds and a 423 */
	assert(reg->attempt_requests < TW_ATTEMPT_REQUESTS);
	memcpy(reg->transaction.branch, "z9hG4bK", 8);
	tw__random_hex(reg->transaction.branch + 7, 8, reg->random);
	reg->transaction.cseq = ++reg->cseq;
	status = tw__request_write(reg, &why);
	if (status) {
		tw__registration_reason(reg, 0, "%s", status == TW_ENOMEM ?
			"no memory for a request" : why.message);
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY, 0, now_us);
		/* a host that has no password now is no fault of the call */
		return status == TW_ENOMEM ? tw__fail_oom(err) : TW_OK;
	}
	tw__transaction_start(&reg->transaction,
		tw__reach_transport(reg) != TW_TRANSPORT_UDP, now_us);
	shorten(reg, now_us);
	if (!reg->prepaid)
		tw__pace_charge(&reg->ticket, now_us);
	else
		reg->prepaid--;
	reg->attempt_requests++;
	reg->requests++;
	tw__meter_request(reg->meter);
	reg->send_waits = true;
	reg->broken = 0;
	return TW_OK;
}

/* What it will take at least: a challenge is to be expected where none was
 * answered yet. */
static uint32_t cost(const tw_registration *reg)
{
	return reg->credentials[0].realm || reg->credentials[1].realm ||
		!tw__config_has_secret(&reg->config) ? 1 : 2;
}

tw_status tw__attempt_begin(tw_registration *reg, bool unregister,
			    int64_t now_us, tw_error *err)
{
	assert(!tw__attempt_is_on(reg) && !reg->ticket.waits);
	tw__pace_end(&reg->ticket);
	reg->unregister = unregister;
	reg->unserved = reg->unserved_refused = false;
	if (!reg->renewing)
		reg->losses = 0;
	reg->renewing = false;
	reg->prepaid = cost(reg);
	reg->next_try_at = TW_NEVER;
	if (!tw__pace_ask(&reg->ticket, reg->expires_at > now_us,
			  reg->prepaid, now_us, &reg->next_try_at))
		tw__registration_reason(reg, reg->sip_code, "waits for its "
			"turn: so many requests a second and no more");
	if (unregister)
		tw__registration_move(reg, TW_TRUNK_UNREGISTERING, now_us);
	else if (reg->ticket.waits)
		tw__reach_show(reg, TW_TRUNK_REGISTERING, now_us);
	return reg->ticket.waits ? TW_OK :
		tw__attempt_turn(reg, now_us, err);
}

tw_status tw__attempt_turn(tw_registration *reg, int64_t now_us,
			   tw_error *err)
{
	reg->now_us = now_us;
	reg->attempt_at = now_us;
	reset_rounds(reg);
	for (size_t i = 0; i < 2; i++) {
		reg->fresh[i] = reg->held[i];
		reg->held[i] = false;
	}
	if (!reg->unregister)
		reg->register_at = now_us;
	tw__targets_open(&reg->targets);
	reg->next_try_at = TW_NEVER;
	return tw__reach(reg, now_us, err);
}

/* Once more with the address that the registrar sees. A challenge has told it
 * already, then the first binding is the right one. True: it would change, too
 * often. */
static bool learn_address(tw_registration *reg, const struct tw_message *msg,
			  int64_t now_us)
{
	enum tw_nat_news news;

	if (!reg->config.nat_contact || reg->unregister)
		return false;
	news = tw__nat_learn(&reg->nat, msg, reg->local_host,
		reg->local_port, now_us);
	if (news == TW_NAT_CHANGED && msg->code < 300)
		plan(reg, now_us, 0);
	else if (news == TW_NAT_CHANGED)
		reg->nat.old_host[0] = '\0';    /* never bound */
	return news == TW_NAT_FLAPS;
}

static void tell_flapping(tw_registration *reg, int32_t code, int64_t now_us)
{
	if (reg->nat.told)
		return;
	reg->nat.told = true;
	tw__registration_reason(reg, code, "the NAT changed our address more "
		"than %u times within an hour: Contact stays as it is",
		TW_NAT_CHANGES);
	tw__registration_tell(reg, now_us);
}

/* Who else rings for this account. True: it is news. */
static bool learn_foreign(tw_registration *reg, const struct tw_message *msg,
			  const struct tw_binding *ours)
{
	uint32_t count = tw__answer_foreign(msg, ours);
	bool news = count != reg->foreign &&
		reg->state == TW_TRUNK_REGISTERED;

	reg->foreign = count;
	if (count)
		tw__registration_reason(reg, msg->code, "%d %.*s; calls ring "
			"at %u other Contact%s of this account too",
			(int)msg->code, (int)(msg->reason.l < 64 ?
				msg->reason.l : 64), msg->reason.p, count,
			count == 1 ? "" : "s");
	return news;
}

static tw_status end_unregister(tw_registration *reg, bool stays,
				int64_t now_us)
{
	if (stays)
		tw__registration_reason(reg, reg->sip_code, "%d, but our "
			"Contact is still in its list", (int)reg->sip_code);
	tw__meter_attempt(reg->meter, stays ? TW_METER_LEFT :
		TW_METER_UNREGISTERED, 0);
	end_stopped(reg, stays ? TW_TRUNK_DISABLED : TW_TRUNK_IDLE, now_us);
	return TW_OK;
}

static tw_status take_success(tw_registration *reg,
			      const struct tw_message *msg, int64_t now_us,
			      tw_error *err)
{
	const bool mapped = reg->nat.host[0];
	struct tw_binding ours = { reg->config.gin ? NULL :
		reg->config.contact_user,
		mapped ? reg->nat.host : reg->local_host,
		mapped ? reg->nat.port : reg->local_port,
		tw__flow_is_told(reg) ? reg->config.instance : NULL,
		reg->flow.id };
	uint32_t granted;
	tw_status status;
	bool flaps, news;

	for (size_t i = 0; i < 2; i++)
		tw__credentials_next_nonce(&reg->credentials[i], msg);
	if (reg->unregister)
		return end_unregister(reg, tw__answer_keeps(msg, &ours),
			now_us);
	if (reg->config.gin && !tw__answer_has_bulk(msg)) {
		/* a 2xx lists what is bound (RFC 3261 section 10.3) */
		tw__registration_reason(reg, msg->code, "%d without a "
			"Contact for all numbers: the registrar ignores GIN "
			"(RFC 6140); leave gin out", (int)msg->code);
		reg->refusals = reg->config.refused_tries;
		tw__attempt_fail(reg, TW_VERDICT_REFUSED,
			tw__answer_retry_after(msg), now_us);
		return TW_OK;
	}
	granted = tw__answer_granted(msg, &ours, reg->asked_s);
	if (!granted) {
		tw__registration_reason(reg, msg->code, "registrar answered "
			"%d but granted 0 seconds", (int)msg->code);
		reg->expires_at = 0;
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY,
			tw__answer_retry_after(msg), now_us);
		return TW_OK;
	}
	reg->registrations++;
	tw__meter_attempt(reg->meter, TW_METER_REGISTERED,
		now_us - reg->attempt_at);
	reg->failures = reg->refusals = 0;
	reg->granted_s = granted;
	reg->flow_timer_s = tw__answer_flow_timer(msg);
	if (reg->flow.id)
		reg->flow.outbound = tw__flow_is_told(reg) &&
			tw__answer_has_outbound(msg) ? TW_OUTBOUND_YES :
			TW_OUTBOUND_NO;
	reg->expires_at = now_us + granted * TW_SECOND;
	reg->nat.old_host[0] = '\0';
	/* short of memory: none is known, the binding stands all the same */
	status = tw__routes_take(&reg->routes, msg, err);
	if (!status)
		status = tw__gruu_take(&reg->gruu, tw__answer_params(msg,
			&ours), reg->config.gin, err);
	if (!reg->wanted)
		return tw__attempt_begin(reg, true, now_us, err);
	plan(reg, now_us, tw__jitter(reg->random, granted * TW_SECOND, 800,
		900));
	news = learn_foreign(reg, msg, &ours);
	flaps = learn_address(reg, msg, now_us);
	tw__registration_move(reg, TW_TRUNK_REGISTERED, now_us);
	if (news)
		tw__registration_tell(reg, now_us);
	if (flaps)
		tell_flapping(reg, msg->code, now_us);
	return status;
}

static void refuse_challenge(tw_registration *reg,
			     const struct tw_message *msg,
			     const tw_error *why, int64_t now_us)
{
	tw__registration_reason(reg, msg->code, "%d: %s", (int)msg->code,
		why->message);
	if (why->code == TW_EREFUSED || why->code == TW_EUNSUPPORTED)
		/* asking again gets the same list: no second try first */
		reg->refusals = reg->config.refused_tries;
	tw__attempt_fail(reg, why->code == TW_EREFUSED ||
		why->code == TW_EUNSUPPORTED ? TW_VERDICT_REFUSED :
		TW_VERDICT_TEMPORARY, tw__answer_retry_after(msg), now_us);
}

/* A challenge that also asks to wait: its answer opens the next attempt. */
static tw_status hold_answer(tw_registration *reg,
			     const struct tw_message *msg, size_t slot,
			     int64_t now_us)
{
	reg->fresh[slot] = false;
	reg->held[slot] = true;
	tw__registration_reason(reg, msg->code, "%d: the registrar asks to "
		"wait before an answer", (int)msg->code);
	tw__attempt_fail(reg, TW_VERDICT_TEMPORARY,
		tw__answer_retry_after(msg), now_us);
	return TW_OK;
}

static tw_status take_challenge(tw_registration *reg,
				const struct tw_message *msg, int64_t now_us,
				tw_error *err)
{
	size_t slot = msg->code == 407;
	tw_error why = TW_ERROR_INIT;
	struct tw_challenge challenge;
	tw_status status;

	if (!reg->wanted && !reg->unregister && !reg->expires_at) {
		end_stopped(reg, TW_TRUNK_IDLE, now_us);
		return TW_OK;
	}
	if (!reg->wanted && !reg->unregister)
		return tw__attempt_begin(reg, true, now_us, err);
	status = tw__registration_choose(&challenge, reg, msg,
					 "the registrar", &why);
	if (status) {
		refuse_challenge(reg, msg, &why, now_us);
		return TW_OK;
	}
	if (reg->fresh[slot] && !challenge.stale) {
		tw__registration_reason(reg, msg->code, "%d again after an "
			"answer: user or password is wrong", (int)msg->code);
		tw__attempt_fail(reg, TW_VERDICT_REFUSED,
			tw__answer_retry_after(msg), now_us);
		return TW_OK;
	}
	if (reg->fresh[slot] && ++reg->stale_rounds > 2) {
		tw__registration_reason(reg, msg->code, "%d: every nonce is "
			"called stale at once", (int)msg->code);
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY,
			tw__answer_retry_after(msg), now_us);
		return TW_OK;
	}
	status = tw__credentials_set(&reg->credentials[slot], &challenge,
		slot == 1, err);
	if (status) {
		tw__registration_reason(reg, msg->code, "no memory");
		tw__attempt_fail(reg, TW_VERDICT_TEMPORARY, 0, now_us);
		return status;
	}
	tw__realm_pin(reg, &challenge);
	reg->fresh[slot] = true;
	if (tw__answer_retry_after(msg))
		return hold_answer(reg, msg, slot, now_us);
	return tw__attempt_send(reg, now_us, err);
}

/* 423: the only failure that is answered at once, and once. */
static tw_status take_too_brief(tw_registration *reg,
				const struct tw_message *msg, int64_t now_us,
				tw_error *err)
{
	uint32_t least = tw__answer_min_expires(msg);
	uint32_t wait_s = tw__answer_retry_after(msg);

	if (reg->wanted && !reg->unregister && !reg->min_expires_used &&
	    least > reg->asked_s) {
		reg->min_expires_used = true;
		reg->asked_s = least;
		if (!wait_s)
			return tw__attempt_send(reg, now_us, err);
	}
	else {
		tw__registration_reason(reg, msg->code, "423 with a "
			"Min-Expires that is missing, absurd or not above "
			"what was asked");
	}
	tw__attempt_fail(reg, TW_VERDICT_TEMPORARY, wait_s, now_us);
	return TW_OK;
}

/* 439 (RFC 5626 section 11.6): the registrar would keep flows apart, the
 * proxy before it cannot. While others of the trunk live this one is of no
 * use by that way; else we do without, at the next attempt. */
static void take_lacking(tw_registration *reg, const struct tw_message *msg,
			 int64_t now_us)
{
	uint32_t wait_s = tw__answer_retry_after(msg);

	if (tw__flow_has_mates(reg, now_us)) {
		tw__registration_reason(reg, msg->code, "439: the proxy on "
			"this way keeps no flows");
		reg->refusals = reg->config.refused_tries;
		tw__attempt_fail(reg, TW_VERDICT_REFUSED, wait_s, now_us);
		return;
	}
	tw__registration_reason(reg, msg->code, "439: the proxy before the "
		"registrar keeps no flows; registers once more without");
	reg->flow.plain = true;
	remember_retry_after(reg, wait_s, now_us);
	fail(reg, TW_VERDICT_TEMPORARY, true, now_us);
}

tw_status tw__attempt_answer(tw_registration *reg,
			     const struct tw_message *msg, int64_t now_us,
			     tw_error *err)
{
	reg->send_waits = false;
	tw__meter_answer(reg->meter, msg->code,
		now_us - reg->transaction.sent_at);
	tw__registration_reason(reg, msg->code, "%d %.*s", (int)msg->code,
		(int)(msg->reason.l < 128 ? msg->reason.l : 128),
		msg->reason.p);
	/* 430 of RFC 5626 section 11.5: an edge proxy's way on is dead */
	if (msg->code == 503 || (msg->code == 430 && reg->flow.id)) {
		tw__attempt_unserved(reg, TW_VERDICT_TEMPORARY,
			tw__answer_retry_after(msg), now_us);
		return TW_OK;
	}
	tw__targets_good(&reg->targets);
	if (msg->code < 300 || msg->code == 401 || msg->code == 407)
		tw__wake_begin(&reg->ticket, &reg->targets.current->at,
			now_us);
	if (msg->code < 300)
		return take_success(reg, msg, now_us, err);
	if (msg->code == 401 || msg->code == 407) {
		if (!reg->expires_at)
			(void)learn_address(reg, msg, now_us);
		return take_challenge(reg, msg, now_us, err);
	}
	if (msg->code == 423)
		return take_too_brief(reg, msg, now_us, err);
	if (msg->code == 439 && tw__flow_is_told(reg)) {
		take_lacking(reg, msg, now_us);
		return TW_OK;
	}
	if (msg->code == 420 && reg->config.gin)
		tw__registration_reason(reg, msg->code, "420: the registrar "
			"or a proxy before it does not support GIN (RFC "
			"6140), one registration for all numbers; leave gin "
			"out");
	tw__attempt_fail(reg, tw__answer_verdict(msg->code),
		tw__answer_retry_after(msg), now_us);
	return TW_OK;
}
