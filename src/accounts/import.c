/**
 * @file src/accounts/import.c  A batch of call records, all or nothing
 *
 * Decides the order of things: read, find the owner, rate, store, count; and
 * that a batch becomes visible as a whole, with its rollup and its postings.
 * Refuses to know layouts (src/formats/preset.h) and prices (call_rate.c).
 */
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "call_known.h"
#include "identity.h"
#include "import.h"
#include "open_call.h"
#include "regroup.h"
#include "rejects.h"

tw_status tw__import_batch(struct tw_import *import, tw_error *err)
{
	const tw_clock *clock = tw__store_clock(import->store);
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, import->store,
				    "SELECT max(id) FROM batch", err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	import->ids.batch = tw__col_i64(stmt, 0) + 1;
	import->made_us = clock->wall(clock->arg);
	import->file_hash[0] = '\0';
	tw__reset(stmt);
	return TW_OK;
}

static tw_status copy_options(struct tw_import *import,
			      const tw_import_options *options, tw_error *err)
{
	char preset[TW_PRESET_NAME];
	const char *source = options->source;
	tw_status status = tw__preset_name(preset, options->preset,
					   options->map, err);

	if (status)
		return status;
	if (!source || !*source)
		source = options->map ? "mapping" : *preset ? preset : "host";
	import->file.map = options->map;
	import->read = options->read;
	import->read_arg = options->read_arg;
	import->source = tw_strdup(source);
	import->preset = tw_strdup(preset);
	import->zone_name = tw_strdup(options->zone ? options->zone : "");
	import->trunk_pattern = tw_strdup(options->trunk_pattern ?
					  options->trunk_pattern : "");
	import->file_name = tw_strdup(options->file_name ?
				      options->file_name : "");
	import->carrier = tw_strdup(options->carrier ? options->carrier : "");
	import->lookup = options->lookup;
	if (*preset)
		status = tw__preset_groups(&import->group, preset,
					   options->map, err);
	if (status)
		return status;
	if (!import->source || !import->preset || !import->zone_name ||
	    !import->trunk_pattern || !import->file_name || !import->carrier)
		return tw__fail_oom(err);
	if (strlen(source) > TW_CALL_TEXT_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "source", "is longer "
				   "than %d bytes; shorten it",
				   TW_CALL_TEXT_MAX);
	/* calls keep it beside their other marks, parted by such a byte */
	for (const char *p = source; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return tw__fail_at(err, TW_EINVAL, 0, "source",
					   "holds a control character; remove "
					   "it");
	}
	if (!*import->zone_name)
		return TW_OK;
	return tw_zone_open(&import->zone, import->zone_name, err);
}

tw_status tw__import_open(struct tw_import *import, tw_error *err)
{
	int64_t carrier = 0;
	tw_status status = tw__data_version(&import->seen, import->store,
					    err);

	import->day = tw__import_day(import);
	if (!status)
		status = tw__book_open(&import->book, import->store,
			*import->zone_name ? import->zone_name : "UTC", err);
	if (!status)
		status = tw__rollup_catch_up(import->store, err);
	if (status)
		return status;
	import->rule = tw__dial_rule(import->book.country);
	tw__call_ids_open(&import->ids, import->store);
	status = tw__owners_new(&import->owners, import->store,
				&import->rule, err);
	if (status)
		return status;
	if (*import->carrier) {
		carrier = tw__owners_carrier(import->owners, import->carrier,
					     0);
		if (!carrier)
			return tw__fail_at(err, TW_ENOTFOUND, 0, "carrier",
					   "'%.80s' is not in the directory; "
					   "apply a [[carrier]] or import its "
					   "tariff first", import->carrier);
	}
	status = tw__rater_new(&import->rater, import->store,
			       &import->ids.words, carrier, err);
	if (!status && import->lookup)
		status = tw__rater_lookup(import->rater, import->lookup, err);
	if (!status)
		status = tw__identity_newest(&import->newest_identity,
					     import->store, err);
	if (!status)
		status = tw__open_call_any(&import->any_open, import->store,
					   err);
	return status ? status : tw__import_batch(import, err);
}

