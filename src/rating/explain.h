/**
 * @file src/rating/explain.h  Words about a charge, under way
 */
#ifndef TW_SRC_RATING_EXPLAIN_H
#define TW_SRC_RATING_EXPLAIN_H

#include "deck.h"

struct tw_explain {
	struct tw_buf buf;
	const tw_deck *deck;
	const struct tw_question *q;
	const struct tw_rate_row *row;  /* base row; NULL: no price */
	bool ru;
};

/* Both languages stand side by side as literals. A table of formats would be
 * the usual way, but then no compiler holds arguments against them. */
#define SAY(e, ru_text, en_text, ...) \
	((void)((e)->ru ? \
		tw__buf_printf(&(e)->buf, ru_text, ##__VA_ARGS__) : \
		tw__buf_printf(&(e)->buf, en_text, ##__VA_ARGS__)))

/* Where a row stands: ", line 12 of annex.csv". */
void tw__say_place(struct tw_explain *e, const struct tw_rate_row *row);

/* Seconds, increments, products, bounds, rounding, VAT, exchange. price NULL:
 * a call that was not answered. */
void tw__say_sum(struct tw_explain *e, const struct tw_sum *sum,
		 const struct tw_price *price);

#endif
