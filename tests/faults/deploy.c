/* See deploy.h. Memory is libc's own, so that none of it fails. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "deploy.h"

#define TABLES_MAX 64

struct table {
	char name[64];          /* "pool" or "pool.member" */
	int count;
};

struct reader {
	struct deploy *out;
	struct table tables[TABLES_MAX];
	int table_count;
	char at[80];            /* "pool[2].member[0]" */
	const char *p;
	char key[64];
};

static void bad(const struct reader *r)
{
	fprintf(stderr, "cannot read [%s] %s at: %.60s\n", r->at, r->key,
		r->p);
	abort();
}

static void skip(struct reader *r)
{
	for (;;) {
		while (isspace((unsigned char)*r->p))
			r->p++;
		if (*r->p != '#')
			return;
		r->p += strcspn(r->p, "\n");
	}
}

static int next_of(struct reader *r, const char *name)
{
	int i;

	for (i = 0; i < r->table_count; i++) {
		if (!strcmp(r->tables[i].name, name))
			return r->tables[i].count++;
	}
	if (i == TABLES_MAX)
		bad(r);
	snprintf(r->tables[i].name, sizeof(r->tables[i].name), "%s", name);
	r->tables[i].count = 1;
	r->table_count++;
	return 0;
}

/* Children are counted anew under each parent. */
static void forget_children(struct reader *r, const char *name)
{
	const size_t l = strlen(name);

	for (int i = 0; i < r->table_count; i++) {
		if (!strncmp(r->tables[i].name, name, l) &&
		    r->tables[i].name[l] == '.')
			r->tables[i].count = 0;
	}
}

static void read_table(struct reader *r)
{
	const bool list = r->p[1] == '[';
	const char *name = r->p + 1 + list;
	const size_t l = strcspn(name, "]");
	char whole[64], *dot;

	snprintf(whole, sizeof(whole), "%.*s", (int)l, name);
	r->p = name + l + 1 + list;
	dot = strchr(whole, '.');
	if (!list) {
		snprintf(r->at, sizeof(r->at), "%s", whole);
		return;
	}
	if (!dot) {
		snprintf(r->at, sizeof(r->at), "%s[%d]", whole,
			 next_of(r, whole));
		forget_children(r, whole);
		return;
	}
	*dot = '\0';
	for (int i = 0; i < r->table_count; i++) {
		const int parent = r->tables[i].count - 1;

		if (strcmp(r->tables[i].name, whole) != 0)
			continue;
		*dot = '.';
		snprintf(r->at, sizeof(r->at), "%.*s[%d].%s[%d]",
			 (int)(dot - whole), whole, parent, dot + 1,
			 next_of(r, whole));
		return;
	}
	bad(r);
}

static struct deploy_value *add(struct reader *r)
{
	struct deploy *out = r->out;
	struct deploy_value *value;

	out->values = realloc(out->values, (out->count + 1) *
			      sizeof(*out->values));
	if (!out->values)
		abort();
	value = &out->values[out->count++];
	memset(value, 0, sizeof(*value));
	snprintf(value->path, sizeof(value->path), "%.60s.%.60s", r->at,
		 r->key);
	return value;
}

static void read_string(struct reader *r, struct deploy_value *value)
{
	const size_t l = strcspn(r->p + 1, "\"\\");

	value->type = TW_VALUE_TEXT;
	if (r->p[1 + l] != '"' || l >= sizeof(value->text))
		bad(r);
	memcpy(value->text, r->p + 1, l);
	r->p += l + 2;
}

static void read_bare(struct reader *r, struct deploy_value *value)
{
	const size_t l = strspn(r->p, "abcdefghijklmnopqrstuvwxyz"
				"0123456789+-.:TZ");

	if (!l || l >= sizeof(value->text))
		bad(r);
	memcpy(value->text, r->p, l);
	r->p += l;
	value->type = strchr("tf", value->text[0]) ? TW_VALUE_BOOLEAN :
		strchr(value->text + 1, '-') ? TW_VALUE_DATE :
		strchr(value->text, '.') ? TW_VALUE_DECIMAL :
		TW_VALUE_INTEGER;
}

static void read_value(struct reader *r)
{
	char key[sizeof(r->key)];
	int i = 0;

	if (*r->p == '"') {
		read_string(r, add(r));
		return;
	}
	if (*r->p != '[') {
		read_bare(r, add(r));
		return;
	}
	memcpy(key, r->key, sizeof(key));
	for (r->p++; skip(r), *r->p != ']'; i++) {
		snprintf(r->key, sizeof(r->key), "%.40s[%d]", key, i);
		if (*r->p == '"')
			read_string(r, add(r));
		else
			read_bare(r, add(r));
		skip(r);
		if (*r->p == ',')
			r->p++;
	}
	r->p++;
}

static void read_pair(struct reader *r)
{
	const size_t l = strspn(r->p, "abcdefghijklmnopqrstuvwxyz_"
				"0123456789");

	if (!l)
		bad(r);
	snprintf(r->key, sizeof(r->key), "%.*s", (int)l, r->p);
	r->p += l;
	skip(r);
	if (*r->p++ != '=')
		bad(r);
	skip(r);
	read_value(r);
}

void deploy_read(struct deploy *out, const char *path)
{
	struct reader r = { .out = out };
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	memset(out, 0, sizeof(*out));
	if (!file || !text || !fread(text, 1, (1 << 20) - 1, file)) {
		perror(path);
		abort();
	}
	fclose(file);
	r.p = text;
	for (skip(&r); *r.p; skip(&r)) {
		if (*r.p == '[')
			read_table(&r);
		else
			read_pair(&r);
	}
	free(text);
}

void deploy_free(struct deploy *deploy)
{
	free(deploy->values);
}

tw_status deploy_want(tw_deployment **out, const struct deploy *deploy,
		      tw_error *err)
{
	tw_deployment *wanted = NULL;
	tw_status status = tw_deployment_new(&wanted, err);

	for (size_t i = 0; !status && i < deploy->count; i++) {
		const struct deploy_value *value = &deploy->values[i];

		status = tw_deployment_set(wanted, value->path, value->type,
					   value->text, err);
	}
	if (status)
		tw_deployment_free(wanted);
	else
		*out = wanted;
	return status;
}
