/**
 * @file src/registration/config.c  A trunk's options, checked and copied
 *
 * Decides which options are served and which identity stands in a request:
 * address of record and Request-URI of each registrar. URIs are hop.c's.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "config.h"
#include "instance.h"
#include "message.h"
#include "pace.h"
#include "papers.h"
#include "prefix.h"

#define TEXT_MAX      255u
#define NAME_OF_MAX    63u
#define REALM_MAX     127u
#define PASSWORD_MAX 1024u
#define FLAGS (TW_TRUNK_EMPTY_AUTHORIZATION | TW_TRUNK_NO_VERIFY | \
	TW_TRUNK_NAT_CONTACT | TW_TRUNK_STATIC | TW_TRUNK_STUN | \
	TW_TRUNK_GIN | TW_TRUNK_MUST_STAPLE)

void tw__random_hex(char *out, size_t n, const tw_random *random)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t byte[TW_RANDOM_HEX_MAX];

	assert(n <= sizeof(byte));
	/* at once: where it is the system's, each asking is a system call */
	random->fill(byte, n, random->arg);
	for (size_t i = 0; i < n; i++) {
		*out++ = digits[byte[i] >> 4];
		*out++ = digits[byte[i] & 15];
	}
	*out = '\0';
}

int64_t tw__jitter(const tw_random *random, int64_t value, uint32_t from,
		   uint32_t to)
{
	uint32_t bits;

	assert(from <= to && value >= 0 && value < INT64_MAX / 2000);
	random->fill(&bits, sizeof(bits), random->arg);
	return value / 1000 * (from + bits % (to - from + 1));
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9');
}

/* RFC 3261 user: what is not unreserved or user-unreserved is escaped, so
 * "a@b" as a user name cannot become another host. */
static char *escape_user(const char *user)
{
	struct tw_buf out;

	tw__buf_init(&out);
	for (; *user; user++) {
		if (is_alnum(*user) || strchr("-_.!~*'()&=+$,/", *user))
			(void)tw__buf_append(&out, user, 1);
		else
			(void)tw__buf_printf(&out, "%%%02X",
				(unsigned char)*user);
	}
	if (out.failed) {
		tw__buf_free(&out);
		return NULL;
	}
	return tw__buf_take(&out);
}

static tw_status check_text(const char *text, size_t max, const char *field,
			    tw_error *err)
{
	if (text && text[0] && strlen(text) <= max &&
	    tw__text_is_header_safe(text) &&
	    tw__utf8_is_valid(text, strlen(text)))
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, field, "must be 1..%zu bytes "
		"of UTF-8 without control bytes, quotes, backslash and angle "
		"brackets", max);
}

static tw_status check_range(uint32_t value, uint32_t min, uint32_t max,
			     const char *field, tw_error *err)
{
	if (value >= min && value <= max)
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, field,
		"%u is not within %u..%u", value, min, max);
}

static tw_status check_numbers(const tw_trunk_options *o, tw_error *err)
{
	tw_status status = TW_OK;

	if (o->flags & ~FLAGS)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x", o->flags & ~FLAGS);
	if (!status)
		status = check_range(o->expires_s, 60, 86400, "expires_s",
			err);
	if (!status)
		status = check_range(o->digest_min, TW_DIGEST_MD5,
			TW_DIGEST_SHA512_256, "digest_min", err);
	if (!status)
		status = check_range(o->retry_base_s, 5, 600, "retry_base_s",
			err);
	if (!status)
		status = check_range(o->retry_max_s, o->retry_base_s, 3600,
			"retry_max_s", err);
	if (!status)
		status = check_range(o->refused_tries, 1, 10,
			"refused_tries", err);
	if (!status && o->refused_probe_s)
		status = check_range(o->refused_probe_s, 5, 604800,
			"refused_probe_s", err);
	if (!status && o->target_timeout_s)
		status = check_range(o->target_timeout_s, 2, 32,
			"target_timeout_s", err);
	if (!status && o->keepalive_s)
		status = check_range(o->keepalive_s, 10, 3600,
			"keepalive_s", err);
	if (!status && o->registrar_requests_per_s)
		status = check_range(o->registrar_requests_per_s, 1,
			TW_PACE_RATE_MAX, "registrar_requests_per_s", err);
	return status;
}

