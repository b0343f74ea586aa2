/**
 * @file conductor.c  A month of nine cities in seconds, over real sockets
 *
 * One libre loop, one virtual clock: two carriers, all phones and landlines,
 * and the gateway that stands between them, each with its own SIP stack and
 * UDP port on the loopback interface. Then checks what came of it. Only the
 * wiring is here; what happens is the script's, what is done the play's.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../gateway/gateway.h"
#include "check.h"
#include "settings.h"
#include "words.h"

enum {
	PASSWORD_MAX = 128,
	STUCK_S = 30,            /* real time without any progress */
};

struct conductor {
	struct settings settings;
	tw_store *store;
	tw_directory *directory;
	tw_zone *zone;
	struct cast cast;
	struct script script;
	char passwords[CARRIERS][PASSWORD_MAX];

	struct clk *clk;
	struct sip *sip;             /* the gateway's */
	struct sa listen;
	struct gateway *gateway;
	struct play *play;
	tw_random random;
	tw_random_state random_state;

	struct clk_timer day_timer;
	struct clk_timer end_timer;
	struct tmr watchdog;
	tw_time watched;             /* virtual time when it last looked */
	uint64_t started_ms;
	bool told[CARRIERS];
	int err;
};


/* ---- while it runs ---- */

static void tell_trunks(struct conductor *c)
{
	unsigned i;

	for (i = 0; i < CARRIERS; i++) {
		const struct carrier *carrier = play_carrier(c->play, i);

		if (c->told[i] || !carrier_is_registered(carrier))
			continue;
		c->told[i] = true;
		re_printf(word(c->settings.russian, WORD_TRUNK),
			  c->cast.carriers[i].trunk, carrier_name(carrier),
			  digest_name(carrier_stats(carrier)->algorithm));
	}
}


static int64_t days_since_start(const struct conductor *c)
{
	return (clk_now(c->clk) - c->script.from) / (86400 * TW_SECOND);
}


static void day_handler(void *arg)
{
	struct conductor *c = arg;
	const int64_t day = days_since_start(c);

	tell_trunks(c);
	if (day && day % 5 == 0)
		re_printf(word(c->settings.russian, WORD_DAY), day,
			  play_done_count(c->play), c->script.count);
	clk_timer_start(c->clk, &c->day_timer, c->script.from +
			(day + 1) * 86400 * TW_SECOND, day_handler, c);
}


static void stopped_handler(int err, void *arg)
{
	struct conductor *c = arg;

	c->err = err;
	re_cancel();
}


static void end_handler(void *arg)
{
	struct conductor *c = arg;

	clk_timer_cancel(&c->day_timer);
	gateway_stop(c->gateway, stopped_handler, c);
}


static void idle_handler(void *arg)
{
	struct conductor *c = arg;

	(void)re_fprintf(stderr, "conductor: nothing is left to happen, and "
			 "the gateway has not stopped; this is a fault of "
			 "the demonstration\n");
	c->err = EPROTO;
	re_cancel();
}


static void watchdog_handler(void *arg)
{
	struct conductor *c = arg;

	if (clk_now(c->clk) == c->watched) {
		(void)re_fprintf(stderr, "conductor: time stands still at day "
				 "%lli for %d s, held by %u messages or by a "
				 "store that takes no records; run again with "
				 "--verbose to see which\n",
				 days_since_start(c), STUCK_S,
				 clk_busy_count(c->clk));
		c->err = ETIMEDOUT;
		re_cancel();
		return;
	}
	c->watched = clk_now(c->clk);
	tmr_start(&c->watchdog, STUCK_S * 1000, watchdog_handler, c);
}


static void signal_handler(int sig)
{
	(void)sig;
	re_cancel();
}


/* ---- setting up ---- */

static int fail(const char *what, const char *why)
{
	(void)re_fprintf(stderr, "conductor: %s: %s\n", what, why);

	return EINVAL;
}


static int fail_address(const struct sa *sa, int err)
{
	(void)re_fprintf(stderr, "conductor: UDP %J: %m; end what listens "
			 "there, or give run.sh another --base-port\n", sa,
			 err);

	return err;
}


static int open_store(struct conductor *c)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_row row = { 0 };

	options.clock = clk_port(c->clk);
	if (tw_store_open(&c->store, c->settings.store, &options, &err) ||
	    tw_directory_open(&c->directory, c->store, c->script.from, &err))
		return fail(c->settings.store, err.message);
	if (tw_directory_next(&row, c->directory, "company", NULL))
		return fail(c->settings.store, "no deployment is in force "
			    "when the month begins; run trunkwise apply "
			    "with an earlier --at");
	if (cast_read(&c->cast, c->directory, &err))
		return fail("deployment", err.message);

	return 0;
}


