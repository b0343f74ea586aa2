/**
 * @file src/accounts/deployment_apply.c  From what is wanted to versions
 *
 * Decides which versions end and which begin: compares the wanted rows with
 * those in force, field by field. Refuses to delete, and to write into a time
 * that a later apply has already decided, because calls were rated by it.
 * The writing itself stands in deployment_write.c.
 */
#include <stdio.h>
#include <string.h>
#include "deployment_apply.h"
#include "ledger_month.h"

static tw_status say(struct tw_plan *plan, uint32_t what, uint32_t row,
		     const char *field, const char *texts[2], tw_error *err)
{
	const struct tw_wanted *wanted = &plan->deployment->rows[row];
	const struct tw_wanted *named = wanted;
	tw_change change = TW_CHANGE_INIT;

	change.kind_of_change = what;
	snprintf(change.kind, sizeof(change.kind), "%s",
		 tw__kinds[wanted->kind].name);
	if (wanted->parent != TW_NO_ROW)
		named = &plan->deployment->rows[wanted->parent];
	if (named == wanted)
		snprintf(change.name, sizeof(change.name), "%.127s",
			 wanted->name.text);
	else
		snprintf(change.name, sizeof(change.name), "%.110s[%u]",
			 named->name.text, wanted->index);
	snprintf(change.field, sizeof(change.field), "%s", field);
	return tw__changes_add(plan->changes, &change, texts[0], texts[1],
			       err);
}


static tw_status say_ended(struct tw_plan *plan, uint32_t row, tw_error *err)
{
	const struct tw_entry *entry = &plan->directory->rows[row];
	const struct tw_entry *parent;
	tw_change change = TW_CHANGE_INIT;

	change.kind_of_change = TW_CHANGE_ENDED;
	snprintf(change.kind, sizeof(change.kind), "%s",
		 tw__kinds[entry->kind].name);
	snprintf(change.name, sizeof(change.name), "%.127s", entry->name);
	if (entry->parent) {
		parent = &plan->directory->rows[entry->parent];
		/* It went with its parent, which is in the list. */
		if (!plan->kept[entry->parent])
			return TW_OK;
		snprintf(change.name, sizeof(change.name), "%.110s[%u]",
			 parent->name, entry->position);
	}
	return tw__changes_add(plan->changes, &change, NULL, NULL, err);
}


/* ---- who is who ---- */

static uint32_t find_child(const struct tw_plan *plan,
			   const struct tw_wanted *wanted)
{
	const struct tw_wanted *parent =
		&plan->deployment->rows[wanted->parent];
	uint32_t row;

	if (!parent->in_force)
		return 0;
	row = plan->directory->rows[parent->in_force].first_child;
	while (row && (plan->directory->rows[row].kind != wanted->kind ||
		       plan->directory->rows[row].position != wanted->index))
		row = plan->directory->rows[row].next_child;
	return row;
}


static tw_status find_named(uint32_t *out, const struct tw_plan *plan,
			    uint32_t row, tw_error *err)
{
	const struct tw_wanted *wanted = &plan->deployment->rows[row];
	uint32_t old = 0;
	bool is_new, was;

	*out = 0;
	is_new = !tw__kind_names_find(out, plan->directory->names,
				      wanted->kind, wanted->name.text);
	was = wanted->was.set &&
		tw__kind_names_find(&old, plan->directory->names,
				    wanted->kind, wanted->was.text);
	if (was && !is_new) {
		char path[TW_KEY_PATH_MAX];

		tw__wanted_path(path, plan->deployment, row, "was");
		return tw__fail_at(err, TW_ECONFLICT, 0, path, "both '%.80s' "
				   "and '%.80s' are in force; end one of them "
				   "first", wanted->name.text,
				   wanted->was.text);
	}
	if (was)
		*out = old;
	return TW_OK;
}


static tw_status identify(struct tw_plan *plan, uint32_t row, tw_error *err)
{
	struct tw_wanted *wanted = &plan->deployment->rows[row];
	char path[TW_KEY_PATH_MAX];
	tw_status status = TW_OK;

	if (tw__kinds[wanted->kind].single)
		wanted->in_force = plan->directory->first[wanted->kind];
	else if (wanted->parent != TW_NO_ROW)
		wanted->in_force = find_child(plan, wanted);
	else
		status = find_named(&wanted->in_force, plan, row, err);
	if (status)
		return status;
	wanted->identity = wanted->in_force ?
		plan->directory->rows[wanted->in_force].identity : 0;
	if (wanted->in_force && plan->kept[wanted->in_force]) {
		tw__wanted_path(path, plan->deployment, row, "was");
		return tw__fail_at(err, TW_ECONFLICT, 0, path, "two rows were "
				   "'%.80s'; only one can go on as it",
				   wanted->was.text ? wanted->was.text : "");
	}
	if (wanted->in_force)
		plan->kept[wanted->in_force] = true;
	return TW_OK;
}


