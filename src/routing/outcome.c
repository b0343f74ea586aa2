/*
 * What the end of a leg means: whose word it is, the person's, the number's or
 * the carrier's (trap 33). A table of SIP codes and one of Q.850 causes, which
 * the host may edit; a cause that says something goes before the code, since
 * carriers hide everything behind 480, 500 and 503.
 */
#include "router.h"

#include <inttypes.h>
#include <string.h>

static const char *const names[] = {
	"", "answered", "cancelled", "user", "number", "carrier",
	"congestion", "auth",
};

const char *tw_route_class_name(uint32_t outcome_class)
{
	return outcome_class && outcome_class < TW_ARRAY_COUNT(names) ?
		names[outcome_class] : "?";
}

struct line {
	uint16_t code;
	uint8_t class;
};

/* Those that differ from their hundred. */
static const struct line sip[] = {
	{ 401, TW_CLASS_AUTH },        /* our credentials were tried */
	{ 402, TW_CLASS_AUTH },        /* a bill is open */
	{ 403, TW_CLASS_AUTH },
	{ 404, TW_CLASS_NUMBER },
	{ 407, TW_CLASS_AUTH },
	{ 410, TW_CLASS_NUMBER },
	{ 433, TW_CLASS_USER },        /* wants no anonymous calls */
	{ 484, TW_CLASS_NUMBER },
	{ 485, TW_CLASS_NUMBER },
	{ 486, TW_CLASS_USER },
	{ 487, TW_CLASS_CANCELLED },
	{ 503, TW_CLASS_CONGESTION },
	{ 604, TW_CLASS_NUMBER },
	{ 606, TW_CLASS_CARRIER },     /* the media, as 488 */
	{ 608, TW_CLASS_CARRIER },     /* a box between refused (RFC 8688) */
};

/* Causes that are not here (16, 31, 127 among them) say nothing. */
static const struct line q850[] = {
	{ 1, TW_CLASS_NUMBER },        /* unallocated */
	{ 2, TW_CLASS_CARRIER },       /* no route */
	{ 3, TW_CLASS_CARRIER },
	{ 5, TW_CLASS_NUMBER },
	{ 17, TW_CLASS_USER },         /* busy */
	{ 18, TW_CLASS_USER },
	{ 19, TW_CLASS_USER },
	{ 20, TW_CLASS_USER },         /* subscriber absent */
	{ 21, TW_CLASS_USER },         /* rejected */
	{ 22, TW_CLASS_NUMBER },       /* changed */
	{ 27, TW_CLASS_CARRIER },
	{ 28, TW_CLASS_NUMBER },       /* invalid format */
	{ 29, TW_CLASS_CARRIER },
	{ 34, TW_CLASS_CONGESTION },   /* no circuit */
	{ 38, TW_CLASS_CARRIER },
	{ 41, TW_CLASS_CARRIER },
	{ 42, TW_CLASS_CONGESTION },
	{ 43, TW_CLASS_CARRIER },
	{ 44, TW_CLASS_CONGESTION },
	{ 46, TW_CLASS_CONGESTION },
	{ 47, TW_CLASS_CONGESTION },
	{ 49, TW_CLASS_CARRIER },
	{ 50, TW_CLASS_AUTH },         /* not subscribed */
	{ 52, TW_CLASS_AUTH },         /* outgoing calls barred */
	{ 53, TW_CLASS_AUTH },
	{ 55, TW_CLASS_USER },         /* incoming calls barred */
	{ 57, TW_CLASS_CARRIER },
	{ 58, TW_CLASS_CARRIER },
	{ 63, TW_CLASS_CARRIER },
	{ 65, TW_CLASS_CARRIER },
	{ 66, TW_CLASS_CARRIER },
	{ 69, TW_CLASS_CARRIER },
	{ 70, TW_CLASS_CARRIER },
	{ 79, TW_CLASS_CARRIER },
	{ 87, TW_CLASS_USER },
	{ 88, TW_CLASS_CARRIER },
	{ 102, TW_CLASS_CARRIER },
	{ 111, TW_CLASS_CARRIER },
};

static uint8_t of_hundred(int code)
{
	switch (code / 100) {
	case 2:  return TW_CLASS_ANSWERED;
	case 6:  return TW_CLASS_USER;
	default: return TW_CLASS_CARRIER;
	}
}

void tw__classes_init(struct tw_router *router)
{
	for (int code = 0; code < TW_SIP_CODES; ++code)
		router->sip_class[code] = of_hundred(code);
	for (size_t i = 0; i < TW_ARRAY_COUNT(sip); ++i)
		router->sip_class[sip[i].code] = sip[i].class;
	memset(router->q850_class, 0, sizeof(router->q850_class));
	for (size_t i = 0; i < TW_ARRAY_COUNT(q850); ++i)
		router->q850_class[q850[i].code] = q850[i].class;
}

tw_status tw_router_set_class(tw_router *router, uint32_t kind,
			      uint32_t code, uint32_t outcome_class,
			      tw_error *err)
{
	const bool is_cause = kind == TW_CODE_Q850;
	const uint32_t end = is_cause ? TW_Q850_CODES : TW_SIP_CODES;

	if (!router || (!is_cause && kind != TW_CODE_SIP))
		return tw__fail(err, TW_EINVAL, "no router given, or the kind "
				"of code is neither SIP nor Q.850");
	if (code >= end || (is_cause ? !code : code && code < 100))
		return tw__fail_at(err, TW_EINVAL, 0, "code", "%" PRIu32
				   " is no %s", code, is_cause ? "cause, "
				   "1 to 127" : "SIP code, 0 or 100 to 699");
	if (outcome_class > TW_CLASS_AUTH || (!outcome_class && !is_cause))
		return tw__fail_at(err, TW_EINVAL, 0, "class", "%" PRIu32
				   " is no class of outcomes",
				   outcome_class);
	if (is_cause)
		router->q850_class[code] = (uint8_t)outcome_class;
	else
		router->sip_class[code] = (uint8_t)outcome_class;
	return TW_OK;
}

static bool is_persons_after_ringing(int32_t code)
{
	return code == 408 || code == 480 || code == 487;
}

uint32_t tw__class_of(const struct tw_router *router,
		      const tw_route_outcome *outcome)
{
	const int32_t code = outcome->sip_code;

	if (code >= 200 && code < 300)
		return TW_CLASS_ANSWERED;
	if (outcome->flags & TW_ROUTE_CANCEL)
		return TW_CLASS_CANCELLED;
	if (outcome->q850 < TW_Q850_CODES &&
	    router->q850_class[outcome->q850])
		return router->q850_class[outcome->q850];
	if (code < 0 || code >= TW_SIP_CODES)
		return TW_CLASS_CARRIER;   /* nobody sends that */
	if (outcome->flags & TW_ROUTE_RUNG && is_persons_after_ringing(code))
		return TW_CLASS_USER;
	return router->sip_class[code];
}
