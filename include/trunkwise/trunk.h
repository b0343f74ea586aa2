/**
 * @file trunk.h  Registration of carrier trunks
 *
 * Three ways to the same pure machine. *Sans-I/O* (libtrunkwise): your stack
 * sends and receives, tw_registration_ hands you messages and deadlines.
 * *Attached* (libtrunkwise-sip): a tw_trunks set runs on your libre loop, see
 * trunkwise/libre.h. *Managed* (libtrunkwise-sip): it runs on a thread of its
 * own, see tw_trunks_new_managed(). RFC 3261 section 10 (REGISTER), 17.1.2
 * (non-INVITE client transaction, timers E, F, K), RFC 7616 and 8760 (digest).
 *
 * Times are monotonic microseconds that you pass in. All handles here are
 * single-threaded: one thread at a time per handle. A managed set and its
 * trunks are the exception: any thread, any time.
 */
#ifndef TRUNKWISE_TRUNK_H
#define TRUNKWISE_TRUNK_H

#include <trunkwise/event.h>
#include <trunkwise/sys/clock.h>

TW_BEGIN_DECLS

#define TW_DIGEST_MD5        1u
#define TW_DIGEST_SHA256     2u
#define TW_DIGEST_SHA512_256 3u

/* The first REGISTER carries an Authorization without an answer, for
 * registrars that find the account by it (IMS, 3GPP TS 24.229 5.1.1.2). */
#define TW_TRUNK_EMPTY_AUTHORIZATION 1u
/* TLS with whoever answers: who is on the way can read and change all of it.
 * Each event and status says so. */
#define TW_TRUNK_NO_VERIFY           2u

/* The Contact names the address that the registrar says it sees (received
 * and rport of the Via, RFC 3581), for hosts behind a NAT: when it differs
 * the trunk registers once more with it and takes the old one back. A NAT
 * that changes more than 4 times an hour is not followed, an event tells. */
#define TW_TRUNK_NAT_CONTACT 4u

/* Nothing is registered: `registrar` names the peer that calls go to, as an
 * IP address, and `peers` who else may speak for it. It is REGISTERED from
 * start to stop, as far as routing goes; OPTIONS can tell more. */
#define TW_TRUNK_STATIC 8u

/* Keep-alives over UDP are STUN binding requests and not double CRLFs, each
 * 29 s where `keepalive_s` says nothing: an answer tells that the registrar
 * is there and sees us where it did; where it is not so the trunk registers
 * again (RFC 5626 section 4.4.2). See trunkwise/sys/stun.h. */
#define TW_TRUNK_STUN 16u

/* One registration for all numbers of a trunk (RFC 6140, "GIN"): its Contact
 * has no user and a `bnc`, and the registrar, who has to support that, sends
 * calls to each number to it with the number in the Request-URI. Only for
 * carriers that offer it (SIPconnect 1.1 and 2.0); not beside contact_user. */
#define TW_TRUNK_GIN 32u

/* A registrar over TLS has to bring its CA's word that its certificate is not
 * revoked (OCSP stapling, RFC 6066 section 8). Without it a word that comes
 * is heeded, and none is missed. */
#define TW_TRUNK_MUST_STAPLE 64u

#define TW_SECRET_SIZE_MAX 1024u

/** A password on its way. */
typedef struct tw_secret {
	uint32_t size;
	uint32_t length;            /* of bytes */
	unsigned char bytes[TW_SECRET_SIZE_MAX];
} tw_secret;
#define TW_SECRET_INIT { sizeof(tw_secret), 0, { 0 } }

/** Overwrites it, in a way that no compiler leaves out. NULL is fine. */
TW_EXTERN(void) tw_secret_wipe(tw_secret *secret);

/** Gives the password when an answer to a challenge is computed: fills `out`,
 * which is wiped right after, so that the library keeps none. Called on the
 * thread that drives the trunk (managed: its private one), which stands
 * meanwhile; it may not call back into the trunk or its set. Another status
 * than TW_OK is a temporary failure, with the error's text as its reason. */
