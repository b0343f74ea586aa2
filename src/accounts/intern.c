/**
 * @file src/accounts/intern.c  Open addressing over what SQL answered
 */
#include <string.h>
#include "intern.h"

#define INTERN_FORGET (1u << 20)

#define BRIEF 16           /* bytes with the NUL: any telephone number */

/* A number stands in the slot itself: a month of calls asks for one or two
 * each, and a text elsewhere would be one more miss of the cache. */
struct tw__intern_slot {
	uint64_t hash;
	int64_t id;             /* 0: free */
	char *text;             /* NULL: it is brief */
	uint64_t brief[BRIEF / 8];      /* NUL behind it to the end */
};

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
		out->hash = hash_text(intern->seed, text);
		return;
	}
	memcpy(out->brief, text, out->length);
	out->hash = hash_brief(intern->seed, out->brief);
}

static bool is_it(const struct tw__intern_slot *slot,
		  const struct wanted *wanted)
{
	if (slot->hash != wanted->hash)
		return false;
	if (slot->text)
		return strcmp(slot->text, wanted->text) == 0;
	return wanted->length < BRIEF && slot->brief[0] == wanted->brief[0] &&
		slot->brief[1] == wanted->brief[1];
}

static struct tw__intern_slot *probe(const struct tw__intern *intern,
				     const struct wanted *wanted)
{
	size_t mask = intern->capacity - 1, i = (wanted->hash >> 20) & mask;

	while (intern->slots[i].id && !is_it(&intern->slots[i], wanted))
		i = (i + 1) & mask;
	return &intern->slots[i];
}

/* A slot of its own for what is known not to be there. */
static void move(struct tw__intern *intern,
		 const struct tw__intern_slot *slot)
{
	size_t mask = intern->capacity - 1, i = (slot->hash >> 20) & mask;

	while (intern->slots[i].id)
		i = (i + 1) & mask;
	intern->slots[i] = *slot;
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
			move(intern, &old[i]);
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

static tw_status add_slot(struct tw__intern_slot *slot,
			  struct tw__intern *intern,
			  const struct wanted *wanted, tw_error *err)
{
	struct tw__intern_slot add = { .hash = wanted->hash,
		.brief = { wanted->brief[0], wanted->brief[1] } };
	tw_status status;

	if (wanted->length >= BRIEF) {
		add.text = tw_strdup(wanted->text);
		if (!add.text)
			return tw__fail_oom(err);
	}
	status = find_id(&add.id, intern, wanted->text, err);
	if (status) {
		tw_free(add.text);
		return status;
	}
	*slot = add;
	intern->count++;
	return TW_OK;
}

tw_status tw__intern_id(int64_t *out, struct tw__intern *intern,
			const char *text, tw_error *err)
{
	struct tw__intern_slot *slot;
	struct wanted wanted;
	tw_status status;

	if (!text || !*text) {
		*out = 0;
		return TW_OK;
	}
	status = make_room(intern, err);
	if (status)
		return status;
	look(&wanted, intern, text);
	slot = probe(intern, &wanted);
	if (!slot->id)
		status = add_slot(slot, intern, &wanted, err);
	if (status)
		return status;
	*out = slot->id;
	return TW_OK;
}
