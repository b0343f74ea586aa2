/**
 * @file crowd.c  Strangers who do not stop
 *
 * Who may not speak here is told so some times, and then is talking to a wall:
 * no answers that a forged sender address could turn on somebody else, and no
 * log that grows by a line for each of his packets. By address alone, since
 * ports are his to choose. Knows nobody who may speak.
 */
#include <string.h>
#include "gw.h"

enum {
	PLACES = 256,
	ANSWERS = 200,
	SPAN_MS = 10000,
};

struct crowd {
	struct {
		struct sa addr;
		uint64_t since;    /* real time, ms */
		uint32_t count;
	} place[PLACES];
};


int crowd_alloc(struct crowd **crowdp)
{
	struct crowd *crowd;

	crowd = mem_zalloc(sizeof(*crowd), NULL);
	if (!crowd)
		return ENOMEM;
	*crowdp = crowd;

	return 0;
}


/* Two who fall on one place take turns at being new: each is answered then,
 * which costs no more than it did before. */
bool crowd_is_heard(struct crowd *crowd, const struct gateway *gw,
		    const struct sa *src)
{
	const uint32_t i = sa_hash(src, SA_ADDR) % PLACES;
	const uint64_t now = tmr_jiffies();
	char from[GW_TEXT];

	if (!sa_cmp(&crowd->place[i].addr, src, SA_ADDR) ||
	    now - crowd->place[i].since > SPAN_MS) {
		crowd->place[i].addr = *src;
		crowd->place[i].since = now;
		crowd->place[i].count = 0;
	}
	if (++crowd->place[i].count <= ANSWERS)
		return true;
	if (crowd->place[i].count == ANSWERS + 1 &&
	    !sa_ntop(src, from, sizeof(from)))
		gw_log(gw, "%s: refused %d times in %d s: gets no more "
		       "answers, and no more lines here", from, ANSWERS,
		       SPAN_MS / 1000);

	return false;
}
