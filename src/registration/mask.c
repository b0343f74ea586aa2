/**
 * @file src/registration/mask.c  Secrets that a text must not show
 *
 * Decides where in a text a secret stands, also one that was dressed up on
 * its way through headers and URIs: as it is, with bytes as %41 or behind a
 * backslash, and within base64, as Basic writes it. A hundred thousand
 * secrets are one look into a table for each byte of a text, by the first
 * bytes of each. It refuses to know any other clothes: who looks for all
 * finds secrets everywhere.
 */
#include <string.h>
#include "machine.h"
#include "mask.h"

#define BUCKETS_MIN 16u

/* ---- the table ---- */

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Of four bytes, in both cases. */
static uint32_t key_of(const unsigned char *p)
{
	return (uint32_t)lower(p[0]) | (uint32_t)lower(p[1]) << 8 |
		(uint32_t)lower(p[2]) << 16 | (uint32_t)lower(p[3]) << 24;
}

static struct tw_masked **chain(const struct tw_mask *mask, uint32_t key)
{
	return &mask->bucket[(key * 2654435769u >> 7) & (mask->buckets - 1)];
}

static struct tw_masked **chain_of(const struct tw_mask *mask,
				   const struct tw_masked *one)
{
	return chain(mask, key_of((const unsigned char *)one->text.p));
}

/* Without memory chains are longer, and that is all. */
static void grow(struct tw_mask *mask)
{
	struct tw_mask wide = { NULL, 2 * mask->buckets, mask->count };
	struct tw_masked *one, **at;

	wide.bucket = tw_calloc(wide.buckets, sizeof(struct tw_masked *));
	if (!wide.bucket)
		return;
	for (size_t i = 0; i < mask->buckets; i++)
		while ((one = mask->bucket[i])) {
			mask->bucket[i] = one->next;
			at = chain_of(&wide, one);
			one->next = *at;
			*at = one;
		}
	tw_free(mask->bucket);
	*mask = wide;
}

void tw__mask_add(struct tw_mask *mask, struct tw_masked *one)
{
	struct tw_masked **at;

	if (mask->count >= mask->buckets && mask->buckets >= BUCKETS_MIN)
		grow(mask);
	at = chain_of(mask, one);
	one->next = *at;
	*at = one;
	mask->count++;
}

void tw__mask_remove(struct tw_mask *mask, struct tw_masked *one)
{
	struct tw_masked **at = chain_of(mask, one);

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	mask->count--;
}

/* ---- a text ---- */

static int hex_digit(unsigned char c)
{
	c = lower(c);
	return c >= '0' && c <= '9' ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%41", "\A": how many bytes the one is written in, and which it is. */
static size_t unwrap(unsigned char *out, struct tw_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.l > 2 && p[0] == '%' && hex_digit(p[1]) >= 0 &&
	    hex_digit(p[2]) >= 0) {
		*out = (unsigned char)(hex_digit(p[1]) * 16 +
			hex_digit(p[2]));
		return 3;
	}
	if (s.l > 1 && p[0] == '\\') {
		*out = p[1];
		return 2;
	}
	*out = p[0];
	return 1;
}

static bool same(const struct tw_masked *one, size_t i, unsigned char c)
{
	unsigned char wanted = (unsigned char)one->text.p[i];

	return one->hex ? lower(c) == wanted : c == wanted;
}

static bool is_plain(const struct tw_masked *one, struct tw_str s)
{
	size_t i = 0;

	if (s.l < one->text.l)
		return false;
	while (i < one->text.l && same(one, i, (unsigned char)s.p[i]))
		i++;
	return i == one->text.l;
}

/* Length in the text, 0: it does not begin here. As it is before each byte in
 * any dress: what ends in backslashes is not an escape of what follows. */
static size_t match(const struct tw_masked *one, struct tw_str s)
{
	size_t at = 0, taken;
	unsigned char c;

	if (is_plain(one, s))
		return one->text.l;
	for (size_t i = 0; i < one->text.l; i++, at += taken) {
		if (at == s.l)
			return 0;
		taken = unwrap(&c, tw__str(s.p + at, s.l - at));
		if (same(one, i, c))
			continue;
		taken = 1;
		if (!same(one, i, (unsigned char)s.p[at]))
			return 0;
	}
	return at;
}

static size_t longest(const struct tw_mask *mask, const unsigned char *first,
		      struct tw_str s)
{
	const struct tw_masked *one = *chain(mask, key_of(first));
	size_t most = 0;

	for (; one; one = one->next) {
		size_t l = match(one, s);

		if (l > most)
			most = l;
	}
	return most;
}

