/**
 * @file src/registration/hop.c  Where requests are sent, as an URI says it
 *
 * Decides how a registrar's URI is read. It refuses URI parts that it would
 * have to ignore: a parameter silently dropped is a trunk that registers
 * somewhere else than its owner wrote.
 */
#include <stdio.h>
#include <string.h>
#include "hop.h"
#include "message.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name_byte(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
		(c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

/* Strict: "010.0.0.1" is octal to some and decimal to others. */
static bool read_ipv4(uint8_t out[4], struct tw_str s)
{
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t digits = 0;
		unsigned value = 0;

		while (at < s.l && digits < 3 && is_digit(s.p[at])) {
			value = value * 10 + (unsigned)(s.p[at++] - '0');
			digits++;
		}
		if (!digits || value > 255 ||
		    (digits > 1 && s.p[at - digits] == '0'))
			return false;
		out[i] = (uint8_t)value;
		if (i < 3 && (at == s.l || s.p[at++] != '.'))
			return false;
	}
	return at == s.l;
}

/* Groups of up to four hex digits between colons, at most one "::", an IPv4
 * at the end for the last two; `out` tells only the first group and whether
 * all are zero, which is what we ask. */
struct ipv6 {
	unsigned first;
	bool zero;
};

static bool read_ipv6(struct ipv6 *out, struct tw_str s)
{
	size_t at = 0, groups = 0;
	bool gap = false;
	uint8_t v4[4];

	out->first = 0;
	out->zero = true;
	if (s.l >= 2 && s.p[0] == ':' && s.p[1] == ':') {
		gap = true;
		at = 2;
	}
	while (at < s.l) {
		size_t digits = 0;
		unsigned value = 0;
		char c;

		if (groups == 8)
			return false;
		if (memchr(s.p + at, '.', s.l - at) &&
		    !memchr(s.p + at, ':', s.l - at)) {
			out->zero = false;
			groups += 2;
			at += read_ipv4(v4, tw__str(s.p + at, s.l - at)) ?
				s.l - at : 0;
			break;
		}
		while (at < s.l && digits < 4 && is_hex(s.p[at])) {
			c = s.p[at++];
			value = value * 16 + (unsigned)(is_digit(c) ?
				c - '0' : (c | 0x20) - 'a' + 10);
			digits++;
		}
		if (!digits)
			return false;
		if (!groups++ && !gap)
			out->first = value;
		out->zero &= !value;
		if (at == s.l)
			break;
		if (s.p[at++] != ':' || at == s.l)
			return false;
		if (s.p[at] == ':') {
			if (gap)
				return false;
			gap = true;
			at++;
		}
	}
	return at == s.l && (gap ? groups < 8 : groups == 8);
}

bool tw__address_is(struct tw_str text)
{
	uint8_t v4[4];
	struct ipv6 v6;

	return text.l && text.l < TW_ADDRESS_MAX &&
		(read_ipv4(v4, text) || read_ipv6(&v6, text));
}

bool tw__address_is_usable(struct tw_str text)
{
	uint8_t v4[4];
	struct ipv6 v6;

	if (!text.l || text.l >= TW_ADDRESS_MAX)
		return false;
	if (read_ipv4(v4, text))
		return v4[0] != 0 && v4[0] < 224;
	return read_ipv6(&v6, text) && !v6.zero && v6.first < 0xff00;
}

char *tw__host_wire(struct tw_str host, bool *oom)
{
	bool ipv6 = host.l && memchr(host.p, ':', host.l);
	char *out;

	*oom = false;
	if (!host.l || host.l > TW_HOST_MAX || host.p[0] == '-' ||
	    (ipv6 && !tw__address_is(host)))
		return NULL;
	for (size_t i = 0; !ipv6 && i < host.l; i++)
		if (!is_name_byte(host.p[i]))
			return NULL;
	out = tw_malloc(host.l + 3);
	if (!out)
		*oom = true;
	else
		(void)snprintf(out, host.l + 3, ipv6 ? "[%.*s]" : "%.*s",
			(int)host.l, host.p);
	return out;
}

