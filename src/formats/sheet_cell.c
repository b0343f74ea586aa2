/**
 * @file src/formats/sheet_cell.c  Cells of a price sheet as values
 *
 * Decides what a carrier's cell means and says what is wrong with it and how
 * to mend it. Refuses to guess: spreadsheets eat plus signs, turn codes into
 * 7.5E+3 and points into commas, and each of these is money, so what could
 * be read in two ways is a reject and not a price.
 */
#include "sheet.h"

#include <stdio.h>
#include <string.h>

struct cell {
	struct tw_str text;
	enum sheet_column column;
	tw_reject *reject;
	const struct sheet_reading *reading;
};

struct alias {
	const char *name;
	enum sheet_column column;
};

/* The first name of a column is the native one. */
static const struct alias aliases[] = {
	{ "prefix", COL_PREFIX }, { "code", COL_PREFIX },
	{ "dialprefix", COL_PREFIX }, { "dial_prefix", COL_PREFIX },
	{ "dial_code", COL_PREFIX },
	{ "destination", COL_DESTINATION }, { "name", COL_DESTINATION },
	{ "description", COL_DESTINATION },
	{ "rate", COL_RATE }, { "price", COL_RATE },
	{ "rate/min", COL_RATE }, { "price/min", COL_RATE },
	{ "rate_per_minute", COL_RATE }, { "price_per_minute", COL_RATE },
	{ "currency", COL_CURRENCY },
	{ "effective_from", COL_FROM }, { "effective_date", COL_FROM },
	{ "effective", COL_FROM }, { "valid_from", COL_FROM },
	{ "effective_to", COL_TO }, { "valid_to", COL_TO },
	{ "valid_till", COL_TO }, { "expiry", COL_TO },
	{ "first_inc", COL_FIRST_INC }, { "initial_inc", COL_FIRST_INC },
	{ "initial_increment", COL_FIRST_INC },
	{ "next_inc", COL_NEXT_INC }, { "next_increment", COL_NEXT_INC },
	{ "increments", COL_INCREMENTS }, { "increment", COL_INCREMENTS },
	{ "connect_fee", COL_CONNECT_FEE },
	{ "connection_fee", COL_CONNECT_FEE },
	{ "setup_fee", COL_CONNECT_FEE },
	{ "direction", COL_DIRECTION },
	{ "caller_prefix", COL_CALLER_PREFIX },
	{ "status", COL_STATUS }, { "band", COL_BAND },
	{ "comment", COL_COMMENT }, { "comments", COL_COMMENT },
	{ "note", COL_COMMENT }, { "notes", COL_COMMENT },
};

enum sheet_column tw__sheet_column(struct tw_str name)
{
	char plain[32];

	name = tw__str_trim(name);
	if (name.l >= sizeof(plain))
		return COL_COUNT;
	for (size_t i = 0; i < name.l; i++) {
		char c = name.p[i];

		plain[i] = c == ' ' || c == '-' ? '_' : c;
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(aliases); i++) {
		if (tw__str_ieq(tw__str(plain, name.l), aliases[i].name))
			return aliases[i].column;
	}

	return COL_COUNT;
}

const char *tw__sheet_column_name(enum sheet_column column)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(aliases); i++) {
		if (aliases[i].column == column)
			return aliases[i].name;
	}

	return "";
}

void tw__sheet_shown(char out[SHEET_SHOWN], struct tw_str cell)
{
	size_t length = cell.l;

	if (length >= SHEET_SHOWN) {
		length = SHEET_SHOWN - 4;
		/* Not within a character. */
		while (length && ((unsigned char)cell.p[length] & 0xc0) ==
		       0x80)
			length--;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)cell.p[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	strcpy(out + length, length < cell.l ? "..." : "");
}

static tw_status refuse(const struct cell *cell, const char *mend)
{
	char shown[SHEET_SHOWN];
	tw_reject *reject = cell->reject;

	tw__sheet_shown(shown, cell->text);
	snprintf(reject->column, sizeof(reject->column), "%s",
		 cell->reading->names[cell->column]);
	if (cell->text.l)
		snprintf(reject->reason, sizeof(reject->reason), "\"%s\" %s",
			 shown, mend);
	else
		snprintf(reject->reason, sizeof(reject->reason), "%s", mend);

	return TW_EPARSE;
}

static struct cell cell_of(const struct sheet_reading *reading,
			   tw_reject *reject, const struct tw_str *cells,
			   enum sheet_column column)
{
	return (struct cell){ tw__str_trim(cells[column]), column, reject,
			      reading };
}

static bool has_byte(struct tw_str s, char c)
{
	return s.l && memchr(s.p, c, s.l);
}

static bool is_digits(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}

	return s.l > 0;
}

/* "7.495E+3" and "7,495E+10", but not "Emirates". */
static bool is_scientific(struct tw_str s)
{
	size_t i = 0;

	while (i < s.l && strchr("+-.,0123456789", s.p[i]) && s.p[i])
		i++;

	return i && i < s.l && (s.p[i] == 'E' || s.p[i] == 'e');
}

