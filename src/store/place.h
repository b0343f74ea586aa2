/**
 * @file src/store/place.h  Where a store may stand
 *
 * Decides whether locks and shared memory hold at a path: on this file
 * system, under this name. Refuses to know what is in the file.
 */
#ifndef TW_SRC_STORE_PLACE_H
#define TW_SRC_STORE_PLACE_H

#include "base/base.h"

/* @return TW_OK, TW_EUNSUPPORTED (network or user-space file system, a second
 *         hard link, a file mounted by itself), TW_EIO */
tw_status tw__place_check(const char *path, tw_error *err);
/* By statfs()'s f_type: what it is called, or NULL when it is a local one. */
const char *tw__place_remote(uint32_t magic);
/* The type of the file system major:minor in the text of mountinfo; the last
 * one counts. False when none has it. */
bool tw__place_type(char *out, size_t size, const char *mountinfo,
		    uint32_t major, uint32_t minor);

#endif
