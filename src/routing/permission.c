/*
 * Calls between some places need a contract with whoever carries them. What
 * permissions there are, which of them are about a call, and whether the
 * contract is there: accepted by legal, and in force at the time of the call.
 * Where a number stands is the numbering's affair; where that does not say, no
 * permission is guessed about, unless it wants to hold all the same.
 */
#include "router.h"

#include <stdio.h>
#include <string.h>

#include "base/e164.h"

/* ---- adding ---- */

static void permission_clear(struct tw__permission *p)
{
	tw_free(p->name);
	tw__labels_clear(&p->from);
	tw__labels_clear(&p->to);
	tw__labels_clear(&p->contracts);
}

void tw__permits_clear(struct tw__permits *permits)
{
	for (size_t i = 0; i < permits->contract_count; ++i) {
		tw_free(permits->contract[i].name);
		tw_free(permits->contract[i].carrier);
	}
	for (size_t i = 0; i < permits->count; ++i)
		permission_clear(&permits->permission[i]);
	tw_free(permits->contract);
	tw_free(permits->permission);
}

static const struct tw__contract *find(const struct tw__permits *permits,
				       const char *name)
{
	for (size_t i = 0; i < permits->contract_count; ++i) {
		if (!strcmp(permits->contract[i].name, name))
			return &permits->contract[i];
	}
	return NULL;
}

static tw_status check_contract(const struct tw__permits *permits,
				const tw_route_contract *c, tw_error *err)
{
	tw_status status = tw__label_check("name", c->name, TW_NAME_MAX, err);

	if (!status && c->carrier)
		status = tw__label_check("carrier", c->carrier, TW_LABEL_MAX,
					err);
	if (status)
		return status;
	if (c->legal > TW_LEGAL_REFUSED)
		return tw__fail_at(err, TW_EINVAL, 0, "legal", "%u is no "
				   "TW_LEGAL_", c->legal);
	if (c->from >= c->to)
		return tw__fail_at(err, TW_EINVAL, 0, "to", "contract \"%s\" "
				   "ends before it begins", c->name);
	if (find(permits, c->name))
		return tw__fail_at(err, TW_EEXIST, 0, "name", "contract "
				   "\"%s\" is in the router", c->name);
	if (permits->contract_count >= TW_CONTRACTS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u contracts",
				TW_CONTRACTS_MAX);
	return TW_OK;
}

tw_status tw_router_add_contract(tw_router *router,
				 const tw_route_contract *contract,
				 tw_error *err)
{
	struct tw__contract add = { 0 };
	struct tw__permits *permits;
	tw_route_contract c;
	tw_status status;

	if (!router || !contract)
		return tw__fail(err, TW_EINVAL, "no router or contract given");
	permits = &router->permits;
	status = tw__import(&c, sizeof(c), contract, err);
	if (!status)
		status = check_contract(permits, &c, err);
	if (status)
		return status;
	if (tw__grow((void **)&permits->contract, &permits->contract_capacity,
		     permits->contract_count + 1, sizeof(add)))
		return tw__fail_oom(err);
	add.name = tw_strdup(c.name);
	add.carrier = tw_strdup(c.carrier ? c.carrier : "");
	if (!add.name || !add.carrier) {
		tw_free(add.name);
		tw_free(add.carrier);
		return tw__fail_oom(err);
	}
	add.from = c.from;
	add.to = c.to;
	add.legal = c.legal;
	permits->contract[permits->contract_count++] = add;
	return TW_OK;
}

