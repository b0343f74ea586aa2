/*
 * The cheapest registrar that a client can tell from a real one by nothing
 * but its speed: a challenge to whoever sends no Authorization, 200 to the
 * rest, no memory of anybody. UDP and TCP on one port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registration_bench.h"

enum { BATCH = 32, SIZE = 2048, ROOM = 65536 };

struct stream {
	int fd;
	size_t size;
	char data[ROOM];
};

/* Copies the line that begins with `name`; "\r\n" in it is the last one's. */
static size_t copy_line(char *out, const char *text, const char *name,
			const char *more)
{
	const char *p = strstr(text, name), *end;

	if (!p)
		return 0;
	end = strstr(p + 2, "\r\n");
	return (size_t)sprintf(out, "%.*s%s", (int)(end - p), p, more);
}

/* text is terminated. @return bytes of the answer */
static size_t answer(char *out, const char *text)
{
	const char *expires = strstr(text, "\r\nExpires: ");
	bool known = strstr(text, "\r\nAuthorization: Digest") != NULL;
	char more[64];
	size_t l;

	l = (size_t)sprintf(out, "SIP/2.0 %s", known ? "200 OK" :
		"401 Unauthorized");
	l += copy_line(out + l, text, "\r\nVia: ", "");
	l += copy_line(out + l, text, "\r\nFrom: ", "");
	l += copy_line(out + l, text, "\r\nTo: ", ";tag=r");
	l += copy_line(out + l, text, "\r\nCall-ID: ", "");
	l += copy_line(out + l, text, "\r\nCSeq: ", "");
	if (known) {
		(void)snprintf(more, sizeof(more), ";expires=%d",
			expires ? atoi(expires + 11) : 0);
		l += copy_line(out + l, text, "\r\nContact: ", more);
	}
	else {
		l += (size_t)sprintf(out + l, "\r\nWWW-Authenticate: Digest "
			"realm=\"trunk.test\", nonce=\"5f3a9c0e7b1d\", "
			"qop=\"auth\", algorithm=MD5");
	}
	return l + (size_t)sprintf(out + l, "\r\nContent-Length: 0\r\n\r\n");
}

static void serve_datagrams(int fd)
{
	static char in[BATCH][SIZE], out[BATCH][SIZE];
	static struct sockaddr_in from[BATCH];
	static struct mmsghdr msg[BATCH];
	static struct iovec iov[BATCH];
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = in[i];
		iov[i].iov_len = SIZE - 1;
		memset(&msg[i], 0, sizeof(msg[i]));
		msg[i].msg_hdr.msg_name = &from[i];
		msg[i].msg_hdr.msg_namelen = sizeof(from[i]);
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(fd, msg, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		in[i][msg[i].msg_len] = '\0';
		iov[i].iov_base = out[i];
		iov[i].iov_len = answer(out[i], in[i]);
	}
	if (n > 0)
		(void)sendmmsg(fd, msg, (unsigned)n, 0);
}

static void close_stream(struct stream *s)
{
	(void)close(s->fd);
	free(s);
}

/* Requests have no body here. */
static void serve_stream(struct stream *s)
{
	char out[SIZE], *begin = s->data, *end;
	ssize_t n = recv(s->fd, s->data + s->size, ROOM - 1 - s->size, 0);

	if (n <= 0) {
		close_stream(s);
		return;
	}
	s->size += (size_t)n;
	s->data[s->size] = '\0';
	while ((end = strstr(begin, "\r\n\r\n")) != NULL) {
		size_t l;

		end[2] = '\0';
		l = answer(out, begin);
		begin = end + 4;
		if (send(s->fd, out, l, MSG_NOSIGNAL) != (ssize_t)l) {
			close_stream(s);
			return;
		}
	}
	s->size -= (size_t)(begin - s->data);
	memmove(s->data, begin, s->size);
}

static void watch(int poll, int fd, void *arg)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = arg };

	if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
		exit(1);
}

static void take_connection(int poll, int fd)
{
	struct stream *s = calloc(1, sizeof(*s));
	int on = 1;

	if (!s)
		exit(1);
	s->fd = accept(fd, NULL, NULL);
	if (s->fd < 0) {
		free(s);
		return;
	}
	(void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(poll, s->fd, s);
}

void bench_registrar(int out)
{
	struct sockaddr_in local = { .sin_family = AF_INET };
	struct epoll_event event[16];
	socklen_t size = sizeof(local);
	int udp, tcp, poll = epoll_create1(0);

	local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tcp = socket(AF_INET, SOCK_STREAM, 0);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(tcp, (struct sockaddr *)&local, sizeof(local)) ||
	    listen(tcp, 16) ||
	    getsockname(tcp, (struct sockaddr *)&local, &size) ||
	    bind(udp, (struct sockaddr *)&local, sizeof(local)) ||
	    write(out, &local.sin_port, 2) != 2)
		exit(1);
	watch(poll, udp, &udp);
	watch(poll, tcp, &tcp);
	for (;;) {
		int n = epoll_wait(poll, event, 16, -1);

		for (int i = 0; i < n; i++) {
			if (event[i].data.ptr == &udp)
				serve_datagrams(udp);
			else if (event[i].data.ptr == &tcp)
				take_connection(poll, tcp);
			else
				serve_stream(event[i].data.ptr);
		}
	}
}
