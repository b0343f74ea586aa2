/* The router that a directory describes. */
#include "deployment_fixture.h"
#include <trunkwise/cdr.h>
#include <trunkwise/permission.h>

static const char sheet[] =
	"prefix,destination,rate,currency,effective_from,effective_to,"
	"first_inc,next_inc,connect_fee\n"
	"7495,Moscow,1.50,RUB,2026-01-01,,60,60,0\n";

static void load_text(tw_store *store, const char *text, size_t size)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	tw_rejects *rejects = NULL;
	tw_error err = TW_ERROR_INIT;

	options.tariff = "volga-2026";
	options.carrier = "volga";
	if (tw_tariff_import_sheet(&counts, &diff, &rejects, store, &options,
				   text, size, &err))
		fail_msg("%s", err.message);
	tw_rejects_free(rejects);
	assert_true(counts.rows_stored > 0);
}

static void load_sheet(tw_store *store)
{
	load_text(store, sheet, sizeof(sheet) - 1);
}

/* The carrier with a price is used; the one without is listed, not lost. */
static void router_prices_trunks(void **state)
{
	static const struct pair second[] = {
		{ "trunk[1].name", "t", "spare" },
		{ "trunk[1].carrier", "t", "ural" },
		{ "trunk[1].registrar", "t", "sip:10.0.0.1" },
		{ "trunk[1].user", "t", "u" },
		{ "site[0].emergency[0]", "t", "kazan-line" },
		{ "site[0].emergency[1]", "t", "spare" },
	};
	tw_route_candidate rows[8];
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_router *router = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_directory *d;
	tw_store *store;
	uint32_t count = 8, i;

	d = snapshot(&store, state, second, 6);
	load_sheet(store);
	assert_int_equal(tw_directory_router(&router, d, store, &err), TW_OK);
	for (i = 0; i < 8; i++)
		rows[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	request.number = "74951234567";
	request.at = AUTUMN;
	assert_int_equal(tw_router_decide(rows, &count, router, &request,
					  &err), TW_OK);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].trunk, "main");
	assert_true(rows[0].expected.nanos == 1500000000);
	assert_string_equal(rows[1].trunk, "spare");
	assert_int_equal(rows[1].verdict, TW_ENOPRICE);
	/* Help needs no price: first the site's own line. */
	request.number = "103";
	request.site = "kazan-site";
	count = 8;
	assert_int_equal(tw_router_decide(rows, &count, router, &request,
					  &err), TW_OK);
	assert_true(count >= 2);
	assert_string_equal(rows[0].trunk, "kazan-line");
	assert_int_equal(rows[0].emergency, 1);
	assert_string_equal(rows[1].trunk, "spare");
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

/* Policy, shares, tiers and caps as the deployment has them. */
static void router_has_its_policy(void **state)
{
	static const struct pair more[] = {
		{ "company.routing", "t", "percent" },
		{ "carrier[0].calls_max", "i", "1" },
		{ "trunk[0].weight", "i", "30" },
		{ "trunk[0].tier", "i", "2" },
	};
	tw_route_attempt attempt = TW_ROUTE_ATTEMPT_INIT;
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	tw_route_state s = TW_ROUTE_STATE_INIT;
	tw_router *router = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_route_call call;
	tw_directory *d;
	tw_store *store;
	uint32_t count = 1;

	d = snapshot(&store, state, more, 4);
	load_sheet(store);
	assert_int_equal(tw_directory_router(&router, d, store, &err), TW_OK);
	assert_int_equal(tw_router_state(&s, router, 0, AUTUMN, &err), TW_OK);
	assert_int_equal(s.weight, 30);
	assert_int_equal(s.tier, 2);
	attempt.trunk = "main";
	attempt.now = AUTUMN;
	assert_int_equal(tw_router_call_begin(&call, router, &attempt, &err),
			 TW_OK);
	request.number = "74951234567";
	request.at = AUTUMN;
	assert_int_equal(tw_router_decide(&row, &count, router, &request,
					  &err), TW_EBUSY);
	assert_int_equal(row.policy, TW_ROUTE_PERCENT);
	assert_string_equal(row.reason,
		"skipped: 1 of 1 calls of volga in progress");
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_router *router_of(const tw_directory *d, tw_store *store)
{
	tw_router *router = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw_directory_router(&router, d, store, &err))
		fail_msg("%s", err.message);
	return router;
}

/* Who carries a call, as "trunk trunk"; a * before those without a price. */
static void decide(char *out, tw_router *router, const char *number,
		   const char *site)
{
	tw_route_candidate rows[8];
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	uint32_t count = 8;

	for (size_t i = 0; i < 8; i++)
		rows[i] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	request.number = number;
	request.site = site;
	request.at = AUTUMN;
	*out = '\0';
	(void)tw_router_decide(rows, &count, router, &request, NULL);
	for (uint32_t i = 0; i < count; i++) {
		strcat(out, i ? " " : "");
		strcat(out, rows[i].verdict == TW_ENOPRICE ? "*" : "");
		strcat(out, rows[i].trunk);
	}
}

