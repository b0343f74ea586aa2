/**
 * @file src/registration/answer.h  What a final answer to REGISTER grants
 *
 * Reads numbers out of an answer and clamps them. It refuses to know what
 * time it is and what the machine does next.
 */
#ifndef TW_SRC_REGISTRATION_ANSWER_H
#define TW_SRC_REGISTRATION_ANSWER_H

#include "message.h"

#define TW_RETRY_AFTER_MAX_S  3600u
#define TW_MIN_EXPIRES_MAX_S 86400u
#define TW_FLOW_TIMER_MIN_S     10u

/* How the registrar may list us. */
struct tw_binding {
	const char *user;        /* of our Contact; NULL: it has none, and is
				    for all numbers (RFC 6140) */
	const char *host;        /* as in the URI */
	uint32_t port;
	const char *instance;    /* NULL: none was told */
	uint32_t reg_id;
};

/* Granted seconds of a 2xx: of the Contact that is ours, else of the
 * Expires header, else what was asked; never more than was asked, because
 * a registrar may only shorten (RFC 3261 section 10.3). */
uint32_t tw__answer_granted(const struct tw_message *msg,
			    const struct tw_binding *ours, uint32_t asked_s);

/* To an un-register: ours is listed, with time left. Only the very one; the
 * same user elsewhere is another host's. */
bool tw__answer_keeps(const struct tw_message *msg,
		      const struct tw_binding *ours);

/* Contacts that are bound to the account and not ours. */
uint32_t tw__answer_foreign(const struct tw_message *msg,
			    const struct tw_binding *ours);

/* Parameters of the Contact that is ours: that of our address, else the first
 * with our user; empty if it is not listed. */
struct tw_str tw__answer_params(const struct tw_message *msg,
				const struct tw_binding *ours);

/* Some Contact of it is for all numbers: it has a "bnc". */
bool tw__answer_has_bulk(const struct tw_message *msg);

/* The registrar keeps several flows of us apart: its 2xx requires "outbound"
 * (RFC 5626 section 6). */
bool tw__answer_has_outbound(const struct tw_message *msg);

/* Retry-After in seconds, at most TW_RETRY_AFTER_MAX_S; 0: none. */
uint32_t tw__answer_retry_after(const struct tw_message *msg);

/* Min-Expires of a 423; 0: missing, malformed or beyond the maximum. */
uint32_t tw__answer_min_expires(const struct tw_message *msg);

/* Flow-Timer (RFC 5626 section 5.4): the registrar forgets a connection that
 * is silent for longer; 0: none. */
uint32_t tw__answer_flow_timer(const struct tw_message *msg);

enum tw_verdict {
	TW_VERDICT_TEMPORARY,
	TW_VERDICT_REFUSED,
	TW_VERDICT_FATAL
};

/* What a failure code says about trying again. */
enum tw_verdict tw__answer_verdict(int32_t code);

#endif
