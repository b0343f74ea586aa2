/**
 * @file src/sip/peer.c  A target: an address, and the stack that speaks to it
 *
 * Decides which stack of libre reaches an address and sends to it. All who
 * ask for the same address, port and transport get the same peer: a hundred
 * thousand trunks of one registrar share what is known of it. It refuses to
 * know names: by here they are addresses.
 */
#include <string.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/trunk.h>
#include "inside.h"

static tw_status transport_of(enum sip_transp *out, uint32_t transport,
			      tw_error *err)
{
	switch (transport) {
	case TW_TRANSPORT_UDP:
		*out = SIP_TRANSP_UDP;
		return TW_OK;
	case TW_TRANSPORT_TCP:
		*out = SIP_TRANSP_TCP;
		return TW_OK;
	default:
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"there is no such transport; write ;transport=udp, "
			"tcp or tls");
	}
}

static tw_status stack_of(struct tw_sip_peer *peer, struct tw_sip_port *port,
			  tw_error *err)
{
	struct sa local;

	if (peer->tls)
		return tw__stacks_for(&peer->sip, &peer->tls->stacks,
			peer->transport, &peer->address, err);
	if (!port->sip)
		return tw__stacks_for(&peer->sip, &port->own,
			peer->transport, &peer->address, err);
	peer->sip = port->sip;
	if (sip_transp_laddr(port->sip, &local, peer->transport,
			     &peer->address))
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"the SIP stack has no %s transport of that address "
			"family; add one before", sip_transp_name(
				peer->transport));
	return TW_OK;
}

static bool same_h(struct le *le, void *arg)
{
	const struct tw_sip_peer *peer = le->data, *wanted = arg;

	return peer->transport == wanted->transport &&
		peer->tls == wanted->tls &&
		sa_cmp(&peer->address, &wanted->address, SA_ALL);
}

static tw_status add(struct tw_sip_peer **out, struct tw_sip_port *port,
		     const struct tw_sip_peer *wanted, tw_error *err)
{
	struct tw_sip_peer *peer = tw_malloc(sizeof(*peer));

	if (!peer)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	*peer = *wanted;
	peer->refs = 1;
	peer->port = port;
	tw__flow_init(&peer->flow);
	hash_append(port->peers, sa_hash(&peer->address, SA_ALL), &peer->le,
		peer);
	*out = peer;
	return TW_OK;
}

static tw_status find_or_add(struct tw_sip_peer **out,
			     struct tw_sip_port *port,
			     struct tw_sip_peer *wanted, tw_error *err)
{
	struct le *le = hash_lookup(port->peers, sa_hash(&wanted->address,
		SA_ALL), same_h, wanted);
	tw_status status;

	if (le) {
		*out = le->data;
		(*out)->refs++;
		return TW_OK;
	}
	status = stack_of(wanted, port, err);
	return status ? status : add(out, port, wanted, err);
}

static tw_status read_address(struct sa *out, const char *host,
			      uint32_t number, tw_error *err)
{
	if (!strcasecmp(host, "localhost"))
		host = "127.0.0.1";
	if (!sa_set_str(out, host, (uint16_t)number))
		return TW_OK;
	return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
		"\"%s\" is not an IP address", host);
}

tw_status tw__sip_peer_new(struct tw_sip_peer **out,
			   struct tw_sip_port *port, const char *host,
			   uint32_t number, uint32_t transport,
			   tw_error *err)
{
	struct tw_sip_peer wanted;
	tw_status status;

	memset(&wanted, 0, sizeof(wanted));
	status = transport_of(&wanted.transport, transport, err);
	if (!status)
		status = read_address(&wanted.address, host, number ? number :
			SIP_PORT, err);
	return status ? status : find_or_add(out, port, &wanted, err);
}

tw_status tw__sip_peer_new_tls(struct tw_sip_peer **out,
			       struct tw_sip_tls *tls, const char *host,
			       uint32_t number, tw_error *err)
{
	struct tw_sip_peer wanted;
	tw_status status;

	memset(&wanted, 0, sizeof(wanted));
	wanted.transport = SIP_TRANSP_TLS;
	wanted.tls = tls;
	status = read_address(&wanted.address, host, number ? number :
		SIP_PORT_TLS, err);
	if (!status)
		status = find_or_add(out, tls->port, &wanted, err);
	if (!status && (*out)->refs == 1)
		tls->refs++;
	return status;
}

