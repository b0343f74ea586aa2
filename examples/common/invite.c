/**
 * @file invite.c  An INVITE that we send, until its final answer
 *
 * CANCEL is ours and not libre's: libre's carries no Reason header, and a
 * phone without one shows "missed call" for a call that somebody answered.
 */
#include <trunkwise/sys/alloc.h>
#include "dialogs.h"
#include "invite.h"
#include "re_compat.h"

enum {
	RING_MAX_S = 300,          /* after a provisional answer libre would
				      wait for ever; RFC 3261 timer C */
};

struct invite {
	struct sip *sip;
	struct clk *clk;
	struct sip_dialog *dlg;    /* half: it has no remote tag */
	struct sip_request *req;
	struct sa dst;
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
	struct clk_timer ring_timer;

	struct invite_handlers handlers;
	void *arg;

	uint32_t nonce;
	uint32_t tries;
	bool busy;
	bool provisional;
	bool hangup;
	bool done;                 /* it has its final answer */
};


static void set_busy(struct invite *invite, bool busy)
{
	if (invite->busy == busy)
		return;
	invite->busy = busy;
	clk_busy(invite->clk, busy ? 1 : -1);
}


static void invite_destructor(void *arg)
{
	struct invite *invite = arg;

	set_busy(invite, false);
	tmr_cancel(&invite->cancel_tmr);
	clk_timer_cancel(&invite->ring_timer);
	mem_deref(invite->req);
	mem_deref(invite->dlg);
	mem_deref(invite->cancel);
	mem_deref(invite->to_uri);
	mem_deref(invite->uri);
	mem_deref(invite->routes);
	tw_free(invite->authorization);
	mem_deref(invite->reason);
	mem_deref(invite->headers);
	mem_deref(invite->ctype);
	mem_deref(invite->contact);
	mem_deref(invite->body);
	mem_deref(invite->clk);
}


static void finish(struct invite *invite, int err, const struct sip_msg *msg)
{
	invite->done = true;
	invite->handlers.final_h(err, msg, invite->arg);
}


/* ---- CANCEL ---- */

static void cancel_stop(struct invite *invite)
{
	tmr_cancel(&invite->cancel_tmr);
	invite->cancel = mem_deref(invite->cancel);
}


static void abandon(struct invite *invite, int err)
{
	cancel_stop(invite);
	set_busy(invite, false);
	invite->req = mem_deref(invite->req);
	finish(invite, err, NULL);
}


static void cancel_handler(void *arg)
{
	struct invite *invite = arg;

	if (invite->cancel_left_ms <= invite->cancel_ms) {
		abandon(invite, ETIMEDOUT);
		return;
	}
	invite->cancel_left_ms -= invite->cancel_ms;
	invite->cancel_ms = MIN(2 * invite->cancel_ms, (uint32_t)SIP_T2);

	/* Over TCP the deadline counts, the retransmission does not. */
	if (invite->tp == SIP_TRANSP_UDP && invite->cancel)
		(void)sip_send(invite->sip, NULL, invite->tp, &invite->dst,
			       invite->cancel);
	tmr_start(&invite->cancel_tmr, invite->cancel_ms, cancel_handler,
		  invite);
}


/* RFC 3261 9.1: everything but the method as in the INVITE. Its Via and From
 * come back in the answer that CANCEL has to wait for anyway. */
static int cancel_encode(struct invite *invite, const struct sip_msg *msg)
{
	struct mbuf *mb;
	int err;

	mb = mbuf_alloc(1024);
	if (!mb)
		return ENOMEM;

	err  = mbuf_printf(mb, "CANCEL %s SIP/2.0\r\n", invite->uri);
	err |= mbuf_printf(mb, "Via: SIP/2.0/%s %r;branch=%r;rport\r\n",
			   sip_transp_name(invite->tp), &msg->via.sentby,
			   &msg->via.branch);
	err |= mbuf_write_str(mb, "Max-Forwards: 70\r\n");
	err |= mbuf_write_str(mb, invite->routes ? invite->routes : "");
	err |= mbuf_printf(mb, "To: <%s>\r\n", invite->to_uri);
	err |= mbuf_printf(mb, "From: %r\r\n", &msg->from.val);
	err |= mbuf_printf(mb, "Call-ID: %r\r\n", &msg->callid);
	err |= mbuf_printf(mb, "CSeq: %u CANCEL\r\n", msg->cseq.num);
	mb->pos = 0;

	if (err) {
		mem_deref(mb);
		return err;
	}
	mem_deref(invite->cancel);
	invite->cancel = mb;

	return 0;
}


