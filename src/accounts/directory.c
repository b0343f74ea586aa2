/**
 * @file src/accounts/directory.c  What was in force at one instant
 *
 * Decides nothing: it reads the versions that hold at an instant into an
 * immutable value, so that the way of a call asks no database. Refuses to
 * know what the rows are for (directory_engine.c, directory_router.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "deployment.h"
#include "directory.h"

#define BLOCK_SIZE 65536u

/* Texts and cells live until the directory ends, so they share blocks. */
struct tw_block {
	struct tw_block *next;
	size_t used, size;
};

static void *take(struct tw_directory *directory, size_t size)
{
	struct tw_block *block = directory->blocks;
	void *mem;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = tw_calloc(1, sizeof(*block) + room);
		if (!block)
			return NULL;
		block->size = room;
		block->next = directory->blocks;
		directory->blocks = block;
	}
	mem = (char *)(block + 1) + block->used;
	block->used += size;
	return mem;
}


static tw_status keep(const char **out, struct tw_directory *directory,
		      const char *text, tw_error *err)
{
	size_t size = strlen(text) + 1;
	char *copy = size == 1 ? NULL : take(directory, size);

	if (size > 1 && !copy)
		return tw__fail_oom(err);
	*out = size > 1 ? memcpy(copy, text, size) : "";
	return TW_OK;
}


/* ---- reading ---- */

static tw_status select_kind(struct tw_stmt **out, tw_store *store,
			     const struct tw_kind *kind, tw_error *err)
{
	struct tw_buf sql;
	tw_status status;
	size_t i;

	tw__buf_init(&sql);
	tw__buf_text(&sql, "SELECT k.id, k.valid_from, k.valid_to, k.name, "
		     "e.origin");
	tw__buf_text(&sql, kind->parent ? ", k.parent, k.position" :
		     ", 0, 0");
	for (i = 0; i < kind->count; i++)
		tw__buf_printf(&sql, ", k.\"%s\"", kind->fields[i].name);
	tw__buf_printf(&sql, " FROM \"%s\" k JOIN entity e ON e.id = k.id "
		       "WHERE k.valid_from <= ?1 AND k.valid_to > ?1 "
		       "ORDER BY %s", kind->name, kind->parent ?
		       "k.parent, k.position" : "k.id");
	status = sql.failed ? tw__fail_oom(err) :
		tw__stmt_new(out, store, sql.data, err);
	tw__buf_free(&sql);
	return status;
}


static tw_status read_cell(struct tw_directory *directory,
			   struct tw_cell *cell, const struct tw_field *field,
			   struct tw_stmt *stmt, int column, tw_error *err)
{
	char text[40];
	tw_status status;

	cell->text = "";
	cell->set = !tw__col_is_null(stmt, column);
	if (!cell->set)
		return TW_OK;
	if (field->type == TW_FIELD_TEXT || field->type == TW_FIELD_LIST)
		return keep(&cell->text, directory,
			    tw__col_text(stmt, column), err);
	cell->number = tw__col_i64(stmt, column);
	if (field->type == TW_FIELD_REFERENCE)
		return TW_OK;
	status = tw__field_format(text, sizeof(text), field, cell->number,
				  directory->zone, err);
	return status ? status : keep(&cell->text, directory, text, err);
}


static tw_status add_entry(struct tw_entry **out,
			   struct tw_directory *directory, uint8_t kind,
			   tw_error *err)
{
	uint32_t row = (uint32_t)directory->count;
	struct tw_entry *entry;

	if (tw__grow((void **)&directory->rows, &directory->capacity,
		     directory->count + 1, sizeof(*entry)))
		return tw__fail_oom(err);
	entry = &directory->rows[row];
	memset(entry, 0, sizeof(*entry));
	entry->kind = kind;
	entry->name = "";
	entry->cells = take(directory, tw__kinds[kind].count *
			    sizeof(*entry->cells));
	if (!entry->cells)
		return tw__fail_oom(err);
	directory->count++;
	if (directory->last[kind])
		directory->rows[directory->last[kind]].next = row;
	else
		directory->first[kind] = row;
	directory->last[kind] = row;
	*out = entry;
	return TW_OK;
}


