-- Calls under way, as the last interim record of each tells them. They are in
-- nobody's totals: the final record takes the row away and is stored as any
-- call. When the host died first, the call is stored as its last interim
-- record tells it, and the row stays as the mark of that: batch says where
-- the call is then, and record is empty.
--
-- key as in call. host: who told it. seen_us: when. end_us: until when the
-- record counts. record holds everything but the two people's numbers.
CREATE TABLE open_call (
	start_us INTEGER NOT NULL,
	key INTEGER NOT NULL,
	host TEXT NOT NULL,
	seen_us INTEGER NOT NULL,
	end_us INTEGER NOT NULL,
	caller INTEGER NOT NULL,
	callee INTEGER NOT NULL,
	record BLOB NOT NULL,
	batch INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (start_us, key)
) STRICT, WITHOUT ROWID;
