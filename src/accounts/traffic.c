/**
 * @file src/accounts/traffic.c  Who calls, who was missed, what a call costs
 *
 * Decides which group a call counts in, who is new, and which missed call was
 * made good in time. One pass over all calls, because who is new is known
 * only from all that came before; a mark for each identity and a line for each
 * call of the months are what it keeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decimal.h"
#include "rating/deck.h"
#include "report_period.h"
#include "traffic_cost.h"
#include "traffic_groups.h"
#include "traffic_keys.h"

#define HOURS_MAX 8760u
#define HOURS_OF_WEEK 168

struct tw_traffic {
	tw_traffic_row *rows;
	size_t count, capacity, next;
};

struct person {
	bool in_month;           /* has called in one of them */
	bool fresh;              /* for the first time */
	int64_t first_key;       /* in this group, when fresh */
	size_t waiting;          /* his last missed call, place + 1 */
};

struct missed {
	tw_time start;
	int64_t key;
	size_t next;             /* another one of his, place + 1 */
	bool returned;
};

struct visit {
	int64_t key, identity;
};

struct maker {
	tw_store *store;
	tw_traffic_options options;
	struct tw__book book;
	int64_t months[2];       /* first and last, included */
	tw_time from, to;
	int64_t window;
	bool *people, *before;   /* by identity */
	size_t people_count;
	struct person *persons;
	struct tw__traffic_keys keys;
	struct tw__traffic_groups groups;
	struct missed *missed;
	size_t missed_count, missed_capacity;
	struct visit *visits;
	size_t visit_count, visit_capacity;
	struct tw_traffic *out;
};

/* ---- one call ---- */

static struct person *find_person(struct maker *m, int64_t identity)
{
	if (identity <= 0 || (size_t)identity >= m->people_count ||
	    !m->people[identity])
		return NULL;
	return &m->persons[identity];
}

static tw_status add_visit(struct maker *m, struct person *person,
			   int64_t identity, int64_t key, tw_error *err)
{
	if (tw__grow((void **)&m->visits, &m->visit_capacity,
		     m->visit_count + 1, sizeof(*m->visits)))
		return tw__fail_oom(err);
	m->visits[m->visit_count++] = (struct visit){ key, identity };
	if (!person->in_month && !m->before[identity]) {
		person->fresh = true;
		person->first_key = key;
	}
	person->in_month = true;
	return TW_OK;
}

static tw_status add_missed(struct maker *m, struct person *person,
			    tw_time start, int64_t key, tw_error *err)
{
	if (tw__grow((void **)&m->missed, &m->missed_capacity,
		     m->missed_count + 1, sizeof(*m->missed)))
		return tw__fail_oom(err);
	m->missed[m->missed_count++] = (struct missed){ start, key,
		person->waiting, false };
	person->waiting = m->missed_count;
	return TW_OK;
}

/* What began at the same instant was not made good by it. */
static void make_good(struct maker *m, struct person *person, tw_time at)
{
	size_t keep = 0;

	while (person->waiting) {
		size_t place = person->waiting;
		struct missed *missed = &m->missed[place - 1];

		person->waiting = missed->next;
		if (missed->start >= at) {
			missed->next = keep;
			keep = place;
		} else {
			missed->returned = at - missed->start <= m->window;
		}
	}
	person->waiting = keep;
}

static tw_status count_offered(struct maker *m, struct person *person,
			       const struct tw__traffic_call *call,
			       tw_error *err)
{
	struct tw__traffic_group one = { .talk_us = call->duration_us,
		.answered = call->answered, .missed = !call->answered,
		.hidden = !person,
		.missed_hidden = !person && !call->answered,
		.wait_us = call->answered ? call->wait_us : 0,
		.ends_known = !call->answered && call->end_known };
	struct tw__traffic_group *group;
	int64_t key;
	tw_status status = tw__traffic_key(&key, &m->keys, call, err);

	if (one.ends_known)
		one.abandon_us = call->end_us;
	if (!status)
		status = tw__traffic_group(&group, &m->groups, key, err);
	if (!status)
		status = tw__traffic_group_add(group, &one, err);
	if (!status && person)
		status = add_visit(m, person, call->caller, key, err);
	if (!status && person && !call->answered)
		status = add_missed(m, person, call->start, key, err);
	return status;
}

static bool has_cost(const struct maker *m)
{
	return m->options.by == TW_CALLS_BY_NUMBER ||
		m->options.by == TW_CALLS_BY_CAMPAIGN;
}

static tw_status count_charge(struct maker *m,
			      const struct tw__traffic_call *call,
			      tw_error *err)
{
	struct tw__traffic_group one = { 0 };
	struct tw__traffic_group *group;
	int64_t key;
	tw_status status = tw__traffic_key(&key, &m->keys, call, err);

	if (strcmp(call->currency, m->book.currency) == 0)
		one.charges_nanos = call->cost_nanos;
	else
		one.other_currency = 1;
	if (!status)
		status = tw__traffic_group(&group, &m->groups, key, err);
	return status ? status : tw__traffic_group_add(group, &one, err);
}

