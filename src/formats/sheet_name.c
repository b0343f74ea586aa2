/**
 * @file src/formats/sheet_name.c  Columns of a price sheet by their names
 *
 * Decides which column a header means, in English and in Russian, and how it
 * is spelled in messages. Refuses to guess: a name that is not listed here is
 * no column, and neither is one that means something near it, such as a price
 * per second or a last day in force.
 */
#include <string.h>
#include "sheet.h"

struct alias {
	const char *name;
	enum sheet_column column;
};

/* The first name of a column is the native one. Absent on purpose: "valid
 * until", "действует по" and their like name the last day in force in one
 * sheet and the first one out of force in the next. */
static const struct alias aliases[] = {
	{ "prefix", COL_PREFIX }, { "prefixes", COL_PREFIX },
	{ "code", COL_PREFIX }, { "codes", COL_PREFIX },
	{ "dialprefix", COL_PREFIX }, { "dial_prefix", COL_PREFIX },
	{ "dial_code", COL_PREFIX }, { "dial_codes", COL_PREFIX },
	{ "dialing_code", COL_PREFIX },
	{ "код", COL_PREFIX }, { "коды", COL_PREFIX },
	{ "префикс", COL_PREFIX }, { "префиксы", COL_PREFIX },
	{ "код_направления", COL_PREFIX },
	{ "коды_направления", COL_PREFIX },
	{ "телефонный_код", COL_PREFIX },

	{ "country_code", COL_COUNTRY }, { "cc", COL_COUNTRY },
	{ "код_страны", COL_COUNTRY },
	{ "area_code", COL_AREA }, { "area_codes", COL_AREA },
	{ "city_code", COL_AREA }, { "city_codes", COL_AREA },
	{ "код_города", COL_AREA }, { "коды_города", COL_AREA },
	{ "коды_городов", COL_AREA }, { "код_зоны", COL_AREA },
	{ "коды_зоны", COL_AREA },

	{ "destination", COL_DESTINATION },
	{ "destination_name", COL_DESTINATION },
	{ "name", COL_DESTINATION }, { "description", COL_DESTINATION },
	{ "направление", COL_DESTINATION },
	{ "название", COL_DESTINATION },
	{ "наименование", COL_DESTINATION },
	{ "название_направления", COL_DESTINATION },
	{ "наименование_направления", COL_DESTINATION },

	{ "rate", COL_RATE }, { "price", COL_RATE },
	{ "rate/min", COL_RATE }, { "price/min", COL_RATE },
	{ "rate_per_minute", COL_RATE }, { "price_per_minute", COL_RATE },
	{ "цена", COL_RATE }, { "стоимость", COL_RATE },
	{ "тариф", COL_RATE }, { "цена/мин", COL_RATE },
	{ "цена_за_минуту", COL_RATE }, { "цена_за_мин", COL_RATE },
	{ "цена_минуты", COL_RATE }, { "стоимость_минуты", COL_RATE },
	{ "стоимость_за_минуту", COL_RATE },
	{ "стоимость_за_мин", COL_RATE }, { "стоимость/мин", COL_RATE },
	{ "тариф_за_минуту", COL_RATE }, { "тариф_за_мин", COL_RATE },

	{ "currency", COL_CURRENCY }, { "ccy", COL_CURRENCY },
	{ "валюта", COL_CURRENCY }, { "код_валюты", COL_CURRENCY },

	{ "effective_from", COL_FROM }, { "effective_date", COL_FROM },
	{ "effective", COL_FROM }, { "valid_from", COL_FROM },
	{ "start_date", COL_FROM },
	{ "дата_начала", COL_FROM }, { "дата_начала_действия", COL_FROM },
	{ "начало_действия", COL_FROM }, { "действует_с", COL_FROM },
	{ "дата_вступления_в_силу", COL_FROM },

	{ "effective_to", COL_TO }, { "valid_to", COL_TO },
	{ "valid_till", COL_TO }, { "expiry", COL_TO },
	{ "действует_до", COL_TO },

	{ "first_inc", COL_FIRST_INC }, { "initial_inc", COL_FIRST_INC },
	{ "initial_increment", COL_FIRST_INC },
	{ "first_increment", COL_FIRST_INC },
	{ "первый_интервал", COL_FIRST_INC },
	{ "первый_шаг", COL_FIRST_INC },
	{ "next_inc", COL_NEXT_INC }, { "next_increment", COL_NEXT_INC },
	{ "следующий_интервал", COL_NEXT_INC },
	{ "следующий_шаг", COL_NEXT_INC },
	{ "increments", COL_INCREMENTS }, { "increment", COL_INCREMENTS },
	{ "тарификация", COL_INCREMENTS },
	{ "шаг_тарификации", COL_INCREMENTS },

	{ "connect_fee", COL_CONNECT_FEE },
	{ "connection_fee", COL_CONNECT_FEE },
	{ "setup_fee", COL_CONNECT_FEE },
	{ "плата_за_соединение", COL_CONNECT_FEE },
	{ "стоимость_соединения", COL_CONNECT_FEE },

	{ "direction", COL_DIRECTION }, { "тип_вызова", COL_DIRECTION },
	{ "caller_prefix", COL_CALLER_PREFIX },
	{ "код_вызывающего", COL_CALLER_PREFIX },
	{ "relation", COL_RELATION },
	{ "band", COL_BAND }, { "time_band", COL_BAND },
	{ "период", COL_BAND },
	{ "from_s", COL_FROM_S }, { "from_second", COL_FROM_S },
	{ "с_секунды", COL_FROM_S },
	{ "status", COL_STATUS }, { "статус", COL_STATUS },
	{ "change", COL_CHANGE }, { "changes", COL_CHANGE },
	{ "marker", COL_CHANGE }, { "change_type", COL_CHANGE },
	{ "изменение", COL_CHANGE }, { "изменения", COL_CHANGE },
	{ "comment", COL_COMMENT }, { "comments", COL_COMMENT },
	{ "note", COL_COMMENT }, { "notes", COL_COMMENT },
	{ "комментарий", COL_COMMENT }, { "примечание", COL_COMMENT },
	{ "примечания", COL_COMMENT },
};

