/**
 * @file src/accounts/intern.c  Open addressing over what SQL answered
 */
#include <string.h>
#include "intern.h"

#define INTERN_FORGET (1u << 20)

#define BRIEF 16           /* bytes with the NUL: any telephone number */

/* Slots are small, so that those of many thousand texts stay in a near cache:
 * the place of an entry + 1 (0: free) below, bits of the hash above. A number
 * stands in its entry itself, which is what a month of calls asks for. */
#define PLACE_BITS 21u
#define PLACE_MASK ((1u << PLACE_BITS) - 1)

struct tw__intern_entry {
	uint64_t hash;          /* its highest bit: the text is long */
	int64_t id;
	union {
		uint64_t brief[BRIEF / 8];      /* NUL behind it to the end */
		char *text;
	} u;
};
#define IS_LONG (1ull << 63)

struct wanted {
	const char *text;
	size_t length;
	uint64_t hash;
	uint64_t brief[BRIEF / 8];
};

static void intern_init(struct tw__intern *intern, tw_store *store)
{
	const tw_clock *clock = tw__store_clock(store);

	memset(intern, 0, sizeof(*intern));
	intern->store = store;
	intern->columns = 1;
	intern->most = INTERN_FORGET;
	intern->seed = (uint64_t)clock->monotonic(clock->arg) ^
		(uint64_t)(uintptr_t)intern;
}

void tw__intern_words(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM word WHERE text = ?";
	intern->insert = "INSERT INTO word (text) VALUES (?) "
		"ON CONFLICT DO NOTHING";
}

void tw__intern_identities(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM identity WHERE digits = ?";
	intern->insert = "INSERT INTO identity (digits) VALUES (?) "
		"ON CONFLICT DO NOTHING";
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
		"source_currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT DO NOTHING";
}

static void forget(struct tw__intern *intern)
{
	for (size_t i = 0; i < intern->count; i++) {
		if (intern->entries[i].hash & IS_LONG)
			tw_free(intern->entries[i].u.text);
	}
	tw_free(intern->entries);
	tw_free(intern->slots);
	intern->entries = NULL;
	intern->slots = NULL;
	intern->capacity = intern->count = intern->room = 0;
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

static uint64_t hash_brief(uint64_t seed, const uint64_t brief[2])
{
	uint64_t h = (brief[0] ^ seed) * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 29 ^ brief[1]) * 0xbf58476d1ce4e5b9u;
	return (h ^ h >> 32) * 0x94d049bb133111ebu;
}

static void look(struct wanted *out, const struct tw__intern *intern,
		 const char *text)
{
	out->text = text;
	out->length = strlen(text);
	out->brief[0] = out->brief[1] = 0;
	if (out->length >= BRIEF) {
		out->hash = hash_text(intern->seed, text) | IS_LONG;
		return;
	}
	memcpy(out->brief, text, out->length);
	out->hash = hash_brief(intern->seed, out->brief) & ~IS_LONG;
}

static bool is_it(const struct tw__intern_entry *entry,
		  const struct wanted *wanted)
{
	if (entry->hash != wanted->hash)
		return false;
	if (entry->hash & IS_LONG)
		return strcmp(entry->u.text, wanted->text) == 0;
	return entry->u.brief[0] == wanted->brief[0] &&
		entry->u.brief[1] == wanted->brief[1];
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) & ~PLACE_MASK;
}

/* NULL: it is not there, and would stand in *slot. */
static struct tw__intern_entry *probe(uint32_t **slot,
				      const struct tw__intern *intern,
				      const struct wanted *wanted)
{
	size_t mask = intern->capacity - 1, i = wanted->hash & mask;
	uint32_t tag = tag_of(wanted->hash);

	for (; intern->slots[i]; i = (i + 1) & mask) {
		struct tw__intern_entry *entry = &intern->entries[
			(intern->slots[i] & PLACE_MASK) - 1];

		if ((intern->slots[i] & ~PLACE_MASK) == tag &&
		    is_it(entry, wanted))
			return entry;
	}
	*slot = &intern->slots[i];
	return NULL;
}

