/**
 * @file src/sip/wide.c  Datagrams longer than libre expects
 *
 * libre reads 8 KiB of a datagram and drops what was cut, with a line to
 * standard error: a registrar with many challenges would seem silent. Its
 * limit belongs to a socket, and it shows a socket with a message alone. So
 * a stack sends a message to itself before it asks anybody, which comes
 * before any answer. Whoever else sends such a message changes nothing by it.
 */
#include <string.h>
#include "wide.h"

#define CALL_ID "wide@trunkwise.invalid"

enum { DATAGRAM_MAX = 65535 };

static void ask_by(struct sip *sip, int af)
{
	struct sa any, here;
	struct mbuf *mb;

	sa_init(&any, af);
	if (sip_transp_laddr(sip, &here, SIP_TRANSP_UDP, &any))
		return;
	mb = mbuf_alloc(512);
	if (mb && !mbuf_printf(mb, "SIP/2.0 100 Trying\r\n"
			"Via: SIP/2.0/UDP %J;branch=z9hG4bKwide\r\n"
			"From: <sip:%J>;tag=1\r\nTo: <sip:%J>\r\n"
			"Call-ID: " CALL_ID "\r\nCSeq: 1 OPTIONS\r\n"
			"Content-Length: 0\r\n\r\n", &here, &here, &here)) {
		mb->pos = 0;
		(void)sip_send(sip, NULL, SIP_TRANSP_UDP, &here, mb);
	}
	(void)mem_deref(mb);
}

void tw__wide_ask(struct sip *sip)
{
	ask_by(sip, AF_INET);
	ask_by(sip, AF_INET6);
}

bool tw__wide_take(const struct sip_msg *msg)
{
	if (msg->tp != SIP_TRANSP_UDP || !msg->sock ||
	    pl_strcmp(&msg->callid, CALL_ID))
		return false;
	udp_rxsz_set(msg->sock, DATAGRAM_MAX);
	return true;
}