tw_status tw__password_check(const void *bytes, size_t size,
			     const char *field, tw_error *err)
{
	if (!size)
		return TW_OK;
	if (memchr(bytes, '\r', size) || memchr(bytes, '\n', size))
		return tw__fail_at(err, TW_EINVAL, 0, field, "holds a line "
			"break; keep the password alone on one line");
	if (memchr(bytes, '\0', size))
		return tw__fail_at(err, TW_EINVAL, 0, field, "holds a NUL "
			"byte; give the password as text");
	return TW_OK;
}

static tw_status check_password(const tw_trunk_options *o, tw_error *err)
{
	const size_t size = o->password_size;

	if (size > PASSWORD_MAX || (size && !o->password))
		return tw__fail_at(err, TW_EINVAL, 0, "password",
			"is NULL with a size, or longer than %u bytes",
			PASSWORD_MAX);
	return tw__password_check(o->password, size, "password", err);
}

static tw_status check_ha1(const tw_trunk_options *o, tw_error *err)
{
	if (o->secret && (o->password_size || o->ha1))
		return tw__fail_at(err, TW_EINVAL, 0, "secret",
			"stands beside a password or ha1; give one of them");
	if (!o->ha1)
		return TW_OK;
	if (o->password_size)
		return tw__fail_at(err, TW_EINVAL, 0, "ha1",
			"stands beside a password; give one of them");
	if (!o->realm)
		return tw__fail_at(err, TW_EINVAL, 0, "realm", "is required "
			"with ha1, which is a hash over it");
	return TW_OK;
}

static tw_status check_texts(const tw_trunk_options *o, tw_error *err)
{
	tw_status status = check_text(o->name, NAME_OF_MAX, "name", err);

	if (!status)
		status = check_text(o->user, TEXT_MAX, "user", err);
	if (!status && o->auth_user)
		status = check_text(o->auth_user, TEXT_MAX, "auth_user", err);
	if (!status && strchr(o->auth_user ? o->auth_user : o->user, ':'))
		status = tw__fail_at(err, TW_EINVAL, 0, o->auth_user ?
			"auth_user" : "user", "a digest user name must not "
			"have a colon (RFC 7616 section 3.4.2)");
	if (!status && o->realm)
		status = check_text(o->realm, REALM_MAX, "realm", err);
	if (!status)
		status = check_password(o, err);
	if (!status)
		status = check_ha1(o, err);
	if (!status)
		status = tw__prefixes_check(o->peers, "peers", err);
	if (!status && o->carrier)
		status = check_text(o->carrier, TEXT_MAX, "carrier", err);
	return status;
}

static tw_status set_contact(struct tw_trunk_config *config, const char *user,
			     const tw_random *random, tw_error *err)
{
	size_t size = user ? strlen(user) : 0;

	if (!user) {
		/* 80 random bits: whoever sends an INVITE to it has seen it */
		config->contact_user[0] = 't';
		tw__random_hex(config->contact_user + 1, 10, random);
		return TW_OK;
	}
	for (size_t i = 0; i < size; i++)
		if (!is_alnum(user[i]) && !strchr("-_.+", user[i]))
			size = 0;
	if (!size || size > 63)
		return tw__fail_at(err, TW_EINVAL, 0, "contact_user",
			"must be 1..63 letters, digits or \"-_.+\"");
	memcpy(config->contact_user, user, size);
	return TW_OK;
}

/* An AOR and a Request-URI of each registrar; a `domain` stands for all. */
static tw_status set_domain(struct tw_identity *identity,
			    const struct tw_hop *registrar,
			    const char *domain, tw_error *err)
{
	struct tw_buf uri;
	bool oom = false;

	tw__buf_init(&uri);
	if (domain) {
		identity->domain = tw__host_wire(tw__str_of(domain), &oom);
		if (!identity->domain && !oom)
			return tw__fail_at(err, TW_EINVAL, 0, "domain",
				"is not a host name or address");
		(void)tw__buf_printf(&uri, "sip:%s",
			identity->domain ? identity->domain : "");
	}
	else {
		identity->domain = tw_strdup(registrar->wire);
		(void)tw__buf_printf(&uri, "sip:%s", registrar->wire);
		if (registrar->port)
			(void)tw__buf_printf(&uri, ":%u", registrar->port);
	}
	if (!uri.failed)
		identity->request_uri = tw__buf_take(&uri);
	tw__buf_free(&uri);
	return identity->domain && identity->request_uri ? TW_OK :
		tw__fail_oom(err);
}

