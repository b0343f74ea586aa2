/**
 * @file src/formats/numbering_file.c  Files of numbering ranges
 *
 * Decides which column is which and which numbers a row means: in the form
 * of the Russian regulator (three digits of a code, seven of a number, the
 * country code 7 unsaid), or in a plain one with whole codes. Refuses to know
 * other rows: overlaps are found by who has all files.
 */
#include "numbering_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OPERATOR_MAX (sizeof(((tw_place *)0)->operator_name) - 1)

enum column {
	COL_CODE, COL_FROM, COL_TO, COL_CAPACITY, COL_OPERATOR, COL_REGION,
	COL_CITY, COL_TERRITORY, COL_COUNT, COL_UNREAD = COL_COUNT
};

static const struct { const char *name; enum column column; } aliases[] = {
	{ "code", COL_CODE }, { "prefix", COL_CODE }, { "ndc", COL_CODE },
	{ "Код", COL_CODE }, { "код", COL_CODE },
	{ "from", COL_FROM }, { "start", COL_FROM }, { "begin", COL_FROM },
	{ "От", COL_FROM }, { "от", COL_FROM },
	{ "to", COL_TO }, { "end", COL_TO },
	{ "До", COL_TO }, { "до", COL_TO },
	{ "capacity", COL_CAPACITY }, { "Емкость", COL_CAPACITY },
	{ "Ёмкость", COL_CAPACITY }, { "емкость", COL_CAPACITY },
	{ "operator", COL_OPERATOR }, { "operator_name", COL_OPERATOR },
	{ "Оператор", COL_OPERATOR }, { "оператор", COL_OPERATOR },
	{ "region", COL_REGION }, { "Регион", COL_REGION },
	{ "регион", COL_REGION },
	{ "city", COL_CITY }, { "town", COL_CITY }, { "Город", COL_CITY },
	{ "город", COL_CITY },
	{ "Территория ГАР", COL_TERRITORY }, { "ИНН", COL_UNREAD },
	{ "inn", COL_UNREAD },
};

/* The letters of the first are Cyrillic, of the others Latin. */
static const char *const regulators_code[] = {
	"АВС/ DEF", "АВС/DEF", "ABC/ DEF", "ABC/DEF", "АВС / DEF",
};

struct tw__numbering_file {
	struct tw_csv *csv;
	bool regulator;         /* code of three digits, country code 7 */
	bool known_territory;   /* `territory` is what region says */
	size_t fields;
	enum column of_field[TW_CSV_FIELDS_MAX];
	bool present[COL_COUNT];
	char spelled[COL_COUNT][TW_TEXT_SHOWN];
	struct tw__region region;
	char city[128];
	char raw[2][512];       /* texts that made `region` */
};

/* ---- header ---- */

static bool is_regulators(struct tw_str name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(regulators_code); i++) {
		if (tw__str_ieq(name, regulators_code[i]))
			return true;
	}
	return false;
}

static enum column column_of(struct tw__numbering_file *f, struct tw_str name)
{
	if (is_regulators(name)) {
		f->regulator = true;
		return COL_CODE;
	}
	for (size_t i = 0; i < TW_ARRAY_COUNT(aliases); i++) {
		if (tw__str_ieq(name, aliases[i].name))
			return aliases[i].column;
	}
	return COL_COUNT + 1;
}

static tw_status map_field(struct tw__numbering_file *f, size_t i,
			   const struct tw_csv_row *row, tw_error *err)
{
	struct tw_str name = tw__str_trim(row->fields[i]);
	enum column column = name.l ? column_of(f, name) : COL_UNREAD;
	char text[TW_TEXT_SHOWN];

	f->of_field[i] = column < COL_COUNT ? column : COL_UNREAD;
	tw__text_shown(text, name);
	/* the regulator adds columns; a host that does means something */
	if (column > COL_COUNT && !f->regulator)
		return tw__fail_at(err, TW_EPARSE, row->line, text,
			"header \"%s\" is no column of a numbering; there are "
			"code, from, to, capacity, operator, region and city, "
			"or those of the regulator's file (first \"АВС/ "
			"DEF\"; read it as UTF-8 or cp1251)", text);
	if (column >= COL_COUNT)
		return TW_OK;
	if (f->present[column])
		return tw__fail_at(err, TW_EPARSE, row->line, text,
			"header \"%s\" stands there twice under one meaning; "
			"keep one of the columns", text);
	f->present[column] = true;
	memcpy(f->spelled[column], text, sizeof(text));
	return TW_OK;
}

