/* The splitter: quirks, faults, and agreement with a plain reference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "formats/csv.h"
#include <trunkwise/sys/clock.h>

/* Rows as text: line number, fields between bars, "!" after a fault. */
static char *split(const char *data, size_t size, char delimiter)
{
	/* exactly sized heap copy: a read past the end is seen by asan */
	char *copy = malloc(size ? size : 1);
	struct tw_csv *csv = NULL;
	struct tw_csv_row row;
	struct tw_buf out;

	assert_non_null(copy);
	memcpy(copy, data, size);
	tw__buf_init(&out);
	assert_int_equal(tw__csv_new(&csv, copy, size, delimiter, NULL), 0);
	while (tw__csv_next(csv, &row, NULL) == TW_OK) {
		tw__buf_printf(&out, "%lld:", (long long)row.line);
		assert_true(row.raw.p >= copy && row.raw.l <= size);
		for (size_t i = 0; i < row.count && row.in_raw; i++)
			assert_true(row.fields[i].p >= row.raw.p &&
				    row.fields[i].p + row.fields[i].l <=
				    row.raw.p + row.raw.l);
		for (size_t i = 0; i < row.count; i++) {
			tw__buf_text(&out, "[");
			tw__buf_append(&out, row.fields[i].p,
				       row.fields[i].l);
			tw__buf_text(&out, "]");
		}
		tw__buf_text(&out, row.fault ? "!\n" : "\n");
	}
	tw__csv_free(csv);
	free(copy);
	return tw__buf_take(&out);
}

static void check(const char *data, const char *want)
{
	char *got = split(data, strlen(data), ',');

	assert_string_equal(got, want);
	tw_free(got);
}

static void plain_rows(void **state)
{
	(void)state;
	check("", "");
	check("\n\r\n\r", "");
	check("a", "1:[a]\n");
	check("a,b\n", "1:[a][b]\n");
	check("a,b\nc,d", "1:[a][b]\n2:[c][d]\n");
	check("a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n");
	check("a,b\rc,d\r", "1:[a][b]\n2:[c][d]\n");
	check("\n\na\n\n\r\nb", "3:[a]\n6:[b]\n");
	check(",\n", "1:[][]\n");
	check("a,", "1:[a][]\n");
	check("a\nb,c,d\n", "1:[a]\n2:[b][c][d]\n");
	check("\xef\xbb\xbf" "a,b\n", "1:[a][b]\n");
	check(" a , b \n", "1:[ a ][ b ]\n");
}

static void quoted_fields(void **state)
{
	(void)state;
	check("\"a\",\"b\"\n", "1:[a][b]\n");
	check("\"\"\n", "1:[]\n");
	check("\"\",\"\"", "1:[][]\n");
	check("\"a,b\",c\n", "1:[a,b][c]\n");
	check("\"a\"\"b\"\n", "1:[a\"b]\n");
	check("\"\"\"\"\n", "1:[\"]\n");
	check("\"\"\"a\"\"\",b\n", "1:[\"a\"][b]\n");
	check("\"a\nb\",c\nd\n", "1:[a\nb][c]\n3:[d]\n");
	check("\"a\r\nb\rc\"\r\nd\n", "1:[a\r\nb\rc]\n4:[d]\n");
	check("\"a\"x,b\n", "1:[ax][b]\n");
	check("\"a\" ,b\n", "1:[a ][b]\n");
	check("\"a\"\"b\"c\"d,e\n", "1:[a\"bc\"d][e]\n");
	check("a\"b,c\"\n", "1:[a\"b][c\"]\n");
	check(" \"a,b\"\n", "1:[ \"a][b\"]\n");
	check("\"a\"", "1:[a]\n");
}

/* One stray quote costs one row, wherever the next quote may be. */
static void unclosed_quotes(void **state)
{
	(void)state;
	check("a,\"b\nc,d\ne\n", "1:[a]!\n2:[c][d]\n3:[e]\n");
	check("\"", "1:!\n");
	check("x\n\"a", "1:[x]\n2:!\n");
	check("\"a\"\"\nb\n", "1:!\n2:[b]\n");
	check("\"a\r\nb\r\n", "1:!\n2:[b]\n");
}

