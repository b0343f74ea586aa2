/**
 * @file src/accounts/regroup_legs.c  Legs that left their number open
 *
 * Which of our numbers forwarded a leg is said by another record of its call
 * (call_legs.c), which may come in a later file, be taken back, or turn out
 * to be a far side or a leg itself. Decides whose number it is by all that is
 * stored now. Refuses to ask for legs of which no record came, went or was
 * asked (regroup.c), and for those that a call's sides gave their number.
 */
#include <stdlib.h>
#include <string.h>
#include "call.h"
#include "call_legs.h"
#include "call_recall.h"
#include "formats/call_group.h"
#include "regroup_legs.h"

/* A leg, or a record that came in and may name its number. */
struct row {
	struct tw__told told;
	uint64_t link, digits;
	bool side, gone;
};
struct rows {
	struct row *rows;
	size_t count, capacity;
};

struct job {
	tw_store *store;
	const struct tw__regroup_of *of;
	const struct tw__regrouped *done;
	struct rows legs, inbound;
	uint64_t *links;        /* of the legs, sorted */
	uint64_t *stirred;      /* of what was asked, sorted */
	size_t stirred_count;
};

uint64_t tw__regroup_link(const struct tw__regroup_of *of,
			  const char *source, const char *id)
{
	if (!*id)
		return 0;
	return tw__id_hash(strcmp(source, of->source) ? source : "", id);
}

static int compare_u64(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static bool has(const uint64_t *sorted, size_t count, uint64_t link)
{
	return count && bsearch(&link, sorted, count, sizeof(link),
				compare_u64);
}

/* ---- what is there ---- */

enum { START, KEY, BATCH, LINK, ID, SOURCE, GROUPED, ALIKE, SIDE, UNDONE,
	DIGITS };
#define SELECT_ROWS "SELECT c.start_us, c.key, c.batch, " \
	TW_ID_TEXT("coalesce(c.linked, c.call_id)") ", " \
	TW_ID_TEXT("c.call_id") ", m.source, " \
	"t.grouped, t.preset = ?4 AND t.source = ?5, c.reason = ?6, " \
	"c.undone, coalesce((SELECT name FROM number n " \
	"WHERE n.id = c.number ORDER BY n.valid_from DESC LIMIT 1), " \
	"(SELECT digits FROM identity i WHERE i.id = c.callee)) " \
	"FROM call c JOIN marks m ON m.id = c.marks " \
	"JOIN batch t ON t.id = c.batch " \
	"WHERE c.start_us >= ?1 AND c.start_us <= ?2 " \
	"AND (c.undone = 0 OR c.undone = ?3) "
static const char of_legs[] = SELECT_ROWS
	"AND (c.direction = ?7 OR c.leg = ?8) ORDER BY c.start_us, c.key";
static const char of_inbound[] = SELECT_ROWS
	"AND c.direction = ?7 AND c.leg <> ?8 ORDER BY c.start_us, c.key";

static tw_status open_rows(struct tw_stmt **out, const struct job *job,
			   const char *sql, int64_t direction, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, job->store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, job->of->range[0] - TW_LEG_WITHIN_US);
	tw__bind_i64(stmt, 2, job->of->range[1] + TW_LEG_WITHIN_US);
	tw__bind_i64(stmt, 3, job->of->batch);
	tw__bind_text(stmt, 4, job->of->preset);
	tw__bind_text(stmt, 5, job->of->source);
	tw__bind_i64(stmt, 6, TW_REASON_TWIN);
	tw__bind_i64(stmt, 7, direction);
	tw__bind_i64(stmt, 8, TW_LEG_FORWARDED);
	*out = stmt;
	return TW_OK;
}

static void read_row(struct row *out, const struct job *job,
		     struct tw_stmt *stmt)
{
	const char *digits = tw__col_text(stmt, DIGITS);

	*out = (struct row){ .told = { tw__col_i64(stmt, START),
			tw__col_i64(stmt, KEY), tw__col_i64(stmt, BATCH),
			false, false },
		.link = tw__regroup_link(job->of, tw__col_text(stmt, SOURCE),
					 tw__col_text(stmt, LINK)),
		.side = tw__col_i64(stmt, SIDE) != 0,
		.gone = tw__col_i64(stmt, UNDONE) != 0 };
	if (strlen(digits) <= 15)
		(void)tw__str_u64(&out->digits, tw__str_of(digits));
}

static tw_status add_row(struct rows *to, const struct row *row,
			 tw_error *err)
{
	void *mem = to->rows;

	if (tw__grow(&mem, &to->capacity, to->count + 1, sizeof(*row)))
		return tw__fail_oom(err);
	to->rows = mem;
	to->rows[to->count++] = *row;
	return TW_OK;
}

static bool is_numbered(const struct job *job, const struct row *leg)
{
	size_t low = 0, high = job->done->count;
	const struct tw__asked *asked = job->done->asked;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (asked[middle].start < leg->told.start ||
		    (asked[middle].start == leg->told.start &&
		     asked[middle].key < leg->told.key))
			low = middle + 1;
		else
			high = middle;
	}
	return low < job->done->count &&
		asked[low].start == leg->told.start &&
		asked[low].key == leg->told.key && asked[low].numbered;
}

