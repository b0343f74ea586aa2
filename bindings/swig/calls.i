/* The calls. Prototypes as in the headers where Python can pass the
 * arguments; flat functions where C takes a caller-filled struct. */

const char *tw_version(void);
const char *tw_status_name(tw_status status);

%thread tw_store_open_at;
%thread tw_deployment_apply;
%thread tw_import_file;
%thread tw_import_commit;
%thread tw_store_verify_all;
%thread tw_store_commit;
%thread tw_directory_open;
%thread tw_directory_import;
%thread tw_directory_suggest;
%thread tw_unrated_list;
%thread tw_import_undo;
%thread tw_tariff_deck;

/* ---- money and time ---- */
tw_status tw_decimal_parse(int64_t *out_nanos, const char *text,
			   tw_error *err);
tw_status tw_decimal_round(int64_t *out_nanos, int64_t nanos,
			   uint32_t decimals, uint32_t mode, tw_error *err);
tw_status tw_rounding_parse(uint32_t *out, const char *name, tw_error *err);
tw_status tw_currency_decimals(uint32_t *out, const char *currency,
			       tw_error *err);

tw_status tw_zone_open(tw_zone **out, const char *name, tw_error *err);
const char *tw_zone_name(const tw_zone *zone);
int64_t tw_zone_next_change(const tw_zone *zone, int64_t t);
tw_status tw_time_parse(int64_t *out, const char *text, const tw_zone *zone,
			tw_error *err);
tw_status tw_month_range(int64_t *out_from, int64_t *out_to,
			 const char *month, const tw_zone *zone,
			 tw_error *err);

%inline %{
/* The one spelling under which a number is stored and looked up. */
static PyObject *number_digits(const char *text, const char *country)
{
	tw_error e = TW_ERROR_INIT;
	char digits[32];
	tw_status status = tw_number_digits(digits, sizeof digits, text,
					    country, &e);

	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	return PyUnicode_FromString(digits);
}

static tw_status zone_local(tw_civil *out, const tw_zone *zone, int64_t t,
			    tw_error *err)
{
	(void)err;
	tw_zone_local(out, zone, t);
	return TW_OK;
}

static tw_status zone_instant(int64_t *out, const tw_zone *zone, int year,
	int month, int day, int hour, int minute, int second, tw_error *err)
{
	const tw_civil civil = { year, month, day, hour, minute, second,
		0, 0, 0 };

	return tw_zone_instant(out, zone, &civil, err);
}

/* ---- store ---- */
static tw_status tw_store_open_at(tw_store **out, const char *path,
	uint32_t flags, uint32_t lock_wait_ms, const char *actor,
	tw_error *err)
{
	tw_store_options o = TW_STORE_OPTIONS_INIT;

	o.flags = flags;
	o.actor = actor;
	o.lock_wait_ms = lock_wait_ms;
	return tw_store_open(out, path, &o, err);
}
%}
tw_status tw_store_begin(tw_store *store, tw_error *err);
tw_status tw_store_commit(tw_store *store, tw_error *err);
tw_status tw_store_rollback(tw_store *store, tw_error *err);
uint32_t tw_store_schema(const tw_store *store);

%typemap(in, numinputs=0) (tw_verdict *all, uint32_t *count)
	(tw_verdict room[64], uint32_t n)
{
	for (n = 0; n < 64; ++n)
		room[n] = (tw_verdict)TW_VERDICT_INIT;
	$1 = room;
	$2 = &n;
}
%typemap(argout) (tw_verdict *all, uint32_t *count) {
	PyObject *list = PyList_New(0);

	for (uint32_t i = 0; list && i < *$2; ++i) {
		PyObject *v = Py_BuildValue("(ssi)", $1[i].invariant,
			$1[i].detail, (int)$1[i].holds);

		if (!v || PyList_Append(list, v) < 0)
			Py_CLEAR(list);
		Py_XDECREF(v);
	}
	if (!list)
		SWIG_fail;
	$result = tw_append($result, list);
}
%inline %{
static tw_status tw_store_verify_all(tw_verdict *all, uint32_t *count,
				     tw_store *store, tw_error *err)
{
	return tw_store_verify(all, count, store, err);
}
%}

/* ---- deployment and directory ---- */
tw_status tw_deployment_new(tw_deployment **out, tw_error *err);
tw_status tw_deployment_set(tw_deployment *deployment, const char *key_path,
			    uint32_t type, const char *text, tw_error *err);
