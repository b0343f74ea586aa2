/**
 * @file src/accounts/verify_ledger.c  Is every entry whole?
 *
 * Decides by both sides of an entry: a department and a carrier or vendor, who
 * say the same of everything but the sign of amount, net and VAT. Entries and
 * postings are numbered without a gap, since nothing deletes them. Refuses to
 * know what an entry is for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "ledger.h"
#include "verify_ledger.h"

/* Sums here and not in SQL: an overflow must be seen. Columns 3 to 5 sum to
 * zero, those from 6 on are alike. */
#define SELECT_SIDES "SELECT id, entry, account_kind, amount_nanos, " \
	"net_nanos, vat_nanos, currency, kind, correction, month, of_month, " \
	"batch, run, subject, who, reference, made_us FROM posting " \
	"ORDER BY entry, id"
#define FIRST_SUM  3
#define FIRST_SAME 6
#define NUMBERS    8            /* from kind on */
/* Each side was stamped by itself before schema 42. */
#define APART_US   TW_SECOND

struct side {
	int64_t id, entry, account_kind;
	int64_t sums[3];
	bool lacks[3];           /* of before schema 6 */
	char currency[8];
	int64_t numbers[NUMBERS];
	char reference[128];
	tw_time made;
};

static void read_side(struct side *side, struct tw_stmt *stmt)
{
	memset(side, 0, sizeof(*side));
	side->id = tw__col_i64(stmt, 0);
	side->entry = tw__col_i64(stmt, 1);
	side->account_kind = tw__col_i64(stmt, 2);
	for (int i = 0; i < 3; i++) {
		side->sums[i] = tw__col_i64(stmt, FIRST_SUM + i);
		side->lacks[i] = tw__col_is_null(stmt, FIRST_SUM + i);
	}
	snprintf(side->currency, sizeof(side->currency), "%s",
		 tw__col_text(stmt, FIRST_SAME));
	for (int i = 0; i < NUMBERS; i++)
		side->numbers[i] = tw__col_i64(stmt, FIRST_SAME + 1 + i);
	snprintf(side->reference, sizeof(side->reference), "%s",
		 tw__col_text(stmt, FIRST_SAME + 1 + NUMBERS));
	side->made = tw__col_i64(stmt, FIRST_SAME + 2 + NUMBERS);
}

static bool sums_to_zero(const struct side *a, const struct side *b)
{
	for (int i = 0; i < 3; i++) {
		if (a->lacks[i] != b->lacks[i] ||
		    (tw__i128)a->sums[i] + b->sums[i])
			return false;
	}
	return strcmp(a->currency, b->currency) == 0;
}

static bool is_alike(const struct side *a, const struct side *b)
{
	return a->account_kind == TW_ACCOUNT_DEPARTMENT &&
		b->account_kind != TW_ACCOUNT_DEPARTMENT &&
		memcmp(a->numbers, b->numbers, sizeof(a->numbers)) == 0 &&
		strcmp(a->reference, b->reference) == 0 &&
		b->made >= a->made && b->made - a->made <= APART_US;
}

struct entries {
	int64_t count, bad, first_bad;
	const char *what;        /* is wrong with the first one */
};

static void judge(struct entries *e, int64_t entry, const char *what)
{
	if (!e->bad++) {
		e->first_bad = entry;
		e->what = what;
	}
}

static void look(struct entries *e, const struct side *sides, int count)
{
	const struct side *a = &sides[0], *b = &sides[1];

	/* told once: what follows a gap is numbered by itself */
	if (a->entry != e->count + 1)
		judge(e, e->count + 1, "not there");
	e->count = a->entry;
	if (count != 2 || !sums_to_zero(a, b))
		judge(e, a->entry, "not summing to zero");
	else if (b->id != a->id + 1 || a->id != 2 * a->entry - 1)
		judge(e, a->entry, "not in its place");
	else if (!is_alike(a, b))
		judge(e, a->entry, "two-faced");
}

static tw_status read_all(struct entries *e, tw_store *store, tw_error *err)
{
	struct side sides[2];
	int count = 0;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, SELECT_SIDES, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		int64_t entry = tw__col_i64(stmt, 1);

		if (count && sides[0].entry != entry) {
			look(e, sides, count);
			count = 0;
		}
		/* a third one is wrong, whatever it says */
		if (count < 2)
			read_side(&sides[count], stmt);
		count++;
	}
	if (count)
		look(e, sides, count);
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__verify_ledger(tw_verdict *verdict, tw_store *store,
			    tw_error *err)
{
	struct entries e = { 0, 0, 0, "" };
	tw_status status = read_all(&e, store, err);

	if (status)
		return status;
	verdict->holds = !e.bad;
	if (e.bad)
		snprintf(verdict->detail, sizeof(verdict->detail), "%" PRId64
			 " of %" PRId64 " entries are not whole, first %"
			 PRId64 ": %s", e.bad, e.count, e.first_bad, e.what);
	else
		snprintf(verdict->detail, sizeof(verdict->detail), "%" PRId64
			 " entries, each sums to zero", e.count);
	return TW_OK;
}
