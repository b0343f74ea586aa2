/**
 * @file test_legs.c  leg.c against peers that misbehave as real ones do
 *
 * Loopback UDP. The virtual clock is used so that its count of busy things
 * can be checked: after every case it must be 0, else time would stop.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <trunkwise.h>
#include "leg.h"
#include "peer.h"

enum { WAIT_MS = 3000 };

struct fixture {
	struct sip *sip;
	struct leg_sock *sock;
	struct clk *clk;
	struct peer peer;
	struct leg *leg;
	struct tmr tmr;
	tw_registration *credentials;

	unsigned progress, answers, closed, authorized;
	int close_err;
	uint16_t close_code;
	bool timed_out;
	bool (*until)(struct fixture *f);

	/* scripts */
	char invite[PEER_TEXT];
	const char *algorithm;
	unsigned challenges;
};


static void timeout_handler(void *arg)
{
	struct fixture *f = arg;

	f->timed_out = true;
	re_cancel();
}


static void poll_handler(void *arg)
{
	struct fixture *f = arg;

	if (f->until(f))
		re_cancel();
	else
		tmr_start(&f->tmr, 2, poll_handler, f);
}


static void run_for(struct fixture *f, bool (*until)(struct fixture *f),
		    uint32_t ms)
{
	struct tmr limit;

	f->until = until;
	f->timed_out = false;
	tmr_init(&limit);
	tmr_start(&limit, ms, timeout_handler, f);
	tmr_start(&f->tmr, 0, poll_handler, f);
	(void)re_main(NULL);
	tmr_cancel(&limit);
	tmr_cancel(&f->tmr);
}


static void run(struct fixture *f, bool (*until)(struct fixture *f))
{
	run_for(f, until, WAIT_MS);
	assert_false(f->timed_out);
}


static bool never(struct fixture *f)
{
	(void)f;
	return false;
}


static bool is_quiet(struct fixture *f)
{
	return clk_busy_count(f->clk) == 0;
}


static bool is_answered(struct fixture *f)
{
	return f->answers > 0;
}


static bool is_closed(struct fixture *f)
{
	return f->closed > 0;
}


static bool has_progress(struct fixture *f)
{
	return f->progress > 0;
}


static bool has_invite(struct fixture *f)
{
	return peer_count(&f->peer, "INVITE", NULL) > 0;
}


static bool has_cancel(struct fixture *f)
{
	return peer_count(&f->peer, "CANCEL", NULL) > 0;
}


static bool has_bye(struct fixture *f)
{
	return peer_count(&f->peer, "BYE", NULL) > 0;
}


static bool has_two_byes(struct fixture *f)
{
	return peer_count(&f->peer, "BYE", NULL) > 1;
}


static bool has_two_acks(struct fixture *f)
{
	return peer_count(&f->peer, "ACK", NULL) > 1;
}


static bool has_three_acks(struct fixture *f)
{
	return peer_count(&f->peer, "ACK", NULL) > 2;
}


static int auth_handler(char **header, const char *method, const char *uri,
			const struct sip_msg *msg, void *arg)
{
	struct fixture *f = arg;

	f->authorized++;
	return tw_registration_authorize(header, f->credentials, method, uri,
					 msg->mb->buf, msg->mb->end, NULL);
}


static void progress_handler(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	((struct fixture *)arg)->progress++;
}


static void answer_handler(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	((struct fixture *)arg)->answers++;
}


static void closed_handler(int err, uint16_t code, const struct sip_msg *msg,
			   void *arg)
{
	struct fixture *f = arg;
	(void)msg;

	f->closed++;
	f->close_err = err;
	f->close_code = code;
}


