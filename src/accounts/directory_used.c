/**
 * @file src/accounts/directory_used.c  What calls have used up, for a router
 *
 * Decides which counters a carrier's calls go by: those of its tariff as the
 * store has them now, read once, because the way of a call asks no database.
 * Minutes that calls under way will take are not in them. Refuses to know
 * what is left for a call (src/rating) and what it then costs.
 */
#include <string.h>
#include "bundle_load.h"
#include "directory_used.h"
#include "store/db.h"
#include "tariff.h"
#include "tier_use.h"
#include <trunkwise/bundle.h>

struct used {
	int64_t tariff;
	tw_zone *zone;               /* of the tariff: periods and months */
	tw_bundles *bundles;         /* NULL: none */
	bool has_tiers;
	struct tw__tier_sums sums;
	struct tw__month_cache month;
	char **department;           /* of the directory, with identities */
	uint64_t *identity;
	size_t count;
};

static void used_free(void *arg)
{
	struct used *used = arg;

	for (size_t i = 0; used->department && i < used->count; i++)
		tw_free(used->department[i]);
	tw_free(used->department);
	tw_free(used->identity);
	tw_bundles_free(used->bundles);
	tw__tier_sums_free(&used->sums);
	tw_zone_free(used->zone);
	tw_free(used);
}


/* ---- asked for each call ---- */

/* 0: nobody's; it shares in what everybody does. */
static uint64_t identity_of(const struct used *used, const char *department)
{
	for (size_t i = 0; department && i < used->count; i++) {
		if (!strcmp(used->department[i], department))
			return used->identity[i];
	}
	return 0;
}


/* A month that no call is counted in has begun at 0. */
static tw_status ask_tiers(tw_route_used *out, struct used *used, tw_time at,
			   tw_error *err)
{
	int64_t month = 0;
	tw_status status = tw__month_of(&month, &used->month, used->zone, at,
					err);

	for (size_t i = 0; !status && i < used->sums.count; i++) {
		if (used->sums.rows[i].month == month &&
		    used->sums.rows[i].tariff == used->tariff)
			out->used_s = used->sums.rows[i].paid_s;
	}
	return status;
}


static tw_status used_handler(tw_route_used *out,
			      const tw_rating_request *call,
			      const char *department, void *arg)
{
	tw_bundle_call asked = TW_BUNDLE_CALL_INIT;
	struct used *used = arg;
	tw_status status = TW_OK;

	asked.direction = call->direction;
	asked.number = call->number;
	asked.department = identity_of(used, department);
	asked.answer = call->answer;
	if (used->bundles)
		status = tw_bundles_left(&out->bundle_left_s, used->bundles,
					 &asked, NULL);
	if (!status && used->has_tiers)
		status = ask_tiers(out, used, call->answer, NULL);
	return status;
}


/* ---- read once ---- */

static tw_status copy_departments(struct used *used,
				  const struct tw_directory *d, tw_error *err)
{
	uint32_t first = d->first[tw__kind_find(TW_STR("department"))];
	size_t count = 0;

	for (uint32_t row = first; row; row = d->rows[row].next)
		count++;
	if (!count)
		return TW_OK;
	used->department = tw_calloc(count, sizeof(*used->department));
	used->identity = tw_calloc(count, sizeof(*used->identity));
	if (!used->department || !used->identity)
		return tw__fail_oom(err);
	for (uint32_t row = first; row; row = d->rows[row].next) {
		used->department[used->count] = tw_strdup(d->rows[row].name);
		if (!used->department[used->count])
			return tw__fail_oom(err);
		used->identity[used->count++] = d->rows[row].identity;
	}
	return TW_OK;
}


static tw_status read_counters(struct used *used, tw_store *store,
			       tw_error *err)
{
	tw_status status = tw__bundles_load(&used->bundles, store,
					    used->tariff, used->zone, err);

	if (!status)
		status = tw__tariff_has_tiers(&used->has_tiers, store,
					      used->tariff, err);
	if (status || !used->has_tiers)
		return status;
	status = tw__tier_read(&used->sums, store, used->tariff, err);
	/* never counted: its calls are from before it had tiers */
	if (!status && !used->sums.count)
		status = tw__tier_scan(&used->sums, store, used->tariff, 0,
				       err);
	return status;
}


static tw_status used_new(struct used **out, tw_store *store,
			  const char *carrier, tw_time at, tw_error *err)
{
	struct used *used = tw_calloc(1, sizeof(*used));
	char zone[64];
	tw_status status;

	if (!used)
		return tw__fail_oom(err);
	status = tw__tariff_of(&used->tariff, zone, store, carrier, at, err);
	if (!status)
		status = tw_zone_open(&used->zone, zone, err);
	if (!status)
		status = read_counters(used, store, err);
	if (status) {
		used_free(used);
		return status;
	}
	*out = used;
	return TW_OK;
}


/* A carrier without a tariff or a trunk, and one whose tariff asks for nothing
 * beside the call, go without. */
static tw_status set_carrier(tw_router *router, const struct tw_directory *d,
			     tw_store *store, const char *carrier,
			     tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	struct used *used = NULL;
	tw_status status = used_new(&used, store, carrier, d->at, &why);

	if (!status && (used->bundles || used->has_tiers)) {
		status = copy_departments(used, d, &why);
		if (!status)
			status = tw_router_set_used(router, carrier,
				used_handler, used, used_free, &why);
		if (!status)
			return TW_OK;
	}
	if (used)
		used_free(used);
	if (status && status != TW_ENOTFOUND && status != TW_EUNSUPPORTED) {
		if (err)
			*err = why;
		return status;
	}
	return TW_OK;
}


tw_status tw__directory_used(tw_router *router,
			     const struct tw_directory *directory,
			     tw_store *store, tw_error *err)
{
	tw_status status = TW_OK;
	struct tw_tx tx;
	tw_row row = { 0 };

	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	while (!status && !(status = tw_directory_next(&row, directory,
						       "carrier", err)))
		status = set_carrier(router, directory, store,
				     tw_row_text(directory, row, "name"),
				     err);
	tw__read_leave(&tx, store);
	return status == TW_ITER_END ? TW_OK : status;
}


tw_status tw_directory_used(tw_router *router, const tw_directory *directory,
			    tw_store *store, tw_error *err)
{
	if (!router || !directory || !store)
		return tw__fail(err, TW_EINVAL, "router, directory and store "
				"are needed");
	return tw__directory_used(router, directory, store, err);
}