tw_status tw_deployment_check(tw_deployment *deployment, tw_error *err);
tw_status tw_deployment_apply(tw_changes **out, tw_deployment *deployment,
			      tw_store *store, int64_t at, uint32_t flags,
			      tw_error *err);
tw_status tw_changes_next(tw_change *out, tw_changes *changes,
			  tw_error *err);
uint32_t tw_changes_count(const tw_changes *changes);

%inline %{
/* (field, message, is_error) of a problem or warning. */
static PyObject *deployment_problem(const tw_deployment *deployment,
				    uint32_t index)
{
	tw_error e = TW_ERROR_INIT, why = TW_ERROR_INIT;
	tw_status status = tw_deployment_problem(&e, deployment, index,
						 &why);

	if (status == TW_ITER_END)
		Py_RETURN_NONE;
	if (status != TW_OK) {
		tw_raise(status, &why);
		return NULL;
	}
	return Py_BuildValue("(ssi)", e.field, e.message, e.code != TW_OK);
}
%}

tw_status tw_directory_open(tw_directory **out, tw_store *store, int64_t at,
			    tw_error *err);
%inline %{
static tw_status directory_edition(int64_t *out, tw_store *store, int64_t at,
				   tw_error *err)
{
	uint64_t edition = 0;
	tw_status status = tw_directory_edition(&edition, store, at, err);

	*out = (int64_t)edition;
	return status;
}

/* Rows go by number: 0 starts, 0 comes back at the end. */
static tw_status directory_find(uint32_t *out, const tw_directory *directory,
	const char *kind, const char *name, tw_error *err)
{
	tw_row row = { 0 };
	tw_status status = tw_directory_find(&row, directory, kind, name,
					     err);

	if (status == TW_OK)
		*out = row.id;
	return status;
}

static tw_status directory_next(uint32_t *out, const tw_directory *directory,
	const char *kind, uint32_t after, tw_error *err)
{
	tw_row row = { after };
	tw_status status = tw_directory_next(&row, directory, kind, err);

	if (status == TW_OK)
		*out = row.id;
	return status;
}

static tw_status directory_next_child(uint32_t *out,
	const tw_directory *directory, uint32_t parent, uint32_t after,
	tw_error *err)
{
	const tw_row up = { parent };
	tw_row row = { after };
	tw_status status = tw_directory_next_child(&row, directory, up, err);

	if (status == TW_OK)
		*out = row.id;
	return status;
}

static const char *row_text(const tw_directory *directory, uint32_t row,
			    const char *field)
{
	const tw_row r = { row };

	return tw_row_text(directory, r, field);
}

static uint64_t row_identity(const tw_directory *directory, uint32_t row)
{
	const tw_row r = { row };

	return tw_row_identity(directory, r);
}
%}
tw_status tw_directory_router(tw_router **out, const tw_directory *directory,
			      tw_store *store, tw_error *err);
tw_status tw_directory_import(tw_counts *out, tw_rejects **out_rejects,
	tw_store *store, const void *data, size_t size, const char *zone,
	tw_error *err);
tw_status tw_rejects_next(tw_reject *out, tw_rejects *rejects,
			  tw_error *err);

