-- One document, by its key.
\set id random(1, 1000)
SELECT version, data FROM documents WHERE id = :id;