static void dial(struct fixture *f)
{
	const struct leg_options options = {
		.sip = f->sip,
		.clk = f->clk,
		.uri = f->peer.uri,
		.from_uri = "sip:+78430000001@127.0.0.1",
		.contact_user = "trunk",
		.content_type = "application/sdp",
		.body = "v=0\r\n",
		.body_size = 5,
		.auth_h = auth_handler,
		.auth_arg = f,
		.progress_h = progress_handler,
		.answer_h = answer_handler,
		.closed_h = closed_handler,
		.arg = f,
	};

	assert_int_equal(leg_invite(&f->leg, f->sock, &options), 0);
}


static int setup(void **state)
{
	tw_trunk_options trunk = TW_TRUNK_OPTIONS_INIT;
	struct fixture *f = calloc(1, sizeof(*f));
	struct sa laddr;

	assert_non_null(f);
	tmr_init(&f->tmr);
	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	assert_int_equal(sip_alloc(&f->sip, NULL, 32, 32, 32, "test", NULL,
				   NULL), 0);
	assert_int_equal(sip_transp_add(f->sip, SIP_TRANSP_UDP, &laddr), 0);
	assert_int_equal(leg_listen(&f->sock, f->sip), 0);
	assert_int_equal(clk_virtual_alloc(&f->clk, 0, NULL, NULL), 0);

	trunk.name = "main";
	trunk.registrar = "sip:carrier.test";
	trunk.user = "trunk1";
	trunk.password = "secret";
	trunk.password_size = 6;
	trunk.realm = "carrier.test";
	assert_int_equal(tw_registration_new(&f->credentials, &trunk, NULL,
					     NULL), TW_OK);
	*state = f;

	return 0;
}


static int teardown(void **state)
{
	struct fixture *f = *state;

	mem_deref(f->leg);
	mem_deref(f->sock);
	sip_close(f->sip, true);
	mem_deref(f->sip);
	mem_deref(f->clk);
	peer_close(&f->peer);
	tw_registration_free(f->credentials);
	free(f);

	return 0;
}


static const char *contact(const struct fixture *f)
{
	static char line[128];

	snprintf(line, sizeof(line), "Contact: <%s>\r\n", f->peer.uri);
	return line;
}


static bool is(const char *text, const char *method)
{
	return !strncmp(text, method, strlen(method)) &&
		text[strlen(method)] == ' ';
}


/* Answers all but INVITE as it should be. */
static bool polite(struct peer *peer, const char *text)
{
	if (is(text, "BYE") || is(text, "CANCEL"))
		peer_reply(peer, text, "200 OK", NULL, NULL);
	return !is(text, "INVITE");
}


/* ---- forks ---- */

static void fork_script(struct peer *peer, const char *text)
{
	struct fixture *f = peer->arg;

	if (polite(peer, text))
		return;
	snprintf(f->invite, sizeof(f->invite), "%s", text);
	peer_reply(peer, text, "180 Ringing", "aaa", contact(f));
	peer_reply(peer, text, "200 OK", "aaa", contact(f));
	peer_reply(peer, text, "200 OK", "bbb", contact(f));
}


static void test_fork_acks_both_and_ends_the_loser(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, fork_script, f), 0);
	dial(f);
	assert_int_equal(clk_busy_count(f->clk), 1);
	run(f, has_bye);
	run(f, has_two_acks);
	run(f, is_quiet);

	assert_int_equal(f->answers, 1);
	assert_int_equal(f->closed, 0);
	assert_true(leg_is_answered(f->leg));
	assert_int_equal(peer_count(&f->peer, "INVITE", "v=0"), 1);
	assert_int_equal(peer_count(&f->peer, "ACK", "tag=aaa"), 1);
	assert_int_equal(peer_count(&f->peer, "ACK", "tag=bbb"), 1);
	assert_int_equal(peer_count(&f->peer, "BYE", "tag=bbb"), 1);
	assert_int_equal(peer_count(&f->peer, "BYE", "tag=aaa"), 0);

	/* Our ACK got lost: the 200 comes again, so does the ACK. */
	peer_reply(&f->peer, f->invite, "200 OK", "aaa", contact(f));
	run(f, has_three_acks);
	assert_int_equal(peer_count(&f->peer, "ACK", "tag=aaa"), 2);

	leg_hangup(f->leg, "Reason: Q.850;cause=16\r\n");
	assert_int_equal(clk_busy_count(f->clk), 1);
	run(f, has_two_byes);
	run(f, is_quiet);
	assert_int_equal(peer_count(&f->peer, "BYE", "cause=16"), 1);
	assert_int_equal(f->closed, 0);
}


