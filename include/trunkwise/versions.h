/**
 * @file versions.h  Versions of a tariff: which there are, taking one back,
 * what a call was charged by, and what a change of prices comes to
 *
 * Every sheet that was imported is a version. Versions are never changed or
 * deleted, because charges point to them; one that was withdrawn is in force
 * for no call that comes after.
 */
#ifndef TRUNKWISE_VERSIONS_H
#define TRUNKWISE_VERSIONS_H

#include <trunkwise/cdr.h>

TW_BEGIN_DECLS

#define TW_VERSION_IN_FORCE  1u  /* prices the carrier's calls now */
#define TW_VERSION_PAST      2u  /* priced them before */
#define TW_VERSION_FUTURE    3u  /* begins later */
#define TW_VERSION_WITHDRAWN 4u

TW_EXTERN(const char *) tw_version_state_name(uint32_t state);

typedef struct tw_tariff_version {
	uint32_t size;
	uint32_t state;              /* TW_VERSION_, at the time of listing */
	int64_t version;
	tw_time from;                /* TW_TIME_MIN: all the past */
	tw_time made;                /* when it was imported */
	tw_time withdrawn;           /* 0: it was not */
	uint64_t rates;              /* those kept of older sheets included */
	uint32_t partial;            /* 1: what the sheet lacked was kept */
	uint32_t reserved;
	char tariff[128];
	char carrier[128];
	char file_name[256];         /* "" when nobody said */
	char stated_by[64];          /* the source that states the prices, ""
					when they are rates */
} tw_tariff_version;
#define TW_TARIFF_VERSION_INIT { sizeof(tw_tariff_version), 0, 0, 0, 0, 0, \
	0, 0, 0, "", "", "", "" }

typedef struct tw_tariff_versions tw_tariff_versions;

/** Versions from the oldest on, of one tariff or (NULL) of all.
 * @return TW_OK (new), TW_ENOTFOUND (no such tariff) */
TW_EXTERN(tw_status) tw_tariff_list(tw_tariff_versions **out, tw_store *store,
				    const char *tariff, tw_error *err);
TW_EXTERN(tw_status) tw_tariff_versions_next(tw_tariff_version *out,
					     tw_tariff_versions *versions,
					     tw_error *err);
TW_EXTERN(void) tw_tariff_versions_free(tw_tariff_versions *versions);

typedef struct tw_stated_options {
	uint32_t size;
	uint32_t reserved;
	const char *tariff;          /* name */
	const char *carrier;         /* name; NULL: as declared */
	const char *source;          /* of records; NULL: as declared */
	const char *currency;        /* of that cost; NULL: as declared */
	const char *zone;            /* NULL: rules, company, Europe/Moscow */
	const char *starts;          /* as of tw_tariff_import */
} tw_stated_options;
#define TW_STATED_OPTIONS_INIT { sizeof(tw_stated_options), 0, NULL, NULL, \
	NULL, NULL, NULL, NULL }

/** Puts a version without rates in force: from then on the calls of the
 * tariff's carrier cost what the records of the source state (tw_cdr.cost),
 * to the last digit. Rules are those of the declared [[tariff]] with its
 * stated_by, else defaults, and then tariff and carrier are entered into the
 * directory. Calls that are stored already keep what they stand for until
 * tw_cdr_rerate(). The same again makes no version.
 * @param out_version  the new one, 0: it is in force already; may be NULL
 * @return TW_OK, TW_EINVAL (something that is not declared is not given),
 *         TW_ECONFLICT (a tariff of prices, of another source, carrier or
 *         currency; a version that starts later), TW_EPARSE, TW_ENOTFOUND
 *         (no such zone) */
TW_EXTERN(tw_status) tw_tariff_stated(int64_t *out_version, tw_store *store,
				      const tw_stated_options *options,
				      tw_error *err);

/** Takes the newest version of a tariff back that is not yet withdrawn; the
 * one before it is in force again, or none. Calls that it had priced keep
 * their charge and stay explainable; `import undo` and a new import count
 * them anew. `version` 0 or the newest one's number, as a safeguard.
 * `out_in_force` (may be NULL): what prices the carrier's calls now, 0: none.
 * @return TW_OK, TW_ENOTFOUND (no tariff, or no version left), TW_EEXIST (it
 *         is withdrawn already), TW_ECONFLICT (a newer one was made of it) */
TW_EXTERN(tw_status) tw_tariff_undo(int64_t *out_version,
				    int64_t *out_in_force, tw_store *store,
				    const char *tariff, int64_t version,
				    tw_error *err);

/* ---- what a stored call was charged by ---- */

/** Every leg of a stored call in words, "ru" or "en", several lines: sheet,
 * version and row, and the arithmetic with what was left of bundles and used
 * of tiers at that time; or why it has no charge. The version is the one that
 * priced the call, also when it was withdrawn since. New; tw_free() it.
 * @return TW_OK, TW_ENOTFOUND (no such call, or undone) */