/* ---- what differs ---- */

static bool is_equal(const struct tw_plan *plan, const struct tw_cell *cell,
		     const struct tw_value *value,
		     const struct tw_field *field)
{
	uint64_t target;

	if (cell->set != value->set)
		return false;
	if (!cell->set)
		return true;
	if (field->type == TW_FIELD_TEXT || field->type == TW_FIELD_LIST)
		return !strcmp(cell->text, value->text);
	if (field->type != TW_FIELD_REFERENCE)
		return cell->number == value->number;
	target = plan->deployment->rows[value->target].identity;
	return target && target == (uint64_t)cell->number;
}


static tw_status compare_fields(struct tw_plan *plan, uint32_t row,
				tw_error *err)
{
	struct tw_wanted *wanted = &plan->deployment->rows[row];
	const struct tw_entry *entry = &plan->directory->rows[
		wanted->in_force];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < kind->count && !status; i++) {
		const struct tw_value *value = &wanted->values[i];
		const char *texts[2] = { entry->cells[i].text,
					 value->set ? value->text : "" };

		/* of a store that was written when they were accepted */
		if ((kind->fields[i].rule == TW_RULE_SIP ||
		     kind->fields[i].rule == TW_RULE_HOP) && texts[0] &&
		    tw__sip_has_password(texts[0]))
			texts[0] = "(holds a password)";

		if (is_equal(plan, &entry->cells[i], value,
			     &kind->fields[i]))
			continue;
		plan->touched[row] = true;
		status = say(plan, TW_CHANGE_CHANGED, row,
			     kind->fields[i].name, texts, err);
	}
	return status;
}


static tw_status compare(struct tw_plan *plan, uint32_t row, tw_error *err)
{
	struct tw_wanted *wanted = &plan->deployment->rows[row];
	const struct tw_entry *entry = &plan->directory->rows[
		wanted->in_force];
	const char *texts[2] = { entry->name, wanted->name.text };
	static const char *const none[2] = { "", "" };
	tw_status status = TW_OK;

	if (!wanted->in_force) {
		plan->touched[row] = true;
		if (wanted->parent != TW_NO_ROW &&
		    !plan->deployment->rows[wanted->parent].in_force)
			return TW_OK;
		return say(plan, TW_CHANGE_NEW, row, "", (const char **)none,
			   err);
	}
	if (wanted->name.set && strcmp(entry->name, wanted->name.text)) {
		plan->touched[row] = true;
		status = say(plan, TW_CHANGE_RENAMED, row, "", texts, err);
	}
	if (!status)
		status = compare_fields(plan, row, err);
	/* An import gave it an end; the deployment wants it for good. */
	if (!status && entry->to != TW_TIME_MAX && !plan->touched[row]) {
		plan->touched[row] = true;
		status = say(plan, TW_CHANGE_CHANGED, row, "valid_to",
			     (const char **)none, err);
	}
	plan->adopts |= entry->imported;
	return status;
}


/* A row of an import must not be left pointing at something that ended. */
static tw_status check_imported(const struct tw_plan *plan, uint32_t row,
				tw_error *err)
{
	const struct tw_directory *directory = plan->directory;
	const struct tw_entry *entry = &directory->rows[row], *target;
	const struct tw_kind *kind = &tw__kinds[entry->kind];
	size_t i;

	for (i = 0; i < kind->count; i++) {
		uint32_t at = kind->fields[i].type == TW_FIELD_REFERENCE ?
			entry->cells[i].row : 0;

		target = &directory->rows[at];
		if (!at || plan->kept[at] || target->imported)
			continue;
		return tw__fail(err, TW_ECONFLICT, "%s '%.80s' would end, but "
				"the imported %s '%.80s' belongs to it; keep "
				"it in the deployment",
				tw__kinds[target->kind].path, target->name,
				kind->path, entry->name);
	}
	return TW_OK;
}


static tw_status find_ended(struct tw_plan *plan, tw_error *err)
{
	tw_status status = TW_OK;
	uint32_t row;

	for (row = 1; row < plan->directory->count && !status; row++) {
		if (plan->kept[row])
			continue;
		if (plan->directory->rows[row].imported)
			status = check_imported(plan, row, err);
		else
			status = say_ended(plan, row, err);
		plan->ends |= !plan->directory->rows[row].imported;
	}
	return status;
}


