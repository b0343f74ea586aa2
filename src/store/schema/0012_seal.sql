-- Days of closed months that were sealed. day: 20261005, or 20261000 for what
-- is of no day of its month (postings, and what came late); each day of a
-- sealed month has a row, with or without calls. hash: SHA-256 over the day
-- before and everything of this one. checks: four bytes for each row of it,
-- so that the one that was changed can be named.
CREATE TABLE seal (
	day INTEGER PRIMARY KEY,
	row_count INTEGER NOT NULL,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	checks BLOB NOT NULL CHECK (length(checks) = 4 * row_count),
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL
) STRICT;
CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal BEGIN
	SELECT RAISE(ABORT, 'seals are never changed');
END;
CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal BEGIN
	SELECT RAISE(ABORT, 'seals are never deleted');
END;
