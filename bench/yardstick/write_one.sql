-- One property of one document, by hand: the version is checked, one event is added, the document follows; one transaction, one round trip.
\set id random(1, 1000)
\startpipeline
BEGIN;
UPDATE streams SET version = version + 1 WHERE id = :id AND version >= 0;
INSERT INTO events (stream_id, version, type, data) SELECT id, version, 'property_set', '{"path":"/collection1/property3","value":"0123456789abcdef0123456789abcdef01234567","by":"user-1234567890","correlation":"3f2b8a3c-7d1e-4c52-9a3b-2f7e6d5c4b3a"}'::jsonb FROM streams WHERE id = :id;
UPDATE documents SET data = jsonb_set(data, '{collection1,property3}', '"0123456789abcdef0123456789abcdef01234567"'), version = version + 1 WHERE id = :id;
COMMIT;
\endpipeline