static tw_status see(const struct tw__traffic_call *call, void *arg,
		     tw_error *err)
{
	struct maker *m = arg;
	struct person *person = find_person(m, tw__traffic_party(call));
	bool in_month = call->start >= m->from && call->start < m->to;
	tw_status status = TW_OK;

	if (person && call->answered)
		make_good(m, person, call->start);
	if (in_month && has_cost(m) && call->rated &&
	    (call->direction == TW_DIRECTION_INBOUND ||
	     call->direction == TW_DIRECTION_FORWARD))
		status = count_charge(m, call, err);
	if (!status && in_month && tw__traffic_is_inbound(call))
		status = count_offered(m, person, call, err);
	return status;
}

/* ---- what calls do not say ---- */

/* What the directory has in the month is a row, whether anybody called. */
static tw_status add_declared(struct maker *m, tw_error *err)
{
	struct tw__traffic_group *group;
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < m->keys.numbers.count; i++) {
		const struct tw__traffic_version *row =
			&m->keys.numbers.rows[i];
		int64_t key = row->id;

		if (row->from >= m->to || row->to <= m->from)
			continue;
		if (m->options.by == TW_CALLS_BY_CAMPAIGN) {
			if (!*row->text)
				continue;
			status = tw__traffic_campaign_key(&key, &m->keys,
							  row->text, err);
		}
		if (!status)
			status = tw__traffic_group(&group, &m->groups, key,
						   err);
	}
	return status;
}

static tw_status add_hours(struct maker *m, tw_error *err)
{
	struct tw__traffic_group *group;
	tw_status status = TW_OK;

	for (int64_t key = 0; !status && key < HOURS_OF_WEEK; key++)
		status = tw__traffic_group(&group, &m->groups, key, err);
	return status;
}

static tw_status add_rest(struct maker *m, tw_error *err)
{
	tw_status status = TW_OK;

	if (m->options.by == TW_CALLS_BY_HOUR)
		return add_hours(m, err);
	if (m->options.by != TW_CALLS_BY_DEPARTMENT)
		status = add_declared(m, err);
	if (!status && has_cost(m) && *m->book.currency)
		status = tw__traffic_rents(&m->groups, &m->keys, m->store,
					   &m->book, m->months, err);
	return status;
}

static int by_visit(const void *x, const void *y)
{
	const struct visit *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->identity > b->identity) - (a->identity < b->identity);
}

static tw_status count_people(struct maker *m, tw_error *err)
{
	struct tw__traffic_group *group;
	tw_status status = TW_OK;

	if (m->visit_count)
		qsort(m->visits, m->visit_count, sizeof(*m->visits),
		      by_visit);
	for (size_t i = 0; !status && i < m->visit_count; i++) {
		const struct visit *visit = &m->visits[i];
		const struct person *person = &m->persons[visit->identity];

		if (i && by_visit(visit, visit - 1) == 0)
			continue;
		status = tw__traffic_group(&group, &m->groups, visit->key,
					   err);
		if (status)
			break;
		group->callers++;
		group->first_time += person->fresh &&
			person->first_key == visit->key;
	}
	for (size_t i = 0; !status && i < m->missed_count; i++) {
		status = tw__traffic_group(&group, &m->groups,
					   m->missed[i].key, err);
		if (!status)
			group->unreturned += !m->missed[i].returned;
	}
	return status;
}

/* ---- rows ---- */

static int by_name(const void *x, const void *y)
{
	const tw_traffic_row *a = x, *b = y;

	if (a->weekday != b->weekday || a->hour != b->hour)
		return a->weekday * 24 + a->hour < b->weekday * 24 + b->hour ?
			-1 : 1;
	if (!*a->name || !*b->name)
		return !*a->name - !*b->name;
	return strcmp(a->name, b->name);
}

static tw_status push(struct maker *m, const struct tw__traffic_group *group,
		      bool total, tw_error *err)
{
	struct tw_traffic *out = m->out;
	tw_traffic_row *row;

	if (tw__grow((void **)&out->rows, &out->capacity, out->count + 1,
		     sizeof(*row)))
		return tw__fail_oom(err);
	row = &out->rows[out->count++];
	*row = (tw_traffic_row)TW_TRAFFIC_ROW_INIT;
	row->is_total = total;
	if (!total)
		tw__traffic_name(row, &m->keys, group->key);
	return tw__traffic_row(row, group, has_cost(m) ? m->book.currency :
			       "", err);
}

static tw_status make_rows(struct maker *m, tw_error *err)
{
	struct tw__traffic_group total = { 0 };
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < m->groups.count; i++) {
		status = tw__traffic_group_add(&total, &m->groups.rows[i],
					       err);
		if (!status)
			status = push(m, &m->groups.rows[i], false, err);
	}
	if (status)
		return status;
	if (m->out->count)
		qsort(m->out->rows, m->out->count, sizeof(*m->out->rows),
		      by_name);
	for (size_t i = 0; i < m->people_count; i++) {
		total.callers += m->persons[i].in_month;
		total.first_time += m->persons[i].fresh;
	}
	return push(m, &total, true, err);
}

