/**
 * @file cdr.h  Call records: every call once
 *
 * The same key (source, call id, leg, sequence) with the same content is a
 * duplicate, with other content a conflict; nothing is overwritten. A record
 * is rated by the tariff in force as it comes in; without a price it is
 * stored as unrated and listed, never as 0.
 *
 * Whose call it is, by the directory in force at its start, first that fits:
 * the department that the record names; a match of its account code; a match
 * of its extension; the owner of our number (the callee of an inbound call,
 * the caller of an outbound one, `number` when given; then a match of that
 * number); a match of the trunk. For a forwarded leg the number (the one that
 * was forwarded) is asked before account code and extension; a record that
 * leaves it open takes the number of the inbound leg with the same linked_id,
 * from its own file (wherever it stands there) or from the store. A department
 * that is named but unknown is not replaced by a guess. Nobody: the call is
 * unallocated, a row of its own in every report. [[allocation]] shares split
 * rents only: a call belongs to the number's department as a whole.
 *
 * Names in a record (department, carrier, trunk) are found also when they
 * entered the directory after the call; numbers and matches are not.
 *
 * The carrier is the record's, else its trunk's, else (inbound) its number's,
 * else the import's, else the only one in the store that has a tariff.
 *
 * Chargeable is an answered call (it has an answer time or a duration,
 * whatever its status says) that is outbound or forwarded; an inbound one
 * when the carrier's deck has an inbound row for it; an internal one never.
 * One that was not answered is when the tariff has an attempt_fee.
 */
#ifndef TRUNKWISE_CDR_H
#define TRUNKWISE_CDR_H

#include <trunkwise/directory.h>
#include <trunkwise/numbering.h>
#include <trunkwise/tariff.h>

TW_BEGIN_DECLS

#define TW_CALL_ANSWERED  1u
#define TW_CALL_NO_ANSWER 2u
#define TW_CALL_BUSY      3u
#define TW_CALL_FAILED    4u
#define TW_CALL_CANCELLED 5u  /* the caller gave up */

/** Another try at a call that some other record stands for (one of several
 * phones that rang, a carrier that refused): stored and rated, but it counts
 * neither as a call nor as missed. No part of the key. */
#define TW_CDR_ATTEMPT 0x1u
/** How a call that is under way stands at `end`: a running total, not a part,
 * so that one may get lost or come twice. It is in no total; the next one
 * replaces it, and the final record of the same key, without this flag, closes
 * the call and is charged as a whole. When the host died first, the call is
 * stored as its last interim record tells it, and marked (recorder.h). Counted
 * in rows_held; TW_EEXIST when it says nothing new. No part of the key. */
#define TW_CDR_INTERIM 0x2u
/** The same leg seen from another side (the b-leg of a bridged call that a
 * row of its a-leg stands for): stored, neither counted nor charged. No part
 * of the key. */
#define TW_CDR_TWIN    0x4u

/** All strings are borrowed for the call; NULL or "" means not known. */
typedef struct tw_cdr {
	uint32_t size;
	uint32_t direction;          /* TW_DIRECTION_, 0: not known */
	uint32_t status;             /* TW_CALL_ */
	uint32_t leg;                /* 1 first, 2 forwarded ... */
	uint32_t sequence;
	uint32_t flags;              /* TW_CDR_ */
	const char *call_id;         /* required, 1..255 bytes */
	const char *linked_id;       /* same for all legs of one call */
	tw_time start;               /* required; in 1970 to 2099 */
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
	const char *cost;            /* what the source says, decimal: the
					charge where the tariff is stated_by
					it (versions.h) */
	const char *currency;
	const char *source;          /* part of the key; NULL: the import's */
} tw_cdr;
#define TW_CDR_INIT { sizeof(tw_cdr), 0, 0, 1, 0, 0, NULL, NULL, 0, 0, 0, \
	0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
	NULL }

/** How the call records of one source are laid out: declared once, and read
 * by for each file. docs/call-records.md has every key. */
typedef struct tw_cdr_map tw_cdr_map;

/** New; says nothing yet. */
TW_EXTERN(tw_status) tw_cdr_map_new(tw_cdr_map **out, tw_error *err);
/** One key: "preset" (begin with what a built-in one says), "format",
 * "start", "statuses.WORD", "default.currency" and so on. Setting one again
 * replaces it.
 * @return TW_OK, TW_ENOTFOUND (no such key or preset), TW_EPARSE (no such
 *         value) */
TW_EXTERN(tw_status) tw_cdr_map_set(tw_cdr_map *map, const char *key,
				    const char *value, tw_error *err);
TW_EXTERN(void) tw_cdr_map_free(tw_cdr_map *map);
/** The layouts that are built in, by number from 0; NULL behind the last. */
TW_EXTERN(const char *) tw_cdr_preset(uint32_t index);

typedef struct tw_import tw_import;

