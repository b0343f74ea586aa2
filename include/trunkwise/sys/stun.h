/**
 * @file stun.h  STUN keep-alives of a UDP flow
 *
 * A registrar behind a NAT is reached for as long as the NAT remembers us. A
 * double CRLF keeps it awake and is answered by nobody; a STUN binding
 * request to the registrar's own SIP port (RFC 5626 section 4.4.2, RFC 5389)
 * keeps it awake too, tells whether somebody is still there, and by which
 * address he sees us. When that changes the binding leads nowhere: register
 * again.
 *
 * Sans-I/O, like the registration machine: bytes and times in, bytes and
 * news out. A host whose stack takes STUN itself has no need of it.
 *
 * Threads: one at a time per handle.
 */
#ifndef TRUNKWISE_SYS_STUN_H
#define TRUNKWISE_SYS_STUN_H

#include <trunkwise/base.h>
#include <trunkwise/sys/clock.h>

TW_BEGIN_DECLS

#define TW_STUN_REQUEST_SIZE 20u
#define TW_STUN_ID_SIZE      12u

/* kinds of tw_stun_answer */
#define TW_STUN_MAPPED 1u   /* `host` and `port`: how it sees us */
#define TW_STUN_ERROR  2u   /* `code`; somebody is there all the same */

typedef struct tw_stun_answer {
	uint32_t size;
	uint32_t kind;              /* TW_STUN_ */
	uint32_t code;              /* 300..699 */
	uint32_t port;
	char host[64];              /* IP address */
} tw_stun_answer;
#define TW_STUN_ANSWER_INIT { sizeof(tw_stun_answer), 0, 0, 0, "" }

/** A binding request of that transaction id, 12 random bytes. */
TW_EXTERN(void) tw_stun_request(unsigned char out[TW_STUN_REQUEST_SIZE],
				const unsigned char id[TW_STUN_ID_SIZE]);

/**
 * The answer to it: magic cookie, id, length and, where there is one,
 * FINGERPRINT have to be right, and nothing that we must understand may be
 * unknown (RFC 5389 section 7.3.3). Who sent it is yours to check.
 *
 * @return TW_OK, TW_ENOTFOUND (no STUN answer, or to another request),
 *         TW_EPARSE (malformed) */
TW_EXTERN(tw_status) tw_stun_read(tw_stun_answer *out,
				  const unsigned char id[TW_STUN_ID_SIZE],
				  const void *data, size_t size,
				  tw_error *err);

typedef struct tw_keepalive tw_keepalive;

/* kinds of tw_keepalive_action */
#define TW_KEEPALIVE_SEND 1u  /* `data` to the flow's target */
#define TW_KEEPALIVE_LOST 2u  /* the flow is broken, see `reason`: register
				again */
#define TW_KEEPALIVE_DEAF 3u  /* STUN is not served there: pings go on, and
				nothing is concluded from silence */

typedef struct tw_keepalive_action {
	uint32_t size;
	uint32_t kind;              /* TW_KEEPALIVE_ */
	size_t data_size;
	const void *data;           /* borrowed until the next call on it */
	char reason[160];           /* one printable line */
} tw_keepalive_action;
#define TW_KEEPALIVE_ACTION_INIT { sizeof(tw_keepalive_action), 0, 0, NULL, \
	"" }

/**
 * Keep-alives to one target, the first after a period. A period is `seconds`
 * (1..3600) less up to a fifth, so that those of many flows fall apart. A
 * request is sent 5 times within 7.5 s and given up after 15.5 s.
 *
 * @param host    IP address; answers from elsewhere change nothing
 * @param random  borrowed for life; NULL: the system's
 * @return TW_OK (new), TW_EINVAL, TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_keepalive_new(tw_keepalive **out, const char *host,
				      uint32_t port, uint32_t seconds,
				      const tw_random *random, int64_t now_us,
				      tw_error *err);
TW_EXTERN(void) tw_keepalive_free(tw_keepalive *keepalive);

/** Runs what is due. Early calls do nothing. */
TW_EXTERN(tw_status) tw_keepalive_tick(tw_keepalive *keepalive,
				       int64_t now_us, tw_error *err);
TW_EXTERN(int64_t) tw_keepalive_deadline(const tw_keepalive *keepalive);

/** A datagram from there that begins as STUN does.
 * @return TW_OK (an answer to us), TW_ENOTFOUND (not ours: yours), TW_EPARSE
 *         (malformed, or not from the target: nothing came of it) */
TW_EXTERN(tw_status) tw_keepalive_receive(tw_keepalive *keepalive,
	const char *host, uint32_t port, const void *data, size_t size,
	int64_t now_us, tw_error *err);

/** Next thing to do. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_keepalive_next(tw_keepalive_action *out,
				       tw_keepalive *keepalive,
				       tw_error *err);

TW_END_DECLS

#endif
