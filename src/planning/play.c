/*
 * Plays a simulation into an engine. The clock jumps to whatever is due
 * first, on the agenda or in the engine; the engine goes first at equal
 * times, as a host would tick before it looks at the next message. What the
 * engine decides is obeyed as a well-behaved host would, and nothing of it is
 * known here that a host could not see.
 */
#include "simulation.h"

#include "agenda.h"
#include "callers.h"
#include "chance.h"

#define GRACE (86400 * TW_SECOND)

/* One stream while it is played. */
struct source {
	uint64_t generation;   /* of its arrival that is due; others are old */
	uint32_t busy;         /* of finite sources: how many are in a call */
	bool is_due;
};

struct play {
	struct tw_simulation *sim;
	tw_engine *engine;
	tw_time now;
	struct tw_chance chance;
	struct tw_agenda agenda;
	struct tw_callers callers;
	struct source *source;
	size_t arrivals;       /* streams that have one due, and redials */
	uint64_t order;
	tw_error *err;
};

static tw_time us(double s)
{
	return (tw_time)(s * 1e6 + 0.5);
}

/* One of the given times, or an exponential one. */
static double draw(struct play *play, double mean_s, const double *given,
		   size_t count)
{
	if (!count)
		return mean_s * tw__chance_exponential(&play->chance);
	return given[(size_t)(tw__chance_uniform(&play->chance) *
			      (double)count)];
}

static tw_status put(struct play *play, struct tw_event_due *due)
{
	if (!due->order)
		due->order = ++play->order;
	return tw__agenda_put(&play->agenda, due) ? tw__fail_oom(play->err) :
		TW_OK;
}

/* ---- figures ---- */

static tw_simulated_calls *sums_of(const struct play *play, uint32_t stream)
{
	return &play->sim->plan[play->sim->stream[stream].plan].sums;
}

static bool is_counted(const struct play *play,
		       const struct tw_caller *caller)
{
	return caller->entered >= play->sim->options.from &&
		caller->entered < play->sim->options.to;
}

/* The wait of a caller is over, one way or another. */
static double end_wait(const struct play *play,
		       const struct tw_caller *caller)
{
	tw_simulated_calls *sums = sums_of(play, caller->stream);
	double wait_s = (double)(play->now - caller->entered) / 1e6;

	sums->wait_s += wait_s;
	sums->waited += caller->is_waiting;
	if (wait_s > sums->longest_s)
		sums->longest_s = wait_s;
	return wait_s;
}

static tw_time clip(const struct play *play, tw_time at)
{
	const tw_simulation_options *o = &play->sim->options;

	return at < o->from ? o->from : at > o->to ? o->to : at;
}

static void change_use(const struct play *play, struct tw_use *use, int by)
{
	double span = (double)(clip(play, play->now) -
			     clip(play, use->since));

	use->first += span * use->talks;
	use->second += span * use->talks * use->talks;
	use->since = play->now;
	use->talks += (uint32_t)by;
}

static tw_status use_of(struct tw_use **out, struct tw_simulation *sim,
			uint32_t target)
{
	if (tw__grow((void **)&sim->use, &sim->use_capacity, target,
		     sizeof(*sim->use)))
		return TW_ENOMEM;
	while (sim->use_count < target)
		sim->use[sim->use_count++] = (struct tw_use){ 0 };
	*out = &sim->use[target - 1];
	return TW_OK;
}

/* ---- callers come and go ---- */

/* Its next arrival, anew: what was due of it before is old. */
static tw_status plan_arrival(struct play *play, uint32_t stream)
{
	const struct tw_stream *s = &play->sim->stream[stream];
	struct source *source = &play->source[stream];
	tw_time start = play->now > s->from ? play->now : s->from;
	double rate = s->per_us, wait;
	struct tw_event_due due = { .kind = TW_EVENT_ARRIVAL,
		.place = stream, .id = ++source->generation };

	play->arrivals -= source->is_due;
	source->is_due = false;
	if (s->sources)
		rate *= s->sources - source->busy;
	if (!(rate > 0))
		return TW_OK;
	wait = tw__chance_exponential(&play->chance) / rate;
	if (!(wait < (double)(s->to - start)))
		return TW_OK;
	due.at = start + (tw_time)wait;
	source->is_due = true;
	++play->arrivals;
	return put(play, &due);
}

