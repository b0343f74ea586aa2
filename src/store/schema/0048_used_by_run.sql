-- Which run wrote down what a call used up; 0: its import. It is in the proof
-- of the month that was open to the run, and not to the call's batch.
ALTER TABLE charge_note ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bundle_use ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge_place ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
