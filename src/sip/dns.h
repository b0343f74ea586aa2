/**
 * @file src/sip/dns.h  Questions to DNS over libre
 *
 * Decides which server is asked, and that many who ask the same make one
 * question of it. It refuses to know what the records are for: the order of
 * RFC 3263 is the machine's.
 */
#ifndef TW_SRC_SIP_DNS_H
#define TW_SRC_SIP_DNS_H

#include <trunkwise/sys/clock.h>
#include <trunkwise/trunk.h>

struct tw_dns;
struct tw_dns_query;

/* records: none, where DNS says that there are none. why: it could not be
 * asked; NULL otherwise. Both borrowed. The query is gone. */
typedef void tw_dns_answer_h(const tw_dns_record *records, size_t count,
			     const char *why, void *arg);

/* servers: "192.0.2.53, [2001:db8::53]:5353"; NULL: of /etc/resolv.conf, read
 * again each minute when something is asked. The clock is borrowed. */
tw_status tw__dns_new(struct tw_dns **out, const char *servers,
		      const tw_clock *clock, tw_error *err);
/* libre's client below it, borrowed; NULL of NULL. */
struct dnsc;
struct dnsc *tw__dns_client(struct tw_dns *dns);
/* Without queries. */
void tw__dns_free(struct tw_dns *dns);

/* The answer comes later, or within this call when it is known: *out is NULL
 * then. Where *out stands it is set to NULL before the answer is told. */
tw_status tw__dns_ask(struct tw_dns_query **out, struct tw_dns *dns,
		      uint32_t type, const char *name,
		      tw_dns_answer_h *answer, void *arg);
/* Nobody waits for it any more. */
void tw__dns_cancel(struct tw_dns_query *query);

#endif