static tw_status read_row(struct tw_directory *directory, uint8_t kind,
			  struct tw_stmt *stmt, tw_error *err)
{
	const struct tw_kind *k = &tw__kinds[kind];
	struct tw_entry *entry = NULL;
	tw_status status;
	size_t i;

	status = add_entry(&entry, directory, kind, err);
	if (status)
		return status;
	entry->identity = (uint64_t)tw__col_i64(stmt, 0);
	entry->from = tw__col_i64(stmt, 1);
	entry->to = tw__col_i64(stmt, 2);
	entry->imported = !strcmp(tw__col_text(stmt, 4), "import");
	entry->parent_identity = (uint64_t)tw__col_i64(stmt, 5);
	entry->position = (uint32_t)tw__col_i64(stmt, 6);
	status = keep(&entry->name, directory, tw__col_text(stmt, 3), err);
	for (i = 0; i < k->count && !status; i++)
		status = read_cell(directory, &entry->cells[i], &k->fields[i],
				   stmt, (int)(7 + i), err);
	return status;
}


static tw_status read_kind(struct tw_directory *directory, tw_store *store,
			   uint8_t kind, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	status = select_kind(&stmt, store, &tw__kinds[kind], err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, directory->at);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = read_row(directory, kind, stmt, err);
		if (status)
			break;
	}
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


/* Dates are shown in the company's zone, so it is read first. */
static tw_status open_zone(struct tw_directory *directory, tw_error *err)
{
	uint32_t row = directory->first[tw__kind_find(TW_STR("company"))];
	const struct tw_cell *zone;

	if (!row)
		return TW_OK;
	zone = tw__cell(directory, row, "zone");
	return zone->set ? tw_zone_open(&directory->zone, zone->text, err) :
		TW_OK;
}


/* ---- linking ---- */

static int by_identity(const void *a, const void *b)
{
	const struct tw_identity *x = a, *y = b;

	return x->identity < y->identity ? -1 : x->identity > y->identity;
}


uint32_t tw__directory_row(const struct tw_directory *directory,
			   uint64_t identity)
{
	struct tw_identity key = { identity, 0 }, *found;

	if (!identity || directory->count < 2)
		return 0;
	found = bsearch(&key, directory->identities, directory->count - 1,
			sizeof(key), by_identity);
	return found ? found->row : 0;
}


static void link_child(struct tw_directory *directory, uint32_t row)
{
	struct tw_entry *entry = &directory->rows[row], *parent;

	entry->parent = tw__directory_row(directory, entry->parent_identity);
	if (!entry->parent)
		return;
	parent = &directory->rows[entry->parent];
	if (parent->last_child)
		directory->rows[parent->last_child].next_child = row;
	else
		parent->first_child = row;
	parent->last_child = row;
}


static void link_cells(struct tw_directory *directory, uint32_t row)
{
	struct tw_entry *entry = &directory->rows[row];
	const struct tw_kind *kind = &tw__kinds[entry->kind];
	struct tw_cell *cell;
	size_t i;

	for (i = 0; i < kind->count; i++) {
		cell = &entry->cells[i];
		if (kind->fields[i].type != TW_FIELD_REFERENCE || !cell->set)
			continue;
		cell->row = tw__directory_row(directory,
					      (uint64_t)cell->number);
		cell->text = directory->rows[cell->row].name;
	}
}


