-- A registrar's certificate only with its CA's word that it is not revoked.
ALTER TABLE "trunk" ADD COLUMN "must_staple" INTEGER;

DROP TRIGGER trunk_no_update;
CREATE TRIGGER trunk_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "registrar", "user", "auth_user",
	"password_file", "password_env", "credential", "realm", "domain",
	"contact_user", "digest_min", "empty_authorization", "ca_file",
	"cert_file", "key_file", "verify", "expires_s", "calls_max",
	"priority", "backup", "outbound_proxy", "target_timeout_s",
	"keepalive_s", "qualify_s", "qualify_timeout_ms", "qualify_down",
	"qualify_up", "qualify_loss_percent", "qualify_rtt_ms",
	"qualify_alive", "static", "nat_contact", "peers", "identity",
	"forward", "stun", "gin", "weight", "tier", "ha1_file", "ha1_env",
	"ha1_credential", "flows", "instance", "key_env", "key_credential",
	"crl_file", "must_staple"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
