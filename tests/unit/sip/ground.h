/**
 * @file ground.h  What tests of this room stand on: libre, a stack, its loop
 *
 * Both transports on the loopback address, whichever a test asks of.
 */
#ifndef TW_TESTS_SIP_GROUND_H
#define TW_TESTS_SIP_GROUND_H

#include <re.h>
#include "sip/port.h"

static inline void ground_open(struct sip **sip, struct tw_sip_port **port,
			       const struct tw_sip_owner *owner)
{
	struct sa local;

	assert_int_equal(libre_init(), 0);
	assert_int_equal(sip_alloc(sip, NULL, 16, 16, 16, "t", NULL, NULL),
		0);
	assert_int_equal(sa_set_str(&local, "127.0.0.1", 0), 0);
	assert_int_equal(sip_transp_add(*sip, SIP_TRANSP_UDP, &local), 0);
	assert_int_equal(sip_transp_add(*sip, SIP_TRANSP_TCP, &local), 0);
	assert_int_equal(tw__sip_port_new(port, *sip, owner, NULL), TW_OK);
}

/* A bench that asks one peer begins with this: what it is told of it. */
struct ground {
	struct sip *sip;
	struct tw_sip_port *port;
	struct tw_sip_peer *peer;
	unsigned losses;
	char reason[160];              /* of the last one */
};

static inline void ground_timer_h(void *arg)
{
	(void)arg;
}

static inline void ground_lost_h(const struct tw_sip_loss *loss, void *arg)
{
	struct ground *ground = arg;

	assert_ptr_equal(loss->peer, ground->peer);
	assert_false(loss->refused);
	(void)re_snprintf(ground->reason, sizeof(ground->reason), "%s",
		loss->reason);
	ground->losses++;
	re_cancel();
}

static inline void ground_stand(struct ground *ground,
	bool (*response_h)(const struct tw_sip_response *, void *))
{
	const struct tw_sip_owner owner = { response_h, ground_timer_h,
		ground_lost_h, ground, NULL, NULL };

	ground_open(&ground->sip, &ground->port, &owner);
}

/* After all that stands on it. */
static inline void ground_close(struct sip *sip, struct tw_sip_port *port)
{
	tw__sip_port_free(port);
	mem_deref(sip);
	libre_close();
	tmr_debug();
	mem_debug();
}

static inline void stop_h(void *arg)
{
	(void)arg;
	re_cancel();
}

/* At most this long, and no longer than until somebody calls re_cancel(). */
static inline void run(unsigned ms)
{
	struct tmr stop;

	tmr_init(&stop);
	tmr_start(&stop, ms, stop_h, NULL);
	assert_int_equal(re_main(NULL), 0);
	tmr_cancel(&stop);
}

#endif
