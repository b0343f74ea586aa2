/**
 * @file src/store/inspect.c  What can be told about the file without reading
 * what it says
 *
 * Decides how much is checked when. Opening must stay cheap, since every
 * command opens the store: a file up to INSPECT_BYTES_MAX is checked page by
 * page, a larger one only where SQLite looks anyway (header, length, schema);
 * its pages are checked as they are read, by `verify`, by `store check` and
 * in every backup.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "inspect.h"

#define INSPECT_BYTES_MAX (4 * 1024 * 1024)

static tw_status damaged(tw_store *store, const char *text, tw_error *err)
{
	store->damaged = true;
	tw__fail(err, TW_ESTORE, "%s is damaged (%.120s)%s", store->path,
		 text, tw__store_mend(SQLITE_CORRUPT));
	if (err)
		err->store_code = SQLITE_CORRUPT;
	return TW_ESTORE;
}


/* "unable to get the page. error code=7", or 3082: an I/O error for want of
 * memory. */
bool tw__finding_is_memory(const char *finding)
{
	return strstr(finding, "error code=7\n") ||
		strstr(finding, "error code=3082") ||
		(strlen(finding) >= 12 &&
		 !strcmp(finding + strlen(finding) - 12, "error code=7"));
}


tw_status tw__store_inspect(tw_store *store, tw_error *err)
{
	int64_t pages = 0, bytes = 0;
	struct tw_stmt *stmt;
	tw_status status;

	status = tw__store_ask(&pages, store, "PRAGMA page_count", err);
	if (!status)
		status = tw__store_ask(&bytes, store, "PRAGMA page_size",
				       err);
	if (status || pages > INSPECT_BYTES_MAX / bytes)
		return status;
	status = tw__stmt_new(&stmt, store, "PRAGMA quick_check(1)", err);
	if (status)
		return status;
	status = tw__step(stmt, err);
	if (status == TW_OK && strcmp(tw__col_text(stmt, 0), "ok"))
		status = tw__finding_is_memory(tw__col_text(stmt, 0)) ?
			tw__fail_oom(err) :
			damaged(store, tw__col_text(stmt, 0), err);
	tw__stmt_free(stmt);
	return status == TW_ITER_END ? TW_OK : status;
}


tw_status tw__store_problems(char **out, tw_store *store, tw_error *err)
{
	struct tw_stmt *stmt = NULL;
	struct tw_buf text;
	tw_error why = TW_ERROR_INIT;
	tw_status status;

	tw__buf_init(&text);
	tw__buf_text(&text, "");
	status = tw__stmt_new(&stmt, store, "PRAGMA integrity_check(20)",
			      &why);
	while (!status && (status = tw__step(stmt, &why)) == TW_OK) {
		if (!strcmp(tw__col_text(stmt, 0), "ok"))
			continue;
		tw__buf_printf(&text, "%s\n", tw__col_text(stmt, 0));
		if (!tw__finding_is_memory(tw__col_text(stmt, 0)))
			continue;
		status = tw__fail_oom(&why);
		break;
	}
	tw__stmt_free(stmt);
	/* What can't even be read is a finding and not a failure to look. */
	if (status == TW_ESTORE && store->damaged) {
		tw__buf_printf(&text, "%s\n", why.message);
		status = TW_ITER_END;
	}
	if (status != TW_ITER_END) {
		tw__buf_free(&text);
		if (err)
			*err = why;
		return status;
	}
	*out = tw__buf_take(&text);
	return *out ? TW_OK : tw__fail_oom(err);
}


tw_status tw__store_whole(tw_store *store, tw_error *err)
{
	tw_status status;
	char *text;

	status = tw__store_problems(&text, store, err);
	if (status)
		return status;
	if (*text) {
		text[strcspn(text, "\n")] = '\0';
		status = damaged(store, text, err);
	}
	tw_free(text);
	return status;
}


/* Also a schema that cannot be read is damage, and what was asked about. */
static tw_status open_damaged(tw_store **out, struct tw_buf *finding,
			      const char *path, tw_error *err)
{
	tw_error why = TW_ERROR_INIT;
	tw_status status = tw__store_open_as_is(out, path, &why);

	if (status == TW_ESTORE &&
	    (why.store_code & 0xff) == SQLITE_CORRUPT)
		return tw__buf_printf(finding, "%s\n", why.message);
	if (status && err)
		*err = why;
	return status;
}


tw_status tw_store_check(char **out, const char *path, tw_error *err)
{
	tw_store *store = NULL;
	struct tw_buf finding;
	tw_status status;

	if (!out)
		return tw__fail(err, TW_EINVAL, "no place for the text");
	tw__buf_init(&finding);
	status = open_damaged(&store, &finding, path, err);
	if (!status && store)
		status = tw__store_problems(out, store, err);
	else if (!status) {
		*out = tw__buf_take(&finding);
		status = *out ? TW_OK : tw__fail_oom(err);
	}
	tw__buf_free(&finding);
	tw_store_free(store);
	return status;
}


/* A log that nobody has written yet is one of no bytes. */
static tw_status log_bytes(uint64_t *out, const tw_store *store,
			   tw_error *err)
{
	struct tw_buf path;
	struct stat st;
	tw_status status = TW_OK;

	tw__buf_init(&path);
	if (tw__buf_printf(&path, "%s-wal", store->path))
		return tw__fail_oom(err);
	*out = 0;
	if (stat(path.data, &st) == 0)
		*out = (uint64_t)st.st_size;
	else if (errno != ENOENT)
		status = tw__fail(err, TW_EIO, "cannot look at %s: %s",
				  path.data, strerror(errno));
	tw__buf_free(&path);
	return status;
}


tw_status tw_store_describe(tw_store_info *out, tw_store *store,
			    tw_error *err)
{
	tw_store_info info = TW_STORE_INFO_INIT;
	int64_t pages = 0, bytes = 0, unused = 0;
	tw_status status;

	if (!out || !store)
		return tw__fail(err, TW_EINVAL, "no store given");
	if (out->size < sizeof(out->size) || out->size > sizeof(info))
		return tw__fail(err, TW_EINVAL, "size of the description is "
				"unknown; use TW_STORE_INFO_INIT");
	status = tw__store_usable(store, err);
	if (!status)
		status = log_bytes(&info.wal_bytes, store, err);
	if (!status)
		status = tw__store_ask(&pages, store, "PRAGMA page_count",
				       err);
	if (!status)
		status = tw__store_ask(&bytes, store, "PRAGMA page_size",
				       err);
	if (!status)
		status = tw__store_ask(&unused, store,
				       "PRAGMA freelist_count", err);
	if (status)
		return status;
	info.schema = store->schema;
	info.file_bytes = (uint64_t)pages * (uint64_t)bytes;
	info.free_bytes = (uint64_t)unused * (uint64_t)bytes;
	info.size = out->size;
	memcpy(out, &info, out->size);
	return TW_OK;
}
