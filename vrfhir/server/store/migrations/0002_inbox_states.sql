-- A message is kept as 'received' before it is worked on; whoever is told of it, is told after that.
-- received → accepted | rejected (its sender was told) | failed (its sender was told otherwise: somebody has to look)
--          | quarantined (not filed under its key, so that it may come again)
ALTER TABLE inbox ADD COLUMN mode     TEXT    NOT NULL DEFAULT 'processed'; -- when its sender is answered: 'processed', 'stored', 'enhanced'
ALTER TABLE inbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN failure  TEXT    NOT NULL DEFAULT '';          -- error ids, never what the message says

DROP INDEX inbox_once;
CREATE UNIQUE INDEX inbox_once ON inbox (door, sender, control_id) WHERE status <> 'quarantined';
CREATE INDEX inbox_unfinished ON inbox (status, pk) WHERE status IN ('received', 'failed');
