/**
 * @file src/formats/record_read.c  The cells of a row as a call record
 *
 * Decides what the cells that a map found mean together: when a call was
 * answered and how long it was, what its numbers are, what its words say.
 * Refuses to bend what contradicts itself: a length beyond the call's own
 * times, an answered call of unknown length, a word that nobody declared.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include "base/e164.h"
#include "base/hash.h"
#include "record.h"

#define SHORT_PEER 6            /* digits of the longest extension */
#define NATIONAL_DIGITS 10
#define SLACK_US   (2 * TW_SECOND)      /* of clocks that count seconds */

static bool is_nothing(const char *text)
{
	return !*text || strcmp(text, "\\N") == 0 || strcmp(text, "NULL") == 0;
}

/* The first column of a field that says anything; "" and its default
 * otherwise. */
static const char *cell(struct record_reader *r, enum record_field field)
{
	const tw_cdr_map *map = r->map;

	r->used[field] = NULL;
	for (size_t i = map->first[field]; i < map->first[field + 1]; i++) {
		const char *value = r->row.value[i];

		if (!value)
			continue;
		if (!r->used[field])
			r->used[field] = &map->columns[i];
		if (!is_nothing(value)) {
			r->used[field] = &map->columns[i];
			return value;
		}
	}
	return map->defaults[field] ? map->defaults[field] : "";
}

const char *tw__record_column(const struct record_reader *r,
			      enum record_field field)
{
	if (r->used[field])
		return r->used[field]->name;
	if (r->map->first[field] < r->map->first[field + 1])
		return r->map->columns[r->map->first[field]].name;
	return tw__record_field_name(field);
}

static tw_status fail(const struct record_reader *r, enum record_field field,
		      tw_error *err, const char *why)
{
	return tw__fail_at(err, TW_EPARSE, r->row.line,
			   tw__record_column(r, field), "%s", why);
}

/* ---- words ---- */

/* "*" is any word, and nothing is none. */
static bool is_word(const struct record_word *word, const char *text)
{
	if (word->is_plain)
		return tw__str_ieq(tw__str_of(text), word->word);
	return *text && fnmatch(word->word, text, FNM_CASEFOLD) == 0;
}

static tw_status read_word(uint32_t *out, struct record_reader *r,
			   enum record_field field, tw_error *err)
{
	const char *text = cell(r, field);
	const tw_cdr_map *map = r->map;
	char shown[TW_TEXT_SHOWN];

	*out = 0;
	for (size_t i = 0; i < map->word_count; i++) {
		const struct record_word *word = &map->words[i];

		if (word->field == field && is_word(word, text)) {
			*out = word->value;
			return TW_OK;
		}
	}
	if (!*text)
		return TW_OK;
	tw__text_shown(shown, tw__str_of(text));
	return tw__fail_at(err, TW_EPARSE, r->row.line,
		tw__record_column(r, field), "'%s' is not known; say in "
		"[%s] what it means", shown, field == RF_STATUS ? "statuses" :
		field == RF_DIRECTION ? "directions" : "roles");
}

/* ---- times ---- */

static bool is_never(const char *text)
{
	static const char *const words[] = { "0", "-", "--", "None", "null",
		"N/A", "0.0", "-1", "0000-00-00 00:00:00",
		"1970-01-01 00:00:00", "0001-01-01T00:00:00" };

	for (size_t i = 0; i < TW_ARRAY_COUNT(words); i++) {
		if (strcmp(words[i], text) == 0)
			return true;
	}
	return !*text;
}

/* A time of day may have its date in another column. */
static tw_status read_time(tw_time *out, struct record_reader *r,
			   enum record_field field, tw_time after,
			   tw_error *err)
{
	static const struct record_column as_said = { NULL, NULL, UNIT_MAP };
	enum record_field dates = (enum record_field)(field + RF_START_DATE -
						      RF_START);
	const char *date = cell(r, dates), *text = cell(r, field);
	tw_error why = TW_ERROR_INIT;

	*out = 0;
	if (is_never(text))
		return TW_OK;
	if (*date) {
		if ((size_t)snprintf(r->joined, sizeof(r->joined), "%s %s",
				     date, text) >= sizeof(r->joined))
			return fail(r, field, err, "is too long for a time");
		text = r->joined;
	}
	if (tw__record_time(out, r->map, r->used[field] ? r->used[field] :
			    &as_said, text, r->zone, after, &why))
		return fail(r, field, err, why.message);
	return TW_OK;
}

