/**
 * @file src/formats/preset_asterisk.c  cdr_csv's Master.csv
 *
 * Decides direction, trunk, extension and identity of a row that names only
 * channels. 16 to 21 columns without a header (loguniqueid, loguserfield and
 * newcdrcolumns of cdr.conf add some); a header row is recognised and then
 * any order will do.
 *
 * Times are local: where the clock is set back, a reading exists twice. The
 * channel's uniqueid begins with its epoch and says which one it was; without
 * it the first is taken, and answer and end never lie before start.
 *
 * A call that came in on a trunk and left on one is a single row there: it
 * becomes one forwarded leg, charged to the number it came to. A call that
 * rang three phones is three rows: preset_group.c finds the one that counts.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/e164.h"
#include "base/hash.h"
#include "preset_cell.h"

#define SHORT_PEER 6    /* digits of the longest extension */

enum {
	A_ACCOUNTCODE, A_SRC, A_DST, A_DCONTEXT, A_CLID, A_CHANNEL,
	A_DSTCHANNEL, A_LASTAPP, A_LASTDATA, A_START, A_ANSWER, A_END,
	A_DURATION, A_BILLSEC, A_DISPOSITION, A_AMAFLAGS, A_UNIQUEID,
	A_USERFIELD, A_PEERACCOUNT, A_LINKEDID, A_SEQUENCE, A_DID, A_COUNT
};

static const struct preset_column columns[A_COUNT] = {
	{ "accountcode", "accountcode" },
	{ "caller", "src" },
	{ "callee", "dst" },
	{ "dcontext", "dcontext" },
	{ "clid", "clid" },
	{ "channel", "channel" },
	{ "trunk", "dstchannel" },
	{ "lastapp", "lastapp" },
	{ "lastdata", "lastdata" },
	{ "start", "start,calldate" },
	{ "answer", "answer" },
	{ "end", "end" },
	{ "total", "duration" },
	{ "duration", "billsec" },
	{ "status", "disposition" },
	{ "amaflags", "amaflags" },
	{ "call_id", "uniqueid" },
	{ "userfield", "userfield" },
	{ "peeraccount", "peeraccount" },
	{ "linked_id", "linkedid" },
	{ "sequence", "sequence" },
	{ "number", "did" },
};

static tw_status begin(struct tw__preset *preset, bool *is_header,
		       tw_error *err)
{
	static const int needed[] = { A_SRC, A_DST, A_CHANNEL, A_START,
		A_BILLSEC, A_DISPOSITION };
	size_t named = 0;
	tw_status status;

	preset->place[A_DID] = -1;
	for (size_t i = 0; i < preset->row.count; i++)
		named += tw__preset_named(preset, tw__str_trim(
			preset->row.fields[i])) < A_COUNT;
	/* a record may hold one such word, but not three */
	if (named < 3)
		return TW_OK;
	*is_header = true;
	status = tw__preset_map(preset, err);
	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(needed); i++) {
		if (preset->place[needed[i]] < 0)
			return tw__fail_at(err, TW_EPARSE, preset->row.line,
				columns[needed[i]].names, "the header has no "
				"such column; export it too");
	}
	return status;
}

/* "1696512600.42" or "pbx1-1696512600.42": its epoch, 0 when it is none. */
static tw_time unique_epoch(const char *text)
{
	const char *dot = strrchr(text, '.');
	const char *dash = strrchr(text, '-');
	uint64_t epoch, counter;

	if (!dot)
		return 0;
	if (dash && dash < dot)
		text = dash + 1;
	if (!tw__str_u64(&epoch, tw__str(text, (size_t)(dot - text))) ||
	    !tw__str_u64(&counter, tw__str_of(dot + 1)) ||
	    epoch < 100000000 || epoch > 99999999999u)
		return 0;
	return (tw_time)epoch * TW_SECOND;
}