tw_status tw__local_wire(char **out, const char *host, uint32_t port,
			 tw_error *err)
{
	struct tw_str name = tw__str_of(host);
	char *wire;
	bool oom;

	if (!port || port > 65535)
		return tw__fail_at(err, TW_EINVAL, 0, "port",
			"%u is not within 1..65535", port);
	if (name.l > 2 && name.p[0] == '[' && name.p[name.l - 1] == ']')
		name = tw__str(name.p + 1, name.l - 2);
	wire = tw__host_wire(name, &oom);
	if (!wire)
		return oom ? tw__fail_oom(err) : tw__fail_at(err, TW_EINVAL,
			0, "host", "is not a host name or address");
	*out = wire;
	return TW_OK;
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

static tw_status read_transport(struct tw_hop *hop, struct tw_str params,
				const char *field, tw_error *err)
{
	struct tw_str part;

	hop->transport = TW_TRANSPORT_UDP;
	while (tw__text_split(&part, &params, ';')) {
		if (tw__str_ieq(part, "transport=udp"))
			hop->transport = TW_TRANSPORT_UDP;
		else if (tw__str_ieq(part, "transport=tcp"))
			hop->transport = TW_TRANSPORT_TCP;
		else if (tw__str_ieq(part, "transport=tls"))
			hop->transport = TW_TRANSPORT_TLS;
		else
			return tw__fail_at(err, TW_EUNSUPPORTED, 0, field,
				"parameter \"%.*s\" is not served; write "
				"transport=udp, tcp or tls", (int)part.l,
				part.p);
		hop->transport_given = true;
	}
	return TW_OK;
}

/* A name that ends in digits is an address with a slip: no top-level domain
 * does (RFC 3696 section 2). */
static bool is_misspelt(struct tw_str host)
{
	return is_digit(host.p[host.l - 1]) && !tw__address_is(host) &&
		strspn(host.p, "0123456789.") >= host.l;
}

static tw_status set_host(struct tw_hop *hop, struct tw_str host,
			  const char *field, tw_error *err)
{
	bool oom;

	hop->wire = tw__host_wire(host, &oom);
	if (!hop->wire && oom)
		return tw__fail_oom(err);
	if (!hop->wire || is_misspelt(host))
		return tw__fail_at(err, TW_EPARSE, 0, field,
			"host is not a name or address");
	hop->numeric = tw__address_is(host);
	if (tw__str_ieq(host, "localhost")) {
		hop->numeric = true;
		host = TW_STR("127.0.0.1");
	}
	hop->host = tw__str_dup(host);
	return hop->host ? TW_OK : tw__fail_oom(err);
}

tw_status tw__hop_read(struct tw_hop *hop, const char *text,
		       const char *field, tw_error *err)
{
	struct tw_str rest = tw__str_of(text), host, address;
	tw_status status;

	if (!rest.l || rest.l > TW_HOST_MAX ||
	    !tw__text_is_header_safe(text))
		return tw__fail_at(err, TW_EINVAL, 0, field,
			"is missing or too long or has bytes that a header "
			"must not carry; write \"sip:host:port\"");
	if (rest.l > 5 && tw__str_ieq(tw__str(rest.p, 5), "sips:"))
		return tw__fail_at(err, TW_EUNSUPPORTED, 0, field,
			"sips: is not served; write sip: with "
			";transport=tls");
	if (rest.l < 5 || !tw__str_ieq(tw__str(rest.p, 4), "sip:") ||
	    strpbrk(text, "@? ,%"))
		return tw__fail_at(err, TW_EPARSE, 0, field,
			"is not \"sip:host[:port][;transport=...]\"; the "
			"user goes into its own option");
	rest = tw__str(rest.p + 4, rest.l - 4);
	if (!tw__text_split(&address, &rest, ';') ||
	    !split_host_port(&host, &hop->port, address))
		return tw__fail_at(err, TW_EPARSE, 0, field,
			"host or port is malformed; write \"sip:host:port\", "
			"an IPv6 address in brackets");
	status = host.l ? set_host(hop, host, field, err) :
		tw__fail_at(err, TW_EPARSE, 0, field, "has no host");
	return status ? status : read_transport(hop, rest, field, err);
}

void tw__hop_free(struct tw_hop *hop)
{
	tw_free(hop->host);
	tw_free(hop->wire);
	memset(hop, 0, sizeof(*hop));
}

/* Who blocks the one way must not be given the other to read. */
tw_status tw__hops_check(const char *registrar, const char *backup,
			 const char *proxy, tw_error *err)
{
	const char *field = backup ? "backup" : "outbound_proxy";
	const char *text = backup ? backup : proxy;
	struct tw_hop first = { 0 }, other = { 0 };
	tw_status status;

	if (backup && proxy)
		return tw__fail_at(err, TW_EINVAL, 0, field, "cannot stand "
			"beside outbound_proxy, which is where all requests "
			"go; give the proxy's name several SRV records");
	if (!text)
		return TW_OK;
	status = tw__hop_read(&first, registrar, "registrar", err);
	if (!status)
		status = tw__hop_read(&other, text, field, err);
	if (!status && first.transport == TW_TRANSPORT_TLS &&
	    other.transport != TW_TRANSPORT_TLS)
		status = tw__fail_at(err, TW_EINVAL, 0, field, "goes without "
			"TLS, while the registrar is asked for by TLS; write "
			";transport=tls behind it too");
	tw__hop_free(&first);
	tw__hop_free(&other);
	return status;
}

uint32_t tw__hop_default_port(uint32_t transport)
{
	return transport == TW_TRANSPORT_TLS ? 5061 : 5060;
}