static tw_status read_length(int64_t *out_us, bool *given,
			     struct record_reader *r, enum record_field field,
			     tw_error *err)
{
	const char *text = cell(r, field);
	tw_error why = TW_ERROR_INIT;

	*out_us = 0;
	*given = *text;
	if (*given && tw__record_length(out_us, r->map, r->used[field], text,
					&why))
		return fail(r, field, err, why.message);
	return TW_OK;
}

struct lengths {
	int64_t talk, total, setup;
	bool has_talk, has_total, has_setup;
	tw_time latest;             /* that the source itself names */
};

static tw_status read_lengths(struct lengths *l, struct record_reader *r,
			      tw_error *err)
{
	tw_status status = read_length(&l->talk, &l->has_talk, r, RF_DURATION,
				       err);

	if (!status)
		status = read_length(&l->total, &l->has_total, r, RF_TOTAL,
				     err);
	if (!status)
		status = read_length(&l->setup, &l->has_setup, r, RF_SETUP,
				     err);
	return status;
}

/* How long people talked, where the source says it in other words. */
static tw_status find_talk(tw_cdr *out, struct lengths *l,
			   struct record_reader *r, tw_error *err)
{
	if (l->has_talk)
		return TW_OK;
	if (out->answer && out->end)
		l->talk = out->end - out->answer;
	else if (l->has_total && out->answer)
		l->talk = l->total - (out->answer - out->start);
	else if (l->has_total && out->status == TW_CALL_ANSWERED)
		l->talk = l->total - l->setup;
	else if (!r->joins && (out->answer ||
			       out->status == TW_CALL_ANSWERED))
		return fail(r, RF_DURATION, err, "is not there for an "
			    "answered call; map duration, or answer and end");
	if (l->talk < 0)
		return fail(r, out->end ? RF_END : RF_TOTAL, err,
			    "is before the answer; check both");
	return TW_OK;
}

static void find_end(tw_cdr *out, const struct lengths *l, bool joins)
{
	bool answered = out->answer || out->status == TW_CALL_ANSWERED;

	/* another row will tell it */
	if (out->end || (joins && answered && !l->talk))
		return;
	if (l->has_total)
		out->end = out->start + l->total;
	else if (out->answer)
		out->end = out->answer + l->talk;
	else if (l->has_setup && out->status != TW_CALL_ANSWERED && !l->talk)
		out->end = out->start + l->setup;
}

static tw_status check_longest(const tw_cdr *out,
			       const struct record_reader *r,
			       enum record_field field, tw_error *err)
{
	int64_t longest = r->map->longest_us;

	if (!longest || out->duration_us <= longest)
		return TW_OK;
	return tw__fail_at(err, TW_EPARSE, r->row.line,
		tw__record_column(r, field), "makes it %lld s, longer than "
		"%lld s: its end was lost (no BYE); put the true one in, or "
		"raise longest_s",
		(long long)(out->duration_us / TW_SECOND),
		(long long)(longest / TW_SECOND));
}

static tw_status check_lengths(const tw_cdr *out, const struct lengths *l,
			       const struct record_reader *r, tw_error *err)
{
	tw_time from = out->answer ? out->answer : out->start;

	if (l->latest && l->latest < from)
		return fail(r, RF_END, err, "is before start or answer; "
			    "check them and their zone");
	if (l->latest && l->talk > l->latest - from + SLACK_US)
		return fail(r, RF_DURATION, err, out->answer ?
			    "is longer than from answer to end; check their "
			    "unit and zone" : "is longer than from start to "
			    "end; check their unit and zone");
	return check_longest(out, r, l->has_talk ? RF_DURATION :
			     out->end ? RF_END : RF_TOTAL, err);
}

/* Built-in sources tell how a call ended, which says nothing of an answer:
 * FreeSWITCH has causes for calls that were cut off while people talked. */
