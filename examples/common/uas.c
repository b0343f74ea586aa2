/**
 * @file uas.c  One INVITE that came in, until its BYE
 *
 * Two objects as in leg.c: `struct uas` is the host's, `struct service` is
 * what is still owed to the network.
 */
#include <trunkwise/sys/alloc.h>
#include "dialogs.h"
#include "uas.h"

enum {
	SERVICES = 256,            /* hash buckets */
};

enum state {
	EARLY,                     /* no final answer yet */
	ANSWERED,                  /* 200 is out, ACK is not in */
	UP,
	ENDED,
};

struct uas_sock {
	struct sip *sip;
	struct clk *clk;
	struct sip_lsnr *lsnr;
	struct sip_lsnr *lsnr_resp;
	struct hash *services;     /* by Call-ID */
};

struct service {
	struct le he;
	struct uas *uas;           /* NULL: the host has dropped it */
	struct sip *sip;
	struct clk *clk;
	struct sip_strans *st;
	struct sip_msg *msg;       /* the INVITE */
	struct sip_dialog *dlg;
	struct dialog_bye *bye;
	struct dialog_probe *probe;
	dialog_probe_h *probe_h;
	void *probe_arg;
	struct offer *offer;       /* of ours */
	struct demand *demand;     /* of theirs */
	char *contact;
	char *bye_headers;
	struct mbuf *reply;        /* the 200, until its ACK */
	struct sa dst;
	struct tmr tmr;
	uint32_t wait_ms, left_ms;
	struct clk_timer end_timer;
	enum state state;
	bool bye_wanted;           /* waits for the ACK: RFC 3261 15 */
	bool busy;
};

struct uas {
	struct service *service;   /* NULL: dead */
	uas_established_h *established_h;
	uas_closed_h *closed_h;
	void (*demand_h)(const struct sip_msg *msg, void *arg);
	void *arg;
};


static void set_busy(struct service *service, bool busy)
{
	if (service->busy == busy)
		return;
	service->busy = busy;
	clk_busy(service->clk, busy ? 1 : -1);
}


static void service_destructor(void *arg)
{
	struct service *service = arg;

	hash_unlink(&service->he);
	if (service->uas)
		service->uas->service = NULL;
	set_busy(service, false);
	tmr_cancel(&service->tmr);
	clk_timer_cancel(&service->end_timer);
	if (service->st)
		(void)sip_treply(&service->st, service->sip, service->msg,
				 503, "Service Unavailable");
	mem_deref(service->st);
	mem_deref(service->probe);
	mem_deref(service->offer);
	mem_deref(service->demand);
	mem_deref(service->bye);
	mem_deref(service->msg);
	mem_deref(service->dlg);
	mem_deref(service->reply);
	mem_deref(service->contact);
	mem_deref(service->bye_headers);
	mem_deref(service->clk);
}


static void uas_destructor(void *arg)
{
	uas_hangup(arg, NULL);
}


static void end_handler(void *arg)
{
	mem_deref(arg);
}


/* Nothing else is asked of a dialog that ends. */
static void quiet(struct service *service)
{
	service->probe = mem_deref(service->probe);
	service->offer = mem_deref(service->offer);
	service->demand = mem_deref(service->demand);
}


static void service_end(struct service *service)
{
	service->state = ENDED;
	quiet(service);
	tmr_cancel(&service->tmr);
	set_busy(service, false);
	if (!service->bye)
		clk_timer_start(service->clk, &service->end_timer,
				clk_now(service->clk), end_handler, service);
}


static void service_close(struct service *service, int err,
			  const struct sip_msg *msg)
{
	struct uas *uas = service->uas;

	if (!uas)
		return;
	service->uas = NULL;
	uas->service = NULL;
	uas->closed_h(err, msg, uas->arg);
}


/* ---- BYE ---- */

static void bye_done(void *arg)
{
	struct service *service = arg;

	service->bye = mem_deref(service->bye);
	service_end(service);
}


static void bye_send(struct service *service)
{
	const struct dialog_bye_options options = {
		.sip = service->sip,
		.clk = service->clk,
		.dlg = service->dlg,
		.headers = service->bye_headers,
		.done_h = bye_done,
		.arg = service,
	};

	if (service->bye || service->state == ENDED)
		return;
	service->state = ENDED;
	quiet(service);
	tmr_cancel(&service->tmr);
	set_busy(service, false);
	if (dialog_bye(&service->bye, &options))
		bye_done(service);
}


