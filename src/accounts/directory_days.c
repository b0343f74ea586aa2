/**
 * @file src/accounts/directory_days.c  Schedules that a directory describes
 *
 * Decides the order of a schedule's overrides, which for the engine is who
 * decides: a holiday that names the schedule before one for all of them, then
 * fewer days before more (see deployment_days.c, which refuses equals).
 */
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "deployment_hours.h"
#include "directory_engine.h"

#define SPANS_MAX 64

/* The next line of a list, its own; NULL and `*status` at the end. */
static char *next_line(const char **list, tw_status *status, tw_error *err)
{
	size_t size = strcspn(*list, "\n");
	char *line;

	if (!**list || *status)
		return NULL;
	line = tw__str_dup(tw__str(*list, size));
	if (!line)
		*status = tw__fail_oom(err);
	*list += size + ((*list)[size] == '\n');
	return line;
}


static tw_status add_hours(struct tw_build *b, tw_schedule_id id,
			   const char *list, tw_error *err)
{
	struct tw_hours hours;
	tw_status status = TW_OK;
	char *line;

	while ((line = next_line(&list, &status, err)) != NULL) {
		status = tw__hours_parse(&hours, line, err);
		tw_free(line);
		if (!status)
			status = tw_schedule_add_hours(b->engine, id,
				hours.day_mask, hours.from_min, hours.to_min,
				err);
	}
	return status;
}


/* ---- days that differ ---- */

static int by_right(const void *a, const void *b)
{
	const struct tw_build_day *x = a, *y = b;
	int64_t longer = (x->last - x->first) - (y->last - y->first);

	if (x->everywhere != y->everywhere)
		return x->everywhere ? 1 : -1;
	if (longer)
		return longer > 0 ? 1 : -1;
	return x->row.id < y->row.id ? -1 : x->row.id > y->row.id;
}


/* Dates were kept as their midnight in the company's zone: reading them back
 * there gives the date that was written, wherever the schedule is. */
static int64_t day_at(const tw_directory *d, int64_t at)
{
	tw_civil civil;

	tw_zone_local(&civil, d->zone, at);
	return tw__days_from_civil(civil.year, civil.month, civil.day);
}


static void read_day(struct tw_build_day *out, const tw_directory *d,
		     tw_row row)
{
	int64_t date = tw_row_integer(d, row, "date", 0);

	out->row = row;
	out->first = day_at(d, date);
	out->last = day_at(d, tw_row_integer(d, row, "last", date));
	out->everywhere = !*tw_row_text(d, row, "schedule") &&
		!*tw_row_text(d, row, "schedules");
}


tw_status tw__build_holidays(struct tw_build *b, tw_error *err)
{
	const tw_directory *d = b->directory;
	size_t capacity = 0;
	tw_row row = { 0 };

	while (!tw_directory_next(&row, d, "holiday", NULL)) {
		if (!d->zone)
			return tw__fail(err, TW_ESTORE, "the store has "
				"holidays but no company zone; apply a "
				"deployment");
		if (tw__grow((void **)&b->holidays, &capacity,
			     b->holidays_count + 1, sizeof(*b->holidays)))
			return tw__fail_oom(err);
		read_day(&b->holidays[b->holidays_count++], d, row);
	}
	if (b->holidays_count)
		qsort(b->holidays, b->holidays_count, sizeof(*b->holidays),
		      by_right);
	return TW_OK;
}


static bool is_of(const struct tw_build_day *day, const tw_directory *d,
		  const char *schedule)
{
	const char *list = tw_row_text(d, day->row, "schedules");
	size_t size = strlen(schedule);

	if (day->everywhere ||
	    !strcmp(tw_row_text(d, day->row, "schedule"), schedule))
		return true;
	while (*list) {
		if (strcspn(list, "\n") == size &&
		    !strncmp(list, schedule, size))
			return true;
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	return false;
}


static tw_status read_spans(tw_day_span spans[SPANS_MAX],
			    tw_override_options *o, const char *list,
			    tw_error *err)
{
	struct tw_hours hours = { 0 };
	tw_status status = TW_OK;
	char *line;

	o->span = spans;
	while ((line = next_line(&list, &status, err)) != NULL) {
		status = tw__span_parse(&hours, line, err);
		tw_free(line);
		if (!status && o->span_count == SPANS_MAX)
			status = tw__fail(err, TW_ERANGE, "more than %d "
					  "spans of hours", SPANS_MAX);
		if (!status)
			spans[o->span_count++] = (tw_day_span){
				hours.from_min, hours.to_min };
	}
	return status;
}


static uint32_t weekday_of(const char *day)
{
	static const char days[] = "montuewedthufrisatsun";
	const char *at = strstr(days, day);

	return at ? (uint32_t)(at - days) / 3 : 7;
}


static tw_status add_day(struct tw_build *b, tw_schedule_id id,
			 const struct tw_build_day *day, tw_error *err)
{
	const tw_directory *d = b->directory;
	const char *hours = tw_row_text(d, day->row, "hours");
	const char *like = tw_row_text(d, day->row, "like");
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	tw_day_span spans[SPANS_MAX];
	tw_status status = TW_OK;

	tw__civil_from_days(&o.year, &o.month, &o.day, day->first);
	o.days = (uint32_t)(day->last - day->first + 1);
	o.short_min = (uint32_t)tw_row_integer(d, day->row, "short_min", 0);
	if (*hours) {
		o.kind = TW_DAY_HOURS;
		status = read_spans(spans, &o, hours, err);
	}
	else if (*like) {
		o.kind = TW_DAY_LIKE;
		o.weekday = weekday_of(like);
	}
	else if (o.short_min) {
		o.kind = TW_DAY_OWN;
	}
	if (!status)
		status = tw_schedule_add_override(b->engine, id, &o, err);
	if (status)
		tw__error_place(err, 0, d->rows[day->row.id].name);
	return status;
}


tw_status tw__build_schedule(struct tw_build *b, tw_row row, tw_error *err)
{
	const tw_directory *d = b->directory;
	const char *name = tw_row_text(d, row, "name");
	tw_schedule_id id;
	tw_zone *zone;
	tw_status status;
	size_t i;

	status = tw_zone_open(&zone, tw_row_text(d, row, "zone"), err);
	if (status)
		return status;
	status = tw_engine_add_schedule(&id, b->engine, name, zone, err);
	tw_zone_free(zone);
	if (!status)
		status = add_hours(b, id, tw_row_text(d, row, "hours"), err);
	for (i = 0; i < b->holidays_count && !status; i++) {
		if (is_of(&b->holidays[i], d, name))
			status = add_day(b, id, &b->holidays[i], err);
	}
	return status;
}
