/**
 * @file src/accounts/sought.c  One person, in whatever spelling
 *
 * Decides whether a stored caller is the one who was asked for, and whether a
 * row that nobody could read names him. Of rows it says yes where it is in
 * doubt: a number may begin within longer digits. Refuses to say so of a name
 * that is a part of another one.
 */
#include <string.h>
#include "sought.h"

void tw__sought_init(struct tw__sought *out, const char *given,
		     const char *country)
{
	struct tw_str bare = tw__record_bare(tw__str_of(given));

	memset(out, 0, sizeof(*out));
	out->name = given;
	out->rule = tw__dial_rule(country);
	if (!tw__e164(out->digits, given, &out->rule, NULL))
		return;
	out->digits[0] = '\0';
	if (bare.l == strlen(given) || bare.l > RECORD_TEXT_MAX)
		return;
	memcpy(out->user, bare.p, bare.l);
	/* an extension of another PBX is a name */
	if (!tw__record_is_outside(out->user) ||
	    tw__e164(out->digits, out->user, &out->rule, NULL))
		out->digits[0] = '\0';
}

bool tw__sought_user(struct tw__sought *sought)
{
	if (!*sought->user || *sought->digits)
		return false;
	sought->name = sought->user;
	return true;
}

/* ---- a stored one ---- */

static bool is_number(const struct tw__sought *sought, const char *text)
{
	char digits[TW_DIGITS_MAX];

	return !tw__e164(digits, text, &sought->rule, NULL) &&
		strcmp(digits, sought->digits) == 0;
}

bool tw__sought_is(const struct tw__sought *sought, const char *text)
{
	char user[RECORD_TEXT_MAX + 1];
	struct tw_str bare;

	if (strcmp(text, sought->name) == 0)
		return true;
	if (!*sought->digits)
		return false;
	if (is_number(sought, text))
		return true;
	bare = tw__record_bare(tw__str_of(text));
	if (bare.l == strlen(text) || bare.l > RECORD_TEXT_MAX)
		return false;
	memcpy(user, bare.p, bare.l);
	user[bare.l] = '\0';
	return is_number(sought, user);
}

/* ---- within a row ---- */

/* What its spellings share: of a national number the digits behind the
 * country code. */
static const char *shared_digits(const struct tw__sought *sought)
{
	const char *country = sought->rule.country;
	size_t code = strlen(country);

	if (sought->rule.national_length &&
	    strlen(sought->digits) ==
	    sought->rule.national_length - 1 + code &&
	    strncmp(sought->digits, country, code) == 0)
		return &sought->digits[code];
	return sought->digits;
}

/* People write more between digits than the dial rule knows: no-break spaces
 * and long dashes too. */
static bool may_part(char c)
{
	return c && (strchr(" -().+/", c) || (unsigned char)c >= 0x80);
}

static bool digits_at(const char *p, const char *digits)
{
	for (; *digits; p++) {
		if (*p == *digits)
			digits++;
		else if (!may_part(*p))
			return false;
	}
	return true;
}

static bool has_digits(const char *text, const char *digits)
{
	for (text = strchr(text, *digits); text;
	     text = strchr(text + 1, *digits)) {
		if (digits_at(text, digits))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') ||
		((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
		(unsigned char)c >= 0x80;
}

/* Not "ivan" in "ivanov", and nobody is called ",". */
static bool has_name(const char *text, const char *name)
{
	size_t length = strlen(name), i = 0;

	while (name[i] && !is_letter(name[i]))
		i++;
	for (const char *p = name[i] ? strstr(text, name) : NULL; p;
	     p = strstr(p + 1, name)) {
		if ((p == text || !is_letter(p[-1]) || !is_letter(*name)) &&
		    (!is_letter(p[length]) || !is_letter(name[length - 1])))
			return true;
	}
	return false;
}

static bool has(const struct tw__sought *sought, const char *text)
{
	return (*sought->digits && has_digits(text, shared_digits(sought))) ||
		has_name(text, sought->name);
}

tw_status tw__sought_stands_in(bool *out, const struct tw__sought *sought,
			       const char *text, tw_error *err)
{
	char *plain;

	*out = has(sought, text);
	if (*out || !strchr(text, '%'))
		return TW_OK;
	plain = tw_strdup(text);
	if (!plain)
		return tw__fail_oom(err);
	plain[tw__percent_decode(plain, strlen(plain))] = '\0';
	*out = has(sought, plain);
	tw_free(plain);
	return TW_OK;
}
