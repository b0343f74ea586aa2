/**
 * @file metrics.h  Trunks as numbers: counters, latencies, one view of all
 *
 * A tw_meter counts what registrations do, as a rule one for each registrar:
 * requests, answers by code, attempts by verdict, and how long answers and
 * registrations took. A set of trunks has them by itself and makes text for
 * Prometheus of all it knows; a host of tw_registration makes and reads its
 * own.
 *
 * Names and units follow the practice of Prometheus: trunkwise_ first, base
 * units, _total for what only rises. Labels are bounded: at most
 * TW_METERS_MAX registrars, codes that carriers really send (others by their
 * class, "5xx"), and TW_METRICS_TRUNKS_MAX trunks with figures of their own.
 *
 * Threads: as tw_registration and tw_trunks.
 */
#ifndef TRUNKWISE_METRICS_H
#define TRUNKWISE_METRICS_H

#include <trunkwise/trunk.h>

TW_BEGIN_DECLS

#define TW_METERS_MAX           64u
#define TW_METRICS_TRUNKS_MAX 1000u

/* ---- one view of all ---- */

typedef struct tw_trunk_view {
	uint32_t size;
	uint32_t state;             /* TW_TRUNK_ */
	uint32_t health;            /* TW_HEALTH_ */
	int32_t sip_code;           /* last answer, 0 if none */
	int32_t expires_s;          /* granted */
	uint32_t window;            /* newest OPTIONS counted: ..32 */
	uint32_t loss_percent;      /* of them */
	int64_t rtt_us;             /* smoothed; 0 if none yet */
	int64_t expires_at;         /* monotonic us, as tw_trunk_status */
	int64_t next_try_at;
	int64_t certificate_until;  /* of a TLS peer: tw_time; 0: unknown */
	uint64_t requests;
	uint64_t retransmits;
	uint64_t registrations;
	char name[64];
	char target[96];            /* "udp:127.0.0.1:5070" */
	char reason[160];           /* one line, printable */
	uint32_t foreign;           /* as tw_trunk_status, */
	uint32_t flows;             /* these too */
	uint32_t flows_registered;
	uint32_t reserved;
	uint64_t options;           /* OPTIONS sent, no retransmits; as */
	uint64_t options_retransmits;   /* tw_trunk_health, these too */
	uint64_t options_answers;
} tw_trunk_view;

#define TW_TRUNK_VIEW_INIT { sizeof(tw_trunk_view), 0, 0, 0, 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, "", "", "", 0, 0, 0, 0, 0, 0, 0 }

typedef struct tw_trunk_views tw_trunk_views;

/** All trunks of a set as they stand at one moment, by name; about 500 bytes
 * each. Removed ones are not in it.
 * @return TW_OK (new), TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_trunks_snapshot(tw_trunk_views **out,
					const tw_trunks *trunks,
					tw_error *err);
/** @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_trunk_views_next(tw_trunk_view *out,
					 tw_trunk_views *views,
					 tw_error *err);
TW_EXTERN(void) tw_trunk_views_free(tw_trunk_views *views);

/* ---- text ---- */

/* Counters are named as OpenMetrics 1.0 wants it and "# EOF" ends the text:
 * application/openmetrics-text; version=1.0.0. Without it the text is that of
 * Prometheus: text/plain; version=0.0.4, as `promtool check metrics` reads. */
#define TW_METRICS_OPENMETRICS 1u

/** Everything of a set. Any number of readers, whenever they like.
 * @param out    new, tw_free() it
 * @param flags  TW_METRICS_
 * @return TW_OK, TW_EINVAL, TW_ENOMEM */
TW_EXTERN(tw_status) tw_trunks_metrics(char **out, const tw_trunks *trunks,
				       uint32_t flags, tw_error *err);

/* ---- sans-I/O ---- */

typedef struct tw_meter tw_meter;

/** New meter. `registrar` becomes its label, 1..127 bytes of UTF-8. */
TW_EXTERN(tw_status) tw_meter_new(tw_meter **out, const char *registrar,
				  tw_error *err);
TW_EXTERN(void) tw_meter_free(tw_meter *meter);
/** Its label; borrowed for the meter's life. */
TW_EXTERN(const char *) tw_meter_registrar(const tw_meter *meter);

/** From now on the registration counts there; NULL: nowhere. The meter is
 * borrowed until then, and shared by as many registrations as you like. */
TW_EXTERN(tw_status) tw_registration_set_meter(tw_registration *registration,
					       tw_meter *meter,
					       tw_error *err);

typedef struct tw_metrics {
	uint32_t size;
	uint32_t flags;             /* TW_METRICS_ */
	const tw_meter *const *meters;   /* of different labels */
	size_t meter_count;
	const tw_trunk_view *trunks;     /* with figures of their own */
	size_t trunk_count;
	uint64_t states[16];        /* trunks by TW_TRUNK_ state */
	uint64_t refused;           /* messages of which nothing came */
} tw_metrics;

#define TW_METRICS_INIT { sizeof(tw_metrics), 0, NULL, 0, NULL, 0, { 0 }, 0 }

/** The text of what is given. @return as tw_trunks_metrics() */
TW_EXTERN(tw_status) tw_metrics_text(char **out, const tw_metrics *metrics,
				     tw_error *err);

TW_END_DECLS

#endif
