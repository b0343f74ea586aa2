/**
 * @file src/accounts/traffic_missed.c  Whom somebody should call back
 *
 * Decides whose last missed call of a month nobody has made good since.
 * Refuses to forget one because time has passed: that is for people to say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ledger_month.h"
#include "listing.h"
#include "rating/deck.h"
#include "traffic_read.h"
#include <trunkwise/traffic.h>

struct caller {
	uint64_t missed, tries;
	bool open;
	tw_time last;
	int64_t number;
	char *campaign;          /* of the last one, or NULL */
};

struct watch {
	tw_store *store;
	tw_time from, to;
	bool *people;
	size_t count;
	struct caller *callers;  /* by identity */
	struct tw__traffic_versions numbers;
	struct tw_listing *list;
};

static tw_status see_missed(struct watch *w, struct caller *caller,
			    const struct tw__traffic_call *call,
			    tw_error *err)
{
	const char *campaign = tw__traffic_campaign(call, &w->numbers);
	size_t size = strlen(campaign) + 1;
	char *copy = tw_malloc(size);

	if (!copy)
		return tw__fail_oom(err);
	memcpy(copy, campaign, size);
	tw_free(caller->campaign);
	caller->campaign = copy;
	caller->missed++;
	caller->tries = 0;
	caller->open = true;
	caller->last = call->start;
	caller->number = call->number;
	return TW_OK;
}

static tw_status see(const struct tw__traffic_call *call, void *arg,
		     tw_error *err)
{
	struct watch *w = arg;
	int64_t party = tw__traffic_party(call);
	struct caller *caller;

	if (party <= 0 || (size_t)party >= w->count || !w->people[party])
		return TW_OK;
	caller = &w->callers[party];
	if (tw__traffic_is_inbound(call) && !call->answered) {
		if (call->start < w->from || call->start >= w->to)
			return TW_OK;
		return see_missed(w, caller, call, err);
	}
	if (!caller->open || call->start <= caller->last)
		return TW_OK;
	if (call->answered)
		caller->open = false;
	else
		caller->tries++;
	return TW_OK;
}

/* Cut where a character ends. */
static void copy_text(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size) {
		length = size - 1;
		while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(out, text, length);
	out[length] = '\0';
}

static tw_status list_one(struct watch *w, int64_t identity, tw_error *err)
{
	const struct caller *caller = &w->callers[identity];
	const struct tw__traffic_version *number = tw__traffic_at(
		&w->numbers, caller->number, caller->last);
	tw_listing_row row = TW_LISTING_ROW_INIT;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, w->store,
		"SELECT digits FROM identity WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, identity);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	copy_text(row.key, sizeof(row.key), tw__col_text(stmt, 0));
	tw__reset(stmt);
	copy_text(row.kind, sizeof(row.kind), number ? number->name : "");
	copy_text(row.detail, sizeof(row.detail), caller->campaign);
	row.calls = caller->missed;
	row.seconds = (int64_t)caller->tries;
	row.at = caller->last;
	return tw__listing_add(w->list, &row, err);
}

static int latest_first(const void *x, const void *y)
{
	const tw_listing_row *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? 1 : -1;
	return strcmp(a->key, b->key);
}

static tw_status read_all(struct watch *w, const char *month, tw_error *err)
{
	tw_time range[2] = { TW_TIME_MIN, TW_TIME_MAX };
	struct tw__book book;
	int64_t number;
	tw_status status = tw__book_open(&book, w->store, NULL, err);

	if (status)
		return status;
	status = tw__book_parse(&number, &w->from, &w->to, &book, month, err);
	tw__book_close(&book);
	if (!status)
		status = tw__traffic_numbers(&w->numbers, w->store, err);
	if (!status)
		status = tw__traffic_people(&w->people, &w->count, w->store,
					    err);
	if (status)
		return status;
	w->callers = tw_calloc(w->count, sizeof(*w->callers));
	if (!w->callers)
		return tw__fail_oom(err);
	/* what came before was made good before */
	range[0] = w->from;
	status = tw__traffic_scan(w->store, range, see, w, err);
	for (size_t i = 1; !status && i < w->count; i++) {
		if (w->callers[i].open)
			status = list_one(w, (int64_t)i, err);
	}
	return status;
}

static void watch_free(struct watch *w)
{
	for (size_t i = 0; w->callers && i < w->count; i++)
		tw_free(w->callers[i].campaign);
	tw_free(w->callers);
	tw_free(w->people);
	tw__traffic_versions_free(&w->numbers);
	tw_listing_free(w->list);
}

tw_status tw_missed_list(tw_listing **out, tw_store *store,
			 const char *month, tw_error *err)
{
	struct watch w = { .store = store };
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !month)
		return tw__fail(err, TW_EINVAL, "a list needs out, store and "
				"month");
	w.list = tw__listing_new();
	if (!w.list)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = read_all(&w, month, err);
		tw__read_leave(&tx, store);
	}
	if (!status) {
		if (tw__listing_count(w.list))
			qsort(tw__listing_rows(w.list),
			      tw__listing_count(w.list),
			      sizeof(tw_listing_row), latest_first);
		*out = w.list;
		w.list = NULL;
	}
	watch_free(&w);
	return status;
}
