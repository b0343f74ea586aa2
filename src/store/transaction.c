/**
 * @file src/store/transaction.c  Who writes when
 *
 * A writing transaction holds the writer lock from before BEGIN IMMEDIATE
 * until after COMMIT and the checkpoint that may follow it: nobody else
 * writes or checkpoints meanwhile. Checkpoints run here only (SQLite's own
 * are off), once the log has grown, because one for every commit would write
 * each page twice. A log whose frames are all in the file begins anew when no
 * reader stands in it; under readers that take turns without a gap that moment
 * never comes by itself, so past a bound the writer asks for it: new readers
 * then read the file alone, and the old ones are waited for.
 */
#include <assert.h>
#include "handle.h"

#define CHECKPOINT_FRAMES 1000
#define RESTART_WAIT_MS 250

tw_status tw__tx_begin(tw_store *store, tw_error *err)
{
	tw_status status;

	status = tw__store_usable(store, err);
	if (status)
		return status;
	if (store->readonly)
		return tw__fail(err, TW_EREFUSED, "%s is open read only; "
				"open it for writing", store->path);
	if (store->reading)
		return tw__fail(err, TW_EINVAL, "a read of this store is not "
				"finished; end it before writing");
	if (store->damaged)
		return tw__fail(err, TW_ESTORE, "%s is damaged, as was seen "
				"when it was read; nothing is written to it%s",
				store->path, tw__store_mend(SQLITE_CORRUPT));
	status = tw__lock_take(&store->lock, store->lock_wait_ms, err);
	if (status)
		return status;
	status = tw__store_in_place(store, err);
	if (!status)
		status = tw__store_exec(store, "BEGIN IMMEDIATE", err);
	if (status) {
		tw__lock_drop(&store->lock);
		return status;
	}
	store->writing = true;
	store->failed = store->begun = false;
	store->joined = 0;
	store->transaction++;
	return TW_OK;
}


/* Copies what readers allow; true when all of the log is in the file. */
static bool copy_log(tw_store *store, int mode, int wait_ms)
{
	int frames = 0, copied = 0, code;

	assert(store->lock.held);
	sqlite3_busy_timeout(store->db, wait_ms);
	code = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, &frames,
					 &copied);
	sqlite3_busy_timeout(store->db, (int)store->lock_wait_ms);
	if (code == SQLITE_OK || code == SQLITE_BUSY)
		store->wal_copied = copied;
	return code == SQLITE_OK && frames == copied;
}


void tw__tx_checkpoint(tw_store *store)
{
	/* Passive: readers may keep it from finishing; the next one will. */
	(void)copy_log(store, SQLITE_CHECKPOINT_PASSIVE, 0);
	if (store->wal_frames < store->restart_at)
		return;
	if (copy_log(store, SQLITE_CHECKPOINT_RESTART, RESTART_WAIT_MS))
		store->restart_at = TW_RESTART_FRAMES;
	else
		/* A report that takes minutes must not cost every commit
		 * until its end that wait. */
		store->restart_at = store->wal_frames + TW_RESTART_FRAMES / 2;
}


void tw__tx_empty_log(tw_store *store)
{
	(void)copy_log(store, SQLITE_CHECKPOINT_TRUNCATE, 0);
	store->wal_frames = 0;
}


static void keep_log_short(tw_store *store)
{
	if (store->wal_frames < store->wal_copied) {
		/* it began anew */
		store->wal_copied = 0;
		store->restart_at = TW_RESTART_FRAMES;
	}
	if (store->wal_frames - store->wal_copied >= CHECKPOINT_FRAMES)
		tw__tx_checkpoint(store);
}


/* Some failures (disk full) have rolled back already. The statement was made
 * when the store was opened: where memory ran out, making it would fail, too,
 * and the transaction would stay open for good. */
void tw__tx_rollback(tw_store *store)
{
	(void)tw__store_meet(store);
	if (sqlite3_get_autocommit(store->db))
		return;
	sqlite3_step(store->rollback);
	sqlite3_reset(store->rollback);
}


void tw__tx_drop(tw_store *store)
{
	tw__tx_rollback(store);
	store->writing = false;
	store->failed = false;
	tw__lock_drop(&store->lock);
}


static tw_status commit(tw_store *store, tw_error *err)
{
	tw_status status;

	status = tw__store_exec(store, "COMMIT", err);
	if (status) {
		tw__tx_drop(store);
		return status;
	}
	keep_log_short(store);
	store->writing = false;
	tw__lock_drop(&store->lock);
	return TW_OK;
}


