/**
 * @file src/sip/knock.c  Who is at a port of TCP that says nothing
 *
 * Decides what a person is told of a peer that does not answer: nobody is
 * there, it hangs up, it speaks something else. Bytes that are no SIP are told
 * at once. Who hangs up on us is given some seconds for the answer on libre's
 * own connection: some allow one connection an address, and are slow. A peer
 * that was silent until then is asked by an OPTIONS that goes nowhere (0
 * hops), because most servers of other protocols wait to be spoken to. One
 * that hangs up on that may be a port of TLS, and most of those say nothing
 * to what is none: so it is greeted once by the first words of TLS.
 */
#include <string.h>
#include "inside.h"
#include "knock.h"

enum {
	KNOCK_MS = 250,
	LISTEN_MS = 750,               /* then it is asked */
	REST_MS = 1000,                /* of a line that has begun */
	HANG_UP_MS = 5000,             /* since the request */
	PATIENCE_MS = 5000
};

static void timer_h(void *arg);

static void wait_for(struct tw_sip_peer *peer, enum tw_knock_state state,
		     uint64_t ms)
{
	struct tw_knock *knock = &peer->flow.knock;

	knock->state = state;
	tmr_start(&knock->timer, ms, timer_h, peer);
}

/* ---- what was heard ---- */

static bool is_sip(const char *text, size_t size)
{
	static const char version[] = "SIP/2.0";
	const size_t n = sizeof(version) - 1;
	size_t line = 0;

	while (line < size && text[line] != '\n')
		line++;
	/* also at the end of a request of its own */
	for (size_t i = 0; i + n <= line; i++) {
		if (!memcmp(text + i, version, n))
			return true;
	}
	return line < n && line == size && !memcmp(text, version, line);
}

static void tell_strange(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;
	const char *text = knock->heard;
	char shown[41];
	size_t n = 0;

	if (knock->size > 1 && (text[0] == 0x15 || text[0] == 0x16) &&
	    text[1] == 3) {
		tw__flow_lose(peer, "what answers there speaks TLS; write "
			";transport=tls");
		return;
	}
	while (n < knock->size && n < sizeof(shown) - 1 && text[n] != '\r' &&
	       text[n] != '\n') {
		shown[n] = text[n] >= ' ' && text[n] < 0x7f &&
			text[n] != '"' ? text[n] : '?';
		n++;
	}
	shown[n] = '\0';
	tw__flow_lose(peer, "what answers there is not SIP: \"%s\"", shown);
}

static void judge(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;

	if (is_sip(knock->heard, knock->size))
		tw__knock_end(knock);      /* it is slow, or of our mind */
	else
		tell_strange(peer);
}

/* ---- the connection ---- */

/* Its end before another 5 s are over tells nothing: see above. */
static void hung_up(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;
	uint64_t passed = tmr_jiffies() - knock->begun;

	knock->conn = mem_deref(knock->conn);
	wait_for(peer, TW_KNOCK_HUNG_UP, passed < HANG_UP_MS ?
		HANG_UP_MS - passed : 0);
}

/* A ClientHello of TLS 1.2 with nothing in it that is needed: whatever comes
 * of it, a server answers by a record of TLS. */
static int greet(struct tw_knock *knock)
{
	static const uint8_t head[] = { 0x16, 3, 1, 0, 59, 1, 0, 0, 55, 3, 3 };
	static const uint8_t tail[] = { 0, 0, 16, 0xc0, 0x2b, 0xc0, 0x2f,
		0xc0, 0x2c, 0xc0, 0x30, 0, 0x9c, 0, 0x9d, 0, 0x2f, 0, 0x35,
		1, 0 };
	struct mbuf *mb = mbuf_alloc(64);
	int err = mb ? mbuf_write_mem(mb, head, sizeof(head)) : ENOMEM;

	for (int i = 0; !err && i < 8; i++)
		err = mbuf_write_u32(mb, rand_u32());
	if (!err)
		err = mbuf_write_mem(mb, tail, sizeof(tail));
	if (!err) {
		mb->pos = 0;
		err = tcp_send(knock->conn, mb);
	}
	(void)mem_deref(mb);
	return err;
}

static void open_h(void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_knock *knock = &peer->flow.knock;

	if (!knock->by_tls)
		wait_for(peer, TW_KNOCK_OPEN, LISTEN_MS);
	else if (!greet(knock))
		wait_for(peer, TW_KNOCK_ASKED, LISTEN_MS);
	else
		hung_up(peer);
}

