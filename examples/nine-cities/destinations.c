/**
 * @file destinations.c  Where staff call to, and which carrier is cheaper
 */
#include <assert.h>
#include <string.h>
#include "destinations.h"

enum { A = 0, B = 1 };

/* Beside each: one minute at A with its fee, at B. */
static const struct destination destinations[] = {
	{ GROUP_CITY, "moscow",        "7495", 11, A, A },   /* 1.50 1.80 */
	{ GROUP_CITY, "spb",           "7812", 11, A, A },   /* 1.50 1.80 */
	/* B shows a number of the city, for which there is no contract */
	{ GROUP_CITY, "kazan",         "7843", 11, A, A },   /* 2.50 1.90 */
	{ GROUP_CITY, "ufa",           "7347", 11, A, A },   /* 3.00 2.20 */
	{ GROUP_CITY, "yekaterinburg", "7343", 11, A, A },   /* 1.70 2.00 */
	{ GROUP_CITY, "novosibirsk",   "7383", 11, B, B },   /* 2.40 1.95 */
	{ GROUP_CITY, "samara",        "7846", 11, A, A },   /* 1.90 2.10 */
	{ GROUP_CITY, "rostov",        "7863", 11, B, B },   /* 2.00 1.85 */
	{ GROUP_CITY, "krasnodar",     "7861", 11, B, B },   /* 2.00 1.85 */

	{ GROUP_MOBILE, NULL, "7916", 11, A, A },  /* 2.30 2.40, then 2.80 */
	{ GROUP_MOBILE, NULL, "7926", 11, B, A },  /* 2.70 2.50, then 3.10 */
	{ GROUP_MOBILE, NULL, "7987", 11, B, A },
	{ GROUP_MOBILE, NULL, "7961", 11, B, A },

	{ GROUP_REGION, NULL, "7499", 11, A, A },    /* 1.50 1.80 */
	{ GROUP_REGION, NULL, "7351", 11, B, B },    /* 3.20 2.90 */
	{ GROUP_REGION, NULL, "7421", 11, B, B },
	{ GROUP_REGION, NULL, "7831", 11, B, B },
	{ GROUP_REGION, NULL, "7800", 11, A, A },    /* free: by priority */

	{ GROUP_ABROAD, NULL, "77172", 11, A, A },   /* 9.90 12.00 */
	{ GROUP_ABROAD, NULL, "37517", 12, B, B },   /* 16.40 14.50 */
	{ GROUP_ABROAD, NULL, "49301", 11, B, B },   /* 7.30 7.10 */
	{ GROUP_ABROAD, NULL, "39021", 11, A, A },   /* 8.60 9.40 */
	{ GROUP_ABROAD, NULL, "86755", 12, A, A },   /* 4.30 4.60 */
	{ GROUP_ABROAD, NULL, "90212", 12, B, B },   /* 11.40 10.50 */
	{ GROUP_ABROAD, NULL, "97233", 11, A, A },   /* only A has it */
	{ GROUP_ABROAD, NULL, "38111", 11, B, B },   /* only B has it */
	{ GROUP_ABROAD, NULL, "44795", 12, B, B },   /* mobile 14.60 13.10 */

	{ GROUP_BLOCKED, NULL, "8816", 12, A, A },
	{ GROUP_BLOCKED, NULL, "8821", 12, A, A },
	{ GROUP_BLOCKED, NULL, "8835", 12, A, A },

	{ GROUP_UNPRICED, NULL, "5371", 10, A, A },
	{ GROUP_UNPRICED, NULL, "8502", 11, A, A },
};


const struct destination *destination_draw(enum destination_group group,
					   const char *site, uint64_t chance)
{
	const size_t n = sizeof(destinations) / sizeof(destinations[0]);
	size_t i, fits = 0, wanted;

	for (i = 0; i < n; i++)
		fits += destinations[i].group == group &&
			(group != GROUP_CITY ||
			 !strcmp(destinations[i].site, site));
	assert(fits);
	wanted = (size_t)(chance % fits);
	for (i = 0; i < n; i++) {
		if (destinations[i].group != group ||
		    (group == GROUP_CITY &&
		     strcmp(destinations[i].site, site)))
			continue;
		if (!wanted--)
			break;
	}

	return &destinations[i];
}


/* +7918: no row of its own, so "Russia, mobile": 2.70 2.50, later 3.10 */
unsigned destination_mobile_carrier(bool later)
{
	return later ? A : B;
}
