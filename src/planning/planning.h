/**
 * @file src/planning/planning.h  What the closed forms share
 *
 * The room decides what a load of calls does to a number of lines or people,
 * by formula and by playing the engine. It refuses to know whose calls they
 * are, what they cost, and where the figures it is given come from.
 */
#ifndef TW_SRC_PLANNING_H
#define TW_SRC_PLANNING_H

#include <trunkwise/planning.h>

#include "base/base.h"

#define TW_PLANNING_SECONDS_MAX 1e9
/* Shares below are 0. Doubles go on to 5e-324, but not truly: the smallest
 * ones round to themselves, and a recursion never leaves them again. */
#define TW_SHARE_MIN 1e-290

/* Refuse what is no number, negative or beyond the limits, by its name. */
tw_status tw__load_check(const char *field, double load, tw_error *err);
tw_status tw__lines_check(const char *field, uint32_t lines, tw_error *err);
tw_status tw__share_check(const char *field, double share, tw_error *err);
tw_status tw__seconds_check(const char *field, double s, bool zero_is_fine,
			    tw_error *err);

/* One more line than those that lose the share b. Every figure in it is
 * positive and nothing is subtracted, so errors do not grow. */
static inline double tw__erlang_b_next(double b, double load, uint32_t lines)
{
	return load * b / (lines + load * b);
}

/* Erlang B of arguments that were checked. */
double tw__erlang_b(double load, uint32_t lines);

/* Caller's struct, read and checked; with_servers: they count. */
tw_status tw__staffing_read(tw_staffing *out, const tw_staffing *in,
			    bool with_servers, tw_error *err);
/* Puts what was computed into a caller's struct of this or an older size. */
tw_status tw__waiting_write(tw_waiting *out, const tw_waiting *waiting,
			    tw_error *err);

#endif
