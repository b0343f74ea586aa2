/**
 * @file src/store/guard.c  What a connection may be asked to do
 *
 * Decides which verbs of SQL a read-only handle knows: those that read this
 * file. SQLITE_OPEN_READONLY alone would still let a statement attach another
 * database, change the connection's own settings or make a temporary table.
 * Refuses to know tables: what may be seen is not decided here.
 */
#include <string.h>
#include "handle.h"

struct word {
	const char *name;
	bool with_value;        /* PRAGMA name(value) is a question too */
};

static const struct word pragmas[] = {
	{ "application_id", false }, { "user_version", false },
	{ "data_version", false }, { "encoding", false },
	{ "page_count", false }, { "page_size", false },
	{ "freelist_count", false }, { "journal_mode", false },
	{ "synchronous", false }, { "foreign_keys", false },
	{ "query_only", false }, { "trusted_schema", false },
	{ "recursive_triggers", false }, { "wal_autocheckpoint", false },
	{ "compile_options", false }, { "table_list", true },
	{ "table_info", true }, { "table_xinfo", true },
	{ "index_list", true }, { "index_info", true },
	{ "index_xinfo", true }, { "foreign_key_list", true },
	{ "foreign_key_check", true }, { "integrity_check", true },
	{ "quick_check", true },
};

static const char *const functions[] = {
	"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit",
};

static bool pragma_is_read(const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(pragmas); i++) {
		if (name && !sqlite3_stricmp(pragmas[i].name, name))
			return !value || pragmas[i].with_value;
	}
	return false;
}


static bool function_is_ours(const char *name)
{
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(functions); i++) {
		if (name && !sqlite3_stricmp(functions[i], name))
			return false;
	}
	return true;
}


static int allow_reads(void *arg, int action, const char *first,
		       const char *second, const char *database,
		       const char *inside)
{
	bool allowed = false;

	(void)arg;
	(void)database;
	(void)inside;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
		allowed = true;
		break;
	case SQLITE_FUNCTION:
		allowed = function_is_ours(second);
		break;
	case SQLITE_PRAGMA:
		allowed = pragma_is_read(first, second);
		break;
	}
	return allowed ? SQLITE_OK : SQLITE_DENY;
}


/* One file a connection, and nothing of it unbounded: limits are asked of
 * writers too, since no statement of ours comes near them. */
void tw__store_limit(tw_store *store)
{
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
			  NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0,
			  NULL);
	sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, 256 * 1024 * 1024);
	sqlite3_limit(store->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
	sqlite3_limit(store->db, SQLITE_LIMIT_WORKER_THREADS, 0);
}


tw_status tw__store_guard(tw_store *store, tw_error *err)
{
	tw_status status;

	status = tw__store_exec(store, "PRAGMA query_only = ON", err);
	if (!status)
		sqlite3_set_authorizer(store->db, allow_reads, NULL);
	return status;
}
