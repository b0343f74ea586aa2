-- Seats of a recurring item: each department bears so many times its amount.
CREATE TABLE "recurring_seat" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"count" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX recurring_seat_parent ON "recurring_seat" (parent, position);
CREATE TRIGGER recurring_seat_no_delete BEFORE DELETE ON "recurring_seat" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER recurring_seat_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "department", "count"
ON "recurring_seat" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER recurring_seat_no_reopen BEFORE UPDATE OF valid_to
ON "recurring_seat" WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;
