/**
 * @file src/rating/band.c  Which part of the week an instant lies in
 *
 * Decides whether bands cover every minute and which of them an instant
 * belongs to. Refuses to know prices. A day of each kind (Monday to Sunday,
 * holiday) is a row of segments, made once: asking is then an offset, a day
 * number and a short walk. Days are classified by themselves, so that
 * "mon-fri 20:00-08:00" is both ends of each weekday, as price lists mean it.
 */
#include "deck.h"

#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "base/zone.h"

#define DAY_MIN 1440
#define DAY_S   86400
#define NO_BAND 0xffffu

static const char *const day_names[TW_DAY_KINDS] = {
	"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
	"Sunday", "a holiday",
};

static bool fits(const tw_band_hours *hours, uint32_t minute)
{
	if (hours->from_min < hours->to_min)
		return minute >= hours->from_min && minute < hours->to_min;

	return minute >= hours->from_min || minute < hours->to_min;
}

static uint32_t band_of_minute(const struct tw_deck *deck, uint32_t kind,
			       uint32_t minute)
{
	for (size_t i = 0; i < deck->band_count; i++) {
		const tw_band *band = &deck->bands[i];

		for (uint32_t h = 0; h < band->hours_count; h++) {
			if (band->hours[h].day_mask & 1u << kind &&
			    fits(&band->hours[h], minute))
				return (uint32_t)i;
		}
	}

	return NO_BAND;
}

/* A holiday needs prices when one can occur: "daily" alone names none. */
static bool needs_holiday(const struct tw_deck *deck)
{
	for (size_t i = 0; i < deck->day_count; i++) {
		if (deck->days[i].counts_as == TW_DAY_HOLIDAY)
			return true;
	}
	for (size_t i = 0; i < deck->band_count; i++) {
		const tw_band *band = &deck->bands[i];

		for (uint32_t h = 0; h < band->hours_count; h++) {
			uint32_t mask = band->hours[h].day_mask;

			if (mask & 1u << TW_DAY_HOLIDAY && mask != 0xff)
				return true;
		}
	}

	return false;
}

static tw_status fail_gap(uint32_t kind, uint32_t minute, tw_error *err)
{
	return tw__fail_at(err, TW_ECONFLICT, 0, "band", "no band covers %s "
		"at %02u:%02u; add these hours to one, bands must cover the "
		"whole week", day_names[kind], minute / 60, minute % 60);
}

struct compile {
	struct tw_segment segments[TW_DAY_KINDS * DAY_MIN];
	size_t count;
	bool used[TW_BANDS_MAX];
};

static tw_status compile_day(struct compile *c, const struct tw_deck *deck,
			     uint32_t kind, tw_error *err)
{
	uint32_t last = NO_BAND;

	for (uint32_t minute = 0; minute < DAY_MIN; minute++) {
		uint32_t band = band_of_minute(deck, kind, minute);

		if (band == NO_BAND)
			return fail_gap(kind, minute, err);
		c->used[band] = true;
		if (band != last)
			c->count++;
		last = band;
		c->segments[c->count - 1] = (struct tw_segment){
			(uint16_t)(minute + 1), (uint16_t)band };
	}

	return TW_OK;
}

static tw_status compile_days(struct compile *c, struct tw_deck *deck,
			      tw_error *err)
{
	uint32_t kinds = needs_holiday(deck) ? TW_DAY_KINDS : 7;
	struct tw_segment *segments;

	for (uint32_t kind = 0; kind < kinds; kind++) {
		tw_status status;

		deck->first_segment[kind] = (uint32_t)c->count;
		status = compile_day(c, deck, kind, err);
		if (status)
			return status;
	}
	for (size_t i = 0; i < deck->band_count; i++) {
		if (!c->used[i])
			return tw__fail_at(err, TW_ECONFLICT, 0, "band",
				"band \"%s\" never serves: earlier bands take "
				"all its hours; list it before them or delete "
				"it", deck->bands[i].name);
	}
	segments = tw_calloc(c->count, sizeof(*segments));
	if (!segments)
		return tw__fail_oom(err);
	memcpy(segments, c->segments, c->count * sizeof(*segments));
	deck->segments = segments;
	deck->segment_count = c->count;

	return TW_OK;
}

tw_status tw__bands_compile(struct tw_deck *deck, tw_error *err)
{
	struct compile *c;
	tw_status status;

	if (!deck->band_count)
		return TW_OK;
	c = tw_calloc(1, sizeof(*c));
	if (!c)
		return tw__fail_oom(err);
	status = compile_days(c, deck, err);
	tw_free(c);

	return status;
}

static uint32_t kind_of_day(const struct tw_deck *deck, int64_t date)
{
	size_t lo = 0, hi = deck->day_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (deck->days[mid].date < date)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < deck->day_count && deck->days[lo].date == date)
		return deck->days[lo].counts_as;

	return (uint32_t)tw__weekday(date);
}

uint32_t tw__band_at(const struct tw_deck *deck, tw_time at, tw_time *until)
{
	const struct tw_segment *segment;
	int64_t t_s, local_s, date, rest_s, stretch_end_s, end_s;

	*until = TW_TIME_MAX;
	if (!deck->band_count)
		return 0;
	t_s = tw__floor_div(at, TW_SECOND);
	local_s = t_s + tw__zone_stretch(deck->zone, t_s, &stretch_end_s);
	date = tw__floor_div(local_s, DAY_S);
	rest_s = local_s - date * DAY_S;
	segment = deck->segments + deck->first_segment[
		kind_of_day(deck, date)];
	while (segment->end_min * 60 <= rest_s)
		segment++;
	end_s = t_s + segment->end_min * 60 - rest_s;
	if (end_s > stretch_end_s)
		end_s = stretch_end_s;
	*until = end_s * TW_SECOND;

	return segment->band;
}
