/**
 * @file src/accounts/verify_postings.h  Is every posting made by its calls?
 */
#ifndef TW_SRC_ACCOUNTS_VERIFY_POSTINGS_H
#define TW_SRC_ACCOUNTS_VERIFY_POSTINGS_H

#include "store/db.h"

tw_status tw__verify_postings(tw_verdict *verdict, tw_store *store,
			      tw_error *err);
/* Nothing is of a closed month that came after it was closed. */
tw_status tw__verify_closed(tw_verdict *verdict, tw_store *store,
			    tw_error *err);

#endif