/** A file is read and written by the calling thread alone. Without it, calls
 * of a file of 1 MiB or more are written by a thread of the import's own while
 * the next ones are read, where the machine has two processors: two thirds of
 * the time for the same result. That thread calls nothing of the host's, takes
 * none of its signals, and ends before tw_import_file() returns. */
#define TW_IMPORT_ONE_THREAD 1u

/** Bytes of a file from `offset` on: up to `*size` of them into `out`, and how
 * many they are into `*size`; 0 is the end of the file, and fewer than asked
 * for is not. A file is read two to four times from its beginning, so a pipe
 * is to be copied to a temporary file first. Called on the thread of the
 * import and within its transaction; it must not use the store.
 * @return TW_OK, TW_ECANCELLED, or another failure, which ends the batch as
 * TW_EIO with the message of `err` */
typedef tw_status (*tw_import_read_fn)(void *out, size_t *size,
				       uint64_t offset, void *arg,
				       tw_error *err);

typedef struct tw_import_options {
	uint32_t size;
	uint32_t flags;              /* 0, or TW_IMPORT_ONE_THREAD */
	const char *source;          /* "gateway", "asterisk"; part of keys */
	const char *preset;          /* "native", "asterisk"; NULL: records
					come by tw_import_add() only */
	const char *zone;            /* for times without offset */
	const char *file_name;       /* shown in batch lists */
	const char *trunk_pattern;   /* asterisk: channels that are trunks,
					shell-like, e.g. "PJSIP/main-*" */
	const char *carrier;         /* for trunks the directory lacks */
	const tw_numbering_lookup *lookup;   /* ported numbers, or NULL */
	const tw_cdr_map *map;       /* the layout in place of a preset, or
					NULL; borrowed until the import is
					freed */
	tw_import_read_fn read;      /* of files that are not in memory, or
					NULL: see tw_import_file() */
	void *read_arg;              /* borrowed likewise */
} tw_import_options;
#define TW_IMPORT_OPTIONS_INIT { sizeof(tw_import_options), 0, NULL, NULL, \
	NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/** The relation of a call's numbers is found where the tariff has rows with a
 * relation: by the store's numbering as it is now, and by `lookup`, which is
 * asked about both numbers of such a call; what it answers is stored with the
 * charge. Of an outbound call `number` goes before `caller`: it is what the
 * carrier sees. A look-up that fails ends the batch (TW_EIO).
 *
 * Opens a batch in one transaction of the store, so one at a time. Free
 * without commit drops everything. Months are the company's, else (no
 * company yet) of `zone`, else UTC; the first batch settles it for good.
 * @return TW_OK (new), TW_EINVAL (unknown preset), TW_ENOTFOUND (zone,
 * carrier), TW_EBUSY (writer lock, or an import of this handle is open) */
TW_EXTERN(tw_status) tw_import_new(tw_import **out, tw_store *store,
				   const tw_import_options *options,
				   tw_error *err);

/** One record. @return TW_OK (stored), TW_EEXIST (duplicate), TW_ECONFLICT,
 * TW_EPARSE or TW_ERANGE (rejected); each is counted, none ends the batch.
 * Any other failure ends it: nothing can be committed any more. A key is
 * looked for at the record's start: here the same record with another start
 * is a new call (a host's clock says when calls began; of files see below). */
TW_EXTERN(tw_status) tw_import_add(tw_import *import, const tw_cdr *cdr,
				   tw_error *err);

/** A whole file of the preset. Rejected rows and conflicts are in the rejects
 * and, as they came, in the store's quarantine. The same bytes imported
 * before with the same zone, preset and source add nothing (every row is a
 * duplicate); with another one TW_ECONFLICT, until that batch is undone. A
 * row whose key another batch has stored with a start up to 26 hours away is
 * a conflict: it would be the same call twice.
 *
 * "native": the house layout, columns by header. "asterisk": Master.csv of
 * cdr_csv, 16 to 21 columns without a header, or any order with one; needs
 * `zone`. The rows of one linkedid (else uniqueid) in a file are one inbound
 * call, or as many outbound ones as were answered; the others are attempts.
 * A local time that exists twice (clocks set back) is told apart by the epoch
 * in uniqueid, else the first is taken; answer and end never lie
 * before start.
 *
 * No bytes (`size` 0): the file that `read` of the options gives, if there is
 * one, with the same result and some MiB of it in memory at a time, however
 * long it is. One that grows meanwhile is taken as long as it was when it was
 * read first. What the layout needs to know of all rows (which are one call:
 * some 150 bytes a row) stays in memory.
 * @return TW_OK, TW_EPARSE (no header), TW_EINVAL (zone is missing),
 *         TW_ECONFLICT; of a reader TW_EIO (it failed, or the file is another
 *         than when it was read first) or TW_ECANCELLED (it says so): nothing
 *         of it is stored */
TW_EXTERN(tw_status) tw_import_file(tw_import *import, const void *data,
				    size_t size, tw_error *err);

