/**
 * @file server.h  A TLS server on the loop of the test, over libre
 *
 * It answers the first message of each connection with a 200 and counts what
 * it was shown and told.
 */
#ifndef TW_TESTS_SIP_SERVER_H
#define TW_TESTS_SIP_SERVER_H

#include <stdio.h>
#include "certs.h"
#include "context.h"

#define SERVER_ANSWER "SIP/2.0 200 OK\r\n" \
	"Via: SIP/2.0/TLS h;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n" \
	"Call-ID: c\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"

struct server {
	struct tls *tls;
	struct tcp_sock *listener;
	uint16_t port;
	unsigned connections, messages;
	bool hang_up;                  /* in the place of an answer */
	char name[64];                 /* last server name indication */
	char last[2048];
	/* writes the answer to `last`; NULL: SERVER_ANSWER */
	void (*answer)(struct server *server, struct mbuf *out);
	struct list conns;
};

struct server_conn {
	struct le le;
	struct server *server;
	struct tcp_conn *tcp;
	struct tls_conn *tls;
	struct tmr end;
};

static int server_name_h(SSL *ssl, int *alert, void *arg)
{
	struct server *server = arg;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	(void)snprintf(server->name, sizeof(server->name), "%s",
		name ? name : "");
	return SSL_TLSEXT_ERR_OK;
}

static void server_conn_destroy_h(void *arg)
{
	struct server_conn *conn = arg;

	list_unlink(&conn->le);
	tmr_cancel(&conn->end);
	mem_deref(conn->tls);
	mem_deref(conn->tcp);
}

static void server_conn_end_h(void *arg)
{
	mem_deref(arg);
}

static void server_estab_h(void *arg)
{
	(void)arg;
}

static void server_recv_h(struct mbuf *mb, void *arg)
{
	struct server_conn *conn = arg;
	struct server *server = conn->server;
	struct mbuf *out = mbuf_alloc(2048);

	server->messages++;
	(void)snprintf(server->last, sizeof(server->last), "%.*s",
		(int)mbuf_get_left(mb), (const char *)mbuf_buf(mb));
	if (server->answer)
		server->answer(server, out);
	else
		assert_int_equal(mbuf_write_str(out, SERVER_ANSWER), 0);
	out->pos = 0;
	if (server->hang_up)
		tmr_start(&conn->end, 0, server_conn_end_h, conn);
	else
		assert_int_equal(tcp_send(conn->tcp, out), 0);
	mem_deref(out);
}

static void server_close_h(int err, void *arg)
{
	(void)err;
	mem_deref(arg);
}

static void server_conn_h(const struct sa *from, void *arg)
{
	struct server *server = arg;
	struct server_conn *conn = mem_zalloc(sizeof(*conn),
		server_conn_destroy_h);

	(void)from;
	conn->server = server;
	tmr_init(&conn->end);
	server->connections++;
	list_append(&server->conns, &conn->le, conn);
	assert_int_equal(tcp_accept(&conn->tcp, server->listener,
		server_estab_h, server_recv_h, server_close_h, conn), 0);
	assert_int_equal(tls_start_tcp(&conn->tls, server->tls, conn->tcp, 0),
		0);
}

static void server_open(struct server *server, const struct cert *cert)
{
	SSL_CTX *ctx;
	struct sa local;

	memset(server, 0, sizeof(*server));
	assert_int_equal(tls_alloc(&server->tls, SERVER_METHOD, NULL, NULL),
		0);
	ctx = server_context(server->tls);
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert->x509), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, cert->key), 1);
	(void)SSL_CTX_set_tlsext_servername_callback(ctx, server_name_h);
	(void)SSL_CTX_set_tlsext_servername_arg(ctx, server);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(tcp_listen(&server->listener, &local, server_conn_h,
		server), 0);
	assert_int_equal(tcp_sock_local_get(server->listener, &local), 0);
	server->port = sa_port(&local);
}

/* Cuts all that stand. */
static void server_cut(struct server *server)
{
	list_flush(&server->conns);
}

static void server_close(struct server *server)
{
	server_cut(server);
	mem_deref(server->listener);
	mem_deref(server->tls);
}

#endif
