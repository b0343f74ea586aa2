/**
 * @file src/base/money.c  Amounts with a currency
 *
 * Decides that two currencies never mix and how many decimals each has.
 * Refuses to know exchange rates: those are dated rows of the store.
 */
#include <string.h>
#include "decimal.h"

/* ISO 4217 list one, and ANG and BGN, which older documents still carry.
 * Codes without a minor unit in the list (XAU, XDR, XTS ..) are left out on
 * purpose: no invoice is written in them. */
static const struct {
	uint32_t decimals;
	const char *codes;
} minor_units[] = {
	{ 0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF "
	     "XOF XPF" },
	{ 2, "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD "
	     "BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY "
	     "COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP "
	     "GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
	     "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
	     "MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
	     "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
	     "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
	     "TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD "
	     "XCG YER ZAR ZMW ZWG" },
	{ 3, "BHD IQD JOD KWD LYD OMR TND" },
	{ 4, "CLF UYW" },
};

static bool is_code(const char *code)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		if (code[i] < 'A' || code[i] > 'Z')
			return false;
	}
	return code[3] == '\0';
}

static tw_status bad_code(tw_error *err, const char *code)
{
	return tw__fail_at(err, TW_EPARSE, 0, "currency", "'%.16s' is not a "
			   "currency code; write three capital letters such "
			   "as RUB", code);
}

tw_status tw_money_parse(tw_money *out, const char *text,
			 const char *currency, tw_error *err)
{
	tw_status status;
	int64_t nanos;

	if (!out || !text || !currency)
		return tw__fail(err, TW_EINVAL, "money: NULL argument");
	if (!is_code(currency))
		return bad_code(err, currency);
	status = tw_decimal_parse(&nanos, text, err);
	if (status)
		return status;
	out->nanos = nanos;
	memcpy(out->currency, currency, sizeof(out->currency));
	return TW_OK;
}

tw_status tw_money_add(tw_money *out, const tw_money *a, const tw_money *b,
		       tw_error *err)
{
	int64_t nanos;

	if (!out || !a || !b)
		return tw__fail(err, TW_EINVAL, "money: NULL argument");
	if (memcmp(a->currency, b->currency, sizeof(a->currency)) != 0)
		return tw__fail(err, TW_ECONFLICT, "%.3s and %.3s are never "
				"added; convert at a dated rate first",
				a->currency, b->currency);
	if (!tw__add_i64(&nanos, a->nanos, b->nanos))
		return tw__fail(err, TW_ERANGE, "sum is beyond "
				"+-9223372036.854775807 %.3s", a->currency);
	/* out may be a or b */
	memmove(out->currency, a->currency, sizeof(out->currency));
	out->nanos = nanos;
	return TW_OK;
}

tw_status tw_currency_decimals(uint32_t *out, const char *currency,
			       tw_error *err)
{
	if (!out || !currency)
		return tw__fail(err, TW_EINVAL, "currency: NULL argument");
	if (!is_code(currency))
		return bad_code(err, currency);
	for (size_t i = 0; i < TW_ARRAY_COUNT(minor_units); i++) {
		const char *codes = minor_units[i].codes;

		for (size_t at = 0; at < strlen(codes); at += 4) {
			if (memcmp(codes + at, currency, 3) == 0) {
				*out = minor_units[i].decimals;
				return TW_OK;
			}
		}
	}
	return tw__fail_at(err, TW_ENOTFOUND, 0, "currency", "'%s' is not an "
			   "ISO 4217 currency with a minor unit", currency);
}

tw_status tw_rounding_parse(uint32_t *out, const char *name, tw_error *err)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} modes[] = {
		{ "up", TW_ROUND_UP }, { "down", TW_ROUND_DOWN },
		{ "half_up", TW_ROUND_HALF_UP },
		{ "half_even", TW_ROUND_HALF_EVEN },
	};

	if (!out || !name)
		return tw__fail(err, TW_EINVAL, "rounding: NULL argument");
	for (size_t i = 0; i < TW_ARRAY_COUNT(modes); i++) {
		if (strcmp(modes[i].name, name) == 0) {
			*out = modes[i].mode;
			return TW_OK;
		}
	}
	return tw__fail_at(err, TW_EPARSE, 0, "rounding", "'%.32s' is not a "
			   "rounding; write up, down, half_up or half_even",
			   name);
}
