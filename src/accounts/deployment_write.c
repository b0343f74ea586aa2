/**
 * @file src/accounts/deployment_write.c  Versions into the store
 *
 * Decides which identity a row goes on under. Refuses to decide what changes:
 * that is settled when it is called (deployment_apply.c).
 */
#include <string.h>
#include "deployment_apply.h"

static tw_status prepare(struct tw_stmt **out, tw_store *store,
			 struct tw_buf *sql, tw_error *err)
{
	tw_status status;

	status = sql->failed ? tw__fail_oom(err) :
		tw__stmt_new(out, store, sql->data, err);
	tw__buf_free(sql);
	return status;
}


/* Identity is kind and name: what comes back after it had ended goes on
 * under its old one, unless that lives on under another name. */
static tw_status find_former(uint64_t *out, const struct tw_plan *plan,
			     uint8_t kind, const char *name, tw_error *err)
{
	struct tw_stmt *stmt;
	struct tw_buf sql;
	tw_status status;

	*out = 0;
	tw__buf_init(&sql);
	tw__buf_printf(&sql, "SELECT a.id FROM \"%s\" a WHERE a.name = ?1 AND "
		       "a.valid_to <= ?2 AND NOT EXISTS (SELECT 1 FROM \"%s\" "
		       "b WHERE b.id = a.id AND b.valid_from > a.valid_from) "
		       "ORDER BY a.valid_from DESC LIMIT 1",
		       tw__kinds[kind].name, tw__kinds[kind].name);
	status = prepare(&stmt, plan->store, &sql, err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	tw__bind_i64(stmt, 2, plan->at);
	status = tw__step(stmt, err);
	if (status == TW_OK)
		*out = (uint64_t)tw__col_i64(stmt, 0);
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


static tw_status adopt(const struct tw_plan *plan, uint64_t identity,
		       tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__stmt(&stmt, plan->store, "UPDATE entity SET origin = "
			  "'deployment' WHERE id = ?1 AND origin <> "
			  "'deployment'", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)identity);
	return tw__run(stmt, err);
}


static tw_status give_identity(struct tw_plan *plan, uint32_t row,
			       tw_error *err)
{
	struct tw_wanted *wanted = &plan->deployment->rows[row];
	tw_status status = TW_OK;

	if (!wanted->identity && wanted->name.set &&
	    !tw__kinds[wanted->kind].parent)
		status = find_former(&wanted->identity, plan, wanted->kind,
				     wanted->name.text, err);
	if (!status && !wanted->identity)
		return tw__entity_new(&wanted->identity, plan->store,
				      tw__kinds[wanted->kind].name,
				      "deployment", err);
	return status ? status : adopt(plan, wanted->identity, err);
}


static tw_status prepare_insert(struct tw_stmt **out,
				const struct tw_plan *plan,
				const struct tw_kind *kind, tw_error *err)
{
	struct tw_buf sql;
	size_t i;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "INSERT INTO \"%s\" (id, valid_from, name%s",
		       kind->name, kind->parent ? ", parent, position" : "");
	for (i = 0; i < kind->count; i++)
		tw__buf_printf(&sql, ", \"%s\"", kind->fields[i].name);
	tw__buf_text(&sql, kind->parent ? ") VALUES (?, ?, ?, ?, ?" :
		     ") VALUES (?, ?, ?");
	for (i = 0; i < kind->count; i++)
		tw__buf_text(&sql, ", ?");
	tw__buf_text(&sql, ")");
	return prepare(out, plan->store, &sql, err);
}


static void bind_value(struct tw_stmt *stmt, int index,
		       const struct tw_plan *plan,
		       const struct tw_value *value,
		       const struct tw_field *field)
{
	if (!value->set)
		tw__bind_null(stmt, index);
	else if (field->type == TW_FIELD_REFERENCE)
		tw__bind_i64(stmt, index, (int64_t)plan->deployment->rows[
			     value->target].identity);
	else if (field->type == TW_FIELD_TEXT ||
		 field->type == TW_FIELD_LIST)
		tw__bind_text(stmt, index, value->text);
	else
		tw__bind_i64(stmt, index, value->number);
}


static tw_status open_version(struct tw_plan *plan, uint32_t row,
			      tw_error *err)
{
	const struct tw_wanted *wanted = &plan->deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	struct tw_stmt *stmt;
	tw_status status;
	int index = 1;
	size_t i;

	status = prepare_insert(&stmt, plan, kind, err);
	if (status)
		return status;
	tw__bind_i64(stmt, index++, (int64_t)wanted->identity);
	tw__bind_i64(stmt, index++, plan->at);
	if (wanted->name.set)
		tw__bind_text(stmt, index++, wanted->name.text);
	else
		tw__bind_null(stmt, index++);
	if (kind->parent) {
		tw__bind_i64(stmt, index++, (int64_t)plan->deployment->rows[
			     wanted->parent].identity);
		tw__bind_i64(stmt, index++, wanted->index);
	}
	for (i = 0; i < kind->count; i++)
		bind_value(stmt, index++, plan, &wanted->values[i],
			   &kind->fields[i]);
	status = tw__run(stmt, err);
	tw__stmt_free(stmt);
	return status;
}


static tw_status end_entry(struct tw_plan *plan, uint32_t row, tw_error *err)
{
	const struct tw_entry *entry = &plan->directory->rows[row];

	return tw__version_end(plan->store, tw__kinds[entry->kind].name,
			       entry->identity, entry->from, plan->at, err);
}


tw_status tw__plan_write(struct tw_plan *plan, tw_error *err)
{
	const struct tw_deployment *deployment = plan->deployment;
	tw_status status = TW_OK;
	uint32_t row;

	/* Identities first: versions refer to each other in any order. */
	for (row = 0; row < deployment->count && !status; row++)
		status = give_identity(plan, row, err);
	for (row = 1; row < plan->directory->count && !status; row++) {
		if (!plan->kept[row] && !plan->directory->rows[row].imported)
			status = end_entry(plan, row, err);
	}
	for (row = 0; row < deployment->count && !status; row++) {
		if (plan->touched[row] && deployment->rows[row].in_force)
			status = end_entry(plan, deployment->rows[
					   row].in_force, err);
		if (!status && plan->touched[row])
			status = open_version(plan, row, err);
	}
	if (status)
		return status;
	return tw__change_note(plan->store, plan->at, "deployment",
			       tw_changes_count(plan->changes), err);
}
