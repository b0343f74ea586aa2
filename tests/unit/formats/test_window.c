/* A file by windows of any size is the file: every layout, every row of it,
 * with its line and its text. */
#include "stream_fixture.h"
#include "formats/window.h"
#include "../faults.h"

static const struct { const char *preset, *file; } fixtures[] = {
	{ "asterisk", "asterisk-freepbx.csv" },
	{ "freeswitch_csv", "freeswitch_csv.csv" },
	{ "freeswitch_csv", "freeswitch_csv-header.csv" },
	{ "freeswitch_csv", "freeswitch_csv-sql.csv" },
	{ "freeswitch_asterisk", "freeswitch_asterisk.csv" },
	{ "freeswitch_json", "freeswitch_json.json" },
	{ "freeswitch_xml", "freeswitch_xml.xml" },
	{ "kamailio_acc", "kamailio_acc.csv" },
	{ "kamailio_cdrs", "kamailio_cdrs.csv" },
	{ "opensips_acc", "opensips_acc.csv" },
	{ "3cx", "3cx.csv" },
	{ "cucm", "cucm.csv" },
	{ "mango", "mango.csv" },
	{ "rostelecom", "rostelecom.csv" },
	{ "rostelecom", "rostelecom-plain.csv" },
	{ "beeline", "beeline.json" },
	{ "mts", "mts.json" },
	{ "megafon", "megafon.csv" },
	{ "zadarma", "zadarma.json" },
	{ "yeastar", "yeastar.csv" },
	{ "cdr_stats", "cdr_stats.csv" },
};

static tw_zone *zone_of(const char *name)
{
	tw_zone *zone;

	assert_int_equal(tw_zone_open(&zone, name, NULL), TW_OK);
	return zone;
}

/* Whole, cut off, and with a byte that is no text. */
static void test_fixtures(void **state)
{
	tw_zone *zone = zone_of("Europe/Moscow");

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(fixtures); i++) {
		char *text = fixture(fixtures[i].file);
		size_t size = strlen(text);

		for (size_t n = 1; n < 400; n += 57)
			same_by_window(fixtures[i].preset, NULL, zone,
				       tw__str(text, size), n);
		for (size_t n = 1; n < size; n += size / 9 + 1)
			same_by_window(fixtures[i].preset, NULL, zone,
				       tw__str(text, n), 64 + n % 64);
		for (size_t n = 1; n < size; n += size / 9 + 1) {
			char was = text[n];

			text[n] = n % 3 ? n % 2 ? '\xe9' : '"' : '\0';
			same_by_window(fixtures[i].preset, NULL, zone,
				       tw__str(text, size), 64 + n % 64);
			text[n] = was;
		}
		free(text);
	}
	tw_zone_free(zone);
}

static const char native[] = "call_id,start,duration,caller,callee\n";

/* Rows of all lengths, quotes with line ends in them, blank lines. */
static char *make_native(size_t rows, unsigned int seed)
{
	char *text = malloc(rows * 400 + 100), *p = text;

	assert_non_null(text);
	p += sprintf(p, "%s", native);
	for (size_t i = 0; i < rows; i++) {
		unsigned int r = (seed = seed * 1103515245u + 12345u) >> 16;
		const char *end = r % 5 ? "\n" : r % 2 ? "\r\n" : "\r";

		p += sprintf(p, "c%zu,2026-10-05T10:%02u:00+03:00,%s%u,101,"
			"%s%0*u%s%s", i, r % 60, r % 17 ? "" : "x", r % 100,
			r % 3 ? "" : r % 7 ? "\"a\nb\"\"" : "\"",
			(int)(r % 200), 7u, r % 3 ? "" : "\"", end);
		if (r % 11 == 0)
			p += sprintf(p, "%s%s", end, end);
	}
	return text;
}

static void test_native(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 64, 100, 333, 4096,
		100000 };
	char *text = make_native(400, 7);

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(sizes); i++)
		same_by_window("native", NULL, NULL, tw__str_of(text),
			       sizes[i]);
	free(text);
}

/* Lines without an end, quotes that nothing closes, more than one MiB of
 * either; and what follows them. */
static void test_long(void **state)
{
	static const size_t sizes[] = { 100, 1u << 20 };
	static const char *const opens[] = { "c9,x,1,1,\"", "c9,x,1,1,", "\"",
		"" };
	const size_t room = 5u << 20;
	char *text = malloc(room + 1000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < TW_ARRAY_COUNT(opens) * 4; i++) {
		size_t long_one = i % 2 ? 3u << 20 : (1u << 20) + 5;
		size_t at = (size_t)sprintf(text, "%s%s", native,
					    opens[i / 4]);

		memset(text + at, i % 4 < 2 ? 'x' : '\n', long_one);
		text[at + 30] = '\n';
		at += long_one;
		strcpy(text + at, "\r\n\nc1,2026-10-05T10:00:00+03:00,60,101,"
		       "102\nc2,,,,\n");
		for (size_t k = 0; k < TW_ARRAY_COUNT(sizes); k++)
			same_by_window("native", NULL, NULL, tw__str_of(text),
				       sizes[k]);
	}
	free(text);
}