/* A site calls for help by its list, else by its own lines with a uri; what
 * can't be dialled is no way out. */
static void ways_out_of_a_site(void **state)
{
	static const struct pair lines[] = {
		{ "landline[1].name", "t", "silent" },
		{ "landline[1].number", "t", "78432000098" },
		{ "landline[1].site", "t", "kazan-site" },
		{ "landline[2].number", "t", "78432000099" },
		{ "site[1].name", "t", "ufa-site" },
		{ "landline[2].site", "t", "ufa-site" },
		{ "landline[2].name", "t", "elsewhere" },
		{ "landline[2].uri", "t", "sip:fxo@10.0.0.7" },
	};
	static const struct pair listed[] = {
		{ "landline[1].name", "t", "silent" },
		{ "landline[1].number", "t", "78432000098" },
		{ "landline[1].site", "t", "kazan-site" },
		{ "site[0].emergency[0]", "t", "main" },
		{ "site[0].emergency[1]", "t", "silent" },
		{ "site[0].emergency[2]", "t", "kazan-line" },
	};
	tw_router *router;
	tw_directory *d;
	tw_store *store;
	char text[200];

	d = snapshot(&store, state, lines, TW_ARRAY_COUNT(lines));
	router = router_of(d, store);
	decide(text, router, "112", "kazan-site");
	assert_int_equal(strncmp(text, "kazan-line", 10), 0);
	assert_null(strstr(text, "silent"));
	assert_null(strstr(text, "elsewhere"));
	tw_router_free(router);
	tw_directory_free(d);
	apply(store, deployment_with(listed, TW_ARRAY_COUNT(listed)),
	      AUTUMN + DAY);
	d = directory_at(store, AUTUMN + DAY);
	router = router_of(d, store);
	decide(text, router, "112", "kazan-site");
	assert_int_equal(strncmp(text, "main kazan-line", 15), 0);
	assert_null(strstr(text, "silent"));
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

/* The services of one country; 112 is everywhere. */
static void numbers_for_help(void **state)
{
	static const struct pair abroad[] = {
		{ "company.country", "t", "49" },
		{ "landline[0].number", "t", "+49 30 1234567" },
		{ "phone[1].number", "t", "+49 170 1234567" },
		{ "number[1].number", "t", "+7 843 200-11-23" },
		{ "allocation[0].number", "t", "+7 843 200-11-23" },
	};
	tw_router *router;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, NULL, 0);
	router = router_of(d, store);
	assert_true(tw_router_is_emergency(router, "112"));
	assert_true(tw_router_is_emergency(router, "103"));
	assert_false(tw_router_is_emergency(router, "105"));
	tw_router_free(router);
	tw_directory_free(d);
	apply(store, deployment_with(abroad, TW_ARRAY_COUNT(abroad)),
	      AUTUMN + DAY);
	d = directory_at(store, AUTUMN + DAY);
	router = router_of(d, store);
	assert_true(tw_router_is_emergency(router, "112"));
	assert_false(tw_router_is_emergency(router, "103"));
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

/* Without any sheet trunks are listed and not silent; of two trunks of a
 * priced carrier the lower priority number goes first. */
static void trunks_of_one_carrier(void **state)
{
	static const struct pair second[] = {
		{ "trunk[0].priority", "i", "9" },
		{ "trunk[1].name", "t", "spare" },
		{ "trunk[1].carrier", "t", "volga" },
		{ "trunk[1].registrar", "t", "sip:10.0.0.1" },
		{ "trunk[1].user", "t", "u" },
		{ "trunk[1].priority", "i", "5" },
	};
	tw_router *router;
	tw_directory *d;
	tw_store *store;
	char text[200];

	d = snapshot(&store, state, second, TW_ARRAY_COUNT(second));
	router = router_of(d, store);
	decide(text, router, "74951234567", NULL);
	assert_non_null(strstr(text, "*main"));
	assert_non_null(strstr(text, "*spare"));
	tw_router_free(router);
	load_sheet(store);
	router = router_of(d, store);
	decide(text, router, "74951234567", NULL);
	assert_string_equal(text, "spare main");
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static void asking_wrongly(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_router *router = NULL;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_router(NULL, d, store, &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_router(&router, NULL, store, &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_router(&router, d, NULL, &err),
			 TW_EINVAL);
	assert_string_not_equal(err.message, "");
	assert_null(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static void allocation_faults(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_router *router = NULL;
	tw_status status = TW_ENOMEM;
	int64_t n;

	load_sheet(store);
	for (n = 0; status == TW_ENOMEM; n++) {
		tw_error err = TW_ERROR_INIT;

		assert_null(router);
		fail_allocation(n);
		status = tw_directory_router(&router, d, store, &err);
		fail_allocation(-1);
		assert_int_equal(err.code, status);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 5);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_status ask_from(tw_route_candidate *row, tw_router *router,
			  const char *caller, const char *number)
{
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	uint32_t count = 1;

	*row = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	request.caller = caller;
	request.number = number;
	request.at = AUTUMN;
	return tw_router_decide(row, &count, router, &request, NULL);
}

/* Inside Kazan is blocked, the region is cheap: by the store's numbering. */
static void regions_of_the_store(void **state)
{
	static const char text[] = "prefix,rate,currency,relation,status\n"
		"7,2.00,RUB,,\n7,0.90,RUB,same_region,\n"
		"7,,RUB,same_city,blocked\n";
	static const char ranges[] = "code,from,to,operator,region,city\n"
		"7843,2000000,2999999,A,Tatarstan,Kazan\n"
		"7855,2000000,2999999,A,Tatarstan,Chelny\n";
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_route_candidate row;
	tw_router *router;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, NULL, 0);
	load_text(store, text, sizeof(text) - 1);
	router = router_of(d, store);
	assert_int_equal(ask_from(&row, router, "78432000001", "78432000002"),
			 TW_OK);
	tw_router_free(router);
	source.data = ranges;
	source.data_size = sizeof(ranges) - 1;
	assert_int_equal(tw_numbering_import(&counts, NULL, NULL, store,
					     &source, 1, NULL), TW_OK);
	router = router_of(d, store);
	assert_int_equal(ask_from(&row, router, "78432000001", "78432000002"),
			 TW_EREFUSED);
	assert_non_null(strstr(row.reason, "same_city"));
	assert_int_equal(ask_from(&row, router, "78432000001", "78552000002"),
			 TW_OK);
	assert_true(row.expected.nanos == 900000000);
	/* nobody says who calls: a number of ours is shown, and it is there */
	assert_int_equal(ask_from(&row, router, NULL, "78432000002"),
			 TW_EREFUSED);
	assert_string_equal(row.caller, "78432001122");
	assert_int_equal(ask_from(&row, router, NULL, "74952000002"), TW_OK);
	assert_true(row.expected.nanos == 2000000000);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_route_candidate from_desk(tw_router *router, const char *number,
				    const char *department, const char *site)
{
	tw_route_candidate rows[8] = { TW_ROUTE_CANDIDATE_INIT };
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	uint32_t count = 8;

	request.number = number;
	request.department = department;
	request.site = site;
	request.at = AUTUMN;
	(void)tw_router_decide(rows, &count, router, &request, NULL);
	assert_true(count > 0);
	return rows[0];
}

/* Whose number is shown, by approvals and by what a number says of itself. */
static void numbers_that_carriers_approved(void **state)
{
	static const struct pair more[] = {
		{ "number[0].site", "t", "kazan-site" },
		{ "number[2].number", "t", "78432001144" },
		{ "number[2].carrier", "t", "volga" },
		{ "number[2].department", "t", "ufa" },
		{ "number[2].caller_id", "b", "false" },
		{ "number[3].number", "t", "73472001155" },
		{ "number[3].carrier", "t", "ural" },
		{ "number[3].department", "t", "ufa" },
		{ "approval[0].name", "t", "a" },
		{ "approval[0].number", "t", "73472001155" },
		{ "approval[0].contract", "t", "c-1" },
		{ "approval[0].status", "t", "requested" },
	};
	struct pair granted[TW_ARRAY_COUNT(more)];
	tw_route_candidate row;
	tw_router *router;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, more, TW_ARRAY_COUNT(more));
	load_sheet(store);
	router = router_of(d, store);
	row = from_desk(router, "74951234567", "kazan", NULL);
	assert_string_equal(row.caller, "78432001122");
	assert_int_equal(row.caller_of, TW_CALLER_DEPARTMENT);
	/* that of Ufa is not granted here, and the other never shown */
	row = from_desk(router, "74951234567", "ufa", "kazan-site");
	assert_string_equal(row.caller, "78432001122");
	assert_int_equal(row.caller_of, TW_CALLER_SITE);
	row = from_desk(router, "112", "ufa", "kazan-site");
	assert_string_equal(row.trunk, "kazan-line");
	assert_string_equal(row.caller, "78432000000");
	tw_router_free(router);
	tw_directory_free(d);

	memcpy(granted, more, sizeof(more));
	granted[11].text = "granted";
	apply(store, deployment_with(granted, TW_ARRAY_COUNT(granted)),
	      AUTUMN + DAY);
	d = directory_at(store, AUTUMN + DAY);
	router = router_of(d, store);
	row = from_desk(router, "74951234567", "ufa", "kazan-site");
	assert_string_equal(row.caller, "73472001155");
	tw_router_free(router);
	tw_directory_free(d);

	/* a refusal of its own carrier takes a number away from it */
	granted[9].text = "78432001122";
	granted[11].text = "refused";
	apply(store, deployment_with(granted, TW_ARRAY_COUNT(granted)),
	      AUTUMN + 2 * DAY);
	d = directory_at(store, AUTUMN + 2 * DAY);
	router = router_of(d, store);
	row = from_desk(router, "74951234567", "kazan", NULL);
	assert_string_equal(row.caller, "78432001123");
	assert_int_equal(row.caller_of, TW_CALLER_COMPANY);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

static void permissions_of_a_deployment(void **state)
{
	static const struct pair rules[] = {
		{ "contract[0].legal_verdict", "t", "accepted" },
		{ "contract[0].from", "D", "2026-09-21" },
		{ "contract[0].to", "D", "2026-10-01" },
		{ "permission[0].name", "t", "local" },
		{ "permission[0].from[0]", "t", "7843" },
		{ "permission[0].to[0]", "t", "7495" },
		{ "permission[0].to[1]", "t", "7499" },
		{ "permission[0].contracts[0]", "t", "c-1" },
		{ "permission[0].otherwise", "t", "avoid" },
		{ "carrier[0].no_caller", "t", "skip" },
	};
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate row = TW_ROUTE_CANDIDATE_INIT;
	uint32_t count = 1;
	tw_router *router;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, rules, TW_ARRAY_COUNT(rules));
	load_sheet(store);
	router = router_of(d, store);
	request.number = "74951234567";
	request.department = "kazan";
	request.at = AUTUMN + DAY;
	assert_int_equal(tw_router_decide(&row, &count, router, &request,
					  NULL), TW_OK);
	assert_int_equal(row.permit, 0);
	request.at = AUTUMN + 30 * DAY;
	assert_int_equal(tw_router_decide(&row, &count, router, &request,
					  NULL), TW_OK);
	assert_int_equal(row.permit, TW_PERMIT_AVOID);
	assert_string_equal(row.permission, "local");
	assert_string_equal(row.contract, "c-1");
	request.direction = TW_DIRECTION_FORWARD;
	(void)tw_router_decide(&row, &count, router, &request, NULL);
	assert_int_equal(row.permit, TW_PERMIT_AVOID);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

/* A permission that names a city needs the numbering, whatever the sheets. */
static void places_of_the_store(void **state)
{
	static const struct pair rules[] = {
		{ "permission[0].name", "t", "inside Kazan" },
		{ "permission[0].from[0]", "t", "Казань" },
		{ "permission[0].to[0]", "t", "Казань" },
		{ "landline[0].carrier", "t", "ural" },
	};
	static const char ranges[] = "code,from,to,operator,region,city\n"
		"7843,2000000,2999999,A,Татарстан,Казань\n";
	static const char text[] = "prefix,rate,currency\n7,2.00,RUB\n";
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_route_way way = TW_ROUTE_WAY_INIT;
	tw_route_candidate row;
	uint32_t count = 1;
	tw_router *router;
	tw_directory *d;
	tw_store *store;

	d = snapshot(&store, state, rules, TW_ARRAY_COUNT(rules));
	load_text(store, text, sizeof(text) - 1);
	source.data = ranges;
	source.data_size = sizeof(ranges) - 1;
	assert_int_equal(tw_numbering_import(&counts, NULL, NULL, store,
					     &source, 1, NULL), TW_OK);
	router = router_of(d, store);
	row = from_desk(router, "78432000009", "kazan", "kazan-site");
	assert_int_equal(row.verdict, TW_EREFUSED);
	assert_string_equal(row.permission, "inside Kazan");
	request.number = "78432000009";
	request.department = "kazan";
	request.site = "kazan-site";
	request.at = AUTUMN;
	assert_int_equal(tw_router_ways(&way, &count, router, &request, NULL),
			 TW_OK);
	assert_int_equal(count, 1);
	assert_string_equal(way.via, "kazan-line");
	assert_string_equal(way.carrier, "ural");
	assert_int_equal(way.verdict, TW_ENOPRICE);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(router_prices_trunks),
		TEST(router_has_its_policy),
		TEST(ways_out_of_a_site),
		TEST(numbers_for_help),
		TEST(trunks_of_one_carrier),
		TEST(asking_wrongly),
		TEST(regions_of_the_store),
		TEST(numbers_that_carriers_approved),
		TEST(permissions_of_a_deployment),
		TEST(places_of_the_store),
		TEST(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
