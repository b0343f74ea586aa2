/* Memory runs out at any allocation, of the library or of SQLite, while a
 * store is opened, copied, asked and told what it refuses: see oom.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"
#include "oom_world.h"

static tw_status play_open(struct stage *stage, tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store = NULL;
	tw_status status;

	options.clock = &oom_clock;
	options.flags = TW_STORE_READONLY;
	status = tw_store_open(&store, stage->path, &options, err);
	tw_store_free(store);
	return status;
}

static tw_status play_create(struct stage *stage, tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_store *store = NULL;
	char path[160];
	tw_status status;

	snprintf(path, sizeof(path), "%s/new.db", stage->dir);
	options.clock = &oom_clock;
	options.flags = TW_STORE_CREATE;
	status = tw_store_open(&store, path, &options, err);
	if (!status)
		oom_say(stage, "schema %u\n", (unsigned)
			tw_store_schema(store));
	tw_store_free(store);
	return status;
}

static tw_status play_verify(struct stage *stage, tw_error *err)
{
	tw_verdict verdicts[64];
	uint32_t count = 64;
	tw_status status = tw_store_verify(verdicts, &count, stage->store,
					   err);

	for (uint32_t i = 0; !status && i < count; i++)
		oom_say(stage, "%s %u %s\n", verdicts[i].invariant,
			(unsigned)verdicts[i].holds, verdicts[i].detail);
	return status;
}

static tw_status play_report(struct stage *stage, tw_error *err)
{
	static const uint32_t by[] = { TW_BY_DEPARTMENT, TW_BY_CITY |
		TW_BY_CARRIER | TW_BY_DIRECTION, TW_BY_NUMBER |
		TW_BY_DESTINATION | TW_BY_CONTRACT, TW_BY_DEPARTMENT };
	static const uint32_t per[] = { TW_PER_MONTH, TW_PER_RANGE,
		TW_PER_DAY, TW_PER_WEEK };
	tw_status status = TW_OK;

	for (size_t i = 0; !status && i < TW_ARRAY_COUNT(by); i++) {
		tw_report_options options = TW_REPORT_OPTIONS_INIT;
		tw_expense_row row = TW_EXPENSE_ROW_INIT;
		tw_expenses *rows = NULL;

		options.by = by[i];
		options.per = per[i];
		options.from = "2026-10";
		options.to = "2026-11";
		if (i == 0)
			options.compare = TW_COMPARE_PREVIOUS |
				TW_COMPARE_BUDGET;
		status = tw_report_make(&rows, stage->store, &options, err);
		while (!status && !tw_expenses_next(&row, rows, err))
			oom_say(stage, "%s/%s/%s/%s/%s/%s %s %" PRId64 " %"
				PRId64 "\n", row.department, row.city,
				row.carrier, row.number, row.destination,
				row.contract, row.period, row.total.nanos,
				row.difference.nanos);
		tw_expenses_free(rows);
	}
	return status;
}

static tw_status add_lists(struct stage *stage, int which, tw_error *err)
{
	tw_listing_row row = TW_LISTING_ROW_INIT;
	tw_listing *list = NULL;
	tw_store *s = stage->store;
	tw_status status = which == 0 ? tw_unrated_list(&list, s, err) :
		which == 1 ? tw_directory_suggest(&list, s, err) :
		which == 2 ? tw_import_list(&list, s, err) :
		which == 3 ? tw_import_rejects(&list, s, 0, err) :
		which == 4 ? tw_missed_list(&list, s, "2026-10", err) :
		which == 5 ? tw_period_seals(&list, s, err) :
		tw_open_calls(&list, s, err);

	while (!status && !tw_listing_next(&row, list, err))
		oom_say(stage, "%s %s %s %" PRIu64 "\n", row.key, row.kind,
			row.detail, row.calls);
	tw_listing_free(list);
	return status;
}

static tw_status play_lists(struct stage *stage, tw_error *err)
{
	tw_status status = TW_OK;

	for (int i = 0; !status && i < 7; i++)
		status = add_lists(stage, i, err);
	return status;
}

static tw_status play_papers(struct stage *stage, tw_error *err)
{
	tw_journal_row row = TW_JOURNAL_ROW_INIT;
	tw_invoiced_row part = TW_INVOICED_ROW_INIT;
	tw_traffic_row people = TW_TRAFFIC_ROW_INIT;
	tw_traffic_options options = TW_TRAFFIC_OPTIONS_INIT;
	tw_journal_lines *lines = NULL;
	tw_invoiced *invoiced = NULL;
	tw_traffic *traffic = NULL;
	tw_status status = tw_journal_open(&lines, stage->store, "2026-10",
					   0, err);

	while (!status && !tw_journal_next(&row, lines, err))
		oom_say(stage, "%s %s %s %" PRId64 "\n", row.department,
			row.payee, row.kind, row.net.nanos);
	tw_journal_free(lines);
	if (!status)
		status = tw_report_invoiced(&invoiced, stage->store,
					    "2026-10", err);
	while (!status && !tw_invoiced_next(&part, invoiced, err))
		oom_say(stage, "%s %s %" PRId64 "\n", part.department,
			part.payee, part.gross.nanos);
	tw_invoiced_free(invoiced);
	options.month = "2026-10";
	if (!status)
		status = tw_report_traffic(&traffic, stage->store, &options,
					   err);
	while (!status && !tw_traffic_next(&people, traffic, err))
		oom_say(stage, "%s %" PRIu64 " %s\n", people.name,
			people.offered, people.campaigns);
	tw_traffic_free(traffic);
	return status;
}

static tw_status play_prices(struct stage *stage, tw_error *err)
{
	tw_price_options options = TW_PRICE_OPTIONS_INIT;
	tw_price_change change = TW_PRICE_CHANGE_INIT;
	tw_tariff_month month = TW_TARIFF_MONTH_INIT;
	tw_price_changes *changes = NULL;
	tw_pots *pots = NULL;
	char *text = NULL;
	tw_status status;

	options.tariff = "annex";
	status = tw_tariff_changes(&changes, stage->store, &options, err);
	while (!status && !tw_price_changes_next(&change, changes, err))
		oom_say(stage, "%s %" PRId64 " %" PRIu64 "\n", change.prefix,
			change.new_price_nanos, change.calls);
	tw_price_changes_free(changes);
	if (!status)
		status = tw_tariff_total(&month, &pots, stage->store,
					 "annex", "2026-10", err);
	if (!status)
		oom_say(stage, "%" PRId64 " %" PRId64 "\n",
			month.total.nanos, month.shortfall.nanos);
	tw_pots_free(pots);
	if (!status)
		status = tw_call_explain(&text, stage->store, "c4", "ru",
					 err);
	if (!status)
		oom_say(stage, "%.1900s\n", text);
	tw_free(text);
	return status;
}

static tw_status play_backup(struct stage *stage, tw_error *err)
{
	char path[160], *kept = NULL, *says = NULL;
	tw_status status;

	snprintf(path, sizeof(path), "%s/backup.db", stage->dir);
	status = tw_store_backup(stage->store, path, TW_STORE_FORCE, err);
	if (!status)
		status = tw_store_check(&says, path, err);
	if (!status)
		oom_say(stage, "[%s]\n", says);
	tw_free(says);
	tw_free(kept);
	return status;
}

static tw_status play_restore(struct stage *stage, tw_error *err)
{
	char path[160], copy[320], *kept = NULL;
	tw_status status;
	FILE *file;

	snprintf(path, sizeof(path), "%s/restored.db", stage->dir);
	snprintf(copy, sizeof(copy), "cp %s %s/from.db", stage->path,
		 stage->dir);
	assert_int_equal(system(copy), 0);
	snprintf(copy, sizeof(copy), "%s/from.db", stage->dir);
	status = tw_store_restore(&kept, path, copy, err);
	file = fopen(path, "rb");
	/* the whole of it, or nothing of that name */
	if (!status != (file != NULL))
		oom_fail("restored: %d, but the file is %s", status,
			 file ? "there" : "not there");
	if (file)
		fclose(file);
	tw_free(kept);
	return status;
}

