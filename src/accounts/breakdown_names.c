/**
 * @file src/accounts/breakdown_names.c  Values of a key as people read them
 *
 * Decides what a value is called and which comes first. Each different value
 * is looked up and compared once, however many rows have it; rows are then
 * sorted by the places of their names. Refuses to add up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/e164.h"
#include "base/zone.h"
#include "breakdown_names.h"
#include "breakdown_read.h"
#include "report.h"

struct named {
	int64_t value;
	size_t place;            /* among the values */
	uint32_t cut;            /* for the order */
	tw__cut_text text;
};

/* The different values of a part, as they were met, and the place of each
 * one's name. */
struct values {
	int64_t *rows, *ranks;
	size_t count, capacity;
	uint32_t *slots;         /* place + 1, by a hash of the value */
	size_t slot_count;
};

static const char *const directions[] = { "", "outbound", "inbound",
	"forward", "internal" };
static const char *const statuses[] = { "", "answered", "no_answer", "busy",
	"failed", "cancelled" };

static const char *word_of(const char *const *words, size_t count,
			   int64_t value)
{
	return value >= 0 && value < (int64_t)count ? words[value] : "";
}

static tw_status read_name(char *out, const char *sql,
			   const struct tw__cut_naming *naming, int64_t id,
			   tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, naming->store, sql, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, id);
	if (naming->cut != TW_CUT_DESTINATION)
		tw__bind_i64(stmt, 2, naming->end);
	status = tw__step(stmt, err);
	if (status)
		return status == TW_ITER_END ? TW_OK : status;
	tw__utf8_cut(out, sizeof(tw__cut_text), tw__col_text(stmt, 0));
	tw__reset(stmt);
	return TW_OK;
}

static const char *question_of(uint32_t cut)
{
	switch (cut) {
	case TW_CUT_DEPARTMENT:
		return "SELECT name FROM department" TW_AS_OF_END;
	case TW_CUT_CARRIER:
		return "SELECT name FROM carrier" TW_AS_OF_END;
	case TW_CUT_TRUNK:
		return "SELECT name FROM trunk" TW_AS_OF_END;
	case TW_CUT_NUMBER:
		return "SELECT name FROM number" TW_AS_OF_END;
	case TW_CUT_DESTINATION:
		return "SELECT text FROM word WHERE id = ?";
	}
	return NULL;
}

static void write_value(char *out, uint32_t cut, int64_t value)
{
	const size_t size = sizeof(tw__cut_text);
	long long v = value;

	switch (cut) {
	case TW_CUT_DIRECTION:
		snprintf(out, size, "%s", word_of(directions,
			 TW_ARRAY_COUNT(directions), value));
		break;
	case TW_CUT_STATUS:
		snprintf(out, size, "%s", word_of(statuses,
			 TW_ARRAY_COUNT(statuses), value));
		break;
	case TW_CUT_PREFIX:
		/* without the 1 that it begins with */
		snprintf(out, size, "%lld", v);
		memmove(out, out + 1, strlen(out));
		break;
	case TW_CUT_MONTH:
		snprintf(out, size, "%04lld-%02lld", v / 100, v % 100);
		break;
	case TW_CUT_DAY:
		snprintf(out, size, "%04lld-%02lld-%02lld", v / 10000,
			 v / 100 % 100, v % 100);
		break;
	case TW_CUT_HOUR:
		snprintf(out, size, "%02lld", v - 1);
		break;
	case TW_CUT_DURATION:
		snprintf(out, size, "%lld", v - 1);
		break;
	default:
		snprintf(out, size, "%lld", v);
	}
}

static tw_status name_one(struct named *named,
			  const struct tw__cut_naming *naming, tw_error *err)
{
	const char *question = question_of(naming->cut);

	named->cut = naming->cut;
	named->text[0] = '\0';
	if (!named->value)
		return TW_OK;
	if (question)
		return read_name(named->text, question, naming, named->value,
				 err);
	write_value(named->text, naming->cut, named->value);
	return TW_OK;
}

