/**
 * @file leg.h  One INVITE client leg, from dialling to its BYE
 *
 * Built on sip_dialog + sip_drequestf: libre's sipsess_connect cannot answer
 * a SHA-256 challenge on 1.1.0 and leaves the second 200 of a fork without
 * ACK, a paid leg that stays up. Every 2xx is ACKed; forks that lose get BYE;
 * a 200 that crosses our CANCEL is ACKed and ended by BYE. Session bodies
 * pass through untouched.
 */
#ifndef EXAMPLES_LEG_H
#define EXAMPLES_LEG_H

#include <re.h>
#include "clk.h"
#include "offer.h"

struct leg;

/* Answers a 401/407: *header new (tw_free), "Authorization: ..." without
 * CRLF. Errors end the leg with the challenge's code. */
typedef int (leg_auth_h)(char **header, const char *method, const char *uri,
			 const struct sip_msg *msg, void *arg);
/* Any 1xx. 100: somebody is there, and nobody rings yet. */
typedef void (leg_progress_h)(const struct sip_msg *msg, void *arg);
typedef void (leg_answer_h)(const struct sip_msg *msg, void *arg);
/* Exactly once, last: code 0 with err = nothing came (timeout, transport),
 * 200 = an established leg ended by BYE of the far end, else the failure's
 * code; msg may be NULL. After it the leg is dead; mem_deref() is yours. */
typedef void (leg_closed_h)(int err, uint16_t code, const struct sip_msg *msg,
			    void *arg);
/* An INVITE of the far end inside of the call, with an offer: answer it by
 * leg_reply(), now or later. Without a handler, and one without an offer (its
 * answer would ride in the ACK), it is refused with 488. */
typedef void (leg_demand_h)(const struct sip_msg *msg, void *arg);

struct leg_options {
	struct sip *sip;
	struct clk *clk;
	const char *uri;          /* Request-URI; without routes also where
				     it is sent */
	const char *const *routes; /* of Route headers, ";lr" left out; the
				     first is where it is sent. Or NULL */
	uint32_t route_count;
	const char *from_uri;     /* "sip:+7843...@host" */
	const char *from_name;    /* display name or NULL */
	const char *to_uri;       /* NULL: uri */
	const char *contact_user; /* of our Contact, with parameters of its
				     URI ("gw;ob"); or a whole URI */
	const char *headers;      /* extra; each line ends with CRLF */
	const char *content_type; /* NULL: no body */
	const void *body;
	size_t body_size;
	leg_auth_h *auth_h;       /* NULL: a challenge is a failure */
	void *auth_arg;           /* of auth_h alone, which may be called also
				     after hang-up (a BYE is challenged): it
				     lives as long as the socket. NULL: arg,
				     and a challenged BYE is given up */
	leg_progress_h *progress_h;
	leg_answer_h *answer_h;
	leg_demand_h *demand_h;
	leg_closed_h *closed_h;
	void *arg;
};

/* In-dialog requests (BYE) for legs of one stack; keep it as long as them.
 * Must be allocated before sipsess_listen() on the same stack, whose listener
 * answers 481 to every BYE it does not know. */
struct leg_sock;
int leg_listen(struct leg_sock **sockp, struct sip *sip);

int leg_invite(struct leg **legp, struct leg_sock *sock,
	       const struct leg_options *options);
/* CANCEL, or BYE when answered; no handler is called afterwards, but the leg
 * finishes its work on the wire by itself (ACK, BYE of a late 200).
 * mem_deref() of a live leg does the same. The header ("Reason: ...\r\n") may
 * be NULL. */
void leg_hangup(struct leg *leg, const char *reason_header);
bool leg_is_answered(const struct leg *leg);
/* Is the far end of an answered leg still there? One at a time; nothing is
 * told once the leg has ended. */
int leg_probe(struct leg *leg, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg);
/* A new offer to the far end of an answered leg. EBUSY: one is under way. */
int leg_offer(struct leg *leg, const struct offer_body *body, offer_h *h,
	      void *arg);
/* To what demand_h brought; 200 with a body. */
int leg_reply(struct leg *leg, uint16_t code, const char *reason,
	      const struct offer_body *body);
const char *leg_callid(const struct leg *leg);

#endif
