/* Closed forms: numbers in, numbers out. */
TW_INT_OUT(double, out, PyFloat_FromDouble)
TW_INT_OUT(double, mean, PyFloat_FromDouble)
TW_INT_OUT(double, variance, PyFloat_FromDouble)
TW_INT_OUT(double, reach, PyFloat_FromDouble)
TW_INT_OUT(double, own, PyFloat_FromDouble)
TW_INT_OUT(double, overflow, PyFloat_FromDouble)

TW_RESULT(tw_waiting, TW_WAITING_INIT)

%immutable;
typedef struct tw_waiting {
	double wait_probability, asa_s, service_level, abandonment, in_line;
} tw_waiting;
%mutable;

tw_status tw_erlang_b(double *out, double load, uint32_t lines,
		      tw_error *err);
tw_status tw_erlang_b_lines(uint32_t *out, double load, double loss,
			    tw_error *err);
tw_status tw_erlang_b_load(double *out, uint32_t lines, double loss,
			   tw_error *err);
tw_status tw_engset(double *out, uint32_t sources, double load,
		    uint32_t lines, tw_error *err);
tw_status tw_overflow(double *mean, double *variance, double load,
		      uint32_t lines, tw_error *err);
tw_status tw_reservation(double *own, double *overflow, double own_load,
	double overflow_load, uint32_t lines, uint32_t reserve,
	tw_error *err);

%inline %{
static tw_status erlang_c(tw_waiting *out, double load, uint32_t servers,
	double hold_s, double within_s, tw_error *err)
{
	tw_staffing s = { sizeof s, servers, load, hold_s, within_s, 0 };

	return tw_erlang_c(out, &s, err);
}

static tw_status erlang_c_servers(uint32_t *out, double load, double level,
	double hold_s, double within_s, tw_error *err)
{
	tw_staffing s = { sizeof s, 0, load, hold_s, within_s, 0 };

	return tw_erlang_c_servers(out, &s, level, err);
}

static tw_status erlang_a(tw_waiting *out, double load, uint32_t servers,
	double patience_s, double hold_s, double within_s, tw_error *err)
{
	tw_staffing s = { sizeof s, servers, load, hold_s, within_s,
		patience_s };

	return tw_erlang_a(out, &s, err);
}

static tw_status erlang_a_servers(uint32_t *out, double load, double level,
	double abandonment, double patience_s, double hold_s,
	double within_s, tw_error *err)
{
	tw_staffing s = { sizeof s, 0, load, hold_s, within_s, patience_s };

	return tw_erlang_a_servers(out, &s, level, abandonment, err);
}

static tw_status service_level(double *out, uint32_t formula,
	uint64_t answered, uint64_t answered_in_time, uint64_t abandoned,
	uint64_t abandoned_in_time, uint64_t abandoned_short, uint64_t lost,
	tw_error *err)
{
	tw_service_counts c = { sizeof c, 0, answered, answered_in_time,
		abandoned, abandoned_in_time, abandoned_short, lost };

	return tw_service_level(out, &c, formula, err);
}

/* A buffer of doubles. */
static tw_status mean_interval(double *mean, double *reach,
	const void *data, size_t size, double confidence, tw_error *err)
{
	return tw_mean_interval(mean, reach, data, size / sizeof(double),
				confidence, err);
}
%}