static void test_fork_after_hangup_is_ended_too(void **state)
{
	struct fixture *f = *state;

	test_fork_acks_both_and_ends_the_loser(state);
	f->leg = mem_deref(f->leg);
	peer_reply(&f->peer, f->invite, "200 OK", "ccc", contact(f));
	run_for(f, never, 50);
	assert_int_equal(peer_count(&f->peer, "ACK", "tag=ccc"), 1);
	assert_int_equal(peer_count(&f->peer, "BYE", "tag=ccc"), 1);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


/* ---- CANCEL ---- */

static void ring_script(struct peer *peer, const char *text)
{
	struct fixture *f = peer->arg;

	if (is(text, "INVITE")) {
		snprintf(f->invite, sizeof(f->invite), "%s", text);
		peer_reply(peer, text, "180 Ringing", "aaa", contact(f));
	}
	else if (is(text, "CANCEL")) {
		/* Glare: the handset went up first. */
		peer_reply(peer, f->invite, "200 OK", "aaa", contact(f));
		peer_reply(peer, text, "200 OK", "aaa", NULL);
	}
	else {
		(void)polite(peer, text);
	}
}


static void test_cancel_that_crosses_a_200_ends_by_bye(void **state)
{
	struct fixture *f = *state;
	char invite_via[256], cancel_via[256];

	assert_int_equal(peer_open(&f->peer, ring_script, f), 0);
	dial(f);
	run(f, has_progress);
	assert_int_equal(clk_busy_count(f->clk), 0);

	leg_hangup(f->leg, "Reason: SIP;cause=200;"
		   "text=\"Call completed elsewhere\"\r\n");
	assert_int_equal(clk_busy_count(f->clk), 1);
	run(f, has_bye);
	run(f, is_quiet);
	assert_int_equal(f->answers, 0);
	assert_int_equal(f->closed, 0);
	assert_int_equal(peer_count(&f->peer, "CANCEL",
				    "completed elsewhere"), 1);
	assert_int_equal(peer_count(&f->peer, "ACK", "tag=aaa"), 1);
	assert_string_equal(peer_header(invite_via, sizeof(invite_via),
					f->peer.seen[0], "Via"),
			    peer_header(cancel_via, sizeof(cancel_via),
					f->peer.seen[1], "Via"));
}


static void silent_script(struct peer *peer, const char *text)
{
	struct fixture *f = peer->arg;

	if (is(text, "INVITE"))
		snprintf(f->invite, sizeof(f->invite), "%s", text);
	if (is(text, "CANCEL")) {
		peer_reply(peer, text, "200 OK", "aaa", NULL);
		peer_reply(peer, f->invite, "487 Request Terminated", "aaa",
			   NULL);
	}
}


static void test_cancel_waits_for_the_first_answer(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, silent_script, f), 0);
	dial(f);
	run(f, has_invite);
	leg_hangup(f->leg, NULL);
	run_for(f, never, 100);
	assert_int_equal(peer_count(&f->peer, "CANCEL", NULL), 0);

	peer_reply(&f->peer, f->invite, "100 Trying", NULL, NULL);
	run(f, has_cancel);
	run(f, is_quiet);
	assert_int_equal(peer_count(&f->peer, "ACK", NULL), 1);
	assert_int_equal(peer_count(&f->peer, "BYE", NULL), 0);
	assert_int_equal(f->closed, 0);
}


