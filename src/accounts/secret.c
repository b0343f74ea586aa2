/**
 * @file src/accounts/secret.c  Passwords of trunks, sealed
 *
 * Decides what a sealed password is bound to and what it looks like inside:
 * its length, itself, and zeros up to a multiple of 64 bytes. Refuses to know
 * where the key comes from. A key goes by a name that is a MAC under it:
 * enough to say which one is wanted, nothing to find it by.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/secret.h>
#include "base/hash.h"
#include "base/seal.h"
#include "registration/config.h"
#include "ledger.h"
#include "listing.h"

#define KEY_NAME 16
#define STEP     64u
#define PLAIN_MAX (TW_SECRET_SIZE_MAX + STEP)

struct key {
	const uint8_t *bytes;
	char name[KEY_NAME + 1];
};

static tw_status take_key(struct key *out, const void *bytes, tw_error *err)
{
	static const char label[] = "trunkwise: name of a key";
	uint8_t mac[32];
	tw_status status;

	if (!bytes)
		return tw__fail_at(err, TW_EINVAL, 0, "key", "is NULL");
	status = tw__hmac_sha256(mac, bytes, TW_SECRET_KEY_SIZE, label,
				 sizeof(label) - 1, err);
	out->bytes = bytes;
	for (size_t i = 0; !status && i < KEY_NAME / 2; i++)
		(void)snprintf(out->name + 2 * i, 3, "%02x", mac[i]);
	tw__wipe(mac, sizeof(mac));
	return status;
}

/* What stands in the row beside it, so that no row can be given another's. */
static struct tw_str bound(char *buf, size_t size, int64_t trunk)
{
	int n = snprintf(buf, size, "trunkwise trunk %" PRId64, trunk);

	return tw__str(buf, (size_t)n);
}

static tw_status find_trunk(int64_t *out, tw_store *store, const char *name,
			    bool *elsewhere, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status;

	if (!name || !*name)
		return tw__fail_at(err, TW_EINVAL, 0, "trunk", "is missing");
	status = tw__stmt(&stmt, store,
		"SELECT id, coalesce(password_file, password_env, credential, "
		"ha1_file, ha1_env, ha1_credential) "
		"IS NOT NULL FROM trunk WHERE name = ? "
		"AND valid_to = 9223372036854775807", err);
	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail_at(err,
			TW_ENOTFOUND, 0, "trunk", "no trunk '%.80s' is in "
			"force; apply the deployment that has it", name);
	*out = tw__col_i64(stmt, 0);
	*elsewhere = tw__col_i64(stmt, 1) != 0;
	tw__reset(stmt);
	return TW_OK;
}

/* ---- one row ---- */

static tw_status put(tw_store *store, int64_t trunk, const struct key *key,
		     const tw_secret *secret, tw_error *err)
{
	uint8_t plain[PLAIN_MAX] = { 0 }, sealed[PLAIN_MAX + TW_SEAL_EXTRA];
	const tw_clock *clock = tw__store_clock(store);
	size_t size = (secret->length + 2 + STEP - 1) / STEP * STEP;
	char text[64];
	int64_t who = 0;
	struct tw_stmt *stmt;
	tw_status status;

	plain[0] = (uint8_t)(secret->length >> 8);
	plain[1] = (uint8_t)secret->length;
	memcpy(plain + 2, secret->bytes, secret->length);
	status = tw__seal(sealed, key->bytes, bound(text, sizeof(text), trunk),
			  tw__str((const char *)plain, size), err);
	tw__wipe(plain, sizeof(plain));
	if (!status)
		status = tw__ledger_who(&who, store, err);
	if (!status)
		status = tw__stmt(&stmt, store,
			"INSERT OR REPLACE INTO secret (trunk, key_name, "
			"sealed, made_us, who) VALUES (?, ?, ?, ?, ?)", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, trunk);
	tw__bind_text(stmt, 2, key->name);
	tw__bind_blob(stmt, 3, sealed, size + TW_SEAL_EXTRA);
	tw__bind_i64(stmt, 4, clock->wall(clock->arg));
	tw__bind_i64(stmt, 5, who);
	return tw__run(stmt, err);
}

static tw_status unpack(tw_secret *out, const uint8_t *plain, size_t size,
			tw_error *err)
{
	size_t length = size < 2 ? 0 : (size_t)plain[0] << 8 | plain[1];

	if (!length || length > size - 2 || length > TW_SECRET_SIZE_MAX)
		return tw__fail(err, TW_ECONFLICT, "holds no password");
	out->length = (uint32_t)length;
	memcpy(out->bytes, plain + 2, length);
	return TW_OK;
}

static tw_status open_sealed(tw_secret *out, int64_t trunk,
			     const struct key *key, struct tw_str sealed,
			     tw_error *err)
{
	uint8_t plain[PLAIN_MAX];
	char text[64];
	tw_status status;

	if (sealed.l > sizeof(plain) + TW_SEAL_EXTRA)
		return tw__fail(err, TW_ECONFLICT, "is too long");
	status = tw__unseal(plain, key->bytes, bound(text, sizeof(text),
			    trunk), sealed, err);
	if (!status)
		status = unpack(out, plain, sealed.l - TW_SEAL_EXTRA, err);
	tw__wipe(plain, sizeof(plain));
	return status;
}

