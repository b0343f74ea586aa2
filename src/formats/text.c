/**
 * @file src/formats/text.c  Files of any usual encoding, as UTF-8
 *
 * Decides which encoding a file is in. Refuses to guess between one-byte
 * encodings: cp1251 is assumed only when the caller's preset says so, since
 * every byte string is "valid" in one of them.
 */
#include <string.h>
#include "csv.h"

#define REPLY_MAX (SIZE_MAX / 4)

/* Windows code page 1251, 0x80 and up; 0 is unassigned. */
static const uint16_t cp1251[128] = {
	0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021,
	0x20ac, 0x2030, 0x0409, 0x2039, 0x040a, 0x040c, 0x040b, 0x040f,
	0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x0000, 0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b, 0x045f,
	0x00a0, 0x040e, 0x045e, 0x0408, 0x00a4, 0x0490, 0x00a6, 0x00a7,
	0x0401, 0x00a9, 0x0404, 0x00ab, 0x00ac, 0x00ad, 0x00ae, 0x0407,
	0x00b0, 0x00b1, 0x0406, 0x0456, 0x0491, 0x00b5, 0x00b6, 0x00b7,
	0x0451, 0x2116, 0x0454, 0x00bb, 0x0458, 0x0405, 0x0455, 0x0457,
	0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417,
	0x0418, 0x0419, 0x041a, 0x041b, 0x041c, 0x041d, 0x041e, 0x041f,
	0x0420, 0x0421, 0x0422, 0x0423, 0x0424, 0x0425, 0x0426, 0x0427,
	0x0428, 0x0429, 0x042a, 0x042b, 0x042c, 0x042d, 0x042e, 0x042f,
	0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437,
	0x0438, 0x0439, 0x043a, 0x043b, 0x043c, 0x043d, 0x043e, 0x043f,
	0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447,
	0x0448, 0x0449, 0x044a, 0x044b, 0x044c, 0x044d, 0x044e, 0x044f,
};

