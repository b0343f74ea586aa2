/*
 * Any bytes as a file of numbering ranges. Rows must be numbers that can be
 * asked for, refusals must be showable, and of ranges that overlap one must
 * stay, so that a numbering of all files can be made and asked.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/numbering_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_refusal(const tw_error *err)
{
	must(err->message[0] && err->field[0] && err->line > 0);
	must(tw__utf8_is_valid(err->message, strlen(err->message)));
	must(tw__utf8_is_valid(err->field, strlen(err->field)));
}

static void take(struct tw__ranges *ranges, const struct tw__number_row *row)
{
	struct tw__range range = { .from = row->from, .to = row->to,
				   .line = row->line, .code = row->code };

	must(tw__range_check(row->from, row->to, NULL) == TW_OK);
	must(row->place.region.l < 128 && row->place.city.l < 128 &&
	     row->place.operator_name.l < 384);
	must(tw__utf8_is_valid(row->place.region.p, row->place.region.l));
	must(tw__utf8_is_valid(row->place.city.p, row->place.city.l));
	must(tw__ranges_place(&range.place, ranges, &row->place, NULL) ==
	     TW_OK);
	must(tw__ranges_add(ranges, &range, NULL) == TW_OK);
}

static tw_status found(void *arg, const struct tw__range *gone,
		       const struct tw__range *stays, bool alike)
{
	must(gone->from <= stays->to && stays->from <= gone->to);
	must(!alike || gone->place == stays->place);
	++*(size_t *)arg;
	return TW_OK;
}

static void ask(const tw_numbering *numbering, uint64_t number)
{
	tw_place place = TW_PLACE_INIT;
	uint32_t relation;
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	must(tw_numbering_find(&place, numbering, digits, NULL, NULL) ==
	     TW_OK);
	must(tw_numbering_relation(&relation, numbering, digits, digits,
				   NULL, NULL) == TW_OK);
	must(relation == tw_place_relation(&place, &place));
}

static void ask_all(struct tw__ranges *ranges)
{
	size_t before = ranges->count, gone = 0;
	tw_numbering *numbering;

	must(tw__ranges_sweep(ranges, found, &gone) == TW_OK);
	must(before == ranges->count + gone);
	must(tw__numbering_of(&numbering, ranges, NULL) == TW_OK);
	for (size_t i = 0; i < ranges->count; i++) {
		must(!i || ranges->rows[i].from > ranges->rows[i - 1].to);
		ask(numbering, ranges->rows[i].from);
		ask(numbering, ranges->rows[i].to);
	}
	tw_numbering_free(numbering);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tw__numbering_file *file = NULL;
	struct tw__ranges ranges = { 0 };
	struct tw__number_row row;
	tw_error err = TW_ERROR_INIT;
	size_t text_size;
	tw_status status;
	char *text;

	if (tw__text_to_utf8(&text, &text_size, data, size, true, NULL))
		return 0;
	status = tw__numbering_file_open(&file, tw__str(text, text_size),
					 &err);
	if (status) {
		check_refusal(&err);
		tw_free(text);
		return 0;
	}
	while (status != TW_ITER_END) {
		err = (tw_error)TW_ERROR_INIT;
		status = tw__numbering_file_next(&row, file, &err);
		if (status == TW_OK)
			take(&ranges, &row);
		else if (status == TW_EPARSE)
			check_refusal(&err);
		else
			must(status == TW_ITER_END);
	}
	ask_all(&ranges);
	tw__ranges_free(&ranges);
	tw__numbering_file_free(file);
	tw_free(text);
	return 0;
}
