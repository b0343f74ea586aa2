/**
 * @file test_managed.c  A set on its own thread, called from several
 *
 * The registrar is a UDP socket on a thread of the test. Nothing of libre is
 * used here but in the test that has a loop of its own beside the sets.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <trunkwise/sys/alloc.h>
#include "loop.h"

enum { ANSWER, SILENCE };

struct registrar {
	int fd;
	uint16_t port;
	pthread_t thread;
	atomic_int mode, requests, ended;
};

static void reply(struct registrar *r, const char *text,
		  const struct sockaddr_in *to)
{
	const char *status = "200 OK", *headers = "";
	char out[4096], line[5][256];
	int n;

	if (!strstr(text, "\r\nAuthorization:")) {
		status = "401 Unauthorized";
		headers = "WWW-Authenticate: Digest realm=\"r\", "
			"nonce=\"n\", qop=\"auth\"\r\n";
	}
	n = snprintf(out, sizeof(out), "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\n"
		"To: %s;tag=x\r\nCall-ID: %s\r\nCSeq: %s\r\n%s"
		"Content-Length: 0\r\n\r\n", status,
		loop_line(line[0], 256, text, "Via"),
		loop_line(line[1], 256, text, "From"),
		loop_line(line[2], 256, text, "To"),
		loop_line(line[3], 256, text, "Call-ID"),
		loop_line(line[4], 256, text, "CSeq"), headers);
	(void)sendto(r->fd, out, (size_t)n, 0, (const struct sockaddr *)to,
		sizeof(*to));
}

static void *registrar_main(void *arg)
{
	struct registrar *r = arg;
	char text[4096];

	while (!r->ended) {
		struct pollfd p = { r->fd, POLLIN, 0 };
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t n;

		if (poll(&p, 1, 20) < 1)
			continue;
		n = recvfrom(r->fd, text, sizeof(text) - 1, 0,
			(struct sockaddr *)&from, &size);
		if (n <= 0)
			continue;
		text[n] = 0;
		r->requests++;
		if (r->mode == ANSWER)
			reply(r, text, &from);
	}
	return NULL;
}

static void registrar_open(struct registrar *r, int mode)
{
	struct sockaddr_in local = { .sin_family = AF_INET };
	socklen_t size = sizeof(local);

	memset(r, 0, sizeof(*r));
	r->mode = mode;
	local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(r->fd >= 0);
	assert_int_equal(bind(r->fd, (struct sockaddr *)&local, size), 0);
	assert_int_equal(getsockname(r->fd, (struct sockaddr *)&local,
		&size), 0);
	r->port = ntohs(local.sin_port);
	assert_int_equal(pthread_create(&r->thread, NULL, registrar_main, r),
		0);
}

static void registrar_close(struct registrar *r)
{
	r->ended = 1;
	assert_int_equal(pthread_join(r->thread, NULL), 0);
	assert_int_equal(close(r->fd), 0);
}

static tw_trunks *open_set(void)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set = NULL;

	o.local_host = "127.0.0.1";
	if (tw_trunks_new_managed(&set, &o, &err))
		fail_msg("%s: %s", err.field, err.message);
	return set;
}

static tw_status add(tw_trunk **out, tw_trunks *set, const char *name,
		     uint16_t port, tw_error *err)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	char registrar[64];

	(void)snprintf(registrar, sizeof(registrar), "sip:127.0.0.1:%u",
		port);
	o.name = name;
	o.registrar = registrar;
	o.user = "trunk1";
	o.password = "secret";
	o.password_size = 6;
	return tw_trunk_new(out, set, &o, err);
}

static tw_trunk *open_trunk(tw_trunks *set, const char *name, uint16_t port)
{
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk = NULL;

	if (add(&trunk, set, name, port, &err))
		fail_msg("%s: %s", err.field, err.message);
	return trunk;
}

static bool readable(const tw_trunks *set, int ms)
{
	struct pollfd p = { tw_trunks_fd(set), POLLIN, 0 };

	return poll(&p, 1, ms) == 1;
}

/* By poll and next_event, as a host does. */
static void wait_state(tw_trunks *set, const char *name, uint32_t state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;

	while (readable(set, 5000)) {
		assert_int_equal(tw_trunks_next_event(&event, set, NULL),
			TW_OK);
		if (!strcmp(event.trunk, name) && event.state_new == state)
			return;
	}
	fail_msg("%s did not become %s", name, tw_trunk_state_name(state));
}

static unsigned open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

