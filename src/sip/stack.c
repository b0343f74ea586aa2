/**
 * @file src/sip/stack.c  SIP stacks of our own
 *
 * One struct sip for each local address, and not one with many transports:
 * libre 1.1.0 chooses a transport by address family alone, so that a second
 * IPv4 address of the same stack would never be used.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <re.h>
#include <trunkwise/sys/alloc.h>
#include "check.h"
#include "port.h"
#include "stack.h"
#include "wide.h"

enum { TRANSACTIONS = 16 };       /* buckets; our own are not in them */

struct tw_sip_stack {
	struct tw_sip_stack *next;
	struct sip *sip;
	struct sip_lsnr *responses, *requests;
	const struct tw_sip_stacks *owner;
	struct sa local;
	const struct sip_msg *answering;  /* in a call of answer() */
	bool told;                        /* to who watches */
};

static bool is_watched(const struct tw_sip_stacks *stacks)
{
	return stacks->watch && stacks->watch->h;
}

/* Both listeners take everything: what none takes, libre writes to stderr,
 * where a stranger's packets would fill somebody's log. A host that watches
 * has listeners of its own behind ours. */
static bool response_h(const struct sip_msg *msg, void *arg)
{
	const struct tw_sip_stack *stack = arg;
	bool ours = tw__wide_take(msg) ||
		stack->owner->response(msg, stack->owner->arg);

	return ours || stack->requests;
}

/* RFC 3261 section 11.2: OPTIONS is answered as INVITE would be. */
static void answer(struct tw_sip_stack *stack, const struct sip_msg *msg)
{
	if (!tw__sip_admit(stack->sip, msg) || !pl_strcmp(&msg->met, "ACK"))
		return;
	if (!pl_strcmp(&msg->met, "INVITE") ||
	    !pl_strcmp(&msg->met, "OPTIONS"))
		(void)sip_reply(stack->sip, msg, 480,
			"Temporarily Unavailable");
	else if (!pl_strcmp(&msg->met, "CANCEL"))
		(void)sip_reply(stack->sip, msg, 481,
			"Transaction Does Not Exist");
	else
		(void)sip_reply(stack->sip, msg, 501, "Not Implemented");
}

static bool request_h(const struct sip_msg *msg, void *arg)
{
	struct tw_sip_stack *stack = arg;

	if (stack->owner->request &&
	    stack->owner->request(msg, stack->owner->arg))
		return true;
	stack->answering = msg;
	answer(stack, msg);
	stack->answering = NULL;
	return true;
}

/* libre makes an answer's bytes and shows them here alone. What we send by
 * ourselves passes too: its sender knows more of it. Over a connection an
 * answer goes back by it, whatever address the Via says, which libre shows. */
static void trace_h(bool is_sent, enum sip_transp transport,
		    const struct sa *from, const struct sa *to,
		    const uint8_t *data, size_t size, void *arg)
{
	const struct tw_sip_stack *stack = arg;
	struct tw_stack_answer what = { data, size, transport, to };

	(void)from;
	if (stack->answering && transport != SIP_TRANSP_UDP)
		what.to = &stack->answering->src;
	if (is_sent && stack->answering && stack->owner->answered)
		stack->owner->answered(&what, stack->owner->arg);
}

/* What the kernel would send from: connecting a datagram socket sends
 * nothing. */
static int route_of(struct sa *out, const struct sa *peer)
{
	struct sockaddr_storage local;
	socklen_t size = sizeof(local);
	int fd = socket(sa_af(peer), SOCK_DGRAM, 0), err = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, &peer->u.sa, peer->len) ||
	    getsockname(fd, (struct sockaddr *)&local, &size))
		err = errno;
	(void)close(fd);
	return err ? err : sa_set_sa(out, (struct sockaddr *)&local);
}

static void destroy(struct tw_sip_stack *stack)
{
	const struct tw_sip_stacks *stacks = stack->owner;

	if (stack->told && is_watched(stacks))
		stacks->watch->h(stack->sip, 0, stacks->watch->arg);
	(void)mem_deref(stack->responses);
	(void)mem_deref(stack->requests);
	(void)mem_deref(stack->sip);
	tw_free(stack);
}

