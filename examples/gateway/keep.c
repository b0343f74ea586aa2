/**
 * @file keep.c  What outlives the program
 *
 * The engine's memory (whose turn it is, who has been idle for how long), who
 * answered which caller last, and the secret that turns callers into keys:
 * written beside the store every minute and at the end, read at start. Calls
 * do not outlive it: those that stand in the engine's memory are taken out of
 * it again, their people are free. A file that cannot be read costs its
 * contents and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <trunkwise/sys/alloc.h>
#include "gw.h"

#define HEAD "trunkwise-gateway state 1\n"
#define TAIL "end\n"

enum {
	SAVE_S = 60,
	KEEP_MAX = 256 * 1024 * 1024,
	LINE = 512,
};

struct keep {
	struct gateway *gw;
	char *path;
	struct clk_timer timer;
	bool failing;              /* and that was said */
};


/* ---- writing ---- */

static int print_calls(struct mbuf *mb, const struct gateway *gw)
{
	const struct le *le;
	int err = 0;

	for (le = gw->calll.head; le && !err; le = le->next) {
		const struct call *call = le->data;

		if (call->engine_call.id)
			err = mbuf_printf(mb, "call %llu\n",
					  (unsigned long long)
					  call->engine_call.id);
		if (!err && call->occupied)
			err = mbuf_printf(mb, "phone %s\n",
					  call->phone->name);
	}

	return err;
}


static int print_engine(struct mbuf *mb, const struct gateway *gw)
{
	void *bytes = NULL;
	size_t size = 0;
	int err;

	if (tw_engine_snapshot(&bytes, &size, gw->engine, NULL))
		return ENOMEM;
	err = mbuf_printf(mb, "engine %zu\n", size);
	if (!err)
		err = mbuf_write_mem(mb, bytes, size);
	tw_free(bytes);

	return err;
}


static int print_all(struct mbuf *mb, const struct gateway *gw)
{
	int err;

	err = mbuf_printf(mb, HEAD "secret %016llx\n",
			  (unsigned long long)gw->secret);
	if (!err)
		err = print_calls(mb, gw);
	if (!err)
		err = known_print(mb, gw);
	if (!err)
		err = callback_print(mb, gw);
	if (!err)
		err = print_engine(mb, gw);

	return err ? err : mbuf_write_str(mb, TAIL);
}


static int write_fd(int fd, const struct mbuf *mb)
{
	size_t done = 0;

	while (done < mb->end) {
		const ssize_t n = write(fd, mb->buf + done, mb->end - done);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			done += (size_t)n;
	}

	return fsync(fd) ? errno : 0;
}


/* The old one stands until the new one is whole. */
static int write_file(const char *path, const struct mbuf *mb)
{
	char *fresh = NULL;
	int fd, err;

	err = re_sdprintf(&fresh, "%s.new", path);
	if (err)
		return err;
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		err = errno;
		mem_deref(fresh);
		return err;
	}
	err = write_fd(fd, mb);
	if (close(fd) && !err)
		err = errno;
	if (!err && rename(fresh, path))
		err = errno;
	if (err)
		(void)unlink(fresh);
	mem_deref(fresh);

	return err;
}


void keep_save(struct keep *keep)
{
	struct mbuf *mb;
	int err;

	if (!keep)
		return;
	mb = mbuf_alloc(65536);
	err = mb ? print_all(mb, keep->gw) : ENOMEM;
	if (!err)
		err = write_file(keep->path, mb);
	mem_deref(mb);
	if (err && !keep->failing)
		gw_log(keep->gw, "state: %s: not written: %s", keep->path,
		       strerror(err));
	keep->failing = err != 0;
}


static void timer_handler(void *arg)
{
	struct keep *keep = arg;
	const struct gateway *gw = keep->gw;

	keep_save(keep);
	clk_timer_start(gw->clk, &keep->timer, clk_now(gw->clk) +
			SAVE_S * TW_SECOND, timer_handler, keep);
}


/* ---- reading ---- */

struct reading {
	struct gateway *gw;
	const char *at, *end;
	bool has_engine, has_end;
	uint64_t *calls;           /* of the former life */
	size_t count, room;
};


static bool read_line(struct pl *line, struct reading *r)
{
	const char *end = memchr(r->at, '\n', (size_t)(r->end - r->at));

	if (!end || end - r->at > LINE)
		return false;
	line->p = r->at;
	line->l = (size_t)(end - r->at);
	r->at = end + 1;

	return true;
}


static int add_call(struct reading *r, uint64_t id)
{
	if (r->count == r->room) {
		const size_t room = r->room ? 2 * r->room : 64;
		uint64_t *calls = mem_reallocarray(r->calls, room,
						   sizeof(*calls), NULL);

		if (!calls)
			return ENOMEM;
		r->calls = calls;
		r->room = room;
	}
	r->calls[r->count++] = id;

	return 0;
}


static int read_engine(struct reading *r, size_t size)
{
	tw_engine_changes *changes = NULL;
	tw_error err = TW_ERROR_INIT;

	if (r->has_engine || size > (size_t)(r->end - r->at))
		return EBADMSG;
	if (tw_engine_restore(&changes, r->gw->engine, r->at, size, &err)) {
		gw_log(r->gw, "state: %s", err.message);
		return EBADMSG;
	}
	reload_log(r->gw, "state", changes);
	r->has_engine = true;
	r->at += size;

	return 0;
}


