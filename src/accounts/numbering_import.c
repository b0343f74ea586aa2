/**
 * @file src/accounts/numbering_import.c  Files of ranges become a version
 *
 * Decides that ranges replace those of the codes they belong to, and that one
 * bad row keeps all files out: a code with a hole sends its calls to rows
 * without a relation, in silence. Refuses to know columns and spellings
 * (src/formats) and to change a version.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "formats/numbering_file.h"
#include "ranges_job.h"

#define FILES_MAX 1000u
#define ROWS_MAX  10000000u

static const char *name_of(const struct tw__ranges_file *file)
{
	return file->source.name ? file->source.name : "";
}

static void shorten(char out[64], const char *name)
{
	size_t n = strnlen(name, 64);

	if (n == 64) {
		for (n = 63; ((unsigned char)name[n] & 0xc0) == 0x80; )
			n--;
	}
	memcpy(out, name, n);
	out[n] = '\0';
}

/* ---- which files are there already ---- */

static tw_status find_known(struct tw__ranges_job *job,
			    struct tw__ranges_file *file, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__hash_hex(file->hash, TW_HASH_SHA256,
					file->source.data,
					file->source.data_size, err);

	if (!status)
		status = tw__stmt(&stmt, job->store,
			"SELECT f.version, f.position, f.row_count FROM "
			"numbering_file f WHERE f.file_hash = ? AND NOT "
			"EXISTS (SELECT 1 FROM numbering_code c JOIN "
			"numbering_code d ON d.code = c.code AND d.version > "
			"c.version WHERE c.version = f.version AND c.file = "
			"f.position) ORDER BY f.version DESC LIMIT 1", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, file->hash);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	file->known_version = tw__col_i64(stmt, 0);
	file->known_position = tw__col_i64(stmt, 1);
	file->known_rows = (uint64_t)tw__col_i64(stmt, 2);
	tw__reset(stmt);
	return TW_OK;
}

