/* The longest prefix, four ways in one process on one list of numbers: the
 * deck's index; a tree of ten pointers per node, as Kamailio's mtree is built;
 * a hash table asked once for each length that occurs; SQLite in memory, asked
 * by a prepared `IN (prefixes) ORDER BY length`, its best form. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rating/prefix.h"
#include "rating_bench.h"

#define SQL_LENGTHS 9           /* the longest prefix drawn */

/* ---- ten pointers ---- */

struct tree {
	struct tree *child[10];
	uint32_t answer;
};

static struct tree *tree_node(size_t *nodes)
{
	struct tree *t = must(calloc(1, sizeof(*t)));

	t->answer = TW_PREFIX_NONE;
	(*nodes)++;
	return t;
}

static struct tree *tree_make(const struct bench *b, size_t *nodes)
{
	struct tree *root = tree_node(nodes);
	char digits[TW_PREFIX_DIGITS + 1];

	for (size_t i = 0; i < b->count; i++) {
		struct tree *t = root;

		tw__prefix_unpack(digits, b->prefixes[i]);
		for (const char *p = digits; *p; p++) {
			struct tree **next = &t->child[*p - '0'];

			if (!*next)
				*next = tree_node(nodes);
			t = *next;
		}
		t->answer = (uint32_t)i;
	}
	return root;
}

static void tree_free(struct tree *t)
{
	for (size_t i = 0; t && i < 10; i++)
		tree_free(t->child[i]);
	free(t);
}

static uint32_t tree_find(const struct tree *t, const char *p, size_t length)
{
	uint32_t answer = TW_PREFIX_NONE;

	for (size_t i = 0; t; i++) {
		if (t->answer != TW_PREFIX_NONE)
			answer = t->answer;
		if (i == length)
			break;
		t = t->child[p[i] - '0'];
	}
	return answer;
}

/* ---- a probe per length ---- */

struct slot {
	uint64_t prefix;        /* 0: empty */
	uint32_t answer;
};

struct hash {
	struct slot *slots;
	size_t mask;
	uint32_t lengths;       /* that occur, a bit each */
};

static size_t hash_of(uint64_t prefix)
{
	/* the first digits stand at the top */
	prefix = (prefix ^ prefix >> 32) * 0x9e3779b97f4a7c15u;
	return (size_t)(prefix ^ prefix >> 32);
}

static void hash_make(struct hash *h, const struct bench *b)
{
	size_t size = 1;

	while (size < 2 * b->count)
		size *= 2;
	h->slots = must(calloc(size, sizeof(*h->slots)));
	h->mask = size - 1;
	h->lengths = 0;
	for (size_t i = 0; i < b->count; i++) {
		size_t at = hash_of(b->prefixes[i]) & h->mask;

		while (h->slots[at].prefix)
			at = (at + 1) & h->mask;
		h->slots[at] = (struct slot){ b->prefixes[i], (uint32_t)i };
		h->lengths |= 1u << tw__prefix_length(b->prefixes[i]);
	}
}

static uint32_t hash_find(const struct hash *h, const char *p, size_t length)
{
	uint64_t all = tw__prefix_head(p, length);
	uint32_t lengths = h->lengths & ((2u << length) - 1);

	while (lengths) {
		size_t l = 31 - (size_t)__builtin_clz(lengths), at;
		uint64_t prefix = (all >> (64 - 4 * l) << (64 - 4 * l)) | l;

		for (at = hash_of(prefix) & h->mask; h->slots[at].prefix;
		     at = (at + 1) & h->mask) {
			if (h->slots[at].prefix == prefix)
				return h->slots[at].answer;
		}
		lengths &= ~(1u << l);
	}
	return TW_PREFIX_NONE;
}

/* ---- SQL ---- */

struct sql {
	sqlite3 *db;
	sqlite3_stmt *find;
	int64_t bytes;
};

static void sql_must(const struct sql *s, int result)
{
	if (result != SQLITE_OK && result != SQLITE_DONE)
		die(sqlite3_errmsg(s->db));
}

static void sql_make(struct sql *s, const struct bench *b)
{
	int64_t before = sqlite3_memory_used();
	char digits[TW_PREFIX_DIGITS + 1];
	sqlite3_stmt *put = NULL;

	sql_must(s, sqlite3_open(":memory:", &s->db));
	sql_must(s, sqlite3_exec(s->db, "CREATE TABLE p (prefix TEXT PRIMARY "
		"KEY, row INTEGER) WITHOUT ROWID; BEGIN", NULL, NULL, NULL));
	sql_must(s, sqlite3_prepare_v2(s->db, "INSERT INTO p VALUES (?, ?)",
				       -1, &put, NULL));
	for (size_t i = 0; i < b->count; i++) {
		tw__prefix_unpack(digits, b->prefixes[i]);
		sqlite3_bind_text(put, 1, digits, -1, SQLITE_STATIC);
		sqlite3_bind_int64(put, 2, (int64_t)i);
		sql_must(s, sqlite3_step(put));
		sqlite3_reset(put);
	}
	sqlite3_finalize(put);
	sql_must(s, sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL));
	s->bytes = sqlite3_memory_used() - before;
	sql_must(s, sqlite3_prepare_v2(s->db, "SELECT row FROM p WHERE prefix "
		"IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
		"ORDER BY length(prefix) DESC LIMIT 1", -1, &s->find, NULL));
}

