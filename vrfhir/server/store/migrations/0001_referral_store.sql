-- One row per resource: the bytes that are served, as they are served. pk grows with each new resource; pages run by it.
CREATE TABLE resource (
  pk      INTEGER PRIMARY KEY,
  type    TEXT    NOT NULL,
  id      TEXT    NOT NULL,
  version INTEGER NOT NULL,
  updated INTEGER NOT NULL, -- microseconds since 1970, UTC
  deleted INTEGER NOT NULL,
  body    BLOB    NOT NULL,
  indexed BLOB    NOT NULL, -- the index rows of this version, so that the next one can take exactly them away
  UNIQUE (type, id)
);
CREATE INDEX resource_of_type ON resource (type);
CREATE INDEX resource_by_update ON resource (type, updated);

-- Earlier versions, moved here when a newer one replaces them.
CREATE TABLE earlier_version (
  pk      INTEGER NOT NULL,
  version INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  body    BLOB    NOT NULL,
  UNIQUE (pk, version)
);

CREATE TABLE search_parameter (
  id   INTEGER PRIMARY KEY,
  name TEXT    NOT NULL UNIQUE -- 'Patient.identifier'
);

-- Index tables: the key is the order in which a page is read, so that a page is one walk along the key.
CREATE TABLE token_index (
  parameter INTEGER NOT NULL,
  code      TEXT    NOT NULL,
  system    TEXT    NOT NULL,
  pk        INTEGER NOT NULL,
  PRIMARY KEY (parameter, code, system, pk)
) WITHOUT ROWID;

CREATE TABLE string_index (
  parameter INTEGER NOT NULL,
  folded    TEXT    NOT NULL,
  exact     TEXT    NOT NULL,
  pk        INTEGER NOT NULL,
  PRIMARY KEY (parameter, folded, exact, pk)
) WITHOUT ROWID;

CREATE TABLE reference_index (
  parameter INTEGER NOT NULL,
  target    TEXT    NOT NULL, -- 'Patient/1', or an absolute URL
  pk        INTEGER NOT NULL,
  PRIMARY KEY (parameter, target, pk)
) WITHOUT ROWID;

CREATE TABLE date_index (
  parameter INTEGER NOT NULL,
  low       INTEGER NOT NULL,
  high      INTEGER NOT NULL,
  pk        INTEGER NOT NULL,
  PRIMARY KEY (parameter, low, high, pk)
) WITHOUT ROWID;

-- What came in as a message, byte for byte, with the answer it got: replays get the first answer again.
CREATE TABLE inbox (
  pk         INTEGER PRIMARY KEY,
  door       TEXT    NOT NULL, -- 'mllp', 'fhir'
  sender     TEXT    NOT NULL,
  control_id TEXT    NOT NULL,
  digest     BLOB    NOT NULL, -- SHA-256
  received   INTEGER NOT NULL,
  status     TEXT    NOT NULL, -- 'accepted', 'rejected', 'quarantined'
  content    BLOB    NOT NULL,
  answer     BLOB    NOT NULL,
  focus      TEXT              -- the referral it was about: 'ServiceRequest/1'
);
CREATE UNIQUE INDEX inbox_once ON inbox (door, sender, control_id) WHERE status IN ('accepted', 'rejected');
CREATE INDEX inbox_by_focus ON inbox (focus) WHERE focus IS NOT NULL;

-- What has to go out, in the order it was decided, per destination.
CREATE TABLE outbox (
  pk          INTEGER PRIMARY KEY,
  destination TEXT    NOT NULL,
  control_id  TEXT    NOT NULL UNIQUE,
  kind        TEXT    NOT NULL, -- 'RRI^I12'
  focus       TEXT    NOT NULL,
  content     BLOB    NOT NULL,
  created     INTEGER NOT NULL,
  status      TEXT    NOT NULL, -- 'pending', 'sent', 'dead'
  attempts    INTEGER NOT NULL DEFAULT 0,
  due         INTEGER NOT NULL,
  answer      BLOB,
  failure     TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX outbox_pending ON outbox (destination, pk) WHERE status = 'pending';

-- Who did what to which version; never what it said.
CREATE TABLE audit (
  pk           INTEGER PRIMARY KEY,
  at           INTEGER NOT NULL,
  request      TEXT    NOT NULL,
  interaction  TEXT    NOT NULL,
  target       TEXT    NOT NULL, -- 'Task/1/_history/2'
  role         TEXT    NOT NULL,
  organisation TEXT    NOT NULL,
  outcome      TEXT    NOT NULL
);
CREATE INDEX audit_by_target ON audit (target);