typedef tw_status tw_secret_fn(tw_secret *out, void *arg, tw_error *err);

typedef struct tw_trunk_options {
	uint32_t size;
	uint32_t flags;             /* TW_TRUNK_; unknown bits are refused */
	const char *name;           /* 1..63 bytes, unique in a set */
	const char *registrar;      /* "sip:host[:port][;transport=udp]" */
	const char *user;           /* user part of the address of record */
	const char *auth_user;      /* NULL: user */
	const void *password;       /* bytes; copied, wiped at free */
	size_t password_size;
	const char *realm;          /* NULL: the first that led to a binding
				       is pinned */
	const char *contact_user;   /* NULL: random token per trunk */
	const char *domain;         /* of the AOR; NULL: registrar's host */
	uint32_t expires_s;         /* asked for: 60..86400 */
	uint32_t digest_min;        /* weakest TW_DIGEST_ answered */
	uint32_t retry_base_s;      /* first back-off: 5..600 */
	uint32_t retry_max_s;       /* back-off never longer: ..3600 */
	uint32_t refused_tries;     /* before TW_TRUNK_REFUSED: 1..10 */
	uint32_t refused_probe_s;   /* slow re-probe when refused; 0: none */
	const char *ha1;            /* instead of a password: "MD5:<hex>",
				       several by comma; H(auth_user:realm:
				       password), so realm is required */
	/* OPTIONS to the registered target, see trunkwise/health.h */
	uint32_t qualify_s;         /* one every: 5..3600; 0: none */
	uint32_t qualify_timeout_ms;   /* no answer is a failure: 500..32000 */
	uint32_t qualify_down;      /* failures in a row to be down: 1..10 */
	uint32_t qualify_up;        /* successes in a row to return: 1..20 */
	uint32_t qualify_loss_percent; /* degraded from, ..100; 0: never */
	uint32_t qualify_rtt_ms;    /* degraded from, smoothed; 0: never */
	const char *qualify_alive;  /* codes, "2xx 404"; NULL: all final but
				       408, 502, 503 and 504 */
	const char *backup;         /* URI of a second registrar, used while
				       the first does not answer; NULL: none */
	const char *outbound_proxy; /* URI: all goes there, with a Route; not
				       beside a backup */
	uint32_t target_timeout_s;  /* then the next target, while another one
				       lives: 2..32; 0: 6 */
	uint32_t keepalive_s;       /* a double CRLF at least each so often: an
				       answer to it is expected over TCP and
				       TLS; 0: none; 10..3600; see also
				       TW_TRUNK_STUN */
	tw_secret_fn *secret;       /* instead of a password */
	void *secret_arg;           /* of it; borrowed for the trunk's life */
	/* TLS, in PEM; for ;transport=tls only. Copied by trunk sets; of a
	 * tw_registration your stack sees to them */
	const void *ca;             /* CAs to trust and no others; NULL: those
				       of the set, else of the system */
	size_t ca_size;
	const void *cert;           /* shown to who asks, its chain behind */
	size_t cert_size;
	const void *key;            /* of cert, without a passphrase; wiped */
	size_t key_size;
	/* who may speak for it besides its target, trunkwise/inbound.h */
	const char *peers;          /* "192.0.2.10 198.51.100.0/24"; NULL */
	const char *carrier;        /* whose numbers come by it; NULL: any */
	uint32_t flows;             /* registrations at once, each to a target
				       of its own (RFC 5626): 1..4; 0: one, and
				       not by that RFC; see flows.h */
	uint32_t registrar_requests_per_s;  /* REGISTERs to its registrar by
				       all its trunks, as its carrier wants
				       it: ..100000; 0: as others. Of several
				       that were told the last holds; see
				       trunkwise/pace.h */
	const char *instance;       /* who we are over restarts, for flows:
				       "urn:uuid:..."; NULL: made of what the
				       trunk is, so always the same. With
				       TW_TRUNK_GIN it asks for a public GRUU,
				       see trunkwise/binding.h; NULL: none */
	const void *crl;            /* for TLS, in PEM: each certificate of the
				       registrar's chain has to have a
				       revocation list of its issuer here, in
				       force today. NULL: not looked at */
	size_t crl_size;
} tw_trunk_options;

