/**
 * @file peer.c  A scripted SIP peer on a raw UDP socket
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "peer.h"


static void recv_handler(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct peer *peer = arg;
	char text[PEER_TEXT];
	size_t size = mbuf_get_left(mb);

	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	memcpy(text, mbuf_buf(mb), size);
	text[size] = '\0';

	peer->client = *src;
	if (peer->count < PEER_SEEN)
		memcpy(peer->seen[peer->count++], text, size + 1);
	if (peer->h)
		peer->h(peer, text);
}


int peer_open(struct peer *peer, peer_h *h, void *arg)
{
	struct sa laddr;
	int err;

	memset(peer, 0, sizeof(*peer));
	peer->h = h;
	peer->arg = arg;
	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	err = udp_listen(&peer->us, &laddr, recv_handler, peer);
	if (err)
		return err;
	err = udp_local_get(peer->us, &peer->addr);
	snprintf(peer->uri, sizeof(peer->uri), "sip:bob@127.0.0.1:%u",
		 sa_port(&peer->addr));

	return err;
}


void peer_close(struct peer *peer)
{
	peer->us = mem_deref(peer->us);
}


void peer_send(struct peer *peer, const char *fmt, ...)
{
	char text[PEER_TEXT];
	struct mbuf *mb;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n <= 0 || (size_t)n >= sizeof(text))
		return;

	mb = mbuf_alloc((size_t)n);
	if (!mb)
		return;
	(void)mbuf_write_mem(mb, (uint8_t *)text, (size_t)n);
	mb->pos = 0;
	(void)udp_send(peer->us, &peer->client, mb);
	mem_deref(mb);
}


const char *peer_header(char *buf, size_t size, const char *text,
			const char *name)
{
	char line[64];
	const char *p, *end;
	size_t l;

	buf[0] = '\0';
	snprintf(line, sizeof(line), "\r\n%s: ", name);
	p = strstr(text, line);
	if (!p)
		return buf;
	p += strlen(line);
	end = strstr(p, "\r\n");
	l = end ? (size_t)(end - p) : strlen(p);
	if (l >= size)
		l = size - 1;
	memcpy(buf, p, l);
	buf[l] = '\0';

	return buf;
}


const char *peer_contact(char buf[128], const struct peer *peer)
{
	snprintf(buf, 128, "Contact: <sip:peer@127.0.0.1:%u>\r\n",
		 sa_port(&peer->addr));
	return buf;
}


/* rest: what follows the CSeq, up to the end. */
static void respond(struct peer *peer, const char *request,
		    const char *status, const char *tag, const char *rest)
{
	char via[512], from[512], to[512], callid[256], cseq[64];

	peer_send(peer, "SIP/2.0 %s\r\n"
		  "Via: %s\r\n"
		  "From: %s\r\n"
		  "To: %s%s%s\r\n"
		  "Call-ID: %s\r\n"
		  "CSeq: %s\r\n"
		  "%s",
		  status,
		  peer_header(via, sizeof(via), request, "Via"),
		  peer_header(from, sizeof(from), request, "From"),
		  peer_header(to, sizeof(to), request, "To"),
		  tag ? ";tag=" : "", tag ? tag : "",
		  peer_header(callid, sizeof(callid), request, "Call-ID"),
		  peer_header(cseq, sizeof(cseq), request, "CSeq"), rest);
}


void peer_reply(struct peer *peer, const char *request, const char *status,
		const char *tag, const char *extra)
{
	char rest[PEER_TEXT];

	snprintf(rest, sizeof(rest), "%sContent-Length: 0\r\n\r\n",
		 extra ? extra : "");
	respond(peer, request, status, tag, rest);
}


void peer_reply_sdp(struct peer *peer, const char *request,
		    const char *status, const char *tag, const char *sdp)
{
	char rest[PEER_TEXT], buf[128];

	snprintf(rest, sizeof(rest), "%s"
		 "Content-Type: application/sdp\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 peer_contact(buf, peer), strlen(sdp), sdp);
	respond(peer, request, status, tag, rest);
}


unsigned peer_count(const struct peer *peer, const char *method,
		    const char *part)
{
	const size_t l = strlen(method);
	unsigned i, n = 0;

	for (i = 0; i < peer->count; i++) {
		const char *text = peer->seen[i];

		if (!strncmp(text, method, l) && text[l] == ' ' &&
		    (!part || strstr(text, part)))
			n++;
	}

	return n;
}
