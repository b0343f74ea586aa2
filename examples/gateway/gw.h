/**
 * @file gw.h  What the gateway's own files know of each other
 *
 *   stacks.c    SIP stacks: one, and one for each TLS identity
 *   policy.c    who may speak to us, and whether what he says is SIP
 *   crowd.c     strangers who do not stop
 *   trunks.c    trunks of the directory, their secrets, their states
 *   papers.c    certificates and keys of trunks
 *   wish.c      what the directory wants of a trunk
 *   phones.c    phones of the directory
 *   reload.c    another directory under live calls
 *   inbound.c   a carrier's INVITE -> number, plan, engine
 *   outbound.c  a phone's INVITE -> router -> carrier
 *   ring.c      decisions of the engine -> attempts, outcomes -> engine
 *   way.c       which target and routes a call of a trunk takes
 *   attempt.c   one try to reach somebody: a leg, or several one by one
 *   callback.c  who was told that he would be called back
 *   talk.c      the two sides of a talk: new offers, are they there
 *   shown.c     who is shown as the caller
 *   slot.c      a carrier's slot with the router, and what it answered
 *   spend.c     what a paid leg may cost: budgets
 *   call.c      a caller's leg and everything that hangs on it
 *   known.c     who answered which caller last
 *   keep.c      what outlives the program
 *   record.c    call records -> store
 */
#ifndef EXAMPLES_GW_H
#define EXAMPLES_GW_H

#include <trunkwise/snapshot.h>
#include <trunkwise/sys/sip.h>
#include "gateway.h"
#include "../common/leg.h"
#include "../common/uas.h"
#include "../common/dialogs.h"
#include "../common/re_compat.h"

enum {
	GW_NUMBER = 32,
	GW_TEXT = 64,
	GW_CTYPE = 160,            /* a boundary alone may have 70 */
	GW_URI = 256,
	GW_CALLID = 256,
	GW_CALLID_MAX = 200,       /* of a stranger; ours are 16 */
	GW_CANDIDATES = 16,
	GW_ROUTES = 10,            /* of the library 9; and the target */
};

struct phone {
	struct le le;
	char *name;                /* its own: calls outlive a directory */
	char *uri;
	char *extension;
	char *department;          /* of its person or site, "" if none */
	char *site;
	char user[GW_TEXT];
	struct sa addr;
	tw_target_id target;
	bool is_target;            /* a member of some pool */
};

/* A box at a site's own landline: it is dialled, and may hang up. */
struct line {
	struct le le;
	struct sa addr;
};

struct trunk {
	struct le le;
	struct gateway *gw;
	tw_trunk *trunk;
	char *name;
	char *carrier;
	char *registrar;
	char domain[GW_TEXT];
	uint32_t identity;         /* TW_IDENTITY_ */
	uint32_t forward;          /* TW_FORWARD_ */
	bool started;
	bool usable;               /* registered, and answers */
	bool gone;                 /* no longer wanted; calls may be on it */
	bool quiet;                /* gone, and no call was seen on it */
};

struct recorder;
struct spend;
struct keep;
struct crowd;

/* A SIP stack, and who listens on it. */
struct stack {
	struct le le;
	struct gateway *gw;
	struct sip *sip;
	struct leg_sock *leg_sock;
	struct uas_sock *uas_sock;
	struct sip_lsnr *lsnr_first;
	struct sip_lsnr *lsnr_last;
	struct sip_lsnr *lsnr_stray;
};

struct gateway {
	struct gateway_options options;
	const tw_directory *directory;
	struct sip *sip;
	struct clk *clk;
	tw_directory *taken;       /* the same, when it is ours */
	char country[8];
	char *secrets_dir;
	char local_host[GW_TEXT];

