/**
 * @file world.c  A gateway between scripted peers, on a virtual clock
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include "world.h"

enum { WAIT_MS = 8000 };

const char *world_register_headers = "";
bool world_follow;

const char world_sdp[] = "v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
	"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n";

static const char sheet[] =
	"prefix,destination,rate,currency,effective_from,effective_to,"
	"first_inc,next_inc,connect_fee,status\n"
	"7,Russia,%s,RUB,2026-01-01,,60,60,0,\n"
	"7843,Kazan,1.20,RUB,2026-01-01,,60,60,0,\n"
	"882,Satellite,,RUB,2026-01-01,,60,60,0,blocked\n";


const char *world_text(const struct world *w, const char *text)
{
	static char out[1024];
	size_t l = 0;

	for (; *text && l + 8 < sizeof(out); text++) {
		if (text[0] == '%' && (text[1] == 'A' || text[1] == 'B'))
			l += (size_t)snprintf(out + l, 8, "%u",
				sa_port(*++text == 'A' ? &w->carrier_a.addr :
					&w->carrier_b.addr));
		else
			out[l++] = *text;
	}
	out[l] = '\0';

	return out;
}


/* ---- directory ---- */

/* What a test says of a path stands instead. */
static const struct world_key *world_keys;


static bool is_said(const char *path)
{
	const struct world_key *key;

	for (key = world_keys; key && key->path; key++) {
		if (!strcmp(key->path, path))
			return true;
	}

	return false;
}


static void set(tw_deployment *d, const char *path, uint32_t type,
		const char *fmt, ...)
{
	tw_error err = TW_ERROR_INIT;
	char value[256];
	va_list ap;

	if (is_said(path))
		return;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (tw_deployment_set(d, path, type, value, &err))
		fail_msg("%s: %s", path, err.message);
}


static void set_people(struct world *w, tw_deployment *d)
{
	set(d, "company.name", 1, "Demo");
	set(d, "company.zone", 1, "Europe/Moscow");
	set(d, "company.currency", 1, "RUB");
	set(d, "department[0].name", 1, "kazan");
	set(d, "department[1].name", 1, "ufa");
	set(d, "site[0].name", 1, "kazan-1");
	set(d, "site[0].department", 1, "kazan");
	set(d, "site[0].emergency[0]", 1, "kazan-line");
	set(d, "site[0].emergency[1]", 1, "a");
	set(d, "phone[0].name", 1, "anna");
	set(d, "phone[0].site", 1, "kazan-1");
	set(d, "phone[0].extension", 1, "101");
	set(d, "phone[0].uri", 1, "sip:anna@127.0.0.1:%u",
	    sa_port(&w->anna.addr));
	set(d, "phone[1].name", 1, "boris");
	set(d, "phone[1].site", 1, "kazan-1");
	set(d, "phone[1].extension", 1, "102");
	set(d, "phone[1].uri", 1, "sip:boris@127.0.0.1:%u",
	    sa_port(&w->boris.addr));
	set(d, "landline[0].name", 1, "kazan-line");
	set(d, "landline[0].site", 1, "kazan-1");
	set(d, "landline[0].number", 1, "+7 843 555-09-09");
	set(d, "landline[0].uri", 1, "sip:fxo@127.0.0.1:%u",
	    sa_port(&w->fxo.addr));
}


static void set_carrier(tw_deployment *d, unsigned i, const char *name,
			const struct peer *peer)
{
	char path[64];

#define AT(field) (snprintf(path, sizeof(path), "trunk[%u]." field, i), path)
	set(d, AT("name"), 1, "%s", name);
	set(d, AT("carrier"), 1, "%s", name);
	set(d, AT("registrar"), 1, "sip:127.0.0.1:%u;transport=udp",
	    sa_port(&peer->addr));
	set(d, AT("user"), 1, "trunk-%s", name);
	set(d, AT("password_file"), 1, "secret");
	set(d, AT("realm"), 1, "%s.test", name);
#undef AT
	snprintf(path, sizeof(path), "carrier[%u].name", i);
	set(d, path, 1, "%s", name);
	snprintf(path, sizeof(path), "tariff[%u].name", i);
	set(d, path, 1, "tariff-%s", name);
	snprintf(path, sizeof(path), "tariff[%u].carrier", i);
	set(d, path, 1, "%s", name);
	snprintf(path, sizeof(path), "tariff[%u].currency", i);
	set(d, path, 1, "RUB");
	snprintf(path, sizeof(path), "tariff[%u].zone", i);
	set(d, path, 1, "Europe/Moscow");
}


