/**
 * @file spend.c  What paid legs may cost: budgets asked, extended, settled
 *
 * Before a leg over a carrier is dialled its first seconds are reserved; while
 * it is talked, the next ones before they are used; when there is no money for
 * more it is ended just in time. What it came to stays reserved until the
 * store has its record, so that a call is counted neither twice nor not at
 * all. The rules are the library's; here they get their times. Knows nothing
 * of who is dialled and why.
 */
#include <string.h>
#include "gw.h"

enum {
	STEP_S = 1,            /* while money is out */
	IDLE_S = 15,           /* else: half of what a lease's beat asks for */
	AHEAD_US = 5000000,    /* the next seconds are paid for so early */
	AGAIN_US = 250000,     /* when there was no money, at the soonest */
	CUT_US = 300000,       /* a BYE is on its way for a while, and the
				  carrier rounds up */

	/* Their records are waited for: the recorder knows when they are in
	 * the store, however long it is locked. */
	RECORDS_S = 86400,
};

/* Ended, and the record is on its way. */
struct paid {
	struct le le;
	tw_hold hold;
	uint64_t ticket;
};

/* What was said of a budget in this period. */
struct told {
	struct le le;
	char name[128];
	tw_time from;
	uint32_t state;
};

struct spend {
	struct gateway *gw;
	tw_budgets *budgets;       /* NULL: not open, or nothing declared */
	bool declared;
	struct list paidl;
	struct list toldl;
	uint32_t live;
	struct clk_timer timer;
	char trouble[128];         /* what was logged last */
};


/* ---- what is said of it ---- */

static void trouble(struct spend *spend, const char *text)
{
	if (!strcmp(spend->trouble, text))
		return;
	str_ncpy(spend->trouble, text, sizeof(spend->trouble));
	gw_log(spend->gw, "budgets: %s", *text ? text : "open");
}


static struct told *told_of(struct spend *spend, const char *name)
{
	struct told *told;
	struct le *le;

	for (le = spend->toldl.head; le; le = le->next) {
		told = le->data;
		if (!strcmp(told->name, name))
			return told;
	}
	told = mem_zalloc(sizeof(*told), NULL);
	if (!told)
		return NULL;
	str_ncpy(told->name, name, sizeof(told->name));
	list_append(&spend->toldl, &told->le, told);

	return told;
}


static void tell_one(struct spend *spend, const tw_budget_state *state)
{
	struct told *told = told_of(spend, state->name);
	const bool hard = state->state == TW_BUDGET_IS_HARD;
	const int64_t limit = hard ? state->hard_nanos : state->soft_nanos;
	char sum[40] = "?", most[40] = "?";

	if (!told || (told->from == state->from &&
		      told->state >= state->state))
		return;
	told->from = state->from;
	told->state = state->state;
	(void)tw_decimal_format(sum, sizeof(sum), state->spent_nanos +
				state->reserved_nanos, TW_DECIMALS_SHORTEST,
				NULL);
	(void)tw_decimal_format(most, sizeof(most), limit,
				TW_DECIMALS_SHORTEST, NULL);
	gw_log(spend->gw, "budget %s: %s limit of %s %s reached: %s spent and "
	       "reserved", state->name, hard ? "hard" : "soft", most,
	       state->currency, sum);
}


/* A flag says that some limit was crossed, the states say which. */
static void tell(struct spend *spend, uint32_t flags)
{
	const tw_time now = clk_now(spend->gw->clk);
	tw_budget_state state = TW_BUDGET_STATE_INIT;
	size_t i;

	if (!(flags & (TW_BUDGET_SOFT | TW_BUDGET_HARD)))
		return;
	for (i = 0; !tw_budgets_state(&state, spend->budgets, i, now, NULL);
	     i++) {
		if (state.state > TW_BUDGET_IS_OK)
			tell_one(spend, &state);
	}
}


/* ---- the store's side ---- */

static void step(struct spend *spend)
{
	tw_error err = TW_ERROR_INIT;

	/* locked, full: calls go on from what is leased */
	if (!tw_budget_step(spend->budgets, clk_now(spend->gw->clk), &err) ||
	    err.code == TW_EBUSY)
		trouble(spend, "");
	else
		trouble(spend, err.message);
}


/* What a former life left is known once its records are in; while they are
 * not, what it had taken stays reserved for a minute. */
static void open_budgets(struct spend *spend)
{
	const struct gateway *gw = spend->gw;
	tw_budgets_options options = TW_BUDGETS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;

	options.owner = gw->options.name ? gw->options.name : "gateway";
	options.records_s = RECORDS_S;
	if (recorder_flush(gw->recorder))
		options.flags = TW_BUDGETS_RECORDS_IN;
	if (tw_budgets_open(&spend->budgets, gw->options.store,
			    clk_now(gw->clk), &options, &err))
		trouble(spend, err.message);
	else
		trouble(spend, "");
}


