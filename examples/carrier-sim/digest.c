/**
 * @file digest.c  The server's half of digest authentication
 *
 * libre's own (sip_uas_auth) is not used: its nonce has no secret, it does
 * not look at nc and it knows MD5 only.
 */
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "../common/re_compat.h"
#include "digest.h"

enum {
	SECRET_SIZE = 32,
	STAMP_SIZE = 12,              /* time and a counter */
	MAC_SIZE = 16,
	NONCE_SIZE = STAMP_SIZE + MAC_SIZE,
	HEX_MAX = 2 * EVP_MAX_MD_SIZE + 1,
	USED_MAX = 4096,
};

struct used_nonce {
	struct le le;
	uint8_t stamp[STAMP_SIZE];
	tw_time issued;
	uint32_t nc;
};

struct digest {
	struct clk *clk;
	struct list used;             /* oldest use first */
	uint32_t used_count;
	uint32_t counter;
	unsigned algorithms;
	tw_time life;
	tw_time oldest;               /* issued before it: stale */
	char realm[DIGEST_REALM_MAX + 1];
	uint8_t secret[SECRET_SIZE];
};

/* What the client wrote; every member points into the message. */
struct answer {
	struct pl user, realm, nonce, uri, response, algorithm, qop, nc,
		cnonce;
};


static void destructor(void *arg)
{
	struct digest *digest = arg;

	list_flush(&digest->used);
	OPENSSL_cleanse(digest->secret, sizeof(digest->secret));
	mem_deref(digest->clk);
}


int digest_alloc(struct digest **digestp, struct clk *clk, const char *realm,
		 unsigned algorithms, uint32_t nonce_life_s)
{
	const tw_random *random = tw_random_system();
	struct digest *digest;

	if (!digestp || !clk || !realm || strlen(realm) > DIGEST_REALM_MAX ||
	    !(algorithms & (DIGEST_MD5 | DIGEST_SHA256)))
		return EINVAL;

	digest = mem_zalloc(sizeof(*digest), destructor);
	if (!digest)
		return ENOMEM;

	digest->clk = mem_ref(clk);
	digest->algorithms = algorithms;
	digest->life = (tw_time)nonce_life_s * TW_SECOND;
	digest->oldest = TW_TIME_MIN;
	str_ncpy(digest->realm, realm, sizeof(digest->realm));
	random->fill(digest->secret, sizeof(digest->secret), random->arg);
	*digestp = digest;

	return 0;
}


const char *digest_name(unsigned algorithm)
{
	switch (algorithm) {
	case DIGEST_SHA256: return "SHA-256";
	case DIGEST_MD5:    return "MD5";
	default:            return "none";
	}
}


/* ---- nonces ---- */

static int nonce_mac(uint8_t mac[MAC_SIZE], const struct digest *digest,
		     const uint8_t stamp[STAMP_SIZE])
{
	uint8_t full[EVP_MAX_MD_SIZE];
	unsigned size = sizeof(full);

	if (!HMAC(EVP_sha256(), digest->secret, SECRET_SIZE, stamp,
		  STAMP_SIZE, full, &size) || size < MAC_SIZE)
		return EPROTO;
	memcpy(mac, full, MAC_SIZE);

	return 0;
}


static int nonce_print(char out[2 * NONCE_SIZE + 1], struct digest *digest)
{
	const uint64_t now = (uint64_t)clk_now(digest->clk);
	uint8_t nonce[NONCE_SIZE];
	int i, err;

	for (i = 0; i < 8; i++)
		nonce[i] = (uint8_t)(now >> (56 - 8 * i));
	for (i = 0; i < 4; i++)
		nonce[8 + i] = (uint8_t)(digest->counter >> (24 - 8 * i));
	digest->counter++;
	err = nonce_mac(nonce + STAMP_SIZE, digest, nonce);
	if (err)
		return err;
	(void)re_snprintf(out, 2 * NONCE_SIZE + 1, "%w", nonce,
			  sizeof(nonce));

	return 0;
}


/* The stamp of a nonce that we issued; false for any other text. */
static bool nonce_read(uint8_t stamp[STAMP_SIZE], tw_time *issued,
		       const struct digest *digest, const struct pl *text)
{
	uint8_t nonce[NONCE_SIZE], mac[MAC_SIZE];
	char hex[2 * NONCE_SIZE + 1];
	uint64_t time = 0;
	int i;

	if (text->l != 2 * NONCE_SIZE)
		return false;
	(void)pl_strcpy(text, hex, sizeof(hex));
	if (str_hex(nonce, sizeof(nonce), hex) ||
	    nonce_mac(mac, digest, nonce) ||
	    CRYPTO_memcmp(mac, nonce + STAMP_SIZE, MAC_SIZE))
		return false;

	for (i = 0; i < 8; i++)
		time = time << 8 | nonce[i];
	memcpy(stamp, nonce, STAMP_SIZE);
	*issued = (tw_time)time;

	return true;
}


