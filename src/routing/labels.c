/*
 * Names that a router is given, alone and in lists: copied whole or not at
 * all.
 */
#include "router.h"

#include <string.h>

void tw__labels_clear(struct tw__labels *names)
{
	for (size_t i = 0; i < names->count; ++i)
		tw_free(names->name[i]);
	tw_free(names->name);
	*names = (struct tw__labels){ NULL, 0 };
}

static tw_status check(const char *const *name, size_t count, size_t most,
		       const char *field, tw_error *err)
{
	if (count && !name)
		return tw__fail_at(err, TW_EINVAL, 0, field, "%s are counted "
				   "and not there", field);
	if (count > most)
		return tw__fail_at(err, TW_ERANGE, 0, field, "%zu %s; %zu at "
				   "most", count, field, most);
	for (size_t i = 0; i < count; ++i) {
		tw_status status = tw__label_check(field, name[i],
						  TW_NAME_MAX, err);

		if (status)
			return status;
	}
	return TW_OK;
}

tw_status tw__labels_copy(struct tw__labels *out, const char *const *name,
			 size_t count, size_t most, const char *field,
			 tw_error *err)
{
	struct tw__labels copy = { NULL, 0 };
	tw_status status = check(name, count, most, field, err);

	if (status || !count)
		return status;
	copy.name = tw_calloc(count, sizeof(*copy.name));
	if (!copy.name)
		return tw__fail_oom(err);
	for (; copy.count < count; ++copy.count) {
		copy.name[copy.count] = tw_strdup(name[copy.count]);
		if (!copy.name[copy.count]) {
			tw__labels_clear(&copy);
			return tw__fail_oom(err);
		}
	}
	*out = copy;
	return TW_OK;
}

/* Answers carry names in fixed fields; a cut name could be another's. */
uint64_t tw__label_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *text; ++text)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash ^ hash >> 29;
}

tw_status tw__label_check(const char *field, const char *text, size_t most,
			 tw_error *err)
{
	size_t l = text ? strlen(text) : 0;

	if (!l)
		return tw__fail_at(err, TW_EINVAL, 0, field, "%s is empty",
				   field);
	if (l > most)
		return tw__fail_at(err, TW_EINVAL, 0, field,
				   "%s has %zu bytes; %zu at most", field, l,
				   most);
	if (!tw__utf8_is_valid(text, l))
		return tw__fail_at(err, TW_EINVAL, 0, field,
				   "%s is not UTF-8", field);
	for (; *text; ++text) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return tw__fail_at(err, TW_EINVAL, 0, field,
					   "%s has a control byte", field);
	}
	return TW_OK;
}
