/**
 * @file src/accounts/intern.c  Open addressing over what SQL answered
 */
#include <assert.h>
#include <string.h>
#include "base/e164.h"
#include "intern.h"

#define INTERN_FORGET (1u << 20)
#define LEARN_PER_ASK 16        /* read in a row in the time of one question */
#define DIGITS_MAX    15        /* of a telephone number */

/* A number stands in the slot itself, a digit in four bits each: a month of
 * calls asks for one or two a call, and they alone should fill the cache. Any
 * other text has its hash there, and stands among the others. */
struct tw__intern_slot {
	uint64_t tag;           /* 0: free; IS_OTHER: a hash */
	int64_t value;          /* id, or place in others */
};
#define IS_OTHER (1ull << 63)

struct tw__intern_other {
	int64_t id;
	char *text;
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
	tw__buf_init(&intern->held);
}

void tw__intern_words(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM word WHERE text = ?";
	intern->insert = "INSERT INTO word (text, id) VALUES (?, ?) "
		"ON CONFLICT (text) DO NOTHING";
	intern->newest = "SELECT max(id) FROM word";
}

void tw__intern_identities(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->select = "SELECT id FROM identity WHERE digits = ?";
	intern->insert = "INSERT INTO identity (digits, id) VALUES (?, ?) "
		"ON CONFLICT (digits) DO NOTHING";
	intern->newest = "SELECT max(id) FROM identity";
	intern->all = "SELECT id, digits FROM identity";
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
		"source_currency, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT (source, trunk, carrier, department, extension, "
		"accountcode, campaign, source_currency) DO NOTHING";
	intern->newest = "SELECT max(id) FROM marks";
}

/* Numbers, which SQL makes of the texts of a key. */
void tw__intern_traits(struct tw__intern *intern, tw_store *store)
{
	intern_init(intern, store);
	intern->columns = 13;
	intern->select = "SELECT id FROM traits WHERE trunk = ? "
		"AND carrier = ? AND department = ? AND number = ? "
		"AND leg = ? AND direction = ? AND status = ? "
		"AND rate_state = ? AND reason = ? AND tariff_version = ? "
		"AND time_us = ? AND cost_nanos = ? AND vat_nanos = ?";
	intern->insert = "INSERT INTO traits (trunk, carrier, department, "
		"number, leg, direction, status, rate_state, reason, "
		"tariff_version, time_us, cost_nanos, vat_nanos, id) VALUES "
		"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT (trunk, carrier, department, number, leg, "
		"direction, status, rate_state, reason, tariff_version, "
		"time_us, cost_nanos, vat_nanos) DO NOTHING";
	intern->newest = "SELECT max(id) FROM traits";
	intern->all = "SELECT id, trunk || char(31) || carrier || char(31) "
		"|| department || char(31) || number || char(31) || leg "
		"|| char(31) || direction || char(31) || status || char(31) "
		"|| rate_state || char(31) || reason || char(31) "
		"|| tariff_version || char(31) || time_us || char(31) "
		"|| cost_nanos || char(31) || vat_nanos FROM traits";
}

static void forget(struct tw__intern *intern)
{
	for (size_t i = 0; i < intern->other_count; i++)
		tw_free(intern->others[i].text);
	tw_free(intern->others);
	tw_free(intern->slots);
	intern->others = NULL;
	intern->slots = NULL;
	intern->other_count = intern->other_room = 0;
	intern->capacity = intern->count = 0;
	intern->is_whole = false;
}

void tw__intern_free(struct tw__intern *intern)
{
	if (!intern)
		return;
	forget(intern);
	tw__buf_free(&intern->held);
}

static uint64_t hash_text(uint64_t seed, const char *text)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u;
}

/* Eight digits, four bits each, the first one lowest; each by one more than
 * it is, so that none is nothing. */
static uint64_t pack_eight(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		x = __builtin_bswap64(x);
	x -= 0x0101010101010101u * ('0' - 1);
	x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
	x = (x | x >> 8) & 0x0000ffff0000ffffu;
	return (x | x >> 16) & 0xffffffffu;
}

static uint64_t pack_digits(const char *text, size_t length)
{
	uint64_t digits = 0;

	/* the last eight may be some of the first */
	if (length >= 8)
		return pack_eight(text) |
			pack_eight(&text[length - 8]) << 4 * (length - 8);
	for (size_t i = 0; i < length; i++)
		digits |= (uint64_t)(text[i] - '0' + 1) << 4 * i;
	return digits;
}

