/*
 * Schedules as they are made: weekly hours, and overrides for dates that
 * differ. Refuses what no clock shows and dates that do not exist; what an
 * instant finds is schedule_open.c's. Overrides are ordered and the first one
 * decides, so each date is given away once, when an override is added, and
 * asking is a search in sorted runs, however many overrides there are.
 */
#include "engine.h"

#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"

const struct tw_schedule *tw__schedule_of(const struct tw_engine *engine,
					  tw_schedule_id id)
{
	if (!id.id || id.id > engine->schedule_count)
		return NULL;
	return engine->schedule[id.id - 1];
}

void tw__schedule_free(struct tw_schedule *schedule)
{
	if (!schedule)
		return;
	tw_zone_free(schedule->zone);
	tw_free(schedule->hours);
	tw_free(schedule->override);
	tw_free(schedule->span);
	tw_free(schedule->run);
	tw_free(schedule->name);
	tw_free(schedule);
}

tw_status tw_engine_add_schedule(tw_schedule_id *out, tw_engine *engine,
				 const char *name, tw_zone *zone,
				 tw_error *err)
{
	struct tw_schedule *schedule;
	tw_status status;

	if (!out || !engine || !zone)
		return tw__fail(err, TW_EINVAL, "no engine or zone given");
	status = tw__name_check("schedule", name, err);
	if (!status)
		status = tw__names_admit(&engine->schedules, "schedule",
					 name, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (tw__grow((void **)&engine->schedule, &engine->schedule_capacity,
		     engine->schedule_count + 1, sizeof(*engine->schedule)) ||
	    tw__names_reserve(&engine->schedules))
		return tw__fail_oom(err);
	schedule = tw_calloc(1, sizeof(*schedule));
	if (!schedule)
		return tw__fail_oom(err);
	schedule->name = tw_strdup(name);
	if (!schedule->name) {
		tw_free(schedule);
		return tw__fail_oom(err);
	}
	schedule->zone = tw_zone_ref(zone);
	engine->schedule[engine->schedule_count++] = schedule;
	schedule->id = (uint32_t)engine->schedule_count;
	tw__names_put(&engine->schedules, schedule->name, schedule->id);
	out->id = schedule->id;
	return TW_OK;
}

tw_status tw_engine_find_schedule(tw_schedule_id *out,
				  const tw_engine *engine, const char *name,
				  tw_error *err)
{
	if (!out || !engine || !name)
		return tw__fail(err, TW_EINVAL, "no engine or name given");
	return tw__names_find(&out->id, &engine->schedules, "schedule", name,
			      err);
}

static tw_status check_span(uint32_t from_min, uint32_t to_min,
			    tw_error *err)
{
	if (from_min >= TW_DAY_MIN)
		return tw__fail_at(err, TW_EINVAL, 0, "from_min",
				   "minute %" PRIu32 " is after the day; "
				   "write 0 to 1439", from_min);
	if (to_min > TW_DAY_MIN)
		return tw__fail_at(err, TW_EINVAL, 0, "to_min",
				   "minute %" PRIu32 " is after the day; "
				   "write 0 to 1440", to_min);
	return TW_OK;
}

static tw_status no_schedule(tw_schedule_id id, tw_error *err)
{
	return tw__fail(err, TW_ENOTFOUND, "no schedule of id %" PRIu32,
			id.id);
}

tw_status tw_schedule_add_hours(tw_engine *engine, tw_schedule_id schedule,
				uint32_t day_mask, uint32_t from_min,
				uint32_t to_min, tw_error *err)
{
	struct tw_schedule *s;
	tw_status status;

	if (!engine || !tw__schedule_of(engine, schedule))
		return no_schedule(schedule, err);
	status = check_span(from_min, to_min, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	if (!day_mask || day_mask > 0x7f)
		return tw__fail_at(err, TW_EINVAL, 0, "day_mask",
				   "day mask 0x%" PRIx32 " names no day; bit "
				   "0 is Monday, bit 6 Sunday", day_mask);
	s = engine->schedule[schedule.id - 1];
	if (tw__grow((void **)&s->hours, &s->hours_capacity,
		     s->hours_count + 1, sizeof(*s->hours)))
		return tw__fail_oom(err);
	s->hours[s->hours_count++] =
		(struct tw_hours){ day_mask, from_min, to_min };
	return TW_OK;
}

static tw_status check_spans(const tw_override_options *o, tw_error *err)
{
	tw_status status = TW_OK;
	size_t i;

	if (o->kind != TW_DAY_HOURS)
		return o->span_count ? tw__fail_at(err, TW_EINVAL, 0, "span",
			"%zu spans for a day that takes none; make it "
			"TW_DAY_HOURS", o->span_count) : TW_OK;
	if (!o->span || !o->span_count || o->span_count > TW_OVERRIDE_SPANS)
		return tw__fail_at(err, TW_EINVAL, 0, "span",
				   "%zu spans of hours; give 1 to %u",
				   o->span ? o->span_count : (size_t)0,
				   TW_OVERRIDE_SPANS);
	for (i = 0; i < o->span_count && !status; ++i)
		status = check_span(o->span[i].from_min, o->span[i].to_min,
				    err);
	return status;
}

static tw_status check_override(const tw_override_options *o, tw_error *err)
{
	const tw_civil civil = {
		.year = o->year, .month = o->month, .day = o->day
	};

	if (o->kind < TW_DAY_CLOSED || o->kind > TW_DAY_OWN)
		return tw__fail_at(err, TW_EINVAL, 0, "kind",
				   "day kind %" PRIu32 " is not closed, like, "
				   "hours or own", o->kind);
	if (!tw__civil_is_valid(&civil))
		return tw__fail_at(err, TW_EINVAL, 0, "date",
				   "no date %" PRId32 "-%" PRId32 "-%" PRId32,
				   o->year, o->month, o->day);
	if (!o->days || o->days > TW_OVERRIDE_DAYS)
		return tw__fail_at(err, TW_EINVAL, 0, "days",
				   "%" PRIu32 " days in a row; write 1 to %u",
				   o->days, TW_OVERRIDE_DAYS);
	if (o->kind == TW_DAY_LIKE && o->weekday > 6)
		return tw__fail_at(err, TW_EINVAL, 0, "weekday",
				   "weekday %" PRIu32 "; 0 is Monday, 6 "
				   "Sunday", o->weekday);
	if (o->short_min >= TW_DAY_MIN ||
	    (o->short_min && o->kind == TW_DAY_CLOSED))
		return tw__fail_at(err, TW_EINVAL, 0, "short_min",
				   "%" PRIu32 " minutes shorter; write 0 to "
				   "1439, and 0 for a closed day",
				   o->short_min);
	return check_spans(o, err);
}

/* The next stretch of [first, last] that has no run yet, before run `*at`;
 * false when there is none. */
static bool next_free(struct tw_date_run *out, size_t *at,
		      const struct tw_schedule *s, int64_t *first,
		      int64_t last)
{
	for (; *at < s->run_count && *first <= last; ++*at) {
		const struct tw_date_run *run = &s->run[*at];

		if (run->last < *first)
			continue;
		if (run->first > last)
			break;
		out->first = *first;
		out->last = run->first - 1;
		*first = run->last + 1;
		if (out->first <= out->last)
			return true;
	}
	out->first = *first;
	out->last = last;
	*first = last + 1;
	return out->first <= out->last;
}

/* Dates that an earlier override has stay its own. Memory is there. */
static void give_dates(struct tw_schedule *s, int64_t first, int64_t last)
{
	struct tw_date_run run = { .override = s->override_count };
	size_t at = 0;

	while (next_free(&run, &at, s, &first, last)) {
		memmove(&s->run[at + 1], &s->run[at],
			(s->run_count - at) * sizeof(*s->run));
		s->run[at++] = run;
		++s->run_count;
	}
}

static tw_status reserve_override(struct tw_schedule *s, size_t spans)
{
	/* each run can split the new dates once more */
	if (tw__grow((void **)&s->run, &s->run_capacity,
		     2 * s->run_count + 1, sizeof(*s->run)) ||
	    tw__grow((void **)&s->override, &s->override_capacity,
		     s->override_count + 1, sizeof(*s->override)))
		return TW_ENOMEM;
	return spans ? tw__grow((void **)&s->span, &s->span_capacity,
				s->span_count + spans, sizeof(*s->span)) :
		TW_OK;
}

tw_status tw_schedule_add_override(tw_engine *engine, tw_schedule_id schedule,
				   const tw_override_options *options,
				   tw_error *err)
{
	struct tw_override override;
	tw_override_options o;
	struct tw_schedule *s;
	tw_status status;
	int64_t first;

	if (!engine || !tw__schedule_of(engine, schedule))
		return no_schedule(schedule, err);
	if (!options)
		return tw__fail(err, TW_EINVAL, "no override given");
	status = tw__import(&o, sizeof(o), options, err);
	if (!status)
		status = check_override(&o, err);
	if (!status)
		status = tw__engine_check(engine, err);
	if (status)
		return status;
	s = engine->schedule[schedule.id - 1];
	if (reserve_override(s, o.span_count))
		return tw__fail_oom(err);
	override = (struct tw_override){
		.kind = o.kind, .weekday = o.weekday,
		.short_min = o.short_min, .first = s->span_count,
		.count = o.span_count
	};
	if (o.span_count)
		memcpy(&s->span[s->span_count], o.span,
		       o.span_count * sizeof(*s->span));
	s->span_count += o.span_count;
	first = tw__days_from_civil(o.year, o.month, o.day);
	give_dates(s, first, first + o.days - 1);
	s->override[s->override_count++] = override;
	return TW_OK;
}

tw_status tw_schedule_is_open(int *out, const tw_engine *engine,
			      tw_schedule_id schedule, tw_time at,
			      tw_error *err)
{
	const struct tw_schedule *s = engine ?
		tw__schedule_of(engine, schedule) : NULL;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the answer");
	if (!s)
		return no_schedule(schedule, err);
	*out = tw__schedule_is_open(s, at);
	return TW_OK;
}

tw_status tw_schedule_next_change(tw_time *out, const tw_engine *engine,
				  tw_schedule_id schedule, tw_time at,
				  tw_error *err)
{
	const struct tw_schedule *s = engine ?
		tw__schedule_of(engine, schedule) : NULL;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the answer");
	if (!s)
		return no_schedule(schedule, err);
	*out = tw__schedule_next_change(s, at);
	return TW_OK;
}
