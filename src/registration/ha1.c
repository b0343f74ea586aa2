/**
 * @file src/registration/ha1.c  Hashed passwords
 *
 * Decides which text is a list of hashes. A bare hash is refused: 64 digits
 * fit two algorithms, and one guessed wrong is a wrong password for ever.
 */
#include <string.h>
#include <trunkwise/trunk.h>
#include "challenge.h"
#include "ha1.h"

static const char separators[] = ", \t\r\n";

static tw_status refuse(tw_error *err, const char *what)
{
	return tw__fail_at(err, TW_EINVAL, 0, "ha1", "%s; write \"MD5:\" and "
		"32 hex digits, \"SHA-256:\" or \"SHA-512-256:\" and 64, "
		"several by comma", what);
}

static char hex_digit(char c)
{
	if (c >= 'A' && c <= 'F')
		return (char)(c | 0x20);
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ? c : '\0';
}

static tw_status read_one(struct tw_ha1 *ha1, struct tw_str item,
			  tw_error *err)
{
	const char *colon = memchr(item.p, ':', item.l);
	uint32_t algorithm;
	size_t digits;

	if (!colon)
		return refuse(err, "names no algorithm");
	algorithm = tw__challenge_algorithm(tw__str(item.p,
		(size_t)(colon - item.p)));
	if (!algorithm)
		return refuse(err, "names an algorithm that is not served");
	if (ha1->algorithms & (1u << algorithm))
		return refuse(err, "has two hashes for one algorithm");
	digits = item.l - (size_t)(colon - item.p) - 1;
	if (digits != (algorithm == TW_DIGEST_MD5 ? 32u : 64u))
		return refuse(err, "has a hash of the wrong length");
	for (size_t i = 0; i < digits; i++) {
		ha1->hex[algorithm][i] = hex_digit(colon[1 + i]);
		if (!ha1->hex[algorithm][i])
			return refuse(err, "has a byte that is no hex digit");
	}
	ha1->algorithms |= 1u << algorithm;
	return TW_OK;
}

tw_status tw__ha1_read(struct tw_ha1 **out, const char *text, tw_error *err)
{
	struct tw_ha1 *ha1 = tw_calloc(1, sizeof(*ha1));
	tw_status status = TW_OK;
	size_t l;

	if (!ha1)
		return tw__fail_oom(err);
	while (!status) {
		text += strspn(text, separators);
		l = strcspn(text, separators);
		if (!l)
			break;
		status = read_one(ha1, tw__str(text, l), err);
		text += l;
	}
	if (!status && !ha1->algorithms)
		status = refuse(err, "is empty");
	if (status)
		tw__ha1_free(ha1);
	else
		*out = ha1;
	return status;
}

void tw__ha1_free(struct tw_ha1 *ha1)
{
	if (!ha1)
		return;
	tw__wipe(ha1, sizeof(*ha1));
	tw_free(ha1);
}
