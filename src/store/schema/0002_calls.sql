-- Calls, tariffs as imported, and the ledger.
--
-- The call table has its final shape from the start: clustered on (start,
-- hash of the key), because a unique index on a random call id costs seven to
-- twelve times the row itself, and everything that repeats is a small integer.
-- References named like a kind (trunk, carrier, department, number) are
-- identities of 0001; 0 is "not known". Money is nano-units; times are
-- microseconds.

-- Texts that repeat: destinations and currencies of the rollup.
CREATE TABLE word (
	id INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
) STRICT;

-- What else a record says of itself. The same few combinations come again and
-- again, so that one small integer in a call stands for all of them. trunk,
-- carrier and department are set only where the directory has no identity.
CREATE TABLE marks (
	id INTEGER PRIMARY KEY,
	source TEXT NOT NULL,
	trunk TEXT NOT NULL,
	carrier TEXT NOT NULL,
	department TEXT NOT NULL,
	extension TEXT NOT NULL,
	accountcode TEXT NOT NULL,
	campaign TEXT NOT NULL,
	source_currency TEXT NOT NULL,
	UNIQUE (source, trunk, carrier, department, extension, accountcode,
		campaign, source_currency)
) STRICT;

-- People's numbers behind an id, so that retention and erasure (digits set to
-- NULL) change no total, no charge and no proof.
CREATE TABLE identity (
	id INTEGER PRIMARY KEY,
	digits TEXT UNIQUE
) STRICT;

-- The zone whose midnights part the months of rollup and posting: written
-- once, so that a month never means two things in one file.
CREATE TABLE book (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	zone TEXT NOT NULL
) STRICT;

