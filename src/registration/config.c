/**
 * @file src/registration/config.c  A trunk's options, checked and copied
 *
 * Decides which options are served; reads the registrar's URI. It refuses
 * URI parts that it would have to ignore: a parameter silently dropped is a
 * trunk that registers somewhere else than its owner wrote.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "config.h"
#include "message.h"

#define TEXT_MAX      255u
#define PASSWORD_MAX 1024u

void tw__random_hex(char *out, size_t n, const tw_random *random)
{
	uint8_t byte;

	for (size_t i = 0; i < n; i++) {
		random->fill(&byte, 1, random->arg);
		(void)snprintf(out + 2 * i, 3, "%02x", byte);
	}
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

static bool is_ipv6_byte(char c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
		(c >= '0' && c <= '9') || c == ':' || c == '.';
}

char *tw__host_wire(struct tw_str host, bool *oom)
{
	bool ipv6 = host.l && memchr(host.p, ':', host.l);
	char *out;

	*oom = false;
	if (!host.l || host.l > TEXT_MAX || host.p[0] == '-')
		return NULL;
	for (size_t i = 0; i < host.l; i++)
		if (ipv6 ? !is_ipv6_byte(host.p[i]) :
		    !(is_alnum(host.p[i]) || host.p[i] == '-' ||
		      host.p[i] == '.' || host.p[i] == '_'))
			return NULL;
	out = tw_malloc(host.l + 3);
	if (!out)
		*oom = true;
	else
		(void)snprintf(out, host.l + 3, ipv6 ? "[%.*s]" : "%.*s",
			(int)host.l, host.p);
	return out;
}

/* "host", "host:port", "[v6]", "[v6]:port" */
static bool split_host_port(struct tw_str *host, uint32_t *port,
			    struct tw_str s)
{
	const char *colon;
	uint64_t value;

	*port = 0;
	if (s.l && s.p[0] == '[') {
		const char *end = memchr(s.p, ']', s.l);

		if (!end || !memchr(s.p, ':', (size_t)(end - s.p)))
			return false;
		*host = tw__str(s.p + 1, (size_t)(end - s.p) - 1);
		s = tw__str(end + 1, s.l - host->l - 2);
		if (!s.l)
			return true;
		colon = s.p[0] == ':' ? s.p : NULL;
	}
	else {
		colon = s.l ? memchr(s.p, ':', s.l) : NULL;
		*host = colon ? tw__str(s.p, (size_t)(colon - s.p)) : s;
		if (!colon)
			return true;
	}
	if (!colon || !tw__str_u64(&value, tw__str(colon + 1,
			s.l - (size_t)(colon + 1 - s.p))) ||
	    !value || value > 65535)
		return false;
	*port = (uint32_t)value;
	return true;
}

static tw_status read_transport(uint32_t *out, struct tw_str params,
				tw_error *err)
{
	struct tw_str part;

	*out = TW_TRANSPORT_UDP;
	while (tw__text_split(&part, &params, ';')) {
		if (tw__str_ieq(part, "transport=udp"))
			*out = TW_TRANSPORT_UDP;
		else if (tw__str_ieq(part, "transport=tcp"))
			*out = TW_TRANSPORT_TCP;
		else if (tw__str_ieq(part, "transport=tls"))
			*out = TW_TRANSPORT_TLS;
		else
			return tw__fail_at(err, TW_EUNSUPPORTED, 0,
				"registrar", "parameter \"%.*s\" is not "
				"served; write transport=udp, tcp or tls",
				(int)part.l, part.p);
	}
	return TW_OK;
}

static tw_status read_registrar(struct tw_trunk_config *config,
				const char *text, tw_error *err)
{
	struct tw_str rest = tw__str_of(text), host, address;
	bool oom;

	if (!rest.l || rest.l > TEXT_MAX || !tw__text_is_header_safe(text))
		return tw__fail_at(err, TW_EINVAL, 0, "registrar",
			"is missing or too long or has bytes that a header "
			"must not carry; write \"sip:host:port\"");
	if (rest.l > 5 && tw__str_ieq(tw__str(rest.p, 5), "sips:"))
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, "registrar",
			"sips: is not served; write sip: with "
			";transport=tls");
	if (rest.l < 5 || !tw__str_ieq(tw__str(rest.p, 4), "sip:") ||
	    strpbrk(text, "@? ,%"))
		return tw__fail_at(err, TW_EPARSE, 0, "registrar",
			"is not \"sip:host[:port][;transport=...]\"; the "
			"user goes into its own option");
	rest = tw__str(rest.p + 4, rest.l - 4);
	if (!tw__text_split(&address, &rest, ';') ||
	    !split_host_port(&host, &config->port, address))
		return tw__fail_at(err, TW_EPARSE, 0, "registrar",
			"host or port is malformed; write \"sip:host:port\", "
			"an IPv6 address in brackets");
	config->host_wire = tw__host_wire(host, &oom);
	if (!config->host_wire)
		return oom ? tw__fail_oom(err) : tw__fail_at(err, TW_EPARSE,
			0, "registrar", "host is not a name or address");
	config->host = tw__str_dup(host);
	if (!config->host)
		return tw__fail_oom(err);
	return read_transport(&config->transport, rest, err);
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

