/*
 * Names to ids, by open addressing. Names come from the company's own
 * configuration, so an unkeyed hash is enough; nothing is ever removed, so
 * there are no gravestones.
 */
#include "names.h"

#include <assert.h>
#include <string.h>

tw_status tw__name_check(const char *what, const char *name, tw_error *err)
{
	size_t l;

	if (!name || !name[0])
		return tw__fail_at(err, TW_EINVAL, 0, "name",
				   "a %s needs a name", what);
	l = strlen(name);
	if (l > TW_NAME_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "name",
				   "name of a %s has %zu bytes; %u at most",
				   what, l, TW_NAME_MAX);
	if (!tw__utf8_is_valid(name, l))
		return tw__fail_at(err, TW_EINVAL, 0, "name",
				   "name of a %s is not UTF-8", what);
	for (; *name; ++name) {
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return tw__fail_at(err, TW_EINVAL, 0, "name",
					   "name of a %s has a control byte",
					   what);
	}
	return TW_OK;
}

static size_t hash(const char *text)
{
	uint64_t h = 14695981039346656037u;   /* FNV-1a */

	for (; *text; ++text)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return (size_t)(h ^ (h >> 32));
}

static struct tw_name *place_of(const struct tw_names *names,
				const char *text)
{
	size_t mask = names->capacity - 1;
	size_t i = hash(text) & mask;

	while (names->place[i].id && strcmp(names->place[i].text, text))
		i = (i + 1) & mask;
	return &names->place[i];
}

tw_status tw__names_reserve(struct tw_names *names)
{
	struct tw_names wide = { NULL, 0, 0 };
	size_t i;

	if (2 * (names->count + 1) <= names->capacity)
		return TW_OK;
	wide.capacity = names->capacity ? 2 * names->capacity : 16;
	wide.place = tw_calloc(wide.capacity, sizeof(*wide.place));
	if (!wide.place)
		return TW_ENOMEM;
	for (i = 0; i < names->capacity; ++i) {
		if (names->place[i].id)
			tw__names_put(&wide, names->place[i].text,
				      names->place[i].id);
	}
	tw_free(names->place);
	*names = wide;
	return TW_OK;
}

void tw__names_put(struct tw_names *names, const char *text, uint32_t id)
{
	struct tw_name *place = place_of(names, text);

	assert(id && !place->id && names->count < names->capacity);
	place->text = text;
	place->id = id;
	++names->count;
}

uint32_t tw__names_get(const struct tw_names *names, const char *text)
{
	if (!names->capacity || !text)
		return 0;
	return place_of(names, text)->id;
}

tw_status tw__names_admit(const struct tw_names *names, const char *what,
			  const char *text, tw_error *err)
{
	if (tw__names_get(names, text))
		return tw__fail_at(err, TW_EEXIST, 0, "name",
				   "%s \"%s\" exists", what, text);
	if (names->count >= TW_THINGS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u %ss",
				TW_THINGS_MAX, what);
	return TW_OK;
}

tw_status tw__names_find(uint32_t *out, const struct tw_names *names,
			 const char *what, const char *text, tw_error *err)
{
	uint32_t id = tw__names_get(names, text);

	if (!id)
		return tw__fail(err, TW_ENOTFOUND, "no %s \"%.127s\"", what,
				text);
	*out = id;
	return TW_OK;
}

void tw__names_free(struct tw_names *names)
{
	tw_free(names->place);
	memset(names, 0, sizeof(*names));
}
