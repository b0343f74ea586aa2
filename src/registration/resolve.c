/**
 * @file src/registration/resolve.c  From a name to targets (RFC 3263)
 *
 * One question at a time: NAPTR, then SRV of the best service, then the
 * addresses of each server; a port in the URI skips the first two, a
 * transport the first. What a server on the way says is bounded everywhere:
 * records kept, aliases followed, questions asked, seconds believed.
 *
 * A question that DNS left open is not an answer "none": with SRV records
 * unknown the name's own address is not taken, since that is often a web
 * server, and a REGISTER there tells a stranger who we are. NAPTR is the
 * exception: many resolvers of small routers drop the type.
 */
#include <stdio.h>
#include <string.h>
#include "resolve.h"

static const char *const srv_prefix[] = { "", "_sip._udp.", "_sip._tcp.",
	"_sips._tcp." };

static bool same_name(const char *a, const char *b)
{
	size_t la = a ? strlen(a) : 0, lb = strlen(b);

	la -= la && a[la - 1] == '.';
	lb -= lb && b[lb - 1] == '.';
	if (!la || la != lb)
		return false;
	for (size_t i = 0; i < la; i++) {
		char x = a[i], y = b[i];

		x = x >= 'A' && x <= 'Z' ? (char)(x | 0x20) : x;
		y = y >= 'A' && y <= 'Z' ? (char)(y | 0x20) : y;
		if (x != y)
			return false;
	}
	return true;
}

/* A host's name as DNS may give it to us: labels of 1..63 letters, digits,
 * hyphens and underscores. Whatever else a peer writes stays out of logs
 * and further questions. */
static bool take_name(char out[TW_NAME_SIZE], const char *name)
{
	size_t l = name ? strlen(name) : 0, label = 0;

	l -= l > 1 && name[l - 1] == '.';
	if (!l || l > 253)
		return false;
	for (size_t i = 0; i < l; i++) {
		char c = name[i];

		if (c == '.' && !label)
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63 || !(c == '.' || c == '-' || c == '_' ||
				    (c >= '0' && c <= '9') ||
				    (c >= 'a' && c <= 'z') ||
				    (c >= 'A' && c <= 'Z')))
			return false;
	}
	if (!label)
		return false;
	memcpy(out, name, l);
	out[l] = '\0';
	return true;
}

static void use_ttl(struct tw_resolve *r, const tw_dns_record *record)
{
	uint32_t ttl = record->ttl_s;

	if (ttl < TW_RESOLVE_TTL_MIN_S)
		ttl = TW_RESOLVE_TTL_MIN_S;
	if (ttl < r->ttl_s)
		r->ttl_s = ttl;
}

/* The caller's struct may be longer or shorter than ours. */
static tw_dns_record record_at(const tw_dns_record *records, size_t i)
{
	const unsigned char *at = (const unsigned char *)records;
	tw_dns_record out;
	uint32_t stride = records->size;

	memset(&out, 0, sizeof(out));
	memcpy(&out, at + i * stride, stride < sizeof(out) ? stride :
		sizeof(out));
	return out;
}

static void finish(struct tw_resolve *r)
{
	if (r->count) {
		r->state = TW_RESOLVE_DONE;
		return;
	}
	r->state = TW_RESOLVE_FAILED;
	if (r->refused)
		(void)snprintf(r->why, sizeof(r->why), "its SRV record says "
			"that no SIP is served there");
	else if (!r->why[0])
		(void)snprintf(r->why, sizeof(r->why), "there is no address "
			"of that name in DNS");
}

static void ask(struct tw_resolve *r, uint32_t type, const char *prefix,
		const char *name)
{
	char text[TW_NAME_SIZE + 16];

	(void)snprintf(text, sizeof(text), "%s%s", prefix, name);
	if (r->queries++ == TW_RESOLVE_QUERIES ||
	    !take_name(r->question, text)) {
		finish(r);
		return;
	}
	r->type = type;
	r->cnames = 0;
}

/* Of the next server whose address is not known yet. */
static void ask_address(struct tw_resolve *r)
{
	while (r->server_at < r->servers && r->server[r->server_at].known)
		r->server_at++;
	if (r->server_at == r->servers || r->count == TW_RESOLVE_TARGETS)
		finish(r);
	else
		ask(r, TW_DNS_A, "", r->server[r->server_at].name);
}

/* The name itself is the only server. */
static void ask_plain(struct tw_resolve *r, uint32_t port)
{
	struct tw_server *server = &r->server[0];

	memset(server, 0, sizeof(*server));
	r->servers = 1;
	r->server_at = 0;
	server->port = (uint16_t)port;
	if (take_name(server->name, r->hop->host))
		ask_address(r);
	else
		finish(r);
}

static void ask_service(struct tw_resolve *r)
{
	if (r->service_at < r->services) {
		r->transport = r->service[r->service_at].transport;
		ask(r, TW_DNS_SRV, "", r->service[r->service_at].name);
		return;
	}
	r->transport = r->hop->transport;
	if (r->refused || r->why[0])
		finish(r);
	else
		ask_plain(r, tw__hop_default_port(r->transport));
}