static void test_dropped_leg_cancels_by_itself(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, ring_script, f), 0);
	dial(f);
	run(f, has_progress);
	f->leg = mem_deref(f->leg);
	run(f, has_bye);
	run(f, is_quiet);
	assert_int_equal(f->closed, 0);
}


/* ---- challenges ---- */

static void hash_text(char out[65], const char *algorithm, const char *text)
{
	const EVP_MD *md = strcmp(algorithm, "MD5") ? EVP_sha256()
		: EVP_md5();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned i, n = 0;

	assert_int_equal(EVP_Digest(text, strlen(text), digest, &n, md, NULL),
			 1);
	for (i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}


static void param(char *buf, size_t size, const char *line, const char *name)
{
	char key[32];
	const char *p;
	size_t l;

	snprintf(key, sizeof(key), "%s=", name);
	for (p = strstr(line, key); p && p > line && p[-1] != ' ' &&
		     p[-1] != ','; p = strstr(p + 1, key))
		;
	buf[0] = '\0';
	if (!p)
		return;
	p += strlen(key);
	if (*p == '"')
		p++;
	l = strcspn(p, "\",\r\n");
	assert_true(l < size);
	memcpy(buf, p, l);
	buf[l] = '\0';
}


/* RFC 7616 3.4 worked out apart from the library. */
static void check_digest(const struct fixture *f, const char *method,
			 const char *text)
{
	char line[1024], uri[128], nc[16], cnonce[64], got[80], nonce[64];
	char ha1[65], ha2[65], want[65], buf[512];

	peer_header(line, sizeof(line), text, "Proxy-Authorization");
	assert_true(line[0]);
	param(uri, sizeof(uri), line, "uri");
	param(nc, sizeof(nc), line, "nc");
	param(cnonce, sizeof(cnonce), line, "cnonce");
	param(got, sizeof(got), line, "response");
	param(nonce, sizeof(nonce), line, "nonce");

	hash_text(ha1, f->algorithm, "trunk1:carrier.test:secret");
	snprintf(buf, sizeof(buf), "%s:%s", method, uri);
	hash_text(ha2, f->algorithm, buf);
	snprintf(buf, sizeof(buf), "%s:%s:%s:%s:auth:%s", ha1, nonce, nc,
		 cnonce, ha2);
	hash_text(want, f->algorithm, buf);
	assert_string_equal(got, want);
	assert_true(strncmp(text + strlen(method) + 1, uri, strlen(uri)) == 0);
}


static void challenge(struct peer *peer, const char *text, const char *nonce)
{
	struct fixture *f = peer->arg;
	char line[256];

	snprintf(line, sizeof(line), "Proxy-Authenticate: Digest "
		 "realm=\"carrier.test\", nonce=\"%s\", algorithm=%s, "
		 "qop=\"auth\"\r\n", nonce, f->algorithm);
	peer_reply(peer, text, "407 Proxy Authentication Required", "q",
		   line);
}


static void auth_script(struct peer *peer, const char *text)
{
	struct fixture *f = peer->arg;
	const bool has = strstr(text, "\r\nProxy-Authorization: ") != NULL;

	if (is(text, "INVITE") && !has)
		challenge(peer, text, "n1");
	else if (is(text, "INVITE") && f->challenges)
		challenge(peer, text, "n1");
	else if (is(text, "INVITE"))
		peer_reply(peer, text, "200 OK", "aaa", contact(f));
	else if (is(text, "BYE") && !has)
		challenge(peer, text, "n2");
	else if (is(text, "BYE"))
		peer_reply(peer, text, "200 OK", NULL, NULL);
}


static unsigned cseq_of(const char *text)
{
	char line[64];

	return (unsigned)strtoul(peer_header(line, sizeof(line), text,
					     "CSeq"), NULL, 10);
}


static void authorized_call(struct fixture *f, const char *algorithm)
{
	char a[256], b[256];

	f->algorithm = algorithm;
	assert_int_equal(peer_open(&f->peer, auth_script, f), 0);
	dial(f);
	run(f, is_answered);
	run(f, has_two_acks);

	/* 0 INVITE, 1 ACK of the 407, 2 INVITE, 3 ACK of the 200 */
	check_digest(f, "INVITE", f->peer.seen[2]);
	assert_int_equal(cseq_of(f->peer.seen[2]),
			 cseq_of(f->peer.seen[0]) + 1);
	assert_int_equal(cseq_of(f->peer.seen[3]),
			 cseq_of(f->peer.seen[2]));
	assert_string_equal(peer_header(a, sizeof(a), f->peer.seen[0],
					"Call-ID"),
			    peer_header(b, sizeof(b), f->peer.seen[2],
					"Call-ID"));
	assert_string_equal(peer_header(a, sizeof(a), f->peer.seen[0],
					"From"),
			    peer_header(b, sizeof(b), f->peer.seen[2],
					"From"));
	/* RFC 3261 22.1: the ACK carries the credentials of its INVITE. */
	assert_int_equal(peer_count(&f->peer, "ACK", "Proxy-Authorization"),
			 1);

	leg_hangup(f->leg, NULL);
	run(f, has_two_byes);
	run(f, is_quiet);
	check_digest(f, "BYE", f->peer.seen[5]);
}


static void test_407_md5(void **state)
{
	authorized_call(*state, "MD5");
}


static void test_407_sha256(void **state)
{
	authorized_call(*state, "SHA-256");
}


static void test_same_nonce_twice_is_a_refusal(void **state)
{
	struct fixture *f = *state;

	f->algorithm = "SHA-256";
	f->challenges = 1;
	assert_int_equal(peer_open(&f->peer, auth_script, f), 0);
	dial(f);
	run(f, is_closed);
	assert_int_equal(f->close_code, 407);
	assert_int_equal(f->authorized, 1);
	assert_int_equal(peer_count(&f->peer, "INVITE", NULL), 2);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


/* ---- ends ---- */

static void far_bye_script(struct peer *peer, const char *text)
{
	struct fixture *f = peer->arg;

	if (is(text, "INVITE")) {
		snprintf(f->invite, sizeof(f->invite), "%s", text);
		peer_reply(peer, text, "200 OK", "aaa", contact(f));
	}
}


static void in_dialog(struct fixture *f, const char *method, unsigned cseq)
{
	char from[256], callid[128], own[256];

	snprintf(own, sizeof(own), "<%s>;tag=aaa", f->peer.uri);
	peer_send(&f->peer, "%s sip:trunk@127.0.0.1 SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u\r\n"
		  "From: %s\r\n"
		  "To: %s\r\n"
		  "Call-ID: %s\r\n"
		  "CSeq: %u %s\r\n"
		  "Content-Length: 0\r\n"
		  "\r\n",
		  method, sa_port(&f->peer.addr), method, cseq, own,
		  peer_header(from, sizeof(from), f->invite, "From"),
		  peer_header(callid, sizeof(callid), f->invite, "Call-ID"),
		  cseq, method);
}


static bool got_200(struct fixture *f)
{
	return strstr(f->peer.seen[f->peer.count - 1], "SIP/2.0 200") != NULL;
}


static void test_far_end_hangs_up(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, far_bye_script, f), 0);
	dial(f);
	run(f, is_answered);
	in_dialog(f, "BYE", 7);
	run(f, is_closed);
	run(f, got_200);
	assert_int_equal(f->close_err, 0);
	assert_int_equal(f->close_code, 200);
	assert_int_equal(f->closed, 1);
	assert_false(leg_is_answered(f->leg));
	assert_int_equal(clk_busy_count(f->clk), 0);

	/* Hanging up what is over sends nothing. */
	leg_hangup(f->leg, NULL);
	run_for(f, never, 30);
	assert_int_equal(peer_count(&f->peer, "BYE", NULL), 0);
}


