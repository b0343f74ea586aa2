/**
 * @file src/rating/places.c  Is there a place of this name
 *
 * Decides whether any range names it, as a region, as one of several that a
 * range joins, or as a city; and else which name was meant. A word of a rule
 * that names no place is about no call and says nothing, so whoever takes
 * such words asks here first. Refuses to know what the rule is.
 */
#include <string.h>

#include "ranges.h"

#define LETTERS_MAX 64

struct looking {
	struct tw_str wanted;
	uint32_t letter[LETTERS_MAX];  /* of it */
	size_t letters;
	char near[128];
	size_t far;                    /* letters between; the least yet */
	bool is_found;
	bool any;
};

/* Letters of valid UTF-8, big ones as small ones as far as Latin and Russian
 * go. */
static size_t spell(uint32_t out[LETTERS_MAX], struct tw_str text)
{
	size_t n = 0, i = 0;

	while (i < text.l && n < LETTERS_MAX) {
		const uint8_t first = (uint8_t)text.p[i++];
		uint32_t c = first < 0x80 ? first : first < 0xe0 ?
			first & 0x1f : first < 0xf0 ? first & 0x0f :
			first & 0x07;

		while (i < text.l && ((uint8_t)text.p[i] & 0xc0) == 0x80)
			c = c << 6 | ((uint8_t)text.p[i++] & 0x3f);
		if ((c >= 'A' && c <= 'Z') || (c >= 0x410 && c <= 0x42f))
			c += 32;
		out[n++] = c == 0x401 || c == 0x451 ? 0x435 : c;
	}
	return n;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, add or leave out. */
static size_t distance(const uint32_t *a, size_t m, const uint32_t *b,
		       size_t n)
{
	size_t row[LETTERS_MAX + 1];

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = least(least(above, row[j - 1]) + 1,
				       before + (a[i - 1] != b[j - 1]));
			before = above;
		}
	}
	return row[n];
}

/* "Татарстан" is meant where "Республика Татарстан" stands, too. */
static bool holds(const uint32_t *all, size_t n, const uint32_t *part,
		  size_t l)
{
	for (size_t i = 0; l >= 4 && i + l <= n; i++) {
		if (!memcmp(all + i, part, l * sizeof(*part)))
			return true;
	}
	return false;
}

static void compare(struct looking *l, struct tw_str name)
{
	uint32_t letter[LETTERS_MAX];
	size_t n, far;

	if (!name.l || l->is_found)
		return;
	l->any = true;
	if (name.l == l->wanted.l && !memcmp(name.p, l->wanted.p, name.l)) {
		l->is_found = true;
		return;
	}
	n = spell(letter, name);
	far = holds(letter, n, l->letter, l->letters) ? 0 :
		distance(letter, n, l->letter, l->letters);
	/* of equals the shorter: without what a range joins to it */
	if (far > l->far || name.l >= sizeof(l->near) ||
	    (far == l->far && (!*l->near || name.l >= strlen(l->near))))
		return;
	l->far = far;
	memcpy(l->near, name.p, name.l);
	l->near[name.l] = '\0';
}

static void look_at(struct looking *l, const char *region, const char *city)
{
	struct tw_str whole = tw__str_of(region);

	compare(l, whole);
	while (*region) {
		struct tw_str one = tw__next_region(&region);

		if (one.l != whole.l)
			compare(l, one);
	}
	compare(l, tw__str_of(city));
}

tw_status tw_numbering_place_check(const tw_numbering *numbering,
				   const char *place, tw_error *err)
{
	struct looking l = { .any = false };
	const char *region, *city;

	if (!place || !*place || !tw__utf8_is_valid(place, strlen(place)))
		return tw__fail(err, TW_EINVAL, "a place has a name in UTF-8");
	l.wanted = tw__str_of(place);
	l.letters = spell(l.letter, l.wanted);
	l.far = l.letters / 3 + 1;     /* more is another name */
	for (size_t i = 0; !l.is_found &&
	     tw__numbering_place(&region, &city, numbering, i); i++)
		look_at(&l, region, city);
	if (l.is_found)
		return TW_OK;
	if (!l.any)
		return tw__fail(err, TW_EUNSUPPORTED, "no numbering names "
				"regions or cities yet; import one");
	if (*l.near)
		return tw__fail(err, TW_ENOTFOUND, "no range of the numbering "
				"names '%.80s'; did you mean '%s'?", place,
				l.near);
	return tw__fail(err, TW_ENOTFOUND, "no range of the numbering names "
			"'%.80s'; write a region or city as it does, or "
			"digits", place);
}
