/**
 * @file src/accounts/deployment.c  From key paths to rows
 *
 * Decides where a value belongs: "pool[0].member[1].phone" is a field of a
 * row inside a row. Refuses to know what a value means (deployment_value.c)
 * and what rows promise each other (deployment_check.c).
 */
#include <stdio.h>
#include <string.h>
#include "deployment.h"
#include "kinds_names.h"

#define ROWS_MAX  1000000u
#define ITEMS_MAX 1000u
#define KEY_BYTES   48u         /* of the longest key */
#define KEY_NEAR     2u         /* letters of a slip */
#define KNOWN_KEYS 280u         /* bytes of a list that a message has room
				   for */

struct segment {
	struct tw_str name;
	bool indexed;
	uint32_t index;
};

tw_status tw_deployment_new(tw_deployment **out, tw_error *err)
{
	struct tw_deployment *deployment;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the deployment");
	deployment = tw_calloc(1, sizeof(*deployment));
	if (!deployment)
		return tw__fail_oom(err);
	deployment->tops = tw_calloc(tw__kinds_count,
				     sizeof(*deployment->tops));
	if (!deployment->tops) {
		tw_deployment_free(deployment);
		return tw__fail_oom(err);
	}
	*out = deployment;
	return TW_OK;
}


static void free_row(struct tw_wanted *row)
{
	size_t i;

	for (i = 0; row->values && i < tw__kinds[row->kind].count; i++)
		tw__value_free(&row->values[i]);
	tw__value_free(&row->name);
	tw__value_free(&row->was);
	tw_free(row->values);
	for (i = 0; i < TW_CHILD_KINDS; i++)
		tw_free(row->children[i].rows);
}


void tw_deployment_free(tw_deployment *deployment)
{
	size_t i;

	if (!deployment)
		return;
	for (i = 0; i < deployment->count; i++)
		free_row(&deployment->rows[i]);
	for (i = 0; deployment->tops && i < tw__kinds_count; i++)
		tw_free(deployment->tops[i].rows);
	tw_free(deployment->rows);
	tw_free(deployment->tops);
	tw_free(deployment->problems);
	tw__kind_names_free(deployment->names);
	tw_zone_free(deployment->zone);
	tw_free(deployment);
}


/* ---- key paths ---- */

static bool is_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_' || c == '-';
}


static const char *read_segment(struct segment *out, const char *p)
{
	const char *start = p;
	uint64_t index;

	while (is_key(*p))
		p++;
	if (p == start)
		return NULL;
	memset(out, 0, sizeof(*out));
	out->name = tw__str(start, (size_t)(p - start));
	if (*p != '[')
		return p;
	start = ++p;
	while (*p >= '0' && *p <= '9')
		p++;
	if (*p != ']' ||
	    !tw__str_u64(&index, tw__str(start, (size_t)(p - start))) ||
	    index > ROWS_MAX)
		return NULL;
	out->indexed = true;
	out->index = (uint32_t)index;
	return p + 1;
}


/* Number of segments; 0 when the path is not of the form a[0].b[1].c. */
static size_t read_path(struct segment out[3], const char *path)
{
	size_t n = 0;

	while (n < 3) {
		path = read_segment(&out[n++], path);
		if (!path)
			return 0;
		if (!*path)
			return n;
		if (*path++ != '.')
			return 0;
	}
	return 0;
}


void tw__wanted_path(char out[TW_KEY_PATH_MAX],
		     const struct tw_deployment *deployment, uint32_t row,
		     const char *field)
{
	const struct tw_wanted *wanted = &deployment->rows[row];
	const struct tw_kind *kind = &tw__kinds[wanted->kind];
	char up[TW_KEY_PATH_MAX / 2] = "", at[16] = "";
	bool is_one;
	const struct tw_wanted *parent;

	if (wanted->parent != TW_NO_ROW) {
		parent = &deployment->rows[wanted->parent];
		is_one = tw__kinds[parent->kind].single;
		snprintf(up, sizeof(up), is_one ? "%s." : "%s[%u].",
			 tw__kinds[parent->kind].path, parent->index);
	}
	if (!kind->single)
		snprintf(at, sizeof(at), "[%u]", wanted->index);
	snprintf(out, TW_KEY_PATH_MAX, "%s%s%s%s%s", up, kind->path, at,
		 field ? "." : "", field ? field : "");
}


/* ---- rows ---- */

static tw_status add_row(uint32_t *out, struct tw_deployment *deployment,
			 uint8_t kind, uint32_t parent, uint32_t index)
{
	struct tw_wanted row = { .kind = kind, .index = index,
				 .parent = parent };

	if (tw__grow((void **)&deployment->rows, &deployment->capacity,
		     deployment->count + 1, sizeof(row)))
		return TW_ENOMEM;
	row.values = tw_calloc(tw__kinds[kind].count, sizeof(*row.values));
	if (!row.values)
		return TW_ENOMEM;
	*out = (uint32_t)deployment->count;
	deployment->rows[deployment->count++] = row;
	return TW_OK;
}