static bool got_488(struct fixture *f)
{
	return strstr(f->peer.seen[f->peer.count - 1], "SIP/2.0 488") != NULL;
}


static bool got_500(struct fixture *f)
{
	return strstr(f->peer.seen[f->peer.count - 1], "SIP/2.0 500") != NULL;
}


static void test_new_offer_is_refused_and_old_cseq_too(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, far_bye_script, f), 0);
	dial(f);
	run(f, is_answered);
	in_dialog(f, "INVITE", 10);
	run(f, got_488);
	in_dialog(f, "BYE", 9);
	run(f, got_500);
	assert_int_equal(f->closed, 0);
	assert_true(leg_is_answered(f->leg));
}


static void busy_script(struct peer *peer, const char *text)
{
	if (is(text, "INVITE"))
		peer_reply(peer, text, "486 Busy Here", "aaa", NULL);
}


static void test_failure_code_reaches_the_host(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, busy_script, f), 0);
	dial(f);
	run(f, is_closed);
	assert_int_equal(f->close_code, 486);
	assert_int_equal(f->close_err, 0);
	assert_int_equal(f->answers, 0);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


static void bad_200_script(struct peer *peer, const char *text)
{
	if (is(text, "INVITE"))
		peer_reply(peer, text, "200 OK", "aaa", NULL);
}


