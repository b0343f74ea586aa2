/**
 * @file src/accounts/report_lists.c  What still needs a price or an owner
 *
 * Decides what to show of the calls that the books cannot place: without a
 * price, without a department; and which batches brought them. These read
 * the calls themselves, grouped here and not in SQL, which would sort them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "call.h"
#include "listing.h"
#include "rollup.h"

static int by_money(const void *x, const void *y)
{
	const tw_listing_row *a = x, *b = y;

	if (a->money.nanos != b->money.nanos)
		return a->money.nanos < b->money.nanos ? 1 : -1;
	if (a->calls != b->calls)
		return a->calls < b->calls ? 1 : -1;
	if (strcmp(a->kind, b->kind) != 0)
		return strcmp(a->kind, b->kind);
	return strcmp(a->key, b->key);
}

/* ---- unrated ---- */

static const char *mend_of(uint32_t reason)
{
	switch (reason) {
	case TW_REASON_NO_PRICE:
		return "add its prefix to the carrier's sheet";
	case TW_REASON_BLOCKED:
		return "the sheet says blocked; ask the carrier";
	case TW_REASON_NO_TARIFF:
		return "import the carrier's tariff";
	case TW_REASON_NO_CARRIER:
		return "declare the trunk with its carrier";
	case TW_REASON_NO_EXCHANGE:
		return "import the exchange rate of its day, then undo its "
			"batch and import it again";
	case TW_REASON_NOT_STATED:
		return "no record of the tariff's stated_by says its cost: "
			"import the carrier's, then cdr join";
	case TW_REASON_OTHER_MONEY:
		return "its record states a cost of another currency; "
			"declare the tariff in that one";
	case TW_REASON_NEGATIVE:
		return "its record states less than 0; ask the carrier";
	default:
		return "check the sheet's price";
	}
}

/* key: callee and reason, in the fields of a rollup key. The example is the
 * group's first call. */
struct unrated {
	struct tw__rollup groups;
	char (*examples)[64];
	size_t example_capacity;
	struct tw__book book;
};

/* In the company's zone: that is what people compare it with. */
static void example_of(char out[64], struct tw_stmt *stmt,
		       const tw_zone *zone)
{
	char start[40];

	if (tw_time_format(start, sizeof(start), tw__col_i64(stmt, 4), zone,
			   NULL))
		start[0] = '\0';
	snprintf(out, 64, "%.31s", start);
}

static tw_status add_unrated(struct unrated *u, struct tw_stmt *stmt,
			     tw_error *err)
{
	struct tw__rollup_key key = { .number = tw__col_i64(stmt, 0),
		.direction = tw__col_i64(stmt, 1),
		.carrier = tw__col_i64(stmt, 3) };
	const struct tw__sums one = { .calls = 1,
		.talk_us = tw__col_i64(stmt, 2) };
	struct tw__rollup_row *row;
	size_t before = u->groups.count;
	tw_status status = tw__rollup_row(&row, &u->groups, &key, err);

	if (status)
		return status;
	if (tw__grow((void **)&u->examples, &u->example_capacity,
		     u->groups.count, sizeof(*u->examples)))
		return tw__fail_oom(err);
	if (u->groups.count > before)
		example_of(u->examples[before], stmt, u->book.zone);
	return tw__sums_add(&row->sums, &one, 1) ? TW_OK :
		tw__fail(err, TW_ERANGE, "unrated calls last too long");
}

