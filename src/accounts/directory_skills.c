/**
 * @file src/accounts/directory_skills.c  Skills of a directory as bits
 *
 * Decides which names there are: all that people, phones and landlines have
 * and numbers need. Refuses to know which bit is whose: the engine does.
 */
#include <string.h>
#include "directory_engine.h"

#define SKILL_SIZE 128

/* The next line of a list, cut to what a name may have; NULL at the end. */
static const char *next(char name[SKILL_SIZE], const char *list)
{
	size_t l = strcspn(list, "\n");

	if (!l)
		return NULL;
	tw__utf8_cut(name, l < SKILL_SIZE ? l + 1 : SKILL_SIZE, list);
	list += l;
	return list + (*list == '\n');
}


static tw_status add_list(tw_engine *engine, const char *list, tw_error *err)
{
	tw_status status = TW_OK;
	char name[SKILL_SIZE];
	uint64_t bit;

	while (!status && (list = next(name, list)) != NULL) {
		if (tw_engine_find_skill(&bit, engine, name, NULL))
			status = tw_engine_add_skill(&bit, engine, name, err);
	}
	return status;
}


tw_status tw__build_skills(struct tw_build *b, tw_error *err)
{
	static const char *const kinds[] = { "person", "phone", "landline",
		"number" };
	const tw_directory *d = b->directory;
	tw_status status = TW_OK;
	size_t i;

	for (i = 0; i < TW_ARRAY_COUNT(kinds) && !status; i++) {
		tw_row row = { 0 };

		while (!status &&
		       !tw_directory_next(&row, d, kinds[i], NULL)) {
			status = add_list(b->engine, tw_row_text(d, row,
							"skills"), err);
			if (status)
				tw__error_place(err, 0,
						d->rows[row.id].name);
		}
	}
	return status;
}


tw_status tw__directory_skills(uint64_t *out, const tw_engine *engine,
			       const char *list, tw_error *err)
{
	tw_status status = TW_OK;
	uint64_t bits = 0, bit;
	char name[SKILL_SIZE];

	while (!status && (list = next(name, list)) != NULL) {
		status = tw_engine_find_skill(&bit, engine, name, err);
		if (!status)
			bits |= bit;
	}
	if (!status)
		*out = bits;
	return status;
}
