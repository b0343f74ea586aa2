/**
 * @file src/accounts/match.c  Matches: exact, or a range of digits
 *
 * Decides what "100-149" covers. Refuses to know departments, versions and
 * where a match comes from. An exact match is meant to win over a range;
 * whoever looks up asks for the exact one first.
 */
#include <stdio.h>
#include <string.h>
#include "match.h"

bool tw__match_kind_is_known(const char *kind)
{
	return !strcmp(kind, "extension") || !strcmp(kind, "accountcode") ||
		!strcmp(kind, "number") || !strcmp(kind, "trunk");
}


static bool read_digits(uint64_t *out, struct tw_str s)
{
	return s.l <= 18 && tw__str_u64(out, s);
}


/* "2-5", not "sip-trunk": only digits on both sides make a range. */
static bool split(struct tw_str *low, struct tw_str *high, const char *text)
{
	const char *dash = strchr(text, '-');
	uint64_t unused;

	if (!dash)
		return false;
	*low = tw__str_trim(tw__str(text, (size_t)(dash - text)));
	*high = tw__str_trim(tw__str_of(dash + 1));
	return read_digits(&unused, *low) && read_digits(&unused, *high);
}


static tw_status parse_range(struct tw_match *out,
			     char out_text[TW_MATCH_MAX], struct tw_str low,
			     struct tw_str high, tw_error *err)
{
	struct tw_match match = { .range = true, .digits = low.l };

	read_digits(&match.from, low);
	read_digits(&match.to, high);
	if (low.l != high.l)
		return tw__fail(err, TW_EPARSE, "range %.*s-%.*s has ends of "
				"different length; write two ranges",
				(int)low.l, low.p, (int)high.l, high.p);
	if (match.from >= match.to)
		return tw__fail(err, TW_EPARSE, "range %.*s-%.*s does not "
				"rise; write the lower end first",
				(int)low.l, low.p, (int)high.l, high.p);
	*out = match;
	snprintf(out_text, TW_MATCH_MAX, "%.*s-%.*s", (int)low.l, low.p,
		 (int)high.l, high.p);
	return TW_OK;
}


/* "8-800-555-35-35" is one number, "78432000000-78432000099" a hundred: a
 * range has one dash and whole numbers on both sides. */
static tw_status parse_number(struct tw_match *out,
			      char out_text[TW_MATCH_MAX], const char *text,
			      const struct tw_dial_rule *dial, tw_error *err)
{
	char low[TW_DIGITS_MAX], high[TW_DIGITS_MAX];
	struct tw_str a, b;
	tw_status status;

	if (!split(&a, &b, text) || a.l < 5 || a.l != b.l) {
		status = tw__e164(low, text, dial, err);
		if (status)
			return status;
		snprintf(out_text, TW_MATCH_MAX, "%s", low);
		*out = (struct tw_match){ 0 };
		return TW_OK;
	}
	snprintf(out_text, TW_MATCH_MAX, "%.*s", (int)a.l, a.p);
	status = tw__e164(low, out_text, dial, err);
	snprintf(out_text, TW_MATCH_MAX, "%.*s", (int)b.l, b.p);
	if (!status)
		status = tw__e164(high, out_text, dial, err);
	return status ? status : parse_range(out, out_text, tw__str_of(low),
					     tw__str_of(high), err);
}


tw_status tw__match_parse(struct tw_match *out, char out_text[TW_MATCH_MAX],
			  const char *kind, const char *text,
			  const struct tw_dial_rule *dial, tw_error *err)
{
	struct tw_str low, high;

	if (!tw__match_kind_is_known(kind))
		return tw__fail(err, TW_EPARSE, "'%.40s' is not a kind of "
				"match; write extension, accountcode, number "
				"or trunk", kind);
	if (!*text || strlen(text) >= TW_MATCH_MAX)
		return tw__fail(err, TW_EPARSE, "a match has 1 to %d bytes; "
				"write what the call record shows",
				TW_MATCH_MAX - 1);
	if (!strcmp(kind, "number"))
		return parse_number(out, out_text, text, dial, err);
	if (split(&low, &high, text))
		return parse_range(out, out_text, low, high, err);
	snprintf(out_text, TW_MATCH_MAX, "%s", text);
	*out = (struct tw_match){ 0 };
	return TW_OK;
}


bool tw__match_covers(const struct tw_match *match, const char *text,
		      const char *key)
{
	uint64_t value;

	if (!match->range)
		return !strcmp(text, key);
	return strlen(key) == match->digits &&
		tw__str_u64(&value, tw__str_of(key)) &&
		value >= match->from && value <= match->to;
}
