/**
 * @file src/accounts/match_table.c  Who owns what when, before it is stored
 *
 * Decides whether one more match fits beside those there are: the same again,
 * an end for an open one, or two owners at one time. Refuses to write.
 */
#include <stdio.h>
#include <string.h>
#include "match_table.h"

static size_t hash(const char *name, size_t count)
{
	uint64_t h = 14695981039346656037u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)((h ^ (h >> 29)) % count);
}


static void link_row(struct tw_match_table *table, size_t i)
{
	size_t *head = &table->heads[hash(table->rows[i].name,
					  table->heads_count)];

	table->next[i] = *head;
	*head = i + 1;
}


static tw_status put(struct tw_match_table *table, const struct tw_owned *row)
{
	size_t i;

	if (tw__grow((void **)&table->rows, &table->capacity,
		     table->count + 1, sizeof(*row)) ||
	    tw__grow((void **)&table->next, &table->next_capacity,
		     table->count + 1, sizeof(size_t)))
		return TW_ENOMEM;
	if (table->count >= table->heads_count) {
		size_t want = table->heads_count ? 4 * table->heads_count :
			256;
		size_t *heads = tw_calloc(want, sizeof(*heads));

		if (!heads)
			return TW_ENOMEM;
		tw_free(table->heads);
		table->heads = heads;
		table->heads_count = want;
		for (i = 0; i < table->count; i++)
			link_row(table, i);
	}
	table->rows[table->count] = *row;
	link_row(table, table->count++);
	return TW_OK;
}


static tw_status read_row(struct tw_owned *row, struct tw_stmt *stmt,
			  const struct tw_dial_rule *dial, tw_error *err)
{
	char text[TW_MATCH_MAX];
	tw_status status;

	memset(row, 0, sizeof(*row));
	row->identity = (uint64_t)tw__col_i64(stmt, 0);
	row->from = tw__col_i64(stmt, 1);
	row->to = tw__col_i64(stmt, 2);
	row->declared = !strcmp(tw__col_text(stmt, 7), "deployment");
	snprintf(row->kind, sizeof(row->kind), "%s", tw__col_text(stmt, 4));
	snprintf(row->text, sizeof(row->text), "%s", tw__col_text(stmt, 5));
	status = tw__match_parse(&row->match, text, row->kind, row->text,
				 dial, err);
	if (status)
		return status;
	row->name = tw_strdup(tw__col_text(stmt, 3));
	row->department = tw_strdup(tw__col_text(stmt, 6));
	if (row->name && row->department)
		return TW_OK;
	tw_free(row->name);
	tw_free(row->department);
	return tw__fail_oom(err);
}


tw_status tw__match_table_load(struct tw_match_table *table, tw_store *store,
			       const struct tw_dial_rule *dial, tw_error *err)
{
	struct tw_owned row;
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, store, "SELECT id, valid_from, valid_to, "
		"name, kind, \"match\", (SELECT d.name FROM department d "
		"WHERE d.id = \"match\".department ORDER BY d.valid_from DESC "
		"LIMIT 1), (SELECT e.origin FROM entity e WHERE e.id = "
		"\"match\".id) FROM \"match\"", err);
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = read_row(&row, stmt, dial, err);
		if (!status && put(table, &row)) {
			tw_free(row.name);
			tw_free(row.department);
			status = tw__fail_oom(err);
		}
		if (status)
			break;
	}
	tw__reset(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


void tw__match_table_free(struct tw_match_table *table)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		tw_free(table->rows[i].name);
		tw_free(table->rows[i].department);
	}
	tw_free(table->rows);
	tw_free(table->heads);
	tw_free(table->next);
}


static tw_status two_owners(const struct tw_owned *old,
			    const struct tw_owned *row, tw_error *err)
{
	char where[48] = "in the store";

	if (old->line)
		snprintf(where, sizeof(where), "by line %lld",
			 (long long)old->line);
	return tw__fail(err, TW_ECONFLICT, "'%.90s' belongs to '%.60s' at the "
			"same time %s%s%.90s; give the earlier one an end "
			"(to) and this one a start (from)", row->name,
			old->department, where, strcmp(old->name, row->name) ?
			" as " : "", strcmp(old->name, row->name) ?
			old->name : "");
}


static bool overlap_in_time(const struct tw_owned *a,
			    const struct tw_owned *b)
{
	return a->from < b->to && b->from < a->to;
}


/* TW_ITER_END: nothing to say about each other. */
static tw_status meet(struct tw_owned *old, const struct tw_owned *row,
		      tw_error *err)
{
	if (!overlap_in_time(old, row))
		return TW_ITER_END;
	if (strcmp(old->department, row->department))
		return two_owners(old, row, err);
	if (row->from == old->from && row->to < old->to) {
		if (old->declared)
			return tw__fail(err, TW_ECONFLICT, "'%.90s' stands in "
					"the deployment; give it an end "
					"there", row->name);
		old->to = row->to;
		old->shortened = true;
		return TW_OK;
	}
	if (row->from >= old->from && row->to <= old->to)
		return TW_EEXIST;
	return tw__fail(err, TW_ECONFLICT, "'%.90s' is there for another "
			"time; its start cannot move and its end can only "
			"come earlier", row->name);
}


/* Ranges that overlap in part have no order; one inside another has. */
static bool is_partial(const struct tw_match *a, const struct tw_match *b)
{
	if (!a->range || !b->range || a->digits != b->digits ||
	    a->to < b->from || b->to < a->from)
		return false;
	return (a->from < b->from && a->to < b->to) ||
		(b->from < a->from && b->to < a->to);
}


static tw_status check_ranges(struct tw_match_table *table,
			      const struct tw_owned *row, tw_error *err)
{
	size_t i;

	if (!row->match.range)
		return TW_OK;
	for (i = 0; i < table->count; i++) {
		const struct tw_owned *old = &table->rows[i];

		if (!strcmp(old->kind, row->kind) &&
		    is_partial(&old->match, &row->match) &&
		    overlap_in_time(old, row) &&
		    strcmp(old->department, row->department))
			return two_owners(old, row, err);
	}
	return TW_OK;
}


tw_status tw__match_table_add(struct tw_match_table *table,
			      const struct tw_owned *row, tw_error *err)
{
	struct tw_owned add = *row;
	tw_status status;
	size_t i;

	i = table->heads_count ? table->heads[hash(row->name,
		table->heads_count)] : 0;
	for (; i; i = table->next[i - 1]) {
		struct tw_owned *old = &table->rows[i - 1];

		if (strcmp(old->name, row->name))
			continue;
		add.identity = old->identity ? old->identity : add.identity;
		add.same_as = i;
		status = meet(old, row, err);
		if (status == TW_OK) {
			tw_free(add.name);
			tw_free(add.department);
		}
		if (status != TW_ITER_END)
			return status;
	}
	status = check_ranges(table, row, err);
	if (status)
		return status;
	return put(table, &add) ? tw__fail_oom(err) : TW_OK;
}
