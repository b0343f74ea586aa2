/**
 * @file src/registration/prefix.c  IP addresses and prefixes as texts
 *
 * Decides which addresses a list of peers means. It refuses names: who may
 * speak for a trunk must not hang on somebody's DNS.
 */
#include <arpa/inet.h>
#include <string.h>
#include "prefix.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255 };

bool tw__prefix_address(uint8_t out[16], struct tw_str text)
{
	char copy[48];

	if (text.l > 2 && text.p[0] == '[' && text.p[text.l - 1] == ']')
		text = tw__str(text.p + 1, text.l - 2);
	if (!text.l || text.l >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.l);
	copy[text.l] = '\0';
	if (strlen(copy) != text.l)
		return false;
	if (inet_pton(AF_INET, copy, out + 12) == 1) {
		memcpy(out, mapped, sizeof(mapped));
		return true;
	}
	return inet_pton(AF_INET6, copy, out) == 1;
}

static bool tail_is_zero(const struct tw_prefix *prefix)
{
	for (uint32_t bit = prefix->bits; bit < 128; bit++)
		if (prefix->byte[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

bool tw__prefix_read(struct tw_prefix *out, struct tw_str text)
{
	const char *slash = text.l ? memchr(text.p, '/', text.l) : NULL;
	struct tw_str address = slash ?
		tw__str(text.p, (size_t)(slash - text.p)) : text;
	const bool v4 = address.l && !memchr(address.p, ':', address.l);
	uint64_t bits = v4 ? 32 : 128;

	if (!tw__prefix_address(out->byte, address))
		return false;
	if (slash && (!tw__str_u64(&bits, tw__str(slash + 1,
			text.l - address.l - 1)) || bits > (v4 ? 32 : 128)))
		return false;
	/* all the world, one character away from a real prefix */
	if (!bits)
		return false;
	out->bits = (uint32_t)bits + (v4 ? 96 : 0);
	return tail_is_zero(out);
}

bool tw__prefix_has(const struct tw_prefix *prefix, const uint8_t at[16])
{
	const uint32_t whole = prefix->bits / 8, rest = prefix->bits % 8;

	return !memcmp(prefix->byte, at, whole) &&
		(!rest || !((prefix->byte[whole] ^ at[whole]) >>
			    (8 - rest)));
}

static bool next(struct tw_str *out, const char **list)
{
	static const char between[] = " ,\t\n";
	size_t l;

	*list += strspn(*list, between);
	l = strcspn(*list, between);
	*out = tw__str(*list, l);
	*list += l;
	return l > 0;
}

tw_status tw__prefixes_check(const char *list, const char *field,
			     tw_error *err)
{
	struct tw_prefix prefix;
	struct tw_str item;
	size_t count = 0;

	while (list && next(&item, &list)) {
		if (!tw__prefix_read(&prefix, item))
			return tw__fail_at(err, TW_EINVAL, 0, field,
				"\"%.*s\" is no IP address or prefix with "
				"zeros behind it; write 192.0.2.10 or "
				"192.0.2.0/24, no names",
				item.l < 64 ? (int)item.l : 64, item.p);
		if (++count > TW_PREFIXES_MAX)
			return tw__fail_at(err, TW_EINVAL, 0, field,
				"has more than %u addresses; write prefixes",
				TW_PREFIXES_MAX);
	}
	return TW_OK;
}

bool tw__prefixes_have(const char *list, const uint8_t at[16])
{
	struct tw_prefix prefix;
	struct tw_str item;

	while (list && next(&item, &list))
		if (tw__prefix_read(&prefix, item) &&
		    tw__prefix_has(&prefix, at))
			return true;
	return false;
}