/* A person whose call went down with the program. */
static void free_phone(const struct gateway *gw, const struct pl *name)
{
	char text[128];
	tw_target_id target;

	if (!pl_strcpy(name, text, sizeof(text)) &&
	    !tw_engine_find_target(&target, gw->engine, text, NULL))
		(void)tw_target_release(gw->engine, target, clk_now(gw->clk),
					NULL);
}


static int read_one(struct reading *r, const struct pl *line)
{
	struct pl key, value = PL_INIT;

	if (!pl_strcmp(line, "end")) {
		r->has_end = true;
		return r->at == r->end ? 0 : EBADMSG;
	}
	if (re_regex(line->p, line->l, "[a-z]+ [^]+", &key, &value))
		return EBADMSG;
	if (!pl_strcmp(&key, "secret"))
		r->gw->secret = pl_x64(&value);
	else if (!pl_strcmp(&key, "call"))
		return add_call(r, pl_u64(&value));
	else if (!pl_strcmp(&key, "known"))
		return known_read(r->gw, &value);
	else if (!pl_strcmp(&key, "ticket"))
		return callback_read(r->gw, &value);
	else if (!pl_strcmp(&key, "engine"))
		return read_engine(r, (size_t)pl_u64(&value));

	/* what a newer one writes is not for us */
	return 0;
}


static int read_lines(struct reading *r)
{
	struct pl line;
	int err = 0;

	while (!err && !r->has_end) {
		if (!read_line(&line, r))
			return EBADMSG;
		err = read_one(r, &line);
	}

	return err;
}


/* Once the engine stands. */
static void end_calls(struct reading *r, const char *text)
{
	const struct gateway *gw = r->gw;
	tw_decision decision = TW_DECISION_INIT;
	struct pl line;
	size_t i;

	while (!tw_engine_next(&decision, gw->engine, NULL))
		continue;
	for (i = 0; i < r->count; i++)
		(void)tw_call_leave(gw->engine, (tw_call_id){ r->calls[i] },
				    clk_now(gw->clk), NULL);
	for (r->at = text; read_line(&line, r);) {
		if (line.l > 7 && !memcmp(line.p, "engine ", 7))
			break;
		if (line.l <= 6)
			continue;
		pl_advance(&line, 6);
		if (!memcmp(line.p - 6, "phone ", 6))
			free_phone(gw, &line);
		else if (!memcmp(line.p - 6, "again ", 6))
			(void)tw_call_requeue(gw->engine, (tw_call_id){
				pl_u64(&line) }, (tw_plan_id){ 0 }, 1,
				clk_now(gw->clk), NULL);
		else if (!memcmp(line.p - 6, "offer ", 6))
			(void)tw_offer_failed(gw->engine, (tw_offer_id){
				pl_u64(&line) }, TW_OUTCOME_CONGESTED,
				clk_now(gw->clk), NULL);
	}
}


static int take(struct gateway *gw, const char *text, size_t size)
{
	struct reading r = { .gw = gw, .end = text + size };
	int err = EBADMSG;

	r.at = text + strlen(HEAD);
	if (size > strlen(HEAD) && !memcmp(text, HEAD, strlen(HEAD)))
		err = read_lines(&r);
	if (r.has_engine)
		end_calls(&r, text + strlen(HEAD));
	callback_restore(gw, r.has_engine);
	mem_deref(r.calls);

	return err;
}


static int read_file(struct mbuf **mbp, const char *path)
{
	struct mbuf *mb;
	FILE *f;
	int err = 0;

	f = fopen(path, "rbe");
	if (!f)
		return errno;
	mb = mbuf_alloc(65536);
	while (mb && !err && !feof(f)) {
		char buf[16384];
		const size_t n = fread(buf, 1, sizeof(buf), f);

		err = ferror(f) ? EIO : mbuf_write_mem(mb, (uint8_t *)buf, n);
		if (mb->end > KEEP_MAX)
			err = EFBIG;
	}
	(void)fclose(f);
	if (!mb || err) {
		mem_deref(mb);
		return err ? err : ENOMEM;
	}
	*mbp = mb;

	return 0;
}


static void load(struct keep *keep)
{
	struct gateway *gw = keep->gw;
	struct mbuf *mb = NULL;
	int err;

	err = read_file(&mb, keep->path);
	if (err == ENOENT)
		return;
	if (!err)
		err = take(gw, (char *)mb->buf, mb->end);
	if (err)
		gw_log(gw, "state: %s: %s; what it held is forgotten",
		       keep->path, err == EBADMSG ? "damaged" :
		       strerror(err));
	mem_deref(mb);
}


/* ---- life ---- */

static void destructor(void *arg)
{
	struct keep *keep = arg;

	clk_timer_cancel(&keep->timer);
	mem_deref(keep->path);
}


int keep_alloc(struct keep **keepp, struct gateway *gw)
{
	struct keep *keep;
	int err;

	gw->secret = gw->options.seed;
	if (!gw->options.state_path)
		return 0;

	keep = mem_zalloc(sizeof(*keep), destructor);
	if (!keep)
		return ENOMEM;

	keep->gw = gw;
	err = str_dup(&keep->path, gw->options.state_path);
	if (err) {
		mem_deref(keep);
		return err;
	}
	gw->secret = rand_u64();
	load(keep);
	timer_handler(keep);
	*keepp = keep;

	return 0;
}
