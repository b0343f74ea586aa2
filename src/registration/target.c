/**
 * @file src/registration/target.c  Whom a trunk speaks to
 *
 * The order: those of the first registrar before its backup's, a better
 * priority before a worse, the one that served last before its equals. One
 * that failed is held down, longer each time, and comes last meanwhile: not
 * never, because a network that comes back brings all of them back while
 * their times still run. What a Retry-After keeps away is not tried at all.
 *
 * So a trunk goes back to the first registrar by itself: at the refresh
 * after that one's hold-down it is the better one again.
 */
#include <assert.h>
#include <string.h>
#include "target.h"

tw_status tw__targets_init(struct tw_targets *targets,
			   const struct tw_trunk_config *config,
			   tw_error *err)
{
	memset(targets, 0, sizeof(*targets));
	targets->hops = config->hops;
	for (size_t i = 0; i < targets->hops; i++) {
		struct tw_resolve resolve;
		tw_status status;

		if (!config->hop[i].numeric)
			continue;
		tw__resolve_begin(&resolve, &config->hop[i], NULL);
		status = tw__targets_set(targets, i, &resolve, 0, err);
		if (status) {
			tw__targets_free(targets);
			return status;
		}
		targets->list[i].fixed = true;
	}
	if (targets->list[0].fixed)
		targets->current = &targets->list[0].target[0];
	return TW_OK;
}

void tw__targets_free(struct tw_targets *targets)
{
	for (size_t i = 0; i < TW_HOPS_MAX; i++)
		tw_free(targets->list[i].target);
	memset(targets, 0, sizeof(*targets));
}

void tw__targets_open(struct tw_targets *targets)
{
	targets->tries = 0;
	for (size_t i = 0; i < targets->hops; i++) {
		struct tw_target_list *list = &targets->list[i];

		list->asked = false;
		for (size_t n = 0; n < list->count; n++)
			list->target[n].tried = false;
	}
}

static bool is_open(const struct tw_target *target, int64_t now_us)
{
	return !target->tried && !target->taken &&
		target->retry_at <= now_us;
}

static bool is_live(const struct tw_target *target, int64_t now_us)
{
	return is_open(target, now_us) && target->held_until <= now_us &&
		!tw__target_is_doubted(target, now_us);
}

static bool must_ask(const struct tw_target_list *list, int64_t now_us)
{
	return !list->fixed && !list->asked &&
		(!list->count || now_us >= list->stale_at);
}

/* The first live one, but the present one before its equals. */
static struct tw_target *live_of(const struct tw_targets *targets, size_t hop,
				 int64_t now_us)
{
	const struct tw_target_list *list = &targets->list[hop];
	struct tw_target *current = targets->current;

	for (size_t i = 0; i < list->count; i++) {
		struct tw_target *target = &list->target[i];

		if (!is_live(target, now_us))
			continue;
		if (current && current->hop == hop &&
		    current->at.priority == target->at.priority &&
		    is_live(current, now_us))
			return current;
		return target;
	}
	return NULL;
}

/* Whose hold-down ends first; what is only doubted has none. */
static bool is_sooner(const struct tw_target *a, const struct tw_target *b,
		      int64_t now_us)
{
	int64_t held_a = a->held_until > now_us ? a->held_until : 0;
	int64_t held_b = b->held_until > now_us ? b->held_until : 0;

	return held_a != held_b ? held_a < held_b :
		a->doubted_until < b->doubted_until;
}

/* None is live. Where all that answer a REGISTER are doubted the present one
 * is as good as any: nobody goes to and fro. */
static struct tw_target *rest_of(const struct tw_targets *targets,
				 int64_t now_us)
{
	struct tw_target *best = targets->current;

	if (best && is_open(best, now_us) && best->held_until <= now_us)
		return best;
	best = NULL;
	for (size_t hop = 0; hop < targets->hops; hop++) {
		const struct tw_target_list *list = &targets->list[hop];

		for (size_t i = 0; i < list->count; i++)
			if (is_open(&list->target[i], now_us) && (!best ||
			    is_sooner(&list->target[i], best, now_us)))
				best = &list->target[i];
	}
	return best;
}

static enum tw_choice choose(struct tw_target **out, size_t *hop,
			     const struct tw_targets *targets,
			     int64_t now_us)
{
	for (*hop = 0; *hop < targets->hops; ++*hop) {
		if (must_ask(&targets->list[*hop], now_us))
			return TW_CHOICE_RESOLVE;
		*out = live_of(targets, *hop, now_us);
		if (*out)
			return TW_CHOICE_TARGET;
	}
	*out = rest_of(targets, now_us);
	return *out ? TW_CHOICE_TARGET : TW_CHOICE_NONE;
}

enum tw_choice tw__targets_choose(struct tw_targets *targets, size_t *hop,
				  bool stay, int64_t now_us)
{
	struct tw_target *chosen = targets->current;
	enum tw_choice choice = TW_CHOICE_TARGET;

	if (targets->tries == TW_TARGETS_ATTEMPT)
		return TW_CHOICE_NONE;
	if (!stay || !chosen || !is_open(chosen, now_us))
		choice = choose(&chosen, hop, targets, now_us);
	if (choice != TW_CHOICE_TARGET)
		return choice;
	targets->tries++;
	chosen->tried = true;
	targets->current = chosen;
	return TW_CHOICE_TARGET;
}

