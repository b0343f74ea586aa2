/**
 * @file src/accounts/sheet_job.h  One import of a price sheet, on its way
 */
#ifndef TW_SRC_ACCOUNTS_SHEET_JOB_H
#define TW_SRC_ACCOUNTS_SHEET_JOB_H

#include "base/hash.h"
#include "tariff.h"
#include "tariff_terms.h"

struct tw__sheet_job {
	tw_store *store;
	tw_tariff_import options;
	tw_time now;
	int64_t tariff, carrier;        /* entities; 0: to be made */
	bool declared;
	bool decimals_declared;
	struct tw__terms terms;
	char hash[2 * TW_HASH_MAX + 1];
	int64_t current;                /* newest version, 0 none */
	tw_time current_starts;
	bool asked;                     /* options.starts says from when */
	bool first;                     /* the carrier had no version */
	tw_sheet *sheet;
	struct tw__rates rates, before, next;
	tw_time starts;
	tw_counts counts;
	tw_tariff_diff diff;
	struct tw_rejects *rejects;
};

/* Whether tariff and carrier may be called so. */
tw_status tw__sheet_job_names(const struct tw__sheet_job *job, tw_error *err);
/* What the options and the store say before a row is read: the tariff and its
 * carrier, its rules, `starts` as asked, and the version in force. */
tw_status tw__sheet_job_prepare(struct tw__sheet_job *job, tw_error *err);
/* From when the version is in force, which is made of those rates. */
tw_status tw__sheet_job_start(struct tw__sheet_job *job, tw_error *err);
/* A tariff is of one currency from its first version on. */
tw_status tw__sheet_job_currency(const struct tw__sheet_job *job,
				 tw_error *err);

#endif
