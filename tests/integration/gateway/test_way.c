/**
 * @file test_way.c  Which way calls of a trunk take, and who hides on them
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "until.h"

#define CALLER "+79161234567"
#define CARS   "+74951112233"


static bool a_is_called(struct world *w)
{
	return peer_count(&w->carrier_a, "INVITE", NULL) > 0;
}


static bool b_is_called(struct world *w)
{
	return peer_count(&w->carrier_b, "INVITE", NULL) > 0;
}


static bool anna_rings(struct world *w)
{
	return world_got(&w->anna, "180") > 0;
}


static bool a_was_cancelled(struct world *w)
{
	return peer_count(&w->carrier_a, "CANCEL", NULL) > 0;
}


static unsigned a_got(struct world *w, const char *method, const char *text)
{
	return peer_count(&w->carrier_a, method, world_text(w, text));
}


static void hang_up(struct world *w)
{
	world_say(w, &w->anna, "CANCEL", CARS, "anna", CARS);
	world_run(w, is_empty);
}


static void dial_out(struct world *w)
{
	world_invite(w, &w->anna, CARS, "anna", CARS);
}


/* ---- routes ---- */

static int setup_routes(void **state)
{
	world_register_headers = "Service-Route: <sip:tok@127.0.0.1:%A;lr;x="
		"y>, <sip:core.test;maddr=192.0.2.1;lr>\r\n";
	return world_setup(state);
}


static int setup_edge(void **state)
{
	world_register_headers = "Service-Route: <sip:127.0.0.1:%B;lr>\r\n";
	return world_setup(state);
}


static int teardown(void **state)
{
	world_register_headers = "";
	return world_teardown(state);
}


/* CANCEL takes the INVITE's routes (RFC 3261 section 9.1). */
static void test_service_route_is_taken(void **state)
{
	static const char routes[] =
		"\r\nRoute: <sip:tok@127.0.0.1:%A;x=y;lr>"
		"\r\nRoute: <sip:core.test;maddr=192.0.2.1;lr>";
	struct world *w = *state;

	dial_out(w);
	world_run(w, anna_rings);
	assert_int_equal(a_got(w, "INVITE", "INVITE sip:" CARS
			       "@127.0.0.1:%A;transport=udp SIP/2.0\r\n"), 1);
	assert_int_equal(a_got(w, "INVITE", routes), 1);
	world_say(w, &w->anna, "CANCEL", CARS, "anna", CARS);
	world_run(w, a_was_cancelled);
	world_run(w, is_empty);
	assert_int_equal(a_got(w, "CANCEL", routes), 1);
}


/* The registrar is one machine, the way out another. */
static void test_route_to_another_machine_is_followed(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, b_is_called);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", world_text(w,
		"sip:" CARS "@127.0.0.1:%A;transport=udp")), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	world_run(w, anna_rings);
	hang_up(w);
}


static void test_none_without_need(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, anna_rings);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", "\r\nRoute:"),
			 0);
	hang_up(w);
}


/* ---- the target that holds the binding ---- */

static int setup_backup(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].backup", TW_VALUE_TEXT, "sip:127.0.0.1:%B" },
		{ NULL, 0, NULL },
	};

	return world_setup_as(state, keys, script_full);
}


static void test_call_goes_where_it_is_registered(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, b_is_called);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", world_text(w,
		"INVITE sip:" CARS "@127.0.0.1:%B SIP/2.0")), 1);
	assert_int_equal(peer_count(&w->carrier_b, "INVITE", "trunk-b"), 0);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", NULL), 0);
	world_run(w, anna_rings);
	hang_up(w);
}


static int setup_proxy(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].domain", TW_VALUE_TEXT, "carrier.test" },
		{ "trunk[0].outbound_proxy", TW_VALUE_TEXT,
			"sip:127.0.0.1:%A" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void test_through_the_proxy(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, anna_rings);
	assert_int_equal(a_got(w, "INVITE", "INVITE sip:" CARS
			       "@carrier.test SIP/2.0"), 1);
	assert_int_equal(a_got(w, "INVITE",
			       "\r\nRoute: <sip:127.0.0.1:%A;lr>"), 1);
	hang_up(w);
}


/* ---- a registrar that keeps flows ---- */

/* Which answers alone tell. */
static int setup_no_flow(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].flows", TW_VALUE_INTEGER, "1" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static int setup_flow(void **state)
{
	world_register_headers = "Require: outbound\r\n";
	return setup_no_flow(state);
}


/* What follows in the call is to come by the flow that it began on: the edge
 * proxy sees it by `ob` (RFC 5626 section 4.3). */
static void test_contact_keeps_to_the_flow(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, anna_rings);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", ";ob>"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "REGISTER", ";ob"), 0);
	hang_up(w);
}


static void test_contact_without_flows_is_plain(void **state)
{
	struct world *w = *state;

	dial_out(w);
	world_run(w, anna_rings);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", "Contact: "
				    "<sip:gw@"), 1);
	assert_int_equal(peer_count(&w->carrier_a, "INVITE", ";ob"), 0);
	hang_up(w);
}


/* ---- who hides ---- */