static uint32_t sql_find(const struct sql *s, const char *p, size_t length)
{
	uint32_t answer = TW_PREFIX_NONE;

	for (int i = 1; i <= SQL_LENGTHS; i++)
		sqlite3_bind_text(s->find, i, p, (size_t)i < length ? i :
				  (int)length, SQLITE_STATIC);
	if (sqlite3_step(s->find) == SQLITE_ROW)
		answer = (uint32_t)sqlite3_column_int64(s->find, 0);
	sqlite3_reset(s->find);
	return answer;
}

static void sql_free(struct sql *s)
{
	sqlite3_finalize(s->find);
	sqlite3_close(s->db);
}

/* ---- all of them ---- */

enum way { WAY_FLAT, WAY_TREE, WAY_HASH, WAY_SQL, WAY_COUNT };

struct ways {
	const struct bench *b;
	struct tw_prefix_index *index;
	struct tree *tree;
	struct hash hash;
	struct sql sql;
	double bytes[WAY_COUNT];        /* per prefix */
};

static uint32_t find(const struct ways *w, enum way way, size_t i)
{
	const char *p = w->b->numbers[i];
	size_t l = w->b->lengths[i];

	switch (way) {

	case WAY_FLAT:
		return tw__prefix_longest(w->index, p, l);
	case WAY_TREE:
		return tree_find(w->tree, p, l);
	case WAY_HASH:
		return hash_find(&w->hash, p, l);
	default:
		return sql_find(&w->sql, p, l);
	}
}

/* ns per number, of some rounds the best; sum of the answers. */
static double time_way(const struct ways *w, enum way way, size_t asked,
		       uint64_t *sum)
{
	double start = cpu_ns();

	*sum = 0;
	for (size_t i = 0; i < asked; i++)
		*sum = *sum * 31 + find(w, way, i);
	return (cpu_ns() - start) / (double)asked;
}

/* The ways take turns: disturbances hit all alike. SQL takes so long that a
 * twentieth of the numbers has to do. */
static void measure(const struct ways *w, double best[WAY_COUNT])
{
	size_t few = w->b->asked / 20 + 1;
	uint64_t sum[WAY_COUNT], flat_few;

	for (size_t i = 0; i < WAY_COUNT; i++)
		best[i] = 1e18;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < WAY_COUNT; i++) {
			double took;

			if (i == WAY_SQL && round)
				continue;
			took = time_way(w, (enum way)i, i == WAY_SQL ? few :
					w->b->asked, &sum[i]);
			if (took < best[i])
				best[i] = took;
		}
	}
	time_way(w, WAY_FLAT, few, &flat_few);
	if (sum[WAY_FLAT] != sum[WAY_TREE] || sum[WAY_FLAT] != sum[WAY_HASH] ||
	    flat_few != sum[WAY_SQL])
		die("the ways disagree");
}

static void make_all(struct ways *w, struct bench *b)
{
	double count = (double)b->count;
	size_t nodes = 0;

	w->b = b;
	if (tw__prefix_new(&w->index, b->prefixes, b->count, NULL))
		die("no index");
	w->tree = tree_make(b, &nodes);
	hash_make(&w->hash, b);
	sql_make(&w->sql, b);
	w->bytes[WAY_FLAT] = (double)tw__prefix_bytes(w->index) / count;
	w->bytes[WAY_TREE] = (double)(nodes * sizeof(struct tree)) / count;
	w->bytes[WAY_HASH] = (double)((w->hash.mask + 1) *
				      sizeof(struct slot)) / count;
	w->bytes[WAY_SQL] = (double)w->sql.bytes / count;
}

void bench_lookup(struct bench *b)
{
	static const char *const names[] = { "flat", "tree", "hash", "SQL" };
	double best[2][WAY_COUNT];
	struct ways w;

	memset(&w, 0, sizeof(w));
	make_all(&w, b);
	for (int skewed = 0; skewed < 2; skewed++) {
		draw_calls(b, skewed);
		measure(&w, best[skewed]);
	}
	for (size_t i = 0; i < WAY_COUNT; i++)
		printf("%8zu  %-4s  %8.1f ns  %8.1f ns  %6.1f bytes"
		       "   flat: %.2g, %.2g of the time, %.2g of the bytes\n",
		       b->count, names[i], best[0][i], best[1][i],
		       w.bytes[i], best[0][WAY_FLAT] / best[0][i],
		       best[1][WAY_FLAT] / best[1][i],
		       w.bytes[WAY_FLAT] / w.bytes[i]);
	sql_free(&w.sql);
	free(w.hash.slots);
	tree_free(w.tree);
	tw__prefix_free(w.index);
}