static tw_status check_status(const tw_cdr *out,
			      const struct record_reader *r, tw_error *err)
{
	if (r->map->built_in || !out->answer || !out->duration_us ||
	    !out->status || out->status == TW_CALL_ANSWERED)
		return TW_OK;
	return fail(r, RF_STATUS, err, "says that nobody answered, the times "
		    "of answer and duration that somebody did; mend those "
		    "that are wrong, or what the word means in [statuses]");
}

static tw_status read_times(tw_cdr *out, struct record_reader *r,
			    tw_error *err)
{
	struct lengths l = { 0 };
	tw_status status = read_time(&out->start, r, RF_START, 0, err);

	if (!status && !out->start)
		return fail(r, RF_START, err, "is empty; every record needs "
			    "a start");
	if (!status)
		status = read_time(&out->answer, r, RF_ANSWER, out->start,
				   err);
	if (!status)
		status = read_time(&out->end, r, RF_END, out->answer ?
				   out->answer : out->start, err);
	if (!status)
		status = read_lengths(&l, r, err);
	if (status)
		return status;
	l.latest = out->end;
	if (r->map->ring && out->status && out->status != TW_CALL_ANSWERED &&
	    !out->answer) {
		l.total = l.has_total ? l.total : l.talk;
		l.has_total |= l.has_talk;
		l.talk = 0;
	}
	if (l.has_setup && !out->answer && (l.talk ||
	    out->status == TW_CALL_ANSWERED))
		out->answer = out->start + l.setup;
	status = find_talk(out, &l, r, err);
	if (status)
		return status;
	/* a dial plan that answered before nobody did: no talk, no answer */
	if (out->status && out->status != TW_CALL_ANSWERED && !l.talk)
		out->answer = 0;
	out->duration_us = l.talk;
	find_end(out, &l, r->joins);
	status = check_lengths(out, &l, r, err);
	return status ? status : check_status(out, r, err);
}

tw_status tw__record_ended(tw_cdr *out, const struct record_reader *r,
			   tw_time end, tw_error *err)
{
	if (r->role == ROLE_END)
		return fail(r, RF_ROLE, err, "ends a call that this file "
			    "lacks; import both together");
	if (out->end || out->duration_us || (out->status &&
	    out->status != TW_CALL_ANSWERED))
		return TW_OK;
	if (!end)
		return fail(r, RF_END, err, "of this answered call is not in "
			    "the file (no BYE); import both together");
	if (!out->answer)
		out->answer = out->start;
	out->end = end;
	out->duration_us = end - out->answer;
	if (out->duration_us < 0)
		return fail(r, RF_END, err, "is before the answer");
	return check_longest(out, r, RF_START, err);
}

/* ---- numbers ---- */

bool tw__record_is_outside(const char *number)
{
	number += *number == '+';
	return strspn(number, "0123456789") > SHORT_PEER;
}

static bool is_extension(const char *number)
{
	size_t n = strspn(number, "0123456789");

	return n >= 2 && n <= SHORT_PEER && !number[n];
}

/* Behind any of the starts that the map says to take off. */
static struct tw_str strip(const tw_cdr_map *map, struct tw_str s)
{
	const char *list = map->strip;

	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n && s.l > n && memcmp(s.p, list, n) == 0)
			return tw__str(s.p + n, s.l - n);
		list += n + (list[n] == ',');
	}
	return s;
}

static bool starts(struct tw_str s, const char *word)
{
	size_t n = strlen(word);

	return s.l > n && tw__str_ieq(tw__str(s.p, n), word);
}

struct tw_str tw__record_bare(struct tw_str s)
{
	const char *open = s.l ? memchr(s.p, '<', s.l) : NULL;
	const char *mark;

	if (open && s.p[s.l - 1] == '>')
		s = tw__str(open + 1, s.l - (size_t)(open - s.p) - 2);
	if (s.l > 3 && s.p[0] == '=' && s.p[1] == '"' && s.p[s.l - 1] == '"')
		s = tw__str(s.p + 2, s.l - 3);
	if (starts(s, "sip:") || starts(s, "tel:"))
		s = tw__str(s.p + 4, s.l - 4);
	else if (starts(s, "sips:"))
		s = tw__str(s.p + 5, s.l - 5);
	mark = s.l ? memchr(s.p, '@', s.l) : NULL;
	if (!mark && s.l)
		mark = memchr(s.p, ';', s.l);
	if (mark && mark > s.p)
		s.l = (size_t)(mark - s.p);
	return s;
}

