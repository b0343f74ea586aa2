/**
 * @file src/accounts/call.c  A record, believed or refused
 *
 * Decides whether times, lengths and texts of a record can be true, and how
 * they are spelled. Refuses to guess: an impossible record is rejected with
 * the field that is wrong, because a call that was bent to fit would be paid
 * for by the wrong department in silence.
 */
#include <string.h>
#include "base/hash.h"
#include "base/decimal.h"
#include "call.h"

#define CALL_TIME_END   253402300800000000LL     /* year 10000 */
#define CALL_LENGTH_MAX (366LL * 86400 * TW_SECOND)

const char *tw__reason_name(uint32_t reason)
{
	switch (reason) {
	case TW_REASON_NONE:         return "";
	case TW_REASON_NO_PRICE:     return "no_price";
	case TW_REASON_BLOCKED:      return "blocked";
	case TW_REASON_NO_TARIFF:    return "no_tariff";
	case TW_REASON_NO_CARRIER:   return "no_carrier";
	case TW_REASON_TOO_LARGE:    return "too_large";
	case TW_REASON_NO_EXCHANGE:  return "no_exchange";
	case TW_REASON_NOT_STATED:   return "not_stated";
	case TW_REASON_OTHER_MONEY:  return "other_currency";
	case TW_REASON_NEGATIVE:     return "negative";
	case TW_REASON_UNANSWERED:   return "unanswered";
	case TW_REASON_INTERNAL:     return "internal";
	case TW_REASON_FREE_INBOUND: return "free_inbound";
	case TW_REASON_EMERGENCY:    return "emergency";
	case TW_REASON_TWIN:         return "twin";
	default:                     return "?";
	}
}

/* ASCII without control characters, eight bytes a step. */
static bool is_plain(const char *text, size_t length)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t odd = 0;

	for (size_t i = 0; length >= 8; i += 8) {
		uint64_t word;

		/* the last step may see some bytes once more */
		if (i > length - 8)
			i = length - 8;
		memcpy(&word, &text[i], sizeof(word));
		odd |= (word - ones * 0x20) | (word + ones) | word;
		if (i == length - 8)
			return !(odd & ones * 0x80);
	}
	while (length && text[length - 1] >= 0x20 && text[length - 1] < 0x7f)
		length--;
	return length == 0;
}

tw_status tw__call_check_year(const struct tw__call *call, tw_error *err)
{
	tw_civil civil;

	if (call->cdr.start < TW_CALL_START_END)
		return TW_OK;
	tw_zone_local(&civil, NULL, call->cdr.start);
	return tw__fail_at(err, TW_EPARSE, 0, "start", "lies in the year %d; "
			   "calls are stored up to 2099: check the clock of "
			   "the source, or the unit of its times", civil.year);
}

static tw_status check_text(const char *text, const char *field,
			    tw_error *err)
{
	size_t length;

	if (!text || !*text)
		return TW_OK;
	length = strnlen(text, TW_CALL_TEXT_MAX + 1);
	if (length > TW_CALL_TEXT_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, field, "longer than %d "
				   "bytes; shorten it", TW_CALL_TEXT_MAX);
	if (is_plain(text, length))
		return TW_OK;
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return tw__fail_at(err, TW_EPARSE, 0, field,
					   "holds a control character; remove "
					   "it");
	}
	if (!tw__utf8_is_valid(text, length))
		return tw__fail_at(err, TW_EPARSE, 0, field,
				   "is not UTF-8; convert it");
	return TW_OK;
}

static tw_status check_texts(const tw_cdr *cdr, tw_error *err)
{
	const struct { const char *text, *field; } all[] = {
		{ cdr->call_id, "call_id" }, { cdr->linked_id, "linked_id" },
		{ cdr->caller, "caller" }, { cdr->callee, "callee" },
		{ cdr->number, "number" }, { cdr->trunk, "trunk" },
		{ cdr->carrier, "carrier" },
		{ cdr->department, "department" },
		{ cdr->extension, "extension" },
		{ cdr->accountcode, "accountcode" },
		{ cdr->campaign, "campaign" }, { cdr->cost, "cost" },
		{ cdr->currency, "currency" }, { cdr->source, "source" },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++) {
		tw_status status = check_text(all[i].text, all[i].field, err);

		if (status)
			return status;
	}
	if (!cdr->call_id || !*cdr->call_id)
		return tw__fail_at(err, TW_EPARSE, 0, "call_id",
				   "is empty; every record needs one");
	return TW_OK;
}

