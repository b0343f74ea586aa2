/**
 * @file main.c  The demo carrier as a program, on the real clock
 *
 * To register a trunk against and to call through, by hand: every call that
 * comes is rung, answered and ended as the options say. Refuses addresses
 * outside of 127.0.0.0/8.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "carrier.h"

struct program {
	struct carrier *carrier;
	struct clk *clk;
	struct clk_timer timer;
	struct callee_script script;
	const char *dial;
	const char *caller;
	uint32_t every_s;
	bool was_registered;
};

enum opt_id {
	OPT_LISTEN = 256, OPT_REALM, OPT_USER, OPT_PASSWORD_FILE,
	OPT_ALGORITHM, OPT_EXPIRES, OPT_NONCE_LIFE, OPT_CODE, OPT_RING,
	OPT_TALK, OPT_DIAL, OPT_CALLER, OPT_EVERY, OPT_HELP,
};

static const char usage_text[] =
"usage: carrier-sim --user USER --password-file FILE [options]\n"
"A demo carrier on the loopback interface, not for production.\n"
"  --listen 127.0.0.1:25061    address of its UDP socket\n"
"  --realm carrier.example     digest realm\n"
"  --algorithm both            both (SHA-256 first), sha-256 or md5\n"
"  --expires-s 3600            longest binding\n"
"  --nonce-life-s 300          then a nonce is stale\n"
"  --code 200                  answer to calls: 200, or 300-699 to refuse\n"
"  --ring-s 3                  before that answer\n"
"  --talk-s 0                  then hangs up; 0: the caller does\n"
"  --dial NUMBER               calls the registered trunk, naming NUMBER\n"
"  --caller NUMBER             as this caller (default: withheld)\n"
"  --every-s 30                again and again\n";


static void route_handler(struct callee_script *script,
			  const struct carrier *carrier, const char *number,
			  const char *caller, void *arg)
{
	const struct program *program = arg;
	(void)carrier;

	re_printf("call to +%s from +%s\n", number, caller);
	*script = program->script;
}


static void record_handler(const struct carrier_record *record, void *arg)
{
	const struct talk_result *result = &record->result;
	(void)arg;

	re_printf("%s +%s: %u, talked %lli ms\n",
		  record->inbound ? "called" : "call to", record->number,
		  result->code, result->answer ?
		  (result->end - result->answer) / 1000 : 0);
}


static void second_handler(void *arg)
{
	struct program *program = arg;
	const bool registered = carrier_is_registered(program->carrier);
	const struct registrar_stats *stats = carrier_stats(program->carrier);
	const struct carrier_dial dial = {
		.number = program->dial,
		.caller = program->caller,
		.patience_us = 60 * TW_SECOND,
		.talk_us = program->script.talk_us,
	};
	uint32_t wait_s = 1;

	if (registered != program->was_registered)
		re_printf("trunk is %s (%s)\n", registered ? "registered"
			  : "gone", digest_name(stats->algorithm));
	program->was_registered = registered;
	if (registered && program->dial &&
	    !carrier_dial(program->carrier, &dial))
		wait_s = program->every_s;
	clk_timer_start(program->clk, &program->timer, clk_now(program->clk) +
			wait_s * TW_SECOND, second_handler, program);
}


static void signal_handler(int sig)
{
	(void)sig;
	re_cancel();
}


static int read_password(char *out, size_t size, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return errno;
	n = fread(out, 1, size - 1, file);
	fclose(file);
	while (n && (out[n - 1] == '\n' || out[n - 1] == '\r'))
		n--;
	out[n] = '\0';

	return n ? 0 : EINVAL;
}


static unsigned algorithms_of(const char *text)
{
	if (!strcmp(text, "both"))
		return DIGEST_SHA256 | DIGEST_MD5;
	if (!strcmp(text, "sha-256"))
		return DIGEST_SHA256;

	return strcmp(text, "md5") ? 0 : DIGEST_MD5;
}


static int run(struct program *program, const struct carrier_options *options)
{
	int err;

	err = carrier_alloc(&program->carrier, options);
	if (err) {
		re_fprintf(stderr, "carrier-sim: %J: %m; give another "
			   "--listen, on the loopback interface\n",
			   &options->listen, err);
		return err;
	}
	re_printf("carrier %s listens on %J\n", options->realm,
		  &options->listen);
	second_handler(program);
	err = re_main(signal_handler);
	clk_timer_cancel(&program->timer);
	mem_deref(program->carrier);

	return err;
}


static const struct option long_options[] = {
	{ "listen", 1, NULL, OPT_LISTEN },
	{ "realm", 1, NULL, OPT_REALM },
	{ "user", 1, NULL, OPT_USER },
	{ "password-file", 1, NULL, OPT_PASSWORD_FILE },
	{ "algorithm", 1, NULL, OPT_ALGORITHM },
	{ "expires-s", 1, NULL, OPT_EXPIRES },
	{ "nonce-life-s", 1, NULL, OPT_NONCE_LIFE },
	{ "code", 1, NULL, OPT_CODE },
	{ "ring-s", 1, NULL, OPT_RING },
	{ "talk-s", 1, NULL, OPT_TALK },
	{ "dial", 1, NULL, OPT_DIAL },
	{ "caller", 1, NULL, OPT_CALLER },
	{ "every-s", 1, NULL, OPT_EVERY },
	{ "help", 0, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};


/* 0..86400, or an error that names the option. */
static bool read_number(uint32_t *out, const char *text, const char *name)
{
	char *end;
	const unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n > 86400) {
		re_fprintf(stderr, "carrier-sim: --%s %s: write a number "
			   "from 0 to 86400\n", name, text);
		return false;
	}
	*out = (uint32_t)n;

	return true;
}


