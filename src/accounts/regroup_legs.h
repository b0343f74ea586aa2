/**
 * @file src/accounts/regroup_legs.h  Legs that left their number open
 */
#ifndef TW_SRC_REGROUP_LEGS_H
#define TW_SRC_REGROUP_LEGS_H

#include "regroup.h"
#include "regroup_change.h"

/* A record that was asked what it is, in order of start and key. */
struct tw__asked {
	tw_time start;
	int64_t key;
	uint64_t link, id;      /* tw__regroup_link() of its call, its own */
	bool numbered;          /* a leg whose number is known by that */
};
struct tw__regrouped {
	const struct tw__asked *asked;
	size_t count;
};

/* The id by which the records of a call name it: an id of another source
 * than the batch's is another one. 0: not said. */
uint64_t tw__regroup_link(const struct tw__regroup_of *of,
			  const char *source, const char *id);
/* Legs of calls of which a record came, went or was asked are of the number
 * that the call's records say now. *changes is made by the first. */
tw_status tw__regroup_legs(struct tw__regrouping **changes, tw_store *store,
			   const struct tw__regroup_of *of,
			   const struct tw__regrouped *done, tw_error *err);

#endif