/* Letters of Russian: two bytes each, capitals below the small ones. */
static size_t fold_cyrillic(char *out, unsigned char a, unsigned char b)
{
	unsigned code = (unsigned)(a & 0x1f) << 6 | (b & 0x3f);

	if (code >= 0x410 && code <= 0x42f)
		code += 0x20;
	else if (code == 0x401 || code == 0x451)
		code = 0x435;        /* yo is written as ye by most */
	out[0] = (char)(0xc0 | code >> 6);
	out[1] = (char)(0x80 | (code & 0x3f));

	return 2;
}

static bool is_gap(struct tw_str name, size_t i, size_t *bytes)
{
	unsigned char c = (unsigned char)name.p[i];

	*bytes = 1;
	if (c <= ' ' || c == '-' || c == '_')
		return true;
	*bytes = 2;
	return i + 1 < name.l && c == 0xc2 &&
		(unsigned char)name.p[i + 1] == 0xa0;
}

void tw__sheet_fold(char out[SHEET_NAME], struct tw_str name)
{
	size_t used = 0, bytes;
	bool gap = false;

	for (size_t i = 0; i < name.l; i += bytes) {
		unsigned char c = (unsigned char)name.p[i];

		if (used + 4 > SHEET_NAME) {
			used = 0;
			break;
		}
		if (is_gap(name, i, &bytes)) {
			gap = used > 0;
			continue;
		}
		bytes = 1;
		if (c == '.')
			continue;
		if (gap)
			out[used++] = '_';
		gap = false;
		if ((c == 0xd0 || c == 0xd1) && i + 1 < name.l) {
			used += fold_cyrillic(out + used, c,
					      (unsigned char)name.p[i + 1]);
			bytes = 2;
			continue;
		}
		out[used++] = c >= 'A' && c <= 'Z' ? (char)(c + 32)
						   : (char)c;
	}
	out[used] = '\0';
}

enum sheet_column tw__sheet_column(struct tw_str name)
{
	char folded[SHEET_NAME];

	tw__sheet_fold(folded, name);
	for (size_t i = 0; i < TW_ARRAY_COUNT(aliases); i++) {
		if (!strcmp(folded, aliases[i].name))
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
