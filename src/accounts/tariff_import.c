/**
 * @file src/accounts/tariff_import.c  A sheet becomes a version, or nothing
 *
 * Decides from when a sheet is in force, and that one bad row keeps the whole
 * of it out: half a price list charges somebody the wrong half. Refuses to
 * change the versions that calls were charged by, and to know by which rules
 * a sheet is read (tariff_reading.c).
 */
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "formats/sheet.h"
#include "rating/deck.h"
#include "rejects.h"
#include "sheet_job.h"

/* ---- progress ---- */

/* Thousandths of the work at which its parts begin, as measured. */
#define READING   0u
#define COMPILING 250u
#define STORING   400u
#define WHOLE     1000u

struct part {
	const struct tw__sheet_job *job;
	uint64_t from, to;
};

static int tell_part(void *arg, uint64_t done, uint64_t total)
{
	const struct part *part = arg;
	const tw_tariff_import *options = &part->job->options;
	uint64_t way = part->to - part->from;

	if (done > total)
		done = total;
	return options->progress(options->progress_arg, part->from +
		(total ? way * (done * 1000 / total) / 1000 : way), WHOLE);
}

static tw_status tell(const struct tw__sheet_job *job, uint64_t done,
		      tw_error *err)
{
	const tw_tariff_import *options = &job->options;

	if (!options->progress ||
	    !options->progress(options->progress_arg, done, WHOLE))
		return TW_OK;
	return tw__fail(err, TW_ECANCELLED, "stopped; nothing was changed");
}

