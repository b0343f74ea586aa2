/**
 * @file src/accounts/bundle_load.c  The bundles of a tariff, from the store
 *
 * Decides what a [[bundle]] of the directory means to src/rating/bundle.h:
 * names become identities, dates midnights of the tariff's zone. Refuses to
 * know calls.
 */
#include <stdio.h>
#include <string.h>
#include "bundle_load.h"

#define MINUTE_S 60

struct walk {
	tw_store *store;
	const tw_zone *zone;    /* the tariff's */
	tw_zone *company;       /* whose midnights dates are; NULL: none */
};

/* ---- lists ---- */

static size_t count_items(const char *list)
{
	size_t n = *list != '\0';

	for (; *list; list++)
		n += *list == '\n';
	return n;
}

static tw_status read_prefixes(struct tw__bundle_row *row, const char *list,
			       tw_error *err)
{
	size_t count = count_items(list);
	char *p;

	if (!count)
		return TW_OK;
	row->texts = tw_strdup(list);
	row->prefixes = tw_calloc(count, sizeof(*row->prefixes));
	if (!row->texts || !row->prefixes)
		return tw__fail_oom(err);
	p = row->texts;
	for (size_t i = 0; i < count; i++) {
		row->prefixes[i] = p;
		p += strcspn(p, "\n");
		if (*p)
			*p++ = '\0';
	}
	row->bundle.prefixes = row->prefixes;
	row->bundle.prefix_count = count;
	return TW_OK;
}

/* Whoever bore the name while the version was in force, else nobody: a list
 * that names only departments which are gone serves no call. */
static tw_status add_department(struct tw__bundle_row *row, size_t *capacity,
				tw_store *store, struct tw_str name,
				tw_error *err)
{
	tw_bundle *bundle = &row->bundle;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT DISTINCT id FROM department WHERE name = ? "
		"AND valid_from < ? AND valid_to > ?", err);

	if (status)
		return status;
	tw__bind_str(stmt, 1, name);
	tw__bind_i64(stmt, 2, bundle->until);
	tw__bind_i64(stmt, 3, bundle->since);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		if (tw__grow((void **)&row->departments, capacity,
			     bundle->department_count + 1,
			     sizeof(*row->departments))) {
			tw__reset(stmt);
			return tw__fail_oom(err);
		}
		row->departments[bundle->department_count++] =
			(uint64_t)tw__col_i64(stmt, 0);
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status read_departments(struct tw__bundle_row *row,
				  tw_store *store, const char *list,
				  tw_error *err)
{
	size_t capacity = 0;
	tw_status status = TW_OK;

	if (!*list)
		return TW_OK;
	/* a pointer even if nobody is found: not everybody */
	if (tw__grow((void **)&row->departments, &capacity, 1,
		     sizeof(*row->departments)))
		return tw__fail_oom(err);
	while (!status && list) {
		size_t size = strcspn(list, "\n");

		status = add_department(row, &capacity, store,
					tw__str(list, size), err);
		list = list[size] ? list + size + 1 : NULL;
	}
	row->bundle.departments = row->departments;
	return status;
}

/* ---- dates ---- */

/* A date is stored as its midnight for the company; a period begins at the
 * same date's midnight for the tariff. From noon on, so that a company that
 * moved its zone since still means the same date. */
static tw_status read_date(tw_time *out, const struct walk *walk,
			   struct tw_stmt *stmt, int column, tw_error *err)
{
	tw_civil civil;

	if (tw__col_is_null(stmt, column))
		return TW_OK;
	*out = tw__col_i64(stmt, column);
	if (!walk->company)
		return TW_OK;
	tw_zone_local(&civil, walk->company,
		      *out + 12 * 3600 * TW_SECOND);
	civil.hour = civil.minute = civil.second = civil.microsecond = 0;
	return tw_zone_instant(out, walk->zone, &civil, err);
}

static tw_status open_company(struct walk *walk, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, walk->store,
		"SELECT zone FROM company ORDER BY valid_from DESC LIMIT 1",
		err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	status = tw_zone_open(&walk->company, tw__col_text(stmt, 0), err);
	tw__reset(stmt);
	return status;
}

/* ---- rows ---- */

