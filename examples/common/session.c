/**
 * @file session.c  What is asked within a dialog, whichever side called
 */
#include "session.h"

enum {
	SESSIONS = 256,            /* hash buckets */
};

struct sessions {
	struct sip_lsnr *lsnr_req;
	struct sip_lsnr *lsnr_resp;
	struct hash *ht;           /* by Call-ID; owns none of them */
};

struct session {
	struct le he;
	struct session_options options;
	char *contact;
	struct dialog_bye *bye;
	struct dialog_probe *probe;
	dialog_probe_h *probe_h;
	void *probe_arg;
	struct offer *offer;       /* of ours */
	struct demand *demand;     /* of theirs */
	session_msg_h *demand_h;
	void *demand_arg;
	bool is_open;
	bool is_ended;             /* by one of the two BYEs */
};


static void session_destructor(void *arg)
{
	struct session *session = arg;

	hash_unlink(&session->he);
	mem_deref(session->probe);
	mem_deref(session->offer);
	mem_deref(session->demand);
	mem_deref(session->bye);
	mem_deref(session->options.dlg);
	mem_deref(session->options.clk);
	mem_deref(session->contact);
}


/* Nothing else is asked of a dialog that ends. */
static void quiet(struct session *session)
{
	session->is_open = false;
	session->probe = mem_deref(session->probe);
	session->offer = mem_deref(session->offer);
	session->demand = mem_deref(session->demand);
}


int session_alloc(struct session **sessionp, struct sessions *sessions,
		  const struct session_options *options)
{
	struct session *session;
	int err;

	session = mem_zalloc(sizeof(*session), session_destructor);
	if (!session)
		return ENOMEM;

	session->options = *options;
	session->options.dlg = mem_ref(options->dlg);
	session->options.clk = mem_ref(options->clk);
	err = str_dup(&session->contact, options->contact);
	if (err) {
		mem_deref(session);
		return err;
	}

	hash_append(sessions->ht,
		    hash_joaat_str(sip_dialog_callid(options->dlg)),
		    &session->he, session);
	*sessionp = session;

	return 0;
}


void session_open(struct session *session)
{
	session->is_open = !session->is_ended && !session->bye;
}


struct sip_dialog *session_dialog(const struct session *session)
{
	return session->options.dlg;
}


/* ---- its end ---- */

static void bye_done(void *arg)
{
	struct session *session = arg;

	session->bye = mem_deref(session->bye);
	session->is_ended = true;
	session->options.done_h(session->options.arg);
}


void session_bye(struct session *session, const char *headers)
{
	const struct session_options *o = &session->options;
	const struct dialog_bye_options options = {
		.sip = o->sip,
		.clk = o->clk,
		.dlg = o->dlg,
		.headers = headers,
		.auth_h = o->auth_h,
		.auth_arg = o->auth_arg,
		.done_h = bye_done,
		.arg = session,
	};

	if (session->bye || session->is_ended)
		return;
	quiet(session);
	if (dialog_bye(&session->bye, &options))
		bye_done(session);
}


void session_end(struct session *session)
{
	session->is_ended = true;
	quiet(session);
}


bool session_is_ended(const struct session *session)
{
	return session->is_ended && !session->bye;
}


/* A BYE that crosses ours is answered as any other: both have hung up. */
static void bye_received(struct session *session, const struct sip_msg *msg)
{
	const struct session_options *o = &session->options;

	(void)sip_treply(NULL, o->sip, msg, 200, "OK");
	session_end(session);
	o->closed_h(0, msg, o->arg);
}


/* ---- offers ---- */

int session_offer(struct session *session, const struct offer_body *body,
		  offer_h *h, void *arg)
{
	const struct session_options *o = &session->options;
	const struct offer_options options = {
		.sip = o->sip,
		.clk = o->clk,
		.dlg = o->dlg,
		.contact = session->contact,
		.body = *body,
		.auth_h = o->auth_h,
		.auth_arg = o->auth_arg,
		.h = h,
		.arg = arg,
	};

	if (!session->is_open)
		return EINVAL;
	if (offer_is_open(session->offer) || demand_is_open(session->demand))
		return EBUSY;
	session->offer = mem_deref(session->offer);

	return offer_send(&session->offer, &options);
}


void session_on_demand(struct session *session, session_msg_h *demand_h,
		       void *arg)
{
	session->demand_h = demand_h;
	session->demand_arg = arg;
}


int session_reply(struct session *session, uint16_t code, const char *reason,
		  const struct offer_body *body)
{
	return demand_reply(session->demand, code, reason, body);
}


