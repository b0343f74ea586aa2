/**
 * @file src/accounts/listing.c  Lines that were found, in order
 */
#include <stdio.h>
#include "listing.h"
#include "rating/deck.h"

struct tw_listing {
	tw_listing_row *rows;
	size_t count, capacity, next;
};

struct tw_listing *tw__listing_new(void)
{
	return tw_calloc(1, sizeof(struct tw_listing));
}

tw_status tw__listing_add(struct tw_listing *listing,
			  const tw_listing_row *row, tw_error *err)
{
	if (tw__grow((void **)&listing->rows, &listing->capacity,
		     listing->count + 1, sizeof(*row)))
		return tw__fail_oom(err);
	listing->rows[listing->count++] = *row;
	return TW_OK;
}

tw_status tw__listing_make(tw_listing **out, tw_store *store,
			   tw__listing_h *fillh, void *arg, tw_error *err)
{
	struct tw_listing *listing;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "a list needs out and store");
	listing = tw__listing_new();
	if (!listing)
		return tw__fail_oom(err);
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = fillh(listing, store, arg, err);
		tw__read_leave(&tx, store);
	}
	if (status) {
		tw_listing_free(listing);
		return status;
	}
	*out = listing;
	return TW_OK;
}

size_t tw__listing_count(const struct tw_listing *listing)
{
	return listing->count;
}

tw_listing_row *tw__listing_rows(struct tw_listing *listing)
{
	return listing->rows;
}

tw_status tw__listing_text(char *out, size_t size, tw_store *store,
			   const char *sql, int64_t id, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	*out = '\0';
	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	snprintf(out, size, "%s", tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw_listing_next(tw_listing_row *out, tw_listing *listing,
			  tw_error *err)
{
	tw_status status;

	if (!out || !listing)
		return tw__fail(err, TW_EINVAL, "no listing");
	if (listing->next == listing->count)
		return TW_ITER_END;
	status = tw__export(out, &listing->rows[listing->next], sizeof(*out),
			    err);
	if (!status)
		listing->next++;
	return status;
}

void tw_listing_free(tw_listing *listing)
{
	if (!listing)
		return;
	tw_free(listing->rows);
	tw_free(listing);
}
