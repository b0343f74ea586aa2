-- What calls use up: bundles, tiers, exchange rates; and what is posted for a
-- month as a whole.

CREATE TABLE "bundle" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"tariff" INTEGER REFERENCES entity (id),
	"minutes" INTEGER,
	"period" TEXT,
	"prefixes" TEXT,
	"departments" TEXT,
	"carry_over" INTEGER,
	"from" INTEGER,
	"to" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_name ON "bundle" (name, valid_from);
CREATE TRIGGER bundle_no_delete BEFORE DELETE ON "bundle" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER bundle_no_update BEFORE UPDATE OF
	id, valid_from, name, "tariff", "minutes", "period", "prefixes",
	"departments", "carry_over", "from", "to"
ON "bundle" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER bundle_no_reopen BEFORE UPDATE OF valid_to ON "bundle"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- Units of `target` for one unit of `currency`; date counts days since 1970.
-- A rate that somebody was charged by is a fact: it is never changed.
CREATE TABLE exchange_rate (
	currency TEXT NOT NULL CHECK (length(currency) = 3),
	target TEXT NOT NULL CHECK (length(target) = 3),
	date INTEGER NOT NULL,
	rate_nanos INTEGER NOT NULL CHECK (rate_nanos > 0),
	made_us INTEGER NOT NULL,
	PRIMARY KEY (currency, target, date)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER exchange_rate_no_update BEFORE UPDATE ON exchange_rate BEGIN
	SELECT RAISE(ABORT, 'exchange rates are never changed');
END;
CREATE TRIGGER exchange_rate_no_delete BEFORE DELETE ON exchange_rate BEGIN
	SELECT RAISE(ABORT, 'exchange rates are never deleted');
END;

-- What a charge depends on beside the call and its tariff version; with it
-- the same charge can be computed again. Most calls have none. used_s: paid
-- seconds of the month before this call. own_*: the charge in the tariff's
-- currency, where the call's own columns hold the converted one.
CREATE TABLE charge_note (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	undone INTEGER NOT NULL DEFAULT 0,
	batch INTEGER NOT NULL,
	bundle_s INTEGER NOT NULL DEFAULT 0,
	used_s INTEGER NOT NULL DEFAULT 0,
	exchange_nanos INTEGER NOT NULL DEFAULT 0,
	exchange_date INTEGER,
	own_cost_nanos INTEGER,
	own_vat_nanos INTEGER,
	PRIMARY KEY (start_us, key, undone)
) STRICT, WITHOUT ROWID;

-- Seconds that one call drew from one pot: a bundle's minutes of the period
-- that begins at period_us.
CREATE TABLE bundle_use (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	undone INTEGER NOT NULL DEFAULT 0,
	batch INTEGER NOT NULL,
	bundle INTEGER NOT NULL,
	period_us INTEGER NOT NULL,
	seconds INTEGER NOT NULL CHECK (seconds > 0),
	PRIMARY KEY (start_us, key, undone, bundle, period_us)
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_use_batch ON bundle_use (batch);

-- Sums over live calls, written once per commit: from pots, and of paid
-- seconds of a tariff that has tiers, by month of its zone (202610).
CREATE TABLE bundle_pot (
	bundle INTEGER NOT NULL,
	period_us INTEGER NOT NULL,
	seconds INTEGER NOT NULL,
	PRIMARY KEY (bundle, period_us)
) STRICT, WITHOUT ROWID;
CREATE TABLE tier_use (
	tariff INTEGER NOT NULL,
	month INTEGER NOT NULL,
	paid_s INTEGER NOT NULL,
	PRIMARY KEY (tariff, month)
) STRICT, WITHOUT ROWID;

-- Two more kinds of posting, for which SQLite wants the table anew: what a
-- month lacks to its commitment is no recurring item, and neither is the
-- difference that the last tier makes to it; a report or an auditor asks for
-- them by kind. 6: commitment, 7: tier; subject is the tariff.
CREATE TABLE posting_new (
	id INTEGER PRIMARY KEY,
	entry INTEGER NOT NULL,
	account_kind INTEGER NOT NULL CHECK (account_kind IN (1, 2, 3)),
	account INTEGER NOT NULL,
	amount_nanos INTEGER NOT NULL,
	currency TEXT NOT NULL CHECK (length(currency) = 3),
	kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 7),
	correction INTEGER NOT NULL CHECK (correction IN (0, 1)),
	month INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	subject INTEGER NOT NULL,
	made_us INTEGER NOT NULL,
	reference TEXT NOT NULL
) STRICT;
INSERT INTO posting_new SELECT id, entry, account_kind, account,
	amount_nanos, currency, kind, correction, month, batch, subject,
	made_us, reference FROM posting ORDER BY id;
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
