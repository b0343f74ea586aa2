/**
 * @file test_resolve.c  From a name to targets: RFC 3263, RFC 2782, and what
 * a hostile server makes of neither
 */
#include "fake.h"
#include "zone.h"
#include "registration/resolve.h"

#define C "carrier.test"

struct run {
	struct tw_hop hop;
	struct tw_resolve r;
	tw_random random;
	tw_random_state seed;
	const tw_dns_record *zone;
	size_t zone_size;
	const char *dead;            /* questions with this in them fail */
	bool all;                    /* every answer is the whole zone */
	char asked[2048];            /* "NAPTR name|SRV name|..." */
};

static const char *type_name(uint32_t type)
{
	return type == TW_DNS_A ? "A" : type == TW_DNS_AAAA ? "AAAA" :
		type == TW_DNS_SRV ? "SRV" : type == TW_DNS_NAPTR ? "NAPTR" :
		"?";
}

static void answer(struct run *run)
{
	tw_dns_record found[64];
	size_t count = 0, l = strlen(run->asked);

	(void)snprintf(run->asked + l, sizeof(run->asked) - l, "%s %s|",
		type_name(run->r.type), run->r.question);
	if (run->dead && strstr(run->asked + l, run->dead)) {
		tw__resolve_failed(&run->r, TW_STR("timed out"));
		return;
	}
	for (size_t i = 0; i < run->zone_size && count < 64; i++)
		if (run->all || (!strcasecmp(run->zone[i].name,
					     run->r.question) &&
		    (run->zone[i].type == run->r.type ||
		     run->zone[i].type == TW_DNS_CNAME)))
			found[count++] = run->zone[i];
	tw__resolve_records(&run->r, found, count);
}

static void resolve(struct run *run, const char *uri)
{
	unsigned steps = 0;

	memset(run->asked, 0, sizeof(run->asked));
	tw__hop_free(&run->hop);
	assert_int_equal(tw__hop_read(&run->hop, uri, "registrar", NULL),
		TW_OK);
	tw__resolve_begin(&run->r, &run->hop, &run->random);
	while (run->r.state == TW_RESOLVE_ASK) {
		assert_in_range(++steps, 1, TW_RESOLVE_QUERIES + 1);
		answer(run);
	}
	assert_true((run->r.state == TW_RESOLVE_DONE) == (run->r.count > 0));
	assert_in_range(run->r.count, 0, TW_RESOLVE_TARGETS);
}

static void open_run(struct run *run, const tw_dns_record *zone, size_t size)
{
	tw__hop_free(&run->hop);
	memset(run, 0, sizeof(*run));
	tw_random_seed(&run->random, &run->seed, 7);
	run->zone = zone;
	run->zone_size = size;
}

#define OPEN(run, zone) open_run(run, zone, sizeof(zone) / sizeof((zone)[0]))

static void close_run(struct run *run)
{
	tw__hop_free(&run->hop);
}

static void expect(const struct run *run, size_t i, const char *host,
		   unsigned port, unsigned transport)
{
	assert_true(i < run->r.count);
	assert_string_equal(run->r.target[i].host, host);
	assert_int_equal(run->r.target[i].port, port);
	assert_int_equal(run->r.target[i].transport, transport);
}

static const tw_dns_record full[] = {
	ZONE_NAPTR(C, 20, 0, "s", "SIP+D2T", "_sip._tcp." C),
	ZONE_NAPTR(C, 10, 5, "S", "sip+d2u", "_sip._udp." C "."),
	ZONE_NAPTR(C, 10, 1, "a", "SIP+D2U", "wrong." C),
	ZONE_NAPTR(C, 1, 0, "s", "E2U+sip", "_wrong." C),
	ZONE_SRV("_sip._udp." C, 20, 0, 5062, "c." C),
	ZONE_SRV("_sip._udp." C, 10, 0, 5060, "a." C),
	ZONE_SRV("_sip._tcp." C, 10, 0, 5070, "t." C),
	ZONE_SRV("_sips._tcp." C, 10, 0, 5061, "s." C),
	ZONE_A("a." C, "192.0.2.1"),
	ZONE_AAAA("a." C, "2001:db8::1"),
	ZONE_A("c." C, "192.0.2.3"),
	ZONE_A("t." C, "192.0.2.4"),
	ZONE_A("s." C, "192.0.2.5"),
	ZONE_A(C, "192.0.2.80"),
};

