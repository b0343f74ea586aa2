/**
 * @file scripts.c  What peers of a gateway answer, message by message
 *
 * A script is asked for each message that a peer gets, and knows no other.
 */
#include <stdio.h>
#include <string.h>
#include "world.h"

static const char held[] = "v=0\r\no=y 1 2 IN IP4 127.0.0.1\r\ns=-\r\n"
	"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6002 RTP/AVP 8\r\n"
	"a=recvonly\r\n";

static bool is(const char *text, const char *method)
{
	const size_t l = strlen(method);

	return !strncmp(text, method, l) && text[l] == ' ';
}


static bool polite(struct peer *peer, const char *text)
{
	char line[2048], value[400];
	unsigned i;

	if (is(text, "REGISTER")) {
		snprintf(line, sizeof(line), "Contact: %s\r\n"
			 "Expires: 300\r\n%s",
			 peer_header(value, sizeof(value), text, "Contact"),
			 world_text(peer->arg, world_register_headers));
		peer_reply(peer, text, "200 OK", "r", line);
	}
	else if (is(text, "CANCEL")) {
		peer_reply(peer, text, "200 OK", "c", NULL);
		for (i = peer->count; i-- > 0;) {
			if (is(peer->seen[i], "INVITE"))
				break;
		}
		if (i < PEER_SEEN)
			peer_reply(peer, peer->seen[i],
				   "487 Request Terminated", "c", NULL);
	}
	else if (is(text, "BYE") || is(text, "OPTIONS")) {
		peer_reply(peer, text, "200 OK", NULL, NULL);
	}

	return !is(text, "INVITE");
}


void script_ring(struct peer *peer, const char *text)
{
	char buf[128];

	if (!polite(peer, text))
		peer_reply(peer, text, "180 Ringing", "p",
			   peer_contact(buf, peer));
}


void script_answer(struct peer *peer, const char *text)
{
	char buf[128];

	if (polite(peer, text))
		return;
	peer_reply(peer, text, "180 Ringing", "p", peer_contact(buf, peer));
	peer_reply_sdp(peer, text, "200 OK", "p", world_sdp);
}


void world_early(struct peer *peer, const char *text)
{
	peer_reply_sdp(peer, text, "183 Session Progress", "p", world_sdp);
}


bool world_is_inside(const char *text)
{
	char to[256];

	return !strncmp(text, "INVITE ", 7) &&
		strstr(peer_header(to, sizeof(to), text, "To"), ";tag=");
}


void script_agree(struct peer *peer, const char *text)
{
	if (world_is_inside(text))
		peer_reply_sdp(peer, text, "200 OK", NULL, held);
	else
		script_answer(peer, text);
}


void script_busy(struct peer *peer, const char *text)
{
	if (!polite(peer, text))
		peer_reply(peer, text, "486 Busy Here", "p", NULL);
}


void script_503(struct peer *peer, const char *text)
{
	if (!polite(peer, text))
		peer_reply(peer, text, "503 Service Unavailable", "p", NULL);
}


void script_busy_behind_503(struct peer *peer, const char *text)
{
	if (!polite(peer, text))
		peer_reply(peer, text, "503 Service Unavailable", "p",
			   "Reason: SIP;cause=503, Q.850 ;cause=17"
			   ";text=\"User busy\"\r\n");
}


void script_404(struct peer *peer, const char *text)
{
	if (!polite(peer, text))
		peer_reply(peer, text, "404 Not Found", "p", NULL);
}


void script_deaf(struct peer *peer, const char *text)
{
	if (!is(text, "OPTIONS"))
		script_answer(peer, text);
}


void script_forgetful(struct peer *peer, const char *text)
{
	if (!is(text, "OPTIONS") || !strstr(text, ";tag=p\r\n"))
		script_answer(peer, text);
	else
		peer_reply(peer, text, "481 Call Does Not Exist", NULL, NULL);
}


void script_full(struct peer *peer, const char *text)
{
	if (is(text, "REGISTER"))
		peer_reply(peer, text, "503 Service Unavailable", "p", NULL);
	else
		script_answer(peer, text);
}


void script_silent(struct peer *peer, const char *text)
{
	(void)polite(peer, text);
}
