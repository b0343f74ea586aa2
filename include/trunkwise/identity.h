/**
 * @file identity.h  Who calls, as a carrier is told
 *
 * Makes From, P-Asserted-Identity or P-Preferred-Identity (RFC 3325), Privacy
 * (RFC 3323) and Diversion (RFC 5806) for one leg over one trunk. It shows
 * only numbers that this carrier approved, and lets nothing pass unescaped
 * that a stranger wrote. Pure; any thread.
 */
#ifndef TRUNKWISE_IDENTITY_H
#define TRUNKWISE_IDENTITY_H

#include <trunkwise/base.h>

TW_BEGIN_DECLS

/* Where the carrier wants our number beside From. */
#define TW_IDENTITY_FROM 1u  /* nowhere */
#define TW_IDENTITY_PAI  2u  /* P-Asserted-Identity: it trusts us */
#define TW_IDENTITY_PPI  3u  /* P-Preferred-Identity: it checks */

/* Who stands in From of a forwarded call, as the contract says. */
#define TW_FORWARD_OWN       1u  /* our number; the caller in its name */
#define TW_FORWARD_DIVERSION 2u  /* the caller, and Diversion tells of us */

#define TW_IDENTITY_FORWARDED 1u  /* not our own call: `caller` called us */
#define TW_IDENTITY_PRIVATE   2u  /* he who calls does not want to be shown */

typedef struct tw_identity_request {
	uint32_t size;
	uint32_t flags;              /* TW_IDENTITY_FORWARDED, _PRIVATE */
	uint32_t style;              /* TW_IDENTITY_FROM, _PAI, _PPI */
	uint32_t forward;            /* TW_FORWARD_ */
	const char *domain;          /* of the trunk */
	const char *number;          /* ours that is shown: digits; of a
					forwarded call the one that was
					called */
	const char *caller;          /* his number, as it came; NULL */
	const char *caller_name;     /* his name, as it came; NULL */
	const char *reason;          /* of the diversion, a token of RFC 5806;
					NULL: "unknown" */
	const char *const *approved; /* digits this carrier lets us show */
	size_t approved_count;
	const char *privacy;         /* value of the caller's Privacy header as
					it came: read for what it asks, and
					kept on the leg; NULL: none */
} tw_identity_request;
#define TW_IDENTITY_REQUEST_INIT { sizeof(tw_identity_request), 0, \
	TW_IDENTITY_FROM, TW_FORWARD_OWN, NULL, NULL, NULL, NULL, NULL, \
	NULL, 0, NULL }

typedef struct tw_leg_identity {
	uint32_t size;
	uint32_t reserved;
	char from_uri[320];          /* "sip:+78432000001@carrier.test" */
	char from_name[96];          /* without quotes, needs none escaped;
					"": none */
	char headers[1024];          /* lines, CRLF each; "" if none */
} tw_leg_identity;
#define TW_LEG_IDENTITY_INIT { sizeof(tw_leg_identity), 0, "", "", "" }

/**
 * @param out  untouched on failure
 * @return TW_OK, TW_EREFUSED (`number` is not among the approved ones),
 *         TW_EINVAL (field names it)
 */
TW_EXTERN(tw_status) tw_identity_make(tw_leg_identity *out,
	const tw_identity_request *request, tw_error *err);

/** Whether a Privacy header asks to hide who calls: one of "id", "user",
 * "header" or "session" without "none" (RFC 3323 section 4.2, RFC 3325 section
 * 9.3). NULL: it does not. */
TW_EXTERN(int) tw_identity_hides(const char *privacy);

TW_END_DECLS

#endif
