/**
 * @file src/accounts/report_group.c  Groups of a report and what they add up
 *
 * Decides which lines are one group. Grouping is done here and not in SQL:
 * a sum that overflows there turns into a floating number, and half of what
 * a group is known by (city, contract, week) is no column of the rollup.
 */
#include <string.h>
#include "base/decimal.h"
#include "report_group.h"

bool tw__report_line_add(struct tw__report_line *a,
			 const struct tw__report_line *b)
{
	struct tw__report_line sum;
	const struct { int64_t *to; int64_t x, y; } all[] = {
		{ &sum.calls, a->calls, b->calls },
		{ &sum.answered, a->answered, b->answered },
		{ &sum.missed, a->missed, b->missed },
		{ &sum.unrated, a->unrated, b->unrated },
		{ &sum.talk_us, a->talk_us, b->talk_us },
		{ &sum.rent, a->rent, b->rent },
		{ &sum.calls_cost, a->calls_cost, b->calls_cost },
		{ &sum.forwarded_cost, a->forwarded_cost, b->forwarded_cost },
		{ &sum.corrections, a->corrections, b->corrections },
		{ &sum.net, a->net, b->net },
		{ &sum.vat, a->vat, b->vat },
		{ &sum.budgets, a->budgets, b->budgets },
		{ &sum.budget, a->budget, b->budget },
		{ &sum.spent, a->spent, b->spent },
		{ &sum.previous, a->previous, b->previous },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		if (!tw__add_i64(all[i].to, all[i].x, all[i].y))
			return false;
	}
	*a = sum;
	return true;
}

bool tw__report_line_is_zero(const struct tw__report_line *line)
{
	static const struct tw__report_line zero;

	return memcmp(line, &zero, sizeof(zero)) == 0;
}

bool tw__report_line_total(int64_t *out, const struct tw__report_line *line)
{
	return tw__add_i64(out, line->rent, line->calls_cost) &&
		tw__add_i64(out, *out, line->forwarded_cost) &&
		tw__add_i64(out, *out, line->corrections);
}

void tw__report_groups_free(struct tw__report_groups *groups)
{
	tw_free(groups->rows);
	tw_free(groups->slots);
	memset(groups, 0, sizeof(*groups));
}

static size_t slot_of(const struct tw__report_key *key, size_t mask)
{
	const int64_t part[] = { key->period, key->department, key->city,
		key->payee, key->number, key->destination, key->direction,
		key->contract, key->currency };
	uint64_t h = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(part); i++) {
		h = (h ^ (uint64_t)part[i]) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return (size_t)h & mask;
}

static void enter(struct tw__report_groups *groups, size_t index)
{
	size_t mask = groups->slot_count - 1;
	size_t s = slot_of(&groups->rows[index].key, mask);

	while (groups->slots[s])
		s = (s + 1) & mask;
	groups->slots[s] = (uint32_t)index + 1;
}

static tw_status make_slots(struct tw__report_groups *groups, tw_error *err)
{
	size_t want = groups->slot_count ? groups->slot_count * 2 : 64;
	uint32_t *slots;

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

struct tw__report_group *tw__report_groups_find(
	const struct tw__report_groups *groups,
	const struct tw__report_key *key)
{
	size_t mask = groups->slot_count - 1, s;

	if (!groups->slot_count)
		return NULL;
	for (s = slot_of(key, mask); groups->slots[s]; s = (s + 1) & mask) {
		struct tw__report_group *group =
			&groups->rows[groups->slots[s] - 1];

		if (memcmp(&group->key, key, sizeof(*key)) == 0)
			return group;
	}
	return NULL;
}

tw_status tw__report_groups_add(struct tw__report_groups *groups,
				const struct tw__report_key *key,
				const struct tw__report_line *line,
				tw_error *err)
{
	struct tw__report_group *group = tw__report_groups_find(groups, key);
	tw_status status;

	if (!group) {
		status = make_slots(groups, err);
		if (status)
			return status;
		if (tw__grow((void **)&groups->rows, &groups->capacity,
			     groups->count + 1, sizeof(*group)))
			return tw__fail_oom(err);
		group = &groups->rows[groups->count];
		memset(group, 0, sizeof(*group));
		group->key = *key;
		enter(groups, groups->count++);
	}
	return tw__report_line_add(&group->line, line) ? TW_OK :
		tw__fail(err, TW_ERANGE, "a sum of this report exceeds 9.2e9 "
			 "units; ask for a shorter time");
}
