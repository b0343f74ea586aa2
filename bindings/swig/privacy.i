/* People's numbers leave. */
TW_RESULT(tw_erasure, TW_ERASURE_INIT)

%immutable;
typedef struct tw_erasure {
	int64_t before;
	uint64_t numbers, calls, records;
} tw_erasure;
%mutable;

%thread privacy_retain;
%thread privacy_erase;

tw_status tw_privacy_list(tw_listing **out, tw_store *store, tw_error *err);

%inline %{
/* Objects of two: the sums and the list. */
static tw_status privacy_retain(tw_erasure *out, tw_listing **out_rejects,
	tw_store *store, uint32_t months, int dry_run, tw_error *err)
{
	return tw_privacy_retain(out, out_rejects, store, months,
				 dry_run ? TW_PRIVACY_DRY_RUN : 0, err);
}

static tw_status privacy_erase(tw_erasure *out, tw_listing **out_rejects,
	tw_store *store, const char *number, int dry_run, tw_error *err)
{
	return tw_privacy_erase(out, out_rejects, store, number,
				dry_run ? TW_PRIVACY_DRY_RUN : 0, err);
}

static PyObject *number_mask(const char *number)
{
	char text[12];
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_number_mask(text, sizeof text, number, &e);

	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyUnicode_FromString(text);
}
%}
