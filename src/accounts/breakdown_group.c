/**
 * @file src/accounts/breakdown_group.c  Calls that are one row, added up
 *
 * Decides which calls are one group. SQL's GROUP BY sorts all calls first and
 * turns a sum that overflows into a floating number; a hash over the keys
 * looks at each call once. Refuses to know what a key stands for.
 */
#include <string.h>
#include "base/decimal.h"
#include "breakdown_group.h"

/* In every row of a scan: no call each, and one branch for all. */
bool tw__cut_sums_add(struct tw__cut_sums *a, const struct tw__cut_sums *b)
{
	struct tw__cut_sums sum;
	bool over;

	over = __builtin_add_overflow(a->calls, b->calls, &sum.calls);
	over |= __builtin_add_overflow(a->answered, b->answered,
				       &sum.answered);
	over |= __builtin_add_overflow(a->missed, b->missed, &sum.missed);
	over |= __builtin_add_overflow(a->unrated, b->unrated, &sum.unrated);
	over |= __builtin_add_overflow(a->talk_us, b->talk_us, &sum.talk_us);
	over |= __builtin_add_overflow(a->cost, b->cost, &sum.cost);
	over |= __builtin_add_overflow(a->net, b->net, &sum.net);
	over |= __builtin_add_overflow(a->vat, b->vat, &sum.vat);
	if (over)
		return false;
	*a = sum;
	return true;
}

void tw__cut_groups_free(struct tw__cut_groups *groups)
{
	tw_free(groups->rows);
	tw_free(groups->slots);
	memset(groups, 0, sizeof(*groups));
}