unsigned tw__targets_others(const struct tw_targets *targets, bool *worse,
			    int64_t now_us)
{
	unsigned most = TW_TARGETS_ATTEMPT - targets->tries, count = 0;
	struct tw_target *chosen;
	size_t hop;

	*worse = false;
	switch (most ? choose(&chosen, &hop, targets, now_us) :
		TW_CHOICE_NONE) {
	case TW_CHOICE_RESOLVE:
		count = 1;
		break;
	case TW_CHOICE_TARGET:
		*worse = chosen->held_until > now_us &&
			!targets->current->failures;
		break;
	default:
		return 0;
	}
	for (hop = 0; hop < targets->hops; hop++)
		for (size_t i = 0; i < targets->list[hop].count; i++)
			count += is_open(&targets->list[hop].target[i],
				now_us);
	return count < most ? count : most;
}

static struct tw_target *find(const struct tw_target_list *list,
			      const struct tw_address *at)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct tw_address *have = &list->target[i].at;

		if (have->port == at->port &&
		    have->transport == at->transport &&
		    !strcmp(have->host, at->host))
			return &list->target[i];
	}
	return NULL;
}

tw_status tw__targets_set(struct tw_targets *targets, size_t hop,
			  const struct tw_resolve *resolve, int64_t now_us,
			  tw_error *err)
{
	struct tw_target_list *list = &targets->list[hop];
	struct tw_target *made, *current = targets->current, *old;

	assert(resolve->state == TW_RESOLVE_DONE && resolve->count);
	made = tw_calloc(resolve->count, sizeof(*made));
	if (!made)
		return tw__fail_oom(err);
	if (current && current->hop == hop)
		targets->current = NULL;
	for (size_t i = 0; i < resolve->count; i++) {
		old = find(list, &resolve->target[i]);
		if (old)
			made[i] = *old;
		made[i].at = resolve->target[i];
		made[i].hop = (uint8_t)hop;
		if (old && old == current)
			targets->current = &made[i];
	}
	tw_free(list->target);
	list->target = made;
	list->count = resolve->count;
	list->stale_at = now_us + (int64_t)resolve->ttl_s * 1000000;
	return TW_OK;
}

void tw__targets_failed(struct tw_targets *targets, int64_t now_us)
{
	struct tw_target *target = targets->current;
	int64_t hold = TW_HOLD_MIN_US;

	if (!target)
		return;
	if (target->failures < UINT8_MAX)
		target->failures++;
	for (unsigned i = 1; i < target->failures && hold < TW_HOLD_MAX_US;
	     i++)
		hold *= 2;
	target->held_until = now_us + (hold < TW_HOLD_MAX_US ? hold :
		TW_HOLD_MAX_US);
}

void tw__targets_good(struct tw_targets *targets)
{
	if (!targets->current)
		return;
	targets->current->failures = 0;
	targets->current->held_until = 0;
	targets->current->retry_at = 0;
}

bool tw__targets_is_back(struct tw_targets *targets,
			 const struct tw_address *at)
{
	for (size_t hop = 0; hop < targets->hops; hop++) {
		struct tw_target *target = find(&targets->list[hop], at);

		if (!target || !target->failures || target->taken)
			continue;
		target->held_until = 0;
		return true;
	}
	return false;
}

bool tw__targets_has_other(const struct tw_targets *targets, int64_t now_us)
{
	for (size_t hop = 0; hop < targets->hops; hop++) {
		const struct tw_target_list *list = &targets->list[hop];

		if (!list->count)
			return true;
		for (size_t i = 0; i < list->count; i++) {
			const struct tw_target *target = &list->target[i];

			if (target != targets->current && !target->taken &&
			    target->retry_at <= now_us &&
			    target->held_until <= now_us &&
			    !tw__target_is_doubted(target, now_us))
				return true;
		}
	}
	return false;
}

bool tw__targets_are_taken(const struct tw_targets *targets)
{
	size_t known = 0, taken = 0;

	for (size_t hop = 0; hop < targets->hops; hop++) {
		const struct tw_target_list *list = &targets->list[hop];

		known += list->count;
		for (size_t i = 0; i < list->count; i++)
			taken += list->target[i].taken;
	}
	return known && taken == known;
}

int64_t tw__targets_retry_at(const struct tw_targets *targets, int64_t now_us)
{
	int64_t at = 0;

	for (size_t hop = 0; hop < targets->hops; hop++) {
		const struct tw_target_list *list = &targets->list[hop];

		for (size_t i = 0; i < list->count; i++) {
			if (list->target[i].taken)
				continue;
			if (list->target[i].retry_at <= now_us)
				return 0;
			if (!at || list->target[i].retry_at < at)
				at = list->target[i].retry_at;
		}
	}
	return at;
}
