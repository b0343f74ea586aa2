/**
 * @file src/registration/meter.h  What registrations of one registrar did
 *
 * Counts and sorts into buckets. It refuses to know how that is written down
 * and who asks. Every function takes NULL for a registration that nobody
 * counts.
 */
#ifndef TW_SRC_REGISTRATION_METER_H
#define TW_SRC_REGISTRATION_METER_H

#include <trunkwise/metrics.h>
#include "base/base.h"

/* Upper edges in us: from a registrar in the same room to one that answers
 * the last retransmission, and an attempt of several rounds. */
#define TW_METER_EDGES { 5000, 10000, 25000, 50000, 100000, 250000, 500000, \
	1000000, 2500000, 5000000, 10000000, 32000000, 96000000 }
#define TW_METER_BUCKETS 14u       /* the last one has no edge */

/* Codes that have a series of their own; others by their class. */
#define TW_METER_CODES { 200, 202, 301, 302, 400, 401, 402, 403, 404, 405, \
	407, 408, 410, 420, 423, 429, 480, 500, 501, 502, 503, 504, 600, 603 }
#define TW_METER_CODE_COUNT  24u
#define TW_METER_CLASSES      5u   /* 2xx to 6xx */
#define TW_METER_ANSWERS (TW_METER_CODE_COUNT + TW_METER_CLASSES + 1u)

enum tw_meter_verdict {
	TW_METER_REGISTERED,
	TW_METER_UNREGISTERED,
	TW_METER_TEMPORARY,
	TW_METER_REFUSED,
	TW_METER_FATAL,
	TW_METER_LEFT,             /* an un-register that failed */
	TW_METER_VERDICTS
};

struct tw_histogram {
	uint64_t bucket[TW_METER_BUCKETS];     /* not cumulated */
	uint64_t count;
	uint64_t sum_us;
};

struct tw_meter {
	char registrar[128];
	uint64_t requests;
	uint64_t retransmits;
	uint64_t answers[TW_METER_ANSWERS];
	uint64_t attempts[TW_METER_VERDICTS];
	struct tw_histogram answer_time;       /* request to final answer */
	struct tw_histogram register_time;     /* attempt to its 2xx */
};

void tw__meter_request(tw_meter *meter);
void tw__meter_retransmit(tw_meter *meter);
/* code 0: none came in time. */
void tw__meter_answer(tw_meter *meter, int32_t code, int64_t took_us);
void tw__meter_attempt(tw_meter *meter, enum tw_meter_verdict verdict,
		       int64_t took_us);

/* "200", "5xx", "timeout": what answers[i] counts. */
const char *tw__meter_answer_name(char buf[8], size_t i);
const char *tw__meter_verdict_name(enum tw_meter_verdict verdict);

#endif
