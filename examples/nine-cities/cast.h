/**
 * @file cast.h  Who takes part: cities, phones, landlines, carriers
 *
 * Read from the directory, so that the script plays whatever deployment.toml
 * describes and names and ports stand in one place. Refuses to know what any
 * of them will do.
 */
#ifndef NINE_CITIES_CAST_H
#define NINE_CITIES_CAST_H

#include <re.h>
#include <trunkwise.h>

enum {
	CITIES_MAX = 16,
	PHONES_MAX = 6,
	NUMBERS_MAX = 6,
	HOLIDAYS_MAX = 8,
	CARRIERS = 2,
};

struct cast_phone {
	char name[64];
	char user[32];           /* of its SIP address; "" for a mobile */
	char mobile[20];         /* digits; "" for an IP phone */
	unsigned tier;           /* in its city's pool */
};

struct cast_number {
	char digits[20];
	unsigned carrier;        /* whose trunk its calls come by */
	char owner[64];          /* department; "" for nobody's yet */
};

struct cast_city {
	char department[64];
	char site[64];
	tw_zone *zone;
	struct cast_phone phones[PHONES_MAX];  /* of the pool, in its order */
	unsigned phone_count;
	unsigned ip_count;
	bool rings_all;          /* pool policy */
	char landline[20];       /* digits */
	struct sa fxo;           /* the site's gateway to that landline */
	struct cast_number numbers[NUMBERS_MAX];
	unsigned number_count;
	unsigned neighbour;      /* whose phones ring last */
	char holidays[HOLIDAYS_MAX][12];  /* closed all day, "2026-10-11" */
	unsigned holiday_count;
};

struct cast_carrier {
	char name[64];
	char trunk[64];
	char user[64];
	char realm[128];
	char password_file[128];
	struct sa listen;
};

struct cast {
	struct cast_city cities[CITIES_MAX];
	unsigned city_count;
	struct cast_carrier carriers[CARRIERS];
	struct sa phones;        /* where all IP phones listen */
};

/* err.message says what of the deployment can't be played, and why. */
tw_status cast_read(struct cast *out, const tw_directory *directory,
		    tw_error *err);
void cast_free(struct cast *cast);

bool cast_is_holiday(const struct cast_city *city, const tw_civil *date);

/* City by landline, mobile, user of a phone or FXO address; -1: none. */
int cast_city_of_landline(const struct cast *cast, const struct pl *digits);
int cast_city_of_mobile(const struct cast *cast, const struct pl *digits);
int cast_city_of_user(const struct cast *cast, const struct pl *user,
		      const struct cast_phone **phone);
int cast_city_of_fxo(const struct cast *cast, const struct sa *listen);

#endif
