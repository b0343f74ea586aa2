/**
 * @file planning.h  How many lines and people a load needs
 *
 * The closed forms of teletraffic: loss (Erlang B), waiting (Erlang C), and
 * waiting of callers who give up (Erlang A), each with its inverse; few
 * callers (Engset), what overflows (Kosten, Wilkinson), trunk reservation,
 * and service levels from raw counts. Pure arithmetic on what you give;
 * nothing here allocates, and every function may run on any thread.
 *
 * *Load* is in erlang: calls that arrive in the time that one lasts (12 an
 * hour of 3 minutes each are 0.6). All forms suppose that calls arrive by
 * themselves, at one pace, and that the pace has stood for a while.
 *
 * Doubles, for these are chances and not money. How close: the blocking of
 * n lines lies within 4 n units of 2^-53 of the exact value, relatively (a
 * million lines: 5e-10; measured up to a thousand: below 1e-14); below
 * 1e-290 it is 0. A wait's chance, mean and the service level of
 * Erlang C likewise; those of Erlang A within 1e-9. The tests compare with
 * exact rational recursion.
 *
 * Limits: 1,000,000 erlang and lines or people. Times are in seconds, up to
 * 1e9. What is not a number, negative or beyond is TW_ERANGE or TW_EINVAL
 * with the field's name, and every answer comes in well under a second.
 */
#ifndef TRUNKWISE_PLANNING_H
#define TRUNKWISE_PLANNING_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

#define TW_PLANNING_MAX 1000000u    /* erlang, and lines or people */

/* ---- loss: who finds no line goes away ---- */

/** Erlang B: the share of calls that find all lines taken.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_b(double *out, double load, uint32_t lines,
				 tw_error *err);

/** The fewest lines that lose no more than `loss` (above 0, below 1).
 * TW_ERANGE also when that is more than TW_PLANNING_MAX.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_b_lines(uint32_t *out, double load,
				       double loss, tw_error *err);

/** The load at which `lines` (1..) lose the share `loss` of the calls.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_b_load(double *out, uint32_t lines,
				      double loss, tw_error *err);

/** Engset: the share of *calls* lost when they come from `sources` callers
 * only, each of whom offers `load` erlang while he is not calling. (The
 * share of time with all lines taken is that of one source more.)
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_engset(double *out, uint32_t sources, double load,
			       uint32_t lines, tw_error *err);

/** Kosten: what `lines` do not take flows over to lines without end, and
 * occupies `mean` of them, with variance `variance`: burstier than fresh
 * calls, whose variance equals their mean. Wilkinson's equivalent random
 * theory sizes the next group by these two.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_overflow(double *mean, double *variance, double load,
				 uint32_t lines, tw_error *err);

/** Trunk reservation: calls of one's own find all lines, those that flow
 * over from elsewhere are taken only while more than `reserve` are free.
 * Puts the share lost of both. Both kinds of calls last equally long.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_reservation(double *own, double *overflow,
	double own_load, double overflow_load, uint32_t lines,
	uint32_t reserve, tw_error *err);

/* ---- waiting: who finds nobody free stands in line ---- */

typedef struct tw_staffing {
	uint32_t size;
	uint32_t servers;            /* people or lines, 1.. */
	double load;                 /* erlang offered */
	double hold_s;               /* mean talk and wrap-up, above 0 */
	double within_s;             /* the service level's seconds, 0.. */
	double patience_s;           /* Erlang A: mean, above 0 */
} tw_staffing;
#define TW_STAFFING_INIT { sizeof(tw_staffing), 0, 0, 180, 20, 0 }

typedef struct tw_waiting {
	uint32_t size;
	uint32_t reserved;
	double wait_probability;     /* share that finds nobody free */
	double asa_s;                /* mean time in line over all calls, those
					that did not wait or gave up too */
	double service_level;        /* share of all calls that is answered
					within within_s */
	double abandonment;          /* share that gives up (Erlang C: 0) */
	double in_line;              /* callers in line, mean */
} tw_waiting;
#define TW_WAITING_INIT { sizeof(tw_waiting), 0, 0, 0, 0, 0, 0 }

/** Erlang C: who waits, waits until answered. TW_EINVAL unless the servers
 * are more than the load: the line would grow for ever.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_c(tw_waiting *out, const tw_staffing *in,
				 tw_error *err);

/** The fewest servers whose service level is `service_level` (above 0,
 * below 1) or better; in->servers is not read.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_c_servers(uint32_t *out,
	const tw_staffing *in, double service_level, tw_error *err);

/** Erlang A (Palm): who waits gives up after an exponential time of mean
 * patience_s. Any load has an answer. TW_ERANGE also when the line would be
 * too long to add up (millions).
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_a(tw_waiting *out, const tw_staffing *in,
				 tw_error *err);

/** The fewest servers whose service level is `service_level` or better and
 * of whose callers no more than the share `abandonment` gives up; of the two
 * 0 is "not asked", one must be. in->servers is not read.
 * @return TW_OK, TW_EINVAL, TW_ERANGE */
TW_EXTERN(tw_status) tw_erlang_a_servers(uint32_t *out,
	const tw_staffing *in, double service_level, double abandonment,
	tw_error *err);

/* ---- service level from counts ---- */

/* "80 % in 20 s" means five things, which differ by five points on the same
 * day. Keep raw counts, and name the formula beside its figure. */
typedef struct tw_service_counts {
	uint32_t size;
	uint32_t reserved;
	uint64_t answered;
	uint64_t answered_in_time;   /* of them: within the target time */
	uint64_t abandoned;
	uint64_t abandoned_in_time;  /* of them: before the target time */
	uint64_t abandoned_short;    /* of them: before the threshold that you
					say is a misdial */
	uint64_t lost;               /* never stood in line: busy, closed */
} tw_service_counts;
#define TW_SERVICE_COUNTS_INIT { sizeof(tw_service_counts), 0, 0, 0, 0, 0, \
	0, 0 }

#define TW_SERVICE_OF_ANSWERED    1u  /* in time / answered */
#define TW_SERVICE_OF_OFFERED     2u  /* in time / (answered + abandoned +
					 lost) */
#define TW_SERVICE_ABANDONED_MET  3u  /* (in time + abandoned in time) / all:
					 who left before is served */
#define TW_SERVICE_ABANDONED_LATE 4u  /* in time / (all - abandoned in time):
					 who left before does not count */
#define TW_SERVICE_WITHOUT_SHORT  5u  /* in time / (all - short): misdials do
					 not count */

/** "of_answered", "of_offered", "abandoned_met", "abandoned_late",
 * "without_short"; "?" for others. Static. */
TW_EXTERN(const char *) tw_service_name(uint32_t formula);

/** @return TW_OK, TW_EINVAL (a part is larger than its whole; no such
 * formula), TW_ENOTFOUND (no call counts: there is no level) */
TW_EXTERN(tw_status) tw_service_level(double *out,
	const tw_service_counts *counts, uint32_t formula, tw_error *err);

/* ---- how sure a mean is ---- */

/** Of several simulated or measured runs: their mean, and how far the true
 * one may lie from it with this confidence (Student's t; 0.999 for 99.9 %).
 * @return TW_OK, TW_EINVAL (fewer than 2, confidence outside (0, 1)) */
TW_EXTERN(tw_status) tw_mean_interval(double *mean, double *reach,
	const double *x, size_t count, double confidence, tw_error *err);

TW_END_DECLS

#endif