/* ---- all of it ---- */

static tw_status read_range(struct maker *m, tw_error *err)
{
	const char *from = m->options.month;
	const char *to = m->options.to ? m->options.to : from;
	tw_time between;
	int64_t count;
	tw_status status = tw__book_parse(&m->months[0], &m->from, &between,
					  &m->book, from, err);

	if (!status)
		status = tw__book_parse(&m->months[1], &between, &m->to,
					&m->book, to, err);
	if (status)
		return status;
	count = tw__month_span(m->months[0], m->months[1]);
	if (count < 1)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%.20s is before "
				   "%.20s; give the later month last", to,
				   from);
	if (count > TW_REPORT_MONTHS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "%lld months are "
				   "more than %d; ask for a shorter time",
				   (long long)count, TW_REPORT_MONTHS_MAX);
	return TW_OK;
}

static tw_status read_directory(struct maker *m, tw_error *err)
{
	tw_status status = tw__traffic_numbers(&m->keys.numbers, m->store,
					       err);

	if (!status)
		status = tw__traffic_departments(&m->keys.departments,
						 m->store, err);
	if (!status)
		status = tw__traffic_people(&m->people, &m->people_count,
					    m->store, err);
	if (status)
		return status;
	m->persons = tw_calloc(m->people_count, sizeof(*m->persons));
	m->before = tw_calloc(m->people_count, sizeof(*m->before));
	return m->persons && m->before ? TW_OK : tw__fail_oom(err);
}

static tw_status read_all(struct maker *m, tw_error *err)
{
	tw_time range[2];
	tw_status status = tw__book_open(&m->book, m->store, NULL, err);

	if (!status)
		status = read_range(m, err);
	m->keys = (struct tw__traffic_keys){ .by = m->options.by,
		.zone = m->book.zone, .from = m->from, .to = m->to };
	if (!status)
		status = read_directory(m, err);
	if (!status)
		status = tw__traffic_callers(m->before, m->people_count,
					     m->store, m->from, err);
	range[0] = m->from;
	if (!tw__add_i64(&range[1], m->to, m->window))
		range[1] = TW_TIME_MAX;
	if (!status)
		status = tw__traffic_scan(m->store, range, see, m, err);
	return status ? status : add_rest(m, err);
}

static void maker_free(struct maker *m)
{
	tw__book_close(&m->book);
	tw__traffic_keys_free(&m->keys);
	tw_free(m->people);
	tw_free(m->before);
	tw_free(m->persons);
	tw_free(m->missed);
	tw_free(m->visits);
	tw__traffic_groups_free(&m->groups);
	tw_traffic_free(m->out);
}

static tw_status make(struct maker *m, tw_error *err)
{
	struct tw_tx tx;
	tw_status status = tw__read_enter(&tx, m->store, err);

	if (status)
		return status;
	status = read_all(m, err);
	if (!status)
		status = count_people(m, err);
	if (!status)
		status = make_rows(m, err);
	tw__read_leave(&tx, m->store);
	return status;
}

tw_status tw_report_traffic(tw_traffic **out, tw_store *store,
			    const tw_traffic_options *options, tw_error *err)
{
	struct maker m = { .store = store };
	tw_status status;

	if (!out || !store || !options)
		return tw__fail(err, TW_EINVAL, "a report needs out, store "
				"and options");
	m.options = (tw_traffic_options)TW_TRAFFIC_OPTIONS_INIT;
	status = tw__import(&m.options, sizeof(m.options), options, err);
	if (status)
		return status;
	if (!m.options.month)
		return tw__fail(err, TW_EINVAL, "a report needs a month");
	if (!m.options.by || m.options.by > TW_CALLS_BY_HOUR)
		return tw__fail_at(err, TW_EINVAL, 0, "by", "is %u; use "
				   "TW_CALLS_BY_", (unsigned)m.options.by);
	if (!m.options.callback_hours || m.options.callback_hours > HOURS_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "callback_hours",
				   "is %u; give 1 to %u",
				   (unsigned)m.options.callback_hours,
				   HOURS_MAX);
	m.window = m.options.callback_hours * 3600LL * TW_SECOND;
	m.out = tw_calloc(1, sizeof(*m.out));
	status = m.out ? make(&m, err) : tw__fail_oom(err);
	if (!status) {
		*out = m.out;
		m.out = NULL;
	}
	maker_free(&m);
	return status;
}

tw_status tw_traffic_next(tw_traffic_row *out, tw_traffic *traffic,
			  tw_error *err)
{
	tw_status status;

	if (!out || !traffic)
		return tw__fail(err, TW_EINVAL, "no report");
	if (traffic->next == traffic->count)
		return TW_ITER_END;
	status = tw__export(out, &traffic->rows[traffic->next], sizeof(*out),
			    err);
	if (!status)
		traffic->next++;
	return status;
}

void tw_traffic_free(tw_traffic *traffic)
{
	if (!traffic)
		return;
	tw_free(traffic->rows);
	tw_free(traffic);
}
