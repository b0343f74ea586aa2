/* Snapshots, and the engine and router that they describe. */
#include "deployment_fixture.h"
#include <trunkwise/cdr.h>

static tw_directory *snapshot(tw_store **out, void **state,
			      const struct pair *changes, size_t count)
{
	*out = fixture_store(*state);
	apply(*out, deployment_with(changes, count), AUTUMN);
	return directory_at(*out, AUTUMN);
}

static void fields_as_text_and_numbers(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_row row = { 0 };

	assert_string_equal(text_of(d, "contract", "c-1", "parties"),
			    "Factory\nVolga Telecom");
	assert_string_equal(text_of(d, "contract", "c-1",
				    "penalty_percent_day"), "0.1");
	assert_string_equal(text_of(d, "contract", "c-1",
				    "disagreement_protocol"), "false");
	assert_string_equal(text_of(d, "contract", "c-1", "from"),
			    "2026-01-01");
	assert_string_equal(text_of(d, "contract", "c-1", "to"), "");
	assert_null(text_of(d, "contract", "c-1", "colour"));
	assert_string_equal(text_of(d, "phone", "mobile", "number"),
			    "79170000001");
	assert_string_equal(text_of(d, "number", "78432001122", "number"),
			    "78432001122");
	assert_string_equal(text_of(d, "allocation", "number 78432001123",
				    "number"), "78432001123");
	assert_string_equal(text_of(d, "match", "extension 100-149",
				    "department"), "kazan");
	assert_int_equal(tw_directory_find(&row, d, "contract", "c-1", NULL),
			 TW_OK);
	assert_true(tw_row_integer(d, row, "fine_cap", 0) ==
		    1000 * TW_NANOS);
	assert_true(tw_row_integer(d, row, "notice_days", -5) == -5);
	assert_true(tw_row_integer(d, row, "parties", -5) == -5);
	/* Midnight in Moscow, not in UTC. */
	assert_true(tw_row_integer(d, row, "from", 0) ==
		    1767225600 * TW_SECOND - 3 * 3600 * TW_SECOND);
	assert_true(tw_row_integer(d, row, "disagreement_protocol", 7) == 0);
	tw_directory_find(&row, d, "phone", "mobile", NULL);
	assert_true(tw_row_integer(d, row, "capacity", 0) == 2);
	assert_true(tw_row_integer(d, row, "wrap_up_s", 7) == 0);
	tw_directory_free(d);
	tw_store_free(store);
}

static void asking_wrongly(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_row row = { 0 }, bad = { 123456 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_find(&row, d, "colour", "x", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_find(&row, d, "phone", "x", &err),
			 TW_ENOTFOUND);
	assert_int_equal(tw_directory_find(&row, d, NULL, "x", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_next(&bad, d, "phone", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_find(&row, d, "phone", "anna", &err),
			 TW_OK);
	assert_int_equal(tw_directory_next(&row, d, "carrier", &err),
			 TW_EINVAL);
	assert_int_equal(tw_directory_next_child(&row, d, row, &err),
			 TW_EINVAL);
	assert_null(tw_row_text(d, bad, "name"));
	assert_null(tw_row_text(d, (tw_row){ 0 }, "name"));
	assert_int_equal(tw_row_identity(d, bad), 0);
	assert_true(tw_row_integer(d, bad, "x", 3) == 3);
	tw_directory_free(d);
	tw_directory_free(NULL);
	tw_store_free(store);
}

/* The snapshot needs no store after it was read. */
static void outlives_the_store(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	static const char *const order[] = { "anna", "mobile" };
	tw_row row = { 0 }, child = { 0 };
	uint32_t n = 0;

	tw_store_free(store);
	while (!tw_directory_next(&row, d, "phone", NULL))
		assert_string_equal(tw_row_text(d, row, "name"), order[n++]);
	assert_int_equal(n, 2);
	tw_directory_find(&row, d, "plan", "main", NULL);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_OK);
	assert_string_equal(tw_row_text(d, child, "ring"), "sales");
	assert_string_equal(tw_row_text(d, child, "name"), "");
	assert_true(tw_row_integer(d, child, "ring_s", 0) == 20);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_OK);
	assert_true(tw_row_integer(d, child, "reject", 0) == 486);
	assert_int_equal(tw_directory_next_child(&child, d, row, NULL),
			 TW_ITER_END);
	tw_directory_free(d);
}

static void empty_store(void **state)
{
	tw_store *store = fixture_store(*state);
	tw_directory *d = directory_at(store, AUTUMN);
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_row row = { 0 };
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_directory_next(&row, d, "number", &err),
			 TW_ITER_END);
	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_directory_router(&router, d, store, &err), TW_OK);
	assert_true(tw_router_is_emergency(router, "112"));
	tw_engine_free(engine);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

/* 2026-10-07 is a Wednesday; hours are those of Yekaterinburg (UTC+5). */
static tw_time local(const char *text)
{
	tw_time at = 0;
	tw_error err = TW_ERROR_INIT;

	if (tw_time_parse(&at, text, NULL, &err))
		fail_msg("%s", err.message);
	return at;
}

