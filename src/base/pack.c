/*
 * Values as bytes. Which values, and whether they go together, is for others
 * to know; here a number fits its place, a text is one and an instant is one
 * that can be added to.
 */
#include "pack.h"

#include <string.h>
#include <trunkwise/time.h>

/* Year 1 to 10000 and some days: deadlines may lie past the last `now`. */
#define TIME_LEAST (-62135596800LL * TW_SECOND)
#define TIME_MOST  (253402300800LL * TW_SECOND + 400 * 86400LL * TW_SECOND)

void tw__pack_number(struct tw_buf *buf, uint64_t value, size_t bytes)
{
	uint8_t out[8];
	size_t i;

	for (i = 0; i < bytes; ++i)
		out[i] = (uint8_t)(value >> 8 * i);
	(void)tw__buf_append(buf, out, bytes);
}

void tw__pack_text(struct tw_buf *buf, const char *text)
{
	size_t l = strlen(text);

	tw__pack_number(buf, l, 2);
	(void)tw__buf_append(buf, text, l);
}

void tw__pack_at(struct tw_buf *buf, size_t at, uint64_t value, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; ++i)
		buf->data[at + i] = (char)(uint8_t)(value >> 8 * i);
}

uint64_t tw__unpack_number(struct tw_unpack *in, size_t bytes)
{
	uint64_t value = 0;
	size_t i;

	if ((size_t)(in->end - in->at) < bytes) {
		in->is_bad = true;
		in->at = in->end;
		return 0;
	}
	for (i = 0; i < bytes; ++i)
		value |= (uint64_t)in->at[i] << 8 * i;
	in->at += bytes;
	return value;
}

void tw__unpack_text(char *out, size_t size, struct tw_unpack *in)
{
	size_t l = (size_t)tw__unpack_number(in, 2);

	out[0] = '\0';
	if (l >= size || (size_t)(in->end - in->at) < l ||
	    memchr(in->at, '\0', l) ||
	    !tw__utf8_is_valid((const char *)in->at, l)) {
		in->is_bad = true;
		return;
	}
	memcpy(out, in->at, l);
	out[l] = '\0';
	in->at += l;
}

size_t tw__unpack_count(struct tw_unpack *in, size_t bytes_each)
{
	uint64_t count = tw__unpack_number(in, 4);

	if (count > (size_t)(in->end - in->at) / bytes_each) {
		in->is_bad = true;
		return 0;
	}
	return (size_t)count;
}

static uint64_t get(const void *from, size_t bytes)
{
	uint64_t wide;
	uint32_t narrow;

	if (bytes == sizeof(wide)) {
		memcpy(&wide, from, sizeof(wide));
		return wide;
	}
	if (bytes == 1)
		return *(const uint8_t *)from;
	memcpy(&narrow, from, sizeof(narrow));
	return narrow;
}

static void put(void *to, uint64_t value, size_t bytes)
{
	uint32_t narrow = (uint32_t)value;

	if (bytes == sizeof(value))
		memcpy(to, &value, sizeof(value));
	else if (bytes == 1)
		*(uint8_t *)to = (uint8_t)value;
	else
		memcpy(to, &narrow, sizeof(narrow));
}

void tw__pack_saved(struct tw_buf *buf, const void *from,
		    const struct tw_saved *saved, size_t count)
{
	size_t i;

	for (i = 0; i < count; ++i)
		tw__pack_number(buf, get((const char *)from + saved[i].at,
					 saved[i].bytes), saved[i].bytes);
}

static bool is_time(tw_time at)
{
	return at == TW_TIME_MIN || at == TW_TIME_MAX ||
		(at >= TIME_LEAST && at <= TIME_MOST);
}

static bool is_good(int64_t value, uint32_t is)
{
	const int64_t most = (int64_t)1 << 61;

	switch (is) {
	case TW_IS_BOOL:
		return value == 0 || value == 1;
	case TW_IS_TIME:
		return is_time(value);
	case TW_IS_LEVEL:
		if (value == INT64_MIN)
			return true;
		/* fall through */
	case TW_IS_COUNT:
		return value > -most && value < most;
	default:
		return true;
	}
}

void tw__unpack_saved(void *to, struct tw_unpack *in,
		      const struct tw_saved *saved, size_t count)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < count; ++i) {
		value = tw__unpack_number(in, saved[i].bytes);
		if (!is_good((int64_t)value, saved[i].is)) {
			in->is_bad = true;
			value = 0;
		}
		put((char *)to + saved[i].at, value, saved[i].bytes);
	}
}

void tw__copy_saved(void *to, const void *from, const struct tw_saved *saved,
		    size_t count)
{
	size_t i;

	for (i = 0; i < count; ++i)
		memcpy((char *)to + saved[i].at,
		       (const char *)from + saved[i].at, saved[i].bytes);
}
