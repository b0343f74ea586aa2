-- Two records of two sources that are one call. state: 1 joined, 2 ambiguous
-- (one of several that fit: neither is the other's for sure, but both were
-- counted once). parted: the run that took the pair apart again, 0 none.
CREATE TABLE call_pair (
	first_us INTEGER NOT NULL,
	first_key INTEGER NOT NULL,
	first_batch INTEGER NOT NULL,
	second_us INTEGER NOT NULL,
	second_key INTEGER NOT NULL,
	second_batch INTEGER NOT NULL,
	run INTEGER NOT NULL,
	state INTEGER NOT NULL CHECK (state IN (1, 2)),
	parted INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (first_us, first_key, first_batch, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_pair_second ON call_pair (second_us, second_key);
CREATE INDEX call_pair_first_batch ON call_pair (first_batch);
CREATE INDEX call_pair_second_batch ON call_pair (second_batch);
