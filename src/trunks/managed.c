/**
 * @file src/trunks/managed.c  A set of trunks on a thread of its own
 *
 * Decides how calls from any thread come to a set that, like libre, belongs
 * to one: each is packed into an order, run on the private loop by the very
 * function that was called, and waited for. So set.c and trunk.c need no
 * lock, and no state is shared but the loop's queue. It refuses to know what
 * the calls do.
 *
 * Events go out by a pipe that holds one byte while any is unread; both ends
 * are touched on the loop's thread only, so the byte and the queue agree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <trunkwise/binding.h>
#include "set.h"

struct order {
	tw_trunks *set;
	const tw_trunks *asked;        /* as set, for those that only ask */
	tw_trunk *trunk;
	const tw_trunk *read;
	tw_far_act *act;
	tw_far_text *text;
	const void *in;
	void *out;
	tw_error *err;
	tw_status status;
	int64_t number;
};

bool tw__trunks_far(const tw_trunks *set)
{
	return set && set->loop && !tw__loop_is_here(set->loop);
}

/* After all that adds or takes events. */
static void tell(tw_trunks *set)
{
	char byte = 0;
	ssize_t n = 1;

	if (set->told == (set->first != NULL))
		return;
	do {
		n = set->told ? read(set->ready[0], &byte, 1) :
			write(set->ready[1], &byte, 1);
	} while (n < 0 && errno == EINTR);
	/* not told: tried again at the next event */
	if (n == 1)
		set->told = !set->told;
}

static void event_h(void *arg)
{
	tell(arg);
}

static int open_pipe(int ready[2])
{
	int err = 0;

	if (pipe(ready)) {
		ready[0] = ready[1] = -1;
		return errno;
	}
	for (int i = 0; i < 2 && !err; i++)
		if (fcntl(ready[i], F_SETFD, FD_CLOEXEC) ||
		    fcntl(ready[i], F_SETFL, O_NONBLOCK))
			err = errno;
	return err;
}

void tw__managed_close(tw_trunks *set)
{
	for (int i = 0; i < 2; i++)
		if (set->ready[i] >= 0)
			(void)close(set->ready[i]);
}

static void run_make(void *arg)
{
	struct order *order = arg;
	tw_trunks *set;
	int e;

	order->status = tw__trunks_new(&set, NULL, order->in, order->err);
	if (order->status)
		return;
	e = open_pipe(set->ready);
	if (e) {
		tw__trunks_unref(set);
		order->status = tw__sip_fail(order->err, TW_EIO, "",
			"no pipe to tell of events: %s", strerror(e));
		return;
	}
	set->event = event_h;
	set->arg = set;
	order->set = set;
}

static tw_status check(const tw_trunks_options *options, tw_error *err)
{
	const size_t end = offsetof(tw_trunks_options, arg);

	/* smaller and larger sizes are tw__trunks_new()'s to judge */
	if (!options || options->size < end)
		return TW_OK;
	if (options->flags & TW_TRUNKS_HOST_CLOCK)
		return tw__sip_fail(err, TW_EINVAL, "flags", "a managed set "
			"keeps its own time; leave TW_TRUNKS_HOST_CLOCK out");
	if (options->event)
		return tw__sip_fail(err, TW_EINVAL, "event", "a managed set "
			"has a descriptor instead; poll tw_trunks_fd()");
	return TW_OK;
}

tw_status tw_trunks_new_managed(tw_trunks **out,
				const tw_trunks_options *options,
				tw_error *err)
{
	struct order order = { .in = options, .err = err };
	struct tw_loop *loop;
	tw_status status;

	if (!out)
		return tw__sip_fail(err, TW_EINVAL, "", "out is NULL");
	status = check(options, err);
	if (!status)
		status = tw__loop_new(&loop, err);
	if (status)
		return status;
	tw__loop_call(loop, run_make, &order);
	if (order.status) {
		tw__loop_free(loop);
		return order.status;
	}
	order.set->loop = loop;
	*out = order.set;
	return TW_OK;
}

int tw_trunks_fd(const tw_trunks *set)
{
	return set ? set->ready[0] : -1;
}

/* ---- orders ---- */

static void run_new(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunk_new(o->out, o->set, o->in, o->err);
}

