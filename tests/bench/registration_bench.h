/*
 * What the files of bench_registration share: one round is one client
 * process that registers N accounts with one registrar process.
 */
#ifndef TW_BENCH_REGISTRATION_H
#define TW_BENCH_REGISTRATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	/* Asked for at once: more would overflow a socket's buffer, and then
	 * tails of 32 s decide everything. The same for all clients. */
	WINDOW = 64,
	/* sipreg's rate falls as its timers grow: 100 000 accounts take it
	 * half an hour. What it has by then is more than its share. */
	LIMIT_S = 120
};

struct round {
	const char *client;
	bool tcp;
	uint32_t count;
	uint16_t port;             /* of the registrar, on 127.0.0.1 */
};

struct result {
	double wall_s;
	double cpu_s;              /* by the parent, of the whole process */
	bool stopped;              /* LIMIT_S were over */
	uint32_t registered;
	uint64_t retransmits;      /* 0 where the client does not tell */
	long rss_before_kib, rss_after_kib;
};

double bench_clock(void);
long bench_rss_kib(void);

/* registration_clients.c: inside a process of its own. */
void bench_trunkwise(struct result *out, const struct round *round);
void bench_sipreg(struct result *out, const struct round *round);

/* registration_registrar.c: never returns; tells its port to `out`. */
void bench_registrar(int out);

#endif
