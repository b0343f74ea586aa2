/* Distribution: ids are numbers in Python, options dicts, rows tuples that
 * trunkwise/distribution.py makes its own types of. A struct that grows in
 * the header gets a FIELD or a value of the tuple here. */
%{
#include "fields.h"
%}

/* Ids of one field: numbers both ways. */
%define TW_ID(T)
%typemap(in, noblock=1) T (unsigned long long number) {
	if (!whole_read(&number, $input, "$1_name", 0,
			sizeof($1.id) > 4 ? UINT64_MAX : UINT32_MAX))
		SWIG_fail;
	$1.id = number;
}
%typemap(in, numinputs=0) T *out (T made = { 0 }) { $1 = &made; }
%typemap(argout) T *out {
	$result = tw_append($result, PyLong_FromUnsignedLongLong($1->id));
}
%enddef
TW_ID(tw_target_id)
TW_ID(tw_pool_id)
TW_ID(tw_schedule_id)
TW_ID(tw_plan_id)
TW_ID(tw_call_id)
TW_ID(tw_offer_id)

%define TW_FIELDS(T, INIT, TABLE)
%typemap(in) const T *options (T given = INIT) {
	if (!fields_read(&given, TABLE, sizeof(TABLE) / sizeof(TABLE[0]),
			 $input))
		SWIG_fail;
	$1 = &given;
}
%enddef
TW_FIELDS(tw_engine_options, TW_ENGINE_OPTIONS_INIT, engine_fields)
TW_FIELDS(tw_target_options, TW_TARGET_OPTIONS_INIT, target_fields)
TW_FIELDS(tw_pool_options, TW_POOL_OPTIONS_INIT, pool_fields)
TW_FIELDS(tw_member_options, TW_MEMBER_OPTIONS_INIT, member_fields)
TW_FIELDS(tw_step_options, TW_STEP_OPTIONS_INIT, step_fields)
TW_FIELDS(tw_call_options, TW_CALL_OPTIONS_INIT, call_fields)
%typemap(in) const tw_arrival *arrival (tw_arrival given = TW_ARRIVAL_INIT) {
	if (!fields_read(&given, arrival_fields, sizeof(arrival_fields) /
			 sizeof(arrival_fields[0]), $input))
		SWIG_fail;
	$1 = &given;
}

%{
static const struct field engine_fields[] = {
	FIELD(tw_engine_options, U32, host),
	FIELD(tw_engine_options, U64, seed),
	FIELD(tw_engine_options, U32, calls_max),
	FIELD(tw_engine_options, U32, priority_ms),
	FIELD(tw_engine_options, U32, resume_ms),
};

static const struct field target_fields[] = {
	FIELD(tw_target_options, U32, kind),
	FIELD(tw_target_options, TEXT, name),
	FIELD(tw_target_options, U32, capacity),
	FIELD(tw_target_options, U32, wrap_up_ms),
	FIELD(tw_target_options, U32, busy_ms),
	FIELD(tw_target_options, U32, no_answer_ms),
	FIELD(tw_target_options, U32, rejected_ms),
	FIELD(tw_target_options, U32, unreachable_ms),
};

static const struct field pool_fields[] = {
	FIELD(tw_pool_options, U32, policy),
	FIELD(tw_pool_options, TEXT, name),
	FIELD(tw_pool_options, U32, ring_ms),
	FIELD(tw_pool_options, U32, ring_count),
	FIELD(tw_pool_options, U32, delay_ms),
	FIELD(tw_pool_options, U32, advance_on),
	FIELD(tw_pool_options, U32, idle),
};

static const struct field member_fields[] = {
	FIELD(tw_member_options, U32, tier),
	FIELD(tw_member_options, U32, order),
	FIELD(tw_member_options, U32, weight),
	FIELD(tw_member_options, FLAG, confirm),
	FIELD(tw_member_options, U64, skills),
};

static const struct field step_fields[] = {
	FIELD(tw_step_options, U32, kind),
	FIELD(tw_step_options, U32, pool),
	FIELD(tw_step_options, U32, ring_ms),
	FIELD(tw_step_options, U32, when),
	FIELD(tw_step_options, U32, schedule),
	FIELD(tw_step_options, U32, sip_code),
	FIELD(tw_step_options, U32, reserve),
	FIELD(tw_step_options, U32, wait_ms),
	FIELD(tw_step_options, U32, length_max),
	FIELD(tw_step_options, U32, join),
	FIELD(tw_step_options, U32, leave),
	FIELD(tw_step_options, U32, retry_ms),
	FIELD(tw_step_options, U32, plan),
	FIELD(tw_step_options, U32, announce_ms),
	FIELD(tw_step_options, FLAG, any_skills),
};

static const struct field call_fields[] = {
	FIELD(tw_call_options, U32, plan),
	FIELD(tw_call_options, U32, priority),
	FIELD(tw_call_options, U32, preferred),
	FIELD(tw_call_options, U64, affinity),
	FIELD(tw_call_options, U64, skills_needed),
	FIELD(tw_call_options, U32, ticket),
	FIELD(tw_call_options, I64, entered),
};

static const struct field arrival_fields[] = {
	FIELD(tw_arrival, TEXT, number),
	FIELD(tw_arrival, TEXT, caller),
	FIELD(tw_arrival, U64, secret),
	FIELD(tw_arrival, TEXT, preferred),
};
%}

