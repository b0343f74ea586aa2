/**
 * @file src/accounts/kinds_names.h  Rows by kind and name
 *
 * One open-addressed table for wanted rows and for snapshots alike. Refuses
 * to own names: they stay where the rows are.
 */
#ifndef TW_SRC_KINDS_NAMES_H
#define TW_SRC_KINDS_NAMES_H

#include "base/base.h"

struct tw_kind_names;

tw_status tw__kind_names_new(struct tw_kind_names **out, size_t expected);
void tw__kind_names_free(struct tw_kind_names *names);
/* TW_EEXIST leaves the first in place. */
tw_status tw__kind_names_add(struct tw_kind_names *names, uint8_t kind,
			     const char *name, uint32_t row);
/* false: no such name. */
bool tw__kind_names_find(uint32_t *out, const struct tw_kind_names *names,
			 uint8_t kind, const char *name);
/* The mend of a missing reference: "did you mean 'x'?" or the first few
 * names of the kind. */
void tw__kind_names_suggest(struct tw_buf *out,
			    const struct tw_kind_names *names,
			    uint8_t kind, const char *name);

#endif