static tw_status link_rows(struct tw_directory *directory, tw_error *err)
{
	size_t n = directory->count - 1;
	uint32_t row;

	if (!n)
		return tw__kind_names_new(&directory->names, 0) ?
			tw__fail_oom(err) : TW_OK;
	directory->identities = tw_calloc(n, sizeof(struct tw_identity));
	if (!directory->identities || tw__kind_names_new(&directory->names, n))
		return tw__fail_oom(err);
	for (row = 1; row <= n; row++)
		directory->identities[row - 1] = (struct tw_identity){
			directory->rows[row].identity, row };
	qsort(directory->identities, n, sizeof(struct tw_identity),
	      by_identity);
	for (row = 1; row <= n; row++) {
		struct tw_entry *entry = &directory->rows[row];

		link_cells(directory, row);
		if (tw__kinds[entry->kind].parent)
			link_child(directory, row);
		else
			tw__kind_names_add(directory->names, entry->kind,
					   entry->name, row);
	}
	return TW_OK;
}


static tw_status load(struct tw_directory *directory, tw_store *store,
		      tw_error *err)
{
	struct tw_entry *none;
	tw_status status = TW_OK;
	uint8_t kind;

	directory->first = tw_calloc(tw__kinds_count, sizeof(uint32_t));
	directory->last = tw_calloc(tw__kinds_count, sizeof(uint32_t));
	if (!directory->first || !directory->last ||
	    tw__grow((void **)&directory->rows, &directory->capacity, 64,
		     sizeof(*none)))
		return tw__fail_oom(err);
	none = &directory->rows[directory->count++];
	memset(none, 0, sizeof(*none));
	none->name = "";
	for (kind = 0; kind < tw__kinds_count && !status; kind++) {
		status = read_kind(directory, store, kind, err);
		if (!status && kind == 0)
			status = open_zone(directory, err);
	}
	return status ? status : link_rows(directory, err);
}


tw_status tw_directory_open(tw_directory **out, tw_store *store, tw_time at,
			    tw_error *err)
{
	struct tw_directory *directory;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "no store given");
	directory = tw_calloc(1, sizeof(*directory));
	if (!directory)
		return tw__fail_oom(err);
	directory->at = at;
	status = tw__read_enter(&tx, store, err);
	if (!status) {
		status = load(directory, store, err);
		tw__read_leave(&tx, store);
	}
	if (status) {
		tw_directory_free(directory);
		return status;
	}
	*out = directory;
	return TW_OK;
}


void tw_directory_free(tw_directory *directory)
{
	struct tw_block *block, *next;

	if (!directory)
		return;
	for (block = directory->blocks; block; block = next) {
		next = block->next;
		tw_free(block);
	}
	tw_free(directory->rows);
	tw_free(directory->first);
	tw_free(directory->last);
	tw_free(directory->identities);
	tw__kind_names_free(directory->names);
	tw_zone_free(directory->zone);
	tw_free(directory);
}


/* ---- asking ---- */

static tw_status kind_of(uint8_t *out, const char *kind, tw_error *err)
{
	*out = kind ? tw__kind_find(tw__str_of(kind)) : TW_KIND_NONE;
	if (*out != TW_KIND_NONE)
		return TW_OK;
	return tw__fail(err, TW_EINVAL, "there is no kind '%.40s'; see "
			"docs/deployment.md", kind ? kind : "");
}


tw_status tw__directory_digits(char out[TW_DIGITS_MAX],
			       const struct tw_directory *directory,
			       const char *number, tw_error *err)
{
	uint32_t company = directory->first[tw__kind_find(TW_STR("company"))];
	const struct tw_cell *country = NULL;
	struct tw_dial_rule rule;

	if (company)
		country = tw__cell(directory, company, "country");
	rule = tw__dial_rule(country ? country->text : NULL);
	return tw__e164(out, number, &rule, err);
}


/* A number may be asked for as people write it. */
static bool find_number(uint32_t *out, const struct tw_directory *directory,
			uint8_t kind, const char *name)
{
	char digits[TW_DIGITS_MAX];

	return !strcmp(tw__kinds[kind].name, "number") &&
		!tw__directory_digits(digits, directory, name, NULL) &&
		tw__kind_names_find(out, directory->names, kind, digits);
}


