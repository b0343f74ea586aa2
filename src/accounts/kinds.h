/**
 * @file src/accounts/kinds.h  What a deployment may hold, as one table
 *
 * Decides which kinds exist, their fields, types, references and defaults:
 * docs/deployment.md in C. Refuses to know values: reading, checking,
 * comparing and storing are written once over this table, so that a new field
 * is one line here, one column in the schema and one word in the document.
 */
#ifndef TW_SRC_KINDS_H
#define TW_SRC_KINDS_H

#include "base/base.h"

#define TW_FIELD_TEXT      1u
#define TW_FIELD_INTEGER   2u
#define TW_FIELD_DECIMAL   3u   /* nano-units */
#define TW_FIELD_MONEY     4u   /* nano-units of the company's currency, in
				   a tariff of the tariff's */
#define TW_FIELD_BOOLEAN   5u
#define TW_FIELD_DATE      6u   /* midnight in the company's zone */
#define TW_FIELD_LIST      7u   /* texts, one a line */
#define TW_FIELD_REFERENCE 8u

/* What a text has to be, beyond its type. */
#define TW_RULE_NONE     0u
#define TW_RULE_CHOICE   1u     /* one of `choices` */
#define TW_RULE_ZONE     2u     /* IANA name with a tzdata file */
#define TW_RULE_CURRENCY 3u
#define TW_RULE_COUNTRY  4u     /* calling code */
#define TW_RULE_PHONE    5u     /* normalised to E.164 digits */
#define TW_RULE_SIP      6u     /* sip: URI, header safe */
#define TW_RULE_HEADER   7u     /* goes into a SIP header */
#define TW_RULE_HOURS    8u     /* "mon-fri 09:00-19:00" */
#define TW_RULE_SPAN     9u     /* "09:00-19:00" */
#define TW_RULE_TARIFF  10u     /* tw_tariff_rules_set() judges */
#define TW_RULE_CODES   11u     /* SIP codes: "404", "2xx" */
#define TW_RULE_PEERS   12u     /* IP addresses and prefixes */
#define TW_RULE_POLICY  13u     /* one of `choices`, or the host's own */
#define TW_RULE_ENV     14u     /* name of an environment variable */
#define TW_RULE_HOP     15u     /* where requests go, as a trunk reads it */
#define TW_RULE_PLAIN   16u     /* name of a file, in no other directory */
#define TW_RULE_FILE    17u     /* of a file, in no directory above */

#define TW_OWN_POLICY "own:"    /* before the name of one of these */

struct tw_field {
	const char *name;
	uint8_t type;
	uint8_t rule;
	bool required;
	const char *refers;      /* kind of a reference */
	const char *otherwise;   /* default, as text; NULL: not set */
	const char *choices;     /* separated by one blank */
	int64_t min, max;        /* of integers and nano-units */
	size_t size;             /* most bytes of a text with NUL; 0: 512 */
	const char *none;        /* of a list: how none of them is said;
				    NULL: it is not */
};

#define TW_KIND_NONE 0xffu
#define TW_CHILD_KINDS 2u        /* most that one kind has inside it */

struct tw_kind {
	const char *name;        /* of the table: "pool_member" */
	const char *path;        /* in the file: "member" inside "pool" */
	const char *name_field;  /* what names a row: "name", "number";
				    NULL: derived, or a child without one.
				    A child's is its own parent's affair */
	const char *parent;      /* NULL: stands at the top */
	bool single;             /* [company] */
	size_t name_size;        /* with NUL */
	const struct tw_field *fields;
	size_t count;
};

/* Fixed order, parents before children; index is the kind's number. */
extern const struct tw_kind tw__kinds[];
extern const size_t tw__kinds_count;

/* Number of the kind with this table name, or TW_KIND_NONE. */
uint8_t tw__kind_find(struct tw_str name);
/* Of the top or of the child with this path. */
uint8_t tw__kind_at(uint8_t parent, struct tw_str path);
/* Index into fields, or -1. */
int tw__field_find(const struct tw_kind *kind, struct tw_str name);
uint8_t tw__kind_parent(uint8_t kind);
/* Which of its parent's kinds of children it is, 0 .. TW_CHILD_KINDS - 1. */
uint32_t tw__kind_slot(uint8_t kind);

#endif
