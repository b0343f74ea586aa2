/**
 * @file src/rating/bundle.c  Minutes per period that calls consume
 *
 * Decides which bundles serve a call, what they have left for it and from
 * which pot its seconds are drawn. Refuses to know prices, and when anything
 * happened: instants come with the calls. A pot is one bundle's minutes of one
 * period. Counting by pots, and not by how much a period used, is what keeps
 * carried minutes from being spent twice when a record of the old period
 * comes late.
 */
#include "bundle.h"

#include "deck.h"
#include "prefix.h"
#include <string.h>

#define SECONDS_MAX 1000000000000LL

/* One version of a bundle; versions of one bundle stand together, by time. */
struct rule {
	uint64_t id;
	uint32_t period;
	bool carry_over, all_prefixes, everybody;
	int64_t seconds;
	tw_time from, to, since, until;
	uint64_t *prefixes;     /* packed */
	size_t prefix_count;
	uint64_t *departments;
	size_t department_count;
};

struct pot {
	uint64_t bundle;
	tw_time period;
	int64_t seconds;        /* drawn */
};

struct draw {
	uint64_t bundle;
	tw_time period;
	int64_t left;
};

struct span {
	tw_time from, to;
};

struct tw_bundles {
	tw_zone *zone;
	struct rule *rules;
	size_t rule_count, rule_capacity;
	struct pot *pots;       /* by bundle and period */
	size_t pot_count, pot_capacity;
	struct draw *draws;     /* of the last call asked for */
	size_t draw_count, draw_capacity;
	struct span last[TW_PERIOD_DAY + 1];    /* by kind of period */
};

/* ---- periods ---- */

static tw_status period_of(struct span *out, tw_bundles *bundles,
			   uint32_t period, tw_time at, tw_error *err)
{
	struct span *last = &bundles->last[period];

	if (at < last->from || at >= last->to) {
		tw_status status = tw_period_range(&last->from, &last->to,
			period, bundles->zone, at, err);

		if (status)
			return status;
	}
	*out = *last;
	return TW_OK;
}

/* ---- making ---- */

tw_status tw_bundles_new(tw_bundles **out, tw_zone *zone, tw_error *err)
{
	tw_bundles *bundles;

	if (!out || !zone)
		return tw__fail(err, TW_EINVAL, "bundles need a zone, for "
				"their periods");
	bundles = tw_calloc(1, sizeof(*bundles));
	if (!bundles)
		return tw__fail_oom(err);
	bundles->zone = tw_zone_ref(zone);
	*out = bundles;
	return TW_OK;
}

static void free_rule(struct rule *rule)
{
	tw_free(rule->prefixes);
	tw_free(rule->departments);
}

void tw_bundles_free(tw_bundles *bundles)
{
	if (!bundles)
		return;
	for (size_t i = 0; i < bundles->rule_count; i++)
		free_rule(&bundles->rules[i]);
	tw_free(bundles->rules);
	tw_free(bundles->pots);
	tw_free(bundles->draws);
	tw_zone_free(bundles->zone);
	tw_free(bundles);
}

void tw__bundles_zone(tw_bundles *bundles, tw_zone *zone)
{
	tw_zone *old = bundles->zone;

	bundles->zone = tw_zone_ref(zone);
	tw_zone_free(old);
	memset(bundles->last, 0, sizeof(bundles->last));
}

static tw_status check_bundle(const tw_bundle *bundle, tw_error *err)
{
	if (bundle->period < TW_PERIOD_MONTH ||
	    bundle->period > TW_PERIOD_DAY)
		return tw__fail_at(err, TW_EINVAL, 0, "period", "a bundle is "
				   "of a month, a week or a day");
	if (bundle->carry_over > 1)
		return tw__fail_at(err, TW_EINVAL, 0, "carry_over",
				   "is 0 or 1");
	if (bundle->seconds < 0 || bundle->seconds > SECONDS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "seconds", "a bundle "
				   "has 0 to 10^12 seconds");
	if (bundle->since >= bundle->until)
		return tw__fail_at(err, TW_EINVAL, 0, "until",
				   "is not after since");
	return TW_OK;
}

