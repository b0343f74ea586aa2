/**
 * @file src/accounts/traffic_keys.c  Where a call counts, and its name
 *
 * Decides by number, campaign, department or hour of the week where a call
 * belongs, and what the directory calls that in the month. Refuses to count.
 */
#include <stdio.h>
#include <string.h>
#include "traffic_keys.h"

tw_status tw__traffic_campaign_key(int64_t *out,
				   struct tw__traffic_keys *keys,
				   const char *text, tw_error *err)
{
	*out = 0;
	if (!*text)
		return TW_OK;
	for (size_t i = 0; i < keys->campaign_count; i++) {
		if (strcmp(keys->campaigns[i], text) == 0) {
			*out = (int64_t)i + 1;
			return TW_OK;
		}
	}
	if (tw__grow((void **)&keys->campaigns, &keys->campaign_capacity,
		     keys->campaign_count + 1, sizeof(*keys->campaigns)))
		return tw__fail_oom(err);
	snprintf(keys->campaigns[keys->campaign_count++],
		 sizeof(*keys->campaigns), "%s", text);
	*out = (int64_t)keys->campaign_count;
	return TW_OK;
}

static tw_status find_zone(const tw_zone **out,
			   struct tw__traffic_keys *keys, const char *name,
			   tw_error *err)
{
	struct tw__traffic_zone *zone;
	tw_status status;

	*out = keys->zone;
	if (!*name)
		return TW_OK;
	for (size_t i = 0; i < keys->zone_count; i++) {
		if (strcmp(keys->zones[i].name, name) == 0) {
			*out = keys->zones[i].zone;
			return TW_OK;
		}
	}
	if (tw__grow((void **)&keys->zones, &keys->zone_capacity,
		     keys->zone_count + 1, sizeof(*zone)))
		return tw__fail_oom(err);
	zone = &keys->zones[keys->zone_count];
	snprintf(zone->name, sizeof(zone->name), "%.63s", name);
	status = tw_zone_open(&zone->zone, name, err);
	if (status)
		return status;
	keys->zone_count++;
	*out = zone->zone;
	return TW_OK;
}

static tw_status hour_key(int64_t *out, struct tw__traffic_keys *keys,
			  const struct tw__traffic_call *call, tw_error *err)
{
	const struct tw__traffic_version *department = tw__traffic_at(
		&keys->departments, call->department, call->start);
	const tw_zone *zone;
	tw_civil civil;
	tw_status status = find_zone(&zone, keys,
				     department ? department->text : "", err);

	if (status)
		return status;
	tw_zone_local(&civil, zone, call->start);
	*out = civil.weekday * 24LL + civil.hour;
	return TW_OK;
}

tw_status tw__traffic_key(int64_t *out, struct tw__traffic_keys *keys,
			  const struct tw__traffic_call *call, tw_error *err)
{
	switch (keys->by) {
	case TW_CALLS_BY_NUMBER:
		*out = call->number;
		return TW_OK;
	case TW_CALLS_BY_DEPARTMENT:
		*out = call->department;
		return TW_OK;
	case TW_CALLS_BY_HOUR:
		return hour_key(out, keys, call, err);
	default:
		return tw__traffic_campaign_key(out, keys,
			tw__traffic_campaign(call, &keys->numbers), err);
	}
}

static void day_of(char out[16], const tw_zone *zone, tw_time t)
{
	tw_civil civil;

	tw_zone_local(&civil, zone, t);
	snprintf(out, 16, "%04d-%02d-%02d", (int)civil.year % 10000,
		 (int)civil.month, (int)civil.day);
}

static bool counts(const struct tw__traffic_version *v,
		   const struct tw__traffic_keys *keys)
{
	return *v->text && v->from < keys->to && v->to > keys->from;
}

/* A list that is cut in the middle of a name would name another one. */
static void join_campaign(tw_traffic_row *row,
			  const struct tw__traffic_keys *keys, size_t place)
{
	const struct tw__traffic_version *v = &keys->numbers.rows[place];
	size_t at = strlen(row->campaigns);
	size_t length = strlen(v->text);

	for (size_t i = place; i-- > 0 &&
	     keys->numbers.rows[i].id == v->id; ) {
		if (counts(&keys->numbers.rows[i], keys) &&
		    strcmp(keys->numbers.rows[i].text, v->text) == 0)
			return;
	}
	if (at + length + 3 > sizeof(row->campaigns))
		return;
	if (at) {
		memcpy(row->campaigns + at, ", ", 2);
		at += 2;
	}
	memcpy(row->campaigns + at, v->text, length + 1);
}

/* Campaigns of a number, or the days of one, as the directory has them. */
static void set_campaign(tw_traffic_row *row,
			 const struct tw__traffic_keys *keys, int64_t key)
{
	bool by_number = keys->by == TW_CALLS_BY_NUMBER;
	tw_time from = TW_TIME_MAX, to = TW_TIME_MIN;

	for (size_t i = 0; i < keys->numbers.count; i++) {
		const struct tw__traffic_version *v = &keys->numbers.rows[i];

		if (!counts(v, keys) || (by_number ? v->id != key :
		    strcmp(v->text, row->name) != 0))
			continue;
		if (by_number)
			join_campaign(row, keys, i);
		if (v->from < from)
			from = v->from;
		if (v->to > to)
			to = v->to;
	}
	if (from >= to)
		return;
	day_of(row->from, keys->zone, from < keys->from ? keys->from : from);
	day_of(row->to, keys->zone, (to > keys->to ? keys->to : to) - 1);
}

void tw__traffic_name(tw_traffic_row *row,
		      const struct tw__traffic_keys *keys, int64_t key)
{
	const struct tw__traffic_version *version = NULL;

	switch (keys->by) {
	case TW_CALLS_BY_HOUR:
		row->weekday = (uint32_t)(key / 24) + 1;
		row->hour = (uint32_t)(key % 24);
		return;
	case TW_CALLS_BY_CAMPAIGN:
		if (key)
			snprintf(row->name, sizeof(row->name), "%s",
				 keys->campaigns[key - 1]);
		if (key)
			set_campaign(row, keys, key);
		return;
	case TW_CALLS_BY_NUMBER:
		version = tw__traffic_at(&keys->numbers, key, keys->to - 1);
		set_campaign(row, keys, key);
		break;
	default:
		version = tw__traffic_at(&keys->departments, key,
					 keys->to - 1);
	}
	if (version)
		snprintf(row->name, sizeof(row->name), "%s", version->name);
}

void tw__traffic_keys_free(struct tw__traffic_keys *keys)
{
	for (size_t i = 0; i < keys->zone_count; i++)
		tw_zone_free(keys->zones[i].zone);
	tw_free(keys->zones);
	tw_free(keys->campaigns);
	tw__traffic_versions_free(&keys->numbers);
	tw__traffic_versions_free(&keys->departments);
	memset(keys, 0, sizeof(*keys));
}
