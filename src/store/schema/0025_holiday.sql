-- Days that differ from the week: several schedules or all of them at once,
-- several days in a row, working like another day of the week, and short
-- ones. schedules and hours are lists, one a line.
ALTER TABLE "holiday" ADD COLUMN "schedules" TEXT;
ALTER TABLE "holiday" ADD COLUMN "last" INTEGER;
ALTER TABLE "holiday" ADD COLUMN "like" TEXT;
ALTER TABLE "holiday" ADD COLUMN "short_min" INTEGER;

DROP TRIGGER holiday_no_update;
CREATE TRIGGER holiday_no_update BEFORE UPDATE OF
	id, valid_from, name, "schedule", "date", "hours", "schedules",
	"last", "like", "short_min"
ON "holiday" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
