-- What contracts say beyond a price per minute: more rules, time bands,
-- holidays and volume tiers, stored with each version of a tariff. The
-- defaults mean what the versions of schema 2 meant.

ALTER TABLE "tariff" ADD COLUMN "round_each" TEXT;
ALTER TABLE "tariff" ADD COLUMN "fee_on_zero" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "minimum_s" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "free_below_s" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "included_s" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "minimum_charge" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "maximum_charge" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "attempt_fee" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "commitment" INTEGER;
ALTER TABLE "tariff" ADD COLUMN "tier_mode" TEXT;
ALTER TABLE "tariff" ADD COLUMN "convert_to" TEXT;
ALTER TABLE "tariff" ADD COLUMN "holidays" TEXT;

DROP TRIGGER tariff_no_update;
CREATE TRIGGER tariff_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "currency", "zone", "seconds",
	"rounding", "decimals", "crossing", "vat", "vat_percent",
	"invoice_total", "sheet", "round_each", "fee_on_zero", "minimum_s",
	"free_below_s", "included_s", "minimum_charge", "maximum_charge",
	"attempt_fee", "commitment", "tier_mode", "convert_to", "holidays"
ON "tariff" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;

-- A band was (from_minutes, percent), stored and never served; that is a tier
-- now, and a band is hours of the week. Rows of schema 2 keep from_minutes and
-- have no hours: an import asks for the deployment to be applied again.
ALTER TABLE "tariff_band" ADD COLUMN "hours" TEXT;

DROP TRIGGER tariff_band_no_update;
CREATE TRIGGER tariff_band_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "from_minutes", "percent",
	"hours"
ON "tariff_band" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;

CREATE TABLE "tariff_tier" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"from_minutes" INTEGER,
	"percent" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX tariff_tier_parent ON tariff_tier (parent, position);
CREATE TRIGGER tariff_tier_no_delete BEFORE DELETE ON "tariff_tier" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER tariff_tier_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "from_minutes", "percent"
ON "tariff_tier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER tariff_tier_no_reopen BEFORE UPDATE OF valid_to ON "tariff_tier"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- Adding a column with a default touches no row, so that the triggers which
-- guard versions have nothing to refuse.
ALTER TABLE tariff_version ADD COLUMN round_each INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tariff_version ADD COLUMN fee_on_zero INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN tier_mode INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tariff_version ADD COLUMN minimum_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN free_below_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN included_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN
	minimum_charge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN
	maximum_charge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN attempt_fee INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN commitment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_version ADD COLUMN convert_to TEXT NOT NULL DEFAULT '';

ALTER TABLE tariff_rate ADD COLUMN relation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_rate ADD COLUMN from_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tariff_rate ADD COLUMN band TEXT NOT NULL DEFAULT '';

-- Hours and days as the deployment wrote them, hours one a line. Percentages
-- are parts per million.
CREATE TABLE tariff_version_band (
	version INTEGER NOT NULL REFERENCES tariff_version (id),
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	hours TEXT NOT NULL,
	percent_ppm INTEGER NOT NULL,
	PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE tariff_version_day (
	version INTEGER NOT NULL REFERENCES tariff_version (id),
	position INTEGER NOT NULL,
	day TEXT NOT NULL,
	PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE tariff_version_tier (
	version INTEGER NOT NULL REFERENCES tariff_version (id),
	position INTEGER NOT NULL,
	from_s INTEGER NOT NULL,
	percent_ppm INTEGER NOT NULL,
	PRIMARY KEY (version, position)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tariff_version_band_no_update
BEFORE UPDATE ON tariff_version_band BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never changed');
END;
CREATE TRIGGER tariff_version_band_no_delete
BEFORE DELETE ON tariff_version_band BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never deleted');
END;
CREATE TRIGGER tariff_version_day_no_update
BEFORE UPDATE ON tariff_version_day BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never changed');
END;
CREATE TRIGGER tariff_version_day_no_delete
BEFORE DELETE ON tariff_version_day BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never deleted');
END;
CREATE TRIGGER tariff_version_tier_no_update
BEFORE UPDATE ON tariff_version_tier BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never changed');
END;
CREATE TRIGGER tariff_version_tier_no_delete
BEFORE DELETE ON tariff_version_tier BEGIN
	SELECT RAISE(ABORT, 'tariff versions are never deleted');
END;

-- A version that was taken back is in force for no call that comes after. It
-- stays, because the calls that it had priced point to it.
CREATE TABLE tariff_withdrawn (
	version INTEGER PRIMARY KEY REFERENCES tariff_version (id),
	made_us INTEGER NOT NULL
) STRICT;
CREATE TRIGGER tariff_withdrawn_no_update
BEFORE UPDATE ON tariff_withdrawn BEGIN
	SELECT RAISE(ABORT, 'what was withdrawn stays withdrawn');
END;
CREATE TRIGGER tariff_withdrawn_no_delete
BEFORE DELETE ON tariff_withdrawn BEGIN
	SELECT RAISE(ABORT, 'what was withdrawn stays withdrawn');
END;
