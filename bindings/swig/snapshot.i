/* Snapshots of an engine, and what a restore found different. */
TW_HANDLE(tw_engine_changes)

%inline %{
static PyObject *engine_snapshot(const tw_engine *engine)
{
	tw_error e = TW_ERROR_INIT;
	PyObject *made;
	void *bytes;
	size_t size;
	tw_status status = tw_engine_snapshot(&bytes, &size, engine, &e);

	if (status) {
		tw_raise(status, &e);
		return NULL;
	}
	made = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)size);
	tw_free(bytes);
	return made;
}

/* (change, kind, name, detail), None at the end. */
static PyObject *engine_changes_next(tw_engine_changes *changes)
{
	tw_engine_change c = TW_ENGINE_CHANGE_INIT;

	if (tw_engine_changes_next(&c, changes, NULL))
		Py_RETURN_NONE;
	return Py_BuildValue("(Isss)", (unsigned)c.change, c.kind, c.name,
			     c.detail);
}
%}
%apply tw_engine_changes **out { tw_engine_changes **changes };
tw_status tw_engine_restore(tw_engine_changes **changes, tw_engine *engine,
	const void *data, size_t size, tw_error *err);
/* Python's owner of `fresh` disowns it. */
tw_status tw_engine_reload(tw_engine_changes **changes, tw_engine *engine,
	tw_engine *fresh, int64_t now, tw_error *err);

