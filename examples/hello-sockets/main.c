/* Sans-I/O: your socket, your clock, your loop; the machine is told what came
 * and says what to send. No thread, no libre: libtrunkwise alone. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <trunkwise/trunk.h>

struct host {
	tw_registration *registration;
	int socket;
	int ended;
};

static volatile sig_atomic_t stopping;

static void signal_h(int sig)
{
	(void)sig;
	stopping = 1;
}

static int64_t now(void)
{
	const tw_clock *clock = tw_clock_system();

	return clock->monotonic(clock->arg);
}

/* One socket, connected: the kernel then says which address it speaks from,
 * and only the registrar is heard. */
static int open_socket(struct host *host, tw_error *err)
{
	struct sockaddr_in peer = { .sin_family = AF_INET }, local;
	socklen_t size = sizeof(local);
	const char *address;
	char text[INET_ADDRSTRLEN];
	uint32_t port;

	if (tw_registration_target(&address, &port, NULL, host->registration,
				   err))
		return -1;
	peer.sin_port = htons((uint16_t)(port ? port : 5060));
	host->socket = socket(AF_INET, SOCK_DGRAM, 0);
	if (inet_pton(AF_INET, address, &peer.sin_addr) != 1 ||
	    connect(host->socket, (struct sockaddr *)&peer, sizeof(peer)) ||
	    getsockname(host->socket, (struct sockaddr *)&local, &size)) {
		(void)snprintf(err->message, sizeof(err->message),
			"no way to \"%s\"; this example takes IPv4 addresses",
			address);
		return -1;
	}
	inet_ntop(AF_INET, &local.sin_addr, text, sizeof(text));
	return tw_registration_set_local(host->registration, text,
		ntohs(local.sin_port), err);
}

/* Does what the machine wants done. */
static void act(struct host *host)
{
	tw_registration_action action = TW_REGISTRATION_ACTION_INIT;
	const tw_trunk_event *event = &action.event;

	while (!tw_registration_next(&action, host->registration, NULL)) {
		if (action.kind == TW_ACTION_SEND) {
			if (send(host->socket, action.data, action.data_size,
				 0) < 0)
				(void)tw_registration_send_failed(
					host->registration, now(), NULL);
		}
		else if (action.kind == TW_ACTION_EVENT) {
			printf("%s at %s: %s, next in %d s (%s)\n",
				event->trunk, event->target,
				tw_trunk_state_name(event->state_new),
				(int)event->next_try_s, event->reason);
			(void)fflush(stdout);
			host->ended = event->state_new == TW_TRUNK_IDLE ||
				event->state_new == TW_TRUNK_DISABLED;
		}
		else if (action.kind == TW_ACTION_QUERY) {
			(void)tw_registration_query_failed(host->registration,
				action.query, "this example asks no DNS",
				now(), NULL);
		}
	}
}

static void run(struct host *host)
{
	struct pollfd fd = { host->socket, POLLIN, 0 };
	char packet[65536];
	int64_t wait_us;
	ssize_t size;
	int told = 0;

	act(host);
	while (!host->ended) {
		wait_us = tw_registration_deadline(host->registration) -
			now();
		if (wait_us > 1000000)
			wait_us = 1000000;
		(void)poll(&fd, 1, wait_us < 0 ? 0 :
			(int)(wait_us / 1000) + 1);
		size = recv(host->socket, packet, sizeof(packet),
			MSG_DONTWAIT);
		/* what is not ours goes to the rest of your SIP stack */
		if (size > 0)
			(void)tw_registration_receive(host->registration,
				packet, (size_t)size, now(), NULL);
		if (stopping && !told++)
			(void)tw_registration_stop(host->registration, now(),
				NULL);
		(void)tw_registration_tick(host->registration, now(), NULL);
		act(host);
	}
}

int main(int argc, char **argv)
{
	tw_trunk_options options = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct host host = { NULL, -1, 0 };
	char password[256];
	/* from a file, because every user can read argv */
	FILE *file = argc == 4 ? fopen(argv[3], "r") : NULL;
	int code = 1;

	if (!file || !fgets(password, sizeof(password), file)) {
		(void)fputs("usage: hello-sockets sip:ADDRESS[:PORT] USER "
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
	if (tw_registration_new(&host.registration, &options, NULL, &err) ||
	    open_socket(&host, &err) ||
	    tw_registration_start(host.registration, now(), &err)) {
		(void)fprintf(stderr, "%s: %s\n", err.field, err.message);
	}
	else {
		run(&host);
		code = 0;
	}
	tw_registration_free(host.registration);
	if (host.socket >= 0)
		(void)close(host.socket);
	return code;
}