#define TW_TRUNK_OPTIONS_INIT { sizeof(tw_trunk_options), 0, NULL, NULL, \
	NULL, NULL, NULL, 0, NULL, NULL, NULL, 300, TW_DIGEST_MD5, 30, 1800, \
	2, 3600, NULL, 0, 4000, 3, 3, 10, 0, NULL, NULL, NULL, 6, 0, NULL, \
	NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, 0, 0, NULL, NULL, 0 }

typedef struct tw_trunk_status {
	uint32_t size;
	uint32_t state;             /* TW_TRUNK_ */
	int32_t sip_code;           /* last answer, 0 if none */
	int32_t expires_s;          /* granted */
	int64_t expires_at;         /* monotonic us, 0 if no binding stands; a
				       back-off after a failed refresh may
				       still have one */
	int64_t next_try_at;        /* monotonic us, 0 if none planned */
	uint64_t requests;          /* REGISTERs handed out, no retransmits */
	uint64_t retransmits;
	uint64_t registrations;     /* 2xx that made or kept a binding */
	char realm[128];            /* pinned or configured, "" if none yet */
	char contact_user[64];
	char reason[160];
	char target[96];            /* "udp:192.0.2.1:5060", "" if none yet */
	uint32_t tls;               /* TW_TLS_ */
	tw_time certificate_until;  /* the target's certificate ends then, 0:
				       none was accepted; sets only */
	uint32_t foreign;           /* other Contacts that the registrar lists
				       for this account: calls ring there
				       too. An old box, or somebody else */
	uint32_t flow;              /* that the rest is about: its reg-id (RFC
				       5626); 0: it has no flows */
	uint32_t flows;             /* asked for */
	uint32_t flows_registered;
	uint32_t outbound;          /* TW_OUTBOUND_ */
	uint32_t reserved;
} tw_trunk_status;

#define TW_TRUNK_STATUS_INIT { sizeof(tw_trunk_status), 0, 0, 0, 0, 0, 0, \
	0, 0, "", "", "", "", 0, 0, 0, 0, 0, 0, 0, 0 }

/* Whether the registrar keeps several flows (RFC 5626), as its last 2xx
 * said. */
#define TW_OUTBOUND_UNKNOWN 0u  /* not asked for, or no 2xx yet */
#define TW_OUTBOUND_YES     1u
#define TW_OUTBOUND_NO      2u  /* one registration is all it knows */

/* ---- sans-I/O machine (libtrunkwise) ---- */

typedef struct tw_registration tw_registration;

#define TW_TRANSPORT_UDP 1u
#define TW_TRANSPORT_TCP 2u
#define TW_TRANSPORT_TLS 3u

#define TW_ACTION_SEND   1u  /* put `data` on the wire to `host` */
#define TW_ACTION_EVENT  2u  /* `event` tells a change of state */
#define TW_ACTION_TARGET 3u  /* it wants to speak to `host` and does not know
				the local address for that: answer by
				tw_registration_set_local(), or where it
				cannot be reached by
				tw_registration_send_failed() */
#define TW_ACTION_QUERY  4u  /* ask DNS for the `query_type` records of the
				name `host`: answer by
				tw_registration_records() or
				tw_registration_query_failed() */

/* Types of DNS records, as DNS numbers them. */
#define TW_DNS_A      1u
#define TW_DNS_CNAME  5u
#define TW_DNS_AAAA  28u
#define TW_DNS_SRV   33u
#define TW_DNS_NAPTR 35u

/** One record of an answer. A host gives all of the answer section and, if
 * it has them, of the additional section, in any order. */
typedef struct tw_dns_record {
	uint32_t size;
	uint32_t type;              /* TW_DNS_ */
	uint32_t ttl_s;
	uint32_t order;             /* SRV: priority, NAPTR: order */
	uint32_t preference;        /* SRV: weight, NAPTR: preference */
	uint32_t port;              /* SRV */
	const char *name;           /* whose record it is */
	const char *value;          /* A, AAAA: an address as text; the others:
				       the name that they lead to */
	const char *flags;          /* NAPTR */
	const char *service;        /* NAPTR */
} tw_dns_record;

