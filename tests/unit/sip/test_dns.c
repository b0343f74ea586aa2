/**
 * @file test_dns.c  Questions to DNS: once for all who ask, and every way in
 * which no answer comes
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>
#include <trunkwise/trunk.h>
#include "sip/dns.h"
#include "responder.h"
#include "ground.h"

static const struct responder_record zone[] = {
	{ "a.test", 1, 300, "192.0.2.1", 0, 0, 0, NULL, NULL },
	{ "a.test", 1, 200, "192.0.2.2", 0, 0, 0, NULL, NULL },
	{ "a.test", 28, 300, "2001:db8::1", 0, 0, 0, NULL, NULL },
	{ "alias.test", 5, 300, "a.test", 0, 0, 0, NULL, NULL },
	{ "_sip._udp.a.test", 33, 300, "srv.a.test", 10, 20, 5070, NULL,
	  NULL },
	{ "_sip._tcp.a.test", 33, 300, ".", 0, 0, 0, NULL, NULL },
	{ "a.test", 35, 300, "_sip._udp.a.test", 1, 2, 0, "s", "SIP+D2U" },
};

struct bench {
	struct responder r;
	struct tw_dns *dns;
	tw_clock clock;
	int64_t now_us;
};

struct seen {
	struct bench *b;
	struct tw_dns_query *query, *other;
	unsigned answers;
	size_t count;
	tw_dns_record first, last;
	char value[64], why[64];
	uint32_t again;              /* asks that type from the handler */
};

static int64_t monotonic(void *arg)
{
	return ((struct bench *)arg)->now_us;
}

static tw_time wall(void *arg)
{
	(void)arg;
	return 0;
}

static void open_bench(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->now_us = 1000000000;
	b->clock.size = sizeof(b->clock);
	b->clock.wall = wall;
	b->clock.monotonic = monotonic;
	b->clock.arg = b;
	assert_int_equal(libre_init(), 0);
	assert_int_equal(responder_open(&b->r), 0);
	RESPONDER_ZONE(&b->r, zone);
	assert_int_equal(tw__dns_new(&b->dns, b->r.server, &b->clock, NULL),
		TW_OK);
}

static void close_bench(struct bench *b)
{
	tw__dns_free(b->dns);
	responder_close(&b->r);
	libre_close();
	mem_debug();
}

static void answer_h(const tw_dns_record *records, size_t count,
		     const char *why, void *arg)
{
	struct seen *seen = arg;
	uint32_t again = seen->again;

	assert_null(seen->query);
	seen->answers++;
	seen->count = count;
	(void)re_snprintf(seen->why, sizeof(seen->why), "%s", why ? why : "");
	if (count) {
		seen->first = records[0];
		(void)re_snprintf(seen->value, sizeof(seen->value), "%s",
			records[0].value);
	}
	if (seen->other) {
		tw__dns_cancel(seen->other);
		seen->other = NULL;
	}
	seen->again = 0;
	if (again)
		assert_int_equal(tw__dns_ask(&seen->query, seen->b->dns,
			again, "a.test", answer_h, seen), TW_OK);
}

static void ask(struct bench *b, struct seen *seen, uint32_t type,
		const char *name)
{
	seen->b = b;
	assert_int_equal(tw__dns_ask(&seen->query, b->dns, type, name,
		answer_h, seen), TW_OK);
}

