-- What the router of a host has learned, so that a restart does not begin at
-- nothing (src/accounts/router_state.c). Overwritten: what was is nobody's
-- history.
CREATE TABLE router_state (
	host TEXT PRIMARY KEY,
	taken_at INTEGER NOT NULL,
	state BLOB NOT NULL
) STRICT;