	tw_engine *engine;
	tw_router *router;
	tw_trunks *trunks;
	struct list trunkl;        /* struct trunk */
	struct list phonel;        /* struct phone */
	struct list linel;         /* struct line */
	struct list formerl;       /* struct line: who may still be on a call
				      that is older than the directory */
	struct list calll;         /* struct call */
	struct list ticketl;       /* struct ticket */
	struct hash *engine_calls; /* struct call by the engine's id */
	uint64_t secret;           /* makes callers keys */
	struct hash *known;        /* struct known by such keys */
	struct list knownl;
	struct keep *keep;         /* NULL: nothing is */

	struct stack *stack;       /* of UDP and TCP */
	struct list stackl;        /* struct stack; the others are of TLS */

	struct clk_timer engine_timer;
	bool pumping;

	struct clk_timer trunks_timer;
	struct clk_timer sweep_timer;
	struct tmr sync_tmr;       /* after a message: what is pending now */
	struct tmr patience_tmr;
	struct tmr learned_tmr;
	bool trunks_busy;

	struct crowd *crowd;
	struct recorder *recorder;
	struct spend *spend;
	struct gateway_stats stats;

	bool stopping;
	void (*stopped_h)(int err, void *arg);
	void *stopped_arg;
	struct clk_timer stop_timer;
	struct tmr stop_tmr;
	bool stop_waits;           /* for the store alone */
};

struct attempt;
struct call;

/* A caller who is to be called back. */
struct ticket {
	struct le le;
	tw_call_id id;             /* of the engine */
	tw_time start;             /* when he called */
	uint32_t tries;            /* members who answered for him */
	char caller[GW_NUMBER];
	char number[GW_NUMBER];    /* of ours, that he called */
	struct call *call;         /* that calls him back; NULL: he waits */
	struct gateway *gw;
	struct clk_timer rest;     /* then in line again: no carrier had a
				      way to him */
};

struct call {
	struct le le;
	struct le he;              /* in gateway.engine_calls */
	struct gateway *gw;
	struct stack *stack;       /* held; of the caller's leg */
	struct uas *uas;           /* NULL: one of our own, see callback.c */
	struct ticket *ticket;     /* who is called back; NULL: nobody */
	struct attempt *member;    /* of a ticket: who answered first */
	struct mbuf *join;         /* what his phone was offered last */
	bool join_again;           /* and will be: another one is under way */
	bool is_taken;             /* somebody did */
	bool has_left;             /* and hung up before he was reached */
	bool had_no_way;           /* no carrier got there */
	uint32_t direction;        /* TW_DIRECTION_INBOUND, _OUTBOUND */
	tw_time start;
	tw_time answer;            /* 0: not yet */
	char callid[GW_CALLID];
	char caller[GW_TEXT];
	char number[GW_NUMBER];    /* the DID; outbound: what was dialled */
	char own[GW_NUMBER];       /* outbound: the number we show */
	char privacy[GW_TEXT];     /* of the caller; "": none */
	uint32_t failed;           /* TW_OUTCOME_ of the phone tried last */
	char ctype[GW_CTYPE];
	struct mbuf *body;
	const struct trunk *trunk; /* inbound: the one it came by */
	struct phone *phone;       /* outbound: who dials; held */
	bool occupied;             /* that phone holds a slot */
	tw_call_id engine_call;    /* 0: none, or left already */
	uint64_t affinity;         /* who calls, as a key; 0: nobody knows */
	struct list attemptl;
	struct attempt *talk;      /* the one that answered */
	struct clk_timer limit;    /* of a talk whose end nobody told us */
	struct clk_timer interim;  /* when to say how the talk stands */
	struct clk_timer probe;    /* when to ask whether both are there */
	uint32_t silent[2];        /* probes without an answer: the caller's,
				      the other side's */
	uint32_t legs;             /* records; 1 is what was dialled */
	bool decided;              /* outbound: leg 1 is recorded */
	bool rung;
	bool ended;
};

