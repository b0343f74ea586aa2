/**
 * @file src/sip/identity.c  TLS identities of a port, and the stacks for them
 *
 * Decides who may share a connection. libre looks for one by address alone,
 * so that two names, or two certificates of ours, at one address would talk
 * over the one that was opened first and the second would never be proved.
 * One struct sip for each identity, in attached mode too, ends that.
 *
 * It also tells of lost connections, later and from the loop: OpenSSL says
 * it while libre is still taking the connection apart.
 */
#include <errno.h>
#include <string.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include "inside.h"

enum { PATIENCE_MS = 20000 };

/* To be told of; by then the peer may be gone. */
struct loss {
	struct le le;
	struct tw_sip_tls *tls;
	struct tw_tls_end end;
};

static bool response_h(const struct sip_msg *msg, void *arg)
{
	struct tw_sip_tls *tls = arg;

	return tw__port_response(tls->port, msg, tls);
}

static bool request_h(const struct sip_msg *msg, void *arg)
{
	struct tw_sip_tls *tls = arg;

	return tw__port_request(tls->port, msg, tls);
}

static void answered_h(const struct tw_stack_answer *answer, void *arg)
{
	struct tw_sip_tls *tls = arg;

	tw__port_answered(tls->port, answer, tls);
}

static void loss_timer_h(void *arg)
{
	struct tw_sip_port *port = arg;

	while (port->losses.head) {
		struct loss *loss = port->losses.head->data;
		struct tw_sip_loss told = { tw__peer_find(port, loss->tls,
			&loss->end.address), loss->end.refused,
			loss->end.reason };

		list_unlink(&loss->le);
		/* what waits for an answer waits on the new one */
		if (!loss->end.stands &&
		    tw__tls_has(loss->tls->tls, &loss->end.address))
			told.peer = NULL;
		if (told.peer && port->owner.lost)
			port->owner.lost(&told, port->owner.arg);
		tw_free(loss);
	}
}

static void ended_h(const struct tw_tls_end *end, void *arg)
{
	struct tw_sip_tls *tls = arg;
	struct loss *loss = tw_calloc(1, sizeof(*loss));

	/* without memory its request runs into its time limit */
	if (!loss)
		return;
	loss->tls = tls;
	loss->end = *end;
	list_append(&tls->port->losses, &loss->le, loss);
	tmr_start(&tls->port->loss_timer, 0, loss_timer_h, tls->port);
}

static void drop_losses(struct tw_sip_port *port,
			const struct tw_sip_tls *tls)
{
	struct le *le = port->losses.head;

	while (le) {
		struct loss *loss = le->data;

		le = le->next;
		if (tls && loss->tls != tls)
			continue;
		list_unlink(&loss->le);
		tw_free(loss);
	}
}

static struct tw_sip_tls *find(const struct tw_sip_port *port,
			       const uint8_t digest[TW_TLS_DIGEST])
{
	struct le *le;

	for (le = port->identities.head; le; le = le->next) {
		struct tw_sip_tls *tls = le->data;

		if (!memcmp(tls->digest, digest, TW_TLS_DIGEST))
			return tls;
	}
	return NULL;
}

static tw_status add(struct tw_sip_tls **out, struct tw_sip_port *port,
		     const struct tw_sip_identity *identity, tw_error *err)
{
	struct tw_sip_tls *tls = tw_calloc(1, sizeof(*tls));
	struct tw_tls_owner owner = { ended_h, tls };
	tw_status status;

	if (!tls)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	status = tw__tls_new(&tls->tls, port->hooks, identity, &owner, err);
	if (status) {
		tw_free(tls);
		return status;
	}
	tls->port = port;
	tls->patience_ms = PATIENCE_MS;
	/* its TLS port is its own: libre knows identities by them */
	sa_init(&tls->stacks.bind, AF_UNSPEC);
	if (!port->sip)
		tls->stacks.bind = port->own.bind;
	tls->stacks.tls = tw__tls_re(tls->tls);
	tls->stacks.watch = &port->watch;
	tls->stacks.response = response_h;
	tls->stacks.request = request_h;
	tls->stacks.answered = answered_h;
	tls->stacks.arg = tls;
	list_append(&port->identities, &tls->le, tls);
	*out = tls;
	return TW_OK;
}

tw_status tw__port_hooks(struct tw_sip_port *port, tw_error *err)
{
	return port->hooks ? TW_OK : tw__tls_hooks_new(&port->hooks, err);
}

tw_status tw__sip_tls_new(struct tw_sip_tls **out,
			  const struct tw_sip_papers *papers,
			  const char *name, tw_error *err)
{
	struct tw_sip_identity identity = papers->copy;
	uint8_t digest[TW_TLS_DIGEST];
	struct tw_sip_tls *tls;
	tw_status status;

	identity.name = name;
	status = tw__tls_digest(digest, &identity, err);
	if (status)
		return status;
	tls = find(papers->port, digest);
	if (!tls)
		status = add(&tls, papers->port, &identity, err);
	if (status)
		return status;
	memcpy(tls->digest, digest, sizeof(digest));
	tls->refs++;
	*out = tls;
	return TW_OK;
}

