-- How many REGISTERs a second leave for all registrars, for each, and for
-- those of a carrier who wants less; how far starts are spread.
ALTER TABLE "company" ADD COLUMN "requests_per_s" INTEGER;
ALTER TABLE "company" ADD COLUMN "registrar_requests_per_s" INTEGER;
ALTER TABLE "company" ADD COLUMN "start_spread_s" INTEGER;
ALTER TABLE "carrier" ADD COLUMN "requests_per_s" INTEGER;

DROP TRIGGER company_no_update;
CREATE TRIGGER company_no_update BEFORE UPDATE OF
	id, valid_from, name, "zone", "currency", "country", "routing",
	"requests_per_s", "registrar_requests_per_s", "start_spread_s"
ON "company" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER carrier_no_update;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn", "vat", "vat_percent",
	"no_caller", "calls_max", "requests_per_s"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
