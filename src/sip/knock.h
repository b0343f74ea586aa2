/**
 * @file src/sip/knock.h  Who is at a port of TCP that says nothing
 *
 * libre tells neither why a connection of its own did not come to be, nor what
 * it could not read there, nor that the other side hung up. So where no answer
 * comes we go to the same port ourselves and look.
 */
#ifndef TW_SRC_SIP_KNOCK_H
#define TW_SRC_SIP_KNOCK_H

#include <re.h>

struct tw_sip_peer;

enum tw_knock_state {
	TW_KNOCK_NONE,
	TW_KNOCK_WAITS,                /* for an answer to come after all */
	TW_KNOCK_CALLS,
	TW_KNOCK_OPEN,                 /* and listens */
	TW_KNOCK_ASKED,                /* by OPTIONS */
	TW_KNOCK_HUNG_UP               /* by the other side */
};

struct tw_knock {
	enum tw_knock_state state;
	struct tcp_conn *conn;
	struct tmr timer;
	uint64_t begun;                /* libre's ms */
	bool asked;
	bool by_tls;                   /* too, since SIP was hung up on */
	char heard[80];                /* its beginning */
	size_t size;
};

void tw__knock_init(struct tw_knock *knock);
/* A request is on its way: unless it is ended before, tw__flow_lose() is told
 * what was found. */
void tw__knock_begin(struct tw_sip_peer *peer);
void tw__knock_end(struct tw_knock *knock);

#endif