static tw_status remove(struct play *play, uint32_t place)
{
	uint32_t stream = play->callers.caller[place].stream;

	tw__callers_remove(&play->callers, place);
	if (!play->sim->stream[stream].sources)
		return TW_OK;
	--play->source[stream].busy;
	return plan_arrival(play, stream);
}

/* Who got nobody may call again, after a while. */
static tw_status may_redial(struct play *play, uint32_t stream)
{
	const tw_simulation_options *o = &play->sim->options;
	struct tw_event_due due = { .kind = TW_EVENT_REDIAL,
				    .place = stream };

	if (!(o->redial_share > 0) || play->sim->stream[stream].sources ||
	    tw__chance_uniform(&play->chance) >= o->redial_share)
		return TW_OK;
	due.at = play->now + us(draw(play, o->redial_after_s, NULL, 0));
	++play->arrivals;
	return put(play, &due);
}

static tw_status lose(struct play *play, uint32_t place, bool to_voicemail)
{
	const struct tw_caller *caller = &play->callers.caller[place];
	tw_simulated_calls *sums = sums_of(play, caller->stream);

	if (is_counted(play, caller) && !caller->is_ticket) {
		end_wait(play, caller);
		++sums->lost;
		sums->voicemail += to_voicemail;
	}
	/* who left a message is called */
	if (!caller->is_ticket && !to_voicemail &&
	    may_redial(play, caller->stream))
		return TW_ENOMEM;
	return remove(play, place);
}

static tw_status begin_talk(struct play *play,
			    const struct tw_event_due *answer)
{
	const tw_simulation_options *o = &play->sim->options;
	struct tw_caller *caller = &play->callers.caller[answer->place];
	double talk_s = draw(play, o->talk_s, play->sim->talks_s,
			     o->talk_count), wait_s;
	tw_simulated_calls *sums = sums_of(play, caller->stream);
	struct tw_event_due due = { .kind = TW_EVENT_END,
		.at = play->now + us(talk_s), .id = caller->id,
		.place = answer->place };
	struct tw_use *use;

	if (use_of(&use, play->sim, answer->target))
		return tw__fail_oom(play->err);
	caller->target = answer->target;
	change_use(play, use, 1);
	if (play->now >= o->from && play->now < o->to)
		++use->calls;
	if (is_counted(play, caller) && !caller->is_ticket) {
		wait_s = end_wait(play, caller);
		++sums->answered;
		sums->answered_in_time += wait_s <= o->within_s;
		sums->answer_wait_s += wait_s;
		sums->talk_s += talk_s;
	}
	return put(play, &due);
}

/* ---- what the engine decides ---- */

/* Who is rung answers after a while, unless he does not at all. Of those that
 * answer in the same instant, chance has the first. */
static tw_status ring(struct play *play, const tw_decision *d,
		      uint32_t place)
{
	const tw_simulation_options *o = &play->sim->options;
	struct tw_event_due due = { .kind = TW_EVENT_ANSWER,
		.at = play->now, .id = d->offer.id, .place = place,
		.target = d->target.id };

	play->callers.caller[place].was_rung = true;
	if (o->answer_share < 1 &&
	    tw__chance_uniform(&play->chance) >= o->answer_share)
		return TW_OK;
	if (o->answer_s > 0)
		due.at += us(draw(play, o->answer_s, NULL, 0));
	due.order = tw__chance_bits(&play->chance) | 1;
	return due.at >= d->until ? TW_OK : put(play, &due);
}

/* He hangs up, and his patience does not matter any more. */
static void leave_ticket(struct play *play, struct tw_caller *caller)
{
	if (is_counted(play, caller)) {
		end_wait(play, caller);
		++sums_of(play, caller->stream)->tickets;
	}
	caller->is_ticket = true;
}

