/**
 * @file src/accounts/directory_router.c  The router that a directory describes
 *
 * Decides which deck prices a trunk, in which order a site calls for help, and
 * whether the regions of numbers matter to any of the decks or permissions.
 * Choosing a carrier stays in src/routing. A carrier without a tariff gets an
 * empty deck and not silence: its trunks are listed, with "no price".
 */
#include <stdio.h>
#include <string.h>
#include "base/e164.h"
#include "directory.h"
#include "directory_permits.h"
#include "directory_rules.h"
#include "directory_used.h"
#include "exchange.h"
#include "numbering.h"

struct priced {
	uint32_t carrier;     /* row */
	tw_deck *deck;
};

struct build {
	tw_router *router;
	const struct tw_directory *directory;
	tw_store *store;
	struct priced *decks; /* trunks of one carrier share one */
	size_t count, capacity;
	bool asks_relation;   /* one of the decks does */
	bool asks_places;     /* a permission does */
};

static tw_status empty_deck(tw_deck **out, const struct tw_directory *d,
			    tw_error *err)
{
	uint32_t company = d->first[tw__kind_find(TW_STR("company"))];
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	const char *currency = "", *zone = "";

	if (company) {
		currency = tw__cell(d, company, "currency")->text;
		zone = tw__cell(d, company, "zone")->text;
	}
	snprintf(rules.currency, sizeof(rules.currency), "%s",
		 *currency ? currency : "XXX");
	snprintf(rules.zone, sizeof(rules.zone), "%s", *zone ? zone : "UTC");
	return tw_deck_new(out, &rules, NULL, 0, err);
}


static tw_status find_deck(tw_deck **out, struct build *b, uint32_t carrier,
			   tw_error *err)
{
	const char *name = b->directory->rows[carrier].name;
	tw_deck *deck;
	tw_status status;
	size_t i;

	for (i = 0; i < b->count; i++) {
		if (b->decks[i].carrier == carrier) {
			*out = b->decks[i].deck;
			return TW_OK;
		}
	}
	if (tw__grow((void **)&b->decks, &b->capacity, b->count + 1,
		     sizeof(*b->decks)))
		return tw__fail_oom(err);
	status = tw_tariff_deck(&deck, b->store, name, b->directory->at, err);
	if (status == TW_ENOTFOUND || status == TW_EUNSUPPORTED)
		status = empty_deck(&deck, b->directory, err);
	if (status)
		return status;
	b->decks[b->count++] = (struct priced){ carrier, deck };
	b->asks_relation |= tw__deck_asks_relation(deck);
	*out = deck;
	return TW_OK;
}


static tw_status add_trunk(struct build *b, tw_row row, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_route_carrier carrier = TW_ROUTE_CARRIER_INIT;
	struct tw__exchange rate = { 0, 0 };
	tw_status status;

	status = find_deck(&carrier.deck, b,
			   tw__cell(d, row.id, "carrier")->row, err);
	if (!status)
		status = tw__exchange_for(&rate, b->store, carrier.deck,
					  d->at, err);
	if (status)
		return status;
	carrier.exchange_nanos = rate.rate_nanos;
	carrier.carrier = tw_row_text(d, row, "carrier");
	carrier.trunk = tw_row_text(d, row, "name");
	carrier.priority = (uint32_t)tw_row_integer(d, row, "priority", 100);
	carrier.calls_max = (uint32_t)tw_row_integer(d, row, "calls_max", 0);
	carrier.weight = (uint32_t)tw_row_integer(d, row, "weight", 1);
	carrier.tier = (uint32_t)tw_row_integer(d, row, "tier", 0);
	if (!strcmp(tw__cell(d, tw__cell(d, row.id, "carrier")->row,
			     "no_caller")->text, "skip"))
		carrier.flags = TW_CARRIER_NEEDS_CALLER;
	return tw_router_add_carrier(b->router, &carrier, err);
}


/* What a call from a site's own line costs is known by its operator's tariff,
 * where the line says whose it is. */
static tw_status add_landline(struct build *b, tw_row row, tw_error *err)
{
	const struct tw_directory *d = b->directory;
	uint32_t carrier = tw__cell(d, row.id, "carrier")->row;
	tw_route_landline line = TW_ROUTE_LANDLINE_INIT;
	struct tw__exchange rate = { 0, 0 };
	tw_status status = TW_OK;

	if (carrier) {
		line.carrier = d->rows[carrier].name;
		status = find_deck(&line.deck, b, carrier, err);
		if (!status)
			status = tw__exchange_for(&rate, b->store, line.deck,
						  d->at, err);
	}
	if (status)
		return status;
	line.exchange_nanos = rate.rate_nanos;
	line.name = tw_row_text(d, row, "name");
	line.site = tw_row_text(d, row, "site");
	line.number = tw_row_text(d, row, "number");
	return tw_router_add_landline(b->router, &line, err);
}


