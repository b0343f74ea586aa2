/**
 * @file src/rating/rules.c  What the contract says about reading a sheet
 *
 * Decides which words and values the rules of a tariff may have, and the
 * names of directions. Refuses to know any price, and whether a named zone
 * exists on this machine: a deck finds out when it opens it.
 */
#include "deck.h"

#include <string.h>

#define SECONDS_MAX 86400u

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

static const struct word round_each_words[] = {
	{ "call", TW_ROUND_EACH_CALL },
	{ "increment", TW_ROUND_EACH_INCREMENT }, { NULL, 0 },
};

static const struct word tier_words[] = {
	{ "graduated", TW_TIERS_GRADUATED },
	{ "whole", TW_TIERS_WHOLE }, { NULL, 0 },
};

static const struct word boolean_words[] = {
	{ "true", 1 }, { "false", 0 }, { NULL, 0 },
};

static const struct word relation_words[] = {
	{ "any", TW_RELATION_ANY }, { "same_city", TW_RELATION_SAME_CITY },
	{ "same_region", TW_RELATION_SAME_REGION },
	{ "other", TW_RELATION_OTHER }, { NULL, 0 },
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

static const char *name_of(const struct word *words, uint32_t value)
{
	for (const struct word *w = words; w->name; w++) {
		if (w->value == value)
			return w->name;
	}

	return "?";
}

const char *tw_direction_name(uint32_t direction)
{
	return name_of(direction_words, direction);
}

tw_status tw_relation_parse(uint32_t *out, const char *name, tw_error *err)
{
	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "no relation to read");

	return parse_word(out, relation_words, "relation", name, err);
}

