-- Steps that go on with another plan, ask whom the caller knows, or call back;
-- members who press a key; and how long a target is left alone after an offer
-- that failed. NULL: the engine's own default.
ALTER TABLE "phone" ADD COLUMN "no_answer_s" INTEGER;
ALTER TABLE "phone" ADD COLUMN "rejected_s" INTEGER;
ALTER TABLE "phone" ADD COLUMN "unreachable_s" INTEGER;
ALTER TABLE "landline" ADD COLUMN "no_answer_s" INTEGER;
ALTER TABLE "landline" ADD COLUMN "rejected_s" INTEGER;
ALTER TABLE "landline" ADD COLUMN "unreachable_s" INTEGER;
ALTER TABLE "pool_member" ADD COLUMN "confirm" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "preferred" INTEGER REFERENCES entity (id);
ALTER TABLE "plan_step" ADD COLUMN "callback" INTEGER REFERENCES entity (id);
ALTER TABLE "plan_step" ADD COLUMN "plan" INTEGER REFERENCES entity (id);

DROP TRIGGER phone_no_update;
CREATE TRIGGER phone_no_update BEFORE UPDATE OF
	id, valid_from, name, "person", "site", "extension", "uri", "number",
	"capacity", "wrap_up_s", "busy_s", "no_answer_s", "rejected_s",
	"unreachable_s"
ON "phone" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER landline_no_update;
CREATE TRIGGER landline_no_update BEFORE UPDATE OF
	id, valid_from, name, "site", "number", "capacity", "uri",
	"wrap_up_s", "busy_s", "carrier", "no_answer_s", "rejected_s",
	"unreachable_s"
ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER pool_member_no_update;
CREATE TRIGGER pool_member_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "phone", "landline", "tier",
	"weight", "confirm"
ON "pool_member" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER plan_step_no_update;
CREATE TRIGGER plan_step_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "ring", "ring_s", "reject",
	"when", "schedule", "voicemail", "queue", "wait_s", "length_max",
	"join", "leave", "retry_s", "reserve", "preferred", "callback", "plan"
ON "plan_step" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
