/**
 * @file src/accounts/traffic_cost.c  What numbers cost by the month
 *
 * Decides which campaign pays for a day of a number: the one in force at its
 * local midnight, as a day's department is found too (rent.h). A number's
 * month is one amount that its campaigns share, so that they add up to the
 * number, and numbers to the rents of the expense report. Refuses to know
 * calls.
 */
#include <stdio.h>
#include <string.h>
#include "base/calendar.h"
#include "rent.h"
#include "report_period.h"
#include "spread.h"
#include "traffic_cost.h"

#define DAYS_MAX 31

struct month {
	tw_time from, to;
	tw_time day[DAYS_MAX];   /* local midnights */
	int days;
};

/* Days of each campaign; key 0: none. */
struct shares {
	int64_t keys[DAYS_MAX], days[DAYS_MAX], amounts[DAYS_MAX];
	size_t count;
};

static tw_status read_month(struct month *out, const struct tw__book *book,
			    int64_t month, tw_error *err)
{
	char text[48];
	int64_t number;
	tw_civil civil = { .year = (int32_t)(month / 100),
		.month = (int32_t)(month % 100) };
	tw_status status;

	snprintf(text, sizeof(text), "%04lld-%02lld", (long long)month / 100,
		 (long long)month % 100);
	status = tw__book_parse(&number, &out->from, &out->to, book, text,
				err);
	out->days = tw__month_days(civil.year, civil.month);
	for (int i = 0; !status && i < out->days; i++) {
		civil.day = i + 1;
		status = tw_zone_instant(&out->day[i], book->zone, &civil,
					 err);
	}
	return status;
}

/* One amount of each number, however many departments share it. */
static tw_status gather(struct tw__traffic_groups *out, tw_store *store,
			const struct tw__book *book,
			const struct month *month, tw_error *err)
{
	struct tw__rents rents = { 0 };
	tw_status status = tw__rents_compute(&rents, store, book, month->from,
					     month->to, err);

	for (size_t i = 0; !status && i < rents.count; i++) {
		const struct tw__rent *rent = &rents.rows[i];
		struct tw__traffic_group one = {
			.rent_nanos = rent->amount_nanos };
		struct tw__traffic_group *group;

		if (rent->kind != TW_POSTING_RENT &&
		    rent->kind != TW_POSTING_ONE_OFF)
			continue;
		status = tw__traffic_group(&group, out, rent->subject, err);
		if (!status)
			status = tw__traffic_group_add(group, &one, err);
	}
	tw__rents_free(&rents);
	return status;
}

static void add_day(struct shares *shares, int64_t key)
{
	size_t i = 0;

	while (i < shares->count && shares->keys[i] != key)
		i++;
	if (i == shares->count) {
		shares->keys[i] = key;
		shares->days[shares->count++] = 0;
	}
	shares->days[i]++;
}

static tw_status count_days(struct shares *out,
			    struct tw__traffic_keys *keys, int64_t number,
			    const struct month *month, tw_error *err)
{
	const struct tw__traffic_version *row;
	tw_status status = TW_OK;
	int64_t key;

	out->count = 0;
	for (int i = 0; !status && i < month->days; i++) {
		row = tw__traffic_at(&keys->numbers, number, month->day[i]);
		if (!row || month->day[i] >= row->to)
			continue;
		status = tw__traffic_campaign_key(&key, keys, row->text, err);
		if (!status)
			add_day(out, key);
	}
	if (status || out->count)
		return status;
	/* a fee of a number that saw no midnight: its campaign then */
	row = tw__traffic_at(&keys->numbers, number, month->to - 1);
	status = tw__traffic_campaign_key(&key, keys, row ? row->text : "",
					  err);
	if (!status)
		add_day(out, key);
	return status;
}

static int64_t coin(const char *currency)
{
	uint32_t decimals = 2;
	int64_t unit = TW_NANOS;

	(void)tw_currency_decimals(&decimals, currency, NULL);
	while (decimals--)
		unit /= 10;
	return unit;
}

static tw_status share(struct tw__traffic_groups *groups,
		       struct tw__traffic_keys *keys,
		       const struct tw__traffic_group *rent,
		       const struct month *month, int64_t unit, tw_error *err)
{
	struct shares shares;
	tw_status status = count_days(&shares, keys, rent->key, month, err);

	if (!status)
		status = tw__spread(shares.amounts, rent->rent_nanos,
				    &(struct tw__weights){ shares.days,
				    shares.count }, unit, err);
	for (size_t i = 0; !status && i < shares.count; i++) {
		struct tw__traffic_group one = {
			.rent_nanos = shares.amounts[i] };
		struct tw__traffic_group *group;

		status = tw__traffic_group(&group, groups, shares.keys[i],
					   err);
		if (!status)
			status = tw__traffic_group_add(group, &one, err);
	}
	return status;
}

static tw_status add_month(struct tw__traffic_groups *groups,
			   struct tw__traffic_keys *keys, tw_store *store,
			   const struct tw__book *book,
			   const struct month *month, tw_error *err)
{
	struct tw__traffic_groups rents = { 0 };
	tw_status status = gather(&rents, store, book, month, err);

	for (size_t i = 0; !status && i < rents.count; i++) {
		struct tw__traffic_group *group;

		if (keys->by == TW_CALLS_BY_CAMPAIGN) {
			status = share(groups, keys, &rents.rows[i], month,
				       coin(book->currency), err);
			continue;
		}
		status = tw__traffic_group(&group, groups, rents.rows[i].key,
					   err);
		if (!status)
			status = tw__traffic_group_add(group, &rents.rows[i],
						       err);
	}
	tw__traffic_groups_free(&rents);
	return status;
}

tw_status tw__traffic_rents(struct tw__traffic_groups *groups,
			    struct tw__traffic_keys *keys, tw_store *store,
			    struct tw__book *book, const int64_t months[2],
			    tw_error *err)
{
	tw_status status = TW_OK;

	for (int64_t month = months[0]; !status && month <= months[1];
	     month = tw__month_add(month, 1)) {
		struct month days;

		status = read_month(&days, book, month, err);
		if (!status)
			status = add_month(groups, keys, store, book, &days,
					   err);
	}
	return status;
}
