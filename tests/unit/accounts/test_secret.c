/* Passwords come out for their trunk and their key, and for nobody else. */
#include "accounts_fixture.h"
#include <trunkwise/secret.h>
#include "../faults.h"

static const uint8_t key[TW_SECRET_KEY_SIZE] = { 7, 7, 7 };
static const uint8_t other[TW_SECRET_KEY_SIZE] = { 7, 7, 8 };

static int setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	fixture_open(f);
	want_two_cities(f);
	want(f, "trunk[1].name", "spare");
	want(f, "trunk[1].carrier", "carrier");
	want(f, "trunk[1].registrar", "sip:127.0.0.1:5071");
	want(f, "trunk[1].user", "trunk2");
	want(f, "trunk[2].name", "filed");
	want(f, "trunk[2].carrier", "carrier");
	want(f, "trunk[2].registrar", "sip:127.0.0.1:5072");
	want(f, "trunk[2].user", "trunk3");
	want(f, "trunk[2].password_file", "three.secret");
	apply_at(f, "2026-09-01T00:00:00+03:00");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	fixture_close(*state);
	free(*state);
	return 0;
}

static tw_secret secret_of(const char *text)
{
	tw_secret secret = TW_SECRET_INIT;

	secret.length = (uint32_t)strlen(text);
	memcpy(secret.bytes, text, secret.length);
	return secret;
}

static void seal(struct fixture *f, const char *trunk, const char *text)
{
	tw_secret secret = secret_of(text);
	tw_error err = TW_ERROR_INIT;

	if (tw_secret_set(f->store, trunk, &secret, key, &err))
		fail_msg("%s: %s", err.field, err.message);
}

static void opens(struct fixture *f, const char *trunk, const void *with,
		  const char *text)
{
	tw_secret out = TW_SECRET_INIT;
	tw_error err = TW_ERROR_INIT;

	if (tw_secret_get(&out, f->store, trunk, with, &err))
		fail_msg("%s: %s", err.field, err.message);
	assert_int_equal(out.length, strlen(text));
	assert_memory_equal(out.bytes, text, out.length);
}

static tw_status shut(struct fixture *f, const char *trunk, const void *with)
{
	static const tw_secret untouched = TW_SECRET_INIT;
	tw_secret out = TW_SECRET_INIT;
	tw_status status = tw_secret_get(&out, f->store, trunk, with, NULL);

	assert_memory_equal(&out, &untouched, sizeof(out));
	return status;
}

