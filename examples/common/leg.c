/**
 * @file leg.c  One INVITE client leg, from dialling to its BYE
 *
 * Two objects, because two lives differ: `struct leg` is what the host holds
 * and may drop at any moment; `struct wire` is what the protocol still owes
 * to the network (an ACK for a retransmitted 200, the BYE of a fork that
 * lost) and goes when nothing more can come.
 *
 * CANCEL is ours and not libre's: libre's carries no Reason header, and a
 * phone without one shows "missed call" for a call that somebody answered.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "dialogs.h"
#include "leg.h"
#include "re_compat.h"

enum {
	WIRES = 256,               /* hash buckets */
	RING_MAX_S = 300,          /* after a provisional answer libre would
				      wait for ever; RFC 3261 timer C */
};

struct leg_sock {
	struct sip *sip;
	struct sip_lsnr *lsnr_req;
	struct sip_lsnr *lsnr_resp;
	struct hash *wires;        /* by Call-ID */
};

/* One 2xx: the answer, or a fork that lost. */
struct branch {
	struct le le;
	struct wire *wire;
	struct sip_dialog *dlg;
	struct sip_request *ack_req;  /* while a name is looked up */
	struct dialog_bye *bye;
	struct dialog_probe *probe;
	dialog_probe_h *probe_h;
	void *probe_arg;
	struct offer *offer;       /* of ours */
	struct demand *demand;     /* of theirs */
	bool ended;
};

struct wire {
	struct le he;
	struct leg *leg;           /* NULL: the host has dropped it */
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;    /* half: it has no remote tag */
	struct sip_request *req;
	struct list branches;
	struct sa dst;             /* of the INVITE */
	enum sip_transp tp;
	uint32_t cseq;

	char *uri;
	char *to_uri;
	char *routes;              /* header lines, or NULL */
	char *authorization;       /* goes into the ACK of a 2xx too */
	char *reason;
	char *headers;
	char *ctype;
	char *contact;
	struct mbuf *body;
	leg_auth_h *auth_h;
	void *auth_arg;

	struct tmr cancel_tmr;
	struct mbuf *cancel;
	uint32_t cancel_ms;        /* next interval of its retransmission */
	uint32_t cancel_left_ms;
	struct clk_timer timer;    /* ring limit, then linger */

	uint32_t nonce;
	uint32_t tries;
	bool busy;
	bool provisional;
	bool hangup;
	bool done;                 /* INVITE has its final answer */
};

struct leg {
	struct wire *wire;         /* NULL: dead */
	struct branch *branch;     /* the answer */
	char *callid;
	leg_progress_h *progress_h;
	leg_answer_h *answer_h;
	leg_demand_h *demand_h;
	leg_closed_h *closed_h;
	void *arg;
};


static int invite_send(struct wire *wire);
static void bye_done(void *arg);


/* ---- lives ---- */

static void set_busy(struct wire *wire, bool busy)
{
	if (wire->busy == busy)
		return;
	wire->busy = busy;
	clk_busy(wire->clk, busy ? 1 : -1);
}


static void branch_destructor(void *arg)
{
	struct branch *branch = arg;

	list_unlink(&branch->le);
	mem_deref(branch->ack_req);
	mem_deref(branch->probe);
	mem_deref(branch->offer);
	mem_deref(branch->demand);
	mem_deref(branch->bye);
	mem_deref(branch->dlg);
}


static void wire_destructor(void *arg)
{
	struct wire *wire = arg;

	hash_unlink(&wire->he);
	if (wire->leg) {
		wire->leg->wire = NULL;
		wire->leg->branch = NULL;
	}
	set_busy(wire, false);
	tmr_cancel(&wire->cancel_tmr);
	clk_timer_cancel(&wire->timer);
	mem_deref(wire->req);
	list_flush(&wire->branches);
	mem_deref(wire->dlg);
	mem_deref(wire->cancel);
	mem_deref(wire->to_uri);
	mem_deref(wire->uri);
	mem_deref(wire->routes);
	tw_free(wire->authorization);
	mem_deref(wire->reason);
	mem_deref(wire->headers);
	mem_deref(wire->ctype);
	mem_deref(wire->contact);
	mem_deref(wire->body);
	mem_deref(wire->clk);
}


