/* Memory runs out at any allocation, of the library or of SQLite, while a
 * store is written to: see oom.h for what must hold then. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "oom_world.h"

static tw_status play_apply(struct stage *stage, tw_error *err)
{
	return oom_apply(stage->store, &oom_cities,
			 "2026-01-01T00:00:00+03:00", err);
}

static tw_status play_sheet(struct stage *stage, tw_error *err)
{
	tw_tariff_diff diff = TW_TARIFF_DIFF_INIT;
	char *text = oom_text("examples/nine-cities/carrier-a.csv");
	tw_status status = oom_sheet(stage->store, text, TW_TARIFF_PARTIAL,
				     &diff, err);

	if (!status)
		oom_say(stage, "%" PRIu64 " new %" PRIu64 " same\n",
			diff.fresh, diff.unchanged);
	free(text);
	return status;
}

static tw_status play_file(struct stage *stage, const char *preset,
			   const char *name, tw_error *err)
{
	char path[96], *text;
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status;

	snprintf(path, sizeof(path), "tests/fixtures/records/%s", name);
	text = oom_text(path);
	status = oom_import(&counts, stage->store, preset, preset, text, err);
	if (!status)
		oom_say(stage, "%" PRIu64 " stored %" PRIu64 " refused\n",
			counts.rows_stored, counts.rows_rejected);
	free(text);
	return status;
}

static tw_status play_asterisk(struct stage *stage, tw_error *err)
{
	return play_file(stage, "asterisk", "asterisk-freepbx.csv", err);
}

static tw_status play_freeswitch(struct stage *stage, tw_error *err)
{
	return play_file(stage, "freeswitch_xml", "freeswitch_xml.xml", err);
}

static tw_status play_json(struct stage *stage, tw_error *err)
{
	return play_file(stage, "freeswitch_json", "freeswitch_json.json",
			 err);
}

static tw_status play_mango(struct stage *stage, tw_error *err)
{
	return play_file(stage, "mango", "mango.csv", err);
}

static tw_status play_native(struct stage *stage, tw_error *err)
{
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status = oom_import(&counts, stage->store, "native", "late",
		CALLS "l1,2026-10-05T15:00:00+03:00,90,78432000001,"
		"79161234500,,,outbound\nl2,2026-11-05T15:00:00+03:00,30,"
		"73472000002,79161234500,,,outbound\nl3,2026-11-06T15:00:00"
		"+03:00,x,73472000002,79161234500,,,outbound\nl2,2026-11-05"
		"T15:00:00+03:00,31,73472000002,79161234500,,,outbound\n",
		err);

	if (!status)
		oom_say(stage, "%" PRIu64 " stored %" PRIu64 " refused %"
			PRIu64 " conflict\n", counts.rows_stored,
			counts.rows_rejected, counts.conflicts);
	return status;
}

static tw_status play_undo(struct stage *stage, tw_error *err)
{
	return tw_import_undo(stage->store, 2, err);
}

static tw_status play_rerate(struct stage *stage, tw_error *err)
{
	tw_rerate_options options = TW_RERATE_OPTIONS_INIT;
	tw_rerate result = TW_RERATE_INIT;
	tw_listing *list = NULL;
	tw_status status;

	options.month = "2026-10";
	status = tw_cdr_rerate(&result, &list, stage->store, &options, err);
	tw_listing_free(list);
	if (!status)
		oom_say(stage, "%" PRIu64 " changed\n", result.changed);
	return status;
}

static tw_status play_join(struct stage *stage, tw_error *err)
{
	tw_join_options options = TW_JOIN_OPTIONS_INIT;
	tw_join result = TW_JOIN_INIT;
	tw_listing *list = NULL;
	tw_status status;

	options.month = "2026-10";
	options.first = "pbx";
	options.second = "carrier";
	status = tw_cdr_join(&result, &list, stage->store, &options, err);
	tw_listing_free(list);
	if (!status)
		oom_say(stage, "%" PRIu64 " joined\n", result.joined);
	return status;
}

static tw_status play_close(struct stage *stage, tw_error *err)
{
	uint64_t postings = 0;
	tw_status status = tw_period_close(&postings, stage->store,
					   "2026-10", err);

	if (!status)
		oom_say(stage, "%" PRIu64 " postings\n", postings);
	return status;
}

static tw_status play_accrue(struct stage *stage, tw_error *err)
{
	uint64_t postings = 0;
	tw_status status = tw_ledger_accrue(&postings, stage->store,
					    "2026-11", err);

	if (!status)
		oom_say(stage, "%" PRIu64 " postings\n", postings);
	return status;
}

static tw_status play_seal(struct stage *stage, tw_error *err)
{
	uint64_t days = 0;
	tw_status status = tw_period_seal(&days, stage->store, err);

	if (!status)
		oom_say(stage, "%" PRIu64 " days\n", days);
	return status;
}

static tw_status play_invoice(struct stage *stage, tw_error *err)
{
	tw_invoice_entry entry = TW_INVOICE_ENTRY_INIT;
	uint64_t id;

	entry.number = "17";
	entry.carrier = "carrier";
	entry.date = "2026-11-05";
	entry.month = "2026-10";
	entry.net = "100.00";
	entry.vat = "22.00";
	entry.gross = "122.00";
	return tw_invoice_enter(&id, stage->store, &entry, err);
}

static tw_status play_erase(struct stage *stage, tw_error *err)
{
	tw_erasure erasure = TW_ERASURE_INIT;
	tw_listing *list = NULL;
	tw_status status = tw_privacy_erase(&erasure, &list, stage->store,
					    "79161234567", 0, err);

	tw_listing_free(list);
	if (!status)
		oom_say(stage, "%" PRIu64 " calls\n", erasure.calls);
	return status;
}

static tw_status play_matches(struct stage *stage, tw_error *err)
{
	static const char text[] = "match_kind,match,department,city,from,to"
		"\nextension,200-249,Ufa,Ufa,,\nextension,300,Perm,Perm,,\n";
	tw_counts counts = TW_COUNTS_INIT;

	return tw_directory_import(&counts, NULL, stage->store, text,
				   strlen(text), NULL, err);
}

static tw_status play_numbering(struct stage *stage, tw_error *err)
{
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_numbering *numbering = NULL;
	char *text = oom_text("tests/fuzz/corpus/numbering/regulator.csv");
	tw_status status;

	source.name = "regulator.csv";
	source.data = text;
	source.data_size = strlen(text);
	status = tw_numbering_import(&counts, NULL, NULL, stage->store,
				     &source, 1, err);
	if (!status)
		status = tw_numbering_open(&numbering, stage->store,
					   TW_TIME_MAX, err);
	if (!status)
		oom_say(stage, "%zu ranges\n", tw_numbering_count(numbering));
	tw_numbering_free(numbering);
	free(text);
	return status;
}

/* Sealed, read back, sealed with another key, listed. */
static tw_status play_secrets(struct stage *stage, tw_error *err)
{
	unsigned char old_key[TW_SECRET_KEY_SIZE], key[TW_SECRET_KEY_SIZE];
	tw_secret secret = TW_SECRET_INIT, again = TW_SECRET_INIT;
	tw_listing *list = NULL;
	uint64_t count = 0;
	tw_status status;

	memset(old_key, 1, sizeof(old_key));
	memset(key, 2, sizeof(key));
	memcpy(secret.bytes, "swordfish", 9);
	secret.length = 9;
	status = tw_secret_set(stage->store, "main", &secret, old_key, err);
	if (!status)
		status = tw_secret_rotate(&count, stage->store, old_key, key,
					  err);
	if (!status)
		status = tw_secret_get(&again, stage->store, "main", key,
				       err);
	if (!status)
		status = tw_secret_list(&list, stage->store, err);
	if (!status)
		oom_say(stage, "%" PRIu64 " sealed, %u bytes\n", count,
			(unsigned)again.length);
	tw_listing_free(list);
	return status;
}