const char *tw_relation_name(uint32_t relation)
{
	return name_of(relation_words, relation);
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

/* Parts per million: what 128 bits leave room for (sum.c). */
static bool is_percent(int64_t nanos)
{
	return nanos >= 0 && nanos <= 100 * TW_NANOS &&
		nanos % (TW_NANOS / 10000) == 0;
}

static tw_status set_percent(tw_tariff_rules *rules, const char *value,
			     tw_error *err)
{
	int64_t nanos;

	if (tw_decimal_parse(&nanos, value, NULL) || !is_percent(nanos))
		return tw__fail_at(err, TW_EPARSE, 0, "vat_percent",
			"a percentage is 0 to 100 with at most four "
			"decimals; write \"20\" for 20 %%");
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

static tw_status set_money(int64_t *out, const char *key, const char *value,
			   tw_error *err)
{
	int64_t nanos;

	if (tw_decimal_parse(&nanos, value, NULL) || nanos < 0)
		return tw__fail_at(err, TW_EPARSE, 0, key, "an amount is 0 or "
				   "more; write \"1.50\"");
	*out = nanos;

	return TW_OK;
}

static tw_status set_seconds(uint32_t *out, const char *key,
			     const char *value, tw_error *err)
{
	uint64_t seconds;

	if (!tw__str_u64(&seconds, tw__str_of(value)) ||
	    seconds > SECONDS_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, key, "these are whole "
				   "seconds, 0 to %u", SECONDS_MAX);
	*out = (uint32_t)seconds;

	return TW_OK;
}

static tw_status set_convert_to(tw_tariff_rules *rules, const char *value,
				tw_error *err)
{
	uint32_t decimals;

	if (value[0] && (!is_currency(value) ||
			 tw_currency_decimals(&decimals, value, NULL)))
		return tw__fail_at(err, TW_EPARSE, 0, "convert_to",
			"a currency of ISO 4217 such as RUB is wanted");
	memcpy(rules->convert_to, value, strlen(value) + 1);

	return TW_OK;
}

/* As a source is named (accounts): no longer than the rule has room for. */
static tw_status set_stated_by(tw_tariff_rules *rules, const char *value,
			       tw_error *err)
{
	size_t length = strlen(value);

	if (length >= sizeof(rules->stated_by) ||
	    !tw__text_is_header_safe(value))
		return tw__fail_at(err, TW_EPARSE, 0, "stated_by", "is the "
			"source of call records, as --source of cdr import "
			"names it: at most %zu bytes, without quotes and "
			"control characters", sizeof(rules->stated_by) - 1);
	memcpy(rules->stated_by, value, length + 1);
	if (length)
		rules->decimals = 9;

	return TW_OK;
}

/* Where the value of a key goes and how it is read. */
enum rule_kind { RULE_WORD, RULE_MONEY, RULE_SECONDS };
struct rule {
	const char *key;
	size_t offset;
	enum rule_kind kind;
	const struct word *words;
};

#define WORD(k, w) { #k, offsetof(tw_tariff_rules, k), RULE_WORD, w }
#define SECONDS(k) { #k, offsetof(tw_tariff_rules, k), RULE_SECONDS, NULL }
#define MONEY(k) { #k, offsetof(tw_tariff_rules, k##_nanos), RULE_MONEY, \
		   NULL }

static const struct rule plain_rules[] = {
	WORD(seconds, seconds_words), WORD(rounding, rounding_words),
	WORD(crossing, crossing_words), WORD(vat, vat_words),
	WORD(invoice_total, invoice_words),
	WORD(round_each, round_each_words), WORD(tier_mode, tier_words),
	WORD(fee_on_zero, boolean_words),
	SECONDS(minimum_s), SECONDS(free_below_s), SECONDS(included_s),
	MONEY(minimum_charge), MONEY(maximum_charge), MONEY(attempt_fee),
	MONEY(commitment),
};

static tw_status set_plain(tw_tariff_rules *rules, const struct rule *rule,
			   const char *value, tw_error *err)
{
	char *place = (char *)rules + rule->offset;

	switch (rule->kind) {

	case RULE_WORD:
		return parse_word((uint32_t *)(void *)place, rule->words,
				  rule->key, value, err);
	case RULE_SECONDS:
		return set_seconds((uint32_t *)(void *)place, rule->key,
				   value, err);
	default:
		return set_money((int64_t *)(void *)place, rule->key, value,
				 err);
	}
}

tw_status tw_tariff_rules_set(tw_tariff_rules *rules, const char *key,
			      const char *value, tw_error *err)
{
	if (!rules || !key || !value || rules->size < sizeof(*rules))
		return tw__fail(err, TW_EINVAL, "rules, key and value are "
			"wanted; start rules with TW_TARIFF_RULES_INIT");

	for (size_t i = 0; i < TW_ARRAY_COUNT(plain_rules); i++) {
		if (!strcmp(key, plain_rules[i].key))
			return set_plain(rules, &plain_rules[i], value, err);
	}
	if (!strcmp(key, "decimals"))
		return set_decimals(rules, value, err);
	if (!strcmp(key, "vat_percent"))
		return set_percent(rules, value, err);
	if (!strcmp(key, "currency"))
		return set_currency(rules, value, err);
	if (!strcmp(key, "convert_to"))
		return set_convert_to(rules, value, err);
	if (!strcmp(key, "zone"))
		return set_zone(rules, value, err);
	if (!strcmp(key, "stated_by"))
		return set_stated_by(rules, value, err);

	return tw__fail_at(err, TW_ENOTFOUND, 0, key, "no such rule; there "
		"are seconds, minimum_s, free_below_s, included_s, "
		"fee_on_zero, rounding, decimals, round_each, "
		"minimum_charge, maximum_charge, attempt_fee, commitment, "
		"crossing, tier_mode, vat, vat_percent, invoice_total, "
		"currency, convert_to, zone and stated_by");
}

static tw_status check_amounts(const tw_tariff_rules *rules, tw_error *err)
{
	uint32_t decimals;

	if (rules->minimum_charge_nanos < 0 ||
	    rules->maximum_charge_nanos < 0 ||
	    rules->attempt_fee_nanos < 0 || rules->commitment_nanos < 0)
		return tw__fail(err, TW_EINVAL, "minimum, maximum, attempt "
				"fee and commitment are 0 or more");
	if (rules->maximum_charge_nanos &&
	    rules->minimum_charge_nanos > rules->maximum_charge_nanos)
		return tw__fail_at(err, TW_EINVAL, 0, "maximum_charge",
			"is less than minimum_charge; change one of them");
	if (rules->minimum_s > SECONDS_MAX ||
	    rules->free_below_s > SECONDS_MAX ||
	    rules->included_s > SECONDS_MAX)
		return tw__fail(err, TW_EINVAL, "minimum_s, free_below_s and "
				"included_s are 0 to %u", SECONDS_MAX);
	if (rules->fee_on_zero > 1)
		return tw__fail_at(err, TW_EINVAL, 0, "fee_on_zero",
				   "is 0 or 1");
	if (rules->convert_to[0] && (!is_currency(rules->convert_to) ||
	    tw_currency_decimals(&decimals, rules->convert_to, NULL)))
		return tw__fail_at(err, TW_EINVAL, 0, "convert_to",
			"a currency of ISO 4217 such as RUB is wanted");
	if (!strcmp(rules->convert_to, rules->currency))
		return tw__fail_at(err, TW_EINVAL, 0, "convert_to",
			"is the tariff's own currency; leave it out");

	return TW_OK;
}

/* What somebody else has counted, rounded and bound is not to be changed. */
static tw_status check_stated(const tw_tariff_rules *rules, tw_error *err)
{
	if (!memchr(rules->stated_by, '\0', sizeof(rules->stated_by)))
		return tw__fail_at(err, TW_EINVAL, 0, "stated_by",
			"a source has at most %zu bytes",
			sizeof(rules->stated_by) - 1);
	if (rules->decimals != 9)
		return tw__fail_at(err, TW_EINVAL, 0, "decimals", "of what is "
			"stated all digits count; leave decimals out, in C "
			"it is 9");
	if (rules->minimum_s || rules->free_below_s || rules->included_s ||
	    rules->minimum_charge_nanos || rules->maximum_charge_nanos ||
	    rules->attempt_fee_nanos || rules->fee_on_zero ||
	    rules->round_each != TW_ROUND_EACH_CALL)
		return tw__fail_at(err, TW_EINVAL, 0, "stated_by", "what is "
			"stated is the charge; leave out minimum_s, "
			"free_below_s, included_s, minimum_charge, "
			"maximum_charge, attempt_fee, fee_on_zero and "
			"round_each");

	return TW_OK;
}

/* A header from before these rules leaves them 0. */
void tw__rules_complete(tw_tariff_rules *rules)
{
	if (!rules->round_each)
		rules->round_each = TW_ROUND_EACH_CALL;
	if (!rules->tier_mode)
		rules->tier_mode = TW_TIERS_GRADUATED;
}

tw_status tw__rules_check(const tw_tariff_rules *rules, tw_error *err)
{
	if (!is_word(seconds_words, rules->seconds) ||
	    !is_word(rounding_words, rules->rounding) ||
	    !is_word(crossing_words, rules->crossing) ||
	    !is_word(vat_words, rules->vat) ||
	    !is_word(invoice_words, rules->invoice_total) ||
	    !is_word(round_each_words, rules->round_each) ||
	    !is_word(tier_words, rules->tier_mode) || rules->decimals > 9)
		return tw__fail(err, TW_EINVAL, "a rule of the tariff has no "
			"known value; start from TW_TARIFF_RULES_INIT");
	if (!is_percent(rules->vat_percent_nanos))
		return tw__fail_at(err, TW_EINVAL, 0, "vat_percent",
				   "a percentage is 0 to 100 with at most "
				   "four decimals");
	if (!is_currency(rules->currency))
		return tw__fail_at(err, TW_EINVAL, 0, "currency",
			"the tariff needs a currency such as RUB");
	if (!rules->zone[0] ||
	    !memchr(rules->zone, '\0', sizeof(rules->zone)))
		return tw__fail_at(err, TW_EINVAL, 0, "zone",
			"the tariff needs a zone such as Europe/Moscow");
	if (tw__is_stated(rules)) {
		tw_status status = check_stated(rules, err);

		if (status)
			return status;
	}

	return check_amounts(rules, err);
}
