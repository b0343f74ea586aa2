/**
 * @file sip.h  SIP messages: may they be acted upon, and may they be shown?
 *
 * tw_sip_mask() makes a text of one without its secrets. tw_sip_check() is a
 * pure check of whole messages, to stand between a SIP decoder and every
 * handler. Decoders are liberal: libre 1.1.0 reads a response code of
 * 4294967301 as 5 and a CSeq of 2^65 as 0, and lets requests without From,
 * with a negative Content-Length or with a CSeq of another method pass. The
 * sets and the gateway of this house run everything through it; a sans-I/O
 * host or a proxy may do the same. RFC 3261 sections 7, 8.2, 18.3, 20 and
 * 25.1; RFC 5118 (IPv6); tried with all messages of RFC 4475 and 5118.
 *
 * What is not judged: bodies, dialogs, transactions, and whether anybody
 * serves the method (405, 501) or the content (406, 415): that is the
 * host's. Bytes above 127 pass in display names, reason phrases and headers
 * that nobody reads here, valid UTF-8 or not: old switches send their
 * alphabet in names, and a call is worth more than its name.
 *
 * Threads: any; nothing is kept.
 */
#ifndef TRUNKWISE_SYS_SIP_H
#define TRUNKWISE_SYS_SIP_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

/* flags of tw_sip_options */
#define TW_SIP_STREAM     1u /* came by TCP or TLS: Content-Length is a must
				(RFC 3261 section 20.14) */
#define TW_SIP_FORWARDING 2u /* host passes calls on: Max-Forwards 0 is 483 */
#define TW_SIP_SIPS       4u /* a sips: Request-URI is served, else 416 */
#define TW_SIP_TEL        8u /* likewise tel: */

typedef struct tw_sip_options {
	uint32_t size;
	uint32_t flags;             /* TW_SIP_; unknown bits are refused */
	const char *supported;      /* option tags of Require that are served,
				       "timer, 100rel"; NULL: none */
	/* limits; 0 is that of TW_SIP_OPTIONS_INIT */
	uint32_t message_max;       /* bytes of a message: ..65535 */
	uint32_t header_max;        /* bytes of a header or first line */
	uint32_t headers_max;       /* of a message */
	uint32_t vias_max;          /* of a request */
	uint32_t uri_max;           /* bytes of a Request-URI */
} tw_sip_options;

#define TW_SIP_OPTIONS_INIT { sizeof(tw_sip_options), 0, NULL, 65535, 8192, \
	128, 70, 1024 }

/* actions of tw_sip_verdict */
#define TW_SIP_ACCEPT 1u
#define TW_SIP_ANSWER 2u /* a request: answer `code` and `reason`, no more */
#define TW_SIP_DROP   3u /* nobody can be told, or nobody may be */

/* flags of tw_sip_verdict */
#define TW_SIP_RESPONSE  1u /* it claims to be one */
#define TW_SIP_CLOSE     2u /* where a message ends is unknown: close the
			       connection after the answer */
#define TW_SIP_ELSEWHERE 4u /* its topmost Via sends the answer to another
			       address (maddr) than it came from; answering
			       strangers there makes you a reflector */

typedef struct tw_sip_verdict {
	uint32_t size;
	uint32_t action;            /* TW_SIP_ */
	uint32_t flags;             /* TW_SIP_ */
	int32_t code;               /* 400, 416..., 0 if accepted; also when
				       dropped: what an answer would say */
	char method[64];            /* of a request; "" if it has none */
	char reason[64];            /* fit for a reason phrase and a log */
	char unsupported[128];      /* value of the Unsupported header of a
				       420, else "" */
} tw_sip_verdict;

#define TW_SIP_VERDICT_INIT { sizeof(tw_sip_verdict), 0, 0, 0, "", "", "" }

/**
 * Judges one message. On UDP: the datagram; bytes behind Content-Length are
 * ignored there. On a stream: from the first line to the end that
 * Content-Length tells.
 *
 * @param options  NULL is TW_SIP_OPTIONS_INIT
 * @return TW_OK: *out is set, whatever it says; TW_EINVAL, TW_EVERSION
 */
TW_EXTERN(tw_status) tw_sip_check(tw_sip_verdict *out, const void *data,
				  size_t size, const tw_sip_options *options,
				  tw_error *err);

#define TW_SIP_MASK_NUMBERS 1u /* digits of numbers too, but the last 4 */

/**
 * The text of a message as a trace may show it. "***" stands in place of what
 * an answer to a challenge is made of (response, cnonce, nonce, opaque and all
 * else of Authorization that is not known to be harmless), of passwords in
 * URIs, of headers whose names tell of secrets, and of keys in SDP (a=crypto,
 * a=key-mgmt, a=ice-pwd, k=). Lines end with LF; other control bytes, and
 * bytes that are no UTF-8, are written as \x1b: no terminal obeys them.
 *
 * With TW_SIP_MASK_NUMBERS runs of 7 and more digits, with the usual marks in
 * them, keep their last 4; those in Via, Call-ID and CSeq stay as they are.
 *
 * @param out  new, tw_free() it. What is no SIP is masked by the same words.
 * @return TW_OK, TW_EINVAL, TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_sip_mask(char **out, const void *data, size_t size,
				 uint32_t flags, tw_error *err);

TW_END_DECLS

#endif
