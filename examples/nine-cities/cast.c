/**
 * @file cast.c  Who takes part: cities, phones, landlines, carriers
 */
#include <string.h>
#include "cast.h"

struct reader {
	const tw_directory *directory;
	struct cast *cast;
	tw_error *err;
};


static tw_status fail(struct reader *r, const char *what, const char *name,
		      const char *mend)
{
	if (r->err) {
		r->err->code = TW_EINVAL;
		(void)re_snprintf(r->err->message, sizeof(r->err->message),
				  "%s %s can't be played; %s", what, name,
				  mend);
	}

	return TW_EINVAL;
}


static const char *text(const struct reader *r, tw_row row, const char *field)
{
	const char *s = tw_row_text(r->directory, row, field);

	return s ? s : "";
}


static tw_status digits(char out[20], const char *number)
{
	const char *p = *number == '+' ? number + 1 : number;

	if (!*p || strlen(p) >= 20)
		return TW_EINVAL;
	str_ncpy(out, p, 20);

	return TW_OK;
}


/* user and address of "sip:user@127.0.0.1:port". */
static tw_status address(char *user, size_t size, struct sa *sa,
			 const char *text_uri)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, text_uri);
	if (uri_decode(&uri, &pl) || (user && uri.user.l >= size) ||
	    sa_set(sa, &uri.host, uri.port) || !uri.port ||
	    !sa_is_loopback(sa))
		return TW_EINVAL;
	if (user)
		(void)pl_strcpy(&uri.user, user, size);

	return TW_OK;
}


static tw_status read_carriers(struct reader *r)
{
	tw_row row = { 0 };
	unsigned n = 0;

	while (tw_directory_next(&row, r->directory, "trunk", NULL) ==
	       TW_OK) {
		struct cast_carrier *c = &r->cast->carriers[n];
		const char *name = text(r, row, "name");

		if (n == CARRIERS)
			return fail(r, "trunk", name, "keep two trunks");
		str_ncpy(c->trunk, name, sizeof(c->trunk));
		str_ncpy(c->name, text(r, row, "carrier"), sizeof(c->name));
		str_ncpy(c->user, text(r, row, "user"), sizeof(c->user));
		str_ncpy(c->realm, text(r, row, "realm"), sizeof(c->realm));
		str_ncpy(c->password_file, text(r, row, "password_file"),
			 sizeof(c->password_file));
		if (!*c->realm || !*c->password_file)
			return fail(r, "trunk", name,
				    "give it realm and password_file");
		if (address(NULL, 0, &c->listen, text(r, row, "registrar")))
			return fail(r, "trunk", name, "its registrar must "
				    "be sip:127.x.x.x:PORT");
		n++;
	}

	return n == CARRIERS ? TW_OK
		: fail(r, "the", "deployment", "keep two trunks");
}


static struct cast_city *city_of_site(struct cast *cast, const char *site)
{
	unsigned i;

	for (i = 0; i < cast->city_count; i++) {
		if (!strcmp(cast->cities[i].site, site))
			return &cast->cities[i];
	}

	return NULL;
}


static tw_status read_sites(struct reader *r)
{
	struct cast *cast = r->cast;
	tw_row row = { 0 };

	while (tw_directory_next(&row, r->directory, "site", NULL) == TW_OK) {
		struct cast_city *city = &cast->cities[cast->city_count];
		const char *name = text(r, row, "name");

		if (cast->city_count == CITIES_MAX)
			return fail(r, "site", name, "keep 16 sites");
		str_ncpy(city->site, name, sizeof(city->site));
		str_ncpy(city->department, text(r, row, "department"),
			 sizeof(city->department));
		if (tw_zone_open(&city->zone, text(r, row, "zone"), r->err))
			return TW_EINVAL;
		cast->city_count++;
	}

	return TW_OK;
}


