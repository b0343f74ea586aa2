/**
 * @file script.c  What happens in the month, and what must come of it
 *
 * Calls of one city and its neighbour never overlap unless a scene wants it:
 * then who is free is known, and with it what must come of every call.
 */
#include <assert.h>
#include <string.h>
#include "../common/re_compat.h"
#include "destinations.h"
#include "script.h"

enum {
	MINUTE_S = 60,
	SCENE_MIN = 22,          /* longest scene, with wrap-up */
	TRIES = 5000,
};

struct writer {
	struct script *script;
	const struct cast *cast;
	tw_random random;
	tw_random_state state;
	struct window {
		unsigned city;
		tw_time from, to;
	} windows[CALLS_MAX * 2];
	unsigned window_count;
	tw_civil first;          /* local date of script->from */
	tw_time tariff_change;
	unsigned callers;
};

static const struct {
	const char *name;
	unsigned count;          /* scenes */
} kinds[KINDS] = {
	[KIND_ANSWERED]       = { "answered at a phone", 92 },
	[KIND_MOBILE]         = { "answered at a mobile", 6 },
	[KIND_ABANDONED]      = { "abandoned while ringing", 16 },
	[KIND_LANDLINE]       = { "overflow to the landline", 20 },
	[KIND_BUSY]           = { "phones busy, landline answers", 8 },
	[KIND_NEIGHBOUR]      = { "answered by the neighbour city", 8 },
	[KIND_NOBODY]         = { "nobody answers anywhere", 8 },
	[KIND_CLOSED]         = { "out of hours", 16 },
	[KIND_PAIR]           = { "two calls at once", 8 },
	[KIND_OUT_CITY]       = { "out to the own city", 24 },
	[KIND_OUT_MOBILE]     = { "out to a mobile", 20 },
	[KIND_OUT_REGION]     = { "out to another region", 16 },
	[KIND_OUT_ABROAD]     = { "out abroad", 10 },
	[KIND_OUT_BUSY]       = { "out, callee busy", 5 },
	[KIND_OUT_SILENT]     = { "out, nobody answers", 6 },
	[KIND_OUT_BLOCKED]    = { "out, blocked destination", 3 },
	[KIND_OUT_UNPRICED]   = { "out, no price", 3 },
	[KIND_OUT_FAILOVER]   = { "out, first carrier fails", 3 },
	[KIND_EMERGENCY]      = { "112 by the landline", 4 },
	[KIND_EMERGENCY_BUSY] = { "112 by a trunk", 1 },
};

static const char *const places[] = {
	"nobody", "a phone", "the mobile", "the landline",
	"the neighbour city", "the callee", "the emergency line",
};


const char *script_kind_name(enum kind kind)
{
	return kinds[kind].name;
}


const char *script_place_name(enum place place)
{
	return places[place];
}


/* ---- chance ---- */

static uint64_t draw(struct writer *w, uint64_t below)
{
	uint64_t n;

	w->random.fill(&n, sizeof(n), w->random.arg);

	return n % below;
}


static int64_t seconds(struct writer *w, unsigned from, unsigned to)
{
	return from * TW_SECOND +
		(int64_t)draw(w, (to - from) * (uint64_t)TW_SECOND);
}


/* Most talks are short, some are long. */
static int64_t talk(struct writer *w)
{
	return draw(w, 10) < 7 ? seconds(w, 6, 95) : seconds(w, 95, 420);
}


/* ---- when ---- */

static bool is_free(const struct writer *w, unsigned city, tw_time from,
		    tw_time to)
{
	unsigned i;

	for (i = 0; i < w->window_count; i++) {
		const struct window *window = &w->windows[i];

		if (window->city == city && from < window->to &&
		    window->from < to)
			return false;
	}

	return true;
}


static void take(struct writer *w, unsigned city, tw_time from, tw_time to)
{
	struct window *window = &w->windows[w->window_count++];

	assert(w->window_count <= ARRAY_SIZE(w->windows));
	window->city = city;
	window->from = from;
	window->to = to;
}


/* A moment of a local day, from `hour` for `hours`. */
static tw_time moment(struct writer *w, const struct cast_city *city,
		      unsigned day, unsigned hour, unsigned hours)
{
	tw_civil civil = w->first;
	tw_time t = 0;
	tw_status status;

	civil.day = (int32_t)day;
	civil.hour = (int32_t)hour;
	civil.minute = civil.second = civil.microsecond = 0;
	status = tw_zone_instant(&t, city->zone, &civil, NULL);
	assert(status == TW_OK);
	(void)status;

	return t + (tw_time)draw(w, hours * 3600ull * TW_SECOND);
}