static void guess_service(struct tw_resolve *r, uint32_t transport)
{
	struct tw_service *service = &r->service[r->services];
	char text[TW_NAME_SIZE + 16];

	(void)snprintf(text, sizeof(text), "%s%s", srv_prefix[transport],
		r->hop->host);
	if (!take_name(service->name, text))
		return;
	service->transport = transport;
	r->services++;
}

/* No NAPTR record: RFC 3263 section 4.1 asks for each transport that it
 * serves. TLS is not among them for "sip:" without ";transport=tls". */
static void guess_services(struct tw_resolve *r)
{
	r->services = r->service_at = 0;
	if (r->hop->transport_given) {
		guess_service(r, r->hop->transport);
	}
	else {
		guess_service(r, TW_TRANSPORT_UDP);
		guess_service(r, TW_TRANSPORT_TCP);
	}
	ask_service(r);
}

void tw__resolve_begin(struct tw_resolve *r, const struct tw_hop *hop,
		       const tw_random *random)
{
	struct tw_address *target = &r->target[0];

	memset(r, 0, sizeof(*r));
	r->hop = hop;
	r->random = random;
	r->transport = hop->transport;
	r->ttl_s = TW_RESOLVE_TTL_MAX_S;
	if (hop->numeric) {
		memcpy(target->host, hop->host, strlen(hop->host) + 1);
		target->transport = (uint8_t)hop->transport;
		target->port = (uint16_t)(hop->port ? hop->port :
			tw__hop_default_port(hop->transport));
		r->count = 1;
		r->state = TW_RESOLVE_DONE;
	}
	else if (hop->port) {
		ask_plain(r, hop->port);
	}
	else if (hop->transport_given) {
		guess_services(r);
	}
	else {
		ask(r, TW_DNS_NAPTR, "", hop->host);
	}
}

/* ---- answers ---- */

/* Follows the aliases of this answer; true when `name` has moved. */
static bool follow(struct tw_resolve *r, const tw_dns_record *records,
		   size_t count)
{
	bool moved = false;

	for (size_t i = 0; i < count; i++) {
		tw_dns_record record = record_at(records, i);
		char name[TW_NAME_SIZE];

		if (record.type != TW_DNS_CNAME ||
		    !same_name(record.name, r->question) ||
		    !take_name(name, record.value))
			continue;
		if (r->cnames++ == TW_RESOLVE_CNAMES)
			return false;
		use_ttl(r, &record);
		memcpy(r->question, name, sizeof(name));
		moved = true;
		i = (size_t)-1;        /* once more from the start */
	}
	return moved;
}

static uint32_t naptr_transport(const tw_dns_record *record)
{
	struct tw_str service = tw__str_of(record->service);

	/* "s": an SRV name follows, the only kind SIP uses */
	if (!tw__str_ieq(tw__str_of(record->flags), "s"))
		return 0;
	if (tw__str_ieq(service, "SIP+D2U"))
		return TW_TRANSPORT_UDP;
	if (tw__str_ieq(service, "SIP+D2T"))
		return TW_TRANSPORT_TCP;
	if (tw__str_ieq(service, "SIPS+D2T"))
		return TW_TRANSPORT_TLS;
	return 0;
}

static void take_naptr(struct tw_resolve *r, const tw_dns_record *record)
{
	uint32_t transport = naptr_transport(record);
	struct tw_service made = { "", transport, record->order,
		record->preference };
	size_t at = r->services;

	if (!transport || !take_name(made.name, record->value))
		return;
	use_ttl(r, record);
	/* kept in order; of more than fit the worst are dropped */
	while (at && (r->service[at - 1].order > made.order ||
		      (r->service[at - 1].order == made.order &&
		       r->service[at - 1].preference > made.preference)))
		at--;
	if (at == TW_RESOLVE_SERVICES)
		return;
	if (r->services < TW_RESOLVE_SERVICES)
		r->services++;
	memmove(&r->service[at + 1], &r->service[at],
		(r->services - 1 - at) * sizeof(made));
	r->service[at] = made;
}

static void take_srv(struct tw_resolve *r, const tw_dns_record *record)
{
	struct tw_server made;
	size_t at = r->servers;

	memset(&made, 0, sizeof(made));
	if (record->value && !strcmp(record->value, ".")) {
		r->refused = true;
		return;
	}
	if (!record->port || record->port > 65535 || record->order > 65535 ||
	    record->preference > 65535 ||
	    !take_name(made.name, record->value))
		return;
	use_ttl(r, record);
	made.port = (uint16_t)record->port;
	made.priority = (uint16_t)record->order;
	made.weight = (uint16_t)record->preference;
	while (at && r->server[at - 1].priority > made.priority)
		at--;
	if (at == TW_RESOLVE_SERVERS)
		return;
	if (r->servers < TW_RESOLVE_SERVERS)
		r->servers++;
	memmove(&r->server[at + 1], &r->server[at],
		(r->servers - 1 - at) * sizeof(made));
	r->server[at] = made;
}

/* RFC 2782: within a priority the next one is drawn by weight, those of
 * weight 0 standing first. */
