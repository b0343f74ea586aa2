/* A recorder beside the usual store, on a clock that stands. */
#ifndef TW_TESTS_RECORDER_FIXTURE_H
#define TW_TESTS_RECORDER_FIXTURE_H

#include "accounts_fixture.h"
#include <fcntl.h>
#include <sys/stat.h>

struct desk {
	struct fixture f;
	tw_recorder *recorder;
	tw_recorder_options options;
	tw_time now;
	unsigned int events[8];  /* by kind */
	uint32_t states[64];     /* in order */
	unsigned int state_count;
	char text[400], call_id[64];     /* of the last event */
};

static inline void desk_event(const tw_recorder_event *event, void *arg)
{
	struct desk *d = arg;

	assert_true(event->kind < 8);
	d->events[event->kind]++;
	if (event->kind == TW_RECORDED_STATE && d->state_count < 64)
		d->states[d->state_count++] = event->state;
	if (*event->text)
		snprintf(d->text, sizeof(d->text), "%s", event->text);
	if (*event->call_id)
		snprintf(d->call_id, sizeof(d->call_id), "%s",
			 event->call_id);
}

static inline int desk_setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	const tw_recorder_options init = TW_RECORDER_OPTIONS_INIT;

	fixture_open(&d->f);
	want_two_cities(&d->f);
	apply_at(&d->f, "2026-09-01T00:00:00+03:00");
	usual_tariff(&d->f);
	d->now = d->f.now;
	d->options = init;
	d->options.name = "gw";
	d->options.clock = &d->f.clock;
	d->options.lock_wait_ms = 0;
	d->options.event = desk_event;
	d->options.event_arg = d;
	*state = d;
	return 0;
}

static inline void desk_path(char out[160], const struct desk *d,
			     const char *end)
{
	snprintf(out, 160, "%s%s", d->f.path, end);
}

static inline int desk_teardown(void **state)
{
	struct desk *d = *state;
	char path[160];

	tw_recorder_free(d->recorder);
	must_verify(&d->f);
	desk_path(path, d, ".gw.spool");
	unlink(path);
	desk_path(path, d, ".gw.spool.bad");
	unlink(path);
	fixture_close(&d->f);
	free(d);
	return 0;
}

#define DESK_TEST(t) cmocka_unit_test_setup_teardown(t, desk_setup, \
						     desk_teardown)

static inline void desk_open(struct desk *d)
{
	tw_error err = TW_ERROR_INIT;

	if (tw_recorder_open(&d->recorder, d->f.path, &d->options, &err))
		fail_msg("recorder: %s: %s", err.field, err.message);
}

static inline void desk_close(struct desk *d)
{
	tw_recorder_free(d->recorder);
	d->recorder = NULL;
}

static inline tw_cdr desk_call(char id[32], unsigned int i)
{
	tw_cdr cdr = TW_CDR_INIT;

	snprintf(id, 32, "live-%u", i);
	cdr.call_id = id;
	cdr.direction = TW_DIRECTION_OUTBOUND;
	cdr.status = TW_CALL_ANSWERED;
	cdr.start = MOSCOW("2026-10-05T10:00:00") + i * TW_SECOND;
	cdr.answer = cdr.start + 5 * TW_SECOND;
	cdr.duration_us = 60 * TW_SECOND;
	cdr.caller = "78432000001";
	cdr.callee = "79161234567";
	cdr.trunk = "main";
	return cdr;
}

static inline tw_status desk_try(struct desk *d, unsigned int i)
{
	char id[32];
	tw_cdr cdr = desk_call(id, i);

	return tw_recorder_add(NULL, d->recorder, &cdr, d->now, NULL);
}

static inline void desk_add(struct desk *d, unsigned int i)
{
	assert_int_equal(desk_try(d, i), TW_OK);
}

/* Lets milliseconds pass, then steps: how many until the next one, -1 none. */
static inline int64_t desk_step(struct desk *d, int64_t ms)
{
	tw_time next;

	d->now += ms * 1000;
	assert_int_equal(tw_recorder_step(&next, d->recorder, d->now, NULL),
			 TW_OK);
	return next == TW_TIME_MAX ? -1 : (next - d->now) / 1000;
}

static inline tw_recorder_stats desk_stats(const struct desk *d)
{
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;

	assert_int_equal(tw_recorder_stats_get(&stats, d->recorder, NULL),
			 TW_OK);
	return stats;
}

static inline int64_t calls_of(struct desk *d)
{
	return one_number(&d->f, "SELECT count(*) FROM call WHERE undone = 0");
}

/* Another program writes for a while. */
static inline tw_store *desk_lock(struct desk *d)
{
	tw_store *other;

	assert_int_equal(tw_store_open(&other, d->f.path, NULL, NULL), TW_OK);
	assert_int_equal(tw_store_begin(other, NULL), TW_OK);
	return other;
}

static inline void desk_unlock(tw_store *other)
{
	assert_int_equal(tw_store_rollback(other, NULL), TW_OK);
	tw_store_free(other);
}

#endif