static tw_status show_unrated(struct tw_listing *out, struct unrated *u,
			      tw_store *store, tw_error *err)
{
	for (size_t i = 0; i < u->groups.count; i++) {
		const struct tw__rollup_row *group = &u->groups.rows[i];
		uint32_t reason = (uint32_t)group->key.direction;
		tw_listing_row row = TW_LISTING_ROW_INIT;
		char carrier[80];
		tw_status status = tw__listing_text(row.key,
			sizeof(row.key), store,
			"SELECT digits FROM identity WHERE id = ?",
			group->key.number, err);

		if (!status)
			status = tw__listing_text(carrier, sizeof(carrier),
				store, "SELECT name FROM carrier WHERE id = ? "
				"ORDER BY valid_from DESC LIMIT 1",
				group->key.carrier, err);
		if (status)
			return status;
		snprintf(row.kind, sizeof(row.kind), "%s",
			 tw__reason_name(reason));
		row.calls = (uint64_t)group->sums.calls;
		row.seconds = group->sums.talk_us / TW_SECOND;
		snprintf(row.detail, sizeof(row.detail),
			 "%s%scall of %s; %s", carrier,
			 *carrier ? ", " : "", u->examples[i],
			 mend_of(reason));
		status = tw__listing_add(out, &row, err);
		if (status)
			return status;
	}
	return TW_OK;
}

static int by_calls(const void *x, const void *y)
{
	const tw_listing_row *a = x, *b = y;

	if (a->calls != b->calls)
		return a->calls < b->calls ? 1 : -1;
	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? 1 : -1;
	return strcmp(a->key, b->key);
}

static tw_status make_unrated(struct tw_listing *out, tw_store *store,
			      void *arg, tw_error *err)
{
	struct unrated u = { .examples = NULL };
	struct tw_stmt *stmt;
	tw_status status = tw__book_open(&u.book, store, "UTC", err);

	(void)arg;
	if (!status)
		status = tw__stmt(&stmt, store,
			"SELECT callee, reason, duration_us, carrier, "
			"start_us FROM call WHERE rate_state = 3 "
			"AND undone = 0", err);
	if (status) {
		tw__book_close(&u.book);
		return status;
	}
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_unrated(&u, stmt, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	if (status == TW_ITER_END)
		status = show_unrated(out, &u, store, err);
	if (!status && tw__listing_count(out))
		qsort(tw__listing_rows(out), tw__listing_count(out),
		      sizeof(tw_listing_row), by_calls);
	tw__rollup_free(&u.groups);
	tw__book_close(&u.book);
	tw_free(u.examples);
	return status;
}

tw_status tw_unrated_list(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, make_unrated, NULL, err);
}

/* ---- nobody's ---- */

enum { BY_NAME, BY_ACCOUNTCODE, BY_EXTENSION, BY_NUMBER, BY_TRUNK,
	BY_NONE };
static const struct { const char *kind, *sql; } hints[] = {
	{ "department", "SELECT department FROM marks WHERE id = ?" },
	{ "accountcode", "SELECT accountcode FROM marks WHERE id = ?" },
	{ "extension", "SELECT extension FROM marks WHERE id = ?" },
	{ "number", "SELECT digits FROM identity WHERE id = ?" },
	{ "trunk", "SELECT name FROM trunk WHERE id = ? "
		"ORDER BY valid_from DESC LIMIT 1" },
	{ "unknown", "SELECT '' WHERE ? <> 0" },
};

/* The most telling hint that a call carries, in the order in which matches
 * are asked; a department's name that nobody declared comes before all.
 * direction: the hint; number: where its text stands. */
static void hint_of(struct tw__rollup_key *key, struct tw_stmt *stmt)
{
	int64_t direction = tw__col_i64(stmt, 3);

	key->number = tw__col_i64(stmt, 0);
	for (int i = BY_NAME; i <= BY_EXTENSION; i++) {
		key->direction = i;
		if (*tw__col_text(stmt, 6 + i))
			return;
	}
	key->direction = BY_NUMBER;
	key->number = direction == TW_DIRECTION_INBOUND ?
		tw__col_i64(stmt, 2) : direction == TW_DIRECTION_OUTBOUND ?
		tw__col_i64(stmt, 1) : 0;
	if (key->number)
		return;
	key->direction = BY_TRUNK;
	key->number = tw__col_i64(stmt, 4);
	if (key->number)
		return;
	/* a trunk that only the record names */
	key->number = tw__col_i64(stmt, 0);
	key->destination = *tw__col_text(stmt, 9) != '\0';
	if (!key->destination)
		key->direction = BY_NONE;
}

