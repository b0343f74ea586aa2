/**
 * @file uas.c  One INVITE that came in, until its BYE
 *
 * Two objects as in leg.c: `struct uas` is the host's, `struct service` is
 * what is still owed to the network.
 */
#include <trunkwise/sys/alloc.h>
#include "session.h"
#include "uas.h"

enum state {
	EARLY,                     /* no final answer yet */
	ANSWERED,                  /* 200 is out, ACK is not in */
	UP,
	ENDED,
};

struct uas_sock {
	struct sip *sip;
	struct clk *clk;
	struct sessions *sessions;
	struct list services;
};

struct service {
	struct le le;
	struct uas *uas;           /* NULL: the host has dropped it */
	struct sip *sip;
	struct clk *clk;
	struct sip_strans *st;
	struct sip_msg *msg;       /* the INVITE */
	struct session *session;
	struct reply *reply;       /* the 200, until its ACK */
	char *contact;
	char *bye_headers;
	struct clk_timer end_timer;
	enum state state;
	bool bye_wanted;           /* waits for the ACK: RFC 3261 15 */
	bool busy;
};

struct uas {
	struct service *service;   /* NULL: dead */
	uas_established_h *established_h;
	uas_closed_h *closed_h;
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

	list_unlink(&service->le);
	if (service->uas)
		service->uas->service = NULL;
	set_busy(service, false);
	clk_timer_cancel(&service->end_timer);
	if (service->st)
		(void)sip_treply(&service->st, service->sip, service->msg,
				 503, "Service Unavailable");
	mem_deref(service->st);
	mem_deref(service->session);
	mem_deref(service->reply);
	mem_deref(service->msg);
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


/* No answer and no 200 is on its way any more. */
static void service_quiet(struct service *service)
{
	service->state = ENDED;
	service->reply = mem_deref(service->reply);
	set_busy(service, false);
}


/* We may stand inside one of its own handlers: a timer frees it. */
static void service_end(struct service *service)
{
	service_quiet(service);
	session_end(service->session);
	if (session_is_ended(service->session))
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


static void bye_send(struct service *service)
{
	service_quiet(service);
	session_bye(service->session, service->bye_headers);
}


/* ---- answers ---- */

static void lost_handler(void *arg)
{
	struct service *service = mem_ref(arg);

	bye_send(service);
	service_close(service, ETIMEDOUT, NULL);
	mem_deref(service);
}


static struct reply_options reply_fill(const struct service *service,
				       const char *headers,
				       const struct offer_body *body)
{
	return (struct reply_options){
		.sip = service->sip,
		.msg = service->msg,
		.contact = service->contact,
		.headers = headers,
		.body = body,
	};
}


int uas_progress(struct uas *uas, uint16_t code, const char *reason,
		 const char *headers, const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;
	struct reply_options options;

	if (!service || service->state != EARLY || code <= 100 || code > 199)
		return EINVAL;
	options = reply_fill(service, headers, body);

	return reply_send(&service->st, &options, code, reason);
}


int uas_answer(struct uas *uas, const char *headers,
	       const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;
	struct reply_options options;
	int err;

	if (!service || service->state != EARLY)
		return EINVAL;
	options = reply_fill(service, headers, body);
	err = reply_accept(&service->reply, &service->st, &options,
			   lost_handler, service);
	if (err)
		return err;
	service->state = ANSWERED;
	set_busy(service, true);

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
	if (uas && uas->service)
		session_on_demand(uas->service->session, h, uas->arg);
}


int uas_offer(struct uas *uas, const struct offer_body *body, offer_h *h,
	      void *arg)
{
	struct service *service = uas ? uas->service : NULL;

	return service ? session_offer(service->session, body, h, arg)
		: EINVAL;
}


int uas_reply(struct uas *uas, uint16_t code, const char *reason,
	      const struct offer_body *body)
{
	struct service *service = uas ? uas->service : NULL;

	return service ? session_reply(service->session, code, reason, body)
		: EINVAL;
}


int uas_probe(struct uas *uas, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg)
{
	struct service *service = uas ? uas->service : NULL;

	return service ? session_probe(service->session, wait_ms, h, arg)
		: EINVAL;
}


/* ---- what comes in ---- */

static void ack_handler(const struct sip_msg *msg, void *arg)
{
	struct service *service = arg;
	struct uas *uas = service->uas;

	if (service->state != ANSWERED ||
	    msg->cseq.num != service->msg->cseq.num)
		return;

	service->state = UP;
	service->reply = mem_deref(service->reply);
	set_busy(service, false);
	session_open(service->session);
	if (service->bye_wanted)
		bye_send(service);
	else if (uas && uas->established_h)
		uas->established_h(msg, uas->arg);
}


static void closed_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct service *service = mem_ref(arg);

	if (service->state == EARLY)
		(void)sip_treply(&service->st, service->sip, service->msg,
				 487, "Request Terminated");
	service_end(service);
	service_close(service, err, msg);
	mem_deref(service);
}


static void cancel_handler(void *arg)
{
	struct service *service = arg;

	clk_busy(service->clk, 0);
	if (service->state == EARLY)
		closed_handler(ECANCELED, NULL, service);
}


static void done_handler(void *arg)
{
	service_end(arg);
}


static void sock_destructor(void *arg)
{
	struct uas_sock *sock = arg;

	list_flush(&sock->services);
	mem_deref(sock->sessions);
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
	err = sessions_listen(&sock->sessions, sip);
	if (err)
		mem_deref(sock);
	else
		*sockp = sock;

	return err;
}


static int service_session(struct service *service,
			   struct sessions *sessions)
{
	struct session_options options = {
		.sip = service->sip,
		.clk = service->clk,
		.contact = service->contact,
		.ack_h = ack_handler,
		.closed_h = closed_handler,
		.done_h = done_handler,
		.arg = service,
	};
	int err;

	err = sip_dialog_accept(&options.dlg, service->msg);
	if (!err)
		err = session_alloc(&service->session, sessions, &options);
	mem_deref(options.dlg);

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

	service->sip = sock->sip;
	service->clk = mem_ref(sock->clk);
	service->msg = mem_ref((void *)msg);
	list_append(&sock->services, &service->le, service);
	err = str_dup(&service->contact, contact);
	if (!err)
		err = service_session(service, sock->sessions);
	if (!err)
		err = sip_strans_alloc(&service->st, sock->sip, msg,
				       cancel_handler, service);

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