static void leg_destructor(void *arg)
{
	struct leg *leg = arg;

	leg_hangup(leg, NULL);
	mem_deref(leg->callid);
}


/* Hands the end to the host, at most once. */
static void leg_close(struct wire *wire, int err, uint16_t code,
		      const struct sip_msg *msg)
{
	struct leg *leg = wire->leg;

	if (!leg)
		return;
	wire->leg = NULL;
	leg->wire = NULL;
	leg->branch = NULL;
	leg->closed_h(err, code, msg, leg->arg);
}


static void linger_handler(void *arg)
{
	mem_deref(arg);
}


static bool has_work(const struct wire *wire)
{
	const struct le *le;

	if (!wire->done || wire->leg)
		return true;

	for (le = wire->branches.head; le; le = le->next) {
		const struct branch *branch = le->data;

		if (!branch->ended)
			return true;
	}

	return false;
}


/* A wire that got a 2xx stays for the time in which another one may come
 * (RFC 3261 13.2.2.4); without one nothing can come any more, but we may
 * stand inside one of its own handlers: a timer frees it, never this call. */
static void wire_settle(struct wire *wire)
{
	if (has_work(wire))
		return;
	clk_timer_start(wire->clk, &wire->timer, clk_now(wire->clk) +
			(wire->branches.head ? TRANSACTION_MS * 1000LL : 0),
			linger_handler, wire);
}


/* ---- CANCEL ---- */

static void cancel_stop(struct wire *wire)
{
	tmr_cancel(&wire->cancel_tmr);
	wire->cancel = mem_deref(wire->cancel);
}


static void invite_abandon(struct wire *wire, int err)
{
	cancel_stop(wire);
	set_busy(wire, false);
	wire->done = true;
	wire->req = mem_deref(wire->req);
	leg_close(wire, err, 0, NULL);
	wire_settle(wire);
}


static void cancel_handler(void *arg)
{
	struct wire *wire = arg;

	if (wire->cancel_left_ms <= wire->cancel_ms) {
		invite_abandon(wire, ETIMEDOUT);
		return;
	}
	wire->cancel_left_ms -= wire->cancel_ms;
	wire->cancel_ms = MIN(2 * wire->cancel_ms, (uint32_t)SIP_T2);

	/* Over TCP the deadline counts, the retransmission does not. */
	if (wire->tp == SIP_TRANSP_UDP && wire->cancel)
		(void)sip_send(wire->sip, NULL, wire->tp, &wire->dst,
			       wire->cancel);
	tmr_start(&wire->cancel_tmr, wire->cancel_ms, cancel_handler, wire);
}


/* RFC 3261 9.1: everything but the method as in the INVITE. Its Via and From
 * come back in the answer that CANCEL has to wait for anyway. */
static int cancel_encode(struct wire *wire, const struct sip_msg *msg)
{
	struct mbuf *mb;
	int err;

	mb = mbuf_alloc(1024);
	if (!mb)
		return ENOMEM;

	err  = mbuf_printf(mb, "CANCEL %s SIP/2.0\r\n", wire->uri);
	err |= mbuf_printf(mb, "Via: SIP/2.0/%s %r;branch=%r;rport\r\n",
			   sip_transp_name(wire->tp), &msg->via.sentby,
			   &msg->via.branch);
	err |= mbuf_write_str(mb, "Max-Forwards: 70\r\n");
	err |= mbuf_write_str(mb, wire->routes ? wire->routes : "");
	err |= mbuf_printf(mb, "To: <%s>\r\n", wire->to_uri);
	err |= mbuf_printf(mb, "From: %r\r\n", &msg->from.val);
	err |= mbuf_printf(mb, "Call-ID: %r\r\n", &msg->callid);
	err |= mbuf_printf(mb, "CSeq: %u CANCEL\r\n", msg->cseq.num);
	mb->pos = 0;

	if (err) {
		mem_deref(mb);
		return err;
	}
	mem_deref(wire->cancel);
	wire->cancel = mb;

	return 0;
}


