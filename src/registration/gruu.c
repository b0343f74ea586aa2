/**
 * @file src/registration/gruu.c  Names that a registrar made for this trunk
 *
 * Decides which public GRUU (RFC 5627) and which cookie for temporary ones
 * (RFC 6140 section 7.1.2.1) may be handed to a host, who will write them
 * into headers of his own. It refuses to make names of phones out of them:
 * who is behind a trunk is the host's affair.
 */
#include <string.h>
#include "gruu.h"

/* Of a quoted parameter, without its quotes. */
static bool read_quoted(struct tw_str *out, struct tw_str params,
			const char *name)
{
	struct tw_str s;

	if (!tw__text_param(&s, params, name) || s.l < 3 ||
	    s.l > TW_GRUU_MAX + 2 || s.p[0] != '"' || s.p[s.l - 1] != '"')
		return false;
	*out = tw__str(s.p + 1, s.l - 2);
	for (size_t i = 0; i < out->l; i++)
		if (out->p[i] <= 0x20 || out->p[i] >= 0x7f ||
		    strchr("<>\"\\,", out->p[i]))
			return false;
	return true;
}

/* A "gr" makes it one (RFC 5627 section 3.1); that of a Contact for all
 * numbers has a "bnc" and no user as well (RFC 6140 section 7.1.1). */
static bool is_gruu(struct tw_str uri, bool bulk)
{
	struct tw_str rest = uri, head, value;

	if (!tw__text_split(&head, &rest, ';') || head.l < 5 ||
	    !(tw__str_ieq(tw__str(head.p, 4), "sip:") ||
	      tw__str_ieq(tw__str(head.p, 5), "sips:")) ||
	    !tw__text_param(&value, rest, "gr"))
		return false;
	return !bulk || (!memchr(head.p, '@', head.l) &&
			 tw__text_param(&value, rest, "bnc"));
}

static bool is_base64(struct tw_str s)
{
	for (size_t i = 0; i < s.l; i++) {
		const char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (c >= '0' && c <= '9') || strchr("+/=", c)))
			return false;
	}
	return s.l > 0 && s.l <= TW_GRUU_MAX;
}

/* RFC 6140 leaves open whether it stands in quotes. */
static bool read_cookie(struct tw_str *out, struct tw_str params)
{
	return (read_quoted(out, params, "temp-gruu-cookie") ||
		tw__text_param(out, params, "temp-gruu-cookie")) &&
		is_base64(*out);
}

static tw_status keep(char **text, bool told, struct tw_str s, tw_error *err)
{
	tw_free(*text);
	*text = NULL;
	if (!told)
		return TW_OK;
	*text = tw_malloc(s.l + 1);
	if (!*text)
		return tw__fail_oom(err);
	memcpy(*text, s.p, s.l);
	(*text)[s.l] = '\0';
	return TW_OK;
}

tw_status tw__gruu_take(struct tw_gruu *gruu, struct tw_str params,
			bool bulk, tw_error *err)
{
	struct tw_str s = { NULL, 0 };
	bool told = read_quoted(&s, params, "pub-gruu") && is_gruu(s, bulk);
	tw_status status = keep(&gruu->public_uri, told, s, err);

	if (status)
		return status;
	told = bulk && read_cookie(&s, params);
	return keep(&gruu->cookie, told, s, err);
}

void tw__gruu_free(struct tw_gruu *gruu)
{
	tw_free(gruu->public_uri);
	tw_free(gruu->cookie);
	memset(gruu, 0, sizeof(*gruu));
}