static void fill_slots(uint32_t *slots, size_t capacity,
		       const struct tw__intern *intern)
{
	size_t mask = capacity - 1;

	for (size_t k = 0; k < intern->count; k++) {
		uint64_t hash = intern->entries[k].hash;
		size_t i = hash & mask;

		while (slots[i])
			i = (i + 1) & mask;
		slots[i] = tag_of(hash) | (uint32_t)(k + 1);
	}
}

static tw_status make_room(struct tw__intern *intern, tw_error *err)
{
	size_t capacity = intern->capacity ? intern->capacity * 2 : 256;
	uint32_t *slots;

	if (intern->count >= intern->most)
		forget(intern);
	if (tw__grow((void **)&intern->entries, &intern->room,
		     intern->count + 1, sizeof(*intern->entries)))
		return tw__fail_oom(err);
	if (intern->count * 2 < intern->capacity)
		return TW_OK;
	if (!intern->count)
		capacity = 256;
	slots = tw_calloc(capacity, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	fill_slots(slots, capacity, intern);
	tw_free(intern->slots);
	intern->slots = slots;
	intern->capacity = capacity;
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
	if (status)
		return status;
	*out = tw__col_i64(stmt, 0);
	tw__reset(stmt);
	return TW_OK;
}

/* @return TW_ITER_END when it is there already */
static tw_status tell_store(int64_t *out, const struct tw__intern *intern,
			    const char *text, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, intern->store, intern->insert, err);

	if (status)
		return status;
	bind_key(stmt, intern->columns, text);
	status = tw__run(stmt, err);
	if (status)
		return status;
	if (!tw__changes(intern->store))
		return TW_ITER_END;
	*out = tw__last_id(intern->store);
	return TW_OK;
}

/* Texts are new in rows, or known in rows: what the last one was is tried
 * first. */
static tw_status find_id(int64_t *out, struct tw__intern *intern,
			 const char *text, tw_error *err)
{
	tw_status status = TW_ITER_END;

	if (!intern->are_new)
		status = ask_store(out, intern, text, err);
	if (status != TW_ITER_END)
		return status;
	status = tell_store(out, intern, text, err);
	intern->are_new = status == TW_OK;
	if (status != TW_ITER_END)
		return status;
	status = ask_store(out, intern, text, err);
	return status == TW_ITER_END ? tw__fail(err, TW_ESTORE, "a text that "
		"could not be inserted is not there either; run verify") :
		status;
}

static tw_status add(int64_t *out, struct tw__intern *intern,
		     const struct wanted *wanted, uint32_t *slot,
		     tw_error *err)
{
	struct tw__intern_entry entry = { .hash = wanted->hash };
	bool is_long = wanted->hash & IS_LONG;
	tw_status status;

	memcpy(entry.u.brief, wanted->brief, sizeof(entry.u.brief));
	if (is_long)
		entry.u.text = tw_strdup(wanted->text);
	if (is_long && !entry.u.text)
		return tw__fail_oom(err);
	status = find_id(&entry.id, intern, wanted->text, err);
	if (status) {
		if (is_long)
			tw_free(entry.u.text);
		return status;
	}
	intern->entries[intern->count++] = entry;
	*slot = tag_of(wanted->hash) | (uint32_t)intern->count;
	*out = entry.id;
	return TW_OK;
}

tw_status tw__intern_id(int64_t *out, struct tw__intern *intern,
			const char *text, tw_error *err)
{
	const struct tw__intern_entry *entry;
	struct wanted wanted;
	uint32_t *slot;
	tw_status status;

	if (!text || !*text) {
		*out = 0;
		return TW_OK;
	}
	status = make_room(intern, err);
	if (status)
		return status;
	look(&wanted, intern, text);
	entry = probe(&slot, intern, &wanted);
	if (!entry)
		return add(out, intern, &wanted, slot, err);
	*out = entry->id;
	return TW_OK;
}
