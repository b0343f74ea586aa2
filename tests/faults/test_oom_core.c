/* Memory runs out at any allocation of what needs no store: budgets, decks,
 * numbering, sheets, registrations, messages. Where a verb failed once, the
 * same verb is told again, and the end is the undisturbed one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "oom_pure.h"

/* ---- rating ---- */

static tw_status play_deck(struct stage *stage, tw_error *err)
{
	tw_rating_request request = TW_RATING_REQUEST_INIT;
	tw_deck *deck = NULL, *again = NULL, *mapped = NULL;
	tw_charge charge = TW_CHARGE_INIT;
	char path[160], *text = NULL;
	void *bytes = NULL;
	size_t size = 0;
	tw_status status = oom_deck(&deck, "RUB", err);

	snprintf(path, sizeof(path), "%s/a.deck", stage->dir);
	request.number = "79161234567";
	request.caller = "78432000001";
	request.answer = OOM_NOW;
	request.duration_us = 90 * TW_SECOND;
	TOLD(status, tw_rating_rate(&charge, deck, &request, err));
	TOLD(status, tw_rating_explain(&text, deck, &request, "ru", err));
	TOLD(status, tw_deck_pack(&bytes, &size, deck, err));
	TOLD(status, tw_deck_view(&again, bytes, size, NULL, NULL, err));
	TOLD(status, tw_deck_save(deck, path, err));
	TOLD(status, tw_deck_open(&mapped, path, err));
	if (!status)
		oom_say(stage, "%s\n%" PRId64 " of %zu and %zu rates\n", text,
			charge.cost.nanos, tw_deck_count(again),
			tw_deck_count(mapped));
	tw_deck_free(mapped);
	tw_deck_free(again);
	tw_deck_free(deck);
	tw_free(bytes);
	tw_free(text);
	return status;
}

static tw_status play_sheet(struct stage *stage, tw_error *err)
{
	static const char sheet[] = "Код;Направление;Цена\n"
		"7916-7919;Мобильные;1,50\n7 843;Казань;6,00\n"
		"7495;Москва;дорого\n";
	tw_sheet_map *map = NULL;
	tw_sheet *read = NULL;
	tw_sheet_options options = TW_SHEET_OPTIONS_INIT;
	tw_cdr_map *calls = NULL;
	tw_status status = TW_OK;

	TOLD(status, tw_sheet_map_new(&map, err));
	TOLD(status, tw_sheet_map_set(map, "delimiter", ";", err));
	TOLD(status, tw_sheet_map_set(map, "column.prefix", "Код", err));
	TOLD(status, tw_sheet_map_set(map, "column.destination",
				      "Направление", err));
	TOLD(status, tw_sheet_map_set(map, "column.rate", "Цена", err));
	TOLD(status, tw_sheet_map_set(map, "default.currency", "RUB", err));
	options.zone = "Europe/Moscow";
	options.map = map;
	TOLD(status, tw_sheet_read(&read, sheet, strlen(sheet), &options,
				   err));
	if (!status)
		oom_say(stage, "%" PRIu64 " read, %" PRIu64 " rates\n",
			tw_sheet_rows_read(read), tw_sheet_rates(read));
	TOLD(status, tw_cdr_map_new(&calls, err));
	TOLD(status, tw_cdr_map_set(calls, "preset", "mango", err));
	TOLD(status, tw_cdr_map_set(calls, "statuses.OK", "answered", err));
	tw_cdr_map_free(calls);
	tw_sheet_free(read);
	tw_sheet_map_free(map);
	return status;
}

static tw_status play_numbering(struct stage *stage, tw_error *err)
{
	tw_number_range ranges[8] = { TW_NUMBER_RANGE_INIT };
	tw_place place = TW_PLACE_INIT;
	tw_numbering *numbering = NULL;
	tw_status status = TW_OK;
	uint32_t relation = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(ranges); i++) {
		ranges[i] = (tw_number_range)TW_NUMBER_RANGE_INIT;
		ranges[i].from = UINT64_C(78430000000) + i * 10000000;
		ranges[i].to = ranges[i].from + 9999999;
		snprintf(ranges[i].region, sizeof(ranges[i].region),
			 "region %zu", i / 2);
		strcpy(ranges[i].operator_name, "operator");
	}
	TOLD(status, tw_numbering_new(&numbering, ranges,
				      TW_ARRAY_COUNT(ranges), err));
	TOLD(status, tw_numbering_find(&place, numbering, "78432000001",
				       NULL, err));
	TOLD(status, tw_numbering_relation(&relation, numbering,
		"78432000001", "78433000001", NULL, err));
	if (!status)
		oom_say(stage, "%s %u\n", place.region, (unsigned)relation);
	tw_numbering_free(numbering);
	return status;
}

