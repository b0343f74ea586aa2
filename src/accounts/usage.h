/**
 * @file src/accounts/usage.h  What calls use up as they come in
 */
#ifndef TW_SRC_ACCOUNTS_USAGE_H
#define TW_SRC_ACCOUNTS_USAGE_H

#include "call.h"
#include "exchange.h"
#include "rating/deck.h"
#include "tier_use.h"
#include <trunkwise/bundle.h>
#include <trunkwise/rating.h>

/* State of one batch, over all tariffs that its calls ask. */
struct tw__usage;
tw_status tw__usage_new(struct tw__usage **out, tw_store *store,
			tw_error *err);
void tw__usage_free(struct tw__usage *usage);

struct tw__usage_tariff;

/* What a tariff version needs beside the call. Most need nothing, and their
 * calls pay one comparison for it. */
struct tw__usage_view {
	bool plain;
	struct tw__usage_tariff *of;    /* NULL: neither bundles nor tiers */
	const tw_deck *deck;            /* the holder's */
	struct tw__month_cache month;
	tw_time day_from, day_to;       /* whose rate is held */
	struct tw__exchange exchange;
};
tw_status tw__usage_view(struct tw__usage_view *out, struct tw__usage *usage,
			 int64_t tariff, const tw_deck *deck, tw_error *err);

/* Before rating: bundle_left_s, used_s and exchange_nanos of a request whose
 * other members are set; and into the call's note where they are from. */
tw_status tw__usage_ask(tw_rating_request *request, struct tw__call *call,
			struct tw__usage *usage, struct tw__usage_view *view,
			tw_error *err);
/* After it: what the charge takes, into the call's note. */
void tw__usage_note(struct tw__call *call, const struct tw__usage_view *view,
		    const struct tw_sum *sum);
/* Once the call is stored: takes it, and writes the note. */
tw_status tw__usage_keep(struct tw__usage *usage,
			 const struct tw__call *call, int64_t batch,
			 tw_error *err);
/* At commit: the sums. */
tw_status tw__usage_settle(struct tw__usage *usage, tw_error *err);

/* Gives back what a batch took; before its calls are marked as undone. */
tw_status tw__usage_undo(tw_store *store, int64_t batch, tw_error *err);

#endif