static int by_value(const void *x, const void *y)
{
	const struct named *a = x, *b = y;

	return (a->value > b->value) - (a->value < b->value);
}

/* "60" is less than "180", as seconds are. */
static int by_name(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	int order;

	if (!*a->text || !*b->text)
		return (!*a->text && !*b->text) ? by_value(x, y) :
			!*a->text - !*b->text;
	if (a->cut == TW_CUT_DURATION)
		return by_value(x, y);
	order = strcmp(a->text, b->text);
	return order ? order : by_value(x, y);
}

static uint32_t *slot_of(const struct values *values, int64_t value)
{
	size_t mask = values->slot_count - 1;
	size_t s = (size_t)(((uint64_t)value * 0x9e3779b97f4a7c15u) >> 32) &
		mask;

	while (values->slots[s] &&
	       values->rows[values->slots[s] - 1] != value)
		s = (s + 1) & mask;
	return &values->slots[s];
}

static tw_status make_slots(struct values *values, tw_error *err)
{
	size_t want = values->slot_count ? values->slot_count * 2 : 256;
	uint32_t *slots;

	if ((values->count + 1) * 2 < values->slot_count)
		return TW_OK;
	slots = tw_calloc(want, sizeof(*slots));
	if (!slots)
		return tw__fail_oom(err);
	tw_free(values->slots);
	values->slots = slots;
	values->slot_count = want;
	for (size_t i = 0; i < values->count; i++)
		*slot_of(values, values->rows[i]) = (uint32_t)i + 1;
	return TW_OK;
}

static tw_status gather(struct values *out,
			const struct tw__cut_groups *groups, size_t place,
			tw_error *err)
{
	tw_status status = make_slots(out, err);

	for (size_t i = 0; !status && i < groups->count; i++) {
		int64_t value = groups->rows[i].part[place];
		uint32_t *slot = slot_of(out, value);

		if (*slot)
			continue;
		if (tw__grow((void **)&out->rows, &out->capacity,
			     out->count + 1, sizeof(*out->rows)))
			return tw__fail_oom(err);
		out->rows[out->count++] = value;
		*slot = (uint32_t)out->count;
		status = make_slots(out, err);
	}
	return status;
}

static tw_status name_all(struct named *named, const struct values *values,
			  const struct tw__cut_naming *naming, tw_error *err)
{
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < values->count; i++) {
		named[i].value = values->rows[i];
		named[i].place = i;
		status = name_one(&named[i], naming, err);
	}
	if (!status && values->count)
		qsort(named, values->count, sizeof(*named), by_name);
	return status;
}

/* Values become places of names. */
static void rank(struct tw__cut_groups *groups, size_t place,
		 const struct values *values)
{
	for (size_t i = 0; i < groups->count; i++) {
		int64_t *part = &groups->rows[i].part[place];

		*part = values->ranks[*slot_of(values, *part) - 1];
	}
}

static tw_status set_texts(struct tw__cut_names *out, struct values *values,
			   const struct tw__cut_naming *naming, tw_error *err)
{
	struct named *named = tw_calloc(values->count + 1, sizeof(*named));
	tw_status status = TW_OK;

	out->texts = tw_calloc(values->count + 1, sizeof(*out->texts));
	values->ranks = tw_calloc(values->count + 1, sizeof(*values->ranks));
	if (!named || !out->texts || !values->ranks)
		status = tw__fail_oom(err);
	if (!status)
		status = name_all(named, values, naming, err);
	for (size_t i = 0; !status && i < values->count; i++) {
		values->ranks[named[i].place] = (int64_t)i;
		memcpy(out->texts[i], named[i].text, sizeof(*out->texts));
		out->count = i + 1;
	}
	tw_free(named);
	return status;
}

