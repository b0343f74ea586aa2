/**
 * @file shown.c  Who is shown as the caller
 *
 * A phone of ours sees who calls, as it came, unless he hides; a carrier a
 * number that it approved, in the headers that it wants. Which number that is
 * comes from the router.
 */
#include <string.h>
#include "gw.h"


/* A user part that means itself: no "@" or ";" that would mean more. */
static bool is_plain_user(const char *user)
{
	return *user && strspn(user, "0123456789+-._*#"
			       "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(user);
}


/* To a phone of ours: who calls, as it came, unless he hides. */
static int from_phone(tw_leg_identity *out, const struct attempt *attempt)
{
	const struct call *call = attempt->call;
	const bool outbound = call->direction == TW_DIRECTION_OUTBOUND;
	const char *user = outbound && !call->ticket ? call->own
		: call->caller;

	if (!is_plain_user(user) ||
	    (!outbound && tw_identity_hides(call->privacy)))
		user = "anonymous";

	return re_snprintf(out->from_uri, sizeof(out->from_uri), "sip:%s@%s",
			   user, call->gw->local_host) < 0 ? EOVERFLOW : 0;
}


/* Why it is forwarded, as RFC 5806 calls it; NULL: nobody was tried. */
static const char *reason_of(uint32_t outcome)
{
	switch (outcome) {

	case TW_OUTCOME_BUSY:
		return "user-busy";

	case TW_OUTCOME_NO_ANSWER:
		return "no-answer";

	case TW_OUTCOME_REJECTED:
		return "deflection";

	case TW_OUTCOME_UNREACHABLE:
	case TW_OUTCOME_CONGESTED:
		return "unavailable";

	default:
		return NULL;
	}
}


static int from_trunk(tw_leg_identity *out, const struct attempt *attempt)
{
	const struct trunk *trunk = attempt->trunk;
	const struct call *call = attempt->call;
	tw_identity_request request = TW_IDENTITY_REQUEST_INIT;
	tw_error err = TW_ERROR_INIT;
	const char *number = attempt_current(attempt)->caller;

	request.style = trunk->identity;
	request.forward = trunk->forward;
	request.domain = trunk->domain;
	request.number = number;
	request.approved = &number;
	request.approved_count = number[0] ? 1 : 0;
	if (call->direction == TW_DIRECTION_INBOUND) {
		request.flags = TW_IDENTITY_FORWARDED;
		request.caller = call->caller;
		request.reason = reason_of(call->failed);
	}
	/* who calls for help is to be found */
	if (call->privacy[0] && !attempt_current(attempt)->emergency)
		request.privacy = call->privacy;
	if (!tw_identity_make(out, &request, &err))
		return 0;

	/* No number may be shown: the carrier decides about such a call. */
	gw_log(trunk->gw, "trunk %s: anonymous: %s", trunk->name,
	       err.message);

	return re_snprintf(out->from_uri, sizeof(out->from_uri),
			   "sip:anonymous@%s", trunk->domain) < 0 ? EOVERFLOW
		: 0;
}


int shown_to(tw_leg_identity *out, const struct attempt *attempt)
{
	return attempt->trunk ? from_trunk(out, attempt)
		: from_phone(out, attempt);
}