/* A call that is asked for, held, extended, settled, and released. */
static tw_status call_with_budgets(struct stage *stage, tw_budgets *budgets,
				   const tw_router *router, tw_error *err)
{
	tw_call_request request = TW_CALL_REQUEST_INIT;
	tw_authorization answer = TW_AUTHORIZATION_INIT;
	tw_hold_state hold = TW_HOLD_STATE_INIT;
	tw_route_candidate ways[4] = { TW_ROUTE_CANDIDATE_INIT };
	tw_budget_state limits[4] = { TW_BUDGET_STATE_INIT };
	tw_status status;

	request.flags = TW_AUTHORIZE_HOLD;
	request.number = "79161234567";
	request.department = "Kazan";
	request.at = OOM_NOW;
	answer.candidates = ways;
	answer.candidate_count = 4;
	answer.budgets = limits;
	answer.budget_count = 4;
	status = tw_authorize(&answer, budgets, router, &request, err);
	if (!status)
		status = tw_hold_extend(&hold, budgets, answer.hold,
					50 * TW_SECOND, err);
	if (!status)
		oom_say(stage, "%s %" PRId64 " s, %u budgets\n",
			ways[0].trunk, hold.paid_s,
			(unsigned)answer.budget_count);
	if (!status)
		status = tw_hold_settle(&hold, budgets, answer.hold,
					90 * TW_SECOND, err);
	if (!status)
		status = tw_hold_release(budgets, answer.hold, err);
	return status;
}