/* Files that are refused whole, with a list of why. */
static tw_status play_refused(struct stage *stage, tw_error *err)
{
	static const char matches[] = "match_kind,match,department,city,from,"
		"to\nextension,200-2,Ufa,Ufa,,\nfloor,300,Perm,Perm,,\n";
	static const char rates[] = "date,currency,to,rate\n2026-10-06,USD,"
		"RUB,x\n2026-10-32,USD,RUB,1\n";
	tw_numbering_source source = TW_NUMBERING_SOURCE_INIT;
	tw_counts a = TW_COUNTS_INIT, b = a, c = a;
	tw_status status = tw_directory_import(&a, NULL, stage->store,
		matches, strlen(matches), NULL, err);

	if (!status)
		status = tw_exchange_import(&b, NULL, stage->store, rates,
					    strlen(rates), err);
	source.name = "bad.csv";
	source.data = "code,from,to,operator,region,city\n7843,9,1,A,B,C\n";
	source.data_size = strlen(source.data);
	if (!status)
		status = tw_numbering_import(&c, NULL, NULL, stage->store,
					     &source, 1, err);
	if (!status)
		status = oom_sheet(stage->store, SHEET "79,M,x,RUB,,,1,1,0,,\n"
			"79a,M,1,RUB,,,1,1,0,,\n7,M,1,RUB,,,1,1,0,,\n7,M,2,"
			"RUB,,,1,1,0,,\n", TW_TARIFF_FULL, NULL, err);
	if (!status)
		oom_say(stage, "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			a.rows_rejected, b.rows_rejected, c.rows_rejected);
	return status;
}

/* ---- a call before it is made: `call preview`, `call route` ---- */

static tw_status enter_first(struct stage *stage, tw_directory *directory,
			     tw_engine *engine, tw_error *err)
{
	tw_call_options call = TW_CALL_OPTIONS_INIT;
	tw_decision d = TW_DECISION_INIT;
	tw_arrival arrival = TW_ARRIVAL_INIT;
	tw_row row = { 0 };
	tw_call_id id = { 0 };
	tw_status status = tw_directory_next(&row, directory, "number", err);

	arrival.caller = "79161234567";
	if (!status)
		arrival.number = tw_row_text(directory, row, "number");
	if (!status)
		status = tw_directory_call(&call, directory, engine, &arrival,
					   err);
	if (!status)
		status = tw_call_enter_as(&id, engine, &call, OOM_NOW, err);
	for (int i = 0; !status && i < 8; i++) {
		while ((status = tw_engine_next(&d, engine, err)) == TW_OK)
			oom_say(stage, "%u %s\n", (unsigned)d.kind,
				tw_target_name(engine, d.target));
		if (status == TW_ITER_END)
			status = tw_engine_deadline(engine) == TW_TIME_MAX ?
				TW_OK : tw_engine_tick(engine,
				tw_engine_deadline(engine), err);
	}
	return status;
}

/* Whatever is said about the call is an answer; only memory is a failure. */
static tw_status ask_router(struct stage *stage, tw_router *router,
			    const char *number, tw_error *err)
{
	tw_route_request request = TW_ROUTE_REQUEST_INIT;
	tw_route_candidate ways[16];
	tw_route_rule rules[16] = { TW_ROUTE_RULE_INIT };
	tw_route_way left[16] = { TW_ROUTE_WAY_INIT };
	uint32_t count = 16, asked = 16, others = 16;
	tw_status status;

	ways[0] = (tw_route_candidate)TW_ROUTE_CANDIDATE_INIT;
	request.number = number;
	request.department = "Kazan";
	request.at = OOM_NOW;
	status = tw_router_decide(ways, &count, router, &request, err);
	if (status == TW_ENOPRICE || status == TW_EREFUSED)
		status = TW_OK;
	if (!status)
		status = tw_router_rules(rules, &asked, router, &request,
					 ways[0].trunk, err);
	if (!status)
		status = tw_router_ways(left, &others, router, &request, err);
	for (uint32_t i = 0; !status && i < count; i++)
		oom_say(stage, "%s %s %" PRId64 " of %u rules %u ways\n",
			ways[i].trunk, ways[i].reason,
			ways[i].expected.nanos, asked, others);
	return status;
}

static tw_status play_preview(struct stage *stage, tw_error *err)
{
	tw_directory *directory = NULL;
	tw_engine *engine = NULL;
	tw_router *router = NULL;
	tw_status status = tw_directory_open(&directory, stage->store,
					     OOM_NOW, err);

	if (!status)
		status = tw_directory_engine(&engine, directory, NULL, err);
	if (!status)
		status = enter_first(stage, directory, engine, err);
	if (!status)
		status = tw_directory_router(&router, directory,
					     stage->store, err);
	if (!status)
		status = ask_router(stage, router, "78432991122", err);
	if (!status)
		status = ask_router(stage, router, "112", err);
	tw_router_free(router);
	tw_engine_free(engine);
	tw_directory_free(directory);
	return status;
}

/* ---- the sweep ---- */

static const struct scene scenes[] = {
	{ "open", oom_set_calls, play_open, OOM_READS | OOM_OPENS },
	{ "create", NULL, play_create, OOM_READS | OOM_OPENS },
	{ "verify", oom_set_sealed, play_verify, OOM_READS },
	{ "report expenses", oom_set_closed, play_report, OOM_READS },
	{ "lists", oom_set_sealed, play_lists, OOM_READS },
	{ "journal, invoiced, calls", oom_set_closed, play_papers, OOM_READS },
	{ "tariff changes", oom_set_dearer, play_prices, OOM_READS },
	{ "preview and route", oom_set_cities, play_preview, OOM_READS },
	{ "backup", oom_set_calls, play_backup, OOM_READS | OOM_FILES },
	{ "restore", oom_set_calls, play_restore,
		OOM_READS | OOM_OPENS | OOM_FILES },
	{ "refused files", oom_set_calls, play_refused, OOM_READS },
};

int main(void)
{
	return oom_main(scenes, TW_ARRAY_COUNT(scenes), oom_world_begin, 3,
			30);
}
