-- A hundred events of one document in one statement and one transaction. The document itself is left alone: a gift to the yardstick.
\set id random(1, 1000)
WITH stream AS (UPDATE streams SET version = version + 100 WHERE id = :id AND version >= 0 RETURNING id, version)
INSERT INTO events (stream_id, version, type, data) SELECT id, version - 100 + n, 'property_set', jsonb_build_object('path', '/collection1/property' || n, 'value', '0123456789abcdef0123456789abcdef01234567', 'by', 'user-1234567890') FROM stream, generate_series(1, 100) AS n;
