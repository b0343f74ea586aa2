/**
 * @file src/trunks/trace.c  SIP messages that wait to be looked at
 *
 * Decides what is thrown away when nobody looks: the oldest, for the newest
 * tells why a trunk is down now. Secrets are masked on the way in, those of
 * every trunk of the set in every message: a peer may know several.
 */
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/sip.h>
#include "sip/port.h"
#include "trace.h"

tw_status tw__trace_open(struct tw_trace *trace, uint32_t max, uint32_t flags,
			 tw_error *err)
{
	if (max > TW_TRACE_MAX)
		return tw__sip_fail(err, TW_EINVAL, "trace_max",
			"%u is not within 0..%u", max, TW_TRACE_MAX);
	if (flags & ~TW_SIP_MASK_NUMBERS)
		return tw__sip_fail(err, TW_EINVAL, "trace_flags",
			"unknown bits 0x%x", flags);
	if (!max)
		return TW_OK;
	trace->kept = tw_calloc(max, sizeof(*trace->kept));
	if (!trace->kept || tw_mask_new(&trace->mask, NULL)) {
		tw_free(trace->kept);
		trace->kept = NULL;
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	}
	trace->capacity = max;
	trace->flags = flags;
	return TW_OK;
}

tw_status tw__trace_take(tw_trunk_trace *out, struct tw_trace *trace)
{
	if (!trace->count)
		return TW_ITER_END;
	*out = trace->kept[trace->first];
	out->lost = trace->lost;
	trace->lost = 0;
	trace->first = (trace->first + 1) % trace->capacity;
	trace->count--;
	return TW_OK;
}

void tw__trace_close(struct tw_trace *trace)
{
	tw_trunk_trace one;

	while (!tw__trace_take(&one, trace))
		tw_free(one.text);
	tw_free(trace->kept);
	tw_mask_free(trace->mask);
	memset(trace, 0, sizeof(*trace));
}

void tw__trace_add(struct tw_trace *trace, const tw_trunk_trace *what,
		   const void *data, size_t size)
{
	tw_trunk_trace oldest, *slot;
	char *text;

	if (!trace->capacity)
		return;
	if (tw_mask_text(&text, trace->mask, data, size, trace->flags, NULL)) {
		trace->lost++;
		return;
	}
	if (trace->count == trace->capacity) {
		uint64_t lost = trace->lost + 1;

		(void)tw__trace_take(&oldest, trace);
		tw_free(oldest.text);
		trace->lost = lost;
	}
	slot = &trace->kept[(trace->first + trace->count++) %
		trace->capacity];
	*slot = *what;
	slot->text = text;
	slot->text_size = strlen(text);
}
