/**
 * @file main.c  The gateway as a program
 *
 * One store, one UDP address (the loopback unless told otherwise), one loop.
 * What is in force is read at start, when it changes, and at SIGHUP.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gateway.h"
#include "secret.h"

enum {
	STOP_MAX_S = 40,       /* longer than a transaction lasts */
	LOOK_MS = 10000,       /* between looks for what was applied */
};

struct program {
	const char *store_path;
	const char *name;
	const char *secrets_dir;
	const char *key;
	char *state;                   /* STORE.NAME.state */
	const char *listen;
	const char *dns;
	bool follow;
	tw_store *store;
	tw_directory *directory;
	struct clk *clk;
	struct sip *sip;
	struct dnsc *dnsc;
	struct gateway *gw;
	struct mqueue *mq;             /* of SIGHUP */
	uint64_t edition;              /* of the directory; 0: never read */
	struct tmr look_tmr;
	struct tmr stop_tmr;
	bool stopping;
};

/* libre hands a signal over without an argument. */
static struct program program = { .secrets_dir = ".",
				  .listen = "127.0.0.1:5060" };


static void log_handler(const char *line, void *arg)
{
	char stamp[40] = "";
	(void)arg;

	(void)tw_time_format(stamp, sizeof(stamp), clk_now(program.clk), NULL,
			     NULL);
	(void)fprintf(stderr, "%s %s\n", stamp, line);
}


static void usage(FILE *f)
{
	(void)fprintf(f,
		"usage: trunkwise-gateway --store STORE [--secrets DIR]\n"
		"                         [--key KEY] "
		"[--listen ADDRESS:PORT] [--name NAME]\n"
		"                         [--dns SERVERS] [--follow]\n"
		"\n"
		"  --store STORE     what `trunkwise apply` wrote\n"
		"  --secrets DIR     password_file is relative to it (.)\n"
		"  --key KEY         of passwords sealed in the store: "
		"FILE, env:NAME or\n"
		"                    credential:NAME\n"
		"  --listen A:P      UDP and TCP (127.0.0.1:5060)\n"
		"  --name NAME       of its spool beside the store "
		"(gateway)\n"
		"  --dns SERVERS     of trunks' names, ADDRESS[:PORT] "
		"by commas\n"
		"                    (the system's)\n"
		"  --follow          a phone's 302 to a number is dialled, "
		"at its department's cost\n");
}


static int parse(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "store",   required_argument, NULL, 's' },
		{ "secrets", required_argument, NULL, 'd' },
		{ "key",     required_argument, NULL, 'k' },
		{ "listen",  required_argument, NULL, 'l' },
		{ "name",    required_argument, NULL, 'n' },
		{ "dns",     required_argument, NULL, 'r' },
		{ "follow",  no_argument,       NULL, 'f' },
		{ "help",    no_argument,       NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {

		case 's': program.store_path = optarg; break;
		case 'd': program.secrets_dir = optarg; break;
		case 'k': program.key = optarg; break;
		case 'l': program.listen = optarg; break;
		case 'n': program.name = optarg; break;
		case 'r': program.dns = optarg; break;
		case 'f': program.follow = true; break;
		case 'h': usage(stdout); exit(0);
		default:  return EINVAL;
		}
	}

	return program.store_path && optind == argc ? 0 : EINVAL;
}


static void stopped(int err, void *arg)
{
	(void)err;
	(void)arg;
	re_cancel();
}


static void stop_timeout(void *arg)
{
	(void)arg;
	log_handler("not everything ended in time", NULL);
	re_cancel();
}


static void signal_handler(int sig)
{
	(void)sig;

	/* The second one does not wait for carriers. */
	if (program.stopping) {
		re_cancel();
		return;
	}
	program.stopping = true;
	tmr_cancel(&program.look_tmr);
	tmr_start(&program.stop_tmr, STOP_MAX_S * 1000, stop_timeout, NULL);
	gateway_stop(program.gw, stopped, NULL);
}


static tw_status open_store(tw_error *err)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_status status;

	/* The loop must not stand while somebody holds the lock. */
	options.lock_wait_ms = 20;
	status = tw_store_open(&program.store, program.store_path, &options,
			       err);
	if (!status)
		status = tw_directory_edition(&program.edition, program.store,
					      clk_now(program.clk), err);
	if (!status)
		status = tw_directory_open(&program.directory, program.store,
					   clk_now(program.clk), err);

	return status;
}


static int listen_error(tw_error *err, const char *what)
{
	str_ncpy(err->field, "--listen", sizeof(err->field));
	(void)re_snprintf(err->message, sizeof(err->message), "%s: %s",
			  program.listen, what);

	return EINVAL;
}


/* One interface, since carriers and phones are told this very address; libre
 * takes a port modulo 2^16. */
static int read_listen(struct sa *laddr, tw_error *err)
{
	const char *colon = strrchr(program.listen, ':');

	if (colon && !sa_decode(laddr, program.listen,
				str_len(program.listen)) &&
	    sa_isset(laddr, SA_ALL) &&
	    strtoul(colon + 1, NULL, 10) == sa_port(laddr))
		return 0;

	return listen_error(err, "not an address; write ADDRESS:PORT of one "
			    "interface, such as 127.0.0.1:5060");
}


