/**
 * @file recorder.h  Call records of a live host, into the store at once
 *
 * A recorder takes records as calls end and commits them in groups: many
 * calls share one sync of the disk. While the store is locked by another
 * program, full or failing, records go to a journal beside it (the spool,
 * `STORE.NAME.spool`) and from there into the store by themselves: as soon as
 * it takes writes again, or when a recorder of that name is opened next.
 *
 * Every record has a ticket, a number that rises by one. A ticket up to
 * tw_recorder_stats.durable is acknowledged: its record is synced, in the
 * store or in the journal, and survives kill -9 and loss of power. A record
 * that got into both is a duplicate and counted as such; none is stored twice
 * and none is overwritten (cdr.h says what a key is).
 *
 * The owner of a name is alone with it: a second recorder of that name on the
 * same store is refused (TW_EBUSY). Directory, tariffs, exchange rates and
 * bundles that another program changes are seen with the next group.
 *
 * One thread at a time per handle. A host with many writers queues into one
 * thread that adds and steps; docs/recorder.md has it in sixty lines.
 */
#ifndef TRUNKWISE_RECORDER_H
#define TRUNKWISE_RECORDER_H

#include <trunkwise/cdr.h>
#include <trunkwise/report.h>

TW_BEGIN_DECLS

typedef struct tw_recorder tw_recorder;

#define TW_RECORDER_LIVE     1u  /* the store takes records */
#define TW_RECORDER_SPOOLING 2u  /* it does not: the journal does */
#define TW_RECORDER_UNSAFE   3u  /* neither does: they are in memory only */
#define TW_RECORDER_FULL     4u  /* at spool_limit: tw_recorder_add refuses */

/** The journal is written but not synced: what is acknowledged survives
 * kill -9, and not a loss of power. */
#define TW_RECORDER_NO_SYNC 0x1u
/** Calls of this host outlive it (their state is kept elsewhere): those that
 * an earlier run left open are not closed when the recorder is opened, but
 * only when nothing is told of them for grace_s. */
#define TW_RECORDER_RESUMES 0x2u

#define TW_RECORDED_STATE    1u  /* another state; text says why */
#define TW_RECORDED_CONFLICT 2u  /* a record, put into quarantine */
#define TW_RECORDED_REJECT   3u  /* a record, put into quarantine */
#define TW_RECORDED_DAMAGE   4u  /* bytes of the journal, put aside */
#define TW_RECORDED_CLOSED   5u  /* a call whose host died, stored as its
				    last interim record tells it */

/** What a host would log. Strings are borrowed for the call. */
typedef struct tw_recorder_event {
	uint32_t size;
	uint32_t kind;               /* TW_RECORDED_ */
	uint32_t state;              /* TW_RECORDER_ */
	tw_status code;              /* behind it, or TW_OK */
	const char *call_id;         /* of the record, else "" */
	const char *text;            /* one line */
} tw_recorder_event;

/** Called on the thread that adds or steps; may not call the recorder. An
 * event of a record may come again when its group has to be repeated. */
typedef void (*tw_recorder_event_fn)(const tw_recorder_event *event,
				     void *arg);

typedef struct tw_recorder_options {
	uint32_t size;
	uint32_t flags;              /* TW_RECORDER_ */
	const char *name;            /* a-z, 0-9, - and _, at most 32; names
					the journal; NULL: "host" */
	const char *source;          /* part of keys; NULL: the name */
	const char *carrier;         /* as in tw_import_options */
	const tw_numbering_lookup *lookup;   /* likewise */
	const tw_clock *clock;       /* stamps rows; NULL: system's */
	uint32_t group_ms;           /* a record waits no longer; 50 */
	uint32_t group_rows;         /* nor do more records; 1000 */
	uint32_t lock_wait_ms;       /* for another writer; 20 */
	uint32_t retry_ms;           /* after the store refused; 200 */
	uint64_t spool_limit;        /* bytes that may wait, reserved on the
					disk; 16 MiB, some 80,000 records */
	tw_recorder_event_fn event;  /* or NULL */
	void *event_arg;
	uint32_t grace_s;            /* until a call of another name that
					fell silent is closed; 14400 */
	uint32_t reserved;
} tw_recorder_options;
#define TW_RECORDER_OPTIONS_INIT { sizeof(tw_recorder_options), 0, NULL, \
	NULL, NULL, NULL, NULL, 50, 1000, 20, 200, 16 << 20, NULL, NULL, \
	14400, 0 }

/** Opens the journal of its name and, if it can be, the store; a store that
 * is locked, full or damaged is tried again by tw_recorder_step(). The first
 * steps replay what the journal holds, and then store the calls that an
 * earlier owner of the name left open (TW_CDR_INTERIM) as they stood.
 * @return TW_OK (new), TW_ENOTFOUND (no store), TW_EBUSY (the name is taken),
 *         TW_EVERSION, TW_EUNSUPPORTED, TW_EINVAL, TW_EIO (journal) */