static int cancel_finish(struct wire *wire)
{
	struct mbuf *mb = wire->cancel;
	int err;

	if (!mb)
		return ENOENT;
	mb->pos = mb->end;
	err  = mbuf_write_str(mb, wire->reason ? wire->reason : "");
	err |= mbuf_write_str(mb, "Content-Length: 0\r\n\r\n");
	mb->pos = 0;

	return err;
}


static void cancel_send(struct wire *wire)
{
	int err;

	if (wire->done || tmr_isrunning(&wire->cancel_tmr))
		return;

	err = cancel_finish(wire);
	if (!err)
		err = sip_send(wire->sip, NULL, wire->tp, &wire->dst,
			       wire->cancel);
	if (err) {
		invite_abandon(wire, err);
		return;
	}

	set_busy(wire, true);
	wire->cancel_ms = SIP_T1;
	wire->cancel_left_ms = TRANSACTION_MS;
	tmr_start(&wire->cancel_tmr, wire->cancel_ms, cancel_handler, wire);
}


/* ---- an established dialog ---- */

static int ack_send(struct branch *branch)
{
	const struct wire *wire = branch->wire;

	if (branch->ack_req)
		return 0;

	return sip_drequestf(&branch->ack_req, wire->sip, false, "ACK",
			     branch->dlg, wire->cseq, NULL, NULL, NULL, NULL,
			     "%s%s"
			     "Content-Length: 0\r\n"
			     "\r\n",
			     wire->authorization ? wire->authorization : "",
			     wire->authorization ? "\r\n" : "");
}


/* Nothing else is asked of a dialog that ends. */
static void branch_quiet(struct branch *branch)
{
	branch->probe = mem_deref(branch->probe);
	branch->offer = mem_deref(branch->offer);
	branch->demand = mem_deref(branch->demand);
}


static void bye_send(struct branch *branch)
{
	struct wire *wire = branch->wire;
	const struct dialog_bye_options options = {
		.sip = wire->sip,
		.clk = wire->clk,
		.dlg = branch->dlg,
		.headers = wire->reason,
		.auth_h = wire->auth_arg ? wire->auth_h : NULL,
		.auth_arg = wire->auth_arg,
		.done_h = bye_done,
		.arg = branch,
	};

	if (branch->bye || branch->ended)
		return;
	branch_quiet(branch);
	if (dialog_bye(&branch->bye, &options))
		bye_done(branch);
}


static void bye_done(void *arg)
{
	struct branch *branch = arg;

	branch->ended = true;
	branch->bye = mem_deref(branch->bye);
	wire_settle(branch->wire);
}


static int branch_add(struct branch **branchp, struct wire *wire,
		      const struct sip_msg *msg)
{
	struct branch *branch;
	int err;

	/* Without a tag there is no dialog to acknowledge or to end. */
	if (!pl_isset(&msg->to.tag))
		return EBADMSG;

	branch = mem_zalloc(sizeof(*branch), branch_destructor);
	if (!branch)
		return ENOMEM;

	branch->wire = wire;
	err = sip_dialog_fork(&branch->dlg, wire->dlg, msg);
	if (err) {
		mem_deref(branch);
		return err;
	}

	list_append(&wire->branches, &branch->le, branch);
	*branchp = branch;

	return 0;
}


static struct branch *branch_find(const struct wire *wire,
				  const struct sip_msg *msg)
{
	struct le *le;

	for (le = wire->branches.head; le; le = le->next) {
		struct branch *branch = le->data;

		if (sip_dialog_cmp(branch->dlg, msg))
			return branch;
	}

	return NULL;
}


/* The first 2xx is the answer unless we hung up; all others only cost. */
static void answered(struct wire *wire, const struct sip_msg *msg)
{
	struct leg *leg = wire->leg;
	struct branch *branch;
	int err;

	err = branch_add(&branch, wire, msg);
	if (!err) {
		clk_timer_cancel(&wire->timer);
		(void)ack_send(branch);
		if (!leg || leg->branch) {
			bye_send(branch);
			return;
		}
		leg->branch = branch;
		if (leg->answer_h)
			leg->answer_h(msg, leg->arg);
	}
	else if (leg && !leg->branch) {
		leg_close(wire, err, 0, msg);
		wire_settle(wire);
	}
}


/* ---- INVITE ---- */

