/**
 * @file offer.h  A new offer inside of a call: hold, other codecs, a refresh
 *
 * Both sides of an INVITE in a dialog that stands: one that we send, until its
 * final answer (and its ACK as often as that answer comes), and one that came,
 * from its 100 to the ACK of our answer. One of a dialog at a time. What is
 * offered passes untouched; who is asked for the answer is the host's.
 */
#ifndef EXAMPLES_OFFER_H
#define EXAMPLES_OFFER_H

#include <re.h>
#include "dialogs.h"
#include "reply.h"

/* ---- that we send ---- */

struct offer;
/* Its final answer, once; msg NULL: none came. */
typedef void (offer_h)(const struct sip_msg *msg, void *arg);

struct offer_options {
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;    /* referenced */
	const char *contact;       /* user or URI, copied */
	struct offer_body body;    /* copied */
	dialog_auth_h *auth_h;     /* as of dialog_bye_options */
	void *auth_arg;
	offer_h *h;
	void *arg;
};

int offer_send(struct offer **offerp, const struct offer_options *options);
bool offer_is_open(const struct offer *offer);
/* A 2xx that comes again; false: it is not of this offer. */
bool offer_again(struct offer *offer, const struct sip_msg *msg);

/* ---- that came ---- */

struct demand;
/* Our 200 was never acknowledged. */
typedef void (demand_lost_h)(void *arg);

struct demand_options {
	struct sip *sip;
	struct clk *clk;
	const struct sip_msg *msg;
	const char *contact;       /* copied */
	demand_lost_h *lost_h;
	void *arg;
};

/* Says 100. Freed before it is answered it says 487. */
int demand_take(struct demand **demandp, const struct demand_options *options);
int demand_reply(struct demand *demand, uint16_t code, const char *reason,
		 const struct offer_body *body);
/* Not answered yet, or its ACK is to come. */
bool demand_is_open(const struct demand *demand);
void demand_ack(struct demand *demand, const struct sip_msg *msg);
/* An INVITE that comes while another one of its dialog is under way is
 * answered here (RFC 3261 14.2), and true. */
bool dialog_is_crossed(struct sip *sip, const struct sip_msg *msg,
		       const struct offer *offer,
		       const struct demand *demand);

#endif