#define TW_DNS_RECORD_INIT { sizeof(tw_dns_record), 0, 0, 0, 0, 0, NULL, \
	NULL, NULL, NULL }

typedef struct tw_registration_action {
	uint32_t size;
	uint32_t kind;              /* TW_ACTION_ */
	uint32_t transport;         /* TW_TRANSPORT_ */
	uint32_t port;
	const char *host;           /* SEND, TARGET: IP address; QUERY: name;
				       borrowed until the next call on it */
	const void *data;           /* borrowed likewise */
	size_t data_size;
	tw_trunk_event event;
	uint32_t query;             /* number of a QUERY, for its answer */
	uint32_t query_type;        /* TW_DNS_ */
	const char *server_name;    /* SEND, TARGET: host of the URI that led
				       there, the name for TLS to check;
				       borrowed likewise */
} tw_registration_action;

#define TW_REGISTRATION_ACTION_INIT { sizeof(tw_registration_action), 0, 0, \
	0, NULL, NULL, 0, TW_TRUNK_EVENT_INIT, 0, 0, NULL }

/** New machine, idle. Options are copied. `random` is borrowed for the
 * machine's life; NULL takes the system's.
 * @return TW_OK (new), TW_EINVAL (field names the option), TW_EPARSE (URI),
 *         TW_EUNSUPPORTED (sips:, unknown transport), TW_ENOMEM */
TW_EXTERN(tw_status) tw_registration_new(tw_registration **out,
					 const tw_trunk_options *options,
					 const tw_random *random,
					 tw_error *err);

/** Wipes the password. NULL is fine. Sends nothing. */
TW_EXTERN(void) tw_registration_free(tw_registration *registration);

/** Where its requests go: the target that holds the binding, or is tried
 * now, or before all that what the registrar's URI says. Send qualifies and
 * calls there. `host` is borrowed until the next call on it; any out may be
 * NULL. */
TW_EXTERN(tw_status) tw_registration_target(const char **host, uint32_t *port,
	uint32_t *transport, const tw_registration *registration,
	tw_error *err);

/** Host of the URI that led to this target: the name that its certificate
 * has to be for, and that it is told (RFC 5922 section 4, RFC 6066 section
 * 3). Never one that DNS said. Borrowed until the next call on it. */
TW_EXTERN(const char *) tw_registration_server_name(
	const tw_registration *registration);

/** The address that Via and Contact name when it speaks to the target of
 * tw_registration_target(). The answer to TW_ACTION_TARGET, after which its
 * request waits to be sent; given before start, no such action comes for a
 * registrar that is an IP address. */
TW_EXTERN(tw_status) tw_registration_set_local(tw_registration *registration,
					       const char *host,
					       uint32_t port, tw_error *err);

/** Register now (also "try now" during back-off; a Retry-After of the
 * registrar is never bypassed). */
TW_EXTERN(tw_status) tw_registration_start(tw_registration *registration,
					   int64_t now_us, tw_error *err);

/** Un-register; ends in TW_TRUNK_IDLE, or DISABLED after a failure. */
TW_EXTERN(tw_status) tw_registration_stop(tw_registration *registration,
					  int64_t now_us, tw_error *err);

#define TW_CHANGE_NONE    0u  /* the options are those it has */
#define TW_CHANGE_APPLIED 1u  /* taken over; a binding goes on */
#define TW_CHANGE_BINDING 2u  /* another binding */

/**
 * Other options for a trunk that may be registered. Passwords, realm, digests
 * and rules are taken over: a binding stands and is refreshed when it is due,
 * with the new ones (start() proves them at once), and a trunk that backs off
 * or was refused tries again, never before a Retry-After is over. What the
 * binding is made of (registrar, user, domain, contact_user) is not changed:
 * make another registration from the same options, and stop this one. An
 * unset contact_user keeps the token it has.
 *
 * @param out_change  TW_CHANGE_; of BINDING nothing was done; may be NULL
 * @return TW_OK, TW_EINVAL (also another name), and those of
 *         registration_new; then nothing is changed */
