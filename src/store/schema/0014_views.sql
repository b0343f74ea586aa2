-- For people who write SQL: docs/sql.md says what each column is. They keep
-- their columns over schemas; tables do not. Names are the newest ones; of
-- people there are ids, never numbers.

CREATE VIEW v_calls AS SELECT
	strftime('%Y-%m-%dT%H:%M:%SZ', c.start_us / 1000000, 'unixepoch')
		AS start,
	c.start_us AS start_us,
	CASE typeof(c.call_id) WHEN 'blob' THEN lower(hex(c.call_id))
		ELSE c.call_id END AS call_id,
	m.source AS source,
	c.leg AS leg,
	CASE c.direction WHEN 1 THEN 'outbound' WHEN 2 THEN 'inbound'
		WHEN 3 THEN 'forward' ELSE 'internal' END AS direction,
	CASE c.status WHEN 1 THEN 'answered' WHEN 2 THEN 'no_answer'
		WHEN 3 THEN 'busy' WHEN 4 THEN 'failed' ELSE 'cancelled' END
		AS status,
	c.answer_after_us IS NOT NULL AS answered,
	c.duration_us / 1000000.0 AS duration_s,
	c.caller AS caller_id,
	c.callee AS callee_id,
	m.extension AS extension,
	m.campaign AS campaign,
	(SELECT name FROM department d WHERE d.id = c.department
		ORDER BY valid_from DESC LIMIT 1) AS department,
	(SELECT name FROM carrier k WHERE k.id = c.carrier
		ORDER BY valid_from DESC LIMIT 1) AS carrier,
	(SELECT name FROM trunk t WHERE t.id = c.trunk
		ORDER BY valid_from DESC LIMIT 1) AS trunk,
	(SELECT name FROM number n WHERE n.id = c.number
		ORDER BY valid_from DESC LIMIT 1) AS number,
	CASE c.rate_state WHEN 1 THEN 'rated' WHEN 2 THEN 'not_chargeable'
		ELSE 'unrated' END AS charge_state,
	(SELECT destination FROM tariff_rate r
		WHERE r.version = c.tariff_version
		AND r.position = c.rate_row) AS destination,
	c.charged_s AS charged_s,
	c.cost_nanos AS cost_nanos,
	c.vat_nanos AS vat_nanos,
	CASE WHEN v.convert_to <> '' THEN v.convert_to ELSE v.currency END
		AS currency,
	c.source_cost_nanos AS source_cost_nanos,
	c.batch AS batch
FROM call c JOIN marks m ON m.id = c.marks
LEFT JOIN tariff_version v ON v.id = c.tariff_version
WHERE c.undone = 0;

CREATE VIEW v_months AS SELECT
	printf('%04d-%02d', r.period / 100, r.period % 100) AS month,
	r.late AS late,
	(SELECT name FROM department d WHERE d.id = r.department
		ORDER BY valid_from DESC LIMIT 1) AS department,
	(SELECT name FROM carrier k WHERE k.id = r.carrier
		ORDER BY valid_from DESC LIMIT 1) AS carrier,
	(SELECT name FROM number n WHERE n.id = r.number
		ORDER BY valid_from DESC LIMIT 1) AS number,
	(SELECT text FROM word w WHERE w.id = r.destination) AS destination,
	CASE r.direction WHEN 1 THEN 'outbound' WHEN 2 THEN 'inbound'
		WHEN 3 THEN 'forward' ELSE 'internal' END AS direction,
	(SELECT text FROM word w WHERE w.id = r.currency) AS currency,
	r.calls AS calls, r.answered AS answered, r.missed AS missed,
	r.unrated AS unrated, r.talk_us / 1000000.0 AS talk_s,
	r.cost_nanos AS cost_nanos, r.net_nanos AS net_nanos,
	r.vat_nanos AS vat_nanos
FROM rollup r WHERE r.period < 1000000;

CREATE VIEW v_days AS SELECT
	CASE WHEN r.period % 100 = 0 THEN NULL ELSE printf('%04d-%02d-%02d',
		r.period / 10000, r.period / 100 % 100, r.period % 100) END
		AS day,
	printf('%04d-%02d', r.period / 10000, r.period / 100 % 100) AS month,
	(SELECT name FROM department d WHERE d.id = r.department
		ORDER BY valid_from DESC LIMIT 1) AS department,
	(SELECT name FROM carrier k WHERE k.id = r.carrier
		ORDER BY valid_from DESC LIMIT 1) AS carrier,
	(SELECT name FROM number n WHERE n.id = r.number
		ORDER BY valid_from DESC LIMIT 1) AS number,
	(SELECT text FROM word w WHERE w.id = r.destination) AS destination,
	CASE r.direction WHEN 1 THEN 'outbound' WHEN 2 THEN 'inbound'
		WHEN 3 THEN 'forward' ELSE 'internal' END AS direction,
	(SELECT text FROM word w WHERE w.id = r.currency) AS currency,
	r.calls AS calls, r.answered AS answered, r.missed AS missed,
	r.unrated AS unrated, r.talk_us / 1000000.0 AS talk_s,
	r.cost_nanos AS cost_nanos, r.net_nanos AS net_nanos,
	r.vat_nanos AS vat_nanos
FROM rollup r WHERE r.period >= 1000000;

CREATE VIEW v_postings AS SELECT
	d.entry AS entry,
	printf('%04d-%02d', d.month / 100, d.month % 100) AS month,
	CASE WHEN d.of_month = 0 THEN NULL ELSE printf('%04d-%02d',
		d.of_month / 100, d.of_month % 100) END AS of_month,
	(SELECT name FROM department x WHERE x.id = d.account
		ORDER BY valid_from DESC LIMIT 1) AS department,
	CASE p.account_kind WHEN 2 THEN 'carrier' ELSE 'vendor' END
		AS payee_kind,
	CASE p.account_kind WHEN 2 THEN (SELECT name FROM carrier x
		WHERE x.id = p.account ORDER BY valid_from DESC LIMIT 1)
		ELSE (SELECT name FROM vendor x WHERE x.id = p.account
		ORDER BY valid_from DESC LIMIT 1) END AS payee,
	CASE d.kind WHEN 1 THEN 'call' WHEN 2 THEN 'forward'
		WHEN 3 THEN 'rent' WHEN 4 THEN 'one_off'
		WHEN 5 THEN 'recurring' WHEN 6 THEN 'commitment'
		ELSE 'tier' END AS kind,
	d.correction AS correction,
	d.amount_nanos AS amount_nanos,
	d.net_nanos AS net_nanos,
	d.vat_nanos AS vat_nanos,
	d.currency AS currency,
	d.batch AS batch,
	d.run AS run,
	(SELECT text FROM word w WHERE w.id = d.who) AS who,
	d.reference AS reference,
	strftime('%Y-%m-%dT%H:%M:%SZ', d.made_us / 1000000, 'unixepoch')
		AS made
FROM posting d JOIN posting p ON p.entry = d.entry AND p.id <> d.id
WHERE d.account_kind = 1;
