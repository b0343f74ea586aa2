/**
 * @file reply.h  What we answer to an INVITE: contact, headers, body
 *
 * And a 200 again and again until its ACK comes, over TCP as well (RFC 3261
 * 13.3.1.4). Of a call that begins and of a new offer inside of one alike;
 * whether to answer, and what an ACK means, is for whoever asks.
 */
#ifndef EXAMPLES_REPLY_H
#define EXAMPLES_REPLY_H

#include <re.h>

struct offer_body {
	const char *content_type;  /* NULL: none */
	const void *data;
	size_t size;
};

struct reply_options {
	struct sip *sip;
	const struct sip_msg *msg; /* the INVITE */
	const char *contact;       /* user or URI */
	const char *headers;       /* each line ends with CRLF; or NULL */
	const struct offer_body *body;  /* or NULL */
};

/* EINVAL: text that may not stand in a message. */
int reply_send(struct sip_strans **stp, const struct reply_options *options,
	       uint16_t code, const char *reason);

/* A 200 that is out; freed when its ACK is in. */
struct reply;
/* That ACK never came; once. */
typedef void (reply_lost_h)(void *arg);

int reply_accept(struct reply **replyp, struct sip_strans **stp,
		 const struct reply_options *options, reply_lost_h *lost_h,
		 void *arg);

#endif