static bool take_text(struct program *program, struct carrier_options *o,
		      int opt, char *password, size_t size)
{
	switch (opt) {
	case OPT_LISTEN:
		return !sa_decode(&o->listen, optarg, strlen(optarg));
	case OPT_REALM:
		o->realm = optarg;
		return true;
	case OPT_USER:
		o->user = optarg;
		return true;
	case OPT_PASSWORD_FILE:
		o->password = password;
		return !read_password(password, size, optarg);
	case OPT_ALGORITHM:
		o->algorithms = algorithms_of(optarg);
		return o->algorithms != 0;
	case OPT_DIAL:
		program->dial = optarg;
		return true;
	case OPT_CALLER:
		program->caller = optarg;
		return true;
	default:
		return false;
	}
}


static bool take_number(struct program *program, struct carrier_options *o,
			int opt, uint32_t n)
{
	switch (opt) {
	case OPT_EXPIRES:
		o->expires_max_s = n;
		return n >= 60;
	case OPT_NONCE_LIFE:
		o->nonce_life_s = n;
		return n > 0;
	case OPT_CODE:
		program->script.code = (uint16_t)n;
		return n == 200 || (n >= 300 && n <= 699);
	case OPT_RING:
		program->script.ring_us = n * TW_SECOND;
		return true;
	case OPT_TALK:
		program->script.talk_us = n * TW_SECOND;
		return true;
	default:
		program->every_s = n;
		return n > 0;
	}
}


static int parse(struct program *program, struct carrier_options *o,
		 int argc, char *argv[], char *password, size_t size)
{
	int opt, index = 0;

	while ((opt = getopt_long(argc, argv, "", long_options, &index)) !=
	       -1) {
		const bool numeric = opt >= OPT_EXPIRES && opt <= OPT_TALK;
		const char *name = long_options[index].name;
		uint32_t n = 0;

		if (opt == OPT_HELP || opt == '?')
			return opt == OPT_HELP ? -1 : EINVAL;
		if ((numeric || opt == OPT_EVERY)
		    ? (!read_number(&n, optarg, name) ||
		       !take_number(program, o, opt, n))
		    : !take_text(program, o, opt, password, size)) {
			re_fprintf(stderr, "carrier-sim: --%s %s cannot be "
				   "used; see --help\n", name, optarg);
			return EINVAL;
		}
	}

	return o->user && o->password && optind == argc ? 0 : EINVAL;
}


int main(int argc, char *argv[])
{
	char password[256] = "";
	struct program program = {
		.script = { .code = 200, .ring_us = 3 * TW_SECOND },
		.every_s = 30,
	};
	struct carrier_options options = {
		.name = "carrier",
		.realm = "carrier.example",
		.algorithms = DIGEST_SHA256 | DIGEST_MD5,
		.nonce_life_s = 300,
		.expires_min_s = 60,
		.expires_max_s = 3600,
		.route_h = route_handler,
		.record_h = record_handler,
		.arg = &program,
	};
	int err;

	(void)sa_set_str(&options.listen, "127.0.0.1", 25061);
	err = parse(&program, &options, argc, argv, password,
		    sizeof(password));
	if (err) {
		(void)re_fprintf(err < 0 ? stdout : stderr, "%s",
				 usage_text);
		return err < 0 ? 0 : 2;
	}

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	err = libre_init();
	if (!err)
		err = clk_real_alloc(&program.clk);
	if (!err) {
		options.clk = program.clk;
		err = run(&program, &options);
	}
	mem_deref(program.clk);
	libre_close();

	return err ? 1 : 0;
}
