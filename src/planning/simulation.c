/*
 * What is to be simulated, and the figures of the last run. How it is played
 * stands in play.c.
 */
#include "simulation.h"

#include <math.h>
#include <string.h>

#define CALLS_MAX  1e7
#define GIVEN_MAX  10000000u
#define PER_HOUR_US 3.6e9
#define TIME_MAX   (TW_TIME_MAX / 2)   /* whatever is added fits */
#define REDIAL_MAX 0.9                 /* else they hardly ever end */
#define SPAN       "is not after from, or before 1970 or absurdly late"

static bool is_span(tw_time from, tw_time to)
{
	return from >= 0 && from < to && to <= TIME_MAX;
}

static tw_status check_given(const char *field, const double *s, size_t count,
			     tw_error *err)
{
	tw_status status = TW_OK;
	size_t i;

	if (count > GIVEN_MAX || (count && !s))
		return tw__fail_at(err, TW_EINVAL, 0, field, "is missing, or "
				   "more than %u times", GIVEN_MAX);
	for (i = 0; i < count && !status; ++i)
		status = tw__seconds_check(field, s[i], true, err);
	return status;
}

static tw_status check(const tw_simulation_options *o, tw_error *err)
{
	tw_status status = TW_OK;

	if (!is_span(o->from, o->to))
		return tw__fail_at(err, TW_EINVAL, 0, "to", SPAN);
	if (!o->talk_count)
		status = tw__seconds_check("talk_s", o->talk_s, false, err);
	if (!status && !o->patience_count)
		status = tw__seconds_check("patience_s", o->patience_s, true,
					   err);
	if (!status)
		status = tw__seconds_check("answer_s", o->answer_s, true,
					   err);
	if (!status && o->answer_share != 1)
		status = tw__share_check("answer_share", o->answer_share,
					 err);
	if (!status)
		status = tw__seconds_check("within_s", o->within_s, true,
					   err);
	if (!status)
		status = tw__seconds_check("short_s", o->short_s, true, err);
	if (!status && !(o->redial_share >= 0 &&
			 o->redial_share <= REDIAL_MAX))
		status = tw__fail_at(err, TW_EINVAL, 0, "redial_share",
				     "%g is no share of callers; 0 to %g",
				     o->redial_share, REDIAL_MAX);
	if (!status && o->redial_share > 0 && !(o->redial_after_s >= 1))
		status = tw__fail_at(err, TW_EINVAL, 0, "redial_after_s",
				     "%g s is too soon; 1 or more",
				     o->redial_after_s);
	if (!status && o->redial_share > 0)
		status = tw__seconds_check("redial_after_s",
					   o->redial_after_s, false, err);
	if (!status)
		status = check_given("talks_s", o->talks_s, o->talk_count,
				     err);
	if (!status)
		status = check_given("patiences_s", o->patiences_s,
				     o->patience_count, err);
	return status;
}

static double *copy(const double *s, size_t count)
{
	double *made = tw_calloc(count, sizeof(*made));

	if (made)
		memcpy(made, s, count * sizeof(*made));
	return made;
}

tw_status tw_simulation_new(tw_simulation **out,
			    const tw_simulation_options *options,
			    tw_error *err)
{
	struct tw_simulation *made;
	tw_simulation_options o;
	tw_status status = tw__import(&o, sizeof(o), options, err);

	if (!status && !out)
		status = tw__fail(err, TW_EINVAL, "nowhere to put it");
	if (!status)
		status = check(&o, err);
	if (status)
		return status;
	made = tw_calloc(1, sizeof(*made));
	if (!made)
		return tw__fail_oom(err);
	made->options = o;
	if (o.talk_count)
		made->talks_s = copy(o.talks_s, o.talk_count);
	if (o.patience_count)
		made->patiences_s = copy(o.patiences_s, o.patience_count);
	if ((o.talk_count && !made->talks_s) ||
	    (o.patience_count && !made->patiences_s)) {
		tw_simulation_free(made);
		return tw__fail_oom(err);
	}
	*out = made;
	return TW_OK;
}

void tw_simulation_free(tw_simulation *simulation)
{
	if (!simulation)
		return;
	tw_free(simulation->talks_s);
	tw_free(simulation->patiences_s);
	tw_free(simulation->stream);
	tw_free(simulation->plan);
	tw_free(simulation->use);
	tw_free(simulation);
}

static tw_status check_stream(const tw_simulation *simulation,
			      const tw_simulation_stream *stream,
			      double expected, tw_error *err)
{
	if (!is_span(stream->from, stream->to))
		return tw__fail_at(err, TW_EINVAL, 0, "to", SPAN);
	if (!(stream->per_hour >= 0))
		return tw__fail_at(err, TW_EINVAL, 0, "per_hour", "%g is no "
				   "number of calls; 0 or more",
				   stream->per_hour);
	if (stream->sources > TW_PLANNING_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "sources", "%u are more "
				   "than %u", stream->sources,
				   TW_PLANNING_MAX);
	if (stream->priority > TW_PRIORITY_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "priority", "%u; write "
				   "0 to %u", stream->priority,
				   TW_PRIORITY_MAX);
	if (!(simulation->expected + expected <= CALLS_MAX))
		return tw__fail_at(err, TW_ERANGE, 0, "per_hour", "%g makes "
				   "more than %g calls in all; simulate a "
				   "shorter time", stream->per_hour,
				   CALLS_MAX);
	return TW_OK;
}