tw_status tw_import_new(tw_import **out, tw_store *store,
			const tw_import_options *options, tw_error *err)
{
	tw_import_options o = TW_IMPORT_OPTIONS_INIT;
	struct tw_import *import;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "an import needs a store");
	if (options) {
		status = tw__import(&o, sizeof(o), options, err);
		if (status)
			return status;
	}
	if (o.flags & ~TW_IMPORT_ONE_THREAD)
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "must be 0 or "
				   "TW_IMPORT_ONE_THREAD");
	if (tw__tx_is_taken(store))
		return tw__fail(err, TW_EBUSY, "another import of this store "
				"is open; commit or free it first");
	import = tw_calloc(1, sizeof(*import));
	if (!import)
		return tw__fail_oom(err);
	import->store = tw__store_ref(store);
	import->flags = o.flags;
	import->beside_from = TW_IMPORT_BESIDE_BYTES;
	import->counts.size = sizeof(import->counts);
	import->why = (tw_error)TW_ERROR_INIT;
	import->rejects = tw__rejects_new();
	status = import->rejects ? copy_options(import, &o, err) :
		tw__fail_oom(err);
	if (!status)
		status = tw__tx_enter(&import->tx, store, err);
	if (!status) {
		import->open = true;
		status = tw__import_open(import, err);
	}
	if (status) {
		tw_import_free(import);
		return status;
	}
	*out = import;
	return TW_OK;
}

void tw__import_close(struct tw_import *import)
{
	tw__rater_free(import->rater);
	tw__owners_free(import->owners);
	tw__legs_free(import->legs);
	import->rater = NULL;
	import->owners = NULL;
	import->legs = NULL;
	tw__call_ids_close(&import->ids);
	tw__rollup_free(&import->rollup);
	tw__book_close(&import->book);
}

void tw_import_free(tw_import *import)
{
	if (!import)
		return;
	if (import->open)
		(void)tw__tx_leave(&import->tx, import->store, TW_EREFUSED,
				   NULL);
	if (import->wide)
		(void)tw__store_widen(import->store, false, NULL);
	tw__preset_free(import->reading);
	tw__shift_free(import->shift);
	tw__starts_free(import->starts);
	tw__import_close(import);
	tw_free(import->block);
	tw_zone_free(import->zone);
	tw_rejects_free(import->rejects);
	tw_free(import->source);
	tw_free(import->preset);
	tw_free(import->zone_name);
	tw_free(import->trunk_pattern);
	tw_free(import->file_name);
	tw_free(import->carrier);
	tw_store_free(import->store);
	tw_free(import);
}

uint64_t tw_import_batch(const tw_import *import)
{
	return import ? (uint64_t)import->ids.batch : 0;
}

/* What a record said itself of its call is nowhere else: tries and sides that
 * were found look alike. */
