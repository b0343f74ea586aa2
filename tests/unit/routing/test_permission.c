/* Calls between some places need a contract; without it they are blocked,
 * avoided, or made with a warning. */
#include "permits_fixture.h"

/* Carrier a shows a number of Moscow, b one of Kazan. */
static void open_cities(struct desk *d)
{
	desk_open(d);
	carrier_of(d, "a", 2 * RUBLE, 0);
	carrier_of(d, "b", RUBLE, 0);
	assert_int_equal(own(d, MOSCOW, "Moscow", "moscow", "a"), TW_OK);
	assert_int_equal(own(d, KAZAN, "Kazan", "kazan", "b"), TW_OK);
	numbering_of(d);
}

/* The same call is local where a local number is shown, and not elsewhere. */
static void local_calls_need_a_local_contract(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", "kazan");
	struct desk d;

	(void)state;
	open_cities(&d);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	assert_int_equal(d.row[0].permit, 0);
	assert_int_equal(contract_of(&d, "kazan-local", "local",
				     TW_LEGAL_REFUSED), TW_OK);
	assert_int_equal(permission_of(&d, "kazan", "Казань", "Казань",
				       "kazan-local", TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	assert_string_equal(d.row[0].caller, MOSCOW);
	assert_string_equal(d.row[0].reason, "least cost for this call");
	desk_row(&d, 1, "b", TW_EREFUSED);
	assert_string_equal(d.row[1].reason, "permission kazan: no contract "
			    "with b permits it");
	assert_string_equal(d.row[1].permission, "kazan");
	assert_int_equal(d.row[1].permit, TW_PERMIT_BLOCK);
	assert_int_equal(d.row[1].expected.nanos, RUBLE);
	/* to another city, and from one, nothing is asked for */
	r.number = MOSCOW;
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	desk_close(&d);
}

static void a_contract_has_to_be_accepted_and_in_force(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_contract c = TW_ROUTE_CONTRACT_INIT;
	struct desk d;

	(void)state;
	open_cities(&d);
	c.name = "b-2026";
	c.carrier = "b";
	c.legal = TW_LEGAL_ACCEPTED;
	c.from = T2026;
	c.to = T2026 + 100 * TW_SECOND;
	assert_int_equal(tw_router_add_contract(d.router, &c, &d.err), TW_OK);
	assert_int_equal(permission_of(&d, "kazan", "7843", "7843", "b-2026",
				       TW_PERMIT_BLOCK), TW_OK);
	(void)decide(&d, &r);
	assert_int_equal(row_of(&d, "b")->verdict, TW_OK);
	r.at = T2026 - 1;
	(void)decide(&d, &r);
	assert_string_equal(row_of(&d, "b")->reason, "permission kazan: "
			    "contract b-2026 is not in force yet");
	assert_string_equal(row_of(&d, "b")->contract, "b-2026");
	r.at = T2026 + 100 * TW_SECOND - 1;
	(void)decide(&d, &r);
	assert_int_equal(row_of(&d, "b")->verdict, TW_OK);
	r.at = T2026 + 100 * TW_SECOND;
	(void)decide(&d, &r);
	assert_string_equal(row_of(&d, "b")->reason, "permission kazan: "
			    "contract b-2026 is over");
	desk_close(&d);
}

static void legal_has_the_word(void **state)
{
	static const struct {
		uint32_t legal;
		const char *reason;
	} says[] = {
		{ TW_LEGAL_PENDING, "permission all: legal has not accepted "
			"contract paper" },
		{ TW_LEGAL_REFUSED, "permission all: legal refused contract "
			"paper" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(says); ++i) {
		tw_route_request r = asked(CALLEE, "Kazan", NULL);
		struct desk d;

		open_cities(&d);
		/* any contract with the carrier would do */
		assert_int_equal(permission_of(&d, "all", NULL, NULL, NULL,
					       TW_PERMIT_BLOCK), TW_OK);
		assert_int_equal(contract_of(&d, "paper", "b",
					     says[i].legal), TW_OK);
		assert_int_equal(contract_of(&d, "nobody's", NULL,
					     TW_LEGAL_ACCEPTED), TW_OK);
		assert_int_equal(decide(&d, &r), TW_EREFUSED);
		assert_string_equal(row_of(&d, "b")->reason, says[i].reason);
		assert_string_equal(row_of(&d, "a")->reason, "permission all: "
				    "no contract with a permits it");
		assert_non_null(strstr(d.err.message, "is not permitted: "
				       "permission all"));
		/* a better one beside it is enough */
		assert_int_equal(contract_of(&d, "good", "b",
					     TW_LEGAL_ACCEPTED), TW_OK);
		assert_int_equal(decide(&d, &r), TW_OK);
		desk_row(&d, 0, "b", TW_OK);
		desk_close(&d);
	}
}

static tw_status never(struct desk *d, const char *name, const char *to,
		       uint32_t otherwise)
{
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;

	p.name = name;
	p.to = &to;
	p.to_count = 1;
	p.otherwise = otherwise;
	p.flags = TW_PERMIT_NEVER;
	return tw_router_add_permission(d->router, &p, &d->err);
}

/* A deny needs no contract that nobody has. */
static void no_contract_permits_what_is_never_to_be(void **state)
{
	const char *reason = "permission dear: no contract permits such calls";
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	const char *paper = "paper";
	tw_route_rule rule[2];
	uint32_t count = 2;
	struct desk d;

	(void)state;
	open_cities(&d);
	assert_int_equal(contract_of(&d, "paper", "b", TW_LEGAL_ACCEPTED),
			 TW_OK);
	/* of two that block the one that nothing mends is named */
	assert_int_equal(permission_of(&d, "other", NULL, NULL, "lost",
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(never(&d, "dear", "7843", TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(decide(&d, &r), TW_EREFUSED);
	assert_string_equal(row_of(&d, "a")->reason, reason);
	assert_string_equal(row_of(&d, "b")->reason, reason);
	rule[0] = (tw_route_rule)TW_ROUTE_RULE_INIT;
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r, "b",
					 &d.err), TW_OK);
	assert_int_equal(rule[1].result, TW_RULE_LACKING);
	assert_int_equal(rule[1].lack, TW_LACK_NEVER);
	/* one that no carrier knows is still forbidden by us, not by them */
	r.number = "870111222";
	assert_int_equal(never(&d, "sea", "870", TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(decide(&d, &r), TW_EREFUSED);
	assert_string_equal(d.err.message, "870111222 is not permitted: "
		"permission sea: no contract permits such calls");
	/* and nothing stands in the way of a call for help */
	r.number = "112";
	assert_int_equal(decide(&d, &r), TW_OK);
	p.name = "both";
	p.flags = TW_PERMIT_NEVER;
	p.contracts = &paper;
	p.contract_count = 1;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "contracts");
	desk_close(&d);
}

static void avoided_goes_last_and_warned_goes_on(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	struct desk d;

	(void)state;
	open_cities(&d);
	assert_int_equal(permission_of(&d, "warned", "7843", "7843", "none",
				       TW_PERMIT_WARN), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	assert_int_equal(d.row[0].permit, TW_PERMIT_WARN);
	assert_string_equal(d.row[0].permission, "warned");
	assert_string_equal(d.row[0].reason, "least cost for this call");
	/* the strictest decides, in whatever order they were added */
	assert_int_equal(permission_of(&d, "avoided", "7843", NULL, "none",
				       TW_PERMIT_AVOID), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "a", TW_OK);
	desk_row(&d, 1, "b", TW_OK);
	assert_int_equal(d.row[1].permit, TW_PERMIT_AVOID);
	assert_string_equal(d.row[1].reason, "to be avoided, after those that "
			    "are permitted");
	/* but before a trunk that is down */
	assert_int_equal(tw_router_set_usable(d.router, "a", 0, T2026, NULL),
			 TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	assert_int_equal(permission_of(&d, "blocked", "7843", NULL, "none",
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(decide(&d, &r), TW_EBUSY);
	assert_string_equal(row_of(&d, "b")->permission, "blocked");
	desk_close(&d);
}

static void directions_differ(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	struct desk d;

	(void)state;
	open_cities(&d);
	p.name = "forwarded";
	p.direction = TW_DIRECTION_FORWARD;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(d.row[1].verdict, TW_OK);
	r.direction = TW_DIRECTION_FORWARD;
	(void)decide(&d, &r);
	assert_int_equal(row_of(&d, "a")->permit, TW_PERMIT_BLOCK);
	desk_close(&d);
}

/* A place that is not known is not guessed; who wants certainty says so. */
static void what_is_not_known(void **state)
{
	static const char *const kazan[] = { "Казань", "Татарстан" };
	tw_route_request r = asked(NOWHERE, "Kazan", NULL);
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	struct desk d;

	(void)state;
	open_cities(&d);
	p.name = "lax";
	p.from = p.to = kazan;
	p.from_count = p.to_count = 2;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	assert_int_equal(d.row[0].permit, 0);
	/* a range of two regions may be of either */
	r.number = JOINT_MOBILE;
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "b", TW_OK);
	p.name = "strict";
	p.flags = TW_PERMIT_UNKNOWN;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	desk_row(&d, 0, "a", TW_OK);         /* from Moscow: certainly not */
	assert_int_equal(row_of(&d, "b")->permit, TW_PERMIT_BLOCK);
	r.number = NOWHERE;
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(row_of(&d, "b")->permit, TW_PERMIT_BLOCK);
	/* a region as part of a longer name is another region */
	r.number = CALLEE;
	p.name = "part";
	p.flags = 0;
	p.otherwise = TW_PERMIT_WARN;
	p.to = (const char *const[]){ "тарстан" };
	p.to_count = 1;
	p.from_count = 0;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(row_of(&d, "a")->permit, 0);
	desk_close(&d);
}

/* Who is not asked about is not to blame: from everywhere is from nowhere,
 * too. */
static void it_is_said_of_whom_nothing_is_known(void **state)
{
	tw_route_request r = asked(NOWHERE, "Kazan", NULL);
	tw_route_rule rule[2];
	uint32_t count = 2;
	struct desk d;

	(void)state;
	desk_open(&d);
	carrier_of(&d, "hidden", RUBLE, 0);
	numbering_of(&d);
	assert_int_equal(permission_of(&d, "to", NULL, "Казань", "local",
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(permission_of(&d, "from", "Казань", NULL, "local",
				       TW_PERMIT_BLOCK), TW_OK);
	rule[0] = (tw_route_rule)TW_ROUTE_RULE_INIT;
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r,
					 "hidden", &d.err), TW_OK);
	assert_string_equal(rule[0].reason, "it is not known where " NOWHERE
			    " stands");
	assert_string_equal(rule[1].reason, "no number is shown, so it is "
			    "not known where the call comes from");
	desk_close(&d);
}

/* Trap 29: what does not apply is not skipped in silence, and a company may
 * deny whatever no contract permits. */
static void trap_29_every_rule_is_shown(void **state)
{
	tw_route_request r = asked(CALLEE, "Kazan", NULL);
	tw_route_rule rule[8];
	uint32_t count = 8;
	struct desk d;

	(void)state;
	open_cities(&d);
	assert_int_equal(permission_of(&d, "kazan", "Казань", "Казань",
				       "local", TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(permission_of(&d, "moscow", "Москва", "Москва",
				       "local", TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(permission_of(&d, "default", NULL, NULL, NULL,
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(contract_of(&d, "b-2026", "b", TW_LEGAL_ACCEPTED),
			 TW_OK);
	rule[0] = (tw_route_rule)TW_ROUTE_RULE_INIT;
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r, "b",
					 &d.err), TW_OK);
	assert_int_equal(count, 3);
	assert_string_equal(rule[0].permission, "kazan");
	assert_int_equal(rule[0].result, TW_RULE_LACKING);
	assert_int_equal(rule[0].lack, TW_LACK_NONE);
	assert_int_equal(rule[0].otherwise, TW_PERMIT_BLOCK);
	assert_string_equal(rule[0].reason, "no contract with b permits it");
	assert_int_equal(rule[1].result, TW_RULE_ELSEWHERE);
	assert_int_equal(rule[2].result, TW_RULE_HELD);
	assert_string_equal(rule[2].contract, "b-2026");
	assert_string_equal(rule[2].reason, "by contract b-2026");
	/* the default denies a carrier nobody has a contract with */
	r.number = MOSCOW;
	(void)decide(&d, &r);
	assert_int_equal(row_of(&d, "b")->verdict, TW_OK);
	assert_string_equal(row_of(&d, "a")->permission, "moscow");
	r.number = NOWHERE;
	count = 8;
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r, "b",
					 &d.err), TW_OK);
	assert_int_equal(rule[0].result, TW_RULE_UNKNOWN);
	assert_string_equal(rule[0].reason, "it is not known where "
			    NOWHERE " stands");
	count = 1;
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r, "b",
					 &d.err), TW_OK);
	assert_int_equal(count, 1);
	assert_int_equal(tw_router_rules(rule, &count, d.router, &r, "c",
					 &d.err), TW_ENOTFOUND);
	desk_close(&d);
}

static void emergency_is_asked_for_no_contract(void **state)
{
	tw_route_request r = asked("112", "Kazan", "kazan");
	struct desk d;

	(void)state;
	open_cities(&d);
	assert_int_equal(permission_of(&d, "nothing", NULL, NULL, NULL,
				       TW_PERMIT_BLOCK), TW_OK);
	assert_int_equal(decide(&d, &r), TW_OK);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.row[0].verdict, TW_OK);
	assert_int_equal(d.row[0].permit, 0);
	r.number = CALLEE;
	assert_int_equal(decide(&d, &r), TW_EREFUSED);
	desk_close(&d);
}

static void bad_ones_change_nothing(void **state)
{
	tw_route_permission p = TW_ROUTE_PERMISSION_INIT;
	tw_route_contract c = TW_ROUTE_CONTRACT_INIT;
	const char *bad[1] = { "a\nb" };
	struct desk d;

	(void)state;
	desk_open(&d);
	assert_int_equal(contract_of(&d, "c", "a", 3), TW_EINVAL);
	assert_int_equal(contract_of(&d, "", "a", 0), TW_EINVAL);
	assert_int_equal(contract_of(&d, NULL, "a", 0), TW_EINVAL);
	assert_int_equal(contract_of(&d, "c", "", 0), TW_EINVAL);
	assert_int_equal(contract_of(&d, "c", "a", 0), TW_OK);
	assert_int_equal(contract_of(&d, "c", "b", 0), TW_EEXIST);
	c.name = "d";
	c.from = c.to = 5;
	assert_int_equal(tw_router_add_contract(d.router, &c, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "to");
	assert_int_equal(permission_of(&d, "p", NULL, NULL, NULL, 0),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "otherwise");
	assert_int_equal(permission_of(&d, "p", NULL, NULL, NULL, 4),
			 TW_EINVAL);
	assert_int_equal(permission_of(&d, "p", "", NULL, NULL, 1),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "from");
	p.name = "p";
	p.to = bad;
	p.to_count = 1;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_EINVAL);
	assert_string_equal(d.err.field, "to");
	p.to_count = 0;
	p.direction = TW_DIRECTION_INBOUND;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_EINVAL);
	p.direction = 0;
	p.flags = TW_PERMIT_NEVER << 1;
	assert_int_equal(tw_router_add_permission(d.router, &p, &d.err),
			 TW_EINVAL);
	assert_int_equal(d.router->permits.count, 0);
	assert_int_equal(permission_of(&d, "p", NULL, NULL, NULL, 1), TW_OK);
	assert_int_equal(permission_of(&d, "p", NULL, NULL, NULL, 1),
			 TW_EEXIST);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_calls_need_a_local_contract),
		cmocka_unit_test(a_contract_has_to_be_accepted_and_in_force),
		cmocka_unit_test(legal_has_the_word),
		cmocka_unit_test(no_contract_permits_what_is_never_to_be),
		cmocka_unit_test(avoided_goes_last_and_warned_goes_on),
		cmocka_unit_test(directions_differ),
		cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(it_is_said_of_whom_nothing_is_known),
		cmocka_unit_test(trap_29_every_rule_is_shown),
		cmocka_unit_test(emergency_is_asked_for_no_contract),
		cmocka_unit_test(bad_ones_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
