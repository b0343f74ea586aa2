/**
 * @file src/registration/meter.c  What registrations of one registrar did
 *
 * Decides which answers are counted apart, and into how many pieces time is
 * cut: always the same ones, so that sums over registrars mean something.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "meter.h"

static const int32_t codes[TW_METER_CODE_COUNT] = TW_METER_CODES;
static const int64_t edges[TW_METER_BUCKETS - 1] = TW_METER_EDGES;

tw_status tw_meter_new(tw_meter **out, const char *registrar, tw_error *err)
{
	size_t l = registrar ? strlen(registrar) : 0;
	tw_meter *meter;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	if (!l || l >= sizeof(meter->registrar) ||
	    !tw__utf8_is_valid(registrar, l))
		return tw__fail_at(err, TW_EINVAL, 0, "registrar",
			"must be 1..%zu bytes of UTF-8",
			sizeof(meter->registrar) - 1);
	meter = tw_calloc(1, sizeof(*meter));
	if (!meter)
		return tw__fail_oom(err);
	memcpy(meter->registrar, registrar, l);
	*out = meter;
	return TW_OK;
}

void tw_meter_free(tw_meter *meter)
{
	tw_free(meter);
}

const char *tw_meter_registrar(const tw_meter *meter)
{
	return meter ? meter->registrar : NULL;
}

void tw__meter_request(tw_meter *meter)
{
	if (meter)
		meter->requests++;
}

void tw__meter_retransmit(tw_meter *meter)
{
	if (meter)
		meter->retransmits++;
}

static void observe(struct tw_histogram *h, int64_t took_us)
{
	size_t i = 0;

	/* a clock that a host steps back takes no time away */
	if (took_us < 0)
		took_us = 0;
	while (i < TW_ARRAY_COUNT(edges) && took_us > edges[i])
		i++;
	h->bucket[i]++;
	h->count++;
	h->sum_us += (uint64_t)took_us;
}

static size_t answer_index(int32_t code)
{
	if (!code)
		return TW_METER_ANSWERS - 1;
	for (size_t i = 0; i < TW_ARRAY_COUNT(codes); i++)
		if (codes[i] == code)
			return i;
	assert(code >= 200 && code < 700);
	return TW_METER_CODE_COUNT + (size_t)(code / 100 - 2);
}

void tw__meter_answer(tw_meter *meter, int32_t code, int64_t took_us)
{
	if (!meter)
		return;
	meter->answers[answer_index(code)]++;
	if (code)
		observe(&meter->answer_time, took_us);
}

void tw__meter_attempt(tw_meter *meter, enum tw_meter_verdict verdict,
		       int64_t took_us)
{
	if (!meter)
		return;
	assert(verdict < TW_METER_VERDICTS);
	meter->attempts[verdict]++;
	if (verdict == TW_METER_REGISTERED)
		observe(&meter->register_time, took_us);
}

const char *tw__meter_answer_name(char buf[8], size_t i)
{
	assert(i < TW_METER_ANSWERS);
	if (i == TW_METER_ANSWERS - 1)
		return "timeout";
	if (i < TW_METER_CODE_COUNT)
		(void)snprintf(buf, 8, "%d", (int)codes[i]);
	else
		(void)snprintf(buf, 8, "%dxx",
			(int)(i - TW_METER_CODE_COUNT) + 2);
	return buf;
}

const char *tw__meter_verdict_name(enum tw_meter_verdict verdict)
{
	static const char *const names[] = { "registered", "unregistered",
		"temporary", "refused", "fatal", "left" };

	assert(verdict < TW_METER_VERDICTS);
	return names[verdict];
}