static void recv_h(struct mbuf *mb, void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_knock *knock = &peer->flow.knock;
	const char *data = (const char *)mbuf_buf(mb);
	size_t size = mbuf_get_left(mb);

	/* answers to keep-alives */
	while (size && !knock->size && (*data == '\r' || *data == '\n')) {
		data++;
		size--;
	}
	if (!size || knock->size == sizeof(knock->heard))
		return;
	if (size > sizeof(knock->heard) - knock->size)
		size = sizeof(knock->heard) - knock->size;
	memcpy(knock->heard + knock->size, data, size);
	knock->size += size;
	/* judged from the loop: this is within the connection */
	wait_for(peer, knock->state, memchr(knock->heard, '\n', knock->size) ||
		knock->size == sizeof(knock->heard) ? 0 : REST_MS);
}

static void close_h(int err, void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_knock *knock = &peer->flow.knock;

	if (knock->state == TW_KNOCK_CALLS && !knock->by_tls) {
		tw__flow_lose(peer, "TCP connection: %m", err ? err :
			ECONNRESET);
		return;
	}
	if (knock->size) {
		judge(peer);
		return;
	}
	if (!knock->asked || knock->by_tls) {
		hung_up(peer);
		return;
	}
	knock->by_tls = true;
	knock->conn = mem_deref(knock->conn);
	wait_for(peer, TW_KNOCK_WAITS, 0);
}

static void call(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;
	int err;

	knock->state = TW_KNOCK_CALLS;
	err = tcp_connect(&knock->conn, &peer->address, open_h, recv_h,
		close_h, peer);
	if (err && knock->by_tls)
		hung_up(peer);
	else if (err)
		tw__flow_lose(peer, "TCP connection: %m", err);
}

/* To nobody behind it, from nobody in particular. */
static void ask(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;
	struct mbuf *mb = mbuf_alloc(512);
	struct sa here;
	int err = mb ? tcp_conn_local_get(knock->conn, &here) : ENOMEM;

	if (!err)
		err = mbuf_printf(mb, "OPTIONS sip:%J SIP/2.0\r\n"
			"Via: SIP/2.0/TCP %J;branch=z9hG4bK%08x%08x;rport\r\n"
			"Max-Forwards: 0\r\n"
			"From: <sip:trunkwise@%J>;tag=%08x\r\n"
			"To: <sip:%J>\r\nCall-ID: %08x%08x\r\n"
			"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
			&peer->address, &here, rand_u32(), rand_u32(), &here,
			rand_u32(), &peer->address, rand_u32(), rand_u32());
	if (!err) {
		mb->pos = 0;
		err = tcp_send(knock->conn, mb);
	}
	(void)mem_deref(mb);
	knock->asked = true;
	if (err)
		tw__knock_end(knock);
	else
		wait_for(peer, TW_KNOCK_ASKED, PATIENCE_MS);
}

static void timer_h(void *arg)
{
	struct tw_sip_peer *peer = arg;
	struct tw_knock *knock = &peer->flow.knock;

	if (knock->size) {
		judge(peer);
		return;
	}
	switch (knock->state) {
	case TW_KNOCK_WAITS:
		call(peer);
		break;
	case TW_KNOCK_OPEN:
		ask(peer);
		break;
	case TW_KNOCK_HUNG_UP:
		tw__flow_lose(peer, knock->asked ? "it hangs up when it is "
			"sent SIP" : "it hangs up on every connection");
		break;
	default:                       /* silent to everybody */
		if (knock->by_tls)
			hung_up(peer);
		else
			tw__knock_end(knock);
		break;
	}
}

void tw__knock_init(struct tw_knock *knock)
{
	memset(knock, 0, sizeof(*knock));
	tmr_init(&knock->timer);
}

void tw__knock_begin(struct tw_sip_peer *peer)
{
	struct tw_knock *knock = &peer->flow.knock;

	if (knock->state != TW_KNOCK_NONE)
		return;
	knock->begun = tmr_jiffies();
	knock->size = 0;
	knock->asked = knock->by_tls = false;
	wait_for(peer, TW_KNOCK_WAITS, KNOCK_MS);
}

void tw__knock_end(struct tw_knock *knock)
{
	tmr_cancel(&knock->timer);
	knock->conn = mem_deref(knock->conn);
	knock->state = TW_KNOCK_NONE;
}