/* Some write numbers of their own country without its code. */
static size_t put_country(char *place, const tw_cdr_map *map,
			  struct tw_str s)
{
	size_t n = map->ten_digits ? strlen(map->ten_digits) : 0;

	if (s.l != NATIONAL_DIGITS || !n)
		return 0;
	for (size_t i = 0; i < s.l; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
	}
	memcpy(place, map->ten_digits, n);
	return n;
}

static tw_status read_party(const char **out, struct record_reader *r,
			    enum record_field field, tw_error *err)
{
	char *place = r->party[field - RF_CALLER];
	const char *text = cell(r, field);
	size_t n = strspn(text, "0123456789.,");
	struct tw_str s;

	if (n && (text[n] == 'e' || text[n] == 'E') && text[n + 1] == '+' &&
	    !text[n + 2 + strspn(&text[n + 2], "0123456789")])
		return fail(r, field, err, "lost its digits in a "
			    "spreadsheet; export the column as text");
	s = tw__record_bare(strip(r->map, tw__str_of(text)));
	s = strip(r->map, s);
	if (s.l > RECORD_TEXT_MAX)
		s.l = RECORD_TEXT_MAX;
	n = put_country(place, r->map, s);
	if (s.l)
		memcpy(&place[n], s.p, s.l);
	place[n + s.l] = '\0';
	*out = place;
	return TW_OK;
}

/* Some name our number and the other end's, whoever called whom. */
static tw_status place_party(tw_cdr *out, struct record_reader *r,
			     tw_error *err)
{
	bool inbound = out->direction == TW_DIRECTION_INBOUND;
	const char *party;
	tw_status status = read_party(&party, r, RF_PARTY, err);

	if (status || !*party)
		return status;
	if (!out->direction)
		return fail(r, RF_DIRECTION, err, "is needed to tell who "
			    "called whom");
	if (!*out->caller)
		out->caller = inbound ? party : out->number;
	if (!*out->callee)
		out->callee = inbound ? out->number : party;
	return TW_OK;
}

static tw_status read_numbers(tw_cdr *out, struct record_reader *r,
			      tw_error *err)
{
	const char *inner;
	tw_status status = read_party(&out->caller, r, RF_CALLER, err);

	if (!status)
		status = read_party(&out->callee, r, RF_CALLEE, err);
	if (!status)
		status = read_party(&out->number, r, RF_NUMBER, err);
	if (!status)
		status = read_party(&r->called, r, RF_CALLED, err);
	r->from_inside = *cell(r, RF_CALLER_EXTENSION);
	if (!status)
		status = place_party(out, r, err);
	if (status)
		return status;
	out->extension = cell(r, RF_EXTENSION);
	if (*out->extension)
		return TW_OK;
	inner = out->direction == TW_DIRECTION_INBOUND ||
		!is_extension(out->caller) ? out->callee : out->caller;
	if (!is_extension(inner))
		return TW_OK;
	memcpy(r->extension, inner, strlen(inner) + 1);
	out->extension = r->extension;
	return TW_OK;
}

/* ---- the rest ---- */

static tw_status read_u32(uint32_t *out, struct record_reader *r,
			  enum record_field field, tw_error *err)
{
	const char *text = cell(r, field);
	uint64_t value;

	if (!*text)
		return TW_OK;
	if (!tw__str_u64(&value, tw__str_of(text)) || value > UINT32_MAX)
		return fail(r, field, err, "is no whole number; map another "
			    "column");
	*out = (uint32_t)value;
	return TW_OK;
}

/* What stays the same when the source writes the row again, and what makes
 * two calls of one second two. */
static void make_id(tw_cdr *out, struct record_reader *r)
{
	static const enum record_field stable[] = { RF_CALLER, RF_CALLEE,
		RF_START, RF_START_DATE, RF_TRUNK, RF_EXTENSION, RF_NUMBER,
		RF_PARTY, RF_LINKED_ID };
	char text[1280];
	size_t at = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(stable); i++) {
		const char *value = cell(r, stable[i]);
		size_t n = strlen(value);

		n = n > 140 ? 140 : n;
		memcpy(&text[at], value, n);
		text[at + n] = '\n';
		at += n + 1;
	}
	snprintf(r->made_id, sizeof(r->made_id), "row-%016llx",
		 (unsigned long long)tw__hash64(text, at));
	out->call_id = r->made_id;
}

