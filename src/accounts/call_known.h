/**
 * @file src/accounts/call_known.h  Is a call there, and with what content
 */
#ifndef TW_SRC_CALL_KNOWN_H
#define TW_SRC_CALL_KNOWN_H

#include "call.h"

struct tw__known;

tw_status tw__known_new(struct tw__known **out, tw_store *store,
			tw_error *err);
void tw__known_free(struct tw__known *known);
/* @return TW_OK with the content of the live call, TW_ENOTFOUND */
tw_status tw__known_find(uint64_t *content, struct tw__known *known,
			 tw_time start, uint64_t key, tw_error *err);
/* A forwarded leg that an older version stored, whose key and content were of
 * what was found too. @return TW_OK (not there), TW_EEXIST */
tw_status tw__known_as_found(tw_store *store, struct tw__call *call,
			     tw_error *err);
/* tw__call_check_year() of a call that may be stored already, by an older
 * version: such a one stays known. */
tw_status tw__known_or_near(tw_store *store, const struct tw__call *call,
			    tw_error *err);
/* Before calls are inserted and before the transaction ends. */
void tw__known_rest(struct tw__known *known);

#endif
