-- v_calls says of which currency a source's own cost is: its `currency` is
-- that of our charge, and both stood beside each other.
DROP VIEW v_calls;
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
	c.batch AS batch,
	nullif(m.source_currency, '') AS source_currency
FROM call c JOIN marks m ON m.id = c.marks
LEFT JOIN tariff_version v ON v.id = c.tariff_version
WHERE c.undone = 0;
