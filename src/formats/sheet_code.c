/**
 * @file src/formats/sheet_code.c  Codes of a price sheet: lists, ranges
 *
 * Decides which codes a cell means: 7495, +7495, 7495-7499, 7495;7499,
 * 8800XXXXXXX, and the area half of a code whose country stands beside it.
 * Refuses to guess: blanks and commas also separate thousands, and a code
 * that became two short ones is a price for half the world.
 */
#include <stdio.h>
#include <string.h>
#include "rating/prefix.h"
#include "sheet.h"

#define LIST_DIGITS 4u       /* least of codes that only blanks separate */

/* A cell being read; what is left of it is in rest. */
struct codes {
	struct sheet_codes *out;
	const struct sheet_cell *cell;
	struct tw_str rest;
	struct tw_str base;          /* put before codes without a + */
	bool is_area;
	bool has_blank;              /* some codes are only blanks apart */
	bool is_uneven;              /* they differ in length */
	size_t digits;               /* of the first one */
	size_t items;
};

struct code {
	char digits[TW_PREFIX_DIGITS + 1];
	size_t length;
	size_t wild;                 /* X behind them */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "7.495E+3" and "7,495E+10", but not "Emirates". */
bool tw__sheet_is_scientific(struct tw_str s)
{
	size_t i = 0;

	while (i < s.l && (is_digit(s.p[i]) || s.p[i] == '+' ||
			   s.p[i] == '-' || s.p[i] == '.' || s.p[i] == ','))
		i++;

	return i && i < s.l && (s.p[i] == 'E' || s.p[i] == 'e');
}

static struct tw_str strip(struct tw_str s, size_t front, size_t back)
{
	return tw__str(s.p + front, s.l - front - back);
}

/* What a spreadsheet adds without changing a digit: ' and ="..." say "this
 * is text", .0 that a whole number was one with decimals. */
static struct tw_str unmark(struct tw_str s)
{
	size_t i;

	if (s.l && s.p[0] == '\'')
		s = tw__str_trim(strip(s, 1, 0));
	if (s.l > 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.l - 1] == '"')
		s = tw__str_trim(strip(s, 2, 1));
	for (i = s.l; i && s.p[i - 1] == '0'; i--)
		;
	if (i > 1 && i < s.l && s.p[i - 1] == '.') {
		size_t k = s.p[0] == '+';

		while (k < i - 1 && is_digit(s.p[k]))
			k++;
		if (k == i - 1 && is_digit(s.p[k - 1]))
			s.l = i - 1;
	}

	return s;
}

/* "7,495" and "7,495,000": a list, or a number with its thousands apart? */
static bool is_thousands(struct tw_str s, bool is_national)
{
	size_t i = 0, first;

	while (i < s.l && is_digit(s.p[i]))
		i++;
	first = i;
	if (!first || first > 3 || i == s.l || (is_national && first == 3))
		return false;
	while (i < s.l) {
		size_t from = i + 1;

		if (s.p[i] != ',')
			return false;
		for (i++; i < s.l && is_digit(s.p[i]); i++)
			;
		if (i - from != 3)
			return false;
	}

	return true;
}

/* "7495,0" and "7495,5": a list, or a code that became a fraction? */
static bool is_fraction(struct tw_str s, bool is_national)
{
	const char *comma = s.l ? memchr(s.p, ',', s.l) : NULL;
	size_t whole, zeros = 0;

	if (!comma)
		return false;
	whole = (size_t)(comma - s.p);
	for (size_t i = 0; i < s.l; i++) {
		if (i != whole && !is_digit(s.p[i]))
			return false;
		zeros += i > whole && s.p[i] == '0';
	}

	return s.l > whole + 1 && (s.l - whole - 1 == zeros ||
				   (!is_national && s.l - whole <= 3));
}

static bool starts_with(struct tw_str s, const char *text)
{
	size_t length = strlen(text);

	return s.l >= length && !memcmp(s.p, text, length);
}

/* Bytes of a dash of any length, 0 when there is none. */
static size_t dash_at(struct tw_str s)
{
	static const char *const dashes[] = { "-", "\xe2\x80\x90",
		"\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93",
		"\xe2\x80\x94", "\xe2\x88\x92" };

	for (size_t i = 0; i < TW_ARRAY_COUNT(dashes); i++) {
		if (starts_with(s, dashes[i]))
			return strlen(dashes[i]);
	}

	return 0;
}