/* By its first bytes as they stand, and as what they stand for. */
static size_t here(const struct tw_mask *mask, struct tw_str s)
{
	unsigned char plain[TW_MASKED_MIN], first[TW_MASKED_MIN];
	size_t at = 0, n = 0, a, b = 0;

	if (s.l < TW_MASKED_MIN)
		return 0;
	memcpy(plain, s.p, sizeof(plain));
	a = longest(mask, plain, s);
	while (n < TW_MASKED_MIN && at < s.l)
		at += unwrap(&first[n++], tw__str(s.p + at, s.l - at));
	if (n == TW_MASKED_MIN && at > TW_MASKED_MIN)
		b = longest(mask, first, s);
	return a > b ? a : b;
}

/* ---- base64 ---- */

static int sixth(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	/* of both alphabets */
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Byte k of what the run encodes. */
static unsigned char decoded(struct tw_str run, size_t k)
{
	const unsigned char *p = (const unsigned char *)run.p + k / 3 * 4 +
		k % 3;
	unsigned shift = 2 * (unsigned)(k % 3);

	return (unsigned char)((unsigned)sixth(p[0]) << (2 + shift) |
		(unsigned)sixth(p[1]) >> (4 - shift));
}

static bool encodes(struct tw_str run, const struct tw_mask *mask)
{
	const size_t l = run.l / 4 * 3 + (run.l % 4 ? run.l % 4 - 1 : 0);
	unsigned char first[TW_MASKED_MIN];

	for (size_t k = 0; k + TW_MASKED_MIN <= l; k++) {
		const struct tw_masked *one;

		for (size_t i = 0; i < TW_MASKED_MIN; i++)
			first[i] = decoded(run, k + i);
		one = *chain(mask, key_of(first));
		for (; one; one = one->next) {
			size_t i = 0;

			while (i < one->text.l && k + i < l &&
			       same(one, i, decoded(run, k + i)))
				i++;
			if (i == one->text.l)
				return true;
		}
	}
	return false;
}

/* From any of its bytes on: what is before it may be of the same letters. */
static bool hides(struct tw_str run, const struct tw_mask *mask)
{
	for (size_t i = 0; i < 4 && i < run.l; i++)
		if (encodes(tw__str(run.p + i, run.l - i), mask))
			return true;
	return false;
}

bool tw__mask_find(unsigned char *marks, const struct tw_mask *mask,
		   struct tw_str text)
{
	bool found = false;
	size_t l, run = 0;

	if (!mask || !mask->count)
		return false;
	for (size_t i = 0; i < text.l; i++) {
		l = here(mask, tw__str(text.p + i, text.l - i));
		if (l)
			memset(marks + i, 1, l);
		found |= l > 0;
		if (sixth((unsigned char)text.p[i]) >= 0)
			run++;
		else
			run = 0;
		if (!run || (i + 1 < text.l &&
			     sixth((unsigned char)text.p[i + 1]) >= 0))
			continue;
		l = i + 1 - run;
		if (hides(tw__str(text.p + l, run), mask)) {
			memset(marks + l, 1, run);
			found = true;
		}
	}
	return found;
}

/* ---- who is in it ---- */

void tw__mask_leave(struct tw_mask_place *place)
{
	for (size_t i = 0; place->mask && i < place->count; i++)
		tw__mask_remove(place->mask, &place->masked[i]);
	place->count = 0;
}

void tw__mask_join(struct tw_mask_place *place,
		   const struct tw_trunk_config *config)
{
	if (!place->mask)
		return;
	place->count = tw__config_masked(place->masked, config);
	for (size_t i = 0; i < place->count; i++)
		tw__mask_add(place->mask, &place->masked[i]);
}

void tw__mask_close(struct tw_mask_place *place)
{
	tw__mask_leave(place);
	tw_free(place->masked);
	memset(place, 0, sizeof(*place));
}

tw_status tw_registration_set_mask(tw_registration *reg, tw_mask *mask,
				   tw_error *err)
{
	if (!reg)
		return tw__fail(err, TW_EINVAL, "registration is NULL");
	if (mask && !reg->mask.masked) {
		reg->mask.masked = tw_calloc(TW_MASKED_MAX,
			sizeof(struct tw_masked));
		if (!reg->mask.masked)
			return tw__fail_oom(err);
	}
	tw__mask_leave(&reg->mask);
	reg->mask.mask = mask;
	tw__mask_join(&reg->mask, &reg->config);
	return TW_OK;
}

tw_status tw_mask_new(tw_mask **out, tw_error *err)
{
	tw_mask *mask;

	if (!out)
		return tw__fail(err, TW_EINVAL, "out is NULL");
	mask = tw_calloc(1, sizeof(*mask));
	if (mask)
		mask->bucket = tw_calloc(BUCKETS_MIN,
			sizeof(struct tw_masked *));
	if (!mask || !mask->bucket) {
		tw_free(mask);
		return tw__fail_oom(err);
	}
	mask->buckets = BUCKETS_MIN;
	*out = mask;
	return TW_OK;
}

void tw_mask_free(tw_mask *mask)
{
	if (!mask)
		return;
	tw_free(mask->bucket);
	tw_free(mask);
}