TW_EXTERN(tw_status) tw_registration_update(uint32_t *out_change,
	tw_registration *registration, const tw_trunk_options *options,
	int64_t now_us, tw_error *err);

/** Idle at once, and nothing is sent: for a node that lost the right to
 * register, where a binding ends by itself or is another node's now. */
TW_EXTERN(tw_status) tw_registration_forget(tw_registration *registration,
					    int64_t now_us, tw_error *err);

/** One SIP message that arrived. @return TW_OK (ours, taken in),
 * TW_ENOTFOUND (not ours: give it to your stack), TW_EPARSE */
TW_EXTERN(tw_status) tw_registration_receive(tw_registration *registration,
					     const void *data, size_t size,
					     int64_t now_us, tw_error *err);

/** The transport could not deliver the last SEND, or a TARGET cannot be
 * reached from here. */
TW_EXTERN(tw_status) tw_registration_send_failed(
	tw_registration *registration, int64_t now_us, tw_error *err);

#define TW_LOST_BROKEN  1u  /* closed, refused, reset: tried again */
#define TW_LOST_REFUSED 2u  /* TLS: the other side is not who it has to be,
			       or will not have us: looked at again slowly,
			       and out of routing until then */

/**
 * What came from the registrar with this Call-ID is an answer that
 * tw_sip_check() refuses, and nothing comes of it; when the time for a better
 * one is over, the reason tells of it.
 *
 * @return TW_OK, TW_EINVAL
 */
TW_EXTERN(tw_status) tw_registration_receive_broken(
	tw_registration *registration, tw_error *err);

/** The connection to the target is gone, or could not be opened. A request
 * that waits fails at once and goes to the next target; a standing binding
 * is renewed soon, since calls would come by that connection.
 *
 * @param lost  TW_LOST_
 * @param why   one line for people; NULL is fine */
TW_EXTERN(tw_status) tw_registration_connection_lost(
	tw_registration *registration, uint32_t lost, const char *why,
	int64_t now_us, tw_error *err);

/** While it is registered, its connection is to be kept open by a ping at
 * least each so many seconds: `keepalive_s`, or the registrar's Flow-Timer
 * where that is shorter (RFC 5626 section 4.4); 0: none. Trunk sets do it. */
TW_EXTERN(uint32_t) tw_registration_keepalive_s(
	const tw_registration *registration);
/** 1: by STUN, its target is spoken to over UDP. */
TW_EXTERN(int) tw_registration_keeps_by_stun(
	const tw_registration *registration);

/**
 * The answer to a TW_ACTION_QUERY: what DNS has, or that it has none (0
 * records: no such name, or no such type). RFC 3263 and RFC 2782 decide what
 * is asked next and which target is tried first. Answers that come late, or
 * to a question that is not open, change nothing.
 *
 * @param query    number of the question, from the action
 * @param records  borrowed; what nobody asked for is passed over
 */
TW_EXTERN(tw_status) tw_registration_records(tw_registration *registration,
	uint32_t query, const tw_dns_record *records, size_t count,
	int64_t now_us, tw_error *err);

/** DNS could not be asked, or had no answer (a time-out, REFUSED, SERVFAIL):
 * the addresses that were known before serve on. `why` is for people, one
 * line; NULL is fine. A question that stays open for 4 s fails by itself. */
TW_EXTERN(tw_status) tw_registration_query_failed(
	tw_registration *registration, uint32_t query, const char *why,
	int64_t now_us, tw_error *err);

/** Runs what is due. Early calls do nothing. */
TW_EXTERN(tw_status) tw_registration_tick(tw_registration *registration,
					  int64_t now_us, tw_error *err);

/** When tick wants to be called, INT64_MAX if never. */
TW_EXTERN(int64_t) tw_registration_deadline(
	const tw_registration *registration);

