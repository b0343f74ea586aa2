/* Which seconds of a call have which price, run by run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "banded.h"

/* T2026 is a midnight of UTC. */
#define AT(hour, minute, second) \
	(T2026 + ((hour) * 3600 + (minute) * 60 + (second)) * TW_SECOND)

/* "from+seconds:count x increment@price" of each run; * for a bundle. */
static void tell(char *buf, const tw_deck *deck,
		 const tw_rating_request *request)
{
	tw_status status;

	buf[0] = '\0';
	for (size_t i = 0; ; i++) {
		tw_span span = TW_SPAN_INIT;

		status = tw_rating_span(&span, deck, request, i, NULL);
		if (status)
			break;
		sprintf(buf + strlen(buf), "%s%lld+%lld:%lldx%u@%lld%s%s%s",
			i ? " " : "", (long long)span.from_s,
			(long long)span.seconds, (long long)span.count,
			span.increment_s, (long long)(span.price_nanos / RUB),
			span.band[0] ? " " : "", span.band,
			span.in_bundle ? "*" : "");
		if (span.tier_ppm != TW_PPM_WHOLE)
			sprintf(buf + strlen(buf), "%%%u", span.tier_ppm);
	}
	assert_int_equal(status, TW_ITER_END);
}

static void walks(const struct banded *b, tw_rating_request request,
		  const char *wanted)
{
	tw_deck *deck = NULL;
	char runs[1024];

	assert_int_equal(banded_deck(&deck, b, NULL), TW_OK);
	tell(runs, deck, &request);
	assert_string_equal(runs, wanted);
	tw_deck_free(deck);
}

static tw_rating_request call(tw_time answer, int64_t seconds)
{
	tw_rating_request request = fixture_request("74951234567",
						    seconds * TW_SECOND);

	request.answer = answer;
	return request;
}

static void test_increment_start(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, 2 * RUB, "day", 0, 60);
	banded_add(&b, RUB, "night", 0, 10);
	/* the minute that began by day ends at night */
	walks(&b, call(AT(19, 59, 30), 90), "0+60:1x60@2 day "
	      "60+30:3x10@1 night");
	/* a boundary that falls on the start of an increment */
	walks(&b, call(AT(19, 59, 0), 70), "0+60:1x60@2 day "
	      "60+10:1x10@1 night");
	/* microseconds count: the second minute begins just before eight */
	walks(&b, call(AT(19, 59, 0) - 1, 70), "0+120:2x60@2 day");
	/* and back by day */
	walks(&b, call(AT(7, 59, 50), 30), "0+10:1x10@1 night "
	      "10+60:1x60@2 day");
}

static void test_per_second(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	b.rules.crossing = TW_CROSSING_PER_SECOND;
	banded_add(&b, 2 * RUB, "day", 0, 60);
	banded_add(&b, RUB, "night", 0, 10);
	/* increments of the day, priced second by second; what is cut off at
	 * either end of an increment stands apart */
	walks(&b, call(AT(19, 59, 30), 90), "0+30:1x60@2 day "
	      "30+30:1x60@1 night 60+60:1x60@1 night");
	walks(&b, call(AT(19, 58, 30) - 1, 190), "0+60:1x60@2 day "
	      "60+31:1x60@2 day 91+29:1x60@1 night 120+120:2x60@1 night");
}

/* A part of an increment is rounded by itself, so nothing may cut one that
 * costs the same throughout. */
static void test_midnight_cuts_nothing(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	b.rules.crossing = TW_CROSSING_PER_SECOND;
	banded_add(&b, RUB, "", 0, 60);
	walks(&b, call(AT(23, 58, 30), 180), "0+180:3x60@1 night");
	walks(&b, call(AT(23, 58, 30), 86400), "0+28860:481x60@1 night "
	      "28860+30:1x60@1 night 28890+30:1x60@1 day "
	      "28920+43140:719x60@1 day 72060+30:1x60@1 day "
	      "72090+30:1x60@1 night 72120+14280:238x60@1 night");
}

static void test_call_start(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	b.rules.crossing = TW_CROSSING_CALL_START;
	banded_add(&b, 2 * RUB, "day", 0, 60);
	banded_add(&b, RUB, "night", 0, 10);
	walks(&b, call(AT(19, 59, 59), 3600), "0+3600:60x60@2 day");
}

