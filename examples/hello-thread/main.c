/* Managed: a thread of the library's own registers; this program has a loop
 * of its own, here poll(), and neither knows libre nor SIP. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <trunkwise/trunk.h>

static volatile sig_atomic_t stopping;

static void signal_h(int sig)
{
	(void)sig;
	stopping = 1;
}

/* All that has happened. False once the trunk is out. */
static int show_events(tw_trunks *trunks)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	int on = 1;

	while (tw_trunks_next_event(&event, trunks, NULL) == TW_OK) {
		printf("%s at %s: %s, next in %d s (%s)\n", event.trunk,
			event.target, tw_trunk_state_name(event.state_new),
			(int)event.next_try_s, event.reason);
		if (event.state_new == TW_TRUNK_REMOVED)
			on = 0;
	}
	(void)fflush(stdout);
	return on;
}

static void run(tw_trunks *trunks, tw_trunk *trunk)
{
	struct pollfd fd = { tw_trunks_fd(trunks), POLLIN, 0 };

	for (;;) {
		/* a signal wakes poll() too; other descriptors go beside */
		(void)poll(&fd, 1, 1000);
		if (stopping && trunk) {
			(void)tw_trunk_remove(trunk, NULL);
			trunk = NULL;
		}
		if (!show_events(trunks))
			return;
	}
}

int main(int argc, char **argv)
{
	tw_trunk_options options = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunks *trunks = NULL;
	tw_trunk *trunk;
	char password[256];
	/* from a file, because every user can read argv */
	FILE *file = argc == 4 ? fopen(argv[3], "r") : NULL;

	if (!file || !fgets(password, sizeof(password), file)) {
		(void)fputs("usage: hello-thread sip:HOST[:PORT] USER "
			"PASSWORD_FILE\n", stderr);
		return 2;
	}
	(void)fclose(file);
	options.name = "hello";
	options.registrar = argv[1];
	options.user = argv[2];
	options.password = password;
	options.password_size = strcspn(password, "\r\n");
	(void)signal(SIGINT, signal_h);
	(void)signal(SIGTERM, signal_h);
	if (tw_trunks_new_managed(&trunks, NULL, &err) ||
	    tw_trunk_new(&trunk, trunks, &options, &err) ||
	    tw_trunk_start(trunk, &err)) {
		(void)fprintf(stderr, "%s: %s\n", err.field, err.message);
		tw_trunks_free(trunks);
		return 1;
	}
	run(trunks, trunk);
	tw_trunks_free(trunks);
	return 0;
}
