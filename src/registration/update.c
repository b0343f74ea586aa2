/**
 * @file src/registration/update.c  A registration that changes while it runs
 *
 * Decides which options may change under a standing binding: passwords and
 * rules may, what the binding itself is made of may not, since the registrar
 * would keep the old one beside the new. It refuses to know how a host puts
 * another registration in the place of this one; src/trunks does that.
 */
#include <string.h>
#include "base/hash.h"
#include "authorize.h"
#include "machine.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_hop(const struct tw_hop *a, const struct tw_hop *b)
{
	return same_text(a->wire, b->wire) && a->port == b->port &&
		a->transport == b->transport &&
		a->transport_given == b->transport_given;
}

static bool same_binding(const struct tw_trunk_config *a,
			 const struct tw_trunk_config *b)
{
	for (size_t i = 0; i < TW_HOPS_MAX; i++)
		if (!same_hop(&a->hop[i], &b->hop[i]) ||
		    !same_text(a->identity[i].domain, b->identity[i].domain) ||
		    !same_text(a->identity[i].request_uri,
			       b->identity[i].request_uri))
			return false;
	/* another identity is another connection, so another Contact */
	return a->verify == b->verify &&
		!memcmp(a->papers, b->papers, sizeof(a->papers)) &&
		a->is_static == b->is_static && a->gin == b->gin &&
		a->flows == b->flows && same_text(a->instance, b->instance) &&
		same_text(a->contact_user, b->contact_user) &&
		same_text(a->aor_user, b->aor_user) &&
		same_text(a->route, b->route);
}

static bool same_password(const struct tw_trunk_config *a,
			  const struct tw_trunk_config *b)
{
	if (a->secret != b->secret || a->secret_arg != b->secret_arg ||
	    !a->ha1 != !b->ha1 || a->password_size != b->password_size)
		return false;
	if (a->ha1 && !tw__equal_ct(a->ha1, b->ha1, sizeof(*a->ha1)))
		return false;
	return tw__equal_ct(a->password, b->password, a->password_size);
}

static bool same_credentials(const struct tw_trunk_config *a,
			     const struct tw_trunk_config *b)
{
	return same_password(a, b) && same_text(a->auth_user, b->auth_user) &&
		same_text(a->realm, b->realm) &&
		a->digest_min == b->digest_min &&
		a->empty_authorization == b->empty_authorization;
}

static bool same_rules(const struct tw_trunk_config *a,
		       const struct tw_trunk_config *b)
{
	return a->expires_s == b->expires_s &&
		a->retry_base_s == b->retry_base_s &&
		a->retry_max_s == b->retry_max_s &&
		a->refused_tries == b->refused_tries &&
		a->refused_probe_s == b->refused_probe_s &&
		a->target_timeout_s == b->target_timeout_s &&
		a->keepalive_s == b->keepalive_s &&
		a->requests_per_s == b->requests_per_s &&
		a->nat_contact == b->nat_contact &&
		a->stun == b->stun;
}

/* The random token of the first options stays, where none is asked for. */
static void keep_token(struct tw_trunk_config *fresh,
		       const struct tw_trunk_config *old,
		       const tw_trunk_options *options)
{
	if (!options->contact_user)
		memcpy(fresh->contact_user, old->contact_user,
			sizeof(fresh->contact_user));
}

static void take_credentials(tw_registration *reg,
			     const struct tw_trunk_config *fresh)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(reg->credentials); i++)
		tw__credentials_free(&reg->credentials[i]);
	tw__authorized_free(reg->authorized);
	reg->authorized = NULL;
	reg->fresh[0] = reg->fresh[1] = false;
	reg->held[0] = reg->held[1] = false;
	reg->refusals = reg->failures = 0;
	if (same_text(fresh->realm, reg->config.realm))
		return;
	memset(reg->realm, 0, sizeof(reg->realm));
	if (fresh->realm)
		memcpy(reg->realm, fresh->realm, strlen(fresh->realm));
}

/* A trunk that gave up, or waits, looks again with what it was given. */
static bool is_hopeful(const tw_registration *reg)
{
	return reg->wanted && (reg->state == TW_TRUNK_BACKOFF ||
		reg->state == TW_TRUNK_REFUSED ||
		reg->state == TW_TRUNK_FATAL);
}

static tw_status apply(tw_registration *reg, struct tw_trunk_config *fresh,
		       int64_t now_us, tw_error *err)
{
	bool again = !same_credentials(fresh, &reg->config);
	struct tw_trunk_config old = reg->config;

	if (again)
		take_credentials(reg, fresh);
	if (fresh->expires_s != old.expires_s)
		reg->asked_s = fresh->expires_s;
	if (fresh->requests_per_s != old.requests_per_s)
		tw__pace_limit(&reg->ticket, fresh->requests_per_s);
	tw__mask_leave(&reg->mask);
	reg->config = *fresh;
	tw__config_free(&old);
	tw__mask_join(&reg->mask, &reg->config);
	return again && is_hopeful(reg) ?
		tw_registration_start(reg, now_us, err) : TW_OK;
}

tw_status tw_registration_update(uint32_t *out_change, tw_registration *reg,
				 const tw_trunk_options *options,
				 int64_t now_us, tw_error *err)
{
	struct tw_trunk_config fresh;
	uint32_t change = TW_CHANGE_NONE;
	tw_status status;

	if (!reg || !options)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	memset(&fresh, 0, sizeof(fresh));
	status = tw__config_init(&fresh, options, reg->random, err);
	if (status)
		return status;
	keep_token(&fresh, &reg->config, options);
	if (!same_text(fresh.name, reg->config.name)) {
		tw__config_free(&fresh);
		return tw__fail_at(err, TW_EINVAL, 0, "name", "is of another "
			"trunk than \"%s\"; make a new one for it",
			reg->config.name);
	}
	if (!same_binding(&fresh, &reg->config))
		change = TW_CHANGE_BINDING;
	else if (!same_credentials(&fresh, &reg->config) ||
		 !same_rules(&fresh, &reg->config))
		change = TW_CHANGE_APPLIED;
	if (change == TW_CHANGE_APPLIED)
		status = apply(reg, &fresh, now_us, err);
	else
		tw__config_free(&fresh);
	if (!status && out_change)
		*out_change = change;
	return status;
}

tw_status tw_registration_forget(tw_registration *reg, int64_t now_us,
				 tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	reg->wanted = false;
	reg->transaction.pending = false;
	reg->send_waits = false;
	tw__reach_cancel(reg);
	tw__pace_drop(&reg->ticket);
	tw__pace_end(&reg->ticket);
	reg->expires_at = 0;
	reg->granted_s = 0;
	reg->next_try_at = TW_NEVER;
	tw__registration_reason(reg, reg->sip_code, "forgotten without a word "
		"to the registrar");
	tw__registration_move(reg, TW_TRUNK_IDLE, now_us);
	return TW_OK;
}
