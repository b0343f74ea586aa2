-- What people and lines can, what calls to a number need and how much sooner
-- they are served; announcements of a queue, and steps where skills do not
-- count. skills are lists, one a line. NULL: none, the engine's own default.
ALTER TABLE "person" ADD COLUMN "skills" TEXT;
ALTER TABLE "phone" ADD COLUMN "skills" TEXT;
ALTER TABLE "landline" ADD COLUMN "skills" TEXT;
ALTER TABLE "number" ADD COLUMN "skills" TEXT;
ALTER TABLE "number" ADD COLUMN "priority" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "announce_s" INTEGER;
ALTER TABLE "plan_step" ADD COLUMN "any_skills" INTEGER;

DROP TRIGGER person_no_update;
CREATE TRIGGER person_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "site", "email", "skills"
ON "person" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER phone_no_update;
CREATE TRIGGER phone_no_update BEFORE UPDATE OF
	id, valid_from, name, "person", "site", "extension", "uri", "number",
	"capacity", "wrap_up_s", "busy_s", "no_answer_s", "rejected_s",
	"unreachable_s", "skills"
ON "phone" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER landline_no_update;
CREATE TRIGGER landline_no_update BEFORE UPDATE OF
	id, valid_from, name, "site", "number", "capacity", "uri",
	"wrap_up_s", "busy_s", "carrier", "no_answer_s", "rejected_s",
	"unreachable_s", "skills"
ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER number_no_update;
CREATE TRIGGER number_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "rented_through", "department",
	"site", "contract", "plan", "rent", "one_off", "caller_id",
	"campaign", "vat", "vat_percent", "skills", "priority"
ON "number" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
DROP TRIGGER plan_step_no_update;
CREATE TRIGGER plan_step_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "ring", "ring_s", "reject",
	"when", "schedule", "voicemail", "queue", "wait_s", "length_max",
	"join", "leave", "retry_s", "reserve", "preferred", "callback", "plan",
	"announce_s", "any_skills"
ON "plan_step" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
