/**
 * @file make_store.c  A store from lines "KEY.PATH TYPE VALUE"
 *
 * The way of a C host without Python: the same checks and the same
 * transaction as `trunkwise apply`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trunkwise.h>


static uint32_t type_of(const char *name)
{
	static const char *const names[] = { "text", "integer", "decimal",
					     "boolean", "date" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], name))
			return (uint32_t)i + 1;
	}

	return 0;
}


static tw_status fill(tw_deployment *deployment, FILE *f, tw_error *err)
{
	char line[1024], path[256], type[32];
	int at;

	while (fgets(line, sizeof(line), f)) {
		tw_status status;

		line[strcspn(line, "\r\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		at = 0;
		if (sscanf(line, "%255s %31s %n", path, type, &at) < 2 || !at)
			return TW_EPARSE;
		status = tw_deployment_set(deployment, path, type_of(type),
					   line + at, err);
		if (status)
			return status;
	}

	return TW_OK;
}


static tw_status import_tariff(tw_store *store, char *argv[], tw_error *err)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_tariff_diff diff;
	tw_counts counts = TW_COUNTS_INIT;
	static char sheet[65536];
	tw_status status;
	size_t size;
	FILE *f;

	memset(&diff, 0, sizeof(diff));
	diff.size = sizeof(diff);
	f = fopen(argv[5], "rb");
	if (!f)
		return TW_EIO;
	size = fread(sheet, 1, sizeof(sheet), f);
	fclose(f);

	options.tariff = argv[3];
	options.carrier = argv[4];
	options.file_name = "sheet.csv";
	status = tw_tariff_import_sheet(&counts, &diff, NULL, store,
					&options, sheet, size, err);
	if (!status && !counts.rows_stored)
		status = TW_EPARSE;

	return status;
}


/* STORE LINES [TARIFF CARRIER SHEET] */
int main(int argc, char *argv[])
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_deployment *deployment = NULL;
	tw_changes *changes = NULL;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_status status;
	FILE *f;

	if (argc != 3 && argc != 6)
		return 2;
	f = fopen(argv[2], "r");
	if (!f)
		return 2;

	options.flags = TW_STORE_CREATE;
	status = tw_store_open(&store, argv[1], &options, &err);
	if (!status)
		status = tw_deployment_new(&deployment, &err);
	if (!status)
		status = fill(deployment, f, &err);
	if (!status)
		status = tw_deployment_apply(&changes, deployment, store,
					     1767225600LL * TW_SECOND, 0,
					     &err);
	if (!status && argc == 6)
		status = import_tariff(store, argv, &err);
	if (status)
		fprintf(stderr, "%s: %s: %s\n", tw_status_name(status),
			err.field, err.message);

	fclose(f);
	tw_changes_free(changes);
	tw_deployment_free(deployment);
	tw_store_free(store);

	return status ? 1 : 0;
}
