-- TLS of trunks: names of files, never what is in them. verify NULL: yes.
ALTER TABLE "trunk" ADD COLUMN "ca_file" TEXT;
ALTER TABLE "trunk" ADD COLUMN "cert_file" TEXT;
ALTER TABLE "trunk" ADD COLUMN "key_file" TEXT;
ALTER TABLE "trunk" ADD COLUMN "verify" INTEGER;

CREATE TRIGGER trunk_tls_no_update BEFORE UPDATE OF
	"ca_file", "cert_file", "key_file", "verify"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
