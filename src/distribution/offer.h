/**
 * @file src/distribution/offer.h  One target that rings for one call
 */
#ifndef TW_SRC_DISTRIBUTION_OFFER_H
#define TW_SRC_DISTRIBUTION_OFFER_H

#include "call.h"

#define TW_CONFIRM_US      (15 * TW_SECOND)   /* to press a key */

struct tw_offer {
	uint64_t id;            /* 0 while free */
	uint32_t slot;
	uint64_t generation;
	struct tw_call *call;
	struct tw_member *member;
	struct tw_target *target;   /* the member's, and its pool */
	struct tw_pool *pool;
	uint32_t step;
	tw_time offered;
	tw_time answered;
	tw_time until;
	bool is_confirming;     /* answered, and asked for a key */
	bool is_full_ring;      /* `until` is the pool's ring time */
	struct tw_timer timer;  /* at `until`, if before the step's end */
	struct tw_offer *prev;
	struct tw_offer *next;
};

/* offer.c */
tw_status tw__offers_reserve(struct tw_engine *engine, size_t count);
void tw__offer_make(struct tw_look *look, struct tw_member *member);
/* The row, the slot, the idle clock; the offer is free afterwards. */
void tw__offer_end(struct tw_engine *engine, struct tw_offer *offer,
		   uint32_t outcome, uint32_t why, int64_t a);
/* Tells the host to stop ringing, then ends it. */
void tw__offer_cancel(struct tw_engine *engine, struct tw_offer *offer,
		      uint32_t outcome, uint32_t why, int64_t a);
/* It is its call's talk. */
static inline void tw__offer_talks(struct tw_offer *offer)
{
	offer->call->talk = offer;
	offer->call->talk_target = offer->target;
	offer->call->talk_member = offer->member;
}
/* Its call's, from now on; whoever else rings has lost the race. */
void tw__offer_win(struct tw_engine *engine, struct tw_offer *offer);
/* A live offer by id. TW_ENOTFOUND: never made; TW_ECONFLICT: over. */
tw_status tw__offer_at(struct tw_offer **out, struct tw_engine *engine,
		       tw_offer_id id, tw_time now, tw_error *err);
void tw__offer_ring_over(struct tw_engine *engine, struct tw_offer *offer);

/* confirm.c */
void tw__confirm_ask(struct tw_engine *engine, struct tw_offer *offer);

#endif
