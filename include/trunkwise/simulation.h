/**
 * @file simulation.h  A distribution engine played against made-up calls
 *
 * Where no closed form fits (several pools, tiers, overflow between cities,
 * people who do not pick up), the engine itself is played: calls arrive as
 * a Poisson stream per plan, wait, are answered, last and give up by chance,
 * under a virtual clock that jumps from event to event. It is the very
 * engine that would ring your phones, driven by its public verbs.
 *
 * One object describes what comes in; tw_simulation_run() plays it into a
 * fresh engine with one seed. The same seed, engine and description give the
 * same figures. One run says little: make several with different seeds, and
 * take tw_mean_interval() of what you read.
 *
 * One thread at a time per object. Chances and seconds are doubles.
 */
#ifndef TRUNKWISE_SIMULATION_H
#define TRUNKWISE_SIMULATION_H

#include <trunkwise/distribution.h>

TW_BEGIN_DECLS

typedef struct tw_simulation tw_simulation;

typedef struct tw_simulation_options {
	uint32_t size;
	uint32_t reserved;
	tw_time from;                /* calls entering in [from, to) count; */
	tw_time to;                  /* earlier ones only fill the house, and
					those under way at `to` are played to
					their end */
	double talk_s;               /* mean talk, exponential */
	double patience_s;           /* mean until who was not answered gives
					up, exponential; 0: never */
	double answer_s;             /* mean until who is rung answers,
					exponential; 0: at once */
	double answer_share;         /* chance that who is rung answers at
					all, (0, 1] */
	double within_s;             /* what counts as in time */
	double short_s;              /* giving up before this is a misdial */
	const double *talks_s;       /* instead of exponential ones: drawn from
					with equal chances; copied */
	size_t talk_count;           /* 0: exponential */
	const double *patiences_s;
	size_t patience_count;
	double redial_share;         /* of those who gave up or were lost so
					many call again, 0 to 0.9; each time
					is a call. Not who came to voicemail:
					a message waits for an answer */
	double redial_after_s;       /* mean until they do, exponential, 1 or
					more */
} tw_simulation_options;
#define TW_SIMULATION_OPTIONS_INIT { sizeof(tw_simulation_options), 0, 0, 0, \
	180, 0, 0, 1, 20, 5, NULL, 0, NULL, 0, 0, 300 }

/** @return TW_OK, TW_EINVAL, TW_ERANGE, TW_ENOMEM */
TW_EXTERN(tw_status) tw_simulation_new(tw_simulation **out,
	const tw_simulation_options *options, tw_error *err);
TW_EXTERN(void) tw_simulation_free(tw_simulation *simulation);

typedef struct tw_simulation_stream {
	uint32_t size;
	tw_plan_id plan;             /* of the engine that will be played */
	tw_time from;                /* calls arrive in [from, to) */
	tw_time to;
	double per_hour;             /* mean; of `sources`, each one's while
					it has no call */
	uint32_t sources;            /* callers there are; 0: without end. Of
					a few, nobody redials: they call again
					anyway */
	uint32_t priority;           /* of the calls, as in tw_call_options */
	uint64_t skills_needed;
} tw_simulation_stream;
#define TW_SIMULATION_STREAM_INIT { sizeof(tw_simulation_stream), { 0 }, 0, \
	0, 0, 0, 0, 0 }

/** Streams of one plan add up; a day whose hours differ is one for each.
 * TW_ERANGE when more than 10,000,000 calls are to be expected of all, with
 * those that are redialled at the most.
 * @return TW_OK, TW_EINVAL, TW_ERANGE, TW_ENOMEM */
TW_EXTERN(tw_status) tw_simulation_add_stream(tw_simulation *simulation,
	const tw_simulation_stream *stream, tw_error *err);

/** Plays all streams into `engine`, which nobody has used yet and which is
 * borrowed for this call; figures of an earlier run are forgotten. Calls
 * that are still there a day after `to` are taken out as unfinished. A key
 * that is asked for is pressed, a ticket's caller answers, both at once. Of
 * several that ring at once and answer at once, one wins by chance. After a
 * failure the engine is of no use any more.
 * @return TW_OK, TW_EINVAL, TW_ENOTFOUND (no such plan), TW_EBUSY (the
 * engine is full), TW_ENOMEM */
TW_EXTERN(tw_status) tw_simulation_run(tw_simulation *simulation,
	tw_engine *engine, uint64_t seed, tw_error *err);

/* Counts and sums of one run; all are of calls that entered in [from, to).
 * offered = answered + abandoned + lost + tickets + unfinished. */
typedef struct tw_simulated_calls {
	uint32_t size;
	uint32_t reserved;
	uint64_t offered;
	uint64_t answered;
	uint64_t answered_in_time;   /* within within_s */
	uint64_t abandoned;          /* gave up before an answer */
	uint64_t abandoned_in_time;  /* before within_s */
	uint64_t abandoned_short;    /* before short_s */
	uint64_t lost;               /* the engine ended them, or voicemail */
	uint64_t voicemail;          /* of those lost */
	uint64_t waited;             /* nobody rang for them when they came,
					nor were they ended at once */
	uint64_t unfinished;
	uint64_t tickets;            /* left to be called back; their talks
					then are in tw_simulation_use() */
	double wait_s;               /* sum, until answer, giving up, loss or
					ticket */
	double answer_wait_s;        /* sum, of those answered */
	double longest_s;            /* wait */
	double talk_s;               /* sum */
	uint64_t redials;            /* of those offered: called again */
} tw_simulated_calls;
#define TW_SIMULATED_CALLS_INIT { sizeof(tw_simulated_calls), 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Of one plan, or of all together (id 0). Zeros before the first run.
 * @return TW_OK, TW_EINVAL, TW_ENOTFOUND (no stream of that plan) */
TW_EXTERN(tw_status) tw_simulation_calls(tw_simulated_calls *out,
	const tw_simulation *simulation, tw_plan_id plan, tw_error *err);

typedef struct tw_simulated_use {
	uint32_t size;
	uint32_t reserved;
	uint64_t calls;              /* talks that began in [from, to) */
	double mean;                 /* talks at once over [from, to): of a
					phone its occupancy, 0 to 1 */
	double variance;
} tw_simulated_use;
#define TW_SIMULATED_USE_INIT { sizeof(tw_simulated_use), 0, 0, 0, 0 }

/** Of one target; zeros for one that had no talk.
 * @return TW_OK, TW_EINVAL */
TW_EXTERN(tw_status) tw_simulation_use(tw_simulated_use *out,
	const tw_simulation *simulation, tw_target_id target, tw_error *err);

TW_END_DECLS

#endif