uint64_t tw__intern_tag(const struct tw__intern *intern, const char *text)
{
	size_t length = text ? strnlen(text, DIGITS_MAX + 1) : 0;

	if (!length)
		return 0;
	if (length > DIGITS_MAX || !tw__digits_only(text))
		return hash_text(intern->seed, text) | IS_OTHER;
	return pack_digits(text, length);
}

static size_t place_of(const struct tw__intern *intern, uint64_t tag)
{
	uint64_t h = (tag ^ intern->seed) * 0x9e3779b97f4a7c15u;

	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
	return (h ^ h >> 32) & (intern->capacity - 1);
}

/* Of the text, or a free one: there is always one. */
static struct tw__intern_slot *probe(const struct tw__intern *intern,
				     uint64_t tag, const char *text)
{
	size_t i = place_of(intern, tag);

	for (;; i = (i + 1) & (intern->capacity - 1)) {
		struct tw__intern_slot *slot = &intern->slots[i];

		if (!slot->tag)
			return slot;
		if (slot->tag == tag && (!(tag & IS_OTHER) ||
		    strcmp(intern->others[slot->value].text, text) == 0))
			return slot;
	}
}

void tw__intern_expect(const struct tw__intern *intern, uint64_t tag)
{
	if (intern->capacity)
		__builtin_prefetch(&intern->slots[place_of(intern, tag)]);
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

/* With this id, or 0: any.
 * @return TW_ITER_END when it is there already */
static tw_status tell_store(int64_t *out, const struct tw__intern *intern,
			    const char *text, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, intern->store, intern->insert, err);

	if (status)
		return status;
	bind_key(stmt, intern->columns, text);
	if (*out)
		tw__bind_i64(stmt, intern->columns + 1, *out);
	status = tw__run(stmt, err);
	if (status)
		return status;
	if (!tw__changes(intern->store))
		return TW_ITER_END;
	*out = tw__last_id(intern->store);
	return TW_OK;
}

/* ---- held back ---- */

void tw__intern_hold(struct tw__intern *intern)
{
	intern->holds = true;
}

static tw_status find_first(struct tw__intern *intern, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, intern->store, intern->newest, err);

	if (!status)
		status = tw__step(stmt, err);
	if (status)
		return status;
	intern->first = tw__col_i64(stmt, 0) + 1;
	tw__reset(stmt);
	return TW_OK;
}

/* A table that was empty has none that is not here. */
static tw_status find_held(int64_t *out, struct tw__intern *intern,
			   const char *text, tw_error *err)
{
	tw_status status = intern->first ? TW_OK : find_first(intern, err);

	if (!status)
		status = intern->first == 1 || intern->is_whole ?
			TW_ITER_END : ask_store(out, intern, text, err);
	if (status != TW_ITER_END)
		return status;
	if (tw__buf_append(&intern->held, text, strlen(text) + 1))
		return tw__fail_oom(err);
	*out = intern->first + (int64_t)intern->held_count++;
	return TW_OK;
}

static tw_status write_held(struct tw__intern *intern, tw_error *err)
{
	const char *text = intern->held.data;
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < intern->held_count; i++) {
		int64_t id = intern->first + (int64_t)i;

		status = tell_store(&id, intern, text, err);
		if (status == TW_EEXIST || status == TW_ITER_END)
			status = tw__fail(err, TW_ESTORE, "somebody else has "
				"added texts in the transaction of an import; "
				"do that before or after it");
		text += strlen(text) + 1;
	}
	tw__buf_clear(&intern->held);
	intern->held_count = 0;
	intern->first = 0;
	return status;
}

tw_status tw__intern_flush(struct tw__intern *intern, tw_error *err)
{
	intern->holds = false;
	return write_held(intern, err);
}

/* ---- looking up ---- */

/* Texts are new in rows, or known in rows: what the last one was is tried
 * first. */
static tw_status find_id(int64_t *out, struct tw__intern *intern,
			 const char *text, tw_error *err)
{
	tw_status status = TW_ITER_END;
	int64_t id = 0;

	if (intern->holds)
		return find_held(out, intern, text, err);
	if (!intern->are_new)
		status = ask_store(out, intern, text, err);
	if (status != TW_ITER_END)
		return status;
	status = tell_store(&id, intern, text, err);
	intern->are_new = status == TW_OK;
	if (!status)
		*out = id;
	if (status != TW_ITER_END)
		return status;
	status = ask_store(out, intern, text, err);
	return status == TW_ITER_END ? tw__fail(err, TW_ESTORE, "a text that "
		"could not be inserted is not there either; run verify") :
		status;
}

