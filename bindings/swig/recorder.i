/* Records of a live host, and what waits in a journal. */
TW_HANDLE(tw_recorder)
TW_HANDLE(tw_spool)
TW_RESULT(tw_recorder_stats, TW_RECORDER_STATS_INIT)

%immutable;
typedef struct tw_recorder_stats {
	uint32_t state;
	uint64_t added, durable, stored, duplicates, conflicts, rejected;
	uint64_t waiting, spooled, spool_bytes, damaged;
	uint32_t reserved;
	uint64_t interim, closed;
} tw_recorder_stats;
%mutable;

%thread recorder_open;
%thread tw_recorder_step;
%thread tw_recorder_flush;

const char *tw_recorder_state_name(uint32_t state);
tw_status tw_recorder_stats_get(tw_recorder_stats *out,
	const tw_recorder *recorder, tw_error *err);
tw_status tw_recorder_flush(tw_recorder *recorder, int64_t now,
			    tw_error *err);
tw_status tw_open_calls(tw_listing **out, tw_store *store, tw_error *err);
tw_status tw_spool_open(tw_spool **out, const char *store_path,
			const char *name, tw_error *err);

%inline %{
static tw_status recorder_open(tw_recorder **out, const char *store_path,
	const char *name, const char *source, const char *carrier,
	uint32_t group_ms, uint32_t group_rows, uint64_t spool_limit,
	uint32_t flags, tw_error *err)
{
	tw_recorder_options o = TW_RECORDER_OPTIONS_INIT;

	o.flags = flags;
	o.name = name;
	o.source = source;
	o.carrier = carrier;
	o.group_ms = group_ms;
	o.group_rows = group_rows;
	o.spool_limit = spool_limit;
	return tw_recorder_open(out, store_path, &o, err);
}

static tw_status recorder_step(int64_t *out, tw_recorder *recorder,
			       int64_t now, tw_error *err)
{
	return tw_recorder_step(out, recorder, now, err);
}

static tw_status recorder_add(uint64_t *out, tw_recorder *recorder,
	int64_t now, uint32_t direction, uint32_t status, uint32_t leg,
	uint32_t sequence, uint32_t flags, int64_t start, int64_t answer,
	int64_t end, int64_t duration_us, const char *call_id,
	const char *linked_id, const char *caller, const char *callee,
	const char *number, const char *trunk, const char *carrier,
	const char *department, const char *extension,
	const char *accountcode, const char *campaign, tw_error *err)
{
	tw_cdr cdr = TW_CDR_INIT;

	cdr.direction = direction;
	cdr.status = status;
	cdr.leg = leg;
	cdr.sequence = sequence;
	cdr.flags = flags;
	cdr.start = start;
	cdr.answer = answer;
	cdr.end = end;
	cdr.duration_us = duration_us;
	cdr.call_id = call_id;
	cdr.linked_id = linked_id;
	cdr.caller = caller;
	cdr.callee = callee;
	cdr.number = number;
	cdr.trunk = trunk;
	cdr.carrier = carrier;
	cdr.department = department;
	cdr.extension = extension;
	cdr.accountcode = accountcode;
	cdr.campaign = campaign;
	return tw_recorder_add(out, recorder, &cdr, now, err);
}

/* (state, offset, bytes, aside, call_id, start, duration_us, interim); None
 * at the end. */
static PyObject *spool_next(tw_spool *spool)
{
	tw_spooled s = TW_SPOOLED_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_spool_next(&s, spool, &e);
	const tw_cdr none = TW_CDR_INIT, *cdr = s.cdr ? s.cdr : &none;

	if (status == TW_ITER_END)
		Py_RETURN_NONE;
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return Py_BuildValue("(IKKLzLLi)", (unsigned)s.state,
		(unsigned long long)s.offset, (unsigned long long)s.bytes,
		(long long)s.aside, cdr->call_id, (long long)cdr->start,
		(long long)cdr->duration_us,
		(cdr->flags & TW_CDR_INTERIM) != 0);
}
%}
