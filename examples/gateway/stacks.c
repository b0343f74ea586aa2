/**
 * @file stacks.c  The SIP stacks that calls come and go by
 *
 * One for UDP and TCP, and one for each TLS identity that the library makes:
 * libre would let two of them share a connection. What is listened for on one
 * is not heard on the others, so each has all of our listeners, in the same
 * order. A stack stays as long as a call is on it.
 */
#include <string.h>
#include "gw.h"


static void destructor(void *arg)
{
	struct stack *stack = arg;

	list_unlink(&stack->le);
	mem_deref(stack->lsnr_first);
	mem_deref(stack->lsnr_last);
	mem_deref(stack->lsnr_stray);
	mem_deref(stack->leg_sock);
	mem_deref(stack->uas_sock);
}


/* The order of listeners is the order of their birth. */
int stack_alloc(struct stack **stackp, struct gateway *gw, struct sip *sip)
{
	struct stack *stack;
	int err;

	stack = mem_zalloc(sizeof(*stack), destructor);
	if (!stack)
		return ENOMEM;

	stack->gw = gw;
	stack->sip = sip;
	list_append(&gw->stackl, &stack->le, stack);
	err = gw_listen_first(stack);
	if (!err)
		err = leg_listen(&stack->leg_sock, sip);
	if (!err)
		err = uas_listen(&stack->uas_sock, sip, gw->clk);
	if (err)
		mem_deref(stack);
	else
		*stackp = stack;

	return err;
}


struct stack *stack_find(const struct gateway *gw, const struct sip *sip)
{
	struct le *le;

	for (le = gw->stackl.head; le; le = le->next) {
		struct stack *stack = le->data;

		if (stack->sip == sip)
			return stack;
	}

	return NULL;
}


void stack_watch(struct sip *sip, int is_there, void *arg)
{
	struct gateway *gw = arg;
	struct stack *stack = stack_find(gw, sip);
	int err = 0;

	if (!is_there) {
		mem_deref(stack);
		return;
	}
	if (stack)
		return;
	err = stack_alloc(&stack, gw, sip);
	if (!err)
		err = gw_listen_last(stack);
	/* its calls are answered 480, and none goes out */
	if (err) {
		gw_log(gw, "TLS: no listener: %s", strerror(err));
		mem_deref(stack);
	}
}


void stack_hold(struct stack **heldp, struct stack *stack)
{
	stack_release(heldp);
	if (stack && stack != stack->gw->stack)
		(void)tw_trunks_hold(stack->gw->trunks, stack->sip, NULL);
	*heldp = stack;
}


void stack_release(struct stack **heldp)
{
	struct stack *stack = *heldp;

	*heldp = NULL;
	if (stack && stack != stack->gw->stack)
		(void)tw_trunks_release(stack->gw->trunks, stack->sip, NULL);
}
