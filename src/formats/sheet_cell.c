/**
 * @file src/formats/sheet_cell.c  Cells of a price sheet as values
 *
 * Decides what a carrier's cell means and says what is wrong with it and how
 * to mend it. Refuses to guess: spreadsheets eat plus signs, turn codes into
 * 7.5E+3 and points into commas, and each of these is money, so what could
 * be read in two ways is a reject and not a price. Codes and dates have files
 * of their own.
 */
#include <stdio.h>
#include <string.h>
#include "sheet.h"

tw_status tw__sheet_refuse(const struct sheet_cell *cell, const char *mend)
{
	char shown[TW_TEXT_SHOWN];
	tw_reject *reject = cell->reject;

	tw__text_shown(shown, cell->text);
	snprintf(reject->column, sizeof(reject->column), "%s",
		 cell->reading->names[cell->column]);
	if (cell->text.l)
		snprintf(reject->reason, sizeof(reject->reason), "\"%s\" %s",
			 shown, mend);
	else
		snprintf(reject->reason, sizeof(reject->reason), "%s", mend);

	return TW_EPARSE;
}

static bool has_control(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	}

	return false;
}

static tw_status read_name(char *out, size_t size,
			   const struct sheet_cell *cell)
{
	char mend[64];

	if (cell->text.l >= size) {
		snprintf(mend, sizeof(mend), "is longer than %zu bytes; "
			 "shorten it", size - 1);
		return tw__sheet_refuse(cell, mend);
	}
	if (has_control(cell->text))
		return tw__sheet_refuse(cell, "has a line break or control "
			"character; write it in one line");
	if (cell->text.l)
		memcpy(out, cell->text.p, cell->text.l);
	out[cell->text.l] = '\0';

	return TW_OK;
}

/* A comma is a decimal one where the mapping says so, or else only where
 * commas do not separate cells and the usual separator is its reason. */
static bool take_comma(char *text, const struct sheet_reading *reading)
{
	char decimal = reading->map->decimal;
	char *comma = strchr(text, ',');

	if (!comma)
		return decimal != ',' || !strchr(text, '.');
	if (decimal == '.' || (!decimal && reading->delimiter != ';') ||
	    strchr(text, '.') || strchr(comma + 1, ','))
		return false;
	*comma = '.';

	return true;
}

/* Plain, no-break and narrow no-break: all separate thousands. */
static bool has_blank(const char *text)
{
	return strchr(text, ' ') || strstr(text, "\xc2\xa0") ||
		strstr(text, "\xe2\x80\xaf");
}

static bool is_number(const char *text)
{
	return strspn(text, "0123456789.,+- \xc2\xa0\xe2\x80\xaf") ==
		strlen(text);
}

static tw_status bad_comma(const struct sheet_cell *cell)
{
	switch (cell->reading->map->decimal) {

	case ',':
		return tw__sheet_refuse(cell, "is not written with one "
			"decimal comma, as the mapping says; write 1234,50");
	case '.':
		return tw__sheet_refuse(cell, "has a comma, and the mapping "
			"says decimal point; write 1234.50");
	default:
		return tw__sheet_refuse(cell, "has a comma; write 1.50, or "
			"separate the cells by ; and use one decimal comma, "
			"or a mapping with decimal = \"comma\"");
	}
}

static tw_status read_money(int64_t *out, const struct sheet_cell *cell)
{
	char text[40] = "";
	tw_status status;

	if (tw__sheet_is_scientific(cell->text))
		return tw__sheet_refuse(cell, "was rewritten by a "
			"spreadsheet; format the column as a number and "
			"write 0.0012");
	if (cell->text.l >= sizeof(text))
		return tw__sheet_refuse(cell, "is no amount; write 1.50");
	memcpy(text, cell->text.p, cell->text.l);
	if (strlen(text) < cell->text.l || !is_number(text))
		return tw__sheet_refuse(cell, "is no amount; write the number "
			"alone, such as 1.50, and the currency in its own "
			"column");
	if (has_blank(text))
		return tw__sheet_refuse(cell, "has a blank inside; write "
			"1234.50 without thousands separators");
	if (!take_comma(text, cell->reading))
		return bad_comma(cell);
	if (text[0] == '-')
		return tw__sheet_refuse(cell, "is negative; write 0 or more");
	status = tw_decimal_parse(out, text, NULL);
	if (status == TW_ERANGE)
		return tw__sheet_refuse(cell, "is beyond "
					"9223372036.854775807");

	return status ? tw__sheet_refuse(cell, "is no amount; write 1.50, "
		"with at most nine decimals") : TW_OK;
}