static void set_numbers(tw_deployment *d)
{
	set(d, "number[0].number", 1, "+" DID);
	set(d, "number[0].carrier", 1, "a");
	set(d, "number[0].department", 1, "kazan");
	set(d, "number[0].plan", 1, "main");
	set(d, "number[1].number", 1, "+78435550102");
	set(d, "number[1].carrier", 1, "a");
	set(d, "number[1].department", 1, "kazan");
	set(d, "number[1].caller_id", 4, "true");
	set(d, "number[2].number", 1, "+78435550202");
	set(d, "number[2].carrier", 1, "b");
	set(d, "number[2].department", 1, "kazan");
	set(d, "pool[0].name", 1, "staff");
	set(d, "pool[0].member[0].phone", 1, "anna");
	set(d, "pool[0].member[1].phone", 1, "boris");
	set(d, "pool[1].name", 1, "lines");
	set(d, "pool[1].member[0].landline", 1, "kazan-line");
	set(d, "plan[0].name", 1, "main");
	set(d, "plan[0].step[0].ring", 1, "staff");
	set(d, "plan[0].step[0].ring_s", 2, "20");
	set(d, "plan[0].step[1].ring", 1, "lines");
	set(d, "plan[0].step[1].ring_s", 2, "30");
}


static void import_sheet(struct world *w, const char *carrier,
			 const char *rate)
{
	tw_tariff_import options = TW_TARIFF_IMPORT_INIT;
	tw_counts counts = TW_COUNTS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_tariff_diff diff;
	char name[32], text[1024];

	memset(&diff, 0, sizeof(diff));
	diff.size = sizeof(diff);
	snprintf(name, sizeof(name), "tariff-%s", carrier);
	snprintf(text, sizeof(text), sheet, rate);
	options.tariff = name;
	options.carrier = carrier;
	options.file_name = "sheet.csv";
	options.zone = "Europe/Moscow";
	if (tw_tariff_import_sheet(&counts, &diff, NULL, w->store, &options,
				   text, strlen(text), &err))
		fail_msg("%s", err.message);
	assert_int_equal(counts.rows_stored, 3);
}


static void apply(struct world *w, const struct world_key *keys, tw_time at)
{
	tw_deployment *d = NULL;
	tw_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;

	world_keys = keys;
	assert_int_equal(tw_deployment_new(&d, NULL), TW_OK);
	set_people(w, d);
	set_carrier(d, 0, "a", &w->carrier_a);
	set_carrier(d, 1, "b", &w->carrier_b);
	set_numbers(d);
	world_keys = NULL;
	for (; keys && keys->path; keys++) {
		if (keys->text)
			set(d, keys->path, keys->type, "%s",
			    world_text(w, keys->text));
	}
	if (tw_deployment_apply(&changes, d, w->store, at, 0, &err))
		fail_msg("%s: %s", err.field, err.message);
	tw_changes_free(changes);
	tw_deployment_free(d);
}


int world_reload(struct world *w, const struct world_key *keys)
{
	tw_directory *directory = NULL;
	int err;

	apply(w, keys, clk_now(w->clk));
	if (tw_directory_open(&directory, w->store, clk_now(w->clk) + 1,
			      &w->err))
		fail_msg("%s", w->err.message);
	err = gateway_reload(w->gw, directory, NULL, &w->err);
	if (err)
		tw_directory_free(directory);

	return err;
}


