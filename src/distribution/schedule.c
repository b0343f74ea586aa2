/*
 * Opening hours: is a local wall clock reading inside of them? Instants are
 * turned into the zone's wall clock first, so a skipped hour opens at its
 * first valid instant and a repeated one is open both times. A day that has
 * dates of its own uses those instead of the weekly hours; what started the
 * day before still runs over midnight into it.
 */
#include "engine.h"

#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"

#define DAY_MIN 1440u

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
	tw_free(schedule->date);
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

static tw_status check_hours(struct tw_schedule **out, tw_engine *engine,
			     tw_schedule_id id, const uint32_t minute[2],
			     tw_error *err)
{
	if (!engine || !tw__schedule_of(engine, id))
		return tw__fail(err, TW_ENOTFOUND, "no schedule of id %"
				PRIu32, id.id);
	if (minute[0] >= DAY_MIN)
		return tw__fail_at(err, TW_EINVAL, 0, "from_min",
				   "minute %" PRIu32 " is after the day; "
				   "write 0 to 1439", minute[0]);
	if (minute[1] > DAY_MIN)
		return tw__fail_at(err, TW_EINVAL, 0, "to_min",
				   "minute %" PRIu32 " is after the day; "
				   "write 0 to 1440", minute[1]);
	*out = engine->schedule[id.id - 1];
	return TW_OK;
}

tw_status tw_schedule_add_hours(tw_engine *engine, tw_schedule_id schedule,
				uint32_t day_mask, uint32_t from_min,
				uint32_t to_min, tw_error *err)
{
	const uint32_t minute[2] = { from_min, to_min };
	struct tw_schedule *s;
	tw_status status;

	status = check_hours(&s, engine, schedule, minute, err);
	if (status)
		return status;
	if (!day_mask || day_mask > 0x7f)
		return tw__fail_at(err, TW_EINVAL, 0, "day_mask",
				   "day mask 0x%" PRIx32 " names no day; bit "
				   "0 is Monday, bit 6 Sunday", day_mask);
	if (tw__grow((void **)&s->hours, &s->hours_capacity,
		     s->hours_count + 1, sizeof(*s->hours)))
		return tw__fail_oom(err);
	s->hours[s->hours_count++] =
		(struct tw_hours){ day_mask, from_min, to_min };
	return TW_OK;
}

tw_status tw_schedule_add_date(tw_engine *engine, tw_schedule_id schedule,
			       int32_t year, int32_t month, int32_t day,
			       uint32_t from_min, uint32_t to_min,
			       tw_error *err)
{
	const uint32_t minute[2] = { from_min, to_min };
	const tw_civil civil = { .year = year, .month = month, .day = day };
	struct tw_schedule *s;
	struct tw_date date;
	tw_status status;
	size_t at;

	status = check_hours(&s, engine, schedule, minute, err);
	if (status)
		return status;
	if (!tw__civil_is_valid(&civil))
		return tw__fail_at(err, TW_EINVAL, 0, "date",
				   "no date %" PRId32 "-%" PRId32 "-%" PRId32,
				   year, month, day);
	if (tw__grow((void **)&s->date, &s->date_capacity,
		     s->date_count + 1, sizeof(*s->date)))
		return tw__fail_oom(err);
	date.day = tw__days_from_civil(year, month, day);
	date.from_min = from_min;
	date.to_min = to_min;
	for (at = s->date_count; at > 0 && s->date[at - 1].day > date.day;)
		--at;
	memmove(&s->date[at + 1], &s->date[at],
		(s->date_count - at) * sizeof(*s->date));
	s->date[at] = date;
	++s->date_count;
	return TW_OK;
}

/* minute 0..1439: the day the interval starts on; 1440..2879: the next. */
static bool covers(uint32_t from_min, uint32_t to_min, uint32_t minute)
{
	uint32_t end = to_min > from_min ? to_min : to_min + DAY_MIN;

	return minute >= from_min && minute < end;
}

static size_t first_of_day(const struct tw_schedule *s, int64_t day)
{
	size_t low = 0, high = s->date_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->date[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool day_covers(const struct tw_schedule *s, int64_t day,
		       uint32_t minute)
{
	size_t i = first_of_day(s, day);
	bool is_own = i < s->date_count && s->date[i].day == day;
	uint32_t bit = 1u << tw__weekday(day);

	for (; i < s->date_count && s->date[i].day == day; ++i) {
		if ((s->date[i].from_min || s->date[i].to_min) &&
		    covers(s->date[i].from_min, s->date[i].to_min, minute))
			return true;
	}
	if (is_own)
		return false;
	for (i = 0; i < s->hours_count; ++i) {
		if ((s->hours[i].day_mask & bit) &&
		    covers(s->hours[i].from_min, s->hours[i].to_min, minute))
			return true;
	}
	return false;
}

bool tw__schedule_is_open(const struct tw_schedule *schedule, tw_time at)
{
	tw_civil local;
	uint32_t minute;
	int64_t day;

	tw_zone_local(&local, schedule->zone, at);
	day = tw__days_from_civil(local.year, local.month, local.day);
	minute = (uint32_t)(local.hour * 60 + local.minute);
	return day_covers(schedule, day, minute) ||
		day_covers(schedule, day - 1, minute + DAY_MIN);
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
		return tw__fail(err, TW_ENOTFOUND, "no schedule of id %"
				PRIu32, schedule.id);
	*out = tw__schedule_is_open(s, at);
	return TW_OK;
}