static tw_status obey(struct play *play, const tw_decision *d)
{
	uint32_t place = tw__callers_find(&play->callers, d->call.id);
	tw_status status;

	if (place == TW_NOWHERE)
		return TW_OK;
	switch (d->kind) {
	case TW_DECISION_OFFER:
		return ring(play, d, place);
	case TW_DECISION_END:
		return lose(play, place, false);
	case TW_DECISION_VOICEMAIL:
		status = tw_call_leave(play->engine, d->call, play->now,
				       play->err);
		return status ? status : lose(play, place, true);
	case TW_DECISION_CONFIRM:
		return tw_offer_confirmed(play->engine, d->offer, play->now,
					  play->err);
	case TW_DECISION_CALLBACK:
		leave_ticket(play, &play->callers.caller[place]);
		return TW_OK;
	default:
		return TW_OK;
	}
}

static tw_status read(struct play *play)
{
	tw_offer_event e = TW_OFFER_EVENT_INIT;
	tw_decision d = TW_DECISION_INIT;
	tw_status status;

	while (!(status = tw_engine_next(&d, play->engine, play->err))) {
		status = obey(play, &d);
		if (status)
			return status;
	}
	if (status != TW_ITER_END)
		return status;
	while (!(status = tw_engine_next_event(&e, play->engine, play->err)))
		;
	return status == TW_ITER_END ? TW_OK : status;
}

/* ---- what is due ---- */

static tw_status enter(tw_call_id *out, struct play *play,
		       const struct tw_stream *stream)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;

	o.plan.id = play->sim->plan[stream->plan].id;
	o.priority = stream->priority;
	o.skills_needed = stream->skills_needed;
	return tw_call_enter_as(out, play->engine, &o, play->now, play->err);
}

static tw_status arrive(struct play *play, uint32_t stream, bool is_redial)
{
	const struct tw_simulation *sim = play->sim;
	const tw_simulation_options *o = &sim->options;
	struct tw_event_due due = { .kind = TW_EVENT_PATIENCE };
	struct tw_caller *caller;
	tw_call_id call;
	tw_status status = enter(&call, play, &sim->stream[stream]);

	if (status)
		return status;
	if (tw__callers_add(&due.place, &play->callers, call.id))
		return tw__fail_oom(play->err);
	caller = &play->callers.caller[due.place];
	caller->stream = stream;
	caller->entered = play->now;
	if (is_counted(play, caller)) {
		++sums_of(play, stream)->offered;
		sums_of(play, stream)->redials += is_redial;
	}
	++play->source[stream].busy;
	if (o->patience_s > 0 || o->patience_count) {
		due.at = play->now + us(draw(play, o->patience_s,
			sim->patiences_s, o->patience_count));
		due.id = call.id;
		status = put(play, &due);
	}
	if (!status && !is_redial)
		status = plan_arrival(play, stream);
	if (!status)
		status = read(play);
	/* a place stays, its array may not */
	caller = &play->callers.caller[due.place];
	if (!status && caller->id == call.id)
		caller->is_waiting = !caller->was_rung;
	return status;
}

static tw_status give_up(struct play *play, uint32_t place)
{
	const tw_simulation_options *o = &play->sim->options;
	struct tw_caller *caller = &play->callers.caller[place];
	tw_simulated_calls *sums = sums_of(play, caller->stream);
	tw_call_id call = { caller->id };
	tw_status status;
	double wait_s;

	if (is_counted(play, caller)) {
		wait_s = end_wait(play, caller);
		++sums->abandoned;
		sums->abandoned_in_time += wait_s < o->within_s;
		sums->abandoned_short += wait_s < o->short_s;
	}
	status = may_redial(play, caller->stream);
	if (!status)
		status = tw_call_leave(play->engine, call, play->now,
				       play->err);
	if (!status)
		status = remove(play, place);
	return status ? status : read(play);
}

static tw_status hang_up(struct play *play, uint32_t place)
{
	struct tw_caller *caller = &play->callers.caller[place];
	tw_call_id call = { caller->id };
	tw_status status;

	change_use(play, &play->sim->use[caller->target - 1], -1);
	status = tw_call_leave(play->engine, call, play->now, play->err);
	if (!status)
		status = remove(play, place);
	return status ? status : read(play);
}

static tw_status answer(struct play *play, const struct tw_event_due *due)
{
	tw_offer_id offer = { due->id };
	tw_status status = tw_offer_answered(play->engine, offer, play->now,
					     play->err);

	if (status == TW_ECONFLICT)        /* somebody else was first */
		return TW_OK;
	if (!status)
		status = begin_talk(play, due);
	return status ? status : read(play);
}