static void destroy(struct tw_sip_tls *tls)
{
	list_unlink(&tls->le);
	tw__stacks_close(&tls->stacks);
	drop_losses(tls->port, tls);
	tw__tls_free(tls->tls);
	tw_free(tls);
}

static void close_timer_h(void *arg)
{
	struct tw_sip_port *port = arg;
	struct le *le = port->identities.head;

	while (le) {
		struct tw_sip_tls *tls = le->data;

		le = le->next;
		if (!tls->refs)
			destroy(tls);
	}
}

/* The last may go within a response that came over its own connection, and
 * libre goes on with that afterwards. */
void tw__sip_tls_free(struct tw_sip_tls *tls)
{
	if (!tls || --tls->refs)
		return;
	tmr_start(&tls->port->close_timer, 0, close_timer_h, tls->port);
}

void tw__identities_close(struct tw_sip_port *port)
{
	/* connections that end by this start the timer once more */
	while (port->identities.head)
		destroy(port->identities.head->data);
	drop_losses(port, NULL);
	tmr_cancel(&port->loss_timer);
	tmr_cancel(&port->close_timer);
	tw__tls_hooks_free(port->hooks);
}

#if defined(TW_RE_SEND_CONN)
/* The host is an address, on purpose: given a name, libre would check and
 * send that itself, by rules of its own. tls.c has seen to both. */
static int put(struct sip *sip, const struct sa *address, struct mbuf *mb)
{
	char host[64];
	int err = sa_ntop(address, host, sizeof(host));

	return err ? err : sip_send_conn(sip, NULL, SIP_TRANSP_TLS, address,
		host, mb, NULL, NULL);
}
#elif defined(TW_RE_TLS_VERIFY)
/* libre writes a request and a Via of its own before our bytes: gone. */
#ifdef TW_RE_SEND_CONTP
static int send_h(enum sip_transp tp, struct sa *src, const struct sa *dst,
		  struct mbuf *mb, struct mbuf **contp, void *arg)
#else
static int send_h(enum sip_transp tp, const struct sa *src,
		  const struct sa *dst, struct mbuf *mb, void *arg)
#endif
{
	(void)tp;
	(void)src;
	(void)dst;
	(void)arg;
#ifdef TW_RE_SEND_CONTP
	(void)contp;
#endif
	mbuf_rewind(mb);
	return 0;
}

/* 2.0 opens TLS connections only where it is told a host, which of all its
 * public calls only a request of a transaction does. So ours goes out as
 * the body of one; the answer, by its branch, is not that one's. Its timer
 * ends it unheard after 32 s. */
static int put(struct sip *sip, const struct sa *address, struct mbuf *mb)
{
	struct uri route;
	char host[64];
	int err = sa_ntop(address, host, sizeof(host));

	memset(&route, 0, sizeof(route));
	pl_set_str(&route.scheme, "sip");
	pl_set_str(&route.host, host);
	pl_set_str(&route.params, ";transport=tls");
	route.port = sa_port(address);
	return err ? err : sip_request(NULL, sip, true, "REGISTER", -1,
		"sip:trunkwise", -1, &route, mb, 0, send_h, NULL, NULL);
}
#else
static int put(struct sip *sip, const struct sa *address, struct mbuf *mb)
{
	return sip_send(sip, NULL, SIP_TRANSP_TLS, address, mb);
}
#endif

/* Who accepts a connection and never says a word would keep all attempts
 * waiting on it, for libre gives it 15 minutes. Its stack is swept then; the
 * port is opened again, because the Contact names it. */
static void unstick(const struct tw_sip_tls *tls, struct sip *sip,
		    const struct sa *address)
{
	struct sa local;

	if (!tw__tls_is_stuck(tls->tls, address, tls->patience_ms) ||
	    sip_transp_laddr(sip, &local, SIP_TRANSP_TLS, address))
		return;
	sip_transp_flush(sip);
	if (!sip_transp_add(sip, SIP_TRANSP_TLS, &local, tls->stacks.tls))
		return;
	/* somebody was quicker */
	sa_set_port(&local, 0);
	(void)sip_transp_add(sip, SIP_TRANSP_TLS, &local, tls->stacks.tls);
}

int tw__tls_send(const struct tw_sip_tls *tls, struct sip *sip,
		 const struct sa *address, struct mbuf *mb)
{
	int err;

	unstick(tls, sip, address);
	tw__tls_open_begin(tls->tls, address);
	err = put(sip, address, mb);
	tw__tls_open_end(tls->tls, err != 0);
	return err;
}
