/**
 * @file versions.h  Versions of a tariff: which there are, taking one back,
 * and what a change of prices comes to
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
} tw_tariff_version;
#define TW_TARIFF_VERSION_INIT { sizeof(tw_tariff_version), 0, 0, 0, 0, 0, \
	0, 0, 0, "", "", "" }

typedef struct tw_tariff_versions tw_tariff_versions;

/** Versions from the oldest on, of one tariff or (NULL) of all.
 * @return TW_OK (new), TW_ENOTFOUND (no such tariff) */
TW_EXTERN(tw_status) tw_tariff_list(tw_tariff_versions **out, tw_store *store,
				    const char *tariff, tw_error *err);
TW_EXTERN(tw_status) tw_tariff_versions_next(tw_tariff_version *out,
					     tw_tariff_versions *versions,
					     tw_error *err);
TW_EXTERN(void) tw_tariff_versions_free(tw_tariff_versions *versions);

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

TW_END_DECLS

#endif
