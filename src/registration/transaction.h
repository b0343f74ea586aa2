/**
 * @file src/registration/transaction.h  Non-INVITE client transaction
 *
 * RFC 3261 section 17.1.2: when to send again, when to give up, which
 * answer belongs to it. It refuses to know what is in the request and what
 * a code means.
 *
 * Timer K, the linger that swallows late copies of the final answer, is not
 * a timer here: a registration owns its Call-ID for life, so every late copy
 * is known by that, and 100 000 trunks are not woken to forget something.
 */
#ifndef TW_SRC_REGISTRATION_TRANSACTION_H
#define TW_SRC_REGISTRATION_TRANSACTION_H

#include "message.h"

#define TW_SIP_T1_US      500000LL
#define TW_SIP_T2_US     4000000LL
#define TW_SIP_F_US  (64 * TW_SIP_T1_US)

#define TW_BRANCH_SIZE 32

struct tw_transaction {
	bool pending;              /* Trying or Proceeding */
	bool proceeding;
	bool reliable;             /* TCP or TLS: no timer E */
	const char *method;        /* of its requests; set once, by owner */
	uint32_t cseq;
	int64_t sent_at;           /* the first time */
	int64_t interval_us;       /* of timer E */
	int64_t retransmit_at;     /* INT64_MAX: never */
	int64_t timeout_at;        /* timer F */
	char branch[TW_BRANCH_SIZE];
};

enum tw_transaction_event {
	TW_TRANSACTION_NOTHING,
	TW_TRANSACTION_RETRANSMIT,
	TW_TRANSACTION_TIMEOUT,
	TW_TRANSACTION_PROVISIONAL,
	TW_TRANSACTION_FINAL
};

/* branch and cseq are set by the caller before. */
void tw__transaction_start(struct tw_transaction *tr, bool reliable,
			   int64_t now_us);
enum tw_transaction_event tw__transaction_tick(struct tw_transaction *tr,
					       int64_t now_us);
enum tw_transaction_event tw__transaction_receive(struct tw_transaction *tr,
	const struct tw_message *msg, int64_t now_us);
int64_t tw__transaction_deadline(const struct tw_transaction *tr);

#endif