static void ring_limit_handler(void *arg)
{
	struct wire *wire = arg;

	wire->hangup = true;
	mem_ref(wire);
	leg_close(wire, ETIMEDOUT, 0, NULL);
	cancel_send(wire);
	mem_deref(wire);
}


static void provisional(struct wire *wire, const struct sip_msg *msg)
{
	struct leg *leg = wire->leg;

	if (!wire->provisional)
		wire->provisional = cancel_encode(wire, msg) == 0;
	if (wire->hangup) {
		cancel_send(wire);
		return;
	}

	if (msg->scode >= 180)
		set_busy(wire, false);
	if (!wire->timer.clk)
		clk_timer_start(wire->clk, &wire->timer, clk_now(wire->clk) +
				RING_MAX_S * TW_SECOND, ring_limit_handler,
				wire);
	if (leg && leg->progress_h)
		leg->progress_h(msg, leg->arg);
}


static bool invite_authorize(struct wire *wire, const struct sip_msg *msg)
{
	const uint32_t nonce = dialog_nonce(msg);
	char *header = NULL;

	if (!wire->leg || wire->hangup || !wire->auth_h ||
	    nonce == wire->nonce || wire->tries >= AUTH_TRIES)
		return false;
	wire->nonce = nonce;

	if (wire->auth_h(&header, "INVITE", wire->uri, msg,
			 wire->auth_arg ? wire->auth_arg : wire->leg->arg))
		return false;
	tw_free(wire->authorization);
	wire->authorization = header;
	wire->provisional = false;
	cancel_stop(wire);
	clk_timer_cancel(&wire->timer);

	return invite_send(wire) == 0;
}


static void invite_final(struct wire *wire, int err,
			 const struct sip_msg *msg)
{
	cancel_stop(wire);
	clk_timer_cancel(&wire->timer);
	set_busy(wire, false);

	if (err || !msg) {
		wire->done = true;
		leg_close(wire, err, 0, NULL);
	}
	else if (msg->scode < 300) {
		wire->done = true;
		answered(wire, msg);
	}
	else if ((msg->scode == 401 || msg->scode == 407) &&
		 invite_authorize(wire, msg)) {
		return;
	}
	else {
		wire->done = true;
		leg_close(wire, 0, msg->scode, msg);
	}
	wire_settle(wire);
}


static void invite_response(int err, const struct sip_msg *msg, void *arg)
{
	struct wire *wire = mem_ref(arg);
	const bool sound = msg && dialog_is_sound(msg);

	if (!err && msg && msg->scode < 200) {
		if (sound)
			provisional(wire, msg);
	}
	else if (!err && !sound)
		invite_final(wire, EBADMSG, NULL);
	else
		invite_final(wire, err, msg);

	mem_deref(wire);
}


static int invite_out(RE_SEND_ARGS(tp, src, dst, mb, arg))
{
	struct wire *wire = arg;
	struct sip_contact contact;
	RE_SEND_UNUSED();

	/* libre tries the next target of a name by itself. */
	if (wire->hangup)
		return ECANCELED;

	wire->dst = *dst;
	wire->tp = tp;
	sip_contact_set(&contact, wire->contact, src, tp);

	return mbuf_printf(mb, "%H", sip_contact_print, &contact);
}


static int invite_send(struct wire *wire)
{
	const struct mbuf *body = wire->body;
	int err;

	wire->tries++;
	wire->cseq = sip_dialog_lseq(wire->dlg);
	set_busy(wire, true);
	err = sip_drequestf(&wire->req, wire->sip, true, "INVITE", wire->dlg,
			    0, NULL, invite_out, invite_response, wire,
			    "%s%s"
			    DIALOG_ALLOW
			    "%s"
			    "%s%s%s"
			    "Content-Length: %zu\r\n"
			    "\r\n"
			    "%b",
			    wire->authorization ? wire->authorization : "",
			    wire->authorization ? "\r\n" : "",
			    wire->headers ? wire->headers : "",
			    body ? "Content-Type: " : "",
			    body ? wire->ctype : "",
			    body ? "\r\n" : "",
			    body ? body->end : (size_t)0,
			    body ? body->buf : NULL,
			    body ? body->end : (size_t)0);
	if (err)
		set_busy(wire, false);

	return err;
}