static void nul_is_flagged(void **state)
{
	static const char data[] = "a,b\0c\nd,\"e\0\"\nf\n";
	static const char want[] = "1:[a][b\0c]!\n2:[d][e\0]!\n3:[f]\n";
	char *got = split(data, sizeof(data) - 1, ',');

	(void)state;
	assert_memory_equal(got, want, sizeof(want));
	tw_free(got);
}

static void too_many_fields(void **state)
{
	char data[600], *got;

	(void)state;
	memset(data, ',', 255);
	memcpy(data + 255, "\nb\n", 4);
	got = split(data, strlen(data), ',');
	assert_null(strchr(got, '!'));
	tw_free(got);
	memset(data, ',', 256);
	memcpy(data + 256, "\nb\n", 4);
	got = split(data, strlen(data), ',');
	assert_non_null(strstr(got, "!\n2:[b]\n"));
	tw_free(got);
}

/* Fields that are told apart in a hurry, beside those that are not. */
/* Where a block of 64 bytes ends is nobody's business. */
static void widths_at_each_place(void **state)
{
	char text[64 + TW_CSV_FIELDS_MAX + 8];
	struct tw_csv_row row;
	struct tw_csv *csv;

	(void)state;
	for (size_t before = 0; before < 64; before += 7) {
		for (size_t commas = 0; commas < TW_CSV_FIELDS_MAX + 2;
		     commas++) {
			size_t n = before;

			memset(text, 'x', before);
			text[n++] = '\n';
			memset(&text[n], ',', commas);
			n += commas;
			memcpy(&text[n], "y\n", 2);
			assert_int_equal(tw__csv_new(&csv, text, n + 2, ',',
						     NULL), 0);
			for (int i = before ? 2 : 1; i > 0; i--)
				assert_int_equal(tw__csv_next(csv, &row,
							      NULL), TW_OK);
			assert_int_equal(row.line, 2);
			if (commas >= TW_CSV_FIELDS_MAX) {
				assert_non_null(row.fault);
			}
			else {
				assert_null(row.fault);
				assert_int_equal(row.count, commas + 1);
				assert_int_equal(row.fields[commas].l, 1);
				assert_ptr_equal(row.fields[commas].p,
						 &text[n]);
			}
			assert_int_equal(tw__csv_next(csv, &row, NULL),
					 TW_ITER_END);
			tw__csv_free(csv);
		}
	}
}

static void plain_beside_quoted(void **state)
{
	char text[300], want[300];

	(void)state;
	check("a,\"b\"", "1:[a][b]\n");
	check("\"\",\"\"", "1:[][]\n");
	check("a,b\"c,\"d\"\"e\",f", "1:[a][b\"c][d\"e][f]\n");
	check(",,\n,\"\",\n\"x\ny\",z", "1:[][][]\n2:[][][]\n"
	      "3:[x\ny][z]\n");
	/* the delimiter, the quote and the line end around a block's border */
	for (int n = 50; n < 140; n++) {
		memset(text, 'a', sizeof(text));
		strcpy(&text[n], ",\"q\",z\nb,c");
		snprintf(want, sizeof(want), "1:[%.*s][q][z]\n2:[b][c]\n", n,
			 text);
		check(text, want);
		strcpy(&text[n], ",");
		snprintf(want, sizeof(want), "1:[%.*s][]\n", n, text);
		check(text, want);
	}
}

/* As a block ends between any two of their bytes. */
static void line_ends_at_each_place(void **state)
{
	static const char rest[] = ",b\r\nc\rd\n\r\ne,\r\n,\n\nf";
	char text[200], want[300];

	(void)state;
	for (size_t n = 40; n < 140; n++) {
		memset(text, 'a', n);
		strcpy(&text[n], rest);
		snprintf(want, sizeof(want), "1:[%.*s][b]\n2:[c]\n3:[d]\n"
			 "5:[e][]\n6:[][]\n8:[f]\n", (int)n, text);
		check(text, want);
	}
}