CREATE TABLE batch (
	id INTEGER PRIMARY KEY,
	source TEXT NOT NULL,
	preset TEXT NOT NULL,
	zone TEXT NOT NULL,
	file_name TEXT NOT NULL,
	file_hash TEXT NOT NULL,
	made_us INTEGER NOT NULL,
	rows_read INTEGER NOT NULL DEFAULT 0,
	rows_stored INTEGER NOT NULL DEFAULT 0,
	rows_rejected INTEGER NOT NULL DEFAULT 0,
	duplicates INTEGER NOT NULL DEFAULT 0,
	conflicts INTEGER NOT NULL DEFAULT 0,
	first_us INTEGER NOT NULL DEFAULT 0,
	last_us INTEGER NOT NULL DEFAULT 0,
	undone_us INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX batch_file ON batch (file_hash);

-- Price sheets as they were, with the rules they were read by. In force at t:
-- the greatest (valid_from, id) of the carrier with valid_from <= t.
CREATE TABLE tariff_version (
	id INTEGER PRIMARY KEY,
	tariff INTEGER NOT NULL REFERENCES entity (id),
	carrier INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	made_us INTEGER NOT NULL,
	file_name TEXT NOT NULL,
	sheet_hash TEXT NOT NULL,
	partial INTEGER NOT NULL,
	row_count INTEGER NOT NULL,
	currency TEXT NOT NULL,
	zone TEXT NOT NULL,
	seconds INTEGER NOT NULL,
	rounding INTEGER NOT NULL,
	decimals INTEGER NOT NULL,
	crossing INTEGER NOT NULL,
	vat INTEGER NOT NULL,
	vat_percent INTEGER NOT NULL,
	invoice_total INTEGER NOT NULL
) STRICT;
CREATE INDEX tariff_version_carrier ON tariff_version (carrier, valid_from);

-- origin: the version whose sheet has the row on this line (an older one for
-- rows that a partial sheet left alone).
CREATE TABLE tariff_rate (
	version INTEGER NOT NULL REFERENCES tariff_version (id),
	position INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	line INTEGER NOT NULL,
	status INTEGER NOT NULL,
	direction INTEGER NOT NULL,
	prefix TEXT NOT NULL,
	caller_prefix TEXT NOT NULL,
	destination TEXT NOT NULL,
	price_nanos INTEGER NOT NULL,
	connect_fee_nanos INTEGER NOT NULL,
	first_inc_s INTEGER NOT NULL,
	next_inc_s INTEGER NOT NULL,
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL,
	PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tariff_version_no_update BEFORE UPDATE ON tariff_version BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never changed');
END;
CREATE TRIGGER tariff_version_no_delete BEFORE DELETE ON tariff_version BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never deleted');
END;
CREATE TRIGGER tariff_rate_no_update BEFORE UPDATE ON tariff_rate BEGIN
	SELECT RAISE(ABORT, 'tariff rows are never changed');
END;
CREATE TRIGGER tariff_rate_no_delete BEFORE DELETE ON tariff_rate BEGIN
	SELECT RAISE(ABORT, 'tariff rows are never deleted');
END;

-- key: hash of (source, call_id, leg, sequence); content: of what the source
-- said besides. undone: 0, or the batch as whose part it was taken back (in
-- the key, so that the same record may come again afterwards). call_id and
-- linked are text, or 16 bytes when they are UUIDs; linked is NULL when it is
-- the call_id. leg 0 is another try at a call that a different row stands for. *_after_us count from start_us: answer NULL is "never", end
-- NULL is answer + duration, or not known. rate_state: 1 rated, 2 not
-- chargeable, 3 unrated; reason says why (src/accounts/call.h). A rated call's
-- currency and VAT rule are its tariff_version's, its destination and sheet
-- line those of tariff_rate at rate_row.
--
-- BETWEEN and not IN, for which SQLite would build a table for every row;
-- batch is no declared reference: taking an empty batch back would search
-- every call for it.
CREATE TABLE call (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	undone INTEGER NOT NULL DEFAULT 0,
	content INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	marks INTEGER NOT NULL,
	call_id ANY NOT NULL,
	linked ANY,
	leg INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	direction INTEGER NOT NULL,
	status INTEGER NOT NULL,
	answer_after_us INTEGER,
	end_after_us INTEGER,
	duration_us INTEGER NOT NULL,
	caller INTEGER NOT NULL,
	callee INTEGER NOT NULL,
	trunk INTEGER NOT NULL,
	carrier INTEGER NOT NULL,
	department INTEGER NOT NULL,
	number INTEGER NOT NULL,
	rate_state INTEGER NOT NULL CHECK (rate_state BETWEEN 1 AND 3),
	reason INTEGER NOT NULL,
	tariff_version INTEGER,
	rate_row INTEGER,
	charged_s INTEGER,
	cost_nanos INTEGER,
	vat_nanos INTEGER,
	source_cost_nanos INTEGER,
	CHECK ((rate_state = 1) = (cost_nanos IS NOT NULL)),
	PRIMARY KEY (start_us, key, undone)
) STRICT, WITHOUT ROWID;

-- Calls are never deleted; only taking a batch back may touch them.
CREATE TRIGGER call_no_delete BEFORE DELETE ON call BEGIN
	SELECT RAISE(ABORT, 'calls are never deleted: undo their batch');
END;

-- What came with the key of a stored call but other content, and rows that
-- could not be read: kept as they came, in nobody's totals.
CREATE TABLE quarantine (
	id INTEGER PRIMARY KEY,
	batch INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('conflict', 'reject')),
	line INTEGER NOT NULL,
	field TEXT NOT NULL,
	reason TEXT NOT NULL,
	start_us INTEGER,
	key INTEGER,
	record TEXT NOT NULL
) STRICT;

-- Counts and sums of live calls, written once per commit. direction is 3 for
-- every leg but the first; currency 0 holds calls without a charge. month is
-- 202610.
CREATE TABLE rollup (
	month INTEGER NOT NULL,
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
	PRIMARY KEY (month, department, carrier, number, destination,
		direction, currency)
) STRICT, WITHOUT ROWID;

-- Double entry. account_kind: 1 department (account 0: unallocated),
-- 2 carrier, 3 vendor. kind: 1 call, 2 forward, 3 rent, 4 one_off,
-- 5 recurring; correction 1 marks reversals and later differences. batch 0:
-- accrued; subject: the number or recurring item behind it.
CREATE TABLE posting (
	id INTEGER PRIMARY KEY,
	entry INTEGER NOT NULL,
	account_kind INTEGER NOT NULL CHECK (account_kind IN (1, 2, 3)),
	account INTEGER NOT NULL,
	amount_nanos INTEGER NOT NULL,
	currency TEXT NOT NULL CHECK (length(currency) = 3),
	kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 5),
	correction INTEGER NOT NULL CHECK (correction IN (0, 1)),
	month INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	subject INTEGER NOT NULL,
	made_us INTEGER NOT NULL,
	reference TEXT NOT NULL
) STRICT;
CREATE INDEX posting_month ON posting (month, batch);
CREATE INDEX posting_batch ON posting (batch);
CREATE INDEX posting_entry ON posting (entry);
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN
	SELECT RAISE(ABORT, 'postings are never changed: post a correction');
END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN
	SELECT RAISE(ABORT, 'postings are never deleted: post a reversal');
END;
