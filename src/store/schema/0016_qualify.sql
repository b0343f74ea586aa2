-- OPTIONS to the carriers' registered targets: how often, and what counts.
-- NULL: the library's own. qualify_alive is a list, one code a line.
ALTER TABLE "trunk" ADD COLUMN "qualify_s" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_timeout_ms" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_down" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_up" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_loss_percent" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_rtt_ms" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "qualify_alive" TEXT;

DROP TRIGGER trunk_no_update;
CREATE TRIGGER trunk_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "registrar", "user", "auth_user",
	"password_file", "password_env", "credential", "realm", "domain",
	"expires_s", "calls_max", "priority", "qualify_s",
	"qualify_timeout_ms", "qualify_down", "qualify_up",
	"qualify_loss_percent", "qualify_rtt_ms", "qualify_alive"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
