-- In which order trunks are tried, their shares and tiers, and how many calls
-- a carrier carries over all of its trunks.
ALTER TABLE "company" ADD COLUMN "routing" TEXT;
ALTER TABLE "carrier" ADD COLUMN "calls_max" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "weight" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "tier" INTEGER;

DROP TRIGGER company_no_update;
CREATE TRIGGER company_no_update BEFORE UPDATE OF
	id, valid_from, name, "zone", "currency", "country", "routing"
ON "company" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER carrier_no_update;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn", "vat", "vat_percent",
	"no_caller", "calls_max"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
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
	"forward", "stun", "gin",
	"weight", "tier"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
