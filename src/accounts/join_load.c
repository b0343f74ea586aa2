/**
 * @file src/accounts/join_load.c  What two sources have told of a month
 *
 * Decides which stored records of two sources are looked at for being one
 * call: those of the month and as far beyond its ends as clocks may differ.
 * Refuses to pair them (pair.c).
 */
#include <string.h>
#include "join.h"
#include "rating/deck.h"

/* Those in pairs too, whichever of the two is counted meanwhile: the ambiguous
 * are asked again, the joined say how far the clocks are apart. */
#define IN_PAIR(side) "EXISTS (SELECT 1 FROM call_pair p " \
	"WHERE p.parted = 0 AND p." #side "_us = c.start_us " \
	"AND p." #side "_key = c.key)"
#define SELECT_TOLD "SELECT c.start_us, c.key, c.batch, c.direction, " \
	"c.duration_us, c.answer_after_us, CASE WHEN c.direction = 2 " \
	"THEN a.digits ELSE b.digits END, (SELECT name FROM number n " \
	"WHERE n.id = c.number ORDER BY valid_from DESC LIMIT 1), " \
	"EXISTS (SELECT 1 FROM call_alone x WHERE x.start_us = c.start_us " \
	"AND x.key = c.key AND x.batch = c.batch AND x.other = ?4 " \
	"AND x.over_us = 0) FROM call c JOIN marks m ON m.id = c.marks " \
	"LEFT JOIN identity a ON a.id = c.caller " \
	"LEFT JOIN identity b ON b.id = c.callee " \
	"WHERE c.start_us >= ?1 AND c.start_us < ?2 AND c.undone = 0 " \
	"AND c.direction <> 4 AND m.source = ?3 " \
	"AND (c.leg > 0 OR c.leg = -2 OR " IN_PAIR(first) \
	" OR " IN_PAIR(second) ") " \
	"ORDER BY c.start_us, c.key"

static uint64_t digits_of(const char *text)
{
	uint64_t value = 0;

	if (strlen(text) > 15 || !tw__str_u64(&value, tw__str_of(text)))
		return 0;
	return value;
}

static tw_status add_told(struct tw__told_side *side,
			  const struct tw__joining *j, struct tw_stmt *stmt,
			  tw_error *err)
{
	size_t n = side->count;

	if (tw__grow((void **)&side->told, &side->capacity[0], n + 1,
		     sizeof(*side->told)) ||
	    tw__grow((void **)&side->seen, &side->capacity[1], n + 1,
		     sizeof(*side->seen)))
		return tw__fail_oom(err);
	side->told[n].start = tw__col_i64(stmt, 0);
	side->told[n].key = tw__col_i64(stmt, 1);
	side->told[n].batch = tw__col_i64(stmt, 2);
	side->told[n].in_month = side->told[n].start >= j->from &&
		side->told[n].start < j->to;
	side->seen[n].start = side->told[n].start;
	side->seen[n].inbound = tw__col_i64(stmt, 3) == TW_DIRECTION_INBOUND;
	side->seen[n].duration_us = tw__col_i64(stmt, 4);
	side->seen[n].twin = 0;
	side->told[n].gone = false;
	side->seen[n].answered = !tw__col_is_null(stmt, 5);
	side->seen[n].remote = digits_of(tw__col_text(stmt, 6));
	side->seen[n].own = digits_of(tw__col_text(stmt, 7));
	side->seen[n].alone = tw__col_i64(stmt, 8) != 0;
	side->count++;
	return TW_OK;
}

/* Partners of a month's calls may lie beyond its ends. */
static tw_status load_side(struct tw__joining *j, int which, tw_error *err)
{
	const char *source = which ? j->options.second : j->options.first;
	int64_t reach = (int64_t)(j->options.offset_max_s +
				  j->options.window_s) * TW_SECOND;
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store, SELECT_TOLD, err);

	if (status)
		return status;
	tw__bind_i64(stmt, 1, j->from - reach);
	tw__bind_i64(stmt, 2, j->to + reach);
	tw__bind_text(stmt, 3, source);
	tw__bind_text(stmt, 4, which ? j->options.first : j->options.second);
	while ((status = tw__step(stmt, err)) == TW_OK) {
		status = add_told(&j->side[which], j, stmt, err);
		if (status) {
			tw__reset(stmt);
			return status;
		}
	}
	return status == TW_ITER_END ? TW_OK : status;
}

static tw_status check_source(struct tw__joining *j, const char *source,
			      const char *field, tw_error *err)
{
	struct tw_stmt *stmt;
	tw_status status = tw__stmt(&stmt, j->store,
		"SELECT 1 FROM marks WHERE source = ? LIMIT 1", err);

	if (status)
		return status;
	tw__bind_text(stmt, 1, source);
	status = tw__step(stmt, err);
	tw__reset(stmt);
	return status != TW_ITER_END ? status :
		tw__fail_at(err, TW_ENOTFOUND, 0, field, "no call is of "
			    "source '%.80s'; see --source of cdr import",
			    source);
}

tw_status tw__join_load(struct tw__joining *j, tw_error *err)
{
	tw_status status = check_source(j, j->options.first, "first", err);

	if (!status)
		status = check_source(j, j->options.second, "second", err);
	for (int i = 0; i < 2 && !status; i++)
		status = load_side(j, i, err);
	return status ? status : tw__helds_load(&j->helds, j->side, j->store,
						err);
}

void tw__join_unload(struct tw__joining *j)
{
	tw__helds_free(&j->helds);
	for (int i = 0; i < 2; i++) {
		tw_free(j->side[i].told);
		tw_free(j->side[i].seen);
		memset(&j->side[i], 0, sizeof(j->side[i]));
	}
}
