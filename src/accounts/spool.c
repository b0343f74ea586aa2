/**
 * @file src/accounts/spool.c  Looking at what waits in a journal
 *
 * Decides how a journal is shown: its records, its damage, what was put aside
 * of it before. Refuses to change anything: the journal is its recorder's.
 */
#include <string.h>
#include "cdr_pack.h"
#include "store/journal.h"
#include <trunkwise/recorder.h>

struct tw_spool {
	struct tw_buf journal, bad;
	struct tw_frames at, at_bad;
	tw_cdr cdr;
};

static tw_status read_bad(struct tw_spool *spool, const char *path,
			  tw_error *err)
{
	struct tw_buf name;
	char *bad;
	tw_status status;

	tw__buf_init(&name);
	tw__buf_printf(&name, "%s.bad", path);
	bad = tw__buf_take(&name);
	if (!bad)
		return tw__fail_oom(err);
	status = tw__journal_read(&spool->bad, bad, err);
	tw_free(bad);
	return status == TW_ENOTFOUND ? TW_OK : status;
}

static struct tw_frames frames_of(const struct tw_buf *bytes)
{
	return (struct tw_frames){ (const unsigned char *)bytes->data,
		bytes->size, 0 };
}

tw_status tw_spool_open(tw_spool **out, const char *store_path,
			const char *name, tw_error *err)
{
	struct tw_spool *spool;
	char *path;
	tw_status status;

	if (!out || !store_path || !name)
		return tw__fail(err, TW_EINVAL, "a spool has a store and a "
				"name");
	status = tw__journal_path(&path, store_path, name, err);
	if (status)
		return status;
	spool = tw_calloc(1, sizeof(*spool));
	status = spool ? tw__journal_read(&spool->journal, path, err) :
		tw__fail_oom(err);
	if (!status)
		status = read_bad(spool, path, err);
	tw_free(path);
	if (status) {
		tw_spool_free(spool);
		return status;
	}
	spool->at = frames_of(&spool->journal);
	spool->at_bad = frames_of(&spool->bad);
	*out = spool;
	return TW_OK;
}

void tw_spool_free(tw_spool *spool)
{
	if (!spool)
		return;
	tw__buf_free(&spool->journal);
	tw__buf_free(&spool->bad);
	tw_free(spool);
}

static void show_waiting(tw_spooled *out, struct tw_spool *spool,
			 const struct tw_frame *frame)
{
	bool known = frame->whole && tw__cdr_unpack(&spool->cdr,
		frame->payload, frame->size, NULL) == TW_OK;

	*out = (tw_spooled){ sizeof(*out), TW_SPOOLED_DAMAGED, frame->at,
		frame->size + (frame->whole ? TW_FRAME_HEAD : 0), 0, NULL };
	if (!known)
		return;
	out->state = TW_SPOOLED_WAITING;
	out->cdr = &spool->cdr;
}

static int64_t get_i64(const unsigned char *p)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return (int64_t)value;
}

static void show_aside(tw_spooled *out, const struct tw_frame *frame)
{
	*out = (tw_spooled){ sizeof(*out), TW_SPOOLED_ASIDE, frame->at,
		frame->size, 0, NULL };
	if (!frame->whole || frame->size < 17 ||
	    frame->payload[0] != TW_JOURNAL_ASIDE)
		return;
	out->aside = get_i64(&frame->payload[1]);
	out->offset = (uint64_t)get_i64(&frame->payload[9]);
	out->bytes = frame->size - 17;
}

tw_status tw_spool_next(tw_spooled *out, tw_spool *spool, tw_error *err)
{
	struct tw_frame frame;
	tw_spooled found;
	uint32_t size;

	if (!out || !spool || out->size < sizeof(size))
		return tw__fail(err, TW_EINVAL, "no spool, or no place for "
				"what it holds");
	if (tw__journal_next(&frame, &spool->at))
		show_waiting(&found, spool, &frame);
	else if (tw__frame_next(&frame, &spool->at_bad))
		show_aside(&found, &frame);
	else
		return TW_ITER_END;
	size = out->size < sizeof(found) ? out->size : sizeof(found);
	memcpy(out, &found, size);
	out->size = size;
	return TW_OK;
}