/* Somebody whose ACK never comes is not there any more. */
static void demand_lost(void *arg)
{
	struct session *session = mem_ref(arg);

	session_bye(session, NULL);
	session->options.closed_h(ETIMEDOUT, NULL, session->options.arg);
	mem_deref(session);
}


static void invite_received(struct session *session,
			    const struct sip_msg *msg)
{
	const struct session_options *o = &session->options;
	const struct demand_options options = {
		.sip = o->sip,
		.clk = o->clk,
		.msg = msg,
		.contact = session->contact,
		.lost_h = demand_lost,
		.arg = session,
	};

	if (!session->is_open || !session->demand_h ||
	    !mbuf_get_left(msg->mb)) {
		dialog_answer(o->sip, msg);
		return;
	}
	if (dialog_is_crossed(o->sip, msg, session->offer, session->demand))
		return;
	session->demand = mem_deref(session->demand);
	if (demand_take(&session->demand, &options)) {
		(void)sip_treply(NULL, o->sip, msg, 503,
				 "Service Unavailable");
		return;
	}
	(void)sip_dialog_update(o->dlg, msg);
	session->demand_h(msg, session->demand_arg);
}


/* ---- is it still there ---- */

static void probe_handler(probe_verdict verdict, void *arg)
{
	struct session *session = arg;

	session->probe = mem_deref(session->probe);
	session->probe_h(verdict, session->probe_arg);
}


int session_probe(struct session *session, uint32_t wait_ms,
		  dialog_probe_h *h, void *arg)
{
	const struct session_options *o = &session->options;
	const struct dialog_probe_options options = {
		.sip = o->sip,
		.clk = o->clk,
		.dlg = o->dlg,
		.wait_ms = wait_ms,
		.h = probe_handler,
		.arg = session,
	};

	if (!session->is_open || session->probe || !h)
		return EINVAL;
	session->probe_h = h;
	session->probe_arg = arg;

	return dialog_probe(&session->probe, &options);
}


/* ---- what comes by itself ---- */

static void in_dialog(struct session *session, const struct sip_msg *msg)
{
	const struct session_options *o = &session->options;

	if (!pl_strcmp(&msg->met, "ACK")) {
		demand_ack(session->demand, msg);
		if (o->ack_h)
			o->ack_h(msg, o->arg);
	}
	else if (session->is_ended)
		(void)sip_treply(NULL, o->sip, msg, 481,
				 "Call Does Not Exist");
	else if (!sip_dialog_rseq_valid(o->dlg, msg))
		(void)sip_treply(NULL, o->sip, msg, 500,
				 "Server Internal Error");
	else if (!pl_strcmp(&msg->met, "BYE"))
		bye_received(session, msg);
	else if (!pl_strcmp(&msg->met, "INVITE"))
		invite_received(session, msg);
	else
		dialog_answer(o->sip, msg);
}


static bool dialog_cmp_handler(struct le *le, void *arg)
{
	const struct session *session = le->data;

	return sip_dialog_cmp(session->options.dlg, arg);
}


static struct session *session_find(const struct sessions *sessions,
				    const struct sip_msg *msg)
{
	if (!pl_isset(&msg->callid))
		return NULL;

	return list_ledata(hash_lookup(sessions->ht,
				       hash_joaat_pl(&msg->callid),
				       dialog_cmp_handler, (void *)msg));
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct session *session;

	session = pl_isset(&msg->to.tag) ? session_find(arg, msg) : NULL;
	if (!session)
		return false;

	mem_ref(session);
	clk_busy(session->options.clk, 0);
	in_dialog(session, msg);
	mem_deref(session);

	return true;
}


/* A 200 to an offer of ours that comes again wants its ACK again. */
static bool response_handler(const struct sip_msg *msg, void *arg)
{
	const struct session *session = session_find(arg, msg);

	return session && offer_again(session->offer, msg);
}


static void sessions_destructor(void *arg)
{
	struct sessions *sessions = arg;

	hash_clear(sessions->ht);
	mem_deref(sessions->ht);
	mem_deref(sessions->lsnr_req);
	mem_deref(sessions->lsnr_resp);
}


int sessions_listen(struct sessions **sessionsp, struct sip *sip)
{
	struct sessions *sessions;
	int err;

	sessions = mem_zalloc(sizeof(*sessions), sessions_destructor);
	if (!sessions)
		return ENOMEM;

	err = hash_alloc(&sessions->ht, SESSIONS);
	if (!err)
		err = sip_listen(&sessions->lsnr_req, sip, true,
				 request_handler, sessions);
	if (!err)
		err = sip_listen(&sessions->lsnr_resp, sip, false,
				 response_handler, sessions);

	if (err)
		mem_deref(sessions);
	else
		*sessionsp = sessions;

	return err;
}