/* ---- answers ---- */

static int reply(struct service *service, struct mbuf **mbp, uint16_t code,
		 const char *reason, const char *headers,
		 const struct offer_body *body)
{
	const bool has_body = body && body->content_type;
	struct sip_contact contact;

	sip_contact_set(&contact, service->contact, &service->msg->dst,
			service->msg->tp);

	return sip_treplyf(&service->st, mbp, service->sip, service->msg,
			   true, code, reason,
			   "%H"
			   DIALOG_ALLOW
			   "%s"
			   "%s%s%s"
			   "Content-Length: %zu\r\n"
			   "\r\n"
			   "%b",
			   sip_contact_print, &contact,
			   headers ? headers : "",
			   has_body ? "Content-Type: " : "",
			   has_body ? body->content_type : "",
			   has_body ? "\r\n" : "",
			   has_body ? body->size : (size_t)0,
			   has_body ? body->data : NULL,
			   has_body ? body->size : (size_t)0);
}


static bool text_is_clean(const char *headers, const struct offer_body *body)
{
	return (!headers || dialog_is_headers(headers)) &&
		(!body || !body->content_type ||
		 dialog_is_value(body->content_type));
}


static void repeat_handler(void *arg)
{
	struct service *service = arg;

	if (service->left_ms <= service->wait_ms) {
		mem_ref(service);
		bye_send(service);
		service_close(service, ETIMEDOUT, NULL);
		mem_deref(service);
		return;
	}
	service->left_ms -= service->wait_ms;
	service->wait_ms = MIN(2 * service->wait_ms, (uint32_t)SIP_T2);
	(void)sip_send(service->sip, service->msg->sock, service->msg->tp,
		       &service->dst, service->reply);
	tmr_start(&service->tmr, service->wait_ms, repeat_handler, service);
}


int uas_progress(struct uas *uas, uint16_t code, const char *reason,
		 const char *headers, const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;

	if (!service || service->state != EARLY || code <= 100 || code > 199)
		return EINVAL;
	if (!text_is_clean(headers, body))
		return EINVAL;

	return reply(service, NULL, code, reason, headers, body);
}


int uas_answer(struct uas *uas, const char *headers,
	       const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;
	struct pl rport;
	int err;

	if (!service || service->state != EARLY)
		return EINVAL;
	if (!text_is_clean(headers, body))
		return EINVAL;

	err = reply(service, &service->reply, 200, "OK", headers, body);
	if (err)
		return err;

	service->state = ANSWERED;
	sip_reply_addr(&service->dst, service->msg,
		       !msg_param_exists(&service->msg->via.params, "rport",
					 &rport));
	set_busy(service, true);
	service->wait_ms = SIP_T1;
	service->left_ms = TRANSACTION_MS;
	tmr_start(&service->tmr, service->wait_ms, repeat_handler, service);

	return 0;
}


static void drop(struct uas *uas)
{
	uas->service->uas = NULL;
	uas->service = NULL;
}


int uas_reject(struct uas *uas, uint16_t code, const char *reason,
	       const char *headers)
{
	struct service *service = uas ? uas->service : NULL;
	int err;

	if (!service || service->state != EARLY || code < 300 || code > 699)
		return EINVAL;
	if (headers && !dialog_is_headers(headers))
		return EINVAL;

	drop(uas);
	err = sip_treplyf(&service->st, NULL, service->sip, service->msg,
			  false, code, reason,
			  "%s"
			  "Content-Length: 0\r\n"
			  "\r\n",
			  headers ? headers : "");
	service_end(service);

	return err;
}


void uas_hangup(struct uas *uas, const char *headers)
{
	struct service *service = uas ? uas->service : NULL;

	if (!service)
		return;
	if (service->state == EARLY) {
		(void)uas_reject(uas, 480, "Temporarily Unavailable",
				 headers);
		return;
	}

	drop(uas);
	if (headers && dialog_is_headers(headers))
		(void)str_dup(&service->bye_headers, headers);
	if (service->state == ANSWERED)
		service->bye_wanted = true;
	else
		bye_send(service);
}


bool uas_is_answered(const struct uas *uas)
{
	return uas && uas->service &&
		(uas->service->state == ANSWERED ||
		 uas->service->state == UP);
}


void uas_on_demand(struct uas *uas, void (*h)(const struct sip_msg *msg,
					      void *arg))
{
	if (uas)
		uas->demand_h = h;
}


