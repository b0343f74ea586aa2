/**
 * @file src/accounts/deployment_places.c  Places that a numbering knows
 *
 * Decides whether the places of permissions are places: one that no range of
 * the numbering names is about no call and so permits everything, in silence.
 * With a numbering in force it is refused; before one was imported it is told
 * that this could not be looked at. Refuses to know calls.
 */
#include <string.h>
#include "base/e164.h"
#include "deployment_apply.h"
#include <trunkwise/cdr.h>
#include <trunkwise/numbering.h>

static const char *const fields[] = { "from", "to" };

/* The first place that is not digits, from `list` on; NULL: none. */
static const char *next_place(char item[512], const char **list)
{
	while (*list) {
		*list = tw__list_item(item, *list);
		if (!tw__digits_only(item))
			return item;
	}
	return NULL;
}


static bool asks_places(const struct tw_deployment *d,
			const struct tw_row_list *rows)
{
	char item[512];

	for (size_t i = 0; i < rows->count; i++) {
		for (size_t k = 0; k < TW_ARRAY_COUNT(fields); k++) {
			const char *list = tw__wanted_value(d, rows->rows[i],
							    fields[k])->text;

			if (next_place(item, &list))
				return true;
		}
	}
	return false;
}


static tw_status check_list(struct tw_deployment *d, uint32_t row,
			    const char *field, const tw_numbering *numbering,
			    tw_error *first)
{
	const char *list = tw__wanted_value(d, row, field)->text;
	tw_error why = TW_ERROR_INIT;
	tw_status status = TW_OK;
	char item[512];

	while (!status && next_place(item, &list)) {
		char path[TW_KEY_PATH_MAX];

		status = tw_numbering_place_check(numbering, item, &why);
		if (status == TW_EUNSUPPORTED)
			return tw__problem(d, TW_OK, row, field, "no "
				"numbering is in force, so nobody can tell "
				"whether '%.80s' is a place; import one, or "
				"it is about no call", item);
		if (status != TW_ENOTFOUND)
			continue;
		tw__wanted_path(path, d, row, field);
		if (!first->code)
			tw__fail_at(first, TW_EPARSE, 0, path, "%s",
				    why.message);
		status = tw__problem(d, TW_ENOTFOUND, row, field, "%s",
				     why.message);
	}
	return status;
}


static tw_status check_rows(struct tw_deployment *d,
			    const struct tw_row_list *rows,
			    const tw_numbering *numbering, tw_error *first)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < rows->count; i++) {
		for (size_t k = 0; k < TW_ARRAY_COUNT(fields) && !status; k++)
			status = check_list(d, rows->rows[i], fields[k],
					    numbering, first);
	}
	return status;
}


tw_status tw__deployment_places(struct tw_deployment *d, tw_store *store,
				tw_time at, tw_error *err)
{
	const struct tw_row_list *rows =
		&d->tops[tw__kind_find(TW_STR("permission"))];
	tw_error first = TW_ERROR_INIT;
	tw_numbering *numbering;
	tw_status status;
	size_t before;

	d->problems_count -= d->store_problems;
	d->store_problems = 0;
	before = d->problems_count;
	if (!asks_places(d, rows))
		return TW_OK;
	status = tw_numbering_open(&numbering, store, at, err);
	if (status)
		return status;
	if (check_rows(d, rows, numbering, &first))
		status = tw__fail_oom(err);
	else if (first.code)
		status = tw__fail_at(err, TW_EPARSE, 0, first.field, "%s",
				     first.message);
	tw_numbering_free(numbering);
	/* It is sound as it was: another store may know these places. */
	d->sound = true;
	d->store_problems = d->problems_count - before;
	return status;
}