static tw_status keep_own(struct tw_import *import, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (!import->own)
		return TW_OK;
	status = tw__stmt(&stmt, import->store, "INSERT INTO call_role "
		"(start_us, key, batch, role) VALUES (?, ?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, import->call.cdr.start);
	tw__bind_i64(stmt, 2, (int64_t)import->call.key);
	tw__bind_i64(stmt, 3, import->ids.batch);
	tw__bind_i64(stmt, 4, import->own);
	return tw__run(stmt, err);
}

/* Into the sums first: calls are never deleted, and a sum that overflows must
 * be seen before there is one too many. */
static tw_status store_now(struct tw_import *import, tw_error *err)
{
	struct tw__call *call = &import->call;
	struct tw__import_sum sum;
	tw_status status = tw__import_flush(import, err);

	if (!status)
		status = tw__import_sum(&sum, import, err);
	if (status)
		return status;
	status = tw__call_store(import->store, call, &import->ids, err);
	if (status) {
		tw__import_unsum(import, &sum);
		return status;
	}
	status = keep_own(import, err);
	if (!status && import->any_open)
		status = import->closing ?
			tw__open_call_close(import->store, call,
					    import->ids.batch, err) :
			tw__open_call_end(import->store, call, err);
	if (status)
		return status;
	tw__import_span(import, call->cdr.start);
	return tw__rater_keep(import->rater, call, import->ids.batch, err);
}

static tw_status store_call(struct tw_import *import, tw_error *err)
{
	tw_status status = TW_ERANGE;

	if (tw__import_may_wait(import))
		status = tw__import_wait(import, err);
	if (status != TW_ERANGE)
		return status;
	err->code = TW_OK;
	return store_now(import, err);
}

/* The number that forwarded a leg may stand in another row only, and that row
 * after this one. */
static tw_status make_legs(struct tw_import *import, tw_error *err)
{
	struct tw__legs_reading ahead = { NULL, import->owners,
		import->source, &import->rule };
	tw_status status = tw__legs_new(&import->legs, import->store, err);

	if (status || !import->reading)
		return status;
	status = tw__preset_open(&ahead.preset, import->preset,
				 &import->file, err);
	if (!status)
		status = tw__legs_read_ahead(import->legs, &ahead, err);
	tw__preset_free(ahead.preset);
	return status;
}

static tw_status find_number(struct tw_import *import, tw_error *err)
{
	tw_status status = TW_OK;

	if (!tw__legs_wants(&import->call))
		return TW_OK;
	/* it may be a leg of one of those */
	status = tw__import_flush(import, err);
	if (!status)
		status = tw__call_ids_write(&import->ids, err);
	if (!status && !import->legs)
		status = make_legs(import, err);
	return status ? status : tw__legs_fill(&import->call, import->legs,
					       err);
}

/* What the file's other rows say of this one comes after its key and content
 * are made of its own words. */
static tw_status take_found(struct tw_import *import, tw_error *err)
{
	struct tw__call *call = &import->call;
	struct tw__preset_found found;

	import->own = OWN_NONE;
	import->key_moves = false;
	if (!import->reading)
		return TW_OK;
	tw__preset_found(&found, import->reading);
	import->own = found.own;
	import->key_moves = found.key_moves;
	if (found.direction)
		call->cdr.direction = found.direction;
	if (found.leg)
		call->cdr.leg = found.leg;
	if (found.linked)
		call->cdr.linked_id = found.linked;
	if (found.number && !*call->own_number)
		tw__call_spell(call->own_number, found.number,
			       &import->rule);
	return found.direction ? tw__known_as_found(import->store, call,
						    err) : TW_OK;
}

static tw_status process(struct tw_import *import, const tw_cdr *cdr,
			 tw_error *err)
{
	struct tw__call *call = &import->call;
	tw_status status = tw__call_read(call, cdr, import->source,
					 &import->rule, err);

	if (status)
		return status;
	tw__call_expect(call, &import->ids);
	tw__call_hash(call);
	if (import->starts)
		tw__starts_expect(import->starts, call->key);
	status = take_found(import, err);
	if (status)
		return status;
	if (cdr->flags & TW_CDR_INTERIM) {
		status = tw__import_flush(import, err);
		if (status)
			return status;
		import->any_open = true;
		return tw__open_call_keep(import->store, call, &import->ids,
					  import->file_name, err);
	}
	status = find_number(import, err);
	if (!status)
		status = tw__call_known(import->store, call, &import->ids,
					err);
	if (!status)
		status = tw__import_shift(import, err);
	if (!status && !import->closing)
		status = tw__known_or_near(import->store, call, err);
	if (status)
		return status;
	tw__owners_resolve(import->owners, call);
	status = tw__rater_rate(import->rater, call, err);
	/* what it asks for has come meanwhile: tw__starts_expect() */
	if (!status)
		status = tw__import_shift_own(import, err);
	return status ? status : store_call(import, err);
}

tw_status tw__import_usable(const struct tw_import *import, tw_error *err)
{
	if (!import)
		return tw__fail(err, TW_EINVAL, "no import");
	if (!import->open)
		return tw__fail(err, TW_EINVAL, "the import is committed; "
				"open a new one");
	if (import->failed)
		return tw__fail(err, import->failed, "the import failed "
				"before; free it and begin again");
	if (!tw__tx_stands(&import->tx, import->store))
		return tw__fail(err, TW_EINVAL, "the transaction of this "
				"import was rolled back; free it");
	return TW_OK;
}

static void say_conflict(tw_error *why, const struct tw_import *import)
{
	const struct tw__call *call = &import->call;
	bool closed = false;

	if (import->any_open)
		(void)tw__open_call_is_closed(&closed, import->store, call,
					      NULL);
	tw__import_say_conflict(why, call->cdr.call_id, closed);
}

tw_status tw__import_row(struct tw_import *import, const tw_cdr *cdr,
			 tw_error *err)
{
	tw_error *why = &import->why;
	tw_status status;

	why->code = TW_OK;
	status = process(import, cdr, why);
	import->counts.rows_read++;
	switch (status) {
	case TW_OK:
		if (cdr->flags & TW_CDR_INTERIM)
			import->counts.rows_held++;
		else
			import->counts.rows_stored++;
		return TW_OK;
	case TW_EEXIST:
		import->counts.duplicates++;
		/* a file is told by its counts; a million texts cost more
		 * than finding the rows */
		return import->reading ? status :
			tw__fail(err, TW_EEXIST, "the same record is stored "
				 "already");
	case TW_ECONFLICT:
		import->counts.conflicts++;
		if (!why->code)
			say_conflict(why, import);
		return tw__import_put_aside(import, "conflict", cdr, why,
					    err);
	case TW_EPARSE:
	case TW_ERANGE:
		import->counts.rows_rejected++;
		return tw__import_put_aside(import, "reject", cdr, why, err);
	default:
		import->failed = status;
		if (err)
			*err = *why;
		return status;
	}
}

tw_status tw_import_add(tw_import *import, const tw_cdr *cdr, tw_error *err)
{
	tw_cdr copy = TW_CDR_INIT;
	tw_status status = tw__import_usable(import, err);

	if (!status)
		status = tw__import(&copy, sizeof(copy), cdr, err);
	return status ? status : tw__import_row(import, &copy, err);
}

static void bind_counts(struct tw_stmt *stmt, const struct tw_import *import)
{
	const tw_counts *counts = &import->counts;

	/* what is held is under way and no call of the batch */
	tw__bind_i64(stmt, 9, (int64_t)(counts->rows_read -
					counts->rows_held));
	tw__bind_i64(stmt, 10, (int64_t)counts->rows_stored);
	tw__bind_i64(stmt, 11, (int64_t)counts->rows_rejected);
	tw__bind_i64(stmt, 12, (int64_t)counts->duplicates);
	tw__bind_i64(stmt, 13, (int64_t)counts->conflicts);
	tw__bind_i64(stmt, 14, import->first_us);
	tw__bind_i64(stmt, 15, import->last_us);
}

/* New, or that of an import that goes on. */
static const char into_batch[] =
	"INSERT INTO batch (id, source, preset, zone, file_name, file_hash, "
	"made_us, open_month, rows_read, rows_stored, rows_rejected, "
	"duplicates, conflicts, first_us, last_us, who, grouped) "
	"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
	"ON CONFLICT (id) DO UPDATE SET "
	"file_hash = excluded.file_hash, "
	"grouped = excluded.grouped, "
	"rows_read = excluded.rows_read, "
	"rows_stored = excluded.rows_stored, "
	"rows_rejected = excluded.rows_rejected, "
	"duplicates = excluded.duplicates, "
	"conflicts = excluded.conflicts, "
	"first_us = excluded.first_us, "
	"last_us = excluded.last_us";

static tw_status finish_batch(struct tw_import *import, tw_error *err)
{
	struct tw_stmt *stmt;
	int64_t who = 0;
	tw_status status = tw__ledger_who(&who, import->store, err);

	if (!status)
		status = tw__stmt(&stmt, import->store, into_batch, err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, import->ids.batch);
	tw__bind_text(stmt, 2, import->source);
	tw__bind_text(stmt, 3, import->preset);
	tw__bind_text(stmt, 4, import->zone_name);
	tw__bind_text(stmt, 5, import->file_name);
	tw__bind_text(stmt, 6, import->file_hash);
	tw__bind_i64(stmt, 7, import->made_us);
	tw__bind_i64(stmt, 8, import->book.open_month);
	bind_counts(stmt, import);
	tw__bind_i64(stmt, 16, who);
	/* a host's records say themselves what they are */
	tw__bind_i64(stmt, 17, *import->file_hash ? import->group :
		     GROUP_NONE);
	return tw__run(stmt, err);
}

/* A batch that says nothing new leaves no trace. */
static tw_status drop_batch(struct tw_import *import, tw_error *err)
{
	static const char *const sql[] = {
		"DELETE FROM quarantine WHERE batch = ?",
		"DELETE FROM batch WHERE id = ?"
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(sql); i++) {
		struct tw_stmt *stmt;
		tw_status status = tw__stmt(&stmt, import->store, sql[i],
					    err);

		if (status)
			return status;
		tw__bind_i64(stmt, 1, import->ids.batch);
		status = tw__run(stmt, err);
		if (status)
			return status;
	}
	import->ids.batch = 0;
	return TW_OK;
}

/* Its file may have had only some records of a call. */
static tw_status regroup(struct tw_import *import, tw_error *err)
{
	struct tw__regroup_of of = { .batch = import->ids.batch,
		.range = { import->first_us, import->last_us },
		.preset = import->preset, .source = import->source,
		.group = import->group };

	if (!*import->file_hash || !import->counts.rows_stored)
		return TW_OK;
	return tw__regroup(import->store, &of, err);
}

static tw_status settle(struct tw_import *import, tw_error *err)
{
	const tw_counts *counts = &import->counts;
	tw_status status = TW_OK;

	tw__call_ids_rest(&import->ids);
	if (tw__import_passed_over(import) != import->passed_over)
		status = tw__identity_prune(import->store,
			import->newest_identity, import->ids.batch,
			(const int64_t []){ import->first_us,
				import->last_us }, err);
	if (status)
		return status;
	if (!counts->rows_stored && (import->known_file ||
	    (!counts->conflicts && !counts->rows_rejected)))
		return drop_batch(import, err);
	status = finish_batch(import, err);
	if (!status)
		status = tw__rollup_merge(import->store, &import->rollup, 1,
					  err);
	if (!status)
		status = tw__ledger_post_calls(import->store,
			&import->rollup, &(const struct tw__charges_of){
				.batch = import->ids.batch }, err);
	if (!status)
		status = tw__rater_settle(import->rater, err);
	if (!status && counts->rows_stored)
		status = tw__book_keep(&import->book, import->store, err);
	return status ? status : regroup(import, err);
}

tw_status tw_import_commit(tw_counts *out, tw_rejects **out_rejects,
			   tw_import *import, tw_error *err)
{
	tw_status status = tw__import_usable(import, err);

	if (status)
		return status;
	status = settle(import, err);
	import->open = false;
	status = tw__tx_leave(&import->tx, import->store, status, err);
	import->failed = status;
	if (status)
		return status;
	if (out)
		*out = import->counts;
	if (out_rejects) {
		*out_rejects = import->rejects;
		import->rejects = NULL;
	}
	return TW_OK;
}