static tw_status play_authorize(struct stage *stage, tw_error *err)
{
	tw_directory *directory = NULL;
	tw_budgets *budgets = NULL;
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_status status = tw_directory_open(&directory, stage->store,
					     OOM_NOW, err);

	if (!status)
		status = tw_directory_router(&router, directory,
					     stage->store, err);
	if (!status)
		status = tw_directory_engine(&engine, directory, NULL, err);
	if (!status)
		status = tw_budgets_open(&budgets, stage->store, OOM_NOW,
					 NULL, err);
	if (!status)
		status = call_with_budgets(stage, budgets, router, err);
	if (!status)
		status = tw_budget_step(budgets, OOM_NOW + TW_SECOND, err);
	if (!status)
		status = tw_budgets_close(budgets, OOM_NOW + TW_SECOND, err);
	tw_budgets_free(budgets);
	tw_router_free(router);
	tw_engine_free(engine);
	tw_directory_free(directory);
	return status;
}

static tw_status play_recorder(struct stage *stage, tw_error *err)
{
	tw_recorder_options options = TW_RECORDER_OPTIONS_INIT;
	tw_recorder_stats stats = TW_RECORDER_STATS_INIT;
	tw_recorder *recorder = NULL;
	tw_status status;
	char id[24];

	options.clock = &oom_clock;
	options.spool_limit = 1 << 16;
	status = tw_recorder_open(&recorder, stage->path, &options, err);
	for (int i = 0; !status && i < 3; i++) {
		tw_cdr cdr = TW_CDR_INIT;

		snprintf(id, sizeof(id), "live-%d", i);
		cdr.call_id = id;
		cdr.direction = TW_DIRECTION_OUTBOUND;
		cdr.status = TW_CALL_ANSWERED;
		cdr.flags = i == 1 ? TW_CDR_INTERIM : 0;
		cdr.start = OOM_NOW - 600 * TW_SECOND;
		cdr.answer = cdr.start + TW_SECOND;
		cdr.end = cdr.answer + 60 * TW_SECOND;
		cdr.duration_us = 60 * TW_SECOND;
		cdr.caller = "78432000001";
		cdr.callee = "79161234567";
		status = tw_recorder_add(NULL, recorder, &cdr, OOM_NOW, err);
	}
	if (!status)
		status = tw_recorder_flush(recorder, OOM_NOW, err);
	if (!status)
		status = tw_recorder_stats_get(&stats, recorder, err);
	if (!status)
		oom_say(stage, "%" PRIu64 " durable\n", stats.durable);
	tw_recorder_free(recorder);
	return status;
}

/* ---- the sweep ---- */

static const struct scene scenes[] = {
	{ "apply nine cities", NULL, play_apply, 0 },
	{ "tariff import", oom_set_office, play_sheet, 0 },
	{ "cdr import native", oom_set_closed, play_native, 0 },
	{ "cdr import asterisk", oom_set_office, play_asterisk, 0 },
	{ "cdr import freeswitch_xml", oom_set_office, play_freeswitch, 0 },
	{ "cdr import freeswitch_json", oom_set_office, play_json, 0 },
	{ "cdr import mango", oom_set_office, play_mango, 0 },
	{ "import undo", oom_set_closed, play_undo, 0 },
	{ "cdr rerate", oom_set_dearer, play_rerate, 0 },
	{ "cdr join", oom_set_calls, play_join, 0 },
	{ "period accrue", oom_set_closed, play_accrue, 0 },
	{ "period close", oom_set_calls, play_close, 0 },
	{ "period seal", oom_set_closed, play_seal, 0 },
	{ "invoice", oom_set_office, play_invoice, 0 },
	{ "privacy erase", oom_set_calls, play_erase, 0 },
	{ "directory import", oom_set_office, play_matches, 0 },
	{ "numbering import", oom_set_office, play_numbering, 0 },
	{ "sealed passwords", oom_set_office, play_secrets, OOM_STEPWISE },
	{ "authorize", oom_set_calls, play_authorize, OOM_STEPWISE },
	{ "recorder", oom_set_office, play_recorder,
		OOM_STEPWISE | OOM_OPENS | OOM_FILES },
};

int main(void)
{
	return oom_main(scenes, TW_ARRAY_COUNT(scenes), oom_world_begin, 3,
			30);
}
