-- What no contract permits: a deny of its own, since a permission that names no
-- contracts asks for any.
ALTER TABLE "permission" ADD COLUMN "never" INTEGER;

DROP TRIGGER permission_no_update;
CREATE TRIGGER permission_no_update BEFORE UPDATE OF
	id, valid_from, name, "from", "to", "direction", "contracts",
	"otherwise", "unknown", "never"
ON "permission" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
