/**
 * @file cdr.h  Call records: every call once
 *
 * The same key (source, call id, leg, sequence) with the same content is a
 * duplicate, with other content a conflict; nothing is overwritten. A record
 * is rated by the tariff in force as it comes in; without a price it is
 * stored as unrated and listed, never as 0.
 */
#ifndef TRUNKWISE_CDR_H
#define TRUNKWISE_CDR_H

#include <trunkwise/directory.h>

TW_BEGIN_DECLS

#define TW_CALL_ANSWERED  1u
#define TW_CALL_NO_ANSWER 2u
#define TW_CALL_BUSY      3u
#define TW_CALL_FAILED    4u
#define TW_CALL_CANCELLED 5u  /* the caller gave up */

/** All strings are borrowed for the call; NULL or "" means not known. */
typedef struct tw_cdr {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_, 0: not known */
	uint32_t status;             /* TW_CALL_ */
	uint32_t leg;                /* 1 first, 2 forwarded ... */
	uint32_t sequence;
	uint32_t reserved;
	const char *call_id;         /* required, 1..255 bytes */
	const char *linked_id;       /* same for all legs of one call */
	tw_time start;               /* required */
	tw_time answer;              /* 0: not answered */
	tw_time end;                 /* 0: start + ring, unknown */
	int64_t duration_us;         /* answered time */
	const char *caller;          /* as seen; digits are normalised */
	const char *callee;
	const char *number;          /* our number the call came to or left
					with; NULL: found from caller/callee */
	const char *trunk;           /* name */
	const char *carrier;         /* name; NULL: the trunk's */
	const char *department;      /* name; NULL: by number, extension,
					account code or trunk matches */
	const char *extension;       /* of the PBX user, for matches */
	const char *accountcode;
	const char *campaign;
	const char *cost;            /* what the source says, decimal */
	const char *currency;
	const char *source;          /* part of the key; NULL: the import's */
} tw_cdr;
#define TW_CDR_INIT { sizeof(tw_cdr), 0, 0, 1, 0, 0, NULL, NULL, 0, 0, 0, \
	0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
	NULL }

typedef struct tw_import tw_import;

typedef struct tw_import_options {
	uint32_t size;
	uint32_t flags;              /* 0 */
	const char *source;          /* "gateway", "asterisk"; part of keys */
	const char *preset;          /* "native", "asterisk"; NULL: records
					come by tw_import_add() only */
	const char *zone;            /* for times without offset */
	const char *file_name;       /* shown in batch lists */
	const char *trunk_pattern;   /* asterisk: channels that are trunks,
					shell-like, e.g. "PJSIP/main-*" */
	const char *carrier;         /* for trunks the directory lacks */
} tw_import_options;
#define TW_IMPORT_OPTIONS_INIT { sizeof(tw_import_options), 0, NULL, NULL, \
	NULL, NULL, NULL, NULL }

/** Opens a batch in one transaction of the store. Free without commit drops
 * everything. @return TW_OK (new), TW_EINVAL (unknown preset), TW_EBUSY */
TW_EXTERN(tw_status) tw_import_new(tw_import **out, tw_store *store,
				   const tw_import_options *options,
				   tw_error *err);

/** One record. @return TW_OK (stored), TW_EEXIST (duplicate), TW_ECONFLICT,
 * TW_EPARSE (rejected); each is counted, none ends the batch. */
TW_EXTERN(tw_status) tw_import_add(tw_import *import, const tw_cdr *cdr,
				   tw_error *err);

/** A whole file of the preset. Rejected rows are in the rejects. The same
 * bytes imported before with the same zone and preset add nothing; with
 * another zone or preset TW_ECONFLICT. */
TW_EXTERN(tw_status) tw_import_file(tw_import *import, const void *data,
				    size_t size, tw_error *err);

/** Posts the batch's charges to the ledger and commits.
 * `out_rejects` (new) may be NULL. */
TW_EXTERN(tw_status) tw_import_commit(tw_counts *out,
	tw_rejects **out_rejects, tw_import *import, tw_error *err);
TW_EXTERN(void) tw_import_free(tw_import *import);

/** Batch number of the import (for `import list`). */
TW_EXTERN(uint64_t) tw_import_batch(const tw_import *import);

/* ---- tariffs into the store ---- */

typedef struct tw_tariff_import {
	uint32_t size;
	uint32_t flags;              /* TW_TARIFF_ */
	const char *tariff;          /* name */
	const char *carrier;         /* name */
	const char *file_name;
	const char *zone;            /* NULL: rules, company, Europe/Moscow */
	const char *currency;        /* NULL: rules, else the sheet's */
} tw_tariff_import;
#define TW_TARIFF_FULL    0x1u   /* codes not in the sheet end (default) */
#define TW_TARIFF_PARTIAL 0x2u
#define TW_TARIFF_DRY_RUN 0x4u
#define TW_TARIFF_IMPORT_INIT { sizeof(tw_tariff_import), 0x1u, NULL, NULL, \
	NULL, NULL, NULL }

typedef struct tw_tariff_diff {
	uint32_t size;
	uint32_t reserved;
	uint64_t fresh;              /* "new" in reports */
	uint64_t increase;
	uint64_t decrease;
	uint64_t ended;
	uint64_t unchanged;
	tw_tariff_rules rules;       /* as stored with the version */
} tw_tariff_diff;
#define TW_TARIFF_DIFF_INIT { sizeof(tw_tariff_diff), 0, 0, 0, 0, 0, 0, \
	TW_TARIFF_RULES_INIT }

/** Reads a sheet and puts it in force as a new version; all or nothing: with
 * rejects nothing changes and good rows are counted as held. A sheet with
 * the bytes of the version in force adds nothing (rows are duplicates). */
TW_EXTERN(tw_status) tw_tariff_import_sheet(tw_counts *out,
	tw_tariff_diff *out_diff, tw_rejects **out_rejects, tw_store *store,
	const tw_tariff_import *options, const void *data, size_t size,
	tw_error *err);

/** Deck of the version of a carrier's tariff that is in force at an instant;
 * new. @return TW_OK, TW_ENOTFOUND (carrier has no tariff) */
TW_EXTERN(tw_status) tw_tariff_deck(tw_deck **out, tw_store *store,
				    const char *carrier, tw_time at,
				    tw_error *err);

TW_END_DECLS

#endif