TW_EXTERN(tw_status) tw_call_explain(char **out, tw_store *store,
				     const char *call_id, const char *lang,
				     tw_error *err);

/* ---- what a change of prices comes to ---- */

#define TW_PRICE_NEW       1u
#define TW_PRICE_INCREASE  2u  /* or, at an equal price, a dearer start */
#define TW_PRICE_DECREASE  3u
#define TW_PRICE_ENDED     4u  /* or blocked */
#define TW_PRICE_UNCHANGED 5u

TW_EXTERN(const char *) tw_price_kind_name(uint32_t kind);

#define TW_NOTICE_NONE     0u  /* nothing is agreed, or nobody loses by it */
#define TW_NOTICE_KEPT     1u
#define TW_NOTICE_BREACHED 2u

/** One step of one code: a code with two new prices, from two dates on, has
 * two of them. Notice is asked for what gets dearer or ends. */
typedef struct tw_price_change {
	uint32_t size;
	uint32_t kind;               /* TW_PRICE_ */
	uint32_t notice;             /* TW_NOTICE_ */
	int32_t notice_days;         /* from received to effective, in the
					tariff's zone */
	uint32_t has_percent;        /* 0: there is no price to compare with */
	uint32_t direction;
	uint32_t relation;
	uint32_t from_s;
	int64_t percent_hundredths;  /* -1250: 12.50 % less */
	int64_t old_price_nanos;     /* per minute; -1: none */
	int64_t new_price_nanos;
	tw_time effective;           /* TW_TIME_MIN: always */
	uint64_t calls;              /* of last month that have this row, and
					stand at the code's last step */
	uint64_t lost;               /* of them, those without a price now */
	int64_t difference_nanos;    /* new charges less old ones */
	int64_t line;                /* of the sheet, 0: it is not there */
	char prefix[16];
	char caller_prefix[16];
	char destination[96];
	char band[32];
} tw_price_change;
#define TW_PRICE_CHANGE_INIT { sizeof(tw_price_change), 0, 0, 0, 0, 0, 0, 0, \
	0, -1, -1, 0, 0, 0, 0, 0, "", "", "", "" }

typedef struct tw_price_options {
	uint32_t size;
	int32_t notice_days;         /* -1: what the carrier's contract in
					force says; of several the strictest */
	const char *tariff;
	int64_t version;             /* 0: the newest that was not withdrawn */
	tw_time received;            /* 0: when it was imported */
} tw_price_options;
#define TW_PRICE_OPTIONS_INIT { sizeof(tw_price_options), -1, NULL, 0, 0 }

/** The whole. Money at stake: every call of that carrier in the last whole
 * month before the version starts (company's zone), charged by the prices
 * before the first change and by those after the last one, each rounded as
 * its tariff says, without bundles and tiers. A call that has no price by one
 * of them is in no sum. Inbound calls without a price are free. */
typedef struct tw_price_total {
	uint32_t size;
	int32_t notice_days;         /* asked for; -1: none agreed */
	int64_t version;
	int64_t before;              /* version compared with, 0: none */
	tw_time starts;
	tw_time received;
	tw_time month_from, month_to;
	uint64_t fresh;              /* "new" in reports */
	uint64_t increase;
	uint64_t decrease;
	uint64_t ended;
	uint64_t unchanged;
	uint64_t breached;
	uint64_t calls;              /* with a price before and after */
	uint64_t lost;               /* with one before only */
	uint64_t gained;             /* after only */
	uint64_t unknown;            /* their number was erased */
	tw_money old_cost, new_cost; /* of `calls` */
	tw_money lost_cost;          /* of `lost`, as it was */
	tw_money gained_cost;        /* of `gained`, as it will be */
	char contract[128];          /* whose notice_days they are, or "" */
	char zone[64];               /* of the month */
	char tariff_zone[64];        /* of effective days */
} tw_price_total;
#define TW_PRICE_TOTAL_INIT { sizeof(tw_price_total), -1, 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, "" }, { 0, "" }, { 0, "" }, \
	{ 0, "" }, "", "", "" }

typedef struct tw_price_changes tw_price_changes;

/** Compares a version of a tariff with the one before it, code by code.
 * @return TW_OK (new), TW_ENOTFOUND (tariff or version) */
TW_EXTERN(tw_status) tw_tariff_changes(tw_price_changes **out,
				       tw_store *store,
				       const tw_price_options *options,
				       tw_error *err);
/** In the order of codes, unchanged ones included. */
TW_EXTERN(tw_status) tw_price_changes_next(tw_price_change *out,
					   tw_price_changes *changes,
					   tw_error *err);
TW_EXTERN(tw_status) tw_price_changes_total(tw_price_total *out,
					    const tw_price_changes *changes,
					    tw_error *err);
TW_EXTERN(void) tw_price_changes_free(tw_price_changes *changes);

TW_END_DECLS

#endif