/* ---- what stands still ---- */
tw_status tw_engine_new(tw_engine **out, const tw_engine_options *options,
			tw_error *err);
tw_status tw_engine_add_target(tw_target_id *out, tw_engine *engine,
	const tw_target_options *options, tw_error *err);
tw_status tw_policy_parse(uint32_t *out, const char *name, tw_error *err);
tw_status tw_engine_add_pool(tw_pool_id *out, tw_engine *engine,
	const tw_pool_options *options, tw_error *err);
tw_status tw_pool_add_member(tw_engine *engine, tw_pool_id pool,
	tw_target_id target, const tw_member_options *options, tw_error *err);
%inline %{
/* Its bit; `add`: a new one when the engine does not know it. */
static PyObject *engine_skill(tw_engine *engine, const char *name, int add)
{
	tw_error e = TW_ERROR_INIT;
	uint64_t bit = 0;
	tw_status status = tw_engine_find_skill(&bit, engine, name, &e);

	if (status == TW_ENOTFOUND && add)
		status = tw_engine_add_skill(&bit, engine, name, &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyLong_FromUnsignedLongLong(bit);
}
%}
tw_status tw_pool_reset(tw_engine *engine, tw_pool_id pool, int64_t now,
			tw_error *err);
tw_status tw_engine_add_schedule(tw_schedule_id *out, tw_engine *engine,
	const char *name, tw_zone *zone, tw_error *err);
tw_status tw_schedule_add_hours(tw_engine *engine, tw_schedule_id schedule,
	uint32_t day_mask, uint32_t from_min, uint32_t to_min, tw_error *err);
%{
/* `spans` is a sequence of (from, to) in minutes; too many are refused. */
static int spans_read(tw_override_options *o, tw_day_span *span, size_t max,
		      PyObject *spans)
{
	PyObject *list = PySequence_Fast(spans, "hours are pairs");
	Py_ssize_t i, count = list ? PySequence_Fast_GET_SIZE(list) : 0;
	unsigned int from, to;

	for (i = 0; i < count && i < (Py_ssize_t)max; i++) {
		PyObject *pair = PySequence_Fast_GET_ITEM(list, i);

		if (!PyArg_ParseTuple(pair, "II", &from, &to))
			break;
		span[i].from_min = from;
		span[i].to_min = to;
	}
	Py_XDECREF(list);
	o->span = span;
	o->span_count = (size_t)count;
	return !PyErr_Occurred();
}
%}
%inline %{
static PyObject *schedule_add_override(tw_engine *engine,
	tw_schedule_id schedule, PyObject *date, uint32_t days, uint32_t kind,
	uint32_t weekday, uint32_t short_min, PyObject *spans)
{
	tw_override_options o = TW_OVERRIDE_OPTIONS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_day_span span[64];
	tw_status status;

	if (!PyArg_ParseTuple(date, "iii", &o.year, &o.month, &o.day) ||
	    !spans_read(&o, span, 64, spans))
		return NULL;
	o.days = days;
	o.kind = kind;
	o.weekday = weekday;
	o.short_min = short_min;
	status = tw_schedule_add_override(engine, schedule, &o, &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	Py_RETURN_NONE;
}
%}
tw_status tw_schedule_next_change(int64_t *out, const tw_engine *engine,
	tw_schedule_id schedule, int64_t at, tw_error *err);
tw_status tw_schedule_is_open(int *out, const tw_engine *engine,
	tw_schedule_id schedule, int64_t at, tw_error *err);
tw_status tw_engine_add_plan(tw_plan_id *out, tw_engine *engine,
			     const char *name, tw_error *err);
tw_status tw_plan_add_step(tw_engine *engine, tw_plan_id plan,
			   const tw_step_options *options, tw_error *err);
tw_status tw_engine_find_target(tw_target_id *out, const tw_engine *engine,
				const char *name, tw_error *err);
tw_status tw_engine_find_pool(tw_pool_id *out, const tw_engine *engine,
			      const char *name, tw_error *err);
tw_status tw_engine_find_plan(tw_plan_id *out, const tw_engine *engine,
			      const char *name, tw_error *err);
tw_status tw_engine_find_schedule(tw_schedule_id *out,
	const tw_engine *engine, const char *name, tw_error *err);
const char *tw_target_name(const tw_engine *engine, tw_target_id target);
uint32_t tw_target_kind(const tw_engine *engine, tw_target_id target);
const char *tw_pool_name(const tw_engine *engine, tw_pool_id pool);
const char *tw_plan_name(const tw_engine *engine, tw_plan_id plan);

/* ---- what moves ---- */
const char *tw_outcome_name(uint32_t outcome);
tw_status tw_target_set_state(tw_engine *engine, tw_target_id target,
			      uint32_t state, int64_t now, tw_error *err);
tw_status tw_target_pause(tw_engine *engine, tw_target_id target,
			  const char *reason, int64_t now, tw_error *err);
tw_status tw_target_occupy(tw_engine *engine, tw_target_id target,
			   int64_t now, tw_error *err);
tw_status tw_target_release(tw_engine *engine, tw_target_id target,
			    int64_t now, tw_error *err);
tw_status tw_call_enter_as(tw_call_id *out, tw_engine *engine,
	const tw_call_options *options, int64_t now, tw_error *err);
tw_status tw_call_callback(tw_engine *engine, tw_call_id call, int64_t until,
			   int64_t now, tw_error *err);
tw_status tw_call_requeue(tw_engine *engine, tw_call_id call, tw_plan_id plan,
			  int keep_age, int64_t now, tw_error *err);
tw_status tw_call_leave(tw_engine *engine, tw_call_id call, int64_t now,
			tw_error *err);
tw_status tw_offer_answered(tw_engine *engine, tw_offer_id offer,
			    int64_t now, tw_error *err);
tw_status tw_offer_confirmed(tw_engine *engine, tw_offer_id offer,
			     int64_t now, tw_error *err);
tw_status tw_offer_failed(tw_engine *engine, tw_offer_id offer,
			  uint32_t outcome, int64_t now, tw_error *err);
tw_status tw_engine_tick(tw_engine *engine, int64_t now, tw_error *err);
int64_t tw_engine_deadline(const tw_engine *engine);

%inline %{
/* (plan, priority, preferred, affinity, skills_needed) */
static PyObject *directory_call(const tw_directory *directory,
	const tw_engine *engine, const tw_arrival *arrival)
{
	tw_call_options o = TW_CALL_OPTIONS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_directory_call(&o, directory, engine, arrival,
					     &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IIIKK)", (unsigned)o.plan.id,
		(unsigned)o.priority, (unsigned)o.preferred.id,
		(unsigned long long)o.affinity,
		(unsigned long long)o.skills_needed);
}

/* (kind, call, offer, target, pool, step, outcome, sip_code, until, reason,
 * plan, ticket, position, wait_low, wait_high), None at the end. */
static PyObject *engine_next(tw_engine *engine)
{
	tw_decision d = TW_DECISION_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_engine_next(&d, engine, &e);

	if (status == TW_ITER_END)
		Py_RETURN_NONE;
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IKKIIIIILsIIILL)", (unsigned)d.kind,
		(unsigned long long)d.call.id, (unsigned long long)d.offer.id,
		(unsigned)d.target.id, (unsigned)d.pool.id, (unsigned)d.step,
		(unsigned)d.outcome, (unsigned)d.sip_code,
		(long long)d.until, d.reason, (unsigned)d.plan.id,
		(unsigned)d.ticket, (unsigned)d.position,
		(long long)d.wait_low_us, (long long)d.wait_high_us);
}