/* "1 234,50": blanks between thousands and a decimal comma. */
static void read_cost(tw_cdr *out, struct record_reader *r)
{
	const char *text = cell(r, RF_COST);
	bool point = strchr(text, '.') != NULL;
	size_t at = 0;

	out->cost = text;
	if (!strpbrk(text, ", \xa0") || strlen(text) >= sizeof(r->cost))
		return;
	for (const char *p = text; *p; p++) {
		if (*p == ' ')
			continue;
		if ((unsigned char)p[0] == 0xc2 &&
		    (unsigned char)p[1] == 0xa0) {
			p++;
			continue;
		}
		r->cost[at++] = *p == ',' && !point ? '.' : *p;
	}
	r->cost[at] = '\0';
	out->cost = r->cost;
}

static tw_status read_role(struct record_reader *r, tw_error *err)
{
	uint32_t role;
	tw_status status = read_word(&role, r, RF_ROLE, err);

	r->role = (enum record_role)role;
	return status;
}

static tw_status read_identity(tw_cdr *out, struct record_reader *r,
			       tw_error *err)
{
	tw_status status = read_u32(&out->leg, r, RF_LEG, err);

	if (!status)
		status = read_u32(&out->sequence, r, RF_SEQUENCE, err);
	if (status)
		return status;
	r->peer_id = cell(r, RF_PEER_ID);
	out->call_id = cell(r, RF_CALL_ID);
	out->linked_id = cell(r, RF_LINKED_ID);
	if (!*out->call_id)
		make_id(out, r);
	return TW_OK;
}

/* A word that nobody declared is no reason not to know the row again. */
void tw__record_identify(tw_cdr *out, struct record_reader *r)
{
	out->call_id = "";
	/* its cells are those of another row, or none */
	if (r->row.fault)
		return;
	(void)read_role(r, NULL);
	if (read_identity(out, r, NULL) || r->role == ROLE_END ||
	    r->role == ROLE_NONE) {
		out->call_id = "";
		return;
	}
	(void)read_word(&out->direction, r, RF_DIRECTION, NULL);
	if (out->direction == TW_DIRECTION_FORWARD && out->leg == 1)
		out->leg = 2;
	out->source = cell(r, RF_SOURCE);
	(void)read_time(&out->start, r, RF_START, 0, NULL);
}

tw_status tw__record_read(tw_cdr *out, struct record_reader *r, tw_error *err)
{
	tw_status status;

	if (r->row.fault)
		return tw__fail_at(err, TW_EPARSE, r->row.line, "", "%s",
				   r->row.fault);
	*out = (tw_cdr)TW_CDR_INIT;
	status = read_role(r, err);
	if (!status)
		status = read_identity(out, r, err);
	if (!status && r->role == ROLE_NONE)
		return fail(r, RF_ROLE, err, "says that this row is no call");
	if (!status)
		status = read_word(&out->status, r, RF_STATUS, err);
	if (!status)
		status = read_word(&out->direction, r, RF_DIRECTION, err);
	/* of the end of a call only the time is asked for */
	if (!status)
		status = r->role == ROLE_END ?
			read_time(&out->start, r, RF_START, 0, err) :
			read_times(out, r, err);
	if (!status)
		status = read_numbers(out, r, err);
	if (status)
		return status;
	if (out->direction == TW_DIRECTION_FORWARD && out->leg == 1)
		out->leg = 2;
	out->trunk = cell(r, RF_TRUNK);
	out->carrier = cell(r, RF_CARRIER);
	out->department = cell(r, RF_DEPARTMENT);
	out->accountcode = cell(r, RF_ACCOUNTCODE);
	out->campaign = cell(r, RF_CAMPAIGN);
	read_cost(out, r);
	out->currency = *out->cost ? cell(r, RF_CURRENCY) : "";
	out->source = cell(r, RF_SOURCE);
	return TW_OK;
}
