/**
 * @file src/accounts/deployment_days.c  Schedules and days that differ
 *
 * Decides which holidays can stand together. A date of a schedule has one
 * holiday: one that names the schedule comes before one for all of them, and
 * then fewer days before more, so that a working Saturday may lie inside of
 * holidays and a city may differ from the others. Two with the same right are
 * refused, because then the file's order would silently decide.
 */
#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"
#include "deployment.h"

#define DAYS_MAX 366

static const struct tw_value *value(const struct tw_deployment *d,
				    uint32_t row, const char *field)
{
	return tw__wanted_value(d, row, field);
}


tw_status tw__deployment_schedule(struct tw_deployment *d, uint32_t row)
{
	if (tw__given(d, row, "hours"))
		return TW_OK;
	return tw__problem(d, TW_EPARSE, row, "hours", "a schedule without "
			   "hours never opens; write hours = [\"mon-fri "
			   "09:00-18:00\"]");
}


/* A date was kept as its midnight in the company's zone. */
static int64_t day_of(const struct tw_deployment *d, int64_t at)
{
	tw_civil civil;

	tw_zone_local(&civil, d->zone, at);
	return tw__days_from_civil(civil.year, civil.month, civil.day);
}


static tw_status check_last(struct tw_deployment *d, uint32_t row)
{
	const struct tw_value *date = value(d, row, "date");
	const struct tw_value *last = value(d, row, "last");
	int64_t days;

	if (!d->zone || !date->set || !last->set)
		return TW_OK;
	days = day_of(d, last->number) - day_of(d, date->number) + 1;
	if (days < 1)
		return tw__problem(d, TW_EPARSE, row, "last", "last (%s) is "
				   "before date (%s); it is the last day that "
				   "differs", last->text, date->text);
	if (days > DAYS_MAX)
		return tw__problem(d, TW_ERANGE, row, "last", "that is %lld "
				   "days in a row; a holiday has %d at most",
				   (long long)days, DAYS_MAX);
	return TW_OK;
}


tw_status tw__deployment_holiday(struct tw_deployment *d, uint32_t row)
{
	tw_status status;

	status = tw__not_both(d, row, "schedule", "schedules");
	if (!status)
		status = tw__not_both(d, row, "hours", "like");
	if (!status)
		status = tw__not_both(d, row, "hours",
						"short_min");
	if (!status)
		status = tw__wanted_names(d, row, "schedules", "schedule");
	return status ? status : check_last(d, row);
}


/* ---- one holiday for one date ---- */

struct days {
	int64_t first, last;
	bool everywhere;
	uint32_t row;
};

static int compare_days(const void *a, const void *b)
{
	const struct days *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}


static bool names_schedule(const struct tw_deployment *d, uint32_t row,
			   const char *schedule)
{
	const struct tw_value *one = value(d, row, "schedule");
	const char *p = value(d, row, "schedules")->text;
	char item[512];

	if (one->set && !strcmp(one->text, schedule))
		return true;
	while (p) {
		p = tw__list_item(item, p);
		if (!strcmp(item, schedule))
			return true;
	}
	return false;
}


/* The schedule that both of two holidays name, into `item`. */
static bool share_schedule(char item[512], const struct tw_deployment *d,
			   uint32_t a, uint32_t b)
{
	const struct tw_value *one = value(d, a, "schedule");
	const char *p = one->set ? one->text : value(d, a, "schedules")->text;

	while (p) {
		p = tw__list_item(item, p);
		if (names_schedule(d, b, item))
			return true;
	}
	return false;
}


static tw_status check_pair(struct tw_deployment *d, const struct days *a,
			    const struct days *b)
{
	const struct days *first = a->row < b->row ? a : b;
	const struct days *later = first == a ? b : a;
	char path[TW_KEY_PATH_MAX], schedule[512] = "";

	if (a->everywhere != b->everywhere ||
	    a->last - a->first != b->last - b->first ||
	    (!a->everywhere &&
	     !share_schedule(schedule, d, a->row, b->row)))
		return TW_OK;
	tw__wanted_path(path, d, first->row, NULL);
	return tw__problem(d, TW_ECONFLICT, later->row, "date", "%s has days "
			   "of this one with the same right%s%.80s; leave one "
			   "out, or write several hours as a list", path,
			   a->everywhere ? "" : " in schedule ", schedule);
}


static size_t collect(struct days *out, const struct tw_deployment *d,
		      const struct tw_row_list *list)
{
	size_t i, count = 0;

	for (i = 0; i < list->count; i++) {
		uint32_t row = list->rows[i];
		const struct tw_value *date = value(d, row, "date");
		const struct tw_value *last = value(d, row, "last");

		if (!date->set)
			continue;
		out[count].first = day_of(d, date->number);
		out[count].last = last->set ? day_of(d, last->number) :
			out[count].first;
		out[count].everywhere = !tw__given(d, row,
			"schedule") && !tw__given(d, row,
							  "schedules");
		out[count++].row = row;
	}
	return count;
}


tw_status tw__deployment_days(struct tw_deployment *d)
{
	const struct tw_row_list *list =
		&d->tops[tw__kind_find(TW_STR("holiday"))];
	tw_status status = TW_OK;
	size_t i, j, count;
	struct days *days;

	if (!list->count || !d->zone)
		return TW_OK;
	days = tw_calloc(list->count, sizeof(*days));
	if (!days)
		return TW_ENOMEM;
	count = collect(days, d, list);
	qsort(days, count, sizeof(*days), compare_days);
	for (i = 0; i < count && !status; i++) {
		for (j = i + 1; j < count && !status &&
		     days[j].first <= days[i].last; j++)
			status = check_pair(d, &days[i], &days[j]);
	}
	tw_free(days);
	return status;
}
