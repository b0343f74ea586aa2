/**
 * @file trunk.c  Two trunks of a managed set, listening to rude people
 *
 * trunk HOST:PORT LOCAL-HOST: registers "udp" and "tcp" there, from there.
 * Prints their states, in that order, for each line on stdin; ends with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <trunkwise/trunk.h>

static tw_trunk *add(tw_trunks *set, const char *name, const char *at)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char registrar[128];
	tw_trunk *trunk;

	(void)snprintf(registrar, sizeof(registrar), "sip:%s;transport=%s",
		at, name);
	o.name = name;
	o.registrar = registrar;
	o.user = "trunk";
	o.password = "marker-secret-77c1";
	o.password_size = 18;
	if (tw_trunk_new(&trunk, set, &o, &err) ||
	    tw_trunk_start(trunk, &err)) {
		(void)fprintf(stderr, "%s: %s\n", name, err.message);
		exit(1);
	}
	return trunk;
}

static void report(const tw_trunk *trunk)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	(void)tw_trunk_status_get(&status, trunk, NULL);
	printf("%s %llu ", tw_trunk_state_name(status.state),
		(unsigned long long)status.requests);
}

int main(int argc, char **argv)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunks[2];
	tw_trunks *set;
	int c;

	if (argc != 3)
		return 2;
	o.local_host = argv[2];
	if (tw_trunks_new_managed(&set, &o, &err)) {
		(void)fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	trunks[0] = add(set, "udp", argv[1]);
	trunks[1] = add(set, "tcp", argv[1]);
	while ((c = getchar()) != EOF) {
		if (c != '\n')
			continue;
		report(trunks[0]);
		report(trunks[1]);
		printf("\n");
		(void)fflush(stdout);
	}
	tw_trunk_free(trunks[0]);
	tw_trunk_free(trunks[1]);
	tw_trunks_free(set);
	return 0;
}
