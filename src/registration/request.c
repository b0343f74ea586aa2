/**
 * @file src/registration/request.c  The bytes of a REGISTER
 *
 * Decides what stands in the request (RFC 3261 sections 8.1.1 and 10.2).
 * All texts were checked by config.c; nothing is escaped here again.
 */
#include <inttypes.h>
#include <stdio.h>
#include "machine.h"
#include "words.h"

#define TW_REQUEST_USUAL 1000u         /* with one Authorization */

static const char *contact_param(uint32_t transport)
{
	switch (transport) {
	case TW_TRANSPORT_TCP: return ";transport=tcp";
	case TW_TRANSPORT_TLS: return ";transport=tls";
	default:               return "";
	}
}

/* For all numbers it has no user, nor a user parameter, and says so (RFC 6140
 * sections 5.1 and 5.3). */
static void write_contact(tw_registration *reg, const char *host,
			  uint32_t port, const char *end)
{
	const bool gin = reg->config.gin;

	(void)tw__buf_printf(&reg->request, "Contact: <sip:%s%s%s:%" PRIu32
		"%s%s>%s\r\n", gin ? "" : reg->config.contact_user,
		gin ? "" : "@", host, port, gin ? ";bnc" : "",
		contact_param(tw__reach_transport(reg)), end);
}

/* RFC 5626 section 4.2.1: who we are, and by which flow. For all numbers it
 * asks for a name of its own (RFC 6140 section 7.1.1). */
static void write_flow(char *out, size_t size, const tw_registration *reg)
{
	out[0] = '\0';
	if (tw__flow_is_told(reg))
		(void)snprintf(out, size, ";reg-id=%" PRIu32 ";+sip.instance="
			"\"<%s>\"", reg->flow.id, reg->config.instance);
	else if (reg->config.gin && reg->config.instance[0])
		(void)snprintf(out, size, ";+sip.instance=\"<%s>\"",
			reg->config.instance);
}

/* The address that a NAT had given us before goes in the same REGISTER: else
 * calls would ring there too until it runs out. That of a flow is known by its
 * reg-id, and the new one takes its place. */
static void write_contacts(tw_registration *reg)
{
	const struct tw_nat *nat = &reg->nat;
	char flow[96];

	write_flow(flow, sizeof(flow), reg);
	write_contact(reg, nat->host[0] ? nat->host : reg->local_host,
		nat->host[0] ? nat->port : reg->local_port, flow);
	if (nat->old_host[0] && !tw__flow_is_told(reg))
		write_contact(reg, nat->old_host, nat->old_port,
			";expires=0");
}

static void write_fixed(tw_registration *reg)
{
	const struct tw_trunk_config *config = &reg->config;
	const struct tw_identity *identity = tw__reach_identity(reg);
	uint32_t transport = tw__reach_transport(reg);
	struct tw_buf *out = &reg->request;

	(void)tw__buf_printf(out, "REGISTER %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s:%" PRIu32 ";branch=%s;rport\r\n"
		"Max-Forwards: 70\r\n",
		identity->request_uri, tw__via_name(transport),
		reg->local_host, reg->local_port, reg->transaction.branch);
	(void)tw__buf_printf(out, "From: <sip:%s@%s>;tag=%s\r\n"
		"To: <sip:%s@%s>\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %" PRIu32 " REGISTER\r\n",
		config->aor_user, identity->domain, reg->from_tag,
		config->aor_user, identity->domain, reg->call_id, reg->cseq);
	if (config->route)
		(void)tw__buf_printf(out, "Route: %s\r\n", config->route);
	write_contacts(reg);
	/* Who does not know it has to refuse, proxies before him too; and
	 * those may have to put themselves into the Path (RFC 6140 section
	 * 5.1). */
	if (config->gin)
		(void)tw__buf_printf(out, "Require: gin\r\n"
			"Proxy-Require: gin\r\n"
			"Supported: path%s\r\n", config->instance[0] ?
			", gruu" : "");
	else if (tw__flow_is_told(reg))
		(void)tw__buf_text(out, "Supported: outbound, path\r\n");
	(void)tw__buf_printf(out, "Expires: %" PRIu32 "\r\n"
		"User-Agent: trunkwise/%s\r\n",
		reg->unregister ? 0 : reg->asked_s, tw_version());
}

/* Who is asking, and nothing that a secret went into. */
static void write_empty_authorization(tw_registration *reg)
{
	const struct tw_identity *identity = tw__reach_identity(reg);

	(void)tw__buf_printf(&reg->request, "Authorization: Digest "
		"username=\"%s\", realm=\"%s\", nonce=\"\", uri=\"%s\", "
		"response=\"\"\r\n", reg->config.auth_user,
		reg->realm[0] ? reg->realm : identity->domain,
		identity->request_uri);
}

tw_status tw__request_write(tw_registration *reg, tw_error *err)
{
	struct tw_digest_secret secret = tw__registration_secret(reg);
	const struct tw_identity *identity = tw__reach_identity(reg);
	tw_status status;

	tw__buf_clear(&reg->request);
	(void)tw__buf_reserve(&reg->request, TW_REQUEST_USUAL);
	write_fixed(reg);
	if (reg->config.empty_authorization && !reg->credentials[0].realm)
		write_empty_authorization(reg);
	for (size_t i = 0; i < TW_ARRAY_COUNT(reg->credentials); i++) {
		if (!reg->credentials[i].realm)
			continue;
		status = tw__credentials_write(&reg->request,
			&reg->credentials[i], &reg->counts, reg->random,
			&secret, "REGISTER", identity->request_uri, err);
		if (status)
			return status;
		(void)tw__buf_text(&reg->request, "\r\n");
	}
	(void)tw__buf_text(&reg->request, "Content-Length: 0\r\n\r\n");
	return reg->request.failed ? tw__fail_oom(err) : TW_OK;
}
