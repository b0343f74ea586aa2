/**
 * @file src/accounts/recorder.c  When records are committed, and where else
 *
 * Decides that a record is in one of three places: the queue in memory, the
 * journal, the store; and that it moves on only after the next place has it
 * on the disk. So whatever dies in between leaves a record twice, which the
 * store sees by its key, and never not at all. Refuses to know what a record
 * costs and whose it is.
 */
#include <string.h>
#include "cdr_pack.h"
#include "recorder.h"

#define NAME_MAX_BYTES 32
#define LIMIT_MIN 4096
#define LIMIT_MAX ((uint64_t)1 << 30)
#define HEADER_ROOM 64           /* of the journal, beside its records */
#define SWEEP_S 300              /* how often others' open calls are seen */

/* ---- opening ---- */

static tw_status check_name(const char *name, tw_error *err)
{
	const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				     "0123456789-_");

	if (length && !name[length] && length <= NAME_MAX_BYTES)
		return TW_OK;
	return tw__fail_at(err, TW_EINVAL, 0, "name", "'%.40s' is none; write "
			   "1 to %d of a-z, 0-9, - and _", name,
			   NAME_MAX_BYTES);
}

static tw_status check_options(const tw_recorder_options *o, tw_error *err)
{
	if (o->flags & ~(TW_RECORDER_NO_SYNC | TW_RECORDER_RESUMES))
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "0x%x is none; "
				   "use TW_RECORDER_", o->flags);
	if (!o->group_rows || o->group_rows > 100000)
		return tw__fail_at(err, TW_EINVAL, 0, "group_rows",
				   "%u is none; use 1 to 100000",
				   o->group_rows);
	if (o->group_ms > 60000 || o->retry_ms > 60000 ||
	    o->lock_wait_ms > 60000)
		return tw__fail_at(err, TW_EINVAL, 0, "group_ms", "group_ms, "
				   "retry_ms and lock_wait_ms are at most a "
				   "minute");
	if (o->spool_limit < LIMIT_MIN || o->spool_limit > LIMIT_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "spool_limit",
				   "%llu is none; use %d to %llu bytes",
				   (unsigned long long)o->spool_limit,
				   LIMIT_MIN, (unsigned long long)LIMIT_MAX);
	return check_name(o->name, err);
}

static tw_status copy_options(struct tw_recorder *r, const char *store_path,
			      tw_error *err)
{
	const tw_recorder_options *o = &r->options;
	const char *source = o->source && *o->source ? o->source : o->name;

	r->store_path = tw_strdup(store_path);
	r->name = tw_strdup(o->name);
	r->source = tw_strdup(source);
	r->carrier = tw_strdup(o->carrier ? o->carrier : "");
	if (!r->store_path || !r->name || !r->source || !r->carrier)
		return tw__fail_oom(err);
	r->rows = o->group_rows;
	r->stats.size = sizeof(r->stats);
	r->stats.state = TW_RECORDER_LIVE;
	return TW_OK;
}

static tw_status open_journal(struct tw_recorder *r, tw_error *err)
{
	char *path;
	tw_status status = tw__journal_path(&path, r->store_path, r->name,
					    err);

	if (status)
		return status;
	status = tw__journal_open(&r->journal, path, r->options.spool_limit,
				  !(r->options.flags & TW_RECORDER_NO_SYNC),
				  err);
	tw_free(path);
	r->inherited = status ? 0 : r->journal.bytes.size;
	r->swept = (r->options.flags & TW_RECORDER_RESUMES) != 0;
	return status;
}

static void set_state(struct tw_recorder *r, uint32_t state,
		      const tw_error *why)
{
	if (r->stats.state == state)
		return;
	r->stats.state = state;
	tw__recorder_event(r, TW_RECORDED_STATE, why ? why->code : TW_OK, "",
			   why ? why->message : "");
}

/* What time cannot mend is said at once; the rest is tried again. A carrier
 * or source that the store does not know is the caller's mistake. */