/* ---- gateway.c ---- */
void gw_log(const struct gateway *gw, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
bool gw_digits(char out[GW_NUMBER], const struct gateway *gw,
	       const struct pl *user);
/* Refuses what could not be accounted: too much waits for the store. */
bool gw_is_full(struct stack *stack, const struct sip_msg *msg);
/* Who hears a message before all others, and after them. */
int gw_listen_first(struct stack *stack);
int gw_listen_last(struct stack *stack);
/* Printable copy of hostile text, cut when longer. */
void gw_text(char *out, size_t size, const struct pl *text);

/* ---- reload.c ---- */
/* Engine and router of a directory; both are new. */
int library_make(tw_engine **enginep, tw_router **routerp,
		 const struct gateway *gw, const tw_directory *directory,
		 tw_error *err);
void country_read(char country[8], const tw_directory *directory);

void reload_log(const struct gateway *gw, const char *what,
		tw_engine_changes *changes);

/* ---- known.c ---- */
const char *known_name(const struct gateway *gw, uint64_t key);
int known_put(struct gateway *gw, uint64_t key, const char *name);
int known_print(struct mbuf *mb, const struct gateway *gw);
int known_read(struct gateway *gw, const struct pl *line);

/* ---- keep.c ---- */
/* Takes up what the last life left. */
int keep_alloc(struct keep **keepp, struct gateway *gw);
void keep_save(struct keep *keep);

/* ---- learned.c ---- */
void learned_recall(struct gateway *gw);
void learned_keep(struct gateway *gw);
/* Into a router that takes the place of the gateway's. */
void learned_move(tw_router *to, const struct gateway *gw);

/* ---- stacks.c ---- */
int stack_alloc(struct stack **stackp, struct gateway *gw, struct sip *sip);
struct stack *stack_find(const struct gateway *gw, const struct sip *sip);
/* For tw_trunks_watch(), with the gateway. */
void stack_watch(struct sip *sip, int is_there, void *arg);
/* It stays until released: a call is on it. */
void stack_hold(struct stack **heldp, struct stack *stack);
void stack_release(struct stack **heldp);

/* ---- policy.c ---- */
struct source {
	struct phone *phone;       /* by address and From user */
	bool is_trunk;             /* the address may speak for a trunk */
};
/* Its answer would go to somebody who did not ask: no answer. */
bool policy_is_bounced(const struct sip_msg *msg);
/* 0: well formed; else the code to answer with, unless the verdict is that
 * nobody is to be answered. */
uint16_t policy_check(tw_sip_verdict *verdict, const struct sip_msg *msg);
bool policy_source(struct source *out, const struct stack *stack,
		   const struct sip_msg *msg);

/* ---- crowd.c ---- */
int crowd_alloc(struct crowd **crowdp);
/* May this stranger be told once more that he is one? */
bool crowd_is_heard(struct crowd *crowd, const struct gateway *gw,
		    const struct sa *src);

/* ---- trunks.c ---- */
int trunks_open(struct gateway *gw, tw_error *err);
void trunks_close(struct gateway *gw);
void trunks_start(struct gateway *gw);
void trunks_stop(struct gateway *gw);
bool trunks_are_idle(const struct gateway *gw);
void trunks_sync(struct gateway *gw);
/* Would trunks_reload() be refused anything? */
int trunks_check(struct gateway *gw, const tw_directory *directory,
		 tw_error *err);
/* Those that are gone stay as long as calls are on them. */
void trunks_reload(struct gateway *gw, const tw_directory *directory);
struct trunk *trunk_find(const struct gateway *gw, const char *name);
/* Which trunk it came by; carrier: of the called number, NULL: not known. */
tw_status trunk_ask(tw_inbound_match *match, const struct gateway *gw,
		    const struct sip_msg *msg, const char *carrier);
/* leg_auth_h with a struct trunk. */
int trunk_authorize(char **header, const char *method, const char *uri,
		    const struct sip_msg *msg, void *arg);

/* ---- way.c ---- */
struct way {
	struct sip *sip;           /* to dial by */
	char uri[GW_URI];          /* Request-URI */
	char route[GW_ROUTES][GW_URI];
	const char *routes[GW_ROUTES];
	uint32_t count;
	const char *contact;       /* of our Contact: user and parameters */
};
int way_find(struct way *way, const struct trunk *trunk, const char *number);
int way_uri(char *buf, size_t size, const char *uri, const char *number);

/* ---- phones.c ---- */
int phones_read(struct list *phonel, struct list *linel,
		const struct gateway *gw, const tw_directory *directory,
		tw_error *err);
/* Theirs are the gateway's from now on; the engine is of that directory. */
void phones_take(struct gateway *gw, struct list *phonel, struct list *linel);

/* ---- inbound.c, outbound.c ---- */
void inbound_invite(struct stack *stack, const struct sip_msg *msg);
void outbound_invite(struct stack *stack, const struct sip_msg *msg,
		     struct phone *phone);

/* ---- call.c ---- */
int call_alloc(struct call **callp, struct stack *stack,
	       const struct sip_msg *msg, uint32_t direction);
/* One without a caller's leg. */
int call_alloc_own(struct call **callp, struct gateway *gw, const char *sdp,
		   size_t size);
void call_ring(struct call *call, const struct sip_msg *msg);
/* false: too late, end this leg. */
bool call_answer(struct call *call, struct attempt *attempt,
		 const struct sip_msg *msg);
/* Ends everything that hangs on it, once: code goes to a caller that was not
 * answered, text into its Warning (may be NULL). */
void call_end(struct call *call, uint32_t status, uint16_t code,
	      const char *text);
void call_attempt_failed(struct call *call, struct attempt *attempt,
			 uint32_t outcome, uint16_t code);
/* From now on this one and the other side talk. */
void call_talks(struct call *call, struct attempt *attempt);
/* Its records are told how the talk stands. */
void call_interim(struct call *call);

/* The session of a message, if it has one. */
void body_of(struct offer_body *body, char *ctype, size_t size,
	     const struct sip_msg *msg);

/* ---- callback.c ---- */
/* The plan gave this caller a place in line without a channel. */
void callback_promise(struct call *call);
/* The call that calls a ticket back: if there is one; made if need be. */
struct call *callback_find(const struct gateway *gw, tw_call_id id);
struct call *callback_call(struct gateway *gw, tw_call_id id);
/* As call_ring(), call_answer(), call_attempt_failed(), for such a call. */
void callback_ring(struct call *call, const struct sip_msg *msg);
bool callback_answer(struct call *call, struct attempt *attempt,
		     const struct sip_msg *msg);
void callback_failed(struct call *call, struct attempt *attempt,
		     uint32_t outcome, uint16_t code);
/* It ends if nobody rings any more. */
void callback_idle(struct call *call);
/* The engine has let go of a ticket. */
void callback_gone(struct gateway *gw, tw_call_id id);
/* Its call begins to end, and has ended; of other calls nothing. */
void callback_stop(struct call *call);
void callback_over(struct call *call);
int callback_print(struct mbuf *mb, const struct gateway *gw);
int callback_read(struct gateway *gw, const struct pl *line);
void callback_restore(struct gateway *gw, bool has_engine);

/* ---- talk.c ---- */
enum { SIDE_CALLER, SIDE_OTHER };
void talk_begin(struct call *call);
void talk_end(struct call *call);
/* Handlers of new offers: with the call; with the attempt that talks. */
void talk_caller_offers(const struct sip_msg *msg, void *arg);
void talk_other_offers(const struct sip_msg *msg, void *arg);

/* ---- attempt.c ---- */
struct quote {
	tw_route_candidate rows[GW_CANDIDATES];
	uint32_t count;
	tw_hold hold;              /* of the first usable row; 0: none */
	int64_t paid_s;
};

struct attempt {
	struct le le;
	struct call *call;
	struct leg *leg;
	struct stack *stack;       /* held; of the leg */
	tw_offer_id offer;         /* 0 when outbound */
	char who[128];             /* that is offered: the target's name */
	char uri[GW_URI];          /* of a phone, when no carrier is needed */
	char number[GW_NUMBER];    /* else this, by these candidates */
	tw_route_candidate *candidates;
	uint32_t count, next;      /* next: how many were dialled */

	struct trunk *trunk;       /* of the leg in progress; NULL: none */
	tw_route_call slot;        /* of that trunk */
	tw_time start;
	tw_time answer;
	uint32_t number_of_leg;    /* 0: not recorded yet */
	uint64_t ticket;           /* of its last record; 0: none */

	tw_hold hold;              /* money of its legs; 0: none */
	int64_t paid_s;
	int64_t talk_since;        /* monotonic */
	struct clk_timer pay_timer;
	bool rung;
	struct tmr silence;        /* real time: the peer owes a first word */
};
int attempt_phone(struct attempt **attemptp, struct call *call,
		  const char *uri);
/* Takes usable rows only, and the hold, whatever it returns. */
int attempt_carriers(struct attempt **attemptp, struct call *call,
		     const char *number, const struct quote *quote);
int attempt_dial(struct attempt *attempt);
/* The way that is being tried; NULL: a phone's. */
const tw_route_candidate *attempt_current(const struct attempt *attempt);
/* A phone's attempt goes on to where its 302 says; ENOENT: nowhere. */
int attempt_follow(struct attempt *attempt, const struct sip_msg *msg);
/* How the leg that is talking stands. */
void attempt_interim(struct attempt *attempt);
/* Ends its leg and records it; the attempt is gone. */
void attempt_stop(struct attempt *attempt, uint32_t status,
		  const char *reason);

/* ---- shown.c ---- */
int shown_to(tw_leg_identity *out, const struct attempt *attempt);

/* ---- slot.c ---- */
/* flags: TW_ROUTE_AGAIN, _EMERGENCY. */
tw_route_call slot_take(struct gateway *gw, const struct trunk *trunk,
			const char *number, uint32_t flags);
void slot_free(struct gateway *gw, tw_route_call slot);
/* code 0: nothing came. true: another carrier may do better. */
bool slot_report(struct gateway *gw, tw_route_call slot, uint16_t code,
		 bool rung, const struct sip_msg *msg);

/* ---- spend.c ---- */
int spend_alloc(struct spend **spendp, struct gateway *gw);
/* There may be budgets in this directory, where none were before. */
void spend_declare(struct spend *spend);
/* Who may carry it, as budgets allow; holds money where they say so. Rows are
 * written whatever is returned: see tw_authorize(). */
tw_status spend_ask(struct quote *out, struct gateway *gw,
		    const tw_call_request *request, tw_error *err);
/* Nothing was dialled. */
void spend_cancel(struct gateway *gw, tw_hold hold);
/* Another trunk is about to be dialled; false: there is no money for it. */
bool spend_move(struct attempt *attempt, const char *trunk);
/* It is talked from now on, until there is no money for more. */
void spend_answered(struct attempt *attempt);
/* No leg of it is left, and the last one is recorded. */
void spend_over(struct attempt *attempt);
/* Every record up to this ticket is in the store. */
void spend_stored(struct spend *spend, uint64_t ticket);

/* ---- ring.c ---- */
/* Who may carry a call that goes on to a number, and what it costs. */
int ring_quote(struct quote *quote, const struct call *call,
	       const char *number);
/* By whom a call goes on, or back: the number that was called. */
void ring_ask_as(tw_call_request *request, const struct call *call);
int ring_enter(struct call *call);
void ring_leave(struct call *call);
void ring_failed(struct attempt *attempt, uint32_t outcome);
bool ring_answered(struct attempt *attempt);
void ring_pump(struct gateway *gw);

/* ---- record.c ---- */
int recorder_alloc(struct recorder **recorderp, struct gateway *gw,
		   tw_error *err);
/* Strings are copied. Returns its ticket; 0: it is lost. */
uint64_t record_add(struct recorder *recorder, const tw_cdr *cdr);
/* Tries now. true: all is in the store. */
bool recorder_flush(struct recorder *recorder);
bool recorder_is_empty(const struct recorder *recorder);
/* Too much waits for the store: no new calls, they could not be accounted. */
bool recorder_is_full(const struct recorder *recorder);

#endif
