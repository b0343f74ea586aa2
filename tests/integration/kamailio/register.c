/**
 * @file register.c  A trunk on libre, told what to do line by line
 *
 * register REGISTRAR USER PASSWORD, commands on stdin, one answer line each:
 *   start   registers           refresh  moves the clock to the next deadline
 *   stop    un-registers        and runs what is due there
 * The password is a test's, so it may stand in argv here.
 */
#include <stdio.h>
#include <string.h>
#include <re.h>
#include <trunkwise/libre.h>

struct client {
	struct sip *sip;
	tw_trunks *set;
	tw_trunk *trunk;
	tw_clock clock;
	int64_t ahead_us;          /* of the real clock */
	unsigned waits;
	struct tmr timer;
};

static int64_t ahead_h(void *arg)
{
	const tw_clock *real = tw_clock_system();

	return real->monotonic(real->arg) + ((struct client *)arg)->ahead_us;
}

static tw_time wall_h(void *arg)
{
	const tw_clock *real = tw_clock_system();

	(void)arg;
	return real->wall(real->arg);
}

/* Every 10 ms until nothing is pending, at most 5 s. */
static void poll_h(void *arg)
{
	struct client *client = arg;

	(void)tw_trunks_process(client->set, NULL);
	if (!tw_trunks_pending(client->set) || !--client->waits)
		re_cancel();
	else
		tmr_start(&client->timer, 10, poll_h, client);
}

static void run(struct client *client)
{
	client->waits = 500;
	tmr_start(&client->timer, 10, poll_h, client);
	(void)re_main(NULL);
}

static void report(const struct client *client)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	(void)tw_trunk_status_get(&status, client->trunk, NULL);
	printf("%s %d %llu %llu %s %s\n", tw_trunk_state_name(status.state),
		(int)status.sip_code,
		(unsigned long long)status.registrations,
		(unsigned long long)status.requests, status.contact_user,
		status.reason);
	(void)fflush(stdout);
}

static void refresh(struct client *client)
{
	int64_t at = tw_trunks_deadline(client->set);

	if (at != INT64_MAX && at > ahead_h(client))
		client->ahead_us += at - ahead_h(client);
	(void)tw_trunks_process(client->set, NULL);
}

static int obey(struct client *client)
{
	char line[64];
	tw_status status;

	while (fgets(line, sizeof(line), stdin)) {
		status = TW_OK;
		if (!strcmp(line, "start\n"))
			status = tw_trunk_start(client->trunk, NULL);
		else if (!strcmp(line, "stop\n"))
			status = tw_trunk_stop(client->trunk, NULL);
		else if (!strcmp(line, "refresh\n"))
			refresh(client);
		else
			return 2;
		if (status)
			return 1;
		run(client);
		report(client);
	}
	return 0;
}

static int open_stack(struct client *client, bool tcp)
{
	struct sa local;
	int err;

	err = sip_alloc(&client->sip, NULL, 16, 16, 16, "test", NULL, NULL);
	if (!err)
		err = sa_set_str(&local, "127.0.0.1", 0);
	if (!err)
		err = sip_transp_add(client->sip, tcp ? SIP_TRANSP_TCP :
			SIP_TRANSP_UDP, &local);
	return err;
}

static int open_trunk(struct client *client, char **argv)
{
	tw_trunks_options set = TW_TRUNKS_OPTIONS_INIT;
	tw_trunk_options trunk = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	client->clock.size = sizeof(client->clock);
	client->clock.wall = wall_h;
	client->clock.monotonic = ahead_h;
	client->clock.arg = client;
	set.flags = TW_TRUNKS_HOST_CLOCK;
	set.clock = &client->clock;
	trunk.name = "main";
	trunk.registrar = argv[1];
	trunk.user = argv[2];
	trunk.password = argv[3];
	trunk.password_size = strlen(argv[3]);
	trunk.expires_s = 60;
	trunk.refused_tries = 1;
	if (tw_trunks_new_attached(&client->set, client->sip, &set, &err) ||
	    tw_trunk_new(&client->trunk, client->set, &trunk, &err)) {
		(void)fprintf(stderr, "%s: %s\n", err.field, err.message);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct client client;
	int code = 1;

	memset(&client, 0, sizeof(client));
	if (argc != 4 || libre_init())
		return 2;
	if (!open_stack(&client, strstr(argv[1], "tcp") != NULL) &&
	    !open_trunk(&client, argv))
		code = obey(&client);
	tw_trunk_free(client.trunk);
	tw_trunks_free(client.set);
	mem_deref(client.sip);
	libre_close();
	return code;
}
