/**
 * @file src/accounts/report_contract.h  Under which contract an amount is owed
 */
#ifndef TW_SRC_ACCOUNTS_REPORT_CONTRACT_H
#define TW_SRC_ACCOUNTS_REPORT_CONTRACT_H

#include "store/db.h"

struct tw__contract {
	int64_t id;
	int64_t carrier, vendor; /* 0: none */
	bool in_force;           /* on some day of the time asked for */
};

struct tw__numbered {
	int64_t number, contract;
};

/* Zeroed is empty. */
struct tw__contracts {
	struct tw__contract *rows;
	size_t count, capacity;
	struct tw__numbered *numbers;    /* by number, rising */
	size_t number_count, number_capacity;
};
void tw__contracts_free(struct tw__contracts *contracts);

/* Contracts and numbers as they stood at the end of [from, to). */
tw_status tw__contracts_load(struct tw__contracts *out, tw_store *store,
			     tw_time from, tw_time to, tw_error *err);

/* The number's contract where it is with whom the amount is owed to (or
 * names nobody); else the only one that is; else 0. payee_kind is a
 * TW_ACCOUNT_, payee and number may be 0: not known. */
int64_t tw__contract_of(const struct tw__contracts *contracts,
			int64_t payee_kind, int64_t payee, int64_t number);

#endif