/* RFC 3263 section 4.1 and 4.2, case by case. */
static void test_order(void **state)
{
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, full);
	resolve(&run, "sip:" C);
	assert_string_equal(run.asked, "NAPTR " C "|SRV _sip._udp." C "|"
		"A a." C "|AAAA a." C "|A c." C "|AAAA c." C "|");
	assert_int_equal(run.r.count, 3);
	expect(&run, 0, "192.0.2.1", 5060, TW_TRANSPORT_UDP);
	expect(&run, 1, "2001:db8::1", 5060, TW_TRANSPORT_UDP);
	expect(&run, 2, "192.0.2.3", 5062, TW_TRANSPORT_UDP);
	assert_true(run.r.target[2].priority > run.r.target[1].priority);
	assert_int_equal(run.r.ttl_s, 300);
	resolve(&run, "sip:" C ";transport=tcp");
	assert_string_equal(run.asked, "SRV _sip._tcp." C "|A t." C "|AAAA t."
		C "|");
	expect(&run, 0, "192.0.2.4", 5070, TW_TRANSPORT_TCP);
	resolve(&run, "sip:" C ";transport=tls");
	expect(&run, 0, "192.0.2.5", 5061, TW_TRANSPORT_TLS);
	resolve(&run, "sip:" C ":5080");
	assert_string_equal(run.asked, "A " C "|AAAA " C "|");
	expect(&run, 0, "192.0.2.80", 5080, TW_TRANSPORT_UDP);
	resolve(&run, "sip:192.0.2.9;transport=tls");
	assert_string_equal(run.asked, "");
	expect(&run, 0, "192.0.2.9", 5061, TW_TRANSPORT_TLS);
	resolve(&run, "sip:" C ":5080;transport=tcp");
	expect(&run, 0, "192.0.2.80", 5080, TW_TRANSPORT_TCP);
	close_run(&run);
}

static void test_without_naptr(void **state)
{
	static const tw_dns_record tcp_only[] = {
		ZONE_SRV("_sip._tcp." C, 10, 0, 5070, "t." C),
		ZONE_A("t." C, "192.0.2.4"), ZONE_A(C, "192.0.2.80") };
	static const tw_dns_record plain[] = { ZONE_A(C, "192.0.2.80") };
	static const tw_dns_record nothing[] = { ZONE_A("x", "192.0.2.80") };
	static const tw_dns_record closed[] = {
		ZONE_SRV("_sip._udp." C, 0, 0, 0, "."),
		ZONE_A(C, "192.0.2.80") };
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, tcp_only);
	resolve(&run, "sip:" C);
	expect(&run, 0, "192.0.2.4", 5070, TW_TRANSPORT_TCP);
	OPEN(&run, plain);
	resolve(&run, "sip:" C);
	assert_string_equal(run.asked, "NAPTR " C "|SRV _sip._udp." C "|SRV "
		"_sip._tcp." C "|A " C "|AAAA " C "|");
	expect(&run, 0, "192.0.2.80", 5060, TW_TRANSPORT_UDP);
	resolve(&run, "sip:" C ";transport=tls");
	expect(&run, 0, "192.0.2.80", 5061, TW_TRANSPORT_TLS);
	OPEN(&run, nothing);
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	assert_non_null(strstr(run.r.why, "no address"));
	/* "the service is decidedly not available" (RFC 2782) */
	OPEN(&run, closed);
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	assert_non_null(strstr(run.r.why, "SRV"));
	close_run(&run);
}

/* A question left open is not a no: the web server behind the bare name
 * gets no REGISTER. NAPTR is the exception. */
static void test_failures(void **state)
{
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, full);
	run.dead = "NAPTR";
	resolve(&run, "sip:" C);
	expect(&run, 0, "192.0.2.1", 5060, TW_TRANSPORT_UDP);
	run.dead = "SRV";
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	assert_string_equal(run.r.why, "DNS: timed out");
	assert_null(strstr(run.asked, "A " C));
	run.dead = "_udp";
	resolve(&run, "sip:" C);
	expect(&run, 0, "192.0.2.4", 5070, TW_TRANSPORT_TCP);
	/* one dead server does not take the other along */
	run.dead = "A a.";
	resolve(&run, "sip:" C);
	expect(&run, 0, "192.0.2.3", 5062, TW_TRANSPORT_UDP);
	run.dead = " ";
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	/* no time for more: what there is serves */
	run.dead = NULL;
	tw__resolve_begin(&run.r, &run.hop, &run.random);
	for (int i = 0; i < 3; i++)
		answer(&run);
	tw__resolve_end(&run.r, "late");
	assert_int_equal(run.r.state, TW_RESOLVE_DONE);
	assert_int_equal(run.r.count, 1);
	close_run(&run);
}

