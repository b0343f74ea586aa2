/**
 * @file src/accounts/call_legs.h  The number that a leg was forwarded by
 */
#ifndef TW_SRC_CALL_LEGS_H
#define TW_SRC_CALL_LEGS_H

#include "call.h"
#include "formats/preset.h"

/* A leg is forwarded while its call rings or talks, and clocks differ. */
#define TW_LEG_WITHIN_US (4LL * 3600 * TW_SECOND)

struct tw__legs;

tw_status tw__legs_new(struct tw__legs **out, tw_store *store, tw_error *err);
void tw__legs_free(struct tw__legs *legs);

/* A call whose key and owners are found: remembers the number that it came
 * to. */
tw_status tw__legs_note(struct tw__legs *legs, const struct tw__call *call,
			tw_error *err);
/* Does a record leave open which of our numbers forwarded it? Before its
 * owners are found. */
bool tw__legs_wants(const struct tw__call *call);
/* All calls of a file, which may name the first leg after the others. Rows
 * that cannot be read are somebody else's to report. */
struct tw__legs_reading {
	struct tw__preset *preset;
	const struct tw__owners *owners;
	const char *source;
	const struct tw_dial_rule *rule;
};
tw_status tw__legs_read_ahead(struct tw__legs *legs,
			      const struct tw__legs_reading *reading,
			      tw_error *err);
/* Fills own_number from the noted legs of the same call, else from those
 * stored; it stays empty when there is none. */
tw_status tw__legs_fill(struct tw__call *call, struct tw__legs *legs,
			tw_error *err);

#endif