static tw_status read_rate(tw_rate *rate, const struct sheet_cell *cell)
{
	tw_status status;

	if (!cell->text.l)
		return rate->status != TW_RATE_PRICED ? TW_OK :
			tw__sheet_refuse(cell, "the price is missing; write "
				"0 if it is free, or status=blocked if it is "
				"not served");
	status = read_money(&rate->price_nanos, cell);
	if (status || !cell->reading->map->per_second)
		return status;
	if (__builtin_mul_overflow(rate->price_nanos, 60,
				   &rate->price_nanos))
		return tw__sheet_refuse(cell, "a second is beyond "
			"9223372036.854775807 a minute");

	return TW_OK;
}

static tw_status read_fee(tw_rate *rate, const struct sheet_cell *cell)
{
	return cell->text.l ? read_money(&rate->connect_fee_nanos, cell)
			    : TW_OK;
}

static tw_status read_currency(struct sheet_reading *reading,
			       const struct sheet_cell *cell)
{
	char mend[64];

	if (!reading->present[COL_CURRENCY])
		return TW_OK;
	for (size_t i = 0; i < cell->text.l; i++) {
		if (cell->text.p[i] < 'A' || cell->text.p[i] > 'Z')
			return tw__sheet_refuse(cell, "is no currency; write "
				"three capital letters such as RUB");
	}
	if (cell->text.l != 3)
		return tw__sheet_refuse(cell, cell->text.l ? "is no "
			"currency; write three capital letters such as RUB" :
			"the currency is missing; write its code in each "
			"row");
	if (!reading->currency[0])
		memcpy(reading->currency, cell->text.p, 3);
	if (tw__str_eq(cell->text, reading->currency))
		return TW_OK;
	snprintf(mend, sizeof(mend), "is another currency; this tariff is "
		 "in %s", reading->currency);

	return tw__sheet_refuse(cell, mend);
}

static tw_status read_validity(tw_rate *rate, const struct sheet_cell *from,
			       const struct sheet_cell *to)
{
	tw_status status = TW_OK;

	if (from->text.l)
		status = tw__sheet_date(&rate->from, from);
	if (!status && to->text.l)
		status = tw__sheet_date(&rate->to, to);
	if (status)
		return status;

	return rate->from < rate->to ? TW_OK :
		tw__sheet_refuse(to, "is not after effective_from; "
			"effective_to is the first day the price is no "
			"longer in force");
}

static tw_status read_seconds(uint32_t *out, const struct sheet_cell *cell,
			      struct tw_str text)
{
	uint64_t value;

	if (!tw__str_u64(&value, text) || value < 1 ||
	    value > SHEET_INC_MAX_S)
		return tw__sheet_refuse(cell, "is no increment; write 1 to "
					"3600 seconds");
	*out = (uint32_t)value;

	return TW_OK;
}

static tw_status read_increment(uint32_t *out, const struct sheet_cell *cell)
{
	return cell->text.l ? read_seconds(out, cell, cell->text) : TW_OK;
}

static tw_status read_increments(tw_rate *rate, const struct sheet_cell *cell)
{
	struct tw_str s = cell->text;
	const char *slash;
	size_t first;
	tw_status status;

	if (!s.l)
		return TW_OK;
	slash = memchr(s.p, '/', s.l);
	if (!slash)
		return tw__sheet_refuse(cell, "is no pair of increments; "
					"write 60/1");
	first = (size_t)(slash - s.p);
	status = read_seconds(&rate->first_inc_s, cell,
			      tw__str_trim(tw__str(s.p, first)));
	if (status)
		return status;

	return read_seconds(&rate->next_inc_s, cell, tw__str_trim(
		tw__str(slash + 1, s.l - first - 1)));
}