static int open_sip(struct sa *laddr, tw_error *error)
{
	struct sa nsv[8];
	uint32_t nsn = sizeof(nsv) / sizeof(nsv[0]);
	int err;

	err = read_listen(laddr, error);
	if (err)
		return err;

	/* Numeric registrars need no resolver. */
	if (!dns_srv_get(NULL, 0, nsv, &nsn))
		(void)dnsc_alloc(&program.dnsc, NULL, nsv, nsn);

	err = sip_alloc(&program.sip, program.dnsc, 1024, 1024, 64,
			"trunkwise-gateway", NULL, NULL);
	if (!err)
		err = sip_transp_add(program.sip, SIP_TRANSP_UDP, laddr);
	if (!err)
		err = sip_transp_add(program.sip, SIP_TRANSP_TCP, laddr);
	if (err)
		(void)listen_error(error, strerror(err));

	return err;
}


/* The key is here for as long as trunks are opened. */
static int open_gateway(struct gateway_options *options, tw_error *err)
{
	unsigned char key[TW_SECRET_KEY_SIZE];
	int e;

	if (program.key && secret_key_read(key, program.key, err))
		return EINVAL;
	options->key = program.key ? key : NULL;
	e = gateway_alloc(&program.gw, options, err);
	explicit_bzero(key, sizeof(key));

	return e;
}


/* ---- another directory ---- */

static int reload_with(tw_directory *directory, tw_error *err)
{
	unsigned char key[TW_SECRET_KEY_SIZE];
	int e = 0;

	if (program.key && secret_key_read(key, program.key, err))
		return EINVAL;
	e = gateway_reload(program.gw, directory, program.key ? key : NULL,
			   err);
	explicit_bzero(key, sizeof(key));

	return e;
}


static void reload(void)
{
	tw_directory *directory = NULL;
	tw_error err = TW_ERROR_INIT;
	char line[sizeof(err.message) + sizeof(err.field) + 64];

	if (program.stopping)
		return;
	if (tw_directory_open(&directory, program.store,
			      clk_now(program.clk), &err) ||
	    reload_with(directory, &err)) {
		tw_directory_free(directory);
		(void)snprintf(line, sizeof(line), "reload: refused, nothing "
			       "changed: %s%s%s", err.field,
			       err.field[0] ? ": " : "", err.message);
		log_handler(line, NULL);
		return;
	}
	log_handler("reload: done", NULL);
}


/* One that was refused is tried again when it changes, not before. */
static void look_handler(void *arg)
{
	uint64_t edition = 0;
	(void)arg;

	tmr_start(&program.look_tmr, LOOK_MS, look_handler, NULL);
	if (tw_directory_edition(&edition, program.store,
				 clk_now(program.clk), NULL) ||
	    edition == program.edition)
		return;
	program.edition = edition;
	reload();
}


static void hup_handler(int id, void *data, void *arg)
{
	(void)id;
	(void)data;
	(void)arg;

	reload();
}


static void on_hup(int sig)
{
	(void)sig;
	(void)mqueue_push(program.mq, 0, NULL);
}


static int watch(void)
{
	struct sigaction action;
	int err;

	err = mqueue_alloc(&program.mq, hup_handler, NULL);
	if (err)
		return err;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_hup;
	action.sa_flags = SA_RESTART;
	if (sigaction(SIGHUP, &action, NULL))
		return errno;
	tmr_start(&program.look_tmr, LOOK_MS, look_handler, NULL);

	return 0;
}


static int start(tw_error *err)
{
	struct gateway_options options = {
		.secrets_dir = program.secrets_dir,
		.seed = 1,
		.log_h = log_handler,
	};
	char host[64];
	struct sa laddr;
	int e;

	e = clk_real_alloc(&program.clk);
	if (e)
		return e;
	if (open_store(err))
		return EINVAL;
	e = open_sip(&laddr, err);
	if (e)
		return e;

	e = re_sdprintf(&program.state, "%s.%s.state", program.store_path,
			program.name ? program.name : "gateway");
	if (e)
		return e;
	(void)re_snprintf(host, sizeof(host), "%j", &laddr);
	options.store = program.store;
	options.store_path = program.store_path;
	options.name = program.name;
	options.state_path = program.state;
	options.directory = program.directory;
	options.sip = program.sip;
	options.clk = program.clk;
	options.local_host = host;
	options.local_port = sa_port(&laddr);
	options.dns_servers = program.dns;
	options.follow = program.follow;

	e = open_gateway(&options, err);

	return e ? e : watch();
}


static void close_all(void)
{
	(void)signal(SIGHUP, SIG_IGN);
	tmr_cancel(&program.stop_tmr);
	tmr_cancel(&program.look_tmr);
	mem_deref(program.mq);
	mem_deref(program.gw);
	if (program.sip)
		sip_close(program.sip, true);
	mem_deref(program.sip);
	mem_deref(program.dnsc);
	mem_deref(program.clk);
	mem_deref(program.state);
	tw_directory_free(program.directory);
	tw_store_free(program.store);
}


int main(int argc, char *argv[])
{
	tw_error err = TW_ERROR_INIT;
	int e;

	if (parse(argc, argv)) {
		usage(stderr);
		return 2;
	}
	e = libre_init();
	if (e)
		return 1;

	tmr_init(&program.look_tmr);
	tmr_init(&program.stop_tmr);
	e = start(&err);
	if (e) {
		(void)fprintf(stderr, "trunkwise-gateway: %s%s%s\n",
			      err.field, err.field[0] ? ": " : "",
			      err.message[0] ? err.message : strerror(e));
	}
	else {
		log_handler("ready", NULL);
		e = re_main(signal_handler);
	}

	close_all();
	libre_close();

	return e ? 1 : 0;
}