static size_t put_code(unsigned char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (unsigned char)(0xc0 | code >> 6);
		out[1] = (unsigned char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (unsigned char)(0xe0 | code >> 12);
		out[1] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (unsigned char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (unsigned char)(0xf0 | code >> 18);
	out[1] = (unsigned char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (unsigned char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (unsigned char)(0x80 | (code & 0x3f));
	return 4;
}

static tw_status finish(char **out, size_t *out_size, unsigned char *text,
			size_t size)
{
	text[size] = '\0';
	*out = (char *)text;
	*out_size = size;
	return TW_OK;
}

static uint32_t unit(const unsigned char *p, bool big)
{
	return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

tw_status tw__piece_utf16(char *out, size_t *out_size,
			  const struct tw__piece *piece, bool big,
			  tw_error *err)
{
	const unsigned char *p = (const unsigned char *)piece->text.p;
	const size_t size = piece->text.l;
	size_t used = 0;

	if (size % 2)
		return tw__fail(err, TW_EPARSE, "UTF-16 file ends within a "
				"character; was it cut off?");
	for (size_t i = 0; i < size; i += 2) {
		uint32_t code = unit(p + i, big), low = 0;

		if (code >= 0xd800 && code <= 0xdbff && i + 2 < size)
			low = unit(p + i + 2, big);
		if (low >= 0xdc00 && low <= 0xdfff) {
			code = 0x10000 + ((code & 0x3ff) << 10) +
				(low & 0x3ff);
			i += 2;
		}
		else if (code >= 0xd800 && code <= 0xdfff) {
			return tw__fail(err, TW_EPARSE, "UTF-16 file has half "
				"a character at byte %llu",
				(unsigned long long)piece->at + i + 2);
		}
		used += put_code((unsigned char *)out + used, code);
	}
	*out_size = used;
	return TW_OK;
}

tw_status tw__piece_cp1251(char *out, size_t *out_size,
			   const struct tw__piece *piece, tw_error *err)
{
	size_t used = 0;

	for (size_t i = 0; i < piece->text.l; i++) {
		unsigned char c = (unsigned char)piece->text.p[i];
		uint32_t code = c < 0x80 ? c : cp1251[c - 0x80];

		if (code == 0 && c != 0)
			return tw__fail(err, TW_EPARSE, "byte 0x%02x at %llu "
					"is neither UTF-8 nor cp1251; save "
					"the file as UTF-8", c,
					(unsigned long long)piece->at + i);
		used += put_code((unsigned char *)out + used, code);
	}
	*out_size = used;
	return TW_OK;
}

static tw_status from_utf16(char **out, size_t *out_size,
			    struct tw_str in, bool big, tw_error *err)
{
	const struct tw__piece all = { in, 0 };
	char *text = tw_malloc(in.l / 2 * 3 + 1);
	size_t used;
	tw_status status;

	if (!text)
		return tw__fail_oom(err);
	status = tw__piece_utf16(text, &used, &all, big, err);
	if (!status)
		return finish(out, out_size, (unsigned char *)text, used);
	tw_free(text);
	return status;
}

static tw_status from_cp1251(char **out, size_t *out_size,
			     struct tw_str in, tw_error *err)
{
	const struct tw__piece all = { in, 0 };
	char *text = tw_malloc(in.l * 3 + 1);
	size_t used;
	tw_status status;

	if (!text)
		return tw__fail_oom(err);
	status = tw__piece_cp1251(text, &used, &all, err);
	if (!status)
		return finish(out, out_size, (unsigned char *)text, used);
	tw_free(text);
	return status;
}

static tw_status copy_utf8(char **out, size_t *out_size, struct tw_str in,
			   tw_error *err)
{
	unsigned char *text = tw_malloc(in.l + 1);

	if (!text)
		return tw__fail_oom(err);
	if (in.l > 0)
		memcpy(text, in.p, in.l);
	return finish(out, out_size, text, in.l);
}

static tw_status not_utf8(struct tw_str in, tw_error *err)
{
	int64_t line = 1;
	size_t i = 0, n;

	while ((n = tw__utf8_sequence(in.p + i, in.l - i)) > 0) {
		line += in.p[i] == '\n';
		i += n;
	}
	return tw__fail_at(err, TW_EPARSE, line, "", "byte 0x%02x at %zu is "
			   "not UTF-8; save the file as UTF-8, or name its "
			   "encoding", (unsigned char)in.p[i], i);
}

static bool starts(struct tw_str s, const char *mark, size_t size)
{
	return s.l >= size && memcmp(s.p, mark, size) == 0;
}

/* Letters of two bytes each: one of them is mostly NUL, the other is not. */
bool tw__text_is_wide(struct tw_str in)
{
	size_t nuls[2] = { 0, 0 }, n = in.l < 4096 ? in.l : 4096;

	for (size_t i = 0; i < n; i++)
		nuls[i & 1] += !in.p[i];
	return n > 3 && (nuls[0] * 3 >= n) != (nuls[1] * 3 >= n);
}

tw_status tw__text_fail_wide(tw_error *err)
{
	return tw__fail(err, TW_EUNSUPPORTED, "the file is UTF-16 without a "
			"byte order mark; save it as UTF-8");
}

bool tw__text_is_utf8(struct tw_str *out, const void *data, size_t size)
{
	struct tw_str in = tw__str(size > 0 ? data : "", size);

	/* marks of the wider encodings are no UTF-8 */
	if (starts(in, "\xef\xbb\xbf", 3))
		in = tw__str(in.p + 3, in.l - 3);
	if (!tw__utf8_is_valid(in.p, in.l) || tw__text_is_wide(in))
		return false;
	*out = in;
	return true;
}

tw_status tw__text_to_utf8(char **out, size_t *out_size, const void *data,
			   size_t size, bool fallback_cp1251, tw_error *err)
{
	struct tw_str in = tw__str(size > 0 ? data : "", size);
	bool big;

	if (!out || !out_size || (!data && size > 0))
		return tw__fail(err, TW_EINVAL, "text: NULL argument");
	if (size > REPLY_MAX)
		return tw__fail_oom(err);
	if (starts(in, "\xff\xfe\0\0", 4) || starts(in, "\0\0\xfe\xff", 4))
		return tw__fail(err, TW_EUNSUPPORTED, "the file is UTF-32; "
				"save it as UTF-8");
	big = starts(in, "\xfe\xff", 2);
	if (big || starts(in, "\xff\xfe", 2))
		return from_utf16(out, out_size, tw__str(in.p + 2, in.l - 2),
				  big, err);
	if (starts(in, "\xef\xbb\xbf", 3))
		in = tw__str(in.p + 3, in.l - 3);
	else if (tw__text_is_wide(in))
		return tw__text_fail_wide(err);
	if (tw__utf8_is_valid(in.p, in.l))
		return copy_utf8(out, out_size, in, err);
	return fallback_cp1251 ? from_cp1251(out, out_size, in, err)
		: not_utf8(in, err);
}

tw_status tw__text_utf16(char **out, size_t *out_size, const void *data,
			 size_t size, tw_error *err)
{
	struct tw_str in = tw__str(size > 0 ? data : "", size);
	bool big = starts(in, "\xfe\xff", 2);

	if (!out || !out_size || (!data && size > 0))
		return tw__fail(err, TW_EINVAL, "text: NULL argument");
	if (size > REPLY_MAX)
		return tw__fail_oom(err);
	if (big || starts(in, "\xff\xfe", 2))
		in = tw__str(in.p + 2, in.l - 2);
	return from_utf16(out, out_size, in, big, err);
}

tw_status tw__text_cp1251(char **out, size_t *out_size, const void *data,
			  size_t size, tw_error *err)
{
	if (!out || !out_size || (!data && size > 0))
		return tw__fail(err, TW_EINVAL, "text: NULL argument");
	if (size > REPLY_MAX)
		return tw__fail_oom(err);
	return from_cp1251(out, out_size, tw__str(size > 0 ? data : "", size),
			   err);
}

void tw__text_shown(char out[TW_TEXT_SHOWN], struct tw_str text)
{
	size_t length = text.l;

	if (length >= TW_TEXT_SHOWN) {
		length = TW_TEXT_SHOWN - 4;
		/* not within a character */
		while (length && ((unsigned char)text.p[length] & 0xc0) ==
		       0x80)
			length--;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text.p[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	strcpy(out + length, length < text.l ? "..." : "");
}
