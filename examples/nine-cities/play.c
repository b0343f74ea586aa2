/**
 * @file play.c  The script, carried out
 *
 * Who is called finds the call by what a real one would see: the number
 * dialled, or the caller's number on the display. So a number lost on the way
 * is found out.
 */
#include <string.h>
#include "play.h"

enum {
	RECORDS_MAX = 4 * CALLS_MAX,
};

struct play {
	struct play_options options;
	const struct cast *cast;
	const struct script *script;
	struct clk *clk;
	struct carrier *carriers[CARRIERS];
	struct phones *phones;
	struct phones *fxo;
	struct fact facts[CALLS_MAX];
	struct clk_timer timers[CALLS_MAX];
	struct carrier_record records[RECORDS_MAX];
	unsigned record_count;
	unsigned done_count;
	unsigned strays;
};


/* ---- who sees what ---- */

static void witness_destructor(void *arg)
{
	struct witness *witness = arg;

	list_unlink(&witness->le);
}


static void witness_done(const struct talk_result *result, void *arg)
{
	struct witness *witness = arg;

	witness->result = *result;
	witness->done = true;
}


static void take_part(struct callee_script *out, struct fact *fact,
		      enum place place, int phone, int carrier,
		      const struct reaction *reaction)
{
	struct witness *witness;

	witness = mem_zalloc(sizeof(*witness), witness_destructor);
	if (!witness)
		return;
	witness->fact = fact;
	witness->place = place;
	witness->phone = phone;
	witness->carrier = carrier;
	list_append(&fact->witnesses, &witness->le, witness);

	out->code = reaction->code;
	out->ring_us = reaction->ring_us;
	out->talk_us = fact->call->callee_hangs_up ? fact->call->talk_us : 0;
	out->done_h = witness_done;
	out->arg = witness;
}


static bool is_live(const struct fact *fact)
{
	return fact->started && !fact->done;
}


static void without_plus(struct pl *out, const struct pl *user)
{
	*out = *user;
	if (out->l && *out->p == '+')
		pl_advance(out, 1);
}


static struct fact *find_caller(struct play *play, const struct pl *caller)
{
	unsigned i;

	for (i = 0; i < play->script->count; i++) {
		struct fact *fact = &play->facts[i];

		if (is_live(fact) && !fact->call->outbound &&
		    !pl_strcmp(caller, fact->call->caller))
			return fact;
	}

	return NULL;
}


static void phone_route(struct callee_script *script,
			const struct sip_msg *msg, void *arg)
{
	struct play *play = arg;
	const struct cast_phone *phone;
	const struct cast_city *city;
	struct fact *fact;
	struct pl caller;
	int at, index;

	without_plus(&caller, &msg->from.uri.user);
	at = cast_city_of_user(play->cast, &msg->uri.user, &phone);
	fact = find_caller(play, &caller);
	if (at < 0 || !fact) {
		play->strays++;
		return;
	}

	city = &play->cast->cities[fact->call->city];
	index = (int)(phone - play->cast->cities[at].phones);
	if (at == (int)fact->call->city)
		take_part(script, fact, PLACE_PHONE, index, -1,
			  &fact->call->phones[index]);
	else if (at == (int)city->neighbour)
		take_part(script, fact, PLACE_NEIGHBOUR, index, -1,
			  &fact->call->neighbour);
	else
		play->strays++;
}


/* The emergency line of a site: only 112 goes out by it. */
static void fxo_route(struct callee_script *script,
		      const struct sip_msg *msg, void *arg)
{
	struct play *play = arg;
	const int at = pl_strcmp(&msg->uri.user, "112") ? -1
		: cast_city_of_fxo(play->cast, &msg->dst);
	unsigned i;

	for (i = 0; i < play->script->count && at >= 0; i++) {
		struct fact *fact = &play->facts[i];

		if (!is_live(fact) || fact->call->kind < KIND_EMERGENCY ||
		    (int)fact->call->city != at)
			continue;
		take_part(script, fact, PLACE_FXO, -1, -1,
			  &fact->call->landline);
		return;
	}
	play->strays++;
}


static struct fact *find_landline(struct play *play, int city)
{
	unsigned i;

