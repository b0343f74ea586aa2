-- What a closed month was when it was closed, so that verify sees whoever
-- edits it past the library.
--
-- A row for each part of the month that has rows: how many, and a sum over
-- all columns of each (src/accounts/proof.c). part: 1 to 7 postings of that
-- kind, 8 calls as they came in, 9 changes of calls, 10 calls that were taken
-- back, 11 batches, 12 runs, 13 what calls used up; 0 is the period's own row
-- and all the other parts. proved 0: closed before schema 42.
CREATE TABLE period_proof (
	month INTEGER NOT NULL,
	part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 13),
	row_count INTEGER NOT NULL,
	digest INTEGER NOT NULL,
	PRIMARY KEY (month, part)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER period_proof_no_update BEFORE UPDATE ON period_proof BEGIN
	SELECT RAISE(ABORT, 'closed months are never changed');
END;
CREATE TRIGGER period_proof_no_delete BEFORE DELETE ON period_proof BEGIN
	SELECT RAISE(ABORT, 'closed months are never opened again');
END;
ALTER TABLE period ADD COLUMN proved INTEGER NOT NULL DEFAULT 0
	CHECK (proved IN (0, 1));

-- Words: who brought a batch in, and who took it back; 0: nobody said.
ALTER TABLE batch ADD COLUMN who INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN undone_who INTEGER NOT NULL DEFAULT 0;