static void forget_oldest(struct digest *digest)
{
	struct used_nonce *used = list_ledata(list_head(&digest->used));

	/* Its nc is forgotten, so it must never be good again. */
	if (used->issued >= digest->oldest)
		digest->oldest = used->issued + 1;
	digest->used_count--;
	mem_deref(used);
}


static void used_destructor(void *arg)
{
	struct used_nonce *used = arg;

	list_unlink(&used->le);
}


static bool nonce_is_old(const struct digest *digest, tw_time issued)
{
	return issued < digest->oldest ||
		clk_now(digest->clk) - issued >= digest->life;
}


/* Notes that a nonce was used with nc; false if nc did not rise. */
static bool nonce_use(struct digest *digest, const uint8_t stamp[STAMP_SIZE],
		      tw_time issued, uint32_t nc)
{
	struct used_nonce *used;
	struct le *le;

	for (le = list_tail(&digest->used); le; le = le->prev) {
		used = le->data;
		if (memcmp(used->stamp, stamp, STAMP_SIZE))
			continue;
		if (nc <= used->nc)
			return false;
		used->nc = nc;
		return true;
	}

	while (digest->used_count &&
	       (digest->used_count >= USED_MAX || nonce_is_old(digest,
		((struct used_nonce *)list_ledata(list_head(
			&digest->used)))->issued)))
		forget_oldest(digest);

	used = mem_zalloc(sizeof(*used), used_destructor);
	if (!used)
		return false;
	memcpy(used->stamp, stamp, STAMP_SIZE);
	used->issued = issued;
	used->nc = nc;
	list_append(&digest->used, &used->le, used);
	digest->used_count++;

	return true;
}


/* ---- the challenge ---- */

int digest_challenge(char **headers, struct digest *digest, bool proxy,
		     bool stale)
{
	static const unsigned order[] = { DIGEST_SHA256, DIGEST_MD5 };
	const char *name = proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
	char nonce[2 * NONCE_SIZE + 1];
	struct mbuf *mb;
	size_t i;
	int err;

	mb = mbuf_alloc(512);
	if (!mb)
		return ENOMEM;
	err = nonce_print(nonce, digest);
	for (i = 0; i < ARRAY_SIZE(order) && !err; i++) {
		if (!(digest->algorithms & order[i]))
			continue;
		err = mbuf_printf(mb, "%s: Digest realm=\"%s\", "
				  "nonce=\"%s\", algorithm=%s, "
				  "qop=\"auth\"%s\r\n", name, digest->realm,
				  nonce, digest_name(order[i]),
				  stale ? ", stale=true" : "");
	}
	if (!err) {
		mb->pos = 0;
		err = mbuf_strdup(mb, headers, mb->end);
	}
	mem_deref(mb);

	return err;
}


/* ---- the answer ---- */

static void skip(struct pl *text, const char *set)
{
	while (text->l && strchr(set, *text->p) && *text->p)
		pl_advance(text, 1);
}


/* name=token or name="text"; false at the end or where it makes no sense. */
static bool next_parameter(struct pl *rest, struct pl *name, struct pl *value)
{
	size_t n = 0;
	bool quoted;

	skip(rest, " \t\r\n,");
	while (n < rest->l && !strchr("= \t,\"", rest->p[n]))
		n++;
	name->p = rest->p;
	name->l = n;
	pl_advance(rest, (ssize_t)n);
	skip(rest, " \t");
	if (!n || !rest->l || *rest->p != '=')
		return false;
	pl_advance(rest, 1);
	skip(rest, " \t");

	quoted = rest->l && *rest->p == '"';
	if (quoted)
		pl_advance(rest, 1);
	n = 0;
	while (n < rest->l && (quoted ? rest->p[n] != '"'
			       : !strchr(", \t\r\n", rest->p[n])))
		n++;
	value->p = rest->p;
	value->l = n;
	if (quoted && n == rest->l)
		return false;
	pl_advance(rest, (ssize_t)(n + quoted));

	return true;
}


