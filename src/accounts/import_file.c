/**
 * @file src/accounts/import_file.c  A file of call records
 *
 * Decides whether the same bytes were here before, and under which reading,
 * and gives their rows to the import one by one: each one is a record or a
 * reason. Refuses to know layouts: that is src/formats/preset.h.
 */
#include <string.h>
#include "import.h"

#define ROW_BYTES 128           /* of most files, or more */

static bool is_trunk(const char *name, size_t length, void *arg)
{
	return tw__owners_knows_trunk(arg, name, length);
}

/* Of preset, zone and source, from column 1 on; NULL: none. */
static const char *what_differs(struct tw_stmt *stmt,
				const struct tw_import *import)
{
	return strcmp(tw__col_text(stmt, 1), import->preset) ? "preset" :
		strcmp(tw__col_text(stmt, 2), import->zone_name) ? "zone" :
		strcmp(tw__col_text(stmt, 3), import->source) ? "source" :
		NULL;
}

/* The same bytes may come again, but not under another reading: every time
 * in them would mean another instant and every call come twice. A reading
 * that found no call at all was the wrong one, and is in nobody's way. */
static tw_status check_file(struct tw_import *import, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, import->store,
		"SELECT id, preset, zone, source, rows_stored + duplicates "
		"FROM batch WHERE file_hash = ? AND undone_us = 0 "
		"AND id <> ?", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, import->file_hash);
	tw__bind_i64(stmt, 2, import->ids.batch);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const char *other = what_differs(stmt, import);

		if (!other) {
			import->known_file = true;
			continue;
		}
		if (!tw__col_i64(stmt, 4))
			continue;
		status = tw__fail_at(err, TW_ECONFLICT, 0, other,
			"this file is in batch %lld with preset '%s', zone "
			"'%s', source '%s'; import it alike, or undo that "
			"batch first", (long long)tw__col_i64(stmt, 0),
			tw__col_text(stmt, 1), tw__col_text(stmt, 2),
			tw__col_text(stmt, 3));
		tw__reset(stmt);
		return status;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status keep_hash(struct tw_import *import, tw_error *err)
{
	const struct tw__preset_options *file = &import->file;
	tw_status status = TW_OK;

	if (file->bytes)
		tw__hex(import->file_hash, file->bytes->sha256,
			sizeof(file->bytes->sha256));
	else
		status = tw__hash_hex(import->file_hash, TW_HASH_SHA256,
				      file->data, file->size, err);
	return status ? status : check_file(import, err);
}

static tw_status end_of_rows(struct tw_import *import, tw_error *err)
{
	tw_status status = tw__import_flush(import, err);

	if (!status)
		status = tw__call_ids_write(&import->ids, err);
	if (status)
		import->failed = status;
	return status;
}

static tw_status read_rows(struct tw_import *import, tw_error *err)
{
	tw_error why = TW_ERROR_INIT, failure = TW_ERROR_INIT;
	tw_cdr cdr = TW_CDR_INIT;

	for (;;) {
		tw_status status = tw__preset_next(&cdr, import->reading,
						   &why);

		if (status == TW_ITER_END)
			return end_of_rows(import, err);
		if (status == TW_EPARSE) {
			import->counts.rows_read++;
			import->counts.rows_rejected++;
			status = tw__import_put_aside(import, "reject", &cdr,
						      &why, &failure);
			if (import->failed)
				why = failure;
		}
		else if (status == TW_OK) {
			status = tw__import_row(import, &cdr, &why);
		}
		else {
			import->failed = status;
		}
		if (import->failed) {
			if (err)
				*err = why;
			return import->failed;
		}
	}
}

static uint64_t size_of(const struct tw_import *import)
{
	return import->file.bytes ? import->file.bytes->size :
		import->file.size;
}

/* A question to the store would wait for what is on its way in, so the thread
 * pays only where there are none: all names are known, or there were none. */
static bool may_be_beside(const struct tw_import *import)
{
	return !(import->flags & TW_IMPORT_ONE_THREAD) &&
		size_of(import) >= import->beside_from &&
		tw__call_ids_ask_nothing(&import->ids);
}

static tw_status read_file(struct tw_import *import, tw_error *err)
{
	tw_status status = tw__call_ids_hold(&import->ids,
		(size_t)(size_of(import) / ROW_BYTES), err);
	struct tw__beside *beside = NULL;

	if (!status && may_be_beside(import))
		beside = tw__beside_new(import->store);
	if (!status)
		status = tw__call_beside(&import->ids, import->store, beside,
					 err);
	if (!status)
		status = read_rows(import, err);
	else
		import->failed = status;
	tw__beside_free(beside);
	(void)tw__call_beside(&import->ids, import->store, NULL, NULL);
	return status;
}

/* Rows on their way in are shown by the text in view. */
static tw_status moving(void *arg, tw_error *err)
{
	return tw__import_flush(arg, err);
}

static tw_status open_file(struct tw_import *import, tw_error *err)
{
	struct tw__preset_options *options = &import->file;
	tw_status status;

	options->zone = import->zone;
	options->trunk_pattern = import->trunk_pattern;
	options->is_trunk = tw__owners_has_trunks(import->owners) ?
		is_trunk : NULL;
	options->arg = import->owners;
	options->rule = &import->rule;
	options->moving = moving;
	options->moving_arg = import;
	status = tw__preset_open(&import->reading, import->preset, options,
				 err);
	return status ? status : keep_hash(import, err);
}

static void close_file(struct tw_import *import)
{
	tw__preset_free(import->reading);
	tw__shift_free(import->shift);
	tw__starts_free(import->starts);
	tw__legs_free(import->legs);
	import->reading = NULL;
	import->shift = NULL;
	import->starts = NULL;
	import->legs = NULL;
}

static tw_status take_file(struct tw_import *import, tw_error *err)
{
	tw_status status = open_file(import, err);

	if (!import->reading)
		return status;
	if (!status)
		status = tw__shift_new(&import->shift, import->store,
				       import->ids.batch, err);
	if (!status)
		status = tw__starts_new(&import->starts,
					size_of(import) / ROW_BYTES, err);
	if (!status)
		status = tw__store_widen(import->store, true, err);
	import->wide |= !status;
	if (status)
		import->failed = status;
	else
		status = read_file(import, err);
	close_file(import);
	return status;
}

tw_status tw_import_file(tw_import *import, const void *data, size_t size,
			 tw_error *err)
{
	struct tw__preset_options *options;
	tw_status status = tw__import_usable(import, err);

	if (status)
		return status;
	if (!*import->preset)
		return tw__fail_at(err, TW_EINVAL, 0, "preset", "a file needs "
				   "one, or a mapping");
	if (!data && size)
		return tw__fail(err, TW_EINVAL, "no file bytes");
	options = &import->file;
	options->data = data;
	options->size = size;
	import->bytes = (struct tw__bytes){ .read = import->read,
		.arg = import->read_arg };
	options->bytes = !size && import->read ? &import->bytes : NULL;
	return take_file(import, err);
}
