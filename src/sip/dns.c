/**
 * @file src/sip/dns.c  Questions to DNS over libre
 *
 * A thousand trunks of one registrar ask the same five questions at the same
 * moment, and libre has no memory before 2.4: so a question is asked once,
 * whoever waits for it, and its answer stands until the shortest of its times
 * is over, a failure for a few seconds. What is remembered is bounded.
 *
 * libre takes a datagram that was cut for the whole answer: here it is asked
 * again over TCP.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include "dns.h"
#include "port.h"

enum {
	SERVERS = 4,
	BUCKETS = 64,
	QUESTIONS = 512,               /* remembered */
	RECORDS = 32,                  /* of one answer */
	NAME = 256,
};

#define SECOND 1000000LL
#define KEEP_MAX  (300 * SECOND)
#define KEEP_NONE  (10 * SECOND)       /* "there is none" */
#define KEEP_FAILED (2 * SECOND)
#define REREAD     (60 * SECOND)

/* A record that owns its texts; its size is the step to the next. */
struct item {
	tw_dns_record record;
	char name[NAME], value[NAME], flags[8], service[32];
};

struct question {
	struct le le;
	struct tw_dns *dns;
	uint32_t type;
	char name[NAME];
	struct dns_query *asked;       /* under way */
	bool tcp;                      /* by now */
	bool telling;
	struct list waiting;           /* tw_dns_query */
	int64_t at_us, until_us;       /* answered, and good until */
	char why[64];                  /* "": it was answered */
	struct item *item;
	size_t count;
};

struct tw_dns_query {
	struct le le;
	struct question *question;
	struct tw_dns_query **self;
	tw_dns_answer_h *answer;
	void *arg;
};

struct tw_dns {
	struct dnsc *dnsc;
	struct sa server[SERVERS];
	uint32_t servers;
	bool given;                    /* by the host */
	int64_t read_us;               /* of the system's list */
	const tw_clock *clock;
	struct hash *questions;
	unsigned count;
};

static int64_t now_of(const struct tw_dns *dns)
{
	return dns->clock->monotonic(dns->clock->arg);
}

/* "192.0.2.53", "2001:db8::53", "192.0.2.53:5353", "[2001:db8::53]:5353";
 * libre takes a port of 99999 for one of 34463. */
static bool read_server(struct sa *out, const char *text, size_t l)
{
	const char *bracket = memchr(text, ']', l);
	const char *colon = bracket ? bracket + 1 :
		memchr(text, '.', l) ? memchr(text, ':', l) : NULL;
	struct pl host = { text, l };
	uint64_t port = DNS_PORT;

	if (colon && colon < text + l) {
		if (*colon != ':' || l - (size_t)(colon - text) > 6)
			return false;
		port = 0;
		for (const char *p = colon + 1; p < text + l; p++) {
			if (*p < '0' || *p > '9')
				return false;
			port = port * 10 + (uint64_t)(*p - '0');
		}
		host.l = (size_t)(colon - text);
	}
	if (host.l > 2 && host.p[0] == '[' && host.p[host.l - 1] == ']') {
		host.p++;
		host.l -= 2;
	}
	return port && port <= 65535 && !sa_set(out, &host, (uint16_t)port);
}

static tw_status read_servers(struct tw_dns *dns, const char *text,
			      tw_error *err)
{
	while (*text) {
		size_t l = strcspn(text, ", ");
		struct sa *server = &dns->server[dns->servers];

		if (l && (dns->servers == SERVERS ||
			  !read_server(server, text, l)))
			return tw__sip_fail(err, TW_EINVAL, "dns_servers",
				"\"%.*s\" is not an IP address with or "
				"without a port, or it is the fifth; write "
				"\"192.0.2.53, [2001:db8::53]:5353\"",
				(int)(l < 64 ? l : 64), text);
		dns->servers += l > 0;
		text += l + (text[l] != '\0');
	}
	if (!dns->servers)
		return tw__sip_fail(err, TW_EINVAL, "dns_servers",
			"is empty; leave it out for the system's");
	return TW_OK;
}

/* A machine that moved to another network has another list. */
static void reread(struct tw_dns *dns)
{
	char domain[NAME];
	uint32_t n = SERVERS;

	if (dns->given || (dns->servers &&
			   now_of(dns) < dns->read_us + REREAD))
		return;
	dns->read_us = now_of(dns);
	if (dns_srv_get(domain, sizeof(domain), dns->server, &n) || !n)
		return;
	dns->servers = n;
	(void)dnsc_srv_set(dns->dnsc, dns->server, n);
}

tw_status tw__dns_new(struct tw_dns **out, const char *servers,
		      const tw_clock *clock, tw_error *err)
{
	struct tw_dns *dns = tw_calloc(1, sizeof(*dns));
	tw_status status = TW_OK;
	int e;

	if (!dns)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	dns->clock = clock;
	dns->given = servers != NULL;
	if (servers)
		status = read_servers(dns, servers, err);
	if (status) {
		tw_free(dns);
		return status;
	}
	e = hash_alloc(&dns->questions, BUCKETS);
	if (!e)
		e = dnsc_alloc(&dns->dnsc, NULL, NULL, 0);
	if (e) {
		tw__dns_free(dns);
		return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO,
			"", "no socket to ask DNS by: %s", strerror(e));
	}
