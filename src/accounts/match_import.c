/**
 * @file src/accounts/match_import.c  `directory import`: a PBX's departments
 *
 * Decides what a row of match_kind,match,department,city,from,to becomes:
 * a match, and the department it names when that is new. All or nothing. An
 * import speaks about calls that were made already, so what it creates holds
 * since ever unless the row says otherwise.
 */
#include <stdio.h>
#include <string.h>
#include "base/e164.h"
#include "deployment.h"
#include "deployment_apply.h"
#include "formats/csv.h"
#include "match_columns.h"
#include "match_table.h"
#include "rejects.h"

struct place {
	char *department, *city;   /* city "" until a row names one */
	uint64_t identity;         /* 0: to be made */
};

struct job {
	tw_store *store;
	tw_zone *zone;
	const char *zone_name;     /* as the caller gave it, or NULL */
	bool has_company;
	struct tw_dial_rule dial;
	char country[8];
	struct tw_match_table table;
	size_t old_rows;
	struct place *places;
	size_t places_count, places_capacity;
	struct tw_rejects *rejects;
	tw_counts counts;
	int column[TW_COL_COUNT];
};

/* ---- what the store knows ---- */

static tw_status open_zone(struct job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;
	char name[128] = "";

	status = tw__stmt(&stmt, job->store, "SELECT zone, country FROM "
			  "company ORDER BY valid_from DESC LIMIT 1", err);
	if (status)
		return status;
	status = tw__step(stmt, err);
	job->has_company = status == TW_OK;
	if (job->has_company) {
		snprintf(name, sizeof(name), "%s", tw__col_text(stmt, 0));
		snprintf(job->country, sizeof(job->country), "%s",
			 tw__col_text(stmt, 1));
		tw__reset(stmt);
	}
	if (status != TW_OK && status != TW_ITER_END)
		return status;
	job->dial = tw__dial_rule(job->country);
	if (job->zone_name)
		return tw_zone_open(&job->zone, job->zone_name, err);
	return tw_zone_open(&job->zone, *name ? name : "UTC", err);
}


static struct place *find_place(struct job *job, const char *department)
{
	size_t i;

	for (i = job->places_count; i-- > 0; ) {
		if (!strcmp(job->places[i].department, department))
			return &job->places[i];
	}
	return NULL;
}


static tw_status add_place(struct job *job, const char *department,
			   const char *city, uint64_t identity, tw_error *err)
{
	struct place place = { .identity = identity };

	if (tw__grow((void **)&job->places, &job->places_capacity,
		     job->places_count + 1, sizeof(place)))
		return tw__fail_oom(err);
	place.department = tw_strdup(department);
	place.city = tw_strdup(city);
	if (!place.department || !place.city) {
		tw_free(place.department);
		tw_free(place.city);
		return tw__fail_oom(err);
	}
	job->places[job->places_count++] = place;
	return TW_OK;
}


/* The last version of each department says its name and city. */
static tw_status load_places(struct job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, job->store, "SELECT a.id, a.name, a.city "
		"FROM department a WHERE NOT EXISTS (SELECT 1 FROM "
		"department b WHERE b.id = a.id AND b.valid_from > "
		"a.valid_from) ORDER BY a.valid_to, a.valid_from", err);
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_place(job, tw__col_text(stmt, 1),
				   tw__col_text(stmt, 2),
				   (uint64_t)tw__col_i64(stmt, 0), err);
		if (status)
			break;
	}
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


static tw_status load(struct job *job, tw_error *err)
{
	tw_status status;

	status = open_zone(job, err);
	if (!status)
		status = load_places(job, err);
	if (!status)
		status = tw__match_table_load(&job->table, job->store,
					      &job->dial, err);
	job->old_rows = job->table.count;
	return status;
}


/* ---- rows of the file ---- */