static void timer_handler(void *arg);


static void plan_step(struct spend *spend, bool soon)
{
	const struct gateway *gw = spend->gw;

	if (spend->declared)
		clk_timer_start(gw->clk, &spend->timer, clk_now(gw->clk) +
				(soon ? STEP_S : IDLE_S) * TW_SECOND,
				timer_handler, spend);
}


static void timer_handler(void *arg)
{
	struct spend *spend = arg;

	if (spend->budgets)
		step(spend);
	else
		open_budgets(spend);
	plan_step(spend, !spend->budgets || spend->live ||
		  !list_isempty(&spend->paidl));
}


void spend_stored(struct spend *spend, uint64_t ticket)
{
	struct paid *paid;

	while ((paid = list_ledata(list_head(&spend->paidl))) &&
	       paid->ticket <= ticket) {
		(void)tw_hold_release(spend->budgets, paid->hold, NULL);
		list_unlink(&paid->le);
		mem_deref(paid);
	}
}


/* ---- one call ---- */

static tw_status ask(struct quote *out, struct spend *spend,
		     const tw_call_request *request, tw_error *err)
{
	tw_authorization answer = TW_AUTHORIZATION_INIT;
	tw_call_request held = *request;
	tw_status status;

	held.flags |= TW_AUTHORIZE_HOLD;
	answer.candidates = out->rows;
	answer.candidate_count = GW_CANDIDATES;
	status = tw_authorize(&answer, spend->budgets, spend->gw->router,
			      &held, err);
	out->count = status == TW_EINVAL || status == TW_ENOMEM ? 0
		: answer.candidate_count;
	out->hold = status ? (tw_hold){ 0 } : answer.hold;
	out->paid_s = answer.paid_s;
	tell(spend, answer.flags);
	if (status == TW_EBUSY && answer.flags & TW_BUDGET_STEP)
		return TW_ITER_END;

	return status;
}


/* No budgets are declared, or it is about somebody's life. */
static tw_status decide(struct quote *out, const struct gateway *gw,
			const tw_call_request *asked, tw_error *err)
{
	tw_route_request request = TW_ROUTE_REQUEST_INIT;

	request.direction = asked->direction;
	request.number = asked->number;
	request.department = asked->department;
	request.site = asked->site;
	request.preferred = asked->preferred;
	request.at = asked->at;
	out->count = GW_CANDIDATES;

	return tw_router_decide(out->rows, &out->count, gw->router, &request,
				err);
}


tw_status spend_ask(struct quote *out, struct gateway *gw,
		    const tw_call_request *request, tw_error *err)
{
	struct spend *spend = gw->spend;
	tw_status status;

	memset(out, 0, sizeof(*out));
	out->rows[0].size = sizeof(out->rows[0]);
	if (!spend->declared ||
	    tw_router_is_emergency(gw->router, request->number))
		return decide(out, gw, request, err);
	if (!spend->budgets) {
		err->code = TW_EBUSY;
		(void)re_snprintf(err->message, sizeof(err->message),
				  "budgets cannot be asked: %s",
				  spend->trouble);
		return TW_EBUSY;
	}

	status = ask(out, spend, request, err);
	if (status == TW_ITER_END) {
		step(spend);
		status = ask(out, spend, request, err);
	}
	if (out->hold.id) {
		spend->live++;
		plan_step(spend, true);
	}

	return status == TW_ITER_END ? TW_EBUSY : status;
}


bool spend_move(struct attempt *attempt, const char *trunk)
{
	struct gateway *gw = attempt->call->gw;
	struct spend *spend = gw->spend;
	tw_error err = TW_ERROR_INIT;
	tw_status status;

	if (!attempt->hold.id)
		return true;
	status = tw_hold_move(spend->budgets, attempt->hold, gw->router,
			      trunk, &err);
	if (status == TW_EBUSY) {
		step(spend);
		status = tw_hold_move(spend->budgets, attempt->hold,
				      gw->router, trunk, &err);
	}
	if (status)
		gw_log(gw, "call %s: not by %s: %s", attempt->call->callid,
		       trunk, err.message);

	return !status;
}


static int64_t talked_us(const struct attempt *attempt)
{
	const tw_clock *clock = clk_port(attempt->call->gw->clk);

	return clock->monotonic(clock->arg) - attempt->talk_since;
}


