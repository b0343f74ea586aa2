-- What policies of a pool may be told: how many ring at once, when one more
-- rings, when turns go on, what counts as idle (a list, one a line). NULL: the
-- engine's own default.
ALTER TABLE "pool" ADD COLUMN "ring_count" INTEGER;
ALTER TABLE "pool" ADD COLUMN "delay_s" INTEGER;
ALTER TABLE "pool" ADD COLUMN "advance_on" TEXT;
ALTER TABLE "pool" ADD COLUMN "idle" TEXT;

DROP TRIGGER pool_no_update;
CREATE TRIGGER pool_no_update BEFORE UPDATE OF
	id, valid_from, name, "policy", "ring_s", "ring_count", "delay_s",
	"advance_on", "idle"
ON "pool" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
