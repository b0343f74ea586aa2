/**
 * @file bindings/c/parts.h  A `[[tariff]]` table, put together key by key
 */
#ifndef TW_BINDINGS_C_PARTS_H
#define TW_BINDINGS_C_PARTS_H

#include "refuse.h"

#include <trunkwise/tariff.h>

typedef struct tariff_parts tariff_parts;

tw_status tariff_parts_new(tariff_parts **out, tw_error *err);
void tariff_parts_free(tariff_parts *parts);

/* Values are texts, as a deployment has them; the library reads them. */
tw_status tariff_parts_rule(tariff_parts *parts, const char *key,
			    const char *value, tw_error *err);
/* `percent` may be NULL; hours go to the band named last. */
tw_status tariff_parts_band(tariff_parts *parts, const char *name,
			    const char *percent, tw_error *err);
tw_status tariff_parts_hours(tariff_parts *parts, const char *text,
			     tw_error *err);
tw_status tariff_parts_day(tariff_parts *parts, const char *text,
			   tw_error *err);
tw_status tariff_parts_tier(tariff_parts *parts, const char *from_minutes,
			    const char *percent, tw_error *err);
tw_status tariff_parts_document(tariff_parts *parts, const char *name,
				int64_t version, tw_error *err);
/* Compiles them with the rates of a sheet; runs without the GIL. */
tw_status tariff_parts_deck(tw_deck **out, const tariff_parts *parts,
			    const tw_sheet *sheet, tw_error *err);

/* Bands of a deck: [(name, ppm, [(day mask, from, to), ...]), ...]. */
PyObject *deck_bands(const tw_deck *deck);

#endif