static uint64_t hash(const int64_t *part, size_t parts)
{
	uint64_t h = 0;

	for (size_t i = 0; i < parts; i++) {
		h = (h ^ (uint64_t)part[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h;
}

static void enter(struct tw__cut_groups *groups, size_t index)
{
	uint64_t h = hash(groups->rows[index].part, groups->parts);
	size_t mask = groups->slot_count - 1, s = (size_t)h & mask;

	while (groups->slots[s].place)
		s = (s + 1) & mask;
	groups->slots[s] = (struct tw__cut_slot){ (uint32_t)(h >> 32),
		(uint32_t)index + 1 };
}

static tw_status make_slots(struct tw__cut_groups *groups, tw_error *err)
{
	size_t want = groups->slot_count ? groups->slot_count * 2 : 1024;
	struct tw__cut_slot *slots;

	if ((groups->count + 1) * 2 < groups->slot_count)
		return TW_OK;
	slots = tw_calloc(want, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	tw_free(groups->slots);
	groups->slots = slots;
	groups->slot_count = want;
	for (size_t i = 0; i < groups->count; i++)
		enter(groups, i);
	return TW_OK;
}

static bool is_same(const int64_t *a, const int64_t *b, size_t parts)
{
	for (size_t i = 0; i < parts; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static struct tw__cut_group *find(const struct tw__cut_groups *groups,
				  uint64_t h, const int64_t *part)
{
	size_t mask = groups->slot_count - 1, s;

	if (!groups->slot_count)
		return NULL;
	for (s = (size_t)h & mask; groups->slots[s].place;
	     s = (s + 1) & mask) {
		struct tw__cut_group *group =
			&groups->rows[groups->slots[s].place - 1];

		if (groups->slots[s].tag == (uint32_t)(h >> 32) &&
		    is_same(group->part, part, groups->parts))
			return group;
	}
	return NULL;
}

static tw_status add_group(struct tw__cut_group **out,
			   struct tw__cut_groups *groups, const int64_t *part,
			   tw_error *err)
{
	struct tw__cut_group *group;
	tw_status status;

	if (groups->count == TW_BREAKDOWN_ROWS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "by", "these are more "
				   "than %u rows; ask by less, by fewer "
				   "digits, or for a shorter time",
				   TW_BREAKDOWN_ROWS_MAX);
	status = make_slots(groups, err);
	if (status)
		return status;
	if (tw__grow((void **)&groups->rows, &groups->capacity,
		     groups->count + 1, sizeof(*group)))
		return tw__fail_oom(err);
	group = &groups->rows[groups->count];
	memset(group, 0, sizeof(*group));
	memcpy(group->part, part, groups->parts * sizeof(*part));
	enter(groups, groups->count++);
	*out = group;
	return TW_OK;
}

static tw_status too_much(tw_error *err)
{
	return tw__fail(err, TW_ERANGE, "a sum of this report exceeds 9.2e9 "
			"units; ask for a shorter time");
}

static tw_status add(struct tw__cut_groups *groups, uint64_t h,
		     const int64_t *part, const struct tw__cut_sums *sums,
		     tw_error *err)
{
	struct tw__cut_group *group = find(groups, h, part);
	tw_status status = TW_OK;

	if (!group)
		status = add_group(&group, groups, part, err);
	if (status)
		return status;
	return tw__cut_sums_add(&group->sums, sums) ? TW_OK : too_much(err);
}

static void ask_ahead(const struct tw__cut_groups *groups, uint64_t h)
{
	size_t s = (size_t)h & (groups->slot_count - 1);
	const struct tw__cut_group *group;

	if (!groups->slot_count || !groups->slots[s].place)
		return;
	group = &groups->rows[groups->slots[s].place - 1];
	__builtin_prefetch(group);
	__builtin_prefetch(&group->part[0]);
}

static tw_status add_waiting(struct tw__cut_groups *groups, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; i < groups->waiting_count; i++)
		ask_ahead(groups, groups->waiting[i].hash);
	for (size_t i = 0; !status && i < groups->waiting_count; i++) {
		const struct tw__cut_waiting *one = &groups->waiting[i];

		status = add(groups, one->hash, one->group.part,
			     &one->group.sums, err);
	}
	groups->waiting_count = 0;
	return status;
}

tw_status tw__cut_groups_add(struct tw__cut_groups *groups,
			     const int64_t part[TW_CUT_PARTS],
			     const struct tw__cut_sums *sums, tw_error *err)
{
	uint64_t h = hash(part, groups->parts);
	struct tw__cut_waiting *waiting;

	if (groups->count < TW_CUT_NEAR)
		return add(groups, h, part, sums, err);
	waiting = &groups->waiting[groups->waiting_count++];
	waiting->hash = h;
	memcpy(waiting->group.part, part, sizeof(waiting->group.part));
	waiting->group.sums = *sums;
	if (groups->slot_count)
		__builtin_prefetch(&groups->slots[(size_t)waiting->hash &
						  (groups->slot_count - 1)]);
	return groups->waiting_count < TW_CUT_WAITING ? TW_OK :
		add_waiting(groups, err);
}

static bool is_nothing(const struct tw__cut_sums *sums)
{
	static const struct tw__cut_sums nothing;

	return memcmp(sums, &nothing, sizeof(nothing)) == 0;
}

/* Those that say something, and their currencies as they are ordered. */
static void keep(struct tw__cut_groups *groups, const uint8_t *order,
		 size_t currencies)
{
	int64_t places[UINT8_MAX + 2] = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < currencies; i++)
		places[order[i] + 1] = (int64_t)i + 1;
	for (size_t i = 0; i < groups->count; i++) {
		struct tw__cut_group *group = &groups->rows[i];
		int64_t *currency = &group->part[groups->parts - 1];

		if (is_nothing(&group->sums))
			continue;
		*currency = places[*currency];
		groups->rows[kept++] = *group;
	}
	groups->count = kept;
}

tw_status tw__cut_groups_settle(struct tw__cut_groups *groups,
				const uint8_t *order, size_t currencies,
				tw_error *err)
{
	tw_status status = add_waiting(groups, err);

	if (status)
		return status;
	keep(groups, order, currencies);
	/* places are others now */
	tw_free(groups->slots);
	groups->slots = NULL;
	groups->slot_count = 0;
	return TW_OK;
}

/* One pass of a counting sort: stable, so that groups keep the order that the
 * parts behind this one gave them. */
static void sort_part(uint32_t *to, const uint32_t *from, size_t *starts,
		      const struct tw__cut_groups *groups, size_t part)
{
	for (size_t i = 0; i < groups->count; i++)
		starts[groups->rows[i].part[part] + 1]++;
	for (size_t i = 0, sum = 0; sum < groups->count; i++) {
		sum += starts[i + 1];
		starts[i + 1] = sum;
	}
	for (size_t i = 0; i < groups->count; i++)
		to[starts[groups->rows[from[i]].part[part]]++] = from[i];
}

static tw_status sort_parts(uint32_t *places, uint32_t *spare,
			    const struct tw__cut_groups *groups,
			    const size_t *counts, tw_error *err)
{
	uint32_t *from = places, *to = spare;

	for (size_t part = groups->parts; part-- > 0; ) {
		size_t *starts = tw_calloc(counts[part] + 1,
					   sizeof(*starts));
		uint32_t *sorted = to;

		if (!starts)
			return tw__fail_oom(err);
		sort_part(to, from, starts, groups, part);
		tw_free(starts);
		to = from;
		from = sorted;
	}
	if (from != places)
		memcpy(places, from, groups->count * sizeof(*places));
	return TW_OK;
}

tw_status tw__cut_groups_sort(uint32_t **out,
			      const struct tw__cut_groups *groups,
			      const size_t counts[TW_CUT_PARTS],
			      tw_error *err)
{
	uint32_t *places = tw_calloc(groups->count + 1, sizeof(*places));
	uint32_t *spare = tw_calloc(groups->count + 1, sizeof(*spare));
	tw_status status = TW_OK;

	if (!places || !spare)
		status = tw__fail_oom(err);
	for (size_t i = 0; !status && i < groups->count; i++)
		places[i] = (uint32_t)i;
	if (!status)
		status = sort_parts(places, spare, groups, counts, err);
	tw_free(spare);
	if (status)
		tw_free(places);
	else
		*out = places;
	return status;
}