static void test_records(void **state)
{
	struct bench b;
	struct seen s;

	(void)state;
	open_bench(&b);
	memset(&s, 0, sizeof(s));
	ask(&b, &s, TW_DNS_A, "a.test");
	assert_int_equal(s.answers, 0);
	assert_non_null(s.query);
	run(30);
	assert_int_equal(s.answers, 1);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.value, "192.0.2.1");
	assert_int_equal(s.first.ttl_s, 300);
	assert_string_equal(b.r.last, "1 a.test");
	ask(&b, &s, TW_DNS_AAAA, "a.test");
	run(30);
	assert_string_equal(s.value, "2001:db8::1");
	ask(&b, &s, TW_DNS_A, "alias.test");
	run(30);
	assert_int_equal(s.first.type, TW_DNS_CNAME);
	assert_string_equal(s.value, "a.test");
	ask(&b, &s, TW_DNS_SRV, "_sip._udp.a.test");
	run(30);
	assert_int_equal(s.first.order, 10);
	assert_int_equal(s.first.preference, 20);
	assert_int_equal(s.first.port, 5070);
	assert_string_equal(s.value, "srv.a.test");
	ask(&b, &s, TW_DNS_SRV, "_sip._tcp.a.test");
	run(30);
	assert_string_equal(s.value, ".");
	ask(&b, &s, TW_DNS_NAPTR, "a.test");
	run(30);
	assert_int_equal(s.first.order, 1);
	assert_int_equal(s.first.preference, 2);
	assert_string_equal(s.value, "_sip._udp.a.test");
	assert_int_equal(s.answers, 6);
	/* no such name */
	b.r.rcode = 3;
	ask(&b, &s, TW_DNS_A, "b.test");
	run(30);
	assert_int_equal(s.answers, 7);
	assert_int_equal(s.count, 0);
	assert_string_equal(s.why, "");
	close_bench(&b);
}

/* A thousand trunks ask one question, and nobody asks again until its time
 * is over. */
static void test_once_for_all(void **state)
{
	static struct seen s[1000];
	struct bench b;

	(void)state;
	open_bench(&b);
	memset(s, 0, sizeof(s));
	for (size_t i = 0; i < 999; i++)
		ask(&b, &s[i], TW_DNS_A, i % 2 ? "a.test" : "A.Test");
	tw__dns_cancel(s[500].query);
	run(50);
	assert_int_equal(b.r.asked, 1);
	for (size_t i = 0; i < 999; i++)
		assert_int_equal(s[i].answers, i != 500);
	/* at once, with less time left */
	b.now_us += 120 * 1000000LL;
	ask(&b, &s[999], TW_DNS_A, "a.test");
	assert_int_equal(s[999].answers, 1);
	assert_null(s[999].query);
	assert_int_equal(s[999].first.ttl_s, 180);
	/* 200 s is the shorter of two */
	b.now_us += 81 * 1000000LL;
	ask(&b, &s[999], TW_DNS_A, "a.test");
	assert_int_equal(s[999].answers, 1);
	run(30);
	assert_int_equal(s[999].answers, 2);
	assert_int_equal(b.r.asked, 2);
	assert_int_equal(s[999].first.ttl_s, 300);
	close_bench(&b);
}

static void test_failures(void **state)
{
	struct bench b;
	struct seen s;

	(void)state;
	open_bench(&b);
	memset(&s, 0, sizeof(s));
	for (uint8_t rcode = 1; rcode < 6; rcode++) {
		if (rcode == 3)
			continue;
		b.r.rcode = rcode;
		ask(&b, &s, TW_DNS_A, "a.test");
		run(30);
		assert_true(s.why[0] != '\0');
		/* remembered for 2 s: many trunks, one question */
		ask(&b, &s, TW_DNS_A, "a.test");
		assert_int_equal(b.r.asked, s.answers / 2);
		b.now_us += 3000000;
	}
	assert_int_equal(s.answers, 8);
	b.r.rcode = 0;
	b.r.garbage = true;
	ask(&b, &s, TW_DNS_A, "a.test");
	run(30);
	assert_int_equal(s.answers, 9);
	assert_true(s.why[0] != '\0');
	b.r.garbage = false;
	b.now_us += 3000000;
	ask(&b, &s, TW_DNS_A, "a.test");
	run(30);
	assert_string_equal(s.why, "");
	assert_int_equal(s.count, 2);
	close_bench(&b);
}

