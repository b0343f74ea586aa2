/**
 * @file src/base/import.c  Taking in structs that a caller filled
 *
 * Decides whether a struct built against another release may be read.
 * Refuses to know its members: only that the first one is its size.
 */
#include <string.h>
#include "base.h"

/* No options struct comes near this; a larger "size" is stack garbage of a
 * caller who forgot the _INIT macro, and must not steer a read. */
#define IMPORT_MAX 65536u

tw_status tw__import(void *out, size_t known, const void *in, tw_error *err)
{
	const unsigned char *bytes = in;
	uint32_t size, mine = (uint32_t)known;

	if (!in)
		return tw__fail(err, TW_EINVAL, "an options struct is NULL");
	memcpy(&size, in, sizeof(size));
	if (size < sizeof(size) || size > IMPORT_MAX)
		return tw__fail(err, TW_EINVAL, "size %u in an options struct;"
				" set it with its _INIT macro", size);
	for (size_t i = known; i < size; i++) {
		if (bytes[i] != 0)
			return tw__fail(err, TW_EVERSION,
				"an option at byte %zu is newer than this "
				"library (%s); leave it zero or upgrade",
				i, tw_version());
	}
	if (size < known) {
		memcpy(out, in, size);
		memset((unsigned char *)out + size, 0, known - size);
	}
	else {
		memcpy(out, in, known);
	}
	memcpy(out, &mine, sizeof(mine));
	return TW_OK;
}
