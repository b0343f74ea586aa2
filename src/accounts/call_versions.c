/**
 * @file src/accounts/call_versions.c  Versions of one kind, by name
 *
 * Decides which version of a name was in force at an instant. Refuses to know
 * what the kind is.
 */
#include <string.h>
#include "call_versions.h"

static uint64_t eight(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t hash_name(const char *name)
{
	size_t length = strlen(name);
	uint64_t h = length, rest = 0;

	for (size_t i = 0; i + 8 < length; i += 8) {
		h = (h ^ eight(&name[i])) * 0xbf58476d1ce4e5b9u;
		h ^= h >> 29;
	}
	/* the last eight may see some bytes once more */
	if (length >= 8)
		rest = eight(&name[length - 8]);
	for (size_t i = 0; length < 8 && i < length; i++)
		rest = rest << 8 | (unsigned char)name[i];
	h = (h ^ rest) * 0x94d049bb133111ebu;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u >> 20;
}

tw_status tw__versions_add(struct tw__versions *versions, const char *name,
			   const struct tw__version *row, tw_error *err)
{
	struct tw__version copy = *row;

	if (tw__grow((void **)&versions->rows, &versions->capacity,
		     versions->count + 1, sizeof(copy)))
		return tw__fail_oom(err);
	copy.name = tw_strdup(name);
	if (!copy.name)
		return tw__fail_oom(err);
	versions->rows[versions->count++] = copy;
	return TW_OK;
}

tw_status tw__versions_index(struct tw__versions *versions, tw_error *err)
{
	size_t want = 16;

	while (want < versions->count * 2)
		want *= 2;
	versions->slots = tw_calloc(want, sizeof(*versions->slots));
	if (!versions->slots)
		return tw__fail_oom(err);
	versions->slot_count = want;
	for (size_t i = 0; i < versions->count; i++) {
		size_t s = hash_name(versions->rows[i].name) & (want - 1);

		if (i && strcmp(versions->rows[i].name,
				versions->rows[i - 1].name) == 0)
			continue;
		while (versions->slots[s])
			s = (s + 1) & (want - 1);
		versions->slots[s] = (uint32_t)i + 1;
	}
	return TW_OK;
}

tw_status tw__versions_load(struct tw__versions *versions, tw_store *store,
			    const char *sql, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, sql, err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		const struct tw__version row = { NULL, tw__col_i64(stmt, 1),
			tw__col_i64(stmt, 2), tw__col_i64(stmt, 3),
			{ tw__col_i64(stmt, 4), tw__col_i64(stmt, 5) } };

		status = tw__versions_add(versions, tw__col_text(stmt, 0),
					  &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? tw__versions_index(versions, err) :
		status;
}

void tw__versions_free(struct tw__versions *versions)
{
	for (size_t i = 0; i < versions->count; i++)
		tw_free(versions->rows[i].name);
	tw_free(versions->rows);
	tw_free(versions->slots);
	memset(versions, 0, sizeof(*versions));
}

/* First row of a name; count when there is none. */
static size_t first_of(const struct tw__versions *versions, const char *name)
{
	size_t mask = versions->slot_count - 1, s;

	if (!versions->count)
		return 0;
	for (s = hash_name(name) & mask; versions->slots[s];
	     s = (s + 1) & mask) {
		size_t row = versions->slots[s] - 1;

		if (strcmp(versions->rows[row].name, name) == 0)
			return row;
	}
	return versions->count;
}

const struct tw__version *tw__versions_at(
	const struct tw__versions *versions, const char *name, int64_t at)
{
	size_t first = first_of(versions, name);

	for (size_t i = first; i < versions->count; i++) {
		const struct tw__version *row = &versions->rows[i];

		if (i > first && strcmp(row->name, name) != 0)
			return NULL;
		if (row->from <= at && at < row->to)
			return row;
	}
	return NULL;
}

const struct tw__version *tw__versions_near(
	const struct tw__versions *versions, const char *name, int64_t at)
{
	const struct tw__version *before = NULL;
	size_t first = first_of(versions, name);

	for (size_t i = first; i < versions->count; i++) {
		const struct tw__version *row = &versions->rows[i];

		if (i > first && strcmp(row->name, name) != 0)
			break;
		if (at < row->to)
			return row;
		before = row;
	}
	return before;
}
