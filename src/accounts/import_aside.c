/**
 * @file src/accounts/import_aside.c  Rows that are not stored
 *
 * Decides how a row that was refused, or that says something else than the
 * stored call of its key, is kept: with its line, its field, the reason and
 * its text as it came. Refuses to judge: others have found what is wrong.
 */
#include <stdio.h>
#include <string.h>
#include "import.h"
#include "rejects.h"

/* Rows of a file have a line; records of a host are counted from 1. */
static int64_t line_of(const struct tw_import *import)
{
	return import->reading ? tw__preset_line(import->reading) :
		(int64_t)import->counts.rows_read;
}

static void record_text(char out[TW_ASIDE_TEXT],
			const struct tw_import *import, const tw_cdr *cdr)
{
	if (import->reading) {
		tw__preset_text(out, TW_ASIDE_TEXT, import->reading);
		return;
	}
	snprintf(out, TW_ASIDE_TEXT, "call_id=%.255s leg=%u sequence=%u "
		 "start=%lld duration_us=%lld caller=%.64s callee=%.64s",
		 cdr->call_id ? cdr->call_id : "", cdr->leg, cdr->sequence,
		 (long long)cdr->start, (long long)cdr->duration_us,
		 cdr->caller ? cdr->caller : "",
		 cdr->callee ? cdr->callee : "");
	if (!tw__utf8_is_valid(out, strlen(out)))
		snprintf(out, TW_ASIDE_TEXT, "start=%lld (not UTF-8)",
			 (long long)cdr->start);
}

void tw__import_say_conflict(tw_error *why, const char *call_id, bool closed)
{
	tw__fail_at(why, TW_ECONFLICT, 0, "call_id", closed ?
		    "'%.80s' was closed at its last interim record when its "
		    "host had died; this one says otherwise" :
		    "'%.80s' is stored with this start but other content; "
		    "undo its batch if the new one is right", call_id);
}

static tw_status quarantine(struct tw_import *import,
			    const struct tw__aside *aside, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, import->store,
		"INSERT INTO quarantine (batch, kind, line, field, reason, "
		"start_us, key, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, import->ids.batch);
	tw__bind_text(stmt, 2, aside->kind);
	tw__bind_i64(stmt, 3, aside->line);
	tw__bind_text(stmt, 4, aside->why->field);
	tw__bind_text(stmt, 5, aside->why->message);
	if (aside->start && aside->key)
		tw__bind_i64(stmt, 6, aside->start);
	if (aside->key)
		tw__bind_i64(stmt, 7, (int64_t)aside->key);
	tw__bind_text(stmt, 8, aside->text);
	return tw__run(stmt, err);
}

tw_status tw__import_keep_aside(struct tw_import *import,
				const struct tw__aside *aside, tw_error *err)
{
	tw_status status = quarantine(import, aside, err);

	if (!status && tw__rejects_add(import->rejects, aside->line,
				       aside->column, "%s",
				       aside->why->message))
		status = tw__fail_oom(err);
	if (status)
		import->failed = status;
	return status;
}

/* By which the mended record will be known, whichever file brings it. */
static void find_key(struct tw__aside *aside, const struct tw_import *import,
		     const tw_cdr *cdr)
{
	tw_cdr read;

	if (import->reading) {
		tw__preset_identity(&read, import->reading);
		cdr = &read;
	}
	aside->key = tw__call_key(cdr, import->source);
	if (cdr->start > 0 && cdr->start < TW_CALL_START_END)
		aside->start = cdr->start;
}

tw_status tw__import_put_aside(struct tw_import *import, const char *kind,
			       const tw_cdr *cdr, const tw_error *why,
			       tw_error *err)
{
	struct tw__aside aside = { .kind = kind, .why = why,
		.line = line_of(import), .column = why->field };
	tw_status status = tw__import_flush(import, err);

	if (status)
		return status;
	if (why->code != TW_ECONFLICT) {
		find_key(&aside, import, cdr);
	}
	else {
		aside.start = import->call.cdr.start;
		aside.key = import->call.key;
	}
	if (import->reading)
		aside.column = tw__preset_column(import->reading, why->field);
	record_text(aside.text, import, cdr);
	status = tw__import_keep_aside(import, &aside, err);
	if (status)
		return status;
	if (err)
		*err = *why;
	return why->code;
}