static tw_status check_numbers(const tw_cdr *cdr, tw_error *err)
{
	if (cdr->direction > TW_DIRECTION_INTERNAL)
		return tw__fail_at(err, TW_EPARSE, 0, "direction",
				   "%u is none; use TW_DIRECTION_",
				   cdr->direction);
	if (cdr->flags & ~(TW_CDR_ATTEMPT | TW_CDR_INTERIM | TW_CDR_TWIN))
		return tw__fail_at(err, TW_EPARSE, 0, "flags",
				   "0x%x is none; use TW_CDR_", cdr->flags);
	if (cdr->status > TW_CALL_CANCELLED)
		return tw__fail_at(err, TW_EPARSE, 0, "status",
				   "%u is none; use TW_CALL_", cdr->status);
	if (cdr->start <= 0 || cdr->start >= CALL_TIME_END)
		return tw__fail_at(err, TW_EPARSE, 0, "start", "%s",
				   cdr->start ? "lies outside of 1970-2099" :
				   "is missing");
	if (cdr->answer < 0 || cdr->answer >= CALL_TIME_END ||
	    (cdr->answer && cdr->answer < cdr->start))
		return tw__fail_at(err, TW_EPARSE, 0, "answer",
				   "lies before start; check both and their "
				   "zone");
	/* a month's calls are found by their starts */
	if (cdr->answer && cdr->answer - cdr->start > CALL_LENGTH_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, "answer",
				   "lies more than a year after start; check "
				   "both");
	if (cdr->end < 0 || cdr->end >= CALL_TIME_END ||
	    (cdr->end && cdr->end < cdr->start) ||
	    (cdr->end && cdr->end < cdr->answer))
		return tw__fail_at(err, TW_EPARSE, 0, "end",
				   "lies before start or answer; check them "
				   "and their zone");
	if (cdr->duration_us < 0 || cdr->duration_us > CALL_LENGTH_MAX)
		return tw__fail_at(err, TW_EPARSE, 0, "duration",
				   "is negative or longer than a year; write "
				   "answered seconds");
	if (cdr->duration_us && !cdr->answer && cdr->status &&
	    cdr->status != TW_CALL_ANSWERED)
		return tw__fail_at(err, TW_EPARSE, 0, "duration",
				   "is set though the call was not answered; "
				   "write 0, or the answer time");
	return TW_OK;
}

/* One spelling for what may be a number; names and anonymous callers stay. */
void tw__call_spell(char out[TW_CALL_TEXT_MAX + 1], const char *text,
		    const struct tw_dial_rule *rule)
{
	struct tw_str raw;

	if (!text || !*text) {
		out[0] = '\0';
		return;
	}
	if (tw__e164(out, text, rule, NULL) == TW_OK)
		return;
	raw = tw__str_trim(tw__str_of(text));
	memcpy(out, raw.p, raw.l);
	out[raw.l] = '\0';
}

static void read_answer(struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;

	/* billable is decided by the answer, not by a hangup cause */
	call->answered = cdr->answer || cdr->duration_us ||
		cdr->status == TW_CALL_ANSWERED;
	call->answer_us = 0;
	call->end_us = cdr->end;
	if (!call->answered)
		return;
	call->answer_us = cdr->answer;
	if (!call->answer_us && cdr->end &&
	    cdr->end - cdr->duration_us >= cdr->start)
		call->answer_us = cdr->end - cdr->duration_us;
	if (!call->answer_us)
		call->answer_us = cdr->start;
	if (!call->end_us)
		call->end_us = call->answer_us + cdr->duration_us;
}

static tw_status read_source_cost(struct tw__call *call, tw_error *err)
{
	const tw_cdr *cdr = &call->cdr;
	tw_money money;
	tw_status status;

	call->has_source_cost = cdr->cost && *cdr->cost;
	call->source_cost_nanos = 0;
	if (!call->has_source_cost)
		return TW_OK;
	if (!cdr->currency || !*cdr->currency)
		return tw__fail_at(err, TW_EPARSE, 0, "currency",
				   "is empty beside a cost; write its ISO "
				   "4217 code");
	status = tw_money_parse(&money, cdr->cost, cdr->currency, err);
	if (status) {
		tw__error_place(err, 0, "cost");
		return status == TW_ERANGE ? TW_EPARSE : status;
	}
	call->source_cost_nanos = money.nanos;
	return TW_OK;
}

