-- Numbers that the router goes by, beside the policy that [company] names; a
-- policy for each tier, and what codes of carriers mean.
CREATE TABLE "routing" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"suspect_after" INTEGER,
	"down_after" INTEGER,
	"up_after" INTEGER,
	"down_s" INTEGER,
	"down_max_s" INTEGER,
	"slow_start_s" INTEGER,
	"probe_ppm" INTEGER,
	"rest_s" INTEGER,
	"rest_max_s" INTEGER,
	"refusals" INTEGER,
	"off_s" INTEGER,
	"measure" TEXT,
	"half_life_s" INTEGER,
	"prior_calls" INTEGER,
	"prior_ppm" INTEGER,
	"hysteresis_ppm" INTEGER,
	"band_ppm" INTEGER,
	"explore_ppm" INTEGER,
	"learn_calls" INTEGER,
	"prefixes" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX routing_name ON "routing" (name, valid_from);
CREATE TRIGGER routing_no_delete BEFORE DELETE ON "routing" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER routing_no_update BEFORE UPDATE OF
	id, valid_from, name, "suspect_after", "down_after", "up_after",
	"down_s", "down_max_s", "slow_start_s", "probe_ppm", "rest_s",
	"rest_max_s", "refusals", "off_s", "measure", "half_life_s",
	"prior_calls", "prior_ppm", "hysteresis_ppm", "band_ppm",
	"explore_ppm", "learn_calls", "prefixes"
ON "routing" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER routing_no_reopen BEFORE UPDATE OF valid_to
ON "routing" WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "routing_tier" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"tier" INTEGER,
	"policy" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX routing_tier_parent ON "routing_tier" (parent, position);
CREATE TRIGGER routing_tier_no_delete BEFORE DELETE ON "routing_tier" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER routing_tier_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "tier", "policy"
ON "routing_tier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER routing_tier_no_reopen BEFORE UPDATE OF valid_to
ON "routing_tier" WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "routing_code" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"sip" INTEGER,
	"q850" INTEGER,
	"class" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX routing_code_parent ON "routing_code" (parent, position);
CREATE TRIGGER routing_code_no_delete BEFORE DELETE ON "routing_code" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER routing_code_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "sip", "q850", "class"
ON "routing_code" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER routing_code_no_reopen BEFORE UPDATE OF valid_to
ON "routing_code" WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;