static void open_store(struct world *w, const struct world_key *keys)
{
	tw_store_options options = TW_STORE_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	snprintf(w->path, sizeof(w->path), "%s/store.db", w->dir);
	options.flags = TW_STORE_CREATE;
	options.lock_wait_ms = 10;
	options.clock = clk_port(w->clk);
	if (tw_store_open(&w->store, w->path, &options, &err))
		fail_msg("%s", err.message);
	apply(w, keys, WORLD_START - TW_SECOND);
	import_sheet(w, "a", "2.40");
	import_sheet(w, "b", "3.60");
	if (tw_directory_open(&w->directory, w->store, WORLD_START, &err))
		fail_msg("%s", err.message);
}


/* ---- peers ---- */

unsigned world_got(const struct peer *peer, const char *status)
{
	unsigned i, n = 0;

	for (i = 0; i < peer->count; i++) {
		if (!strncmp(peer->seen[i], "SIP/2.0 ", 8) &&
		    !strncmp(peer->seen[i] + 8, status, strlen(status)) &&
		    !strstr(peer->seen[i], "CSeq: 1 CANCEL"))
			n++;
	}

	return n;
}


static void transmit(struct world *w, struct peer *from, const char *method,
		     const char *text)
{
	(void)method;
	from->client = w->addr;
	peer_send(from, "%s", text);
}


static void compose(struct world *w, struct peer *from, const char *method,
		    const char *user, const char *caller, const char *callee)
{
	const bool invite = !strcmp(method, "INVITE");
	const bool cancel = !strcmp(method, "CANCEL");
	char text[2048], buf[128];

	snprintf(text, sizeof(text),
		 "%s sip:%s@127.0.0.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;"
		 "branch=z9hG4bK%u%s\r\n"
		 "From: <sip:%s@127.0.0.1>;tag=me\r\n"
		 "To: <sip:%s@127.0.0.1>%s%s\r\n"
		 "Call-ID: %s\r\n"
		 "CSeq: %u %s\r\n"
		 "%s"
		 "Max-Forwards: 70\r\n"
		 "%s%s"
		 "Content-Length: %zu\r\n\r\n%s",
		 method, user, sa_port(&from->addr), w->dialled,
		 invite || cancel ? "" : method, caller, callee,
		 invite || cancel ? "" : ";tag=",
		 invite || cancel ? "" : w->tag, w->callid,
		 !strcmp(method, "BYE") ? w->cseq + 1 : w->cseq, method,
		 peer_contact(buf, from),
		 invite && w->invite_headers ? w->invite_headers : "",
		 invite ? "Content-Type: application/sdp\r\n" : "",
		 invite ? strlen(world_sdp) : (size_t)0,
		 invite ? world_sdp : "");
	transmit(w, from, method, text);
}


void world_invite(struct world *w, struct peer *from, const char *user,
		  const char *caller, const char *callee)
{
	w->dialled++;
	w->cseq = 1;
	snprintf(w->callid, sizeof(w->callid), "call-%u@test", w->dialled);
	compose(w, from, "INVITE", user, caller, callee);
}


static void find_tag(struct world *w, const struct peer *from)
{
	char to[256];
	const char *tag;
	unsigned i;

	for (i = 0; i < from->count; i++) {
		if (strncmp(from->seen[i], "SIP/2.0 200", 11) ||
		    !strstr(from->seen[i], w->callid))
			continue;
		tag = strstr(peer_header(to, sizeof(to), from->seen[i], "To"),
			     ";tag=");
		if (tag)
			snprintf(w->tag, sizeof(w->tag), "%.60s", tag + 5);
	}
}


void world_say(struct world *w, struct peer *from, const char *method,
	       const char *user, const char *caller, const char *callee)
{
	find_tag(w, from);
	compose(w, from, method, user, caller, callee);
}


void world_reinvite(struct world *w, struct peer *from, const char *user,
		    const char *caller, const char *body)
{
	char text[2048], buf[128];

	find_tag(w, from);
	snprintf(text, sizeof(text),
		 "INVITE sip:%s@127.0.0.1 SIP/2.0\r\n"
		 "Via: SIP/2.0/UDP 127.0.0.1:%u;rport;branch=z9hG4bK%uagain"
		 "\r\n"
		 "From: <sip:%s@127.0.0.1>;tag=me\r\n"
		 "To: <sip:%s@127.0.0.1>;tag=%s\r\n"
		 "Call-ID: %s\r\n"
		 "CSeq: 2 INVITE\r\n"
		 "%s"
		 "Max-Forwards: 70\r\n"
		 "Content-Type: application/sdp\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 user, sa_port(&from->addr), w->dialled, caller, user, w->tag,
		 w->callid, peer_contact(buf, from), strlen(body), body);
	w->cseq = 2;
	transmit(w, from, "INVITE", text);
}