static tw_status copy_prefixes(struct rule *rule, const tw_bundle *bundle,
			       tw_error *err)
{
	rule->all_prefixes = !bundle->prefixes;
	if (!bundle->prefixes || !bundle->prefix_count)
		return TW_OK;
	rule->prefixes = tw_calloc(bundle->prefix_count,
				   sizeof(*rule->prefixes));
	if (!rule->prefixes)
		return tw__fail_oom(err);
	for (size_t i = 0; i < bundle->prefix_count; i++) {
		const char *prefix = bundle->prefixes[i];

		if (!prefix || !tw__prefix_pack(&rule->prefixes[i], prefix))
			return tw__fail_at(err, TW_EINVAL, 0, "prefixes",
				"'%.20s' is not 0 to 15 digits",
				prefix ? prefix : "");
	}
	rule->prefix_count = bundle->prefix_count;
	return TW_OK;
}

static tw_status copy_departments(struct rule *rule, const tw_bundle *bundle,
				  tw_error *err)
{
	size_t size = bundle->department_count * sizeof(*rule->departments);

	rule->everybody = !bundle->departments;
	if (!bundle->departments || !size)
		return TW_OK;
	rule->departments = tw_calloc(1, size);
	if (!rule->departments)
		return tw__fail_oom(err);
	memcpy(rule->departments, bundle->departments, size);
	rule->department_count = bundle->department_count;
	return TW_OK;
}

/* Where a version goes: behind the older ones of its bundle. */
static tw_status find_place(size_t *out, const tw_bundles *bundles,
			    const struct rule *rule, tw_error *err)
{
	size_t place = bundles->rule_count;

	for (size_t i = bundles->rule_count; i-- > 0; ) {
		const struct rule *other = &bundles->rules[i];

		if (other->id != rule->id)
			continue;
		if (rule->since < other->until && other->since < rule->until)
			return tw__fail_at(err, TW_ECONFLICT, 0, "since",
				"two versions of bundle %llu are in force at "
				"once; end one before the other begins",
				(unsigned long long)rule->id);
		if (other->since < rule->since) {
			place = i + 1;
			break;
		}
		place = i;
	}
	*out = place;
	return TW_OK;
}

tw_status tw_bundles_add(tw_bundles *bundles, const tw_bundle *bundle,
			 tw_error *err)
{
	struct rule rule = { 0 };
	tw_bundle b;
	size_t place = 0;
	tw_status status;

	if (!bundles)
		return tw__fail(err, TW_EINVAL, "no bundles to add to");
	status = tw__import(&b, sizeof(b), bundle, err);
	if (!status)
		status = check_bundle(&b, err);
	if (status)
		return status;
	rule.id = b.id;
	rule.period = b.period;
	rule.carry_over = b.carry_over;
	rule.seconds = b.seconds;
	rule.from = b.from;
	rule.to = b.to;
	rule.since = b.since;
	rule.until = b.until;
	status = copy_prefixes(&rule, &b, err);
	if (!status)
		status = copy_departments(&rule, &b, err);
	if (!status)
		status = find_place(&place, bundles, &rule, err);
	if (!status && tw__grow((void **)&bundles->rules,
				&bundles->rule_capacity,
				bundles->rule_count + 1, sizeof(rule)))
		status = tw__fail_oom(err);
	if (status) {
		free_rule(&rule);
		return status;
	}
	memmove(&bundles->rules[place + 1], &bundles->rules[place],
		(bundles->rule_count - place) * sizeof(rule));
	bundles->rules[place] = rule;
	bundles->rule_count++;
	return TW_OK;
}

/* ---- pots ---- */

