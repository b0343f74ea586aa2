/* Registers one trunk, says what happens to it, un-registers at Ctrl-C. */
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <trunkwise/libre.h>

static tw_trunks *trunks;
static tw_trunk *trunk;
static int stopping;

static void event_h(void *arg)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	(void)arg;
	while (tw_trunks_next_event(&event, trunks, NULL) == TW_OK) {
		printf("%s at %s: %s, next in %d s (%s)\n", event.trunk,
			event.target, tw_trunk_state_name(event.state_new),
			(int)event.next_try_s, event.reason);
		if (event.state_new == TW_TRUNK_IDLE ||
		    event.state_new == TW_TRUNK_DISABLED)
			re_cancel();
	}
	(void)fflush(stdout);
}

/* libre calls it from its loop, not from the signal; a second one leaves. */
static void signal_h(int sig)
{
	(void)sig;
	if (stopping++ || tw_trunk_stop(trunk, NULL) != TW_OK)
		re_cancel();
}

int main(int argc, char **argv)
{
	tw_trunks_options set = TW_TRUNKS_OPTIONS_INIT;
	tw_trunk_options options = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct sip *sip = NULL;
	struct sa local;
	char password[256];
	/* from a file, because every user can read argv */
	FILE *file = argc == 4 ? fopen(argv[3], "r") : NULL;

	if (!file || !fgets(password, sizeof(password), file)) {
		(void)fputs("usage: hello-trunk sip:HOST[:PORT] USER "
			"PASSWORD_FILE\n", stderr);
		return 2;
	}
	(void)fclose(file);
	options.name = "hello";
	options.registrar = argv[1];
	options.user = argv[2];
	options.password = password;
	options.password_size = strcspn(password, "\r\n");
	set.event = event_h;
	if (net_default_source_addr_get(AF_INET, &local))
		(void)sa_set_str(&local, "127.0.0.1", 0);
	if (libre_init() ||
	    sip_alloc(&sip, NULL, 16, 16, 16, "hello", NULL, NULL) ||
	    sip_transp_add(sip, SIP_TRANSP_UDP, &local))
		(void)fprintf(stderr, "no SIP stack\n");
	else if (tw_trunks_new_attached(&trunks, sip, &set, &err) ||
		 tw_trunk_new(&trunk, trunks, &options, &err) ||
		 tw_trunk_start(trunk, &err))
		(void)fprintf(stderr, "%s: %s\n", err.field, err.message);
	else
		re_main(signal_h);
	tw_trunk_free(trunk);
	tw_trunks_free(trunks);
	(void)mem_deref(sip);
	libre_close();
	return stopping ? 0 : 1;
}
