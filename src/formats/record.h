/**
 * @file src/formats/record.h  Call records of a layout that is declared
 *
 * A map says in words which column means what (docs/call-records.md); the
 * built-in presets are such words in tables, a user's mapping is the same
 * words in a file, and both go through tw_cdr_map_set(). So there is one
 * reader, and a preset can do nothing that a user could not write down.
 *
 * The way of a row: a source (record_csv.c, record_json.c, record_xml.c)
 * finds the cells that the map asks for, record_read.c believes or refuses
 * them, record_group.c says which rows are one call.
 */
#ifndef TW_SRC_RECORD_H
#define TW_SRC_RECORD_H

#include "preset.h"

#define RECORD_COLUMNS_MAX 160      /* that a map can ask for */
#define RECORD_BYTES_MAX   (1u << 20)
#define RECORD_DEPTH_MAX   64

enum record_format { FORMAT_CSV, FORMAT_JSON, FORMAT_XML };
enum record_header { HEADER_AUTO, HEADER_YES, HEADER_NO };

/* How a cell spells a time or a length. */
enum record_unit {
	UNIT_MAP,           /* as the map says for all */
	UNIT_ISO, UNIT_PATTERN, UNIT_EPOCH, UNIT_EPOCH_MS, UNIT_EPOCH_US,
	UNIT_S, UNIT_MS, UNIT_US
};

enum record_field {
	RF_CALL_ID, RF_LINKED_ID, RF_PEER_ID, RF_ROLE, RF_LEG, RF_SEQUENCE,
	RF_START, RF_ANSWER, RF_END, RF_START_DATE, RF_ANSWER_DATE,
	RF_END_DATE, RF_DURATION, RF_TOTAL, RF_SETUP, RF_STATUS,
	RF_DIRECTION, RF_CALLER, RF_CALLEE, RF_NUMBER, RF_PARTY, RF_CALLED,
	RF_TRUNK, RF_CARRIER, RF_DEPARTMENT, RF_EXTENSION,
	RF_CALLER_EXTENSION, RF_ACCOUNTCODE, RF_CAMPAIGN, RF_COST,
	RF_CURRENCY, RF_SOURCE, RF_COUNT
};

/* What a row is beside a call. */
enum record_role {
	ROLE_CALL,
	ROLE_ATTEMPT,       /* another try at a call of some other row */
	ROLE_SIDE,          /* the far side of a call of some other row */
	ROLE_FORWARD,       /* the way on of a call that was forwarded */
	ROLE_END,           /* when a call of some other row ended */
	ROLE_NONE           /* no call */
};

struct record_column {
	char *name;
	char *pattern;              /* of UNIT_PATTERN */
	enum record_unit unit;
};

struct record_word {
	enum record_field field;    /* RF_STATUS, RF_DIRECTION, RF_ROLE */
	char *word;                 /* shell-like, any case */
	bool is_plain;              /* it is only itself */
	uint32_t value;
};

struct record_setting {
	const char *key, *value;
};

struct record_preset {
	const char *name;
	const struct record_setting *settings;  /* a NULL key ends them */
};

struct tw_cdr_map {
	enum record_format format;
	enum record_header header;
	enum record_group group;
	enum record_unit time, length;
	char *pattern;              /* of `time` */
	char delimiter, quote;      /* 0: found, ordinary; quote -1: none */
	int encoding;               /* RECORD_ENCODING_ */
	int64_t skip;               /* lines before the header */
	int64_t longest_us;         /* 0: a year, as for everybody */
	bool types_line, percent, ring, zone_needed;
	bool forwards;              /* a row may be a call and its way on */
	bool built_in;              /* begins with a preset */
	char *prefix, *suffix;      /* of each line, cut off */
	char *records;              /* path to the list, or element's name */
	char *order, *strip, *zone;
	char *ten_digits;           /* goes before numbers of ten digits */
	char *defaults[RF_COUNT];
	struct record_column *columns;      /* by field */
	size_t column_count, column_capacity;
	size_t first[RF_COUNT + 1];         /* of a field in columns */
	struct record_word *words;
	size_t word_count, word_capacity;
	struct tw_buf said;         /* every key and value, in order */
};
enum { RECORD_ENCODING_AUTO, RECORD_ENCODING_UTF8, RECORD_ENCODING_UTF16,
       RECORD_ENCODING_CP1251 };

