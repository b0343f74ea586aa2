/* The engine, played. */
TW_HANDLE(tw_simulation)

%thread tw_simulation_run;

%inline %{
/* talks and patiences: buffers of doubles, empty for exponential times. */
static tw_status simulation_new(tw_simulation **out, int64_t from_us,
	int64_t to_us, double talk_s, double patience_s, double answer_s,
	double answer_share, double within_s, double short_s,
	const void *data, size_t size, const void *response,
	size_t response_size, double redial_share, double redial_after_s,
	tw_error *err)
{
	tw_simulation_options o = TW_SIMULATION_OPTIONS_INIT;

	o.from = from_us;
	o.to = to_us;
	o.talk_s = talk_s;
	o.patience_s = patience_s;
	o.answer_s = answer_s;
	o.answer_share = answer_share;
	o.within_s = within_s;
	o.short_s = short_s;
	o.talks_s = data;
	o.talk_count = size / sizeof(double);
	o.patiences_s = response;
	o.patience_count = response_size / sizeof(double);
	o.redial_share = redial_share;
	o.redial_after_s = redial_after_s;
	return tw_simulation_new(out, &o, err);
}

static tw_status simulation_add(tw_simulation *simulation, tw_plan_id plan,
	int64_t from_us, int64_t to_us, double per_hour, uint32_t sources,
	uint32_t priority, unsigned long long skills_needed, tw_error *err)
{
	tw_simulation_stream s = TW_SIMULATION_STREAM_INIT;

	s.plan = plan;
	s.from = from_us;
	s.to = to_us;
	s.per_hour = per_hour;
	s.sources = sources;
	s.priority = priority;
	s.skills_needed = skills_needed;
	return tw_simulation_add_stream(simulation, &s, err);
}

/* In the order of simulation.py's Calls. */
static PyObject *simulation_calls(const tw_simulation *simulation,
				  tw_plan_id plan)
{
	tw_simulated_calls c = TW_SIMULATED_CALLS_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_simulation_calls(&c, simulation, plan, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(KKKKKKKKKKKddddK)",
		(unsigned long long)c.offered, (unsigned long long)c.answered,
		(unsigned long long)c.answered_in_time,
		(unsigned long long)c.abandoned,
		(unsigned long long)c.abandoned_in_time,
		(unsigned long long)c.abandoned_short,
		(unsigned long long)c.lost, (unsigned long long)c.voicemail,
		(unsigned long long)c.waited,
		(unsigned long long)c.unfinished,
		(unsigned long long)c.tickets, c.wait_s, c.answer_wait_s,
		c.longest_s, c.talk_s, (unsigned long long)c.redials);
}

static PyObject *simulation_use(const tw_simulation *simulation,
				tw_target_id target)
{
	tw_simulated_use u = TW_SIMULATED_USE_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_simulation_use(&u, simulation, target, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(Kdd)", (unsigned long long)u.calls, u.mean,
			     u.variance);
}
%}

tw_status tw_simulation_run(tw_simulation *simulation, tw_engine *engine,
			    uint64_t seed, tw_error *err);