/* ---- routing ---- */

static tw_status play_budgets(struct stage *stage, tw_error *err)
{
	tw_call_request request = TW_CALL_REQUEST_INIT;
	tw_route_carrier carrier = TW_ROUTE_CARRIER_INIT;
	tw_route_candidate ways[4];
	tw_budget_state states[4];
	tw_hold_state hold = TW_HOLD_STATE_INIT;
	tw_budget budget = TW_BUDGET_INIT;
	tw_router *router = NULL;
	tw_budgets *budgets = NULL;
	tw_deck *deck = NULL;
	tw_zone *zone = NULL;
	tw_status status = oom_deck(&deck, "RUB", err);

	TOLD(status, tw_zone_open(&zone, "Europe/Moscow", err));
	TOLD(status, tw_router_new(&router, err));
	carrier.carrier = "carrier";
	carrier.deck = deck;
	carrier.trunk = "main";
	TOLD(status, tw_router_add_carrier(router, &carrier, err));
	carrier.trunk = "spare";
	TOLD(status, tw_router_add_carrier(router, &carrier, err));
	TOLD(status, tw_router_add_emergency(router, "site", "main", err));
	TOLD(status, tw_router_add_emergency_number(router, "101", err));
	TOLD(status, tw_budgets_new(&budgets, zone, "RUB", err));
	budget.name = "all";
	budget.hard_nanos = 1000 * TW_NANOS;
	TOLD(status, tw_budgets_add(budgets, &budget, err));
	request.flags = TW_AUTHORIZE_HOLD;
	request.number = "79161234567";
	request.department = "Kazan";
	request.at = OOM_NOW;
	for (int i = 0; i < 12; i++) {
		tw_authorization answer = TW_AUTHORIZATION_INIT;

		ways[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
		states[0] = (tw_budget_state)TW_BUDGET_STATE_INIT;
		answer.candidates = ways;
		answer.budgets = states;
		answer.candidate_count = answer.budget_count = 4;
		TOLD(status, tw_authorize(&answer, budgets, router, &request,
					  err));
		TOLD(status, tw_hold_extend(&hold, budgets, answer.hold,
					    50 * TW_SECOND, err));
		if (i % 3 == 0)
			TOLD(status, tw_hold_move(budgets, answer.hold,
						  router, "spare", err));
		if (i % 2 == 0)
			TOLD(status, tw_hold_settle(&hold, budgets,
				answer.hold, 70 * TW_SECOND, err));
	}
	if (!status)
		status = tw_budgets_state(&states[0], budgets, 0, OOM_NOW,
					  err);
	if (!status)
		oom_say(stage, "%" PRId64 " spent %" PRId64 " reserved\n",
			states[0].spent_nanos, states[0].reserved_nanos);
	tw_budgets_free(budgets);
	tw_router_free(router);
	tw_zone_free(zone);
	tw_deck_free(deck);
	return status;
}

/* ---- registration ---- */

struct registrar {
	tw_registration *reg;
	char sent[4096];
	tw_time now;
	unsigned challenges;
};

static const char *line_of(char out[512], const char *message,
			   const char *name)
{
	char key[32];
	const char *p;

	snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(message, key);
	p = p ? p + strlen(key) : "";
	snprintf(out, 512, "%.*s", (int)strcspn(p, "\r"), p);
	return out;
}

/* Challenges the first REGISTER, grants the others. */
static tw_status answer(struct registrar *r, tw_error *err)
{
	char via[512], from[512], to[512], id[512], cseq[512], contact[512];
	const bool knows = strstr(r->sent, "\r\nAuthorization: ") != NULL;
	char text[4096], extra[640];
	tw_status status = TW_OK;

	if (knows)
		snprintf(extra, sizeof(extra), "Contact: %s;expires=300",
			 line_of(contact, r->sent, "Contact"));
	else
		snprintf(extra, sizeof(extra), "WWW-Authenticate: Digest "
			 "realm=\"r\", nonce=\"n%u\", qop=\"auth\"",
			 r->challenges);
	snprintf(text, sizeof(text), "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\n"
		 "To: %s;tag=t\r\nCall-ID: %s\r\nCSeq: %s\r\n%s\r\n"
		 "Content-Length: 0\r\n\r\n", knows ? "200 OK" :
		 "401 Unauthorized", line_of(via, r->sent, "Via"),
		 line_of(from, r->sent, "From"), line_of(to, r->sent, "To"),
		 line_of(id, r->sent, "Call-ID"),
		 line_of(cseq, r->sent, "CSeq"), extra);
	r->challenges += !knows;
	TOLD(status, tw_registration_receive(r->reg, text, strlen(text),
					     r->now, err));
	return status;
}

static tw_status drain(struct registrar *r, tw_error *err)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	tw_status status;

	for (;;) {
		status = TW_OK;
		TOLD(status, tw_registration_next(&action, r->reg, err));
		if (status)
			return status == TW_ITER_END ? TW_OK : status;
		if (action.kind != TW_ACTION_SEND)
			continue;
		snprintf(r->sent, sizeof(r->sent), "%.*s",
			 (int)action.data_size, (const char *)action.data);
		status = answer(r, err);
		if (status)
			return status;
	}
}