static tw_status read_landlines(struct reader *r)
{
	tw_row row = { 0 };

	while (tw_directory_next(&row, r->directory, "landline", NULL) ==
	       TW_OK) {
		struct cast_city *city = city_of_site(r->cast,
						      text(r, row, "site"));

		if (!city || digits(city->landline, text(r, row, "number")) ||
		    address(NULL, 0, &city->fxo, text(r, row, "uri")))
			return fail(r, "landline", text(r, row, "name"),
				    "give it site, number and a loopback "
				    "uri");
	}

	return TW_OK;
}


static unsigned carrier_index(const struct cast *cast, const char *name)
{
	unsigned i;

	/* A rented number has no carrier of its own: the vendor forwards it
	 * to the first trunk until it is given up. */
	for (i = CARRIERS - 1; i > 0; i--) {
		if (!strcmp(cast->carriers[i].name, name))
			return i;
	}

	return 0;
}


static tw_status read_numbers(struct reader *r)
{
	tw_row row = { 0 };

	while (tw_directory_next(&row, r->directory, "number", NULL) ==
	       TW_OK) {
		struct cast_city *city = city_of_site(r->cast,
						      text(r, row, "site"));
		struct cast_number *number;

		if (!city || city->number_count == NUMBERS_MAX)
			return fail(r, "number", text(r, row, "number"),
				    "give it one of the sites");
		number = &city->numbers[city->number_count++];
		number->carrier = carrier_index(r->cast,
						text(r, row, "carrier"));
		str_ncpy(number->owner, text(r, row, "department"),
			 sizeof(number->owner));
		if (digits(number->digits, text(r, row, "number")))
			return fail(r, "number", text(r, row, "number"),
				    "write it in digits");
	}

	return TW_OK;
}


static tw_status read_phone(struct reader *r, struct cast_city *city,
			    const char *name, unsigned tier)
{
	struct cast_phone *phone = &city->phones[city->phone_count];
	tw_row row;

	if (city->phone_count == PHONES_MAX ||
	    tw_directory_find(&row, r->directory, "phone", name, NULL))
		return fail(r, "phone", name, "keep 6 in a pool");
	str_ncpy(phone->name, name, sizeof(phone->name));
	phone->tier = tier;
	if (*text(r, row, "uri")) {
		if (address(phone->user, sizeof(phone->user),
			    &r->cast->phones, text(r, row, "uri")))
			return fail(r, "phone", name, "its uri must be "
				    "sip:USER@127.x.x.x:PORT");
		city->ip_count++;
	}
	else if (digits(phone->mobile, text(r, row, "number"))) {
		return fail(r, "phone", name, "give it a uri or a number");
	}
	city->phone_count++;

	return TW_OK;
}


static tw_status read_pool(struct reader *r, struct cast_city *city,
			   tw_row pool)
{
	tw_row member = { 0 };

	city->rings_all = !strcmp(text(r, pool, "policy"), "all");
	while (tw_directory_next_child(&member, r->directory, pool, NULL) ==
	       TW_OK) {
		const char *phone = text(r, member, "phone");
		tw_status status;

		if (!*phone)
			continue;
		status = read_phone(r, city, phone, (unsigned)tw_row_integer(
			r->directory, member, "tier", 0));
		if (status)
			return status;
	}

	return TW_OK;
}


static bool is_phones_of(const struct cast_city *city, const char *pool)
{
	const size_t n = strlen(city->site);

	return !strncmp(pool, city->site, n) && !strcmp(pool + n, "-phones");
}


/* A city's plan bears its site's name; pools are SITE-phones. */
static tw_status read_plan(struct reader *r, struct cast_city *city)
{
	tw_row plan, pool, step = { 0 };
	const char *last = "";
	unsigned i;

	if (tw_directory_find(&plan, r->directory, "plan", city->site, NULL))
		return fail(r, "site", city->site, "give it a plan of the "
			    "same name");
	while (tw_directory_next_child(&step, r->directory, plan, NULL) ==
	       TW_OK) {
		const char *name = text(r, step, "ring");

		if (*name)
			last = name;
		if (!is_phones_of(city, name) ||
		    tw_directory_find(&pool, r->directory, "pool", name,
				      NULL))
			continue;
		if (read_pool(r, city, pool))
			return TW_EINVAL;
	}
	for (i = 0; i < r->cast->city_count; i++) {
		if (!is_phones_of(&r->cast->cities[i], last))
			continue;
		city->neighbour = i;
		return TW_OK;
	}

	return fail(r, "plan", city->site,
		    "its last step must ring the phones of another site");
}