/** Next thing to do. @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_registration_next(tw_registration_action *out,
					  tw_registration *registration,
					  tw_error *err);

/** 1 while a REGISTER waits for its final answer, or for its turn where it
 * has a pace (trunkwise/pace.h). */
TW_EXTERN(int) tw_registration_is_pending(
	const tw_registration *registration);

/** Call-ID of all its REGISTERs, for hosts that sort answers of many
 * registrations; borrowed for the registration's life. */
TW_EXTERN(const char *) tw_registration_call_id(
	const tw_registration *registration);

TW_EXTERN(tw_status) tw_registration_status(tw_trunk_status *out,
	const tw_registration *registration, tw_error *err);

/**
 * Answers a 401 or 407 that a request of this trunk got (INVITE, BYE, ...).
 * Send the request again with the same Call-ID, From tag and CSeq + 1, with
 * this header line added.
 *
 * @param out     new, "Proxy-Authorization: Digest ..." without CRLF;
 *                tw_free() it
 * @param method  "INVITE"
 * @param uri     the Request-URI exactly as sent
 * @param response  the whole 401 or 407, bytes as they came
 * @return TW_OK, TW_EREFUSED (realm not the trunk's, or the second refusal
 *         of the same nonce), TW_EUNSUPPORTED (no challenge we answer),
 *         TW_EPARSE, TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_registration_authorize(char **out,
	tw_registration *registration, const char *method, const char *uri,
	const void *response, size_t response_size, tw_error *err);

/* ---- trunk set on a SIP stack (libtrunkwise-sip) ---- */

typedef struct tw_trunks tw_trunks;
typedef struct tw_trunk tw_trunk;

#define TW_TRUNKS_HOST_CLOCK 1u  /* you call tw_trunks_process(); no timer */
#define TW_TRUNKS_LEASED     2u  /* registers while tw_trunks_lease() lets */

/* For trunkwise/libre.h and for tw_trunks_new_managed(). */
typedef struct tw_trunks_options {
	uint32_t size;
	uint32_t flags;             /* TW_TRUNKS_ */
	const tw_clock *clock;      /* borrowed for life; NULL: system's */
	const tw_random *random;    /* borrowed for life; NULL: system's */
	const char *local_host;     /* in Via and Contact; NULL: the stack's.
				       Managed: the IP address to speak from,
				       NULL: that of the route */
	uint32_t local_port;        /* 0: the stack's UDP port; managed: any.
				       Not for TLS, where each identity has a
				       port of its own */
	void (*event)(void *arg);   /* an event waits; may be NULL; managed:
				       NULL, see tw_trunks_fd(). With
				       TW_TRUNKS_HOST_CLOCK also when none
				       does, after all that may have moved
				       the deadline: ask for it afterwards */
	void *arg;
	uint32_t requests_per_s;    /* REGISTERs to all registrars, and */
	uint32_t registrar_requests_per_s;   /* to each; 0: no limit */
	uint32_t start_spread_s;    /* a start waits a random part of it;
				       these three: see trunkwise/pace.h */
	uint32_t trace_max;         /* SIP messages kept for
				       tw_trunks_next_trace(): ..100000; 0:
				       none is traced */
	uint32_t trace_flags;       /* TW_SIP_MASK_ of trunkwise/sys/sip.h */
	const char *dns_servers;    /* "192.0.2.53, [2001:db8::53]:5353", up
				       to 4; NULL: those of the system */
	const void *ca;             /* PEM, copied: trusted by trunks that
				       bring none; NULL: the system's */
	size_t ca_size;
} tw_trunks_options;

#define TW_TRUNKS_OPTIONS_INIT { sizeof(tw_trunks_options), 0, NULL, NULL, \
	NULL, 0, NULL, NULL, 500, 50, 0, 0, 0, NULL, NULL, 0 }