static tw_status read_digits(char out[16], const struct cell *cell)
{
	struct tw_str s = cell->text;

	if (is_scientific(s))
		return refuse(cell, "is a code that a spreadsheet rewrote; "
			"format the column as text and write all digits");
	if (s.l && s.p[0] == '+')
		s = tw__str(s.p + 1, s.l - 1);
	if (is_digits(s) && s.l > 15)
		return refuse(cell, "is longer than 15 digits");
	if (!is_digits(s)) {
		if (has_byte(s, '-'))
			return refuse(cell, "is not one code; write one row "
				      "for each code of a range, digits only");
		if (has_byte(s, '.') || has_byte(s, ','))
			return refuse(cell, "is not a code; format the "
				"column as text, digits only");
		return refuse(cell, "is not a code; write 1 to 15 digits");
	}
	memcpy(out, s.p, s.l);
	out[s.l] = '\0';

	return TW_OK;
}

static tw_status read_prefix(tw_rate *rate, const struct cell *cell)
{
	if (!cell->text.l)
		return refuse(cell, "the code is missing; write 1 to 15 "
			      "digits");

	return read_digits(rate->prefix, cell);
}

static tw_status read_caller(tw_rate *rate, const struct cell *cell)
{
	return cell->text.l ? read_digits(rate->caller_prefix, cell) : TW_OK;
}

static bool has_control(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	}

	return false;
}

static tw_status read_destination(tw_rate *rate, const struct cell *cell)
{
	if (cell->text.l >= sizeof(rate->destination))
		return refuse(cell, "is longer than 95 bytes; shorten it");
	if (has_control(cell->text))
		return refuse(cell, "has a line break or control character; "
			      "write it in one line");
	if (cell->text.l)
		memcpy(rate->destination, cell->text.p, cell->text.l);
	rate->destination[cell->text.l] = '\0';

	return TW_OK;
}

/* A comma is a decimal one only where commas do not separate cells. */
static bool take_comma(char *text, char delimiter)
{
	char *comma = strchr(text, ',');

	if (!comma)
		return true;
	if (delimiter != ';' || strchr(text, '.') || strchr(comma + 1, ','))
		return false;
	*comma = '.';

	return true;
}

static tw_status read_money(int64_t *out, const struct cell *cell)
{
	char text[40] = "";
	tw_status status;

	if (is_scientific(cell->text))
		return refuse(cell, "was rewritten by a spreadsheet; format "
			      "the column as a number and write 0.0012");
	if (cell->text.l >= sizeof(text))
		return refuse(cell, "is no amount; write 1.50");
	memcpy(text, cell->text.p, cell->text.l);
	/* Plain, no-break and narrow no-break: all separate thousands. */
	if (strchr(text, ' ') || strstr(text, "\xc2\xa0") ||
	    strstr(text, "\xe2\x80\xaf"))
		return refuse(cell, "has a blank inside; write 1234.50 "
			      "without thousands separators");
	if (!take_comma(text, cell->reading->delimiter))
		return refuse(cell, "has a comma; write 1.50, or separate "
			      "the cells by ; and use one decimal comma");
	if (text[0] == '-')
		return refuse(cell, "is negative; write 0 or more");
	status = tw_decimal_parse(out, text, NULL);
	if (status == TW_ERANGE)
		return refuse(cell, "is beyond 9223372036.854775807");

	return status ? refuse(cell, "is no amount; write 1.50, with at "
			       "most nine decimals") : TW_OK;
}

static tw_status read_rate(tw_rate *rate, const struct cell *cell)
{
	if (cell->text.l)
		return read_money(&rate->price_nanos, cell);
	if (rate->status != TW_RATE_PRICED)
		return TW_OK;

	return refuse(cell, "the price is missing; write 0 if it is free, or "
		      "status=blocked if it is not served");
}

static tw_status read_fee(tw_rate *rate, const struct cell *cell)
{
	return cell->text.l ? read_money(&rate->connect_fee_nanos, cell)
			    : TW_OK;
}

static tw_status read_currency(struct sheet_reading *reading,
			       const struct cell *cell)
{
	char mend[64];

	if (!reading->present[COL_CURRENCY])
		return TW_OK;
	for (size_t i = 0; i < cell->text.l; i++) {
		if (cell->text.p[i] < 'A' || cell->text.p[i] > 'Z')
			return refuse(cell, "is no currency; write three "
				      "capital letters such as RUB");
	}
	if (cell->text.l != 3)
		return refuse(cell, cell->text.l ? "is no currency; write "
			"three capital letters such as RUB" :
			"the currency is missing; write its code in each "
			"row");
	if (!reading->currency[0])
		memcpy(reading->currency, cell->text.p, 3);
	if (tw__str_eq(cell->text, reading->currency))
		return TW_OK;
	snprintf(mend, sizeof(mend), "is another currency; this tariff is "
		 "in %s", reading->currency);

	return refuse(cell, mend);
}