/* A carrier without trunks has nothing to cap. */
static tw_status add_caps(struct build *b, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_row row = { 0 };
	tw_status status;

	while (!(status = tw_directory_next(&row, d, "carrier", err))) {
		int64_t most = tw_row_integer(d, row, "calls_max", 0);

		if (!most)
			continue;
		status = tw_router_cap_carrier(b->router,
			tw_row_text(d, row, "name"), (uint32_t)most, err);
		if (status && status != TW_ENOTFOUND)
			return status;
	}
	return status == TW_ITER_END ? TW_OK : status;
}


/* ---- emergency ---- */

static bool can_be_dialled(const struct tw_directory *d, const char *name)
{
	tw_row row;

	if (tw_directory_find(&row, d, "trunk", name, NULL) == TW_OK)
		return true;
	return tw_directory_find(&row, d, "landline", name, NULL) == TW_OK &&
		*tw_row_text(d, row, "uri");
}


static tw_status add_listed(struct build *b, const char *site,
			    const char *list, tw_error *err)
{
	tw_status status = TW_OK;
	const char *end;
	char *name;

	while (*list && !status) {
		end = strchr(list, '\n');
		if (!end)
			end = list + strlen(list);
		name = tw__str_dup(tw__str(list, (size_t)(end - list)));
		if (!name)
			return tw__fail_oom(err);
		if (can_be_dialled(b->directory, name))
			status = tw_router_add_emergency(b->router, site,
							 name, err);
		tw_free(name);
		list = *end ? end + 1 : end;
	}
	return status;
}


static tw_status add_landlines(struct build *b, tw_row site, tw_error *err)
{
	const tw_directory *d = b->directory;
	tw_row line = { 0 };
	tw_status status;

	while (!(status = tw_directory_next(&line, d, "landline", err))) {
		if (tw__cell(d, line.id, "site")->row != site.id ||
		    !*tw_row_text(d, line, "uri"))
			continue;
		status = tw_router_add_emergency(b->router,
			tw_row_text(d, site, "name"),
			tw_row_text(d, line, "name"), err);
		if (status)
			return status;
	}
	return status == TW_ITER_END ? TW_OK : status;
}


static tw_status add_site(struct build *b, tw_row row, tw_error *err)
{
	const char *list = tw_row_text(b->directory, row, "emergency");

	if (!*list)
		return add_landlines(b, row, err);
	return add_listed(b, tw_row_text(b->directory, row, "name"), list,
			  err);
}


/* 112 stands by itself; these are the services of one country. */
static tw_status add_numbers(struct build *b, tw_error *err)
{
	const char *const *number = tw__dial_russia.emergency;
	tw_status status = TW_OK;
	tw_row company = { 0 };

	if (tw_directory_next(&company, b->directory, "company", NULL) ||
	    strcmp(tw_row_text(b->directory, company, "country"), "7"))
		return TW_OK;
	for (; *number && !status; number++)
		status = tw_router_add_emergency_number(b->router, *number,
							err);
	return status;
}


static tw_status add_each(struct build *b, const char *kind,
			  tw_status (*add)(struct build *b, tw_row row,
					   tw_error *err), tw_error *err)
{
	tw_status status = TW_OK;
	tw_row row = { 0 };

	while (!status && !(status = tw_directory_next(&row, b->directory,
						       kind, err)))
		status = add(b, row, err);
	return status == TW_ITER_END ? TW_OK : status;
}


static tw_status fill(struct build *b, tw_error *err)
{
	tw_status status = add_each(b, "trunk", add_trunk, err);

	if (!status)
		status = add_each(b, "landline", add_landline, err);
	if (!status)
		status = add_each(b, "site", add_site, err);
	if (!status)
		status = add_numbers(b, err);
	return status ? status : tw__directory_permits(&b->asks_places,
						       b->router,
						       b->directory, err);
}


/* As it was in force when the directory was. */
static tw_status add_numbering(struct build *b, tw_error *err)
{
	tw_numbering *numbering;
	tw_status status;

	if (!b->asks_relation && !b->asks_places)
		return TW_OK;
	status = tw_numbering_open(&numbering, b->store, b->directory->at,
				   err);
	if (status)
		return status;
	status = tw_router_set_numbering(b->router, numbering, NULL, err);
	tw_numbering_free(numbering);
	return status;
}


tw_status tw_directory_router(tw_router **out, const tw_directory *directory,
			      tw_store *store, tw_error *err)
{
	struct build b = { .directory = directory, .store = store };
	tw_status status;
	size_t i;

	if (!out || !directory || !store)
		return tw__fail(err, TW_EINVAL, "directory and store are "
				"needed");
	status = tw_router_new(&b.router, err);
	if (status)
		return status;
	status = tw__directory_rules(b.router, directory, err);
	if (!status)
		status = fill(&b, err);
	if (!status)
		status = add_caps(&b, err);
	if (!status)
		status = tw__directory_used(b.router, directory, store, err);
	if (!status)
		status = add_numbering(&b, err);
	for (i = 0; i < b.count; i++)
		tw_deck_free(b.decks[i].deck);
	tw_free(b.decks);
	if (status) {
		tw_router_free(b.router);
		return status;
	}
	*out = b.router;
	return TW_OK;
}