/* Which optional columns a headerless row of this length has. */
static tw_status place_options(struct tw__preset *preset, tw_error *err)
{
	size_t count = preset->row.count;
	size_t extra = count > A_UNIQUEID ? count - A_UNIQUEID : 0;
	bool newer = extra >= 3;
	size_t at = A_UNIQUEID;
	bool unique, user;

	if (count < A_UNIQUEID || extra > 5)
		return tw__fail_at(err, TW_EPARSE, preset->row.line, "",
			"has %zu fields; Master.csv has 16 to 21", count);
	extra -= newer ? 3 : 0;
	preset->place[A_UNIQUEID] = A_UNIQUEID;
	unique = extra == 2 || (extra == 1 &&
		unique_epoch(tw__preset_cell(preset, A_UNIQUEID)));
	user = extra == 2 || (extra == 1 && !unique);
	preset->place[A_UNIQUEID] = unique ? (int)at++ : -1;
	preset->place[A_USERFIELD] = user ? (int)at++ : -1;
	preset->place[A_PEERACCOUNT] = newer ? (int)at++ : -1;
	preset->place[A_LINKEDID] = newer ? (int)at++ : -1;
	preset->place[A_SEQUENCE] = newer ? (int)at : -1;
	return TW_OK;
}

static bool is_hex(char c)
{
	char low = (char)(c | 0x20);

	return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'f');
}

/* "PJSIP/main-0000002a" is a channel of peer "main". */
static struct tw_str peer_of(const char *channel)
{
	const char *slash = strchr(channel, '/');
	struct tw_str peer = tw__str_of(slash ? slash + 1 : "");
	size_t n = peer.l;

	while (n && is_hex(peer.p[n - 1]))
		n--;
	if (n && n < peer.l && peer.p[n - 1] == '-')
		peer.l = n - 1;
	return peer;
}

static bool all_digits(struct tw_str s)
{
	uint64_t value;

	return s.l && tw__str_u64(&value, s);
}

static bool matches_pattern(const char *list, const char *channel)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		struct tw_str item = tw__str_trim(tw__str(list, n));
		char one[128];

		if (item.l && item.l < sizeof(one)) {
			memcpy(one, item.p, item.l);
			one[item.l] = '\0';
			if (fnmatch(one, channel, 0) == 0)
				return true;
		}
		list += n + (list[n] == ',');
	}
	return false;
}

static bool is_trunk(const struct tw__preset *preset, const char *channel)
{
	const struct tw__preset_options *o = &preset->options;
	struct tw_str peer = peer_of(channel);

	if (!*channel)
		return false;
	if (o->trunk_pattern && *o->trunk_pattern)
		return matches_pattern(o->trunk_pattern, channel);
	/* Local channels only join contexts of the same PBX */
	if (strncmp(channel, "Local/", 6) == 0)
		return false;
	if (o->is_trunk)
		return o->is_trunk(peer.p, peer.l, o->arg);
	return peer.l && !all_digits(peer);
}

/* "PJSIP/79161234567@main,30": what was sent to the carrier. */
static struct tw_str dialled(const char *lastdata)
{
	struct tw_str text = tw__str(lastdata, strcspn(lastdata, ",&|"));
	size_t from = 0, to = text.l;

	for (size_t i = 0; i < text.l; i++) {
		if (text.p[i] == '@') {
			to = i;
			break;
		}
		if (text.p[i] == '/')
			from = i + 1;
	}
	text = tw__str(text.p + from, to - from);
	if (text.l && (all_digits(text) || (text.p[0] == '+' &&
	    all_digits(tw__str(text.p + 1, text.l - 1)))))
		return text;
	return tw__str("", 0);
}

static const char *keep(char *out, size_t size, struct tw_str text)
{
	if (text.l >= size)
		text.l = 0;
	if (text.l)
		memcpy(out, text.p, text.l);
	out[text.l] = '\0';
	return out;
}

