/* What stands in the store when a scene begins: an office, its calls by two
 * sources, a closed month, a sealed one, dearer prices that come late; or the
 * nine cities of the example. */
#ifndef TW_TESTS_OOM_WORLD_H
#define TW_TESTS_OOM_WORLD_H

#include "deploy.h"
#include "oom.h"

#define SHEET "prefix,destination,rate,currency,effective_from," \
	"effective_to,first_inc,next_inc,connect_fee,direction,status\n"
#define CALLS "call_id,start,duration,caller,callee,extension,number," \
	"direction\n"

extern struct deploy oom_office, oom_cities;

void oom_world_begin(void);

tw_status oom_apply(tw_store *store, const struct deploy *deploy,
		    const char *at, tw_error *err);
tw_status oom_sheet(tw_store *store, const char *text, uint32_t flags,
		    tw_tariff_diff *diff, tw_error *err);
tw_status oom_import(tw_counts *counts, tw_store *store, const char *preset,
		     const char *source, const char *text, tw_error *err);

tw_status oom_set_office(tw_store *store, tw_error *err);
tw_status oom_set_calls(tw_store *store, tw_error *err);
tw_status oom_set_closed(tw_store *store, tw_error *err);
tw_status oom_set_sealed(tw_store *store, tw_error *err);
tw_status oom_set_dearer(tw_store *store, tw_error *err);
tw_status oom_set_cities(tw_store *store, tw_error *err);

#endif