static void test_200_without_contact_is_no_answer(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, bad_200_script, f), 0);
	dial(f);
	run(f, is_closed);
	assert_int_equal(f->close_err, EBADMSG);
	assert_int_equal(f->close_code, 0);
	assert_int_equal(f->answers, 0);
}


static void test_silence_ends_in_time(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_open(&f->peer, NULL, f), 0);
	dial(f);
	run_for(f, is_closed, 35000);
	assert_int_equal(f->closed, 1);
	assert_int_equal(f->close_err, ETIMEDOUT);
	assert_int_equal(f->close_code, 0);
	assert_true(peer_count(&f->peer, "INVITE", NULL) >= 6);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


static void test_text_that_would_split_headers_is_refused(void **state)
{
	struct fixture *f = *state;
	struct leg_options options = {
		.sip = f->sip,
		.clk = f->clk,
		.uri = "sip:bob@127.0.0.1:9",
		.from_uri = "sip:x@127.0.0.1>\r\nEvil: yes",
		.contact_user = "trunk",
		.closed_h = closed_handler,
		.arg = f,
	};
	struct leg *leg = NULL;

	assert_int_equal(leg_invite(&leg, f->sock, &options), EINVAL);
	options.from_uri = "sip:x@127.0.0.1";
	options.from_name = "a\" <sip:b>";
	assert_int_equal(leg_invite(&leg, f->sock, &options), EINVAL);
	options.from_name = NULL;
	options.headers = "X: y\r\n\r\nbody\r\n";
	assert_int_equal(leg_invite(&leg, f->sock, &options), EINVAL);
	options.headers = "X: y";
	assert_int_equal(leg_invite(&leg, f->sock, &options), EINVAL);
	assert_null(leg);
	assert_int_equal(clk_busy_count(f->clk), 0);
}


#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fork_acks_both_and_ends_the_loser),
		CASE(test_fork_after_hangup_is_ended_too),
		CASE(test_cancel_that_crosses_a_200_ends_by_bye),
		CASE(test_cancel_waits_for_the_first_answer),
		CASE(test_dropped_leg_cancels_by_itself),
		CASE(test_407_md5),
		CASE(test_407_sha256),
		CASE(test_same_nonce_twice_is_a_refusal),
		CASE(test_far_end_hangs_up),
		CASE(test_new_offer_is_refused_and_old_cseq_too),
		CASE(test_failure_code_reaches_the_host),
		CASE(test_200_without_contact_is_no_answer),
		CASE(test_text_that_would_split_headers_is_refused),
		CASE(test_silence_ends_in_time),
	};
	int err;

	if (libre_init())
		return 1;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	libre_close();

	return err;
}
