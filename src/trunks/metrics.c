/**
 * @file src/trunks/metrics.c  A set as figures: snapshot, counters, text
 *
 * Decides which trunks are looked at and which meter a trunk counts in. It
 * refuses to know how figures are named: src/registration/metrics.c does.
 *
 * Meters stay when their trunks go, since a counter must not fall. Beyond
 * TW_METERS_MAX registrars the rest shares one, so that a host that makes up
 * registrars all day fills nobody's memory.
 */
#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include "set.h"

#define OTHERS "other"

struct tw_trunk_views {
	tw_trunk_view *view;
	size_t count, next;
};

static tw_status fail(tw_error *err, const char *what)
{
	return tw__sip_fail(err, TW_EINVAL, "", "%s", what);
}

/* ---- meters ---- */

static tw_meter *find(const struct tw_meters *meters, const char *registrar)
{
	for (uint32_t i = 0; i < meters->count; i++)
		if (!strcmp(tw_meter_registrar(meters->meter[i]), registrar))
			return meters->meter[i];
	return NULL;
}

tw_status tw__meters_for(tw_meter **out, struct tw_meters *meters,
			 const char *registrar, tw_error *err)
{
	tw_status status;

	*out = find(meters, registrar);
	if (*out)
		return TW_OK;
	if (meters->count + 1 >= TW_METERS_MAX || strlen(registrar) > 127) {
		registrar = OTHERS;
		*out = find(meters, registrar);
		if (*out)
			return TW_OK;
	}
	status = tw_meter_new(out, registrar, err);
	if (!status)
		meters->meter[meters->count++] = *out;
	return status;
}

void tw__meters_free(struct tw_meters *meters)
{
	while (meters->count)
		tw_meter_free(meters->meter[--meters->count]);
}

/* ---- snapshot ---- */

static void target_of(char *out, size_t size, const tw_trunk *trunk)
{
	static const char *const names[] = { "", "udp:", "tcp:", "tls:" };
	uint32_t transport = 0;
	size_t l;

	trunk = tw__trunk_speaker(trunk);
	out[0] = '\0';
	if (!trunk->peer || tw_registration_target(NULL, NULL, &transport,
			trunk->registration, NULL) || transport > 3)
		return;
	l = strlen(names[transport]);
	memcpy(out, names[transport], l);
	tw__sip_peer_text(out + l, size - l, trunk->peer);
}

static void view(tw_trunk_view *out, const tw_trunk *trunk)
{
	static const tw_trunk_view none = TW_TRUNK_VIEW_INIT;
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_trunk_health health = TW_TRUNK_HEALTH_INIT;
	const struct tw_sip_peer *peer = tw__trunk_speaker(trunk)->peer;

	*out = none;
	(void)tw__trunk_status(&status, trunk, NULL);
	if (trunk->qualify)
		(void)tw_qualify_status(&health, trunk->qualify, NULL);
	out->state = status.state;
	out->health = health.verdict;
	out->sip_code = status.sip_code;
	out->expires_s = status.expires_s;
	out->window = health.window;
	out->options = health.requests;
	out->options_retransmits = health.retransmits;
	out->options_answers = health.answers;
	out->loss_percent = health.loss_percent;
	out->rtt_us = health.rtt_smoothed_us;
	out->expires_at = status.expires_at;
	out->next_try_at = status.next_try_at;
	out->foreign = status.foreign;
	out->flows = status.flows;
	out->flows_registered = status.flows_registered;
	out->certificate_until = peer ? tw__sip_peer_until(peer) : 0;
	out->requests = status.requests;
	out->retransmits = status.retransmits;
	out->registrations = status.registrations;
	memcpy(out->name, trunk->name, sizeof(out->name));
	memcpy(out->reason, status.reason, sizeof(out->reason));
	target_of(out->target, sizeof(out->target), trunk);
}

static size_t count_of(const tw_trunks *set)
{
	size_t count = 0;

	for (const tw_trunk *trunk = set->trunks; trunk; trunk = trunk->next)
		count += !trunk->retired;
	return count;
}

/* The oldest `limit` of them, the newest first. */
static tw_status views_of(struct tw_trunk_views *out, const tw_trunks *set,
			  size_t limit, tw_error *err)
{
	size_t count = count_of(set), skipped = count > limit ?
		count - limit : 0;

	out->count = out->next = 0;
	out->view = tw_calloc(count - skipped + 1, sizeof(*out->view));
	if (!out->view)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	for (const tw_trunk *trunk = set->trunks; trunk; trunk = trunk->next) {
		if (trunk->retired)
			continue;
		if (skipped)
			skipped--;
		else
			view(&out->view[out->count++], trunk);
	}
	return TW_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const tw_trunk_view *)a)->name,
		((const tw_trunk_view *)b)->name);
}

tw_status tw_trunks_snapshot(tw_trunk_views **out, const tw_trunks *set,
			     tw_error *err)
{
	tw_trunk_views *views;
	tw_status status;

	if (!out || !set)
		return fail(err, "an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_snapshot(out, set, err);
	views = tw_malloc(sizeof(*views));
	if (!views)
		return tw__sip_fail(err, TW_ENOMEM, "", "no memory");
	status = views_of(views, set, SIZE_MAX, err);
	if (status) {
		tw_free(views);
		return status;
	}
	qsort(views->view, views->count, sizeof(*views->view), by_name);
	*out = views;
	return TW_OK;
}

tw_status tw_trunk_views_next(tw_trunk_view *out, tw_trunk_views *views,
			      tw_error *err)
{
	uint32_t size;

	if (!out || !views || out->size < sizeof(out->size))
		return fail(err, "an argument is NULL or out->size is not "
			"set; use TW_TRUNK_VIEW_INIT");
	if (views->next == views->count)
		return TW_ITER_END;
	size = out->size;
	memcpy(out, &views->view[views->next++], size < sizeof(*out) ? size :
		sizeof(*out));
	out->size = size;
	return TW_OK;
}

void tw_trunk_views_free(tw_trunk_views *views)
{
	if (!views)
		return;
	tw_free(views->view);
	tw_free(views);
}

/* ---- text ---- */

tw_status tw_trunks_metrics(char **out, const tw_trunks *set, uint32_t flags,
			    tw_error *err)
{
	tw_metrics metrics = TW_METRICS_INIT;
	struct tw_trunk_views views;
	tw_status status;

	if (!out || !set)
		return fail(err, "an argument is NULL");
	if (tw__trunks_far(set))
		return tw__far_metrics(out, set, flags, err);
	status = views_of(&views, set, TW_METRICS_TRUNKS_MAX, err);
	if (status)
		return status;
	for (const tw_trunk *trunk = set->trunks; trunk; trunk = trunk->next) {
		tw_trunk_status now = TW_TRUNK_STATUS_INIT;

		(void)tw__trunk_status(&now, trunk, NULL);
		if (!trunk->retired && now.state < sizeof(metrics.states) /
				sizeof(metrics.states[0]))
			metrics.states[now.state]++;
	}
	metrics.flags = flags;
	metrics.meters = (const tw_meter *const *)set->meters.meter;
	metrics.meter_count = set->meters.count;
	metrics.trunks = views.view;
	metrics.trunk_count = views.count;
	metrics.refused = set->refused;
	status = tw_metrics_text(out, &metrics, err);
	tw_free(views.view);
	return status;
}
