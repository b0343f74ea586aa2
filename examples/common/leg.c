/**
 * @file leg.c  One INVITE client leg, from dialling to its BYE
 *
 * Two objects, because two lives differ: `struct leg` is what the host holds
 * and may drop at any moment; `struct wire` is what the protocol still owes
 * to the network (an ACK for a retransmitted 200, the BYE of a fork that
 * lost) and goes when nothing more can come.
 */
#include <trunkwise/sys/alloc.h>
#include "dialogs.h"
#include "invite.h"
#include "leg.h"
#include "session.h"

enum {
	WIRES = 256,               /* hash buckets */
};

struct leg_sock {
	struct sessions *sessions;
	struct sip_lsnr *lsnr;
	struct hash *wires;        /* by Call-ID */
};

/* One 2xx: the answer, or a fork that lost. */
struct branch {
	struct le le;
	struct wire *wire;
	struct session *session;
	struct sip_request *ack_req;  /* while a name is looked up */
};

struct wire {
	struct le he;
	struct leg *leg;           /* NULL: the host has dropped it */
	struct leg_sock *sock;
	struct sip *sip;
	struct clk *clk;
	struct invite *invite;
	struct list branches;
	char *contact;
	char *reason;
	leg_auth_h *auth_h;        /* NULL: only the leg could answer */
	void *auth_arg;
	struct clk_timer linger;
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


/* ---- lives ---- */

static void branch_destructor(void *arg)
{
	struct branch *branch = arg;

	list_unlink(&branch->le);
	mem_deref(branch->ack_req);
	mem_deref(branch->session);
}


static void wire_destructor(void *arg)
{
	struct wire *wire = arg;

	hash_unlink(&wire->he);
	if (wire->leg) {
		wire->leg->wire = NULL;
		wire->leg->branch = NULL;
	}
	clk_timer_cancel(&wire->linger);
	list_flush(&wire->branches);
	mem_deref(wire->invite);
	mem_deref(wire->contact);
	mem_deref(wire->reason);
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

	if (!invite_is_done(wire->invite) || wire->leg)
		return true;

	for (le = wire->branches.head; le; le = le->next) {
		const struct branch *branch = le->data;

		if (!session_is_ended(branch->session))
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
	clk_timer_start(wire->clk, &wire->linger, clk_now(wire->clk) +
			(wire->branches.head ? TRANSACTION_MS * 1000LL : 0),
			linger_handler, wire);
}


/* ---- a 2xx and its dialog ---- */

static void ack_send(struct branch *branch)
{
	if (!branch->ack_req)
		(void)invite_ack(branch->wire->invite, &branch->ack_req,
				 session_dialog(branch->session));
}


static void session_closed(int err, const struct sip_msg *msg, void *arg)
{
	struct branch *branch = arg;
	struct wire *wire = mem_ref(branch->wire);

	if (wire->leg && wire->leg->branch == branch)
		leg_close(wire, err, err ? 0 : 200, msg);
	wire_settle(wire);
	mem_deref(wire);
}


static void bye_done(void *arg)
{
	const struct branch *branch = arg;

	wire_settle(branch->wire);
}


static int branch_session(struct branch *branch, const struct sip_msg *msg)
{
	const struct wire *wire = branch->wire;
	struct session_options options = {
		.sip = wire->sip,
		.clk = wire->clk,
		.contact = wire->contact,
		.auth_h = wire->auth_h,
		.auth_arg = wire->auth_arg,
		.closed_h = session_closed,
		.done_h = bye_done,
		.arg = branch,
	};
	int err;

	err = sip_dialog_fork(&options.dlg, invite_dialog(wire->invite), msg);
	if (!err)
		err = session_alloc(&branch->session, wire->sock->sessions,
				    &options);
	mem_deref(options.dlg);

	return err;
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
	err = branch_session(branch, msg);
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

		if (sip_dialog_cmp(session_dialog(branch->session), msg))
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
		clk_timer_cancel(&wire->linger);
		ack_send(branch);
		if (!leg || leg->branch) {
			session_bye(branch->session, wire->reason);
			return;
		}
		leg->branch = branch;
		session_on_demand(branch->session, leg->demand_h, leg->arg);
		session_open(branch->session);
		if (leg->answer_h)
			leg->answer_h(msg, leg->arg);
	}
	else if (leg && !leg->branch) {
		leg_close(wire, err, 0, msg);
		wire_settle(wire);
	}
}


/* ---- INVITE ---- */

static void progress_handler(const struct sip_msg *msg, void *arg)
{
	const struct wire *wire = arg;
	struct leg *leg = wire->leg;

	if (leg && leg->progress_h)
		leg->progress_h(msg, leg->arg);
}


static void expired_handler(void *arg)
{
	struct wire *wire = mem_ref(arg);

	leg_close(wire, ETIMEDOUT, 0, NULL);
	invite_cancel(wire->invite, NULL);
	mem_deref(wire);
}


static void final_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct wire *wire = mem_ref(arg);

