/**
 * @file record.c  Call records to the store
 *
 * Records wait in memory until a batch is full or a timer fires, and stay
 * there while the store is locked by somebody else: a report that runs long
 * must cost no call. Rating and keys are the library's.
 */
#include <string.h>
#include "gw.h"

enum {
	BATCH = 100,
	FLUSH_S = 5,           /* what a crash may lose at most */
	RETRY_MS = 200,
	PENDING_MAX = 100000,
	SEQUENCE_MAX = 16,
};

struct record {
	struct le le;
	tw_cdr cdr;            /* its strings point into this object */
	char call_id[GW_CALLID];
	char linked_id[GW_CALLID];
	char caller[GW_TEXT];
	char callee[GW_TEXT];
	char number[GW_TEXT];
	char trunk[128];
	char carrier[128];
	char department[128];
	char extension[128];
};

struct recorder {
	struct gateway *gw;
	struct list pending;
	uint32_t count;
	struct clk_timer timer;
	struct tmr retry;
};


static void record_destructor(void *arg)
{
	struct record *record = arg;

	list_unlink(&record->le);
}


static void recorder_destructor(void *arg)
{
	struct recorder *recorder = arg;

	clk_timer_cancel(&recorder->timer);
	tmr_cancel(&recorder->retry);
	list_flush(&recorder->pending);
}


static uint32_t batch_size(const struct recorder *recorder)
{
	const uint32_t n = recorder->gw->options.batch_calls;

	return n ? n : BATCH;
}


/* A peer that repeats its Call-ID makes a new call, not a conflict. */
static tw_status add_one(tw_import *import, struct record *record,
			 tw_error *err)
{
	tw_status status;

	do {
		status = tw_import_add(import, &record->cdr, err);
	} while (status == TW_ECONFLICT &&
		 ++record->cdr.sequence < SEQUENCE_MAX);

	return status;
}


static tw_status store_all(struct recorder *recorder, tw_counts *counts,
			   tw_error *err)
{
	struct gateway *gw = recorder->gw;
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_import *import = NULL;
	tw_status status;
	struct le *le;

	options.source = "gateway";
	options.file_name = "gateway";
	status = tw_import_new(&import, gw->options.store, &options, err);
	if (status)
		return status;

	for (le = recorder->pending.head; le; le = le->next) {
		struct record *record = le->data;

		status = add_one(import, record, err);
		if (status == TW_EPARSE || status == TW_ECONFLICT) {
			gw_log(gw, "record %s: refused by the store: %s",
			       record->call_id, err->message);
			status = TW_OK;
		}
		if (status && status != TW_EEXIST)
			goto out;
	}
	status = tw_import_commit(counts, NULL, import, err);

 out:
	tw_import_free(import);
	return status;
}


static void timer_handler(void *arg)
{
	(void)recorder_flush(arg);
}


static void wake(struct recorder *recorder, uint32_t after_s)
{
	struct clk *clk = recorder->gw->clk;

	clk_timer_start(clk, &recorder->timer, clk_now(clk) +
			after_s * TW_SECOND, timer_handler, recorder);
}


bool recorder_flush(struct recorder *recorder)
{
	struct gateway *gw = recorder->gw;
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;

	clk_timer_cancel(&recorder->timer);
	tmr_cancel(&recorder->retry);
	if (!recorder->count)
		return true;

	if (store_all(recorder, &counts, &err)) {
		gw_log(gw, "store: %u records wait: %s", recorder->count,
		       err.message);
		/* Whoever holds the store does so in real time. */
		tmr_start(&recorder->retry, RETRY_MS, timer_handler,
			  recorder);
		return false;
	}

	gw->stats.records += counts.rows_stored;
	list_flush(&recorder->pending);
	recorder->count = 0;

	return true;
}


static const char *keep(char *buf, size_t size, const char *text)
{
	if (!text || !*text)
		return NULL;
	str_ncpy(buf, text, size);

	return buf;
}


#define KEEP(record, from, field)                                            \
	((record)->cdr.field = keep((record)->field,                         \
				    sizeof((record)->field), (from)->field))

void record_add(struct recorder *recorder, const tw_cdr *cdr)
{
	struct gateway *gw = recorder->gw;
	struct record *record;

	record = mem_zalloc(sizeof(*record), record_destructor);
	if (!record) {
		gw_log(gw, "record %s: no memory, lost", cdr->call_id);
		return;
	}

	record->cdr = *cdr;
	KEEP(record, cdr, call_id);
	KEEP(record, cdr, linked_id);
	KEEP(record, cdr, caller);
	KEEP(record, cdr, callee);
	KEEP(record, cdr, number);
	KEEP(record, cdr, trunk);
	KEEP(record, cdr, carrier);
	KEEP(record, cdr, department);
	KEEP(record, cdr, extension);
	list_append(&recorder->pending, &record->le, record);
	recorder->count++;

	/* Never store from here: we stand in the middle of ending a call. */
	if (recorder->count == batch_size(recorder))
		wake(recorder, 0);
	else if (recorder->count == 1)
		wake(recorder, gw->options.flush_s ? gw->options.flush_s
		     : FLUSH_S);
}


bool recorder_is_empty(const struct recorder *recorder)
{
	return recorder->count == 0;
}


bool recorder_is_full(const struct recorder *recorder)
{
	return recorder->count >= PENDING_MAX;
}


int recorder_alloc(struct recorder **recorderp, struct gateway *gw)
{
	struct recorder *recorder;

	recorder = mem_zalloc(sizeof(*recorder), recorder_destructor);
	if (!recorder)
		return ENOMEM;

	tmr_init(&recorder->retry);
	recorder->gw = gw;
	*recorderp = recorder;

	return 0;
}
