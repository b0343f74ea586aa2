/**
 * @file src/accounts/match_columns.c  The columns of `directory import`
 *
 * Decides which column of the file is which, and refuses a header with a
 * column it does not know: that is mostly a misspelt one. Refuses to know
 * what a cell means.
 */
#include <string.h>
#include <strings.h>
#include "match_columns.h"

const char *const tw__match_columns[TW_COL_COUNT] = { "match_kind", "match",
	"department", "city", "from", "to" };

/* What `directory suggest` adds for people, and their own remarks. */
static const char *const unread[] = { "calls", "seconds", "cost", "currency",
	"comment", "note" };

static bool is_among(struct tw_str name, const char *const *names,
		     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (tw__str_ieq(name, names[i]))
			return true;
	}
	return false;
}

/* A "form" that was meant to be "from" would make an owner since ever. */
static tw_status check_header(const struct tw_csv_row *row, tw_error *err)
{
	struct tw_str name, other;
	size_t i, j;

	for (i = 0; i < row->count; i++) {
		name = tw__str_trim(row->fields[i]);
		if (name.l &&
		    !is_among(name, tw__match_columns, TW_COL_COUNT) &&
		    !is_among(name, unread, TW_ARRAY_COUNT(unread)))
			return tw__fail(err, TW_EPARSE, "line %lld: header "
				"'%.*s' is no column of this file; write "
				"match_kind, match, department, city, from, "
				"to, and for remarks comment",
				(long long)row->line, name.l > 40 ? 40 :
				(int)name.l, name.p);
		for (j = 0; name.l && j < i; j++) {
			other = tw__str_trim(row->fields[j]);
			if (name.l == other.l &&
			    !strncasecmp(name.p, other.p, name.l))
				return tw__fail(err, TW_EPARSE, "line %lld: "
					"two columns are named '%.*s'; leave "
					"one out", (long long)row->line,
					(int)name.l, name.p);
		}
	}
	return TW_OK;
}

tw_status tw__match_columns_find(int out[TW_COL_COUNT],
				 const struct tw_csv_row *header,
				 tw_error *err)
{
	size_t i, j;

	for (i = 0; i < TW_COL_COUNT; i++) {
		out[i] = -1;
		for (j = 0; j < header->count; j++) {
			if (tw__str_ieq(tw__str_trim(header->fields[j]),
					tw__match_columns[i]))
				out[i] = (int)j;
		}
		if (out[i] < 0 && i <= TW_COL_DEPARTMENT)
			return tw__fail_at(err, TW_EPARSE, header->line,
				tw__match_columns[i], "the header has no "
				"column %s; the first line is match_kind,"
				"match,department,city,from,to",
				tw__match_columns[i]);
	}
	return check_header(header, err);
}
