-- VAT of rents and recurring items.
--
-- vat says how a party's amounts are written: 'net' or 'gross', NULL is
-- gross. A number's or an item's own value comes before its party's.
ALTER TABLE "carrier" ADD COLUMN "vat" TEXT;
ALTER TABLE "carrier" ADD COLUMN "vat_percent" INTEGER;
ALTER TABLE "vendor" ADD COLUMN "vat" TEXT;
ALTER TABLE "vendor" ADD COLUMN "vat_percent" INTEGER;
ALTER TABLE "number" ADD COLUMN "vat" TEXT;
ALTER TABLE "number" ADD COLUMN "vat_percent" INTEGER;
ALTER TABLE "recurring" ADD COLUMN "vat" TEXT;
ALTER TABLE "recurring" ADD COLUMN "vat_percent" INTEGER;

DROP TRIGGER carrier_no_update;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn", "vat", "vat_percent"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER vendor_no_update;
CREATE TRIGGER vendor_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "vat", "vat_percent"
ON "vendor" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER number_no_update;
CREATE TRIGGER number_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "rented_through", "department",
	"site", "contract", "plan", "rent", "one_off", "caller_id",
	"campaign", "vat", "vat_percent"
ON "number" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER recurring_no_update;
CREATE TRIGGER recurring_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "vendor", "carrier", "amount",
	"from", "to", "vat", "vat_percent"
ON "recurring" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
