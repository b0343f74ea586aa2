/**
 * @file src/registration/codes.c  A set of SIP codes, as people write it
 *
 * Decides which answers to OPTIONS mean a living peer when nobody said so.
 * A 404, 405, 481, 501 or a 403 was written by a peer that lives; carriers
 * answer OPTIONS with all of them. 408 and 504 say that he behind it is
 * silent, 502 that he talks nonsense, 503 that he is out of service.
 */
#include <string.h>
#include "codes.h"

#define FIRST 200
#define LAST  699

static void add(struct tw_codes *codes, int32_t code)
{
	codes->bits[(code - FIRST) / 64] |= 1ull << ((code - FIRST) % 64);
}

bool tw__codes_has(const struct tw_codes *codes, int32_t code)
{
	return code >= FIRST && code <= LAST &&
		(codes->bits[(code - FIRST) / 64] >>
		 ((code - FIRST) % 64) & 1);
}

static bool is_dead_by_default(int32_t code)
{
	return code == 408 || (code >= 502 && code <= 504);
}

/* "404" or "2xx" */
static bool read_word(struct tw_codes *codes, const char *word, size_t l)
{
	uint64_t value;

	if (l != 3)
		return false;
	if (tw__str_u64(&value, tw__str(word, l))) {
		if (value < FIRST || value > LAST)
			return false;
		add(codes, (int32_t)value);
		return true;
	}
	if (word[0] < '2' || word[0] > '6' ||
	    !tw__str_ieq(tw__str(word + 1, 2), "xx"))
		return false;
	for (int32_t i = 0; i < 100; i++)
		add(codes, (word[0] - '0') * 100 + i);
	return true;
}

tw_status tw__codes_read(struct tw_codes *out, const char *text,
			 const char *field, tw_error *err)
{
	struct tw_codes codes = { { 0 } };
	size_t words = 0;

	for (int32_t code = FIRST; !text && code <= LAST; code++)
		if (!is_dead_by_default(code))
			add(&codes, code);
	while (text && *(text += strspn(text, " ,\n"))) {
		size_t l = strcspn(text, " ,\n");

		if (!read_word(&codes, text, l))
			return tw__fail_at(err, TW_EINVAL, 0, field,
				"\"%.*s\" is no final SIP code; write codes "
				"like 404 or classes like 2xx, blanks "
				"between", l < 32 ? (int)l : 32, text);
		text += l;
		words++;
	}
	if (text && !words)
		return tw__fail_at(err, TW_EINVAL, 0, field,
			"is empty, so nothing would count as alive; leave "
			"it out for the usual codes");
	*out = codes;
	return TW_OK;
}