static bool is_unseen(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad ||
		c == 0x61c || c == 0x180e || (c >= 0x2000 && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
		c == 0x3000 || c == 0xfeff;
}

/* Of valid UTF-8. */
static uint32_t next_char(struct tw_str *s)
{
	uint32_t c = (unsigned char)*s->p;
	size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more ? 0x3fu >> more : 0x7f;
	for (s->p++, s->l--; more && s->l; more--, s->p++, s->l--)
		c = c << 6 | ((unsigned char)*s->p & 0x3f);
	return c;
}

/* What render/safe.py puts a quote before: behind what nobody sees, a formula
 * also in letters of full width. */
static bool is_run(struct tw_str s)
{
	uint32_t c = ' ';

	while (s.l && is_unseen(c))
		c = next_char(&s);
	return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xff1d ||
		c == 0xff0b || c == 0xff0d || c == 0xff20;
}

/* `directory suggest` puts a quote before what a spreadsheet would run as a
 * formula; it is no part of the match. */
static struct tw_str unquoted(struct tw_str cell)
{
	struct tw_str rest = tw__str(cell.p + 1, cell.l - 1);

	if (cell.l > 1 && *cell.p == '\'' && (*rest.p == '\'' ||
					      is_run(rest)))
		return rest;
	return cell;
}


static tw_status read_header(struct job *job, struct tw_csv *csv,
			     tw_error *err)
{
	struct tw_csv_row row;
	tw_status status = tw__csv_next(csv, &row, err);

	if (status == TW_ITER_END)
		return tw__fail(err, TW_EPARSE, "the file is empty; its first "
				"line is match_kind,match,department,city,"
				"from,to");
	if (status)
		return status;
	return tw__match_columns_find(job->column, &row, err);
}


struct cells {
	char text[TW_COL_COUNT][160];
	int64_t line;
};

/* TW_EPARSE: rejected; TW_ENOMEM. */
static tw_status reject(struct job *job, int64_t line, int column,
			const char *reason)
{
	job->counts.rows_rejected++;
	return tw__rejects_add(job->rejects, line, tw__match_columns[column],
			       "%s", reason) ? TW_ENOMEM : TW_EPARSE;
}


/* TW_OK: read; TW_EPARSE: rejected; TW_ENOMEM. */
static tw_status read_cells(struct job *job, struct cells *out,
			    const struct tw_csv_row *row)
{
	tw_error why = TW_ERROR_INIT;
	struct tw_str cell;
	size_t i;

	out->line = row->line;
	if (row->fault)
		return reject(job, row->line, TW_COL_KIND, row->fault);
	for (i = 0; i < TW_COL_COUNT; i++) {
		out->text[i][0] = '\0';
		if (job->column[i] < 0 || (size_t)job->column[i] >= row->count)
			continue;
		cell = tw__str_trim(row->fields[job->column[i]]);
		if (i == TW_COL_MATCH)
			cell = unquoted(cell);
		if (cell.l >= sizeof(out->text[i]))
			return reject(job, row->line, (int)i, "is too long; "
				      "write at most 159 bytes");
		if (!cell.l)
			continue;
		memcpy(out->text[i], cell.p, cell.l);
		out->text[i][cell.l] = '\0';
		if (strlen(out->text[i]) != cell.l)
			return reject(job, row->line, (int)i, "holds a NUL "
				      "byte; remove it");
		if (tw__row_name_check(out->text[i], i == TW_COL_CITY ? 64 :
				       i == TW_COL_DEPARTMENT ? 128 : 160,
				       &why))
			return reject(job, row->line, (int)i, why.message);
	}
	return TW_OK;
}


static tw_status read_times(struct job *job, struct tw_owned *out,
			    const struct cells *cells)
{
	tw_error why = TW_ERROR_INIT;
	const char *text;
	tw_time *times[2] = { &out->from, &out->to };
	int i;

	out->from = TW_TIME_MIN;
	out->to = TW_TIME_MAX;
	for (i = 0; i < 2; i++) {
		text = cells->text[TW_COL_FROM + i];
		if (*text && tw_time_parse(times[i], text, job->zone, &why))
			return reject(job, cells->line, TW_COL_FROM + i,
				      why.message);
	}
	if (out->from < out->to)
		return TW_OK;
	return reject(job, cells->line, TW_COL_TO, "is not after from; it is "
		      "the first day that no longer counts");
}


static tw_status read_owned(struct job *job, struct tw_owned *out,
			    const struct cells *cells)
{
	const char *kind = cells->text[TW_COL_KIND];
	tw_error why = TW_ERROR_INIT;
	tw_status status;
	char name[128];

	memset(out, 0, sizeof(*out));
	out->line = cells->line;
	if (!*cells->text[TW_COL_DEPARTMENT])
		return reject(job, cells->line, TW_COL_DEPARTMENT, "is empty; "
			      "name the department");
	status = tw__match_parse(&out->match, out->text, kind,
				 cells->text[TW_COL_MATCH], &job->dial, &why);
	if (status)
		return reject(job, cells->line, tw__match_kind_is_known(kind) ?
			      TW_COL_MATCH : TW_COL_KIND, why.message);
	status = read_times(job, out, cells);
	if (status)
		return status;
	snprintf(out->kind, sizeof(out->kind), "%.15s", kind);
	snprintf(name, sizeof(name), "%s %s", out->kind, out->text);
	out->name = tw_strdup(name);
	out->department = tw_strdup(cells->text[TW_COL_DEPARTMENT]);
	if (out->name && out->department)
		return TW_OK;
	tw_free(out->name);
	tw_free(out->department);
	return TW_ENOMEM;
}


/* A department that exists keeps its city: changing it here would rewrite
 * reports of the past. */
static tw_status settle_place(struct job *job, const struct cells *cells,
			      tw_error *err)
{
	const char *department = cells->text[TW_COL_DEPARTMENT];
	struct place *place = find_place(job, department);
	const char *city = cells->text[TW_COL_CITY];
	char why[300];
	char *copy;

	if (!place)
		return add_place(job, department, city, 0, err);
	if (!*city || !strcmp(place->city, city))
		return TW_OK;
	if (!*place->city && !place->identity) {
		copy = tw_strdup(city);
		if (!copy)
			return tw__fail_oom(err);
		tw_free(place->city);
		place->city = copy;
		return TW_OK;
	}
	snprintf(why, sizeof(why), "'%.60s' is in '%.60s' %s; correct one of "
		 "them", place->department, *place->city ? place->city :
		 "no city", place->identity ? "by the store" : "above");
	return reject(job, cells->line, TW_COL_CITY, why);
}


static tw_status take_row(struct job *job, const struct tw_csv_row *row,
			  tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	struct tw_owned owned;
	struct cells cells;
	tw_status status;

	status = read_cells(job, &cells, row);
	if (!status)
		status = read_owned(job, &owned, &cells);
	if (status)
		return status == TW_EPARSE ? TW_OK : tw__fail_oom(err);
	status = settle_place(job, &cells, err);
	if (!status)
		status = tw__match_table_add(&job->table, &owned, &why);
	if (!status) {
		job->counts.rows_stored++;
		return TW_OK;
	}
	tw_free(owned.name);
	tw_free(owned.department);
	switch (status) {
	case TW_EPARSE:
		return TW_OK;
	case TW_EEXIST:
		job->counts.duplicates++;
		return TW_OK;
	case TW_ECONFLICT:
		job->counts.conflicts++;
		return tw__rejects_add(job->rejects, row->line,
				       tw__match_columns[TW_COL_MATCH], "%s",
				       why.message) ? tw__fail_oom(err) :
			TW_OK;
	}
	return tw__fail_oom(err);
}


static tw_status read_file(struct job *job, const void *data, size_t size,
			   tw_error *err)
{
	struct tw_csv_row row;
	struct tw_csv *csv;
	tw_status status;

	status = tw__csv_new(&csv, data, size, 0, err);
	if (status)
		return status;
	status = read_header(job, csv, err);
	while (!status) {
		status = tw__csv_next(csv, &row, err);
		if (status)
			break;
		job->counts.rows_read++;
		status = take_row(job, &row, err);
	}
	tw__csv_free(csv);
	return status == TW_ITER_END ? TW_OK : status;
}


/* ---- into the store ---- */

static tw_status write_company(struct job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	uint64_t identity;
	tw_status status;

	if (job->has_company || !job->zone_name)
		return TW_OK;
	status = tw__entity_new(&identity, job->store, "company", "import",
				err);
	if (!status)
		status = tw__stmt(&stmt, job->store, "INSERT INTO company "
				  "(id, valid_from, name, zone) VALUES "
				  "(?1, ?2, 'company', ?3)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)identity);
	tw__bind_i64(stmt, 2, TW_TIME_MIN);
	tw__bind_text(stmt, 3, job->zone_name);
	return tw__run(stmt, err);
}


static tw_status write_place(struct job *job, struct place *place,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__entity_new(&place->identity, job->store, "department",
				"import", err);
	if (!status)
		status = tw__stmt(&stmt, job->store, "INSERT INTO department "
				  "(id, valid_from, name, city) VALUES "
				  "(?1, ?2, ?3, ?4)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)place->identity);
	tw__bind_i64(stmt, 2, TW_TIME_MIN);
	tw__bind_text(stmt, 3, place->department);
	if (*place->city)
		tw__bind_text(stmt, 4, place->city);
	return tw__run(stmt, err);
}


static tw_status insert_match(struct job *job, const struct tw_owned *row,
			      tw_error *err)
{
	const struct place *place = find_place(job, row->department);
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, job->store, "INSERT INTO \"match\" (id, "
			  "valid_from, valid_to, name, kind, \"match\", "
			  "department) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			  err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)row->identity);
	tw__bind_i64(stmt, 2, row->from);
	tw__bind_i64(stmt, 3, row->to);
	tw__bind_text(stmt, 4, row->name);
	tw__bind_text(stmt, 5, row->kind);
	tw__bind_text(stmt, 6, row->text);
	tw__bind_i64(stmt, 7, (int64_t)place->identity);
	return tw__run(stmt, err);
}


/* Two rows of one match are two versions of one identity. */
static tw_status identify_match(struct job *job, struct tw_owned *row,
				tw_error *err)
{
	if (!row->identity && row->same_as)
		row->identity = job->table.rows[row->same_as - 1].identity;
	if (row->identity)
		return TW_OK;
	return tw__entity_new(&row->identity, job->store, "match", "import",
			      err);
}


static tw_status write_rows(struct job *job, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(job->store);
	tw_status status = write_company(job, err);
	size_t i;

	for (i = 0; i < job->places_count && !status; i++) {
		if (!job->places[i].identity)
			status = write_place(job, &job->places[i], err);
	}
	for (i = 0; i < job->old_rows && !status; i++) {
		const struct tw_owned *row = &job->table.rows[i];

		if (row->shortened)
			status = tw__version_end(job->store, "match",
						 row->identity, row->from,
						 row->to, err);
	}
	for (i = job->old_rows; i < job->table.count && !status; i++) {
		status = identify_match(job, &job->table.rows[i], err);
		if (!status)
			status = insert_match(job, &job->table.rows[i], err);
	}
	if (status)
		return status;
	return tw__change_note(job->store, clock->wall(clock->arg), "import",
			       job->counts.rows_stored, err);
}


static tw_status run(struct job *job, const void *data, size_t size,
		     tw_error *err)
{
	tw_status status;

	status = load(job, err);
	if (!status)
		status = read_file(job, data, size, err);
	if (status)
		return status;
	if (job->counts.rows_rejected || job->counts.conflicts) {
		job->counts.rows_held = job->counts.rows_stored;
		job->counts.rows_stored = 0;
		return TW_OK;
	}
	return job->counts.rows_stored ? write_rows(job, err) : TW_OK;
}


static void clear(struct job *job)
{
	size_t i;

	for (i = 0; i < job->places_count; i++) {
		tw_free(job->places[i].department);
		tw_free(job->places[i].city);
	}
	tw_free(job->places);
	tw__match_table_free(&job->table);
	tw_zone_free(job->zone);
}


tw_status tw_directory_import(tw_counts *out, tw_rejects **out_rejects,
			      tw_store *store, const void *data, size_t size,
			      const char *zone, tw_error *err)
{
	tw_counts counts = TW_COUNTS_INIT;
	struct job job = { .store = store, .zone_name = zone,
			   .counts = counts };
	struct tw_tx tx;
	tw_status status;
	size_t text_size;
	char *text;

	if (!out || !store || (!data && size))
		return tw__fail(err, TW_EINVAL, "counts, store and data are "
				"needed");
	status = tw__text_to_utf8(&text, &text_size, data, size, true, err);
	if (status)
		return status;
	job.rejects = tw__rejects_new();
	status = job.rejects ? tw__tx_enter(&tx, store, err) :
		tw__fail_oom(err);
	if (!status)
		status = tw__tx_leave(&tx, store, run(&job, text, text_size,
						      err), err);
	clear(&job);
	tw_free(text);
	if (status || !out_rejects)
		tw_rejects_free(job.rejects);
	if (status)
		return status;
	*out = job.counts;
	if (out_rejects)
		*out_rejects = job.rejects;
	return TW_OK;
}
