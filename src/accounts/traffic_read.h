/**
 * @file src/accounts/traffic_read.h  Live calls in order, and whose they were
 */
#ifndef TW_SRC_ACCOUNTS_TRAFFIC_READ_H
#define TW_SRC_ACCOUNTS_TRAFFIC_READ_H

#include "store/db.h"

/* Texts are borrowed for the call. */
struct tw__traffic_call {
	tw_time start;
	int64_t direction, leg;
	bool answered, end_known;
	int64_t wait_us, end_us, duration_us;
	int64_t caller, callee;  /* identities */
	int64_t number, department;
	const char *campaign;    /* the record's */
	bool rated;
	int64_t cost_nanos;
	const char *currency;
};
typedef tw_status tw__traffic_fn(const struct tw__traffic_call *call,
				 void *arg, tw_error *err);

/* All live calls that start in [range[0], range[1]], both ends included, the
 * oldest first. */
tw_status tw__traffic_scan(tw_store *store, const tw_time range[2],
			   tw__traffic_fn *fn, void *arg, tw_error *err);
/* Marks identities whose inbound call began before a time: all that is asked
 * of calls before a report's own, in a third of the time. */
tw_status tw__traffic_callers(bool *called, size_t count, tw_store *store,
			      tw_time before, tw_error *err);

/* An inbound call as people count them. */
bool tw__traffic_is_inbound(const struct tw__traffic_call *call);
/* Whom an answered call speaks with: 0 nobody that could be missed. */
int64_t tw__traffic_party(const struct tw__traffic_call *call);

/* By identity: false where a caller has no number. New; out_count may be less
 * than an identity that comes later. */
tw_status tw__traffic_people(bool **out, size_t *out_count, tw_store *store,
			     tw_error *err);

struct tw__traffic_version {
	int64_t id;
	tw_time from, to;
	char name[512];
	char text[512];          /* a number's campaign, a department's zone */
};

/* Sorted by (id, from). */
struct tw__traffic_versions {
	struct tw__traffic_version *rows;
	size_t count, capacity;
};
tw_status tw__traffic_numbers(struct tw__traffic_versions *out,
			      tw_store *store, tw_error *err);
tw_status tw__traffic_departments(struct tw__traffic_versions *out,
				  tw_store *store, tw_error *err);
/* The version in force at t, else the last one before it; NULL: none. */
const struct tw__traffic_version *
tw__traffic_at(const struct tw__traffic_versions *versions, int64_t id,
	       tw_time t);
void tw__traffic_versions_free(struct tw__traffic_versions *versions);

/* The record's campaign, else that of its number then; "" none. */
const char *tw__traffic_campaign(const struct tw__traffic_call *call,
				 const struct tw__traffic_versions *numbers);

#endif