/* X, x, and the Russian letter that looks alike. */
static size_t wild_at(struct tw_str s)
{
	static const char *const letters[] = { "X", "x", "\xd0\xa5",
					       "\xd1\x85" };

	for (size_t i = 0; i < TW_ARRAY_COUNT(letters); i++) {
		if (starts_with(s, letters[i]))
			return strlen(letters[i]);
	}

	return 0;
}

static bool skip_blanks(struct codes *c)
{
	size_t before = c->rest.l;

	while (c->rest.l && strchr(" \t\r\n", c->rest.p[0]) && c->rest.p[0])
		c->rest = strip(c->rest, 1, 0);

	return c->rest.l < before;
}

static bool skip_separator(struct codes *c)
{
	if (!c->rest.l || (c->rest.p[0] != ',' && c->rest.p[0] != ';'))
		return false;
	c->rest = strip(c->rest, 1, 0);

	return true;
}

static tw_status bad_code(const struct codes *c)
{
	const struct sheet_cell *cell = c->cell;

	if (cell->text.l && (memchr(cell->text.p, '.', cell->text.l) ||
			     (unsigned char)c->rest.p[0] == 0xc2))
		return tw__sheet_refuse(cell, "is not a code; format the "
			"column as text, 1 to 15 digits");

	return tw__sheet_refuse(cell, "is not a code; write 1 to 15 digits, a "
		"range 7495-7499, a list 7495;7499, or X at the end");
}

/* The country's code goes before what is not written with a + already. */
static tw_status take_code(struct code *out, struct codes *c)
{
	struct tw_str base = c->base;
	size_t from, bytes;

	out->wild = 0;
	if (c->rest.l && c->rest.p[0] == '+') {
		if (c->is_area)
			return tw__sheet_refuse(c->cell, "has a +; write the "
				"area's digits alone, the country's stand in "
				"their own column");
		c->rest = strip(c->rest, 1, 0);
		base = TW_STR("");
	}
	for (from = 0; from < c->rest.l && is_digit(c->rest.p[from]); from++)
		;
	if (!from)
		return c->rest.l ? bad_code(c) : tw__sheet_refuse(c->cell,
			"ends where a code should stand; write 1 to 15 "
			"digits");
	if (base.l + from > TW_PREFIX_DIGITS)
		return tw__sheet_refuse(c->cell, "is longer than 15 digits");
	if (base.l)
		memcpy(out->digits, base.p, base.l);
	memcpy(out->digits + base.l, c->rest.p, from);
	out->length = base.l + from;
	out->digits[out->length] = '\0';
	c->rest = strip(c->rest, from, 0);
	for (; (bytes = wild_at(c->rest)) > 0; out->wild++)
		c->rest = strip(c->rest, bytes, 0);
	if (c->rest.l && is_digit(c->rest.p[0]))
		return tw__sheet_refuse(c->cell, "has X before digits; X only "
			"stands at the end");

	return TW_OK;
}

static tw_status put_code(struct codes *c, const struct code *code)
{
	void *mem = c->out->list;

	if (c->out->count == SHEET_ROW_CODES)
		return tw__sheet_refuse(c->cell, "is more than 10000 codes; "
			"write the shorter code that they share, or several "
			"rows");
	if (tw__grow(&mem, &c->out->capacity, c->out->count + 1,
		     sizeof(*c->out->list)))
		return TW_ENOMEM;
	c->out->list = mem;
	c->out->list[c->out->count++] = tw__prefix_head(code->digits,
							code->length);

	return TW_OK;
}

static bool next_code(struct code *code)
{
	size_t i = code->length;

	while (i && code->digits[i - 1] == '9')
		code->digits[--i] = '0';
	if (!i)
		return false;
	code->digits[i - 1]++;

	return true;
}

static tw_status put_range(struct codes *c, struct code *from,
			   const struct code *to)
{
	if (from->length != to->length || from->wild != to->wild)
		return tw__sheet_refuse(c->cell, "is no range; both ends have "
			"as many digits: write 7495-7499");
	if (strcmp(from->digits, to->digits) > 0)
		return tw__sheet_refuse(c->cell, "is a range that ends before "
			"it starts");
	for (;;) {
		tw_status status = put_code(c, from);

		if (status || !strcmp(from->digits, to->digits))
			return status;
		(void)next_code(from);
	}
}

