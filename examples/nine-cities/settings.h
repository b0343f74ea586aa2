/**
 * @file settings.h  What the conductor is told on its command line
 */
#ifndef NINE_CITIES_SETTINGS_H
#define NINE_CITIES_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct settings {
	const char *store;
	const char *secrets;
	const char *month;
	uint64_t seed;
	uint32_t jitter_ms;
	uint32_t port;
	bool russian;
	bool verbose;
};

/* With what is left out filled in. 0, EINVAL (said on stderr), or -1: help
 * was asked for, and is printed. */
int settings_read(struct settings *s, int argc, char *argv[]);

#endif
