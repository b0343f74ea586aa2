/* Where a record begins and ends in XML, and how broken files are told. */
#include "record_fixture.h"

#define MAP "format=xml\ntime=epoch\nstart=v.s\nduration=v.d\n" \
	"call_id=@id\ncallee=v.to\ncaller=flow.@from\n"
#define REC(id) "<cdr id=\"" id "\"><v><s>1791183600</s><d> 6\n</d>" \
	"<to>1&amp;2</to></v><flow from='&#x418;'/><flow from='x'/></cdr>"

static void open_xml(struct reader *r, const char *more, const char *text,
		     tw_cdr_map **map)
{
	char lines[512];

	snprintf(lines, sizeof(lines), "%s%s", MAP, more);
	*map = map_of(lines);
	if (open_map(r, *map, NULL, text, strlen(text)))
		fail_msg("%s", r->err.message);
}

static void id(struct reader *r, int64_t line, const char *wanted)
{
	if (next(r))
		fail_msg("%s: %s", wanted, r->err.message);
	assert_string_equal(r->cdr.call_id, wanted);
	assert_string_equal(r->cdr.callee, "1&2");
	/* the first of them */
	assert_string_equal(r->cdr.caller, "\xd0\x98");
	assert_int_equal(r->cdr.duration_us, 6 * TW_SECOND);
	assert_int_equal(tw__preset_line(r->preset), line);
}

static void close_xml(struct reader *r, tw_cdr_map *map)
{
	the_end(r);
	tw_cdr_map_free(map);
}

static void test_shapes(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_xml(&r, "", "<?xml version=\"1.0\"?>\n" REC("a") "\n"
		 "<?xml version=\"1.0\"?>" REC("b") REC("c"), &map);
	id(&r, 2, "a");
	id(&r, 4, "b");
	id(&r, 5, "c");
	close_xml(&r, map);
	open_xml(&r, "records=cdr\n", "<?xml version='1.0' "
		 "encoding='windows-1251'?><cdrs>\n<info>x</info>" REC("a")
		 "\n" REC("b") "</cdrs>\n", &map);
	id(&r, 2, "a");
	id(&r, 4, "b");
	close_xml(&r, map);
	open_xml(&r, "", "cdr=%3Ccdr%20id%3D%22a%22%3E%3Cv%3E%3Cs%3E"
		 "1791183600%3C%2Fs%3E%3Cd%3E6%3C%2Fd%3E%3Cto%3E1%26amp%3B2"
		 "%3C%2Fto%3E%3C%2Fv%3E%3Cflow%20from%3D%22%26%23x418%3B%22"
		 "%2F%3E%3C%2Fcdr%3E", &map);
	id(&r, 1, "a");
	close_xml(&r, map);
}

static void test_broken(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_xml(&r, "records=cdr\n", "<?xml version='1.0'?><l>" REC("a")
		 "<cdr><v></cdr>\n</l>\n<?xml version='1.0'?><l>" REC("b")
		 "</l>", &map);
	id(&r, 1, "a");
	refused(&r, 2, "", "mismatched tag");
	id(&r, 4, "b");
	close_xml(&r, map);
	open_xml(&r, "records=cdr\n", "<l>" REC("a") "\n<cdr><v><s>17911",
		 &map);
	id(&r, 1, "a");
	refused(&r, 3, "", "what follows is not read");
	close_xml(&r, map);
	open_xml(&r, "records=cdr\n", "<other><x/></other>", &map);
	refused(&r, 1, "", "no element 'cdr'");
	close_xml(&r, map);
	open_xml(&r, "", "rubbish", &map);
	refused(&r, 1, "", "no XML");
	close_xml(&r, map);
}

/* Nothing is expanded and nothing is fetched. */
static void test_entities(void **state)
{
	struct reader r;
	tw_cdr_map *map;

	(void)state;
	open_xml(&r, "", "<?xml version='1.0'?><!DOCTYPE c [<!ENTITY a 'ha'>"
		 "<!ENTITY b '&a;&a;&a;'><!ENTITY x SYSTEM '/etc/passwd'>]>"
		 "<cdr id='&b;&x;'/>\n<?xml version='1.0'?>" REC("a"), &map);
	refused(&r, 1, "", "document type");
	id(&r, 2, "a");
	close_xml(&r, map);
	open_xml(&r, "", "<cdr id='&lol;'/>", &map);
	refused(&r, 1, "", "undefined entity");
	close_xml(&r, map);
}

static void test_bombs(void **state)
{
	size_t size = 4000, at = 0;
	char *text = malloc(4u << 20);
	struct reader r;
	tw_cdr_map *map = map_of(MAP);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < size; i++, at += 3)
		memcpy(text + at, "<a>", 3);
	for (size_t i = 0; i < size; i++, at += 4)
		memcpy(text + at, "</a>", 4);
	assert_int_equal(open_map(&r, map, NULL, text, at), TW_OK);
	refused(&r, 1, "", "64 elements");
	the_end(&r);
	for (size_t i = 0; i < 3u << 20; i += 3)
		memcpy(text + i, "<a>", 3);
	assert_int_equal(open_map(&r, map, NULL, text, 3u << 20), TW_OK);
	refused(&r, 1, "", "nest too deep");
	the_end(&r);
	at = 3u << 20;
	memset(text, 'x', at);
	memcpy(text, "<c><v>", 6);
	strcpy(text + at, "</v></c>" REC("a"));
	assert_int_equal(open_map(&r, map, NULL, text, strlen(text)), TW_OK);
	refused(&r, 1, "", "1 MiB");
	id(&r, 1, "a");
	the_end(&r);
	tw_cdr_map_free(map);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_entities),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