static tw_status check_permission(const struct tw__permits *permits,
				  const tw_route_permission *p, tw_error *err)
{
	tw_status status = tw__label_check("name", p->name, TW_NAME_MAX, err);

	if (status)
		return status;
	if (p->otherwise < TW_PERMIT_BLOCK || p->otherwise > TW_PERMIT_WARN)
		return tw__fail_at(err, TW_EINVAL, 0, "otherwise", "%u is no "
				   "TW_PERMIT_", p->otherwise);
	if (p->direction && p->direction != TW_DIRECTION_OUTBOUND &&
	    p->direction != TW_DIRECTION_FORWARD)
		return tw__fail_at(err, TW_EINVAL, 0, "direction",
				   "direction %u is not outbound or forward",
				   p->direction);
	if (p->flags & ~(TW_PERMIT_UNKNOWN | TW_PERMIT_NEVER))
		return tw__fail_at(err, TW_EINVAL, 0, "flags", "a flag is "
				   "newer than this library (%s)",
				   tw_version());
	if (p->flags & TW_PERMIT_NEVER && p->contract_count)
		return tw__fail_at(err, TW_EINVAL, 0, "contracts", "no "
				   "contract permits it by its flags, and "
				   "\"%s\" names some", p->name);
	for (size_t i = 0; i < permits->count; ++i) {
		if (!strcmp(permits->permission[i].name, p->name))
			return tw__fail_at(err, TW_EEXIST, 0, "name",
					   "permission \"%s\" is in the "
					   "router", p->name);
	}
	if (permits->count >= TW_PERMISSIONS_MAX)
		return tw__fail(err, TW_ERANGE, "more than %u permissions",
				TW_PERMISSIONS_MAX);
	return TW_OK;
}

static bool names_a_place(const struct tw__labels *places)
{
	for (size_t i = 0; i < places->count; ++i) {
		if (!tw__digits_only(places->name[i]))
			return true;
	}
	return false;
}

tw_status tw_router_add_permission(tw_router *router,
				   const tw_route_permission *permission,
				   tw_error *err)
{
	struct tw__permission add = { 0 };
	struct tw__permits *permits;
	tw_route_permission p;
	tw_status status;

	if (!router || !permission)
		return tw__fail(err, TW_EINVAL, "no router or permission "
				"given");
	permits = &router->permits;
	status = tw__import(&p, sizeof(p), permission, err);
	if (!status)
		status = check_permission(permits, &p, err);
	if (!status)
		status = tw__labels_copy(&add.from, p.from, p.from_count,
					TW_PLACES_MAX, "from", err);
	if (!status)
		status = tw__labels_copy(&add.to, p.to, p.to_count,
					TW_PLACES_MAX, "to", err);
	if (!status)
		status = tw__labels_copy(&add.contracts, p.contracts,
			p.contract_count, TW_CONTRACTS_MAX, "contracts", err);
	if (!status && (!(add.name = tw_strdup(p.name)) ||
			tw__grow((void **)&permits->permission,
				 &permits->capacity, permits->count + 1,
				 sizeof(add))))
		status = tw__fail_oom(err);
	if (status) {
		permission_clear(&add);
		return status;
	}
	add.otherwise = p.otherwise;
	add.direction = p.direction;
	add.flags = p.flags;
	permits->permission[permits->count++] = add;
	permits->asks_places |= names_a_place(&add.from) ||
		names_a_place(&add.to);
	return TW_OK;
}

/* ---- is it about this call ---- */

enum answer { NO, MAYBE, YES };

/* "Москва и Московская область": a number of it may stand in either. */
static bool is_one_of(const char *joint, const char *region)
{
	size_t l = strlen(region);
	const char *at = joint;

	while ((at = strstr(at, region)) != NULL) {
		bool begins = at == joint || !strncmp(at - 1, " ", 1);
		bool ends = !at[l] || at[l] == ',' ||
			!strncmp(at + l, " и ", strlen(" и "));

		if (begins && ends)
			return true;
		at += l;
	}
	return false;
}

static enum answer is_in(const struct tw__stand *stand, const char *place)
{
	if (tw__digits_only(place)) {
		if (!stand->number)
			return MAYBE;
		return strncmp(stand->number, place, strlen(place)) ? NO : YES;
	}
	if (!stand->known)
		return MAYBE;
	if (!strcmp(stand->place.region, place) ||
	    !strcmp(stand->place.city, place))
		return YES;
	if (!*stand->place.region || is_one_of(stand->place.region, place))
		return MAYBE;
	return NO;
}

static enum answer is_in_any(const struct tw__stand *stand,
			     const struct tw__labels *places)
{
	enum answer best = places->count ? NO : YES;

	for (size_t i = 0; i < places->count && best != YES; ++i) {
		enum answer a = is_in(stand, places->name[i]);

		best = a > best ? a : best;
	}
	return best;
}

static enum answer is_about(const struct tw__permission *p,
			    const tw_route_request *request,
			    const struct tw__stand stand[2])
{
	enum answer from, to;

	if (p->direction && p->direction != request->direction)
		return NO;
	from = is_in_any(&stand[0], &p->from);
	to = from == NO ? NO : is_in_any(&stand[1], &p->to);
	return from < to ? from : to;
}