static struct tw_row_list *list_of(struct tw_deployment *deployment,
				   uint8_t kind, uint32_t parent)
{
	if (parent == TW_NO_ROW)
		return &deployment->tops[kind];
	return &deployment->rows[parent].children[tw__kind_slot(kind)];
}


/* An array is filled from its front: a hole is a table without keys, and
 * skipping that in silence would renumber what follows. */
static tw_status find_row(uint32_t *out, struct tw_deployment *deployment,
			  uint8_t kind, uint32_t parent,
			  const struct segment *at, tw_error *err)
{
	struct tw_row_list *list = list_of(deployment, kind, parent);

	if (at->index < list->count) {
		*out = list->rows[at->index];
		return TW_OK;
	}
	if (at->index > list->count)
		return tw__fail(err, TW_EINVAL, "%s[%zu] before it is empty; "
				"fill it in or leave it out",
				tw__kinds[kind].path, list->count);
	if (deployment->count >= ROWS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u rows; split the "
				"deployment", ROWS_MAX);
	if (tw__grow((void **)&list->rows, &list->capacity, list->count + 1,
		     sizeof(*list->rows)))
		return tw__fail_oom(err);
	if (add_row(out, deployment, kind, parent, at->index))
		return tw__fail_oom(err);
	/* Adding may have moved the row that the list stands in. */
	list = list_of(deployment, kind, parent);
	list->rows[list->count++] = *out;
	return TW_OK;
}


static void list_tables(struct tw_buf *buf)
{
	size_t i;

	for (i = 0; i < tw__kinds_count; i++) {
		if (!tw__kinds[i].parent)
			tw__buf_printf(buf, "%s%s", i ? ", " : "",
				       tw__kinds[i].path);
	}
}


static tw_status unknown_table(struct tw_str name, tw_error *err)
{
	uint8_t kind = tw__kind_at(TW_KIND_NONE, name);
	struct tw_buf known;

	if (kind != TW_KIND_NONE)
		return tw__fail(err, TW_EINVAL, "is a table; write %s%s%s and "
				"its keys below it",
				tw__kinds[kind].single ? "[" : "[[",
				tw__kinds[kind].path,
				tw__kinds[kind].single ? "]" : "]]");
	tw__buf_init(&known);
	list_tables(&known);
	tw__fail(err, TW_EINVAL, "there is no table '%.*s'; use one of %s",
		 (int)(name.l < 40 ? name.l : 40), name.p,
		 known.failed ? "docs/deployment.md" : known.data);
	tw__buf_free(&known);
	return TW_EINVAL;
}


static tw_status check_form(const struct tw_kind *kind,
			    const struct segment *at, tw_error *err)
{
	if (kind->single && at->indexed)
		return tw__fail(err, TW_EINVAL, "there is one %s; write [%s] "
				"instead of [[%s]]", kind->path, kind->path,
				kind->path);
	if (!kind->single && !at->indexed)
		return tw__fail(err, TW_EINVAL, "there may be many; write "
				"[[%s%s%s]], not [%s%s%s]",
				kind->parent ? kind->parent : "",
				kind->parent ? "." : "", kind->path,
				kind->parent ? kind->parent : "",
				kind->parent ? "." : "", kind->path);
	return TW_OK;
}


/* Letters to change, add or take away until one is the other. */
static size_t distance(struct tw_str a, const char *b)
{
	size_t row[KEY_BYTES + 1], n = strlen(b), before, above;

	if (a.l > KEY_BYTES || n > KEY_BYTES)
		return KEY_BYTES;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.l; i++) {
		before = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			above = row[j];
			row[j] = before + (a.p[i - 1] != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			before = above;
		}
	}
	return row[n];
}


/* False when the list is full, and says so. */
static bool add_key(char known[KNOWN_KEYS], const char *key)
{
	size_t at = strlen(known);

	if (at + strlen(key) + sizeof(", , ...") > KNOWN_KEYS) {
		snprintf(&known[at], KNOWN_KEYS - at, ", ...");
		return false;
	}
	snprintf(&known[at], KNOWN_KEYS - at, "%s%s", at ? ", " : "", key);
	return true;
}


/* The nearest by spelling first: of many keys only some have room. */
static void list_keys(char known[KNOWN_KEYS], const struct tw_kind *kind,
		      struct tw_str name)
{
	known[0] = '\0';
	for (size_t far = 1; far <= KEY_NEAR + 1; far++) {
		for (size_t i = 0; i <= kind->count; i++) {
			const char *key = i ? kind->fields[i - 1].name :
				kind->name_field;
			size_t d = key ? distance(name, key) : 0;

			if (!key || (d > KEY_NEAR ? KEY_NEAR + 1 : d) != far)
				continue;
			if (!add_key(known, key))
				return;
		}
	}
}