/* Requests go to the proxy, and tell it so (RFC 3261 section 8.1.2). */
static tw_status set_proxy(struct tw_trunk_config *config, const char *proxy,
			   tw_error *err)
{
	static const char *const param[] = { "", "", ";transport=tcp",
		";transport=tls" };
	struct tw_hop hop = { NULL, NULL, 0, 0, false, false };
	struct tw_buf route;
	tw_status status = tw__hop_read(&hop, proxy, "outbound_proxy", err);

	if (status) {
		tw__hop_free(&hop);
		return status;
	}
	tw__hop_free(&config->hop[0]);
	config->hop[0] = hop;
	tw__buf_init(&route);
	(void)tw__buf_printf(&route, "<sip:%s", hop.wire);
	if (hop.port)
		(void)tw__buf_printf(&route, ":%u", hop.port);
	(void)tw__buf_printf(&route, "%s;lr>", param[hop.transport]);
	config->route = tw__buf_take(&route);
	return config->route ? TW_OK : tw__fail_oom(err);
}

static tw_status check_tls(const struct tw_trunk_config *config,
			   const tw_trunk_options *o, tw_error *err)
{
	bool any = false;

	for (size_t i = 0; i < config->hops; i++)
		any |= config->hop[i].transport == TW_TRANSPORT_TLS;
	return tw__papers_check(o, any, err);
}

static tw_status set_hops(struct tw_trunk_config *config,
			  const tw_trunk_options *o, tw_error *err)
{
	const char *const uri[] = { o->registrar, o->backup };
	static const char *const field[] = { "registrar", "backup" };
	tw_status status = TW_OK;

	config->hops = o->backup ? 2 : 1;
	for (size_t i = 0; !status && i < config->hops; i++) {
		status = tw__hop_read(&config->hop[i], uri[i], field[i], err);
		if (!status)
			status = set_domain(&config->identity[i],
				&config->hop[i], o->domain, err);
	}
	if (!status)
		status = tw__hops_check(o->registrar, o->backup,
			o->outbound_proxy, err);
	if (!status && o->outbound_proxy)
		status = set_proxy(config, o->outbound_proxy, err);
	return status ? status : check_tls(config, o, err);
}

static tw_status copy_secret(struct tw_trunk_config *config,
			     const tw_trunk_options *o, tw_error *err)
{
	config->aor_user = escape_user(o->user);
	config->auth_user = tw_strdup(o->auth_user ? o->auth_user : o->user);
	config->realm = o->realm ? tw_strdup(o->realm) : NULL;
	config->password = tw_malloc(o->password_size + 1);
	if (!config->aor_user || !config->auth_user || !config->password ||
	    (o->realm && !config->realm))
		return tw__fail_oom(err);
	if (o->password_size)
		memcpy(config->password, o->password, o->password_size);
	config->password_size = o->password_size;
	config->secret = o->secret;
	config->secret_arg = o->secret_arg;
	return o->ha1 ? tw__ha1_read(&config->ha1, o->ha1, err) : TW_OK;
}

/* Without a registration nothing asks DNS, and who may call must not hang on
 * it. */
static tw_status check_static(const struct tw_trunk_config *config,
			      const tw_trunk_options *o, tw_error *err)
{
	if (!(o->flags & TW_TRUNK_STATIC))
		return TW_OK;
	if (!config->hop[0].numeric)
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "registrar",
			"of a static trunk is written as the IP address that "
			"calls go to");
	if (o->flags & TW_TRUNK_GIN)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a static "
			"trunk registers nowhere, so also not by "
			"TW_TRUNK_GIN");
	if (o->backup || o->outbound_proxy)
		return tw__fail_at(err, TW_EINVAL, 0, o->backup ? "backup" :
			"outbound_proxy", "is of no use to a static trunk, "
			"which registers nowhere");
	return TW_OK;
}