/* ---- time ---- */

static void timeout_handler(void *arg)
{
	struct world *w = arg;

	w->timed_out = true;
	re_cancel();
}


static void poll_handler(void *arg)
{
	struct world *w = arg;

	if (w->until(w))
		re_cancel();
	else
		tmr_start(&w->tmr, 1, poll_handler, w);
}


void world_run(struct world *w, bool (*until)(struct world *w))
{
	struct tmr limit;

	w->until = until;
	w->timed_out = false;
	tmr_init(&limit);
	tmr_start(&limit, WAIT_MS, timeout_handler, w);
	tmr_start(&w->tmr, 0, poll_handler, w);
	(void)re_main(NULL);
	tmr_cancel(&limit);
	tmr_cancel(&w->tmr);
	if (w->timed_out)
		print_message("%s", w->log);
	assert_false(w->timed_out);
}


static void pass_handler(void *arg)
{
	struct world *w = arg;

	w->stopped = true;
	clk_stop(w->clk);
}


static bool is_stopped(struct world *w)
{
	return w->stopped;
}


void world_pass(struct world *w, uint32_t seconds)
{
	struct clk_timer timer;

	memset(&timer, 0, sizeof(timer));
	w->stopped = false;
	clk_timer_start(w->clk, &timer, clk_now(w->clk) +
			seconds * TW_SECOND, pass_handler, w);
	clk_run(w->clk);
	world_run(w, is_stopped);
	clk_stop(w->clk);
	clk_timer_cancel(&timer);
}


static void stopped_handler(int err, void *arg)
{
	struct world *w = arg;

	assert_int_equal(err, 0);
	w->stopped = true;
}


void world_stop(struct world *w)
{
	w->stopped = false;
	clk_run(w->clk);
	gateway_stop(w->gw, stopped_handler, w);
	world_run(w, is_stopped);
	clk_stop(w->clk);
	assert_int_equal(clk_busy_count(w->clk), 0);
}


/* ---- life ---- */

static void write_secret(const struct world *w)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/secret", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("secret\n", f);
	fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
}


static void log_handler(const char *line, void *arg)
{
	struct world *w = arg;
	const size_t l = strlen(w->log);

	snprintf(w->log + l, sizeof(w->log) - l, "%s\n", line);
}


static bool are_registered(struct world *w)
{
	struct gateway_stats stats;

	gateway_stats(w->gw, &stats);
	return !tw_trunks_pending(gateway_trunks(w->gw)) &&
		peer_count(&w->carrier_a, "REGISTER", NULL) &&
		peer_count(&w->carrier_b, "REGISTER", NULL);
}


static void open_gateway(struct world *w)
{
	struct gateway_options options = { .seed = 7, .local_host =
		"127.0.0.1" };
	tw_error err = TW_ERROR_INIT;
	char state[128];

	snprintf(state, sizeof(state), "%s/state", w->dir);
	options.store = w->store;
	options.store_path = w->path;
	options.directory = w->directory;
	options.sip = w->sip;
	options.clk = w->clk;
	options.secrets_dir = w->dir;
	options.local_port = sa_port(&w->addr);
	options.state_path = state;
	options.probe_wait_ms = 300;
	options.follow = w->follow;
	options.log_h = log_handler;
	options.log_arg = w;
	if (gateway_alloc(&w->gw, &options, &err))
		fail_msg("%s: %s", err.field, err.message);
}


static bool are_registered_again(struct world *w)
{
	return strstr(w->log, "trunk a: registering -> registered") &&
		strstr(w->log, "trunk b: registering -> registered");
}


