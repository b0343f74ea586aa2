/* A file that comes piece by piece leaves in the store what it leaves as a
 * whole; one that breaks off leaves nothing. */
#include "accounts_fixture.h"
#include "accounts/import.h"
#include "../stream.h"

/* ---- what a store holds ---- */

static void read_text(struct tw_buf *out, tw_store *store, const char *sql)
{
	struct tw_stmt *stmt;
	tw_error err = TW_ERROR_INIT;

	if (tw__stmt_new(&stmt, store, sql, &err))
		fail_msg("%s: %s", sql, err.message);
	while (tw__step(stmt, NULL) == TW_OK)
		assert_int_equal(tw__buf_printf(out, "%s\n",
			tw__col_text(stmt, 0)), TW_OK);
	tw__stmt_free(stmt);
}

/* Every column of every row of every table. */
static void dump(struct tw_buf *out, tw_store *store)
{
	struct tw_buf names, sql;
	const char *name;

	tw__buf_init(&names);
	tw__buf_init(&sql);
	tw__buf_init(out);
	read_text(&names, store, "SELECT name FROM sqlite_schema WHERE type = "
		  "'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
	for (name = names.data; *name; name += strcspn(name, "\n") + 1) {
		char ask[512];
		int n = (int)strcspn(name, "\n");

		snprintf(ask, sizeof(ask), "SELECT 'SELECT ''%.*s '' || ' || "
			 "group_concat('quote(\"' || name || '\")', "
			 "' || '','' || ') || ' FROM \"%.*s\" ORDER BY 1' "
			 "FROM pragma_table_info('%.*s')", n, name, n, name,
			 n, name);
		tw__buf_clear(&sql);
		read_text(&sql, store, ask);
		read_text(out, store, sql.data);
	}
	tw__buf_free(&names);
	tw__buf_free(&sql);
}

/* ---- two ways in ---- */

struct way {
	const char *preset, *zone;
	const tw_cdr_map *map;
	struct tw_str text;
	size_t window;          /* 0: as a whole */
	tw_import_read_fn read; /* and how; NULL: stream_read() */
	void *arg;
	bool alone;             /* without the thread */
};

static tw_import *begin(struct fixture *f, const struct way *way)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;

	options.preset = way->preset;
	options.zone = way->zone;
	options.map = way->map;
	options.source = "pbx";
	options.file_name = "calls";
	options.flags = way->alone ? TW_IMPORT_ONE_THREAD : 0;
	options.read = way->read;
	options.read_arg = way->arg;
	if (tw_import_new(&import, f->store, &options, &err))
		fail_msg("%s", err.message);
	import->beside_from = 0;
	import->file.window = way->window;
	return import;
}

static tw_counts take(struct fixture *f, const struct way *given)
{
	struct stream stream = { .text = given->text.p,
		.size = given->text.l };
	struct way way = *given;
	tw_error err = TW_ERROR_INIT;
	tw_import *import;
	tw_status status;

	way.read = stream_read;
	way.arg = &stream;
	import = begin(f, &way);
	/* bytes in memory go before a reader */
	status = way.window ? tw_import_file(import, NULL, 0, &err) :
		tw_import_file(import, way.text.p, way.text.l, &err);
	assert_int_equal(stream.asked > 0, way.window > 0);
	if (status)
		fail_msg("%s: %s %s", way.preset ? way.preset : "mapping",
			 err.field, err.message);
	return end_import(import);
}

static void open_office(struct fixture *f)
{
	fixture_open(f);
	want_two_cities(f);
	apply_at(f, "2026-01-01T00:00:00+03:00");
	usual_tariff(f);
}

/* The file after the one before it, and once more: both ways. */
static void same_both_ways(const struct way *given, struct tw_str first)
{
	struct way way = *given, before = *given;
	struct fixture whole, pieces;
	struct tw_buf a, b;

	before.window = 0;
	before.text = first;
	open_office(&whole);
	open_office(&pieces);
	if (first.l) {
		(void)take(&whole, &before);
		(void)take(&pieces, &before);
	}
	for (int i = 0; i < 2; i++) {
		tw_counts x, y;

		way.window = 0;
		x = take(&whole, &way);
		way.window = given->window;
		y = take(&pieces, &way);
		assert_memory_equal(&x, &y, sizeof(x));
		assert_true(x.rows_read > 0);
	}
	dump(&a, whole.store);
	dump(&b, pieces.store);
	if (strcmp(a.data, b.data) != 0) {
		size_t i = 0;

		while (a.data[i] == b.data[i])
			i++;
		i = i > 200 ? i - 200 : 0;
		fail_msg("%s:\n%.500s\nis not\n%.500s", way.preset ?
			 way.preset : "mapping", b.data + i, a.data + i);
	}
	must_verify(&pieces);
	tw__buf_free(&a);
	tw__buf_free(&b);
	fixture_close(&whole);
	fixture_close(&pieces);
}