static tw_status unknown_key(const struct tw_kind *kind, struct tw_str name,
			     tw_error *err)
{
	char known[KNOWN_KEYS];

	/* Somebody who writes the secret into the file is told where it
	 * belongs, and never reads it again in our message. */
	if (tw__str_ieq(name, "password") || tw__str_ieq(name, "secret") ||
	    tw__str_ieq(name, "pass"))
		return tw__fail(err, TW_EINVAL, "a deployment holds no "
				"secrets; put it into a file and write "
				"password_file = \"...\", or use password_env "
				"or credential");
	if (!strcmp(kind->name, "tariff_band") &&
	    tw__str_eq(name, "from_minutes"))
		return tw__fail(err, TW_EINVAL, "percentages from so many "
				"minutes on are [[tariff.tier]] now; a band "
				"has name and hours");
	list_keys(known, kind, name);
	return tw__fail(err, TW_EINVAL, "%s has no key '%.*s'; use one of %s",
			kind->path, (int)(name.l < 40 ? name.l : 40), name.p,
			known);
}


/* ---- set ---- */

static const struct tw_field name_field = { .name = "name",
	.type = TW_FIELD_TEXT, .required = true, .size = 160 };
static const struct tw_field was_field = { .name = "was",
	.type = TW_FIELD_TEXT, .size = 160 };

static tw_status choose_value(struct tw_value **out,
			      const struct tw_field **out_field,
			      struct tw_wanted *row, struct tw_str key,
			      tw_error *err)
{
	const struct tw_kind *kind = &tw__kinds[row->kind];
	int i = tw__field_find(kind, key);

	*out_field = &name_field;
	if (i >= 0) {
		*out = &row->values[i];
		*out_field = &kind->fields[i];
	}
	else if (kind->name_field && tw__str_eq(key, kind->name_field)) {
		*out = &row->name;
	}
	else if (kind->name_field && !kind->single && !kind->parent &&
		 tw__str_eq(key, "was")) {
		*out = &row->was;
		*out_field = &was_field;
	}
	else {
		return unknown_key(kind, key, err);
	}
	return TW_OK;
}


/* Left out means all, or what is usual: none at all has to be said. */
static tw_status empty_list(const struct tw_field *field, tw_error *err)
{
	return tw__fail(err, TW_EINVAL, "%s is an empty list, which might be "
			"read as all or as none; leave the key out, or write "
			"%s", field->name, field->none ? field->none :
			"what is meant into it");
}


static tw_status check_item(const struct tw_value *value,
			    const struct tw_field *field,
			    const struct segment *at, tw_error *err)
{
	bool list = field->type == TW_FIELD_LIST;

	if (list && !at->indexed)
		return tw__fail(err, TW_EINVAL, "%s is a list; write %s = "
				"[\"...\"]", field->name, field->name);
	if (!list && at->indexed)
		return tw__fail(err, TW_EINVAL, "%s is one value; write it "
				"without [ ]", field->name);
	if (list && at->index < value->items)
		return tw__fail(err, TW_EEXIST, "this item is set twice; "
				"leave one out");
	if (list && (at->index > value->items || at->index >= ITEMS_MAX))
		return tw__fail(err, TW_EINVAL, "items come one after the "
				"other from [0], at most %u of them",
				ITEMS_MAX);
	if (!list && value->given)
		return tw__fail(err, TW_EEXIST, "%s is set twice; leave one "
				"out", field->name);
	return TW_OK;
}


static tw_status locate(uint32_t *out, struct segment *key,
			struct tw_deployment *deployment, const char *path,
			tw_error *err)
{
	struct segment at[3];
	size_t n = read_path(at, path), i;
	uint32_t row = TW_NO_ROW;
	uint8_t kind = TW_KIND_NONE, up;
	tw_status status;

	if (n < 2)
		return n ? unknown_table(at[0].name, err) :
			tw__fail(err, TW_EINVAL, "this is not a key of a "
				 "deployment; see docs/deployment.md");
	for (i = 0; i + 1 < n; i++) {
		up = kind;
		kind = tw__kind_at(up, at[i].name);
		if (kind == TW_KIND_NONE)
			return i ? unknown_key(&tw__kinds[up], at[i].name,
					       err) :
				unknown_table(at[i].name, err);
		status = check_form(&tw__kinds[kind], &at[i], err);
		if (!status)
			status = find_row(&row, deployment, kind, row, &at[i],
					  err);
		if (status)
			return status;
	}
	*out = row;
	*key = at[n - 1];
	return TW_OK;
}


