/**
 * @file src/accounts/numbering_write.c  Ranges into the store, as a version
 *
 * Decides what a version's rows are: its files, the codes that it replaces,
 * each place once, the ranges. Refuses to know whether it may become one.
 */
#include "ranges_job.h"

static tw_status write_version(struct tw__ranges_job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, job->store,
		"INSERT INTO numbering_version (made_us, range_count) "
		"VALUES (?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, job->now);
	tw__bind_i64(stmt, 2, (int64_t)job->counts.rows_stored);
	status = tw__run(stmt, err);
	if (!status)
		job->diff.version = (uint64_t)tw__last_id(job->store);
	return status;
}

static tw_status write_files(struct tw__ranges_job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = TW_OK;

	for (size_t i = 0; i < job->file_count && !status; i++) {
		const struct tw__ranges_file *file = &job->files[i];

		if (!file->is_read)
			continue;
		status = tw__stmt(&stmt, job->store, "INSERT INTO "
			"numbering_file (version, position, name, file_hash, "
			"row_count) VALUES (?, ?, ?, ?, ?)", err);
		if (status)
			return status;
		tw__bind_i64(stmt, 1, (int64_t)job->diff.version);
		tw__bind_i64(stmt, 2, (int64_t)i);
		tw__bind_text(stmt, 3, file->source.name ?
			      file->source.name : "");
		tw__bind_text(stmt, 4, file->hash);
		tw__bind_i64(stmt, 5, (int64_t)file->rows);
		status = tw__run(stmt, err);
	}
	return status;
}

static tw_status write_codes(struct tw__ranges_job *job, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = TW_OK;

	for (size_t i = 0; i < job->code_count && !status; i++) {
		status = tw__stmt(&stmt, job->store, "INSERT INTO "
			"numbering_code (code, version, file) VALUES "
			"(?, ?, ?)", err);
		if (status)
			return status;
		tw__bind_i64(stmt, 1, (int64_t)job->codes[i].code);
		tw__bind_i64(stmt, 2, (int64_t)job->diff.version);
		tw__bind_i64(stmt, 3, job->codes[i].file);
		status = tw__run(stmt, err);
	}
	return status;
}

static tw_status write_place(int64_t *out, struct tw__ranges_job *job,
			     uint32_t place, tw_error *err)
{
	const struct tw__place_text *texts = &job->ranges.places[place];
	const uint32_t offsets[] = { texts->operator_name, texts->region,
				     texts->city };
	struct tw_stmt *put, *get;
	tw_status status = tw__stmt(&put, job->store, "INSERT INTO "
		"numbering_place (operator, region, city) VALUES (?, ?, ?) "
		"ON CONFLICT DO NOTHING", err);

	if (!status)
		status = tw__stmt(&get, job->store, "SELECT id FROM "
			"numbering_place WHERE operator = ? AND region = ? "
			"AND city = ?", err);
	if (status)
		return status;
	for (int i = 0; i < 3; i++) {
		tw__bind_text(put, i + 1, job->ranges.texts + offsets[i]);
		tw__bind_text(get, i + 1, job->ranges.texts + offsets[i]);
	}
	status = tw__run(put, err);
	if (!status)
		status = tw__step(get, err);
	if (status)
		return status;
	*out = tw__col_i64(get, 0);
	tw__reset(get);
	return TW_OK;
}

static tw_status write_range(struct tw__ranges_job *job,
			     const struct tw__range *row, int64_t place,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, job->store, "INSERT INTO "
		"numbering_range (version, code, first, last, place, file, "
		"line) VALUES (?, ?, ?, ?, ?, ?, ?)", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)job->diff.version);
	tw__bind_i64(stmt, 2, (int64_t)row->code);
	tw__bind_i64(stmt, 3, (int64_t)row->from);
	tw__bind_i64(stmt, 4, (int64_t)row->to);
	tw__bind_i64(stmt, 5, place);
	tw__bind_i64(stmt, 6, row->source - 1);
	tw__bind_i64(stmt, 7, row->line);
	return tw__run(stmt, err);
}

static tw_status write_ranges(struct tw__ranges_job *job, tw_error *err)
{
	const struct tw__ranges *ranges = &job->ranges;
	int64_t *places = tw_calloc(ranges->place_count, sizeof(*places));
	tw_status status = places ? TW_OK : tw__fail_oom(err);

	for (size_t i = 0; i < ranges->count && !status; i++) {
		const struct tw__range *row = &ranges->rows[i];

		if (!row->source)
			continue;
		if (!places[row->place])
			status = write_place(&places[row->place], job,
					     row->place, err);
		if (!status)
			status = write_range(job, row, places[row->place],
					     err);
	}
	tw_free(places);
	return status;
}

tw_status tw__ranges_write(struct tw__ranges_job *job, tw_error *err)
{
	tw_status status = write_version(job, err);

	if (!status)
		status = write_files(job, err);
	if (!status)
		status = write_codes(job, err);
	return status ? status : write_ranges(job, err);
}
