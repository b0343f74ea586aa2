/**
 * @file src/accounts/tariff_stated.c  A tariff that records state
 *
 * Decides when the word of a source becomes the price of a carrier's calls: a
 * version without rates, from an instant on. Refuses to mix it with prices:
 * what a tariff goes by is declared, and no sheet or source changes that.
 */
#include <string.h>
#include "base/decimal.h"
#include "sheet_job.h"
#include <trunkwise/versions.h>

/* ---- whose word ---- */

static tw_status take_source(struct tw__sheet_job *job, const char *source,
			     tw_error *err)
{
	tw_tariff_rules *rules = &job->terms.rules;
	bool named = source && *source;

	if (!job->declared && !named)
		return tw__fail_at(err, TW_EINVAL, 0, "source", "tariff "
			"'%.80s' is not declared; name the source whose "
			"records state what its calls cost",
			job->options.tariff);
	if (!job->declared)
		return tw_tariff_rules_set(rules, "stated_by", source, err);
	if (!*rules->stated_by)
		return tw__fail_at(err, TW_ECONFLICT, 0, "tariff", "'%.80s' "
			"is a tariff of prices; write stated_by into its "
			"[[tariff]], or take another name",
			job->options.tariff);
	if (named && strcmp(source, rules->stated_by))
		return tw__fail_at(err, TW_ECONFLICT, 0, "source", "the calls "
			"of '%.80s' cost what records of %s state, not of "
			"'%.80s'; take another name", job->options.tariff,
			rules->stated_by, source);
	return TW_OK;
}

/* The deck is asked, so that there are no two opinions of rules. */
static tw_status check_rules(struct tw__sheet_job *job, tw_error *err)
{
	const char *currency = job->terms.rules.currency;
	uint32_t decimals;
	tw_deck *deck;
	tw_status status;

	if (!*currency)
		return tw__fail_at(err, TW_EINVAL, 0, "currency", "tariff "
			"'%.80s' is not declared; name the currency of what "
			"is stated", job->options.tariff);
	status = tw_currency_decimals(&decimals, currency, err);
	if (status)
		return tw__error_place(err, 0, "currency");
	status = tw__tariff_deck_make(&deck, job->store, &job->terms,
				      &job->rates, NULL, err);
	if (!status)
		tw_deck_free(deck);
	return status;
}

/* ---- the version ---- */

static tw_status is_current(bool *out, const struct tw__sheet_job *job,
			    tw_error *err)
{
	struct tw__terms terms;
	tw_status status;

	*out = false;
	if (!job->current || (job->asked &&
			      job->starts != job->current_starts))
		return TW_OK;
	status = tw__terms_read(&terms, job->store, job->current, err);
	if (status)
		return status;
	*out = tw__terms_equal(&terms, &job->terms);
	tw__terms_free(&terms);
	return TW_OK;
}

static tw_status write_version(int64_t *out, struct tw__sheet_job *job,
			       tw_error *err)
{
	struct tw__new_version version = { .store = job->store,
		.tariff_name = job->options.tariff,
		.carrier_name = job->options.carrier, .hash = "",
		.tariff = job->tariff, .carrier = job->carrier,
		.starts = job->starts, .now = job->now,
		.terms = &job->terms, .rates = &job->rates };
	tw_status status = tw__tariff_version_write(&version, err);

	*out = version.id;
	return status;
}

static tw_status run(int64_t *out, struct tw__sheet_job *job,
		     const char *source, tw_error *err)
{
	bool same;
	tw_status status = tw__sheet_job_prepare(job, err);

	if (!status)
		status = take_source(job, source, err);
	if (!status)
		status = check_rules(job, err);
	if (!status)
		status = is_current(&same, job, err);
	if (status || same)
		return status;
	status = tw__sheet_job_start(job, err);
	if (!status)
		status = tw__sheet_job_currency(job, err);
	return status ? status : write_version(out, job, err);
}

/* ---- from outside ---- */

static tw_status take_options(struct tw__sheet_job *job, const char **source,
			      const tw_stated_options *options, tw_error *err)
{
	tw_stated_options o = TW_STATED_OPTIONS_INIT;
	tw_status status = tw__import(&o, sizeof(o), options, err);

	if (status)
		return status;
	job->options = (tw_tariff_import)TW_TARIFF_IMPORT_INIT;
	job->options.tariff = o.tariff;
	job->options.carrier = o.carrier;
	job->options.currency = o.currency;
	job->options.zone = o.zone;
	job->options.starts = o.starts;
	*source = o.source;
	return tw__sheet_job_names(job, err);
}

tw_status tw_tariff_stated(int64_t *out_version, tw_store *store,
			   const tw_stated_options *options, tw_error *err)
{
	struct tw__sheet_job job = { .store = store };
	const char *source = NULL;
	const tw_clock *clock;
	int64_t version = 0;
	struct tw_tx tx;
	tw_status status;

	if (!store || !options)
		return tw__fail(err, TW_EINVAL, "a tariff needs store and "
				"options");
	status = take_options(&job, &source, options, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	clock = tw__store_clock(store);
	job.now = clock->wall(clock->arg);
	job.terms.rules = (tw_tariff_rules)TW_TARIFF_RULES_INIT;
	status = tw__tx_leave(&tx, store, run(&version, &job, source, err),
			      err);
	tw__terms_free(&job.terms);
	if (!status && out_version)
		*out_version = version;
	return status;
}
