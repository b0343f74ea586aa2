/**
 * @file responder.h  A DNS server on the test's own loop
 *
 * UDP and TCP on one port of 127.0.0.1. Bytes are written by hand, so that
 * nothing of libre checks itself.
 */
#ifndef TW_TESTS_SIP_RESPONDER_H
#define TW_TESTS_SIP_RESPONDER_H

#include <string.h>
#include <re.h>

struct responder_record {
	const char *name;
	uint16_t type;
	uint32_t ttl;
	const char *value;
	uint16_t a, b, c;            /* priority weight port; order pref */
	const char *flags, *service;
};

struct responder {
	struct udp_sock *udp;
	struct tcp_sock *tcp;
	struct tcp_conn *conn;
	uint16_t port;
	char server[32];             /* "127.0.0.1:port" */
	const struct responder_record *zone;
	size_t zone_size;
	uint8_t rcode;
	bool silent;
	bool cut;                    /* over UDP: TC and no records */
	bool garbage;                /* half an answer */
	bool additional;             /* addresses of SRV targets come along */
	unsigned asked, asked_tcp;
	char last[280];              /* "33 _sip._udp.carrier.test" */
};

#define RESPONDER_ZONE(r, records) do { (r)->zone = (records); \
	(r)->zone_size = sizeof(records) / sizeof((records)[0]); } while (0)

static void responder_name(struct mbuf *mb, const char *name)
{
	while (*name && strcmp(name, ".")) {
		size_t l = strcspn(name, ".");

		(void)mbuf_write_u8(mb, (uint8_t)l);
		(void)mbuf_write_mem(mb, (const uint8_t *)name, l);
		name += l + (name[l] == '.');
	}
	(void)mbuf_write_u8(mb, 0);
}

static void responder_text(struct mbuf *mb, const char *text)
{
	(void)mbuf_write_u8(mb, (uint8_t)strlen(text));
	(void)mbuf_write_mem(mb, (const uint8_t *)text, strlen(text));
}

static void responder_u16(struct mbuf *mb, unsigned value)
{
	(void)mbuf_write_u8(mb, (uint8_t)(value >> 8));
	(void)mbuf_write_u8(mb, (uint8_t)value);
}

static void responder_data(struct mbuf *mb,
			   const struct responder_record *record)
{
	uint8_t v6[16];
	struct sa sa;

	switch (record->type) {
	case 1:
		(void)sa_set_str(&sa, record->value, 0);
		responder_u16(mb, sa_in(&sa) >> 16);
		responder_u16(mb, sa_in(&sa) & 0xffff);
		break;
	case 28:
		(void)sa_set_str(&sa, record->value, 0);
		sa_in6(&sa, v6);
		(void)mbuf_write_mem(mb, v6, 16);
		break;
	case 33:
		responder_u16(mb, record->a);
		responder_u16(mb, record->b);
		responder_u16(mb, record->c);
		responder_name(mb, record->value);
		break;
	case 35:
		responder_u16(mb, record->a);
		responder_u16(mb, record->b);
		responder_text(mb, record->flags);
		responder_text(mb, record->service);
		responder_text(mb, "");
		responder_name(mb, record->value);
		break;
	default:
		responder_name(mb, record->value);
		break;
	}
}

static void responder_record(struct mbuf *mb,
			     const struct responder_record *record)
{
	size_t at, end;

	responder_name(mb, record->name);
	responder_u16(mb, record->type);
	responder_u16(mb, 1);
	responder_u16(mb, record->ttl >> 16);
	responder_u16(mb, record->ttl & 0xffff);
	at = mb->pos;
	responder_u16(mb, 0);
	responder_data(mb, record);
	end = mb->pos;
	mb->pos = at;
	responder_u16(mb, (unsigned)(end - at - 2));
	mb->pos = end;
}

/* The question's name and type; false: no question. */
static bool responder_read(char *name, size_t size, uint16_t *type,
			   const uint8_t *p, size_t l)
{
	size_t at = 12, n = 0;

	while (at < l && p[at]) {
		if (at + p[at] + 1 >= l || n + p[at] + 2 >= size)
			return false;
		memcpy(name + n, p + at + 1, p[at]);
		n += p[at];
		name[n++] = '.';
		at += p[at] + 1u;
	}
	if (at + 5 > l || !n)
		return false;
	name[n - 1] = '\0';
	*type = (uint16_t)(p[at + 1] << 8 | p[at + 2]);
	return true;
}

