/**
 * @file record.c  Call records to the store
 *
 * The library's recorder does the work: groups, a journal while the store
 * takes none, calls of a run that was killed. It lives on real time, also
 * where calls live on a virtual clock: disks and locks know no other.
 */
#include <string.h>
#include "gw.h"

enum {
	GROUP_MS = 50,         /* a record is on the disk after that */
	POLL_MS = 1000,        /* while nothing waits */
};

struct recorder {
	struct gateway *gw;
	tw_recorder *recorder;
	struct tmr tmr;
};


static void destructor(void *arg)
{
	struct recorder *recorder = arg;

	tmr_cancel(&recorder->tmr);
	tw_recorder_free(recorder->recorder);
}


static tw_time real_now(void)
{
	return (tw_time)tmr_jiffies() * 1000;
}


static void event_handler(const tw_recorder_event *event, void *arg)
{
	const struct gateway *gw = arg;

	switch (event->kind) {

	case TW_RECORDED_STATE:
		gw_log(gw, "records: %s%s%s",
		       tw_recorder_state_name(event->state),
		       event->text[0] ? ": " : "", event->text);
		break;

	case TW_RECORDED_DAMAGE:
		gw_log(gw, "records: %s", event->text);
		break;

	default:
		gw_log(gw, "record %s: %s", event->call_id, event->text);
		break;
	}
}


static tw_recorder_stats stats_of(const struct recorder *recorder)
{
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;

	(void)tw_recorder_stats_get(&stats, recorder->recorder, NULL);
	recorder->gw->stats.records = stats.stored;

	return stats;
}


/* They go in the order in which they came, those of a former run first. */
static void tell_stored(const struct recorder *recorder)
{
	const tw_recorder_stats stats = stats_of(recorder);
	const uint64_t left = stats.waiting + stats.spooled;

	if (recorder->gw->spend && left < stats.added)
		spend_stored(recorder->gw->spend, stats.added - left);
}


static void step_handler(void *arg)
{
	struct recorder *recorder = arg;
	const tw_time now = real_now();
	tw_time next = now;
	uint64_t ms;

	(void)tw_recorder_step(&next, recorder->recorder, now, NULL);
	tell_stored(recorder);
	ms = next > now ? (uint64_t)(next - now) / 1000 : 0;
	tmr_start(&recorder->tmr, ms < POLL_MS ? ms + 1 : POLL_MS,
		  step_handler, recorder);
}


bool recorder_flush(struct recorder *recorder)
{
	const bool all = tw_recorder_flush(recorder->recorder, real_now(),
					   NULL) == TW_OK;

	tell_stored(recorder);

	return all;
}


uint64_t record_add(struct recorder *recorder, const tw_cdr *cdr)
{
	tw_error err = TW_ERROR_INIT;
	uint64_t ticket = 0;

	if (tw_recorder_add(&ticket, recorder->recorder, cdr, real_now(),
			    &err))
		gw_log(recorder->gw, "record %s: lost: %s", cdr->call_id,
		       err.message);
	else if (tmr_get_expire(&recorder->tmr) > GROUP_MS)
		tmr_start(&recorder->tmr, GROUP_MS, step_handler, recorder);

	return ticket;
}


bool recorder_is_empty(const struct recorder *recorder)
{
	const tw_recorder_stats stats = stats_of(recorder);

	return !stats.waiting && !stats.spooled;
}


bool recorder_is_full(const struct recorder *recorder)
{
	return stats_of(recorder).state == TW_RECORDER_FULL;
}


int recorder_alloc(struct recorder **recorderp, struct gateway *gw,
		   tw_error *err)
{
	tw_recorder_options options = TW_RECORDER_OPTIONS_INIT;
	struct recorder *recorder;

	recorder = mem_zalloc(sizeof(*recorder), destructor);
	if (!recorder)
		return ENOMEM;

	tmr_init(&recorder->tmr);
	recorder->gw = gw;
	options.name = gw->options.name ? gw->options.name : "gateway";
	options.source = "gateway";
	options.clock = clk_port(gw->clk);
	options.event = event_handler;
	options.event_arg = gw;
	if (gw->options.batch_calls)
		options.group_rows = gw->options.batch_calls;
	if (tw_recorder_open(&recorder->recorder, gw->options.store_path,
			     &options, err)) {
		mem_deref(recorder);
		return EINVAL;
	}
	tmr_start(&recorder->tmr, 0, step_handler, recorder);
	*recorderp = recorder;

	return 0;
}
