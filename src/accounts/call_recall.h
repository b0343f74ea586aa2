/**
 * @file src/accounts/call_recall.h  A record out of its row
 */
#ifndef TW_SRC_CALL_RECALL_H
#define TW_SRC_CALL_RECALL_H

#include "call.h"
#include "history.h"

/* UUIDs are stored as their bytes. */
#define TW_ID_TEXT(c) "CASE typeof(" c ") WHEN 'blob' THEN lower(" \
	"substr(hex(" c "), 1, 8) || '-' || substr(hex(" c "), 9, 4) || '-' " \
	"|| substr(hex(" c "), 13, 4) || '-' || substr(hex(" c "), 17, 4) " \
	"|| '-' || substr(hex(" c "), 21)) ELSE " c " END"

struct tw__recall {
	tw_store *store;                 /* borrowed */
	struct tw_dial_rule rule;
	struct tw__call call;
	char texts[8][TW_CALL_TEXT_MAX + 1];    /* that it borrows */
};

enum tw__recalled {
	TW_RECALLED,            /* it can be rated as it was */
	TW_RECALLED_NOTED,      /* its price hangs on counters */
	TW_RECALLED_ASKED,      /* ... on what was answered of its numbers */
	TW_RECALLED_ERASED      /* whom it called is forgotten */
};

/* Fills r->call; owners and price are still open. */
tw_status tw__recall(enum tw__recalled *out, struct tw__recall *r,
		     const struct tw__stored *stored, tw_error *err);
/* What the call stands for once both are found. */
void tw__recall_standing(struct tw__standing *out,
			 const struct tw__recall *r,
			 const struct tw__stored *stored);

#endif