static void read_direction(tw_cdr *out, struct tw__preset *preset)
{
	const char *in = tw__preset_cell(preset, A_CHANNEL);
	const char *to = tw__preset_cell(preset, A_DSTCHANNEL);
	bool from_trunk = is_trunk(preset, in), to_trunk = is_trunk(preset,
								    to);
	struct tw_str number = dialled(tw__preset_cell(preset, A_LASTDATA));
	struct tw_str inner = peer_of(from_trunk ? to : in);
	const char *did = tw__preset_cell(preset, A_DID);

	out->direction = from_trunk ?
		(to_trunk ? TW_DIRECTION_FORWARD : TW_DIRECTION_INBOUND) :
		to_trunk ? TW_DIRECTION_OUTBOUND : TW_DIRECTION_INTERNAL;
	if (from_trunk || to_trunk)
		out->trunk = keep(preset->trunk, sizeof(preset->trunk),
				  peer_of(to_trunk ? to : in));
	if (from_trunk && *did)
		out->number = did;
	if (out->direction == TW_DIRECTION_FORWARD) {
		if (!*did)
			out->number = out->callee;
		if (number.l)
			out->callee = keep(preset->dialled,
				sizeof(preset->dialled), number);
		out->leg = 2;
		return;
	}
	/* "s" and such are places of the dial plan, not numbers */
	if (to_trunk && number.l && !tw__digits_only(out->callee) &&
	    *out->callee != '+')
		out->callee = keep(preset->dialled,
				   sizeof(preset->dialled), number);
	if (all_digits(inner) && inner.l <= SHORT_PEER)
		out->extension = keep(preset->extension,
				      sizeof(preset->extension), inner);
}

/* What stays the same when the PBX writes the row again. */
static uint64_t stable_hash(const struct tw__preset *preset)
{
	static const int stable[] = { A_SRC, A_DST, A_CHANNEL, A_DSTCHANNEL,
		A_START };
	char text[1024];
	size_t at = 0;

	for (size_t i = 0; i < TW_ARRAY_COUNT(stable); i++) {
		struct tw_str cell = tw__preset_str(preset,
						    (size_t)stable[i]);
		size_t n = cell.l > 200 ? 200 : cell.l;

		memcpy(&text[at], cell.p, n);
		text[at + n] = '\n';
		at += n + 1;
	}
	return tw__hash64(text, at);
}

static tw_status read_identity(tw_cdr *out, struct tw__preset *preset,
			       tw_error *err)
{
	const char *unique = tw__preset_cell(preset, A_UNIQUEID);
	uint64_t hash = stable_hash(preset);

	preset->key_moves = *unique &&
		!*tw__preset_cell(preset, A_SEQUENCE);
	out->call_id = unique;
	out->linked_id = tw__preset_cell(preset, A_LINKEDID);
	if (!*unique) {
		snprintf(preset->scratch, sizeof(preset->scratch),
			 "row-%016llx", (unsigned long long)hash);
		out->call_id = preset->scratch;
		return TW_OK;
	}
	/* one channel may leave several rows: a forked or repeated Dial */
	return tw__preset_u32(&out->sequence, preset, A_SEQUENCE,
			      (uint32_t)(hash >> 32), err);
}

static tw_status read_status(tw_cdr *out, const struct tw__preset *preset,
			     tw_error *err)
{
	static const struct { const char *name; uint32_t status; } names[] = {
		{ "ANSWERED", TW_CALL_ANSWERED },
		{ "NO ANSWER", TW_CALL_NO_ANSWER },
		{ "NOANSWER", TW_CALL_NO_ANSWER },
		{ "BUSY", TW_CALL_BUSY }, { "FAILED", TW_CALL_FAILED },
		{ "CONGESTION", TW_CALL_FAILED },
		{ "CANCEL", TW_CALL_CANCELLED },
	};
	const char *text = tw__preset_cell(preset, A_DISPOSITION);

	for (size_t i = 0; i < TW_ARRAY_COUNT(names); i++) {
		if (tw__str_ieq(tw__str_of(text), names[i].name)) {
			out->status = names[i].status;
			return TW_OK;
		}
	}
	return tw__preset_fail(preset, A_DISPOSITION, err, "'%.20s' is none "
			       "of Asterisk's; write ANSWERED, NO ANSWER, "
			       "BUSY, FAILED or CONGESTION", text);
}

