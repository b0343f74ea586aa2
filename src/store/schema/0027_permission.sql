-- Calls between some places need a contract: which, and what happens without.
-- from, to and contracts are lists, one a line.
CREATE TABLE "permission" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"from" TEXT,
	"to" TEXT,
	"direction" TEXT,
	"contracts" TEXT,
	"otherwise" TEXT,
	"unknown" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX permission_name ON "permission" (name, valid_from);
CREATE TRIGGER permission_no_delete BEFORE DELETE ON "permission" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER permission_no_update BEFORE UPDATE OF
	id, valid_from, name, "from", "to", "direction", "contracts",
	"otherwise", "unknown"
ON "permission" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER permission_no_reopen BEFORE UPDATE OF valid_to ON "permission"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- Whose line it is, for what a call from it costs; and whether a carrier gets
-- calls that may show it no number.
ALTER TABLE "landline" ADD COLUMN "carrier" INTEGER REFERENCES entity (id);
ALTER TABLE "carrier" ADD COLUMN "no_caller" TEXT;

DROP TRIGGER landline_no_update;
CREATE TRIGGER landline_no_update BEFORE UPDATE OF
	id, valid_from, name, "site", "number", "capacity", "uri", "wrap_up_s",
	"busy_s", "carrier"
ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER carrier_no_update;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn", "vat", "vat_percent",
	"no_caller"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
