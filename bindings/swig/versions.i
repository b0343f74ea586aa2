/* Versions of tariffs: importing one with progress, listing, undoing. */
TW_RESULT(tw_tariff_version, TW_TARIFF_VERSION_INIT)
TW_RESULT(tw_price_change, TW_PRICE_CHANGE_INIT)
TW_RESULT(tw_price_total, TW_PRICE_TOTAL_INIT)

%immutable;
typedef struct tw_tariff_version {
	uint32_t state;
	int64_t version, from, made, withdrawn;
	uint64_t rates;
	uint32_t partial;
	char tariff[128];
	char carrier[128];
	char file_name[256];
	char stated_by[64];
} tw_tariff_version;

typedef struct tw_price_change {
	uint32_t kind, notice;
	int32_t notice_days;
	uint32_t has_percent, direction, relation, from_s;
	int64_t percent_hundredths, old_price_nanos, new_price_nanos;
	int64_t effective;
	uint64_t calls, lost;
	int64_t difference_nanos, line;
	char prefix[16];
	char caller_prefix[16];
	char destination[96];
	char band[32];
} tw_price_change;

typedef struct tw_price_total {
	int32_t notice_days;
	int64_t version, before, starts, received, month_from, month_to;
	uint64_t fresh, increase, decrease, ended, unchanged, breached;
	uint64_t calls, lost, gained, unknown;
	tw_money old_cost, new_cost, lost_cost, gained_cost;
	char contract[128];
	char zone[64];
	char tariff_zone[64];
} tw_price_total;
%mutable;

%thread tariff_changes;
%thread tariff_import;
%thread tw_tariff_list;
%thread tariff_stated;
%thread tariff_undo;

const char *tw_version_state_name(uint32_t state);
tw_status tw_tariff_list(tw_tariff_versions **out, tw_store *store,
			 const char *tariff, tw_error *err);
tw_status tw_tariff_versions_next(tw_tariff_version *out,
				  tw_tariff_versions *versions,
				  tw_error *err);

%{
/* Long work lets go of the interpreter, and takes it back to ask. What the
 * callable raises goes on its way once the library has cleaned up. */
static int tell_python(void *arg, uint64_t done, uint64_t total)
{
	PyGILState_STATE gil = PyGILState_Ensure();
	PyObject *answer = NULL;
	int stop = 1;

	if (!PyErr_CheckSignals())
		answer = PyObject_CallFunction(arg, "KK",
			(unsigned long long)done, (unsigned long long)total);
	if (answer) {
		stop = PyObject_IsTrue(answer);
		Py_DECREF(answer);
	}
	PyGILState_Release(gil);
	return stop;
}
%}

%thread tw_call_explain;
tw_status tw_call_explain(char **out, tw_store *store, const char *call_id,
			  const char *lang, tw_error *err);

const char *tw_price_kind_name(uint32_t kind);
tw_status tw_price_changes_next(tw_price_change *out,
				tw_price_changes *changes, tw_error *err);
tw_status tw_price_changes_total(tw_price_total *out,
				 const tw_price_changes *changes,
				 tw_error *err);

%inline %{
static tw_status tariff_changes(tw_price_changes **out, tw_store *store,
	const char *tariff, int64_t version, int64_t received,
	int notice_days, tw_error *err)
{
	tw_price_options o = TW_PRICE_OPTIONS_INIT;

	o.tariff = tariff;
	o.version = version;
	o.received = received;
	o.notice_days = notice_days;
	return tw_tariff_changes(out, store, &o, err);
}

static tw_status tariff_import(tw_counts *out, tw_tariff_diff *out_diff,
	tw_rejects **out_rejects, tw_store *store, const char *tariff,
	const char *carrier, const char *file_name, const char *zone,
	const char *currency, const char *starts, uint32_t flags,
	const tw_sheet_map *map, PyObject *progress, const void *data, size_t size, tw_error *err)
{
	tw_tariff_import o = TW_TARIFF_IMPORT_INIT;

	o.flags = flags;
	o.tariff = tariff;
	o.carrier = carrier;
	o.file_name = file_name;
	o.zone = zone;
	o.currency = currency;
	o.map = map;
	o.starts = starts;
	if (progress != Py_None) {
		o.progress = tell_python;
		o.progress_arg = progress;
	}
	return tw_tariff_import_sheet(out, out_diff, out_rejects, store, &o,
				      data, size, err);
}

/* 0: it is in force already */
static tw_status tariff_stated(int64_t *out_from, tw_store *store,
	const char *tariff, const char *carrier, const char *source,
	const char *currency, const char *zone, const char *starts,
	tw_error *err)
{
	tw_stated_options o = TW_STATED_OPTIONS_INIT;

	o.tariff = tariff;
	o.carrier = carrier;
	o.source = source;
	o.currency = currency;
	o.zone = zone;
	o.starts = starts;
	return tw_tariff_stated(out_from, store, &o, err);
}

/* (version, in_force) */
static tw_status tariff_undo(int64_t *out_from, int64_t *out_to,
	tw_store *store, const char *tariff, int64_t version, tw_error *err)
{
	return tw_tariff_undo(out_from, out_to, store, tariff, version, err);
}
%}
