/* See oom_run.h: one scene, undisturbed or with one fault, and what must hold
 * behind it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "oom_run.h"
#include "ram.h"

static const struct memory_plan none = { 0, false };

tw_status oom_play(const struct scene *scene, const struct memory_plan *plan,
		   tw_error *err)
{
	tw_status status;

	oom_stage.said_size = 0;
	oom_say(&oom_stage, "%s", "");
	memory_arm(plan);
	status = scene->play(&oom_stage, err);
	memory_disarm();
	return status;
}

void oom_begin_store(const struct scene *scene)
{
	if (!(scene->flags & (OOM_OPENS | OOM_PURE)))
		oom_stage.store = oom_must_open();
}

void oom_end_store(void)
{
	tw_store_free(oom_stage.store);
	oom_stage.store = NULL;
}

static void make_store(const struct scene *scene)
{
	tw_error err = TW_ERROR_INIT;
	tw_store *store = oom_must_open();

	if (scene->set && scene->set(store, &err))
		oom_fail("%s: %s: %s", scene->name, err.field, err.message);
	tw_store_free(store);
	oom_keep(scene->set);
}

static void set_store(struct run *run)
{
	oom_clear_dir();
	if (run->scene->flags & OOM_PURE)
		return;
	if (oom_is_kept(run->scene->set))
		oom_reset();
	else
		make_store(run->scene);
	run->before = oom_hash_store();
}

/* On the disk that the walk will have: SQLite's own asks for memory, too. */
void oom_rehearse(struct run *run, bool in_ram)
{
	tw_error err = TW_ERROR_INIT;

	set_store(run);
	if (in_ram)
		ram_on();
	oom_begin_store(run->scene);
	if (oom_play(run->scene, &none, &err))
		oom_fail("%s: %s: %s", run->scene->name, err.field,
			 err.message);
	run->count = memory_count();
	oom_end_store();
	run->said = strdup(oom_stage.said);
	if (run->scene->flags & OOM_PURE)
		return;
	run->after = oom_hash_store();
	assert_int_equal(run->before == run->after,
			 (run->scene->flags & OOM_READS) != 0);
	oom_must_verify(run->scene->name);
	if (in_ram)
		ram_off();
}

/* ---- what must hold ---- */

static void compare_said(const struct run *run, const char *what)
{
	if (strcmp(run->said, oom_stage.said) != 0)
		oom_fail("%s says\n%s\nand not\n%s", what, oom_stage.said,
			 run->said);
}

/* It failed, and says for want of what. */
static void check_failure(const char *what, tw_status status,
			  const tw_error *err)
{
	if (status != TW_ENOMEM || err->code != TW_ENOMEM || !*err->message)
		oom_fail("%s: %s, %s: %s", what, tw_status_name(status),
			 tw_status_name(err->code), err->message);
}

/* Most faults come before anything is written. */
static uint64_t hash_of(const struct run *run)
{
	return run->walks && !ram_is_written(oom_stage.path) ? run->before :
		oom_hash_store();
}

static void check_store(const struct run *run, const char *what, bool done)
{
	const uint64_t is = hash_of(run);

	if (run->scene->flags & OOM_STEPWISE)
		oom_must_verify(what);
	else if (is != run->after && (done || is != run->before))
		oom_fail("%s: the store is %s", what, done ?
			 "not as the scene leaves it" : "half written");
}

/* After a fault that passed the same handle goes on; a scene that opens the
 * store itself, the next one. */
static bool play_again(const struct run *run, const char *what)
{
	tw_error err = TW_ERROR_INIT;

	if (run->scene->flags & (OOM_STEPWISE | OOM_PURE) ||
	    hash_of(run) != run->before)
		return false;
	if (oom_play(run->scene, &none, &err))
		oom_fail("%s, and again: %s", what, err.message);
	compare_said(run, what);
	return true;
}

/* What takes long is done after some faults of a long run only. */
static bool is_turn(const struct run *run, const struct memory_plan *plan)
{
	const uint64_t every = run->rounds < 1000 ? 4 + run->count / 20000 :
		16 + run->count / 256;

	return plan->at % every == plan->lasting;
}

void oom_check(const struct run *run, const struct memory_plan *plan,
	       tw_status status, const tw_error *err, int64_t held)
{
	const bool turn = is_turn(run, plan);
	bool done = !status;
	char what[96];

	snprintf(what, sizeof(what), "%s, allocation %" PRIu64 "%s",
		 run->scene->name, plan->at, plan->lasting ? " and on" : "");
	if (!memory_has_failed())
		oom_fail("%s: it was not reached", what);
	if (status)
		check_failure(what, status, err);
	else
		compare_said(run, what);
	if (status && turn)
		done = play_again(run, what);
	oom_end_store();
	if (memory_held() != held)
		oom_fail("%s: %" PRId64 " blocks leaked", what,
			 memory_held() - held);
	if (run->scene->flags & OOM_PURE) {
		if (status && !plan->lasting)
			oom_fail("%s: told again, it was not done", what);
		return;
	}
	check_store(run, what, done);
	if (turn)
		oom_must_verify(what);
}

bool oom_replay(const struct run *run, const struct memory_plan *plan)
{
	tw_error err = TW_ERROR_INIT;
	int64_t held = memory_held();
	tw_status status;

	if (!(run->scene->flags & OOM_PURE)) {
		oom_clear_dir();
		oom_reset();
	}
	oom_begin_store(run->scene);
	status = oom_play(run->scene, plan, &err);
	oom_check(run, plan, status, &err, held);
	return !status;
}
