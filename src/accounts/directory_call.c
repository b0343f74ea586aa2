/**
 * @file src/accounts/directory_call.c  What an engine is told of a call
 *
 * Decides which fields of a number's row are a call's, and how a caller
 * becomes a key: one place for gateway, preview and Python, so that a call is
 * played as it is served. Refuses to know what plans do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "directory_engine.h"

/* The secret and the digits, hashed: however a carrier spells the number,
 * the caller is the same one. */
static uint64_t affinity_of(const tw_directory *d, const tw_arrival *a)
{
	char text[24 + TW_DIGITS_MAX], digits[TW_DIGITS_MAX];
	int l;

	if (!a->caller || !*a->caller ||
	    tw__directory_digits(digits, d, a->caller, NULL))
		return 0;
	l = snprintf(text, sizeof(text), "%" PRIu64 ":%s", a->secret, digits);
	return tw__hash64(text, (size_t)l) | 1;
}


/* A phone or landline of that name, or else the first phone of a person. */
static tw_target_id preferred_of(const tw_directory *d,
				 const tw_engine *engine, const char *name)
{
	tw_target_id target = { 0 };
	tw_row row = { 0 };

	if (!name || !*name ||
	    !tw_engine_find_target(&target, engine, name, NULL))
		return target;
	while (!tw_directory_next(&row, d, "phone", NULL)) {
		if (strcmp(tw_row_text(d, row, "person"), name))
			continue;
		(void)tw_engine_find_target(&target, engine,
					    tw_row_text(d, row, "name"),
					    NULL);
		break;
	}
	return target;
}


static tw_status find_plan(tw_plan_id *out, const tw_directory *d,
			   const tw_engine *engine, tw_row number,
			   tw_error *err)
{
	const char *plan = tw_row_text(d, number, "plan");

	if (!*plan)
		return tw__fail_at(err, TW_ENOTFOUND, 0, "plan", "number %s "
				   "has no plan: its calls ring nobody here; "
				   "add plan to its [[number]]",
				   d->rows[number.id].name);
	return tw_engine_find_plan(out, engine, plan, err);
}


tw_status tw_directory_call(tw_call_options *out,
			    const tw_directory *directory,
			    const tw_engine *engine,
			    const tw_arrival *arrival, tw_error *err)
{
	tw_call_options o;
	tw_status status;
	tw_arrival a;
	tw_row row;

	if (!out || !directory || !engine || !arrival)
		return tw__fail(err, TW_EINVAL, "no directory, engine or "
				"arrival given");
	status = tw__import(&a, sizeof(a), arrival, err);
	if (!status)
		status = tw__import(&o, sizeof(o), out, err);
	if (!status)
		status = tw_directory_find(&row, directory, "number",
					   a.number ? a.number : "", err);
	if (!status)
		status = find_plan(&o.plan, directory, engine, row, err);
	if (!status)
		status = tw__directory_skills(&o.skills_needed, engine,
			tw_row_text(directory, row, "skills"), err);
	if (status)
		return status;
	o.priority = (uint32_t)tw_row_integer(directory, row, "priority", 0);
	o.preferred = preferred_of(directory, engine, a.preferred);
	o.affinity = affinity_of(directory, &a);
	o.size = out->size;
	memcpy(out, &o, o.size < sizeof(o) ? o.size : sizeof(o));
	return TW_OK;
}
