/**
 * @file src/rating/rules.c  What the contract says about reading a sheet
 *
 * Decides which words and values the rules of a tariff may have, and the
 * names of directions. Refuses to know any price, and whether a named zone
 * exists on this machine: a deck finds out when it opens it.
 */
#include "deck.h"

#include <string.h>

struct word {
	const char *name;
	uint32_t value;
};

static const struct word seconds_words[] = {
	{ "ceil", TW_SECONDS_CEIL }, { "floor", TW_SECONDS_FLOOR },
	{ "nearest", TW_SECONDS_NEAREST }, { NULL, 0 },
};

static const struct word rounding_words[] = {
	{ "up", TW_ROUND_UP }, { "down", TW_ROUND_DOWN },
	{ "half_up", TW_ROUND_HALF_UP },
	{ "half_even", TW_ROUND_HALF_EVEN }, { NULL, 0 },
};

static const struct word crossing_words[] = {
	{ "increment_start", TW_CROSSING_INCREMENT_START },
	{ "per_second", TW_CROSSING_PER_SECOND },
	{ "call_start", TW_CROSSING_CALL_START }, { NULL, 0 },
};

static const struct word vat_words[] = {
	{ "net", TW_VAT_NET }, { "gross", TW_VAT_GROSS }, { NULL, 0 },
};

static const struct word invoice_words[] = {
	{ "sum_of_rounded", TW_INVOICE_SUM_OF_ROUNDED },
	{ "rounded_sum", TW_INVOICE_ROUNDED_SUM }, { NULL, 0 },
};

static const struct word direction_words[] = {
	{ "any", TW_DIRECTION_ANY }, { "outbound", TW_DIRECTION_OUTBOUND },
	{ "inbound", TW_DIRECTION_INBOUND },
	{ "forward", TW_DIRECTION_FORWARD },
	{ "internal", TW_DIRECTION_INTERNAL }, { NULL, 0 },
};

static void list_words(char *buf, size_t size, const struct word *words)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; words->name; words++) {
		size_t length = strlen(words->name);

		if (used + length + 3 > size)
			return;
		if (used) {
			memcpy(buf + used, ", ", 2);
			used += 2;
		}
		memcpy(buf + used, words->name, length + 1);
		used += length;
	}
}

static tw_status parse_word(uint32_t *out, const struct word *words,
			    const char *key, const char *value,
			    tw_error *err)
{
	char all[120];

	for (const struct word *w = words; w->name; w++) {
		if (!strcmp(w->name, value)) {
			*out = w->value;
			return TW_OK;
		}
	}
	list_words(all, sizeof(all), words);

	return tw__fail_at(err, TW_EPARSE, 0, key,
			   "no such %s; write one of %s", key, all);
}

static bool is_word(const struct word *words, uint32_t value)
{
	for (; words->name; words++) {
		if (words->value == value)
			return true;
	}

	return false;
}

tw_status tw_direction_parse(uint32_t *out, const char *name, tw_error *err)
{
	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "no direction to read");

	return parse_word(out, direction_words, "direction", name, err);
}

const char *tw_direction_name(uint32_t direction)
{
	for (const struct word *w = direction_words; w->name; w++) {
		if (w->value == direction)
			return w->name;
	}

	return "?";
}

static bool is_currency(const char *text)
{
	size_t i = 0;

	while (i < 3 && text[i] >= 'A' && text[i] <= 'Z')
		i++;

	return i == 3 && text[3] == '\0';
}

static tw_status set_decimals(tw_tariff_rules *rules, const char *value,
			      tw_error *err)
{
	if (value[0] < '0' || value[0] > '9' || value[1])
		return tw__fail_at(err, TW_EPARSE, 0, "decimals",
				   "decimals of a charge are 0 to 9");
	rules->decimals = (uint32_t)(value[0] - '0');

	return TW_OK;
}