	for (i = 0; i < play->script->count; i++) {
		struct fact *fact = &play->facts[i];

		if (is_live(fact) && !fact->call->outbound &&
		    fact->call->uses_landline &&
		    (int)fact->call->city == city)
			return fact;
	}

	return NULL;
}


static struct fact *find_mobile(struct play *play, unsigned city)
{
	unsigned i;

	/* The later one: a pair's first talks already. */
	for (i = play->script->count; i > 0; i--) {
		struct fact *fact = &play->facts[i - 1];

		if (is_live(fact) && !fact->call->outbound &&
		    (fact->call->city == city ||
		     play->cast->cities[fact->call->city].neighbour == city))
			return fact;
	}

	return NULL;
}


static struct fact *find_number(struct play *play, const struct pl *number)
{
	unsigned i;

	for (i = 0; i < play->script->count; i++) {
		struct fact *fact = &play->facts[i];

		/* By two emergency calls at once the one that is meant to
		 * come here is found. */
		if (is_live(fact) && fact->call->outbound &&
		    fact->call->kind != KIND_EMERGENCY &&
		    !pl_strcmp(number, fact->call->number))
			return fact;
	}

	return NULL;
}


static int index_of(const struct play *play, const struct carrier *carrier)
{
	return carrier == play->carriers[0] ? 0 : 1;
}


static void far_route(struct callee_script *script, struct fact *fact,
		      int carrier)
{
	const struct reaction failure = { fact->call->first_carrier, 0 };
	const bool fails = failure.code &&
		carrier == (int)fact->call->carrier;

	take_part(script, fact, PLACE_FAR, -1, carrier,
		  fails ? &failure : &fact->call->far);
}


static void carrier_route(struct callee_script *script,
			  const struct carrier *carrier, const char *text,
			  const char *caller, void *arg)
{
	struct play *play = arg;
	const int index = index_of(play, carrier);
	struct fact *fact;
	struct pl number;
	int city;
	(void)caller;

	pl_set_str(&number, text);
	city = cast_city_of_landline(play->cast, &number);
	if (city >= 0) {
		fact = find_landline(play, city);
		if (fact)
			take_part(script, fact, PLACE_LANDLINE, -1, index,
				  &fact->call->landline);
		else
			play->strays++;
		return;
	}

	city = cast_city_of_mobile(play->cast, &number);
	fact = city >= 0 ? find_mobile(play, (unsigned)city)
		: find_number(play, &number);
	if (!fact)
		play->strays++;
	else if (city >= 0)
		take_part(script, fact, PLACE_MOBILE, -1, index,
			  &fact->call->mobile);
	else
		far_route(script, fact, index);
}


static void record_handler(const struct carrier_record *record, void *arg)
{
	struct play *play = arg;

	if (play->record_count < RECORDS_MAX)
		play->records[play->record_count++] = *record;
	else
		play->strays++;
}


/* ---- who calls ---- */

static void call_done(const struct talk_result *result, void *arg)
{
	struct fact *fact = arg;

	fact->result = *result;
	fact->done = true;
	fact->play->done_count++;
}


static int call_in(struct play *play, struct fact *fact)
{
	const struct script_call *call = fact->call;
	const struct carrier_dial dial = {
		.number = call->number,
		.caller = call->caller,
		.patience_us = call->patience_us,
		.talk_us = call->callee_hangs_up ? 0 : call->talk_us,
		.done_h = call_done,
		.arg = fact,
	};

	return carrier_dial(play->carriers[call->carrier], &dial);
}


static int call_out(struct play *play, struct fact *fact)
{
	const struct script_call *call = fact->call;
	const struct cast_city *city = &play->cast->cities[call->city];
	const struct phones_dial dial = {
		.to = &play->options.gateway,
		.from = &play->cast->phones,
		.user = city->phones[call->phone].user,
		.number = call->number,
		.patience_us = call->patience_us,
		.talk_us = call->callee_hangs_up ? 0 : call->talk_us,
		.done_h = call_done,
		.arg = fact,
	};

	return phones_dial(play->phones, &dial);
}