/* libre takes what fits into a datagram for all there is. */
static void test_cut(void **state)
{
	struct bench b;
	struct seen s;

	(void)state;
	open_bench(&b);
	memset(&s, 0, sizeof(s));
	b.r.cut = true;
	ask(&b, &s, TW_DNS_A, "a.test");
	run(60);
	assert_int_equal(b.r.asked, 1);
	assert_int_equal(b.r.asked_tcp, 1);
	assert_int_equal(s.answers, 1);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.why, "");
	/* and where nobody listens on TCP */
	b.r.conn = mem_deref(b.r.conn);
	b.r.tcp = mem_deref(b.r.tcp);
	ask(&b, &s, TW_DNS_AAAA, "a.test");
	run(60);
	assert_int_equal(s.answers, 2);
	assert_true(s.why[0] != '\0');
	close_bench(&b);
}

/* What handlers may do to those who wait beside them. */
static void test_handlers(void **state)
{
	struct bench b;
	struct seen one, two, three;

	(void)state;
	open_bench(&b);
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	memset(&three, 0, sizeof(three));
	ask(&b, &one, TW_DNS_A, "a.test");
	ask(&b, &two, TW_DNS_A, "a.test");
	ask(&b, &three, TW_DNS_A, "a.test");
	one.other = two.query;
	one.again = TW_DNS_A;                /* told at once */
	three.again = TW_DNS_AAAA;
	run(50);
	assert_int_equal(one.answers, 2);
	assert_int_equal(two.answers, 0);
	assert_int_equal(three.answers, 2);
	assert_int_equal(b.r.asked, 2);
	/* one that is dropped while it is asked */
	b.r.silent = true;
	ask(&b, &two, TW_DNS_NAPTR, "x.test");
	tw__dns_cancel(two.query);
	tw__dns_cancel(NULL);
	ask(&b, &two, TW_DNS_NAPTR, "y.test");
	run(20);
	tw__dns_cancel(two.query);
	close_bench(&b);
}

/* Names without end do not fill the memory. */
static void test_bounds(void **state)
{
	struct bench b;
	struct seen s;
	char name[32];

	(void)state;
	open_bench(&b);
	memset(&s, 0, sizeof(s));
	b.r.rcode = 3;
	for (unsigned i = 0; i < 1200; i++) {
		(void)re_snprintf(name, sizeof(name), "n%u.test", i);
		ask(&b, &s, TW_DNS_A, name);
		if (i % 50 == 49)
			run(10);
		if (s.query)
			tw__dns_cancel(s.query);
		s.query = NULL;
	}
	/* the newest is still known */
	ask(&b, &s, TW_DNS_A, "a.test");
	run(20);
	b.r.asked = 0;
	ask(&b, &s, TW_DNS_A, "a.test");
	assert_int_equal(b.r.asked, 0);
	assert_null(s.query);
	close_bench(&b);
}

static void test_servers(void **state)
{
	static const char *const bad[] = { "", " , ", "x", "1.2.3.4:0",
		"1.2.3.4:99999", "carrier.test", "1.1.1.1,1.1.1.2,1.1.1.3,"
		"1.1.1.4,1.1.1.5", "1.1.1.1;2.2.2.2" };
	static const char *const good[] = { "192.0.2.53",
		"192.0.2.53, [2001:db8::53]:5353", "2001:db8::53,1.1.1.1:54" };
	tw_error err = TW_ERROR_INIT;
	struct tw_dns *dns = NULL;
	struct bench b;

	(void)state;
	open_bench(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tw__dns_new(&dns, bad[i], &b.clock, &err) != TW_EINVAL)
			fail_msg("\"%s\"", bad[i]);
		assert_string_equal(err.field, "dns_servers");
	}
	assert_null(dns);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (tw__dns_new(&dns, good[i], &b.clock, &err))
			fail_msg("\"%s\": %s", good[i], err.message);
		tw__dns_free(dns);
	}
	tw__dns_free(NULL);
	/* the system's: whatever they are, no failure to open */
	assert_int_equal(tw__dns_new(&dns, NULL, &b.clock, &err), TW_OK);
	tw__dns_free(dns);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_once_for_all),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_handlers),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