static void row_limit(void **state)
{
	size_t size = TW_CSV_ROW_MAX * 3;
	char *data = malloc(size), *got;

	(void)state;
	assert_non_null(data);
	/* a row of exactly the limit passes, one more byte does not */
	memset(data, 'x', size);
	data[TW_CSV_ROW_MAX] = '\n';
	data[TW_CSV_ROW_MAX + 2] = '\n';
	got = split(data, TW_CSV_ROW_MAX + 3, ',');
	assert_null(strchr(got, '!'));
	assert_int_equal(strlen(got), TW_CSV_ROW_MAX + 5 + 6);
	tw_free(got);
	data[TW_CSV_ROW_MAX] = 'x';
	data[TW_CSV_ROW_MAX + 1] = '\n';
	data[TW_CSV_ROW_MAX + 2] = 'x';
	data[TW_CSV_ROW_MAX + 3] = '\n';
	got = split(data, TW_CSV_ROW_MAX + 4, ',');
	assert_string_equal(got, "1:!\n2:[x]\n");
	tw_free(got);
	/* quote closed beyond the limit: the second line is read alone */
	memset(data, 'x', size);
	memcpy(data, "\"a\nb\n", 5);
	data[100] = '\n';
	memcpy(data + TW_CSV_ROW_MAX + 10, "\"\nc\n", 4);
	got = split(data, TW_CSV_ROW_MAX + 14, ',');
	assert_memory_equal(got, "1:!\n2:[b]\n3:[xxx", 16);
	tw_free(got);
	/* a row all of doubled quotes fills the scratch area */
	memset(data, '"', TW_CSV_ROW_MAX);
	got = split(data, TW_CSV_ROW_MAX, ',');
	assert_int_equal(strlen(got), TW_CSV_ROW_MAX / 2 - 1 + 5);
	tw_free(got);
	free(data);
}

static void detection(void **state)
{
	static const struct { const char *data; char want; } rows[] = {
		{ "", ',' }, { "abc\n", ',' }, { "a,b\n", ',' },
		{ "a;b;c\n1,2\n", ';' }, { "\n\r\na\tb\n", '\t' },
		{ "\"a,b,c\";d\n", ';' }, { "\"a\n;;;\",b,c\n", ',' },
		{ "a,b;c\n", ',' }, { "a;b;c,d\n", ';' },
	};

	(void)state;
	for (size_t i = 0; i < TW_ARRAY_COUNT(rows); i++) {
		struct tw_csv *csv = NULL;

		assert_int_equal(tw__csv_new(&csv, rows[i].data,
				strlen(rows[i].data), 0, NULL), TW_OK);
		assert_int_equal(tw__csv_delimiter(csv), rows[i].want);
		tw__csv_free(csv);
	}
}

static void bad_arguments(void **state)
{
	struct tw_csv *csv = NULL;

	(void)state;
	assert_int_equal(tw__csv_new(&csv, "a", 1, '"', NULL), TW_EINVAL);
	assert_int_equal(tw__csv_new(&csv, "a", 1, '\n', NULL), TW_EINVAL);
	assert_int_equal(tw__csv_new(&csv, NULL, 1, ',', NULL), TW_EINVAL);
	assert_null(csv);
	assert_int_equal(tw__csv_new(&csv, NULL, 0, ',', NULL), TW_OK);
	tw__csv_free(csv);
	tw__csv_free(NULL);
}

/* The same rules written byte by byte, without blocks, masks or views. */
struct reference {
	const char *p;
	size_t size, at;
	long long line;
};

static bool at_end_of_line(const struct reference *r)
{
	return r->at < r->size && (r->p[r->at] == '\n' ||
				   r->p[r->at] == '\r');
}

static void skip_line_end(struct reference *r)
{
	if (r->p[r->at] == '\r' && r->at + 1 < r->size &&
	    r->p[r->at + 1] == '\n')
		r->at++;
	r->at++;
	r->line++;
}

static bool reference_field(struct reference *r, struct tw_buf *out,
			    bool *nul)
{
	if (r->at < r->size && r->p[r->at] == '"') {
		for (r->at++;; r->at++) {
			if (r->at >= r->size)
				return false;
			*nul |= r->p[r->at] == '\0';
			if (r->p[r->at] == '"') {
				if (r->at + 1 >= r->size ||
				    r->p[r->at + 1] != '"')
					break;
				r->at++;
			}
			tw__buf_append(out, &r->p[r->at], 1);
			if (r->p[r->at] == '\n' ||
			    (r->p[r->at] == '\r' && (r->at + 1 >= r->size ||
			     r->p[r->at + 1] != '\n')))
				r->line++;
		}
		r->at++;
	}
	for (; r->at < r->size && r->p[r->at] != ',' && !at_end_of_line(r);
	     r->at++) {
		*nul |= r->p[r->at] == '\0';
		tw__buf_append(out, &r->p[r->at], 1);
	}
	return true;
}