static struct tw_sip_peer *find(const struct tw_sip_port *port,
				enum sip_transp transport,
				const struct tw_sip_tls *tls,
				const struct sa *address)
{
	struct tw_sip_peer wanted;
	struct le *le;

	memset(&wanted, 0, sizeof(wanted));
	wanted.transport = transport;
	wanted.tls = (struct tw_sip_tls *)tls;
	wanted.address = *address;
	le = hash_lookup(port->peers, sa_hash(address, SA_ALL), same_h,
		&wanted);
	return le ? le->data : NULL;
}

struct tw_sip_peer *tw__peer_find(const struct tw_sip_port *port,
				  const struct tw_sip_tls *tls,
				  const struct sa *address)
{
	return find(port, tls ? SIP_TRANSP_TLS : SIP_TRANSP_TCP, tls,
		address);
}

struct tw_sip_peer *tw__peer_find_udp(const struct tw_sip_port *port,
				      const struct sa *address)
{
	return find(port, SIP_TRANSP_UDP, NULL, address);
}

void tw__sip_peer_free(struct tw_sip_peer *peer)
{
	if (!peer || --peer->refs)
		return;
	hash_unlink(&peer->le);
	tw__flow_close(&peer->flow);
	tw__sip_tls_free(peer->tls);
	tw_free(peer);
}

struct sip *tw__sip_peer_sip(const struct tw_sip_peer *peer)
{
	return peer->sip;
}

tw_time tw__sip_peer_until(const struct tw_sip_peer *peer)
{
	return peer->tls ? tw__tls_until(peer->tls->tls) : 0;
}

bool tw__sip_peer_sent(const struct tw_sip_peer *peer,
		       const struct tw_sip_response *response)
{
	/* not the port: a registrar behind a balancer may answer from
	 * another one, and the branch is 64 random bits; what was asked over
	 * TLS is answered over it, by who proved the same name */
	return peer->tls == response->tls &&
		sa_cmp(&peer->address, response->from, SA_ADDR);
}

/* %J of libre's own printf, which none of the C library's knows. */
static void print_address(char *out, size_t size, const struct sa *address)
{
	if (re_snprintf(out, size, "%J", address) < 0)
		out[0] = '\0';
}

void tw__sip_peer_text(char *out, size_t size,
		       const struct tw_sip_peer *peer)
{
	print_address(out, size, &peer->address);
}

void tw__sip_sender_text(char *out, size_t size,
			 const struct tw_sip_response *response)
{
	print_address(out, size, response->from);
}

tw_status tw__sip_local(char *host, size_t size, uint32_t *number,
			const struct tw_sip_peer *peer, tw_error *err)
{
	struct sa local;
	int e;

	/* the same look-up as in sip_send(); libre binds to no wildcard,
	 * so this is an address that the peer can reach */
	e = sip_transp_laddr(peer->sip, &local, peer->transport,
		&peer->address);
	if (!e)
		e = sa_ntop(&local, host, (int)size);
	if (e)
		return tw__sip_fail(err, TW_EIO, "local_host",
			"the SIP stack has no address for this registrar: %s",
			strerror(e));
	*number = sa_port(&local);
	return TW_OK;
}

tw_status tw__sip_send(struct tw_sip_peer *peer, const void *data,
		       size_t size)
{
	struct mbuf *mb = mbuf_alloc(size);
	int err;

	if (!mb)
		return TW_ENOMEM;
	err = mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!err && peer->tls)
		err = tw__tls_send(peer->tls, peer->sip, &peer->address, mb);
	else if (!err)
		err = sip_send(peer->sip, NULL, peer->transport,
			&peer->address, mb);
	(void)mem_deref(mb);
	if (!err)
		tw__flow_asked(peer);
	return err ? TW_EIO : TW_OK;
}
