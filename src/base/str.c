/**
 * @file src/base/str.c  Views into bytes, and what counts as text
 *
 * Decides what is valid UTF-8 and what may stand in a SIP header. Refuses to
 * know locales: letter case is ASCII's, everything above passes through.
 */
#include <string.h>
#include "base.h"

struct tw_str tw__str_of(const char *text)
{
	return text ? tw__str(text, strlen(text)) : tw__str("", 0);
}

bool tw__str_eq(struct tw_str a, const char *b)
{
	size_t l = strlen(b);

	return a.l == l && (l == 0 || memcmp(a.p, b, l) == 0);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool tw__str_ieq(struct tw_str a, const char *b)
{
	if (a.l != strlen(b))
		return false;
	for (size_t i = 0; i < a.l; i++) {
		if (lower(a.p[i]) != lower(b[i]))
			return false;
	}
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct tw_str tw__str_trim(struct tw_str s)
{
	while (s.l > 0 && is_blank(s.p[0])) {
		s.p++;
		s.l--;
	}
	while (s.l > 0 && is_blank(s.p[s.l - 1]))
		s.l--;
	return s;
}

char *tw__str_dup(struct tw_str s)
{
	char *copy = tw_malloc(s.l + 1);

	if (!copy)
		return NULL;
	if (s.l > 0)
		memcpy(copy, s.p, s.l);
	copy[s.l] = '\0';
	return copy;
}

bool tw__str_u64(uint64_t *out, struct tw_str s)
{
	uint64_t value = 0;

	if (s.l == 0)
		return false;
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'),
					   &value))
			return false;
	}
	*out = value;
	return true;
}

bool tw__text_is_header_safe(const char *text)
{
	if (!text || !tw__utf8_is_valid(text, strlen(text)))
		return false;
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f ||
		    strchr("\"\\<>", *p))
			return false;
	}
	return true;
}

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The bounds of the second byte shut out overlong forms, surrogates and
 * everything past U+10FFFF (RFC 3629 section 4). */
size_t tw__utf8_sequence(const void *data, size_t size)
{
	const unsigned char *p = data;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (size == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (size < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) {
		if (!is_tail(p[i]))
			return 0;
	}
	return n;
}

bool tw__utf8_is_valid(const char *text, size_t size)
{
	while (size > 0) {
		uint64_t word;
		size_t n;

		/* call records are nearly all ASCII: 32 or eight bytes a
		 * step */
		if (size >= 32) {
			uint64_t words[4];

			memcpy(words, text, 32);
			word = words[0] | words[1] | words[2] | words[3];
			if ((word & 0x8080808080808080ull) == 0) {
				text += 32;
				size -= 32;
				continue;
			}
		}
		if (size >= 8) {
			memcpy(&word, text, 8);
			if ((word & 0x8080808080808080ull) == 0) {
				text += 8;
				size -= 8;
				continue;
			}
		}
		n = tw__utf8_sequence(text, size);
		if (n == 0)
			return false;
		text += n;
		size -= n;
	}
	return true;
}

void tw__utf8_cut(char *out, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	while (length && !tw__utf8_is_valid(text, length))
		length--;
	memcpy(out, text, length);
	out[length] = '\0';
}
