/**
 * @file privacy.h  People's numbers leave, totals stay
 *
 * Callers' and callees' numbers stand in one table, behind an id that calls
 * refer to. What is erased there is gone from every call, while counts,
 * charges, rollups, postings and tw_store_verify() stay as they were: a number
 * goes on counting as one caller, a name as a hidden one. Rows put aside
 * (quarantine) are cut, because they hold numbers too.
 *
 * The company's own numbers, its landlines, what is too short to be a
 * person's (extensions, up to six digits) and words for callers who hide
 * ("anonymous") are kept; names and addresses are people too. So are all other
 * texts of a call, whatever they hold: its ids, extension, account code,
 * campaign and trunk (docs/privacy.md). Freed space is overwritten. Copies
 * elsewhere are not: backups made before, files that were imported, exports.
 *
 * Who calls again after an erasure is a new person to every report.
 */
#ifndef TRUNKWISE_PRIVACY_H
#define TRUNKWISE_PRIVACY_H

#include <trunkwise/report.h>

TW_BEGIN_DECLS

#define TW_PRIVACY_DRY_RUN 0x1u     /* list, erase nothing */

typedef struct tw_erasure {
	uint32_t size;
	uint32_t reserved;
	tw_time before;             /* calls that began before this; 0: one
				       person, all calls */
	uint64_t numbers;           /* erased */
	uint64_t calls;             /* that referred to them */
	uint64_t records;           /* rows put aside that were cut */
} tw_erasure;
#define TW_ERASURE_INIT { sizeof(tw_erasure), 0, 0, 0, 0, 0 }

/** Erases every number that no call of the last `months` whole months (in the
 * company's zone) and of the current one refers to: months 12 on 15 March
 * keeps what was called since 1 March of the year before. `out_list` (new, or
 * NULL) has a line for each: key = the number with its middle hidden, calls,
 * at = start of the last of them. `flags`: TW_PRIVACY_.
 * @return TW_OK (also when there was nothing to erase), TW_EINVAL (months 0
 *         or over 1200), TW_ENOTFOUND (no company zone), TW_EREFUSED (store
 *         is read-only) */
TW_EXTERN(tw_status) tw_privacy_retain(tw_erasure *out,
	tw_listing **out_list, tw_store *store, uint32_t months,
	uint32_t flags, tw_error *err);

/** Erases one person: a number as dialled or in E.164 digits, in all
 * spellings that the company's dial rule makes the same; a name or an address
 * as it is written in the records, or else an address by its user, which is
 * what presets and mappings store. Rows put aside that may name him are cut,
 * also where no call has him. `out_list` has a line for each text that went.
 * @return TW_OK, TW_EPARSE (empty), TW_ENOTFOUND (no call has it, and no row),
 *         TW_EREFUSED (it is the company's own, an extension or a word like
 *         "anonymous", or the store read-only) */
TW_EXTERN(tw_status) tw_privacy_erase(tw_erasure *out,
	tw_listing **out_list, tw_store *store, const char *number,
	uint32_t flags, tw_error *err);

/** What was erased so far, the oldest first: key = its place from 1, kind
 * "retain" or "erase", at = when, calls, detail = how many numbers and
 * records, and before when. */
TW_EXTERN(tw_status) tw_privacy_list(tw_listing **out, tw_store *store,
				     tw_error *err);

/** "79161234567" as "7916***4567": four digits at each end stay, of shorter
 * numbers fewer, at least three are hidden; what is no number becomes "***".
 * 12 bytes suffice. @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_number_mask(char *out, size_t size,
				    const char *number, tw_error *err);

TW_END_DECLS

#endif
