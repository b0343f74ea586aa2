/**
 * @file src/registration/authorize.c  401 and 407 of a trunk's calls
 *
 * Decides whether a challenge to an INVITE, BYE or OPTIONS gets an answer.
 * It refuses to know dialogs: the host sends again, we only remember which
 * request was answered, so that a second refusal of the answer ends there.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "authorize.h"
#include "machine.h"

/* Calls that are between a challenge and its outcome; when more than these
 * are, the oldest loses its loop guard, not its answer. */
#define AUTHORIZED_MAX 128u
#define STALE_MAX        2u

struct tw_authorized {
	struct {
		uint64_t key;          /* Call-ID, method and header */
		uint32_t cseq;         /* of the request that we expect next */
		uint32_t stale;
	} slot[AUTHORIZED_MAX];
	size_t next;
};

void tw__authorized_free(struct tw_authorized *authorized)
{
	tw_free(authorized);
}

void tw__realm_pin(tw_registration *reg, const struct tw_challenge *c)
{
	if (reg->realm[0])
		return;
	assert(c->realm.l < sizeof(reg->realm));
	memcpy(reg->realm, c->realm.p, c->realm.l);
	reg->realm[c->realm.l] = '\0';
}

tw_status tw__registration_choose(struct tw_challenge *out,
				  const tw_registration *reg,
				  const struct tw_message *msg,
				  const char *who, tw_error *err)
{
	const struct tw_challenge_policy policy = {
		.realm = reg->realm[0] ? reg->realm : NULL,
		.digest_min = reg->config.digest_min,
		.algorithms = reg->config.ha1 ?
			reg->config.ha1->algorithms : 0,
	};
	struct tw_challenge list[TW_CHALLENGES_MAX];
	const struct tw_challenge *chosen;
	size_t count;
	tw_status status;

	status = tw__challenge_list(list, &count, msg, msg->code == 407 ?
		TW_HEADER_PROXY_AUTHENTICATE : TW_HEADER_WWW_AUTHENTICATE,
		err);
	if (!status)
		status = tw__challenge_choose(&chosen, list, count, &policy,
			err);
	if (status)
		return status;
	if (!tw__config_has_secret(&reg->config))
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "password",
			"%s asks for one and none is configured", who);
	*out = *chosen;
	return TW_OK;
}

struct tw_digest_secret tw__registration_secret(const tw_registration *reg)
{
	struct tw_digest_secret secret = { reg->config.auth_user,
		reg->config.password, reg->config.password_size,
		reg->config.ha1, reg->config.secret, reg->config.secret_arg };

	return secret;
}

static uint64_t request_key(const struct tw_message *msg)
{
	char text[600];
	int l = snprintf(text, sizeof(text), "%d %.*s %.*s", (int)msg->code,
		(int)(msg->method.l < 32 ? msg->method.l : 32),
		msg->method.p,
		(int)(msg->call_id.l < 512 ? msg->call_id.l : 512),
		msg->call_id.p);

	return tw__hash64(text, (size_t)l) | 1;
}

/* Was this the answer to our answer? Then only a stale nonce earns another,
 * and not for ever. */
static tw_status guard_loop(tw_registration *reg, const struct tw_message *msg,
			    bool stale, tw_error *err)
{
	struct tw_authorized *a = reg->authorized;
	uint64_t key = request_key(msg);
	size_t i = 0;
	uint32_t rounds = 0;

	while (i < AUTHORIZED_MAX && a->slot[i].key != key)
		i++;
	if (i < AUTHORIZED_MAX && a->slot[i].cseq == msg->cseq) {
		rounds = a->slot[i].stale + 1;
		if (!stale || rounds > STALE_MAX)
			return tw__fail_at(err, TW_EREFUSED, 0, "password",
				"%d again after an answer: user or password "
				"is wrong", (int)msg->code);
	}
	if (i == AUTHORIZED_MAX) {
		i = a->next;
		a->next = (a->next + 1) % AUTHORIZED_MAX;
	}
	a->slot[i].key = key;
	a->slot[i].cseq = msg->cseq + 1;
	a->slot[i].stale = rounds;
	return TW_OK;
}

static tw_status answer(char **out, tw_registration *reg, const char *method,
			const char *uri, const struct tw_challenge *chosen,
			bool is_proxy, tw_error *err)
{
	struct tw_digest_secret secret = tw__registration_secret(reg);
	struct tw_credentials credentials = { 0 };
	struct tw_buf line;
	tw_status status;

	tw__buf_init(&line);
	status = tw__credentials_set(&credentials, chosen, is_proxy, err);
	if (!status)
		status = tw__credentials_write(&line, &credentials,
			&reg->counts, reg->random, &secret, method, uri,
			err);
	if (!status) {
		tw__realm_pin(reg, chosen);
		*out = tw__buf_take(&line);
	}
	tw__credentials_free(&credentials);
	tw__buf_free(&line);
	return status;
}

static tw_status authorize(char **out, tw_registration *reg,
			   const char *method, const char *uri,
			   const struct tw_message *msg, tw_error *err)
{
	struct tw_challenge chosen;
	tw_status status;

	if (msg->code != 401 && msg->code != 407)
		return tw__fail(err, TW_EINVAL,
			"%d asks for no authorization", (int)msg->code);
	if (!tw__str_eq(msg->method, method))
		return tw__fail_at(err, TW_EINVAL, 0, "method",
			"the answer is to another method than %s", method);
	status = tw__registration_choose(&chosen, reg, msg, "the peer", err);
	if (status)
		return status;
	if (!reg->authorized)
		reg->authorized = tw_calloc(1, sizeof(*reg->authorized));
	if (!reg->authorized)
		return tw__fail_oom(err);
	status = guard_loop(reg, msg, chosen.stale, err);
	return status ? status :
		answer(out, reg, method, uri, &chosen, msg->code == 407, err);
}

tw_status tw_registration_authorize(char **out, tw_registration *reg,
	const char *method, const char *uri, const void *response,
	size_t response_size, tw_error *err)
{
	struct tw_message msg;
	tw_status status;

	if (!out || !reg || !method || !uri || !response)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (!tw__text_is_token(tw__str_of(method)) ||
	    !uri[0] || !tw__text_is_header_safe(uri))
		return tw__fail(err, TW_EINVAL, "method or uri has bytes "
			"that a header must not carry");
	status = tw__message_parse(&msg, response, response_size, err);
	if (status)
		return status;
	status = authorize(out, reg, method, uri, &msg, err);
	tw__message_free(&msg);
	return status;
}
