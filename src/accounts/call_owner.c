/**
 * @file src/accounts/call_owner.c  Whose call it is
 *
 * Decides direction, trunk, carrier, number and department of a record by
 * the directory's versions in force at the call's start, all of them held in
 * memory while an import runs (a million calls would otherwise ask SQL five
 * million times). Refuses to guess: what nobody owns stays unallocated and
 * is listed.
 *
 * Names that the record itself gives (department, carrier, trunk) are also
 * found when they entered the directory after the call: the record is the
 * better witness of its own time. Numbers and matches are not.
 */
#include <string.h>
#include "call.h"
#include "call_versions.h"
#include "match.h"

#define SHORT_NUMBER 6   /* digits of the longest extension */

struct range {
	struct tw_match match;
	uint32_t kind;
	int64_t from, to, department;
};

struct tw__owners {
	struct tw__versions departments, carriers, trunks, numbers, matches;
	struct range *ranges;
	size_t range_count, range_capacity;
};

enum { MATCH_EXTENSION, MATCH_ACCOUNTCODE, MATCH_NUMBER, MATCH_TRUNK,
	MATCH_KINDS };
static const char *const match_kinds[MATCH_KINDS] = {
	"extension", "accountcode", "number", "trunk"
};

/* A letter for the kind, then the match: the key of an exact one. */
static const char *match_key(char out[TW_CALL_TEXT_MAX + 16], uint32_t kind,
			     const char *text)
{
	size_t length = strlen(text);

	out[0] = (char)('a' + kind);
	if (length > TW_CALL_TEXT_MAX)
		length = TW_CALL_TEXT_MAX;
	memcpy(&out[1], text, length);
	out[1 + length] = '\0';
	return out;
}

static tw_status add_match(struct tw__owners *owners, struct tw_stmt *stmt,
			   const struct tw_dial_rule *rule, tw_error *err)
{
	const char *kind = tw__col_text(stmt, 0);
	const char *match = tw__col_text(stmt, 1);
	struct tw__version version = { NULL, tw__col_i64(stmt, 2),
		tw__col_i64(stmt, 3), tw__col_i64(stmt, 4), { 0, 0 } };
	char text[TW_MATCH_MAX], key[TW_CALL_TEXT_MAX + 16];
	struct range range;
	uint32_t k = 0;
	tw_status status;

	while (k < MATCH_KINDS && strcmp(kind, match_kinds[k]) != 0)
		k++;
	if (k == MATCH_KINDS)
		return tw__fail(err, TW_ESTORE, "a match has kind '%.32s'; "
				"it must be one of extension, accountcode, "
				"number and trunk", kind);
	status = tw__match_parse(&range.match, text, kind, match, rule, err);
	if (status)
		return status;
	if (range.match.range) {
		if (tw__grow((void **)&owners->ranges,
			     &owners->range_capacity, owners->range_count + 1,
			     sizeof(range)))
			return tw__fail_oom(err);
		range.kind = k;
		range.from = version.from;
		range.to = version.to;
		range.department = version.id;
		owners->ranges[owners->range_count++] = range;
		return TW_OK;
	}
	match_key(key, k, text);
	return tw__versions_add(&owners->matches, key, &version, err);
}

static tw_status load_matches(struct tw__owners *owners, tw_store *store,
			      const struct tw_dial_rule *rule, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, store,
		"SELECT kind, \"match\", valid_from, valid_to, department "
		"FROM \"match\" ORDER BY kind, \"match\", valid_from", err);

	if (status)
		return status;
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_match(owners, stmt, rule, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ?
		tw__versions_index(&owners->matches, err) : status;
}

tw_status tw__owners_new(struct tw__owners **out, tw_store *store,
			 const struct tw_dial_rule *rule, tw_error *err)
{
	struct tw__owners *owners = tw_calloc(1, sizeof(*owners));
	tw_status status;

	if (!owners)
		return tw__fail_oom(err);
	status = tw__versions_load(&owners->departments, store,
		"SELECT name, valid_from, valid_to, id, 0, 0 FROM department "
		"ORDER BY name, valid_from", err);
	if (!status)
		status = tw__versions_load(&owners->carriers, store,
			"SELECT name, valid_from, valid_to, id, 0, 0 "
			"FROM carrier ORDER BY name, valid_from", err);
	if (!status)
		status = tw__versions_load(&owners->trunks, store,
			"SELECT name, valid_from, valid_to, id, carrier, 0 "
			"FROM trunk ORDER BY name, valid_from", err);
	if (!status)
		status = tw__versions_load(&owners->numbers, store,
			"SELECT name, valid_from, valid_to, id, carrier, "
			"department FROM number ORDER BY name, valid_from",
			err);
	if (!status)
		status = load_matches(owners, store, rule, err);
	if (status) {
		tw__owners_free(owners);
		return status;
	}
	*out = owners;
	return TW_OK;
}