static tw_status first_try(struct tw_recorder *r, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = tw__recorder_ready(r, &why);

	tw__recorder_unready(r, status ? status : TW_EBUSY);
	if (!status)
		return TW_OK;
	if (status == TW_EBUSY || status == TW_EIO || status == TW_ESTORE) {
		set_state(r, TW_RECORDER_SPOOLING, &why);
		return TW_OK;
	}
	if (err)
		*err = why;
	return status;
}

tw_status tw_recorder_open(tw_recorder **out, const char *store_path,
			   const tw_recorder_options *options, tw_error *err)
{
	tw_recorder_options o = TW_RECORDER_OPTIONS_INIT;
	struct tw_recorder *r;
	tw_status status = TW_OK;

	if (!out || !store_path || !*store_path)
		return tw__fail(err, TW_EINVAL, "a recorder needs a store");
	if (options)
		status = tw__import(&o, sizeof(o), options, err);
	if (!o.name || !*o.name)
		o.name = "host";
	if (!status)
		status = check_options(&o, err);
	if (status)
		return status;
	r = tw_calloc(1, sizeof(*r));
	if (!r)
		return tw__fail_oom(err);
	r->options = o;
	r->journal.fd = -1;
	status = copy_options(r, store_path, err);
	if (!status)
		status = open_journal(r, err);
	if (!status)
		status = first_try(r, err);
	if (status) {
		tw_recorder_free(r);
		return status;
	}
	*out = r;
	return TW_OK;
}

/* ---- states and events ---- */

const char *tw_recorder_state_name(uint32_t state)
{
	switch (state) {
	case TW_RECORDER_LIVE:     return "live";
	case TW_RECORDER_SPOOLING: return "spooling";
	case TW_RECORDER_UNSAFE:   return "unsafe";
	case TW_RECORDER_FULL:     return "full";
	default:                   return "?";
	}
}

void tw__recorder_event(const struct tw_recorder *r, uint32_t kind,
			tw_status code, const char *call_id,
			const char *text)
{
	const tw_recorder_event event = { sizeof(event), kind,
		r->stats.state, code, call_id, text };

	if (r->options.event)
		r->options.event(&event, r->options.event_arg);
}

tw_status tw_recorder_stats_get(tw_recorder_stats *out,
				const tw_recorder *r, tw_error *err)
{
	tw_recorder_stats stats;
	uint32_t size;

	if (!out || !r || out->size < sizeof(size))
		return tw__fail(err, TW_EINVAL, "no recorder, or no place for "
				"its figures");
	stats = r->stats;
	stats.durable = stats.added - r->queued;
	stats.waiting = r->queued;
	stats.spooled = r->journal.records;
	stats.spool_bytes = r->journal.bytes.size + r->queue.size;
	stats.reserved = r->journal.reserved;
	size = out->size < sizeof(stats) ? out->size : sizeof(stats);
	memcpy(out, &stats, size);
	out->size = size;
	return TW_OK;
}

/* ---- from place to place ---- */

/* A clock that was set back makes nothing wait longer. */
static bool is_past(tw_time at, tw_time now, uint32_t span_ms)
{
	return now >= at || now < at - (tw_time)span_ms * 1000;
}

static bool has_journal(const struct tw_recorder *r)
{
	return r->journal.bytes.size > 0;
}

static bool is_inherited(const struct tw_recorder *r)
{
	return !r->swept && r->journal.done < r->inherited;
}

static tw_status group_of_journal(struct tw_recorder *r, tw_error *err)
{
	struct tw_frames at = tw__journal_frames(&r->journal), rest;
	struct tw_frame frame;
	uint64_t records = 0;
	tw_status status;

	if (is_inherited(r))
		at.size = r->inherited;
	status = tw__recorder_group(&records, &at, r, err);
	if (status)
		return status;
	at.size = r->journal.bytes.size;
	r->journal.done = at.at;
	r->journal.records -= records;
	rest = at;
	if (tw__journal_next(&frame, &rest))
		return TW_OK;
	status = tw__journal_clear(&r->journal, err);
	if (!status)
		r->inherited = r->aside_to = 0;
	return status;
}