static unsigned days_of(const struct writer *w)
{
	return (unsigned)((w->script->to - w->script->from) /
			  (86400 * TW_SECOND));
}


static bool is_shut(const struct cast_city *city, tw_time at)
{
	tw_civil local;

	tw_zone_local(&local, city->zone, at);

	return cast_is_holiday(city, &local);
}


/* All showrooms concerned are open from 13 to 16 by the city's own clock;
 * and the neighbour can't be in another scene. */
static tw_time find_time(struct writer *w, unsigned city_index, bool closed)
{
	const struct cast_city *city = &w->cast->cities[city_index];
	unsigned i;

	for (i = 0; i < TRIES; i++) {
		const unsigned day = 1 + (unsigned)draw(w, days_of(w));
		const tw_time at = closed
			? moment(w, city, day, draw(w, 2) ? 5 : 21, 2)
			: moment(w, city, day, 13, 3);
		const tw_time from = at - MINUTE_S * TW_SECOND;
		const tw_time to = at + SCENE_MIN * MINUTE_S * TW_SECOND;

		if (!closed && (is_shut(city, at) || is_shut(
			&w->cast->cities[city->neighbour], at)))
			continue;
		if (!is_free(w, city_index, from, to) ||
		    !is_free(w, city->neighbour, from, to))
			continue;
		take(w, city_index, from, to);
		take(w, city->neighbour, from, to);
		return at;
	}

	return 0;
}


/* ---- who ---- */

static bool city_can(const struct cast_city *city, enum kind kind)
{
	switch (kind) {
	case KIND_MOBILE:
		return city->ip_count < city->phone_count;
	case KIND_BUSY:
		return city->ip_count > 0 &&
			city->ip_count == city->phone_count;
	case KIND_OUT_CITY:
	case KIND_OUT_MOBILE:
	case KIND_OUT_REGION:
	case KIND_OUT_ABROAD:
	case KIND_OUT_BUSY:
	case KIND_OUT_SILENT:
	case KIND_OUT_BLOCKED:
	case KIND_OUT_UNPRICED:
	case KIND_OUT_FAILOVER:
	case KIND_EMERGENCY:
	case KIND_EMERGENCY_BUSY:
		return city->ip_count > 0;
	default:
		return true;
	}
}


static int draw_city(struct writer *w, enum kind kind)
{
	unsigned i;

	for (i = 0; i < TRIES; i++) {
		/* Earlier cities in the file are the busier ones. */
		const unsigned a = (unsigned)draw(w, w->cast->city_count);
		const unsigned b = (unsigned)draw(w, w->cast->city_count);
		const unsigned city = draw(w, 3) ? a : MIN(a, b);

		if (city_can(&w->cast->cities[city], kind))
			return (int)city;
	}

	return -1;
}


static struct script_call *add(struct writer *w, enum kind kind,
			       unsigned city, tw_time at)
{
	struct script_call *call;

	assert(w->script->count < CALLS_MAX);
	call = &w->script->calls[w->script->count++];
	memset(call, 0, sizeof(*call));
	call->kind = kind;
	call->city = city;
	call->at = at;
	call->talk_us = talk(w);
	call->callee_hangs_up = draw(w, 2);
	call->phone_expected = -1;
	call->paid_carrier = -1;

	return call;
}


static void set_inbound(struct writer *w, struct script_call *call)
{
	const struct cast_city *city = &w->cast->cities[call->city];
	const struct cast_number *number =
		&city->numbers[draw(w, city->number_count)];

	str_ncpy(call->number, number->digits, sizeof(call->number));
	call->carrier = number->carrier;

	/* One caller in five has called before; nobody calls two showrooms
	 * at once, so a caller's number finds his call. */
	if (w->callers && !draw(w, 5))
		(void)re_snprintf(call->caller, sizeof(call->caller),
				  "7903%02u%05u", call->city,
				  (unsigned)draw(w, 8));
	else
		(void)re_snprintf(call->caller, sizeof(call->caller),
				  "7905%02u%05u", call->city, w->callers);
	w->callers++;
}


static struct reaction answers(struct writer *w)
{
	const struct reaction reaction = { 200, seconds(w, 2, 7) };

	return reaction;
}


static void phones_answer(struct writer *w, struct script_call *call)
{
	const struct cast_city *city = &w->cast->cities[call->city];
	unsigned i, best = 0;

	for (i = 0; i < city->ip_count; i++) {
		call->phones[i] = answers(w);
		if (city->phones[i].tier == city->phones[best].tier &&
		    call->phones[i].ring_us < call->phones[best].ring_us)
			best = i;
	}
	if (city->rings_all)
		call->phone_expected = (int)best;
}