tw_status tw__far_new(tw_trunk **out, tw_trunks *set,
		      const tw_trunk_options *options, tw_error *err)
{
	struct order o = { .set = set, .out = out, .in = options,
		.err = err };

	tw__loop_call(set->loop, run_new, &o);
	return o.status;
}

/* number: 1 when the set went with it. */
static void run_free(void *arg)
{
	struct order *o = arg;
	tw_trunks *set = o->trunk->set;

	o->number = set->refs == 1;
	set->refs++;
	tw_trunk_free(o->trunk);
	tell(set);
	tw__trunks_unref(set);
}

void tw__far_free(tw_trunk *trunk)
{
	struct order o = { .trunk = trunk };
	struct tw_loop *loop = trunk->set->loop;

	tw__loop_call(loop, run_free, &o);
	if (o.number)
		tw__loop_free(loop);
}

static void run_act(void *arg)
{
	struct order *o = arg;

	o->status = o->act(o->trunk, o->err);
}

tw_status tw__far_act(tw_far_act *act, tw_trunk *trunk, tw_error *err)
{
	struct order o = { .act = act, .trunk = trunk, .err = err };

	tw__loop_call(trunk->set->loop, run_act, &o);
	return o.status;
}

static void run_update(void *arg)
{
	struct order *o = arg;
	uint32_t change = TW_CHANGE_NONE;

	o->status = tw_trunk_update(&change, o->out, o->in, o->err);
	o->number = change;
}

tw_status tw__far_update(uint32_t *out_change, tw_trunk **trunk,
			 const tw_trunk_options *options, tw_error *err)
{
	struct order o = { .out = trunk, .in = options, .err = err };

	tw__loop_call((*trunk)->set->loop, run_update, &o);
	if (!o.status && out_change)
		*out_change = (uint32_t)o.number;
	return o.status;
}

static void run_find(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_find(o->out, o->set, o->in, o->err);
}

tw_status tw__far_find(tw_trunk **out, tw_trunks *set, const char *name,
		       tw_error *err)
{
	struct order o = { .set = set, .out = out, .in = name, .err = err };

	tw__loop_call(set->loop, run_find, &o);
	return o.status;
}

static void run_lease(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_lease(o->set, o->number, o->err);
}

tw_status tw__far_lease(tw_trunks *set, int64_t until_us, tw_error *err)
{
	struct order o = { .set = set, .number = until_us, .err = err };

	tw__loop_call(set->loop, run_lease, &o);
	return o.status;
}

static void run_status_get(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunk_status_get(o->out, o->read, o->err);
}

tw_status tw__far_status_get(tw_trunk_status *out, const tw_trunk *trunk,
			     tw_error *err)
{
	struct order o = { .read = trunk, .out = out, .err = err };

	tw__loop_call(trunk->set->loop, run_status_get, &o);
	return o.status;
}

static void run_health_get(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunk_health_get(o->out, o->read, o->err);
}

tw_status tw__far_health_get(tw_trunk_health *out, const tw_trunk *trunk,
			     tw_error *err)
{
	struct order o = { .read = trunk, .out = out, .err = err };

	tw__loop_call(trunk->set->loop, run_health_get, &o);
	return o.status;
}

static void run_text(void *arg)
{
	struct order *o = arg;

	o->status = o->text(o->out, o->read, o->err);
}

tw_status tw__far_text(tw_far_text *text, char **out, const tw_trunk *trunk,
		       tw_error *err)
{
	struct order o = { .text = text, .read = trunk, .out = out,
		.err = err };

	tw__loop_call(trunk->set->loop, run_text, &o);
	return o.status;
}

static void run_way_get(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunk_way_get(o->out, o->read, o->err);
}

tw_status tw__far_way_get(tw_trunk_way *out, const tw_trunk *trunk,
			  tw_error *err)
{
	struct order o = { .read = trunk, .out = out, .err = err };

	tw__loop_call(trunk->set->loop, run_way_get, &o);
	return o.status;
}

static void run_flow_get(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunk_flow_get(o->out, o->read, (uint32_t)o->number,
		o->err);
}

tw_status tw__far_flow_get(tw_trunk_status *out, const tw_trunk *trunk,
			   uint32_t index, tw_error *err)
{
	struct order o = { .read = trunk, .out = out, .number = index,
		.err = err };

	tw__loop_call(trunk->set->loop, run_flow_get, &o);
	return o.status;
}