static bool responder_is_answer(const struct responder_record *record,
				const char *name, uint16_t type)
{
	return !str_casecmp(record->name, name) &&
		(record->type == type || record->type == 5);
}

static struct mbuf *responder_answer(struct responder *r, const uint8_t *p,
				     size_t l, bool tcp)
{
	struct mbuf *mb = mbuf_alloc(2048);
	unsigned answers = 0, more = 0;
	uint16_t type;
	char name[256];

	if (!responder_read(name, sizeof(name), &type, p, l))
		return mem_deref(mb);
	(void)re_snprintf(r->last, sizeof(r->last), "%u %s", type, name);
	for (size_t i = 0; i < r->zone_size; i++) {
		answers += responder_is_answer(&r->zone[i], name, type);
		more += r->additional && type == 33 && r->zone[i].type == 1;
	}
	if (r->cut && !tcp)
		answers = more = 0;
	responder_u16(mb, (unsigned)(p[0] << 8 | p[1]));
	responder_u16(mb, 0x8180u | (r->cut && !tcp ? 0x200u : 0) | r->rcode);
	responder_u16(mb, 1);
	responder_u16(mb, r->rcode ? 0 : answers);
	responder_u16(mb, 0);
	responder_u16(mb, r->rcode ? 0 : more);
	responder_name(mb, name);
	responder_u16(mb, type);
	responder_u16(mb, 1);
	for (size_t i = 0; answers && !r->rcode && i < r->zone_size; i++)
		if (responder_is_answer(&r->zone[i], name, type))
			responder_record(mb, &r->zone[i]);
	for (size_t i = 0; more && !r->rcode && i < r->zone_size; i++)
		if (r->zone[i].type == 1)
			responder_record(mb, &r->zone[i]);
	if (r->garbage)
		mb->end -= 3;
	mb->pos = 0;
	return mb;
}

static void responder_udp_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct responder *r = arg;
	struct mbuf *answer;

	r->asked++;
	answer = responder_answer(r, mbuf_buf(mb), mbuf_get_left(mb), false);
	if (answer && !r->silent)
		(void)udp_send(r->udp, src, answer);
	mem_deref(answer);
}

static void responder_recv_h(struct mbuf *mb, void *arg)
{
	struct responder *r = arg;
	struct mbuf *answer, *framed;

	if (mbuf_get_left(mb) < 14)
		return;
	r->asked_tcp++;
	answer = responder_answer(r, mbuf_buf(mb) + 2, mbuf_get_left(mb) - 2,
		true);
	if (!answer)
		return;
	framed = mbuf_alloc(answer->end + 2);
	responder_u16(framed, (unsigned)answer->end);
	(void)mbuf_write_mem(framed, answer->buf, answer->end);
	framed->pos = 0;
	(void)tcp_send(r->conn, framed);
	mem_deref(framed);
	mem_deref(answer);
}

static void responder_estab_h(void *arg)
{
	(void)arg;
}

static void responder_close_h(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static void responder_conn_h(const struct sa *from, void *arg)
{
	struct responder *r = arg;

	(void)from;
	r->conn = mem_deref(r->conn);
	(void)tcp_accept(&r->conn, r->tcp, responder_estab_h,
		responder_recv_h, responder_close_h, r);
}

static int responder_open(struct responder *r)
{
	struct sa local;
	int err;

	memset(r, 0, sizeof(*r));
	(void)sa_set_str(&local, "127.0.0.1", 0);
	err = udp_listen(&r->udp, &local, responder_udp_h, r);
	if (err)
		return err;
	(void)udp_local_get(r->udp, &local);
	r->port = sa_port(&local);
	(void)re_snprintf(r->server, sizeof(r->server), "127.0.0.1:%u",
		r->port);
	return tcp_listen(&r->tcp, &local, responder_conn_h, r);
}

static void responder_close(struct responder *r)
{
	mem_deref(r->conn);
	mem_deref(r->tcp);
	mem_deref(r->udp);
}

#endif