/* The pot's place, or where it would stand. */
static size_t pot_place(const tw_bundles *bundles, uint64_t bundle,
			tw_time period)
{
	size_t low = 0, high = bundles->pot_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct pot *pot = &bundles->pots[mid];

		if (pot->bundle < bundle ||
		    (pot->bundle == bundle && pot->period < period))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct pot *find_pot(const tw_bundles *bundles, uint64_t bundle,
			    tw_time period)
{
	size_t place = pot_place(bundles, bundle, period);

	if (place == bundles->pot_count ||
	    bundles->pots[place].bundle != bundle ||
	    bundles->pots[place].period != period)
		return NULL;
	return &bundles->pots[place];
}

static int64_t drawn(const tw_bundles *bundles, uint64_t bundle,
		     tw_time period)
{
	const struct pot *pot = find_pot(bundles, bundle, period);

	return pot ? pot->seconds : 0;
}

static tw_status make_pot(struct pot **out, tw_bundles *bundles,
			  uint64_t bundle, tw_time period, tw_error *err)
{
	size_t place = pot_place(bundles, bundle, period);

	*out = find_pot(bundles, bundle, period);
	if (*out)
		return TW_OK;
	if (tw__grow((void **)&bundles->pots, &bundles->pot_capacity,
		     bundles->pot_count + 1, sizeof(**out)))
		return tw__fail_oom(err);
	*out = &bundles->pots[place];
	memmove(*out + 1, *out,
		(bundles->pot_count - place) * sizeof(**out));
	**out = (struct pot){ bundle, period, 0 };
	bundles->pot_count++;
	return TW_OK;
}

/* ---- asking ---- */

static bool serves(const struct rule *rule, const tw_bundle_call *call,
		   uint64_t number)
{
	bool found = rule->all_prefixes;

	if (call->answer < rule->since || call->answer >= rule->until)
		return false;
	for (size_t i = 0; !found && i < rule->prefix_count; i++)
		found = tw__prefix_covers(rule->prefixes[i], number);
	if (!found || rule->everybody)
		return found;
	for (size_t i = 0; i < rule->department_count; i++) {
		if (rule->departments[i] == call->department)
			return true;
	}
	return false;
}

static tw_status add_draw(tw_bundles *bundles, uint64_t bundle,
			  tw_time period, int64_t of, tw_error *err)
{
	int64_t left = of - drawn(bundles, bundle, period);

	if (left <= 0)
		return TW_OK;
	if (tw__grow((void **)&bundles->draws, &bundles->draw_capacity,
		     bundles->draw_count + 1, sizeof(*bundles->draws)))
		return tw__fail_oom(err);
	bundles->draws[bundles->draw_count++] =
		(struct draw){ bundle, period, left };
	return TW_OK;
}

/* The version that was in force as a period ended. */
static const struct rule *version_before(const tw_bundles *bundles,
					 const struct rule *rule,
					 tw_time end)
{
	for (size_t i = 0; i < bundles->rule_count; i++) {
		const struct rule *other = &bundles->rules[i];

		if (other->id == rule->id && other->since < end &&
		    other->until >= end && other->period == rule->period)
			return other;
	}
	return NULL;
}

static tw_status draws_of(tw_bundles *bundles, const struct rule *rule,
			  tw_time answer, tw_error *err)
{
	const struct rule *before;
	struct span own, last;
	tw_status status = period_of(&own, bundles, rule->period, answer,
				     err);

	if (status || own.from < rule->from || own.from >= rule->to)
		return status;
	status = add_draw(bundles, rule->id, own.from, rule->seconds, err);
	if (status || !rule->carry_over)
		return status;
	before = version_before(bundles, rule, own.from);
	if (!before || tw_period_range(&last.from, &last.to, rule->period,
				       bundles->zone, own.from - 1, NULL))
		return TW_OK;
	if (last.from < before->from || last.from >= before->to)
		return TW_OK;
	return add_draw(bundles, rule->id, last.from, before->seconds, err);
}

static tw_status read_call(tw_bundle_call *out, uint64_t *number,
			   const tw_bundle_call *call, tw_error *err)
{
	tw_status status = tw__import(out, sizeof(*out), call, err);
	size_t length;

	if (status)
		return status;
	length = out->number ? strspn(out->number, "0123456789") : 0;
	if (!length || out->number[length])
		return tw__fail_at(err, TW_EINVAL, 0, "number", "a number is "
				   "digits only; normalise it first");
	*number = tw__prefix_head(out->number, length < TW_PREFIX_DIGITS ?
				  length : TW_PREFIX_DIGITS);
	return TW_OK;
}

/* What the call may draw, in order, into bundles->draws. */
static tw_status collect(tw_bundles *bundles, const tw_bundle_call *call,
			 tw_error *err)
{
	tw_bundle_call c;
	uint64_t number = 0;
	tw_status status;

	if (!bundles)
		return tw__fail(err, TW_EINVAL, "no bundles to ask");
	bundles->draw_count = 0;
	if (!bundles->rule_count)
		return TW_OK;
	status = read_call(&c, &number, call, err);
	if (status || (c.direction != TW_DIRECTION_OUTBOUND &&
		       c.direction != TW_DIRECTION_FORWARD))
		return status;
	for (size_t i = 0; !status && i < bundles->rule_count; i++) {
		if (serves(&bundles->rules[i], &c, number))
			status = draws_of(bundles, &bundles->rules[i],
					  c.answer, err);
	}
	return status;
}

tw_status tw_bundles_left(int64_t *out_seconds, tw_bundles *bundles,
			  const tw_bundle_call *call, tw_error *err)
{
	tw_status status = out_seconds ? collect(bundles, call, err) :
		tw__fail(err, TW_EINVAL, "no place for the seconds");

	if (status)
		return status;
	*out_seconds = 0;
	for (size_t i = 0; i < bundles->draw_count; i++)
		*out_seconds += bundles->draws[i].left;
	return TW_OK;
}

/* Makes the pots first, so that taking cannot fail half way. */
static tw_status make_pots(size_t *out, tw_bundles *bundles, uint32_t room,
			   int64_t seconds, tw_error *err)
{
	size_t i;

	for (i = 0; seconds > 0 && i < bundles->draw_count; i++) {
		const struct draw *draw = &bundles->draws[i];
		struct pot *pot;
		tw_status status;

		if (i == room)
			return tw__fail_at(err, TW_ERANGE, 0, "count", "more "
				"than %u uses; make room for two a bundle",
				room);
		status = make_pot(&pot, bundles, draw->bundle, draw->period,
				  err);
		if (status)
			return status;
		seconds -= draw->left;
	}
	if (seconds > 0)
		return tw__fail_at(err, TW_ERANGE, 0, "seconds", "%lld more "
				   "than the bundles have left",
				   (long long)seconds);
	*out = i;
	return TW_OK;
}

tw_status tw_bundles_take(tw_bundle_use *out, uint32_t *count,
			  tw_bundles *bundles, const tw_bundle_call *call,
			  int64_t seconds, tw_error *err)
{
	size_t uses = 0;
	tw_status status;

	if (!count || (!out && *count) || seconds < 0)
		return tw__fail(err, TW_EINVAL, "taking needs room for uses, "
				"and seconds that are not negative");
	status = collect(bundles, call, err);
	if (!status)
		status = make_pots(&uses, bundles, *count, seconds, err);
	if (status)
		return status;
	for (size_t i = 0; i < uses; i++) {
		const struct draw *draw = &bundles->draws[i];
		int64_t part = draw->left < seconds ? draw->left : seconds;

		find_pot(bundles, draw->bundle, draw->period)->seconds +=
			part;
		seconds -= part;
		out[i] = (tw_bundle_use){ sizeof(*out), 0, draw->bundle,
			draw->period, part };
	}
	*count = (uint32_t)uses;
	return TW_OK;
}

tw_status tw_bundles_give_back(tw_bundles *bundles, const tw_bundle_use *use,
			       tw_error *err)
{
	struct pot *pot;
	tw_bundle_use u;
	tw_status status;

	if (!bundles)
		return tw__fail(err, TW_EINVAL, "no bundles to give back to");
	status = tw__import(&u, sizeof(u), use, err);
	if (status)
		return status;
	pot = find_pot(bundles, u.bundle, u.period);
	if (u.seconds < 0 || (pot ? pot->seconds : 0) < u.seconds)
		return tw__fail_at(err, TW_ERANGE, 0, "seconds", "%lld were "
			"not drawn from bundle %llu", (long long)u.seconds,
			(unsigned long long)u.bundle);
	if (pot)
		pot->seconds -= u.seconds;
	return TW_OK;
}

tw_status tw_bundles_state(tw_bundle_use *out, const tw_bundles *bundles,
			   size_t index, tw_error *err)
{
	tw_bundle_use use = TW_BUNDLE_USE_INIT;

	if (!out || !bundles)
		return tw__fail(err, TW_EINVAL, "no bundles, or no place for "
				"their state");
	if (index >= bundles->pot_count)
		return TW_ITER_END;
	use.bundle = bundles->pots[index].bundle;
	use.period = bundles->pots[index].period;
	use.seconds = bundles->pots[index].seconds;
	return tw__export(out, &use, sizeof(use), err);
}

tw_status tw_bundles_restore(tw_bundles *bundles, const tw_bundle_use *use,
			     tw_error *err)
{
	struct pot *pot;
	tw_bundle_use u;
	tw_status status;

	if (!bundles)
		return tw__fail(err, TW_EINVAL, "no bundles to restore");
	status = tw__import(&u, sizeof(u), use, err);
	if (status)
		return status;
	if (u.seconds < 0)
		return tw__fail_at(err, TW_EINVAL, 0, "seconds",
				   "drawn are 0 or more");
	status = make_pot(&pot, bundles, u.bundle, u.period, err);
	if (!status)
		pot->seconds = u.seconds;
	return status;
}
