/**
 * @file src/accounts/intern.h  Texts that repeat, as small integers
 *
 * Decides which id a text has in `word`, `identity`, `marks` or
 * `traits`, and keeps what it learned so that a million calls ask SQL a few
 * thousand times.
 * Refuses to know what the texts mean.
 */
#ifndef TW_SRC_INTERN_H
#define TW_SRC_INTERN_H

#include "store/db.h"

/* No text that is stored may hold it, so that parts never run together. */
#define TW_INTERN_SEPARATOR '\x1f'

struct tw__intern {
	tw_store *store;        /* borrowed */
	const char *select;     /* literals: tw__stmt caches by address */
	const char *insert;
	const char *newest;
	const char *all;        /* id, text; NULL: never read */
	int columns;            /* of a key, parted by the separator */
	uint64_t seed;
	bool are_new;           /* the last one that was asked for was */
	struct tw__intern_slot *slots;
	size_t capacity;        /* power of two */
	size_t count;
	size_t most;            /* then all are forgotten */
	struct tw__intern_other *others;
	size_t other_count, other_room;
	bool is_whole;          /* who is not here is not in the store */
	bool holds;             /* new ones are held back until the flush */
	int64_t first;          /* id of the first of them; 0 not asked yet */
	size_t held_count;
	struct tw_buf held;     /* their texts, one behind the other */
};

/* Callers choose their own numbers, so the table is seeded (a file made to
 * collide would cost hours) and forgets everything when it grows too big. */
void tw__intern_words(struct tw__intern *intern, tw_store *store);
void tw__intern_identities(struct tw__intern *intern, tw_store *store);
/* Keys are eight texts, in the order of the table's columns. */
void tw__intern_marks(struct tw__intern *intern, tw_store *store);
/* Thirteen numbers likewise (traits.h). */
void tw__intern_traits(struct tw__intern *intern, tw_store *store);
void tw__intern_free(struct tw__intern *intern);

/* New texts get their ids, and are written by the flush: a page that a long
 * transaction writes twice makes SQLite read its whole log at the commit. Who
 * else adds texts meanwhile makes the flush fail. Ends with the flush. */
void tw__intern_hold(struct tw__intern *intern);
tw_status tw__intern_flush(struct tw__intern *intern, tw_error *err);
/* Reads all there are, while it holds, if that is cheaper than asking so many
 * times. From then on nothing is asked, if nobody is forgotten. */
tw_status tw__intern_learn(struct tw__intern *intern, uint64_t times,
			   tw_error *err);
bool tw__intern_asks_nothing(const struct tw__intern *intern);

/* What a text is looked up by, for who asks for it more than once; "" is 0. */
uint64_t tw__intern_tag(const struct tw__intern *intern, const char *text);
/* It will be asked for soon: its place comes into the cache meanwhile. */
void tw__intern_expect(const struct tw__intern *intern, uint64_t tag);
/* Id of a text, made when it is new; "" and NULL are 0. */
tw_status tw__intern_id(int64_t *out, struct tw__intern *intern,
			const char *text, tw_error *err);
tw_status tw__intern_tagged(int64_t *out, struct tw__intern *intern,
			    uint64_t tag, const char *text, tw_error *err);

#endif