/* Of another layout's sides nobody knows here which ones are numbered. */
static tw_status load_legs(struct job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = open_rows(&stmt, job, of_legs,
				     TW_DIRECTION_FORWARD, err);

	while (!status && (status = tw__step(stmt, err)) == TW_OK) {
		struct row leg;

		read_row(&leg, job, stmt);
		if (leg.side || leg.gone || is_numbered(job, &leg) ||
		    (tw__col_i64(stmt, GROUPED) == GROUP_SIDES &&
		     !tw__col_i64(stmt, ALIKE)))
			continue;
		status = add_row(&job->legs, &leg, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* Under the id that links its call, and its own: legs name either. */
static tw_status add_inbound(struct job *job, struct tw_stmt *stmt,
			     tw_error *err)
{
	struct row row;
	uint64_t id;
	tw_status status = TW_OK;

	read_row(&row, job, stmt);
	id = tw__regroup_link(job->of, tw__col_text(stmt, SOURCE),
			      tw__col_text(stmt, ID));
	if (has(job->links, job->legs.count, row.link))
		status = add_row(&job->inbound, &row, err);
	if (status || id == row.link ||
	    !has(job->links, job->legs.count, id))
		return status;
	row.link = id;
	return add_row(&job->inbound, &row, err);
}

static tw_status load_inbound(struct job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = open_rows(&stmt, job, of_inbound,
				     TW_DIRECTION_INBOUND, err);

	while (!status && (status = tw__step(stmt, err)) == TW_OK) {
		status = add_inbound(job, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- whose calls have something new ---- */

static tw_status find_links(struct job *job, tw_error *err)
{
	job->links = tw_calloc(job->legs.count, sizeof(*job->links));
	if (!job->links)
		return tw__fail_oom(err);
	for (size_t i = 0; i < job->legs.count; i++)
		job->links[i] = job->legs.rows[i].link;
	qsort(job->links, job->legs.count, sizeof(*job->links), compare_u64);
	return TW_OK;
}

static tw_status find_stirred(struct job *job, tw_error *err)
{
	const struct rows *in = &job->inbound;
	size_t count = 0;

	job->stirred = tw_calloc(in->count + 2 * job->done->count + 1,
				 sizeof(*job->stirred));
	if (!job->stirred)
		return tw__fail_oom(err);
	for (size_t i = 0; i < job->done->count; i++) {
		job->stirred[count++] = job->done->asked[i].link;
		job->stirred[count++] = job->done->asked[i].id;
	}
	for (size_t i = 0; i < in->count; i++) {
		if (in->rows[i].told.batch == job->of->batch)
			job->stirred[count++] = in->rows[i].link;
	}
	job->stirred_count = count;
	qsort(job->stirred, count, sizeof(*job->stirred), compare_u64);
	return TW_OK;
}

/* By call, the best to name a number first: as those of a file. */
static int compare(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->link != b->link)
		return a->link < b->link ? -1 : 1;
	if (a->side != b->side)
		return a->side ? 1 : -1;
	if (a->told.start != b->told.start)
		return a->told.start < b->told.start ? -1 : 1;
	return (a->told.key > b->told.key) - (a->told.key < b->told.key);
}

static uint64_t number_of(const struct job *job, const struct row *leg)
{
	const struct rows *in = &job->inbound;
	size_t low = 0, high = in->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (in->rows[middle].link < leg->link)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < in->count && in->rows[low].link == leg->link; low++) {
		const struct row *row = &in->rows[low];

		if (!row->gone && row->digits && row->told.start >=
		    leg->told.start - TW_LEG_WITHIN_US && row->told.start <=
		    leg->told.start + TW_LEG_WITHIN_US)
			return row->digits;
	}
	return 0;
}

/* ---- from end to end ---- */

static tw_status change(struct tw__regrouping **changes,
			const struct job *job, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < job->legs.count; i++) {
		const struct row *leg = &job->legs.rows[i];

		if (leg->told.batch != job->of->batch &&
		    !has(job->stirred, job->stirred_count, leg->link))
			continue;
		if (!*changes)
			status = tw__regrouping_new(changes, job->store, err);
		if (!status)
			status = tw__regroup_number(*changes, &leg->told,
				number_of(job, leg), err);
	}
	return status;
}

tw_status tw__regroup_legs(struct tw__regrouping **changes, tw_store *store,
			   const struct tw__regroup_of *of,
			   const struct tw__regrouped *done, tw_error *err)
{
	struct job job = { .store = store, .of = of, .done = done };
	tw_status status = load_legs(&job, err);

	if (!status && job.legs.count)
		status = find_links(&job, err);
	if (!status && job.legs.count)
		status = load_inbound(&job, err);
	if (!status && job.legs.count)
		status = find_stirred(&job, err);
	if (!status && job.inbound.count)
		qsort(job.inbound.rows, job.inbound.count,
		      sizeof(*job.inbound.rows), compare);
	if (!status && job.legs.count)
		status = change(changes, &job, err);
	tw_free(job.legs.rows);
	tw_free(job.inbound.rows);
	tw_free(job.links);
	tw_free(job.stirred);
	return status;
}
