-- Which partner file a message was filed under; '' for the shipped defaults.
ALTER TABLE inbox ADD COLUMN partner TEXT NOT NULL DEFAULT '';

-- 'parked': understood and taken, but what it is about is not known here (yet). It waits under what it has in common with
-- the message that would bring that: 'PID|…' or 'RF1|…', as messages are kept in order.
CREATE TABLE parked_for (
  key     TEXT    NOT NULL,
  message INTEGER NOT NULL, -- inbox.pk
  PRIMARY KEY (key, message)
) WITHOUT ROWID;
DROP INDEX inbox_unfinished;
CREATE INDEX inbox_unfinished ON inbox (status, pk) WHERE status IN ('received', 'failed', 'parked');

-- Batches: what stood around and between the messages, and which messages those were. The parts in order are the bytes that came.
CREATE TABLE batch (
  pk       INTEGER PRIMARY KEY,
  door     TEXT    NOT NULL,
  digest   BLOB    NOT NULL, -- SHA-256 of all of it
  received INTEGER NOT NULL,
  UNIQUE (door, digest)
);
CREATE TABLE batch_part (
  batch    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name     TEXT    NOT NULL, -- 'FHS', 'BHS', 'MSH', 'BTS', 'FTS'
  content  BLOB,             -- of what is no message
  message  INTEGER,          -- inbox.pk of a message; NULL until it was received
  PRIMARY KEY (batch, position)
) WITHOUT ROWID;
CREATE INDEX batch_of_message ON batch_part (message) WHERE message IS NOT NULL;

-- When the message that a version of a resource came from was written, so that an older message does not undo a newer one.
ALTER TABLE resource ADD COLUMN said INTEGER; -- microseconds since 1970, UTC; NULL: as updated
