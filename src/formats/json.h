/**
 * @file src/formats/json.h  JSON text (RFC 8259) as leaves with a path
 *
 * Decides where a value ends and what its leaves are. Refuses to make numbers
 * of numbers: their text is given, so that money never passes through a
 * double. Debian's readers were looked at first: json-c gives no sign of a
 * name that comes twice and wants all of a record's tree, yajl has no
 * maintainer; both allocate behind the back of sys/alloc.h.
 */
#ifndef TW_SRC_JSON_H
#define TW_SRC_JSON_H

#include "base/base.h"

#define JSON_DEPTH_MAX 64
#define JSON_PATH_MAX  512

/* End of the value that begins at p, by its brackets and quotes only; NULL:
 * the text ends within it, or it nests too deep, with a reason. */
const char *tw__json_skip(const char *p, const char *end, const char **why);
/* That reason, of a text that ends. */
extern const char tw__json_ends[];
const char *tw__json_blank(const char *p, const char *end);
/* A name or other string, unescaped into out (emptied first); behind it, or
 * NULL with a reason; no reason: no memory. */
const char *tw__json_string(struct tw_buf *out, const char *p,
			    const char *end, const char **why);

/* A leaf: "a.b.0.c"; null is no leaf. Strings are unescaped, numbers, true
 * and false are as written. False ends reading: no memory, or the reason. */
typedef bool (*json_leaf_fn)(struct tw_str path, struct tw_str value,
			     const char **why, void *arg);
/* All leaves of [p, end), which must be one value and nothing else. TW_EPARSE
 * with *why, TW_ENOMEM. */
tw_status tw__json_leaves(const char *p, const char *end, json_leaf_fn leaf,
			  void *arg, const char **why);

#endif
