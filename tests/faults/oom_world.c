/* See oom_world.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oom_world.h"

struct deploy oom_office, oom_cities;

static void forget_deployments(void)
{
	deploy_free(&oom_office);
	deploy_free(&oom_cities);
}

void oom_world_begin(void)
{
	oom_begin();
	atexit(forget_deployments);
	deploy_read(&oom_office, TW_SOURCE_DIR "/tests/faults/oom.toml");
	deploy_read(&oom_cities, TW_SOURCE_DIR
		    "/examples/nine-cities/deployment.toml");
}

tw_status oom_apply(tw_store *store, const struct deploy *deploy,
		       const char *at, tw_error *err)
{
	tw_deployment *wanted = NULL;
	tw_changes *changes = NULL;
	tw_time t = 0;
	tw_status status = tw_time_parse(&t, at, NULL, err);

	if (!status)
		status = deploy_want(&wanted, deploy, err);
	if (!status)
		status = tw_deployment_apply(&changes, wanted, store, t, 0,
					     err);
	tw_changes_free(changes);
	tw_deployment_free(wanted);
	return status;
}

tw_status oom_sheet(tw_store *store, const char *text, uint32_t flags,
		       tw_tariff_diff *diff, tw_error *err)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;

	options.tariff = "annex";
	options.carrier = "carrier";
	options.flags = flags;
	return tw_tariff_import_sheet(&counts, diff, NULL, store, &options,
				      text, strlen(text), err);
}

tw_status oom_import(tw_counts *counts, tw_store *store,
			const char *preset, const char *source,
			const char *text, tw_error *err)
{
	tw_import_options options = TW_IMPORT_OPTIONS_INIT;
	tw_rejects *rejects = NULL;
	tw_import *import = NULL;
	tw_status status;

	options.preset = preset;
	options.zone = "Europe/Moscow";
	options.source = source;
	options.file_name = source;
	status = tw_import_new(&import, store, &options, err);
	if (!status)
		status = tw_import_file(import, text, strlen(text), err);
	if (!status)
		status = tw_import_commit(counts, &rejects, import, err);
	tw_rejects_free(rejects);
	tw_import_free(import);
	return status;
}

tw_status oom_set_office(tw_store *store, tw_error *err)
{
	static const char rates[] = "date,currency,to,rate\n"
		"2026-10-05,USD,RUB,80.5\n";
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status = oom_apply(store, &oom_office,
				 "2026-09-01T00:00:00+03:00", err);

	if (!status)
		status = oom_sheet(store, SHEET "79,Mobile,1.50,RUB,,,1,1,0,"
			"outbound,\n7843,Kazan,6.00,RUB,,,60,60,0,outbound,\n",
			TW_TARIFF_FULL, NULL, err);
	if (!status)
		status = tw_exchange_import(&counts, NULL, store, rates,
					    strlen(rates), err);
	return status;
}

tw_status oom_set_calls(tw_store *store, tw_error *err)
{
	tw_counts counts = TW_COUNTS_INIT;
	tw_status status = oom_set_office(store, err);

	if (!status)
		status = oom_import(&counts, store, "native", "pbx", CALLS
			"p1,2026-10-05T10:00:00+03:00,60,101,79161234567,101,"
			",outbound\np2,2026-10-05T11:00:00+03:00,30,102,"
			"79161234568,102,,outbound\np3,2026-10-05T12:00:00"
			"+03:00,0,79161234569,101,101,73472000002,inbound\n",
			err);
	if (!status)
		status = oom_import(&counts, store, "native", "carrier", CALLS
			"c1,2026-10-05T10:00:07+03:00,61,78432000001,"
			"79161234567,,,outbound\nc4,2026-10-06T10:00:07+03:00"
			",600,78432000001,78432991122,,,outbound\nc5,"
			"2026-10-07T10:00:07+03:00,61,78432000001,4420,,,"
			"outbound\nc6,2026-10-08T10:00:07+03:00,x,,,,,\n",
			err);
	return status;
}

tw_status oom_set_closed(tw_store *store, tw_error *err)
{
	uint64_t n;
	tw_status status = oom_set_calls(store, err);

	if (!status)
		status = tw_period_close(&n, store, "2026-10", err);
	return status;
}

tw_status oom_set_sealed(tw_store *store, tw_error *err)
{
	uint64_t n;
	tw_status status = oom_set_closed(store, err);

	if (!status)
		status = tw_period_seal(&n, store, err);
	return status;
}

tw_status oom_set_dearer(tw_store *store, tw_error *err)
{
	tw_status status = oom_set_calls(store, err);
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	static const char text[] = SHEET "79,Mobile,2.50,RUB,,,1,1,0,"
		"outbound,\n7843,Kazan,7.00,RUB,,,60,60,0,outbound,\n44,"
		"London,20.00,RUB,,,60,60,0,outbound,\n";

	options.tariff = "annex";
	options.carrier = "carrier";
	options.flags = TW_TARIFF_FULL;
	options.starts = "2026-10-02";
	if (!status)
		status = tw_tariff_import_sheet(&counts, NULL, NULL, store,
			&options, text, strlen(text), err);
	return status;
}

tw_status oom_set_cities(tw_store *store, tw_error *err)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	char *text = oom_text("examples/nine-cities/carrier-a.csv");
	tw_status status = oom_apply(store, &oom_cities,
				     "2026-01-01T00:00:00+03:00", err);

	options.tariff = "carrier-a-tariff";
	options.carrier = "carrier-a";
	options.flags = TW_TARIFF_PARTIAL;
	if (!status)
		status = tw_tariff_import_sheet(&counts, NULL, NULL, store,
			&options, text, strlen(text), err);
	free(text);
	return status;
}