struct mix {
	unsigned char bytes[16 * (TW_CALL_TEXT_MAX + 1)];
	size_t size;
};

/* Length first: "ab","c" and "a","bc" must not be one content. */
static void mix_text(struct mix *mix, const char *text)
{
	size_t length;

	if (!text || !*text) {
		mix->bytes[mix->size++] = 0;
		return;
	}
	length = strlen(text);
	mix->bytes[mix->size++] = (unsigned char)length;
	memcpy(&mix->bytes[mix->size], text, length);
	mix->size += length;
}

/* The highest byte first. */
static void mix_i64(struct mix *mix, int64_t value)
{
	uint64_t bytes = (uint64_t)value;

	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		bytes = __builtin_bswap64(bytes);
	memcpy(&mix->bytes[mix->size], &bytes, sizeof(bytes));
	mix->size += sizeof(bytes);
}

static uint64_t mix_key(struct mix *mix, const tw_cdr *cdr,
			const char *source)
{
	mix->size = 0;
	mix_text(mix, source);
	mix_text(mix, cdr->call_id);
	mix_i64(mix, (int64_t)cdr->leg << 32 | cdr->sequence);
	return tw__hash64(mix->bytes, mix->size);
}

uint64_t tw__call_key(const tw_cdr *cdr, const char *source)
{
	tw_cdr as_stored = *cdr;
	struct mix mix;

	if (cdr->source && *cdr->source)
		source = cdr->source;
	if (!cdr->leg)
		as_stored.leg = 1;
	if (!cdr->call_id || !*cdr->call_id ||
	    strlen(cdr->call_id) > TW_CALL_TEXT_MAX ||
	    strlen(source) > TW_CALL_TEXT_MAX)
		return 0;
	return mix_key(&mix, &as_stored, source);
}

void tw__call_hash(struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;
	struct mix mix;

	call->key = mix_key(&mix, cdr, call->source);
	mix.size = 0;
	mix_i64(&mix, (int64_t)cdr->direction << 32 | cdr->status);
	mix_i64(&mix, cdr->answer);
	mix_i64(&mix, cdr->end);
	mix_i64(&mix, cdr->duration_us);
	mix_text(&mix, cdr->linked_id);
	mix_text(&mix, call->caller);
	mix_text(&mix, call->callee);
	mix_text(&mix, call->own_number);
	mix_text(&mix, cdr->trunk);
	mix_text(&mix, cdr->carrier);
	mix_text(&mix, cdr->department);
	mix_text(&mix, cdr->extension);
	mix_text(&mix, cdr->accountcode);
	mix_text(&mix, cdr->campaign);
	mix_text(&mix, cdr->cost);
	mix_text(&mix, cdr->currency);
	call->content = tw__hash64(mix.bytes, mix.size);
}

tw_status tw__call_read(struct tw__call *out, const tw_cdr *cdr,
			const char *source, const struct tw_dial_rule *rule,
			tw_error *err)
{
	tw_status status = check_texts(cdr, err);

	if (!status)
		status = check_numbers(cdr, err);
	if (status)
		return status;
	out->cdr = *cdr;
	out->source = cdr->source && *cdr->source ? cdr->source : source;
	if (!out->cdr.leg)
		out->cdr.leg = 1;
	status = read_source_cost(out, err);
	if (status)
		return status;
	read_answer(out);
	if (!out->cdr.status)
		out->cdr.status = out->answered ? TW_CALL_ANSWERED :
			TW_CALL_NO_ANSWER;
	tw__call_spell(out->caller, cdr->caller, rule);
	tw__call_spell(out->callee, cdr->callee, rule);
	out->emergency = tw__is_emergency(out->callee, rule);
	tw__call_spell(out->own_number, cdr->number, rule);
	tw__call_spell(out->extension, cdr->extension, rule);
	return TW_OK;
}
