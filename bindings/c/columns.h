/**
 * @file bindings/c/columns.h  Columns between Python and rating
 *
 * Calls come in over the buffer protocol or Arrow and are never copied;
 * charges go out the same two ways.
 */
#ifndef TW_BINDINGS_C_COLUMNS_H
#define TW_BINDINGS_C_COLUMNS_H

#include "refuse.h"

#include <stdbool.h>
#include <trunkwise/rating.h>

/* ---- calls.c: what Python hands over, borrowed until freed ---- */

typedef struct call_columns call_columns;

tw_status call_columns_new(call_columns **out, uint32_t direction,
			   tw_error *err);
void call_columns_free(call_columns *calls);
size_t call_columns_count(const call_columns *calls);

/* `name`: numbers or callers. Data is texts of one width, or (with offsets,
 * else None) texts end to end. */
tw_status call_columns_texts(call_columns *calls, const char *name,
			     PyObject *data, PyObject *offsets,
			     tw_error *err);
/* answers or durations_us. */
tw_status call_columns_int64(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err);
/* directions or relations. */
tw_status call_columns_uint8(call_columns *calls, const char *name,
			     PyObject *data, tw_error *err);
/* numbers, callers, answers or durations_us from a pair of capsules. */
tw_status call_columns_arrow(call_columns *calls, const char *name,
			     PyObject *schema, PyObject *array,
			     tw_error *err);
/* The same from a stream of chunks. */
tw_status call_columns_stream(call_columns *calls, const char *name,
			      PyObject *capsule, tw_error *err);
/* Rows [from, to) as the library wants them; and whether one of them misses
 * its number, answer or duration. */
tw_rating_columns call_columns_slice(const call_columns *calls, size_t from,
				     size_t to);
bool call_columns_has_nulls(const call_columns *calls);
bool call_columns_is_null(const call_columns *calls, size_t row);

/* ---- charges.c: what comes back ---- */

typedef struct charge_columns charge_columns;

/* Order of the int64 columns, here and in Python. */
#define CHARGE_COST       0
#define CHARGE_NET        1
#define CHARGE_VAT        2
#define CHARGE_CHARGED_S  3
#define CHARGE_RATE_INDEX 4
#define CHARGE_INT64S     5
#define CHARGE_STATUS     5     /* int32, after them */

struct charge_columns {
	uint32_t refs;          /* atomic: Arrow lets go from any thread */
	char currency[4];
	size_t count;
	int64_t *int64s[CHARGE_INT64S];
	int32_t *statuses;
	void *memory;
};

tw_status charge_columns_new(charge_columns **out, size_t count,
			     const tw_deck *deck, tw_error *err);
charge_columns *charge_columns_ref(charge_columns *charges);
void charge_columns_free(charge_columns *charges);

/* Rates rows [from, to); runs without the GIL. Gives back how many of them
 * have a price. */
tw_status charge_columns_rate(uint64_t *out, charge_columns *charges,
			      const tw_deck *deck, const call_columns *calls,
			      size_t from, size_t to, tw_error *err);
const char *charge_columns_currency(const charge_columns *charges);
/* A memoryview of a column, which keeps all of them alive. */
PyObject *charge_columns_view(charge_columns *charges, int column);

/* ---- export.c: charges to Arrow ---- */

/* A schema capsule for "utf8, please". */
PyObject *arrow_text_schema(void);
PyObject *charge_columns_arrow_schema(charge_columns *charges);
PyObject *charge_columns_arrow_array(charge_columns *charges);
PyObject *charge_columns_arrow_stream(charge_columns *charges);

#endif