static bool answer_read(struct answer *out, const struct pl *header)
{
	const struct { const char *name; struct pl *value; } known[] = {
		{ "username", &out->user },     { "realm", &out->realm },
		{ "nonce", &out->nonce },       { "uri", &out->uri },
		{ "response", &out->response }, { "qop", &out->qop },
		{ "algorithm", &out->algorithm },
		{ "nc", &out->nc },             { "cnonce", &out->cnonce },
	};
	struct pl rest = *header, name, value;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (rest.l < 7 || strncasecmp(rest.p, "Digest ", 7))
		return false;
	pl_advance(&rest, 7);

	while (next_parameter(&rest, &name, &value)) {
		for (i = 0; i < ARRAY_SIZE(known); i++) {
			if (pl_strcasecmp(&name, known[i].name))
				continue;
			/* A name that comes twice could be read two ways. */
			if (known[i].value->p)
				return false;
			*known[i].value = value;
		}
	}

	return out->user.p && out->realm.p && out->nonce.p && out->uri.p &&
		out->response.p && out->nc.l == 8 && out->cnonce.l &&
		!pl_strcasecmp(&out->qop, "auth");
}


static int hash_hex(char out[HEX_MAX], unsigned algorithm, const char *fmt,
		    ...)
{
	const EVP_MD *md = algorithm == DIGEST_SHA256 ? EVP_sha256()
		: EVP_md5();
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	char *text = NULL;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = re_vsdprintf(&text, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	if (EVP_Digest(text, strlen(text), bytes, &size, md, NULL) == 1)
		(void)re_snprintf(out, HEX_MAX, "%w", bytes, (size_t)size);
	else
		err = EPROTO;
	mem_deref(text);

	return err;
}


static bool response_is_right(const struct answer *answer, unsigned algorithm,
			      const struct sip_msg *msg, const char *password)
{
	char ha1[HEX_MAX], ha2[HEX_MAX], want[HEX_MAX];
	bool right;

	if (hash_hex(ha1, algorithm, "%r:%r:%s", &answer->user,
		     &answer->realm, password) ||
	    hash_hex(ha2, algorithm, "%r:%r", &msg->met, &answer->uri) ||
	    hash_hex(want, algorithm, "%s:%r:%r:%r:auth:%s", ha1,
		     &answer->nonce, &answer->nc, &answer->cnonce, ha2))
		return false;
	right = answer->response.l == strlen(want) &&
		!CRYPTO_memcmp(want, answer->response.p, answer->response.l);
	OPENSSL_cleanse(ha1, sizeof(ha1));

	return right;
}


static unsigned algorithm_of(const struct answer *answer)
{
	if (!answer->algorithm.p || !pl_strcasecmp(&answer->algorithm, "MD5"))
		return DIGEST_MD5;
	if (!pl_strcasecmp(&answer->algorithm, "SHA-256"))
		return DIGEST_SHA256;

	return 0;
}


/* The header for our realm; a client may carry those of other proxies. */
struct finder {
	const struct digest *digest;
	struct answer answer;
};


static bool find_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			 void *arg)
{
	struct finder *finder = arg;
	(void)msg;

	return answer_read(&finder->answer, &hdr->val) &&
		!pl_strcmp(&finder->answer.realm, finder->digest->realm);
}


enum digest_verdict digest_check(struct digest *digest,
				 const struct sip_msg *msg, bool proxy,
				 const char *user, const char *password,
				 unsigned *algorithm)
{
	struct finder finder = { .digest = digest };
	const struct answer *answer = &finder.answer;
	uint8_t stamp[STAMP_SIZE];
	tw_time issued;
	unsigned used;
	bool right;

	if (!sip_msg_hdr_apply(msg, true, proxy ? SIP_HDR_PROXY_AUTHORIZATION
			       : SIP_HDR_AUTHORIZATION, find_handler,
			       &finder))
		return DIGEST_ABSENT;

	used = algorithm_of(answer);
	if (!(used & digest->algorithms) ||
	    pl_cmp(&answer->uri, &msg->ruri) ||
	    !nonce_read(stamp, &issued, digest, &answer->nonce))
		return DIGEST_WRONG;

	right = response_is_right(answer, used, msg,
				  password ? password : "");
	if (!right || !user || !password || pl_strcmp(&answer->user, user))
		return DIGEST_WRONG;

	/* Only who knows the password learns that the nonce was the fault. */
	if (nonce_is_old(digest, issued) ||
	    !nonce_use(digest, stamp, issued, pl_x32(&answer->nc)))
		return DIGEST_STALE;
	*algorithm = used;

	return DIGEST_OK;
}
