-- 1: it was erased, and had no digit to know a caller by: reports count its
-- calls as hidden still. Of what was erased before this step that can no
-- longer be told: it stays the caller as whom reports have counted it since.
ALTER TABLE identity ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0
	CHECK (hidden IN (0, 1));
