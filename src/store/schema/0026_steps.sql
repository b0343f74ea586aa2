-- What steps and members may say besides ring and reject: voicemail, waiting
-- in line, trunk reservation, weights; and how long a target that was found
-- busy is left alone. NULL: the engine's own default.
ALTER TABLE "phone" ADD COLUMN "busy_s" INTEGER;
ALTER TABLE "landline" ADD COLUMN "wrap_up_s" INTEGER;
ALTER TABLE "landline" ADD COLUMN "busy_s" INTEGER;
ALTER TABLE "pool_member" ADD COLUMN "weight" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "voicemail" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "queue" INTEGER REFERENCES entity (id);
ALTER TABLE "plan_step" ADD COLUMN "wait_s" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "length_max" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "join" TEXT;
ALTER TABLE "plan_step" ADD COLUMN "leave" TEXT;
ALTER TABLE "plan_step" ADD COLUMN "retry_s" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "reserve" INTEGER;

DROP TRIGGER phone_no_update;
CREATE TRIGGER phone_no_update BEFORE UPDATE OF
	id, valid_from, name, "person", "site", "extension", "uri",
	"number", "capacity", "wrap_up_s", "busy_s"
ON "phone" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER landline_no_update;
CREATE TRIGGER landline_no_update BEFORE UPDATE OF
	id, valid_from, name, "site", "number", "capacity", "uri",
	"wrap_up_s", "busy_s"
ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER pool_member_no_update;
CREATE TRIGGER pool_member_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "phone", "landline", "tier",
	"weight"
ON "pool_member" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER plan_step_no_update;
CREATE TRIGGER plan_step_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "ring", "ring_s", "reject",
	"when", "schedule", "voicemail", "queue", "wait_s", "length_max",
	"join", "leave", "retry_s", "reserve"
ON "plan_step" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