/* A row of this kind that nobody asked to go on; 0: none. */
static uint32_t find_left(const struct tw_plan *plan, uint8_t kind)
{
	for (uint32_t row = 1; row < plan->directory->count; row++) {
		if (plan->directory->rows[row].kind == kind &&
		    !plan->kept[row] && !plan->directory->rows[row].imported)
			return row;
	}
	return 0;
}


/* A misspelled `was` would end the one that is meant and begin another, and
 * no later apply can join them. Where nobody would end it is a file applied
 * to another store, and told only. */
static tw_status check_was(struct tw_plan *plan, uint32_t row, tw_error *err)
{
	struct tw_deployment *d = plan->deployment;
	const struct tw_wanted *wanted = &d->rows[row];
	size_t before = d->problems_count;
	char path[TW_KEY_PATH_MAX];
	tw_status status;
	uint32_t left;

	if (!wanted->was.set || wanted->in_force)
		return TW_OK;
	left = find_left(plan, wanted->kind);
	tw__wanted_path(path, d, row, "was");
	if (left)
		return tw__fail_at(err, TW_ECONFLICT, 0, path, "no %s '%.80s' "
				   "is in force, and '%.80s' would end; write "
				   "who was renamed, or leave `was` out",
				   tw__kinds[wanted->kind].path,
				   wanted->was.text,
				   plan->directory->rows[left].name);
	status = tw__problem(d, TW_OK, row, "was", "no %s '%.80s' is in "
			     "force: '%.80s' is new and has no history",
			     tw__kinds[wanted->kind].path, wanted->was.text,
			     wanted->name.text);
	d->store_problems += d->problems_count - before;
	return status ? tw__fail_oom(err) : TW_OK;
}


static tw_status difference(struct tw_plan *plan, tw_error *err)
{
	tw_status status = TW_OK;
	uint32_t row;

	for (row = 0; row < plan->deployment->count && !status; row++)
		status = identify(plan, row, err);
	for (row = 0; row < plan->deployment->count && !status; row++)
		status = check_was(plan, row, err);
	for (row = 0; row < plan->deployment->count && !status; row++)
		status = compare(plan, row, err);
	return status ? status : find_ended(plan, err);
}


/* ---- time only goes forward ---- */

static tw_status refuse_time(const struct tw_plan *plan, const char *kind,
			     const char *name, tw_time later, tw_error *err)
{
	const tw_zone *zone = plan->deployment->zone;
	char at[48] = "?", then[48] = "?";

	tw_time_format(at, sizeof(at), plan->at, zone, NULL);
	tw_time_format(then, sizeof(then), later, zone, NULL);
	return tw__fail(err, TW_ECONFLICT, "%s '%.80s' has a change at %s, "
			"which is not before %s; history is not rewritten, "
			"choose a later --at", kind, name, then, at);
}


static tw_status check_kind_time(const struct tw_plan *plan,
				 const struct tw_kind *kind, tw_error *err)
{
	struct tw_stmt *stmt;
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "SELECT k.name, CASE WHEN k.valid_from > ?1 THEN "
		       "k.valid_from ELSE k.valid_to END FROM \"%s\" k JOIN "
		       "entity e ON e.id = k.id WHERE e.origin = 'deployment' "
		       "AND (k.valid_from > ?1 OR (k.valid_to > ?1 AND "
		       "k.valid_to < ?2)) LIMIT 1", kind->name);
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(&stmt, plan->store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, plan->at);
	tw__bind_i64(stmt, 2, TW_TIME_MAX);
	status = tw__step(stmt, err);
	if (status == TW_OK)
		status = refuse_time(plan, kind->path, tw__col_text(stmt, 0),
				     tw__col_i64(stmt, 1), err);
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


/* A day of a closed month has been accounted for. */
static tw_status check_closed(const struct tw_plan *plan, tw_error *err)
{
	struct tw__book book;
	char month[16];
	int64_t number;
	tw_time open, to;
	tw_status status;

	/* without a zone no month was closed */
	status = tw__book_open(&book, plan->store, NULL, NULL);
	if (status == TW_ENOTFOUND)
		return TW_OK;
	if (status)
		return tw__fail(err, status, "the company's zone cannot be "
				"read");
	if (!book.open_month) {
		tw__book_close(&book);
		return TW_OK;
	}
	snprintf(month, sizeof(month), "%04d-%02d",
		 (int)(book.open_month / 100), (int)(book.open_month % 100));
	status = tw__book_parse(&number, &open, &to, &book, month, err);
	tw__book_close(&book);
	if (status || plan->at >= open)
		return status;
	return tw__fail_at(err, TW_EREFUSED, 0, "at", "lies in a closed "
			   "month; the first open one is %s", month);
}