/* RFC 2782: drawn by weight, a weight of 0 hardly ever. */
static void test_weights(void **state)
{
	static const tw_dns_record zone[] = {
		ZONE_SRV("_sip._udp." C, 1, 0, 5060, "z." C),
		ZONE_SRV("_sip._udp." C, 1, 10, 5060, "s." C),
		ZONE_SRV("_sip._udp." C, 1, 30, 5060, "b." C),
		ZONE_SRV("_sip._udp." C, 2, 65535, 5060, "l." C),
		ZONE_A("z." C, "192.0.2.1"), ZONE_A("s." C, "192.0.2.2"),
		ZONE_A("b." C, "192.0.2.3"), ZONE_A("l." C, "192.0.2.4"),
	};
	unsigned first[5] = { 0 };
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, zone);
	for (int i = 0; i < 4000; i++) {
		unsigned seen = 0;

		resolve(&run, "sip:" C);
		assert_int_equal(run.r.count, 4);
		for (size_t n = 0; n < 4; n++)
			seen |= 1u << (run.r.target[n].host[8] - '0');
		assert_int_equal(seen, 0x1e);
		first[run.r.target[0].host[8] - '0']++;
		assert_string_equal(run.r.target[3].host, "192.0.2.4");
	}
	/* 1/41, 10/41, 30/41 of 4000, within five deviations */
	assert_in_range(first[1], 48, 147);
	assert_in_range(first[2], 839, 1112);
	assert_in_range(first[3], 2786, 3068);
	close_run(&run);
}

static void test_aliases(void **state)
{
	static const tw_dns_record chain[] = {
		ZONE_CNAME(C, "b." C), ZONE_CNAME("b." C, "c." C),
		ZONE_A("c." C, "192.0.2.3") };
	static const tw_dns_record loop[] = {
		ZONE_CNAME(C, "b." C), ZONE_CNAME("b." C, C) };
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, chain);
	resolve(&run, "sip:" C ":5060");
	/* one by one, as a lazy server answers */
	assert_string_equal(run.asked, "A " C "|A b." C "|A c." C "|AAAA " C
		"|AAAA b." C "|AAAA c." C "|");
	expect(&run, 0, "192.0.2.3", 5060, TW_TRANSPORT_UDP);
	/* or all at once; what the end of the chain lacks is asked of it */
	run.all = true;
	resolve(&run, "sip:" C ":5060");
	assert_string_equal(run.asked, "A " C "|AAAA " C "|AAAA c." C "|");
	expect(&run, 0, "192.0.2.3", 5060, TW_TRANSPORT_UDP);
	OPEN(&run, loop);
	resolve(&run, "sip:" C ":5060");
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	run.all = true;
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.state, TW_RESOLVE_FAILED);
	close_run(&run);
}

/* Addresses that come along with SRV records are not asked for again. */
static void test_additional(void **state)
{
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, full);
	run.all = true;
	resolve(&run, "sip:" C);
	assert_string_equal(run.asked, "NAPTR " C "|SRV _sip._udp." C "|");
	assert_int_equal(run.r.count, 3);
	expect(&run, 0, "192.0.2.1", 5060, TW_TRANSPORT_UDP);
	expect(&run, 2, "192.0.2.3", 5062, TW_TRANSPORT_UDP);
	close_run(&run);
}

static void test_times(void **state)
{
	tw_dns_record zone[] = { ZONE_A(C, "192.0.2.80") };
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, zone);
	zone[0].ttl_s = 0;
	resolve(&run, "sip:" C ":5060");
	assert_int_equal(run.r.ttl_s, TW_RESOLVE_TTL_MIN_S);
	zone[0].ttl_s = UINT32_MAX;
	resolve(&run, "sip:" C ":5060");
	assert_int_equal(run.r.ttl_s, TW_RESOLVE_TTL_MAX_S);
	close_run(&run);
}

/* Each of these would be a line in a log, a question to another server or a
 * packet to where none must go. */
