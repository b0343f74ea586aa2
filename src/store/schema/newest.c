/**
 * @file src/store/schema/newest.c  What all the steps come to
 *
 * Runs while the library is built, and prints the schema of today as C. An
 * empty file is made by it in a tenth of the time that the steps take: SQLite
 * reads the whole schema anew after every ALTER TABLE. It is made and not
 * written by hand, so that it cannot differ from the steps.
 */
#include <sqlite3.h>
#include <stdio.h>
#include "store/schema.h"

static int run_steps(sqlite3 *db)
{
	for (const struct tw_schema *step = tw__schema; step->name; step++) {
		char *message = NULL;

		if (!sqlite3_exec(db, step->sql, NULL, NULL, &message))
			continue;
		fprintf(stderr, "%s: %s\n", step->name, message);
		sqlite3_free(message);
		return 1;
	}
	return 0;
}

static void print_bytes(const unsigned char *text)
{
	for (; *text; text++)
		printf("%u,", *text);
}

/* In the order in which they were made, but what belongs to a table behind
 * it: that one may be a later copy of it. */
static int print_schema(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	int code;

	if (sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_schema "
			       "WHERE sql IS NOT NULL AND name NOT LIKE "
			       "'sqlite\\_%' ESCAPE '\\' "
			       "ORDER BY type <> 'table', rowid", -1, &stmt,
			       NULL))
		return 1;
	printf("#include \"store/schema.h\"\n\n"
	       "const char tw__schema_newest[] = {\n");
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		print_bytes(sqlite3_column_text(stmt, 0));
		print_bytes((const unsigned char *)";\n");
		printf("\n");
	}
	printf("0 };\n");
	sqlite3_finalize(stmt);
	return code != SQLITE_DONE;
}

int main(void)
{
	sqlite3 *db = NULL;
	int failed = sqlite3_open(":memory:", &db) || run_steps(db) ||
		print_schema(db);

	if (failed)
		fprintf(stderr, "the newest schema cannot be made: %s\n",
			db ? sqlite3_errmsg(db) : "out of memory");
	sqlite3_close(db);
	return failed;
}