/* SQL tables have no answer and no end, but how long it took until then. */
static tw_status find_answer(tw_cdr *out, const struct tw__preset *preset,
			     tw_error *err)
{
	bool given;
	int64_t total;
	/* also where it is not needed: a row whose columns went astray */
	tw_status status = tw__preset_seconds(&total, &given, preset,
					      A_DURATION, err);

	if (status || !given || preset->place[A_ANSWER] >= 0 ||
	    preset->place[A_END] >= 0)
		return status;
	if (total < out->duration_us)
		return tw__preset_fail(preset, A_DURATION, err, "is shorter "
				       "than billsec; check both");
	out->end = out->start + total;
	if (out->duration_us)
		out->answer = out->end - out->duration_us;
	return TW_OK;
}

static tw_status read_times(tw_cdr *out, struct tw__preset *preset,
			    tw_error *err)
{
	tw_time epoch = unique_epoch(tw__preset_cell(preset, A_UNIQUEID));
	bool given;
	tw_status status = tw__preset_time(&out->start, preset, A_START, 0,
					   err);

	if (!status && !out->start)
		return tw__preset_fail(preset, A_START, err, "is empty; every "
				       "record needs a start");
	if (status)
		return status;
	if (epoch) {
		tw_time other = tw__preset_repeated(preset->options.zone,
						    out->start);

		if (llabs(other - epoch) < llabs(out->start - epoch))
			out->start = other;
	}
	status = tw__preset_time(&out->answer, preset, A_ANSWER, out->start,
				 err);
	if (!status)
		status = tw__preset_time(&out->end, preset, A_END,
			out->answer ? out->answer : out->start, err);
	if (!status)
		status = tw__preset_seconds(&out->duration_us, &given, preset,
					    A_BILLSEC, err);
	if (status)
		return status;
	if (!given)
		return tw__preset_fail(preset, A_BILLSEC, err, "is empty; "
				       "write answered seconds");
	status = find_answer(out, preset, err);
	if (status)
		return status;
	/* a dial plan that answered before nobody did: no talk, no answer */
	if (out->status != TW_CALL_ANSWERED && !out->duration_us)
		out->answer = 0;
	return tw__preset_fits(out, preset, A_BILLSEC, err);
}

static tw_status read(tw_cdr *out, struct tw__preset *preset, tw_error *err)
{
	tw_status status = TW_OK;

	*out = (tw_cdr)TW_CDR_INIT;
	if (!preset->titles)
		status = place_options(preset, err);
	if (!status)
		status = read_status(out, preset, err);
	if (!status)
		status = read_times(out, preset, err);
	if (!status)
		status = tw__preset_number(&out->caller, preset, A_SRC, err);
	if (!status)
		status = tw__preset_number(&out->callee, preset, A_DST, err);
	if (status)
		return status;
	out->accountcode = tw__preset_cell(preset, A_ACCOUNTCODE);
	read_direction(out, preset);
	return read_identity(out, preset, err);
}

static void identify(tw_cdr *out, struct tw__preset *preset)
{
	out->callee = "";
	read_direction(out, preset);
	if (read_identity(out, preset, NULL))
		out->call_id = "";
	if (tw__preset_time(&out->start, preset, A_START, 0, NULL))
		out->start = 0;
}

const struct preset_kind tw__preset_asterisk = {
	"asterisk", columns, A_COUNT, true, begin, read, true, identify
};