static void test_elapsed(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	banded_add(&b, 3 * RUB, "", 0, 60);
	banded_add(&b, 2 * RUB, "", 90, 7);
	banded_add(&b, RUB, "", 130, 1);
	/* the increment that began before second 90 keeps its price */
	walks(&b, call(T2026, 140), "0+120:2x60@3 120+14:2x7@2 "
	      "134+6:6x1@1");
	b.rules.crossing = TW_CROSSING_PER_SECOND;
	walks(&b, call(T2026, 140), "0+60:1x60@3 60+30:1x60@3 90+30:1x60@2 "
	      "120+7:1x7@2 127+3:1x7@2 130+4:1x7@1 134+6:6x1@1");
}

static void test_included(void **state)
{
	struct banded b;

	(void)state;
	banded_make(&b);
	b.rules.included_s = 100;
	b.options.band_count = 0;
	banded_add(&b, 3 * RUB, "", 0, 60);
	walks(&b, call(T2026, 100), "");
	walks(&b, call(T2026, 101), "100+60:1x60@3");
	walks(&b, call(T2026, 161), "100+120:2x60@3");
}

static void test_bundle_and_tiers(void **state)
{
	tw_rating_request request = call(T2026, 200);
	struct banded b;

	(void)state;
	banded_make(&b);
	b.options.band_count = 0;
	b.tiers[0] = (tw_tier){ sizeof(tw_tier), 900000, 1000 };
	b.tiers[1] = (tw_tier){ sizeof(tw_tier), 500000, 1010 };
	b.options.tier_count = 2;
	banded_add(&b, 3 * RUB, "", 0, 60);
	request.bundle_left_s = 70;
	request.used_s = 960;
	walks(&b, request, "0+60:1x60@3* 60+10:1x60@3* 70+40:1x60@3 "
	      "110+10:1x60@3%900000 120+120:2x60@3%500000");
	/* a bundle that covers all leaves nothing to tiers */
	request.bundle_left_s = 240;
	walks(&b, request, "0+240:4x60@3*");
	/* neither is for calls that others make to us */
	request.direction = TW_DIRECTION_INBOUND;
	b.rates[0].direction = TW_DIRECTION_INBOUND;
	walks(&b, request, "0+240:4x60@3");
	request.direction = TW_DIRECTION_OUTBOUND;
	b.rates[0].direction = TW_DIRECTION_ANY;
	/* tiers of the whole month cut no call */
	request.bundle_left_s = 0;
	b.rules.tier_mode = TW_TIERS_WHOLE;
	walks(&b, request, "0+240:4x60@3");
}

/* Nothing to walk: free, attempts, internal calls. */
static void test_nothing(void **state)
{
	tw_rating_request request = call(T2026, 0);
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, 3 * RUB, "", 0, 60);
	walks(&b, request, "");
	request.duration_us = 60 * TW_SECOND;
	request.flags = TW_RATING_UNANSWERED;
	walks(&b, request, "");
	request.flags = 0;
	request.direction = TW_DIRECTION_INTERNAL;
	walks(&b, request, "");
}

static void test_why_not(void **state)
{
	tw_rating_request request = call(T2026, 60);
	tw_span span = TW_SPAN_INIT;
	tw_deck *deck = NULL;
	struct banded b;

	(void)state;
	banded_make(&b);
	banded_add(&b, 3 * RUB, "", 0, 60);
	assert_int_equal(banded_deck(&deck, &b, NULL), TW_OK);
	request.number = "1";
	assert_int_equal(tw_rating_span(&span, deck, &request, 0, NULL),
			 TW_ENOPRICE);
	assert_int_equal(tw_rating_span(NULL, deck, &request, 0, NULL),
			 TW_EINVAL);
	tw_deck_free(deck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_increment_start),
		cmocka_unit_test(test_per_second),
		cmocka_unit_test(test_midnight_cuts_nothing),
		cmocka_unit_test(test_call_start),
		cmocka_unit_test(test_elapsed),
		cmocka_unit_test(test_included),
		cmocka_unit_test(test_bundle_and_tiers),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
