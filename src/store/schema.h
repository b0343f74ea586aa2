/**
 * @file src/store/schema.h  Migrations, embedded from schema/NNNN_name.sql
 *
 * Each file is one forward step; its four digits become the file's version
 * (PRAGMA user_version). Steps are never edited once released.
 */
#ifndef TW_SRC_SCHEMA_H
#define TW_SRC_SCHEMA_H

struct tw_schema {
	const char *name;
	const char *sql;
};
extern const struct tw_schema tw__schema[];   /* ends with { 0, 0 } */

/* What all of them come to in an empty file, as one script; "": not known
 * (schema/newest.c). */
extern const char tw__schema_newest[];

#endif
