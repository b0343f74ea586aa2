/**
 * @file script.h  What happens in the month, and what must come of it
 *
 * Decides from a seed who calls whom, when, who answers, how long they talk;
 * and writes beside each call the outcome that the deployment must give it.
 * The same seed gives the same month to the microsecond. Refuses to know how
 * calls are carried.
 */
#ifndef NINE_CITIES_SCRIPT_H
#define NINE_CITIES_SCRIPT_H

#include "cast.h"

enum {
	CALLS_MAX = 400,
};

enum kind {
	KIND_ANSWERED,           /* at a phone of the city */
	KIND_MOBILE,             /* at the mobile of the city's pool */
	KIND_ABANDONED,          /* the caller gives up while it rings */
	KIND_LANDLINE,           /* nobody at the phones, so by the landline */
	KIND_BUSY,               /* phones refuse as busy, so likewise */
	KIND_NEIGHBOUR,          /* neither, so in the neighbour city */
	KIND_NOBODY,             /* nowhere */
	KIND_CLOSED,             /* out of hours, or a holiday */
	KIND_PAIR,               /* while the first call is talked, a second */
	KIND_OUT_CITY,
	KIND_OUT_MOBILE,
	KIND_OUT_REGION,
	KIND_OUT_ABROAD,
	KIND_OUT_BUSY,           /* the callee is */
	KIND_OUT_SILENT,         /* nobody answers, staff give up */
	KIND_OUT_BLOCKED,        /* no carrier serves it */
	KIND_OUT_UNPRICED,       /* no carrier names a price */
	KIND_OUT_FAILOVER,       /* the first carrier answers 503 */
	KIND_EMERGENCY,          /* 112 by the site's landline */
	KIND_EMERGENCY_BUSY,     /* 112 by a trunk, as the landline is busy */
	KINDS,
};

/* Where a call is answered. */
enum place {
	PLACE_NONE,
	PLACE_PHONE,
	PLACE_MOBILE,
	PLACE_LANDLINE,          /* over a carrier: a paid leg */
	PLACE_NEIGHBOUR,
	PLACE_FAR,               /* the callee of an outbound call */
	PLACE_FXO,               /* the landline as the way out */
};

struct reaction {
	uint16_t code;           /* as in struct callee_script */
	int64_t ring_us;
};

struct script_call {
	enum kind kind;
	tw_time at;
	unsigned city;
	bool outbound;
	char number[20];         /* dialled digits */
	char caller[20];         /* inbound: who calls, digits */
	unsigned phone;          /* outbound: index in the city's phones */
	unsigned carrier;        /* inbound: comes by; outbound: must go by
				    first */
	int64_t patience_us;     /* of the caller, 0: without end */
	int64_t talk_us;
	bool callee_hangs_up;

	/* what the others do */
	struct reaction phones[PHONES_MAX];
	struct reaction mobile, landline, neighbour, far;
	uint16_t first_carrier;  /* 503: what the first carrier answers */
	bool uses_landline;      /* this call is the one that rings it */

	/* what must come of it */
	enum place place;
	int phone_expected;      /* index, or -1: any */
	int paid_carrier;        /* of the answered paid leg, or -1: none */
	uint16_t code_expected;  /* 0: any refusal */
};

struct script {
	struct script_call calls[CALLS_MAX];
	unsigned count;
	tw_time from;
	tw_time to;
};

/* month "2026-10" in `zone`. */
tw_status script_write(struct script *out, const struct cast *cast,
		       const char *month, const tw_zone *zone, uint64_t seed,
		       tw_error *err);

const char *script_kind_name(enum kind kind);
const char *script_place_name(enum place place);

#endif
