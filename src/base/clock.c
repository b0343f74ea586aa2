/**
 * @file src/base/clock.c  The machine's clocks, behind a port
 *
 * Decides which clocks those are. No other file of the library reads one,
 * and none reads this unless the host plugged it in.
 */
#include <time.h>
#include "base.h"
#include <trunkwise/sys/clock.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	/* fails only for clocks that do not exist; these two do */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * TW_SECOND + ts.tv_nsec / 1000;
}

static tw_time wall(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_REALTIME);
}

static int64_t monotonic(void *arg)
{
	(void)arg;
	return read_clock(CLOCK_MONOTONIC);
}

const tw_clock *tw_clock_system(void)
{
	static const tw_clock clock_system = {
		sizeof(tw_clock), wall, monotonic, NULL
	};

	return &clock_system;
}
