-- Where trunks send to beside their registrar, and when they go on to the next
-- target. NULL: none, the library's own.
ALTER TABLE "trunk" ADD COLUMN "backup" TEXT;
ALTER TABLE "trunk" ADD COLUMN "outbound_proxy" TEXT;
ALTER TABLE "trunk" ADD COLUMN "target_timeout_s" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "keepalive_s" INTEGER;

CREATE TRIGGER trunk_target_no_update BEFORE UPDATE OF
	"backup", "outbound_proxy", "target_timeout_s", "keepalive_s"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
