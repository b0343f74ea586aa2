/**
 * @file src/registration/transaction.c  Non-INVITE client transaction
 *
 * Decides retransmission (timer E), giving up (timer F) and which answer
 * counts. Written here because libre keeps each of its transaction timers
 * in one sorted list, which costs 50 s of CPU at 20 000 trunks.
 */
#include <assert.h>
#include "transaction.h"

void tw__transaction_start(struct tw_transaction *tr, bool reliable,
			   int64_t now_us)
{
	assert(!tr->pending && tr->branch[0] && tr->method);
	tr->pending = true;
	tr->proceeding = false;
	tr->reliable = reliable;
	tr->sent_at = now_us;
	tr->interval_us = TW_SIP_T1_US;
	tr->retransmit_at = reliable ? INT64_MAX : now_us + TW_SIP_T1_US;
	tr->timeout_at = now_us + TW_SIP_F_US;
}

enum tw_transaction_event tw__transaction_tick(struct tw_transaction *tr,
					       int64_t now_us)
{
	if (!tr->pending)
		return TW_TRANSACTION_NOTHING;
	if (now_us >= tr->timeout_at) {
		tr->pending = false;
		return TW_TRANSACTION_TIMEOUT;
	}
	if (now_us < tr->retransmit_at)
		return TW_TRANSACTION_NOTHING;
	/* from now, not from when it was due: after a stalled loop one copy
	 * goes out, not all that were missed */
	tr->interval_us = tr->proceeding ||
		tr->interval_us * 2 > TW_SIP_T2_US ? TW_SIP_T2_US :
		tr->interval_us * 2;
	tr->retransmit_at = now_us + tr->interval_us;
	return TW_TRANSACTION_RETRANSMIT;
}

enum tw_transaction_event tw__transaction_receive(struct tw_transaction *tr,
	const struct tw_message *msg, int64_t now_us)
{
	if (!tr->pending || msg->cseq != tr->cseq ||
	    !tw__str_eq(msg->method, tr->method) ||
	    !tw__str_ieq(msg->branch, tr->branch))
		return TW_TRANSACTION_NOTHING;
	if (msg->code >= 200) {
		tr->pending = false;
		return TW_TRANSACTION_FINAL;
	}
	/* only the first provisional slows timer E down: a flood of 100s
	 * must not push it away for ever */
	if (!tr->proceeding && !tr->reliable)
		tr->retransmit_at = now_us + TW_SIP_T2_US;
	tr->proceeding = true;
	return TW_TRANSACTION_PROVISIONAL;
}

int64_t tw__transaction_deadline(const struct tw_transaction *tr)
{
	if (!tr->pending)
		return INT64_MAX;
	return tr->retransmit_at < tr->timeout_at ? tr->retransmit_at :
		tr->timeout_at;
}