/**
 * New set on a private thread with a SIP stack of its own, that registers
 * over UDP, TCP and TLS and takes no calls: an INVITE or OPTIONS that the
 * carrier sends to its Contact is answered 480. A host that takes calls uses
 * tw_trunks_new_attached().
 *
 * Each call on the set and its trunks, from whichever thread, is carried out
 * on the private thread and waited for: microseconds, never an answer of the
 * network. Freeing a handle ends all use of it, as elsewhere. Any number of
 * sets may stand in one process, beside a libre loop of the host. Signals
 * are never delivered to the private thread. `clock` and `random` are called
 * on it, and it allocates (sys/alloc.h): what you plug in must bear threads.
 * After fork() the child must not touch the set, for its thread stayed in the
 * parent; make the set after the fork.
 *
 * @param options  NULL is fine; TW_TRUNKS_HOST_CLOCK and `event` are refused
 * @return TW_OK (new), TW_EINVAL, TW_EVERSION, TW_EIO (no thread, or
 *         local_host and local_port cannot be opened), TW_ENOMEM
 */
TW_EXTERN(tw_status) tw_trunks_new_managed(tw_trunks **out,
					   const tw_trunks_options *options,
					   tw_error *err);

/** Readable while an event waits: poll it, then call tw_trunks_next_event()
 * until TW_ITER_END. Never read from it or close it; it ends with the set.
 * -1 if the set is attached. */
TW_EXTERN(int) tw_trunks_fd(const tw_trunks *trunks);

/** Adds a trunk, not yet started. The trunk keeps its set alive.
 * @return TW_OK (new), TW_EEXIST (name or contact_user), TW_EUNSUPPORTED
 *         (the stack has no such transport),
 *         TW_EIO (managed: no route to it, no free port), and those of
 *         registration_new */
TW_EXTERN(tw_status) tw_trunk_new(tw_trunk **out, tw_trunks *trunks,
				  const tw_trunk_options *options,
				  tw_error *err);

/** Forgets it without a word to the registrar; stop first to un-register.
 * Its unread events go with it. */
TW_EXTERN(void) tw_trunk_free(tw_trunk *trunk);

/**
 * Other options for a trunk of the same name, as tw_registration_update():
 * passwords and rules are taken over under a standing binding. Of another
 * registrar, user, domain, contact_user or TLS identity a new trunk is made
 * in the place of this one, in *trunk, and started if this one was; the old
 * binding is un-registered beside it, and a dead registrar is not waited for.
 *
 * @param out_change  TW_CHANGE_, of BINDING *trunk is another; may be NULL
 * @param trunk       taken and given back: use no other copy of the handle
 * @return as tw_trunk_new(); then nothing is changed */
TW_EXTERN(tw_status) tw_trunk_update(uint32_t *out_change, tw_trunk **trunk,
				     const tw_trunk_options *options,
				     tw_error *err);

/** Un-registers and forgets it; takes the trunk. Its name and contact_user are
 * free at once. The registrar is
 * told (through a challenge, if it asks for one) or found silent; then comes
 * the trunk's last event, TW_TRUNK_REMOVED, whose reason says which. Its
 * earlier events can be read before that.
 * @return TW_OK (taken), TW_EINVAL (not taken: the set was freed before) */
TW_EXTERN(tw_status) tw_trunk_remove(tw_trunk *trunk, tw_error *err);

/** The trunk of that name; borrowed. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_trunks_find(tw_trunk **out, tw_trunks *trunks,
				    const char *name, tw_error *err);

/**
 * Lets one of several nodes register: for sets made with TW_TRUNKS_LEASED,
 * whose trunks wait after tw_trunk_start() until their node holds the lease.
 * Who grants it (a database row, etcd, keepalived) is the host's affair.
 *
 * Renew it before it ends. When it ends all trunks fall silent, without a
 * word to registrars, which may know another node by then. To hand over in
 * order give 0: the trunks un-register first, and the other node may take
 * over when tw_trunks_pending() is 0. A lease that comes later starts again
 * what is started.
 *
 * @param until_us  monotonic microseconds of the set's clock; not after now:
 *                  given up */
TW_EXTERN(tw_status) tw_trunks_lease(tw_trunks *trunks, int64_t until_us,
				     tw_error *err);