static void test_hostile(void **state)
{
	static const char *const names[] = { "", "..", ".", "a..b", "a b",
		"a\r\nX: y", "a\"b", "a\xff.test", "-", "a/b", "$(x)" };
	static const char *const addresses[] = { "", "0.0.0.0", "224.0.0.5",
		"255.255.255.255", "ff02::1", "x", "1.2.3.4\r\n", "::1",
		"192.0.2.1:5060", "999.1.1.1" };
	static char label[80], full_name[260];
	tw_dns_record zone[] = { ZONE_SRV("_sip._udp." C, 1, 1, 5060, "") };
	tw_dns_record one[] = { ZONE_A(C, "") };
	struct run run = { .zone = NULL };

	(void)state;
	OPEN(&run, zone);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		zone[0].value = names[i];
		resolve(&run, "sip:" C);
		assert_int_equal(run.r.count, 0);
	}
	zone[0].value = NULL;
	resolve(&run, "sip:" C);
	memset(label, 'a', 64);
	zone[0].value = label;
	resolve(&run, "sip:" C);
	assert_null(strstr(run.asked, "aaaa"));
	for (size_t i = 0; i < 256; i++)
		full_name[i] = i % 2 ? '.' : 'a';
	zone[0].value = full_name;
	resolve(&run, "sip:" C);
	assert_null(strstr(run.asked, "a.a.a"));
	zone[0].value = "ok.test";
	zone[0].port = 70000;
	resolve(&run, "sip:" C);
	assert_null(strstr(run.asked, "ok.test"));
	OPEN(&run, one);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		one[0].value = addresses[i];
		resolve(&run, "sip:" C ":5060");
		assert_int_equal(run.r.count, 0);
	}
	close_run(&run);
}

/* A zone of a thousand records, of which nobody asked for half. */
static void test_bounds(void **state)
{
	static tw_dns_record zone[1000];
	static char text[1000][24];
	struct run run = { .zone = NULL };

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		tw_dns_record srv = ZONE_SRV("_sip._udp." C, 1, 1, 5060, "");
		tw_dns_record a = ZONE_A("h." C, "");

		(void)snprintf(text[i], sizeof(text[i]), i % 2 ? "h%zu." C :
			"192.0.2.%zu", i % 250);
		zone[i] = i % 2 ? srv : a;
		zone[i].value = text[i];
	}
	open_run(&run, zone, 1000);
	resolve(&run, "sip:" C);
	assert_int_equal(run.r.servers, TW_RESOLVE_SERVERS);
	resolve(&run, "sip:h." C ":5060");
	assert_int_equal(run.r.count, TW_RESOLVE_TARGETS);
	close_run(&run);
}

/* Answers made by dice over a small alphabet: it always ends, within its
 * bounds, and every target is one of the addresses. */
static void test_seeds(void **state)
{
	static const char *const words[] = { C, "a." C, "b." C, "_sip._udp." C,
		"_sip._tcp." C, "_sips._tcp." C, "192.0.2.1", "192.0.2.2",
		"2001:db8::2", ".", "", "x y" };
	static const uint32_t types[] = { TW_DNS_A, TW_DNS_AAAA, TW_DNS_CNAME,
		TW_DNS_SRV, TW_DNS_NAPTR, 16 };
	static const char *const uris[] = { "sip:" C, "sip:" C ":5060",
		"sip:" C ";transport=tcp", "sip:" C ";transport=tls" };
	static const char *const services[] = { "SIP+D2U", "SIP+D2T",
		"SIPS+D2T", "x" };
	tw_dns_record zone[24];
	unsigned done = 0;
	struct run run = { .zone = NULL };

	(void)state;
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		open_run(&run, zone, 24);
		tw_random_seed(&run.random, &run.seed, seed);
		for (size_t i = 0; i < 24; i++) {
			uint8_t dice[8];

			run.random.fill(dice, sizeof(dice), run.random.arg);
			zone[i] = (tw_dns_record)TW_DNS_RECORD_INIT;
			zone[i].type = types[dice[0] % 6];
			zone[i].name = words[dice[1] % 12];
			zone[i].value = words[dice[2] % 12];
			zone[i].order = dice[3] % 3;
			zone[i].preference = dice[4] % 3;
			zone[i].port = dice[5] % 4 ? 5060 : 0;
			zone[i].flags = dice[6] % 4 ? "s" : "a";
			zone[i].service = services[dice[7] % 4];
			zone[i].ttl_s = dice[3];
		}
		run.all = seed % 2;
		run.dead = seed % 5 ? NULL : words[seed % 6];
		resolve(&run, uris[seed % 4]);
		done += run.r.state == TW_RESOLVE_DONE;
		for (size_t i = 0; i < run.r.count; i++)
			assert_true(tw__address_is_usable(tw__str_of(
				run.r.target[i].host)));
		close_run(&run);
	}
	assert_in_range(done, 100, 2900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_without_naptr),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_additional),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
