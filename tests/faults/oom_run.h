/* What a sweep is made of: a stage that is set anew for each fault, and what
 * must hold behind it. For oom*.c; scenes see oom.h. */
#ifndef TW_TESTS_OOM_RUN_H
#define TW_TESTS_OOM_RUN_H

#include "oom.h"

/* How the process of one fault ends. */
#define OOM_CHILD_TOLD   0      /* the scene failed, as it should */
#define OOM_CHILD_SILENT 2      /* nobody missed that memory */
#define OOM_CHILD_BAD    1

extern struct stage oom_stage;
extern bool oom_in_child;

/* A directory of its own, made; and the stage stands in one. */
void oom_place(char dir[64]);
void oom_move_to(const char *dir);
void oom_clear_dir(void);
/* The store's bytes: kept until oom_end(), and put back. No handle may be
 * open. */
bool oom_is_kept(scene_set *by);
void oom_keep(scene_set *by);
void oom_reset(void);
uint64_t oom_hash_store(void);
tw_store *oom_must_open(void);
void oom_must_verify(const char *what);

struct run {
	const struct scene *scene;
	uint64_t before, after;         /* hashes */
	char *said;
	uint64_t count;                 /* allocations */
	uint64_t silent;                /* failed ones that nobody missed */
	uint64_t faults, bad;
	bool walks;             /* its files are in memory, see ram.h */
	/* which of them fail: `rounds` of `span`, from `first` on */
	uint64_t first, span, rounds;
};

/* The i-th that fails: spread over the whole, and not always at the same
 * places of a loop. */
uint64_t oom_nth(const struct run *run, uint64_t i);

/* Sets the stage and plays undisturbed: counts, and keeps what it says. */
void oom_rehearse(struct run *run, bool in_ram);
void oom_begin_store(const struct scene *scene);
void oom_end_store(void);
tw_status oom_play(const struct scene *scene, const struct memory_plan *plan,
		   tw_error *err);
/* What must hold once it was played and `plan` was carried out. Ends the
 * store that was begun. `held` blocks were held before it began. */
void oom_check(const struct run *run, const struct memory_plan *plan,
	       tw_status status, const tw_error *err, int64_t held);

/* One fault, from the beginning of the scene. True: nobody missed it. */
bool oom_replay(const struct run *run, const struct memory_plan *plan);
/* The scene is played once, and at each allocation that is to fail a copy of
 * the process goes on without it, its store in memory. */
void oom_walk(struct run *run);
/* ... and where files are written that a copy would share, the copy plays
 * from the beginning, in a directory of its own. */
void oom_replay_all(struct run *run);

#endif
