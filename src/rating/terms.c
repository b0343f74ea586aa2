/**
 * @file src/rating/terms.c  Bands, holidays, tiers and documents of a tariff
 *
 * Decides how hours and dates are written and which lists of terms a deck may
 * have. Refuses to know rows and prices; whether bands cover the week is
 * band.c's question.
 */
#include "deck.h"

#include <stdlib.h>
#include <string.h>
#include "base/calendar.h"

#define DAY_MIN 1440u
#define ALL_DAYS 0xffu
#define PPM_MAX (10 * TW_PPM_WHOLE)

/* ---- texts ---- */

static const char day_words[TW_DAY_KINDS][8] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday",
};

/* Index of the word that *p begins with, or -1. */
static int read_day(const char **p)
{
	for (int i = 0; i < TW_DAY_KINDS; i++) {
		size_t l = strlen(day_words[i]);

		if (!strncmp(*p, day_words[i], l)) {
			*p += l;
			return i;
		}
	}

	return -1;
}

/* "fri-mon" goes over the weekend; a holiday has no place in a range. */
static bool read_range(uint32_t *mask, const char **p)
{
	int from = read_day(p), to = from;

	if (from >= 0 && **p == '-') {
		++*p;
		to = read_day(p);
		if (from == TW_DAY_HOLIDAY || to == TW_DAY_HOLIDAY)
			return false;
	}
	if (from < 0 || to < 0)
		return false;
	*mask |= 1u << from;
	while (from != to) {
		from = (from + 1) % 7;
		*mask |= 1u << from;
	}

	return true;
}

