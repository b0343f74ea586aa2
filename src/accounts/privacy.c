/**
 * @file src/accounts/privacy.c  People's numbers leave, totals stay
 *
 * Decides which identities nobody needs any more and takes their digits away.
 * Refuses to touch a call: the id stays, and whether it was a number, so that
 * counts, charges and proofs are what they were. One pass over the calls says
 * who is still needed; two bits and a count for each identity are all that it
 * keeps.
 */
#include <stdio.h>
#include <string.h>
#include "identity.h"
#include "ledger_month.h"
#include "listing.h"
#include "rating/deck.h"
#include "sought.h"
#include <trunkwise/privacy.h>

#define MONTHS_MAX 1200u
/* Who may be erased: names and addresses are people too, what is as short as
 * an extension is none. Words for a caller who hides say nothing of anybody,
 * and reports tell by them. */
#define IS_PERSON(text) "(length(" text ") > 6 OR " text \
	" GLOB '*[^0-9]*') AND lower(" text ") NOT IN ('anonymous', " \
	"'unknown', 'private', 'restricted', 'unavailable', 'withheld') " \
	"AND " text " NOT IN (SELECT name FROM number) " \
	"AND " text " NOT IN (SELECT number FROM landline " \
	"WHERE number IS NOT NULL)"

struct person {
	uint32_t calls;
	bool known, needed, chosen;
	tw_time last;           /* start of the last call */
};

struct eraser {
	tw_store *store;
	struct person *people;  /* by identity */
	size_t count;
	tw_time before;         /* calls from here on need theirs */
	bool one;               /* chosen people only */
	struct tw__sought sought;
	struct tw_listing *list;
	tw_erasure sum;
};

static tw_status load_people(struct eraser *e, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT max(id) FROM identity", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	e->count = (size_t)tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	e->people = tw_calloc(e->count, sizeof(*e->people));
	return e->people ? TW_OK : tw__fail_oom(err);
}

static void see(struct eraser *e, int64_t identity, tw_time start)
{
	struct person *person;

	if (identity <= 0 || (size_t)identity >= e->count)
		return;
	person = &e->people[identity];
	person->calls++;
	person->needed |= start >= e->before;
	if (start > person->last)
		person->last = start;
}

/* Taken-back calls too: they refer to people as well. */
static tw_status scan_calls(struct eraser *e, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT start_us, caller, callee FROM call_row UNION ALL "
		"SELECT start_us, caller, callee FROM open_call "
		"WHERE batch = 0", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_time start = tw__col_i64(stmt, 0);
		int64_t caller = tw__col_i64(stmt, 1);
		int64_t callee = tw__col_i64(stmt, 2);

		see(e, caller, start);
		if (callee != caller)
			see(e, callee, start);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status mark_known(struct eraser *e, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT id FROM identity WHERE digits <> '' AND "
		IS_PERSON("digits"), err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK)
		e->people[tw__col_i64(stmt, 0)].known = true;
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status list_one(struct eraser *e, int64_t identity, tw_error *err)
{
	const struct person *person = &e->people[identity];
	tw_listing_row row = TW_LISTING_ROW_INIT;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT digits FROM identity WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, identity);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	status = tw_number_mask(row.key, sizeof(row.key),
				tw__col_text(stmt, 0), err);
	tw__reset(stmt);
	row.calls = person->calls;
	row.at = person->last;
	return status ? status : tw__listing_add(e->list, &row, err);
}

static tw_status erase_one(struct eraser *e, int64_t identity, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"UPDATE identity SET hidden = (" TW__IDENTITY_IS_NAME "), "
		"digits = NULL WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, identity);
	return tw__run(stmt, err);
}