tw_status tw__cut_names_set(struct tw__cut_names *out,
			    struct tw__cut_groups *groups, size_t place,
			    const struct tw__cut_naming *naming,
			    tw_error *err)
{
	struct values values = { 0 };
	tw_status status = gather(&values, groups, place, err);

	if (!status)
		status = set_texts(out, &values, naming, err);
	if (!status)
		rank(groups, place, &values);
	tw_free(values.rows);
	tw_free(values.ranks);
	tw_free(values.slots);
	return status;
}

static const char *known_of(uint32_t cut)
{
	switch (cut) {
	case TW_CUT_DEPARTMENT:
		return "SELECT 1 FROM department WHERE name = ? LIMIT 1";
	case TW_CUT_CARRIER:
		return "SELECT 1 FROM carrier WHERE name = ? LIMIT 1";
	case TW_CUT_TRUNK:
		return "SELECT 1 FROM trunk WHERE name = ? LIMIT 1";
	case TW_CUT_NUMBER:
		return "SELECT 1 FROM number WHERE name = ? LIMIT 1";
	}
	return NULL;
}

static bool is_one_of(uint32_t cut, int64_t last, const char *name)
{
	tw__cut_text text;

	for (int64_t value = 1; value <= last; value++) {
		write_value(text, cut, value);
		if (strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static bool is_duration(const char *name)
{
	tw__cut_text text;

	for (size_t i = 0; i < TW_CUT_DURATIONS; i++) {
		write_value(text, TW_CUT_DURATION,
			    tw__cut_durations_s[i] + 1);
		if (strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* Whether any call could have it, of keys that no directory names. */
static bool is_possible(uint32_t cut, const char *name)
{
	tw_time from, to;

	switch (cut) {
	case TW_CUT_DIRECTION:
		return is_one_of(cut, TW_ARRAY_COUNT(directions) - 1, name);
	case TW_CUT_STATUS:
		return is_one_of(cut, TW_ARRAY_COUNT(statuses) - 1, name);
	case TW_CUT_WEEKDAY:
		return is_one_of(cut, 7, name);
	case TW_CUT_HOUR:
		return is_one_of(cut, 24, name);
	case TW_CUT_DURATION:
		return is_duration(name);
	case TW_CUT_PREFIX:
		return tw__digits_only(name);
	case TW_CUT_MONTH:
		return !tw_month_range(&from, &to, name, tw__zone_utc(),
				       NULL);
	case TW_CUT_DAY:
		/* a date and no more */
		return strlen(name) == 10 &&
			!tw_time_parse(&from, name, tw__zone_utc(), NULL);
	}
	return true;
}

/* A slip of the pen would be a report of nothing. */
static tw_status must_be_known(const struct tw__cut_naming *naming,
			       const char *name, tw_error *err)
{
	const char *question = known_of(naming->cut);
	struct tw_stmt *stmt;
	tw_status status;

	if (!*name)
		return TW_OK;
	if (!is_possible(naming->cut, name))
		return tw__fail_at(err, TW_EINVAL, 0, "only", "no call could "
				   "ever have '%.80s'; write it as rows of "
				   "the breakdown have it", name);
	if (!question)
		return TW_OK;
	status = tw__stmt(&stmt, naming->store, question, err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	status = tw__step(stmt, err);
	if (status == TW_ITER_END)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "only", "the "
				   "directory never had '%.80s'", name);
	tw__reset(stmt);
	return status;
}

tw_status tw__cut_names_only(struct tw__cut_groups *groups, size_t place,
			     const struct tw__cut_names *names,
			     const struct tw__cut_naming *naming,
			     const char *only, tw_error *err)
{
	tw_status status = must_be_known(naming, only, err);
	size_t kept = 0;

	if (status)
		return status;
	for (size_t i = 0; i < groups->count; i++) {
		const struct tw__cut_group *group = &groups->rows[i];

		if (strcmp(names->texts[group->part[place]], only) == 0)
			groups->rows[kept++] = *group;
	}
	groups->count = kept;
	return TW_OK;
}

void tw__cut_names_free(struct tw__cut_names *names)
{
	tw_free(names->texts);
	names->texts = NULL;
	names->count = 0;
}
