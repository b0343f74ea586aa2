/**
 * @file destinations.h  Where staff call to, and which carrier is cheaper
 *
 * Written by hand from the two price sheets, for a call of one minute: what
 * the library works out from carrier-a.csv and carrier-b.csv must be this.
 */
#ifndef NINE_CITIES_DESTINATIONS_H
#define NINE_CITIES_DESTINATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Carrier B's mobile prices rise on this day of the month (0-based). */
#define DESTINATIONS_CHANGE_DAY 15

enum destination_group {
	GROUP_CITY,
	GROUP_MOBILE,
	GROUP_REGION,
	GROUP_ABROAD,
	GROUP_BLOCKED,
	GROUP_UNPRICED,
};

struct destination {
	enum destination_group group;
	const char *site;          /* GROUP_CITY: whose own city it is */
	const char *prefix;
	size_t length;             /* of the whole number */
	unsigned carrier;          /* 0: A, 1: B */
	unsigned carrier_later;    /* from the change day */
};

const struct destination *destination_draw(enum destination_group group,
					   const char *site,
					   uint64_t chance);
/* The cheaper carrier of the mobiles that ring for a city. */
unsigned destination_mobile_carrier(bool later);

#endif
