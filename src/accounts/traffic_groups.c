/**
 * @file src/accounts/traffic_groups.c  Sums of calls by what they are asked by
 *
 * Decides how sums become means and costs of one call. Refuses to know what a
 * key stands for.
 */
#include <stdio.h>
#include <string.h>
#include "base/decimal.h"
#include "traffic_groups.h"

tw_status tw__traffic_group(struct tw__traffic_group **out,
			    struct tw__traffic_groups *groups, int64_t key,
			    tw_error *err)
{
	size_t low = 0, high = groups->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (groups->rows[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == groups->count || groups->rows[low].key != key) {
		if (tw__grow((void **)&groups->rows, &groups->capacity,
			     groups->count + 1, sizeof(*groups->rows)))
			return tw__fail_oom(err);
		memmove(&groups->rows[low + 1], &groups->rows[low],
			(groups->count - low) * sizeof(*groups->rows));
		memset(&groups->rows[low], 0, sizeof(*groups->rows));
		groups->rows[low].key = key;
		groups->count++;
	}
	*out = &groups->rows[low];
	return TW_OK;
}

tw_status tw__traffic_group_add(struct tw__traffic_group *sum,
				const struct tw__traffic_group *one,
				tw_error *err)
{
	sum->answered += one->answered;
	sum->missed += one->missed;
	sum->hidden += one->hidden;
	sum->missed_hidden += one->missed_hidden;
	sum->unreturned += one->unreturned;
	sum->ends_known += one->ends_known;
	sum->other_currency += one->other_currency;
	if (!tw__add_i64(&sum->wait_us, sum->wait_us, one->wait_us) ||
	    !tw__add_i64(&sum->abandon_us, sum->abandon_us,
			 one->abandon_us) ||
	    !tw__add_i64(&sum->talk_us, sum->talk_us, one->talk_us) ||
	    !tw__add_i64(&sum->rent_nanos, sum->rent_nanos,
			 one->rent_nanos) ||
	    !tw__add_i64(&sum->charges_nanos, sum->charges_nanos,
			 one->charges_nanos))
		return tw__fail(err, TW_ERANGE, "a sum of calls exceeds "
				"9.2e9 units or 292 000 years");
	return TW_OK;
}

void tw__traffic_groups_free(struct tw__traffic_groups *groups)
{
	tw_free(groups->rows);
	memset(groups, 0, sizeof(*groups));
}

static int64_t mean(int64_t sum, uint64_t count)
{
	return count ? (int64_t)tw__div_round(sum, (tw__i128)count,
					      TW_ROUND_HALF_UP) : 0;
}

static void set_money(tw_money *out, int64_t nanos, const char *currency)
{
	out->nanos = nanos;
	snprintf(out->currency, sizeof(out->currency), "%s", currency);
}

static void set_share(tw_money *out, const tw_money *cost, uint64_t count)
{
	uint32_t decimals = 2;
	int64_t unit = TW_NANOS;

	if (!count)
		return;
	(void)tw_currency_decimals(&decimals, cost->currency, NULL);
	while (decimals--)
		unit /= 10;
	/* rounded once: a mean of a rounded mean would be another one */
	set_money(out, (int64_t)(unit * tw__div_round(cost->nanos,
		(tw__i128)count * unit, TW_ROUND_HALF_UP)), cost->currency);
}

tw_status tw__traffic_row(tw_traffic_row *out,
			  const struct tw__traffic_group *group,
			  const char *currency, tw_error *err)
{
	int64_t cost;

	out->offered = group->answered + group->missed;
	out->answered = group->answered;
	out->missed = group->missed;
	out->hidden = group->hidden;
	out->missed_hidden = group->missed_hidden;
	out->unreturned = group->unreturned;
	out->callers = group->callers;
	out->first_time = group->first_time;
	out->repeat = group->callers - group->first_time;
	out->ends_known = group->ends_known;
	out->wait_us = group->wait_us;
	out->wait_mean_us = mean(group->wait_us, group->answered);
	out->abandon_us = group->abandon_us;
	out->abandon_mean_us = mean(group->abandon_us, group->ends_known);
	out->talk_us = group->talk_us;
	out->other_currency = group->other_currency;
	if (!*currency)
		return TW_OK;
	if (!tw__add_i64(&cost, group->rent_nanos, group->charges_nanos))
		return tw__fail(err, TW_ERANGE, "the cost of a number exceeds "
				"9.2e9 units");
	set_money(&out->rent, group->rent_nanos, currency);
	set_money(&out->charges, group->charges_nanos, currency);
	set_money(&out->cost, cost, currency);
	set_share(&out->per_answered, &out->cost, group->answered);
	set_share(&out->per_first, &out->cost, group->first_time);
	return TW_OK;
}
