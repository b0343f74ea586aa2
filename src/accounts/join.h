/**
 * @file src/accounts/join.h  Records of two sources, joined and taken apart
 */
#ifndef TW_SRC_ACCOUNTS_JOIN_H
#define TW_SRC_ACCOUNTS_JOIN_H

#include "history.h"
#include "pair.h"
#include <trunkwise/join.h>

/* A record of one source, by its key in the call table. */
struct tw__told {
	tw_time start;
	int64_t key, batch;
	bool in_month;
	bool gone;               /* from its list, at the next look */
};
/* Records of one source, by start and key: what they are, and what they say.
 * Both lists are as long. */
struct tw__told_side {
	struct tw__told *told;
	struct tw__seen *seen;
	size_t count, capacity[2];
};
/* Its place, or SIZE_MAX. */
size_t tw__told_place(const struct tw__told_side *side, tw_time start,
		      int64_t key);

/* As it stands; TW_ESTORE when it is not there. */
tw_status tw__told_find(struct tw__stored *out, tw_store *store,
			const struct tw__told *told, tw_error *err);

/* A pair that was kept before; told as it was then. */
struct tw__held {
	struct tw__told told[2];
	int64_t run;
	uint32_t state;          /* TW_PAIR_ */
	size_t place[2];         /* in the lists, of first and second */
	bool kept;               /* nothing has changed */
};
struct tw__helds {
	struct tw__held *rows;
	size_t count, capacity;
};
/* Pairs of the two lists that are ambiguous so far; of those that are joined
 * each record is told its twin. A record whose partner is in neither list is
 * another question's: it goes from its list. */
tw_status tw__helds_load(struct tw__helds *out,
			 struct tw__told_side sides[2], tw_store *store,
			 tw_error *err);
void tw__helds_free(struct tw__helds *helds);
/* Those that are not kept: their records stand for themselves again. */
tw_status tw__helds_part(const struct tw__helds *helds, tw_store *store,
			 tw_error *err);

struct tw__amending;

/* One run of tw_cdr_join(). */
struct tw__joining {
	tw_store *store;
	tw_join_options options;
	tw_time from, to;
	struct tw__told_side side[2];
	struct tw__helds helds;          /* that were ambiguous before */
	struct tw__pairing pairing;
	struct tw__amending *amending;
	struct tw_listing *list;
	tw_join sum;
};

/* Both sides, and the pairs among them that were ambiguous. */
tw_status tw__join_load(struct tw__joining *joining, tw_error *err);
void tw__join_unload(struct tw__joining *joining);

/* A record that somebody names: of the first source (0) or the second. */
struct tw__named {
	int side;
	const char *id, *field;  /* field: the option that names it */
};
/* Its place among those that are not joined. @return TW_OK, TW_ENOTFOUND,
 * TW_ECONFLICT (several) */
tw_status tw__join_named(size_t *out, struct tw__joining *joining,
			 const struct tw__named *named, tw_error *err);

/* What the options say to have no twin in the other source: before all others
 * are looked at. */
tw_status tw__join_alone(struct tw__joining *joining, tw_error *err);
/* Both are joined by hand, whatever was said of them. */
tw_status tw__join_alone_over(struct tw__joining *joining,
			      const size_t at[2], tw_error *err);

/* Pairs that are taken apart by one run, inside a transaction. */
struct tw__parting {
	tw_store *store;         /* borrowed */
	struct tw__amending *amending;
	struct tw__told *again;  /* what they took has gone to others */
	size_t count, capacity;
};
tw_status tw__parting_begin(struct tw__parting *out, tw_store *store,
			    tw_error *err);
/* Both records of a pair stand for themselves again, and it is parted. */
tw_status tw__join_part_two(struct tw__parting *parting,
			    const struct tw__held *held, tw_error *err);
/* Into the books: the run, and charges that are found anew. */
tw_status tw__parting_settle(struct tw__parting *parting, tw_error *err);
void tw__parting_free(struct tw__parting *parting);

/* Calls that stood in a pair, by batch, and the runs that had joined them. */
struct tw__parted {
	struct tw__told *rows;
	int64_t *runs;
	size_t count, capacity[2];
};
/* The batch is being taken back, and its calls are marked: partners of theirs
 * stand for themselves again. Free *out in any case. */
tw_status tw__join_part(struct tw__parted *out, tw_store *store,
			int64_t batch, tw_error *err);
void tw__parted_free(struct tw__parted *parted);

#endif