static void same_map(const char *lines, struct tw_str text)
{
	tw_cdr_map *map = map_of(lines);

	for (size_t n = 1; n < 300; n += n < 20 ? 1 : 37)
		same_by_window(NULL, map, NULL, text, n);
	tw_cdr_map_free(map);
}

#define PLAIN "start=s\nduration=d\ncaller=a\ncallee=b\ncall_id=i\n"

static void test_mappings(void **state)
{
	static const char utf16[] = "\xff\xfei\0,\0s\0,\0d\0,\0a\0\n\0"
		"7\0,\0" "1\0" "7\0" "7\0" "7\0" "7\0" "7\0" "7\0" "7\0"
		"7\0" "7\0,\0" "5\0,\0\x3d\xd8\x00\xde\x1a\x04\n\0";

	(void)state;
	same_map(PLAIN, TW_STR("i,s,d,a,b\n1,2026-10-05T10:00:00Z,5,1,2\n"));
	same_map(PLAIN "quote=single\n", TW_STR("i,s,d,a,b\n'1',"
		"2026-10-05T10:00:00Z,5,'1\n,\"2',2\n2,x,'"));
	same_map(PLAIN "line_prefix=INSERT (\nline_suffix=);\n"
		 "header=no\norder=i,s,d,a,b\nskip=1\n",
		 TW_STR("-- dump\r\nINSERT (1,2026-10-05T10:00:00Z,5,1,2);"
			"\r\nINSERT (2,2026-10-05T10:00:00Z,5,1,2);\n\n"
			"INSERT (3,x,5,1,2);"));
	same_map(PLAIN "time=epoch\n", tw__str(utf16, sizeof(utf16) - 1));
	same_map(PLAIN "time=epoch\n", tw__str(utf16, sizeof(utf16) - 2));
	same_map(PLAIN "encoding=cp1251\n", TW_STR("i,s,d,a,b\n\xc8,"
		"2026-10-05T10:00:00Z,5,\xca\xee\xef,2\n"));
	same_map(PLAIN, TW_STR("\xef\xbb\xbfi,s,d,a,b\n\xc8,"
		"2026-10-05T10:00:00Z,5,\xca\x98,2\n"));
	same_map(PLAIN "encoding=utf-8\n", TW_STR("i,s,d,a,b\n\xd0\x98,"
		"2026-10-05T10:00:00Z,5,\n\xca,2\n"));
	same_map(PLAIN, TW_STR(""));
	same_map(PLAIN, TW_STR("\n \r\n\n"));
}

#define JSON "format=json\n" PLAIN
#define ONE(id) "{\"i\":\"" id "\",\"s\":\"2026-10-05T10:00:00Z\"," \
	"\"d\":5,\"x\":[{\"a\":\"}\\\"\"}]}"

static void test_json(void **state)
{
	(void)state;
	same_map(JSON, TW_STR(ONE("1") ONE("2") "\n\n" ONE("3")));
	same_map(JSON, TW_STR(" [" ONE("1") " ,\n" ONE("2") "\n]\n["
			      ONE("3") "]"));
	same_map(JSON, TW_STR("[" ONE("1") ONE("2") "]"));
	same_map(JSON, TW_STR("[" ONE("1") ",7," ONE("2") ",{\"a\":"));
	same_map(JSON, TW_STR(ONE("1") "\n{\"i\":\n" ONE("2") "\nx\n\n"
			      ONE("3") "\n{\"q"));
	same_map(JSON "records=data.rows\n", TW_STR(
		"{\"n\":[1,{}],\"data\":{\"rows\":[" ONE("1") "," ONE("2")
		"],\"more\":{\"x\":1}},\"y\":2}\n{\"data\":1}\n"
		"{\"data\":{\"rows\":[" ONE("3") "]}} {\"data\""));
	same_map(JSON, TW_STR("  cdr=%7B%22i%22:1%7D"));
	same_map(JSON, TW_STR("eyJpIjoiNyJ9"));
}

#define XML "format=xml\n" PLAIN
#define REC(id) "<c><i>" id "</i><s>2026-10-05T10:00:00Z</s>" \
	"<d>5</d><a>\xd0\x98</a></c>"