/* A place of its own for what is known not to be there. */
static void move(struct tw__intern *intern,
		 const struct tw__intern_slot *slot)
{
	size_t i = place_of(intern, slot->tag);

	while (intern->slots[i].tag)
		i = (i + 1) & (intern->capacity - 1);
	intern->slots[i] = *slot;
}

static tw_status make_room(struct tw__intern *intern, tw_error *err)
{
	struct tw__intern_slot *slots, *old;
	size_t before;

	if (intern->count >= intern->most) {
		tw_status status = write_held(intern, err);

		if (status)
			return status;
		forget(intern);
	}
	if (intern->count * 2 < intern->capacity)
		return TW_OK;
	old = intern->slots;
	before = intern->capacity;
	slots = tw_calloc(before ? before * 2 : 256, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	intern->slots = slots;
	intern->capacity = before ? before * 2 : 256;
	for (size_t i = 0; i < before; i++) {
		if (old[i].tag)
			move(intern, &old[i]);
	}
	tw_free(old);
	return TW_OK;
}

static tw_status keep_other(struct tw__intern_slot *out,
			    struct tw__intern *intern, int64_t id,
			    const char *text, tw_error *err)
{
	struct tw__intern_other other = { id, NULL };

	if (tw__grow((void **)&intern->others, &intern->other_room,
		     intern->other_count + 1, sizeof(other)))
		return tw__fail_oom(err);
	other.text = tw_strdup(text);
	if (!other.text)
		return tw__fail_oom(err);
	out->value = (int64_t)intern->other_count;
	intern->others[intern->other_count++] = other;
	return TW_OK;
}

static tw_status add_other(struct tw__intern_slot *out,
			   struct tw__intern *intern, const char *text,
			   tw_error *err)
{
	tw_status status = keep_other(out, intern, 0, text, err);

	if (status)
		return status;
	status = find_id(&intern->others[out->value].id, intern, text, err);
	if (status)
		tw_free(intern->others[--intern->other_count].text);
	return status;
}

static tw_status learn(struct tw__intern *intern, int64_t id,
		       const char *text, tw_error *err)
{
	struct tw__intern_slot *slot, add = { tw__intern_tag(intern, text),
		id };
	tw_status status = add.tag ? make_room(intern, err) : TW_ITER_END;

	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	slot = probe(intern, add.tag, text);
	if (slot->tag)
		return TW_OK;
	if (add.tag & IS_OTHER) {
		status = keep_other(&add, intern, id, text, err);
		if (status)
			return status;
	}
	*slot = add;
	intern->count++;
	return TW_OK;
}

tw_status tw__intern_learn(struct tw__intern *intern, uint64_t times,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	assert(intern->holds && intern->all);
	status = intern->first ? TW_OK : find_first(intern, err);
	if (status || intern->is_whole ||
	    (uint64_t)intern->first > times * LEARN_PER_ASK ||
	    (uint64_t)intern->first + intern->count > intern->most / 2)
		return status;
	status = tw__stmt(&stmt, intern->store, intern->all, err);
	while (!status) {
		status = tw__step(stmt, err);
		if (!status)
			status = learn(intern, tw__col_i64(stmt, 0),
				       tw__col_text(stmt, 1), err);
		if (status && status != TW_ITER_END)
			tw__reset(stmt);
	}
	if (status != TW_ITER_END)
		return status;
	intern->is_whole = true;
	return TW_OK;
}

bool tw__intern_asks_nothing(const struct tw__intern *intern)
{
	return intern->holds && (intern->first == 1 || intern->is_whole);
}

tw_status tw__intern_tagged(int64_t *out, struct tw__intern *intern,
			    uint64_t tag, const char *text, tw_error *err)
{
	struct tw__intern_slot *slot, add = { tag, 0 };
	tw_status status;

	if (!tag) {
		*out = 0;
		return TW_OK;
	}
	status = make_room(intern, err);
	if (status)
		return status;
	slot = probe(intern, tag, text);
	if (!slot->tag) {
		status = tag & IS_OTHER ?
			add_other(&add, intern, text, err) :
			find_id(&add.value, intern, text, err);
		if (status)
			return status;
		*slot = add;
		intern->count++;
	}
	*out = slot->tag & IS_OTHER ? intern->others[slot->value].id :
		slot->value;
	return TW_OK;
}

tw_status tw__intern_id(int64_t *out, struct tw__intern *intern,
			const char *text, tw_error *err)
{
	return tw__intern_tagged(out, intern, tw__intern_tag(intern, text),
				 text, err);
}