/* ---- what comes by itself ---- */

struct lookup {
	const struct sip_msg *msg;
	struct branch *branch;
};


static bool dialog_cmp_handler(struct le *le, void *arg)
{
	struct lookup *lookup = arg;

	lookup->branch = branch_find(le->data, lookup->msg);
	return lookup->branch != NULL;
}


static bool bye_received(struct branch *branch, const struct sip_msg *msg)
{
	struct wire *wire = mem_ref(branch->wire);
	struct leg *leg = wire->leg;

	(void)sip_treply(NULL, wire->sip, msg, 200, "OK");
	branch->ended = true;
	branch_quiet(branch);
	if (leg && leg->branch == branch)
		leg_close(wire, 0, 200, msg);
	if (!branch->bye)
		wire_settle(wire);
	mem_deref(wire);

	return true;
}


/* Somebody whose ACK never comes is not there any more. */
static void demand_lost(void *arg)
{
	struct branch *branch = arg;
	struct wire *wire = mem_ref(branch->wire);
	struct leg *leg = wire->leg;

	if (leg && leg->branch == branch) {
		bye_send(branch);
		leg_close(wire, ETIMEDOUT, 0, NULL);
	}
	mem_deref(wire);
}


static void invite_received(struct branch *branch, const struct sip_msg *msg)
{
	struct wire *wire = branch->wire;
	struct leg *leg = wire->leg;
	const struct demand_options options = {
		.sip = wire->sip,
		.clk = wire->clk,
		.msg = msg,
		.contact = wire->contact,
		.lost_h = demand_lost,
		.arg = branch,
	};

	if (!leg || leg->branch != branch || !leg->demand_h ||
	    !mbuf_get_left(msg->mb)) {
		dialog_answer(wire->sip, msg);
		return;
	}
	if (dialog_is_crossed(wire->sip, msg, branch->offer, branch->demand))
		return;
	branch->demand = mem_deref(branch->demand);
	if (demand_take(&branch->demand, &options)) {
		(void)sip_treply(NULL, wire->sip, msg, 503,
				 "Service Unavailable");
		return;
	}
	(void)sip_dialog_update(branch->dlg, msg);
	leg->demand_h(msg, leg->arg);
}


static bool request_handler(const struct sip_msg *msg, void *arg)
{
	struct leg_sock *sock = arg;
	struct lookup lookup = { msg, NULL };
	struct branch *branch;

	if (!pl_isset(&msg->to.tag) || !pl_isset(&msg->callid))
		return false;

	(void)hash_lookup(sock->wires, hash_joaat_pl(&msg->callid),
			  dialog_cmp_handler, &lookup);
	branch = lookup.branch;
	if (!branch)
		return false;
	clk_busy(branch->wire->clk, 0);

	if (!pl_strcmp(&msg->met, "ACK")) {
		demand_ack(branch->demand, msg);
		return true;
	}
	if (branch->ended) {
		(void)sip_treply(NULL, sock->sip, msg, 481,
				 "Call Does Not Exist");
		return true;
	}
	if (!sip_dialog_rseq_valid(branch->dlg, msg)) {
		(void)sip_treply(NULL, sock->sip, msg, 500,
				 "Server Internal Error");
		return true;
	}
	if (!pl_strcmp(&msg->met, "BYE"))
		return bye_received(branch, msg);
	if (!pl_strcmp(&msg->met, "INVITE"))
		invite_received(branch, msg);
	else
		dialog_answer(sock->sip, msg);

	return true;
}


static bool half_cmp_handler(struct le *le, void *arg)
{
	const struct wire *wire = le->data;
	const struct sip_msg *msg = arg;

	return msg->cseq.num == wire->cseq &&
		sip_dialog_cmp_half(wire->dlg, msg);
}


/* Responses that no transaction of libre's claims: those to our CANCEL, a
 * 2xx that is sent again, and the 2xx of another fork. */