int uas_offer(struct uas *uas, const struct offer_body *body, offer_h *h,
	      void *arg)
{
	struct service *service = uas ? uas->service : NULL;
	struct offer_options options = { .body = *body, .h = h, .arg = arg };

	if (!service || service->state != UP)
		return EINVAL;
	if (offer_is_open(service->offer) || demand_is_open(service->demand))
		return EBUSY;
	options.sip = service->sip;
	options.clk = service->clk;
	options.dlg = service->dlg;
	options.contact = service->contact;
	service->offer = mem_deref(service->offer);

	return offer_send(&service->offer, &options);
}


int uas_reply(struct uas *uas, uint16_t code, const char *reason,
	      const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;

	return service ? demand_reply(service->demand, code, reason, body)
		: EINVAL;
}


static void probe_handler(probe_verdict verdict, void *arg)
{
	struct service *service = arg;
	dialog_probe_h *h = service->probe_h;

	service->probe = mem_deref(service->probe);
	h(verdict, service->probe_arg);
}


int uas_probe(struct uas *uas, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg)
{
	struct service *service = uas ? uas->service : NULL;
	struct dialog_probe_options options = {
		.wait_ms = wait_ms,
		.h = probe_handler,
		.arg = service,
	};

	if (!service || service->state != UP || service->probe || !h)
		return EINVAL;
	options.sip = service->sip;
	options.clk = service->clk;
	options.dlg = service->dlg;
	service->probe_h = h;
	service->probe_arg = arg;

	return dialog_probe(&service->probe, &options);
}


/* ---- what comes in ---- */

static void cancel_handler(void *arg)
{
	struct service *service = mem_ref(arg);

	clk_busy(service->clk, 0);
	if (service->state == EARLY) {
		(void)sip_treply(&service->st, service->sip, service->msg,
				 487, "Request Terminated");
		service_end(service);
		service_close(service, ECANCELED, NULL);
	}
	mem_deref(service);
}


static void ack_received(struct service *service, const struct sip_msg *msg)
{
	struct uas *uas = service->uas;

	demand_ack(service->demand, msg);
	if (service->state != ANSWERED ||
	    msg->cseq.num != service->msg->cseq.num)
		return;

	service->state = UP;
	tmr_cancel(&service->tmr);
	service->reply = mem_deref(service->reply);
	set_busy(service, false);
	if (service->bye_wanted)
		bye_send(service);
	else if (uas && uas->established_h)
		uas->established_h(msg, uas->arg);
}


static void bye_received(struct service *service, const struct sip_msg *msg)
{
	(void)sip_treply(NULL, service->sip, msg, 200, "OK");
	if (service->state == EARLY)
		(void)sip_treply(&service->st, service->sip, service->msg,
				 487, "Request Terminated");
	service_end(service);
	service_close(service, 0, msg);
}


static void demand_lost(void *arg)
{
	struct service *service = mem_ref(arg);

	bye_send(service);
	service_close(service, ETIMEDOUT, NULL);
	mem_deref(service);
}


static void invite_received(struct service *service,
			    const struct sip_msg *msg)
{
	struct uas *uas = service->uas;
	const struct demand_options options = {
		.sip = service->sip,
		.clk = service->clk,
		.msg = msg,
		.contact = service->contact,
		.lost_h = demand_lost,
		.arg = service,
	};

	if (!uas || !uas->demand_h || service->state != UP ||
	    !mbuf_get_left(msg->mb)) {
		dialog_answer(service->sip, msg);
		return;
	}
	if (dialog_is_crossed(service->sip, msg, service->offer,
			      service->demand))
		return;
	service->demand = mem_deref(service->demand);
	if (demand_take(&service->demand, &options)) {
		(void)sip_treply(NULL, service->sip, msg, 503,
				 "Service Unavailable");
		return;
	}
	(void)sip_dialog_update(service->dlg, msg);
	uas->demand_h(msg, uas->arg);
}


static bool dialog_cmp_handler(struct le *le, void *arg)
{
	const struct service *service = le->data;

	return sip_dialog_cmp(service->dlg, arg);
}