static int setup_private(void **state)
{
	static const struct world_key keys[] = {
		{ "trunk[0].identity", TW_VALUE_TEXT, "pai" },
		{ "trunk[0].forward", TW_VALUE_TEXT, "diversion" },
		{ NULL, 0, NULL },
	};

	return world_setup_with(state, keys);
}


static void ring_in(struct world *w)
{
	w->anna.h = w->boris.h = script_busy;
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_run(w, a_is_called);
}


static void end(struct world *w)
{
	w->invite_headers = NULL;
	world_say(w, &w->carrier_a, "CANCEL", DID, CALLER, "+" DID);
	world_run(w, is_empty);
}


/* Neither our staff nor the landline is shown him, and the wish goes on. */
static void test_privacy_is_kept(void **state)
{
	struct world *w = *state;

	w->invite_headers = "Privacy: id;user\r\nPrivacy: critical\r\n";
	ring_in(w);
	assert_int_equal(peer_count(&w->anna, "INVITE",
				    "From: <sip:anonymous@"), 1);
	assert_int_equal(peer_count(&w->anna, "INVITE", "79161234567"), 0);
	assert_int_equal(a_got(w, "INVITE", "79161234567"), 0);
	assert_int_equal(a_got(w, "INVITE", "From: \"Anonymous\" <sip:"
			       "anonymous@anonymous.invalid>"), 1);
	assert_int_equal(a_got(w, "INVITE",
			       "\r\nPrivacy: id;user;critical\r\n"), 1);
	assert_int_equal(a_got(w, "INVITE", "\r\nDiversion: <sip:+" DID
			       "@127.0.0.1>;reason=user-busy;"), 1);
	end(w);
}


/* Longer than all that may be said: the wish is kept, not the bytes. */
static void test_absurd_privacy(void **state)
{
	struct world *w = *state;

	w->invite_headers = "Privacy: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;id\r\n";
	ring_in(w);
	assert_int_equal(a_got(w, "INVITE", "79161234567"), 0);
	assert_int_equal(a_got(w, "INVITE", "\r\nPrivacy: id\r\n"), 1);
	end(w);
}


static void test_no_answer_is_told(void **state)
{
	struct world *w = *state;

	w->invite_headers = "Privacy: none\r\n";
	world_invite(w, &w->carrier_a, DID, CALLER, "+" DID);
	world_pass(w, 22);
	world_run(w, a_is_called);
	assert_int_equal(a_got(w, "INVITE", ";reason=no-answer;"), 1);
	assert_int_equal(a_got(w, "INVITE", "\r\nPrivacy: none\r\n"), 1);
	assert_int_equal(a_got(w, "INVITE", "From: <sip:" CALLER "@"), 1);
	end(w);
}


/* ---- no flood ---- */

/* Both have registered at one instant, for two requests each: one may be
 * challenged. So the four that may go at once are gone. */
static int setup_slow(void **state)
{
	static const struct world_key keys[] = {
		{ "company.requests_per_s", 2, "30" },
		{ NULL, 0, NULL } };

	return world_setup_with(state, keys);
}


static int setup_slow_carrier(void **state)
{
	static const struct world_key keys[] = {
		{ "carrier[0].requests_per_s", 2, "1" },
		{ NULL, 0, NULL } };

	return world_setup_with(state, keys);
}


/* How long trunk a waits until it may un-register. */
static int64_t wait_of_a(struct world *w)
{
	const tw_clock *clock = clk_port(w->clk);
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_trunk *trunk = NULL;

	assert_int_equal(tw_trunks_find(&trunk, gateway_trunks(w->gw), "a",
					NULL), TW_OK);
	assert_int_equal(tw_trunk_stop(trunk, NULL), TW_OK);
	assert_int_equal(tw_trunk_status_get(&status, trunk, NULL), TW_OK);
	if (!strstr(status.reason, "turn"))
		return 0;

	return status.next_try_at - clock->monotonic(clock->arg);
}


static void test_limit_of_all_is_kept(void **state)
{
	assert_in_range(wait_of_a(*state), TW_SECOND / 30, TW_SECOND / 25);
}


static void test_limit_of_a_carrier_is_kept(void **state)
{
	assert_int_equal(wait_of_a(*state), 2 * TW_SECOND);
}


static void test_no_limit_no_wait(void **state)
{
	assert_int_equal(wait_of_a(*state), 0);
}


#define CASE(name, setup) \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_service_route_is_taken, setup_routes),
		CASE(test_route_to_another_machine_is_followed, setup_edge),
		CASE(test_none_without_need, world_setup),
		CASE(test_call_goes_where_it_is_registered, setup_backup),
		CASE(test_through_the_proxy, setup_proxy),
		CASE(test_contact_keeps_to_the_flow, setup_flow),
		CASE(test_contact_without_flows_is_plain, setup_no_flow),
		CASE(test_privacy_is_kept, setup_private),
		CASE(test_absurd_privacy, setup_private),
		CASE(test_no_answer_is_told, setup_private),
		CASE(test_limit_of_all_is_kept, setup_slow),
		CASE(test_limit_of_a_carrier_is_kept, setup_slow_carrier),
		CASE(test_no_limit_no_wait, world_setup),
	};

	return cmocka_run_group_tests(tests, world_begin, world_end);
}