static void clear_row(struct tw__bundle_row *row)
{
	tw_free(row->texts);
	tw_free(row->prefixes);
	tw_free(row->departments);
}

static tw_status read_row(struct tw__bundle_row *row,
			  const struct walk *walk, struct tw_stmt *stmt,
			  tw_error *err)
{
	tw_bundle *bundle = &row->bundle;
	tw_status status;

	*bundle = (tw_bundle)TW_BUNDLE_INIT;
	bundle->id = (uint64_t)tw__col_i64(stmt, 0);
	bundle->since = tw__col_i64(stmt, 1);
	bundle->until = tw__col_i64(stmt, 2);
	snprintf(row->name, sizeof(row->name), "%s", tw__col_text(stmt, 3));
	bundle->seconds = tw__col_i64(stmt, 4) * MINUTE_S;
	bundle->carry_over = tw__col_i64(stmt, 8) != 0;
	status = tw_period_parse(&bundle->period, tw__col_is_null(stmt, 5) ?
				 "month" : tw__col_text(stmt, 5), err);
	if (!status)
		status = read_prefixes(row, tw__col_text(stmt, 6), err);
	if (!status)
		status = read_departments(row, walk->store,
					  tw__col_text(stmt, 7), err);
	if (!status)
		status = read_date(&bundle->from, walk, stmt, 9, err);
	if (!status)
		status = read_date(&bundle->to, walk, stmt, 10, err);
	return status;
}

static tw_status each_row(struct walk *walk, int64_t tariff,
			  tw__bundle_row_fn *fn, void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, walk->store,
		"SELECT id, valid_from, valid_to, name, minutes, period, "
		"prefixes, departments, carry_over, \"from\", \"to\" "
		"FROM bundle WHERE tariff = ? ORDER BY id, valid_from", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		struct tw__bundle_row row = { .texts = NULL };

		status = read_row(&row, walk, stmt, err);
		if (!status)
			status = fn(&row, arg, err);
		clear_row(&row);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status has_bundles(bool *out, tw_store *store, int64_t tariff,
			     tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT 1 FROM bundle WHERE tariff = ? LIMIT 1", err);

	*out = false;
	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	*out = true;
	tw__reset(stmt);
	return TW_OK;
}

tw_status tw__bundle_rows(tw_store *store, int64_t tariff,
			  const tw_zone *zone, tw__bundle_row_fn *fn,
			  void *arg, tw_error *err)
{
	struct walk walk = { store, zone, NULL };
	bool any = false;
	tw_status status = has_bundles(&any, store, tariff, err);

	if (status || !any)
		return status;
	status = open_company(&walk, err);
	if (!status)
		status = each_row(&walk, tariff, fn, arg, err);
	tw_zone_free(walk.company);
	return status;
}

/* ---- the whole ---- */

struct load {
	tw_bundles *bundles;
	tw_zone *zone;
};

static tw_status add_row(const struct tw__bundle_row *row, void *arg,
			 tw_error *err)
{
	struct load *load = arg;

	if (!load->bundles) {
		tw_status status = tw_bundles_new(&load->bundles, load->zone,
						  err);

		if (status)
			return status;
	}
	return tw_bundles_add(load->bundles, &row->bundle, err);
}

static tw_status load_pots(tw_bundles *bundles, tw_store *store,
			   int64_t tariff, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT bundle, period_us, seconds FROM bundle_pot "
		"WHERE bundle IN (SELECT id FROM bundle WHERE tariff = ?)",
		err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, tariff);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_bundle_use use = TW_BUNDLE_USE_INIT;

		use.bundle = (uint64_t)tw__col_i64(stmt, 0);
		use.period = tw__col_i64(stmt, 1);
		use.seconds = tw__col_i64(stmt, 2);
		status = tw_bundles_restore(bundles, &use, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw__bundles_load(tw_bundles **out, tw_store *store, int64_t tariff,
			   tw_zone *zone, tw_error *err)
{
	struct load load = { NULL, zone };
	tw_status status = tw__bundle_rows(store, tariff, zone, add_row,
					   &load, err);

	if (!status && load.bundles)
		status = load_pots(load.bundles, store, tariff, err);
	if (status) {
		tw_bundles_free(load.bundles);
		return status;
	}
	*out = load.bundles;
	return TW_OK;
}
