/* One scene after another while memory runs out: each allocation of a scene
 * fails once, and then for ever. Whatever fails: it says so, the store is as
 * it was or as the scene leaves it, nothing is leaked, and the scene can be
 * played again.
 *
 * The long run takes every allocation, in both ways, on all processors. Its
 * environment: TW_OOM_SCENE names one scene; TW_OOM_FROM and TW_OOM_TO some of
 * its allocations; TW_OOM_JOBS how many at a time. */
#ifndef TW_TESTS_OOM_H
#define TW_TESTS_OOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>
#include <trunkwise.h>
#include "memory.h"

#define OOM_NOW 1795000000000000        /* 2026-11-18 */

struct stage {
	char dir[64], path[128];
	tw_store *store;
	char *said;                     /* what the scene read */
	size_t said_size, said_room;
};

/* A scene's parts go on in several transactions, each of them whole: between
 * its beginning and its end the store may be anything that verifies. */
#define OOM_STEPWISE 0x1u
/* Nothing is written. */
#define OOM_READS    0x2u
/* It opens the store itself: stage->store is NULL. */
#define OOM_OPENS    0x4u
/* There is no store. What failed once is told again by the scene itself. */
#define OOM_PURE     0x8u
/* It writes files that are not SQLite's: see oom_replay_all(). */
#define OOM_FILES    0x10u

/* What stands when a scene begins; with memory enough. */
typedef tw_status scene_set(tw_store *store, tw_error *err);

struct scene {
	const char *name;
	scene_set *set;                 /* NULL: a new store */
	tw_status (*play)(struct stage *stage, tw_error *err);
	unsigned flags;
};

/* Text that must be the same whenever the scene says TW_OK. */
void oom_say(struct stage *stage, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The whole of a file of the source tree (new, free()). */
char *oom_text(const char *name);

/* The test program: of each scene `here` allocations fail in this process and
 * `everyday` in processes of their own, evenly spread; in the long run all of
 * them do. `begin` is oom_begin() or calls it. */
int oom_main(const struct scene *scenes, size_t count, void begin(void),
	     int here, int everyday);
/* As fail_msg(), in whatever process. */
void oom_fail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));
void oom_begin(void);
void oom_end(void);

extern const tw_clock oom_clock;

#endif
