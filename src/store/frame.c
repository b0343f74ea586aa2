/**
 * @file src/store/frame.c  Where a record begins and whether it is whole
 *
 * Decides what a damaged piece is: everything from where a frame should be to
 * the next one that is whole. So a flipped bit, wherever it is, costs one
 * record and no other. Refuses to know files and what a record says.
 */
#include <string.h>
#include "base/crc.h"
#include "frame.h"

static const unsigned char magic[4] = { 0xff, 0xff, 'T', 'W' };

static void put_u32(unsigned char *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(value >> (8 * i));
}

static uint32_t get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		(uint32_t)p[3] << 24;
}

tw_status tw__frame_put(struct tw_buf *out, const void *payload, size_t size,
			tw_error *err)
{
	unsigned char head[TW_FRAME_HEAD];
	const size_t before = out->size;

	if (!size || size > TW_FRAME_PAYLOAD_MAX)
		return tw__fail(err, TW_ERANGE, "a record of %zu bytes does "
				"not fit; shorten its texts", size);
	memcpy(head, magic, 4);
	put_u32(&head[4], (uint32_t)size);
	put_u32(&head[8], tw__crc32c(tw__crc32c(0, &head[4], 4), payload,
				     size));
	if (tw__buf_append(out, head, sizeof(head)) ||
	    tw__buf_append(out, payload, size)) {
		/* half a frame must not stay, nor the poison */
		out->size = before;
		out->failed = false;
		return tw__fail_oom(err);
	}
	return TW_OK;
}

static bool is_whole(struct tw_frame *out, const struct tw_frames *frames,
		     size_t at)
{
	const unsigned char *p = &frames->p[at];
	const size_t left = frames->size - at;
	uint32_t size;

	if (left <= TW_FRAME_HEAD || memcmp(p, magic, 4) != 0)
		return false;
	size = get_u32(&p[4]);
	if (!size || size > TW_FRAME_PAYLOAD_MAX ||
	    size > left - TW_FRAME_HEAD)
		return false;
	if (tw__crc32c(tw__crc32c(0, &p[4], 4), &p[TW_FRAME_HEAD], size) !=
	    get_u32(&p[8]))
		return false;
	*out = (struct tw_frame){ true, at, &p[TW_FRAME_HEAD], size };
	return true;
}

static size_t find_whole(const struct tw_frames *frames, size_t at)
{
	struct tw_frame ignored;

	while (at < frames->size) {
		const unsigned char *p = memchr(&frames->p[at], magic[0],
						frames->size - at);

		if (!p)
			break;
		at = (size_t)(p - frames->p);
		if (is_whole(&ignored, frames, at))
			return at;
		at++;
	}
	return frames->size;
}

static bool are_zeros(const struct tw_frames *frames, size_t at)
{
	while (at < frames->size && !frames->p[at])
		at++;
	return at == frames->size;
}

bool tw__frame_next(struct tw_frame *out, struct tw_frames *frames)
{
	const size_t at = frames->at;

	if (at >= frames->size)
		return false;
	if (is_whole(out, frames, at)) {
		frames->at = at + TW_FRAME_HEAD + out->size;
		return true;
	}
	frames->at = find_whole(frames, at + 1);
	if (frames->at == frames->size && are_zeros(frames, at))
		return false;
	*out = (struct tw_frame){ false, at, &frames->p[at],
		frames->at - at };
	return true;
}