static tw_status group_of_queue(struct tw_recorder *r, tw_error *err)
{
	struct tw_frames at = { (const unsigned char *)r->queue.data,
		r->queue.size, 0 };
	uint64_t records = 0;
	tw_status status = tw__recorder_group(&records, &at, r, err);

	if (status)
		return status;
	r->queued -= records;
	r->queue.size -= at.at;
	if (r->queue.size)
		memmove(r->queue.data, &r->queue.data[at.at], r->queue.size);
	return TW_OK;
}

/* Calls that an earlier owner of the name left open, once all that he had to
 * say of them is in the store, and before the first word of this one. */
static tw_status sweep_own(struct tw_recorder *r, tw_error *err)
{
	const struct tw__dead which = { r->name, 0 };
	tw_status status = tw__recorder_sweep(r, &which, err);

	r->swept = !status;
	return status;
}

/* In the order in which they came. */
static tw_status next_group(struct tw_recorder *r, tw_error *err)
{
	tw_status status = TW_OK;

	if (is_inherited(r))
		return group_of_journal(r, err);
	if (!r->swept)
		status = sweep_own(r, err);
	if (!status && has_journal(r))
		return group_of_journal(r, err);
	return !status && r->queued ? group_of_queue(r, err) : status;
}

static tw_status group(struct tw_recorder *r, tw_time now, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = next_group(r, &why);

	r->refused = status != TW_OK;
	if (!status && !has_journal(r))
		set_state(r, TW_RECORDER_LIVE, NULL);
	if (!status)
		return TW_OK;
	r->retry = now + (tw_time)r->options.retry_ms * 1000;
	if (r->stats.state == TW_RECORDER_LIVE)
		set_state(r, TW_RECORDER_SPOOLING, &why);
	if (err)
		*err = why;
	return status;
}

static void spool(struct tw_recorder *r)
{
	tw_error why = TW_ERROR_INIT;

	if (!r->queued)
		return;
	tw__journal_reserve(&r->journal);
	if (tw__journal_append(&r->journal, &r->queue, r->queued, &why)) {
		if (r->stats.state != TW_RECORDER_FULL)
			set_state(r, TW_RECORDER_UNSAFE, &why);
		return;
	}
	tw__buf_clear(&r->queue);
	r->queued = 0;
	if (r->stats.state == TW_RECORDER_UNSAFE)
		set_state(r, TW_RECORDER_SPOOLING, NULL);
}

static bool may_try(const struct tw_recorder *r, tw_time now)
{
	return !r->refused || is_past(r->retry, now, r->options.retry_ms);
}

static bool is_due(const struct tw_recorder *r, tw_time now)
{
	const tw_time span = (tw_time)r->options.group_ms * 1000;

	return r->queued && (r->queued >= r->options.group_rows ||
		is_past(r->oldest + span, now, r->options.group_ms));
}

static tw_time next_time(const struct tw_recorder *r, tw_time now)
{
	const tw_time due = r->oldest + (tw_time)r->options.group_ms * 1000;
	tw_time next = TW_TIME_MAX;

	if (has_journal(r) || !r->swept)
		next = r->refused ? r->retry : now;
	else if (r->sweep < next)
		next = r->sweep;
	/* what is due and still here was refused by the journal too */
	if (r->queued && is_due(r, now))
		return r->refused ? r->retry : now;
	return r->queued && due < next ? due : next;
}

/* Nothing is lost when this fails: it comes again. */
static void sweep_others(struct tw_recorder *r, tw_time now)
{
	const tw_clock *clock = r->options.clock ? r->options.clock :
		tw_clock_system();
	const bool resumes = r->options.flags & TW_RECORDER_RESUMES;
	const tw_time before = clock->wall(clock->arg) -
		(tw_time)r->options.grace_s * TW_SECOND;
	const struct tw__dead which = { resumes ? "" : r->name,
		before > 0 ? before : 1 };

	r->sweep = now + SWEEP_S * TW_SECOND;
	if (r->options.grace_s)
		(void)tw__recorder_sweep(r, &which, NULL);
}