static tw_status happen(struct play *play, const struct tw_event_due *due)
{
	const struct tw_caller *caller = NULL;

	play->now = due->at;
	if (due->kind == TW_EVENT_ARRIVAL)
		return due->id == play->source[due->place].generation ?
			arrive(play, due->place, false) : TW_OK;
	if (due->kind == TW_EVENT_REDIAL) {
		--play->arrivals;
		return arrive(play, due->place, true);
	}
	if (due->kind == TW_EVENT_ANSWER)
		return answer(play, due);
	caller = &play->callers.caller[due->place];
	if (caller->id != due->id)
		return TW_OK;
	if (due->kind == TW_EVENT_END)
		return hang_up(play, due->place);
	return caller->target || caller->is_ticket ? TW_OK :
		give_up(play, due->place);
}

static tw_status go_on(struct play *play)
{
	tw_time last = play->sim->options.to + GRACE, next, deadline;
	struct tw_event_due due;
	tw_status status = TW_OK;

	while (!status && (play->callers.live || play->arrivals)) {
		next = tw__agenda_next(&play->agenda);
		deadline = tw_engine_deadline(play->engine);
		if (next > last && deadline > last)
			break;
		if (deadline <= next) {
			if (deadline > play->now)
				play->now = deadline;
			status = tw_engine_tick(play->engine, play->now,
						play->err);
			if (!status)
				status = read(play);
			continue;
		}
		tw__agenda_take(&due, &play->agenda);
		status = happen(play, &due);
	}
	return status;
}

/* Who is still there is nobody's success. */
static void take_out(struct play *play)
{
	const struct tw_caller *caller;
	size_t i;

	for (i = 0; i < play->callers.count; ++i) {
		caller = &play->callers.caller[i];
		if (!caller->id)
			continue;
		if (!caller->target && !caller->is_ticket &&
		    is_counted(play, caller))
			++sums_of(play, caller->stream)->unfinished;
		(void)tw_call_leave(play->engine,
				    (tw_call_id){ caller->id }, play->now,
				    NULL);
	}
	for (i = 0; i < play->sim->use_count; ++i)
		change_use(play, &play->sim->use[i], 0);
}

static tw_status start(struct play *play, uint64_t seed)
{
	struct tw_simulation *sim = play->sim;
	tw_status status = TW_OK;
	uint32_t i;

	sim->use_count = 0;
	for (i = 0; i < sim->plan_count; ++i)
		sim->plan[i].sums =
			(tw_simulated_calls)TW_SIMULATED_CALLS_INIT;
	tw__chance_seed(&play->chance, seed);
	tw__callers_init(&play->callers);
	play->source = tw_calloc(sim->stream_count + 1,
				 sizeof(*play->source));
	if (!play->source)
		return tw__fail_oom(play->err);
	play->now = sim->options.from;
	for (i = 0; i < sim->stream_count; ++i) {
		if (sim->stream[i].from < play->now)
			play->now = sim->stream[i].from;
	}
	for (i = 0; i < sim->stream_count && !status; ++i)
		status = plan_arrival(play, i);
	return status;
}

tw_status tw_simulation_run(tw_simulation *simulation, tw_engine *engine,
			    uint64_t seed, tw_error *err)
{
	tw_engine_stats stats = TW_ENGINE_STATS_INIT;
	struct play play = { .sim = simulation, .engine = engine,
		.err = err };
	tw_status status;

	if (!simulation || !engine)
		return tw__fail(err, TW_EINVAL, "no simulation or engine");
	status = tw_engine_stats_read(&stats, engine, err);
	if (!status && (stats.calls || stats.slots_held))
		status = tw__fail(err, TW_EINVAL, "the engine is in use; give "
				  "a fresh one");
	if (!status)
		status = start(&play, seed);
	if (!status)
		status = tw_engine_tick(engine, play.now, err);
	if (!status)
		status = go_on(&play);
	play.now = play.now > simulation->options.to ? play.now :
		simulation->options.to;
	take_out(&play);
	tw__agenda_free(&play.agenda);
	tw__callers_free(&play.callers);
	tw_free(play.source);
	return status;
}