static int cancel_finish(struct invite *invite)
{
	struct mbuf *mb = invite->cancel;
	int err;

	if (!mb)
		return ENOENT;
	mb->pos = mb->end;
	err  = mbuf_write_str(mb, invite->reason ? invite->reason : "");
	err |= mbuf_write_str(mb, "Content-Length: 0\r\n\r\n");
	mb->pos = 0;

	return err;
}


static void cancel_send(struct invite *invite)
{
	int err;

	if (invite->done || tmr_isrunning(&invite->cancel_tmr))
		return;

	err = cancel_finish(invite);
	if (!err)
		err = sip_send(invite->sip, NULL, invite->tp, &invite->dst,
			       invite->cancel);
	if (err) {
		abandon(invite, err);
		return;
	}

	set_busy(invite, true);
	invite->cancel_ms = SIP_T1;
	invite->cancel_left_ms = TRANSACTION_MS;
	tmr_start(&invite->cancel_tmr, invite->cancel_ms, cancel_handler,
		  invite);
}


void invite_cancel(struct invite *invite, const char *reason)
{
	invite->hangup = true;
	if (reason)
		(void)str_dup(&invite->reason, reason);
	clk_timer_cancel(&invite->ring_timer);
	if (invite->provisional)
		cancel_send(invite);

	/* Without any answer yet, CANCEL waits for the first one. */
}


void invite_cancel_heard(struct invite *invite, const struct sip_msg *msg)
{
	/* The INVITE's own end is still to come. */
	if (msg->scode >= 200)
		invite->cancel = mem_deref(invite->cancel);
}


/* ---- its answers ---- */

static void ring_limit_handler(void *arg)
{
	const struct invite *invite = arg;

	invite->handlers.expired_h(invite->arg);
}


static void provisional(struct invite *invite, const struct sip_msg *msg)
{
	if (!invite->provisional)
		invite->provisional = cancel_encode(invite, msg) == 0;
	if (invite->hangup) {
		cancel_send(invite);
		return;
	}

	if (msg->scode >= 180)
		set_busy(invite, false);
	if (!invite->ring_timer.clk)
		clk_timer_start(invite->clk, &invite->ring_timer,
				clk_now(invite->clk) + RING_MAX_S * TW_SECOND,
				ring_limit_handler, invite);
	invite->handlers.progress_h(msg, invite->arg);
}


static bool authorize(struct invite *invite, const struct sip_msg *msg)
{
	const uint32_t nonce = dialog_nonce(msg);
	char *header = NULL;

	if (invite->hangup || !invite->auth_h || nonce == invite->nonce ||
	    invite->tries >= AUTH_TRIES)
		return false;
	invite->nonce = nonce;

	if (invite->auth_h(&header, "INVITE", invite->uri, msg,
			   invite->auth_arg))
		return false;
	tw_free(invite->authorization);
	invite->authorization = header;
	invite->provisional = false;
	cancel_stop(invite);
	clk_timer_cancel(&invite->ring_timer);

	return invite_send(invite) == 0;
}


static void final(struct invite *invite, int err, const struct sip_msg *msg)
{
	cancel_stop(invite);
	clk_timer_cancel(&invite->ring_timer);
	set_busy(invite, false);

	if (!err && msg && (msg->scode == 401 || msg->scode == 407) &&
	    authorize(invite, msg))
		return;
	finish(invite, err, msg);
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct invite *invite = mem_ref(arg);
	const bool sound = msg && dialog_is_sound(msg);

	if (!err && msg && msg->scode < 200) {
		if (sound)
			provisional(invite, msg);
	}
	else if (!err && !sound)
		final(invite, EBADMSG, NULL);
	else
		final(invite, err, msg);

	mem_deref(invite);
}


static int contact_out(RE_SEND_ARGS(tp, src, dst, mb, arg))
{
	struct invite *invite = arg;
	struct sip_contact contact;
	RE_SEND_UNUSED();

	/* libre tries the next target of a name by itself. */
	if (invite->hangup)
		return ECANCELED;

	invite->dst = *dst;
	invite->tp = tp;
	sip_contact_set(&contact, invite->contact, src, tp);

	return mbuf_printf(mb, "%H", dialog_contact_print, &contact);
}


