-- A tariff without prices: its calls cost what the records of this source
-- state. NULL in a declaration, '' in a version: the prices are its rows.
ALTER TABLE "tariff" ADD COLUMN "stated_by" TEXT;

DROP TRIGGER tariff_no_update;
CREATE TRIGGER tariff_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "currency", "zone", "seconds",
	"rounding", "decimals", "crossing", "vat", "vat_percent",
	"invoice_total", "sheet", "round_each", "fee_on_zero", "minimum_s",
	"free_below_s", "included_s", "minimum_charge", "maximum_charge",
	"attempt_fee", "commitment", "tier_mode", "convert_to", "holidays",
	"stated_by"
ON "tariff" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;

ALTER TABLE tariff_version ADD COLUMN stated_by TEXT NOT NULL DEFAULT '';