static tw_status take_item(struct codes *c)
{
	struct code from, to;
	size_t before = c->rest.l, dash;
	tw_status status = take_code(&from, c);

	if (status)
		return status;
	if (!c->items++)
		c->digits = before - c->rest.l;
	else
		c->is_uneven |= before - c->rest.l != c->digits;
	(void)skip_blanks(c);
	dash = dash_at(c->rest);
	if (!dash)
		return put_code(c, &from);
	c->rest = strip(c->rest, dash, 0);
	(void)skip_blanks(c);
	status = take_code(&to, c);

	return status ? status : put_range(c, &from, &to);
}

/* The codes of one country: short ones are usual. */
static bool is_national(const struct codes *c)
{
	return c->is_area || c->base.l;
}

/* "7 495" is one code with a blank in it, "7495 7499" are two. */
static tw_status check_blanks(const struct codes *c)
{
	if (!c->has_blank || (!c->is_uneven && (c->digits >= LIST_DIGITS ||
						(is_national(c) &&
						 c->digits > 1))))
		return TW_OK;

	return tw__sheet_refuse(c->cell, "may be one code or several; write "
		"7495 without blanks, or a list as 7495;7499");
}

static tw_status take_items(struct codes *c)
{
	tw_status status;

	for (;;) {
		const char *before;

		status = take_item(c);
		if (status)
			return status;
		before = c->rest.p;
		(void)skip_blanks(c);
		if (!c->rest.l)
			return check_blanks(c);
		if (skip_separator(c))
			(void)skip_blanks(c);
		else if (before[-1] != ' ' && before[-1] != '\n' &&
			 before[-1] != '\t' && before[-1] != '\r')
			return bad_code(c);
		else
			c->has_blank = true;
	}
}

static tw_status read_list(struct codes *c)
{
	struct tw_str s = c->cell->text;

	if (tw__sheet_is_scientific(s))
		return tw__sheet_refuse(c->cell, "is a code that a "
			"spreadsheet rewrote; format the column as text and "
			"write all digits");
	if (is_fraction(s, is_national(c)))
		return tw__sheet_refuse(c->cell, "may be a list or a code "
			"that became a fraction; format the column as text, "
			"or write a list as 7495;7499");
	if (is_thousands(s, is_national(c)))
		return tw__sheet_refuse(c->cell, "may be a list or a number "
			"with its thousands apart; format the column as text, "
			"or write a list as 7495;7499");
	c->rest = unmark(s);

	return take_items(c);
}

tw_status tw__sheet_code(char out[16], const struct sheet_cell *cell)
{
	struct codes c = { .cell = cell, .rest = unmark(cell->text) };
	struct code code;
	tw_status status;

	if (tw__sheet_is_scientific(cell->text))
		return tw__sheet_refuse(cell, "is a code that a spreadsheet "
			"rewrote; format the column as text and write all "
			"digits");
	status = take_code(&code, &c);
	if (status)
		return status;
	if (c.rest.l || code.wild)
		return tw__sheet_refuse(cell, "is not one code; write 1 to 15 "
			"digits");
	memcpy(out, code.digits, code.length + 1);

	return TW_OK;
}

static tw_status read_country(char out[16], const struct sheet_cell *cell)
{
	const char *country = cell->reading->map->country;

	if (!cell->reading->present[COL_COUNTRY]) {
		snprintf(out, 16, "%s", country);
		return TW_OK;
	}
	if (!cell->text.l)
		return tw__sheet_refuse(cell, "the country's code is missing; "
			"write it in each row");

	return tw__sheet_code(out, cell);
}

/* A row without an area is the price of the whole country. */
static tw_status read_area(struct codes *c, const struct sheet_cell *country)
{
	struct code whole = { "", 0, 0 };
	tw_status status = read_country(whole.digits, country);

	if (status)
		return status;
	whole.length = strlen(whole.digits);
	c->base = tw__str(whole.digits, whole.length);
	if (c->cell->text.l)
		return read_list(c);

	return put_code(c, &whole);
}

tw_status tw__sheet_codes(struct sheet_codes *out,
			  const struct sheet_cell cells[COL_COUNT])
{
	const struct sheet_cell *cell = &cells[COL_PREFIX];
	struct codes c = { .out = out, .cell = cell };

	out->count = 0;
	if (cell->reading->present[COL_AREA]) {
		c.cell = &cells[COL_AREA];
		c.is_area = true;
		return read_area(&c, &cells[COL_COUNTRY]);
	}
	if (!cell->text.l)
		return tw__sheet_refuse(cell, "the code is missing; write 1 "
					"to 15 digits");
	c.base = tw__str_of(cell->reading->map->country);

	return read_list(&c);
}
