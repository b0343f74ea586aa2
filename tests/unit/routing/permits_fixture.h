/* A maker with showrooms in Kazan and Moscow, two carriers, and a local
 * operator in Kazan: what the tests of numbers and permissions share. */
#ifndef TW_TEST_ROUTING_PERMITS_FIXTURE_H
#define TW_TEST_ROUTING_PERMITS_FIXTURE_H

#include "routing_fixture.h"

#define RUBLE TW_NANOS
#define KAZAN  "78432000001"
#define KAZAN2 "78432000002"
#define MOSCOW "74951000001"
#define CALLEE "78432555555"         /* in Kazan */
#define JOINT_MOBILE "79172000000"   /* of two regions */
#define NOWHERE "79990000000"

static inline tw_deck *flat_deck(const char *prefix, int64_t price)
{
	const tw_rate rate = desk_rate(prefix, price, 60, 0);
	tw_tariff_rules rules = TW_TARIFF_RULES_INIT;
	tw_deck *deck;

	strcpy(rules.currency, "RUB");
	strcpy(rules.zone, "UTC");
	assert_int_equal(tw_deck_new(&deck, &rules, &rate, 1, NULL), TW_OK);
	return deck;
}

/* A trunk of the carrier's own name. */
static inline void carrier_of(struct desk *d, const char *name, int64_t price,
			      uint32_t flags)
{
	tw_route_carrier c = TW_ROUTE_CARRIER_INIT;

	c.carrier = c.trunk = name;
	c.flags = flags;
	c.deck = flat_deck("7", price);
	assert_int_equal(tw_router_add_carrier(d->router, &c, &d->err),
			 TW_OK);
	tw_deck_free(c.deck);
}

static inline tw_status own(struct desk *d, const char *number,
			    const char *department, const char *site,
			    const char *carrier)
{
	tw_route_number n = TW_ROUTE_NUMBER_INIT;

	n.number = number;
	n.department = department;
	n.site = site;
	n.carriers = &carrier;
	n.carrier_count = carrier ? 1 : 0;
	return tw_router_add_number(d->router, &n, &d->err);
}

static inline void range(tw_number_range *out, uint64_t from,
			 const char *region, const char *city)
{
	*out = (tw_number_range)TW_NUMBER_RANGE_INIT;
	out->from = from;
	out->to = from + 999999;
	strcpy(out->region, region);
	strcpy(out->city, city);
}

static inline void numbering_of(struct desk *d)
{
	tw_number_range ranges[3];
	tw_numbering *numbering;

	range(&ranges[0], 78432000000, "Татарстан", "Казань");
	range(&ranges[1], 74951000000, "Москва", "Москва");
	range(&ranges[2], 79172000000, "Татарстан и Самарская область", "");
	assert_int_equal(tw_numbering_new(&numbering, ranges, 3, NULL),
			 TW_OK);
	assert_int_equal(tw_router_set_numbering(d->router, numbering, NULL,
						 NULL), TW_OK);
	tw_numbering_free(numbering);
}

static inline tw_status contract_of(struct desk *d, const char *name,
				    const char *carrier, uint32_t legal)
{
	tw_route_contract c = TW_ROUTE_CONTRACT_INIT;

	c.name = name;
	c.carrier = carrier;
	c.legal = legal;
	return tw_router_add_contract(d->router, &c, &d->err);
}

/* From one place to one; NULL: everywhere, any contract. */
static inline tw_status permission_of(struct desk *d, const char *name,
				      const char *from, const char *to,
				      const char *contract,
				      uint32_t otherwise)
{
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;

	p.name = name;
	p.from = &from;
	p.from_count = from ? 1 : 0;
	p.to = &to;
	p.to_count = to ? 1 : 0;
	p.contracts = &contract;
	p.contract_count = contract ? 1 : 0;
	p.otherwise = otherwise;
	return tw_router_add_permission(d->router, &p, &d->err);
}

static inline tw_route_request asked(const char *number,
				     const char *department,
				     const char *site)
{
	tw_route_request r = TW_ROUTE_REQUEST_INIT;

	r.number = number;
	r.department = department;
	r.site = site;
	r.at = T2026;
	return r;
}

static inline tw_status decide(struct desk *d, const tw_route_request *r)
{
	for (int i = 0; i < ROOM; ++i)
		d->row[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	d->count = ROOM;
	d->err = (tw_error)TW_ERROR_INIT;
	return tw_router_decide(d->row, &d->count, d->router, r, &d->err);
}

static inline const tw_route_candidate *row_of(const struct desk *d,
					       const char *trunk)
{
	for (uint32_t i = 0; i < d->count; ++i) {
		if (!strcmp(d->row[i].trunk, trunk))
			return &d->row[i];
	}
	fail_msg("no row of %s", trunk);
	return NULL;
}

#endif
