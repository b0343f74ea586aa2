/**
 * @file src/formats/said.c  All that a mapping was told, in order
 *
 * Decides that it is whole or was not said, and that it is text. Refuses to
 * know which keys there are.
 */
#include <string.h>
#include "said.h"

tw_status tw__said_add(struct tw_buf *said, const char *key,
		       const char *value, tw_error *err)
{
	size_t before;

	if (!said || !key || !value)
		return tw__fail(err, TW_EINVAL, "a mapping's key and value "
				"are needed");
	if (!tw__utf8_is_valid(key, strlen(key)) ||
	    !tw__utf8_is_valid(value, strlen(value)))
		return tw__fail(err, TW_EPARSE, "the mapping is not UTF-8");
	before = said->size;
	if (tw__buf_append(said, key, strlen(key) + 1) ||
	    tw__buf_append(said, value, strlen(value) + 1)) {
		tw__buf_cut(said, before);
		return tw__fail_oom(err);
	}
	return TW_OK;
}
