/* Bundles, exchange rates, and a month of a tariff. */
TW_HANDLE(tw_bundles)
TW_HANDLE(tw_pots)
TW_RESULT(tw_tariff_month, TW_TARIFF_MONTH_INIT)
TW_RESULT(tw_pot, TW_POT_INIT)

%immutable;
typedef struct tw_tariff_month {
	uint32_t invoice_total, tier_mode, tier_ppm;
	uint64_t calls, attempts;
	int64_t charged_s, bundle_s, paid_s, tier_from_s, from, to;
	tw_money sum_of_rounded, rounded_sum, difference, tier_difference;
	tw_money commitment, shortfall, total, converted;
	char zone[64];
} tw_tariff_month;

typedef struct tw_pot {
	uint32_t period;
	int64_t from, to, seconds, used_s, left_s;
	char name[128];
} tw_pot;
%mutable;

%thread tw_exchange_import;
%thread tariff_total;

tw_status tw_exchange_import(tw_counts *out, tw_rejects **out_rejects,
	tw_store *store, const void *data, size_t size, tw_error *err);
tw_status tw_exchange_rate(int64_t *out_nanos, tw_store *store,
			   const tw_deck *deck, int64_t at, tw_error *err);
tw_status tw_pots_next(tw_pot *out, tw_pots *pots, tw_error *err);
tw_status tw_period_parse(uint32_t *out, const char *name, tw_error *err);
tw_status tw_period_range(int64_t *out_from, int64_t *out_to,
			  uint32_t period, const tw_zone *zone, int64_t at,
			  tw_error *err);

%{
static uint64_t *numbers_of(PyObject *list, size_t count)
{
	uint64_t *numbers = tw_calloc(count + 1, sizeof *numbers);

	if (!numbers)
		PyErr_NoMemory();
	for (size_t i = 0; numbers && !PyErr_Occurred() && i < count; ++i)
		numbers[i] = PyLong_AsUnsignedLongLong(
			PyList_GET_ITEM(list, (Py_ssize_t)i));
	return numbers;
}

static const char **texts_of(PyObject *list, size_t count)
{
	const char **texts = tw_calloc(count + 1, sizeof *texts);

	if (!texts)
		PyErr_NoMemory();
	for (size_t i = 0; texts && !PyErr_Occurred() && i < count; ++i)
		texts[i] = PyUnicode_AsUTF8(
			PyList_GET_ITEM(list, (Py_ssize_t)i));
	return texts;
}

static tw_bundle_call bundle_call(uint32_t direction, const char *number,
				  uint64_t department, int64_t answer)
{
	tw_bundle_call c = TW_BUNDLE_CALL_INIT;

	c.direction = direction;
	c.number = number;
	c.department = department;
	c.answer = answer;
	return c;
}
%}

%inline %{
/* One object of two: the month and its pots. */
static tw_status tariff_total(tw_tariff_month *out, tw_pots **out_rejects,
	tw_store *store, const char *tariff, const char *month, tw_error *err)
{
	return tw_tariff_total(out, out_rejects, store, tariff, month, err);
}

static tw_status bundles_new(tw_bundles **out, tw_zone *zone, tw_error *err)
{
	return tw_bundles_new(out, zone, err);
}

/* prefixes and departments: lists, or None for all of them. */
static tw_status bundles_add(tw_bundles *bundles, uint64_t id,
	uint32_t period, int64_t seconds, int carry_over, int64_t from,
	int64_t to, PyObject *prefixes, PyObject *departments, tw_error *err)
{
	tw_bundle b = TW_BUNDLE_INIT;
	const char **texts = NULL;
	uint64_t *numbers = NULL;
	tw_status status = TW_EINVAL;

	b.id = id;
	b.period = period;
	b.seconds = seconds;
	b.carry_over = carry_over != 0;
	b.from = from;
	b.to = to;
	if (prefixes != Py_None) {
		b.prefix_count = (size_t)PyList_Size(prefixes);
		b.prefixes = texts = texts_of(prefixes, b.prefix_count);
	}
	if (departments != Py_None) {
		b.department_count = (size_t)PyList_Size(departments);
		b.departments = numbers = numbers_of(departments,
						     b.department_count);
	}
	if (!PyErr_Occurred())
		status = tw_bundles_add(bundles, &b, err);
	tw_free(texts);
	tw_free(numbers);
	return status;
}

static tw_status bundles_left(int64_t *out, tw_bundles *bundles,
	uint32_t direction, const char *number, uint64_t department,
	int64_t answer, tw_error *err)
{
	const tw_bundle_call c = bundle_call(direction, number, department,
					     answer);

	return tw_bundles_left(out, bundles, &c, err);
}

/* [(bundle, period, seconds)] */
static PyObject *bundles_take(tw_bundles *bundles, uint32_t direction,
	const char *number, uint64_t department, int64_t answer,
	int64_t seconds)
{
	const tw_bundle_call c = bundle_call(direction, number, department,
					     answer);
	tw_bundle_use uses[256];
	tw_error e = TW_ERROR_INIT;
	uint32_t count = 256;
	tw_status status = tw_bundles_take(uses, &count, bundles, &c,
					   seconds, &e);
	PyObject *list;

	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	list = PyList_New(0);
	for (uint32_t i = 0; list && i < count; ++i) {
		PyObject *v = Py_BuildValue("(KLL)",
			(unsigned long long)uses[i].bundle,
			(long long)uses[i].period,
			(long long)uses[i].seconds);

		if (!v || PyList_Append(list, v) < 0)
			Py_CLEAR(list);
		Py_XDECREF(v);
	}
	return list;
}

/* back: gives the use back; else sets it. */
static tw_status bundles_put(tw_bundles *bundles, uint64_t bundle,
	int64_t period, int64_t seconds, int back, tw_error *err)
{
	tw_bundle_use use = TW_BUNDLE_USE_INIT;

	use.bundle = bundle;
	use.period = period;
	use.seconds = seconds;
	return back ? tw_bundles_give_back(bundles, &use, err) :
		tw_bundles_restore(bundles, &use, err);
}

static PyObject *bundles_state(tw_bundles *bundles)
{
	tw_bundle_use use = TW_BUNDLE_USE_INIT;
	PyObject *list = PyList_New(0);

	for (size_t i = 0; list && tw_bundles_state(&use, bundles, i, NULL) ==
	     TW_OK; ++i) {
		PyObject *v = Py_BuildValue("(KLL)",
			(unsigned long long)use.bundle,
			(long long)use.period, (long long)use.seconds);

		if (!v || PyList_Append(list, v) < 0)
			Py_CLEAR(list);
		Py_XDECREF(v);
	}
	return list;
}
%}
