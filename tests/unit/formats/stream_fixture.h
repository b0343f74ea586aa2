/* A file that comes piece by piece, and what a layout makes of it as text, so
 * that two ways of reading it can be compared. */
#ifndef TW_TESTS_STREAM_FIXTURE_H
#define TW_TESTS_STREAM_FIXTURE_H

#include "record_fixture.h"
#include "../stream.h"

static inline void told(struct tw_buf *out, const char *text)
{
	assert_int_equal(tw__buf_printf(out, "|%s", text ? text : ""), 0);
}

static inline void tell_record(struct tw_buf *out, const tw_cdr *c,
			       const struct tw__preset_found *f)
{
	const char *const all[] = { c->call_id, c->linked_id, c->caller,
		c->callee, c->number, c->trunk, c->carrier, c->department,
		c->extension, c->accountcode, c->campaign, c->cost,
		c->currency, c->source, f->number, f->linked };

	assert_int_equal(tw__buf_printf(out, "%lld %lld %lld %lld %u %u %u "
		"%u %u %u %u", (long long)c->start, (long long)c->answer,
		(long long)c->end, (long long)c->duration_us, c->direction,
		c->status, c->leg, c->sequence, c->flags, f->direction,
		f->leg), 0);
	for (size_t i = 0; i < TW_ARRAY_COUNT(all); i++)
		told(out, all[i]);
}

/* Everything that comes of a file, row by row. */
static inline tw_status tell_all(struct tw_buf *out, const char *name,
				 const struct tw__preset_options *options)
{
	struct tw__preset *preset;
	tw_error err = TW_ERROR_INIT;
	tw_status status = tw__preset_open(&preset, name, options, &err);

	if (status) {
		assert_int_equal(tw__buf_printf(out, "%d %lld %s: %s\n",
			status, (long long)err.line, err.field, err.message),
			0);
		return status;
	}
	for (;;) {
		struct tw__preset_found found;
		char shown[1024];
		tw_cdr cdr;

		err = (tw_error)TW_ERROR_INIT;
		status = tw__preset_next(&cdr, preset, &err);
		if (status && status != TW_EPARSE)
			break;
		tw__preset_found(&found, preset);
		tw__preset_text(shown, sizeof(shown), preset);
		assert_int_equal(tw__buf_printf(out, "%lld %s ",
			(long long)tw__preset_line(preset),
			tw__preset_column(preset, "start")), 0);
		if (status)
			told(out, err.field);
		if (status)
			told(out, err.message);
		else
			tell_record(out, &cdr, &found);
		assert_int_equal(tw__buf_printf(out, "\n   %s\n", shown), 0);
	}
	if (status != TW_ITER_END)
		told(out, err.message);
	tw__preset_free(preset);
	return status;
}

/* The same text in one piece and by a window of so many bytes. */
static inline void same_by_window(const char *name, const tw_cdr_map *map,
				  const tw_zone *zone, struct tw_str text,
				  size_t window)
{
	struct stream stream = { .text = text.p, .size = text.l,
		.at_once = window % 7 * 100 };
	struct tw__bytes bytes = { .read = stream_read, .arg = &stream };
	struct tw__preset_options options = { .data = text.p,
		.size = text.l, .zone = zone, .map = map,
		.rule = &tw__dial_russia };
	struct tw_buf whole, pieces;
	tw_status status;

	tw__buf_init(&whole);
	tw__buf_init(&pieces);
	told(&whole, "");
	told(&pieces, "");
	status = tell_all(&whole, name, &options);
	options.bytes = &bytes;
	options.data = NULL;
	options.size = 0;
	options.window = window;
	assert_int_equal(tell_all(&pieces, name, &options), status);
	if (strcmp(whole.data, pieces.data) != 0) {
		size_t i = 0;

		while (whole.data[i] == pieces.data[i])
			i++;
		i = i > 300 ? i - 300 : 0;
		fail_msg("%s by %zu bytes:\n%.600s\nis not\n%.600s",
			 name ? name : "mapping", window, pieces.data + i,
			 whole.data + i);
	}
	tw__buf_free(&whole);
	tw__buf_free(&pieces);
}

#endif
