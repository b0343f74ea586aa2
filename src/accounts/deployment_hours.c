/**
 * @file src/accounts/deployment_hours.c  Opening hours as people write them
 *
 * Decides what "mon-fri 09:00-19:00" means in days and minutes. Refuses to
 * know zones and dates: the schedule's zone applies them.
 */
#include <string.h>
#include "deployment_hours.h"

#define DAY_MIN 1440u

static int read_day(const char **p)
{
	static const char days[] = "montuewedthufrisatsun";
	char day[3];
	int i;

	for (i = 0; i < 3; i++) {
		if (!(*p)[i])
			return -1;
		day[i] = (char)((*p)[i] | 0x20);
	}
	for (i = 0; i < 7; i++) {
		if (!memcmp(day, days + 3 * i, 3)) {
			*p += 3;
			return i;
		}
	}
	return -1;
}


/* "fri-mon" goes over the weekend. */
static bool read_days(uint32_t *mask, const char **p)
{
	int from, to;

	*mask = 0;
	if (!strncmp(*p, "daily", 5)) {
		*mask = 0x7f;
		*p += 5;
		return true;
	}
	for (;;) {
		from = to = read_day(p);
		if (from >= 0 && **p == '-') {
			++*p;
			to = read_day(p);
		}
		if (from < 0 || to < 0)
			return false;
		*mask |= 1u << from;
		while (from != to) {
			from = (from + 1) % 7;
			*mask |= 1u << from;
		}
		if (**p != ',')
			return true;
		++*p;
	}
}


static bool read_clock(uint32_t *minutes, const char **p)
{
	const char *s = *p;
	uint32_t hour, minute;
	int i;

	for (i = 0; i < 5; i++) {
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return false;
	}
	hour = (uint32_t)((s[0] - '0') * 10 + s[1] - '0');
	minute = (uint32_t)((s[3] - '0') * 10 + s[4] - '0');
	if (minute > 59 || hour > 24 || (hour == 24 && minute))
		return false;
	*minutes = hour * 60 + minute;
	*p += 5;
	return true;
}


static bool read_span(struct tw_hours *out, const char *p)
{
	if (!read_clock(&out->from_min, &p) || *p++ != '-' ||
	    !read_clock(&out->to_min, &p) || *p)
		return false;
	/* 00:00 as an end is the midnight that ends the day. */
	if (!out->to_min)
		out->to_min = DAY_MIN;
	return out->from_min < DAY_MIN && out->from_min != out->to_min;
}


tw_status tw__span_parse(struct tw_hours *out, const char *text,
			 tw_error *err)
{
	struct tw_hours hours = { .day_mask = 0x7f };

	if (!read_span(&hours, text))
		return tw__fail(err, TW_EINVAL, "'%.60s' are no hours; write "
				"them like \"10:00-15:00\", midnight as end "
				"is 24:00", text);
	*out = hours;
	return TW_OK;
}


tw_status tw__hours_parse(struct tw_hours *out, const char *text,
			  tw_error *err)
{
	struct tw_hours hours = { 0 };
	const char *p = text;

	if (!read_days(&hours.day_mask, &p) || *p != ' ')
		goto bad;
	while (*p == ' ')
		p++;
	if (!read_span(&hours, p))
		goto bad;
	*out = hours;
	return TW_OK;
bad:
	return tw__fail(err, TW_EINVAL, "'%.60s' are no hours; write days and "
			"times like \"mon-fri 09:00-19:00\" or "
			"\"sat 10:00-16:00\"", text);
}
