/**
 * @file gateway.h  A small back-to-back user agent around the library
 *
 * Registers the trunks of a directory, takes inbound INVITEs, asks the
 * distribution engine, rings phones, overflows to landlines through a
 * carrier, lets staff dial out by the cheapest carrier, and writes one call
 * record per leg. Media goes end to end: session bodies pass untouched.
 *
 * Decides nothing about who rings or what it costs: it carries decisions of
 * the library to the wire and outcomes back.
 */
#ifndef EXAMPLES_GATEWAY_H
#define EXAMPLES_GATEWAY_H

#include <re.h>
#include <trunkwise.h>
#include <trunkwise/libre.h>
#include "../common/clk.h"

struct gateway;

struct gateway_options {
	tw_store *store;               /* borrowed for life */
	const char *store_path;        /* of the same; records go there */
	const char *name;              /* of the recorder; NULL: "gateway" */
	const tw_directory *directory; /* borrowed until gateway_reload() */
	struct sip *sip;               /* its own stack; borrowed */
	struct clk *clk;               /* referenced */
	const tw_random *random;       /* NULL: system's */
	uint64_t seed;                 /* of choices by chance; without
					  state_path callers are keys by it */
	const char *state_path;        /* what outlives the program goes
					  there; NULL: nothing does */
	const char *secrets_dir;       /* password_file is relative to it */
	const void *key;               /* of sealed passwords, for
					  gateway_alloc() only; or NULL */
	const char *local_host;        /* for Via and Contact */
	uint32_t local_port;
	const char *dns_servers;       /* of the trunks' names, "192.0.2.53,
					  [2001:db8::53]:5353", for
					  gateway_alloc() only; NULL: those of
					  the system */
	uint32_t batch_calls;          /* records per transaction; 0: 1000 */
	uint32_t interim_s;            /* between interim records; 0: 900 */
	uint32_t probe_s;              /* between looks whether both sides of
					  a talk are there; 0: 300 */
	uint32_t probe_wait_ms;        /* for their answer; 0: 8000 */
	bool follow;                   /* a phone's 302 to a number is dialled:
					  whoever has the phone says so, and
					  its department pays */
	void (*log_h)(const char *line, void *arg); /* one event; or NULL */
	void *log_arg;
};

/* Starts registering at once. mem_deref() it; gateway_stop() before that
 * un-registers. The directory is a snapshot: see gateway_reload(). */
int gateway_alloc(struct gateway **gwp, const struct gateway_options *options,
		  tw_error *err);
/* Another directory under live calls, whole or not at all: who is called from
 * now on, by which carriers, for how much. Talks and calls that ring go on;
 * trunks are changed under a standing binding where that can be. Taken when it
 * succeeds. The key is that of sealed passwords, for this call, or NULL. */
int gateway_reload(struct gateway *gw, tw_directory *directory,
		   const void *key, tw_error *err);
/* Un-registers; stopped_h when every trunk is idle and all is stored. */
void gateway_stop(struct gateway *gw, void (*stopped_h)(int err, void *arg),
		  void *arg);
tw_trunks *gateway_trunks(const struct gateway *gw);

struct gateway_stats {
	uint64_t inbound, outbound, forwarded;   /* legs that went out or in */
	uint64_t refused;                        /* strangers, bad requests */
	uint64_t records;                        /* stored */
	uint32_t live;                           /* calls now */
};
void gateway_stats(const struct gateway *gw, struct gateway_stats *out);

#endif
