/**
 * @file learned.c  What the router learned, over restarts and reloads
 *
 * Kept in the store under the gateway's name, every minute and at the end, so
 * that a process that is killed loses a minute of it; taken back before the
 * first call. With it the counters of bundles and tiers are read again, since
 * calls use them up. A store that is busy is asked again a minute later, and
 * one that cannot be read costs what was learned, and no call.
 */
#include <trunkwise/sys/alloc.h>
#include "gw.h"

enum { KEEP_MS = 60 * 1000 };


static const char *host_name(const struct gateway *gw)
{
	return gw->options.name ? gw->options.name : "gateway";
}


static void keep_handler(void *arg)
{
	struct gateway *gw = arg;
	tw_error err = TW_ERROR_INIT;

	tmr_start(&gw->learned_tmr, KEEP_MS, keep_handler, gw);
	learned_keep(gw);
	if (tw_directory_used(gw->router, gw->directory, gw->options.store,
			      &err))
		gw_log(gw, "bundles and tiers: %s", err.message);
}


void learned_keep(struct gateway *gw)
{
	const tw_time now = clk_now(gw->clk);
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	status = tw_router_keep(gw->router, gw->options.store, host_name(gw),
				now, now, &err);
	if (status && status != TW_EBUSY)
		gw_log(gw, "what was learned is not kept: %s", err.message);
}


void learned_recall(struct gateway *gw)
{
	const tw_time now = clk_now(gw->clk);
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	tmr_start(&gw->learned_tmr, KEEP_MS, keep_handler, gw);
	status = tw_router_recall(gw->router, gw->options.store,
				  host_name(gw), now, now, &err);
	if (status && status != TW_ENOTFOUND)
		gw_log(gw, "what was learned is lost: %s", err.message);
}


void learned_move(tw_router *to, const struct gateway *gw)
{
	tw_route_snapshot snapshot = TW_ROUTE_SNAPSHOT_INIT;
	tw_error err = TW_ERROR_INIT;
	void *bytes = NULL;
	tw_status status;

	snapshot.now = clk_now(gw->clk);
	status = tw_router_snapshot(&bytes, &snapshot.data_size, gw->router,
				    snapshot.now, &err);
	snapshot.data = bytes;
	if (!status)
		status = tw_router_restore(NULL, to, &snapshot, &err);
	if (status)
		gw_log(gw, "what was learned is lost: %s", err.message);
	tw_free(bytes);
}
