/**
 * @file src/base/mask.c  A number that a page may show
 *
 * Decides how much of a person's number is left to tell two callers apart
 * without telling who they are.
 */
#include <string.h>
#include "base.h"
#include <trunkwise/privacy.h>

#define END_MAX 4u
#define HIDDEN_MIN 3u

tw_status tw_number_mask(char *out, size_t size, const char *number,
			 tw_error *err)
{
	size_t length, ends;

	if (!out || !number)
		return tw__fail(err, TW_EINVAL, "a mask needs out and number");
	length = strlen(number);
	/* a name hides nothing by halves */
	ends = length > HIDDEN_MIN && length <= 31 &&
		strspn(number, "+0123456789") == length ?
		(length - HIDDEN_MIN) / 2 : 0;
	if (ends > END_MAX)
		ends = END_MAX;
	if (2 * ends + HIDDEN_MIN + 1 > size)
		return tw__fail(err, TW_EINVAL, "a mask needs 12 bytes");
	memcpy(out, number, ends);
	memset(out + ends, '*', HIDDEN_MIN);
	memcpy(out + ends + HIDDEN_MIN, number + length - ends, ends);
	out[2 * ends + HIDDEN_MIN] = '\0';
	return TW_OK;
}