#define HEAD "call_id,start,duration,caller,callee,leg,linked_id,direction\n"

/* Calls, the same again, others of the same key, rows that are none, and legs
 * whose number stands further down. */
static char *make_rows(size_t rows, unsigned int seed)
{
	char *text = malloc(rows * 120 + 200), *p = text;

	assert_non_null(text);
	p += sprintf(p, "%s", HEAD);
	for (size_t i = 0; i < rows; i++) {
		unsigned int r = (seed = seed * 1103515245u + 12345u) >> 16;
		size_t id = r % 19 == 3 && i > 40 ? i - r % 40 : i;
		bool leg = r % 23 == 5;

		p += sprintf(p, "c%zu,2026-10-05T%02zu:%02zu:%02zu+03:00,%s%u,"
			"%s,%s,%d,L%zu,%s\n", id, 10 + id / 3600,
			id / 60 % 60, id % 60, r % 31 ? "" : "x",
			(unsigned int)(r % 19 == 3 ? r % 2 : id % 90),
			leg ? "79161112233" : "78432000001",
			leg ? "79163334455" : "79161234567", leg ? 2 : 1,
			i / 7, leg ? "forward" : i % 7 == 6 ? "inbound" : "");
	}
	return text;
}

static void native(void **state)
{
	char *text = make_rows(3000, 5);
	struct tw_str all = tw__str_of(text);
	static const size_t windows[] = { 50, 1000, 30000 };

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(windows); i++) {
		struct way way = { .preset = "native", .text = all,
			.window = windows[i], .alone = i == 1 };

		same_both_ways(&way, tw__str(all.p, i ? all.l / 3 : 0));
	}
	free(text);
}

/* A file of tests/fixtures/records (new, free()). */
static char *fixture_text(const char *name)
{
	char path[512], *text = calloc(1, 1 << 16);
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/fixtures/records/%s",
		 TW_SOURCE_DIR, name);
	file = fopen(path, "rb");
	if (!file || !text || !fread(text, 1, (1 << 16) - 1, file))
		fail_msg("%s is not there", path);
	fclose(file);
	return text;
}

static void every_preset(void **state)
{
	static const char *const files[][2] = {
		{ "asterisk", "asterisk-freepbx.csv" },
		{ "freeswitch_csv", "freeswitch_csv.csv" },
		{ "freeswitch_csv", "freeswitch_csv-sql.csv" },
		{ "freeswitch_asterisk", "freeswitch_asterisk.csv" },
		{ "freeswitch_json", "freeswitch_json.json" },
		{ "freeswitch_xml", "freeswitch_xml.xml" },
		{ "kamailio_acc", "kamailio_acc.csv" },
		{ "kamailio_cdrs", "kamailio_cdrs.csv" },
		{ "opensips_acc", "opensips_acc.csv" },
		{ "3cx", "3cx.csv" }, { "cucm", "cucm.csv" },
		{ "mango", "mango.csv" }, { "rostelecom", "rostelecom.csv" },
		{ "beeline", "beeline.json" }, { "mts", "mts.json" },
		{ "megafon", "megafon.csv" }, { "zadarma", "zadarma.json" },
		{ "yeastar", "yeastar.csv" },
		{ "cdr_stats", "cdr_stats.csv" },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(files); i++) {
		char *text = fixture_text(files[i][1]);
		struct way way = { .preset = files[i][0],
			.zone = "Europe/Moscow", .text = tw__str_of(text),
			.window = 40 + 37 * i };

		same_both_ways(&way, TW_STR(""));
		free(text);
	}
}