static bool is_top_table(const char *path)
{
	uint8_t kind = tw__kind_at(TW_KIND_NONE, tw__str_of(path));

	return kind != TW_KIND_NONE && !tw__kinds[kind].single;
}


static tw_status set(struct tw_deployment *deployment, const char *path,
		     uint32_t type, const char *text, tw_error *err)
{
	const struct tw_field *field = &name_field;
	struct segment key = { 0 };
	struct tw_value *value = NULL;
	uint32_t row = TW_NO_ROW;
	uint8_t kind;
	tw_status status;

	if (type == TW_VALUE_EMPTY && is_top_table(path))
		return TW_OK;
	status = locate(&row, &key, deployment, path, err);
	if (status)
		return status;
	kind = tw__kind_at(deployment->rows[row].kind, key.name);
	if (kind != TW_KIND_NONE && type == TW_VALUE_EMPTY)
		return TW_OK;        /* no rows of it */
	if (kind != TW_KIND_NONE)
		return check_form(&tw__kinds[kind], &(struct segment){ 0 },
				  err);
	status = choose_value(&value, &field, &deployment->rows[row],
			      key.name, err);
	if (!status && type == TW_VALUE_EMPTY && !key.indexed &&
	    field->type == TW_FIELD_LIST)
		return empty_list(field, err);
	if (!status)
		status = check_item(value, field, &key, err);
	if (!status)
		status = tw__value_give(value, field, type, text, err);
	/* the place of a refused item is taken: the next one is judged too */
	if (status && value && key.indexed && key.index == value->items &&
	    field->type == TW_FIELD_LIST && key.index < ITEMS_MAX)
		value->items++;
	return status;
}


tw_status tw_deployment_set(tw_deployment *deployment, const char *key_path,
			    uint32_t type, const char *text, tw_error *err)
{
	tw_error found = TW_ERROR_INIT;
	tw_status status;

	if (!deployment || !key_path || !text)
		return tw__fail(err, TW_EINVAL, "deployment, key path and "
				"text are needed");
	deployment->checked = false;
	status = set(deployment, key_path, type, text, &found);
	if (!status)
		return TW_OK;
	/* Kept, so that a caller who goes on to see every problem of a file
	 * cannot apply the rest of it by mistake. */
	tw__fail_at(err, status, 0, key_path, "%s", found.message);
	if (status == TW_ENOMEM ||
	    deployment->problems_count >= TW_PROBLEMS_MAX)
		return status;
	if (tw__grow((void **)&deployment->problems,
		     &deployment->problems_capacity,
		     deployment->problems_count + 1, sizeof(found)))
		return status;
	tw__fail_at(&found, status, 0, key_path, "%s", found.message);
	deployment->problems[deployment->set_problems] = found;
	deployment->problems_count = ++deployment->set_problems;
	return status;
}


/* ---- problems ---- */

static tw_status keep_problem(struct tw_deployment *deployment,
			      const tw_error *problem)
{
	if (problem->code)
		deployment->sound = false;
	if (deployment->problems_count >= TW_PROBLEMS_MAX)
		return TW_OK;
	if (tw__grow((void **)&deployment->problems,
		     &deployment->problems_capacity,
		     deployment->problems_count + 1, sizeof(*problem)))
		return TW_ENOMEM;
	deployment->problems[deployment->problems_count++] = *problem;
	return TW_OK;
}


tw_status tw__problem(struct tw_deployment *deployment, tw_status code,
		      uint32_t row, const char *field, const char *fmt, ...)
{
	char path[TW_KEY_PATH_MAX] = "", text[TW_ERROR_MESSAGE_MAX];
	tw_error problem = TW_ERROR_INIT;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (row != TW_NO_ROW)
		tw__wanted_path(path, deployment, row, field);
	tw__fail_at(&problem, code, 0, row != TW_NO_ROW ? path : field, "%s",
		    text);
	return keep_problem(deployment, &problem);
}


tw_status tw__problem_of(struct tw_deployment *deployment, uint32_t row,
			 const char *field, const tw_error *err)
{
	if (err->code == TW_ENOMEM)
		return TW_ENOMEM;
	return tw__problem(deployment, err->code, row, field, "%s",
			   err->message);
}


const struct tw_value *tw__wanted_value(const struct tw_deployment *deployment,
					uint32_t row, const char *field)
{
	const struct tw_wanted *wanted = &deployment->rows[row];
	int i = tw__field_find(&tw__kinds[wanted->kind], tw__str_of(field));

	return i < 0 ? NULL : &wanted->values[i];
}


tw_status tw_deployment_problem(tw_error *out,
				const tw_deployment *deployment,
				uint32_t index, tw_error *err)
{
	if (!out || !deployment)
		return tw__fail(err, TW_EINVAL, "no deployment given");
	if (index >= deployment->problems_count)
		return TW_ITER_END;
	*out = deployment->problems[index];
	return TW_OK;
}