static void test_life(void **state)
{
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	tw_trunk *trunk, *found = NULL;
	struct registrar r;
	tw_trunk_status now;
	tw_trunks *set;

	(void)state;
	registrar_open(&r, ANSWER);
	set = open_set();
	assert_false(readable(set, 0));
	assert_int_equal(tw_trunks_deadline(set), INT64_MAX);
	trunk = open_trunk(set, "main", r.port);
	assert_string_equal(tw_trunk_name(trunk), "main");
	assert_null(tw_trunk_sip(trunk));
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	wait_state(set, "main", TW_TRUNK_REGISTERED);
	assert_false(readable(set, 0));
	assert_int_equal(tw_trunks_next_event(&event, set, NULL),
		TW_ITER_END);
	assert_int_equal(tw_trunks_pending(set), 0);
	assert_true(tw_trunks_deadline(set) < INT64_MAX);
	assert_int_equal(tw_trunks_process(set, NULL), TW_OK);
	now = loop_status(trunk);
	assert_int_equal(now.sip_code, 200);
	assert_string_equal(now.realm, "r");
	assert_int_equal(tw_trunks_match(&found, set, now.contact_user,
		NULL), TW_OK);
	assert_ptr_equal(found, trunk);
	assert_int_equal(tw_trunks_match(&found, set, "nobody", NULL),
		TW_ENOTFOUND);
	assert_int_equal(tw_trunk_stop(trunk, NULL), TW_OK);
	wait_state(set, "main", TW_TRUNK_IDLE);
	assert_int_equal(r.requests, 3);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	registrar_close(&r);
}

