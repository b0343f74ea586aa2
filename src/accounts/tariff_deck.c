/**
 * @file src/accounts/tariff_deck.c  Terms, rates and their sheets as a deck
 *
 * Decides which document each row is proved by: the sheet of the version that
 * it came with, which is an older one for rows that a partial sheet left
 * alone. Refuses to know rating.
 */
#include <stdio.h>
#include <string.h>
#include "tariff.h"
#include "tariff_terms.h"

struct documents {
	tw_document *rows;
	size_t count, capacity;
};

/* name NULL: as the store has it. */
static tw_status add_document(struct documents *list, tw_store *store,
			      int64_t version, const char *name,
			      tw_error *err)
{
	tw_document document = TW_DOCUMENT_INIT;
	struct tw_stmt *stmt;
	tw_status status;

	document.version = version;
	if (tw__grow((void **)&list->rows, &list->capacity, list->count + 1,
		     sizeof(document)))
		return tw__fail_oom(err);
	if (name) {
		snprintf(document.name, sizeof(document.name), "%s", name);
		list->rows[list->count++] = document;
		return TW_OK;
	}
	status = tw__stmt(&stmt, store, "SELECT file_name FROM "
			  "tariff_version WHERE id = ?", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, version);
	status = tw__step(stmt, err);
	if (status && status != TW_ITER_END)
		return status;
	if (!status)
		snprintf(document.name, sizeof(document.name), "%s",
			 tw__col_text(stmt, 0));
	tw__reset(stmt);
	list->rows[list->count++] = document;
	return TW_OK;
}

/* Rows of one sheet mostly follow each other. */
static tw_status find_document(uint32_t *at, struct documents *list,
			       tw_store *store, int64_t origin,
			       const char *name, tw_error *err)
{
	if (*at < list->count && list->rows[*at].version == origin)
		return TW_OK;
	for (*at = 0; *at < list->count; ++*at) {
		if (list->rows[*at].version == origin)
			return TW_OK;
	}
	return add_document(list, store, origin, origin ? NULL : name, err);
}

tw_status tw__tariff_deck_make(tw_deck **out, tw_store *store,
			       const struct tw__terms *terms,
			       struct tw__rates *rates, const char *file_name,
			       tw_error *err)
{
	tw_deck_options options = TW_DECK_OPTIONS_INIT;
	struct documents documents = { 0 };
	tw_status status = TW_OK;
	uint32_t at = 0;

	for (size_t i = 0; i < rates->count && !status; i++) {
		status = find_document(&at, &documents, store,
				       rates->origins[i],
				       file_name ? file_name : "", err);
		rates->rows[i].document = at;
	}
	options.rules = &terms->rules;
	options.bands = terms->bands;
	options.band_count = terms->band_count;
	options.days = terms->days;
	options.day_count = terms->day_count;
	options.tiers = terms->tiers;
	options.tier_count = terms->tier_count;
	options.documents = documents.rows;
	options.document_count = documents.count;
	if (!status)
		status = tw_deck_make(out, &options, rates->rows,
				      rates->count, err);
	tw_free(documents.rows);
	return status;
}
