-- The directory: what is configured, as versions.
--
-- Every kind of docs/deployment.md has one table. A row is one version,
-- half-open: valid_from <= t < valid_to, microseconds of UTC, where
-- 9223372036854775807 is "still in force" and the smallest integer "always
-- was". `id` is the identity that calls and ledger refer to: it stays over
-- versions and renames. References are identities, money and decimals are
-- nano-units, lists are lines, booleans 0 or 1, dates the instant of their
-- midnight in the company's zone; NULL is "not set".
--
-- Versions are only ever ended, so that a call of last year still finds the
-- department it belonged to: the triggers refuse everything else.
-- (src/accounts/kinds.c says the same in C; a test compares the two.)

-- origin: 'deployment' rows are ended by an apply that no longer names them;
-- 'import' rows (directory import, tariff import) are left alone by it.
CREATE TABLE entity (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	origin TEXT NOT NULL DEFAULT 'deployment'
		CHECK (origin IN ('deployment', 'import'))
) STRICT;

CREATE TRIGGER entity_no_delete BEFORE DELETE ON entity BEGIN
	SELECT RAISE(ABORT, 'identities are never deleted');
END;

CREATE TRIGGER entity_no_update BEFORE UPDATE OF id, kind ON entity BEGIN
	SELECT RAISE(ABORT, 'identities are never changed');
END;

-- One row for each apply and each directory import that changed something.
CREATE TABLE directory_change (
	id INTEGER PRIMARY KEY,
	made_us INTEGER NOT NULL,
	at_us INTEGER NOT NULL,
	origin TEXT NOT NULL,
	changes INTEGER NOT NULL
) STRICT;

-- The company itself: one row at a time.
CREATE TABLE "company" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"zone" TEXT,
	"currency" TEXT,
	"country" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX company_name ON "company" (name, valid_from);
CREATE TRIGGER company_no_delete BEFORE DELETE ON "company" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER company_no_update BEFORE UPDATE OF
	id, valid_from, name, "zone", "currency", "country"
ON "company" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER company_no_reopen BEFORE UPDATE OF valid_to ON "company"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "department" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"zone" TEXT,
	"city" TEXT,
	"cost_center" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX department_name ON "department" (name, valid_from);
CREATE TRIGGER department_no_delete BEFORE DELETE ON "department" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER department_no_update BEFORE UPDATE OF
	id, valid_from, name, "zone", "city", "cost_center"
ON "department" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER department_no_reopen BEFORE UPDATE OF valid_to ON "department"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "site" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"city" TEXT,
	"address" TEXT,
	"zone" TEXT,
	"emergency" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX site_name ON "site" (name, valid_from);
CREATE TRIGGER site_no_delete BEFORE DELETE ON "site" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER site_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "city", "address", "zone",
	"emergency"
ON "site" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER site_no_reopen BEFORE UPDATE OF valid_to ON "site"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "person" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"site" INTEGER REFERENCES entity (id),
	"email" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_name ON "person" (name, valid_from);
CREATE TRIGGER person_no_delete BEFORE DELETE ON "person" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER person_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "site", "email"
ON "person" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER person_no_reopen BEFORE UPDATE OF valid_to ON "person"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "phone" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"person" INTEGER REFERENCES entity (id),
	"site" INTEGER REFERENCES entity (id),
	"extension" TEXT,
	"uri" TEXT,
	"number" TEXT,
	"capacity" INTEGER,
	"wrap_up_s" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_name ON "phone" (name, valid_from);
CREATE TRIGGER phone_no_delete BEFORE DELETE ON "phone" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER phone_no_update BEFORE UPDATE OF
	id, valid_from, name, "person", "site", "extension", "uri",
	"number", "capacity", "wrap_up_s"
ON "phone" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER phone_no_reopen BEFORE UPDATE OF valid_to ON "phone"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "landline" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"site" INTEGER REFERENCES entity (id),
	"number" TEXT,
	"capacity" INTEGER,
	"uri" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX landline_name ON "landline" (name, valid_from);
CREATE TRIGGER landline_no_delete BEFORE DELETE ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER landline_no_update BEFORE UPDATE OF
	id, valid_from, name, "site", "number", "capacity", "uri"
ON "landline" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER landline_no_reopen BEFORE UPDATE OF valid_to ON "landline"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "carrier" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"legal_name" TEXT,
	"inn" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX carrier_name ON "carrier" (name, valid_from);
CREATE TRIGGER carrier_no_delete BEFORE DELETE ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER carrier_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name", "inn"
ON "carrier" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER carrier_no_reopen BEFORE UPDATE OF valid_to ON "carrier"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "vendor" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"legal_name" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX vendor_name ON "vendor" (name, valid_from);
CREATE TRIGGER vendor_no_delete BEFORE DELETE ON "vendor" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER vendor_no_update BEFORE UPDATE OF
	id, valid_from, name, "legal_name"
