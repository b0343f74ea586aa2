/*
 * Two clients over libre, each in a process of its own: our trunk set, and
 * libre's sipreg. Both make their accounts inside the measured time, WINDOW
 * at once, and keep all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <re.h>
#include <trunkwise/libre.h>

#include "registration_bench.h"

enum { HASH = 16384 };

struct client {
	const struct round *round;
	struct result *out;
	struct sip *sip;
	struct tmr more, limit;
	char registrar[64];
	uint32_t begun, ended;
	tw_trunks *set;
	tw_trunk **trunk;
	struct sipreg **reg;
	struct account *account;
	void (*begin)(struct client *client);
};

/* sipreg keeps no such thing; its user has to. */
struct account {
	struct client *client;
	bool counted;
};

static void more_h(void *arg)
{
	struct client *client = arg;

	while (client->begun < client->round->count &&
	       client->begun - client->ended < WINDOW)
		client->begin(client);
	if (client->ended == client->round->count)
		re_cancel();
}

static void end_one(struct client *client, bool registered)
{
	client->ended++;
	client->out->registered += registered;
	tmr_start(&client->more, 0, more_h, client);
}

static void give_up(const char *what)
{
	fprintf(stderr, "bench_registration: %s\n", what);
	exit(1);
}

static void limit_h(void *arg)
{
	struct client *client = arg;

	client->out->stopped = true;
	re_cancel();
}

static void open_client(struct client *client, struct result *out,
			const struct round *round, uint32_t hash)
{
	struct sa local;

	memset(client, 0, sizeof(*client));
	client->round = round;
	client->out = out;
	tmr_init(&client->more);
	tmr_init(&client->limit);
	(void)snprintf(client->registrar, sizeof(client->registrar),
		"sip:127.0.0.1:%u%s", round->port,
		round->tcp ? ";transport=tcp" : "");
	if (libre_init() || sip_alloc(&client->sip, NULL, hash, hash, hash,
			"bench", NULL, NULL) ||
	    sa_set_str(&local, "127.0.0.1", 0) ||
	    sip_transp_add(client->sip, round->tcp ? SIP_TRANSP_TCP :
			SIP_TRANSP_UDP, &local))
		give_up("no SIP stack");
}

static void run_client(struct client *client)
{
	double began;

	client->out->rss_before_kib = bench_rss_kib();
	began = bench_clock();
	tmr_start(&client->more, 0, more_h, client);
	tmr_start(&client->limit, LIMIT_S * 1000, limit_h, client);
	(void)re_main(NULL);
	client->out->wall_s = bench_clock() - began;
	client->out->rss_after_kib = bench_rss_kib();
}

/* ---- trunkwise ---- */

static void event_h(void *arg)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct client *client = arg;

	while (!tw_trunks_next_event(&event, client->set, NULL)) {
		if (event.state_new == TW_TRUNK_REGISTERED)
			end_one(client, true);
		else if (event.state_new != TW_TRUNK_REGISTERING)
			end_one(client, false);
	}
}

static void begin_trunk(struct client *client)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	char user[16];
	uint32_t i = client->begun++;

	(void)snprintf(user, sizeof(user), "u%06u", i);
	o.name = o.user = user;
	o.registrar = client->registrar;
	o.password = "secret";
	o.password_size = 6;
	o.expires_s = 3600;
	if (tw_trunk_new(&client->trunk[i], client->set, &o, &err) ||
	    tw_trunk_start(client->trunk[i], &err))
		give_up(err.message);
}

void bench_trunkwise(struct result *out, const struct round *round)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_trunk_status status = TW_TRUNK_STATUS_INIT;
	tw_error err = TW_ERROR_INIT;
	struct client client;

	open_client(&client, out, round, 16);
	client.trunk = calloc(round->count, sizeof(*client.trunk));
	client.begin = begin_trunk;
	/* what is measured is the machine, not the limit */
	o.requests_per_s = o.registrar_requests_per_s = 0;
	o.event = event_h;
	o.arg = &client;
	if (!client.trunk || tw_trunks_new_attached(&client.set, client.sip,
			&o, &err))
		give_up(err.message);
	run_client(&client);
	for (uint32_t i = 0; i < round->count; i++) {
		(void)tw_trunk_status_get(&status, client.trunk[i], NULL);
		out->retransmits += status.retransmits;
	}
}

/* ---- libre's sipreg ---- */

static int auth_h(char **user, char **pass, const char *realm, void *arg)
{
	(void)realm;
	(void)arg;
	return str_dup(user, "u000000") || str_dup(pass, "secret");
}

static void response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct account *account = arg;

	if (account->counted || (!err && msg->scode < 200))
		return;
	account->counted = true;
	end_one(account->client, !err && msg->scode < 300);
}

static void begin_sipreg(struct client *client)
{
	uint32_t i = client->begun++;
	char uri[64], user[16];
	int err;

	client->account[i].client = client;
	(void)snprintf(user, sizeof(user), "u%06u", i);
	(void)snprintf(uri, sizeof(uri), "sip:%s@127.0.0.1:%u", user,
		client->round->port);
#ifdef TW_RE_SIPREG_ALLOC
	err = sipreg_alloc(&client->reg[i], client->sip, client->registrar,
		uri, NULL, uri, 3600, user, NULL, 0, 0, auth_h, NULL, false,
		response_h, &client->account[i], NULL, NULL);
	if (!err)
		err = sipreg_send(client->reg[i]);
#else
	err = sipreg_register(&client->reg[i], client->sip,
		client->registrar, uri, NULL, uri, 3600, user, NULL, 0, 0,
		auth_h, NULL, false, response_h, &client->account[i], NULL,
		NULL);
#endif
	if (err)
		give_up("sipreg refused an account");
}

void bench_sipreg(struct result *out, const struct round *round)
{
	struct client client;

	open_client(&client, out, round, HASH);
	client.reg = calloc(round->count, sizeof(*client.reg));
	client.account = calloc(round->count, sizeof(*client.account));
	client.begin = begin_sipreg;
	if (!client.reg || !client.account)
		give_up("no memory");
	run_client(&client);
}