static tw_status check_time(const struct tw_plan *plan, tw_error *err)
{
	tw_status status = check_closed(plan, err);
	size_t i;

	for (i = 0; i < tw__kinds_count && !status; i++)
		status = check_kind_time(plan, &tw__kinds[i], err);
	return status;
}


/* Import rows may have versions ahead; a row that changes now must not. */
static tw_status check_touched(const struct tw_plan *plan, uint8_t kind,
			       uint64_t identity, const char *name,
			       tw_error *err)
{
	struct tw_stmt *stmt;
	struct tw_buf sql;
	tw_status status;

	tw__buf_init(&sql);
	tw__buf_printf(&sql, "SELECT valid_from FROM \"%s\" WHERE (id = ?1 OR "
		       "(?1 = 0 AND name = ?2)) AND valid_from >= ?3 LIMIT 1",
		       tw__kinds[kind].name);
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(&stmt, plan->store, sql.data, err);
	tw__buf_free(&sql);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, (int64_t)identity);
	tw__bind_text(stmt, 2, name);
	tw__bind_i64(stmt, 3, plan->at);
	status = tw__step(stmt, err);
	if (status == TW_OK)
		status = refuse_time(plan, tw__kinds[kind].path, name,
				     tw__col_i64(stmt, 0), err);
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


/* "" where a name says nothing about who this is. */
static const char *own_name(const struct tw_wanted *wanted)
{
	bool own = wanted->name.set && !tw__kinds[wanted->kind].parent;

	return own ? wanted->name.text : "";
}


static tw_status check_all_touched(const struct tw_plan *plan, tw_error *err)
{
	tw_status status = TW_OK;
	uint32_t row;

	for (row = 0; row < plan->deployment->count && !status; row++) {
		const struct tw_wanted *wanted = &plan->deployment->rows[row];

		if (plan->touched[row] && (wanted->name.set ||
					   wanted->identity))
			status = check_touched(plan, wanted->kind,
				wanted->identity, own_name(wanted), err);
	}
	for (row = 1; row < plan->directory->count && !status; row++) {
		const struct tw_entry *entry = &plan->directory->rows[row];

		if (!plan->kept[row] && !entry->imported)
			status = check_touched(plan, entry->kind,
					       entry->identity, entry->name,
					       err);
	}
	return status;
}


/* ---- apply ---- */

static tw_status prepare(struct tw_plan *plan, tw_error *err)
{
	tw_status status;

	status = check_time(plan, err);
	if (!status)
		status = tw_directory_open(&plan->directory, plan->store,
					   plan->at, err);
	if (status)
		return status;
	plan->kept = tw_calloc(plan->directory->count, sizeof(bool));
	plan->touched = tw_calloc(plan->deployment->count, sizeof(bool));
	if (!plan->kept || !plan->touched)
		return tw__fail_oom(err);
	status = difference(plan, err);
	return status ? status : check_all_touched(plan, err);
}


static tw_status run(struct tw_plan *plan, uint32_t flags, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (flags & TW_APPLY_DRY_RUN) {
		status = tw__read_enter(&tx, plan->store, err);
		if (status)
			return status;
		status = prepare(plan, err);
		tw__read_leave(&tx, plan->store);
		return status;
	}
	status = tw__tx_enter(&tx, plan->store, err);
	if (status)
		return status;
	status = prepare(plan, err);
	if (!status && (tw_changes_count(plan->changes) || plan->adopts ||
			plan->ends))
		status = tw__plan_write(plan, err);
	return tw__tx_leave(&tx, plan->store, status, err);
}


tw_status tw_deployment_apply(tw_changes **out, tw_deployment *deployment,
			      tw_store *store, tw_time at, uint32_t flags,
			      tw_error *err)
{
	struct tw_plan plan = { .deployment = deployment, .store = store,
				.at = at };
	tw_status status;

	if (!out || !deployment || !store)
		return tw__fail(err, TW_EINVAL, "deployment and store are "
				"needed");
	if (flags & ~TW_APPLY_DRY_RUN)
		return tw__fail(err, TW_EINVAL, "unknown flags 0x%x",
				(unsigned)flags);
	if (at == TW_TIME_MIN || at == TW_TIME_MAX)
		return tw__fail(err, TW_EINVAL, "an apply needs an instant to "
				"be valid from");
	status = tw_deployment_check(deployment, err);
	if (!status)
		status = tw__deployment_places(deployment, store, at, err);
	if (!status)
		status = tw__changes_new(&plan.changes, err);
	if (!status)
		status = run(&plan, flags, err);
	tw_directory_free(plan.directory);
	tw_free(plan.kept);
	tw_free(plan.touched);
	if (status) {
		tw_changes_free(plan.changes);
		return status;
	}
	*out = plan.changes;
	return TW_OK;
}
