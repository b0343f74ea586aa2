/**
 * @file src/registration/stun.c  The bytes of a STUN binding request
 *
 * RFC 5389 as far as a keep-alive needs it: one request, and which answer to
 * it is to be believed. It refuses to know when one is sent and what follows.
 */
#include <stdio.h>
#include <string.h>
#include <trunkwise/sys/stun.h>
#include "base/base.h"
#include "words.h"

#define HEADER      20u
#define ANSWER_MAX  1280u              /* what any path carries in one piece */
#define COOKIE      0x2112a442u
#define FINGERPRINT 0x5354554eu        /* is xored with this */

enum {
	BINDING = 0x0001,
	SUCCESS = 0x0101,
	FAILURE = 0x0111,
};

enum {
	MAPPED_ADDRESS = 0x0001,       /* of RFC 3489, where NATs meddle */
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	UNKNOWN_ATTRIBUTES = 0x000a,
	REALM = 0x0014,
	NONCE = 0x0015,
	XOR_MAPPED_ADDRESS = 0x0020,
	OPTIONAL = 0x8000,             /* from here on they may be unknown */
	FINGERPRINT_ATTRIBUTE = 0x8028,
};

struct attribute {
	uint32_t type;
	size_t size;
	const unsigned char *value;
};

static uint32_t get16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static void put32(unsigned char *p, uint32_t n)
{
	p[0] = (unsigned char)(n >> 24);
	p[1] = (unsigned char)(n >> 16);
	p[2] = (unsigned char)(n >> 8);
	p[3] = (unsigned char)n;
}

void tw_stun_request(unsigned char out[TW_STUN_REQUEST_SIZE],
		     const unsigned char id[TW_STUN_ID_SIZE])
{
	put32(out, (uint32_t)BINDING << 16);
	put32(out + 4, COOKIE);
	memcpy(out + 8, id, TW_STUN_ID_SIZE);
}

/* As ITU V.42 and Ethernet have it: seldom asked, so without a table. */
static uint32_t crc32(const unsigned char *p, size_t size)
{
	uint32_t crc = 0xffffffffu;

	while (size--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* XOR-MAPPED-ADDRESS hides the address from NATs that rewrite what looks like
 * one; both have the same form. */
static bool read_address(tw_stun_answer *out, const struct attribute *a,
			 const unsigned char *header)
{
	bool xored = a->type == XOR_MAPPED_ADDRESS;
	unsigned char address[16];
	size_t bytes, at = 0;

	if (a->size < 4)
		return false;
	bytes = a->value[1] == 1 ? 4 : a->value[1] == 2 ? 16 : 0;
	if (!bytes || a->size != 4 + bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		address[i] = a->value[4 + i] ^ (xored ? header[4 + i] : 0);
	out->port = get16(a->value + 2) ^ (xored ? COOKIE >> 16 : 0);
	out->kind = TW_STUN_MAPPED;
	if (bytes == 4) {
		(void)snprintf(out->host, sizeof(out->host), "%u.%u.%u.%u",
			address[0], address[1], address[2], address[3]);
		return out->port != 0;
	}
	/* compared with nothing but itself, so never shortened */
	for (size_t i = 0; i < bytes; i += 2)
		at += (size_t)snprintf(out->host + at, sizeof(out->host) -
			at, "%s%x", i ? ":" : "", get16(address + i));
	return out->port != 0;
}

/* False: it cannot be believed. */
static bool take(tw_stun_answer *out, const struct attribute *a,
		 const unsigned char *data, uint32_t type)
{
	switch (a->type) {
	case XOR_MAPPED_ADDRESS:
		return type == FAILURE || read_address(out, a, data);
	case MAPPED_ADDRESS:
		/* the other one is the better witness */
		return type == FAILURE || out->kind ||
			read_address(out, a, data);
	case ERROR_CODE:
		if (type == SUCCESS)
			return true;
		if (a->size < 4 || (a->value[2] & 7) < 3 || a->value[3] > 99)
			return false;
		out->kind = TW_STUN_ERROR;
		out->code = (a->value[2] & 7u) * 100 + a->value[3];
		return true;
	case USERNAME:
	case MESSAGE_INTEGRITY:
	case UNKNOWN_ATTRIBUTES:
	case REALM:
	case NONCE:
		return true;
	default:
		return a->type >= OPTIONAL;
	}
}

/* Attributes one by one, each padded to 4 bytes. */
static tw_status walk(tw_stun_answer *out, const unsigned char *data,
		      size_t size, tw_error *err)
{
	uint32_t type = get16(data);
	size_t at = HEADER;

	while (at < size) {
		struct attribute a;

		if (size - at < 4)
			return tw__fail(err, TW_EPARSE, "a STUN attribute "
				"ends before its head does");
		a.type = get16(data + at);
		a.size = get16(data + at + 2);
		a.value = data + at + 4;
		if (a.size > size - at - 4)
			return tw__fail(err, TW_EPARSE, "a STUN attribute is "
				"longer than its message");
		if (a.type == FINGERPRINT_ATTRIBUTE) {
			if (a.size != 4 || at + 8 != size || get32(a.value) !=
			    (crc32(data, at) ^ FINGERPRINT))
				return tw__fail(err, TW_EPARSE, "STUN "
					"FINGERPRINT is wrong");
		}
		else if (!take(out, &a, data, type)) {
			return tw__fail(err, TW_EPARSE, "STUN attribute 0x%x "
				"is malformed or unknown", a.type);
		}
		at += 4 + (a.size + 3) / 4 * 4;
	}
	return out->kind ? TW_OK : tw__fail(err, TW_EPARSE, "a STUN answer "
		"without an address or an error");
}

tw_status tw_stun_read(tw_stun_answer *out,
		       const unsigned char id[TW_STUN_ID_SIZE],
		       const void *data, size_t size, tw_error *err)
{
	tw_stun_answer answer = TW_STUN_ANSWER_INIT;
	const unsigned char *bytes = data;
	tw_status status;

	if (!out || out->size < sizeof(out->size) || !id || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
			"out->size is not set; use TW_STUN_ANSWER_INIT");
	if (size < HEADER || get32(bytes + 4) != COOKIE ||
	    (get16(bytes) != SUCCESS && get16(bytes) != FAILURE) ||
	    memcmp(bytes + 8, id, TW_STUN_ID_SIZE))
		return tw__fail(err, TW_ENOTFOUND, "no STUN answer to this");
	if (size > ANSWER_MAX || get16(bytes + 2) != size - HEADER ||
	    size % 4)
		return tw__fail(err, TW_EPARSE, "a STUN answer of another "
			"length than it says");
	status = walk(&answer, bytes, size, err);
	if (!status)
		tw__hand_out(out, &answer, sizeof(answer));
	return status;
}