static tw_status erase_people(struct eraser *e, bool dry, tw_error *err)
{
	for (size_t i = 1; i < e->count; i++) {
		const struct person *person = &e->people[i];
		tw_status status;

		if (!person->known || person->needed ||
		    (e->one && !person->chosen))
			continue;
		e->sum.numbers++;
		e->sum.calls += person->calls;
		status = list_one(e, (int64_t)i, err);
		if (!status && !dry)
			status = erase_one(e, (int64_t)i, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static tw_status cut_record(struct eraser *e, int64_t id, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"UPDATE quarantine SET record = '', reason = "
		"'(cut: it may have named a person)' WHERE id = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	return tw__run(stmt, err);
}

/* Of one person everything goes that might name him. */
static tw_status is_to_cut(bool *out, const struct eraser *e,
			   struct tw_stmt *stmt, tw_error *err)
{
	tw_status status;

	if (!e->one) {
		*out = tw__col_i64(stmt, 1) < e->before;
		return TW_OK;
	}
	status = tw__sought_stands_in(out, &e->sought, tw__col_text(stmt, 2),
				      err);
	if (status || *out)
		return status;
	return tw__sought_stands_in(out, &e->sought, tw__col_text(stmt, 3),
				    err);
}

/* Where not even the start of a row could be read, its batch says how old it
 * is. */
static tw_status cut_records(struct eraser *e, bool dry, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT q.id, coalesce(q.start_us, b.made_us), q.record, "
		"q.reason FROM quarantine q JOIN batch b ON b.id = q.batch "
		"WHERE q.record <> '' ORDER BY q.id", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		bool cut = false;

		status = is_to_cut(&cut, e, stmt, err);
		e->sum.records += cut;
		if (!status && cut && !dry)
			status = cut_record(e, tw__col_i64(stmt, 0), err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status write_down(struct eraser *e, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(e->store);
	struct tw_stmt *stmt;
	tw_status status;

	if (!e->sum.numbers && !e->sum.records)
		return TW_OK;
	status = tw__stmt(&stmt, e->store,
		"INSERT INTO erasure (kind, made_us, before_us, numbers, "
		"calls, records) VALUES (?, ?, ?, ?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, e->one ? "erase" : "retain");
	tw__bind_i64(stmt, 2, clock->wall(clock->arg));
	tw__bind_i64(stmt, 3, e->sum.before);
	tw__bind_i64(stmt, 4, (int64_t)e->sum.numbers);
	tw__bind_i64(stmt, 5, (int64_t)e->sum.calls);
	tw__bind_i64(stmt, 6, (int64_t)e->sum.records);
	return tw__run(stmt, err);
}

static tw_status mark_chosen(bool *found, struct eraser *e, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT id, digits FROM identity WHERE digits <> ''", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (!tw__sought_is(&e->sought, tw__col_text(stmt, 1)))
			continue;
		e->people[tw__col_i64(stmt, 0)].chosen = true;
		*found = true;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* Rows put aside have an address whole, also where nobody is stored. */
static tw_status choose(struct eraser *e, tw_error *err)
{
	const char *given = e->sought.name;
	bool found = false;
	tw_status status = mark_chosen(&found, e, err);

	if (status || found || !tw__sought_user(&e->sought))
		return status;
	status = mark_chosen(&found, e, err);
	if (!found)
		e->sought.name = given;
	return status;
}

/* Also of one who only stands in rows put aside. */
static tw_status check_chosen(const struct eraser *e, tw_error *err)
{
	const struct tw__sought *sought = &e->sought;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, e->store,
		"SELECT 1 WHERE " IS_PERSON("?1"), err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, *sought->digits ? sought->digits :
		      sought->name);
	status = tw__step(stmt, err);
	tw__reset(stmt);
	if (status != TW_ITER_END)
		return status;
	return tw__fail_at(err, TW_EREFUSED, 0, "number", "is the company's "
			   "own, an extension or nobody in particular; those "
			   "are not erased");
}

static tw_status check_found(const struct eraser *e, tw_error *err)
{
	if (e->sum.numbers || e->sum.records)
		return TW_OK;
	return tw__fail_at(err, TW_ENOTFOUND, 0, "number", "no call of this "
			   "store has it, and no row that was put aside; a "
			   "name is looked for as it is written");
}

static tw_status erase(struct eraser *e, bool dry, tw_error *err)
{
	tw_status status = load_people(e, err);

	if (!status && e->one)
		status = choose(e, err);
	if (!status && e->one)
		status = check_chosen(e, err);
	if (!status)
		status = scan_calls(e, err);
	if (!status)
		status = mark_known(e, err);
	if (!status)
		status = erase_people(e, dry, err);
	if (!status)
		status = cut_records(e, dry, err);
	if (!status && e->one)
		status = check_found(e, err);
	if (!status && !dry)
		status = write_down(e, err);
	return status;
}

/* First instant of the month that lies `months` before the current one. */
static tw_status find_before(tw_time *out, tw_store *store, uint32_t months,
			     tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	struct tw__book book;
	char text[16];
	tw_civil now;
	tw_time to;
	int64_t month;
	tw_status status = tw__book_open(&book, store, NULL, err);

	if (status)
		return status;
	tw_zone_local(&now, book.zone, clock->wall(clock->arg));
	month = (int64_t)now.year * 12 + now.month - 1 - months;
	/* before there were telephones */
	if (month < 1800 * 12)
		month = 1800 * 12;
	snprintf(text, sizeof(text), "%04d-%02d", (int)(month / 12),
		 (int)(month % 12 + 1));
	status = tw__book_parse(&month, out, &to, &book, text, err);
	tw__book_close(&book);
	return status;
}

static tw_status run(struct eraser *e, bool dry, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (dry) {
		status = tw__read_enter(&tx, e->store, err);
		if (status)
			return status;
		status = erase(e, true, err);
		tw__read_leave(&tx, e->store);
		return status;
	}
	status = tw__store_overwrite_freed(e->store, err);
	if (!status)
		status = tw__tx_enter(&tx, e->store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, e->store, erase(e, false, err), err);
	return status ? status : tw__store_empty_log(e->store, err);
}

static tw_status finish(tw_erasure *out, tw_listing **out_list,
			struct eraser *e, tw_status status, tw_error *err)
{
	if (!status && out)
		status = tw__export(out, &e->sum, sizeof(*out), err);
	if (!status && out_list) {
		*out_list = e->list;
		e->list = NULL;
	}
	tw_listing_free(e->list);
	tw_free(e->people);
	return status;
}

static tw_status begin(struct eraser *e, tw_store *store, uint32_t flags,
		       tw_error *err)
{
	if (!store)
		return tw__fail(err, TW_EINVAL, "privacy needs a store");
	if (flags & ~TW_PRIVACY_DRY_RUN)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "unknown flags "
				   "0x%x; use TW_PRIVACY_", (unsigned)flags);
	*e = (struct eraser){ .store = store,
		.sum = TW_ERASURE_INIT };
	e->list = tw__listing_new();
	return e->list ? TW_OK : tw__fail_oom(err);
}

tw_status tw_privacy_retain(tw_erasure *out, tw_listing **out_list,
			    tw_store *store, uint32_t months, uint32_t flags,
			    tw_error *err)
{
	struct eraser e;
	tw_status status;

	if (!months || months > MONTHS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "months", "is %u; give "
				   "1 to %u", (unsigned)months, MONTHS_MAX);
	status = begin(&e, store, flags, err);
	if (status)
		return status;
	status = find_before(&e.before, store, months, err);
	e.sum.before = e.before;
	if (!status)
		status = run(&e, flags & TW_PRIVACY_DRY_RUN, err);
	return finish(out, out_list, &e, status, err);
}

tw_status tw_privacy_erase(tw_erasure *out, tw_listing **out_list,
			   tw_store *store, const char *number,
			   uint32_t flags, tw_error *err)
{
	struct tw__book book;
	struct eraser e;
	tw_status status;

	if (!number || !*number)
		return tw__fail_at(err, TW_EPARSE, 0, "number", "is empty");
	status = begin(&e, store, flags, err);
	if (status)
		return status;
	e.one = true;
	e.before = TW_TIME_MAX;
	status = tw__book_open(&book, store, "UTC", err);
	if (!status) {
		tw__sought_init(&e.sought, number, book.country);
		status = run(&e, flags & TW_PRIVACY_DRY_RUN, err);
		tw__book_close(&book);
	}
	return finish(out, out_list, &e, status, err);
}

static tw_status list_erasures(struct tw_listing *list, tw_store *store,
			      void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, kind, made_us, before_us, numbers, calls, records "
		"FROM erasure ORDER BY id", err);

	(void)arg;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_listing_row row = TW_LISTING_ROW_INIT;
		tw_time before = tw__col_i64(stmt, 3);
		char text[40] = "";

		if (before)
			(void)tw_time_format(text, sizeof(text), before, NULL,
					     NULL);
		snprintf(row.key, sizeof(row.key), "%lld",
			 (long long)tw__col_i64(stmt, 0));
		snprintf(row.kind, sizeof(row.kind), "%s",
			 tw__col_text(stmt, 1));
		row.at = tw__col_i64(stmt, 2);
		row.calls = (uint64_t)tw__col_i64(stmt, 5);
		snprintf(row.detail, sizeof(row.detail), "%lld numbers, %lld "
			 "records put aside%s%s",
			 (long long)tw__col_i64(stmt, 4),
			 (long long)tw__col_i64(stmt, 6),
			 *text ? ", of calls before " : "", text);
		status = tw__listing_add(list, &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_privacy_list(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, list_erasures, NULL, err);
}