/* Its settings in force; TW_ENOTFOUND: no such preset. */
tw_status tw__record_preset(tw_cdr_map *map, const char *name, tw_error *err);
bool tw__record_preset_is_known(const char *name);
const char *tw__record_preset_name(size_t index);       /* NULL: no more */
/* Rows of the layout tell the ends of others. */
bool tw__record_joins(const tw_cdr_map *map);
const char *tw__record_field_name(enum record_field field);

/* ---- sources ---- */

struct record_row {
	int64_t line;               /* where it begins */
	const char *fault;          /* or NULL; borrowed like all of it */
	struct tw_str text;         /* as it came */
	const char *value[RECORD_COLUMNS_MAX];  /* NULL: absent */
};

struct record_source;
struct record_source_ops {
	/* TW_OK (perhaps with a fault), TW_ITER_END, TW_ENOMEM, or what the
	 * window says */
	tw_status (*next)(struct record_row *out,
			  struct record_source *source, tw_error *err);
	tw_status (*rewind)(struct record_source *source, tw_error *err);
	void (*free)(struct record_source *source);
};
struct record_source {
	const struct record_source_ops *ops;
};
/* The window is borrowed. That of CSV is not begun yet: what a layout has
 * around its lines is cut off as they come in. */
tw_status tw__record_csv(struct record_source **out, const tw_cdr_map *map,
			 struct tw__window *window, tw_error *err);
tw_status tw__record_json(struct record_source **out, const tw_cdr_map *map,
			  struct tw__window *window, tw_error *err);
tw_status tw__record_xml(struct record_source **out, const tw_cdr_map *map,
			 struct tw__window *window, tw_error *err);
/* Of JSON and XML. One that is longer is RECORD_BYTES_MAX too long; of one
 * that is longer than this not even the end is looked for. */
#define RECORD_AHEAD (4u << 20)

/* Cells of a record whose columns are paths. The first of a name counts. */
struct record_leaves {
	const tw_cdr_map *map;
	size_t length[RECORD_COLUMNS_MAX];      /* of the names */
	size_t place[RECORD_COLUMNS_MAX];       /* in text, + 1; 0: absent */
	struct tw_buf text;
};
void tw__leaves_open(struct record_leaves *leaves, const tw_cdr_map *map);
void tw__leaves_clear(struct record_leaves *leaves);
/* *again (may be NULL) tells that the map asks for it and had it before. */
tw_status tw__leaves_put(struct record_leaves *leaves, struct tw_str path,
			 struct tw_str value, bool *again);
void tw__leaves_row(struct record_row *out, struct record_leaves *leaves);
/* Undoes %41 in place; what is no such thing stays. Gives the new size. */
size_t tw__percent_decode(char *text, size_t size);

/* ---- cells ---- */

/* An empty cell is 0. Of a reading that exists twice the one that does not
 * lie before `after`. The message has no field yet. */
tw_status tw__record_time(tw_time *out, const tw_cdr_map *map,
			  const struct record_column *column,
			  const char *text, const tw_zone *zone,
			  tw_time after, tw_error *err);
tw_status tw__record_length(int64_t *out_us, const tw_cdr_map *map,
			    const struct record_column *column,
			    const char *text, tw_error *err);
bool tw__pattern_is_valid(const char *pattern);
bool tw__pattern_has_offset(const char *pattern);

/* ---- rows into records ---- */

#define RECORD_TEXT_MAX 256         /* one more is refused further on */

