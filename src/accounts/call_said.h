/**
 * @file src/accounts/call_said.h  What a stored call's record said
 */
#ifndef TW_SRC_ACCOUNTS_CALL_SAID_H
#define TW_SRC_ACCOUNTS_CALL_SAID_H

#include "call.h"

/* How a cost may have been spelled: 0 to 9 decimals. */
#define TW_SAID_COSTS 10

/* Texts of the answer: as long as the call is used. */
struct tw__said {
	char campaign[TW_CALL_TEXT_MAX + 1];
	char currency[TW_CALL_TEXT_MAX + 1];
	char home[TW_CALL_TEXT_MAX + 1];     /* the company's currency */
	char department[TW_CALL_TEXT_MAX + 1];
	char carrier[TW_CALL_TEXT_MAX + 1];
	char extension[TW_CALL_TEXT_MAX + 1];
	char number[TW_CALL_TEXT_MAX + 1];
	char costs[TW_SAID_COSTS][32];
};

/* `call` as its row has it, with its key: what the record left open
 * (direction, carrier, department, extension, own number) is open in it
 * afterwards, and what it named is named.
 * @return TW_OK; *found false: nobody knows any more, `call` is as it was */
tw_status tw__said_find(bool *found, struct tw__call *call,
			struct tw__said *said, tw_store *store,
			tw_error *err);

#endif