/* What else a carrier sends to the Contact. */
static void test_no_calls(void **state)
{
	static const char *const methods[] = { "INVITE", "OPTIONS", "CANCEL",
		"MESSAGE", "ACK" };
	static const char *const answers[] = { "SIP/2.0 480 ", "SIP/2.0 480 ",
		"SIP/2.0 481 ", "SIP/2.0 501 ", NULL };
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct registrar r;                    /* its socket only */
	tw_trunks *set = NULL;
	char text[1024];

	(void)state;
	/* a port that was free a moment ago */
	registrar_open(&r, SILENCE);
	o.local_port = r.port;
	registrar_close(&r);
	o.local_host = "127.0.0.1";
	assert_int_equal(tw_trunks_new_managed(&set, &o, NULL), TW_OK);
	r.fd = socket(AF_INET, SOCK_DGRAM, 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(r.port);
	assert_int_equal(connect(r.fd, (struct sockaddr *)&to, sizeof(to)),
		0);
	for (size_t i = 0; i < 5; i++) {
		struct pollfd p = { r.fd, POLLIN, 0 };
		int n = snprintf(text, sizeof(text), "%s sip:x@127.0.0.1 "
			"SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch="
			"z9hG4bK%zu\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:"
			"x@b>\r\nCall-ID: c%zu\r\nCSeq: 1 %s\r\n"
			"Content-Length: 0\r\n\r\n", methods[i], i, i,
			methods[i]);

		assert_int_equal(send(r.fd, text, (size_t)n, 0), n);
		if (!answers[i]) {
			assert_int_equal(poll(&p, 1, 100), 0);
			break;
		}
		assert_int_equal(poll(&p, 1, 2000), 1);
		n = (int)recv(r.fd, text, sizeof(text) - 1, 0);
		assert_true(n > 0);
		text[n] = 0;
		assert_memory_equal(text, answers[i], strlen(answers[i]));
	}
	assert_int_equal(close(r.fd), 0);
	tw_trunks_free(set);
}

static void test_authorize(void **state)
{
	static const char challenge[] = "SIP/2.0 407 Proxy Authentication "
		"Required\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
		"Call-ID: x\r\nCSeq: 1 INVITE\r\nProxy-Authenticate: Digest "
		"realm=\"r\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n";
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set = open_set();
	tw_trunk *trunk = open_trunk(set, "main", 5060);
	char *line = NULL;

	(void)state;
	assert_int_equal(tw_trunk_authorize(&line, trunk, "INVITE",
		"sip:1@b", challenge, sizeof(challenge) - 1, &err), TW_OK);
	assert_non_null(strstr(line, "Proxy-Authorization: Digest "));
	tw_free(line);
	/* errors come back into the caller's struct */
	assert_int_equal(tw_trunk_authorize(&line, trunk, "INVITE",
		"sip:1@b", "nonsense", 8, &err), TW_EPARSE);
	assert_int_equal(err.code, TW_EPARSE);
	assert_true(err.message[0]);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
}

struct worker {
	tw_trunks *set;
	const char *name;
	uint16_t port;
	pthread_t thread;
	tw_status status;
	unsigned rounds;
};

static void *start_main(void *arg)
{
	struct worker *w = arg;
	tw_trunk *trunk = NULL;
	tw_trunk_status now = TW_TRUNK_STATUS_INIT;

	w->status = add(&trunk, w->set, w->name, w->port, NULL);
	if (!w->status)
		w->status = tw_trunk_start(trunk, NULL);
	for (int i = 0; !w->status && i < 500 &&
	     now.state != TW_TRUNK_REGISTERED; i++) {
		(void)usleep(10000);
		w->status = tw_trunk_status_get(&now, trunk, NULL);
	}
	if (!w->status && now.state != TW_TRUNK_REGISTERED)
		w->status = TW_EIO;
	tw_trunk_free(trunk);
	return NULL;
}

static void test_two_threads(void **state)
{
	struct worker w[2] = { { .name = "a" }, { .name = "b" } };
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	struct registrar r;

	(void)state;
	registrar_open(&r, ANSWER);
	w[0].set = w[1].set = open_set();
	for (int i = 0; i < 2; i++) {
		w[i].port = r.port;
		assert_int_equal(pthread_create(&w[i].thread, NULL,
			start_main, &w[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
		assert_int_equal(w[i].status, TW_OK);
	}
	assert_int_equal(r.requests, 4);
	/* unread events go with their trunk, and the byte with them */
	assert_false(readable(w[0].set, 0));
	assert_int_equal(tw_trunks_next_event(&event, w[0].set, NULL),
		TW_ITER_END);
	tw_trunks_free(w[0].set);
	registrar_close(&r);
}

/* All calls at once: what the thread sanitizer is for. */
static void *hammer_main(void *arg)
{
	struct worker *w = arg;
	tw_trunk_event event = TW_TRUNK_EVENT_INIT;
	tw_trunk_status now = TW_TRUNK_STATUS_INIT;

	for (unsigned i = 0; i < w->rounds && !w->status; i++) {
		tw_trunk *trunk = NULL, *found;

		w->status = add(&trunk, w->set, w->name, w->port, NULL);
		if (w->status)
			break;
		(void)tw_trunk_start(trunk, NULL);
		(void)tw_trunk_status_get(&now, trunk, NULL);
		(void)tw_trunks_match(&found, w->set, now.contact_user,
			NULL);
		if (found != trunk)
			w->status = TW_ECONFLICT;
		while (!tw_trunks_next_event(&event, w->set, NULL))
			continue;
		(void)tw_trunks_pending(w->set);
		(void)tw_trunks_deadline(w->set);
		(void)tw_trunks_process(w->set, NULL);
		if (i % 3)
			(void)tw_trunk_stop(trunk, NULL);
		tw_trunk_free(trunk);
	}
	return NULL;
}

static void test_hammer(void **state)
{
	enum { THREADS = 4 };
	static const char *const names[THREADS] = { "a", "b", "c", "d" };
	struct worker w[THREADS];
	struct registrar r;
	tw_trunks *set;

	(void)state;
	registrar_open(&r, ANSWER);
	set = open_set();
	memset(w, 0, sizeof(w));
	for (int i = 0; i < THREADS; i++) {
		w[i].set = set;
		w[i].name = names[i];
		w[i].port = r.port;
		w[i].rounds = 200;
		assert_int_equal(pthread_create(&w[i].thread, NULL,
			hammer_main, &w[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
		assert_int_equal(w[i].status, TW_OK);
	}
	assert_false(readable(set, 0));
	tw_trunks_free(set);
	registrar_close(&r);
}

static void *free_main(void *arg)
{
	tw_trunk_free(arg);
	return NULL;
}

/* Set and trunk are let go at once from two threads, mid-REGISTER: one of
 * the two is the last and ends the loop, whichever it is. */
static void test_free_while_pending(void **state)
{
	struct registrar r;

	(void)state;
	registrar_open(&r, SILENCE);
	for (int i = 0; i < 100; i++) {
		tw_trunks *set = open_set();
		tw_trunk *trunk = open_trunk(set, "main", r.port);
		pthread_t thread;

		assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
		assert_int_equal(tw_trunks_pending(set), 1);
		assert_int_equal(pthread_create(&thread, NULL, free_main,
			trunk), 0);
		tw_trunks_free(set);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	registrar_close(&r);
}

static void test_trunk_outlives_set(void **state)
{
	struct registrar r;
	tw_trunk_status now;
	tw_trunks *set;
	tw_trunk *trunk;

	(void)state;
	registrar_open(&r, ANSWER);
	set = open_set();
	trunk = open_trunk(set, "main", r.port);
	tw_trunks_free(set);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	for (int i = 0; i < 500; i++) {
		now = loop_status(trunk);
		if (now.state == TW_TRUNK_REGISTERED)
			break;
		(void)usleep(10000);
	}
	assert_int_equal(now.state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk);
	registrar_close(&r);
}

static void test_many_times(void **state)
{
	struct registrar r;
	unsigned before, after;

	(void)state;
	registrar_open(&r, SILENCE);
	before = open_files();
	for (int i = 0; i < 50; i++) {
		tw_trunks *set = open_set();
		tw_trunk *trunk = open_trunk(set, "main", r.port);

		assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
		assert_true(readable(set, 1000));
		tw_trunk_free(trunk);
		tw_trunks_free(set);
	}
	after = open_files();
	assert_int_equal(after, before);
	registrar_close(&r);
}

/* Two managed sets and an attached one on the main thread's loop, and the
 * host's libre_close() while the managed ones go on. */
static void test_beside_a_host(void **state)
{
	tw_trunks *set[2] = { open_set(), open_set() }, *attached;
	tw_trunk *trunk[2], *own;
	struct registrar r;
	struct loop loop;

	(void)state;
	registrar_open(&r, ANSWER);
	loop_open(&loop);
	loop.challenge = true;
	loop.status = "200 OK";
	attached = loop_set(&loop, false);
	own = loop_trunk(&loop, attached, "main");
	assert_int_equal(tw_trunks_fd(attached), -1);
	assert_int_equal(tw_trunk_start(own, NULL), TW_OK);
	for (int i = 0; i < 2; i++) {
		trunk[i] = open_trunk(set[i], "main", r.port);
		assert_int_equal(tw_trunk_start(trunk[i], NULL), TW_OK);
	}
	loop_run(&loop, 50);
	assert_int_equal(loop_status(own).state, TW_TRUNK_REGISTERED);
	tw_trunk_free(trunk[0]);
	tw_trunks_free(set[0]);
	/* the end of a managed set leaves the host's loop alone */
	assert_int_equal(tw_trunk_stop(own, NULL), TW_OK);
	loop_run(&loop, 50);
	assert_int_equal(loop_status(own).state, TW_TRUNK_IDLE);
	tw_trunk_free(own);
	tw_trunks_free(attached);
	loop_close(&loop);
	wait_state(set[1], "main", TW_TRUNK_REGISTERED);
	assert_int_equal(tw_trunk_stop(trunk[1], NULL), TW_OK);
	wait_state(set[1], "main", TW_TRUNK_IDLE);
	tw_trunk_free(trunk[1]);
	tw_trunks_free(set[1]);
	registrar_close(&r);
}

static void test_by_route(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunk *trunk, *six = NULL;
	tw_trunks *set = NULL;
	struct registrar r;

	(void)state;
	registrar_open(&r, ANSWER);
	assert_int_equal(tw_trunks_new_managed(&set, NULL, NULL), TW_OK);
	trunk = open_trunk(set, "main", r.port);
	/* a second address of one set; a machine may have no IPv6 */
	o.name = "six";
	o.registrar = "sip:[::1]:5060";
	o.user = "u";
	if (tw_trunk_new(&six, set, &o, &err))
		assert_int_equal(err.code, TW_EIO);
	assert_int_equal(tw_trunk_start(trunk, NULL), TW_OK);
	wait_state(set, "main", TW_TRUNK_REGISTERED);
	tw_trunk_free(six);
	tw_trunk_free(trunk);
	tw_trunks_free(set);
	registrar_close(&r);
}

static void ignore_h(void *arg)
{
	(void)arg;
}

static void refused(const tw_trunks_options *o, tw_status status,
		    const char *field)
{
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set = NULL;
	unsigned before = open_files();

	assert_int_equal(tw_trunks_new_managed(&set, o, &err), status);
	assert_null(set);
	assert_int_equal(err.code, status);
	assert_string_equal(err.field, field);
	assert_int_equal(open_files(), before);
}

static void test_refused_options(void **state)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	struct registrar r;

	(void)state;
	assert_int_equal(tw_trunks_new_managed(NULL, NULL, NULL), TW_EINVAL);
	o.flags = TW_TRUNKS_HOST_CLOCK;
	refused(&o, TW_EINVAL, "flags");
	o.flags = 0;
	o.event = ignore_h;
	refused(&o, TW_EINVAL, "event");
	o.event = NULL;
	o.local_host = "nonsense";
	refused(&o, TW_EINVAL, "local_host");
	o.local_host = "0.0.0.0";
	refused(&o, TW_EINVAL, "local_host");
	o.local_host = "192.0.2.1";            /* RFC 5737: nobody's */
	refused(&o, TW_EIO, "local_host");
	registrar_open(&r, SILENCE);
	o.local_host = "127.0.0.1";
	o.local_port = r.port;
	refused(&o, TW_EIO, "local_host");
	o.local_port = 65536;
	refused(&o, TW_EINVAL, "local_port");
	registrar_close(&r);
}

static void test_refused_trunks(void **state)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;
	tw_error err = TW_ERROR_INIT;
	tw_trunks *set = open_set();
	tw_trunk *first = open_trunk(set, "main", 5060), *second = NULL;

	(void)state;
	assert_int_equal(add(&second, set, "main", 5060, &err), TW_EEXIST);
	assert_string_equal(err.field, "name");
	o.name = "other";
	o.user = "u";
	o.registrar = "sip:127.0.0.1;transport=sctp";
	assert_int_equal(tw_trunk_new(&second, set, &o, &err),
		TW_EUNSUPPORTED);
	o.registrar = "sip:[::1]";
	assert_int_equal(tw_trunk_new(&second, set, &o, &err),
		TW_EUNSUPPORTED);
	assert_null(second);
	tw_trunk_free(first);
	tw_trunks_free(set);
}

/* ---- lack of memory: every allocation of the library in turn ---- */

static atomic_int left;

static void *lean_alloc(size_t size, void *arg)
{
	(void)arg;
	return atomic_fetch_sub(&left, 1) > 0 ? malloc(size) : NULL;
}

static void *lean_resize(void *mem, size_t size, void *arg)
{
	(void)arg;
	return atomic_fetch_sub(&left, 1) > 0 ? realloc(mem, size) : NULL;
}

static void lean_release(void *mem, void *arg)
{
	(void)arg;
	free(mem);
}

static void test_no_memory(void **state)
{
	const tw_allocator lean = { sizeof(lean), lean_alloc, lean_resize,
		lean_release, NULL };
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;
	unsigned before = open_files(), failures = 0;
	tw_status status = TW_ENOMEM;

	(void)state;
	o.local_host = "127.0.0.1";
	assert_int_equal(tw_allocator_set(&lean, NULL), TW_OK);
	for (int n = 0; status; n++) {
		tw_trunks *set = NULL;
		tw_trunk *trunk = NULL;

		left = n;
		status = tw_trunks_new_managed(&set, &o, NULL);
		if (!status)
			status = add(&trunk, set, "main", 5060, NULL);
		failures += status != TW_OK;
		assert_true(!status || status == TW_ENOMEM);
		left = 1000;
		tw_trunk_free(trunk);
		tw_trunks_free(set);
	}
	assert_in_range(failures, 5, 100);
	assert_int_equal(tw_allocator_set(NULL, NULL), TW_OK);
	assert_int_equal(open_files(), before);
}

/* A signal of the process goes to a thread of the host, and its handler of
 * SIGPIPE stays. */
static atomic_int signals_here;
static pthread_t host;

static void signal_h(int sig)
{
	(void)sig;
	if (pthread_equal(pthread_self(), host))
		signals_here++;
}

static void test_signals(void **state)
{
	struct sigaction action, old, pipe_before, pipe_after;
	tw_trunks *set;

	(void)state;
	host = pthread_self();
	assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_before), 0);
	memset(&action, 0, sizeof(action));
	action.sa_handler = signal_h;
	assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
	set = open_set();
	assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_after), 0);
	assert_true(pipe_before.sa_handler == pipe_after.sa_handler);
	for (int i = 1; i <= 20; i++) {
		assert_int_equal(kill(getpid(), SIGUSR1), 0);
		assert_int_equal(tw_trunks_pending(set), 0);
		assert_int_equal(signals_here, i);
	}
	tw_trunks_free(set);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

static void test_null(void **state)
{
	(void)state;
	assert_int_equal(tw_trunks_fd(NULL), -1);
	tw_trunks_free(NULL);
	tw_trunk_free(NULL);
	assert_int_equal(tw_trunks_deadline(NULL), INT64_MAX);
	assert_int_equal(tw_trunks_pending(NULL), 0);
	assert_int_equal(tw_trunk_start(NULL, NULL), TW_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_no_calls),
		cmocka_unit_test(test_authorize),
		cmocka_unit_test(test_two_threads),
		cmocka_unit_test(test_hammer),
		cmocka_unit_test(test_free_while_pending),
		cmocka_unit_test(test_trunk_outlives_set),
		cmocka_unit_test(test_many_times),
		cmocka_unit_test(test_beside_a_host),
		cmocka_unit_test(test_by_route),
		cmocka_unit_test(test_refused_options),
		cmocka_unit_test(test_refused_trunks),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
