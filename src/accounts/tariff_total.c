/**
 * @file src/accounts/tariff_total.c  What a tariff's month comes to
 *
 * Decides which periods of which bundles stand beside the sums of a month.
 * Refuses to compute them: that is tariff_month.c.
 */
#include <stdio.h>
#include <string.h>
#include "bundle_load.h"
#include "rating/deck.h"
#include "tariff.h"
#include "tariff_month.h"

struct version {
	uint64_t id;
	uint32_t period;
	int64_t seconds;
	tw_time from, to, since, until;
	char name[128];
};

struct tw_pots {
	tw_pot *rows;
	size_t count, capacity, next;
};

struct listing {
	tw_store *store;
	tw_zone *zone;
	tw_time from, to;
	struct version *versions;
	size_t count, capacity;
	struct tw_pots *pots;
};

void tw_pots_free(tw_pots *pots)
{
	if (!pots)
		return;
	tw_free(pots->rows);
	tw_free(pots);
}

tw_status tw_pots_next(tw_pot *out, tw_pots *pots, tw_error *err)
{
	tw_status status;

	if (!out || !pots)
		return tw__fail(err, TW_EINVAL, "no pots, or no place for "
				"one");
	if (pots->next == pots->count)
		return TW_ITER_END;
	status = tw__export(out, &pots->rows[pots->next], sizeof(*out), err);
	if (!status)
		pots->next++;
	return status;
}

static tw_status keep_version(const struct tw__bundle_row *row, void *arg,
			      tw_error *err)
{
	struct listing *list = arg;
	const tw_bundle *b = &row->bundle;
	struct version *version;

	if (tw__grow((void **)&list->versions, &list->capacity,
		     list->count + 1, sizeof(*version)))
		return tw__fail_oom(err);
	version = &list->versions[list->count++];
	*version = (struct version){ b->id, b->period, b->seconds, b->from,
		b->to, b->since, b->until, "" };
	memcpy(version->name, row->name, sizeof(version->name));
	return TW_OK;
}

static tw_status drawn_from(int64_t *out, struct listing *list, uint64_t id,
			    tw_time period, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, list->store,
		"SELECT seconds FROM bundle_pot WHERE bundle = ? "
		"AND period_us = ?", err);

	*out = 0;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)id);
	tw__bind_i64(stmt, 2, period);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

static tw_status add_pot(struct listing *list, const struct version *version,
			 tw_time from, tw_time to, tw_error *err)
{
	struct tw_pots *pots = list->pots;
	tw_pot pot = TW_POT_INIT;
	tw_status status = drawn_from(&pot.used_s, list, version->id, from,
				      err);

	if (status)
		return status;
	pot.period = version->period;
	pot.from = from;
	pot.to = to;
	pot.seconds = version->seconds;
	pot.left_s = pot.used_s < pot.seconds ? pot.seconds - pot.used_s : 0;
	memcpy(pot.name, version->name, sizeof(pot.name));
	if (tw__grow((void **)&pots->rows, &pots->capacity, pots->count + 1,
		     sizeof(pot)))
		return tw__fail_oom(err);
	pots->rows[pots->count++] = pot;
	return TW_OK;
}

/* Is there a later version of the bundle that the period reaches into, and
 * that therefore speaks for it? */
static bool is_outlived(const struct listing *list, size_t i, tw_time to)
{
	return i + 1 < list->count &&
		list->versions[i + 1].id == list->versions[i].id &&
		list->versions[i + 1].since < to;
}

static tw_status periods_of(struct listing *list, size_t i, tw_error *err)
{
	const struct version *version = &list->versions[i];
	tw_time from, to = list->from;
	tw_status status = TW_OK;

	while (!status && to < list->to) {
		status = tw_period_range(&from, &to, version->period,
					 list->zone, to, err);
		if (status || from < version->from || from >= version->to ||
		    version->since >= to || version->until <= from ||
		    is_outlived(list, i, to))
			continue;
		status = add_pot(list, version, from, to, err);
	}
	return status;
}

static tw_status list_pots(tw_pots **out, tw_store *store, int64_t tariff,
			   const struct tw__tariff_month *month,
			   tw_error *err)
{
	struct listing list = { .store = store, .from = month->sums.from,
		.to = month->sums.to };
	tw_status status = tw_zone_open(&list.zone, month->sums.zone, err);

	if (status)
		return status;
	list.pots = tw_calloc(1, sizeof(*list.pots));
	status = list.pots ? tw__bundle_rows(store, tariff, list.zone,
					     keep_version, &list, err) :
		tw__fail_oom(err);
	for (size_t i = 0; !status && i < list.count; i++)
		status = periods_of(&list, i, err);
	tw_zone_free(list.zone);
	tw_free(list.versions);
	if (status) {
		tw_pots_free(list.pots);
		return status;
	}
	*out = list.pots;
	return TW_OK;
}

static tw_status total(struct tw__tariff_month *out, tw_pots **out_pots,
		       tw_store *store, const char *const names[2],
		       tw_error *err)
{
	const tw_clock *clock = tw__store_clock(store);
	int64_t tariff = 0;
	tw_status status = tw__tariff_find(&tariff, store, names[0],
					   clock->wall(clock->arg), err);

	if (!status)
		status = tw__tariff_month(out, store, tariff, names[1], err);
	if (!status && out_pots)
		status = list_pots(out_pots, store, tariff, out, err);
	return status;
}

tw_status tw_tariff_total(tw_tariff_month *out, tw_pots **out_pots,
			  tw_store *store, const char *tariff,
			  const char *month, tw_error *err)
{
	struct tw__tariff_month sums;
	tw_pots *pots = NULL;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || !tariff || !month)
		return tw__fail(err, TW_EINVAL, "a total needs out, store, "
				"tariff and month");
	status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = total(&sums, out_pots ? &pots : NULL, store,
		       (const char *const []){ tariff, month }, err);
	tw__read_leave(&tx, store);
	if (!status)
		status = tw__export(out, &sums.sums, sizeof(sums.sums), err);
	if (status) {
		tw_pots_free(pots);
		return status;
	}
	if (out_pots)
		*out_pots = pots;
	return TW_OK;
}