tw_status tw__tx_enter(struct tw_tx *tx, tw_store *store, tw_error *err)
{
	tw_status status;

	tx->own = false;
	if (store->writing) {
		status = tw__store_usable(store, err);
		store->joined += !status;
	}
	else {
		status = tw__tx_begin(store, err);
		tx->own = !status;
	}
	tx->number = store->transaction;
	return status;
}


bool tw__tx_stands(const struct tw_tx *tx, const tw_store *store)
{
	return store->writing && tx->number == store->transaction;
}


bool tw__tx_is_taken(const tw_store *store)
{
	return store->writing && (!store->begun || store->joined);
}


tw_status tw__tx_leave(struct tw_tx *tx, tw_store *store, tw_status status,
		       tw_error *err)
{
	if (!tw__tx_stands(tx, store)) {
		tx->own = false;
		return status ? status : tw__fail(err, TW_ECONFLICT,
			"the transaction it stood in was rolled back; nothing "
			"was stored");
	}
	if (!tx->own) {
		assert(store->joined);
		store->joined--;
		if (status)
			store->failed = true;
		return status;
	}
	tx->own = false;
	if (status || store->failed) {
		tw__tx_drop(store);
		return status ? status : tw__fail(err, TW_ECONFLICT,
			"a step of this transaction failed; nothing was "
			"stored");
	}
	return commit(store, err);
}


tw_status tw__store_empty_log(tw_store *store, tw_error *err)
{
	tw_status status;

	if (store->writing || store->reading)
		return TW_OK;
	status = tw__lock_take(&store->lock, store->lock_wait_ms, err);
	if (status)
		return status;
	if (!tw__store_in_place(store, NULL) &&
	    !sqlite3_wal_checkpoint_v2(store->db, NULL,
				       SQLITE_CHECKPOINT_TRUNCATE, NULL,
				       NULL))
		store->wal_frames = 0;
	tw__lock_drop(&store->lock);
	return TW_OK;
}


/* SQLite leaves freed bytes as they are unless it is told. */
tw_status tw__store_overwrite_freed(tw_store *store, tw_error *err)
{
	return tw__store_exec(store, "PRAGMA secure_delete = ON", err);
}


/* SQLite's own 2 MiB are enough for all else, and stay in the processor's
 * cache. */
tw_status tw__store_widen(tw_store *store, bool wide, tw_error *err)
{
	return tw__store_exec(store, wide ? "PRAGMA cache_size = -8192" :
			      "PRAGMA cache_size = -2000", err);
}


tw_status tw__data_version(int64_t *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, "PRAGMA data_version", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}


tw_status tw__read_enter(struct tw_tx *tx, tw_store *store, tw_error *err)
{
	tw_status status;

	tx->own = false;
	status = tw__store_usable(store, err);
	if (status || store->writing || store->reading)
		return status;
	status = tw__store_exec(store, "BEGIN", err);
	if (status)
		return status;
	store->reading = tx->own = true;
	return TW_OK;
}


void tw__read_leave(struct tw_tx *tx, tw_store *store)
{
	if (!tx->own)
		return;
	tw__tx_rollback(store);
	store->reading = tx->own = false;
}


tw_status tw_store_begin(tw_store *store, tw_error *err)
{
	tw_status status;

	if (!store)
		return tw__fail(err, TW_EINVAL, "no store given");
	if (store->writing)
		return tw__fail(err, TW_EINVAL, "a transaction is open "
				"already; commit it or roll it back first");
	status = tw__tx_begin(store, err);
	store->begun = !status;
	return status;
}


static tw_status check_open(tw_store *store, tw_error *err)
{
	if (!store || !store->writing)
		return tw__fail(err, TW_EINVAL, "no transaction is open; "
				"begin one first");
	if (!store->begun)
		return tw__fail(err, TW_EINVAL, "the open transaction is an "
				"import's; commit or free that");
	return tw__store_usable(store, err);
}


tw_status tw_store_commit(tw_store *store, tw_error *err)
{
	struct tw_tx tx = { true, 0 };
	tw_status status = check_open(store, err);

	if (status)
		return status;
	if (store->joined)
		return tw__fail(err, TW_EINVAL, "an import is open in this "
				"transaction; commit or free it first");
	tx.number = store->transaction;
	return tw__tx_leave(&tx, store, TW_OK, err);
}


tw_status tw_store_rollback(tw_store *store, tw_error *err)
{
	tw_status status = check_open(store, err);

	if (!status)
		tw__tx_drop(store);
	return status;
}