ON "vendor" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER vendor_no_reopen BEFORE UPDATE OF valid_to ON "vendor"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "contract" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"carrier" INTEGER REFERENCES entity (id),
	"vendor" INTEGER REFERENCES entity (id),
	"parties" TEXT,
	"annexes" TEXT,
	"notice_days" INTEGER,
	"price_change" TEXT,
	"accept_after_days" INTEGER,
	"penalty_percent_day" INTEGER,
	"fine_cap" INTEGER,
	"disagreement_protocol" INTEGER,
	"legal_verdict" TEXT,
	"from" INTEGER,
	"to" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX contract_name ON "contract" (name, valid_from);
CREATE TRIGGER contract_no_delete BEFORE DELETE ON "contract" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER contract_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "vendor", "parties", "annexes",
	"notice_days", "price_change", "accept_after_days",
	"penalty_percent_day", "fine_cap", "disagreement_protocol",
	"legal_verdict", "from", "to"
ON "contract" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER contract_no_reopen BEFORE UPDATE OF valid_to ON "contract"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "approval" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"number" INTEGER REFERENCES entity (id),
	"contract" INTEGER REFERENCES entity (id),
	"status" TEXT,
	"date" INTEGER,
	"note" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_name ON "approval" (name, valid_from);
CREATE TRIGGER approval_no_delete BEFORE DELETE ON "approval" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER approval_no_update BEFORE UPDATE OF
	id, valid_from, name, "number", "contract", "status", "date", "note"
ON "approval" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER approval_no_reopen BEFORE UPDATE OF valid_to ON "approval"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- name holds the E.164 digits.
CREATE TABLE "number" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"carrier" INTEGER REFERENCES entity (id),
	"rented_through" INTEGER REFERENCES entity (id),
	"department" INTEGER REFERENCES entity (id),
	"site" INTEGER REFERENCES entity (id),
	"contract" INTEGER REFERENCES entity (id),
	"plan" INTEGER REFERENCES entity (id),
	"rent" INTEGER,
	"one_off" INTEGER,
	"caller_id" INTEGER,
	"campaign" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX number_name ON "number" (name, valid_from);
CREATE TRIGGER number_no_delete BEFORE DELETE ON "number" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER number_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "rented_through", "department",
	"site", "contract", "plan", "rent", "one_off", "caller_id",
	"campaign"
ON "number" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER number_no_reopen BEFORE UPDATE OF valid_to ON "number"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "recurring" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"vendor" INTEGER REFERENCES entity (id),
	"carrier" INTEGER REFERENCES entity (id),
	"amount" INTEGER,
	"from" INTEGER,
	"to" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX recurring_name ON "recurring" (name, valid_from);
CREATE TRIGGER recurring_no_delete BEFORE DELETE ON "recurring" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER recurring_no_update BEFORE UPDATE OF
	id, valid_from, name, "department", "vendor", "carrier", "amount",
	"from", "to"
ON "recurring" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER recurring_no_reopen BEFORE UPDATE OF valid_to ON "recurring"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- name is "number 7..." or "recurring NAME".
CREATE TABLE "allocation" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"number" INTEGER REFERENCES entity (id),
	"recurring" INTEGER REFERENCES entity (id),
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocation_name ON "allocation" (name, valid_from);
CREATE TRIGGER allocation_no_delete BEFORE DELETE ON "allocation" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER allocation_no_update BEFORE UPDATE OF
	id, valid_from, name, "number", "recurring"
ON "allocation" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER allocation_no_reopen BEFORE UPDATE OF valid_to ON "allocation"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "allocation_share" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"department" INTEGER REFERENCES entity (id),
	"percent" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocation_share_parent ON allocation_share (parent, position);
CREATE TRIGGER allocation_share_no_delete BEFORE DELETE ON "allocation_share" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER allocation_share_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "department", "percent"
ON "allocation_share" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER allocation_share_no_reopen BEFORE UPDATE OF valid_to ON "allocation_share"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- Secrets never come here: only where the host finds them.
CREATE TABLE "trunk" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"carrier" INTEGER REFERENCES entity (id),
	"registrar" TEXT,
	"user" TEXT,
	"auth_user" TEXT,
	"password_file" TEXT,
	"password_env" TEXT,
	"credential" TEXT,
	"realm" TEXT,
	"domain" TEXT,
	"expires_s" INTEGER,
	"calls_max" INTEGER,
	"priority" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX trunk_name ON "trunk" (name, valid_from);
CREATE TRIGGER trunk_no_delete BEFORE DELETE ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER trunk_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "registrar", "user", "auth_user",
	"password_file", "password_env", "credential", "realm", "domain",
	"expires_s", "calls_max", "priority"
ON "trunk" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER trunk_no_reopen BEFORE UPDATE OF valid_to ON "trunk"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "pool" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"policy" TEXT,
	"ring_s" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_name ON "pool" (name, valid_from);
CREATE TRIGGER pool_no_delete BEFORE DELETE ON "pool" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER pool_no_update BEFORE UPDATE OF
	id, valid_from, name, "policy", "ring_s"
