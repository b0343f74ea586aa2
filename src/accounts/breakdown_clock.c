/**
 * @file src/accounts/breakdown_clock.c  The wall clock of a department
 *
 * Decides whose clock a call is read by: the department's of that day, else
 * the company's. Calls come in order of time, so that a stretch of the same
 * offset, and a department's version, serve thousands of them. Refuses to
 * know what is done with an hour.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "base/zone.h"
#include "breakdown_clock.h"

static tw_status add_clock(struct tw__cut_clocks *clocks, const char *name,
			   tw_error *err)
{
	struct tw__cut_clock *clock;
	tw_zone *zone;
	tw_status status;

	if (tw__grow((void **)&clocks->rows, &clocks->capacity,
		     clocks->count + 1, sizeof(*clock)))
		return tw__fail_oom(err);
	if (*name) {
		status = tw_zone_open(&zone, name, err);
		if (status)
			return status;
	} else {
		zone = tw_zone_ref(clocks->zone);
	}
	clock = &clocks->rows[clocks->count++];
	memset(clock, 0, sizeof(*clock));
	snprintf(clock->name, sizeof(clock->name), "%.63s", name);
	clock->zone = zone;
	return TW_OK;
}

/* The company's is the one without a name. */
static tw_status find_clock(size_t *out, struct tw__cut_clocks *clocks,
			    const char *name, tw_error *err)
{
	tw_status status;

	for (size_t i = 0; i < clocks->count; i++) {
		if (strcmp(clocks->rows[i].name, name) == 0) {
			*out = i;
			return TW_OK;
		}
	}
	status = add_clock(clocks, name, err);
	if (!status)
		*out = clocks->count - 1;
	return status;
}

static tw_status look_up(struct tw__cut_seen *seen,
			 struct tw__cut_clocks *clocks, int64_t department,
			 tw_time t, tw_error *err)
{
	const struct tw__traffic_version *version = tw__traffic_at(
		&clocks->departments, department, t);
	size_t clock;
	tw_status status = find_clock(&clock, clocks,
				      version ? version->text : "", err);

	if (status)
		return status;
	/* outside of a version the next call is asked about again */
	*seen = (struct tw__cut_seen){ department, t, t + 1, clock };
	if (version && t < version->to) {
		seen->from = version->from;
		seen->to = version->to;
	}
	return TW_OK;
}

tw_status tw__cut_local(int64_t *local_s, struct tw__cut_clocks *clocks,
			int64_t department, tw_time t, tw_error *err)
{
	struct tw__cut_seen *seen =
		&clocks->seen[(uint64_t)department % TW_CUT_SEEN];
	int64_t t_s = tw__floor_div(t, TW_SECOND);
	struct tw__cut_clock *clock;
	tw_status status = TW_OK;

	if (seen->department != department || t < seen->from ||
	    t >= seen->to)
		status = look_up(seen, clocks, department, t, err);
	if (status)
		return status;
	clock = &clocks->rows[seen->clock];
	if (t_s < clock->from_s || t_s >= clock->end_s) {
		clock->from_s = t_s;
		clock->offset_s = tw__zone_stretch(clock->zone, t_s,
						   &clock->end_s);
	}
	*local_s = t_s + clock->offset_s;
	return TW_OK;
}

bool tw__cut_clocks_are_one(const struct tw__cut_clocks *clocks)
{
	const struct tw__traffic_versions *all = &clocks->departments;

	for (size_t i = 0; i < all->count; i++) {
		if (*all->rows[i].text && strcmp(all->rows[i].text,
				tw_zone_name(clocks->zone)) != 0)
			return false;
	}
	return true;
}

void tw__cut_clocks_free(struct tw__cut_clocks *clocks)
{
	for (size_t i = 0; i < clocks->count; i++)
		tw_zone_free(clocks->rows[i].zone);
	tw_free(clocks->rows);
	tw__traffic_versions_free(&clocks->departments);
	memset(clocks, 0, sizeof(*clocks));
}
