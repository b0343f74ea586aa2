/**
 * @file src/trunks/trace.h  SIP messages that wait to be looked at
 *
 * A ring of masked texts, the oldest of which makes room. It refuses to know
 * who reads it and when.
 */
#ifndef TW_SRC_TRUNKS_TRACE_H
#define TW_SRC_TRUNKS_TRACE_H

#include <stdbool.h>
#include <trunkwise/mask.h>

#define TW_TRACE_MAX 100000u

struct tw_trace {
	tw_trunk_trace *kept;          /* NULL: nothing is traced */
	uint32_t capacity, first, count;
	uint32_t flags;                /* TW_SIP_MASK_ */
	tw_mask *mask;                 /* what the trunks of its set know */
	uint64_t lost;                 /* since the last one was read */
};

/* All of it zeroed before; max 0 keeps it so. */
tw_status tw__trace_open(struct tw_trace *trace, uint32_t max, uint32_t flags,
			 tw_error *err);
void tw__trace_close(struct tw_trace *trace);

/* Takes a copy of `what`, and a masked one of the bytes as its text. Where
 * memory runs out it counts as lost. */
void tw__trace_add(struct tw_trace *trace, const tw_trunk_trace *what,
		   const void *data, size_t size);

/* TW_OK (its text is the caller's) or TW_ITER_END. */
tw_status tw__trace_take(tw_trunk_trace *out, struct tw_trace *trace);

#endif
