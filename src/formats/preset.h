/**
 * @file src/formats/preset.h  Call records of a known layout, row by row
 *
 * Decides which column of a PBX's or carrier's file means what. Refuses to
 * know whose call it is, what it costs and whether it was seen before.
 */
#ifndef TW_SRC_PRESET_H
#define TW_SRC_PRESET_H

#include "base/e164.h"
#include "window.h"
#include <trunkwise/cdr.h>

struct tw__preset;

struct tw__preset_options {
	const void *data;           /* borrowed until free */
	size_t size;
	const tw_zone *zone;        /* borrowed; NULL: rows carry offsets */
	const char *trunk_pattern;  /* shell-like, comma list, or NULL */
	/* Is this peer a declared trunk? NULL when none is declared. */
	bool (*is_trunk)(const char *name, size_t length, void *arg);
	void *arg;
	const struct tw_dial_rule *rule;    /* borrowed; NULL: none */
	const tw_cdr_map *map;      /* borrowed; the layout, in place of a
					name */
	struct tw__bytes *bytes;    /* borrowed; in place of data and size */
	size_t window;              /* bytes in view; 0: as is usual */
	tw__moving_fn *moving;      /* before places end, or NULL */
	void *moving_arg;
};

/* What the rows of one call are to each other; numbers as stored. */
enum record_group { GROUP_NONE, GROUP_LINKED, GROUP_SIDES };
tw_status tw__preset_groups(enum record_group *out, const char *name,
			    const tw_cdr_map *map, tw_error *err);

bool tw__preset_is_known(const char *name);
/* What a batch calls the way it was read: the preset (NULL is none), or of a
 * mapping a name that is the same for the same keys and values, since another
 * one is another reading of the same bytes. @return TW_OK, TW_EINVAL */
#define TW_PRESET_NAME 40
tw_status tw__preset_name(char out[TW_PRESET_NAME], const char *preset,
			  const tw_cdr_map *map, tw_error *err);
/* @return TW_OK (new), TW_EINVAL (no such preset, or its times need a zone),
 * TW_EPARSE (header or encoding), or what the bytes say */
tw_status tw__preset_open(struct tw__preset **out, const char *name,
			  const struct tw__preset_options *options,
			  tw_error *err);
/* TW_OK: a record, its strings borrowed until the next call. TW_EPARSE: a row
 * that cannot be read; err.line, field and message say why, and reading goes
 * on. TW_ITER_END; TW_ENOMEM, TW_EIO and what else the bytes or moving() say
 * end it. */
tw_status tw__preset_next(tw_cdr *out, struct tw__preset *preset,
			  tw_error *err);
/* Of the last row, which was refused: the key of its record and its start, as
 * far as they can be read. Else: an empty call_id, a start of 0. Borrowed like
 * a record. */
void tw__preset_identity(tw_cdr *out, struct tw__preset *preset);
/* What a record says itself that it is, where the others of its call are asked
 * what they are; numbers as stored. */
enum record_own { OWN_NONE, OWN_ATTEMPT, OWN_SIDE, OWN_FORWARD };
/* What other rows or its own numbers say of the last record, where they do:
 * no part of its key and content, as the same record may come in a file that
 * lacks them. Zero and NULL: nothing is found. Borrowed like the record. */
struct tw__preset_found {
	uint32_t direction, leg;
	enum record_own own;
	const char *number, *linked;
	bool key_moves;         /* the key is made of the start too */
};
void tw__preset_found(struct tw__preset_found *out,
		      const struct tw__preset *preset);
/* Of the last row: physical line, the column that holds a member of tw_cdr
 * (its name or number; the member's name when there is none), and the row as
 * it came, cut to what fits. */
int64_t tw__preset_line(const struct tw__preset *preset);
const char *tw__preset_column(const struct tw__preset *preset,
			      const char *member);
void tw__preset_text(char *out, size_t size,
		     const struct tw__preset *preset);
/* The same of a row that was the last one once: good until moving() is called,
 * which may be in tw__preset_next(). */
struct tw__preset_place {
	int64_t line;
	struct tw_str raw;
};
void tw__preset_place(struct tw__preset_place *out,
		      const struct tw__preset *preset);
void tw__preset_text_at(char *out, size_t size,
			const struct tw__preset *preset,
			const struct tw__preset_place *place);
void tw__preset_free(struct tw__preset *preset);

#endif