static bool read_days(uint32_t *mask, const char **p)
{
	*mask = 0;
	if (!strncmp(*p, "daily", 5)) {
		*mask = ALL_DAYS;
		*p += 5;
		return true;
	}
	while (read_range(mask, p)) {
		if (**p != ',')
			return true;
		++*p;
	}

	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_clock(uint32_t *minutes, const char **p)
{
	const char *s = *p;
	uint32_t hour, minute;

	for (int i = 0; i < 5; i++) {
		if (i == 2 ? s[i] != ':' : !is_digit(s[i]))
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

static bool read_hours(tw_band_hours *out, const char *p)
{
	if (!read_days(&out->day_mask, &p) || *p++ != ' ' ||
	    !read_clock(&out->from_min, &p) || *p++ != '-' ||
	    !read_clock(&out->to_min, &p) || *p)
		return false;
	/* 00:00 as an end is the midnight that ends the day. */
	if (!out->to_min)
		out->to_min = DAY_MIN;

	return out->from_min < DAY_MIN && out->from_min != out->to_min;
}

tw_status tw_band_add_hours(tw_band *band, const char *text, tw_error *err)
{
	tw_band_hours hours;

	if (!band || !text || band->size < sizeof(*band))
		return tw__fail(err, TW_EINVAL, "a band and its hours are "
				"wanted; start the band with TW_BAND_INIT");
	if (!read_hours(&hours, text))
		return tw__fail_at(err, TW_EPARSE, 0, "hours", "\"%.60s\" are "
			"no hours; write \"mon-fri 08:00-20:00\", "
			"\"sat,sun,holiday 00:00-24:00\" or \"daily "
			"00:00-24:00\"", text);
	if (band->hours_count >= TW_BAND_HOURS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "hours", "a band has up "
				   "to %d hours", TW_BAND_HOURS_MAX);
	band->hours[band->hours_count++] = hours;

	return TW_OK;
}

static bool read_date(tw_tariff_day *day, const char **p)
{
	const char *s = *p;
	tw_civil civil = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	for (int i = 0; i < 10; i++) {
		if (i == 4 || i == 7 ? s[i] != '-' : !is_digit(s[i]))
			return false;
	}
	civil.year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 +
		(s[2] - '0') * 10 + s[3] - '0';
	civil.month = (s[5] - '0') * 10 + s[6] - '0';
	civil.day = (s[8] - '0') * 10 + s[9] - '0';
	if (!tw__civil_is_valid(&civil))
		return false;
	day->year = civil.year;
	day->month = civil.month;
	day->day = civil.day;
	*p += 10;

	return true;
}

tw_status tw_tariff_day_parse(tw_tariff_day *out, const char *text,
			      tw_error *err)
{
	tw_tariff_day day = TW_TARIFF_DAY_INIT;
	const char *p = text;
	int kind = TW_DAY_HOLIDAY;

	if (!out || !text)
		return tw__fail(err, TW_EINVAL, "no day to read");
	if (!read_date(&day, &p))
		goto bad;
	if (*p == ' ') {
		p++;
		kind = read_day(&p);
	}
	if (*p || kind < 0)
		goto bad;
	day.counts_as = (uint32_t)kind;

	return tw__export(out, &day, sizeof(day), err);
bad:
	return tw__fail_at(err, TW_EPARSE, 0, "holidays", "\"%.40s\" is no "
		"day; write \"2026-01-01\" for a holiday or \"2026-02-28 "
		"mon\" for a day that counts as a Monday", text);
}

/* ---- lists into a deck ---- */

/* Copies an array whose step is the caller's idea of the struct. */
static tw_status take_list(void **out, size_t known, const void *list,
			   size_t count, tw_error *err)
{
	const char *p = list;
	uint32_t stride;
	char *copy;

	*out = NULL;
	if (!count)
		return TW_OK;
	if (!list)
		return tw__fail(err, TW_EINVAL, "a list of terms is missing");
	copy = tw_calloc(count, known);
	if (!copy)
		return tw__fail_oom(err);
	*out = copy;
	memcpy(&stride, p, sizeof(stride));
	for (size_t i = 0; i < count; i++, p += stride, copy += known) {
		tw_status status;
		uint32_t size;

		memcpy(&size, p, sizeof(size));
		if (size != stride || size < sizeof(size))
			return tw__fail(err, TW_EINVAL, "terms of size %u and "
				"%u in one list; start each with its _INIT "
				"macro", stride, size);
		status = tw__import(copy, known, p, err);
		if (status)
			return status;
		/* what a file of this deck says */
		size = (uint32_t)known;
		memcpy(copy, &size, sizeof(size));
	}

	return TW_OK;
}

static tw_status fail_item(const char *list, size_t i, const char *why,
			   tw_error *err)
{
	return tw__fail_at(err, TW_EINVAL, 0, list, "%s[%zu]: %s", list, i,
			   why);
}

static const char *band_fault(const tw_band *band)
{
	if (!band->name[0] ||
	    !memchr(band->name, '\0', sizeof(band->name)) ||
	    !tw__text_is_header_safe(band->name))
		return "a band has a name of 1 to 31 bytes, without quotes "
			"and control characters";
	if (band->percent_ppm > PPM_MAX)
		return "a percentage is 0 to 1000";
	if (!band->hours_count || band->hours_count > TW_BAND_HOURS_MAX)
		return "a band has 1 to 16 hours";
	for (uint32_t h = 0; h < band->hours_count; h++) {
		const tw_band_hours *hours = &band->hours[h];

		if (!hours->day_mask || hours->day_mask > ALL_DAYS ||
		    hours->from_min >= DAY_MIN || !hours->to_min ||
		    hours->to_min > DAY_MIN ||
		    hours->from_min == hours->to_min)
			return "hours name days and two different times";
	}

	return NULL;
}

static tw_status check_bands(const struct tw_deck *deck, tw_error *err)
{
	for (size_t i = 0; i < deck->band_count; i++) {
		const char *fault = band_fault(&deck->bands[i]);

		if (fault)
			return fail_item("band", i, fault, err);
		for (size_t k = 0; k < i; k++) {
			if (!strcmp(deck->bands[i].name, deck->bands[k].name))
				return fail_item("band", i, "another band "
					"has this name; choose a different "
					"one", err);
		}
	}

	return TW_OK;
}

static tw_status take_bands(struct tw_deck *deck,
			    const tw_deck_options *options, tw_error *err)
{
	void *bands;
	tw_status status;

	if (options->band_count > TW_BANDS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "band",
			"a tariff has up to %d bands", TW_BANDS_MAX);
	status = take_list(&bands, sizeof(tw_band), options->bands,
			   options->band_count, err);
	deck->bands = bands;
	deck->band_count = options->band_count;

	return status ? status : check_bands(deck, err);
}

static int compare_days(const void *a, const void *b)
{
	const struct tw_day *x = a, *y = b;

	return (x->date > y->date) - (x->date < y->date);
}

static tw_status pack_days(struct tw_day *days, const tw_tariff_day *list,
			   size_t count, tw_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const tw_civil civil = { list[i].year, list[i].month,
			list[i].day, 0, 0, 0, 0, 0, 0 };

		if (list[i].counts_as > TW_DAY_HOLIDAY ||
		    !tw__civil_is_valid(&civil))
			return fail_item("holidays", i, "no such day", err);
		days[i] = (struct tw_day){ (int32_t)tw__days_from_civil(
			civil.year, civil.month, civil.day),
			list[i].counts_as };
	}
	if (count)
		qsort(days, count, sizeof(*days), compare_days);
	for (size_t i = 1; i < count; i++) {
		int32_t year, month, day;

		if (days[i].date != days[i - 1].date)
			continue;
		tw__civil_from_days(&year, &month, &day, days[i].date);
		return tw__fail_at(err, TW_ECONFLICT, 0, "holidays",
			"%04d-%02d-%02d stands there twice; delete one",
			(int)year, (int)month, (int)day);
	}

	return TW_OK;
}

static tw_status take_days(struct tw_deck *deck,
			   const tw_deck_options *options, tw_error *err)
{
	struct tw_day *days = tw_calloc(options->day_count + 1,
					sizeof(*days));
	void *list = NULL;
	tw_status status;

	deck->days = days;
	if (!days)
		return tw__fail_oom(err);
	deck->day_count = options->day_count;
	status = take_list(&list, sizeof(tw_tariff_day), options->days,
			   options->day_count, err);
	if (!status)
		status = pack_days(days, list, deck->day_count, err);
	tw_free(list);

	return status;
}

static tw_status take_tiers(struct tw_deck *deck,
			    const tw_deck_options *options, tw_error *err)
{
	void *tiers;
	tw_status status;

	if (options->tier_count > TW_TIERS_MAX)
		return tw__fail_at(err, TW_ERANGE, 0, "tier",
			"a tariff has up to %d tiers", TW_TIERS_MAX);
	status = take_list(&tiers, sizeof(tw_tier), options->tiers,
			   options->tier_count, err);
	deck->tiers = tiers;
	deck->tier_count = options->tier_count;
	for (size_t i = 0; !status && i < deck->tier_count; i++) {
		const tw_tier *tier = &deck->tiers[i];

		if (tier->percent_ppm > PPM_MAX)
			status = fail_item("tier", i, "a percentage is 0 to "
					   "1000", err);
		else if (tier->from_s <= (i ? tier[-1].from_s : 0))
			status = fail_item("tier", i, "tiers begin after the "
				"first minute and after one another; put "
				"them in rising order", err);
	}

	return status;
}

static tw_status take_documents(struct tw_deck *deck,
				const tw_deck_options *options, tw_error *err)
{
	void *documents;
	tw_status status = take_list(&documents, sizeof(tw_document),
				     options->documents,
				     options->document_count, err);

	deck->documents = documents;
	deck->document_count = options->document_count;
	for (size_t i = 0; !status && i < deck->document_count; i++) {
		const tw_document *document = &deck->documents[i];

		if (!memchr(document->name, '\0', sizeof(document->name)))
			status = fail_item("document", i, "a name has at "
					   "most 127 bytes", err);
	}

	return status;
}

tw_status tw__terms_take(struct tw_deck *deck, const tw_deck_options *options,
			 tw_error *err)
{
	tw_status status = take_bands(deck, options, err);

	if (!status)
		status = take_days(deck, options, err);
	if (!status)
		status = take_tiers(deck, options, err);
	if (!status)
		status = take_documents(deck, options, err);

	return status ? status : tw__bands_compile(deck, err);
}

/* ---- and out again ---- */

tw_status tw_deck_band(tw_band *out, const tw_deck *deck, size_t index,
		       tw_error *err)
{
	if (index >= deck->band_count)
		return TW_ITER_END;

	return tw__export(out, &deck->bands[index], sizeof(*out), err);
}

tw_status tw_deck_day(tw_tariff_day *out, const tw_deck *deck, size_t index,
		      tw_error *err)
{
	tw_tariff_day day = TW_TARIFF_DAY_INIT;

	if (index >= deck->day_count)
		return TW_ITER_END;
	tw__civil_from_days(&day.year, &day.month, &day.day,
			    deck->days[index].date);
	day.counts_as = deck->days[index].counts_as;

	return tw__export(out, &day, sizeof(day), err);
}

tw_status tw_deck_tier(tw_tier *out, const tw_deck *deck, size_t index,
		       tw_error *err)
{
	if (index >= deck->tier_count)
		return TW_ITER_END;

	return tw__export(out, &deck->tiers[index], sizeof(*out), err);
}

tw_status tw_deck_document(tw_document *out, const tw_deck *deck,
			   size_t index, tw_error *err)
{
	if (index >= deck->document_count)
		return TW_ITER_END;

	return tw__export(out, &deck->documents[index], sizeof(*out), err);
}
