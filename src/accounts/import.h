/**
 * @file src/accounts/import.h  An import that goes on
 */
#ifndef TW_SRC_ACCOUNTS_IMPORT_H
#define TW_SRC_ACCOUNTS_IMPORT_H

#include "base/base.h"
#include <trunkwise/cdr.h>

/* After its commit: more records in another transaction, without reading
 * directory and tariffs again unless somebody else has written to the store.
 * They join the same batch on the same day (UTC); counts are the batch's.
 * @return TW_OK, TW_EBUSY (writer lock: try again), else the import is to be
 * freed */
tw_status tw__import_resume(tw_import *import, tw_error *err);

#endif
