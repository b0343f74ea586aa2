-- Rows that every release since schema 1 could have written; test_migrate.c.
INSERT INTO entity (id, kind, origin) VALUES
(1, 'company', 'deployment'),
(2, 'department', 'deployment'),
(3, 'department', 'deployment'),
(4, 'carrier', 'deployment'),
(5, 'trunk', 'deployment'),
(6, 'number', 'deployment'),
(7, 'number', 'deployment'),
(8, 'department', 'import'),
(9, 'department', 'import'),
(10, 'department', 'import'),
(11, 'department', 'import'),
(12, 'match', 'import'),
(13, 'match', 'import'),
(14, 'match', 'import'),
(15, 'match', 'import'),
(16, 'match', 'import'),
(17, 'tariff', 'import');
INSERT INTO directory_change (id, made_us, at_us, origin, changes) VALUES
(1, 1795844095638391, 1788210000000000, 'deployment', 7),
(2, 1795844095726441, 1795844095726435, 'import', 5);
INSERT INTO company (id, valid_from, valid_to, name, zone, currency, country) VALUES
(1, 1788210000000000, 9223372036854775807, 'Factory', 'Europe/Moscow', 'RUB', '7');
INSERT INTO department (id, valid_from, valid_to, name, city) VALUES
(2, 1788210000000000, 9223372036854775807, 'Kazan', 'Kazan'),
(3, 1788210000000000, 9223372036854775807, 'Ufa', 'Ufa'),
(8, -9223372036854775808, 9223372036854775807, 'Sales', 'Kazan'),
(9, -9223372036854775808, 9223372036854775807, 'Service', 'Kazan'),
(10, -9223372036854775808, 9223372036854775807, 'Office', 'Moscow'),
(11, -9223372036854775808, 9223372036854775807, 'Warehouse', 'Kazan');
INSERT INTO carrier (id, valid_from, valid_to, name) VALUES
(4, 1788210000000000, 9223372036854775807, 'north');
INSERT INTO number (id, valid_from, valid_to, name, carrier, department, rent) VALUES
(6, 1788210000000000, 9223372036854775807, '78432000001', 4, 2, 300000000000),
(7, 1788210000000000, 9223372036854775807, '73472000002', 4, NULL, 300000000000);
INSERT INTO trunk (id, valid_from, valid_to, name, carrier, registrar, user, expires_s, calls_max,
priority) VALUES
(5, 1788210000000000, 9223372036854775807, 'main', 4, 'sip:127.0.0.1:5070;transport=udp', 'trunk1', 300, 0, 100);
INSERT INTO tariff (id, valid_from, valid_to, name, carrier, currency, zone) VALUES
(17, -9223372036854775808, 9223372036854775807, 'annex-2026', 4, 'RUB', 'Europe/Moscow');
INSERT INTO match (id, valid_from, valid_to, name, kind, match, department) VALUES
(12, -9223372036854775808, 9223372036854775807, 'extension 100-149', 'extension', '100-149', 8),
(13, -9223372036854775808, 9223372036854775807, 'extension 200-249', 'extension', '200-249', 9),
(14, -9223372036854775808, 9223372036854775807, 'extension 301', 'extension', '301', 10),
(15, -9223372036854775808, 9223372036854775807, 'extension 302', 'extension', '302', 10),
(16, -9223372036854775808, 9223372036854775807, 'accountcode warehouse', 'accountcode', 'warehouse', 11);
