/**
 * @file src/formats/encoding.c  In which letters a file is written
 *
 * See encoding.h. The first reading of a file: nothing of it is kept but what
 * was found out.
 */
#include <string.h>
#include "encoding.h"

#define CHUNK (64u << 10)
#define CARRY 4u                /* of a character, at most */

struct check {
	struct tw__encoding of;
	enum encoding_wish wish;
	struct tw__pass pass;
	char *raw, *out;        /* CHUNK + CARRY; thrice that */
	uint64_t at;            /* of raw in the file */
	size_t carried;
	int64_t line;
};

size_t tw__encoding_whole(enum encoding_kind kind, const char *p, size_t size)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t whole = size & ~(size_t)1, back = 0;

	if (kind == ENCODING_UTF16 || kind == ENCODING_UTF16_BIG) {
		unsigned char high = whole ? u[whole - (kind ==
			ENCODING_UTF16 ? 1 : 2)] : 0;

		return whole && (high & 0xfc) == 0xd8 ? whole - 2 : whole;
	}
	if (kind != ENCODING_UTF8)
		return size;
	while (back < 3 && back < size && (u[size - back - 1] & 0xc0) == 0x80)
		back++;
	if (back == size || u[size - back - 1] < 0xc0)
		return size;
	/* the first byte says how many there are */
	return back + 1 < (u[size - back - 1] < 0xe0 ? 2u :
			   u[size - back - 1] < 0xf0 ? 3u : 4u) ?
		size - back - 1 : size;
}

bool tw__encoding_is_plain(enum encoding_kind kind)
{
	return kind == ENCODING_UTF8 || kind == ENCODING_AS_IS;
}

tw_status tw__encoding_piece(char *out, size_t *out_size,
			     enum encoding_kind kind,
			     const struct tw__piece *piece, tw_error *err)
{
	if (kind == ENCODING_CP1251)
		return tw__piece_cp1251(out, out_size, piece, err);
	return tw__piece_utf16(out, out_size, piece,
			       kind == ENCODING_UTF16_BIG, err);
}

static bool starts(struct tw_str s, const char *mark, size_t size)
{
	return s.l >= size && memcmp(s.p, mark, size) == 0;
}

static tw_status read_mark(struct check *check, struct tw_str s,
			   tw_error *err)
{
	struct tw__encoding *of = &check->of;
	bool big = starts(s, "\xfe\xff", 2);
	bool marked = big || starts(s, "\xff\xfe", 2);

	*of = (struct tw__encoding){ ENCODING_UTF8, 0 };
	if (check->wish == WISH_CP1251) {
		of->kind = ENCODING_CP1251;
		return TW_OK;
	}
	if (check->wish != WISH_UTF16 && (starts(s, "\xff\xfe\0\0", 4) ||
					  starts(s, "\0\0\xfe\xff", 4)))
		return tw__fail(err, TW_EUNSUPPORTED, "the file is UTF-32; "
				"save it as UTF-8");
	if (marked || check->wish == WISH_UTF16)
		*of = (struct tw__encoding){ big ? ENCODING_UTF16_BIG :
			ENCODING_UTF16, marked ? 2 : 0 };
	else if (starts(s, "\xef\xbb\xbf", 3))
		of->mark = 3;
	else if (tw__text_is_wide(s))
		return tw__text_fail_wide(err);
	return TW_OK;
}

static tw_status not_utf8(struct check *check, struct tw_str s, tw_error *err)
{
	size_t i = 0, n;

	while ((n = tw__utf8_sequence(s.p + i, s.l - i)) > 0) {
		check->line += s.p[i] == '\n';
		i += n;
	}
	return tw__fail_at(err, TW_EPARSE, check->line, "", "byte 0x%02x at "
			   "%llu is not UTF-8; save the file as UTF-8, or "
			   "name its encoding", (unsigned char)s.p[i],
			   (unsigned long long)check->at + i);
}

static tw_status check_utf8(struct check *check, struct tw_str s,
			    tw_error *err)
{
	const char *p = s.p, *end = s.p + s.l;

	if (!tw__utf8_is_valid(s.p, s.l))
		return not_utf8(check, s, err);
	if (check->wish != WISH_UTF8)
		return TW_OK;
	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		check->line++;
		p++;
	}
	return TW_OK;
}

static tw_status check_piece(struct check *check, struct tw_str s,
			     tw_error *err)
{
	const struct tw__piece piece = { s, check->at };
	size_t size;

	if (check->of.kind == ENCODING_AS_IS)
		return TW_OK;
	if (check->of.kind == ENCODING_UTF8)
		return check_utf8(check, s, err);
	return tw__encoding_piece(check->out, &size, check->of.kind, &piece,
				  err);
}

/* One chunk, with what the one before left. */
static tw_status check_next(struct check *check, bool find, tw_error *err)
{
	const size_t carried = check->carried;
	size_t size = CHUNK, from = 0, whole;
	tw_status status = tw__pass_read(check->raw + carried, &size,
					 &check->pass, err);
	bool is_over = size < CHUNK;

	size += carried;
	if (!status && find)
		status = read_mark(check, tw__str(check->raw, size), err);
	if (status)
		return status;
	if (check->at == 0) {
		/* places are told behind the mark, as ever */
		from = check->of.mark;
		if (from > size)
			from = size;
	}
	whole = is_over ? size : from + tw__encoding_whole(check->of.kind,
		check->raw + from, size - from);
	status = check_piece(check, tw__str(check->raw + from, whole - from),
			     err);
	if (status)
		return status;
	check->at += whole - from;
	check->carried = size - whole;
	memmove(check->raw, check->raw + whole, check->carried);
	return is_over ? TW_ITER_END : TW_OK;
}

static tw_status check_all(struct check *check, struct tw__bytes *bytes,
			   bool find, tw_error *err)
{
	tw_status status = tw__pass_open(&check->pass, bytes, err);

	check->at = 0;
	check->carried = 0;
	check->line = 1;
	while (!status) {
		status = check_next(check, find, err);
		find = false;
	}
	tw__pass_close(&check->pass);
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status find(struct check *check, struct tw__bytes *bytes,
		      tw_error *err)
{
	tw_status status = check_all(check, bytes, true, err);
	enum encoding_wish wish = check->wish;

	if (status != TW_EPARSE || (wish != WISH_LENIENT &&
	    (wish != WISH_GUESS || check->of.kind != ENCODING_UTF8)))
		return status;
	if (err)
		*err = (tw_error)TW_ERROR_INIT;
	if (wish == WISH_GUESS)
		check->of.kind = ENCODING_CP1251;
	else
		check->of = (struct tw__encoding){ ENCODING_AS_IS, 0 };
	return check_all(check, bytes, false, err);
}

tw_status tw__encoding_find(struct tw__encoding *out, struct tw__bytes *bytes,
			    enum encoding_wish wish, tw_error *err)
{
	struct check check = { .wish = wish,
		.raw = tw_malloc(CHUNK + CARRY),
		.out = tw_malloc(3 * (CHUNK + CARRY)) };
	tw_status status = check.raw && check.out ?
		find(&check, bytes, err) : tw__fail_oom(err);

	*out = check.of;
	tw_free(check.raw);
	tw_free(check.out);
	return status;
}