static tw_status read_from_s(tw_rate *rate, const struct sheet_cell *cell)
{
	uint64_t value;

	if (!cell->text.l)
		return TW_OK;
	if (!tw__str_u64(&value, cell->text) || value > SHEET_FROM_MAX_S)
		return tw__sheet_refuse(cell, "is no second of a call; write "
					"0 to 65535");
	rate->from_s = (uint32_t)value;

	return TW_OK;
}

static tw_status read_direction(tw_rate *rate, const struct sheet_cell *cell)
{
	for (uint32_t d = TW_DIRECTION_ANY; d <= TW_DIRECTION_FORWARD; d++) {
		if (!cell->text.l ||
		    tw__str_ieq(cell->text, tw_direction_name(d))) {
			rate->direction = cell->text.l ? d : TW_DIRECTION_ANY;
			return TW_OK;
		}
	}
	if (tw__str_ieq(cell->text, "internal"))
		return tw__sheet_refuse(cell, "calls cost nothing and have "
					"no rows; delete the row");

	return tw__sheet_refuse(cell, "is no direction; write outbound, "
				"inbound, forward or nothing");
}

static tw_status read_relation(tw_rate *rate, const struct sheet_cell *cell)
{
	if (!cell->text.l)
		return TW_OK;
	for (uint32_t r = TW_RELATION_ANY; r <= TW_RELATION_OTHER; r++) {
		if (tw__str_ieq(cell->text, tw_relation_name(r))) {
			rate->relation = r;
			return TW_OK;
		}
	}

	return tw__sheet_refuse(cell, "is no relation of regions; write "
		"same_city, same_region, other or nothing");
}

static tw_status read_status(tw_rate *rate, const struct sheet_cell *cell)
{
	if (!cell->text.l || tw__str_ieq(cell->text, "priced"))
		rate->status = TW_RATE_PRICED;
	else if (tw__str_ieq(cell->text, "blocked"))
		rate->status = TW_RATE_BLOCKED;
	else if (tw__str_ieq(cell->text, "ended"))
		rate->status = TW_RATE_ENDED;
	else
		return tw__sheet_refuse(cell, "is no status; write blocked, "
					"ended or nothing");

	return TW_OK;
}

/* Carriers' own remarks on what a row changes. */
static const struct {
	const char *word;
	uint32_t status;
} markers[] = {
	{ "deleted", TW_RATE_ENDED }, { "delete", TW_RATE_ENDED },
	{ "closed", TW_RATE_ENDED }, { "close", TW_RATE_ENDED },
	{ "ended", TW_RATE_ENDED }, { "end", TW_RATE_ENDED },
	{ "removed", TW_RATE_ENDED }, { "remove", TW_RATE_ENDED },
	{ "удалено", TW_RATE_ENDED }, { "закрыто", TW_RATE_ENDED },
	{ "удален", TW_RATE_ENDED }, { "закрыт", TW_RATE_ENDED },
	{ "blocked", TW_RATE_BLOCKED }, { "block", TW_RATE_BLOCKED },
	{ "заблокировано", TW_RATE_BLOCKED },
	{ "new", TW_RATE_PRICED }, { "increase", TW_RATE_PRICED },
	{ "increased", TW_RATE_PRICED }, { "decrease", TW_RATE_PRICED },
	{ "decreased", TW_RATE_PRICED }, { "unchanged", TW_RATE_PRICED },
	{ "no_change", TW_RATE_PRICED }, { "same", TW_RATE_PRICED },
	{ "current", TW_RATE_PRICED }, { "changed", TW_RATE_PRICED },
	{ "новое", TW_RATE_PRICED }, { "новый", TW_RATE_PRICED },
	{ "повышение", TW_RATE_PRICED }, { "снижение", TW_RATE_PRICED },
	{ "понижение", TW_RATE_PRICED }, { "без_изменений", TW_RATE_PRICED },
};