static void schedule_with_holiday(void **state)
{
	static const struct {
		const char *at;
		int open;
	} cases[] = {
		{ "2026-10-07T08:59:59+05:00", 0 },
		{ "2026-10-07T09:00:00+05:00", 1 },
		{ "2026-10-07T18:59:59+05:00", 1 },
		{ "2026-10-07T19:00:00+05:00", 0 },
		{ "2026-10-10T15:00:00+05:00", 1 },     /* Saturday */
		{ "2026-10-10T17:00:00+05:00", 0 },
		{ "2026-10-11T12:00:00+05:00", 0 },     /* Sunday */
		{ "2026-12-31T12:00:00+05:00", 1 },
		{ "2027-01-01T12:00:00+05:00", 0 },     /* the holiday */
		{ "2027-01-04T12:00:00+05:00", 1 },
	};
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_engine *engine = NULL;
	tw_schedule_id id;
	tw_error err = TW_ERROR_INIT;
	int open = -1;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_find_schedule(&id, engine, "work", &err),
			 TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(cases); i++) {
		tw_schedule_is_open(&open, engine, id, local(cases[i].at),
				    &err);
		if (open != cases[i].open)
			fail_msg("%s", cases[i].at);
	}
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static tw_decision next_of(tw_engine *engine, uint32_t kind)
{
	tw_decision decision = TW_DECISION_INIT;

	while (!tw_engine_next(&decision, engine, NULL)) {
		if (decision.kind == kind)
			return decision;
	}
	fail_msg("no decision of kind %u", kind);
	return decision;
}

/* One call through the plan: tier 0 rings, then the plan refuses. */
static void engine_follows_the_plan(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_time now = local("2026-10-07T12:00:00+05:00");
	tw_engine *engine = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_decision decision;
	tw_target_id target;
	tw_plan_id plan;
	tw_call_id call;

	assert_int_equal(tw_directory_engine(&engine, d, NULL, &err), TW_OK);
	assert_int_equal(tw_engine_find_plan(&plan, engine, "main", &err),
			 TW_OK);
	assert_int_equal(tw_call_enter(&call, engine, plan, now, &err),
			 TW_OK);
	decision = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, decision.target), "anna");
	assert_int_equal(tw_target_kind(engine, decision.target),
			 TW_TARGET_PHONE);
	assert_true(decision.until <= now + 20 * TW_SECOND);
	assert_int_equal(tw_offer_failed(engine, decision.offer,
		TW_OUTCOME_BUSY, now + TW_SECOND, &err), TW_OK);
	decision = next_of(engine, TW_DECISION_OFFER);
	assert_string_equal(tw_target_name(engine, decision.target),
			    "kazan-line");
	assert_int_equal(tw_target_kind(engine, decision.target),
			 TW_TARGET_LANDLINE);
	tw_engine_tick(engine, now + 30 * TW_SECOND, &err);
	decision = next_of(engine, TW_DECISION_END);
	assert_int_equal(decision.sip_code, 486);
	assert_int_equal(tw_engine_find_target(&target, engine, "mobile",
					       &err), TW_OK);
	assert_int_equal(tw_target_kind(engine, target), TW_TARGET_MOBILE);
	tw_engine_free(engine);
	tw_directory_free(d);
	tw_store_free(store);
}

static const char sheet[] =
	"prefix,destination,rate,currency,effective_from,effective_to,"
	"first_inc,next_inc,connect_fee\n"
	"7495,Moscow,1.50,RUB,2026-01-01,,60,60,0\n";

static void load_sheet(tw_store *store)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	tw_rejects *rejects = NULL;
	tw_error err = TW_ERROR_INIT;

	options.tariff = "volga-2026";
	options.carrier = "volga";
	if (tw_tariff_import_sheet(&counts, &diff, &rejects, store, &options,
				   sheet, sizeof(sheet) - 1, &err))
		fail_msg("%s", err.message);
	tw_rejects_free(rejects);
	assert_int_equal(counts.rows_stored, 1);
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

static void allocation_faults(void **state)
{
	tw_store *store;
	tw_directory *d = snapshot(&store, state, NULL, 0);
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_status status = TW_ENOMEM;
	int64_t n;

	for (n = 0; status == TW_ENOMEM; n++) {
		fail_allocation(n);
		status = tw_directory_engine(&engine, d, NULL, NULL);
		fail_allocation(-1);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 20);
	tw_engine_free(engine);
	status = TW_ENOMEM;
	for (n = 0; status == TW_ENOMEM; n++) {
		fail_allocation(n);
		status = tw_directory_router(&router, d, store, NULL);
		fail_allocation(-1);
	}
	assert_int_equal(status, TW_OK);
	assert_true(n > 5);
	tw_router_free(router);
	tw_directory_free(d);
	tw_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_as_text_and_numbers),
		TEST(asking_wrongly),
		TEST(outlives_the_store),
		TEST(empty_store),
		TEST(schedule_with_holiday),
		TEST(engine_follows_the_plan),
		TEST(router_prices_trunks),
		TEST(allocation_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