	if (err || !msg)
		leg_close(wire, err, 0, NULL);
	else if (msg->scode < 300)
		answered(wire, msg);
	else
		leg_close(wire, 0, msg->scode, msg);
	wire_settle(wire);
	mem_deref(wire);
}


static bool half_cmp_handler(struct le *le, void *arg)
{
	const struct wire *wire = le->data;

	return invite_is_of(wire->invite, arg);
}


/* Responses that no transaction of libre's claims: those to our CANCEL, a
 * 2xx that is sent again, and the 2xx of another fork. */
static bool response_handler(const struct sip_msg *msg, void *arg)
{
	struct leg_sock *sock = arg;
	struct branch *branch;
	struct wire *wire;

	if (!pl_isset(&msg->callid))
		return false;
	wire = list_ledata(hash_lookup(sock->wires,
				       hash_joaat_pl(&msg->callid),
				       half_cmp_handler, (void *)msg));
	if (!wire)
		return false;
	clk_busy(wire->clk, 0);
	if (!dialog_is_sound(msg))
		return true;

	if (!pl_strcmp(&msg->cseq.met, "CANCEL")) {
		invite_cancel_heard(wire->invite, msg);
		return true;
	}
	if (pl_strcmp(&msg->cseq.met, "INVITE"))
		return false;
	if (msg->scode < 200 || msg->scode > 299 ||
	    !invite_is_done(wire->invite))
		return true;

	branch = branch_find(wire, msg);
	if (branch)
		ack_send(branch);
	else
		answered(wire, msg);

	return true;
}


static void sock_destructor(void *arg)
{
	struct leg_sock *sock = arg;

	hash_flush(sock->wires);
	mem_deref(sock->wires);
	mem_deref(sock->lsnr);
	mem_deref(sock->sessions);
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

	err = hash_alloc(&sock->wires, WIRES);
	if (!err)
		err = sessions_listen(&sock->sessions, sip);
	if (!err)
		err = sip_listen(&sock->lsnr, sip, false, response_handler,
				 sock);

	if (err)
		mem_deref(sock);
	else
		*sockp = sock;

	return err;
}


static int wire_alloc(struct wire **wirep, struct leg_sock *sock,
		      const struct leg_options *o)
{
	static const struct invite_handlers handlers = {
		progress_handler, expired_handler, final_handler,
	};
	struct sip_dialog *dlg;
	struct wire *wire;
	int err;

	wire = mem_zalloc(sizeof(*wire), wire_destructor);
	if (!wire)
		return ENOMEM;

	wire->sock = sock;
	wire->sip = o->sip;
	wire->clk = mem_ref(o->clk);
	wire->auth_h = o->auth_arg ? o->auth_h : NULL;
	wire->auth_arg = o->auth_arg;
	err = invite_alloc(&wire->invite, o, &handlers, wire);
	if (!err)
		err = str_dup(&wire->contact, o->contact_user);
	if (!err) {
		dlg = invite_dialog(wire->invite);
		hash_append(sock->wires,
			    hash_joaat_str(sip_dialog_callid(dlg)),
			    &wire->he, wire);
		err = invite_send(wire->invite);
	}

	if (err)
		mem_deref(wire);
	else
		*wirep = wire;

	return err;
}


int leg_invite(struct leg **legp, struct leg_sock *sock,
	       const struct leg_options *options)
{
	struct sip_dialog *dlg;
	struct leg *leg;
	int err;

	if (!legp || !sock || !options || !options->closed_h)
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
		dlg = invite_dialog(leg->wire->invite);
		err = str_dup(&leg->callid, sip_dialog_callid(dlg));
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
	if (reason_header && dialog_is_headers(reason_header))
		(void)str_dup(&wire->reason, reason_header);

	if (branch)
		session_bye(branch->session, wire->reason);
	else
		invite_cancel(wire->invite, wire->reason);
}


static struct session *session_of(const struct leg *leg)
{
	return leg && leg->branch ? leg->branch->session : NULL;
}


int leg_offer(struct leg *leg, const struct offer_body *body, offer_h *h,
	      void *arg)
{
	struct session *session = session_of(leg);

	return session ? session_offer(session, body, h, arg) : EINVAL;
}


int leg_reply(struct leg *leg, uint16_t code, const char *reason,
	      const struct offer_body *body)
{
	struct session *session = session_of(leg);

	return session ? session_reply(session, code, reason, body) : EINVAL;
}


int leg_probe(struct leg *leg, uint32_t wait_ms, dialog_probe_h *h,
	      void *arg)
{
	struct session *session = session_of(leg);

	return session ? session_probe(session, wait_ms, h, arg) : EINVAL;
}


bool leg_is_answered(const struct leg *leg)
{
	return leg && leg->branch;
}


const char *leg_callid(const struct leg *leg)
{
	return leg ? leg->callid : NULL;
}