struct nobodys {
	struct tw__rollup groups;
	struct tw_listing *out;
	tw_store *store;
};

static tw_status add_nobodys(struct nobodys *n, struct tw_stmt *stmt,
			     tw_error *err)
{
	struct tw__rollup_key key = { 0 };
	const struct tw__sums one = { .calls = 1,
		.talk_us = tw__col_i64(stmt, 5),
		.cost_nanos = tw__col_i64(stmt, 10) };
	struct tw__rollup_row *row;
	tw_status status;

	hint_of(&key, stmt);
	key.currency = tw__col_i64(stmt, 11);
	status = tw__rollup_row(&row, &n->groups, &key, err);
	if (status)
		return status;
	return tw__sums_add(&row->sums, &one, 1) ? TW_OK :
		tw__fail(err, TW_ERANGE, "unallocated calls exceed 9.2e9 "
			 "units");
}

static tw_status hint_row(tw_listing_row *row, struct nobodys *n,
			  const struct tw__rollup_row *group, tw_error *err)
{
	const struct tw__rollup_key *key = &group->key;
	bool named_trunk = key->direction == BY_TRUNK && key->destination;
	tw_status status = tw__listing_text(row->key, sizeof(row->key),
		n->store, named_trunk ?
		"SELECT trunk FROM marks WHERE id = ?" :
		hints[key->direction].sql, key->number, err);

	if (!status && key->currency)
		status = tw__listing_text(row->money.currency,
			sizeof(row->money.currency), n->store,
			"SELECT CASE WHEN convert_to <> '' THEN convert_to "
			"ELSE currency END FROM tariff_version WHERE id = ?",
			key->currency, err);
	snprintf(row->kind, sizeof(row->kind), "%s",
		 hints[key->direction].kind);
	row->calls = (uint64_t)group->sums.calls;
	row->seconds = group->sums.talk_us;
	row->money.nanos = group->sums.cost_nanos;
	snprintf(row->detail, sizeof(row->detail), "%s",
		 key->direction == BY_NAME ? "declare this [[department]]" :
		 key->direction == BY_NONE ? "the record names neither "
		 "extension, account code, number nor trunk" : "");
	return status;
}

/* Does b say of a's key nothing but more calls? One of them may lack a
 * currency: its calls were not charged. */
static bool joins(const tw_listing_row *a, const tw_listing_row *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->key, b->key) == 0 &&
		(strcmp(a->money.currency, b->money.currency) == 0 ||
		 !*a->money.currency);
}

static int by_key(const void *x, const void *y)
{
	const tw_listing_row *a = x, *b = y;
	int diff = strcmp(a->kind, b->kind);

	if (!diff)
		diff = strcmp(a->key, b->key);
	/* without a currency first: it joins what follows */
	return diff ? diff : strcmp(a->money.currency, b->money.currency);
}

/* Several marks and tariff versions say the same text: one line of them. */
static tw_status join_rows(struct nobodys *n, tw_listing_row *rows,
			   size_t count, tw_error *err)
{
	tw_status status = TW_OK;

	if (count)
		qsort(rows, count, sizeof(*rows), by_key);
	for (size_t i = 0; !status && i < count; i++) {
		if (i + 1 < count && joins(&rows[i], &rows[i + 1])) {
			rows[i + 1].calls += rows[i].calls;
			rows[i + 1].seconds += rows[i].seconds;
			if (!tw__add_i64(&rows[i + 1].money.nanos,
					 rows[i + 1].money.nanos,
					 rows[i].money.nanos))
				return tw__fail(err, TW_ERANGE, "unallocated "
						"calls exceed 9.2e9 units");
			continue;
		}
		rows[i].seconds /= TW_SECOND;
		status = tw__listing_add(n->out, &rows[i], err);
	}
	return status;
}