TW_EXTERN(tw_status) tw_recorder_open(tw_recorder **out,
	const char *store_path, const tw_recorder_options *options,
	tw_error *err);
/** Tries once more to bring everything into the store, else into the journal.
 * What neither takes is lost: flush first, and look at what it says. */
TW_EXTERN(void) tw_recorder_free(tw_recorder *recorder);

/** Takes a record; texts are copied. Whether it can be believed is judged by
 * the store: what it refuses is in its quarantine and an event.
 * @param out_ticket  NULL is fine
 * @param now  of the host's clock (UTC or monotonic), the same in all calls
 * @return TW_OK, TW_EBUSY (spool_limit: nothing was taken, keep it and try
 *         again), TW_EPARSE (a text is longer than 4,000 bytes), TW_ENOMEM */
TW_EXTERN(tw_status) tw_recorder_add(uint64_t *out_ticket,
	tw_recorder *recorder, const tw_cdr *cdr, tw_time now, tw_error *err);

/** Does what is due: commits a group, spools it, replays the journal. Not
 * longer than lock_wait_ms and a transaction or two.
 * @param out_next  when to call again at the latest; when nothing waits, in
 *                  some minutes, to see whose calls fell silent */
TW_EXTERN(tw_status) tw_recorder_step(tw_time *out_next,
	tw_recorder *recorder, tw_time now, tw_error *err);

/** Brings all into the store now. @return TW_OK (nothing waits any more) or
 * what the store says: then the rest waits, acknowledged if it could be. */
TW_EXTERN(tw_status) tw_recorder_flush(tw_recorder *recorder, tw_time now,
				       tw_error *err);

typedef struct tw_recorder_stats {
	uint32_t size;
	uint32_t state;              /* TW_RECORDER_ */
	uint64_t added;              /* the last ticket */
	uint64_t durable;            /* every ticket up to it is synced */
	uint64_t stored;             /* since it was opened; the counts of */
	uint64_t duplicates;         /* cdr.h */
	uint64_t conflicts;
	uint64_t rejected;
	uint64_t waiting;            /* records in memory */
	uint64_t spooled;            /* records in the journal */
	uint64_t spool_bytes;        /* memory and journal, of spool_limit */
	uint64_t damaged;            /* pieces of the journal put aside */
	uint32_t reserved;           /* 1: the journal has its disk space */
	uint32_t reserved_2;
	uint64_t interim;            /* interim records kept, of calls under
					way */
	uint64_t closed;             /* calls whose host died, stored */
} tw_recorder_stats;
#define TW_RECORDER_STATS_INIT { sizeof(tw_recorder_stats), 0, 0, 0, 0, 0, \
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
TW_EXTERN(tw_status) tw_recorder_stats_get(tw_recorder_stats *out,
	const tw_recorder *recorder, tw_error *err);

/** "live", "spooling", "unsafe", "full"; "?" for unknown numbers. Static. */
TW_EXTERN(const char *) tw_recorder_state_name(uint32_t state);

/** Calls under way and calls that were closed at their last interim record:
 * key = call id, kind = "open" or "closed", at = start, seconds = answered
 * time, calls = batch (of a closed one), detail = the recorder's name. */
TW_EXTERN(tw_status) tw_open_calls(tw_listing **out, tw_store *store,
				   tw_error *err);

/* ---- looking at a journal ---- */

#define TW_SPOOLED_WAITING 1u  /* a record that the store has yet to take */
#define TW_SPOOLED_DAMAGED 2u  /* a piece of the journal that is no record */
#define TW_SPOOLED_ASIDE   3u  /* such a piece, kept in STORE.NAME.spool.bad */

typedef struct tw_spooled {
	uint32_t size;
	uint32_t state;              /* TW_SPOOLED_ */
	uint64_t offset;             /* in the journal */
	uint64_t bytes;
	tw_time aside;               /* when it was put aside, else 0 */
	const tw_cdr *cdr;           /* of a record, else NULL; borrowed until
					the next one */
} tw_spooled;
#define TW_SPOOLED_INIT { sizeof(tw_spooled), 0, 0, 0, 0, NULL }

typedef struct tw_spool tw_spool;

/** What a name's journal holds, and what was put aside of it; only looks, and
 * may be done beside the recorder that owns it.
 * @return TW_OK (new), TW_ENOTFOUND (no such journal), TW_EIO */
TW_EXTERN(tw_status) tw_spool_open(tw_spool **out, const char *store_path,
				   const char *name, tw_error *err);
TW_EXTERN(tw_status) tw_spool_next(tw_spooled *out, tw_spool *spool,
				   tw_error *err);
TW_EXTERN(void) tw_spool_free(tw_spool *spool);

TW_END_DECLS

#endif