/* true: there is money for more than was paid for before. */
static bool extend(struct attempt *attempt, uint32_t *flags)
{
	struct spend *spend = attempt->call->gw->spend;
	tw_hold_state state = TW_HOLD_STATE_INIT;
	const int64_t before = attempt->paid_s;

	*flags = TW_BUDGET_LAST;
	if (tw_hold_extend(&state, spend->budgets, attempt->hold,
			   talked_us(attempt), NULL))
		return false;
	tell(spend, state.flags);
	if (state.flags & TW_BUDGET_STEP) {
		step(spend);
		if (tw_hold_extend(&state, spend->budgets, attempt->hold,
				   talked_us(attempt), NULL))
			return false;
		tell(spend, state.flags);
	}
	*flags = state.flags;
	attempt->paid_s = state.paid_s;

	return state.paid_s > before;
}


static void pay_handler(void *arg);


static void plan_pay(struct attempt *attempt, bool last)
{
	const struct gateway *gw = attempt->call->gw;
	const int64_t left = attempt->paid_s * TW_SECOND - CUT_US -
		talked_us(attempt);
	int64_t wait = left > 2 * AHEAD_US && !last ? left - AHEAD_US
		: left / 2;

	if (last && wait < AGAIN_US)
		wait = left < AGAIN_US ? left : AGAIN_US;
	clk_timer_start(gw->clk, &attempt->pay_timer, clk_now(gw->clk) +
			(wait > 0 ? wait : 0), pay_handler, attempt);
}


/* Each time more is reserved the record is told how the talk stands: what a
 * crash takes of it is then no more than was reserved last. */
static void pay_handler(void *arg)
{
	struct attempt *attempt = arg;
	struct call *call = attempt->call;
	uint32_t flags;
	const bool more = extend(attempt, &flags);

	if (talked_us(attempt) + CUT_US >= attempt->paid_s * TW_SECOND) {
		gw_log(call->gw, "call %s: ended: its budget has no money for "
		       "more than %lld s", call->callid,
		       (long long)attempt->paid_s);
		call_end(call, TW_CALL_ANSWERED, 0, NULL);
		return;
	}
	if (more)
		call_interim(call);
	plan_pay(attempt, flags & TW_BUDGET_LAST);
}


void spend_answered(struct attempt *attempt)
{
	if (attempt->hold.id)
		plan_pay(attempt, false);
}


static void settle(struct attempt *attempt, uint64_t ticket)
{
	struct spend *spend = attempt->call->gw->spend;
	tw_hold_state state = TW_HOLD_STATE_INIT;
	struct paid *paid;

	(void)tw_hold_settle(&state, spend->budgets, attempt->hold,
			     attempt->answer ? talked_us(attempt) : 0, NULL);
	tell(spend, state.flags);
	spend->live--;

	/* a record that was lost: what it cost stays reserved */
	paid = ticket ? mem_zalloc(sizeof(*paid), NULL) : NULL;
	if (!paid)
		return;
	paid->hold = attempt->hold;
	paid->ticket = ticket;
	list_append(&spend->paidl, &paid->le, paid);
}


void spend_cancel(struct gateway *gw, tw_hold hold)
{
	if (!hold.id)
		return;
	(void)tw_hold_release(gw->spend->budgets, hold, NULL);
	gw->spend->live--;
}


void spend_over(struct attempt *attempt)
{
	clk_timer_cancel(&attempt->pay_timer);
	if (!attempt->answer && !attempt->ticket)
		spend_cancel(attempt->call->gw, attempt->hold);
	else if (attempt->hold.id)
		settle(attempt, attempt->ticket);
	attempt->hold.id = 0;
}


/* ---- life ---- */

static void destructor(void *arg)
{
	struct spend *spend = arg;

	clk_timer_cancel(&spend->timer);
	if (spend->budgets)
		(void)tw_budgets_close(spend->budgets,
				       clk_now(spend->gw->clk), NULL);
	tw_budgets_free(spend->budgets);
	list_flush(&spend->paidl);
	list_flush(&spend->toldl);
}


void spend_declare(struct spend *spend)
{
	const struct gateway *gw = spend->gw;
	tw_row row = { 0 };
	const bool declared = tw_directory_next(&row, gw->directory, "budget",
						NULL) == TW_OK;

	/* once asked, always asked: money of calls may be out */
	if (!declared || spend->declared)
		return;
	spend->declared = true;
	open_budgets(spend);
	plan_step(spend, true);
}


int spend_alloc(struct spend **spendp, struct gateway *gw)
{
	struct spend *spend;

	spend = mem_zalloc(sizeof(*spend), destructor);
	if (!spend)
		return ENOMEM;

	spend->gw = gw;
	spend_declare(spend);
	*spendp = spend;

	return 0;
}