/* The carrier that bills for the call, by the table of destinations. */
static void set_paid_carrier(const struct writer *w, struct script_call *call)
{
	const char *site = w->cast->cities[call->city].site;
	const bool later = call->at >= w->tariff_change;

	call->paid_carrier = -1;
	if (call->place == PLACE_LANDLINE)
		call->paid_carrier = (int)destination_draw(GROUP_CITY, site,
							   0)->carrier;
	else if (call->place == PLACE_MOBILE)
		call->paid_carrier = (int)destination_mobile_carrier(later);
	else if (call->place == PLACE_FAR)
		call->paid_carrier = (int)(call->first_carrier
					   ? !call->carrier : call->carrier);
}


/* ---- scenes: one or more calls each ---- */

static void inbound_scene(struct writer *w, enum kind kind, unsigned city_at,
			  tw_time at)
{
	const struct cast_city *city = &w->cast->cities[city_at];
	struct script_call *call = add(w, kind, city_at, at);
	unsigned i;

	set_inbound(w, call);
	call->code_expected = 200;
	call->uses_landline = true;
	switch (kind) {
	case KIND_ANSWERED:
		phones_answer(w, call);
		call->place = PLACE_PHONE;
		if (city->phone_count)
			break;
		call->place = PLACE_LANDLINE;
		call->landline = answers(w);
		break;
	case KIND_MOBILE:
		call->mobile = answers(w);
		call->place = PLACE_MOBILE;
		break;
	case KIND_ABANDONED:
		call->patience_us = seconds(w, 4, 17);
		call->code_expected = 487;
		break;
	case KIND_BUSY:
		for (i = 0; i < city->phone_count; i++)
			call->phones[i].code = 486;
		/* fallthrough */
	case KIND_LANDLINE:
		call->landline = answers(w);
		call->place = PLACE_LANDLINE;
		break;
	case KIND_NEIGHBOUR:
		call->neighbour = answers(w);
		call->place = PLACE_NEIGHBOUR;
		break;
	default:
		call->code_expected = 0;
		break;
	}
}


/* While somebody talks to the first caller, the second must not reach him:
 * he gets a colleague, the landline, or the neighbour city. */
static void pair_scene(struct writer *w, unsigned city_at, tw_time at)
{
	const struct cast_city *city = &w->cast->cities[city_at];
	struct script_call *first, *second;

	inbound_scene(w, KIND_ANSWERED, city_at, at);
	first = &w->script->calls[w->script->count - 1];
	first->kind = KIND_PAIR;
	first->talk_us = seconds(w, 300, 420);

	inbound_scene(w, KIND_ANSWERED, city_at, at + seconds(w, 20, 60));
	second = &w->script->calls[w->script->count - 1];
	second->kind = KIND_PAIR;
	while (!strcmp(first->caller, second->caller))
		set_inbound(w, second);
	second->phone_expected = -1;
	second->talk_us = seconds(w, 6, 60);
	first->uses_landline = !city->phone_count;
	second->uses_landline = city->phone_count > 0;
	if (city->ip_count > 1)
		return;
	second->place = city->ip_count ? PLACE_LANDLINE : PLACE_NEIGHBOUR;
	second->landline = answers(w);
	second->neighbour = answers(w);
}


static void dial(struct writer *w, struct script_call *call,
		 enum destination_group group)
{
	const struct cast_city *city = &w->cast->cities[call->city];
	const struct destination *to;

	to = destination_draw(group, city->site, draw(w, 1u << 30));
	(void)re_snprintf(call->number, sizeof(call->number), "%s",
			  to->prefix);
	while (strlen(call->number) < to->length) {
		const size_t n = strlen(call->number);

		call->number[n] = (char)('0' + draw(w, 10));
		call->number[n + 1] = '\0';
	}
	call->carrier = call->at < w->tariff_change ? to->carrier
		: to->carrier_later;
}


