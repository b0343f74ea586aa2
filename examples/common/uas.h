/**
 * @file uas.h  One INVITE that came in, until its BYE
 *
 * The server side beside leg.h: provisional answers, a 200 that is repeated
 * until its ACK comes, CANCEL, BYE of both sides. libre's sipsess does this
 * too, but tells nobody when its BYE is through, and a virtual clock must
 * know. Who may call and who is rung is the host's.
 */
#ifndef EXAMPLES_UAS_H
#define EXAMPLES_UAS_H

#include <re.h>
#include "clk.h"
#include "offer.h"

struct uas;
struct uas_sock;

/* ACK came: the talk stands. */
typedef void (uas_established_h)(const struct sip_msg *msg, void *arg);
/* Exactly once, unless the host rejected or hung up: 0 = BYE of the caller,
 * ECANCELED = CANCEL (487 is sent already), ETIMEDOUT = no ACK ever came (BYE
 * is sent already). mem_deref() is yours. */
typedef void (uas_closed_h)(int err, const struct sip_msg *msg, void *arg);

/* Requests inside of dialogs; keep it as long as them. Allocate it before
 * your own sip_listen(), which then gets what belongs to no dialog. */
int uas_listen(struct uas_sock **sockp, struct sip *sip, struct clk *clk);

/* Takes an INVITE without To tag and answers 100. A message without usable
 * Contact is answered with 400 and refused with EBADMSG. */
int uas_accept(struct uas **uasp, struct uas_sock *sock,
	       const struct sip_msg *msg, const char *contact_user,
	       uas_established_h *established_h, uas_closed_h *closed_h,
	       void *arg);

/* headers: each line ends with CRLF, or NULL; body may be NULL. */
int uas_progress(struct uas *uas, uint16_t code, const char *reason,
		 const char *headers, const struct offer_body *body);
int uas_answer(struct uas *uas, const char *headers,
	       const struct offer_body *body);
/* 300..699; no handler is called afterwards. */
int uas_reject(struct uas *uas, uint16_t code, const char *reason,
	       const char *headers);
/* BYE (480 when not answered); no handler is called afterwards. mem_deref()
 * of a live one does the same. */
void uas_hangup(struct uas *uas, const char *headers);
bool uas_is_answered(const struct uas *uas);
/* As of leg.h: h with the arg of uas_accept(). */
void uas_on_demand(struct uas *uas, void (*h)(const struct sip_msg *msg,
					      void *arg));
int uas_offer(struct uas *uas, const struct offer_body *body, offer_h *h,
	      void *arg);
int uas_reply(struct uas *uas, uint16_t code, const char *reason,
	      const struct offer_body *body);
/* As leg_probe(). */
int uas_probe(struct uas *uas, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg);

#endif