/* The month in the company's zone, known before the clock exists: time must
 * not be set back. */
static int find_month(struct conductor *c)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_directory *directory = NULL;
	tw_store *store = NULL;
	tw_error err = TW_ERROR_INIT;
	tw_row row = { 0 };
	tw_zone *utc = NULL;
	tw_time from, to;
	int e = 0;

	options.flags = TW_STORE_READONLY;
	if (tw_zone_open(&utc, "UTC", &err) ||
	    tw_month_range(&from, &to, c->settings.month, utc, &err))
		e = fail("--month", err.message);
	else if (tw_store_open(&store, c->settings.store, &options, &err) ||
		 tw_directory_open(&directory, store, to, &err) ||
		 tw_directory_next(&row, directory, "company", &err) ||
		 tw_zone_open(&c->zone, tw_row_text(directory, row, "zone"),
			      &err) ||
		 tw_month_range(&c->script.from, &c->script.to,
				c->settings.month, c->zone, &err))
		e = fail(c->settings.store, *err.message ? err.message
			 : "holds no company; run trunkwise apply first");
	tw_zone_free(utc);
	tw_directory_free(directory);
	tw_store_free(store);

	return e;
}


static int read_password(char out[PASSWORD_MAX], const char *dir,
			 const char *name)
{
	char path[1024];
	FILE *file;
	size_t n;

	if (re_snprintf(path, sizeof(path), "%s/%s", dir, name) < 0)
		return ENAMETOOLONG;
	file = fopen(path, "r");
	if (!file) {
		(void)re_fprintf(stderr, "conductor: %s: %m; give its "
				 "directory by --secrets\n", path, errno);
		return EINVAL;
	}
	n = fread(out, 1, PASSWORD_MAX - 1, file);
	fclose(file);
	if (n && out[n - 1] == '\n')
		n--;
	out[n] = '\0';

	return n ? 0 : fail(path, "is empty; put the password into it");
}


static int open_play(struct conductor *c)
{
	const char *passwords[CARRIERS];
	struct play_options options = {
		.cast = &c->cast,
		.script = &c->script,
		.clk = c->clk,
		.gateway = c->listen,
		.jitter_ms = c->settings.jitter_ms,
		.passwords = passwords,
	};
	struct sa failed;
	unsigned i;
	int err = 0;

	for (i = 0; i < CARRIERS && !err; i++) {
		passwords[i] = c->passwords[i];
		err = read_password(c->passwords[i], c->settings.secrets,
				    c->cast.carriers[i].password_file);
	}
	if (err)
		return err;
	err = play_alloc(&c->play, &options, &failed);

	return err ? fail_address(&failed, err) : 0;
}


static void log_handler(const char *line, void *arg)
{
	const struct conductor *c = arg;
	char when[40];

	if (!tw_time_format(when, sizeof(when), clk_now(c->clk), c->zone,
			    NULL))
		(void)re_fprintf(stderr, "%s %s\n", when, line);
}


static int open_gateway(struct conductor *c)
{
	const struct gateway_options options = {
		.store = c->store,
		.store_path = c->settings.store,
		.directory = c->directory,
		.sip = c->sip,
		.clk = c->clk,
		.random = &c->random,
		.seed = c->settings.seed,
		.secrets_dir = c->settings.secrets,
		.local_host = "127.0.0.1",
		.local_port = c->settings.port,
		.batch_calls = 16,
		.log_h = c->settings.verbose ? log_handler : NULL,
		.log_arg = c,
	};
	tw_error err = TW_ERROR_INIT;

	tw_random_seed(&c->random, &c->random_state, c->settings.seed);
	if (gateway_alloc(&c->gateway, &options, &err))
		return fail("gateway", err.message);

	return 0;
}


static int open_stack(struct conductor *c)
{
	int err;

	(void)sa_set_str(&c->listen, "127.0.0.1", (uint16_t)c->settings.port);
	err = sip_alloc(&c->sip, NULL, 256, 256, 16, "trunkwise gateway",
			NULL, NULL);
	if (err)
		return err;
	err = sip_transp_add(c->sip, SIP_TRANSP_UDP, &c->listen);

	return err ? fail_address(&c->listen, err) : 0;
}


static int set_up(struct conductor *c)
{
	tw_error err = TW_ERROR_INIT;
	int e;

	e = find_month(c);
	if (!e)
		e = clk_virtual_alloc(&c->clk, c->script.from, idle_handler,
				      c);
	if (!e)
		e = open_store(c);
	if (!e && script_write(&c->script, &c->cast, c->settings.month,
			       c->zone, c->settings.seed, &err))
		e = fail("script", err.message);
	if (!e)
		e = open_stack(c);
	if (!e)
		e = open_play(c);
	if (!e)
		e = open_gateway(c);

	return e;
}


