-- What the records of one call are to each other, of a batch whose file was
-- read by a mapping: it is asked again when another file of it comes, or one
-- is taken back. grouped: 0 each is a call of its own or says itself what it
-- is, 1 tries, 2 sides (formats/call_group.h).
ALTER TABLE batch ADD COLUMN grouped INTEGER NOT NULL DEFAULT 0
	CHECK (grouped BETWEEN 0 AND 2);
UPDATE batch SET grouped = 1 WHERE file_hash <> '' AND preset IN
	('asterisk', 'kamailio_acc', 'opensips_acc', 'mango', 'yeastar');
UPDATE batch SET grouped = 2 WHERE file_hash <> '' AND preset IN
	('freeswitch_csv', 'freeswitch_asterisk', 'freeswitch_json',
	'freeswitch_xml');

-- Records of such a file that said themselves what they are, and are asked
-- about no more. role: 1 another try, 2 a far side, 3 the way on of a call.
CREATE TABLE call_role (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3),
	PRIMARY KEY (start_us, key, batch)
) STRICT, WITHOUT ROWID;

-- Records that somebody says no record of another source is the twin of.
-- who: a word, 0 nobody said; over_us: when it was taken back, 0 not.
CREATE TABLE call_alone (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	batch INTEGER NOT NULL,
	other TEXT NOT NULL,
	made_us INTEGER NOT NULL,
	who INTEGER NOT NULL,
	over_us INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (start_us, key, batch, other, made_us)
) STRICT, WITHOUT ROWID;