void tw__owners_free(struct tw__owners *owners)
{
	if (!owners)
		return;
	tw__versions_free(&owners->departments);
	tw__versions_free(&owners->carriers);
	tw__versions_free(&owners->trunks);
	tw__versions_free(&owners->numbers);
	tw__versions_free(&owners->matches);
	tw_free(owners->ranges);
	tw_free(owners);
}

static int64_t find_match(const struct tw__owners *owners, uint32_t kind,
			  const char *text, tw_time at)
{
	char key[TW_CALL_TEXT_MAX + 16];
	const struct tw__version *exact;
	const struct range *best = NULL;

	if (!text || !*text ||
	    (!owners->matches.count && !owners->range_count))
		return 0;
	exact = tw__versions_at(&owners->matches, match_key(key, kind, text),
				at);
	if (exact)
		return exact->id;
	for (size_t i = 0; i < owners->range_count; i++) {
		const struct range *r = &owners->ranges[i];

		if (r->kind != kind || at < r->from || at >= r->to ||
		    !tw__match_covers(&r->match, "", text))
			continue;
		/* the narrower range says more about this one */
		if (!best || r->match.to - r->match.from <
		    best->match.to - best->match.from)
			best = r;
	}
	return best ? best->department : 0;
}

static bool is_short(const char *text)
{
	return strlen(text) <= SHORT_NUMBER && tw__digits_only(text);
}

/* A number of the call that was looked up: whose it is is asked again, once
 * the direction is found. */
struct seen {
	const char *digits;
	const struct tw__version *number;
};

static const struct tw__version *look_up(struct seen *seen,
					 const struct tw__owners *owners,
					 const char *digits, tw_time at)
{
	if (seen->digits != digits) {
		seen->digits = digits;
		seen->number = tw__versions_at(&owners->numbers, digits, at);
	}
	return seen->number;
}

/* In the directory, by a match, or because the record says so. */
static bool is_ours(struct seen *seen, const struct tw__owners *owners,
		    const struct tw__call *call, const char *number)
{
	tw_time at = call->cdr.start;

	return is_short(number) || look_up(seen, owners, number, at) ||
		(*number && strcmp(call->own_number, number) == 0) ||
		find_match(owners, MATCH_NUMBER, number, at);
}

/* Who carried it is who took it outside, to 118 as to any other number. */
static bool stays_inside(const tw_cdr *cdr)
{
	return (!cdr->trunk || !*cdr->trunk) &&
		(!cdr->carrier || !*cdr->carrier);
}

static uint32_t find_direction(struct seen *seen,
			       const struct tw__owners *owners,
			       const struct tw__call *call)
{
	const tw_cdr *cdr = &call->cdr;

	if (cdr->direction)
		return cdr->direction;
	if (cdr->leg > 1)
		return TW_DIRECTION_FORWARD;
	/* a call between two of our numbers costs money on the way out */
	if (is_ours(seen, owners, call, call->caller)) {
		if (is_short(call->callee) && stays_inside(cdr))
			return TW_DIRECTION_INTERNAL;
		return TW_DIRECTION_OUTBOUND;
	}
	return is_ours(seen, owners, call, call->callee) ?
		TW_DIRECTION_INBOUND : TW_DIRECTION_OUTBOUND;
}

static const char *own_number(const struct tw__call *call)
{
	if (*call->own_number)
		return call->own_number;
	switch (call->direction) {
	case TW_DIRECTION_INBOUND:
		return call->callee;
	case TW_DIRECTION_OUTBOUND:
		return call->caller;
	default:
		return "";
	}
}