static void draw(struct tw_resolve *r, size_t from, size_t end)
{
	struct tw_server chosen;
	uint32_t sum = 0, bits, run = 0;
	size_t zeros = from, at = from;

	for (size_t i = from; i < end; i++) {
		sum += r->server[i].weight;
		if (r->server[i].weight)
			continue;
		chosen = r->server[i];
		r->server[i] = r->server[zeros];
		r->server[zeros++] = chosen;
	}
	r->random->fill(&bits, sizeof(bits), r->random->arg);
	bits %= sum + 1;
	for (; at < end - 1; at++) {
		run += r->server[at].weight;
		if (run >= bits)
			break;
	}
	chosen = r->server[at];
	memmove(&r->server[from + 1], &r->server[from],
		(at - from) * sizeof(chosen));
	r->server[from] = chosen;
}

static void sort_servers(struct tw_resolve *r)
{
	for (size_t from = 0; from + 1 < r->servers; from++) {
		size_t end = from + 1;

		while (end < r->servers && r->server[end].priority ==
		       r->server[from].priority)
			end++;
		draw(r, from, end);
	}
}

static void take_address(struct tw_resolve *r, const tw_dns_record *record,
			 const struct tw_server *server)
{
	struct tw_str text = tw__str_of(record->value);
	bool ipv6 = text.l && memchr(text.p, ':', text.l);
	struct tw_address *target = &r->target[r->count];

	if (r->count == TW_RESOLVE_TARGETS ||
	    ipv6 != (record->type == TW_DNS_AAAA) ||
	    !tw__address_is_usable(text))
		return;
	for (size_t i = 0; i < r->count; i++)
		if (tw__str_eq(text, r->target[i].host) &&
		    r->target[i].port == server->port)
			return;
	use_ttl(r, record);
	memset(target, 0, sizeof(*target));
	memcpy(target->host, text.p, text.l);
	target->port = server->port;
	target->transport = (uint8_t)r->transport;
	target->priority = server->priority;
	r->count++;
}

static void take_addresses(struct tw_resolve *r, struct tw_server *server,
			   const char *name, const tw_dns_record *records,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tw_dns_record record = record_at(records, i);

		if ((record.type == TW_DNS_A ||
		     record.type == TW_DNS_AAAA) &&
		    same_name(record.name, name)) {
			take_address(r, &record, server);
			server->known = true;
		}
	}
}

static void answer_srv(struct tw_resolve *r, const tw_dns_record *records,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tw_dns_record record = record_at(records, i);

		if (record.type == TW_DNS_SRV &&
		    same_name(record.name, r->question))
			take_srv(r, &record);
	}
	if (!r->servers) {
		r->service_at++;
		ask_service(r);
		return;
	}
	sort_servers(r);
	/* addresses often come along; only as far as all before are known,
	 * since the order of targets is that of their servers */
	for (size_t i = 0; i < r->servers; i++) {
		take_addresses(r, &r->server[i], r->server[i].name, records,
			count);
		if (!r->server[i].known)
			break;
	}
	ask_address(r);
}

static void answer_naptr(struct tw_resolve *r, const tw_dns_record *records,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tw_dns_record record = record_at(records, i);

		if (record.type == TW_DNS_NAPTR &&
		    same_name(record.name, r->question))
			take_naptr(r, &record);
	}
	if (r->services)
		ask_service(r);
	else
		guess_services(r);
}

/* A, then AAAA of the same server, then the next server. */
static void next_address(struct tw_resolve *r)
{
	if (r->type == TW_DNS_A) {
		ask(r, TW_DNS_AAAA, "", r->server[r->server_at].name);
		return;
	}
	r->server_at++;
	ask_address(r);
}

void tw__resolve_records(struct tw_resolve *r, const tw_dns_record *records,
			 size_t count)
{
	bool moved = count && follow(r, records, count), found = false;

	if (moved) {
		for (size_t i = 0; !found && i < count; i++) {
			tw_dns_record record = record_at(records, i);

			found = record.type == r->type &&
				same_name(record.name, r->question);
		}
		if (!found && r->queries++ < TW_RESOLVE_QUERIES)
			return;        /* asked again, by the new name */
	}
	switch (r->type) {
	case TW_DNS_NAPTR:
		answer_naptr(r, records, count);
		break;
	case TW_DNS_SRV:
		answer_srv(r, records, count);
		break;
	default:
		take_addresses(r, &r->server[r->server_at], r->question,
			records, count);
		next_address(r);
		break;
	}
}

void tw__resolve_failed(struct tw_resolve *r, struct tw_str why)
{
	if (r->type == TW_DNS_NAPTR) {
		guess_services(r);
		return;
	}
	(void)snprintf(r->why, sizeof(r->why), "DNS: %.*s", (int)why.l, why.p);
	if (r->type == TW_DNS_SRV) {
		r->service_at++;
		ask_service(r);
	}
	else {
		next_address(r);
	}
}

void tw__resolve_end(struct tw_resolve *r, const char *why)
{
	(void)snprintf(r->why, sizeof(r->why), "DNS: %s", why);
	finish(r);
}
