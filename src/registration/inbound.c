/**
 * @file src/registration/inbound.c  Which trunk a request came by
 *
 * Decides by what a request can prove, strongest first. It refuses to guess:
 * a call booked to the wrong trunk is the wrong department's money, and one
 * taken from a stranger is somebody else's.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/inbound.h>
#include "base/base.h"
#include "prefix.h"
#include "words.h"

struct asking {
	const tw_inbound_trunk *trunks;
	size_t count;
	const tw_inbound_request *request;
	uint8_t at[16];
	tw_inbound_match match;
};

static void say(struct asking *a, const char *fmt, ...) TW_PRINTF(2, 3);

static void say(struct asking *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tw__reason_text(a->match.reason, sizeof(a->match.reason), fmt, ap);
	va_end(ap);
}

static tw_status take(struct asking *a, const tw_inbound_trunk *trunk,
		      uint32_t how)
{
	a->match.how = how;
	(void)snprintf(a->match.trunk, sizeof(a->match.trunk), "%s",
		trunk->name);
	return TW_OK;
}

static bool is_target(const struct asking *a, const tw_inbound_trunk *trunk)
{
	uint8_t at[16];

	return trunk->host && tw__prefix_address(at, tw__str_of(trunk->host))
		&& !memcmp(at, a->at, sizeof(at));
}

static bool is_flow(const struct asking *a, const tw_inbound_trunk *trunk)
{
	uint32_t port = trunk->port ? trunk->port :
		trunk->transport == TW_TRANSPORT_TLS ? 5061 : 5060;

	return trunk->transport && trunk->transport == a->request->transport
		&& port == a->request->port && is_target(a, trunk);
}

static bool is_address(const struct asking *a, const tw_inbound_trunk *trunk)
{
	return is_target(a, trunk) || tw__prefixes_have(trunk->peers, a->at);
}

/* -1 its own number, 0 may be, 1 another carrier's */
static int carries(const struct asking *a, const tw_inbound_trunk *trunk)
{
	if (!a->request->carrier || !trunk->carrier)
		return 0;
	return strcmp(a->request->carrier, trunk->carrier) ? 1 : -1;
}

/* The trunks that pass, and carry the number at most so badly; the match
 * counts and names them. Only when it is one it is returned. */
static const tw_inbound_trunk *filter(struct asking *a,
	bool (*passes)(const struct asking *a, const tw_inbound_trunk *t),
	int most)
{
	const tw_inbound_trunk *one = NULL;

	a->match.count = 0;
	for (size_t i = 0; i < a->count; i++) {
		const tw_inbound_trunk *trunk = &a->trunks[i];

		if (!passes(a, trunk) || carries(a, trunk) > most)
			continue;
		one = trunk;
		if (a->match.count < TW_INBOUND_CANDIDATES)
			(void)snprintf(a->match.candidates[a->match.count],
				sizeof(a->match.candidates[0]), "%s",
				trunk->name);
		a->match.count++;
	}
	return a->match.count == 1 ? one : NULL;
}

static const tw_inbound_trunk *by_token(const struct asking *a)
{
	for (size_t i = 0; a->request->user && i < a->count; i++)
		if (a->trunks[i].contact_user && a->trunks[i].contact_user[0]
		    && !strcmp(a->trunks[i].contact_user, a->request->user))
			return &a->trunks[i];
	return NULL;
}

static tw_status conflict(struct asking *a)
{
	say(a, "%u trunks may be meant at this address, and neither token, "
		"port nor number tells which", a->match.count);
	return TW_ECONFLICT;
}

/* The number's own carrier has trunks here. */
static tw_status by_number(struct asking *a)
{
	const tw_inbound_trunk *trunk = filter(a, is_flow, -1);

	if (trunk)
		return take(a, trunk, TW_MATCH_FLOW);
	trunk = filter(a, is_address, -1);
	return trunk ? take(a, trunk, TW_MATCH_NUMBER) : conflict(a);
}

static tw_status by_address(struct asking *a)
{
	const tw_inbound_trunk *trunk = filter(a, is_address, 0);

	if (trunk)
		return take(a, trunk, TW_MATCH_ADDRESS);
	if (a->match.count)
		return conflict(a);
	(void)filter(a, is_address, 1);
	if (!a->match.count) {
		say(a, "no trunk is known at this address");
		return TW_ENOTFOUND;
	}
	say(a, "the number is %s's, who has no trunk at this address",
		a->request->carrier);
	return TW_EREFUSED;
}

static tw_status decide(struct asking *a)
{
	const tw_inbound_trunk *trunk = by_token(a);

	if (trunk && is_address(a, trunk))
		return take(a, trunk, TW_MATCH_TOKEN);
	if (trunk) {
		say(a, "trunk %s's token from an address that is neither its "
			"registrar nor among its peers; list it there if it "
			"is the carrier's", trunk->name);
		return TW_EREFUSED;
	}
	trunk = filter(a, is_flow, 1);
	if (trunk && carries(a, trunk) <= 0)
		return take(a, trunk, TW_MATCH_FLOW);
	(void)filter(a, is_address, -1);
	return a->match.count ? by_number(a) : by_address(a);
}

static tw_status check(const tw_inbound_match *out,
		       const tw_inbound_trunk *trunks, size_t count,
		       const tw_inbound_request *request, tw_error *err)
{
	if (!out || out->size < sizeof(out->size) || !request ||
	    (count && !trunks))
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_INBOUND_MATCH_INIT");
	if (request->size != sizeof(*request))
		return tw__fail(err, TW_EINVAL, "request->size is wrong; use "
			"TW_INBOUND_REQUEST_INIT");
	for (size_t i = 0; i < count; i++)
		if (trunks[i].size != sizeof(*trunks) || !trunks[i].name)
			return tw__fail(err, TW_EINVAL, "trunk %zu has no "
				"name or a wrong size; use "
				"TW_INBOUND_TRUNK_INIT", i);
	return TW_OK;
}

tw_status tw_inbound_find(tw_inbound_match *out,
			  const tw_inbound_trunk *trunks, size_t count,
			  const tw_inbound_request *request, tw_error *err)
{
	struct asking a = { trunks, count, request, { 0 },
		TW_INBOUND_MATCH_INIT };
	tw_status status = check(out, trunks, count, request, err);

	if (status)
		return status;
	if (!tw__prefix_address(a.at, tw__str_of(request->host)))
		return tw__fail_at(err, TW_EINVAL, 0, "host",
			"is no IP address");
	status = decide(&a);
	if (status)
		status = tw__fail(err, status, "%s", a.match.reason);
	tw__hand_out(out, &a.match, sizeof(a.match));
	return status;
}