static tw_status read_time(tw_time *out, const struct cell *cell)
{
	char text[64];

	if (!cell->text.l)
		return TW_OK;
	if (cell->text.l < sizeof(text)) {
		memcpy(text, cell->text.p, cell->text.l);
		text[cell->text.l] = '\0';
		if (!tw_time_parse(out, text, cell->reading->zone, NULL))
			return TW_OK;
	}

	return refuse(cell, "is no date; write 2026-10-05");
}

static tw_status read_validity(tw_rate *rate, const struct cell *from,
			       const struct cell *to)
{
	tw_status status;

	status = read_time(&rate->from, from);
	if (!status)
		status = read_time(&rate->to, to);
	if (status)
		return status;

	return rate->from < rate->to ? TW_OK :
		refuse(to, "is not after effective_from; effective_to is "
		       "the first day the price is no longer in force");
}

static tw_status read_seconds(uint32_t *out, const struct cell *cell,
			      struct tw_str text)
{
	uint64_t value;

	if (!tw__str_u64(&value, text) || value < 1 ||
	    value > SHEET_INC_MAX_S)
		return refuse(cell, "is no increment; write 1 to 3600 "
			      "seconds");
	*out = (uint32_t)value;

	return TW_OK;
}

static tw_status read_increment(uint32_t *out, const struct cell *cell)
{
	return cell->text.l ? read_seconds(out, cell, cell->text) : TW_OK;
}

static tw_status read_increments(tw_rate *rate, const struct cell *cell)
{
	struct tw_str s = cell->text;
	const char *slash;
	size_t first;
	tw_status status;

	if (!s.l)
		return TW_OK;
	slash = memchr(s.p, '/', s.l);
	if (!slash)
		return refuse(cell, "is no pair of increments; write 60/1");
	first = (size_t)(slash - s.p);
	status = read_seconds(&rate->first_inc_s, cell,
			      tw__str_trim(tw__str(s.p, first)));
	if (status)
		return status;

	return read_seconds(&rate->next_inc_s, cell, tw__str_trim(
		tw__str(slash + 1, s.l - first - 1)));
}

static tw_status read_direction(tw_rate *rate, const struct cell *cell)
{
	for (uint32_t d = TW_DIRECTION_ANY; d <= TW_DIRECTION_FORWARD; d++) {
		if (!cell->text.l ||
		    tw__str_ieq(cell->text, tw_direction_name(d))) {
			rate->direction = cell->text.l ? d : TW_DIRECTION_ANY;
			return TW_OK;
		}
	}
	if (tw__str_ieq(cell->text, "internal"))
		return refuse(cell, "calls cost nothing and have no rows; "
			      "delete the row");

	return refuse(cell, "is no direction; write outbound, inbound, "
		      "forward or nothing");
}

static tw_status read_status(tw_rate *rate, const struct cell *cell)
{
	if (!cell->text.l || tw__str_ieq(cell->text, "priced"))
		rate->status = TW_RATE_PRICED;
	else if (tw__str_ieq(cell->text, "blocked"))
		rate->status = TW_RATE_BLOCKED;
	else if (tw__str_ieq(cell->text, "ended"))
		rate->status = TW_RATE_ENDED;
	else
		return refuse(cell, "is no status; write blocked, ended or "
			      "nothing");

	return TW_OK;
}

static tw_status read_band(const struct cell *cell)
{
	return cell->text.l ? refuse(cell, "names a time band, and bands are "
		"not rated yet; leave it empty or split the tariff") : TW_OK;
}

tw_status tw__sheet_row(tw_rate *out, tw_reject *reject,
			struct sheet_reading *reading,
			const struct tw_str cells[COL_COUNT])
{
	struct cell c[COL_COUNT];
	tw_rate rate = TW_RATE_INIT;

	for (size_t i = 0; i < COL_COUNT; i++)
		c[i] = cell_of(reading, reject, cells, (enum sheet_column)i);
	rate.first_inc_s = reading->first_inc_s;
	rate.next_inc_s = reading->next_inc_s;

	/* Status before the price, which only a priced row needs. The
	 * currency last: a bad row must not set that of the sheet. */
	if (read_prefix(&rate, &c[COL_PREFIX]) ||
	    read_destination(&rate, &c[COL_DESTINATION]) ||
	    read_status(&rate, &c[COL_STATUS]) ||
	    read_rate(&rate, &c[COL_RATE]) ||
	    read_validity(&rate, &c[COL_FROM], &c[COL_TO]) ||
	    read_increment(&rate.first_inc_s, &c[COL_FIRST_INC]) ||
	    read_increment(&rate.next_inc_s, &c[COL_NEXT_INC]) ||
	    read_increments(&rate, &c[COL_INCREMENTS]) ||
	    read_fee(&rate, &c[COL_CONNECT_FEE]) ||
	    read_direction(&rate, &c[COL_DIRECTION]) ||
	    read_caller(&rate, &c[COL_CALLER_PREFIX]) ||
	    read_band(&c[COL_BAND]) ||
	    read_currency(reading, &c[COL_CURRENCY]))
		return TW_EPARSE;
	*out = rate;

	return TW_OK;
}
