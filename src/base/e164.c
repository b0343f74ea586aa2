/**
 * @file src/base/e164.c  What was dialled, as digits
 *
 * Decides the one spelling under which a number is stored and looked up.
 * Refuses to know who owns it or whether it exists.
 */
#include <string.h>
#include "e164.h"

#define E164_MAX 15   /* ITU-T E.164 section 6.2.1 */

static const char *const russia_emergency[] = {
	"101", "102", "103", "104", NULL
};
const struct tw_dial_rule tw__dial_russia = {
	"7", "8", "810", 11, russia_emergency
};

struct tw_dial_rule tw__dial_rule(const char *country)
{
	if (!country || !*country || strcmp(country, "7") == 0)
		return tw__dial_russia;
	return (struct tw_dial_rule){ country, "", "00", 0, NULL };
}

/* 0x80 in every byte that is no digit; no byte carries into the next. */
static uint64_t not_digits(const char *p)
{
	const uint64_t ones = 0x0101010101010101ull;
	uint64_t word, above, below;

	memcpy(&word, p, sizeof(word));
	above = (word & ones * 0x7f) + ones * (0x7f - '9');
	below = ~((word | ones * 0x80) - ones * '0');
	return (above | below | word) & ones * 0x80;
}

static bool are_digits(const char *text, size_t length)
{
	size_t i = 0;

	/* the last step may see some bytes once more */
	for (; i + 8 < length; i += 8) {
		if (not_digits(&text[i]))
			return false;
	}
	if (length >= 8)
		return !not_digits(&text[length - 8]);
	while (i < length && text[i] >= '0' && text[i] <= '9')
		i++;
	return i == length;
}

bool tw__digits_only(const char *text)
{
	return text && *text && are_digits(text, strlen(text));
}

/* Leaves digits only; *plus tells whether "+" came first. */
static tw_status strip(char out[TW_DIGITS_MAX], bool *plus, const char *text,
		       tw_error *err)
{
	size_t n = 0;

	*plus = false;
	for (const char *p = text; *p; p++) {
		if (*p >= '0' && *p <= '9') {
			if (n + 1 >= TW_DIGITS_MAX)
				return tw__fail(err, TW_EPARSE, "'%.40s' has "
						"more than %d digits", text,
						TW_DIGITS_MAX - 1);
			out[n++] = *p;
		}
		else if (*p == '+' && n == 0 && !*plus) {
			*plus = true;
		}
		else if (!strchr(" -().", *p)) {
			return tw__fail(err, TW_EPARSE, "'%.40s' is not a "
					"telephone number; write digits with "
					"an optional leading +", text);
		}
	}
	if (n == 0)
		return tw__fail(err, TW_EPARSE, "'%.40s' has no digits; write "
				"a telephone number", text);
	out[n] = '\0';
	return TW_OK;
}

static bool starts(const char *digits, const char *prefix)
{
	return *prefix && strncmp(digits, prefix, strlen(prefix)) == 0;
}

/* Swaps the first drop digits for the country code. */
static tw_status put(char out[TW_DIGITS_MAX], const char *country,
		     const char *rest, tw_error *err)
{
	size_t c = strlen(country), r = strlen(rest);

	if (r == 0 || c + r > E164_MAX || (c ? *country : *rest) == '0')
		return tw__fail(err, TW_EPARSE, "'%s%s' is not an "
				"international number: 1 to 15 digits, the "
				"country code first", country, rest);
	memcpy(out, country, c);
	memcpy(out + c, rest, r + 1);
	return TW_OK;
}

static bool is_same(const char *a, const char *b)
{
	return *a == *b && !strcmp(a, b);
}

bool tw__is_emergency(const char *digits, const struct tw_dial_rule *rule)
{
	const char *const *number = rule ? rule->emergency : NULL;

	if (is_same(digits, "112"))
		return true;
	for (; number && *number; number++)
		if (is_same(digits, *number))
			return true;
	return false;
}

/* Digits already, and no prefix begins like them: nearly all that exports
 * hold. */
static bool is_spelled(const char *text, size_t length,
		       const struct tw_dial_rule *rule)
{
	if (!length || length >= TW_DIGITS_MAX)
		return false;
	if (rule && (*text == *rule->international ||
		     *text == *rule->national ||
		     (!*rule->national && rule->national_length)))
		return false;
	return are_digits(text, length);
}

tw_status tw__e164(char out[TW_DIGITS_MAX], const char *text,
		   const struct tw_dial_rule *rule, tw_error *err)
{
	char digits[TW_DIGITS_MAX];
	tw_status status;
	size_t length;
	bool plus;

	if (!out || !text)
		return tw__fail(err, TW_EINVAL, "number: NULL argument");
	length = strlen(text);
	if (is_spelled(text, length, rule)) {
		memcpy(out, text, length + 1);
		return TW_OK;
	}
	status = strip(digits, &plus, text, err);
	if (status)
		return status;
	if (plus)
		return put(out, "", digits, err);
	length = strlen(digits);
	if (rule && length >= rule->national_length) {
		/* first, because "810" begins with the national "8" */
		if (starts(digits, rule->international))
			return put(out, "", digits +
				   strlen(rule->international), err);
		if (starts(digits, rule->national) &&
		    (rule->national_length == 0 ||
		     length == rule->national_length))
			return put(out, rule->country, digits +
				   strlen(rule->national), err);
		if (!*rule->national && length == rule->national_length)
			return put(out, rule->country, digits, err);
	}
	memcpy(out, digits, length + 1);
	return TW_OK;
}

tw_status tw_number_digits(char *buf, size_t size, const char *text,
			   const char *country, tw_error *err)
{
	const struct tw_dial_rule rule = tw__dial_rule(country);
	char digits[TW_DIGITS_MAX];
	tw_status status;

	if (!buf || !text)
		return tw__fail(err, TW_EINVAL, "number: NULL argument");
	status = tw__e164(digits, text, &rule, err);
	if (status)
		return status;
	if (strlen(digits) >= size)
		return tw__fail(err, TW_EINVAL, "number: a buffer of %zu "
				"bytes is too small", size);
	memcpy(buf, digits, strlen(digits) + 1);
	return TW_OK;
}
