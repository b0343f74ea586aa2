/**
 * @file offer.c  A new offer inside of a call: hold, other codecs, a refresh
 */
#include <trunkwise/sys/alloc.h>
#include "dialogs.h"
#include "offer.h"
#include "re_compat.h"

struct offer {
	struct offer_options options;
	struct sip_request *req;
	struct sip_request *ack_req;
	char *contact;
	char *ctype;
	char *authorization;       /* goes into the ACK, too */
	struct mbuf *body;
	uint32_t cseq;
	uint32_t nonce, tries;
	bool is_open;
	bool is_agreed;            /* by a 2xx, which may come again */
};

enum demand_state {
	ASKED,
	ANSWERED,                  /* 200 is out, ACK is not in */
	OVER,
};

struct demand {
	struct demand_options options;
	struct sip_strans *st;
	struct sip_msg *msg;
	struct reply *reply;       /* the 200, until its ACK */
	char *contact;
	enum demand_state state;
};


/* ---- that we send ---- */

static int send_it(struct offer *offer);


static void close_it(struct offer *offer)
{
	if (!offer->is_open)
		return;
	offer->is_open = false;
	clk_busy(offer->options.clk, -1);
}


static void offer_destructor(void *arg)
{
	struct offer *offer = arg;

	close_it(offer);
	mem_deref(offer->req);
	mem_deref(offer->ack_req);
	mem_deref(offer->options.dlg);
	mem_deref(offer->options.clk);
	mem_deref(offer->contact);
	mem_deref(offer->ctype);
	mem_deref(offer->body);
	tw_free(offer->authorization);
}


static void acknowledge(struct offer *offer)
{
	const struct offer_options *o = &offer->options;
	const char *auth = offer->authorization;

	if (!offer->ack_req)
		(void)sip_drequestf(&offer->ack_req, o->sip, false, "ACK",
				    o->dlg, offer->cseq, NULL, NULL, NULL,
				    NULL,
				    "%s%s"
				    "Content-Length: 0\r\n"
				    "\r\n",
				    auth ? auth : "", auth ? "\r\n" : "");
}


static bool authorize(struct offer *offer, const struct sip_msg *msg)
{
	const struct offer_options *o = &offer->options;
	const uint32_t nonce = dialog_nonce(msg);
	char *header = NULL;

	if (!o->auth_h || nonce == offer->nonce || offer->tries >= AUTH_TRIES)
		return false;
	offer->nonce = nonce;
	if (o->auth_h(&header, "INVITE", sip_dialog_uri(o->dlg), msg,
		      o->auth_arg))
		return false;
	tw_free(offer->authorization);
	offer->authorization = header;

	return send_it(offer) == 0;
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct offer *offer = arg;
	const bool sound = !err && dialog_is_sound(msg);

	if (!err && msg->scode < 200)
		return;
	if (sound && (msg->scode == 401 || msg->scode == 407) &&
	    authorize(offer, msg))
		return;
	if (sound && msg->scode < 300) {
		offer->is_agreed = true;
		(void)sip_dialog_update(offer->options.dlg, msg);
		acknowledge(offer);
	}
	close_it(offer);
	offer->options.h(sound ? msg : NULL, offer->options.arg);
}


static int contact_out(RE_SEND_ARGS(tp, src, dst, mb, arg))
{
	const struct offer *offer = arg;
	struct sip_contact contact;
	RE_SEND_UNUSED();
	(void)dst;

	sip_contact_set(&contact, offer->contact, src, tp);

	return mbuf_printf(mb, "%H", dialog_contact_print, &contact);
}


static int send_it(struct offer *offer)
{
	const struct offer_options *o = &offer->options;
	const struct mbuf *body = offer->body;
	const char *auth = offer->authorization;

	offer->tries++;
	offer->cseq = sip_dialog_lseq(o->dlg);

	return sip_drequestf(&offer->req, o->sip, true, "INVITE", o->dlg, 0,
			     NULL, contact_out, response_handler, offer,
			     "%s%s"
			     DIALOG_ALLOW
			     "Content-Type: %s\r\n"
			     "Content-Length: %zu\r\n"
			     "\r\n"
			     "%b",
			     auth ? auth : "", auth ? "\r\n" : "",
			     offer->ctype, body->end, body->buf, body->end);
}


