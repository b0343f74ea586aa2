/**
 * @file clock.h  Clock and randomness as ports
 *
 * The library never reads a clock or an entropy source behind the host's
 * back: a month of calls can be replayed in a second, and a seed replays to
 * the last digit.
 */
#ifndef TRUNKWISE_SYS_CLOCK_H
#define TRUNKWISE_SYS_CLOCK_H

#include <trunkwise/time.h>

TW_BEGIN_DECLS

typedef struct tw_clock {
	uint32_t size;
	tw_time (*wall)(void *arg);        /* UTC, may step */
	int64_t (*monotonic)(void *arg);   /* microseconds, never steps back */
	void *arg;
} tw_clock;

typedef struct tw_random {
	uint32_t size;
	void (*fill)(void *buf, size_t size, void *arg);
	void *arg;
} tw_random;

/** The machine's clocks (CLOCK_REALTIME, CLOCK_MONOTONIC). Static. */
TW_EXTERN(const tw_clock *) tw_clock_system(void);

/** The operating system's entropy (getrandom). Static. */
TW_EXTERN(const tw_random *) tw_random_system(void);

/** Deterministic stream for simulations; not for secrets. The state is the
 * caller's, 32 bytes, and must outlive the port. */
typedef struct tw_random_state { uint64_t word[4]; } tw_random_state;
TW_EXTERN(void) tw_random_seed(tw_random *out, tw_random_state *state,
			       uint64_t seed);

TW_END_DECLS

#endif
