-- Who may speak for a trunk besides its registrar, a list, one address or
-- prefix a line; trunks that register nowhere; Contacts behind a NAT.
ALTER TABLE "trunk" ADD COLUMN "static" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "nat_contact" INTEGER;
ALTER TABLE "trunk" ADD COLUMN "peers" TEXT;

CREATE TRIGGER trunk_peers_no_update BEFORE UPDATE OF
	"static", "nat_contact", "peers"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
