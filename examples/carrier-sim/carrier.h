/**
 * @file carrier.h  A demo carrier: a registrar, and calls both ways
 *
 * For demonstrations and tests on the loopback interface, never for
 * production: one account, no media, no routing to anybody. What it does well
 * is what the other side must survive: digest on REGISTER and INVITE, nonces
 * that grow old, bindings that end, refusals, silence. Its records are what
 * it would bill by.
 */
#ifndef EXAMPLES_CARRIER_H
#define EXAMPLES_CARRIER_H

#include "registrar.h"
#include "talk.h"

struct carrier;

struct carrier_record {
	const struct carrier *carrier;
	bool inbound;                 /* towards the customer */
	char number[32];              /* digits of the called party */
	char caller[32];
	struct talk_result result;
};

/* What happens to a call that the customer's trunk dials. */
typedef void (carrier_route_h)(struct callee_script *script,
			       const struct carrier *carrier,
			       const char *number, const char *caller,
			       void *arg);
/* A call of either direction ended, also unanswered ones; after the script's
 * own done_h. */
typedef void (carrier_record_h)(const struct carrier_record *record,
				void *arg);

struct carrier_options {
	const char *name;
	struct sa listen;             /* loopback, UDP */
	const char *realm;
	const char *user;
	const char *password;
	unsigned algorithms;          /* DIGEST_ */
	uint32_t nonce_life_s;
	uint32_t expires_min_s;
	uint32_t expires_max_s;
	struct clk *clk;              /* referenced */
	uint32_t jitter_ms;
	carrier_route_h *route_h;
	carrier_record_h *record_h;   /* or NULL */
	void *arg;
};

int carrier_alloc(struct carrier **carrierp,
		  const struct carrier_options *options);
const char *carrier_name(const struct carrier *carrier);
bool carrier_is_registered(const struct carrier *carrier);
const struct registrar_stats *carrier_stats(const struct carrier *carrier);

struct carrier_dial {
	const char *number;           /* our customer's, digits */
	const char *caller;           /* digits; NULL: withheld */
	int64_t patience_us;          /* as in struct dialler_script */
	int64_t talk_us;
	talk_done_h *done_h;          /* or NULL */
	void *arg;
};

/* Calls the customer at its registered Contact. ENOENT: not registered. */
int carrier_dial(struct carrier *carrier, const struct carrier_dial *dial);

#endif