static bool response_handler(const struct sip_msg *msg, void *arg)
{
	struct leg_sock *sock = arg;
	struct lookup lookup = { msg, NULL };
	struct branch *branch;
	struct wire *wire;

	if (!pl_isset(&msg->callid))
		return false;
	(void)hash_lookup(sock->wires, hash_joaat_pl(&msg->callid),
			  dialog_cmp_handler, &lookup);
	if (lookup.branch && offer_again(lookup.branch->offer, msg))
		return true;
	wire = list_ledata(hash_lookup(sock->wires,
				       hash_joaat_pl(&msg->callid),
				       half_cmp_handler, (void *)msg));
	if (!wire)
		return false;
	clk_busy(wire->clk, 0);
	if (!dialog_is_sound(msg))
		return true;

	if (!pl_strcmp(&msg->cseq.met, "CANCEL")) {
		/* It is heard; the INVITE's own end is still to come. */
		if (msg->scode >= 200)
			wire->cancel = mem_deref(wire->cancel);
		return true;
	}
	if (pl_strcmp(&msg->cseq.met, "INVITE"))
		return false;
	if (msg->scode < 200 || msg->scode > 299 || !wire->done)
		return true;

	branch = branch_find(wire, msg);
	if (branch)
		(void)ack_send(branch);
	else
		answered(wire, msg);

	return true;
}


static void sock_destructor(void *arg)
{
	struct leg_sock *sock = arg;

	hash_flush(sock->wires);
	mem_deref(sock->wires);
	mem_deref(sock->lsnr_req);
	mem_deref(sock->lsnr_resp);
}


/* ---- the host's side ---- */

int leg_listen(struct leg_sock **sockp, struct sip *sip)
{
	struct leg_sock *sock;
	int err;

	if (!sockp || !sip)
		return EINVAL;

	sock = mem_zalloc(sizeof(*sock), sock_destructor);
	if (!sock)
		return ENOMEM;

	sock->sip = sip;
	err = hash_alloc(&sock->wires, WIRES);
	if (!err)
		err = sip_listen(&sock->lsnr_req, sip, true, request_handler,
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


static int dup_optional(char **dstp, const char *src)
{
	return src ? str_dup(dstp, src) : 0;
}


/* As libre writes them, for CANCEL. */
static int routes_print(struct re_printf *pf, const struct leg_options *o)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < o->route_count; i++)
		err |= re_hprintf(pf, "Route: <%s;lr>\r\n", o->routes[i]);

	return err;
}


static int wire_fill(struct wire *wire, const struct leg_options *o)
{
	int err;

	err = sip_dialog_alloc(&wire->dlg, o->uri, o->to_uri ? o->to_uri :
			       o->uri, o->from_name, o->from_uri,
			       (const char **)o->routes, o->route_count);
	if (!err && o->route_count)
		err = re_sdprintf(&wire->routes, "%H", routes_print, o);
	if (err)
		return err;

	err  = str_dup(&wire->uri, o->uri);
	err |= str_dup(&wire->to_uri, o->to_uri ? o->to_uri : o->uri);
	err |= str_dup(&wire->contact, o->contact_user);
	err |= dup_optional(&wire->headers, o->headers);
	err |= dup_optional(&wire->ctype, o->content_type);
	if (err)
		return ENOMEM;

	if (o->content_type && o->body) {
		wire->body = mbuf_alloc(o->body_size ? o->body_size : 1);
		if (!wire->body)
			return ENOMEM;
		err = mbuf_write_mem(wire->body, o->body, o->body_size);
	}

	return err;
}


static int wire_alloc(struct wire **wirep, struct leg_sock *sock,
		      const struct leg_options *o)
{
	struct wire *wire;
	int err;

	wire = mem_zalloc(sizeof(*wire), wire_destructor);
	if (!wire)
		return ENOMEM;

	tmr_init(&wire->cancel_tmr);
	wire->sip = o->sip;
	wire->clk = mem_ref(o->clk);
	wire->auth_h = o->auth_h;
	wire->auth_arg = o->auth_arg;
	err = wire_fill(wire, o);
	if (!err) {
		hash_append(sock->wires,
			    hash_joaat_str(sip_dialog_callid(wire->dlg)),
			    &wire->he, wire);
		err = invite_send(wire);
	}

	if (err)
		mem_deref(wire);
	else
		*wirep = wire;

	return err;
}


static bool routes_are_clean(const struct leg_options *o)
{
	uint32_t i;

	for (i = 0; i < o->route_count; i++) {
		if (!dialog_is_uri(o->routes[i]))
			return false;
	}

	return true;
}


