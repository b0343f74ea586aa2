-- How a carrier is told who calls, and who stands in From of forwarded calls.
ALTER TABLE "trunk" ADD COLUMN "identity" TEXT;
ALTER TABLE "trunk" ADD COLUMN "forward" TEXT;

CREATE TRIGGER trunk_identity_no_update BEFORE UPDATE OF
	"identity", "forward"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
