/**
 * @file src/formats/numbering_region.c  What a regulator calls a place
 *
 * Decides which words of "г. Казань|Республика Татарстан" are the city's name
 * and which the region's, so that two files, or two columns of one, name them
 * alike. Refuses to know the map: nothing is looked up, and what names
 * several towns or no single region is not known.
 */
#include "numbering_file.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX  1024
#define PARTS_MAX 16

/* Town words may follow each other: "г.о. город Улан-Удэ". */
static const char *const town_words[] = {
	"город федерального значения ", "Город федерального значения ",
	"г.о. ", "городской округ ", "г.п. ", "город-герой ",
	"город-курорт ", "город ", "Город ", "г. ", "г.",
};

/* Smaller places: their names repeat within a region. */
static const char *const village_words[] = {
	"пгт. ", "пгт ", "рп. ", "рп ", "р.п. ", "пос. ", "поселок ",
	"посёлок ", "п. ", "село ", "с. ", "деревня ", "д. ", "станица ",
	"ст-ца ", "ст. ", "аул ", "х. ", "с/п ", "с.п. ", "дп ", "кп ",
};

/* What begins or ends so is a district: neither town nor region. */
static const char *const district_words[] = {
	"р-н", "м.р-н", "м.о.", "м.о", "район", "у.", "г.о.", "г.п.", "с.п.",
};

/* City and region of the federation at once. */
static const char *const federal[] = {
	"Москва", "Санкт-Петербург", "Севастополь", "Байконур",
};

/* No single region stands in these. */
static const char *const countries[] = {
	"Российская Федерация", "федеральный округ", "Федеральный округ",
};

static const char *skip_words(const char *text, const char *const *words,
			      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t l = strlen(words[i]);

		if (strncmp(text, words[i], l) == 0) {
			text += l;
			while (*text == ' ')
				text++;
			i = (size_t)-1;
		}
	}
	return text;
}

static bool is_federal(const char *name)
{
	for (size_t i = 0; i < TW_ARRAY_COUNT(federal); i++) {
		if (strcmp(name, federal[i]) == 0)
			return true;
	}
	return false;
}

static bool has_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strstr(text, words[i]))
			return true;
	}
	return false;
}

static bool is_district(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < TW_ARRAY_COUNT(district_words); i++) {
		const char *word = district_words[i];
		size_t l = strlen(word);

		if (length <= l)
			continue;
		if (strncmp(text, word, l) == 0 && text[l] == ' ')
			return true;
		if (strcmp(text + length - l, word) == 0 &&
		    text[length - l - 1] == ' ')
			return true;
	}
	return false;
}

/* "г. Казань" and no more: a town whose region is not told. */
static bool is_town(const char *text)
{
	const char *name = skip_words(text, town_words,
				      TW_ARRAY_COUNT(town_words));

	if (name != text && is_federal(name))
		return false;
	name = skip_words(name, village_words, TW_ARRAY_COUNT(village_words));
	return name != text && !strstr(name, " и ") && !strchr(name, ',');
}

/* ---- cleaning: one spelling ---- */