static tw_status check_text(const char *text, const char *field,
			    tw_error *err)
{
	if (text && text[0] && strlen(text) <= TEXT_MAX &&
	    tw__text_is_header_safe(text) &&
	    tw__utf8_is_valid(text, strlen(text)))
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, field, "must be 1..%u bytes of "
		"UTF-8 without control bytes, quotes, backslash and angle "
		"brackets", TEXT_MAX);
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

	if (o->flags & ~TW_TRUNK_EMPTY_AUTHORIZATION)
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
			"unknown bits 0x%x",
			o->flags & ~TW_TRUNK_EMPTY_AUTHORIZATION);
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
	return status;
}

static tw_status check_password(const tw_trunk_options *o, tw_error *err)
{
	const size_t size = o->password_size;

	if (size > PASSWORD_MAX || (size && !o->password))
		return tw__fail_at(err, TW_EINVAL, 0, "password",
			"is NULL with a size, or longer than %u bytes",
			PASSWORD_MAX);
	/* A file of two lines is no password, and would fail unexplained. */
	if (size && (memchr(o->password, '\r', size) ||
		     memchr(o->password, '\n', size)))
		return tw__fail_at(err, TW_EINVAL, 0, "password", "holds a "
			"line break; keep the password alone on one line");
	return TW_OK;
}

static tw_status check_ha1(const tw_trunk_options *o, tw_error *err)
{
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
	tw_status status = check_text(o->name, "name", err);

	if (!status && strlen(o->name) > 63)
		status = tw__fail_at(err, TW_EINVAL, 0, "name",
			"is longer than 63 bytes");
	if (!status)
		status = check_text(o->user, "user", err);
	if (!status && o->auth_user)
		status = check_text(o->auth_user, "auth_user", err);
	if (!status && strchr(o->auth_user ? o->auth_user : o->user, ':'))
		status = tw__fail_at(err, TW_EINVAL, 0, o->auth_user ?
			"auth_user" : "user", "a digest user name must not "
			"have a colon (RFC 7616 section 3.4.2)");
	if (!status && o->realm)
		status = check_text(o->realm, "realm", err);
	if (!status && o->realm && strlen(o->realm) > 127)
		status = tw__fail_at(err, TW_EINVAL, 0, "realm",
			"is longer than 127 bytes");
	if (!status)
		status = check_password(o, err);
	if (!status)
		status = check_ha1(o, err);
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

static tw_status set_domain(struct tw_trunk_config *config,
			    const char *domain, tw_error *err)
{
	struct tw_buf uri;
	bool oom = false;

	tw__buf_init(&uri);
	if (domain) {
		config->domain = tw__host_wire(tw__str_of(domain), &oom);
		if (!config->domain && !oom)
			return tw__fail_at(err, TW_EINVAL, 0, "domain",
				"is not a host name or address");
		(void)tw__buf_printf(&uri, "sip:%s",
			config->domain ? config->domain : "");
	}
	else {
		config->domain = tw_strdup(config->host_wire);
		(void)tw__buf_printf(&uri, "sip:%s", config->host_wire);
		if (config->port)
			(void)tw__buf_printf(&uri, ":%u", config->port);
	}
	if (!uri.failed)
		config->request_uri = tw__buf_take(&uri);
	tw__buf_free(&uri);
	return config->domain && config->request_uri ? TW_OK :
		tw__fail_oom(err);
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
	return o->ha1 ? tw__ha1_read(&config->ha1, o->ha1, err) : TW_OK;
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
		status = read_registrar(config, o.registrar, err);
	if (!status)
		status = set_contact(config, o.contact_user, random, err);
	if (!status)
		status = set_domain(config, o.domain, err);
	if (!status)
		status = copy_secret(config, &o, err);
	if (status) {
		tw__config_free(config);
		return status;
	}
	memcpy(config->name, o.name, strlen(o.name) + 1);
	config->empty_authorization = o.flags & TW_TRUNK_EMPTY_AUTHORIZATION;
	config->expires_s = o.expires_s;
	config->digest_min = o.digest_min;
	config->retry_base_s = o.retry_base_s;
	config->retry_max_s = o.retry_max_s;
	config->refused_tries = o.refused_tries;
	config->refused_probe_s = o.refused_probe_s;
	return TW_OK;
}

void tw__config_free(struct tw_trunk_config *config)
{
	if (config->password)
		tw__wipe(config->password, config->password_size);
	tw_free(config->password);
	tw__ha1_free(config->ha1);
	tw_free(config->host);
	tw_free(config->host_wire);
	tw_free(config->aor_user);
	tw_free(config->domain);
	tw_free(config->request_uri);
	tw_free(config->auth_user);
	tw_free(config->realm);
	memset(config, 0, sizeof(*config));
}
