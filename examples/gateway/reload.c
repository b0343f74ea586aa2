/**
 * @file reload.c  Another directory under live calls
 *
 * Whole or not at all: what can be refused (pools and plans, prices, phones,
 * trunks with their secrets) is made beside what runs, and changes places when
 * all of it stands. Calls keep their legs, records and money; who is rung and
 * which carrier is asked next is of the new directory. Refuses to know how it
 * came about.
 */
#include <string.h>
#include "gw.h"


void country_read(char country[8], const tw_directory *directory)
{
	tw_row row = { 0 };
	const char *text = NULL;

	if (tw_directory_next(&row, directory, "company", NULL) == TW_OK)
		text = tw_row_text(directory, row, "country");
	str_ncpy(country, text && *text ? text : "7", 8);
}


int library_make(tw_engine **enginep, tw_router **routerp,
		 const struct gateway *gw, const tw_directory *directory,
		 tw_error *err)
{
	tw_engine_options options = TW_ENGINE_OPTIONS_INIT;
	tw_route_rules rules = TW_ROUTE_RULES_INIT;
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_status status;

	options.seed = gw->options.seed;
	options.host = TW_HOST_CALLBACK;
	status = tw_directory_engine(&engine, directory, &options, err);
	if (!status)
		status = tw_directory_router(&router, directory,
					     gw->options.store, err);
	if (!status)
		status = tw_router_rules_read(&rules, router, err);
	rules.seed = gw->options.seed;
	if (!status)
		status = tw_router_set_rules(router, &rules, err);
	if (status) {
		tw_engine_free(engine);
		tw_router_free(router);
		return EINVAL;
	}
	*enginep = engine;
	*routerp = router;

	return 0;
}


void reload_log(const struct gateway *gw, const char *what,
		tw_engine_changes *changes)
{
	tw_engine_change change = TW_ENGINE_CHANGE_INIT;

	while (!tw_engine_changes_next(&change, changes, NULL))
		gw_log(gw, "%s: %s %s: %s", what, change.kind, change.name,
		       change.detail);
	tw_engine_changes_free(changes);
}


/* Legs under way hold slots of trunks: now with the other router. */
static void move_slots(struct call *call)
{
	struct gateway *gw = call->gw;
	struct le *le;

	for (le = call->attemptl.head; le; le = le->next) {
		struct attempt *attempt = le->data;

		if (!attempt->slot.id)
			continue;
		attempt->slot.id = 0;
		if (attempt->trunk)
			attempt->slot = slot_take(gw, attempt->trunk,
						  attempt->number,
						  TW_ROUTE_AGAIN);
	}
}


static void take_router(struct gateway *gw, tw_router *router)
{
	struct le *le;

	learned_move(router, gw);
	tw_router_free(gw->router);
	gw->router = router;
	for (le = gw->calll.head; le; le = le->next)
		move_slots(le->data);
}


static int check(struct list *phonel, struct list *linel, struct gateway *gw,
		 const tw_directory *directory, tw_error *err)
{
	int e;

	e = phones_read(phonel, linel, gw, directory, err);
	if (!e)
		e = trunks_check(gw, directory, err);
	if (e) {
		list_flush(phonel);
		list_flush(linel);
	}

	return e;
}


static int take(struct gateway *gw, tw_directory *directory, tw_error *err)
{
	struct list phonel = LIST_INIT, linel = LIST_INIT;
	tw_engine_changes *changes = NULL;
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	int e;

	e = library_make(&engine, &router, gw, directory, err);
	if (!e)
		e = check(&phonel, &linel, gw, directory, err);
	if (!e && tw_engine_reload(&changes, gw->engine, engine,
				   clk_now(gw->clk), err)) {
		list_flush(&phonel);
		list_flush(&linel);
		e = EINVAL;
	}
	if (e) {
		tw_engine_free(engine);
		tw_router_free(router);
		return e;
	}

	/* from here on nothing is refused */
	reload_log(gw, "reload", changes);
	take_router(gw, router);
	tw_directory_free(gw->taken);
	gw->taken = directory;
	gw->directory = gw->options.directory = directory;
	country_read(gw->country, directory);
	phones_take(gw, &phonel, &linel);
	trunks_reload(gw, directory);
	spend_declare(gw->spend);

	return 0;
}


int gateway_reload(struct gateway *gw, tw_directory *directory,
		   const void *key, tw_error *err)
{
	int e;

	if (!gw || !directory || !err || gw->stopping)
		return EINVAL;

	/* nothing may be on its way that means things of the old one */
	ring_pump(gw);
	gw->options.key = key;
	e = take(gw, directory, err);
	gw->options.key = NULL;
	ring_pump(gw);

	return e;
}