/* What its trunk would refuse is refused before it is sealed. */
static void test_lines(void **state)
{
	static const struct { const char *bytes, *words; } bad[] = {
		{ "xyz\ntwo", "line break" }, { "xyz\r", "line break" },
		{ "\n", "line break" }, { "xyz\0two", "NUL" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tw_secret secret = TW_SECRET_INIT;
		tw_error err = TW_ERROR_INIT;

		secret.length = i == 3 ? 7 : (uint32_t)strlen(bad[i].bytes);
		memcpy(secret.bytes, bad[i].bytes, secret.length);
		assert_int_equal(tw_secret_set(f->store, "main", &secret, key,
			&err), TW_EINVAL);
		assert_string_equal(err.field, "secret");
		assert_non_null(strstr(err.message, bad[i].words));
		assert_null(strstr(err.message, "xyz"));
		assert_int_equal(shut(f, "main", key), TW_ENOTFOUND);
	}
}

static void test_comes_out_again(void **state)
{
	struct fixture *f = *state;
	char longest[TW_SECRET_SIZE_MAX + 1];

	assert_int_equal(shut(f, "main", key), TW_ENOTFOUND);
	seal(f, "main", "first");
	opens(f, "main", key, "first");
	seal(f, "main", "second");
	opens(f, "main", key, "second");
	memset(longest, 'x', sizeof(longest));
	longest[TW_SECRET_SIZE_MAX] = '\0';
	seal(f, "spare", longest);
	opens(f, "spare", key, longest);
	opens(f, "main", key, "second");
	/* what it is long shows in steps of 64 only */
	assert_int_equal(one_number(f, "SELECT length(sealed) FROM secret "
		"WHERE trunk = (SELECT id FROM trunk WHERE name = 'main')"),
		64 + 29);
	assert_int_equal(tw_secret_remove(f->store, "main", NULL), TW_OK);
	assert_int_equal(shut(f, "main", key), TW_ENOTFOUND);
	assert_int_equal(tw_secret_remove(f->store, "main", NULL),
			 TW_ENOTFOUND);
}

static void test_another_key(void **state)
{
	struct fixture *f = *state;
	tw_secret out = TW_SECRET_INIT;
	tw_error err = TW_ERROR_INIT;

	seal(f, "main", "first");
	assert_int_equal(shut(f, "main", other), TW_EREFUSED);
	assert_int_equal(tw_secret_get(&out, f->store, "main", other, &err),
			 TW_EREFUSED);
	assert_string_equal(err.field, "key");
	/* it says which key is wanted, and no password */
	assert_non_null(strstr(err.message, "sealed by key "));
	assert_null(strstr(err.message, "first"));
	assert_int_equal(shut(f, "main", NULL), TW_EINVAL);
}

/* Somebody with the store alone cannot give one trunk's password to another,
 * whose registrar might be his own. */
static void test_row_of_another(void **state)
{
	struct fixture *f = *state;

	seal(f, "main", "first");
	seal(f, "spare", "other");
	assert_int_equal(run_sql(f, "UPDATE secret SET sealed = (SELECT "
		"max(s.sealed) FROM secret s WHERE s.trunk <> secret.trunk) "
		"WHERE trunk = (SELECT id FROM trunk WHERE name = 'spare')"),
		TW_OK);
	opens(f, "main", key, "first");
	assert_int_equal(shut(f, "spare", key), TW_ECONFLICT);
	assert_int_equal(run_sql(f, "UPDATE secret SET sealed = x'01'"),
			 TW_OK);
	assert_int_equal(shut(f, "main", key), TW_ECONFLICT);
	assert_int_equal(run_sql(f, "UPDATE secret SET sealed = "
				 "zeroblob(5000)"), TW_OK);
	assert_int_equal(shut(f, "main", key), TW_ECONFLICT);
}

static void test_one_place(void **state)
{
	struct fixture *f = *state;
	tw_secret secret = secret_of("third");
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_secret_set(f->store, "filed", &secret, key, &err),
			 TW_ECONFLICT);
	assert_int_equal(tw_secret_set(f->store, "nobody", &secret, key,
				       &err), TW_ENOTFOUND);
	assert_int_equal(tw_secret_set(f->store, "", &secret, key, &err),
			 TW_EINVAL);
	secret.length = 0;
	assert_int_equal(tw_secret_set(f->store, "main", &secret, key, &err),
			 TW_EINVAL);
	secret.length = TW_SECRET_SIZE_MAX + 1;
	assert_int_equal(tw_secret_set(f->store, "main", &secret, key, &err),
			 TW_EINVAL);
	assert_int_equal(one_number(f, "SELECT count(*) FROM secret"), 0);
}

/* The trunk keeps its password when it is renamed: identity, not name. */
static void test_renamed(void **state)
{
	struct fixture *f = *state;

	seal(f, "main", "first");
	want_company(f);
	want(f, "carrier[0].name", "carrier");
	want(f, "trunk[0].name", "chief");
	want(f, "trunk[0].was", "main");
	want(f, "trunk[0].carrier", "carrier");
	want(f, "trunk[0].registrar", "sip:127.0.0.1:5070;transport=udp");
	want(f, "trunk[0].user", "trunk1");
	apply_at(f, "2026-09-02T00:00:00+03:00");
	opens(f, "chief", key, "first");
	assert_int_equal(shut(f, "main", key), TW_ENOTFOUND);
}

static void test_rotated(void **state)
{
	struct fixture *f = *state;
	uint64_t count = 9;
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_secret_rotate(&count, f->store, key, other, &err),
			 TW_OK);
	assert_int_equal(count, 0);
	seal(f, "main", "first");
	seal(f, "spare", "second");
	assert_int_equal(tw_secret_rotate(&count, f->store, key, key, &err),
			 TW_EINVAL);
	assert_int_equal(tw_secret_rotate(&count, f->store, key, other, &err),
			 TW_OK);
	assert_int_equal(count, 2);
	opens(f, "main", other, "first");
	opens(f, "spare", other, "second");
	assert_int_equal(shut(f, "main", key), TW_EREFUSED);
	/* again: those that are new already are left alone */
	assert_int_equal(tw_secret_rotate(&count, f->store, key, other, &err),
			 TW_OK);
	assert_int_equal(count, 0);
}

/* One that the old key does not open: then none is changed. */
static void test_rotated_all_or_none(void **state)
{
	static const uint8_t third[TW_SECRET_KEY_SIZE] = { 3 };
	struct fixture *f = *state;
	tw_secret secret = secret_of("second");
	uint64_t count = 9;
	tw_error err = TW_ERROR_INIT;

	seal(f, "main", "first");
	assert_int_equal(tw_secret_set(f->store, "spare", &secret, third,
				       &err), TW_OK);
	assert_int_equal(tw_secret_rotate(&count, f->store, key, other, &err),
			 TW_EREFUSED);
	assert_non_null(strstr(err.message, "'spare'"));
	assert_int_equal(count, 9);
	opens(f, "main", key, "first");
	opens(f, "spare", third, "second");
}

