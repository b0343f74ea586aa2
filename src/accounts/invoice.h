/**
 * @file src/accounts/invoice.h  A document on its way into the store
 */
#ifndef TW_SRC_ACCOUNTS_INVOICE_H
#define TW_SRC_ACCOUNTS_INVOICE_H

#include "base/base.h"
#include <trunkwise/invoice.h>

struct tw__invoice {
	int64_t payee[2];        /* kind of account, entity */
	tw_time date, from;
	int64_t month;
	int64_t net_nanos, vat_nanos, gross_nanos;
	char currency[4];
};

#endif
