/**
 * @file src/accounts/cdr_pack.c  A record as bytes
 *
 * Decides the order of a record's members in a journal: numbers little
 * endian, texts with a length and their zero, so that unpacking copies
 * nothing. Refuses to judge what they say: an impossible record is kept as it
 * came until the store refuses it.
 */
#include <string.h>
#include "cdr_pack.h"

#define LAYOUT 1
#define TEXT_MAX 4000
#define TEXTS 14
#define INTS 5
#define TIMES 4
#define HEAD (2 + 4 * INTS + 8 * TIMES)

static void put(unsigned char *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get(const unsigned char *p, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

static const struct {
	const char *name;
	size_t at;
} texts[TEXTS] = {
#define TEXT(member) { #member, offsetof(tw_cdr, member) }
	TEXT(call_id), TEXT(linked_id), TEXT(caller), TEXT(callee),
	TEXT(number), TEXT(trunk), TEXT(carrier), TEXT(department),
	TEXT(extension), TEXT(accountcode), TEXT(campaign), TEXT(cost),
	TEXT(currency), TEXT(source)
#undef TEXT
};

static tw_status pack_text(struct tw_buf *out, const char *text,
			   const char *name, tw_error *err)
{
	size_t size = text && *text ? strnlen(text, TEXT_MAX + 1) + 1 : 0;
	unsigned char length[2];
	size_t at;

	if (size > TEXT_MAX + 1)
		return tw__fail_at(err, TW_EPARSE, 0, name, "longer than %d "
				   "bytes; shorten it", TEXT_MAX);
	put(length, size, 2);
	tw__buf_append(out, length, sizeof(length));
	at = out->size;
	tw__buf_append(out, size ? text : "", size);
	for (; !out->failed && at < out->size; at++) {
		if ((unsigned char)out->data[at] == 0xff)
			out->data[at] = '?';
	}
	return TW_OK;
}

tw_status tw__cdr_pack(struct tw_buf *out, unsigned char kind,
		       const tw_cdr *cdr, tw_error *err)
{
	const uint32_t ints[INTS] = { cdr->direction, cdr->status, cdr->leg,
		cdr->sequence, cdr->flags };
	const tw_time times[TIMES] = { cdr->start, cdr->answer, cdr->end,
		cdr->duration_us };
	unsigned char head[HEAD] = { kind, LAYOUT };
	tw_status status = TW_OK;

	for (int i = 0; i < INTS; i++)
		put(&head[2 + 4 * i], ints[i], 4);
	for (int i = 0; i < TIMES; i++)
		put(&head[2 + 4 * INTS + 8 * i], (uint64_t)times[i], 8);
	tw__buf_append(out, head, sizeof(head));
	for (int i = 0; !status && i < TEXTS; i++) {
		const char *text;

		memcpy(&text, (const char *)cdr + texts[i].at, sizeof(text));
		status = pack_text(out, text, texts[i].name, err);
	}
	if (!status && out->failed)
		status = tw__fail_oom(err);
	return status;
}

static bool take_text(const char **out, const unsigned char **p,
		      const unsigned char *end)
{
	size_t size;

	if (end - *p < 2)
		return false;
	size = (size_t)get(*p, 2);
	*p += 2;
	*out = NULL;
	if (!size)
		return true;
	if ((size_t)(end - *p) < size ||
	    memchr(*p, '\0', size) != *p + size - 1)
		return false;
	*out = (const char *)*p;
	*p += size;
	return true;
}

tw_status tw__cdr_unpack(tw_cdr *out, const unsigned char *data, size_t size,
			 tw_error *err)
{
	const unsigned char *p = data + HEAD, *end = data + size;
	tw_cdr cdr = TW_CDR_INIT;
	uint32_t *const ints[INTS] = { &cdr.direction, &cdr.status, &cdr.leg,
		&cdr.sequence, &cdr.flags };
	tw_time *const times[TIMES] = { &cdr.start, &cdr.answer, &cdr.end,
		&cdr.duration_us };
	bool whole = size >= HEAD && data[1] == LAYOUT;

	for (int i = 0; whole && i < INTS; i++)
		*ints[i] = (uint32_t)get(&data[2 + 4 * i], 4);
	for (int i = 0; whole && i < TIMES; i++)
		*times[i] = (tw_time)get(&data[2 + 4 * INTS + 8 * i], 8);
	for (int i = 0; whole && i < TEXTS; i++) {
		const char *text = NULL;

		whole = take_text(&text, &p, end);
		memcpy((char *)&cdr + texts[i].at, &text, sizeof(text));
	}
	if (!whole || p != end)
		return tw__fail(err, TW_EPARSE, "is no call record of this "
				"version");
	*out = cdr;
	return TW_OK;
}
