/**
 * @file src/accounts/call_starts.h  The starts of a file's own keys
 */
#ifndef TW_SRC_CALL_STARTS_H
#define TW_SRC_CALL_STARTS_H

#include "base/base.h"

struct tw__starts;

/* New and empty, with room for so many rows; it grows. */
tw_status tw__starts_new(struct tw__starts **out, uint64_t rows,
			 tw_error *err);
void tw__starts_free(struct tw__starts *starts);
/* That this key is asked for next. */
void tw__starts_expect(const struct tw__starts *starts, uint64_t key);
/* One after the other, *step going on from 0: the second of a start that was
 * added, perhaps with this key, and lies no more than 26 hours from this one
 * or at it; -1 when there are no more. */
tw_time tw__starts_near(const struct tw__starts *starts, uint64_t key,
			tw_time start, size_t *step);
/* start: in 1970 to 2099. */
tw_status tw__starts_add(struct tw__starts *starts, uint64_t key,
			 tw_time start, tw_error *err);

#endif
