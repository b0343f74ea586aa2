-- Passwords of trunks, sealed by a key that is not here: AES-256-GCM, bound
-- to the trunk's identity (src/accounts/secret.c). The one table of the store
-- whose rows are overwritten: an old password is nobody's history.
CREATE TABLE secret (
	trunk INTEGER PRIMARY KEY REFERENCES entity (id),
	key_name TEXT NOT NULL CHECK (length(key_name) = 16),
	sealed BLOB NOT NULL,
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL
) STRICT;
