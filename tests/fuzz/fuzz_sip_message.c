/**
 * @file fuzz_sip_message.c  Any bytes as a SIP message
 *
 * Besides memory errors it looks for verdicts that contradict each other: an
 * answer to an answer, a reason that a start line could not carry, or a
 * message that a stricter reader takes and a looser one does not.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise/mask.h>
#include <trunkwise/sys/alloc.h>
#include <trunkwise/sys/sip.h>

static void require(int holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void clean(const char *text, size_t size, const char *what)
{
	size_t l = strnlen(text, size);

	require(l < size, what);
	for (size_t i = 0; i < l; i++)
		require(text[i] >= ' ' && text[i] < 0x7f &&
			!strchr("\"<>\\", text[i]), what);
}

static tw_sip_verdict ask(const uint8_t *data, size_t size, uint32_t flags,
			  uint32_t header_max)
{
	tw_sip_options o = TW_SIP_OPTIONS_INIT;
	tw_sip_verdict v = TW_SIP_VERDICT_INIT, again = v;

	o.flags = flags;
	o.header_max = header_max;
	require(!tw_sip_check(&v, data, size, &o, NULL) &&
		!tw_sip_check(&again, data, size, &o, NULL), "no verdict");
	require(!memcmp(&v, &again, sizeof(v)), "two verdicts");
	require(v.action >= TW_SIP_ACCEPT && v.action <= TW_SIP_DROP,
		"an unknown action");
	require((v.action == TW_SIP_ACCEPT) == !v.code &&
		!v.code == !v.reason[0], "code, reason and action differ");
	require(!v.code || (v.code >= 400 && v.code < 600), "the code");
	require(v.action != TW_SIP_ANSWER || (v.method[0] &&
		!(v.flags & TW_SIP_RESPONSE) && strcmp(v.method, "ACK")),
		"an answer to what has none");
	require((v.code == 420) == !!v.unsupported[0], "420");
	clean(v.reason, sizeof(v.reason), "the reason");
	clean(v.method, sizeof(v.method), "the method");
	clean(v.unsupported, sizeof(v.unsupported), "the option tags");
	return v;
}

/* Nothing that a terminal obeys, and the secret behind it never. */
static void mask(const uint8_t *data, size_t size)
{
	static const char secret[] = "\r\nAuthorization: Basic S3cr3t\r\n";
	const size_t l = sizeof(secret) - 1;
	uint8_t *whole = malloc(size + l);
	char *out;

	require(whole != NULL, "memory");
	memcpy(whole, secret, l);
	if (size)
		memcpy(whole + l, data, size);
	require(!tw_sip_mask(&out, whole, size + l, size & 1, NULL), "mask");
	/* fuzzers learn words: what stands in the input itself is no secret */
	require(!strstr(out, "S3cr3t") || memmem(data, size, "S3cr3t", 6),
		"a secret in a trace");
	for (const char *p = out; *p; p++)
		require((unsigned char)*p >= ' ' ? *p != 0x7f :
			*p == '\n' || *p == '\t', "a control byte in a trace");
	tw_free(out);
	free(whole);
}

static const tw_mask *masked(const char *password)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	static tw_registration *registration;
	static tw_mask *mask;

	if (mask)
		return mask;
	o.name = "main";
	o.registrar = "sip:127.0.0.1";
	o.user = "trunk1";
	o.password = password;
	o.password_size = strlen(password);
	require(!tw_mask_new(&mask, NULL) && !tw_registration_new(
		&registration, &o, NULL, NULL) && !tw_registration_set_mask(
		registration, mask, NULL), "memory");
	return mask;
}

/* Wherever it stands. */
static void mask_ours(const uint8_t *data, size_t size)
{
	static const char password[] = "p4S;\"=x";
	const size_t l = sizeof(password) - 1, at = size ? data[0] % size : 0;
	uint8_t *whole = malloc(size + l);
	char *out;

	require(whole != NULL, "memory");
	memcpy(whole + at, password, l);
	if (size) {
		memcpy(whole, data, at);
		memcpy(whole + at + l, data + at, size - at);
	}
	require(!tw_mask_text(&out, masked(password), whole, size + l,
		size & 1, NULL), "mask");
	require(!strstr(out, password), "a password in a trace");
	tw_free(out);
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint32_t loose = TW_SIP_SIPS | TW_SIP_TEL;
	tw_sip_verdict v = ask(data, size, loose, 0);

	mask(data, size);
	mask_ours(data, size);
	if (v.action == TW_SIP_ACCEPT)
		return 0;
	require(ask(data, size, loose | TW_SIP_STREAM, 0).code,
		"a stream takes what a datagram does not");
	require(ask(data, size, 0, 0).code, "fewer schemes");
	require(ask(data, size, loose | TW_SIP_FORWARDING, 0).code,
		"forwarding");
	require(ask(data, size, loose, 64).code, "shorter headers");
	return 0;
}