static void outbound_scene(struct writer *w, enum kind kind,
			   unsigned city_at, tw_time at)
{
	static const enum destination_group groups[KINDS] = {
		[KIND_OUT_CITY] = GROUP_CITY,
		[KIND_OUT_MOBILE] = GROUP_MOBILE,
		[KIND_OUT_REGION] = GROUP_REGION,
		[KIND_OUT_ABROAD] = GROUP_ABROAD,
		[KIND_OUT_BUSY] = GROUP_MOBILE,
		[KIND_OUT_SILENT] = GROUP_MOBILE,
		[KIND_OUT_BLOCKED] = GROUP_BLOCKED,
		[KIND_OUT_UNPRICED] = GROUP_UNPRICED,
		[KIND_OUT_FAILOVER] = GROUP_MOBILE,
	};
	const struct cast_city *city = &w->cast->cities[city_at];
	struct script_call *call = add(w, kind, city_at, at);

	call->outbound = true;
	call->phone = (unsigned)draw(w, city->ip_count);
	dial(w, call, groups[kind]);
	call->far.code = 200;
	call->far.ring_us = seconds(w, 2, 12);
	call->place = PLACE_FAR;
	call->code_expected = 200;
	switch (kind) {
	case KIND_OUT_BUSY:
		call->far.code = 486;
		call->far.ring_us = 0;
		call->place = PLACE_NONE;
		call->code_expected = 486;
		break;
	case KIND_OUT_SILENT:
		call->far.code = 0;
		call->patience_us = seconds(w, 15, 45);
		call->place = PLACE_NONE;
		call->code_expected = 487;
		break;
	case KIND_OUT_BLOCKED:
	case KIND_OUT_UNPRICED:
		call->place = PLACE_NONE;
		call->code_expected = 0;
		break;
	case KIND_OUT_FAILOVER:
		call->first_carrier = 503;
		break;
	default:
		break;
	}
}


static void emergency_scene(struct writer *w, enum kind kind,
			    unsigned city_at, tw_time at)
{
	const struct cast_city *city = &w->cast->cities[city_at];
	struct script_call *call = add(w, kind, city_at, at);

	call->outbound = true;
	call->phone = (unsigned)draw(w, city->ip_count);
	str_ncpy(call->number, "112", sizeof(call->number));
	call->far = answers(w);
	call->landline.code = kind == KIND_EMERGENCY ? 200 : 486;
	call->landline.ring_us = kind == KIND_EMERGENCY ? call->far.ring_us
		: 0;
	call->place = kind == KIND_EMERGENCY ? PLACE_FXO : PLACE_FAR;
	call->code_expected = 200;
}


static void write_scene(struct writer *w, enum kind kind, unsigned city,
			tw_time at)
{
	if (kind == KIND_PAIR)
		pair_scene(w, city, at);
	else if (kind < KIND_OUT_CITY)
		inbound_scene(w, kind, city, at);
	else if (kind < KIND_EMERGENCY)
		outbound_scene(w, kind, city, at);
	else
		emergency_scene(w, kind, city, at);
}


/* A day on which the shop is shut in the middle of its hours. */
static void holiday_scene(struct writer *w)
{
	unsigned i, day;

	for (i = 0; i < w->cast->city_count; i++) {
		const struct cast_city *city = &w->cast->cities[i];

		for (day = 1; day <= days_of(w); day++) {
			const tw_time at = moment(w, city, day, 14, 1);

			if (!is_shut(city, at))
				continue;
			take(w, i, at, at + SCENE_MIN * MINUTE_S * TW_SECOND);
			inbound_scene(w, KIND_CLOSED, i, at);
		}
	}
}


tw_status script_write(struct script *out, const struct cast *cast,
		       const char *month, const tw_zone *zone, uint64_t seed,
		       tw_error *err)
{
	struct writer *w;
	tw_status status;
	unsigned kind, n;

	out->count = 0;
	status = tw_month_range(&out->from, &out->to, month, zone, err);
	if (status)
		return status;
	w = mem_zalloc(sizeof(*w), NULL);
	if (!w)
		return TW_ENOMEM;

	w->script = out;
	w->cast = cast;
	tw_random_seed(&w->random, &w->state, seed);
	tw_zone_local(&w->first, zone, out->from);
	w->tariff_change = out->from + DESTINATIONS_CHANGE_DAY * 86400 *
		TW_SECOND;
	holiday_scene(w);
	for (kind = 0; kind < KINDS && !status; kind++) {
		for (n = 0; n < kinds[kind].count && !status; n++) {
			const int city = draw_city(w, kind);
			const tw_time at = city < 0 ? 0 : find_time(w,
				(unsigned)city, kind == KIND_CLOSED);

			if (at)
				write_scene(w, kind, (unsigned)city, at);
			else
				status = TW_EINVAL;
		}
	}
	if (status && err) {
		err->code = status;
		(void)re_snprintf(err->message, sizeof(err->message),
				  "the month has no room for \"%s\"; the "
				  "deployment needs a city that can play it",
				  kinds[kind - 1].name);
	}
	for (n = 0; n < out->count; n++)
		set_paid_carrier(w, &out->calls[n]);
	mem_deref(w);

	return status;
}
