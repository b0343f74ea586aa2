-- Through which day the rents of an open month are posted: 20261015. It never
-- goes back; a closed month is whole and has none. What an older trunkwise
-- posted was the whole month.
CREATE TABLE accrual (
	month INTEGER PRIMARY KEY,
	day INTEGER NOT NULL
		CHECK (day / 100 = month AND day % 100 BETWEEN 1 AND 31)
) STRICT;
CREATE TRIGGER accrual_only_grows BEFORE UPDATE ON accrual
WHEN NEW.month <> OLD.month OR NEW.day <= OLD.day BEGIN
	SELECT RAISE(ABORT, 'a day that is accrued stays so');
END;
CREATE TRIGGER accrual_no_delete BEFORE DELETE ON accrual
WHEN OLD.month > coalesce((SELECT max(month) FROM period), 0) BEGIN
	SELECT RAISE(ABORT, 'a day that is accrued stays so');
END;
INSERT INTO accrual SELECT DISTINCT month, month * 100 + CAST(strftime('%d',
	printf('%04d-%02d-01', month / 100, month % 100), '+1 month',
	'-1 day') AS INTEGER) FROM posting WHERE kind IN (3, 4, 5)
	AND batch = 0 AND run = 0 AND of_month = 0
	AND month BETWEEN 100 AND 999912 AND month % 100 BETWEEN 1 AND 12
	AND month > coalesce((SELECT max(month) FROM period), 0);