ON "pool" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER pool_no_reopen BEFORE UPDATE OF valid_to ON "pool"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "pool_member" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"phone" INTEGER REFERENCES entity (id),
	"landline" INTEGER REFERENCES entity (id),
	"tier" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_member_parent ON pool_member (parent, position);
CREATE TRIGGER pool_member_no_delete BEFORE DELETE ON "pool_member" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER pool_member_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "phone", "landline", "tier"
ON "pool_member" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER pool_member_no_reopen BEFORE UPDATE OF valid_to ON "pool_member"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "schedule" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"zone" TEXT,
	"hours" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_name ON "schedule" (name, valid_from);
CREATE TRIGGER schedule_no_delete BEFORE DELETE ON "schedule" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER schedule_no_update BEFORE UPDATE OF
	id, valid_from, name, "zone", "hours"
ON "schedule" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER schedule_no_reopen BEFORE UPDATE OF valid_to ON "schedule"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "holiday" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"schedule" INTEGER REFERENCES entity (id),
	"date" INTEGER,
	"hours" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX holiday_name ON "holiday" (name, valid_from);
CREATE TRIGGER holiday_no_delete BEFORE DELETE ON "holiday" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER holiday_no_update BEFORE UPDATE OF
	id, valid_from, name, "schedule", "date", "hours"
ON "holiday" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER holiday_no_reopen BEFORE UPDATE OF valid_to ON "holiday"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "plan" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"schedule" INTEGER REFERENCES entity (id),
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_name ON "plan" (name, valid_from);
CREATE TRIGGER plan_no_delete BEFORE DELETE ON "plan" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER plan_no_update BEFORE UPDATE OF
	id, valid_from, name, "schedule"
ON "plan" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER plan_no_reopen BEFORE UPDATE OF valid_to ON "plan"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "plan_step" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"ring" INTEGER REFERENCES entity (id),
	"ring_s" INTEGER,
	"reject" INTEGER,
	"when" TEXT,
	"schedule" INTEGER REFERENCES entity (id),
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_step_parent ON plan_step (parent, position);
CREATE TRIGGER plan_step_no_delete BEFORE DELETE ON "plan_step" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER plan_step_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "ring", "ring_s", "reject",
	"when", "schedule"
ON "plan_step" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER plan_step_no_reopen BEFORE UPDATE OF valid_to ON "plan_step"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- Rules as written; NULL means the default of tariff.h.
CREATE TABLE "tariff" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"carrier" INTEGER REFERENCES entity (id),
	"currency" TEXT,
	"zone" TEXT,
	"seconds" TEXT,
	"rounding" TEXT,
	"decimals" INTEGER,
	"crossing" TEXT,
	"vat" TEXT,
	"vat_percent" INTEGER,
	"invoice_total" TEXT,
	"sheet" TEXT,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX tariff_name ON "tariff" (name, valid_from);
CREATE TRIGGER tariff_no_delete BEFORE DELETE ON "tariff" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER tariff_no_update BEFORE UPDATE OF
	id, valid_from, name, "carrier", "currency", "zone", "seconds",
	"rounding", "decimals", "crossing", "vat", "vat_percent",
	"invoice_total", "sheet"
ON "tariff" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER tariff_no_reopen BEFORE UPDATE OF valid_to ON "tariff"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

CREATE TABLE "tariff_band" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT,
	parent INTEGER NOT NULL REFERENCES entity (id),
	position INTEGER NOT NULL,
	"from_minutes" INTEGER,
	"percent" INTEGER,
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX tariff_band_parent ON tariff_band (parent, position);
CREATE TRIGGER tariff_band_no_delete BEFORE DELETE ON "tariff_band" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER tariff_band_no_update BEFORE UPDATE OF
	id, valid_from, name, parent, position, "from_minutes", "percent"
ON "tariff_band" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER tariff_band_no_reopen BEFORE UPDATE OF valid_to ON "tariff_band"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;

-- name is "KIND MATCH", for instance "extension 100-149".
CREATE TABLE "match" (
	id INTEGER NOT NULL REFERENCES entity (id),
	valid_from INTEGER NOT NULL,
	valid_to INTEGER NOT NULL DEFAULT 9223372036854775807,
	name TEXT NOT NULL,
	"kind" TEXT,
	"match" TEXT,
	"department" INTEGER REFERENCES entity (id),
	CHECK (valid_from < valid_to),
	PRIMARY KEY (id, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_name ON "match" (name, valid_from);
CREATE TRIGGER match_no_delete BEFORE DELETE ON "match" BEGIN
	SELECT RAISE(ABORT, 'versions are never deleted');
END;
CREATE TRIGGER match_no_update BEFORE UPDATE OF
	id, valid_from, name, "kind", "match", "department"
ON "match" BEGIN
	SELECT RAISE(ABORT, 'versions are never changed, only ended');
END;
CREATE TRIGGER match_no_reopen BEFORE UPDATE OF valid_to ON "match"
WHEN NEW.valid_to > OLD.valid_to BEGIN
	SELECT RAISE(ABORT, 'versions are never reopened');
END;