static tw_status show_nobodys(struct nobodys *n, tw_error *err)
{
	size_t count = n->groups.count;
	tw_listing_row *rows = tw_calloc(count + 1, sizeof(*rows));
	tw_status status = TW_OK;

	if (!rows)
		return tw__fail_oom(err);
	for (size_t i = 0; !status && i < count; i++) {
		rows[i] = (tw_listing_row)TW_LISTING_ROW_INIT;
		status = hint_row(&rows[i], n, &n->groups.rows[i], err);
	}
	if (!status)
		status = join_rows(n, rows, count, err);
	tw_free(rows);
	if (!status && tw__listing_count(n->out))
		qsort(tw__listing_rows(n->out), tw__listing_count(n->out),
		      sizeof(tw_listing_row), by_money);
	return status;
}

static tw_status make_suggest(struct tw_listing *out, tw_store *store,
			      void *arg, tw_error *err)
{
	struct nobodys n = { .out = out, .store = store };
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT c.marks, c.caller, c.callee, c.direction, c.trunk, "
		"c.duration_us, m.department, m.accountcode, m.extension, "
		"m.trunk, c.cost_nanos, c.tariff_version FROM call c "
		"JOIN marks m ON m.id = c.marks "
		"WHERE (c.department = 0 OR (m.department <> '' AND "
		"NOT EXISTS (SELECT 1 FROM department d "
		"WHERE d.name = m.department))) AND c.undone = 0", err);

	(void)arg;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_nobodys(&n, stmt, err);
		if (status) {
			tw__reset(stmt);
			break;
		}
	}
	if (status == TW_ITER_END)
		status = show_nobodys(&n, err);
	tw__rollup_free(&n.groups);
	return status;
}

tw_status tw_directory_suggest(tw_listing **out, tw_store *store,
			       tw_error *err)
{
	return tw__listing_make(out, store, make_suggest, NULL, err);
}

/* ---- batches ---- */

/* Who took it back, where there is room for the whole name. */
static void add_who(tw_listing_row *row, const char *who)
{
	size_t at = strlen(row->detail), length = strlen(who);

	if (!length || at + 4 + length >= sizeof(row->detail))
		return;
	memcpy(&row->detail[at], " by ", 4);
	memcpy(&row->detail[at + 4], who, length + 1);
}

static tw_status make_batches(struct tw_listing *out, tw_store *store,
			      void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT id, preset, source, file_name, made_us, rows_read, "
		"rows_stored, rows_rejected, duplicates, conflicts, "
		"undone_us, zone, (SELECT text FROM word w WHERE w.id = "
		"b.who), (SELECT text FROM word w WHERE w.id = b.undone_who) "
		"FROM batch b ORDER BY id", err);

	(void)arg;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const char *preset = tw__col_text(stmt, 1);
		tw_listing_row row = TW_LISTING_ROW_INIT;

		snprintf(row.key, sizeof(row.key), "%" PRId64,
			 tw__col_i64(stmt, 0));
		snprintf(row.kind, sizeof(row.kind), "%s",
			 *preset ? preset : tw__col_text(stmt, 2));
		row.at = tw__col_i64(stmt, 4);
		row.calls = (uint64_t)tw__col_i64(stmt, 6);
		snprintf(row.who, sizeof(row.who), "%s",
			 tw__col_text(stmt, 12));
		snprintf(row.detail, sizeof(row.detail),
			 "%.100s%s%.40s%sread %" PRId64 ", stored %" PRId64
			 ", rejected %" PRId64 ", duplicates %" PRId64
			 ", conflicts %" PRId64 "%s", tw__col_text(stmt, 3),
			 *tw__col_text(stmt, 3) ? " " : "",
			 tw__col_text(stmt, 11),
			 *tw__col_text(stmt, 11) ? ": " : "",
			 tw__col_i64(stmt, 5), tw__col_i64(stmt, 6),
			 tw__col_i64(stmt, 7), tw__col_i64(stmt, 8),
			 tw__col_i64(stmt, 9),
			 tw__col_i64(stmt, 10) ? ", undone" : "");
		add_who(&row, tw__col_text(stmt, 13));
		status = tw__listing_add(out, &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_import_list(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, make_batches, NULL, err);
}