static void run_authorize(void *arg)
{
	struct order *o = arg;
	const struct tw_far_request *request = o->in;

	o->status = tw_trunk_authorize(o->out, o->trunk, request->method,
		request->uri, request->response, request->size, o->err);
}

tw_status tw__far_authorize(char **out, tw_trunk *trunk,
			    const struct tw_far_request *request,
			    tw_error *err)
{
	struct order o = { .trunk = trunk, .out = out, .in = request,
		.err = err };

	tw__loop_call(trunk->set->loop, run_authorize, &o);
	return o.status;
}

static void run_inbound(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_inbound(o->out, o->set, o->in, o->err);
}

tw_status tw__far_inbound(tw_inbound_match *out, tw_trunks *set,
			  const tw_inbound_request *request, tw_error *err)
{
	struct order o = { .set = set, .out = out, .in = request,
		.err = err };

	tw__loop_call(set->loop, run_inbound, &o);
	return o.status;
}

static void run_match(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_match(o->out, o->set, o->in, o->err);
}

tw_status tw__far_match(tw_trunk **out, tw_trunks *set,
			const char *request_user, tw_error *err)
{
	struct order o = { .set = set, .out = out, .in = request_user,
		.err = err };

	tw__loop_call(set->loop, run_match, &o);
	return o.status;
}

static void run_next_event(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_next_event(o->out, o->set, o->err);
	tell(o->set);
}

tw_status tw__far_next_event(tw_trunk_event *out, tw_trunks *set,
			     tw_error *err)
{
	struct order o = { .set = set, .out = out, .err = err };

	tw__loop_call(set->loop, run_next_event, &o);
	return o.status;
}

static void run_snapshot(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_snapshot(o->out, o->asked, o->err);
}

tw_status tw__far_snapshot(tw_trunk_views **out, const tw_trunks *set,
			   tw_error *err)
{
	struct order o = { .asked = set, .out = out, .err = err };

	tw__loop_call(set->loop, run_snapshot, &o);
	return o.status;
}

static void run_metrics(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_metrics(o->out, o->asked, (uint32_t)o->number,
		o->err);
}

tw_status tw__far_metrics(char **out, const tw_trunks *set, uint32_t flags,
			  tw_error *err)
{
	struct order o = { .asked = set, .out = out, .number = flags,
		.err = err };

	tw__loop_call(set->loop, run_metrics, &o);
	return o.status;
}

static void run_next_trace(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_next_trace(o->out, o->set, o->err);
}

tw_status tw__far_next_trace(tw_trunk_trace *out, tw_trunks *set,
			     tw_error *err)
{
	struct order o = { .set = set, .out = out, .err = err };

	tw__loop_call(set->loop, run_next_trace, &o);
	return o.status;
}

static void run_process(void *arg)
{
	struct order *o = arg;

	o->status = tw_trunks_process(o->set, o->err);
}

tw_status tw__far_process(tw_trunks *set, tw_error *err)
{
	struct order o = { .set = set, .err = err };

	tw__loop_call(set->loop, run_process, &o);
	return o.status;
}

static void run_deadline(void *arg)
{
	struct order *o = arg;

	o->number = tw_trunks_deadline(o->asked);
}

int64_t tw__far_deadline(const tw_trunks *set)
{
	struct order o = { .asked = set };

	tw__loop_call(set->loop, run_deadline, &o);
	return o.number;
}

static void run_pending(void *arg)
{
	struct order *o = arg;

	o->number = tw_trunks_pending(o->asked);
}

uint32_t tw__far_pending(const tw_trunks *set)
{
	struct order o = { .asked = set };

	tw__loop_call(set->loop, run_pending, &o);
	return (uint32_t)o.number;
}

static void run_set_free(void *arg)
{
	struct order *o = arg;

	tw__trunks_drop_retired(o->set);
	o->number = o->set->refs == 1;
	tw_trunks_free(o->set);
}

void tw__far_set_free(tw_trunks *set)
{
	struct order o = { .set = set };
	struct tw_loop *loop = set->loop;

	tw__loop_call(loop, run_set_free, &o);
	if (o.number)
		tw__loop_free(loop);
}