#ifdef TW_RE_DNSC_CACHE
	dnsc_cache_max(dns->dnsc, 0);  /* its own would add to our times */
#endif
	*out = dns;
	return TW_OK;
}

static void drop(struct question *question)
{
	hash_unlink(&question->le);
	question->dns->count--;
	(void)mem_deref(question->asked);
	tw_free(question->item);
	tw_free(question);
}

static bool drop_h(struct le *le, void *arg)
{
	(void)arg;
	drop(le->data);
	return false;
}

void tw__dns_free(struct tw_dns *dns)
{
	if (!dns)
		return;
	if (dns->questions)
		(void)hash_apply(dns->questions, drop_h, NULL);
	(void)mem_deref(dns->questions);
	(void)mem_deref(dns->dnsc);
	tw_free(dns);
}

/* ---- answers ---- */

static bool copy(char *out, size_t size, const char *text)
{
	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool take_address(struct item *item, const struct dnsrr *rr)
{
	struct sa sa;

	if (rr->type == DNS_TYPE_A)
		sa_set_in(&sa, rr->rdata.a.addr, 0);
	else
		sa_set_in6(&sa, rr->rdata.aaaa.addr, 0);
	return !sa_ntop(&sa, item->value, sizeof(item->value));
}

static bool take_value(struct item *item, const struct dnsrr *rr)
{
	tw_dns_record *record = &item->record;

	switch (rr->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
		return take_address(item, rr);
	case DNS_TYPE_CNAME:
		return copy(item->value, NAME, rr->rdata.cname.cname);
	case DNS_TYPE_SRV:
		record->order = rr->rdata.srv.pri;
		record->preference = rr->rdata.srv.weight;
		record->port = rr->rdata.srv.port;
		/* the root is "" to libre: the service is not there */
		return copy(item->value, NAME, rr->rdata.srv.target &&
			!rr->rdata.srv.target[0] ? "." :
			rr->rdata.srv.target);
	case DNS_TYPE_NAPTR:
		record->order = rr->rdata.naptr.order;
		record->preference = rr->rdata.naptr.pref;
		return str_len(rr->rdata.naptr.regexp) == 0 &&
			copy(item->flags, sizeof(item->flags),
			     rr->rdata.naptr.flags) &&
			copy(item->service, sizeof(item->service),
			     rr->rdata.naptr.services) &&
			copy(item->value, NAME, rr->rdata.naptr.replace);
	default:
		return false;
	}
}

static void take(struct question *question, struct list *records)
{
	struct le *le;

	for (le = list_head(records); le; le = le->next) {
		const struct dnsrr *rr = le->data;
		struct item *item = &question->item[question->count];

		if (question->count == RECORDS)
			return;
		memset(item, 0, sizeof(*item));
		item->record.size = sizeof(*item);
		item->record.type = rr->type;
		item->record.ttl_s = rr->ttl < 0 ? 0 : rr->ttl > INT32_MAX ?
			INT32_MAX : (uint32_t)rr->ttl;
		item->record.name = item->name;
		item->record.value = item->value;
		item->record.flags = item->flags;
		item->record.service = item->service;
		if (rr->dnsclass == DNS_CLASS_IN &&
		    copy(item->name, NAME, rr->name) && take_value(item, rr))
			question->count++;
	}
}

/* Times run while an answer is remembered. */
static void tell(struct question *question, struct tw_dns_query *query)
{
	struct tw_dns_query told = *query;
	int64_t age_s = (now_of(question->dns) - question->at_us) / SECOND;

	for (size_t i = 0; i < question->count; i++) {
		uint32_t *ttl_s = &question->item[i].record.ttl_s;

		*ttl_s = *ttl_s > age_s ? (uint32_t)(*ttl_s - age_s) : 0;
	}
	question->at_us += age_s * SECOND;
	list_unlink(&query->le);
	*query->self = NULL;
	tw_free(query);
	told.answer(question->count ? &question->item[0].record : NULL,
		question->count, question->why[0] ? question->why : NULL,
		told.arg);
}

/* Who is told may ask more, also this again, or cancel the others. */
static void tell_all(struct question *question)
{
	question->telling = true;
	while (list_head(&question->waiting))
		tell(question, list_head(&question->waiting)->data);
	question->telling = false;
}

static void settle(struct question *question, int64_t keep_us)
{
	question->at_us = now_of(question->dns);
	question->until_us = question->at_us + keep_us;
	tell_all(question);
}

static void fail(struct question *question, const char *why)
{
	(void)snprintf(question->why, sizeof(question->why), "%s", why);
	settle(question, KEEP_FAILED);
}

static int send_question(struct question *question);

static void answer_h(int err, const struct dnshdr *hdr, struct list *ansl,
		     struct list *authl, struct list *addl, void *arg)
{
	struct question *question = arg;
	int64_t keep_us = KEEP_MAX;

	(void)authl;
	if (!err && hdr->tc && !question->tcp) {
		question->tcp = true;
		err = send_question(question);
		if (!err)
			return;
	}
	if (err || hdr->tc) {
		fail(question, err == ETIMEDOUT ? "no answer" : err ?
			strerror(err) : "the answer was cut");
		return;
	}
	if (hdr->rcode != DNS_RCODE_OK && hdr->rcode != DNS_RCODE_NAME_ERR) {
		fail(question, dns_hdr_rcodename(hdr->rcode));
		return;
	}
	question->item = tw_calloc(RECORDS, sizeof(*question->item));
	if (!question->item) {
		fail(question, "no memory");
		return;
	}
	if (hdr->rcode == DNS_RCODE_OK) {
		take(question, ansl);
		take(question, addl);
	}
	for (size_t i = 0; i < question->count; i++)
		if (question->item[i].record.ttl_s * SECOND < keep_us)
			keep_us = question->item[i].record.ttl_s * SECOND;
	settle(question, question->count ? keep_us : KEEP_NONE);
}

static int send_question(struct question *question)
{
	struct tw_dns *dns = question->dns;

	if (!dns->servers)
		return ENOENT;
	return dnsc_query_srv(&question->asked, dns->dnsc, question->name,
		(uint16_t)question->type, DNS_CLASS_IN, question->tcp ?
		IPPROTO_TCP : IPPROTO_UDP, dns->server, &dns->servers, true,
		answer_h, question);
}

/* ---- questions ---- */

struct wanted {
	uint32_t type;
	const char *name;
};

static bool same_h(struct le *le, void *arg)
{
	const struct question *question = le->data;
	const struct wanted *wanted = arg;

	return question->type == wanted->type &&
		!str_casecmp(question->name, wanted->name);
}

static bool is_idle(const struct question *question)
{
	return !question->asked && !question->telling &&
		!list_head(&question->waiting);
}

static bool expired_h(struct le *le, void *arg)
{
	const struct question *question = le->data;

	return is_idle(question) && question->until_us <= *(int64_t *)arg;
}

/* Room for one more: what is over goes, else whatever nobody waits for. */
static void make_room(struct tw_dns *dns)
{
	int64_t now_us = now_of(dns), ever = INT64_MAX;
	struct le *le;

	while (dns->count >= QUESTIONS) {
		le = hash_apply(dns->questions, expired_h, &now_us);
		if (!le)
			le = hash_apply(dns->questions, expired_h, &ever);
		if (!le)
			return;
		drop(le->data);
	}
}

static struct question *add(struct tw_dns *dns, uint32_t type,
			    const char *name)
{
	struct question *question;

	make_room(dns);
	question = dns->count < 4 * QUESTIONS ?
		tw_calloc(1, sizeof(*question)) : NULL;
	if (!question)
		return NULL;
	question->dns = dns;
	question->type = type;
	(void)snprintf(question->name, sizeof(question->name), "%s", name);
	hash_append(dns->questions, hash_joaat_str_ci(name), &question->le,
		question);
	dns->count++;
	return question;
}

static struct question *find(struct tw_dns *dns, uint32_t type,
			     const char *name)
{
	struct wanted wanted = { type, name };
	struct le *le = hash_lookup(dns->questions, hash_joaat_str_ci(name),
		same_h, &wanted);
	struct question *question = le ? le->data : NULL;

	if (question && is_idle(question) &&
	    question->until_us <= now_of(dns)) {
		drop(question);
		question = NULL;
	}
	return question ? question : add(dns, type, name);
}

tw_status tw__dns_ask(struct tw_dns_query **out, struct tw_dns *dns,
		      uint32_t type, const char *name,
		      tw_dns_answer_h *answer, void *arg)
{
	struct question *question = find(dns, type, name);
	struct tw_dns_query *query = question ?
		tw_calloc(1, sizeof(*query)) : NULL;
	int e;

	if (!query)
		return TW_ENOMEM;
	query->question = question;
	query->self = out;
	query->answer = answer;
	query->arg = arg;
	list_append(&question->waiting, &query->le, query);
	*out = query;
	if (question->until_us) {
		tell_all(question);
	}
	else if (!question->asked) {
		reread(dns);
		e = send_question(question);
		if (e)
			fail(question, e == ENOENT ? "there is no server in "
				"/etc/resolv.conf" : strerror(e));
	}
	return TW_OK;
}

void tw__dns_cancel(struct tw_dns_query *query)
{
	struct question *question;

	if (!query)
		return;
	question = query->question;
	list_unlink(&query->le);
	tw_free(query);
	if (!question->until_us && !list_head(&question->waiting))
		drop(question);
}

struct dnsc *tw__dns_client(struct tw_dns *dns)
{
	if (!dns)
		return NULL;
	/* our own questions bring their servers along */
	if (dns->given)
		(void)dnsc_srv_set(dns->dnsc, dns->server, dns->servers);
	reread(dns);
	return dns->dnsc;
}
