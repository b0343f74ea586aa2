-- What a call stands for (whose it is, which way it went, how it ended, what
-- rates it) is one of a few hundred combinations: a call names one. With the
-- lengths and amounts in the largest unit that all of them are whole in, a row
-- is three quarters of what it was, and is written in three quarters of the
-- time. `call` is what it always was: a view, with every column.

-- trunk, carrier, department, number: identities of 0001, 0 not known.
-- tariff_version 0: no charge. A column of call_row times its unit is what the
-- record says: time_us of answer, end and duration; cost_nanos and vat_nanos.
CREATE TABLE traits (
	id INTEGER PRIMARY KEY,
	trunk INTEGER NOT NULL,
	carrier INTEGER NOT NULL,
	department INTEGER NOT NULL,
	number INTEGER NOT NULL,
	leg INTEGER NOT NULL,
	direction INTEGER NOT NULL,
	status INTEGER NOT NULL,
	rate_state INTEGER NOT NULL CHECK (rate_state BETWEEN 1 AND 3),
	reason INTEGER NOT NULL,
	tariff_version INTEGER NOT NULL,
	time_us INTEGER NOT NULL CHECK (time_us > 0),
	cost_nanos INTEGER NOT NULL CHECK (cost_nanos > 0),
	vat_nanos INTEGER NOT NULL CHECK (vat_nanos > 0),
	CHECK ((rate_state = 1) = (tariff_version <> 0)),
	UNIQUE (trunk, carrier, department, number, leg, direction, status,
		rate_state, reason, tariff_version, time_us, cost_nanos,
		vat_nanos)
) STRICT;

-- As 0002 says of its columns; content is the low 48 bits of a digest, with
-- their sign, of what came since this step.
CREATE TABLE call_row (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	undone INTEGER NOT NULL DEFAULT 0,
	content INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	marks INTEGER NOT NULL,
	call_id ANY NOT NULL,
	linked ANY,
	sequence INTEGER NOT NULL,
	traits INTEGER NOT NULL,
	answer INTEGER,
	ended INTEGER,
	duration INTEGER NOT NULL,
	caller INTEGER NOT NULL,
	callee INTEGER NOT NULL,
	rate_row INTEGER,
	charged_s INTEGER,
	cost INTEGER,
	vat INTEGER,
	source_cost_nanos INTEGER,
	PRIMARY KEY (start_us, key, undone)
) STRICT, WITHOUT ROWID;

-- A unit for each call, and its traits.
CREATE VIEW call_unit AS SELECT c.*,
	CASE WHEN coalesce(answer_after_us, 0) % 1000000 = 0
		AND coalesce(end_after_us, 0) % 1000000 = 0
		AND duration_us % 1000000 = 0 THEN 1000000
	WHEN coalesce(answer_after_us, 0) % 1000 = 0
		AND coalesce(end_after_us, 0) % 1000 = 0
		AND duration_us % 1000 = 0 THEN 1000 ELSE 1 END AS time_us,
	CASE WHEN coalesce(cost_nanos, 0) % 10000000 = 0 THEN 10000000
		WHEN cost_nanos % 10000 = 0 THEN 10000 ELSE 1 END AS cost_unit,
	CASE WHEN coalesce(vat_nanos, 0) % 10000000 = 0 THEN 10000000
		WHEN vat_nanos % 10000 = 0 THEN 10000 ELSE 1 END AS vat_unit
FROM call c;

INSERT INTO traits (trunk, carrier, department, number, leg, direction,
	status, rate_state, reason, tariff_version, time_us, cost_nanos,
	vat_nanos)
SELECT DISTINCT trunk, carrier, department, number, leg, direction, status,
	rate_state, reason, coalesce(tariff_version, 0), time_us, cost_unit,
	vat_unit FROM call_unit;

INSERT INTO call_row SELECT c.start_us, c.key, c.undone, c.content, c.batch,
	c.marks, c.call_id, c.linked, c.sequence, s.id,
	c.answer_after_us / s.time_us, c.end_after_us / s.time_us,
	c.duration_us / s.time_us, c.caller, c.callee, c.rate_row,
	c.charged_s, c.cost_nanos / s.cost_nanos, c.vat_nanos / s.vat_nanos,
	c.source_cost_nanos
FROM call_unit c CROSS JOIN traits s ON s.trunk = c.trunk
	AND s.carrier = c.carrier AND s.department = c.department
	AND s.number = c.number AND s.leg = c.leg
	AND s.direction = c.direction AND s.status = c.status
	AND s.rate_state = c.rate_state AND s.reason = c.reason
	AND s.tariff_version = coalesce(c.tariff_version, 0)
	AND s.time_us = c.time_us AND s.cost_nanos = c.cost_unit
	AND s.vat_nanos = c.vat_unit
ORDER BY c.start_us, c.key, c.undone;

-- Its pages are not overwritten: they hold nobody's number, and SQLite would
-- keep a copy of each of them in memory until the step is done.
DROP VIEW call_unit;
PRAGMA secure_delete = FAST;
DROP TABLE call;
PRAGMA secure_delete = ON;

-- CROSS: each call has one traits, and never the other way round.
CREATE VIEW call AS SELECT
	r.start_us AS start_us,
	r.key AS key,
	r.undone AS undone,
	r.content AS content,
	r.batch AS batch,
	r.marks AS marks,
	r.call_id AS call_id,
	r.linked AS linked,
	s.leg AS leg,
	r.sequence AS sequence,
	s.direction AS direction,
	s.status AS status,
	r.answer * s.time_us AS answer_after_us,
	r.ended * s.time_us AS end_after_us,
	r.duration * s.time_us AS duration_us,
	r.caller AS caller,
	r.callee AS callee,
	s.trunk AS trunk,
	s.carrier AS carrier,
	s.department AS department,
	s.number AS number,
	s.rate_state AS rate_state,
	s.reason AS reason,
	nullif(s.tariff_version, 0) AS tariff_version,
	r.rate_row AS rate_row,
	r.charged_s AS charged_s,
	r.cost * s.cost_nanos AS cost_nanos,
	r.vat * s.vat_nanos AS vat_nanos,
	r.source_cost_nanos AS source_cost_nanos
FROM call_row r CROSS JOIN traits s ON s.id = r.traits;

-- Calls are never deleted; only taking a batch back and an amendment touch
-- them. Many calls name one traits.
CREATE TRIGGER call_row_no_delete BEFORE DELETE ON call_row BEGIN
	SELECT RAISE(ABORT, 'calls are never deleted: undo their batch');
END;
CREATE TRIGGER traits_no_update BEFORE UPDATE ON traits BEGIN
	SELECT RAISE(ABORT, 'traits are never changed: name another');
END;
CREATE TRIGGER traits_no_delete BEFORE DELETE ON traits BEGIN
	SELECT RAISE(ABORT, 'traits are never deleted');
END;
