-- When people's numbers were erased: never whose.
CREATE TABLE erasure (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL CHECK (kind IN ('retain', 'erase')),
	made_us INTEGER NOT NULL,
	before_us INTEGER NOT NULL,
	numbers INTEGER NOT NULL,
	calls INTEGER NOT NULL,
	records INTEGER NOT NULL
) STRICT;
CREATE TRIGGER erasure_no_update BEFORE UPDATE ON erasure BEGIN
	SELECT RAISE(ABORT, 'erasures are never changed');
END;
CREATE TRIGGER erasure_no_delete BEFORE DELETE ON erasure BEGIN
	SELECT RAISE(ABORT, 'erasures are never deleted');
END;