/** Posts the batch's charges to the ledger and commits; a batch that brought
 * nothing new leaves no trace. `out_rejects` (new) may be NULL. */
TW_EXTERN(tw_status) tw_import_commit(tw_counts *out,
	tw_rejects **out_rejects, tw_import *import, tw_error *err);
TW_EXTERN(void) tw_import_free(tw_import *import);

/** Batch number of the import (for `import list`); 0 once committed when it
 * brought nothing new and no reject, so that no batch was kept. */
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
	tw_progress_fn progress;     /* in thousandths of the work, or NULL */
	void *progress_arg;
	const tw_sheet_map *map;     /* how the sheet is read, or NULL */
	const char *starts;          /* date, midnight of the tariff's zone, or
					time; NULL: see below */
} tw_tariff_import;
#define TW_TARIFF_FULL    0x1u   /* codes not in the sheet end (default) */
#define TW_TARIFF_PARTIAL 0x2u
#define TW_TARIFF_DRY_RUN 0x4u
#define TW_TARIFF_IMPORT_INIT { sizeof(tw_tariff_import), 0x1u, NULL, NULL, \
	NULL, NULL, NULL, NULL, NULL, NULL, NULL }

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
 * the bytes of the newest version adds nothing (rows are duplicates).
 *
 * The first version of a carrier serves all its past; a later one is in force
 * from the earliest effective_from when every row has one, else from now on;
 * `starts` says otherwise. It never starts before the version that it is made
 * of: dates of the past are moved up to that, and where that one is still to
 * come, or `starts` was given, it is TW_ECONFLICT.
 * A code priced from later on keeps its old price until then. Rules are those
 * of the declared [[tariff]] with its bands, holidays and tiers, else
 * defaults, and then tariff and carrier are entered into the directory. Rules
 * are stored with the version: the same sheet under other rules is a new one.
 * @return TW_OK (also with rejects), TW_EINVAL, TW_EPARSE (no header or no
 *         rows), TW_ECONFLICT (other carrier or currency than before),
 *         TW_EUNSUPPORTED (bands declared before they had hours),
 *         TW_ECANCELLED (progress said so; no trace of it is left) */
TW_EXTERN(tw_status) tw_tariff_import_sheet(tw_counts *out,
	tw_tariff_diff *out_diff, tw_rejects **out_rejects, tw_store *store,
	const tw_tariff_import *options, const void *data, size_t size,
	tw_error *err);

/** Deck of the version of a carrier's tariff that is in force at an instant;
 * new. @return TW_OK, TW_ENOTFOUND (carrier has no tariff) */
TW_EXTERN(tw_status) tw_tariff_deck(tw_deck **out, tw_store *store,
				    const char *carrier, tw_time at,
				    tw_error *err);

/* ---- numbering into the store ---- */

/** A file in the form of the Russian regulator or a plain one
 * (docs/numbering.md). Bytes are borrowed for the call. */
typedef struct tw_numbering_source {
	uint32_t size;
	uint32_t reserved;
	const char *name;            /* shown in rejects */
	const void *data;
	size_t data_size;
} tw_numbering_source;
#define TW_NUMBERING_SOURCE_INIT { sizeof(tw_numbering_source), 0, NULL, \
	NULL, 0 }

typedef struct tw_numbering_diff {
	uint32_t size;
	uint32_t reserved;
	uint64_t version;            /* made; 0: nothing was new */
	uint64_t codes;              /* in the files */
	uint64_t replaced;           /* ranges of these codes, until now */
	uint64_t in_force;           /* ranges of the store, from now on */
	uint64_t without_region;     /* of those stored */
} tw_numbering_diff;
#define TW_NUMBERING_DIFF_INIT { sizeof(tw_numbering_diff), 0, 0, 0, 0, 0, 0 }

/** Reads files and puts their ranges in force as one version: they replace
 * the ranges of the codes that the files contain, and no others. All or
 * nothing: with rejects nothing changes and good rows are counted as held. A
 * file whose bytes are in force adds nothing (rows are duplicates), and so
 * does a row that is there twice. Older versions stay for ever. With several
 * files a reject's reason begins with its file's name.
 * @return TW_OK (also with rejects), TW_EINVAL, TW_EPARSE (no header, no
 *         rows; the message begins with the file's name when there are
 *         several), TW_ERANGE (more than 10,000,000 rows) */
TW_EXTERN(tw_status) tw_numbering_import(tw_counts *out,
	tw_numbering_diff *out_diff, tw_rejects **out_rejects,
	tw_store *store, const tw_numbering_source *sources, size_t count,
	tw_error *err);

/** The ranges of a store that were in force at an instant (TW_TIME_MAX: the
 * newest; the first import of a code serves all its past); new. A store
 * without any gives an empty one. */
TW_EXTERN(tw_status) tw_numbering_open(tw_numbering **out, tw_store *store,
				       tw_time at, tw_error *err);

TW_END_DECLS

#endif
