/**
 * @file src/registration/message.h  SIP responses, read strictly
 *
 * Turns the bytes of one SIP response into header views. It decides what is
 * well-formed and refuses to know what an answer means. Every limit here is
 * ours: a registrar is somebody else's machine, and libre lets a response
 * code of 4294967301 pass as 5 (docs: reliability).
 */
#ifndef TW_SRC_REGISTRATION_MESSAGE_H
#define TW_SRC_REGISTRATION_MESSAGE_H

#include "base/base.h"

#define TW_MESSAGE_SIZE_MAX    65535u  /* one UDP datagram, libre's TCP cap */
#define TW_MESSAGE_HEADERS_MAX 128u
#define TW_MESSAGE_HEADER_MAX  8192u   /* bytes of one unfolded header */

enum tw_header_id {
	TW_HEADER_OTHER,
	TW_HEADER_VIA,
	TW_HEADER_FROM,
	TW_HEADER_TO,
	TW_HEADER_CALL_ID,
	TW_HEADER_CSEQ,
	TW_HEADER_CONTACT,
	TW_HEADER_EXPIRES,
	TW_HEADER_MIN_EXPIRES,
	TW_HEADER_RETRY_AFTER,
	TW_HEADER_WWW_AUTHENTICATE,
	TW_HEADER_PROXY_AUTHENTICATE,
	TW_HEADER_AUTHENTICATION_INFO,
	TW_HEADER_PROXY_AUTHENTICATION_INFO,
	TW_HEADER_CONTENT_LENGTH,
	TW_HEADER_CONTENT_TYPE,
	TW_HEADER_MAX_FORWARDS,
	TW_HEADER_REQUIRE,
	TW_HEADER_ROUTE,
	TW_HEADER_SERVICE_ROUTE,
	TW_HEADER_P_ASSOCIATED_URI,
	TW_HEADER_RECORD_ROUTE,
	TW_HEADER_FLOW_TIMER
};

struct tw_header {
	enum tw_header_id id;
	struct tw_str value;         /* unfolded, trimmed */
};

struct tw_message {
	char *text;                  /* own copy, folds made blanks */
	int32_t code;                /* 100..699 */
	struct tw_str reason;
	struct tw_str call_id;
	struct tw_str branch;        /* of the topmost Via; may be empty */
	struct tw_str method;        /* of CSeq */
	uint32_t cseq;
	struct tw_header header[TW_MESSAGE_HEADERS_MAX];
	size_t count;
};

/* By full or compact name. `single` (NULL is fine): a second one in the same
 * message is an error. */
enum tw_header_id tw__header_id(struct tw_str name, bool *single);
const char *tw__header_name(enum tw_header_id id);

/* Does this even claim to be a response? */
bool tw__message_is_response(const void *data, size_t size);

tw_status tw__message_parse(struct tw_message *out, const void *data,
			    size_t size, tw_error *err);
void tw__message_free(struct tw_message *msg);

/* First header of that id after *at; advances *at. NULL at the end. */
const struct tw_header *tw__message_next(const struct tw_message *msg,
					 enum tw_header_id id, size_t *at);
const struct tw_header *tw__message_first(const struct tw_message *msg,
					  enum tw_header_id id);

/* Takes the part before the next `by` that stands outside of quotes and
 * angle brackets, and moves *rest past it. False when nothing is left. */
bool tw__text_split(struct tw_str *out, struct tw_str *rest, char by);

/* Value of ";name=value" in a parameter list; empty for a bare ";name".
 * False when it does not stand there. Quotes are kept. */
bool tw__text_param(struct tw_str *out, struct tw_str params,
		    const char *name);

/* RFC 3261 token, at least one byte. */
bool tw__text_is_token(struct tw_str s);

/* Seconds as delta-seconds; what does not fit 32 bits is clamped to
 * UINT32_MAX, since "very long" is what it means. False: not a number. */
bool tw__text_seconds(uint32_t *out, struct tw_str s);

#endif