/* The row stmt stands on: trunk, its name, key_name, sealed. */
static tw_status open_row(tw_secret *out, struct tw_stmt *stmt,
			  const struct key *key, tw_error *err)
{
	const char *name = tw__col_text(stmt, 1);
	const char *wanted = tw__col_text(stmt, 2);
	tw_error why = TW_ERROR_INIT;
	struct tw_str sealed;
	tw_status status;

	if (strcmp(wanted, key->name) != 0)
		return tw__fail_at(err, TW_EREFUSED, 0, "key", "the password "
			"of trunk '%.80s' was sealed by key %.16s, and this "
			"is key %s; give that one", name, wanted, key->name);
	sealed.p = tw__col_blob(stmt, 3, &sealed.l);
	status = open_sealed(out, tw__col_i64(stmt, 0), key, sealed, &why);
	if (!status)
		return TW_OK;
	if (status == TW_ECONFLICT)
		return tw__fail_at(err, status, 0, "trunk", "the password of "
			"trunk '%.80s' was changed in the store or is another "
			"trunk's; set it again", name);
	return tw__fail_at(err, status, 0, "trunk", "'%.80s': %s", name,
			   why.message);
}

#define SELECT_SECRET "SELECT s.trunk, " \
	"(SELECT name FROM trunk t WHERE t.id = s.trunk " \
	"ORDER BY valid_from DESC LIMIT 1) AS name, s.key_name, s.sealed, " \
	"s.made_us, coalesce((SELECT text FROM word w WHERE w.id = s.who), " \
	"'') FROM secret s "

/* ---- set, get, remove ---- */

static tw_status set(tw_store *store, const char *name, const struct key *key,
		     const tw_secret *secret, tw_error *err)
{
	int64_t trunk = 0;
	bool elsewhere = false;
	tw_status status = find_trunk(&trunk, store, name, &elsewhere, err);

	if (!status && elsewhere)
		status = tw__fail_at(err, TW_ECONFLICT, 0, "trunk", "'%.80s' "
			"has its password by password_file, password_env, "
			"credential or an ha1 key; take that out of the "
			"deployment and apply it first", name);
	return status ? status : put(store, trunk, key, secret, err);
}

tw_status tw_secret_set(tw_store *store, const char *trunk,
			const tw_secret *secret, const void *key,
			tw_error *err)
{
	struct key own;
	struct tw_tx tx;
	tw_status status;

	if (!store || !secret || secret->size != sizeof(*secret))
		return tw__fail(err, TW_EINVAL, "an argument is NULL or "
				"secret is not made by TW_SECRET_INIT");
	if (!secret->length || secret->length > TW_SECRET_SIZE_MAX)
		return tw__fail_at(err, TW_EINVAL, 0, "secret", "is %s",
			secret->length ? "longer than 1024 bytes" : "empty");
	/* by whose rules its trunk would refuse it in the night */
	status = tw__password_check(secret->bytes, secret->length, "secret",
		err);
	if (!status)
		status = take_key(&own, key, err);
	if (!status)
		status = tw__store_overwrite_freed(store, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	return tw__tx_leave(&tx, store, set(store, trunk, &own, secret, err),
			    err);
}

static tw_status get(tw_secret *out, tw_store *store, const char *name,
		     const struct key *key, tw_error *err)
{
	int64_t trunk = 0;
	bool elsewhere;
	struct tw_stmt *stmt;
	tw_status status = find_trunk(&trunk, store, name, &elsewhere, err);

	if (!status)
		status = tw__stmt(&stmt, store,
				  SELECT_SECRET "WHERE s.trunk = ?", err);
	if (status)
		return status;
	tw__bind_i64(stmt, 1, trunk);
	status = tw__step(stmt, err);
	if (status)
		return status != TW_ITER_END ? status : tw__fail_at(err,
			TW_ENOTFOUND, 0, "trunk", "no password is sealed for "
			"trunk '%.80s'; set one", name);
	status = open_row(out, stmt, key, err);
	tw__reset(stmt);
	return status;
}

tw_status tw_secret_get(tw_secret *out, tw_store *store, const char *trunk,
			const void *key, tw_error *err)
{
	tw_secret made = TW_SECRET_INIT;
	struct key own;
	struct tw_tx tx;
	tw_status status;

	if (!out || !store || out->size != sizeof(*out))
		return tw__fail(err, TW_EINVAL, "an argument is NULL or out "
				"is not made by TW_SECRET_INIT");
	status = take_key(&own, key, err);
	if (!status)
		status = tw__read_enter(&tx, store, err);
	if (status)
		return status;
	status = get(&made, store, trunk, &own, err);
	tw__read_leave(&tx, store);
	if (!status)
		*out = made;
	tw__wipe(&made, sizeof(made));
	return status;
}

/* A trunk that is in force no more may be cleared too. */
static tw_status remove_one(tw_store *store, const char *name, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"DELETE FROM secret WHERE trunk IN "
		"(SELECT id FROM trunk WHERE name = ?)", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, name);
	status = tw__run(stmt, err);
	if (!status && !tw__changes(store))
		status = tw__fail_at(err, TW_ENOTFOUND, 0, "trunk",
			"no password is sealed for trunk '%.80s'", name);
	return status;
}

