/**
 * @file fake.h  A registration, its virtual time and a scripted registrar
 *
 * Time moves only by fake_run(); answers echo what the last REGISTER said,
 * so that a test states only what is particular about an answer.
 */
#ifndef TW_TESTS_REGISTRATION_FAKE_H
#define TW_TESTS_REGISTRATION_FAKE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <trunkwise/trunk.h>
#include <trunkwise/sys/alloc.h>

#define FAKE_UNUSED __attribute__((unused))

struct fake {
	tw_registration *reg;
	tw_random random;
	tw_random_state seed;
	int64_t now;
	char sent[8192];             /* the last REGISTER */
	unsigned sends;              /* with retransmissions */
	unsigned events;
	tw_trunk_event event;        /* the last one */
	int fail_sends;
	/* DNS and the way there */
	const tw_dns_record *zone;   /* NULL: every name has an address */
	size_t zone_size;
	const char *dns_error;       /* why no question is answered */
	bool dns_silent;
	bool lean;                   /* memory may run out in an answer */
	unsigned queries;
	unsigned targets;            /* TARGET actions */
	const char *unreachable;     /* an address without a way to it */
	char to[128];                /* of the last: "udp:192.0.2.1:5060" */
};

#define SECONDS(n) ((int64_t)(n) * 1000000)

static const char *const fake_401 =
	"WWW-Authenticate: Digest realm=\"carrier.test\", nonce=\"n1\", "
	"qop=\"auth\", algorithm=SHA-256\r\n";

static tw_trunk_options FAKE_UNUSED fake_options(void)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	o.name = "main";
	o.registrar = "sip:127.0.0.1:5070";
	o.user = "trunk1";
	o.password = "secret";
	o.password_size = 6;
	return o;
}

/* Everything of that name, as a resolver that helps would say it. */
static void fake_dns(struct fake *f, const tw_registration_action *action)
{
	tw_dns_record found[64] = { { sizeof(tw_dns_record), TW_DNS_A, 300,
		0, 0, 0, action->host, "192.0.2.99", NULL, NULL } };
	size_t count = !f->zone && action->query_type == TW_DNS_A;

	f->queries++;
	if (f->dns_silent)
		return;
	if (f->dns_error) {
		assert_int_equal(tw_registration_query_failed(f->reg,
			action->query, f->dns_error, f->now, NULL), TW_OK);
		return;
	}
	for (size_t i = 0; i < f->zone_size && count < 64; i++)
		if (!strcmp(f->zone[i].name, action->host) &&
		    (f->zone[i].type == action->query_type ||
		     f->zone[i].type == TW_DNS_CNAME))
			found[count++] = f->zone[i];
	assert_true(!tw_registration_records(f->reg, action->query, found,
		count, f->now, NULL) || f->lean);
}

static void fake_target(struct fake *f, const tw_registration_action *action)
{
	f->targets++;
	if (f->unreachable && !strcmp(f->unreachable, action->host))
		assert_int_equal(tw_registration_send_failed(f->reg, f->now,
			NULL), TW_OK);
	else if (tw_registration_set_local(f->reg, "192.0.2.7", 5060, NULL)) {
		assert_true(f->lean);
		(void)tw_registration_send_failed(f->reg, f->now, NULL);
	}
}

static void FAKE_UNUSED fake_drain(struct fake *f)
{
	static const char *const names[] = { "?", "udp", "tcp", "tls" };
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;

	while (tw_registration_next(&action, f->reg, NULL) == TW_OK) {
		switch (action.kind) {
		case TW_ACTION_EVENT:
			f->event = action.event;
			f->events++;
			continue;
		case TW_ACTION_QUERY:
			fake_dns(f, &action);
			continue;
		case TW_ACTION_TARGET:
			fake_target(f, &action);
			continue;
		default:
			assert_int_equal(action.kind, TW_ACTION_SEND);
			break;
		}
		(void)snprintf(f->to, sizeof(f->to), "%s:%s:%u",
			names[action.transport & 3], action.host,
			action.port);
		assert_true(action.data_size < sizeof(f->sent));
		memcpy(f->sent, action.data, action.data_size);
		f->sent[action.data_size] = '\0';
		f->sends++;
		if (f->fail_sends)
			assert_int_equal(tw_registration_send_failed(f->reg,
				f->now, NULL), TW_OK);
	}
}