static int compare_codes(const void *left, const void *right)
{
	const struct tw__ranges_code *a = left, *b = right;

	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

static void sort_codes(struct tw__ranges_job *job)
{
	size_t kept = 0;

	if (job->code_count)
		qsort(job->codes, job->code_count, sizeof(*job->codes),
		      compare_codes);
	for (size_t i = 0; i < job->code_count; i++) {
		if (!kept || compare_codes(&job->codes[kept - 1],
					   &job->codes[i]) != 0)
			job->codes[kept++] = job->codes[i];
	}
	job->code_count = kept;
}

static bool has_code(void *arg, uint64_t code)
{
	const struct tw__ranges_job *job = arg;
	size_t low = 0, high = job->code_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (job->codes[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < job->code_count && job->codes[low].code == code;
}

/* A file that is in force must be read again when another one of this import
 * holds a part of its codes: what it says would be replaced. */
static tw_status must_be_read(bool *out, struct tw__ranges_job *job,
			      const struct tw__ranges_file *file,
			      tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, job->store,
		"SELECT code FROM numbering_code WHERE version = ? "
		"AND file = ?", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, file->known_version);
	tw__bind_i64(stmt, 2, file->known_position);
	*out = false;
	while ((status = tw__step(stmt, err)) == TW_OK)
		*out |= has_code(job, (uint64_t)tw__col_i64(stmt, 0));
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- reading ---- */

static tw_status fail_file(const struct tw__ranges_job *job,
			   const struct tw__ranges_file *file,
			   const tw_error *why, tw_error *err)
{
	if (job->file_count == 1)
		return tw__fail_at(err, why->code, why->line, why->field,
				   "%s", why->message);
	return tw__fail_at(err, why->code, why->line, why->field,
			   "%s: %s", file->name, why->message);
}

static tw_status reject(struct tw__ranges_job *job,
			const struct tw__ranges_file *file, int64_t line,
			const char *column, const char *reason)
{
	job->counts.rows_rejected++;
	if (job->file_count == 1)
		return tw__rejects_add(job->rejects, line, column, "%s",
				       reason);
	return tw__rejects_add(job->rejects, line, column, "%s: %s",
			       file->name, reason);
}

static tw_status note_code(struct tw__ranges_job *job, uint64_t code,
			   uint32_t file, tw_error *err)
{
	const struct tw__ranges_code now = { code, file };

	if (job->code_count && compare_codes(
			&job->codes[job->code_count - 1], &now) == 0)
		return TW_OK;
	if (tw__grow((void **)&job->codes, &job->code_capacity,
		     job->code_count + 1, sizeof(now)))
		return tw__fail_oom(err);
	job->codes[job->code_count++] = now;
	return TW_OK;
}

static tw_status take_row(struct tw__ranges_job *job, uint32_t file,
			  const struct tw__number_row *row, tw_error *err)
{
	struct tw__range range = { .from = row->from, .to = row->to,
				   .source = file + 1, .line = row->line,
				   .code = row->code };
	tw_status status = tw__ranges_place(&range.place, &job->ranges,
					    &row->place, err);

	if (!status)
		status = tw__ranges_add(&job->ranges, &range, err);
	if (!status)
		status = note_code(job, row->code, file, err);
	if (status)
		return status;
	job->counts.rows_stored++;
	job->diff.without_region += row->place.region.l == 0;
	return TW_OK;
}

static tw_status read_rows(struct tw__ranges_job *job, uint32_t index,
			   struct tw__numbering_file *rows, tw_error *err)
{
	struct tw__ranges_file *file = &job->files[index];
	struct tw__number_row row;

	for (;;) {
		tw_error why = TW_ERROR_INIT;
		tw_status status = tw__numbering_file_next(&row, rows, &why);

		if (status == TW_ITER_END)
			return TW_OK;
		if (++job->counts.rows_read > ROWS_MAX)
			return tw__fail(err, TW_ERANGE, "more than %u rows; "
					"import fewer files at once",
					ROWS_MAX);
		file->rows++;
		if (status == TW_OK)
			status = take_row(job, index, &row, &why);
		else if (status == TW_EPARSE)
			status = reject(job, file, why.line, why.field,
					why.message) ? tw__fail_oom(&why) :
				TW_OK;
		if (status) {
			if (err)
				*err = why;
			return status;
		}
	}
}

/* Text in any encoding does not begin like a ZIP archive. */
static tw_status refuse_workbook(const tw_numbering_source *source,
				 tw_error *err)
{
	if (source->data_size < 4 || memcmp(source->data, "PK\x03\x04", 4))
		return TW_OK;
	return tw__fail_at(err, TW_EPARSE, 1, "", "the file is a workbook or "
			   "a ZIP archive; unpack it, or save the sheet as "
			   "CSV");
}

static tw_status read_file(struct tw__ranges_job *job, uint32_t index,
			   tw_error *err)
{
	struct tw__ranges_file *file = &job->files[index];
	struct tw__numbering_file *rows = NULL;
	tw_error why = TW_ERROR_INIT;
	char *text = NULL;
	size_t size = 0;
	tw_status status;

	file->is_read = true;
	status = refuse_workbook(&file->source, &why);
	if (!status)
		status = tw__text_to_utf8(&text, &size, file->source.data,
					  file->source.data_size, true, &why);
	if (!status)
		status = tw__numbering_file_open(&rows, tw__str(text, size),
						 &why);
	if (!status) {
		snprintf(file->from_column, sizeof(file->from_column), "%s",
			 tw__numbering_file_from(rows));
		status = read_rows(job, index, rows, &why);
	}
	if (!status && !file->rows)
		status = tw__fail(&why, TW_EPARSE, "the file has a header and "
				  "no ranges");
	tw__numbering_file_free(rows);
	tw_free(text);
	return status ? fail_file(job, file, &why, err) : TW_OK;
}

static tw_status read_files(struct tw__ranges_job *job, tw_error *err)
{
	bool more = true;
	tw_status status = TW_OK;

	for (size_t i = 0; i < job->file_count && !status; i++)
		status = find_known(job, &job->files[i], err);
	for (uint32_t i = 0; i < job->file_count && !status; i++) {
		if (!job->files[i].known_version)
			status = read_file(job, i, err);
	}
	while (more && !status) {
		more = false;
		sort_codes(job);
		for (uint32_t i = 0; i < job->file_count && !status; i++) {
			bool must = false;

			if (!job->files[i].is_read)
				status = must_be_read(&must, job,
						      &job->files[i], err);
			if (must && !status)
				status = read_file(job, i, err);
			more |= must;
		}
	}
	for (size_t i = 0; i < job->file_count; i++) {
		if (!job->files[i].is_read) {
			job->counts.rows_read += job->files[i].known_rows;
			job->counts.duplicates += job->files[i].known_rows;
		}
	}
	return status;
}

/* ---- one range of a number ---- */

static tw_status found(void *arg, const struct tw__range *gone,
		       const struct tw__range *stays, bool alike)
{
	struct tw__ranges_job *job = arg;
	const struct tw__ranges_file *file, *other = NULL;
	char reason[256];

	if (!gone->source)
		return tw__fail(job->err, TW_ESTORE, "the store holds "
				"numbering ranges that overlap (%" PRIu64
				" and %" PRIu64 "); import their codes anew",
				stays->from, gone->from);
	file = &job->files[gone->source - 1];
	if (stays->source)
		other = &job->files[stays->source - 1];
	job->counts.rows_stored--;
	job->diff.without_region -= !job->ranges.texts[
		job->ranges.places[gone->place].region];
	if (alike) {
		job->counts.duplicates++;
		return TW_OK;
	}
	if (other)
		snprintf(reason, sizeof(reason), "%" PRIu64 "-%" PRIu64
			 " overlaps line %" PRId64 "%s%s; a number stands in "
			 "one range only: correct one of the two",
			 gone->from, gone->to, stays->line,
			 other == file ? "" : " of ",
			 other == file ? "" : other->name);
	else
		snprintf(reason, sizeof(reason), "%" PRIu64 "-%" PRIu64
			 " overlaps %" PRIu64 "-%" PRIu64 ", which the store "
			 "has of code %" PRIu64 "; import both codes together",
			 gone->from, gone->to, stays->from, stays->to,
			 stays->code);
	return reject(job, file, gone->line, file->from_column, reason) ?
		tw__fail_oom(job->err) : TW_OK;
}

static tw_status hold_apart(struct tw__ranges_job *job, tw_error *err)
{
	struct tw__left_out replaced = { has_code, job, 0 };
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	for (size_t i = 0; i < job->code_count; i++)
		job->diff.codes += !i || job->codes[i].code !=
			job->codes[i - 1].code;
	status = tw__numbering_load(&job->ranges, job->store, TW_TIME_MAX,
				    &replaced, err);
	if (status)
		return status;
	job->diff.replaced = replaced.ranges;
	job->err = &why;
	status = tw__ranges_sweep(&job->ranges, found, job);
	if (status && err)
		*err = why;
	job->diff.in_force = job->ranges.count;
	return status;
}

static tw_status run(struct tw__ranges_job *job, tw_error *err)
{
	tw_status status = read_files(job, err);

	if (!status)
		status = hold_apart(job, err);
	if (status)
		return status;
	if (job->counts.rows_rejected) {
		job->counts.rows_held = job->counts.rows_stored;
		job->counts.rows_stored = 0;
		job->diff.replaced = job->diff.in_force = 0;
		return TW_OK;
	}
	if (!job->counts.rows_stored) {
		job->diff.replaced = 0;
		return TW_OK;
	}
	return tw__ranges_write(job, err);
}

static tw_status take_sources(struct tw__ranges_job *job,
			      const tw_numbering_source *sources,
			      size_t count, tw_error *err)
{
	const unsigned char *at = (const unsigned char *)sources;

	job->files = tw_calloc(count, sizeof(*job->files));
	job->rejects = tw__rejects_new();
	if (!job->files || !job->rejects)
		return tw__fail_oom(err);
	job->file_count = count;
	for (size_t i = 0; i < count; i++, at += sources->size) {
		tw_numbering_source *source = &job->files[i].source;
		tw_status status = tw__import(source, sizeof(*source), at,
					      err);

		if (status)
			return status;
		if (!source->data && source->data_size)
			return tw__fail(err, TW_EINVAL, "no file bytes");
		if (!tw__utf8_is_valid(name_of(&job->files[i]),
				       strlen(name_of(&job->files[i]))))
			return tw__fail_at(err, TW_EINVAL, 0, "name", "is not "
					   "UTF-8; rename the file");
		shorten(job->files[i].name, name_of(&job->files[i]));
	}
	return TW_OK;
}

static void clear(struct tw__ranges_job *job)
{
	tw__ranges_free(&job->ranges);
	tw_free(job->files);
	tw_free(job->codes);
}

tw_status tw_numbering_import(tw_counts *out, tw_numbering_diff *out_diff,
			      tw_rejects **out_rejects, tw_store *store,
			      const tw_numbering_source *sources,
			      size_t count, tw_error *err)
{
	struct tw__ranges_job job = {
		.store = store, .counts = TW_COUNTS_INIT,
		.diff = TW_NUMBERING_DIFF_INIT
	};
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !sources || !count || count > FILES_MAX)
		return tw__fail(err, TW_EINVAL, "counts, store and 1 to %u "
				"files are wanted", FILES_MAX);
	status = take_sources(&job, sources, count, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (!status) {
		const tw_clock *clock = tw__store_clock(store);

		job.now = clock->wall(clock->arg);
		status = tw__tx_leave(&tx, store, run(&job, err), err);
	}
	clear(&job);
	if (status || !out_rejects)
		tw_rejects_free(job.rejects);
	if (status)
		return status;
	*out = job.counts;
	if (out_diff)
		*out_diff = job.diff;
	if (out_rejects)
		*out_rejects = job.rejects;
	return TW_OK;
}