struct record_reader {
	const tw_cdr_map *map;
	const tw_zone *zone;        /* NULL: times carry offsets */
	struct record_row row;
	const struct record_column *used[RF_COUNT];  /* of the last row */
	bool joins;                 /* ends are told by other rows */
	const struct tw_dial_rule *rule;    /* numbers are alike by it */
	enum record_role role;      /* what the row says of itself */
	struct tw__preset_found found;      /* and what is found about it */
	const char *peer_id;
	const char *called;         /* what was dialled; "" not said */
	bool from_inside;           /* an extension of ours called */
	char made_id[32], extension[16];
	char cost[64];
	char party[5][RECORD_TEXT_MAX + 1]; /* caller, callee, number, who is
					at the other end, what was dialled */
	char joined[64];            /* date and time of day */
};
/* The row in reader->row. @return TW_OK, TW_EPARSE */
tw_status tw__record_read(tw_cdr *out, struct record_reader *reader,
			  tw_error *err);
/* Of a row that cannot be read: its key, and its start where that can be. */
void tw__record_identify(tw_cdr *out, struct record_reader *reader);
/* The end of the call just read, as another row tells it; 0: none does. */
tw_status tw__record_ended(tw_cdr *out, const struct record_reader *reader,
			   tw_time end, tw_error *err);
/* The name under which the last row had it. */
const char *tw__record_column(const struct record_reader *reader,
			      enum record_field field);
/* The row says itself what it is to its call. */
enum record_own tw__record_own(enum record_role role);
/* Of "Ivan" <sip:101@pbx;user=phone>, tel:+7495..., ="8495..." the number, of
 * maria@mail.ru the user: what a party is stored as. */
struct tw_str tw__record_bare(struct tw_str s);
/* Longer than any extension: a number of the outside. */
bool tw__record_is_outside(const char *number);
/* The direction of a call whose source does not say, where only its numbers
 * can: whose look like ours. */
uint32_t tw__record_guess(bool from_inside, bool to_outside);

/* Of a row that was read. True: it is a call that came in and its way on to
 * another number; found says what the row is then, the way on. */
bool tw__record_forward(struct record_reader *reader, const tw_cdr *cdr);
/* Makes that call of the row, and what is found about it. Its leg is in its
 * key only: no source counts so far. */
#define RECORD_LEG_CAME_IN 0x10000u
void tw__record_came_in(tw_cdr *out, struct record_reader *reader);

struct record_verdict {
	enum record_role role;
	size_t number;              /* in texts: of ROLE_FORWARD, the one
					that was called first */
	size_t linked;              /* in texts; 0: none */
	tw_time end;                /* told by another row; 0: by none */
	bool consumed;              /* its end is told by this row */
};
struct record_groups {
	struct record_verdict *rows;        /* by ordinal */
	size_t count;
	struct tw_buf texts;
};

/* ---- all of it ---- */

struct tw__records;
tw_status tw__records_open(struct tw__records **out, const char *preset,
			   const struct tw__preset_options *options,
			   tw_error *err);
tw_status tw__records_next(tw_cdr *out, struct tw__records *records,
			   tw_error *err);
int64_t tw__records_line(const struct tw__records *records);
const char *tw__records_column(const struct tw__records *records,
			       const char *member);
/* The last row as it came, and what of it is shown. */
struct tw_str tw__records_raw(const struct tw__records *records);
void tw__records_text(char *out, size_t size, struct tw_str raw);
void tw__records_free(struct tw__records *records);

/* As tw__preset_identity(). */
void tw__records_identity(tw_cdr *out, struct tw__records *records);
/* One row, whatever other rows say. */
tw_status tw__records_row(tw_cdr *out, struct tw__records *records,
			  tw_error *err);
tw_status tw__record_group(struct record_groups *out,
			   struct tw__records *records, tw_error *err);
const struct record_reader *tw__records_reader(
	const struct tw__records *records);
void tw__record_groups_free(struct record_groups *groups);

#endif
