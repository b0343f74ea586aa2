/**
 * @file fuzz_sip_response.c  Any bytes as answers to a REGISTER
 *
 * The input is a script: each line break by 0x00 ends one answer. "%V" and
 * the like stand for what the machine's last request said, so that the
 * fuzzer gets past the check of whose answer it is. Besides memory errors
 * it looks for floods: more than 6 requests in 5 s of virtual time, and for
 * a header injected into a request.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/trunk.h>

#define REQUESTS_MAX 6

struct run {
	tw_registration *reg;
	tw_random random;
	tw_random_state seed;
	int64_t now;
	char sent[16384];
	int64_t at[REQUESTS_MAX];      /* of the last requests, a ring */
	unsigned sends;
	uint64_t requests;
};

static void value_of(char *out, size_t size, const struct run *r,
		     const char *name)
{
	char key[32];
	const char *p;

	(void)snprintf(key, sizeof(key), "\r\n%s: ", name);
	p = strstr(r->sent, key);
	(void)snprintf(out, size, "%.*s", p ? (int)strcspn(p + strlen(key),
		"\r") : 0, p ? p + strlen(key) : "");
}

static void require(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* Our own lines only: nothing that an answer said became a header. */
static void check_request(const struct run *r)
{
	static const char *const known[] = { "REGISTER ", "Via: ",
		"Max-Forwards: ", "From: ", "To: ", "Call-ID: ", "CSeq: ",
		"Contact: ", "Expires: ", "User-Agent: ", "Authorization: ",
		"Proxy-Authorization: ", "Content-Length: 0\r\n\r\n" };
	const char *line = r->sent;

	for (size_t lines = 0; line && *line; lines++) {
		size_t i = 0, count = sizeof(known) / sizeof(known[0]);

		while (i < count && strncmp(line, known[i],
					    strlen(known[i])))
			i++;
		require(i < count && lines < count, "a foreign header");
		if (i == count - 1)
			return;
		line = strstr(line, "\r\n");
		line = line ? line + 2 : NULL;
	}
	require(0, "a request without an end");
}

static void drain(struct run *r)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	while (!tw_registration_next(&action, r->reg, NULL)) {
		if (action.kind != TW_ACTION_SEND)
			continue;
		require(action.data_size < sizeof(r->sent), "request size");
		memcpy(r->sent, action.data, action.data_size);
		r->sent[action.data_size] = '\0';
		check_request(r);
		(void)tw_registration_status(&status, r->reg, NULL);
		if (status.requests == r->requests)
			continue;
		r->requests = status.requests;
		require(r->sends < REQUESTS_MAX || r->now -
			r->at[r->sends % REQUESTS_MAX] >= 5 * TW_SECOND,
			"a flood");
		r->at[r->sends++ % REQUESTS_MAX] = r->now;
	}
}

static void answer(struct run *r, const char *text, size_t size)
{
	static const struct { char letter; const char *name; } fields[] = {
		{ 'V', "Via" }, { 'I', "Call-ID" }, { 'S', "CSeq" },
		{ 'C', "Contact" } };
	char out[9000], value[1024];
	size_t l = 0;

	for (size_t i = 0; i < size && l < sizeof(out) - 1100; i++) {
		size_t f = 0;

		while (text[i] == '%' && i + 1 < size && f < 4 &&
		       fields[f].letter != text[i + 1])
			f++;
		if (text[i] != '%' || i + 1 == size || f == 4) {
			out[l++] = text[i];
			continue;
		}
		value_of(value, sizeof(value), r, fields[f].name);
		l += (size_t)snprintf(out + l, sizeof(out) - l, "%s", value);
		i++;
	}
	(void)tw_registration_receive(r->reg, out, l, r->now, NULL);
	drain(r);
}

static void authorize(struct run *r, const uint8_t *data, size_t size)
{
	char *line = NULL;

	if (tw_registration_authorize(&line, r->reg, "REGISTER", "sip:x",
				      data, size, NULL))
		return;
	require(!strpbrk(line, "\r\n"), "a line break in an answer");
	tw_free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	const char *text = (const char *)data;
	struct run r;

	memset(&r, 0, sizeof(r));
	r.now = 1000 * TW_SECOND;
	tw_random_seed(&r.random, &r.seed, 1);
	o.name = "fuzz";
	o.registrar = "sip:192.0.2.1:5060";
	o.user = "u";
	o.password = "p";
	o.password_size = 1;
	require(!tw_registration_new(&r.reg, &o, &r.random, NULL) &&
		!tw_registration_set_local(r.reg, "192.0.2.7", 5060, NULL) &&
		!tw_registration_start(r.reg, r.now, NULL), "start");
	drain(&r);
	authorize(&r, data, size);
	while (size) {
		const char *end = memchr(text, '\0', size);
		size_t l = end ? (size_t)(end - text) : size;

		answer(&r, text, l);
		if (!tw_registration_is_pending(r.reg) &&
		    tw_registration_deadline(r.reg) != INT64_MAX) {
			r.now = tw_registration_deadline(r.reg);
			(void)tw_registration_tick(r.reg, r.now, NULL);
			require(tw_registration_deadline(r.reg) > r.now,
				"a tick without progress");
			drain(&r);
		}
		l += end ? 1 : 0;
		text += l;
		size -= l;
	}
	tw_registration_free(r.reg);
	return 0;
}
