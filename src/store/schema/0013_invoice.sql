-- What carriers and vendors have billed: documents, never changed. A mistake
-- is withdrawn and entered again.
CREATE TABLE invoice (
	id INTEGER PRIMARY KEY,
	payee_kind INTEGER NOT NULL CHECK (payee_kind IN (2, 3)),
	payee INTEGER NOT NULL REFERENCES entity (id),
	number TEXT NOT NULL,
	date INTEGER NOT NULL,
	month INTEGER NOT NULL,
	net_nanos INTEGER NOT NULL,
	vat_nanos INTEGER NOT NULL,
	gross_nanos INTEGER NOT NULL,
	currency TEXT NOT NULL CHECK (length(currency) = 3),
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL,
	CHECK (net_nanos + vat_nanos = gross_nanos)
) STRICT;
CREATE INDEX invoice_month ON invoice (month);
CREATE TABLE invoice_withdrawn (
	invoice INTEGER PRIMARY KEY REFERENCES invoice (id),
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL
) STRICT;
CREATE TRIGGER invoice_no_update BEFORE UPDATE ON invoice BEGIN
	SELECT RAISE(ABORT, 'documents are never changed: withdraw them');
END;
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON invoice BEGIN
	SELECT RAISE(ABORT, 'documents are never deleted: withdraw them');
END;
CREATE TRIGGER invoice_withdrawn_no_update BEFORE UPDATE ON invoice_withdrawn
BEGIN
	SELECT RAISE(ABORT, 'what was withdrawn stays withdrawn');
END;
CREATE TRIGGER invoice_withdrawn_no_delete BEFORE DELETE ON invoice_withdrawn
BEGIN
	SELECT RAISE(ABORT, 'what was withdrawn stays withdrawn');
END;