static void find_extension(struct tw__call *call)
{
	const char *from = "";

	if (*call->extension)
		return;
	if (call->direction == TW_DIRECTION_OUTBOUND ||
	    call->direction == TW_DIRECTION_INTERNAL)
		from = call->caller;
	else if (call->direction == TW_DIRECTION_INBOUND)
		from = call->callee;
	if (is_short(from))
		memcpy(call->extension, from, strlen(from) + 1);
}

static void find_carrier(const struct tw__owners *owners,
			 struct tw__call *call,
			 const struct tw__version *number)
{
	const tw_cdr *cdr = &call->cdr;
	const struct tw__version *trunk = NULL;

	call->trunk = call->carrier = 0;
	if (cdr->trunk && *cdr->trunk)
		trunk = tw__versions_near(&owners->trunks, cdr->trunk,
					  cdr->start);
	if (trunk)
		call->trunk = trunk->id;
	call->carrier_named = cdr->carrier && *cdr->carrier;
	if (call->carrier_named)
		call->carrier = tw__owners_carrier(owners, cdr->carrier,
						   cdr->start);
	else if (call->direction == TW_DIRECTION_INTERNAL)
		return;
	else if (trunk)
		call->carrier = trunk->ref[0];
	else if (number && call->direction == TW_DIRECTION_INBOUND)
		call->carrier = number->ref[0];
}

/* A name that nobody declared says nothing: what fits next decides, and the
 * name is kept with the call. */
static int64_t find_named(const struct tw__owners *owners, const tw_cdr *cdr)
{
	const struct tw__version *named;

	if (!cdr->department || !*cdr->department)
		return 0;
	named = tw__versions_near(&owners->departments, cdr->department,
				  cdr->start);
	return named ? named->id : 0;
}

static int64_t find_department(const struct tw__owners *owners,
			       const struct tw__call *call,
			       const struct tw__version *number,
			       const char *digits)
{
	const tw_cdr *cdr = &call->cdr;
	tw_time at = cdr->start;
	bool forward = call->direction == TW_DIRECTION_FORWARD;
	int64_t by_number = number ? number->ref[1] : 0;
	int64_t found = 0;

	if (!by_number)
		by_number = find_match(owners, MATCH_NUMBER, digits, at);
	if (forward)
		found = by_number;
	if (!found)
		found = find_match(owners, MATCH_ACCOUNTCODE,
				   cdr->accountcode, at);
	if (!found)
		found = find_match(owners, MATCH_EXTENSION, call->extension,
				   at);
	if (!found)
		found = by_number;
	if (!found)
		found = find_match(owners, MATCH_TRUNK, cdr->trunk, at);
	return found;
}

void tw__owners_resolve(const struct tw__owners *owners,
			struct tw__call *call)
{
	const struct tw__version *number = NULL;
	struct seen seen = { NULL, NULL };
	const char *digits;

	call->direction = find_direction(&seen, owners, call);
	call->first = call->cdr.leg <= 1 &&
		!(call->cdr.flags & (TW_CDR_ATTEMPT | TW_CDR_TWIN)) &&
		call->direction != TW_DIRECTION_FORWARD;
	find_extension(call);
	digits = own_number(call);
	if (*digits)
		number = look_up(&seen, owners, digits, call->cdr.start);
	call->number = number ? number->id : 0;
	find_carrier(owners, call, number);
	call->department = find_named(owners, &call->cdr);
	call->department_known = call->department != 0;
	if (!call->department)
		call->department = find_department(owners, call, number,
						   digits);
}

bool tw__owners_have(const struct tw__owners *owners,
		     const struct tw__call *call, const char *number)
{
	struct seen seen = { NULL, NULL };

	return is_ours(&seen, owners, call, number);
}

int64_t tw__owners_carrier(const struct tw__owners *owners, const char *name,
			   tw_time at)
{
	const struct tw__version *found =
		tw__versions_near(&owners->carriers, name, at);

	return found ? found->id : 0;
}

bool tw__owners_has_trunks(const struct tw__owners *owners)
{
	return owners->trunks.count > 0;
}

bool tw__owners_knows_trunk(const struct tw__owners *owners,
			    const char *name, size_t length)
{
	char copy[TW_CALL_TEXT_MAX + 1];

	if (!length || length > TW_CALL_TEXT_MAX)
		return false;
	memcpy(copy, name, length);
	copy[length] = '\0';
	return tw__versions_near(&owners->trunks, copy, 0) != NULL;
}