/* That a price rises is found by comparing, not by being told. */
static tw_status read_change(tw_rate *rate, const struct sheet_cell *cell,
			     bool has_status)
{
	char word[SHEET_NAME];

	if (!cell->text.l)
		return TW_OK;
	tw__sheet_fold(word, cell->text);
	for (size_t i = 0; i < TW_ARRAY_COUNT(markers); i++) {
		if (strcmp(word, markers[i].word))
			continue;
		if (markers[i].status == TW_RATE_PRICED)
			return TW_OK;
		if (has_status && rate->status != markers[i].status)
			return tw__sheet_refuse(cell, "contradicts the "
				"column status; keep one of them");
		rate->status = markers[i].status;
		return TW_OK;
	}

	return tw__sheet_refuse(cell, "is no change of a price; write new, "
		"increase, decrease, unchanged, deleted, blocked or nothing");
}

/* A code ends as a whole, not by night only. */
static tw_status check_parts(const tw_rate *rate,
			     const struct sheet_cell cells[COL_COUNT])
{
	static const char mend[] = "stands in a row that blocks or ends the "
		"code; such a row is for all bands and seconds";

	if (rate->status == TW_RATE_PRICED)
		return TW_OK;
	if (rate->band[0])
		return tw__sheet_refuse(&cells[COL_BAND], mend);

	return rate->from_s ? tw__sheet_refuse(&cells[COL_FROM_S], mend)
			    : TW_OK;
}

/* Status before the price, which only a priced row needs. The currency last:
 * a bad row must not set that of the sheet. */
static tw_status read_cells(tw_rate *rate, struct sheet_reading *reading,
			    const struct sheet_cell c[COL_COUNT])
{
	if (read_name(rate->destination, sizeof(rate->destination),
		      &c[COL_DESTINATION]) ||
	    read_status(rate, &c[COL_STATUS]) ||
	    read_change(rate, &c[COL_CHANGE], c[COL_STATUS].text.l) ||
	    read_rate(rate, &c[COL_RATE]) ||
	    read_validity(rate, &c[COL_FROM], &c[COL_TO]) ||
	    read_increment(&rate->first_inc_s, &c[COL_FIRST_INC]) ||
	    read_increment(&rate->next_inc_s, &c[COL_NEXT_INC]) ||
	    read_increments(rate, &c[COL_INCREMENTS]) ||
	    read_fee(rate, &c[COL_CONNECT_FEE]) ||
	    read_direction(rate, &c[COL_DIRECTION]) ||
	    (c[COL_CALLER_PREFIX].text.l &&
	     tw__sheet_code(rate->caller_prefix, &c[COL_CALLER_PREFIX])) ||
	    read_relation(rate, &c[COL_RELATION]) ||
	    read_name(rate->band, sizeof(rate->band), &c[COL_BAND]) ||
	    read_from_s(rate, &c[COL_FROM_S]) ||
	    check_parts(rate, c) ||
	    read_currency(reading, &c[COL_CURRENCY]))
		return TW_EPARSE;

	return TW_OK;
}

tw_status tw__sheet_row(tw_rate *out, struct sheet_codes *codes,
			tw_reject *reject, struct sheet_reading *reading,
			const struct tw_str cells[COL_COUNT])
{
	struct sheet_cell c[COL_COUNT];
	tw_rate rate = TW_RATE_INIT;
	tw_status status;

	for (size_t i = 0; i < COL_COUNT; i++)
		c[i] = (struct sheet_cell){ tw__str_trim(cells[i]),
			(enum sheet_column)i, reject, reading };
	rate.first_inc_s = reading->first_inc_s;
	rate.next_inc_s = reading->next_inc_s;
	status = tw__sheet_codes(codes, c);
	if (!status)
		status = read_cells(&rate, reading, c);
	if (!status)
		*out = rate;

	return status;
}
