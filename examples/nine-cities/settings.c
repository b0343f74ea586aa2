/**
 * @file settings.c  What the conductor is told on its command line
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>
#include "settings.h"

enum {
	GATEWAY_PORT = 25060,
};

static const char usage_text[] =
"usage: conductor --store FILE --secrets DIR [options]\n"
"Plays a month of calls through the gateway on a virtual clock.\n"
"  --store FILE        where deployment.toml was applied to\n"
"  --secrets DIR       password files of its trunks\n"
"  --month 2026-10     must not lie before the deployment\n"
"  --seed 1            the same seed gives the same month\n"
"  --jitter-ms 0       random real delay of every answer; changes nothing\n"
"  --port 25060        of the gateway, on 127.0.0.1\n"
"  --lang en           en or ru\n"
"  --verbose           what the gateway thinks, line by line, on stderr\n";


static bool read_uint(uint64_t *out, const char *text, uint64_t max)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && !errno &&
		*out <= max;
}


static bool take_option(struct settings *s, int opt)
{
	uint64_t n = 0;

	switch (opt) {
	case 's':
		s->store = optarg;
		return true;
	case 'd':
		s->secrets = optarg;
		return true;
	case 'm':
		s->month = optarg;
		return true;
	case 'e':
		return read_uint(&s->seed, optarg, UINT64_MAX);
	case 'j':
		if (!read_uint(&n, optarg, 10000))
			return false;
		s->jitter_ms = (uint32_t)n;
		return true;
	case 'p':
		if (!read_uint(&n, optarg, 65535) || n < 1024)
			return false;
		s->port = (uint32_t)n;
		return true;
	case 'l':
		s->russian = !strcmp(optarg, "ru");
		return s->russian || !strcmp(optarg, "en");
	default:
		return false;
	}
}


static int parse(struct settings *s, int argc, char *argv[])
{
	static const struct option options[] = {
		{ "store", 1, NULL, 's' }, { "secrets", 1, NULL, 'd' },
		{ "month", 1, NULL, 'm' }, { "seed", 1, NULL, 'e' },
		{ "jitter-ms", 1, NULL, 'j' }, { "port", 1, NULL, 'p' },
		{ "lang", 1, NULL, 'l' }, { "verbose", 0, NULL, 'v' },
		{ "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt, index = 0;

	while ((opt = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (opt == 'h')
			return -1;
		if (opt == '?')
			return EINVAL;
		if (opt == 'v') {
			s->verbose = true;
			continue;
		}
		if (!take_option(s, opt)) {
			(void)re_fprintf(stderr, "conductor: --%s %s cannot "
					 "be used; see --help\n",
					 options[index].name, optarg);
			return EINVAL;
		}
	}

	return s->store && s->secrets && optind == argc ? 0 : EINVAL;
}


int settings_read(struct settings *s, int argc, char *argv[])
{
	int err;

	*s = (struct settings){ .month = "2026-10", .seed = 1,
		.port = GATEWAY_PORT };
	err = parse(s, argc, argv);
	if (err)
		(void)re_fprintf(err < 0 ? stdout : stderr, "%s",
				 usage_text);

	return err;
}