/* What it leaves is as of now; what it does on its way out does not count. */
void world_kill(struct world *w)
{
	char path[160], aside[160];

	snprintf(path, sizeof(path), "%s/state", w->dir);
	snprintf(aside, sizeof(aside), "%s/aside", w->dir);
	assert_int_equal(rename(path, aside), 0);
	w->gw = mem_deref(w->gw);
	assert_int_equal(rename(aside, path), 0);
}


void world_start(struct world *w)
{
	w->gw = mem_deref(w->gw);
	w->log[0] = '\0';
	open_gateway(w);
	world_run(w, are_registered_again);
}


int world_begin(void **state)
{
	(void)state;
	return libre_init();
}


int world_end(void **state)
{
	(void)state;
	libre_close();
	return 0;
}


int world_setup_as(void **state, const struct world_key *keys, peer_h *first)
{
	struct world *w = calloc(1, sizeof(*w));
	struct sa laddr;

	assert_non_null(w);
	tmr_init(&w->tmr);
	snprintf(w->dir, sizeof(w->dir), "gateway-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	write_secret(w);
	assert_int_equal(peer_open(&w->carrier_a, first, w), 0);
	assert_int_equal(peer_open(&w->carrier_b, script_ring, w), 0);
	assert_int_equal(peer_open(&w->anna, script_ring, w), 0);
	assert_int_equal(peer_open(&w->boris, script_ring, w), 0);
	assert_int_equal(peer_open(&w->fxo, script_ring, w), 0);
	assert_int_equal(clk_virtual_alloc(&w->clk, WORLD_START, NULL, NULL),
			 0);
	open_store(w, keys);

	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	assert_int_equal(sip_alloc(&w->sip, NULL, 32, 32, 32, "gw", NULL,
				   NULL), 0);
	assert_int_equal(sip_transp_add(w->sip, SIP_TRANSP_UDP, &laddr), 0);
	assert_int_equal(sip_transp_laddr(w->sip, &w->addr, SIP_TRANSP_UDP,
					  &laddr), 0);
	w->follow = world_follow;
	open_gateway(w);
	world_run(w, are_registered);
	*state = w;

	return 0;
}


int world_setup_with(void **state, const struct world_key *keys)
{
	return world_setup_as(state, keys, script_ring);
}


int world_setup(void **state)
{
	return world_setup_with(state, NULL);
}


int world_teardown(void **state)
{
	static const char *const names[] = { "secret", "store.db",
		"state", "store.db-wal", "store.db-shm", "store.db.lock",
		"store.db.gateway.spool", "store.db.second.spool" };
	struct world *w = *state;
	char path[160];
	size_t i;

	mem_deref(w->gw);
	sip_close(w->sip, true);
	mem_deref(w->sip);
	mem_deref(w->clk);
	peer_close(&w->carrier_a);
	peer_close(&w->carrier_b);
	peer_close(&w->anna);
	peer_close(&w->boris);
	peer_close(&w->fxo);
	tw_directory_free(w->directory);
	tw_store_free(w->store);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(w->dir);
	free(w);

	return 0;
}


unsigned world_legs(struct world *w, struct world_leg *out, unsigned room)
{
	static const char sql[] =
		"SELECT direction, status, leg, duration_us, rate_state, "
		"coalesce(cost_nanos, -1), coalesce((SELECT name FROM trunk "
		"WHERE id = call.trunk), '') FROM call "
		"ORDER BY start_us, leg";
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char path[160];
	unsigned n = 0;

	snprintf(path, sizeof(path), "%s/store.db", w->dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY,
					 NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW && n < room) {
		struct world_leg *leg = &out[n++];

		leg->direction = sqlite3_column_int64(stmt, 0);
		leg->status = sqlite3_column_int64(stmt, 1);
		leg->leg = sqlite3_column_int64(stmt, 2);
		leg->duration_us = sqlite3_column_int64(stmt, 3);
		leg->rate_state = sqlite3_column_int64(stmt, 4);
		leg->cost_nanos = sqlite3_column_int64(stmt, 5);
		snprintf(leg->trunk, sizeof(leg->trunk), "%s",
			 (const char *)sqlite3_column_text(stmt, 6));
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);

	return n;
}
