/* _trunkwise_sip: managed trunk sets of libtrunkwise-sip for
 * trunkwise/trunks.py, which is the only one to import it and does so on
 * first use, so that `import trunkwise` needs no libre. */
%module(package="trunkwise", threads="1") raw_sip
%nothread;

%begin %{
#define PY_SSIZE_T_CLEAN
%}

%include "typemaps.i"

/* Calls on a set wait for its thread, so the interpreter's lock is let go
 * around each of them, also where a handle is freed. */
%thread;
TW_HANDLE(tw_trunks)
TW_HANDLE(tw_trunk)
TW_RESULT(tw_trunk_status, TW_TRUNK_STATUS_INIT)
TW_RESULT(tw_trunk_event, TW_TRUNK_EVENT_INIT)
TW_RESULT(tw_trunk_health, TW_TRUNK_HEALTH_INIT)

%immutable;
typedef struct tw_trunk_status {
	uint32_t state;
	int32_t sip_code, expires_s;
	int64_t expires_at, next_try_at;
	uint64_t requests, retransmits, registrations;
	char realm[128];
	char contact_user[64];
	char reason[160];
} tw_trunk_status;

typedef struct tw_trunk_event {
	uint32_t state_old, state_new;
	int32_t sip_code, next_try_s, expires_s;
	char trunk[64];
	char target[96];
	char reason[160];
	uint32_t health_old, health_new;
} tw_trunk_event;

typedef struct tw_trunk_health {
	uint32_t verdict;
	int32_t sip_code;
	uint32_t failures, successes, window, loss_percent, repeat_percent;
	int64_t rtt_us, rtt_smoothed_us, rtt_min_us, rtt_max_us, next_at;
	uint64_t requests, retransmits, answers;
	char target[96];
	char reason[160];
} tw_trunk_health;
%mutable;

%apply (const void *data, size_t size) {
	(const void *password, size_t password_size)
};
%typemap(freearg) (const void *password, size_t password_size) =
	(const void *data, size_t size);

%inline %{
static tw_status trunks_new(tw_trunks **out, const char *local_host,
			    uint32_t local_port, tw_error *err)
{
	tw_trunks_options o = TW_TRUNKS_OPTIONS_INIT;

	o.local_host = local_host;
	o.local_port = local_port;
	return tw_trunks_new_managed(out, &o, err);
}

static tw_status trunk_new(tw_trunk **out, tw_trunks *trunks,
	const char *name, const char *registrar, const char *user,
	const char *auth_user, const void *password, size_t password_size,
	const char *realm, const char *contact_user, const char *domain,
	uint32_t expires_s, uint32_t digest_min, uint32_t refused_tries,
	uint32_t qualify_s, uint32_t qualify_timeout_ms,
	uint32_t qualify_down, uint32_t qualify_up,
	uint32_t qualify_loss_percent, uint32_t qualify_rtt_ms,
	const char *qualify_alive, tw_error *err)
{
	tw_trunk_options o = TW_TRUNK_OPTIONS_INIT;

	o.name = name;
	o.registrar = registrar;
	o.user = user;
	o.auth_user = auth_user;
	o.password = password;
	o.password_size = password_size;
	o.realm = realm;
	o.contact_user = contact_user;
	o.domain = domain;
	o.expires_s = expires_s;
	o.digest_min = digest_min;
	o.refused_tries = refused_tries;
	o.qualify_s = qualify_s;
	o.qualify_timeout_ms = qualify_timeout_ms;
	o.qualify_down = qualify_down;
	o.qualify_up = qualify_up;
	o.qualify_loss_percent = qualify_loss_percent;
	o.qualify_rtt_ms = qualify_rtt_ms;
	o.qualify_alive = qualify_alive;
	return tw_trunk_new(out, trunks, &o, err);
}
%}

int tw_trunks_fd(const tw_trunks *trunks);
tw_status tw_trunks_next_event(tw_trunk_event *out, tw_trunks *trunks,
			       tw_error *err);
uint32_t tw_trunks_pending(const tw_trunks *trunks);
tw_status tw_trunk_start(tw_trunk *trunk, tw_error *err);
tw_status tw_trunk_stop(tw_trunk *trunk, tw_error *err);
tw_status tw_trunk_status_get(tw_trunk_status *out, const tw_trunk *trunk,
			      tw_error *err);
tw_status tw_trunk_authorize(char **out, tw_trunk *trunk, const char *method,
	const char *uri, const void *response, size_t response_size,
	tw_error *err);
tw_status tw_trunk_health_get(tw_trunk_health *out, const tw_trunk *trunk,
			      tw_error *err);
const char *tw_trunk_state_name(uint32_t state);
const char *tw_trunk_health_name(uint32_t verdict);
