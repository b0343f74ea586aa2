/**
 * @file src/sip/stack.h  SIP stacks of our own
 *
 * For hosts that lend none, and for each TLS identity. Decides which local
 * address speaks to a peer and opens a stack of libre on it. It takes no
 * calls: requests that arrive are answered at once, unless a host watches,
 * which then listens for them.
 */
#ifndef TW_SRC_SIP_STACK_H
#define TW_SRC_SIP_STACK_H

#include <re.h>
#include <trunkwise/base.h>

struct tw_sip_stack;

/* Of a host that takes calls; h NULL: there is none. */
struct tw_stack_watch {
	void (*h)(struct sip *sip, int is_there, void *arg);
	void *arg;
	struct dnsc *dns;         /* for names in dialogs of the host; NULL */
};

/* What a stranger was told, borrowed. */
struct tw_stack_answer {
	const void *data;
	size_t size;
	enum sip_transp transport;
	const struct sa *to;
};

struct tw_sip_stacks {
	struct tw_sip_stack *first;
	struct sa bind;           /* unset: the address is the route's */
	uint16_t number;          /* local port, 0: any */
	struct tls *tls;          /* for TLS */
	const struct tw_stack_watch *watch;
	sip_msg_h *response;
	sip_msg_h *request;       /* sees each, and true: it gets no answer;
				     NULL: nobody looks */
	/* likewise */
	void (*answered)(const struct tw_stack_answer *answer, void *arg);
	void *arg;
};

/* host: IP literal or NULL. With one, its UDP socket is opened here, so that
 * a wrong address is known at once. */
tw_status tw__stacks_open(struct tw_sip_stacks *stacks, const char *host,
			  tw_error *err);
void tw__stacks_close(struct tw_sip_stacks *stacks);
/* Tells `watch` of those that are there. */
void tw__stacks_tell(const struct tw_sip_stacks *stacks);

bool tw__stacks_have(const struct tw_sip_stacks *stacks,
		     const struct sip *sip);

/* The stack that reaches this peer, borrowed until close. */
tw_status tw__stacks_for(struct sip **out, struct tw_sip_stacks *stacks,
			 enum sip_transp transport, const struct sa *peer,
			 tw_error *err);

#endif
