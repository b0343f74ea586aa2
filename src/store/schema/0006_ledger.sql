-- Closed months, changes of stored calls as entries of their own, days beside
-- months.

-- Months are closed in order, and all before the first one with it. What
-- comes later for a closed month is posted in the first open one.
CREATE TABLE period (
	month INTEGER PRIMARY KEY,
	closed_us INTEGER NOT NULL,
	who INTEGER NOT NULL,
	last_posting INTEGER NOT NULL
) STRICT;
CREATE TRIGGER period_no_update BEFORE UPDATE ON period BEGIN
	SELECT RAISE(ABORT, 'closed months are never changed');
END;
CREATE TRIGGER period_no_delete BEFORE DELETE ON period BEGIN
	SELECT RAISE(ABORT, 'closed months are never opened again');
END;

-- The first open month when the batch came in and when it was taken back; 0:
-- no month was closed. A call is posted in the later one of its own month and
-- this.
ALTER TABLE batch ADD COLUMN open_month INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN undone_month INTEGER NOT NULL DEFAULT 0;

-- A stored call that is rated anew, joined or moved to another department
-- takes the new values in its row; here stand the old ones (side 0) and the
-- new ones (side 1), and what they make of the books is posted under the run.
CREATE TABLE amendment_run (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL,
	open_month INTEGER NOT NULL,
	calls INTEGER NOT NULL
) STRICT;
CREATE TABLE amendment (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	run INTEGER NOT NULL REFERENCES amendment_run (id),
	side INTEGER NOT NULL CHECK (side IN (0, 1)),
	department INTEGER NOT NULL,
	carrier INTEGER NOT NULL,
	number INTEGER NOT NULL,
	leg INTEGER NOT NULL,
	rate_state INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	tariff_version INTEGER NOT NULL,
	rate_row INTEGER NOT NULL,
	charged_s INTEGER NOT NULL,
	cost_nanos INTEGER NOT NULL,
	net_nanos INTEGER NOT NULL,
	vat_nanos INTEGER NOT NULL,
	currency INTEGER NOT NULL,
	destination INTEGER NOT NULL,
	PRIMARY KEY (start_us, key, batch, run, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX amendment_by_run ON amendment (run);
CREATE TRIGGER amendment_no_update BEFORE UPDATE ON amendment BEGIN
	SELECT RAISE(ABORT, 'amendments are never changed: make another');
END;
CREATE TRIGGER amendment_no_delete BEFORE DELETE ON amendment BEGIN
	SELECT RAISE(ABORT, 'amendments are never deleted: make another');
END;

-- period: a month (202610) and each day of it (20261005); late: of an earlier
-- month that was closed already, as day 00 of the month it is posted in, so
-- that days always add up to the month.
CREATE TABLE rollup_new (
	period INTEGER NOT NULL,
	late INTEGER NOT NULL CHECK (late IN (0, 1)),
	department INTEGER NOT NULL,
	carrier INTEGER NOT NULL,
	number INTEGER NOT NULL,
	destination INTEGER NOT NULL,
	direction INTEGER NOT NULL,
	currency INTEGER NOT NULL,
	calls INTEGER NOT NULL,
	answered INTEGER NOT NULL,
	missed INTEGER NOT NULL,
	unrated INTEGER NOT NULL,
	talk_us INTEGER NOT NULL,
	cost_nanos INTEGER NOT NULL,
	net_nanos INTEGER NOT NULL,
	vat_nanos INTEGER NOT NULL,
	PRIMARY KEY (period, late, department, carrier, number, destination,
		direction, currency)
) STRICT, WITHOUT ROWID;
INSERT INTO rollup_new SELECT month, 0, department, carrier, number,
	destination, direction, currency, calls, answered, missed, unrated,
	talk_us, cost_nanos, net_nanos, vat_nanos FROM rollup;
DROP TABLE rollup;
ALTER TABLE rollup_new RENAME TO rollup;

-- Days of calls that were there before are added up when the store is opened
-- for writing the next time: SQL knows no zones.
CREATE TABLE task (
	name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO task SELECT 'rollup_days' WHERE EXISTS (SELECT 1 FROM call);

-- net and VAT of an amount, which is of the kind that its price was (with or
-- without VAT); NULL: posted before schema 6. of_month: what it is about where
-- that is another month than it is posted in, 0 else. run: of amendments. who:
-- word, 0 nobody said.
CREATE TABLE posting_new (
	id INTEGER PRIMARY KEY,
	entry INTEGER NOT NULL,
	account_kind INTEGER NOT NULL CHECK (account_kind IN (1, 2, 3)),
	account INTEGER NOT NULL,
	amount_nanos INTEGER NOT NULL,
	net_nanos INTEGER,
	vat_nanos INTEGER,
	currency TEXT NOT NULL CHECK (length(currency) = 3),
	kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
	correction INTEGER NOT NULL CHECK (correction IN (0, 1)),
	month INTEGER NOT NULL,
	of_month INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	run INTEGER NOT NULL,
	subject INTEGER NOT NULL,
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL,
	reference TEXT NOT NULL
) STRICT;
INSERT INTO posting_new SELECT id, entry, account_kind, account,
	amount_nanos, NULL, NULL, currency, kind, correction, month, 0,
	batch, 0, subject, made_us, 0, reference FROM posting ORDER BY id;
DROP TABLE posting;
ALTER TABLE posting_new RENAME TO posting;
CREATE INDEX posting_month ON posting (month, batch);
CREATE INDEX posting_batch ON posting (batch);
CREATE INDEX posting_entry ON posting (entry);
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN
	SELECT RAISE(ABORT, 'postings are never changed: post a correction');
END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN
	SELECT RAISE(ABORT, 'postings are never deleted: post a reversal');
END;
