/* Any bytes, any delimiter: no crash, and the promises of csv.h hold: lines
 * rise, fields lie where they may, and the reader comes to an end. */
#include <stdlib.h>
#include <string.h>
#include "formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void read_rows(const char *data, size_t size, char delimiter)
{
	struct tw_csv *csv = NULL;
	struct tw_csv_row row;
	size_t rows = 0, bytes;
	int64_t line = 0;

	if (tw__csv_new(&csv, data, size, delimiter, NULL))
		return;
	while (tw__csv_next(csv, &row, NULL) == TW_OK) {
		check(row.line > line);
		line = row.line;
		check(++rows <= size);
		check(row.count <= TW_CSV_FIELDS_MAX);
		check(row.count > 0 || row.fault);
		bytes = 0;
		for (size_t i = 0; i < row.count; i++) {
			const struct tw_str *f = &row.fields[i];

			bytes += f->l;
			/* touches every byte, for the sanitizer */
			check(tw__str_trim(*f).l <= f->l);
			check(row.fault || !f->l || !memchr(f->p, 0, f->l));
		}
		check(bytes <= size);
	}
	tw__csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;
	size_t text_size;

	if (size == 0)
		return 0;
	read_rows((const char *)data + 1, size - 1, (char)data[0]);
	if (!tw__text_to_utf8(&text, &text_size, data + 1, size - 1,
			      data[0] & 1, NULL)) {
		check(tw__utf8_is_valid(text, text_size));
		check(text[text_size] == '\0');
		read_rows(text, text_size, 0);
		tw_free(text);
	}
	return 0;
}