/* (position, entered, low, high) */
static PyObject *call_wait(const tw_engine *engine, tw_call_id call)
{
	tw_wait w = TW_WAIT_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_call_wait(&w, engine, call, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(ILLL)", (unsigned)w.position,
		(long long)w.entered, (long long)w.low_us,
		(long long)w.high_us);
}

/* (outcome, call, offer, target, pool, step, offered, answered, ended,
 * reason, plan), None at the end. */
static PyObject *engine_next_event(tw_engine *engine)
{
	tw_offer_event v = TW_OFFER_EVENT_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_engine_next_event(&v, engine, &e);

	if (status == TW_ITER_END)
		Py_RETURN_NONE;
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IKKIIILLLsI)", (unsigned)v.outcome,
		(unsigned long long)v.call.id, (unsigned long long)v.offer.id,
		(unsigned)v.target.id, (unsigned)v.pool.id, (unsigned)v.step,
		(long long)v.offered, (long long)v.answered,
		(long long)v.ended, v.reason, (unsigned)v.plan.id);
}

/* [(verdict, target, tier, order, weight, reason)] of some members from the
 * `first` on; none past the last one. */
static PyObject *engine_explain(tw_engine *engine, tw_pool_id pool,
				tw_call_id call, uint32_t first)
{
	tw_explain_options o = TW_EXPLAIN_OPTIONS_INIT;
	tw_explain_row rows[64] = { TW_EXPLAIN_ROW_INIT };
	tw_error e = TW_ERROR_INIT;
	uint32_t count = 64;
	tw_status status;

	o.pool = pool;
	o.call = call;
	o.first = first;
	status = tw_engine_explain(rows, &count, engine, &o, &e);
	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	PyObject *list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i) {
		const tw_explain_row *r = &rows[i];
		PyObject *v = Py_BuildValue("(IIIIIs)", (unsigned)r->verdict,
			(unsigned)r->target.id, (unsigned)r->tier,
			(unsigned)r->order, (unsigned)r->weight, r->reason);
		if (!v || PyList_Append(list, v) < 0)
			Py_CLEAR(list);
		Py_XDECREF(v);
	}
	return list;
}

/* (calls, offers, talks, slots_held, waiting) */
static PyObject *engine_stats(const tw_engine *engine)
{
	tw_engine_stats s = TW_ENGINE_STATS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_engine_stats_read(&s, engine, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IIIII)", (unsigned)s.calls, (unsigned)s.offers,
			     (unsigned)s.talks, (unsigned)s.slots_held,
			     (unsigned)s.waiting);
}
%}
