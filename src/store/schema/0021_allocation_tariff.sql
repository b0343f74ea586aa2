-- What a tariff's month lacks to a commitment, and a tier's difference, shared
-- by departments.
ALTER TABLE "allocation" ADD COLUMN "tariff" INTEGER REFERENCES entity (id);

DROP TRIGGER allocation_no_update;
CREATE TRIGGER allocation_no_update BEFORE UPDATE OF
	id, valid_from, name, "number", "recurring", "tariff"
ON "allocation" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
