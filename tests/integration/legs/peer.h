/**
 * @file peer.h  A scripted SIP peer on a raw UDP socket
 *
 * Knows nothing of transactions on purpose: it says exactly what a test wants
 * it to say, also what no honest stack would, and counts what it hears.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdint.h>
#include <re.h>

enum { PEER_TEXT = 4096, PEER_SEEN = 256 };

struct peer;
typedef void (peer_h)(struct peer *peer, const char *text);

struct peer {
	struct udp_sock *us;
	struct sa addr;
	struct sa client;
	char uri[64];            /* sip:bob@127.0.0.1:port */
	char seen[PEER_SEEN][PEER_TEXT];
	unsigned count;
	peer_h *h;
	void *arg;
};

int peer_open(struct peer *peer, peer_h *h, void *arg);
void peer_close(struct peer *peer);
void peer_send(struct peer *peer, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Its Contact, a whole line. */
const char *peer_contact(char buf[128], const struct peer *peer);
/* A response to a request of ours; tag NULL: none, extra: whole lines. */
void peer_reply(struct peer *peer, const char *request, const char *status,
		const char *tag, const char *extra);
/* The same with a body, and a Contact of the peer's own. */
void peer_reply_sdp(struct peer *peer, const char *request,
		    const char *status, const char *tag, const char *sdp);
/* How many requests of a method came whose text contains `part` (or NULL). */
unsigned peer_count(const struct peer *peer, const char *method,
		    const char *part);
/* Header's value into buf, "" when missing. */
const char *peer_header(char *buf, size_t size, const char *text,
			const char *name);

#endif