static void FAKE_UNUSED fake_open_with(struct fake *f,
				       const tw_trunk_options *o)
{
	tw_error err = TW_ERROR_INIT;

	memset(f, 0, sizeof(*f));
	f->now = SECONDS(1000);
	tw_random_seed(&f->random, &f->seed, 42);
	if (tw_registration_new(&f->reg, o, &f->random, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(tw_registration_set_local(f->reg, "192.0.2.7",
		5060, &err), TW_OK);
}

static void FAKE_UNUSED fake_open(struct fake *f)
{
	tw_trunk_options o = fake_options();

	fake_open_with(f, &o);
}

static void FAKE_UNUSED fake_close(struct fake *f)
{
	tw_registration_free(f->reg);
}

static void FAKE_UNUSED fake_start(struct fake *f)
{
	assert_int_equal(tw_registration_start(f->reg, f->now, NULL), TW_OK);
	fake_drain(f);
}

static void FAKE_UNUSED fake_stop(struct fake *f)
{
	assert_int_equal(tw_registration_stop(f->reg, f->now, NULL), TW_OK);
	fake_drain(f);
}

static tw_trunk_status FAKE_UNUSED fake_status(struct fake *f)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	assert_int_equal(tw_registration_status(&status, f->reg, NULL),
		TW_OK);
	return status;
}

/* Runs deadline by deadline until `until`. */
static void FAKE_UNUSED fake_run(struct fake *f, int64_t until)
{
	int64_t at;

	while ((at = tw_registration_deadline(f->reg)) <= until) {
		if (at > f->now)
			f->now = at;
		assert_int_equal(tw_registration_tick(f->reg, f->now, NULL),
			TW_OK);
		/* a tick always gets on, or a host's loop would spin */
		assert_true(tw_registration_deadline(f->reg) > f->now);
		fake_drain(f);
	}
	f->now = until;
}

/* Value of a header line of the last REGISTER; "" if missing. */
static const char FAKE_UNUSED *fake_header(const struct fake *f,
					   const char *name)
{
	static char value[2048];
	char key[64];
	const char *p;

	(void)snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(f->sent, key);
	if (!p)
		return "";
	p += strlen(key);
	(void)snprintf(value, sizeof(value), "%.*s",
		(int)strcspn(p, "\r"), p);
	return value;
}

/* An answer to the last REGISTER; headers end with CRLF each. */
static size_t FAKE_UNUSED fake_answer_text(char *out, size_t size,
	const struct fake *f, const char *status, const char *headers)
{
	size_t l = (size_t)snprintf(out, size, "SIP/2.0 %s\r\n", status);

	l += (size_t)snprintf(out + l, size - l, "Via: %s\r\n",
		fake_header(f, "Via"));
	l += (size_t)snprintf(out + l, size - l, "From: %s\r\n",
		fake_header(f, "From"));
	l += (size_t)snprintf(out + l, size - l, "To: %s;tag=r\r\n",
		fake_header(f, "To"));
	l += (size_t)snprintf(out + l, size - l, "Call-ID: %s\r\n",
		fake_header(f, "Call-ID"));
	l += (size_t)snprintf(out + l, size - l, "CSeq: %s\r\n",
		fake_header(f, "CSeq"));
	l += (size_t)snprintf(out + l, size - l,
		"%sContent-Length: 0\r\n\r\n", headers);
	assert_true(l < size);
	return l;
}

static tw_status FAKE_UNUSED fake_receive(struct fake *f, const char *text)
{
	tw_status status = tw_registration_receive(f->reg, text,
		strlen(text), f->now, NULL);

	fake_drain(f);
	return status;
}

static void FAKE_UNUSED fake_answer(struct fake *f, const char *status,
				    const char *headers)
{
	static char text[16384];

	(void)fake_answer_text(text, sizeof(text), f, status, headers);
	assert_int_equal(fake_receive(f, text), TW_OK);
}

/* "Contact: <...>;expires=N" as the registrar lists ours. */
static const char FAKE_UNUSED *fake_contact(const struct fake *f,
					    const char *expires)
{
	static char line[512];

	(void)snprintf(line, sizeof(line), "Contact: %s;expires=%s\r\n",
		fake_header(f, "Contact"), expires);
	return line;
}

/* Challenge, answer, binding. */
static void FAKE_UNUSED fake_register(struct fake *f)
{
	fake_start(f);
	fake_answer(f, "401 Unauthorized", fake_401);
	fake_answer(f, "200 OK", fake_contact(f, "300"));
	assert_int_equal(fake_status(f).state, TW_TRUNK_REGISTERED);
}

static uint32_t FAKE_UNUSED fake_state(struct fake *f)
{
	return fake_status(f).state;
}

#endif
