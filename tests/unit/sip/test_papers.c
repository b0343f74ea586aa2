/**
 * @file test_papers.c  One copy for all who bring the same
 */
#include <stdio.h>
#include "certs.h"
#include <re.h>
#include "sip/port.h"

struct bench {
	struct sip *sip;
	struct tw_sip_port *port;
	struct cert ca, other;
};

static bool response_h(const struct tw_sip_response *response, void *arg)
{
	(void)response;
	(void)arg;
	return true;
}

static void timer_h(void *arg)
{
	(void)arg;
}

static void open_bench(struct bench *b)
{
	const struct tw_sip_owner owner = { response_h, timer_h, NULL, NULL,
		NULL, NULL };

	assert_int_equal(libre_init(), 0);
	assert_int_equal(sip_alloc(&b->sip, NULL, 16, 16, 16, "t", NULL,
		NULL), 0);
	assert_int_equal(tw__sip_port_new(&b->port, b->sip, &owner, NULL),
		TW_OK);
	cert_make(&b->ca, &(struct cert_wish){ .common_name = "ca",
		.is_ca = true });
	cert_make(&b->other, &(struct cert_wish){ .common_name = "other",
		.is_ca = true });
}

static void close_bench(struct bench *b)
{
	tw__sip_port_free(b->port);
	mem_deref(b->sip);
	cert_free(&b->ca);
	cert_free(&b->other);
	libre_close();
	tmr_debug();
	mem_debug();
}

static struct tw_sip_papers *papers_of(struct bench *b, const char *ca,
				       const struct cert *cert, bool verify)
{
	const struct tw_sip_identity identity = { .ca = ca, .ca_size = ca ?
		strlen(ca) : 0, .cert = cert ? cert->pem : NULL, .cert_size =
		cert ? strlen(cert->pem) : 0, .key = cert ? cert->key_pem :
		NULL, .key_size = cert ? strlen(cert->key_pem) : 0,
		.verify = verify };
	struct tw_sip_papers *papers = NULL;
	tw_error err = TW_ERROR_INIT;

	if (tw__sip_papers_new(&papers, b->port, &identity, &err))
		fail_msg("%s: %s", err.field, err.message);
	return papers;
}

static void test_shared(void **state)
{
	struct tw_sip_papers *papers[6];
	struct tw_sip_tls *one, *two, *three;
	struct bench b;

	(void)state;
	open_bench(&b);
	papers[0] = papers_of(&b, b.ca.pem, NULL, true);
	papers[1] = papers_of(&b, b.ca.pem, NULL, true);
	papers[2] = papers_of(&b, b.other.pem, NULL, true);
	papers[3] = papers_of(&b, b.ca.pem, &b.other, true);
	papers[4] = papers_of(&b, NULL, NULL, false);
	papers[5] = papers_of(&b, NULL, NULL, true);
	assert_ptr_equal(papers[0], papers[1]);
	for (size_t i = 1; i < 6; i++)
		for (size_t j = i + 1; j < 6; j++)
			assert_ptr_not_equal(papers[i], papers[j]);
	assert_int_equal(tw__sip_tls_new(&one, papers[0], "a.test", NULL),
		TW_OK);
	assert_int_equal(tw__sip_tls_new(&two, papers[1], "a.test", NULL),
		TW_OK);
	assert_int_equal(tw__sip_tls_new(&three, papers[3], "a.test", NULL),
		TW_OK);
	assert_ptr_equal(one, two);
	assert_ptr_not_equal(one, three);      /* another certificate */
	for (size_t i = 0; i < 6; i++)
		tw__sip_papers_free(papers[i]);
	tw__sip_papers_free(NULL);
	/* an identity does without its papers */
	tw__sip_tls_free(one);
	tw__sip_tls_free(two);
	tw__sip_tls_free(three);
	tw__sip_tls_free(NULL);
	close_bench(&b);
}

static void test_refused_before_a_name_is_known(void **state)
{
	struct tw_sip_identity identity = { .ca = "x", .ca_size = 1,
		.verify = true };
	struct tw_sip_papers *papers = NULL;
	tw_error err = TW_ERROR_INIT;
	struct bench b;

	(void)state;
	open_bench(&b);
	assert_int_equal(tw__sip_papers_new(&papers, b.port, &identity,
		&err), TW_EINVAL);
	assert_string_equal(err.field, "ca");
	assert_null(papers);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_refused_before_a_name_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