/* ---- is the contract there ---- */

/* The nearer to being held the greater; TW_LACK_NONE is the farthest. */
static int closeness(uint32_t lack)
{
	static const int rank[] = { 6, 0, 1, 2, 4, 3 };

	return rank[lack];
}

static uint32_t lack_of(const struct tw__contract *c, tw_time at)
{
	if (c->legal == TW_LEGAL_REFUSED)
		return TW_LACK_REFUSED;
	if (c->legal != TW_LEGAL_ACCEPTED)
		return TW_LACK_PENDING;
	if (at < c->from)
		return TW_LACK_EARLY;
	return at < c->to ? 0 : TW_LACK_OVER;
}

static void compare(struct tw__permit *best, const struct tw__contract *c,
		    const char *carrier, tw_time at)
{
	uint32_t lack;

	if (!c || strcmp(c->carrier, carrier))
		return;
	lack = lack_of(c, at);
	if (closeness(lack) > closeness(best->lack)) {
		best->lack = lack;
		best->contract = c;
	}
}

static struct tw__permit look(const struct tw__permits *permits,
			      const struct tw__permission *p,
			      const char *carrier, tw_time at)
{
	struct tw__permit best = { 0, TW_LACK_NONE, p, NULL };

	if (p->flags & TW_PERMIT_NEVER) {
		best.otherwise = p->otherwise;
		best.lack = TW_LACK_NEVER;
		return best;
	}
	for (size_t i = 0; i < p->contracts.count && best.lack; ++i)
		compare(&best, find(permits, p->contracts.name[i]), carrier,
			at);
	for (size_t i = 0; !p->contracts.count && best.lack &&
	     i < permits->contract_count; ++i)
		compare(&best, &permits->contract[i], carrier, at);
	if (best.lack)
		best.otherwise = p->otherwise;
	return best;
}

/* The strictest is the least TW_PERMIT_; of equals the one that no contract
 * would mend, so that nobody goes looking for one. */
static bool is_stricter(const struct tw__permit *a,
			const struct tw__permit *b)
{
	if (!a->otherwise || !b->otherwise)
		return a->otherwise;
	if (a->otherwise != b->otherwise)
		return a->otherwise < b->otherwise;
	return a->lack == TW_LACK_NEVER && b->lack != TW_LACK_NEVER;
}

void tw__permit_ask(struct tw__permit *out, const struct tw_router *router,
		    const char *carrier, const tw_route_request *request,
		    const struct tw__stand stand[2])
{
	const struct tw__permits *permits = &router->permits;

	*out = (struct tw__permit){ 0 };
	for (size_t i = 0; i < permits->count; ++i) {
		const struct tw__permission *p = &permits->permission[i];
		enum answer about = is_about(p, request, stand);
		struct tw__permit one;

		if (about == NO || (about == MAYBE &&
				    !(p->flags & TW_PERMIT_UNKNOWN)))
			continue;
		one = look(permits, p, carrier, request->at);
		if (is_stricter(&one, out))
			*out = one;
	}
}

/* ---- words ---- */

static void say_lack(char *why, size_t size, const struct tw__permit *permit,
		     const char *carrier)
{
	const char *name = permit->contract ? permit->contract->name : "";

	switch (permit->lack) {
	case TW_LACK_NONE:
		snprintf(why, size, "no contract with %s permits it",
			 carrier);
		break;
	case TW_LACK_REFUSED:
		snprintf(why, size, "legal refused contract %s", name);
		break;
	case TW_LACK_PENDING:
		snprintf(why, size, "legal has not accepted contract %s",
			 name);
		break;
	case TW_LACK_EARLY:
		snprintf(why, size, "contract %s is not in force yet", name);
		break;
	case TW_LACK_OVER:
		snprintf(why, size, "contract %s is over", name);
		break;
	case TW_LACK_NEVER:
		snprintf(why, size, "no contract permits such calls");
		break;
	default:
		snprintf(why, size, "by contract %s", name);
		break;
	}
}

