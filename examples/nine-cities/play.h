/**
 * @file play.h  The script, carried out
 *
 * Starts each call at its time, tells carriers, phones and landlines what to
 * do with what reaches them, and notes what everybody saw. Refuses to know
 * the gateway: it is seen only through the calls.
 */
#ifndef NINE_CITIES_PLAY_H
#define NINE_CITIES_PLAY_H

#include "../carrier-sim/carrier.h"
#include "phones.h"
#include "script.h"

/* Somebody whom a call reached. */
struct witness {
	struct le le;
	struct fact *fact;
	enum place place;
	int phone;                   /* index in the call's city, or -1 */
	int carrier;                 /* that carried it there, or -1 */
	bool done;
	struct talk_result result;
};

/* What became of one call. */
struct fact {
	const struct script_call *call;
	struct play *play;
	bool started;
	bool done;
	struct talk_result result;   /* as the caller saw it */
	struct list witnesses;
};

struct play;

struct play_options {
	const struct cast *cast;     /* borrowed, like the next four */
	const struct script *script;
	struct clk *clk;
	struct sa gateway;
	uint32_t jitter_ms;
	const char *const *passwords;  /* of the carriers; copied */
};

/* Opens all sockets; *failed names the address that is taken. */
int play_alloc(struct play **playp, const struct play_options *options,
	       struct sa *failed);
/* Puts every call on the clock. */
void play_start(struct play *play);

const struct carrier *play_carrier(const struct play *play, unsigned index);
const struct fact *play_fact(const struct play *play, unsigned index);
unsigned play_done_count(const struct play *play);
/* What the carriers would bill by, in the order of the calls' ends. */
const struct carrier_record *play_records(const struct play *play,
					  unsigned *count);
/* Calls that reached a phone or a line which no script sent there. */
unsigned play_stray_count(const struct play *play);

#endif
