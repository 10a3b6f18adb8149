-- What a server that stores one event a write cannot do without: the stream whose version it checks, the event itself, and the document
-- that it becomes. 1,000 documents of 4 collections with 10 properties each, about 2 KB.
CREATE TABLE streams (
    id      int PRIMARY KEY,
    version bigint NOT NULL,
    ts      timestamptz DEFAULT now()
);

CREATE TABLE events (
    seq       bigserial PRIMARY KEY,
    stream_id int NOT NULL,
    version   bigint NOT NULL,
    id        uuid NOT NULL DEFAULT gen_random_uuid(),
    type      text NOT NULL,
    data      jsonb NOT NULL,
    ts        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream_id, version)
);

-- Kept in the row and with room beside it: moved out of line, each write would leave a dead copy of 2 KB, and that is no fair opponent.
CREATE TABLE documents (
    id      int PRIMARY KEY,
    data    jsonb NOT NULL,
    version bigint NOT NULL,
    ts      timestamptz DEFAULT now()
) WITH (toast_tuple_target = 8160, fillfactor = 50);
ALTER TABLE documents ALTER COLUMN data SET STORAGE MAIN;

INSERT INTO streams (id, version) SELECT n, 1 FROM generate_series(1, 1000) AS n;

INSERT INTO documents (id, version, data)
SELECT n, 1, (
    SELECT jsonb_object_agg('collection' || c, (
        SELECT jsonb_object_agg('property' || p, md5(concat_ws('/', random(), n, c, p))) FROM generate_series(1, 10) AS p))
    FROM generate_series(1, 4) AS c)
FROM generate_series(1, 1000) AS n;

VACUUM ANALYZE;
