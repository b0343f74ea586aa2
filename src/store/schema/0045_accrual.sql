-- Through which day the rents of an open month are posted: 20261015. It never
-- goes back; a closed month is whole and has none. What an older trunkwise
-- posted was the whole month.
CREATE TABLE accrual (
	month INTEGER PRIMARY KEY,
	day INTEGER NOT NULL
		CHECK (day / 100 = month AND day % 100 BETWEEN 1 AND 31)
) STRICT;
CREATE TRIGGER accrual_only_grows BEFORE UPDATE ON accrual
WHEN NEW.month <> OLD.month OR NEW.day <= OLD.day BEGIN
	SELECT RAISE(ABORT, 'a day that is accrued stays so');
END;
CREATE TRIGGER accrual_no_delete BEFORE DELETE ON accrual
WHEN OLD.month > coalesce((SELECT max(month) FROM period), 0) BEGIN
	SELECT RAISE(ABORT, 'a day that is accrued stays so');
END;
INSERT INTO accrual SELECT DISTINCT month, month * 100 + CAST(strftime('%d',
	printf('%04d-%02d-01', month / 100, month % 100), '+1 month',
	'-1 day') AS INTEGER) FROM posting WHERE kind IN (3, 4, 5)
	AND batch = 0 AND run = 0 AND of_month = 0
	AND month BETWEEN 100 AND 999912 AND month % 100 BETWEEN 1 AND 12
	AND month > coalesce((SELECT max(month) FROM period), 0);

-- On which day of the month, 1 to 28, a party's months begin; NULL: the first.
-- A number's or an item's own value comes before its party's.
ALTER TABLE "carrier" ADD COLUMN "billing_day" INTEGER;
ALTER TABLE "vendor" ADD COLUMN "billing_day" INTEGER;
ALTER TABLE "number" ADD COLUMN "billing_day" INTEGER;
ALTER TABLE "recurring" ADD COLUMN "billing_day" INTEGER;

DROP TRIGGER carrier_no_update;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn", "vat", "vat_percent",
	"no_caller", "calls_max", "requests_per_s", "billing_day"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER vendor_no_update;
CREATE TRIGGER vendor_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "vat", "vat_percent",
	"billing_day"
ON "vendor" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER number_no_update;
CREATE TRIGGER number_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "rented_through", "department",
	"site", "contract", "plan", "rent", "one_off", "caller_id",
	"campaign", "vat", "vat_percent", "skills", "priority",
	"billing_day"
ON "number" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER recurring_no_update;
CREATE TRIGGER recurring_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "vendor", "carrier", "amount",
	"from", "to", "vat", "vat_percent", "billing_day"
ON "recurring" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
