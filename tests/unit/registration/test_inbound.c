/**
 * @file test_inbound.c  Token, flow, number, address, and nothing by guess
 */
#include "fake.h"
#include <trunkwise/inbound.h>

/* a1 and a2: two accounts at one registrar of carrier a; b: a reseller at
 * the same address; c: registered elsewhere; s: static, by peers alone */
static const tw_inbound_trunk trunks[] = {
	{ sizeof(tw_inbound_trunk), 1, 5060, 0, "a1", "tok1", "192.0.2.1",
	  "198.51.100.0/24", "a" },
	{ sizeof(tw_inbound_trunk), 1, 0, 0, "a2", "tok2", "192.0.2.1",
	  NULL, "a" },
	{ sizeof(tw_inbound_trunk), 2, 5080, 0, "b", "tok3", "192.0.2.1",
	  NULL, "b" },
	{ sizeof(tw_inbound_trunk), 1, 5060, 0, "c", "tok4", "192.0.2.3",
	  NULL, "c" },
	{ sizeof(tw_inbound_trunk), 0, 0, 0, "s", NULL, NULL,
	  "203.0.113.7", NULL },
};

static const struct {
	const char *host, *user, *carrier;
	uint32_t port, transport;
	tw_status status;
	const char *trunk;
	uint32_t how, count;
} rows[] = {
	/* token, from the registrar or a peer of that trunk */
	{ "192.0.2.1", "tok2", "b", 9, 1, TW_OK, "a2", TW_MATCH_TOKEN, 0 },
	{ "198.51.100.9", "tok1", NULL, 9, 1, TW_OK, "a1", TW_MATCH_TOKEN,
	  0 },
	{ "198.51.100.9", "tok2", NULL, 9, 1, TW_EREFUSED, "", 0, 0 },
	{ "203.0.113.1", "tok1", "a", 5060, 1, TW_EREFUSED, "", 0, 0 },
	/* flow: the exact one */
	{ "192.0.2.1", "78430000001", NULL, 5080, 2, TW_OK, "b",
	  TW_MATCH_FLOW, 1 },
	{ "192.0.2.3", NULL, NULL, 5060, 1, TW_OK, "c", TW_MATCH_FLOW, 1 },
	{ "192.0.2.3", NULL, NULL, 5060, 2, TW_OK, "c", TW_MATCH_ADDRESS,
	  1 },
	/* two accounts on one flow: nothing tells them apart */
	{ "192.0.2.1", NULL, NULL, 5060, 1, TW_ECONFLICT, "", 0, 3 },
	{ "192.0.2.1", NULL, "a", 5060, 1, TW_ECONFLICT, "", 0, 2 },
	/* number: the carrier's only trunk at this address */
	{ "192.0.2.1", NULL, "b", 40000, 1, TW_OK, "b", TW_MATCH_NUMBER, 1 },
	{ "198.51.100.9", NULL, "a", 40000, 1, TW_OK, "a1", TW_MATCH_NUMBER,
	  1 },
	/* another carrier's number */
	{ "192.0.2.3", NULL, "a", 5060, 1, TW_EREFUSED, "", 0, 1 },
	{ "192.0.2.1", NULL, "z", 5060, 1, TW_EREFUSED, "", 0, 3 },
	/* static, any carrier's numbers */
	{ "203.0.113.7", NULL, "z", 5060, 1, TW_OK, "s", TW_MATCH_ADDRESS,
	  1 },
	{ "::ffff:203.0.113.7", "x", NULL, 1, 3, TW_OK, "s",
	  TW_MATCH_ADDRESS, 1 },
	/* a stranger */
	{ "203.0.113.8", "78430000001", "a", 5060, 1, TW_ENOTFOUND, "", 0,
	  0 },
	{ "2001:db8::1", "tok", NULL, 5060, 1, TW_ENOTFOUND, "", 0, 0 },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
		tw_inbound_match match = TW_INBOUND_MATCH_INIT;
		tw_error err = TW_ERROR_INIT;
		tw_status status;

		request.host = rows[i].host;
		request.user = rows[i].user;
		request.carrier = rows[i].carrier;
		request.port = rows[i].port;
		request.transport = rows[i].transport;
		status = tw_inbound_find(&match, trunks, 5, &request, &err);
		if (status != rows[i].status ||
		    strcmp(match.trunk, rows[i].trunk) ||
		    match.how != rows[i].how || match.count != rows[i].count)
			fail_msg("row %zu: %s \"%s\" by %u of %u: %s", i,
				tw_status_name(status), match.trunk,
				match.how, match.count, match.reason);
		if (status) {
			assert_true(match.reason[0]);
			assert_string_equal(err.message, match.reason);
		}
	}
}

static void test_candidates(void **state)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	tw_inbound_match match = TW_INBOUND_MATCH_INIT;
	tw_inbound_trunk many[20];
	char name[20][8];

	(void)state;
	request.host = "192.0.2.1";
	request.carrier = "a";
	assert_int_equal(tw_inbound_find(&match, trunks, 5, &request, NULL),
		TW_ECONFLICT);
	assert_string_equal(match.candidates[0], "a1");
	assert_string_equal(match.candidates[1], "a2");
	for (unsigned i = 0; i < 20; i++) {
		many[i] = trunks[0];
		(void)snprintf(name[i], sizeof(name[i]), "t%u", i);
		many[i].name = name[i];
	}
	assert_int_equal(tw_inbound_find(&match, many, 20, &request, NULL),
		TW_ECONFLICT);
	assert_int_equal(match.count, 20);
	assert_string_equal(match.candidates[7], "t7");
}

static void test_arguments(void **state)
{
	tw_inbound_request request = TW_INBOUND_REQUEST_INIT;
	tw_inbound_match match = TW_INBOUND_MATCH_INIT;
	tw_inbound_trunk bad = trunks[0];

	(void)state;
	assert_int_equal(tw_inbound_find(&match, trunks, 5, &request, NULL),
		TW_EINVAL);
	request.host = "carrier.test";
	assert_int_equal(tw_inbound_find(&match, trunks, 5, &request, NULL),
		TW_EINVAL);
	request.host = "192.0.2.1";
	assert_int_equal(tw_inbound_find(&match, NULL, 0, &request, NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_inbound_find(&match, NULL, 1, &request, NULL),
		TW_EINVAL);
	assert_int_equal(tw_inbound_find(NULL, trunks, 5, &request, NULL),
		TW_EINVAL);
	bad.name = NULL;
	assert_int_equal(tw_inbound_find(&match, &bad, 1, &request, NULL),
		TW_EINVAL);
	bad = trunks[0];
	bad.size--;
	assert_int_equal(tw_inbound_find(&match, &bad, 1, &request, NULL),
		TW_EINVAL);
	request.size--;
	assert_int_equal(tw_inbound_find(&match, trunks, 5, &request, NULL),
		TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