tw_status tw_recorder_step(tw_time *out_next, tw_recorder *r, tw_time now,
			   tw_error *err)
{
	if (!r)
		return tw__fail(err, TW_EINVAL, "no recorder");
	if (may_try(r, now) && (has_journal(r) || !r->swept ||
				is_due(r, now)))
		(void)group(r, now, NULL);
	if (r->swept && !r->refused && is_past(r->sweep, now, SWEEP_S * 1000))
		sweep_others(r, now);
	if (is_due(r, now) && (has_journal(r) || r->refused))
		spool(r);
	if (out_next)
		*out_next = next_time(r, now);
	return TW_OK;
}

tw_status tw_recorder_flush(tw_recorder *r, tw_time now, tw_error *err)
{
	tw_status status = TW_OK;

	if (!r)
		return tw__fail(err, TW_EINVAL, "no recorder");
	while (!status && (has_journal(r) || r->queued || !r->swept))
		status = group(r, now, err);
	if (status)
		spool(r);
	return status;
}

void tw_recorder_free(tw_recorder *r)
{
	if (!r)
		return;
	if (r->journal.fd >= 0)
		(void)tw_recorder_flush(r, r->retry, NULL);
	tw_import_free(r->import);
	tw_store_free(r->store);
	tw__journal_close(&r->journal);
	tw__buf_free(&r->queue);
	tw__buf_free(&r->scratch);
	tw_free(r->store_path);
	tw_free(r->name);
	tw_free(r->source);
	tw_free(r->carrier);
	tw_free(r);
}

/* ---- taking ---- */

static bool has_room(const struct tw_recorder *r, size_t size)
{
	return r->journal.bytes.size + r->queue.size + TW_FRAME_HEAD + size +
		HEADER_ROOM <= r->options.spool_limit;
}

static tw_status make_room(struct tw_recorder *r, tw_time now, tw_error *err)
{
	const size_t size = r->scratch.size;
	tw_error why = TW_ERROR_INIT;

	/* much in a short time: nothing says that the store refuses */
	while (!has_room(r, size) && may_try(r, now) &&
	       (has_journal(r) || r->queued) && !group(r, now, NULL))
		continue;
	if (has_room(r, size)) {
		if (r->stats.state == TW_RECORDER_FULL)
			set_state(r, TW_RECORDER_SPOOLING, NULL);
		return TW_OK;
	}
	tw__fail(&why, TW_EBUSY, "%llu records wait for the store, as many "
		 "as spool_limit of %llu bytes holds; nothing more is taken "
		 "until it takes writes again",
		 (unsigned long long)(r->queued + r->journal.records),
		 (unsigned long long)r->options.spool_limit);
	set_state(r, TW_RECORDER_FULL, &why);
	return tw__fail(err, TW_EBUSY, "%s", why.message);
}

tw_status tw_recorder_add(uint64_t *out_ticket, tw_recorder *r,
			  const tw_cdr *cdr, tw_time now, tw_error *err)
{
	tw_cdr copy = TW_CDR_INIT;
	tw_status status;

	if (!r)
		return tw__fail(err, TW_EINVAL, "no recorder");
	status = tw__import(&copy, sizeof(copy), cdr, err);
	if (status)
		return status;
	/* whoever replays it: the key must be the same */
	if (!copy.source || !*copy.source)
		copy.source = r->source;
	tw__buf_clear(&r->scratch);
	status = tw__cdr_pack(&r->scratch, TW_JOURNAL_RECORD, &copy, err);
	if (!status)
		status = make_room(r, now, err);
	if (!status)
		status = tw__frame_put(&r->queue, r->scratch.data,
				       r->scratch.size, err);
	if (status)
		return status;
	if (!r->queued++)
		r->oldest = now;
	r->stats.added++;
	if (out_ticket)
		*out_ticket = r->stats.added;
	return TW_OK;
}
