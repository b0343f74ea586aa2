/**
 * @file src/accounts/rejects.c  The growing list of refused rows
 *
 * Decides nothing: a reader adds, the caller iterates once. A file may refuse
 * every row, so an entry costs what its text needs and not a tw_reject.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "rejects.h"

struct entry {
	int64_t line;
	size_t column, reason;      /* offsets into text */
};

struct tw_rejects {
	struct entry *entries;
	size_t count, capacity, read;
	struct tw_buf text;
};

struct tw_rejects *tw__rejects_new(void)
{
	struct tw_rejects *rejects = tw_calloc(1, sizeof(*rejects));

	if (rejects)
		tw__buf_init(&rejects->text);
	return rejects;
}


/* One whole UTF-8 sequence too long for the field goes as a whole. */
static size_t cut(const char *text, size_t room)
{
	size_t size = strlen(text);

	if (size < room)
		return size;
	size = room - 1;
	while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}


static tw_status keep(struct tw_buf *buf, size_t *at, const char *text,
		      size_t room)
{
	*at = buf->size;
	tw__buf_append(buf, text, cut(text, room));
	return tw__buf_append(buf, "", 1);
}


tw_status tw__rejects_add(struct tw_rejects *rejects, int64_t line,
			  const char *column, const char *fmt, ...)
{
	char reason[2 * sizeof(((tw_reject *)0)->reason)];
	struct entry *entry;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);

	if (tw__grow((void **)&rejects->entries, &rejects->capacity,
		     rejects->count + 1, sizeof(*entry)))
		return TW_ENOMEM;
	entry = &rejects->entries[rejects->count];
	entry->line = line;
	keep(&rejects->text, &entry->column, column ? column : "",
	     sizeof(((tw_reject *)0)->column));
	if (keep(&rejects->text, &entry->reason, reason,
		 sizeof(((tw_reject *)0)->reason)))
		return TW_ENOMEM;
	rejects->count++;
	return TW_OK;
}


size_t tw__rejects_count(const struct tw_rejects *rejects)
{
	return rejects->count;
}


tw_status tw_rejects_next(tw_reject *out, tw_rejects *rejects, tw_error *err)
{
	tw_reject reject = TW_REJECT_INIT;
	const struct entry *entry;

	if (!out || !rejects)
		return tw__fail(err, TW_EINVAL, "no rejects given");
	if (rejects->read >= rejects->count)
		return TW_ITER_END;
	entry = &rejects->entries[rejects->read++];
	reject.line = entry->line;
	strcpy(reject.column, rejects->text.data + entry->column);
	strcpy(reject.reason, rejects->text.data + entry->reason);
	*out = reject;
	return TW_OK;
}


void tw_rejects_free(tw_rejects *rejects)
{
	if (!rejects)
		return;
	tw__buf_free(&rejects->text);
	tw_free(rejects->entries);
	tw_free(rejects);
}
