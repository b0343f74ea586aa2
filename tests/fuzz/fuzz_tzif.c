/* Any bytes as a zone: what loads must answer every question consistently. */
#include <stdlib.h>
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A wall clock reading leads back to itself, or to the end of its gap. */
static void round_trip(const tw_zone *zone, tw_time t)
{
	tw_civil local, again;
	tw_time back;

	tw_zone_local(&local, zone, t);
	check(local.offset_s >= -90000 && local.offset_s <= 97200);
	check(tw_zone_instant(&back, zone, &local, NULL) == TW_OK);
	if (local.year == 1 || local.year == 9999)
		return;
	check(back <= t);
	tw_zone_local(&again, zone, back);
	check(again.hour == local.hour && again.minute == local.minute &&
	      again.second == local.second && again.day == local.day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const tw_time starts[] = {
		TW_TIME_MIN, -5000000000 * TW_SECOND, 0,
		1791181800 * TW_SECOND, 5000000000 * TW_SECOND, TW_TIME_MAX
	};
	tw_zone *zone = NULL;

	if (tw_zone_new(&zone, "Fuzz/Zone", data, size, NULL))
		return 0;
	for (size_t i = 0; i < TW_ARRAY_COUNT(starts); i++) {
		tw_time t = starts[i];

		for (int n = 0; n < 5; n++) {
			tw_time next = tw_zone_next_change(zone, t);

			round_trip(zone, t);
			check(next > t || next == TW_TIME_MAX);
			if (next == TW_TIME_MAX)
				break;
			round_trip(zone, next - 1);
			t = next;
		}
	}
	tw_zone_free(zone);
	return 0;
}
