/**
 * @file src/accounts/budget_load.c  The budgets of a directory
 *
 * Decides what a [[budget]] in force means to src/routing: names as calls
 * name them, identities as stored calls have them. Refuses to know money that
 * was spent.
 */
#include <string.h>
#include "base/e164.h"
#include "budget_keeper.h"
#include "directory.h"

static tw_status last_change(int64_t *out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT max(id) FROM directory_change", err);

	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

/* Between which instants no version of a budget begins or ends. */
static tw_status good_while(struct tw__keeper *keeper, tw_time now,
			    tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, keeper->store,
		"SELECT valid_from FROM budget UNION "
		"SELECT valid_to FROM budget", err);

	if (status)
		return status;
	keeper->good_from = TW_TIME_MIN;
	keeper->good_to = TW_TIME_MAX;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_time edge = tw__col_i64(stmt, 0);

		if (edge <= now && edge > keeper->good_from)
			keeper->good_from = edge;
		if (edge > now && edge < keeper->good_to)
			keeper->good_to = edge;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

struct texts {
	char *text;
	const char **items;
	size_t count;
};

static void texts_free(struct texts *texts)
{
	tw_free(texts->text);
	tw_free(texts->items);
}

static tw_status split(struct texts *out, const char *list, tw_error *err)
{
	size_t n = *list != '\0';
	char *p;

	memset(out, 0, sizeof(*out));
	for (const char *c = list; *c; c++)
		n += *c == '\n';
	if (!n)
		return TW_OK;
	out->text = tw_strdup(list);
	out->items = tw_calloc(n, sizeof(*out->items));
	if (!out->text || !out->items) {
		texts_free(out);
		return tw__fail_oom(err);
	}
	for (p = out->text; out->count < n; out->count++) {
		out->items[out->count] = p;
		p += strcspn(p, "\n");
		if (*p)
			*p++ = '\0';
	}
	return TW_OK;
}

static uint32_t period_of(const char *name)
{
	if (!strcmp(name, "hour"))
		return TW_PERIOD_HOUR;
	return !strcmp(name, "day") ? TW_PERIOD_DAY : TW_PERIOD_MONTH;
}

static const char *reference(int64_t *identity, const tw_directory *d,
			     tw_row row, const char *field)
{
	const struct tw_cell *cell = tw__cell(d, row.id, field);

	*identity = cell->set ? cell->number : 0;
	return cell->text;
}

static tw_status keep_ids(struct tw__keeper *keeper, tw_budgets *budgets,
			  uint64_t id, struct tw__budget_ids ids,
			  tw_error *err)
{
	if (tw__grow((void **)&keeper->ids, &keeper->ids_capacity,
		     budgets->count, sizeof(*keeper->ids)))
		return tw__fail_oom(err);
	for (size_t i = 0; i < budgets->count; i++) {
		if (budgets->purse[i].id == id) {
			keeper->ids[i] = ids;
			budgets->purse[i].ended = false;
		}
	}
	return TW_OK;
}

static tw_status put_row(tw_budgets *budgets, struct tw__keeper *keeper,
			 const tw_directory *d, tw_row row, tw_error *err)
{
	tw_budget b = TW_BUDGET_INIT;
	struct tw__budget_ids ids;
	struct texts prefixes;
	tw_status status;

	b.id = tw_row_identity(d, row);
	b.name = tw_row_text(d, row, "name");
	b.department = reference(&ids.department, d, row, "department");
	b.trunk = reference(&ids.trunk, d, row, "trunk");
	b.period = period_of(tw_row_text(d, row, "period"));
	b.soft_nanos = tw_row_integer(d, row, "soft", TW_BUDGET_NONE);
	b.hard_nanos = tw_row_integer(d, row, "hard", TW_BUDGET_NONE);
	b.max_price_nanos = tw_row_integer(d, row, "max_price",
					   TW_BUDGET_NONE);
	b.increment_s = (uint32_t)tw_row_integer(d, row, "increment_s",
						 TW_INCREMENT_S);
	status = split(&prefixes, tw_row_text(d, row, "destinations"), err);
	if (status)
		return status;
	b.prefixes = prefixes.items;
	b.prefix_count = prefixes.count;
	status = tw__budgets_put(budgets, &b, err);
	texts_free(&prefixes);
	return status ? status : keep_ids(keeper, budgets, b.id, ids, err);
}

static tw_status put_all(tw_budgets *budgets, struct tw__keeper *keeper,
			 const tw_directory *d, tw_error *err)
{
	tw_row row = { 0 };
	tw_status status;

	(void)pthread_mutex_lock(&budgets->lock);
	for (size_t i = 0; i < budgets->count; i++)
		budgets->purse[i].ended = true;
	(void)pthread_mutex_unlock(&budgets->lock);
	while (!(status = tw_directory_next(&row, d, "budget", err))) {
		status = put_row(budgets, keeper, d, row, err);
		if (status)
			return status;
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static const struct tw_dial_rule *rule_of(const tw_directory *d)
{
	tw_row company = { 0 };
	const char *country;

	if (tw_directory_next(&company, d, "company", NULL))
		return NULL;
	country = tw_row_text(d, company, "country");
	return !*country || !strcmp(country, "7") ? &tw__dial_russia : NULL;
}

tw_status tw__budgets_load(bool *out_changed, tw_budgets *budgets,
			   struct tw__keeper *keeper, tw_time now,
			   tw_error *err)
{
	tw_directory *d;
	int64_t change = 0;
	tw_status status = last_change(&change, keeper->store, err);

	*out_changed = false;
	if (status || (change == keeper->change && now >= keeper->good_from &&
		       now < keeper->good_to))
		return status;
	*out_changed = true;
	status = tw_directory_open(&d, keeper->store, now, err);
	if (status)
		return status;
	keeper->spent.rule = rule_of(d);
	status = put_all(budgets, keeper, d, err);
	if (!status)
		status = good_while(keeper, now, err);
	tw_directory_free(d);
	if (!status)
		keeper->change = change;
	return status;
}