int invite_send(struct invite *invite)
{
	const struct mbuf *body = invite->body;
	const char *auth = invite->authorization;
	int err;

	invite->tries++;
	invite->cseq = sip_dialog_lseq(invite->dlg);
	set_busy(invite, true);
	err = sip_drequestf(&invite->req, invite->sip, true, "INVITE",
			    invite->dlg, 0, NULL, contact_out,
			    response_handler, invite,
			    "%s%s"
			    DIALOG_ALLOW
			    "%s"
			    "%s%s%s"
			    "Content-Length: %zu\r\n"
			    "\r\n"
			    "%b",
			    auth ? auth : "", auth ? "\r\n" : "",
			    invite->headers ? invite->headers : "",
			    body ? "Content-Type: " : "",
			    body ? invite->ctype : "",
			    body ? "\r\n" : "",
			    body ? body->end : (size_t)0,
			    body ? body->buf : NULL,
			    body ? body->end : (size_t)0);
	if (err)
		set_busy(invite, false);

	return err;
}


/* ---- the leg's side ---- */

bool invite_is_done(const struct invite *invite)
{
	return invite->done;
}


bool invite_is_of(const struct invite *invite, const struct sip_msg *msg)
{
	return msg->cseq.num == invite->cseq &&
		sip_dialog_cmp_half(invite->dlg, msg);
}


struct sip_dialog *invite_dialog(const struct invite *invite)
{
	return invite->dlg;
}


/* With what the INVITE itself was authorised: the 2xx was for that one. */
int invite_ack(const struct invite *invite, struct sip_request **reqp,
	       struct sip_dialog *dlg)
{
	const char *auth = invite->authorization;

	return sip_drequestf(reqp, invite->sip, false, "ACK", dlg,
			     invite->cseq, NULL, NULL, NULL, NULL,
			     "%s%s"
			     "Content-Length: 0\r\n"
			     "\r\n",
			     auth ? auth : "", auth ? "\r\n" : "");
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


static int invite_fill(struct invite *invite, const struct leg_options *o)
{
	int err;

	err = sip_dialog_alloc(&invite->dlg, o->uri, o->to_uri ? o->to_uri :
			       o->uri, o->from_name, o->from_uri,
			       (const char **)o->routes, o->route_count);
	if (!err && o->route_count)
		err = re_sdprintf(&invite->routes, "%H", routes_print, o);
	if (err)
		return err;

	err  = str_dup(&invite->uri, o->uri);
	err |= str_dup(&invite->to_uri, o->to_uri ? o->to_uri : o->uri);
	err |= str_dup(&invite->contact, o->contact_user);
	err |= dup_optional(&invite->headers, o->headers);
	err |= dup_optional(&invite->ctype, o->content_type);
	if (err)
		return ENOMEM;

	if (o->content_type && o->body) {
		invite->body = mbuf_alloc(o->body_size ? o->body_size : 1);
		if (!invite->body)
			return ENOMEM;
		err = mbuf_write_mem(invite->body, o->body, o->body_size);
	}

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
	return routes_are_clean(o) && o->sip && o->clk &&
		dialog_is_uri(o->uri) && dialog_is_uri(o->from_uri) &&
		(!o->to_uri || dialog_is_uri(o->to_uri)) &&
		(!o->from_name || dialog_is_name(o->from_name)) &&
		dialog_is_token(o->contact_user) &&
		(!o->headers || dialog_is_headers(o->headers)) &&
		(!o->content_type || dialog_is_value(o->content_type));
}


int invite_alloc(struct invite **invitep, const struct leg_options *options,
		 const struct invite_handlers *handlers, void *arg)
{
	struct invite *invite;
	int err;

	if (!options_are_clean(options))
		return EINVAL;

	invite = mem_zalloc(sizeof(*invite), invite_destructor);
	if (!invite)
		return ENOMEM;

	tmr_init(&invite->cancel_tmr);
	invite->sip = options->sip;
	invite->clk = mem_ref(options->clk);
	invite->auth_h = options->auth_h;
	invite->auth_arg = options->auth_arg ? options->auth_arg
		: options->arg;
	invite->handlers = *handlers;
	invite->arg = arg;
	err = invite_fill(invite, options);
	if (err)
		mem_deref(invite);
	else
		*invitep = invite;

	return err;
}