static void call_handler(void *arg)
{
	struct fact *fact = arg;
	struct play *play = fact->play;

	fact->started = true;
	fact->result.start = clk_now(play->clk);
	if (fact->call->outbound ? call_out(play, fact)
	    : call_in(play, fact)) {
		fact->result.end = fact->result.start;
		call_done(&fact->result, fact);
	}
}


void play_start(struct play *play)
{
	unsigned i;

	for (i = 0; i < play->script->count; i++)
		clk_timer_start(play->clk, &play->timers[i],
				play->script->calls[i].at, call_handler,
				&play->facts[i]);
}


/* ---- life ---- */

static void destructor(void *arg)
{
	struct play *play = arg;
	unsigned i;

	for (i = 0; i < CALLS_MAX; i++)
		clk_timer_cancel(&play->timers[i]);
	for (i = 0; i < CARRIERS; i++)
		mem_deref(play->carriers[i]);
	mem_deref(play->phones);
	mem_deref(play->fxo);
	for (i = 0; i < CALLS_MAX; i++)
		list_flush(&play->facts[i].witnesses);
	mem_deref(play->clk);
}


static int open_carriers(struct play *play, struct sa *failed)
{
	/* Alike carriers would prove less: the second speaks MD5 only, lets
	 * its nonces grow old before each refresh and binds for less time. */
	struct carrier_options options = {
		.algorithms = DIGEST_SHA256 | DIGEST_MD5,
		.nonce_life_s = 6 * 3600,
		.expires_min_s = 60,
		.expires_max_s = 3600,
		.clk = play->clk,
		.jitter_ms = play->options.jitter_ms,
		.route_h = carrier_route,
		.record_h = record_handler,
		.arg = play,
	};
	unsigned i;
	int err = 0;

	for (i = 0; i < CARRIERS && !err; i++) {
		const struct cast_carrier *c = &play->cast->carriers[i];

		options.name = c->name;
		options.listen = c->listen;
		options.realm = c->realm;
		options.user = c->user;
		options.password = play->options.passwords[i];
		*failed = c->listen;
		err = carrier_alloc(&play->carriers[i], &options);

		options.algorithms = DIGEST_MD5;
		options.nonce_life_s = 300;
		options.expires_max_s = 1800;
	}

	return err;
}


static int open_phones(struct play *play, struct sa *failed)
{
	struct phones_options options = {
		.name = "demo phones",
		.clk = play->clk,
		.jitter_ms = play->options.jitter_ms,
		.route_h = phone_route,
		.arg = play,
	};
	unsigned i;
	int err;

	*failed = play->cast->phones;
	err = phones_alloc(&play->phones, &options);
	if (!err)
		err = phones_listen(play->phones, failed);
	options.name = "demo FXO gateway";
	options.route_h = fxo_route;
	if (!err)
		err = phones_alloc(&play->fxo, &options);
	for (i = 0; i < play->cast->city_count && !err; i++) {
		*failed = play->cast->cities[i].fxo;
		err = phones_listen(play->fxo, failed);
	}

	return err;
}


int play_alloc(struct play **playp, const struct play_options *options,
	       struct sa *failed)
{
	struct play *play;
	unsigned i;
	int err;

	play = mem_zalloc(sizeof(*play), destructor);
	if (!play)
		return ENOMEM;

	play->options = *options;
	play->cast = options->cast;
	play->script = options->script;
	play->clk = mem_ref(options->clk);
	for (i = 0; i < CALLS_MAX; i++) {
		play->facts[i].call = &options->script->calls[i];
		play->facts[i].play = play;
	}
	err = open_carriers(play, failed);
	if (!err)
		err = open_phones(play, failed);
	play->options.passwords = NULL;
	if (err)
		mem_deref(play);
	else
		*playp = play;

	return err;
}


const struct carrier *play_carrier(const struct play *play, unsigned index)
{
	return play->carriers[index];
}


const struct fact *play_fact(const struct play *play, unsigned index)
{
	return &play->facts[index];
}


unsigned play_done_count(const struct play *play)
{
	return play->done_count;
}


const struct carrier_record *play_records(const struct play *play,
					  unsigned *count)
{
	*count = play->record_count;

	return play->records;
}


unsigned play_stray_count(const struct play *play)
{
	return play->strays;
}