static void reference_row(struct reference *r, struct tw_buf *out)
{
	struct reference start = *r;
	bool nul = false, ok;

	tw__buf_printf(out, "%lld:", r->line);
	for (;;) {
		struct tw_buf field;

		tw__buf_init(&field);
		ok = reference_field(r, &field, &nul);
		if (ok) {
			tw__buf_text(out, "[");
			tw__buf_append(out, field.data, field.size);
			tw__buf_text(out, "]");
		}
		tw__buf_free(&field);
		if (!ok || r->at >= r->size || at_end_of_line(r))
			break;
		r->at++;
	}
	if (!ok) {
		*r = start;
		while (r->at < r->size && !at_end_of_line(r))
			r->at++;
	}
	if (at_end_of_line(r))
		skip_line_end(r);
	tw__buf_text(out, !ok || nul ? "!\n" : "\n");
}

static char *reference_split(const char *data, size_t size)
{
	struct reference r = { data, size, 0, 1 };
	struct tw_buf out;

	tw__buf_init(&out);
	for (;;) {
		while (at_end_of_line(&r))
			skip_line_end(&r);
		if (r.at >= r.size)
			break;
		reference_row(&r, &out);
	}
	return tw__buf_take(&out);
}

static void agrees_with_the_reference(void **state)
{
	static const char letters[] = "\",\n\r\"\"a,bc\n\0x\",d\t\x0b";
	tw_random_state seed;
	tw_random random;
	unsigned char noise[300];
	char data[300];

	(void)state;
	tw_random_seed(&random, &seed, 7);
	for (int round = 0; round < 20000; round++) {
		char *got, *want;
		size_t size;
		unsigned plain;

		random.fill(noise, sizeof(noise), random.arg);
		size = noise[0] + (noise[1] & 31u);
		plain = noise[2] % 16;   /* the more, the longer the fields */
		for (size_t i = 0; i < size; i++) {
			unsigned n = noise[i + 3 < 300 ? i + 3 : 299];

			data[i] = n % 16 < plain ? 'z'
				: letters[n * (sizeof(letters) - 1) / 256];
		}
		got = split(data, size, ',');
		want = reference_split(data, size);
		assert_int_equal(strlen(got), strlen(want));
		assert_string_equal(got, want);
		tw_free(got);
		tw_free(want);
	}
}

static bool deny;

static void *deny_alloc(size_t size, void *arg)
{
	(void)arg;
	return deny ? NULL : malloc(size);
}

static void *deny_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return deny ? NULL : realloc(mem, size);
}

static void deny_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

/* Out of memory loses no row: the same call gives it later. */
static void no_memory_for_scratch(void **state)
{
	static const char data[] = "a\n\"x\"\"y\",b\nc\n";
	tw_allocator table = { sizeof(table), deny_alloc, deny_resize,
			       deny_release, NULL };
	struct tw_csv *csv;
	struct tw_csv_row row;

	(void)state;
	tw_allocator_set(&table, NULL);
	assert_int_equal(tw__csv_new(&csv, data, sizeof(data) - 1, 0, NULL),
			 TW_OK);
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_OK);
	deny = true;
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_ENOMEM);
	deny = false;
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_OK);
	assert_int_equal(row.line, 2);
	assert_true(tw__str_eq(row.fields[0], "x\"y"));
	assert_int_equal(row.count, 2);
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_OK);
	assert_int_equal(row.line, 3);
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_ITER_END);
	assert_int_equal(tw__csv_next(csv, &row, NULL), TW_ITER_END);
	tw__csv_free(csv);
	tw_allocator_set(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_rows),
		cmocka_unit_test(quoted_fields),
		cmocka_unit_test(unclosed_quotes),
		cmocka_unit_test(nul_is_flagged),
		cmocka_unit_test(too_many_fields),
		cmocka_unit_test(widths_at_each_place),
		cmocka_unit_test(plain_beside_quoted),
		cmocka_unit_test(line_ends_at_each_place),
		cmocka_unit_test(row_limit),
		cmocka_unit_test(detection),
		cmocka_unit_test(bad_arguments),
		cmocka_unit_test(agrees_with_the_reference),
		cmocka_unit_test(no_memory_for_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