static tw_status check_header(const struct tw__numbering_file *f,
			      int64_t line, tw_error *err)
{
	static const struct {
		enum column column;
		const char *name;
		bool regulator_only;
	} wanted[] = {
		{ COL_CODE, "code", false }, { COL_FROM, "from", false },
		{ COL_TO, "to", false }, { COL_REGION, "region", false },
		{ COL_CAPACITY, "Емкость", true },
		{ COL_OPERATOR, "Оператор", true },
	};

	for (size_t i = 0; i < TW_ARRAY_COUNT(wanted); i++) {
		if (f->present[wanted[i].column] ||
		    (wanted[i].regulator_only && !f->regulator))
			continue;
		return tw__fail_at(err, TW_EPARSE, line, wanted[i].name,
			"the header has no column %s; it begins with code,"
			"from,to,operator,region,city, or АВС/ DEF;От;До;"
			"Емкость;Оператор;Регион", wanted[i].name);
	}
	return TW_OK;
}

static tw_status read_header(struct tw__numbering_file *f, tw_error *err)
{
	struct tw_csv_row row;
	tw_status status = tw__csv_next(f->csv, &row, err);

	if (status == TW_ITER_END)
		return tw__fail_at(err, TW_EPARSE, 1, "code", "the file is "
				   "empty; its first line names the columns");
	if (status)
		return status;
	if (row.fault)
		return tw__fail_at(err, TW_EPARSE, row.line, "code",
				   "header: %s", row.fault);
	f->fields = row.count;
	for (size_t i = 0; i < row.count && !status; i++)
		status = map_field(f, i, &row, err);
	return status ? status : check_header(f, row.line, err);
}

/* ---- rows ---- */

static tw_status refuse(const struct tw__numbering_file *f, enum column column,
			struct tw_str cell, const char *mend, tw_error *err)
{
	char text[TW_TEXT_SHOWN];

	tw__text_shown(text, cell);
	return tw__fail_at(err, TW_EPARSE, 0, f->spelled[column], "\"%s\" %s",
			   text, mend);
}

static tw_status bad_shape(size_t field, const char *reason, tw_error *err)
{
	char number[24];

	snprintf(number, sizeof(number), "%zu", field + 1);
	return tw__fail_at(err, TW_EPARSE, 0, number, "%s", reason);
}

static tw_status place_cells(const struct tw__numbering_file *f,
			     const struct tw_csv_row *row,
			     struct tw_str cells[COL_COUNT], tw_error *err)
{
	if (row->fault)
		return bad_shape(row->count ? row->count - 1 : 0, row->fault,
				 err);
	if (row->count < f->fields)
		return bad_shape(row->count, "the row has fewer cells than "
				 "the header; write the empty ones too", err);
	for (size_t i = 0; i < row->count; i++) {
		if (i >= f->fields) {
			if (tw__str_trim(row->fields[i]).l)
				return bad_shape(i, "a cell stands where the "
					"header names none; put a text that "
					"holds the separator in quotes", err);
		}
		else if (f->of_field[i] != COL_UNREAD) {
			cells[f->of_field[i]] = tw__str_trim(row->fields[i]);
		}
	}
	return TW_OK;
}

/* Digits as text: how many there are matters. */
static tw_status read_digits(uint64_t *out, const struct tw__numbering_file *f,
			     enum column column, struct tw_str cell,
			     tw_error *err)
{
	if (!cell.l)
		return refuse(f, column, cell, "is empty; write digits", err);
	if (cell.l <= 15 && tw__str_u64(out, cell))
		return TW_OK;
	for (size_t i = 0; i < cell.l; i++) {
		char c = cell.p[i];

		if (c == 'E' || c == 'e')
			return refuse(f, column, cell, "is a number as a "
				"spreadsheet writes it; make the column text "
				"and export the file anew", err);
	}
	return refuse(f, column, cell, "is not 1 to 15 digits; write them "
		      "without blanks, points and +", err);
}