void tw__permit_say(char why[128], const struct tw__permit *permit,
		    const char *carrier)
{
	char lack[224], text[400];

	say_lack(lack, sizeof(lack), permit, carrier);
	snprintf(text, sizeof(text), "permission %s: %s",
		 permit->permission->name, lack);
	tw__utf8_cut(why, 128, text);
}

/* Of the side that the permission asks about. */
static void say_unknown(char *why, size_t size,
			const struct tw__permission *p,
			const struct tw__stand stand[2])
{
	const bool is_callee = is_in_any(&stand[0], &p->from) != MAYBE ||
		(stand[0].known && !stand[1].known);

	if (!is_callee && !stand[0].number)
		snprintf(why, size, "no number is shown, so it is not known "
			 "where the call comes from");
	else
		snprintf(why, size, "it is not known where %.31s stands",
			 stand[is_callee].number);
}

static bool is_lost(tw_error *why, const struct tw_router *router,
		    const struct tw__labels *places)
{
	for (size_t i = 0; i < places->count; ++i) {
		if (!tw__digits_only(places->name[i]) &&
		    tw_numbering_place_check(router->numbering,
					     places->name[i], why) ==
		    TW_ENOTFOUND)
			return true;
	}
	return false;
}

/* A place that is misspelled is about other calls for ever. */
static void say_elsewhere(char *why, size_t size,
			  const struct tw_router *router,
			  const struct tw__permission *p)
{
	tw_error lost = TW_ERROR_INIT;
	char text[400];

	if (!is_lost(&lost, router, &p->from) &&
	    !is_lost(&lost, router, &p->to)) {
		snprintf(why, size, "about other calls");
		return;
	}
	snprintf(text, sizeof(text), "about other calls: %.300s",
		 lost.message);
	tw__utf8_cut(why, size, text);
}

void tw__permission_ask(tw_route_rule *out, const struct tw_router *router,
			const struct tw__permission *permission,
			const char *carrier, const tw_route_request *request,
			const struct tw__stand stand[2])
{
	enum answer about = is_about(permission, request, stand);
	struct tw__permit permit;

	*out = (tw_route_rule)TW_ROUTE_RULE_INIT;
	out->otherwise = permission->otherwise;
	snprintf(out->permission, sizeof(out->permission), "%s",
		 permission->name);
	if (about == NO) {
		out->result = TW_RULE_ELSEWHERE;
		say_elsewhere(out->reason, sizeof(out->reason), router,
			      permission);
		return;
	}
	if (about == MAYBE && !(permission->flags & TW_PERMIT_UNKNOWN)) {
		out->result = TW_RULE_UNKNOWN;
		say_unknown(out->reason, sizeof(out->reason), permission,
			    stand);
		return;
	}
	permit = look(&router->permits, permission, carrier, request->at);
	out->result = permit.lack ? TW_RULE_LACKING : TW_RULE_HELD;
	out->lack = permit.lack;
	if (permit.contract)
		snprintf(out->contract, sizeof(out->contract), "%s",
			 permit.contract->name);
	say_lack(out->reason, sizeof(out->reason), &permit, carrier);
}

tw_status tw_router_rules(tw_route_rule *out, uint32_t *count,
			  const tw_router *router,
			  const tw_route_request *request, const char *trunk,
			  tw_error *err)
{
	const struct tw_carrier *carrier;
	struct tw__asking asking;
	tw_route_request r;
	struct tw_rows rows;
	struct tw__leg leg;
	tw_status status;

	if (!count || !trunk)
		return tw__fail(err, TW_EINVAL, "no count or trunk given");
	status = tw__router_request(&r, router, request, err);
	if (!status)
		status = tw__rows_open(&rows, out, *count, err);
	if (status)
		return status;
	carrier = tw__router_trunk(router, trunk);
	if (!carrier)
		return tw__fail(err, TW_ENOTFOUND, "no trunk \"%.63s\"",
				trunk);
	tw__asking_begin(&asking, router, &r);
	tw__leg_of(&leg, &asking, carrier->carrier);
	for (size_t i = 0; i < router->permits.count; ++i) {
		tw_route_rule rule;

		tw__permission_ask(&rule, router,
				   &router->permits.permission[i],
				   carrier->carrier, &r, asking.stand);
		tw__rows_put(&rows, &rule, sizeof(rule));
	}
	*count = rows.count;
	return TW_OK;
}
