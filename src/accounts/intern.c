/**
 * @file src/accounts/intern.c  Open addressing over what SQL answered
 */
#include <string.h>
#include "intern.h"

#define INTERN_FORGET (1u << 20)

struct tw__intern_slot {
	uint64_t hash;
	int64_t id;             /* 0: free */
	char *text;
};

static void intern_init(struct tw__intern *intern, tw_store *store)
{
	const tw_clock *clock = tw__store_clock(store);

	memset(intern, 0, sizeof(*intern));
	intern->store = store;
	intern->columns = 1;
	intern->seed = (uint64_t)clock->monotonic(clock->arg) ^
		(uint64_t)(uintptr_t)intern;
}

void tw__intern_words(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM word WHERE text = ?";
	intern->insert = "INSERT INTO word (text) VALUES (?)";
}

void tw__intern_identities(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM identity WHERE digits = ?";
	intern->insert = "INSERT INTO identity (digits) VALUES (?)";
}

void tw__intern_marks(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->columns = 8;
	intern->select = "SELECT id FROM marks WHERE source = ? "
		"AND trunk = ? AND carrier = ? AND department = ? "
		"AND extension = ? AND accountcode = ? AND campaign = ? "
		"AND source_currency = ?";
	intern->insert = "INSERT INTO marks (source, trunk, carrier, "
		"department, extension, accountcode, campaign, "
		"source_currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
}

static void forget(struct tw__intern *intern)
{
	for (size_t i = 0; i < intern->capacity; i++)
		tw_free(intern->slots[i].text);
	tw_free(intern->slots);
	intern->slots = NULL;
	intern->capacity = intern->count = 0;
}

void tw__intern_free(struct tw__intern *intern)
{
	if (intern)
		forget(intern);
}

static uint64_t hash_text(uint64_t seed, const char *text)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u;
}

static struct tw__intern_slot *probe(const struct tw__intern *intern,
				     uint64_t hash, const char *text)
{
	size_t mask = intern->capacity - 1, i = (hash >> 20) & mask;

	while (intern->slots[i].id) {
		struct tw__intern_slot *slot = &intern->slots[i];

		if (slot->hash == hash && strcmp(slot->text, text) == 0)
			return slot;
		i = (i + 1) & mask;
	}
	return &intern->slots[i];
}

static tw_status make_room(struct tw__intern *intern, tw_error *err)
{
	struct tw__intern_slot *old = intern->slots;
	size_t before = intern->capacity;
	size_t capacity = before ? before * 2 : 256;
	struct tw__intern_slot *slots;

	if (intern->count * 2 < before)
		return TW_OK;
	if (intern->count >= INTERN_FORGET) {
		forget(intern);
		return make_room(intern, err);
	}
	slots = tw_calloc(capacity, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	intern->slots = slots;
	intern->capacity = capacity;
	for (size_t i = 0; i < before; i++) {
		if (old[i].id)
			*probe(intern, old[i].hash, old[i].text) = old[i];
	}
	tw_free(old);
	return TW_OK;
}

static void bind_key(struct tw_stmt *stmt, int columns, const char *text)
{
	for (int i = 1; i <= columns; i++) {
		size_t n = i < columns ?
			(size_t)(strchr(text, TW_INTERN_SEPARATOR) - text) :
			strlen(text);

		tw__bind_str(stmt, i, tw__str(text, n));
		text += n + 1;
	}
}

static tw_status ask_store(int64_t *out, const struct tw__intern *intern,
			   const char *text, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, intern->store, intern->select, err);

	if (status)
		return status;
	bind_key(stmt, intern->columns, text);
	status = tw__step(stmt, err);
	if (status == TW_OK) {
		*out = tw__col_i64(stmt, 0);
		tw__reset(stmt);
		return TW_OK;
	}
	if (status != TW_ITER_END)
		return status;
	status = tw__stmt(&stmt, intern->store, intern->insert, err);
	if (status)
		return status;
	bind_key(stmt, intern->columns, text);
	status = tw__run(stmt, err);
	if (status)
		return status;
	*out = tw__last_id(intern->store);
	return TW_OK;
}

tw_status tw__intern_id(int64_t *out, struct tw__intern *intern,
			const char *text, tw_error *err)
{
	struct tw__intern_slot *slot;
	tw_status status;
	uint64_t hash;
	int64_t id;
	char *copy;

	if (!text || !*text) {
		*out = 0;
		return TW_OK;
	}
	status = make_room(intern, err);
	if (status)
		return status;
	hash = hash_text(intern->seed, text);
	slot = probe(intern, hash, text);
	if (!slot->id) {
		copy = tw_strdup(text);
		if (!copy)
			return tw__fail_oom(err);
		status = ask_store(&id, intern, text, err);
		if (status) {
			tw_free(copy);
			return status;
		}
		*slot = (struct tw__intern_slot){ hash, id, copy };
		intern->count++;
	}
	*out = slot->id;
	return TW_OK;
}