static tw_status read_regulators(struct tw__number_row *out,
				 const struct tw__numbering_file *f,
				 const struct tw_str *cells, tw_error *err)
{
	const uint64_t block = 10000000;

	if (cells[COL_CODE].l != 3 || out->code < 100)
		return refuse(f, COL_CODE, cells[COL_CODE], "is no code of "
			"three digits; write it without 7 or 8 in front", err);
	if (cells[COL_FROM].l > 7)
		return refuse(f, COL_FROM, cells[COL_FROM], "has more than "
			"seven digits; write it without the code", err);
	if (cells[COL_TO].l > 7)
		return refuse(f, COL_TO, cells[COL_TO], "has more than seven "
			"digits; write it without the code", err);
	out->code += 7000;
	out->from += out->code * block;
	out->to += out->code * block;
	return TW_OK;
}

static tw_status read_plain(struct tw__number_row *out,
			    const struct tw__numbering_file *f,
			    const struct tw_str *cells, tw_error *err)
{
	size_t own = cells[COL_FROM].l, length = cells[COL_CODE].l + own;
	uint64_t block = 1;

	if (*cells[COL_CODE].p == '0')
		return refuse(f, COL_CODE, cells[COL_CODE], "begins with 0; "
			"write the country code first", err);
	if (own != cells[COL_TO].l)
		return refuse(f, COL_TO, cells[COL_TO], "has not as many "
			"digits as from; a spreadsheet may have eaten zeros: "
			"write both in full", err);
	if (length > 15)
		return refuse(f, COL_FROM, cells[COL_FROM], "and its code "
			"have more than 15 digits together; write from and "
			"to without the code", err);
	if (*cells[COL_CODE].p == '7' && length != 11)
		return refuse(f, COL_FROM, cells[COL_FROM], "and its code do "
			"not have the 11 digits of a number of country code "
			"7; write the code with 7 in front and all zeros",
			err);
	for (size_t i = 0; i < own; i++)
		block *= 10;
	out->from += out->code * block;
	out->to += out->code * block;
	return TW_OK;
}

static tw_status check_capacity(const struct tw__number_row *row,
				const struct tw__numbering_file *f,
				const struct tw_str *cells, tw_error *err)
{
	uint64_t capacity, real = row->to - row->from + 1;
	char mend[96];
	tw_status status;

	if (row->from > row->to)
		return refuse(f, COL_TO, cells[COL_TO], "lies before the "
			"start of the range; swap the two", err);
	if (!f->present[COL_CAPACITY] ||
	    (!f->regulator && !cells[COL_CAPACITY].l))
		return TW_OK;
	status = read_digits(&capacity, f, COL_CAPACITY, cells[COL_CAPACITY],
			     err);
	if (status || capacity == real)
		return status;
	snprintf(mend, sizeof(mend), "is not the %" PRIu64 " numbers from "
		 "start to end; correct one of the three", real);
	return refuse(f, COL_CAPACITY, cells[COL_CAPACITY], mend, err);
}

static tw_status read_numbers(struct tw__number_row *out,
			      const struct tw__numbering_file *f,
			      const struct tw_str *cells, tw_error *err)
{
	tw_status status = read_digits(&out->code, f, COL_CODE,
				       cells[COL_CODE], err);

	if (!status)
		status = read_digits(&out->from, f, COL_FROM, cells[COL_FROM],
				     err);
	if (!status)
		status = read_digits(&out->to, f, COL_TO, cells[COL_TO], err);
	if (!status)
		status = f->regulator ? read_regulators(out, f, cells, err) :
			read_plain(out, f, cells, err);
	return status ? status : check_capacity(out, f, cells, err);
}

