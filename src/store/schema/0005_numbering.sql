-- Numbering ranges as they were imported, and what look-ups of ported numbers
-- answered.
--
-- A version holds the ranges of the codes that its files contain. In force at
-- t: of each code, the ranges of the greatest version made by then that has
-- the code, else of the first one; so a relation can be found again as it was
-- when a call came in. Numbers are whole E.164 numbers, both ends included.
CREATE TABLE numbering_version (
	id INTEGER PRIMARY KEY,
	made_us INTEGER NOT NULL,
	range_count INTEGER NOT NULL
) STRICT;
CREATE TABLE numbering_file (
	version INTEGER NOT NULL REFERENCES numbering_version (id),
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	file_hash TEXT NOT NULL,
	row_count INTEGER NOT NULL,
	PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX numbering_file_hash ON numbering_file (file_hash);

-- file: position in numbering_file. Two files may hold parts of one code.
CREATE TABLE numbering_code (
	code INTEGER NOT NULL,
	version INTEGER NOT NULL REFERENCES numbering_version (id),
	file INTEGER NOT NULL,
	PRIMARY KEY (code, version, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX numbering_code_version ON numbering_code (version, file);

CREATE TABLE numbering_place (
	id INTEGER PRIMARY KEY,
	operator TEXT NOT NULL,
	region TEXT NOT NULL,
	city TEXT NOT NULL,
	UNIQUE (operator, region, city)
) STRICT;
CREATE TABLE numbering_range (
	version INTEGER NOT NULL REFERENCES numbering_version (id),
	code INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	place INTEGER NOT NULL REFERENCES numbering_place (id),
	file INTEGER NOT NULL,
	line INTEGER NOT NULL,
	CHECK (first <= last),
	PRIMARY KEY (version, code, first)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER numbering_version_no_update
BEFORE UPDATE ON numbering_version BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never changed');
END;
CREATE TRIGGER numbering_version_no_delete
BEFORE DELETE ON numbering_version BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never deleted');
END;
CREATE TRIGGER numbering_code_no_update
BEFORE UPDATE ON numbering_code BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never changed');
END;
CREATE TRIGGER numbering_code_no_delete
BEFORE DELETE ON numbering_code BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never deleted');
END;
CREATE TRIGGER numbering_range_no_update
BEFORE UPDATE ON numbering_range BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never changed');
END;
CREATE TRIGGER numbering_range_no_delete
BEFORE DELETE ON numbering_range BEGIN
	SELECT RAISE(ABORT, 'numbering versions are never deleted');
END;

-- What a look-up said of a ported number when a call was rated; the ranges
-- say the rest. side: 1 caller, 2 callee. undone as in call.
CREATE TABLE charge_place (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	undone INTEGER NOT NULL DEFAULT 0,
	side INTEGER NOT NULL CHECK (side IN (1, 2)),
	batch INTEGER NOT NULL,
	operator TEXT NOT NULL,
	region TEXT NOT NULL,
	city TEXT NOT NULL,
	PRIMARY KEY (start_us, key, undone, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX charge_place_batch ON charge_place (batch);
