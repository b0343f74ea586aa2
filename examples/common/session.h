/**
 * @file session.h  What is asked within a dialog, whichever side called
 *
 * From the moment in which both tags are known until the BYE of one side is
 * through: BYE, new offers, "are you still there". Requests of the far end
 * find their dialog here. Knows neither how the call began nor what becomes
 * of it: leg.c and uas.c do.
 */
#ifndef EXAMPLES_SESSION_H
#define EXAMPLES_SESSION_H

#include <re.h>
#include "offer.h"

/* All sessions of one stack and one direction; keep it as long as them. */
struct sessions;
int sessions_listen(struct sessions **sessionsp, struct sip *sip);

struct session;

/* The far end hung up: 0 and its BYE, which is answered; or it never
 * acknowledged an answer of ours: ETIMEDOUT, and BYE is sent. */
typedef void (session_closed_h)(int err, const struct sip_msg *msg,
				void *arg);
typedef void (session_msg_h)(const struct sip_msg *msg, void *arg);

struct session_options {
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;    /* referenced */
	const char *contact;       /* user or URI, copied */
	dialog_auth_h *auth_h;     /* as of dialog_bye_options */
	void *auth_arg;
	session_msg_h *ack_h;      /* any ACK; or NULL */
	session_closed_h *closed_h;
	dialog_done_h *done_h;     /* our BYE is through */
	void *arg;
};

int session_alloc(struct session **sessionp, struct sessions *sessions,
		  const struct session_options *options);
/* The call stands: offers and probes may go. Offers of the far end come to
 * demand_h (session_on_demand()), each to be answered by session_reply(); one
 * without a body, and all of them without a handler, are refused with 488. */
void session_open(struct session *session);
void session_on_demand(struct session *session, session_msg_h *demand_h,
		       void *arg);
int session_reply(struct session *session, uint16_t code, const char *reason,
		  const struct offer_body *body);
/* EBUSY: one is under way. */
int session_offer(struct session *session, const struct offer_body *body,
		  offer_h *h, void *arg);
int session_probe(struct session *session, uint32_t wait_ms,
		  dialog_probe_h *h, void *arg);

/* BYE, once. */
void session_bye(struct session *session, const char *headers);
/* Without BYE: the call never stood. */
void session_end(struct session *session);
/* And no BYE of ours is under way. */
bool session_is_ended(const struct session *session);

struct sip_dialog *session_dialog(const struct session *session);

#endif