static void a_mapping(void **state)
{
	static const char text[] = "\xc8\xcc\xdf;\xcd;\xc4;a;b\n"
		"\xe0;05.10.2026 10:00:00;60;78432000001;79161234567\n"
		"\xe1;05.10.2026 10:01:00;x;78432000001;79161234567\n";
	static const char *const said[][2] = {
		{ "time", "%d.%m.%Y %H:%M:%S" }, { "caller", "a" },
		{ "callee", "b" }, { "start", "\xd0\x9d" },
		{ "call_id", "\xd0\x98\xd0\x9c\xd0\xaf" },
		{ "duration", "\xd0\x94" },
	};
	struct way way = { .zone = "Europe/Moscow", .text = TW_STR(text),
		.window = 21 };
	tw_cdr_map *map;

	(void)state;
	assert_int_equal(tw_cdr_map_new(&map, NULL), TW_OK);
	for (size_t i = 0; i < TW_ARRAY_COUNT(said); i++)
		assert_int_equal(tw_cdr_map_set(map, said[i][0], said[i][1],
						NULL), TW_OK);
	way.map = map;
	same_both_ways(&way, TW_STR(""));
	tw_cdr_map_free(map);
}

/* ---- what breaks off ---- */

static tw_status take_broken(struct fixture *f, struct stream *stream,
			     tw_error *err)
{
	struct way way = { .preset = "native", .window = 3000,
		.read = stream_read, .arg = stream };
	tw_import *import = begin(f, &way);
	tw_status status;

	*err = (tw_error)TW_ERROR_INIT;
	status = tw_import_file(import, NULL, 0, err);
	if (status && tw_import_commit(NULL, NULL, import, NULL) == TW_OK)
		assert_int_equal(tw_import_batch(import), 0);
	tw_import_free(import);
	return status;
}

static void broken(void **state)
{
	struct fixture *f = *state;
	char *text = make_rows(500, 9);
	struct stream stream = { .text = text, .size = strlen(text),
		.fails_at = 20000 };
	tw_error err;

	assert_int_equal(take_broken(f, &stream, &err), TW_EIO);
	assert_string_equal(err.message, "the disk is gone");
	stream = (struct stream){ .text = "", .size = 0 };
	assert_int_equal(take_broken(f, &stream, &err), TW_EPARSE);
	stream = (struct stream){ .text = "\0\0\0", .size = 3 };
	assert_int_equal(take_broken(f, &stream, &err), TW_EPARSE);
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 0);
	assert_int_equal(one_number(f, "SELECT count(*) FROM batch"), 0);
	free(text);
}

/* Between the readings: shorter, longer, or with another byte. */
struct changing {
	struct stream stream;
	size_t again;           /* how often its beginning was asked for */
	char *text;
	int what;
};

static tw_status read_changing(void *out, size_t *size, uint64_t offset,
			       void *arg, tw_error *err)
{
	struct changing *c = arg;

	c->again += offset == 0;
	if (c->again == 2 && c->what == 0)
		c->stream.size -= 1000;
	if (c->again == 2 && c->what == 1)
		c->stream.size += 1000;
	if (c->again == 2 && c->what == 2)
		c->text[150000] ^= 1;
	c->again += c->again == 2;
	return stream_read(out, size, offset, &c->stream, err);
}

static void changing(void **state)
{
	struct fixture *f = *state;

	for (int what = 0; what < 3; what++) {
		char *text = make_rows(3000, 11);
		struct changing c = { .text = text, .what = what, .stream = {
			.text = text, .size = strlen(text) - 2000 } };
		struct way way = { .preset = "native", .window = 3000,
			.read = read_changing, .arg = &c };
		tw_import *import = begin(f, &way);
		tw_error err = TW_ERROR_INIT;
		tw_status status = tw_import_file(import, NULL, 0, &err);

		assert_int_equal(status, what == 1 ? TW_OK : TW_EIO);
		if (status)
			assert_non_null(strstr(err.message, "has changed"));
		if (status)
			assert_int_not_equal(tw_import_commit(NULL, NULL,
				import, NULL), TW_OK);
		tw_import_free(import);
		free(text);
	}
	assert_int_equal(one_number(f, "SELECT count(*) FROM call"), 0);
}

/* Without a reader it is a file without bytes, as ever. */
static void no_reader(void **state)
{
	struct fixture *f = *state;
	struct way way = { .preset = "native" };
	tw_import *import = begin(f, &way);
	tw_error err = TW_ERROR_INIT;

	assert_int_equal(tw_import_file(import, NULL, 0, &err), TW_EPARSE);
	assert_string_equal(err.message, "the file has no rows");
	tw_import_free(import);
}

static int setup(void **state)
{
	static struct fixture f;

	open_office(&f);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native),
		cmocka_unit_test(every_preset),
		cmocka_unit_test(a_mapping),
		cmocka_unit_test_setup_teardown(broken, setup, teardown),
		cmocka_unit_test_setup_teardown(changing, setup, teardown),
		cmocka_unit_test_setup_teardown(no_reader, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