tw_status tw_secret_remove(tw_store *store, const char *trunk, tw_error *err)
{
	struct tw_tx tx;
	tw_status status;

	if (!store || !trunk)
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	status = tw__store_overwrite_freed(store, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	return tw__tx_leave(&tx, store, remove_one(store, trunk, err), err);
}

/* ---- rotate ---- */

/* One by one, the smallest trunk above `after`, because a row is written
 * while no SELECT stands on the table. */
static tw_status rotate_next(int64_t *after, tw_store *store,
			     const struct key *from, const struct key *to,
			     tw_error *err)
{
	tw_secret secret = TW_SECRET_INIT;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store, SELECT_SECRET
		"WHERE s.trunk > ? AND s.key_name <> ? "
		"ORDER BY s.trunk LIMIT 1", err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, *after);
	tw__bind_text(stmt, 2, to->name);
	status = tw__step(stmt, err);
	if (status)
		return status;
	*after = tw__col_i64(stmt, 0);
	status = open_row(&secret, stmt, from, err);
	tw__reset(stmt);
	if (!status)
		status = put(store, *after, to, &secret, err);
	tw__wipe(&secret, sizeof(secret));
	return status;
}

static tw_status rotate(uint64_t *count, tw_store *store,
			const struct key *from, const struct key *to,
			tw_error *err)
{
	int64_t after = INT64_MIN;
	tw_status status;

	*count = 0;
	while ((status = rotate_next(&after, store, from, to, err)) == TW_OK)
		++*count;
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_secret_rotate(uint64_t *out_count, tw_store *store,
			   const void *old_key, const void *new_key,
			   tw_error *err)
{
	struct key from, to;
	struct tw_tx tx;
	uint64_t count = 0;
	tw_status status;

	if (!store)
		return tw__fail(err, TW_EINVAL, "store is NULL");
	status = take_key(&from, old_key, err);
	if (!status)
		status = take_key(&to, new_key, err);
	if (!status && strcmp(from.name, to.name) == 0)
		status = tw__fail_at(err, TW_EINVAL, 0, "key", "old and new "
				     "are the same key; make a new one");
	if (!status)
		status = tw__store_overwrite_freed(store, err);
	if (!status)
		status = tw__tx_enter(&tx, store, err);
	if (status)
		return status;
	status = tw__tx_leave(&tx, store, rotate(&count, store, &from, &to,
						 err), err);
	if (!status)
		status = tw__store_empty_log(store, err);
	if (!status && out_count)
		*out_count = count;
	return status;
}

/* ---- listed ---- */

static tw_status list_secrets(struct tw_listing *list, tw_store *store,
			      void *arg, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
				    SELECT_SECRET "ORDER BY name", err);

	(void)arg;
	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		tw_listing_row row = TW_LISTING_ROW_INIT;

		snprintf(row.key, sizeof(row.key), "%s",
			 tw__col_text(stmt, 1));
		snprintf(row.kind, sizeof(row.kind), "%s",
			 tw__col_text(stmt, 2));
		row.at = tw__col_i64(stmt, 4);
		snprintf(row.detail, sizeof(row.detail), "%s",
			 tw__col_text(stmt, 5));
		status = tw__listing_add(list, &row, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

tw_status tw_secret_list(tw_listing **out, tw_store *store, tw_error *err)
{
	return tw__listing_make(out, store, list_secrets, NULL, err);
}

/* ---- bytes of a host ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

tw_status tw_secret_key_parse(void *key, const void *data, size_t size,
			      tw_error *err)
{
	const char *text = data;
	uint8_t made[TW_SECRET_KEY_SIZE];
	bool good;

	if (!key || (!data && size))
		return tw__fail(err, TW_EINVAL, "an argument is NULL");
	if (size && text[size - 1] == '\n')
		size--;
	if (size && text[size - 1] == '\r')
		size--;
	good = size == 2 * sizeof(made);
	for (size_t i = 0; good && i < sizeof(made); i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		good = high >= 0 && low >= 0;
		made[i] = (uint8_t)(high * 16 + low);
	}
	if (good)
		memcpy(key, made, sizeof(made));
	tw__wipe(made, sizeof(made));
	return good ? TW_OK : tw__fail_at(err, TW_EPARSE, 0, "key", "a key is "
		"64 hexadecimal digits; make one with `trunkwise secret "
		"key FILE`");
}
