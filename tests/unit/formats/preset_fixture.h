/* A file of call records in a string, read by a preset row by row. */
#ifndef TW_TESTS_PRESET_FIXTURE_H
#define TW_TESTS_PRESET_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>
#include "formats/preset.h"

struct reader {
	struct tw__preset *preset;
	tw_zone *zone;
	tw_error err;
	tw_cdr cdr;
	uint32_t key_leg;       /* of the record's key */
	enum record_own own;
};

static inline bool is_main(const char *name, size_t length, void *arg)
{
	(void)arg;
	return length == 4 && memcmp(name, "main", 4) == 0;
}

static inline tw_status open_as(struct reader *r, const char *name,
			 const char *zone, const char *pattern, bool known,
			 const char *text)
{
	struct tw__preset_options options = { .data = text,
		.size = strlen(text), .trunk_pattern = pattern,
		.is_trunk = known ? is_main : NULL };

	memset(r, 0, sizeof(*r));
	r->err = (tw_error)TW_ERROR_INIT;
	if (zone && tw_zone_open(&r->zone, zone, &r->err))
		fail_msg("%s", r->err.message);
	options.zone = r->zone;
	return tw__preset_open(&r->preset, name, &options, &r->err);
}

static inline tw_status next(struct reader *r)
{
	struct tw__preset_found found;
	tw_cdr *cdr = &r->cdr;
	tw_status status;

	r->err = (tw_error)TW_ERROR_INIT;
	status = tw__preset_next(cdr, r->preset, &r->err);
	if (status)
		return status;
	/* as an import takes it */
	tw__preset_found(&found, r->preset);
	r->key_leg = cdr->leg;
	r->own = found.own;
	cdr->direction = found.direction ? found.direction : cdr->direction;
	cdr->leg = found.leg ? found.leg : cdr->leg;
	cdr->linked_id = found.linked ? found.linked : cdr->linked_id;
	cdr->number = found.number ? found.number : cdr->number;
	return TW_OK;
}

static inline void done(struct reader *r)
{
	tw__preset_free(r->preset);
	tw_zone_free(r->zone);
}

static inline tw_time at(const char *text)
{
	tw_time t;

	assert_int_equal(tw_time_parse(&t, text, NULL, NULL), TW_OK);
	return t;
}

/* A row of Master.csv; `data` holds dstchannel, lastapp and lastdata. */
#define ROW(channel, dst, data, rest) "\"\",\"101\",\"" dst "\"," \
	"\"from-internal\",\"\"\"Ivan\"\" <101>\",\"" channel "\"," data \
	",\"2026-10-05 10:00:00\",\"2026-10-05 10:00:05\"," \
	"\"2026-10-05 10:01:05\",65,60,\"ANSWERED\",\"DOCUMENTATION\"" \
	rest "\n"

#endif