/* ---- call records and tariffs ---- */
%{
#include <errno.h>
#include <unistd.h>
#include "places.h"

/* Of a plain file, from its beginning. */
static tw_status plain_read(void *out, size_t *size, uint64_t offset,
			    void *arg, tw_error *err)
{
	ssize_t n;

	do {
		n = pread((int)(intptr_t)arg, out, *size < (1u << 20) ?
			  *size : 1u << 20, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		err->code = TW_EIO;
		snprintf(err->message, sizeof err->message, "%s",
			 strerror(errno));
		return TW_EIO;
	}
	*size = (size_t)n;
	return TW_OK;
}
%}
%inline %{
/* Whoever calls keeps `lookup` and `map` alive until the commit, and open the
 * file that is read where no bytes are given (fd -1: there is none). */
static tw_status import_new(tw_import **out, tw_store *store,
	const char *source, const char *preset, const char *zone,
	const char *file_name, const char *trunk_pattern,
	const char *carrier, PyObject *lookup, const tw_cdr_map *map,
	int one_thread, int fd, tw_error *err)
{
	const tw_numbering_lookup l = python_lookup(lookup);
	tw_import_options o = TW_IMPORT_OPTIONS_INIT;

	o.read = fd < 0 ? NULL : plain_read;
	o.read_arg = (void *)(intptr_t)fd;

	o.flags = one_thread ? TW_IMPORT_ONE_THREAD : 0;
	o.source = source;
	o.preset = preset;
	o.zone = zone;
	o.file_name = file_name;
	o.trunk_pattern = trunk_pattern;
	o.carrier = carrier;
	o.lookup = &l;
	o.map = map;
	return tw_import_new(out, store, &o, err);
}
%}
tw_status tw_import_file(tw_import *import, const void *data, size_t size,
			 tw_error *err);
tw_status tw_import_commit(tw_counts *out, tw_rejects **out_rejects,
			   tw_import *import, tw_error *err);
uint64_t tw_import_batch(const tw_import *import);
tw_status tw_tariff_deck(tw_deck **out, tw_store *store, const char *carrier,
			 int64_t at, tw_error *err);


/* ---- registration without I/O ---- */
%typemap(in) (const void *password, size_t password_size) =
	(const void *data, size_t size);
%typemap(freearg) (const void *password, size_t password_size) =
	(const void *data, size_t size);
%inline %{
static tw_status registration_new(tw_registration **out, const char *name,
	const char *registrar, const char *user, const char *auth_user,
	const void *password, size_t password_size, const char *realm,
	uint32_t expires_s, tw_error *err)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	o.name = name;
	o.registrar = registrar;
	o.user = user;
	o.auth_user = auth_user;
	o.password = password;
	o.password_size = password_size;
	o.realm = realm;
	o.expires_s = expires_s;
	return tw_registration_new(out, &o, NULL, err);
}

/* None at the end, ("send", host, port, transport, bytes),
 * ("target", host, port, transport), ("query", number, type, name) or
 * ("event", old, new, code, reason, target, next_try_s, expires_s). */
static PyObject *registration_next(tw_registration *registration)
{
	tw_registration_action a = TW_REGISTRATION_ACTION_INIT;
	tw_error e = TW_ERROR_INIT;
	tw_status status = tw_registration_next(&a, registration, &e);

	if (status == TW_ITER_END)
		Py_RETURN_NONE;
	if (status != TW_OK) {
		tw_raise(status, &e);
		return NULL;
	}
	if (a.kind == TW_ACTION_SEND)
		return Py_BuildValue("(ssIIy#)", "send", a.host,
			(unsigned)a.port, (unsigned)a.transport,
			(const char *)a.data, (Py_ssize_t)a.data_size);
	if (a.kind == TW_ACTION_TARGET)
		return Py_BuildValue("(ssII)", "target", a.host,
			(unsigned)a.port, (unsigned)a.transport);
	if (a.kind == TW_ACTION_QUERY)
		return Py_BuildValue("(sIIs)", "query", (unsigned)a.query,
			(unsigned)a.query_type, a.host);
	return Py_BuildValue("(sssissii)", "event",
		tw_trunk_state_name(a.event.state_old),
		tw_trunk_state_name(a.event.state_new),
		(int)a.event.sip_code, a.event.reason, a.event.target,
		(int)a.event.next_try_s, (int)a.event.expires_s);
}
%}
const char *tw_trunk_state_name(uint32_t state);
tw_status tw_registration_set_local(tw_registration *registration,
	const char *host, uint32_t port, tw_error *err);
tw_status tw_registration_query_failed(tw_registration *registration,
	uint32_t query, const char *why, int64_t now_us, tw_error *err);
tw_status tw_registration_start(tw_registration *registration,
				int64_t now_us, tw_error *err);
tw_status tw_registration_stop(tw_registration *registration,
			       int64_t now_us, tw_error *err);
tw_status tw_registration_receive(tw_registration *registration,
	const void *data, size_t size, int64_t now_us, tw_error *err);
tw_status tw_registration_tick(tw_registration *registration, int64_t now_us,
			       tw_error *err);
int64_t tw_registration_deadline(const tw_registration *registration);
%inline %{
static tw_status registration_status(tw_trunk_status *out,
	const tw_registration *registration, tw_error *err)
{
	return tw_registration_status(out, registration, err);
}
%}

/* ---- ledger and listings ---- */
tw_status tw_ledger_month_total(tw_money *out, tw_store *store,
	const char *month, const char *currency, tw_error *err);
tw_status tw_listing_next(tw_listing_row *out, tw_listing *listing,
			  tw_error *err);
tw_status tw_unrated_list(tw_listing **out, tw_store *store, tw_error *err);
tw_status tw_directory_suggest(tw_listing **out, tw_store *store,
			       tw_error *err);
tw_status tw_import_list(tw_listing **out, tw_store *store, tw_error *err);
tw_status tw_import_undo(tw_store *store, uint64_t batch, tw_error *err);