/* A REGISTER for which there was no memory is one that failed: it comes again
 * after its back-off. */
static tw_status play_registration(struct stage *stage, tw_error *err)
{
	static const char challenge[] = "SIP/2.0 407 Proxy Authentication "
		"Required\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKx\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x"
		"\r\nCSeq: 1 INVITE\r\nProxy-Authenticate: Digest realm=\"r"
		"\", nonce=\"m\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n";
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_trunk_status is = TW_TRUNK_STATUS_INIT;
	struct registrar r = { .now = OOM_NOW };
	tw_random_state seed;
	tw_random random;
	char *header = NULL;
	tw_status status = TW_OK;
	bool registered = false;

	tw_random_seed(&random, &seed, 42);
	o.name = "main";
	o.registrar = "sip:127.0.0.1:5070";
	o.user = "trunk1";
	o.password = "secret";
	o.password_size = 6;
	TOLD(status, tw_registration_new(&r.reg, &o, &random, err));
	TOLD(status, tw_registration_set_local(r.reg, "192.0.2.7", 5060,
					       err));
	TOLD(status, tw_registration_start(r.reg, r.now, err));
	if (!status)
		status = drain(&r, err);
	for (int i = 0; !status && i < 12 && (i < 4 || !registered); i++) {
		r.now = tw_registration_deadline(r.reg);
		TOLD(status, tw_registration_tick(r.reg, r.now, err));
		if (!status)
			status = drain(&r, err);
		if (!status)
			status = tw_registration_status(&is, r.reg, err);
		registered = is.state == TW_TRUNK_REGISTERED;
	}
	if (!status && !registered)
		status = tw__fail(err, TW_ENOMEM, "it did not register");
	TOLD(status, tw_registration_authorize(&header, r.reg, "INVITE",
		"sip:c@d", challenge, strlen(challenge), err));
	tw_free(header);
	TOLD(status, tw_registration_stop(r.reg, r.now, err));
	if (!status)
		status = drain(&r, err);
	oom_say(stage, "%s", registered ? "registered\n" : "");
	tw_registration_free(r.reg);
	return status;
}

/* ---- the sweep ---- */

static const struct scene scenes[] = {
	{ "deck", NULL, play_deck, OOM_PURE },
	{ "sheet and maps", NULL, play_sheet, OOM_PURE },
	{ "numbering", NULL, play_numbering, OOM_PURE },
	{ "router and budgets", NULL, play_budgets, OOM_PURE },
	{ "registration", NULL, play_registration, OOM_PURE },
};

int main(void)
{
	return oom_main(scenes, TW_ARRAY_COUNT(scenes), oom_begin, 40, 400);
}