static bool options_are_clean(const struct leg_options *o)
{
	return routes_are_clean(o) && o->sip && o->clk && o->closed_h &&
		dialog_is_uri(o->uri) && dialog_is_uri(o->from_uri) &&
		(!o->to_uri || dialog_is_uri(o->to_uri)) &&
		(!o->from_name || dialog_is_name(o->from_name)) &&
		dialog_is_token(o->contact_user) &&
		(!o->headers || dialog_is_headers(o->headers)) &&
		(!o->content_type || dialog_is_value(o->content_type));
}


int leg_invite(struct leg **legp, struct leg_sock *sock,
	       const struct leg_options *options)
{
	struct leg *leg;
	int err;

	if (!legp || !sock || !options || !options_are_clean(options))
		return EINVAL;

	leg = mem_zalloc(sizeof(*leg), leg_destructor);
	if (!leg)
		return ENOMEM;

	leg->progress_h = options->progress_h;
	leg->answer_h = options->answer_h;
	leg->demand_h = options->demand_h;
	leg->closed_h = options->closed_h;
	leg->arg = options->arg;

	err = wire_alloc(&leg->wire, sock, options);
	if (!err) {
		leg->wire->leg = leg;
		err = str_dup(&leg->callid,
			      sip_dialog_callid(leg->wire->dlg));
	}

	if (err)
		mem_deref(leg);
	else
		*legp = leg;

	return err;
}


void leg_hangup(struct leg *leg, const char *reason_header)
{
	struct wire *wire = leg ? leg->wire : NULL;
	struct branch *branch;

	if (!wire)
		return;
	branch = leg->branch;
	leg->wire = NULL;
	leg->branch = NULL;
	wire->leg = NULL;
	wire->hangup = true;
	if (reason_header && dialog_is_headers(reason_header))
		(void)str_dup(&wire->reason, reason_header);

	clk_timer_cancel(&wire->timer);
	if (branch)
		bye_send(branch);
	else if (wire->provisional)
		cancel_send(wire);

	/* Without any answer yet, CANCEL waits for the first one. */
}


int leg_offer(struct leg *leg, const struct offer_body *body, offer_h *h,
	      void *arg)
{
	struct branch *branch = leg ? leg->branch : NULL;
	struct offer_options options = { .body = *body, .h = h, .arg = arg };
	const struct wire *wire;

	if (!branch || branch->ended)
		return EINVAL;
	if (offer_is_open(branch->offer) || demand_is_open(branch->demand))
		return EBUSY;
	wire = branch->wire;
	options.sip = wire->sip;
	options.clk = wire->clk;
	options.dlg = branch->dlg;
	options.contact = wire->contact;
	options.auth_h = wire->auth_arg ? wire->auth_h : NULL;
	options.auth_arg = wire->auth_arg;
	branch->offer = mem_deref(branch->offer);

	return offer_send(&branch->offer, &options);
}


int leg_reply(struct leg *leg, uint16_t code, const char *reason,
	      const struct offer_body *body)
{
	struct branch *branch = leg ? leg->branch : NULL;

	return branch ? demand_reply(branch->demand, code, reason, body)
		: EINVAL;
}


static void probe_handler(probe_verdict verdict, void *arg)
{
	struct branch *branch = arg;
	dialog_probe_h *h = branch->probe_h;

	branch->probe = mem_deref(branch->probe);
	h(verdict, branch->probe_arg);
}


int leg_probe(struct leg *leg, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg)
{
	struct branch *branch = leg ? leg->branch : NULL;
	struct dialog_probe_options options = {
		.wait_ms = wait_ms,
		.h = probe_handler,
		.arg = branch,
	};

	if (!branch || branch->ended || branch->probe || !h)
		return EINVAL;
	options.sip = branch->wire->sip;
	options.clk = branch->wire->clk;
	options.dlg = branch->dlg;
	branch->probe_h = h;
	branch->probe_arg = arg;

	return dialog_probe(&branch->probe, &options);
}


bool leg_is_answered(const struct leg *leg)
{
	return leg && leg->branch;
}


const char *leg_callid(const struct leg *leg)
{
	return leg ? leg->callid : NULL;
}