static void tear_down(struct conductor *c)
{
	clk_timer_cancel(&c->day_timer);
	clk_timer_cancel(&c->end_timer);
	tmr_cancel(&c->watchdog);
	mem_deref(c->gateway);
	mem_deref(c->play);
	if (c->sip)
		sip_close(c->sip, true);
	mem_deref(c->sip);
	cast_free(&c->cast);
	tw_directory_free(c->directory);
	tw_store_free(c->store);
	tw_zone_free(c->zone);
	mem_deref(c->clk);
}


/* ---- what came of it ---- */

static void print_kinds(const struct conductor *c)
{
	unsigned kind, i, n;

	re_printf("%s", word(c->settings.russian, WORD_KINDS));
	for (kind = 0; kind < KINDS; kind++) {
		for (i = n = 0; i < c->script.count; i++)
			n += c->script.calls[i].kind == kind;
		re_printf(word(c->settings.russian, WORD_KIND), n,
			  word_kind(c->settings.russian, kind));
	}
}


static void print_carriers(const struct conductor *c)
{
	const struct carrier_record *records;
	unsigned i, count, answered = 0;
	int64_t talk_us = 0;

	records = play_records(c->play, &count);
	for (i = 0; i < count; i++) {
		const struct talk_result *result = &records[i].result;

		answered += result->answer != 0;
		talk_us += result->answer ? result->end - result->answer : 0;
	}
	re_printf(word(c->settings.russian, WORD_LEGS), count, answered,
		  talk_us / TW_SECOND);
	for (i = 0; i < CARRIERS; i++) {
		const struct registrar_stats *stats =
			carrier_stats(play_carrier(c->play, i));

		re_printf(word(c->settings.russian, WORD_REFRESHES),
			  c->cast.carriers[i].name, stats->registered,
			  stats->challenged, stats->stale);
	}
}


static void print_bills(const struct conductor *c)
{
	unsigned i;

	for (i = 0; i < CARRIERS; i++) {
		char money[32];
		int64_t nanos;

		if (check_bill(&nanos, c->play, &c->cast, i, c->store,
			       NULL) ||
		    tw_decimal_format(money, sizeof(money), nanos, 2, NULL))
			continue;
		re_printf(word(c->settings.russian, WORD_BILL),
			  c->cast.carriers[i].name, money);
	}
}


static int report(const struct conductor *c)
{
	const uint64_t ms = tmr_jiffies() - c->started_ms;
	unsigned bad;

	print_kinds(c);
	print_carriers(c);
	bad = check_calls(c->play, &c->cast, &c->script);
	bad += check_store(c->play, &c->cast, &c->script, c->store,
			   c->settings.month);
	re_printf(word(c->settings.russian, WORD_TIME),
		  (c->script.to - c->script.from) / (86400 * TW_SECOND),
		  ms / 1000, ms / 100 % 10);
	if (bad) {
		re_printf(word(c->settings.russian, WORD_BAD), bad);
		return 1;
	}
	print_bills(c);
	re_printf("%s", word(c->settings.russian, WORD_GOOD));

	return 0;
}


static int play_month(struct conductor *c)
{
	int err;

	re_printf(word(c->settings.russian, WORD_SCRIPT), c->script.count,
		  (c->script.to - c->script.from) / (86400 * TW_SECOND),
		  c->settings.seed);
	c->started_ms = tmr_jiffies();
	c->watched = TW_TIME_MIN;
	play_start(c->play);
	clk_timer_start(c->clk, &c->day_timer, c->script.from + TW_SECOND,
			day_handler, c);
	clk_timer_start(c->clk, &c->end_timer, c->script.to - TW_SECOND,
			end_handler, c);
	watchdog_handler(c);
	clk_run(c->clk);
	c->err = EINTR;              /* unless the gateway says it stopped */
	err = re_main(signal_handler);
	clk_stop(c->clk);

	return err ? err : c->err;
}


/* ---- the program ---- */

static int run(struct conductor *c)
{
	int err;

	err = set_up(c);
	if (!err) {
		err = play_month(c);
		if (err)
			(void)re_fprintf(stderr, "conductor: the month did "
					 "not end: %m\n", err);
	}
	if (!err)
		err = report(c);
	tear_down(c);

	return err;
}


int main(int argc, char *argv[])
{
	struct conductor *c;
	int err;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	err = libre_init();
	if (err)
		return 1;
	c = mem_zalloc(sizeof(*c), NULL);
	if (!c) {
		libre_close();
		return 1;
	}
	err = settings_read(&c->settings, argc, argv);
	if (err < 0)
		err = 0;
	else if (err)
		err = 2;
	else
		err = run(c) ? 1 : 0;
	mem_deref(c);
	libre_close();

	return err;
}