static tw_status set_percent(tw_tariff_rules *rules, const char *value,
			     tw_error *err)
{
	int64_t nanos;

	if (tw_decimal_parse(&nanos, value, NULL) || nanos < 0 ||
	    nanos > 100 * TW_NANOS)
		return tw__fail_at(err, TW_EPARSE, 0, "vat_percent",
			"a percentage is 0 to 100; write \"20\" for 20 %%");
	rules->vat_percent_nanos = nanos;

	return TW_OK;
}

static tw_status set_currency(tw_tariff_rules *rules, const char *value,
			      tw_error *err)
{
	if (!is_currency(value))
		return tw__fail_at(err, TW_EPARSE, 0, "currency",
			"a currency is three capital letters such as RUB");
	memcpy(rules->currency, value, sizeof(rules->currency));

	return TW_OK;
}

static tw_status set_zone(tw_tariff_rules *rules, const char *value,
			  tw_error *err)
{
	size_t length = strlen(value);

	if (!length || length >= sizeof(rules->zone))
		return tw__fail_at(err, TW_EPARSE, 0, "zone",
			"a zone is an IANA name such as Europe/Moscow");
	memcpy(rules->zone, value, length + 1);

	return TW_OK;
}

tw_status tw_tariff_rules_set(tw_tariff_rules *rules, const char *key,
			      const char *value, tw_error *err)
{
	if (!rules || !key || !value || rules->size < sizeof(*rules))
		return tw__fail(err, TW_EINVAL, "rules, key and value are "
			"wanted; start rules with TW_TARIFF_RULES_INIT");

	if (!strcmp(key, "seconds"))
		return parse_word(&rules->seconds, seconds_words, key, value,
				  err);
	if (!strcmp(key, "rounding"))
		return parse_word(&rules->rounding, rounding_words, key,
				  value, err);
	if (!strcmp(key, "crossing"))
		return parse_word(&rules->crossing, crossing_words, key,
				  value, err);
	if (!strcmp(key, "vat"))
		return parse_word(&rules->vat, vat_words, key, value, err);
	if (!strcmp(key, "invoice_total"))
		return parse_word(&rules->invoice_total, invoice_words, key,
				  value, err);
	if (!strcmp(key, "decimals"))
		return set_decimals(rules, value, err);
	if (!strcmp(key, "vat_percent"))
		return set_percent(rules, value, err);
	if (!strcmp(key, "currency"))
		return set_currency(rules, value, err);
	if (!strcmp(key, "zone"))
		return set_zone(rules, value, err);

	return tw__fail_at(err, TW_ENOTFOUND, 0, key, "no such rule; there "
		"are seconds, rounding, decimals, crossing, vat, vat_percent, "
		"invoice_total, currency and zone");
}

tw_status tw__rules_check(const tw_tariff_rules *rules, tw_error *err)
{
	if (!is_word(seconds_words, rules->seconds) ||
	    !is_word(rounding_words, rules->rounding) ||
	    !is_word(crossing_words, rules->crossing) ||
	    !is_word(vat_words, rules->vat) ||
	    !is_word(invoice_words, rules->invoice_total) ||
	    rules->decimals > 9)
		return tw__fail(err, TW_EINVAL, "a rule of the tariff has no "
			"known value; start from TW_TARIFF_RULES_INIT");
	if (rules->vat_percent_nanos < 0 ||
	    rules->vat_percent_nanos > 100 * TW_NANOS)
		return tw__fail_at(err, TW_EINVAL, 0, "vat_percent",
				   "a percentage is 0 to 100");
	if (!is_currency(rules->currency))
		return tw__fail_at(err, TW_EINVAL, 0, "currency",
			"the tariff needs a currency such as RUB");
	if (!rules->zone[0] ||
	    !memchr(rules->zone, '\0', sizeof(rules->zone)))
		return tw__fail_at(err, TW_EINVAL, 0, "zone",
			"the tariff needs a zone such as Europe/Moscow");

	return TW_OK;
}