static void test_xml(void **state)
{
	(void)state;
	same_map(XML, TW_STR(REC("1") "\n\n" REC("2") REC("3")));
	same_map(XML "records=c\n", TW_STR("<?xml version='1.0'?>\n<all>\n"
		REC("1") "<!-- " REC("0") " -->\n" REC("2") "</all>\n\n"
		"<?xml version='1.0'?><none>\n</none>" REC("3")));
	same_map(XML, TW_STR(REC("1") "<c><i>\n</c>\n x <?xml version='1.0'?>"
			     REC("2") "<c><i>"));
	same_map(XML, TW_STR("<?xml version='1.0'?><!DOCTYPE c>" REC("1")
			     "\n" REC("2")));
}

/* More than is kept in view of one that is whole. */
static void test_long_nested(void **state)
{
	static const size_t sizes[] = { 200, 1u << 20 };
	const size_t most = 6u << 20;
	char *text = malloc(most + 1000);
	tw_cdr_map *json = map_of(JSON), *xml = map_of(XML "records=c\n");

	(void)state;
	assert_non_null(text);
	for (size_t n = 1u << 20; n <= most; n += most - (1u << 20)) {
		for (size_t k = 0; k < TW_ARRAY_COUNT(sizes); k++) {
			size_t at = (size_t)sprintf(text, ONE("1") "\n{\"x\":"
						    "\"");

			memset(text + at, 'x', n);
			strcpy(text + at + n, "\"}\n" ONE("2") "\n");
			same_by_window(NULL, json, NULL, tw__str_of(text),
				       sizes[k]);
			*text = '[';
			same_by_window(NULL, json, NULL, tw__str_of(text),
				       sizes[k]);
			at = (size_t)sprintf(text, "<e>" REC("1") "<c><i>1"
					     "</i><v>");
			memset(text + at, k ? '\n' : 'x', n);
			strcpy(text + at + n, "</v></c>" REC("2") "</e>");
			same_by_window(NULL, xml, NULL, tw__str_of(text),
				       sizes[k]);
			at = (size_t)sprintf(text, "<e><!--");
			memset(text + at, 'x', n);
			strcpy(text + at + n, "-->" REC("2") "</e>");
			same_by_window(NULL, xml, NULL, tw__str_of(text),
				       sizes[k]);
		}
	}
	tw_cdr_map_free(json);
	tw_cdr_map_free(xml);
	free(text);
}

/* Reads all; TW_ENOMEM as soon as anything fails so. */
static tw_status read_pieces(const char *preset, struct tw_str text,
			     const tw_zone *zone)
{
	struct stream stream = { .text = text.p, .size = text.l };
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	struct tw__preset_options options = { .bytes = &bytes, .zone = zone,
		.window = 50 };
	struct tw__preset *preset_of;
	tw_cdr cdr;
	tw_status status = tw__preset_open(&preset_of, preset, &options,
					   NULL);

	if (status)
		return status;
	do {
		status = tw__preset_next(&cdr, preset_of, NULL);
	} while (!status || status == TW_EPARSE);
	tw__preset_free(preset_of);
	return status == TW_ITER_END ? TW_OK : status;
}

static void test_no_memory(void **state)
{
	static const size_t some[] = { 0, 1, 3, 5, 6, 7, 13, 15 };
	tw_zone *zone = zone_of("Europe/Moscow");

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(some); i++) {
		char *text = fixture(fixtures[some[i]].file);
		bool dealt = true;

		for (int64_t n = 0; dealt; n++) {
			struct faults faults;
			tw_status status;

			faults_begin(&faults, n);
			status = read_pieces(fixtures[some[i]].preset,
					     tw__str_of(text), zone);
			dealt = faults_end(&faults);
			if (status != (dealt ? TW_ENOMEM : TW_OK) ||
			    faults.held)
				fail_msg("%s: fault %lld gives %d, %lld held",
					 fixtures[some[i]].preset,
					 (long long)n, status,
					 (long long)faults.held);
		}
		free(text);
	}
	tw_zone_free(zone);
}

/* However long the file is, no more of it than that. */
static void test_bound(void **state)
{
	const size_t rows = 200000;
	char *text = make_native(rows, 3);
	struct stream stream = { .text = text, .size = strlen(text) };
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	struct tw__preset_options options = { .bytes = &bytes };
	struct tw__preset *preset;
	struct faults faults;
	tw_cdr cdr;
	size_t n = 0;

	(void)state;
	assert_true(stream.size > 3 * WINDOW_BYTES);
	faults_begin(&faults, INT64_MAX);
	assert_int_equal(tw__preset_open(&preset, "native", &options, NULL),
			 TW_OK);
	for (;;) {
		tw_status status = tw__preset_next(&cdr, preset, NULL);

		if (status == TW_ITER_END)
			break;
		n++;
	}
	tw__preset_free(preset);
	(void)faults_end(&faults);
	assert_int_equal(n, rows);
	assert_int_equal(faults.held, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_long_nested),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
