/**
 * @file src/store/shape.c  Is the schema what the steps make of a file?
 *
 * What guards history is itself only a row that somebody can delete past
 * trunkwise. So the schema is compared with one that is made anew in memory:
 * steps and the newest schema come to the same text. Refuses to mend.
 */
#include <stdio.h>
#include <string.h>
#include "handle.h"
#include "schema.h"
#include "shape.h"

/* SQLite's own tables and indexes are named sqlite_; who writes the schema by
 * hand can name a trigger so. */
#define OBJECTS "SELECT type, name, coalesce(sql, '') FROM sqlite_schema " \
	"WHERE type IN ('trigger', 'view') OR " \
	"name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name"

struct walk {
	sqlite3_stmt *stmt;
	int code;               /* of the last step */
};

static void step(struct walk *walk)
{
	walk->code = sqlite3_step(walk->stmt);
}

static const char *text(const struct walk *walk, int column)
{
	const unsigned char *p = sqlite3_column_text(walk->stmt, column);

	return p ? (const char *)p : "";
}

/* Where both stand: -1 the model is before, 1 the file is. */
static int order(const struct walk *model, const struct walk *file)
{
	int by_type;

	if (model->code != SQLITE_ROW || file->code != SQLITE_ROW)
		return model->code == SQLITE_ROW ? -1 : 1;
	by_type = strcmp(text(model, 0), text(file, 0));
	return by_type ? by_type : strcmp(text(model, 1), text(file, 1));
}

/* What stops a row of ours. */
static bool is_in_the_way(const struct walk *file)
{
	return !strcmp(text(file, 0), "trigger") ||
		(!strcmp(text(file, 0), "index") &&
		 !sqlite3_strnicmp(text(file, 2), "CREATE UNIQUE", 13));
}

static void say(char out[200], const struct walk *walk, const char *what)
{
	if (!*out)
		snprintf(out, 200, "%.10s %.120s %s", text(walk, 0),
			 text(walk, 1), what);
}

static void compare(char out[200], struct walk *model, struct walk *file)
{
	step(model);
	step(file);
	while (!*out && (model->code == SQLITE_ROW ||
			 file->code == SQLITE_ROW)) {
		int place = order(model, file);

		if (place < 0)
			say(out, model, "is gone: restore a backup");
		else if (place > 0 && is_in_the_way(file))
			say(out, file, "is not trunkwise's: drop it");
		else if (!place && strcmp(text(model, 2), text(file, 2)))
			say(out, model, "was changed: restore a backup");
		if (place <= 0)
			step(model);
		if (place >= 0)
			step(file);
	}
}

static int prepare(struct walk *walk, sqlite3 *db)
{
	return sqlite3_prepare_v2(db, OBJECTS, -1, &walk->stmt, NULL);
}

static bool has_ended(const struct walk *walk)
{
	return walk->code == SQLITE_ROW || walk->code == SQLITE_DONE;
}

tw_status tw__store_shape(char out[200], tw_store *store, tw_error *err)
{
	struct walk model = { NULL, SQLITE_OK }, file = { NULL, SQLITE_OK };
	sqlite3 *db = NULL;
	tw_status status = tw__store_usable(store, err);
	int code;

	*out = '\0';
	if (status)
		return status;
	(void)tw__store_meet(store);
	code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE |
			       SQLITE_OPEN_NOMUTEX, NULL);
	if (!code)
		code = sqlite3_exec(db, tw__schema_newest, NULL, NULL, NULL);
	if (!code)
		code = prepare(&model, db);
	if (!code)
		code = prepare(&file, store->db);
	if (!code) {
		compare(out, &model, &file);
		code = has_ended(&model) ? SQLITE_OK : model.code;
		if (!code && !has_ended(&file))
			code = file.code;
	}
	sqlite3_finalize(model.stmt);
	sqlite3_finalize(file.stmt);
	sqlite3_close(db);
	return code ? tw__store_fail(store, code, "cannot compare the schema",
				     err) : TW_OK;
}
