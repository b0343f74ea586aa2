/**
 * @file src/formats/preset_cell.h  Cells of call records as values
 *
 * What nearly every row of a file has is read here, in place and a word at a
 * time: where a call costs as much as the work, months of calls are read in
 * three quarters of the time. Anything else, and all that is refused, is left
 * to preset_cell.c.
 */
#ifndef TW_SRC_PRESET_CELL_H
#define TW_SRC_PRESET_CELL_H

#include <string.h>
#include "preset_row.h"

/* The other instant with the same clock reading, or t itself. */
tw_time tw__preset_repeated(const tw_zone *zone, tw_time t);
tw_status tw__preset_any_time(tw_time *out, struct tw__preset *preset,
			      size_t column, tw_time after, tw_error *err);
tw_status tw__preset_any_seconds(int64_t *out_us,
				 const struct tw__preset *preset,
				 size_t column, tw_error *err);
tw_status tw__preset_any_u32(uint32_t *out, const struct tw__preset *preset,
			     size_t column, tw_error *err);
tw_status tw__preset_any_number(const struct tw__preset *preset,
				size_t column, tw_error *err);

/* Eight bytes of a cell that is not empty, or of what is behind it. */
static inline uint64_t tw__preset_eight(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* The same with the first byte lowest, wherever we are. */
static inline uint64_t tw__preset_eight_low(const char *p)
{
	uint64_t word = tw__preset_eight(p);

	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ?
		__builtin_bswap64(word) : word;
}

/* Seconds of "09:30:00"; 86400: it is none, or second 60. All eight at once:
 * in each of them, what is greater than it may be reaches bit 7. */
static inline unsigned int tw__preset_of_day(const char *p)
{
	uint64_t x = tw__preset_eight_low(p) ^ 0x30303a30303a3030u;
	uint64_t odd = x | (x + 0x767a7f767a7f767du);
	unsigned int h;

	/* tens and ones together */
	x = x * 10 + (x >> 8);
	h = x & 0xff;
	if ((odd & 0x8080808080808080u) || h > 23)
		return 86400;
	return h * 3600 + (x >> 24 & 0xff) * 60 +
		(unsigned int)(x >> 48 & 0xff);
}

static inline bool tw__preset_by_date(tw_time *out,
				      const struct preset_date *last,
				      struct tw_str text)
{
	uint64_t odd;
	unsigned int s;

	if (text.l != last->size)
		return false;
	odd = (tw__preset_eight(text.p) ^ last->day[0]) |
		(tw__preset_eight(&text.p[3]) ^ last->day[1]) |
		((tw__preset_eight(&text.p[19]) ^ last->offset) &
		 last->offset_mask);
	s = tw__preset_of_day(&text.p[11]);
	*out = last->midnight + s * TW_SECOND;
	return !odd && s < 86400;
}

/* A time; empty is 0. Of a clock reading that exists twice the one that does
 * not lie before `after` (the first when both do not). */
static inline tw_status tw__preset_time(tw_time *out,
					struct tw__preset *preset,
					size_t column, tw_time after,
					tw_error *err)
{
	struct tw_str text = tw__preset_str(preset, column);

	*out = 0;
	if (!text.l || (tw__preset_by_date(out, &preset->date, text) &&
			*out >= after))
		return TW_OK;
	return tw__preset_any_time(out, preset, column, after, err);
}

/* Up to eight digits and nothing else: all at once, behind as many leading
 * zeros as are missing. */
static inline bool tw__preset_digits(int64_t *out, struct tw_str text)
{
	uint64_t x;

	if (text.l - 1 >= 8)
		return false;
	x = (tw__preset_eight_low(text.p) ^ 0x3030303030303030u) <<
		(64 - 8 * text.l);
	if ((x | (x + 0x7676767676767676u)) & 0x8080808080808080u)
		return false;
	/* two, four, eight together */
	x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ffu;
	x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffffu;
	*out = (int64_t)((x * 10000 + (x >> 32)) & 0xffffffffu);
	return true;
}

/* "61", "61.5" or "0:01:01"; *given false when empty. */
static inline tw_status tw__preset_seconds(int64_t *out_us, bool *given,
					   const struct tw__preset *preset,
					   size_t column, tw_error *err)
{
	struct tw_str text = tw__preset_str(preset, column);
	int64_t value = 0;

	*given = text.l > 0;
	*out_us = 0;
	if (text.l && !tw__preset_digits(&value, text))
		return tw__preset_any_seconds(out_us, preset, column, err);
	*out_us = value * TW_SECOND;
	return TW_OK;
}

/* A length that the record's own times contradict is refused: a host may
 * have stepped its clock, but a file says so in other units or zones. Two
 * seconds are the clocks of two programs. */
static inline tw_status tw__preset_fits(const tw_cdr *cdr,
					const struct tw__preset *preset,
					size_t column, tw_error *err)
{
	if (!cdr->end || cdr->end < cdr->start ||
	    cdr->duration_us <= cdr->end - cdr->start + 2 * TW_SECOND)
		return TW_OK;
	return tw__preset_fail(preset, column, err, "is longer than from "
			       "start to end; check them, their unit and "
			       "their zone");
}

static inline tw_status tw__preset_u32(uint32_t *out,
				       const struct tw__preset *preset,
				       size_t column, uint32_t otherwise,
				       tw_error *err)
{
	*out = otherwise;
	if (!tw__preset_str(preset, column).l)
		return TW_OK;
	return tw__preset_any_u32(out, preset, column, err);
}

/* A number that a spreadsheet turned into 7.84E+10 is lost: say so. Letters
 * have a bit that digits and what may stand between them have not. */
static inline tw_status tw__preset_number(const char **out,
					  const struct tw__preset *preset,
					  size_t column, tw_error *err)
{
	struct tw_str s = tw__preset_str(preset, column);

	*out = tw__preset_cell(preset, column);
	if (!s.l || (s.l >= 8 && s.l <= 16 &&
		     !((tw__preset_eight(s.p) |
			tw__preset_eight(&s.p[s.l - 8])) &
		       0x4040404040404040u)))
		return TW_OK;
	return tw__preset_any_number(preset, column, err);
}

#endif