/** Registers, and keeps registered; also "try now", while it refreshes or
 * backs off (never before a Retry-After is over). */
TW_EXTERN(tw_status) tw_trunk_start(tw_trunk *trunk, tw_error *err);
/** Un-registers and stays in the set: TW_TRUNK_IDLE, DISABLED after a
 * failure. */
TW_EXTERN(tw_status) tw_trunk_stop(tw_trunk *trunk, tw_error *err);
TW_EXTERN(tw_status) tw_trunk_status_get(tw_trunk_status *out,
					 const tw_trunk *trunk,
					 tw_error *err);
TW_EXTERN(const char *) tw_trunk_name(const tw_trunk *trunk);

/** As tw_registration_authorize(), for requests sent by this trunk. */
TW_EXTERN(tw_status) tw_trunk_authorize(char **out, tw_trunk *trunk,
					const char *method, const char *uri,
					const void *response,
					size_t response_size, tw_error *err);

/** The trunk whose Contact token is the user part of this Request-URI user;
 * borrowed. @return TW_OK, TW_ENOTFOUND */
TW_EXTERN(tw_status) tw_trunks_match(tw_trunk **out, tw_trunks *trunks,
				     const char *request_user,
				     tw_error *err);

/** Oldest unread event. A trunk keeps at most 4; when nobody reads, newer
 * ones are merged into its last, which then spans several changes.
 * @return TW_OK, TW_ITER_END */
TW_EXTERN(tw_status) tw_trunks_next_event(tw_trunk_event *out,
					  tw_trunks *trunks, tw_error *err);

#define TW_TRACE_SENT     1u
#define TW_TRACE_RECEIVED 2u

/* flags of tw_trunk_trace */
#define TW_TRACE_REFUSED 1u  /* malformed, or from elsewhere than the trunk's
				target: nothing came of it */

typedef struct tw_trunk_trace {
	uint32_t size;
	uint32_t direction;         /* TW_TRACE_ */
	uint32_t transport;         /* TW_TRANSPORT_ */
	uint32_t flags;             /* TW_TRACE_ */
	int64_t at;                 /* monotonic us of the set's clock */
	uint64_t lost;              /* older ones that made room unread */
	char trunk[64];             /* name; "" if it is no trunk's */
	char peer[96];              /* "192.0.2.1:5060", "[::1]:5060" */
	char *text;                 /* new, tw_free(); as tw_sip_mask() */
	size_t text_size;           /* without its NUL */
} tw_trunk_trace;

#define TW_TRUNK_TRACE_INIT { sizeof(tw_trunk_trace), 0, 0, 0, 0, 0, "", \
	"", NULL, 0 }

/**
 * Oldest unread message that a trunk sent or got, secrets masked when it was
 * written down: none rest in memory for this. Retransmissions are messages of
 * their own. When `trace_max` are unread, the oldest makes room, so that a
 * slow reader delays no registration. Requests that strangers send to a stack
 * of the set's own, and what they are answered, are here, too, unless a host
 * takes calls there; keep-alives are not.
 *
 * @param out  its size must be that of this header's struct
 * @return TW_OK (new text), TW_ITER_END, TW_EINVAL
 */
TW_EXTERN(tw_status) tw_trunks_next_trace(tw_trunk_trace *out,
					  tw_trunks *trunks, tw_error *err);

/** For hosts that drive time themselves: when process wants a call. */
TW_EXTERN(int64_t) tw_trunks_deadline(const tw_trunks *trunks);
TW_EXTERN(tw_status) tw_trunks_process(tw_trunks *trunks, tw_error *err);

/** Count of exchanges that wait for a final answer. */
TW_EXTERN(uint32_t) tw_trunks_pending(const tw_trunks *trunks);

/** Lets go of the set: no event callback after this. Its trunks go on until
 * they are freed, the last one takes the set along. Nothing is un-registered
 * by this: stop the trunks before. The last free of a managed set or trunk
 * ends its thread and waits for that; what is under way is dropped. */
TW_EXTERN(void) tw_trunks_free(tw_trunks *trunks);

TW_END_DECLS

#endif