/* A city's schedule is SITE-hours. */
static tw_status read_holidays(struct reader *r)
{
	tw_row row = { 0 };
	unsigned i;

	while (tw_directory_next(&row, r->directory, "holiday", NULL) ==
	       TW_OK) {
		const char *schedule = text(r, row, "schedule");

		for (i = 0; i < r->cast->city_count; i++) {
			struct cast_city *city = &r->cast->cities[i];
			const size_t n = strlen(city->site);

			if (strncmp(schedule, city->site, n) ||
			    strcmp(schedule + n, "-hours") ||
			    *text(r, row, "hours"))
				continue;
			if (city->holiday_count == HOLIDAYS_MAX)
				return fail(r, "site", city->site,
					    "keep 8 holidays");
			str_ncpy(city->holidays[city->holiday_count++],
				 text(r, row, "date"), 11);
		}
	}

	return TW_OK;
}


tw_status cast_read(struct cast *out, const tw_directory *directory,
		    tw_error *err)
{
	struct reader r = { directory, out, err };
	tw_status status;
	unsigned i;

	memset(out, 0, sizeof(*out));
	status = read_carriers(&r);
	if (!status)
		status = read_sites(&r);
	if (!status)
		status = read_landlines(&r);
	if (!status)
		status = read_numbers(&r);
	if (!status)
		status = read_holidays(&r);
	for (i = 0; i < out->city_count && !status; i++)
		status = read_plan(&r, &out->cities[i]);
	for (i = 0; i < out->city_count && !status; i++) {
		if (!out->cities[i].number_count || !*out->cities[i].landline)
			status = fail(&r, "site", out->cities[i].site,
				      "give it a number and a landline");
	}
	if (status)
		cast_free(out);

	return status;
}


void cast_free(struct cast *cast)
{
	unsigned i;

	for (i = 0; i < cast->city_count; i++)
		tw_zone_free(cast->cities[i].zone);
	cast->city_count = 0;
}


bool cast_is_holiday(const struct cast_city *city, const tw_civil *date)
{
	char text_date[16];
	unsigned i;

	(void)re_snprintf(text_date, sizeof(text_date), "%04d-%02d-%02d",
			  date->year, date->month, date->day);
	for (i = 0; i < city->holiday_count; i++) {
		if (!strcmp(city->holidays[i], text_date))
			return true;
	}

	return false;
}


int cast_city_of_landline(const struct cast *cast, const struct pl *number)
{
	unsigned i;

	for (i = 0; i < cast->city_count; i++) {
		if (!pl_strcmp(number, cast->cities[i].landline))
			return (int)i;
	}

	return -1;
}


int cast_city_of_fxo(const struct cast *cast, const struct sa *listen)
{
	unsigned i;

	for (i = 0; i < cast->city_count; i++) {
		if (sa_cmp(&cast->cities[i].fxo, listen, SA_ALL))
			return (int)i;
	}

	return -1;
}


static int find_phone(const struct cast *cast, const struct pl *what,
		      bool mobile, const struct cast_phone **phonep)
{
	unsigned i, n;

	for (i = 0; i < cast->city_count; i++) {
		for (n = 0; n < cast->cities[i].phone_count; n++) {
			const struct cast_phone *phone =
				&cast->cities[i].phones[n];
			const char *have = mobile ? phone->mobile
				: phone->user;

			if (!*have || pl_strcmp(what, have))
				continue;
			if (phonep)
				*phonep = phone;
			return (int)i;
		}
	}

	return -1;
}


int cast_city_of_mobile(const struct cast *cast, const struct pl *number)
{
	return find_phone(cast, number, true, NULL);
}


int cast_city_of_user(const struct cast *cast, const struct pl *user,
		      const struct cast_phone **phone)
{
	return find_phone(cast, user, false, phone);
}