tw_status tw__config_init(struct tw_trunk_config *config,
			  const tw_trunk_options *options,
			  const tw_random *random, tw_error *err)
{
	tw_trunk_options o;
	tw_status status;

	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check_numbers(&o, err);
	if (!status)
		status = check_texts(&o, err);
	if (!status)
		status = set_hops(config, &o, err);
	if (!status)
		status = check_static(config, &o, err);
	if (!status && o.contact_user && o.flags & TW_TRUNK_GIN)
		status = tw__fail_at(err, TW_EINVAL, 0, "contact_user",
			"cannot stand in a Contact for all numbers (RFC 6140 "
			"section 5.1); leave it or TW_TRUNK_GIN out");
	if (!status)
		status = set_contact(config, o.contact_user, random, err);
	if (!status)
		status = copy_secret(config, &o, err);
	if (status) {
		tw__config_free(config);
		return status;
	}
	memcpy(config->name, o.name, strlen(o.name) + 1);
	config->verify = !(o.flags & TW_TRUNK_NO_VERIFY);
	tw__papers_digest(config->papers, &o);
	status = tw__instance_set(config, &o, err);
	if (status) {
		tw__config_free(config);
		return status;
	}
	config->empty_authorization = o.flags & TW_TRUNK_EMPTY_AUTHORIZATION;
	config->nat_contact = o.flags & TW_TRUNK_NAT_CONTACT;
	config->gin = o.flags & TW_TRUNK_GIN;
	config->stun = o.flags & TW_TRUNK_STUN;
	config->is_static = o.flags & TW_TRUNK_STATIC;
	config->expires_s = o.expires_s;
	config->digest_min = o.digest_min;
	config->retry_base_s = o.retry_base_s;
	config->retry_max_s = o.retry_max_s;
	config->refused_tries = o.refused_tries;
	config->refused_probe_s = o.refused_probe_s;
	/* a caller built against an older header has no such option */
	config->target_timeout_s = o.target_timeout_s ? o.target_timeout_s :
		6;
	config->keepalive_s = o.keepalive_s;
	config->requests_per_s = o.registrar_requests_per_s;
	return TW_OK;
}

bool tw__config_has_secret(const struct tw_trunk_config *config)
{
	return config->password_size || config->ha1 || config->secret;
}

size_t tw__config_masked(struct tw_masked out[TW_MASKED_MAX],
			 const struct tw_trunk_config *config)
{
	const struct tw_ha1 *ha1 = config->ha1;
	size_t count = 0;

	if (config->password_size >= TW_MASKED_MIN)
		out[count++] = (struct tw_masked){ NULL, tw__str(
			config->password, config->password_size), false };
	for (size_t i = 0; ha1 && i < TW_ARRAY_COUNT(ha1->hex); i++)
		if (ha1->hex[i][0] && count < TW_MASKED_MAX)
			out[count++] = (struct tw_masked){ NULL,
				tw__str_of(ha1->hex[i]), true };
	return count;
}

/* A mask of these alone, on the stack. */
static bool find_ours(unsigned char *marks,
		      const struct tw_trunk_config *config,
		      struct tw_str text)
{
	struct tw_masked masked[TW_MASKED_MAX], *bucket = NULL;
	struct tw_mask mask = { &bucket, 1, 0 };
	size_t count = tw__config_masked(masked, config);

	memset(marks, 0, text.l);
	for (size_t i = 0; i < count; i++)
		tw__mask_add(&mask, &masked[i]);
	return tw__mask_find(marks, &mask, text);
}

struct tw_str tw__config_hide(char out[TW_PHRASE_MAX],
			      const struct tw_trunk_config *config,
			      struct tw_str text)
{
	unsigned char marks[TW_MESSAGE_HEADER_MAX];
	size_t l = 0;

	if (text.l > sizeof(marks))
		text.l = sizeof(marks);
	(void)find_ours(marks, config, text);
	for (size_t i = 0; i < text.l && l + 3 <= TW_PHRASE_MAX; i++) {
		if (!marks[i]) {
			out[l++] = text.p[i];
		}
		else if (!i || !marks[i - 1]) {
			memcpy(out + l, "***", 3);
			l += 3;
		}
	}
	return tw__str(out, l);
}

void tw_secret_wipe(tw_secret *secret)
{
	if (!secret)
		return;
	secret->length = 0;
	tw__wipe(secret->bytes, sizeof(secret->bytes));
}

void tw__config_free(struct tw_trunk_config *config)
{
	if (config->password)
		tw__wipe(config->password, config->password_size);
	tw_free(config->password);
	tw__ha1_free(config->ha1);
	for (size_t i = 0; i < TW_HOPS_MAX; i++) {
		tw__hop_free(&config->hop[i]);
		tw_free(config->identity[i].domain);
		tw_free(config->identity[i].request_uri);
	}
	tw_free(config->route);
	tw_free(config->aor_user);
	tw_free(config->auth_user);
	tw_free(config->realm);
	memset(config, 0, sizeof(*config));
}