static tw_status is_current(bool *out, const struct tw__sheet_job *job,
			    tw_error *err)
{
	struct tw__terms terms;
	struct tw_stmt *stmt;
	tw_status status;
	bool same;

	*out = false;
	if (!job->current || (job->asked &&
			      job->starts != job->current_starts))
		return TW_OK;
	status = tw__terms_read(&terms, job->store, job->current, err);
	if (status)
		return status;
	same = tw__terms_equal(&terms, &job->terms);
	tw__terms_free(&terms);
	if (!same)
		return TW_OK;
	status = tw__stmt(&stmt, job->store,
		"SELECT sheet_hash, partial FROM tariff_version "
		"WHERE id = ?", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, job->current);
	status = tw__step(stmt, err);
	if (status)
		return status;
	*out = strcmp(tw__col_text(stmt, 0), job->hash) == 0 &&
		tw__col_i64(stmt, 1) ==
		!!(job->options.flags & TW_TARIFF_PARTIAL);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status copy_rejects(struct tw__sheet_job *job, tw_error *err)
{
	uint64_t n = tw_sheet_rows_rejected(job->sheet);

	for (uint64_t i = 0; i < n; i++) {
		tw_reject reject = TW_REJECT_INIT;
		tw_status status = tw_sheet_reject(&reject, job->sheet, i,
						   err);

		if (status == TW_ITER_END)
			break;
		if (!status && tw__rejects_add(job->rejects, reject.line,
					       reject.column, "%s",
					       reject.reason))
			status = tw__fail_oom(err);
		if (status)
			return status;
	}
	job->counts.rows_rejected = n;
	job->counts.rows_held = tw_sheet_rows_good(job->sheet);
	return TW_OK;
}

static tw_status copy_rates(struct tw__sheet_job *job, tw_error *err)
{
	uint64_t n = tw_sheet_rates(job->sheet);

	for (uint64_t i = 0; i < n; i++) {
		tw_rate rate = TW_RATE_INIT;
		tw_status status = tw_sheet_rate(&rate, job->sheet, i, err);

		if (!status)
			status = tw__rates_add(&job->rates, &rate, 0, err);
		if (status)
			return status;
	}
	return TW_OK;
}

/* The first prices of a carrier serve all its past; later ones the day that
 * every row of the sheet names, else from now on. */
static tw_time start_of(const struct tw__sheet_job *job)
{
	tw_time earliest = TW_TIME_MAX;

	for (size_t i = 0; i < job->rates.count; i++) {
		if (job->rates.rows[i].from < earliest)
			earliest = job->rates.rows[i].from;
	}
	if (job->asked)
		return job->starts;
	if (job->first)
		return TW_TIME_MIN;
	return earliest == TW_TIME_MIN || !job->rates.count ? job->now :
		earliest;
}

/* In force is who starts last, so that a version which starts before the one
 * that it is made of would be hidden behind it. Dates of the past are dates
 * of a list that is known; a start that is still to come was meant. */
tw_status tw__sheet_job_start(struct tw__sheet_job *job, tw_error *err)
{
	char at[48] = "?";
	tw_zone *zone;

	job->starts = start_of(job);
	if (!job->current || job->starts >= job->current_starts)
		return TW_OK;
	if (!job->asked && job->current_starts <= job->now) {
		job->starts = job->current_starts;
		return TW_OK;
	}
	if (!tw_zone_open(&zone, job->terms.rules.zone, NULL)) {
		(void)tw_time_format(at, sizeof(at), job->current_starts,
				     zone, NULL);
		tw_zone_free(zone);
	}
	return tw__fail_at(err, TW_ECONFLICT, 0, "tariff", "version %lld "
		"starts later, at %s, and would hide this one; withdraw it "
		"(tariff undo), import this sheet, then that one again",
		(long long)job->current, at);
}

tw_status tw__sheet_job_currency(const struct tw__sheet_job *job,
				 tw_error *err)
{
	const char *currency = job->terms.rules.currency;
	tw_tariff_rules old;
	tw_status status;

	if (!job->current)
		return TW_OK;
	status = tw__tariff_version_rules(&old, job->store, job->current, err);
	if (status || !strcmp(old.currency, currency))
		return status;
	return tw__fail_at(err, TW_ECONFLICT, 0, "currency", "tariff '%.80s' "
		"is in %s; import %s prices under another name",
		job->options.tariff, old.currency, currency);
}

static tw_status merge(struct tw__sheet_job *job, tw_error *err)
{
	bool partial = job->options.flags & TW_TARIFF_PARTIAL;
	const struct tw__merge merge = { &job->before, &job->rates,
		job->starts, partial };
	tw_status status = tw__sheet_job_currency(job, err);

	if (!status && job->current)
		status = tw__tariff_version_rates(&job->before, job->store,
						  job->current, err);
	return status ? status : tw__tariff_merge(&job->next, &job->diff,
						  &merge, err);
}

/* A row that no deck can hold is a reject like any other. */
static tw_status try_deck(struct tw__sheet_job *job, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_deck *deck;
	tw_status status = tw__tariff_deck_make(&deck, job->store,
		&job->terms, &job->next, job->options.file_name, &why);

	if (status == TW_OK) {
		tw_deck_free(deck);
		return TW_OK;
	}
	if (status != TW_ECONFLICT && status != TW_EINVAL) {
		if (err)
			*err = why;
		return status;
	}
	job->counts.rows_rejected = 1;
	job->counts.rows_held = tw_sheet_rows_good(job->sheet) - 1;
	return tw__rejects_add(job->rejects, why.line,
			       *why.field ? why.field : "prefix", "%s",
			       why.message) ? tw__fail_oom(err) : TW_OK;
}

static tw_status write_version(struct tw__sheet_job *job, tw_error *err)
{
	struct part part = { job, STORING, WHOLE };
	struct tw__new_version version = { .store = job->store,
		.tariff_name = job->options.tariff,
		.carrier_name = job->options.carrier,
		.file_name = job->options.file_name, .hash = job->hash,
		.tariff = job->tariff, .carrier = job->carrier,
		.starts = job->starts, .now = job->now,
		.partial = job->options.flags & TW_TARIFF_PARTIAL,
		.terms = &job->terms, .rates = &job->next,
		.progress = job->options.progress ? tell_part : NULL,
		.progress_arg = &part };

	return tw__tariff_version_write(&version, err);
}

/* What a version was made of: the file, and how it was read. The same bytes
 * under another mapping are other prices. */
static tw_status hash_sheet(struct tw__sheet_job *job, const void *data,
			    size_t size, tw_error *err)
{
	const struct tw_sheet_map *map = job->options.map;
	struct tw_buf buf;
	tw_status status;

	status = tw__hash_hex(job->hash, TW_HASH_SHA256, data, size, err);
	if (status || !map || !map->said.size)
		return status;
	tw__buf_init(&buf);
	if (tw__buf_text(&buf, job->hash) ||
	    tw__buf_append(&buf, map->said.data, map->said.size))
		status = tw__fail_oom(err);
	else
		status = tw__hash_hex(job->hash, TW_HASH_SHA256, buf.data,
				      buf.size, err);
	tw__buf_free(&buf);
	return status;
}

static tw_status read_sheet(struct tw__sheet_job *job, const void *data,
			    size_t size, tw_error *err)
{
	struct part part = { job, READING, COMPILING };
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_tariff_rules *rules = &job->terms.rules;
	tw_status status = tell(job, READING, err);

	if (status)
		return status;
	options.currency = *rules->currency ? rules->currency : NULL;
	options.zone = rules->zone;
	options.map = job->options.map;
	if (job->options.progress) {
		options.progress = tell_part;
		options.progress_arg = &part;
	}
	status = tw_sheet_read(&job->sheet, data, size, &options, err);
	if (status)
		return status;
	if (!*rules->currency)
		snprintf(rules->currency, sizeof(rules->currency), "%s",
			 tw_sheet_currency(job->sheet));
	/* ISO 4217 knows how small the coins are. */
	if (!job->decimals_declared)
		(void)tw_currency_decimals(&rules->decimals, rules->currency,
					   NULL);
	job->counts.rows_read = tw_sheet_rows_read(job->sheet);
	return hash_sheet(job, data, size, err);
}

static tw_status run(struct tw__sheet_job *job, const void *data, size_t size,
		     tw_error *err)
{
	bool same;
	tw_status status = tw__sheet_job_prepare(job, err);

	if (!status && *job->terms.rules.stated_by)
		return tw__fail_at(err, TW_ECONFLICT, 0, "tariff", "'%.80s' "
			"has no prices: its calls cost what records of %s "
			"state; take stated_by out of its [[tariff]], or "
			"import the sheet under another name",
			job->options.tariff, job->terms.rules.stated_by);
	if (!status)
		status = read_sheet(job, data, size, err);
	if (status)
		return status;
	job->diff.rules = job->terms.rules;
	if (tw_sheet_rows_rejected(job->sheet))
		return copy_rejects(job, err);
	if (!tw_sheet_rows_good(job->sheet))
		return tw__fail(err, TW_EPARSE, "the sheet has no rows; a "
				"tariff without prices is refused");
	status = is_current(&same, job, err);
	if (status)
		return status;
	if (same) {
		job->counts.duplicates = job->counts.rows_read;
		job->diff.unchanged = job->counts.rows_read;
		return tell(job, WHOLE, err);
	}
	status = tell(job, COMPILING, err);
	if (!status)
		status = copy_rates(job, err);
	if (status)
		return status;
	status = tw__sheet_job_start(job, err);
	if (!status)
		status = merge(job, err);
	if (!status)
		status = try_deck(job, err);
	if (status || job->counts.rows_rejected)
		return status;
	job->counts.rows_stored = tw_sheet_rows_good(job->sheet);
	if (job->options.flags & TW_TARIFF_DRY_RUN)
		return tell(job, WHOLE, err);
	status = write_version(job, err);
	return status ? status : tell(job, WHOLE, err);
}

tw_status tw__sheet_job_names(const struct tw__sheet_job *job, tw_error *err)
{
	if (!job->options.tariff || !*job->options.tariff)
		return tw__fail_at(err, TW_EINVAL, 0, "tariff", "is empty; "
				   "name the tariff");
	if (strlen(job->options.tariff) > 127 || (job->options.carrier &&
	    strlen(job->options.carrier) > 127))
		return tw__fail_at(err, TW_EINVAL, 0, "tariff", "names have "
				   "at most 127 bytes; shorten it");
	if (!tw__text_is_header_safe(job->options.tariff) ||
	    (job->options.carrier &&
	     !tw__text_is_header_safe(job->options.carrier)))
		return tw__fail_at(err, TW_EINVAL, 0, "tariff", "names hold "
				   "no control characters, quotes or "
				   "brackets; change it");
	return TW_OK;
}

static tw_status check_options(struct tw__sheet_job *job, tw_error *err)
{
	uint32_t flags = job->options.flags;
	tw_status status = tw__sheet_job_names(job, err);

	if (status)
		return status;
	if (flags & ~(TW_TARIFF_FULL | TW_TARIFF_PARTIAL |
		      TW_TARIFF_DRY_RUN))
		return tw__fail_at(err, TW_EINVAL, 0, "flags",
				   "0x%x is unknown", flags);
	if (flags & TW_TARIFF_PARTIAL)
		job->options.flags &= ~TW_TARIFF_FULL;
	return TW_OK;
}

static void job_free(struct tw__sheet_job *job)
{
	tw_sheet_free(job->sheet);
	tw__rates_free(&job->rates);
	tw__rates_free(&job->before);
	tw__rates_free(&job->next);
	tw__terms_free(&job->terms);
	tw_rejects_free(job->rejects);
}

/* A dry run takes a snapshot, not the writer's lock. */
static tw_status run_inside(struct tw__sheet_job *job, const void *data,
			    size_t size, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (job->options.flags & TW_TARIFF_DRY_RUN) {
		status = tw__read_enter(&tx, job->store, err);
		if (status)
			return status;
		status = run(job, data, size, err);
		tw__read_leave(&tx, job->store);
		return status;
	}
	status = tw__tx_enter(&tx, job->store, err);
	if (status)
		return status;
	return tw__tx_leave(&tx, job->store, run(job, data, size, err), err);
}

tw_status tw_tariff_import_sheet(tw_counts *out, tw_tariff_diff *out_diff,
	tw_rejects **out_rejects, tw_store *store,
	const tw_tariff_import *options, const void *data, size_t size,
	tw_error *err)
{
	struct tw__sheet_job job = { .store = store };
	const tw_clock *clock;
	tw_status status;

	if (!store || !options || (!data && size))
		return tw__fail(err, TW_EINVAL, "a tariff import needs "
				"store, options and data");
	status = tw__import(&job.options, sizeof(job.options), options, err);
	if (!status)
		status = check_options(&job, err);
	if (!status && out_diff && out_diff->size < sizeof(out_diff->size))
		status = tw__fail(err, TW_EINVAL, "size %u of a difference; "
			"start it with TW_TARIFF_DIFF_INIT", out_diff->size);
	if (status)
		return status;
	clock = tw__store_clock(store);
	job.now = clock->wall(clock->arg);
	job.terms.rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	job.counts = (tw_counts)TW_COUNTS_INIT;
	job.diff = (tw_tariff_diff)TW_TARIFF_DIFF_INIT;
	job.rejects = tw__rejects_new();
	status = job.rejects ? run_inside(&job, data, size, err) :
		tw__fail_oom(err);
	if (!status) {
		if (out)
			*out = job.counts;
		/* the rules in it grow: no byte past what the caller knows */
		if (out_diff)
			(void)tw__export(out_diff, &job.diff,
					 sizeof(job.diff), NULL);
		if (out_rejects) {
			*out_rejects = job.rejects;
			job.rejects = NULL;
		}
	}
	job_free(&job);
	return status;
}