int offer_send(struct offer **offerp, const struct offer_options *options)
{
	const struct offer_body *body = &options->body;
	struct offer *offer;
	int err;

	if (!offerp || !options->h || !body->content_type || !body->size ||
	    !dialog_is_value(body->content_type))
		return EINVAL;

	offer = mem_zalloc(sizeof(*offer), offer_destructor);
	if (!offer)
		return ENOMEM;

	offer->options = *options;
	offer->options.dlg = mem_ref(options->dlg);
	offer->options.clk = mem_ref(options->clk);
	offer->is_open = true;
	clk_busy(options->clk, 1);
	offer->body = mbuf_alloc(body->size);
	err = offer->body ? mbuf_write_mem(offer->body, body->data,
					   body->size) : ENOMEM;
	if (!err)
		err = str_dup(&offer->contact, options->contact);
	if (!err)
		err = str_dup(&offer->ctype, body->content_type);
	if (!err)
		err = send_it(offer);

	if (err)
		mem_deref(offer);
	else
		*offerp = offer;

	return err;
}


bool offer_is_open(const struct offer *offer)
{
	return offer && offer->is_open;
}


bool offer_again(struct offer *offer, const struct sip_msg *msg)
{
	if (!offer || !offer->is_agreed || msg->cseq.num != offer->cseq ||
	    pl_strcmp(&msg->cseq.met, "INVITE"))
		return false;
	if (msg->scode >= 200 && msg->scode < 300 && dialog_is_sound(msg))
		acknowledge(offer);

	return true;
}


/* ---- that came ---- */

static void end_demand(struct demand *demand)
{
	if (demand->state == OVER)
		return;
	demand->state = OVER;
	demand->reply = mem_deref(demand->reply);
	clk_busy(demand->options.clk, -1);
}


static void demand_destructor(void *arg)
{
	struct demand *demand = arg;

	if (demand->state == ASKED)
		(void)sip_treply(&demand->st, demand->options.sip,
				 demand->msg, 487, "Request Terminated");
	end_demand(demand);
	mem_deref(demand->st);
	mem_deref(demand->msg);
	mem_deref(demand->contact);
	mem_deref(demand->options.clk);
}


static void cancel_handler(void *arg)
{
	struct demand *demand = arg;

	if (demand->state != ASKED)
		return;
	(void)sip_treply(&demand->st, demand->options.sip, demand->msg, 487,
			 "Request Terminated");
	end_demand(demand);
}


static void lost_handler(void *arg)
{
	struct demand *demand = arg;

	end_demand(demand);
	demand->options.lost_h(demand->options.arg);
}


int demand_take(struct demand **demandp, const struct demand_options *options)
{
	struct demand *demand;
	int err;

	demand = mem_zalloc(sizeof(*demand), demand_destructor);
	if (!demand)
		return ENOMEM;

	demand->options = *options;
	demand->options.clk = mem_ref(options->clk);
	demand->msg = mem_ref((void *)options->msg);
	demand->state = OVER;
	err = str_dup(&demand->contact, options->contact);
	if (!err)
		err = sip_strans_alloc(&demand->st, options->sip,
				       options->msg, cancel_handler, demand);
	if (err) {
		mem_deref(demand);
		return err;
	}
	demand->state = ASKED;
	clk_busy(options->clk, 1);
	(void)sip_treply(&demand->st, options->sip, options->msg, 100,
			 "Trying");
	*demandp = demand;

	return 0;
}


static int accept_it(struct demand *demand, const struct offer_body *body)
{
	const struct reply_options options = {
		.sip = demand->options.sip,
		.msg = demand->msg,
		.contact = demand->contact,
		.body = body,
	};
	int err;

	err = reply_accept(&demand->reply, &demand->st, &options,
			   lost_handler, demand);
	if (!err)
		demand->state = ANSWERED;

	return err;
}


int demand_reply(struct demand *demand, uint16_t code, const char *reason,
		 const struct offer_body *body)
{
	int err;

	if (!demand || demand->state != ASKED)
		return EINVAL;
	if (code < 300)
		return body && body->content_type ? accept_it(demand, body)
			: EINVAL;
	err = sip_treply(&demand->st, demand->options.sip, demand->msg, code,
			 reason);
	end_demand(demand);

	return err;
}


bool demand_is_open(const struct demand *demand)
{
	return demand && demand->state != OVER;
}


void demand_ack(struct demand *demand, const struct sip_msg *msg)
{
	if (demand && demand->state == ANSWERED &&
	    msg->cseq.num == demand->msg->cseq.num)
		end_demand(demand);
}


bool dialog_is_crossed(struct sip *sip, const struct sip_msg *msg,
		       const struct offer *offer, const struct demand *demand)
{
	if (offer_is_open(offer)) {
		(void)sip_treply(NULL, sip, msg, 491, "Request Pending");
		return true;
	}
	if (demand_is_open(demand)) {
		(void)sip_treplyf(NULL, NULL, sip, msg, false, 500,
				  "Server Internal Error",
				  "Retry-After: 2\r\n"
				  "Content-Length: 0\r\n"
				  "\r\n");
		return true;
	}

	return false;
}