/* Blanks in a row are one; a copy that ends with NUL. */
static bool copy_text(char out[TEXT_MAX], struct tw_str text)
{
	size_t n = 0;

	text = tw__str_trim(text);
	if (text.l >= TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.l; i++) {
		char c = text.p[i] == '\t' ? ' ' : text.p[i];

		/* a no-break space, as spreadsheets write it */
		if (c == '\xc2' && i + 1 < text.l && text.p[i + 1] == '\xa0') {
			c = ' ';
			i++;
		}
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return true;
}

/* "Республика Татарстан (Татарстан)" */
static void drop_brackets(char *text)
{
	char *open;

	while ((open = strchr(text, '(')) != NULL) {
		char *close = strchr(open, ')');

		while (open > text && open[-1] == ' ')
			open--;
		if (!close) {
			*open = '\0';
			return;
		}
		memmove(open, close + 1, strlen(close + 1) + 1);
	}
}

/* "Улан - Удэ" */
static void close_hyphens(char *text)
{
	char *at;

	while ((at = strstr(text, " - ")) != NULL) {
		*at = '-';
		memmove(at + 1, at + 3, strlen(at + 3) + 1);
	}
}

/* false: does not fit, and out is as it was. */
static bool append(char out[128], const char *text, size_t length)
{
	size_t used = strlen(out);

	if (used + length >= 128)
		return false;
	memcpy(out + used, text, length);
	out[used + length] = '\0';
	return true;
}

/* One region of the federation; "обл." and "АО" are written out. */
static bool append_region(char out[128], char *name)
{
	static const struct { const char *end, *whole; } shorts[] = {
		{ " обл.", " область" }, { " обл", " область" },
		{ " АО", " автономный округ" },
	};
	const char *text = skip_words(name, town_words,
				      TW_ARRAY_COUNT(town_words));
	size_t length = strlen(text);

	for (size_t i = 0; i < TW_ARRAY_COUNT(shorts); i++) {
		size_t l = strlen(shorts[i].end);

		if (length > l &&
		    strcmp(text + length - l, shorts[i].end) == 0)
			return append(out, text, length - l) &&
				append(out, shorts[i].whole,
				       strlen(shorts[i].whole));
	}
	return append(out, text, length);
}

/* Several regions stay several, each of one spelling. */
static bool read_regions(char out[128], char *text)
{
	static const char and[] = " и ";

	for (;;) {
		char *comma = strstr(text, ", "), *joint = strstr(text, and);
		const char *mark = ", ";
		char *next = comma;

		if (joint && (!comma || joint < comma)) {
			mark = and;
			next = joint;
		}
		if (next)
			*next = '\0';
		if (!append_region(out, text))
			return false;
		if (!next)
			return true;
		if (!append(out, mark, strlen(mark)))
			return false;
		text = next + strlen(mark);
	}
}

/* A name of several towns, or of none, leaves out empty. `district`: where a
 * small place lies, or NULL. */
static bool read_city(char out[128], char *text, const char *district)
{
	const char *name = skip_words(text, town_words,
				      TW_ARRAY_COUNT(town_words));
	bool town = name != text;

	name = skip_words(name, village_words, TW_ARRAY_COUNT(village_words));
	if (name == text || !*name || strstr(name, " и ") ||
	    strchr(name, ','))
		return true;
	if (!append(out, name, strlen(name)))
		return false;
	if (town || !district || (append(out, ", ", 2) &&
				     append(out, district, strlen(district))))
		return true;
	out[0] = '\0';
	return false;
}

static size_t split(char *parts[PARTS_MAX], char *text)
{
	size_t n = 0;

	while (text && n < PARTS_MAX) {
		char *bar = strchr(text, '|'), *end;

		if (bar)
			*bar = '\0';
		while (*text == ' ')
			text++;
		for (end = text + strlen(text); end > text && end[-1] == ' '; )
			*--end = '\0';
		if (*text && strcmp(text, "-") != 0)
			parts[n++] = text;
		text = bar ? bar + 1 : NULL;
	}
	return n;
}

bool tw__region_read(struct tw__region *out, struct tw_str raw)
{
	char text[TEXT_MAX], *parts[PARTS_MAX], *last;
	bool fits, alone;
	size_t n;

	out->region[0] = out->city[0] = '\0';
	if (!copy_text(text, raw))
		return false;
	drop_brackets(text);
	n = split(parts, text);
	if (!n)
		return true;
	last = parts[n - 1];
	alone = n == 1 && (is_district(last) || is_town(last));
	fits = n == 1 && !alone ? true :
		read_city(out->city, parts[0], n > 2 ? parts[n - 2] : NULL);
	close_hyphens(out->city);
	if (alone || has_any(last, countries, TW_ARRAY_COUNT(countries)))
		return fits;
	if (!read_regions(out->region, last)) {
		out->region[0] = '\0';
		return false;
	}
	if (is_federal(out->region))
		strcpy(out->city, out->region);
	return fits;
}

bool tw__city_read(char out[128], struct tw_str raw)
{
	char text[TEXT_MAX];
	const char *name;

	out[0] = '\0';
	if (!copy_text(text, raw))
		return false;
	drop_brackets(text);
	close_hyphens(text);
	name = skip_words(text, town_words, TW_ARRAY_COUNT(town_words));
	return append(out, name, strlen(name));
}