static tw_status add(struct tw_sip_stack **out, struct tw_sip_stacks *stacks,
		     const struct sa *local, tw_error *err)
{
	struct tw_sip_stack *stack = tw_calloc(1, sizeof(*stack));
	int e;

	if (!stack)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	stack->owner = stacks;
	stack->local = *local;
	e = sip_alloc(&stack->sip, is_watched(stacks) ? stacks->watch->dns :
		NULL, TRANSACTIONS, TRANSACTIONS,
		TRANSACTIONS, "trunkwise", NULL, stack);
	if (!e)
		sip_set_trace_handler(stack->sip, trace_h);
	if (!e)
		e = sip_listen(&stack->responses, stack->sip, false,
			response_h, stack);
	if (!e)
		e = sip_listen(&stack->requests, stack->sip, true, request_h,
			stack);
	if (e) {
		destroy(stack);
		return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO,
			"", "no SIP stack: %s", strerror(e));
	}
	stack->next = stacks->first;
	stacks->first = stack;
	*out = stack;
	return TW_OK;
}

/* Once it can carry a message. */
static void tell(struct tw_sip_stack *stack)
{
	const struct tw_sip_stacks *stacks = stack->owner;

	if (stack->told || !is_watched(stacks))
		return;
	stack->told = true;
	/* from here on the host takes calls */
	stack->requests = mem_deref(stack->requests);
	stacks->watch->h(stack->sip, 1, stacks->watch->arg);
}

void tw__stacks_tell(const struct tw_sip_stacks *stacks)
{
	for (struct tw_sip_stack *stack = stacks->first; stack;
	     stack = stack->next)
		tell(stack);
}

bool tw__stacks_have(const struct tw_sip_stacks *stacks,
		     const struct sip *sip)
{
	const struct tw_sip_stack *stack = stacks->first;

	while (stack && stack->sip != sip)
		stack = stack->next;
	return stack != NULL;
}

static tw_status stack_at(struct sip **out, struct tw_sip_stacks *stacks,
			  enum sip_transp transport, struct sa *local,
			  tw_error *err)
{
	struct tw_sip_stack *stack = stacks->first;
	tw_status status = TW_OK;
	char host[64];
	struct sa there;
	int e = 0;

	while (stack && !sa_cmp(&stack->local, local, SA_ADDR))
		stack = stack->next;
	if (!stack)
		status = add(&stack, stacks, local, err);
	if (status)
		return status;
	sa_set_port(local, stacks->number);
	if (sip_transp_laddr(stack->sip, &there, transport, local)) {
		e = sip_transp_add(stack->sip, transport, local, stacks->tls);
		if (!e && transport == SIP_TRANSP_UDP)
			tw__wide_ask(stack->sip);
	}
	if (e)
		return tw__sip_fail(err, e == ENOMEM ? TW_ENOMEM : TW_EIO,
			"local_host", "cannot open %s port %u of %s: %s; "
			"give an address of this machine and a free port, or "
			"leave both out", sip_transp_name(transport),
			stacks->number, sa_ntop(local, host, sizeof(host)) ?
			"?" : host, strerror(e));
	tell(stack);
	*out = stack->sip;
	return TW_OK;
}

tw_status tw__stacks_open(struct tw_sip_stacks *stacks, const char *host,
			  tw_error *err)
{
	struct sip *sip;
	struct sa local;

	sa_init(&stacks->bind, AF_UNSPEC);
	if (!host)
		return TW_OK;
	if (sa_set_str(&local, host, 0) || sa_is_any(&local))
		return tw__sip_fail(err, TW_EINVAL, "local_host",
			"\"%s\" is not an IP address of this machine; write "
			"one, or leave it out for the route's", host);
	stacks->bind = local;
	return stack_at(&sip, stacks, SIP_TRANSP_UDP, &local, err);
}

void tw__stacks_close(struct tw_sip_stacks *stacks)
{
	while (stacks->first) {
		struct tw_sip_stack *stack = stacks->first;

		stacks->first = stack->next;
		destroy(stack);
	}
}

tw_status tw__stacks_for(struct sip **out, struct tw_sip_stacks *stacks,
			 enum sip_transp transport, const struct sa *peer,
			 tw_error *err)
{
	struct sa local = stacks->bind;
	char host[64];
	int e;

	if (sa_af(&local) == AF_UNSPEC) {
		e = route_of(&local, peer);
		if (e)
			return tw__sip_fail(err, TW_EIO, "registrar",
				"no route to %s: %s", sa_ntop(peer, host,
					sizeof(host)) ? "it" : host,
				strerror(e));
	}
	if (sa_af(&local) != sa_af(peer))
		return tw__sip_fail(err, TW_EUNSUPPORTED, "registrar",
			"it is of another address family than local_host; "
			"leave local_host out for the route's");
	return stack_at(out, stacks, transport, &local, err);
}
