-- Limits of money, and the slices of them that processes have taken out.

CREATE TABLE "budget" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"trunk" INTEGER REFERENCES entity (id),
	"destinations" TEXT,
	"period" TEXT,
	"soft" INTEGER,
	"hard" INTEGER,
	"max_price" INTEGER,
	"increment_s" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_name ON "budget" (name, valid_from);
CREATE TRIGGER budget_no_delete BEFORE DELETE ON "budget" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER budget_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "trunk", "destinations",
	"period", "soft", "hard", "max_price", "increment_s"
ON "budget" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER budget_no_reopen BEFORE UPDATE OF valid_to ON "budget"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- One row for one life of one process that hands out money. `beat` rises
-- while it lives: others judge by that and by their own monotonic clock, since
-- wall clocks step. ended 1: it is dead, and its leases wait for the records
-- of its calls.
CREATE TABLE budget_owner (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	beat INTEGER NOT NULL,
	lease_s INTEGER NOT NULL,
	ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
	made_us INTEGER NOT NULL
) STRICT;

-- granted_nanos of a budget's period that begins at period_us may be handed
-- out by the owner; used_nanos of it were for calls when it last wrote.
CREATE TABLE budget_lease (
	owner INTEGER NOT NULL REFERENCES budget_owner (id),
	budget INTEGER NOT NULL REFERENCES entity (id),
	period_us INTEGER NOT NULL,
	granted_nanos INTEGER NOT NULL CHECK (granted_nanos >= 0),
	used_nanos INTEGER NOT NULL CHECK (used_nanos >= 0),
	PRIMARY KEY (owner, budget, period_us)
) STRICT, WITHOUT ROWID;