tw_status tw_directory_find(tw_row *out, const tw_directory *directory,
			    const char *kind, const char *name, tw_error *err)
{
	tw_status status;
	uint32_t row;
	uint8_t k;

	if (!out || !directory || !name)
		return tw__fail(err, TW_EINVAL, "directory and name are "
				"needed");
	status = kind_of(&k, kind, err);
	if (status)
		return status;
	if (!tw__kind_names_find(&row, directory->names, k, name) &&
	    !find_number(&row, directory, k, name))
		return tw__fail(err, TW_ENOTFOUND, "there is no %s '%.80s' "
				"in force at that time", kind, name);
	out->id = row;
	return TW_OK;
}


tw_status tw_directory_next(tw_row *row, const tw_directory *directory,
			    const char *kind, tw_error *err)
{
	tw_status status;
	uint32_t next;
	uint8_t k;

	if (!row || !directory || row->id >= directory->count)
		return tw__fail(err, TW_EINVAL, "no such row; start with 0");
	status = kind_of(&k, kind, err);
	if (status)
		return status;
	if (row->id && directory->rows[row->id].kind != k)
		return tw__fail(err, TW_EINVAL, "the row before is not a %s",
				kind);
	next = row->id ? directory->rows[row->id].next : directory->first[k];
	if (!next)
		return TW_ITER_END;
	row->id = next;
	return TW_OK;
}


tw_status tw_directory_next_child(tw_row *row, const tw_directory *directory,
				  tw_row parent, tw_error *err)
{
	uint32_t next;

	if (!row || !directory || row->id >= directory->count ||
	    !parent.id || parent.id >= directory->count)
		return tw__fail(err, TW_EINVAL, "no such row; start with 0");
	if (row->id && directory->rows[row->id].parent != parent.id)
		return tw__fail(err, TW_EINVAL, "the row before is no child "
				"of this one");
	next = row->id ? directory->rows[row->id].next_child :
		directory->rows[parent.id].first_child;
	if (!next)
		return TW_ITER_END;
	row->id = next;
	return TW_OK;
}


const struct tw_cell *tw__cell(const struct tw_directory *directory,
			       uint32_t row, const char *field)
{
	const struct tw_entry *entry = &directory->rows[row];
	int i = tw__field_find(&tw__kinds[entry->kind], tw__str_of(field));

	return i < 0 ? NULL : &entry->cells[i];
}


const char *tw_row_text(const tw_directory *directory, tw_row row,
			const char *field)
{
	const struct tw_kind *kind;
	const struct tw_cell *cell;

	if (!directory || !field || !row.id || row.id >= directory->count)
		return NULL;
	cell = tw__cell(directory, row.id, field);
	if (cell)
		return cell->text;
	kind = &tw__kinds[directory->rows[row.id].kind];
	if (!strcmp(field, "name") ||
	    (kind->name_field && !strcmp(field, kind->name_field)))
		return directory->rows[row.id].name;
	return NULL;
}


int64_t tw_row_integer(const tw_directory *directory, tw_row row,
		       const char *field, int64_t otherwise)
{
	const struct tw_kind *kind;
	int i;

	if (!directory || !field || !row.id || row.id >= directory->count)
		return otherwise;
	kind = &tw__kinds[directory->rows[row.id].kind];
	i = tw__field_find(kind, tw__str_of(field));
	if (i < 0 || !directory->rows[row.id].cells[i].set)
		return otherwise;
	switch (kind->fields[i].type) {
	case TW_FIELD_TEXT:
	case TW_FIELD_LIST:
	case TW_FIELD_REFERENCE:
		return otherwise;
	}
	return directory->rows[row.id].cells[i].number;
}


uint64_t tw_row_identity(const tw_directory *directory, tw_row row)
{
	if (!directory || !row.id || row.id >= directory->count)
		return 0;
	return directory->rows[row.id].identity;
}