static void in_dialog(struct service *service, const struct sip_msg *msg)
{
	clk_busy(service->clk, 0);
	if (!pl_strcmp(&msg->met, "ACK"))
		ack_received(service, msg);
	else if (service->state == ENDED)
		(void)sip_treply(NULL, service->sip, msg, 481,
				 "Call Does Not Exist");
	else if (!sip_dialog_rseq_valid(service->dlg, msg))
		(void)sip_treply(NULL, service->sip, msg, 500,
				 "Server Internal Error");
	else if (!pl_strcmp(&msg->met, "BYE"))
		bye_received(service, msg);
	else if (!pl_strcmp(&msg->met, "INVITE"))
		invite_received(service, msg);
	else
		dialog_answer(service->sip, msg);
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct uas_sock *sock = arg;
	struct service *service;

	if (!pl_isset(&msg->to.tag) || !pl_isset(&msg->callid))
		return false;
	service = list_ledata(hash_lookup(sock->services,
					  hash_joaat_pl(&msg->callid),
					  dialog_cmp_handler, (void *)msg));
	if (!service)
		return false;

	mem_ref(service);
	in_dialog(service, msg);
	mem_deref(service);

	return true;
}


/* A 200 to an offer of ours that comes again wants its ACK again. */
static bool response_handler(const struct sip_msg *msg, void *arg)
{
	struct uas_sock *sock = arg;
	struct service *service;

	if (!pl_isset(&msg->callid))
		return false;
	service = list_ledata(hash_lookup(sock->services,
					  hash_joaat_pl(&msg->callid),
					  dialog_cmp_handler, (void *)msg));

	return service && offer_again(service->offer, msg);
}


static void sock_destructor(void *arg)
{
	struct uas_sock *sock = arg;

	hash_flush(sock->services);
	mem_deref(sock->services);
	mem_deref(sock->lsnr);
	mem_deref(sock->lsnr_resp);
	mem_deref(sock->clk);
}


int uas_listen(struct uas_sock **sockp, struct sip *sip, struct clk *clk)
{
	struct uas_sock *sock;
	int err;

	if (!sockp || !sip || !clk)
		return EINVAL;

	sock = mem_zalloc(sizeof(*sock), sock_destructor);
	if (!sock)
		return ENOMEM;

	sock->sip = sip;
	sock->clk = mem_ref(clk);
	err = hash_alloc(&sock->services, SERVICES);
	if (!err)
		err = sip_listen(&sock->lsnr, sip, true, request_handler,
				 sock);
	if (!err)
		err = sip_listen(&sock->lsnr_resp, sip, false,
				 response_handler, sock);
	if (err)
		mem_deref(sock);
	else
		*sockp = sock;

	return err;
}


static int service_alloc(struct service **servicep, struct uas_sock *sock,
			 const struct sip_msg *msg, const char *contact)
{
	struct service *service;
	int err;

	service = mem_zalloc(sizeof(*service), service_destructor);
	if (!service)
		return ENOMEM;

	tmr_init(&service->tmr);
	service->sip = sock->sip;
	service->clk = mem_ref(sock->clk);
	service->msg = mem_ref((void *)msg);
	err = sip_dialog_accept(&service->dlg, msg);
	if (!err)
		err = str_dup(&service->contact, contact);
	if (!err)
		err = sip_strans_alloc(&service->st, sock->sip, msg,
				       cancel_handler, service);
	if (!err)
		hash_append(sock->services, hash_joaat_pl(&msg->callid),
			    &service->he, service);

	if (err)
		mem_deref(service);
	else
		*servicep = service;

	return err;
}


int uas_accept(struct uas **uasp, struct uas_sock *sock,
	       const struct sip_msg *msg, const char *contact_user,
	       uas_established_h *established_h, uas_closed_h *closed_h,
	       void *arg)
{
	struct uas *uas;
	int err;

	if (!uasp || !sock || !msg || !closed_h ||
	    !dialog_is_token(contact_user))
		return EINVAL;

	uas = mem_zalloc(sizeof(*uas), uas_destructor);
	if (!uas)
		return ENOMEM;

	uas->established_h = established_h;
	uas->closed_h = closed_h;
	uas->arg = arg;
	err = service_alloc(&uas->service, sock, msg, contact_user);
	if (err) {
		(void)sip_treply(NULL, sock->sip, msg,
				 err == EBADMSG ? 400 : 503,
				 err == EBADMSG ? "Bad Contact"
				 : "Service Unavailable");
		mem_deref(uas);
		return err;
	}

	uas->service->uas = uas;
	(void)sip_treply(&uas->service->st, sock->sip, msg, 100, "Trying");
	*uasp = uas;

	return 0;
}
