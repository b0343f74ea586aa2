/**
 * @file register.c  A trunk on libre, told what to do line by line
 *
 * register REGISTRAR USER PASSWORD [WORD...], commands on stdin, one answer
 * line each:
 *   start   registers           refresh  moves the clock to the next deadline
 *   stop    un-registers        and runs what is due there
 *   second  registers a second trunk, at second=URI
 *   tls     its TW_TLS_, target and the second that its certificate ends
 * Words: ca=FILE crl=FILE cert=FILE key=FILE dns=ADDRESS:PORT second=URI
 * no-verify.
 * The password is a test's, so it may stand in argv here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>
#include <trunkwise/libre.h>

struct client {
	struct sip *sip;
	tw_trunks *set;
	tw_trunk *trunk, *second;
	tw_trunk_options options;
	const char *second_uri;
	char *file[8];
	size_t files;
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

static bool is_underway(const tw_trunk *trunk)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	/* no answer is pending while DNS is asked */
	return trunk && !tw_trunk_status_get(&status, trunk, NULL) &&
		(status.state == TW_TRUNK_RESOLVING ||
		 status.state == TW_TRUNK_REGISTERING);
}

/* Every 10 ms until nothing is pending, at most 5 s. */
static void poll_h(void *arg)
{
	struct client *client = arg;
	bool underway;

	(void)tw_trunks_process(client->set, NULL);
	underway = tw_trunks_pending(client->set) ||
		is_underway(client->trunk) || is_underway(client->second);
	if (!underway || !--client->waits)
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

static void report_tls(const struct client *client)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	(void)tw_trunk_status_get(&status, client->trunk, NULL);
	printf("%u %s %lld\n", (unsigned)status.tls, status.target,
		(long long)status.certificate_until / 1000000);
	(void)fflush(stdout);
}

static void report(const tw_trunk *trunk)
{
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;

	(void)tw_trunk_status_get(&status, trunk, NULL);
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

static tw_status start_second(struct client *client)
{
	tw_status status;

	client->options.name = "second";
	client->options.registrar = client->second_uri;
	status = tw_trunk_new(&client->second, client->set,
		&client->options, NULL);
	return status ? status : tw_trunk_start(client->second, NULL);
}

static int obey(struct client *client)
{
	const tw_trunk *asked;
	char line[64];
	tw_status status;

	while (fgets(line, sizeof(line), stdin)) {
		status = TW_OK;
		asked = client->trunk;
		if (!strcmp(line, "tls\n")) {
			report_tls(client);
			continue;
		}
		if (!strcmp(line, "start\n"))
			status = tw_trunk_start(client->trunk, NULL);
		else if (!strcmp(line, "stop\n"))
			status = tw_trunk_stop(client->trunk, NULL);
		else if (!strcmp(line, "refresh\n"))
			refresh(client);
		else if (!strcmp(line, "second\n")) {
			status = start_second(client);
			asked = client->second;
		}
		else
			return 2;
		if (status)
			return 1;
		run(client);
		report(asked);
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

static const void *read_file(struct client *client, size_t *size,
			     const char *path)
{
	char *text = calloc(1, 65536);
	FILE *f = fopen(path, "rb");

	client->file[client->files++] = text;
	*size = text && f ? fread(text, 1, 65536, f) : 0;
	if (f)
		(void)fclose(f);
	return text;
}

/* False: nobody knows this word. */
static bool read_word(struct client *client, tw_trunks_options *set,
		      const char *word)
{
	tw_trunk_options *o = &client->options;

	if (!strncmp(word, "ca=", 3))
		o->ca = read_file(client, &o->ca_size, word + 3);
	else if (!strncmp(word, "crl=", 4))
		o->crl = read_file(client, &o->crl_size, word + 4);
	else if (!strncmp(word, "cert=", 5))
		o->cert = read_file(client, &o->cert_size, word + 5);
	else if (!strncmp(word, "key=", 4))
		o->key = read_file(client, &o->key_size, word + 4);
	else if (!strncmp(word, "dns=", 4))
		set->dns_servers = word + 4;
	else if (!strncmp(word, "second=", 7))
		client->second_uri = word + 7;
	else if (!strcmp(word, "no-verify"))
		o->flags |= TW_TRUNK_NO_VERIFY;
	else
		return false;
	return true;
}

static int open_trunk(struct client *client, char **argv)
{
	static const tw_trunk_options defaults = TW_TRUNK_OPTIONS_INIT;
	tw_trunks_options set = TW_TRUNKS_OPTIONS_INIT;
	tw_trunk_options *trunk = &client->options;
	tw_error err = TW_ERROR_INIT;

	client->clock.size = sizeof(client->clock);
	client->clock.wall = wall_h;
	client->clock.monotonic = ahead_h;
	client->clock.arg = client;
	set.flags = TW_TRUNKS_HOST_CLOCK;
	set.clock = &client->clock;
	*trunk = defaults;
	trunk->name = "main";
	trunk->registrar = argv[1];
	trunk->user = argv[2];
	trunk->password = argv[3];
	trunk->password_size = strlen(argv[3]);
	trunk->expires_s = 60;
	trunk->refused_tries = 1;
	for (argv += 4; *argv; argv++)
		if (!read_word(client, &set, *argv))
			return 2;
	if (tw_trunks_new_attached(&client->set, client->sip, &set, &err) ||
	    tw_trunk_new(&client->trunk, client->set, trunk, &err)) {
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
	if (argc < 4 || argc > 10 || libre_init())
		return 2;
	if (!open_stack(&client, strstr(argv[1], "tcp") != NULL) &&
	    !open_trunk(&client, argv))
		code = obey(&client);
	tw_trunk_free(client.second);
	tw_trunk_free(client.trunk);
	tw_trunks_free(client.set);
	mem_deref(client.sip);
	while (client.files)
		free(client.file[--client.files]);
	libre_close();
	return code;
}