/* Index of the plan's sums; a new one of zeros. */
static tw_status find_plan(uint32_t *out, tw_simulation *simulation,
			   uint32_t id)
{
	size_t i;

	for (i = 0; i < simulation->plan_count; ++i) {
		if (simulation->plan[i].id == id)
			break;
	}
	if (i == simulation->plan_count) {
		if (tw__grow((void **)&simulation->plan,
			     &simulation->plan_capacity, i + 1,
			     sizeof(*simulation->plan)))
			return TW_ENOMEM;
		simulation->plan[i] = (struct tw_simulated_plan){
			.id = id, .sums = TW_SIMULATED_CALLS_INIT };
		++simulation->plan_count;
	}
	*out = (uint32_t)i;
	return TW_OK;
}

tw_status tw_simulation_add_stream(tw_simulation *simulation,
				   const tw_simulation_stream *stream,
				   tw_error *err)
{
	struct tw_stream made = { 0 };
	tw_simulation_stream s;
	tw_status status;
	double expected;

	if (!simulation)
		return tw__fail(err, TW_EINVAL, "no simulation given");
	status = tw__import(&s, sizeof(s), stream, err);
	if (status)
		return status;
	made.from = s.from;
	made.to = s.to;
	made.per_us = s.per_hour / PER_HOUR_US;
	made.sources = s.sources;
	made.priority = s.priority;
	made.skills_needed = s.skills_needed;
	expected = made.per_us * ((double)s.to - (double)s.from) *
		(s.sources ? s.sources : 1) /
		(1 - simulation->options.redial_share);
	status = check_stream(simulation, &s, expected, err);
	if (status)
		return status;
	if (tw__grow((void **)&simulation->stream,
		     &simulation->stream_capacity,
		     simulation->stream_count + 1,
		     sizeof(*simulation->stream)) ||
	    find_plan(&made.plan, simulation, s.plan.id))
		return tw__fail_oom(err);
	simulation->stream[simulation->stream_count++] = made;
	simulation->expected += expected;
	return TW_OK;
}

static void add(tw_simulated_calls *sum, const tw_simulated_calls *part)
{
	sum->offered += part->offered;
	sum->answered += part->answered;
	sum->answered_in_time += part->answered_in_time;
	sum->abandoned += part->abandoned;
	sum->abandoned_in_time += part->abandoned_in_time;
	sum->abandoned_short += part->abandoned_short;
	sum->lost += part->lost;
	sum->voicemail += part->voicemail;
	sum->waited += part->waited;
	sum->unfinished += part->unfinished;
	sum->tickets += part->tickets;
	sum->wait_s += part->wait_s;
	sum->answer_wait_s += part->answer_wait_s;
	sum->talk_s += part->talk_s;
	sum->redials += part->redials;
	if (part->longest_s > sum->longest_s)
		sum->longest_s = part->longest_s;
}

static void hand_out(void *out, uint32_t size, void *made, size_t known)
{
	memcpy(made, &size, sizeof(size));
	memcpy(out, made, size < known ? size : known);
}

tw_status tw_simulation_calls(tw_simulated_calls *out,
			      const tw_simulation *simulation,
			      tw_plan_id plan, tw_error *err)
{
	tw_simulated_calls sum = TW_SIMULATED_CALLS_INIT;
	bool is_known = !plan.id;
	size_t i;

	if (!out || !simulation || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no simulation, or figures "
				"without TW_SIMULATED_CALLS_INIT");
	for (i = 0; i < simulation->plan_count; ++i) {
		if (plan.id && simulation->plan[i].id != plan.id)
			continue;
		add(&sum, &simulation->plan[i].sums);
		is_known = true;
	}
	if (!is_known)
		return tw__fail(err, TW_ENOTFOUND, "no calls come to that "
				"plan");
	hand_out(out, out->size, &sum, sizeof(sum));
	return TW_OK;
}

tw_status tw_simulation_use(tw_simulated_use *out,
			    const tw_simulation *simulation,
			    tw_target_id target, tw_error *err)
{
	tw_simulated_use use = TW_SIMULATED_USE_INIT;
	const struct tw_use *u;
	double span;

	if (!out || !simulation || out->size < sizeof(out->size))
		return tw__fail(err, TW_EINVAL, "no simulation, or figures "
				"without TW_SIMULATED_USE_INIT");
	if (target.id && target.id <= simulation->use_count) {
		u = &simulation->use[target.id - 1];
		span = (double)(simulation->options.to -
				simulation->options.from);
		use.calls = u->calls;
		use.mean = u->first / span;
		use.variance = u->second / span - use.mean * use.mean;
	}
	hand_out(out, out->size, &use, sizeof(use));
	return TW_OK;
}