static bool holds(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "rb");
	size_t same = 0;
	int c;

	/* no marker here begins again inside itself */
	while (file && same < size && (c = getc(file)) != EOF)
		same = c == bytes[same] ? same + 1 : c == bytes[0];
	if (file)
		fclose(file);
	return same == size;
}

/* Not in the file, not in its log; and what the old key sealed is gone. */
static void test_not_on_the_disk(void **state)
{
	static const char marker[] = "marker-8c1f2a90";
	struct fixture *f = *state;
	char path[512], log[520];
	tw_listing *list;
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_error err = TW_ERROR_INIT;

	snprintf(path, sizeof(path), "%s", f->path);
	snprintf(log, sizeof(log), "%s-wal", path);
	seal(f, "main", marker);
	assert_false(holds(path, marker, 8));
	assert_false(holds(log, marker, 8));
	assert_int_equal(tw_secret_list(&list, f->store, &err), TW_OK);
	assert_int_equal(tw_listing_next(&row, list, &err), TW_OK);
	assert_string_equal(row.key, "main");
	assert_int_equal(strlen(row.kind), 16);
	tw_listing_free(list);
	assert_true(holds(path, row.kind, 16) || holds(log, row.kind, 16));
	assert_int_equal(tw_secret_rotate(NULL, f->store, key, other, &err),
			 TW_OK);
	assert_false(holds(path, row.kind, 16));
	assert_false(holds(log, row.kind, 16));
}

/* Whichever allocation fails: the old password or the new one, never less. */
static void test_no_memory(void **state)
{
	struct fixture *f = *state;
	struct faults faults;
	tw_secret secret = secret_of("second"), out = TW_SECRET_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_status set, get, rotated;
	const char *now = "first";

	seal(f, "main", now);
	for (int64_t n = 0; ; n++) {
		faults_begin(&faults, n);
		set = tw_secret_set(f->store, "main", &secret, key, &err);
		get = tw_secret_get(&out, f->store, "main", key, NULL);
		rotated = tw_secret_rotate(NULL, f->store, key, other, NULL);
		if (!faults_end(&faults))
			break;
		assert_true(set == TW_OK || set == TW_ENOMEM);
		assert_true(get == TW_OK || get == TW_ENOMEM);
		assert_true(rotated == TW_OK || rotated == TW_ENOMEM);
		if (!set)
			now = "second";
		opens(f, "main", rotated ? key : other, now);
		if (!rotated)
			assert_int_equal(tw_secret_rotate(NULL, f->store,
				other, key, NULL), TW_OK);
	}
	assert_int_equal(set, TW_OK);
	assert_int_equal(rotated, TW_OK);
}

static void test_key_file(void **state)
{
	static const char hex[] = "000102030405060708090A0b0c0d0e0f"
		"101112131415161718191a1b1c1d1e1f\r\n";
	uint8_t made[TW_SECRET_KEY_SIZE];

	(void)state;
	for (size_t cut = 0; cut <= 2; cut++) {
		memset(made, 0xff, sizeof(made));
		assert_int_equal(tw_secret_key_parse(made, hex, 64 + cut,
			NULL), TW_OK);
		for (size_t i = 0; i < sizeof(made); i++)
			assert_int_equal(made[i], i);
	}
	memset(made, 0xff, sizeof(made));
	assert_int_equal(tw_secret_key_parse(made, hex, 63, NULL), TW_EPARSE);
	assert_int_equal(tw_secret_key_parse(made, "", 0, NULL), TW_EPARSE);
	assert_int_equal(tw_secret_key_parse(made, "\n", 1, NULL), TW_EPARSE);
	assert_int_equal(tw_secret_key_parse(made, "0001020304050607080g0a0b"
		"0c0d0e0f101112131415161718191a1b1c1d1e1f", 64, NULL),
		TW_EPARSE);
	assert_int_equal(tw_secret_key_parse(NULL, hex, 64, NULL), TW_EINVAL);
	assert_int_equal(made[0], 0xff);
}

static void test_wiped(void **state)
{
	static const tw_secret empty = TW_SECRET_INIT;
	tw_secret secret = secret_of("first");

	(void)state;
	tw_secret_wipe(NULL);
	tw_secret_wipe(&secret);
	assert_memory_equal(&secret, &empty, sizeof(secret));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_comes_out_again),
		TEST(test_another_key),
		TEST(test_row_of_another),
		TEST(test_one_place),
		TEST(test_renamed),
		TEST(test_rotated),
		TEST(test_rotated_all_or_none),
		TEST(test_not_on_the_disk),
		TEST(test_no_memory),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