static bool has_control(struct tw_str text)
{
	for (size_t i = 0; i < text.l; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static tw_status check_texts(const struct tw__numbering_file *f,
			     const struct tw_str *cells, tw_error *err)
{
	static const enum column texts[] = { COL_OPERATOR, COL_REGION,
		COL_CITY, COL_TERRITORY };

	for (size_t i = 0; i < TW_ARRAY_COUNT(texts); i++) {
		struct tw_str text = cells[texts[i]];

		if (has_control(text))
			return refuse(f, texts[i], text, "holds a line break "
				"or a control character; is a quote not "
				"closed?", err);
	}
	if (cells[COL_OPERATOR].l > OPERATOR_MAX)
		return refuse(f, COL_OPERATOR, cells[COL_OPERATOR], "is too "
			      "long; write at most 383 bytes", err);
	return TW_OK;
}

static bool is_kept(const char raw[512], struct tw_str text)
{
	return text.l < 512 && strnlen(raw, 512) == text.l &&
		(!text.l || memcmp(raw, text.p, text.l) == 0);
}

static void keep(char raw[512], struct tw_str text)
{
	size_t l = text.l < 512 ? text.l : 0;

	if (l)
		memcpy(raw, text.p, l);
	raw[l] = '\0';
}

/* The territory is the newer and the fuller column; the older one stands in
 * where it says no region. A text that does not fit is a list, and a list is
 * not known. */
static void read_territory(struct tw__numbering_file *f,
			   const struct tw_str *cells)
{
	struct tw_str older = cells[COL_REGION];
	struct tw_str newer = cells[COL_TERRITORY];

	if (f->known_territory && is_kept(f->raw[0], newer) &&
	    is_kept(f->raw[1], older))
		return;
	(void)tw__region_read(&f->region, newer);
	if (!*f->region.region)
		(void)tw__region_read(&f->region, older);
	f->known_territory = newer.l < 512 && older.l < 512;
	keep(f->raw[0], newer);
	keep(f->raw[1], older);
}

static tw_status read_place(struct tw__number_row *out,
			    struct tw__numbering_file *f,
			    const struct tw_str *cells, tw_error *err)
{
	const char *city = f->region.city;
	tw_status status = check_texts(f, cells, err);

	if (status)
		return status;
	if (f->regulator)
		read_territory(f, cells);
	else if (!tw__region_read(&f->region, cells[COL_REGION]))
		return refuse(f, COL_REGION, cells[COL_REGION], "is too long; "
			      "write at most 127 bytes", err);
	if (!f->regulator && cells[COL_CITY].l) {
		city = f->city;
		if (!tw__city_read(f->city, cells[COL_CITY]))
			return refuse(f, COL_CITY, cells[COL_CITY], "is too "
				"long; write at most 127 bytes", err);
	}
	out->place.operator_name = cells[COL_OPERATOR];
	out->place.region = tw__str_of(f->region.region);
	out->place.city = tw__str_of(city);
	return TW_OK;
}

tw_status tw__numbering_file_next(struct tw__number_row *out,
				  struct tw__numbering_file *f, tw_error *err)
{
	struct tw_str cells[COL_COUNT];
	struct tw_csv_row row;
	tw_status status = tw__csv_next(f->csv, &row, err);

	if (status)
		return status;
	for (size_t i = 0; i < COL_COUNT; i++)
		cells[i] = TW_STR("");
	out->line = row.line;
	status = place_cells(f, &row, cells, err);
	if (!status)
		status = read_numbers(out, f, cells, err);
	if (!status)
		status = read_place(out, f, cells, err);
	if (status)
		tw__error_place(err, row.line, "");
	return status;
}

tw_status tw__numbering_file_open(struct tw__numbering_file **out,
				  struct tw_str text, tw_error *err)
{
	struct tw__numbering_file *f = tw_calloc(1, sizeof(*f));
	tw_status status;

	if (!f)
		return tw__fail_oom(err);
	status = tw__csv_new(&f->csv, text.p, text.l, 0, err);
	if (!status)
		status = read_header(f, err);
	if (status) {
		tw__numbering_file_free(f);
		return status;
	}
	*out = f;
	return TW_OK;
}

const char *tw__numbering_file_from(const struct tw__numbering_file *file)
{
	return file->spelled[COL_FROM];
}

void tw__numbering_file_free(struct tw__numbering_file *file)
{
	if (!file)
		return;
	tw__csv_free(file->csv);
	tw_free(file);
}
