-- The golden-record store, version 1.
--
-- Global IDs are keys as integers: letter · 31^8 + issuer · 31^6 + serial, so that key order is issue order; the code that
-- people see stands in global_id.code. Runs are numbered; times are UTC text, YYYY-MM-DDTHH:MM:SSZ.
-- For every entity type a wide table golden_<entity> with one column per data element is made from the dictionary:
-- (gid INTEGER PRIMARY KEY, layout INTEGER, lineage BLOB, one TEXT column per element).

-- One line per run that changed something.
CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    utc TEXT NOT NULL,
    actor TEXT NOT NULL,
    entity TEXT NOT NULL,
    rulebook BLOB NOT NULL            -- digest of the rulebook
) STRICT;

CREATE TABLE system (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Lists of column names, so that rows hold arrays of values only.
CREATE TABLE layout (
    id INTEGER PRIMARY KEY,
    columns TEXT NOT NULL UNIQUE      -- JSON array of names
) STRICT;

-- Source records as last admitted. A row that is quarantined or absent keeps its last good state.
CREATE TABLE source_record (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    system INTEGER NOT NULL,
    source_key TEXT NOT NULL,
    digest BLOB NOT NULL,             -- of received, canonical and origins; 16 bytes
    version INTEGER NOT NULL,
    gid INTEGER NOT NULL,             -- the one golden record that it belongs to
    since INTEGER NOT NULL,           -- run in which it came there
    status TEXT NOT NULL CHECK (status IN ('active', 'deleted')),
    run INTEGER NOT NULL,             -- run that wrote this version
    received_layout INTEGER NOT NULL,
    canonical_layout INTEGER NOT NULL,
    received TEXT NOT NULL,           -- JSON array of the source's own values
    canonical TEXT NOT NULL,          -- JSON array, one value per data element
    origins BLOB                      -- one byte per data element; NULL: all as received
) STRICT;

CREATE UNIQUE INDEX source_record_key ON source_record (entity, system, source_key);

-- Registry of issued IDs: a row is never deleted.
CREATE TABLE global_id (
    gid INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    entity TEXT NOT NULL,
    issued INTEGER NOT NULL,          -- place in the order of issue
    status TEXT NOT NULL CHECK (status IN ('active', 'superseded', 'retired')),
    superseded_by INTEGER CHECK ((status = 'superseded') = (superseded_by IS NOT NULL)),
    superseded_at INTEGER,            -- run
    confirmed INTEGER NOT NULL DEFAULT 0,
    systems INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX global_id_survivor ON global_id (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TRIGGER global_id_is_kept BEFORE DELETE ON global_id
BEGIN SELECT RAISE(ABORT, 'an issued ID is never deleted'); END;

CREATE TABLE issuer (
    entity TEXT NOT NULL,
    issuer INTEGER NOT NULL,
    next_serial INTEGER NOT NULL,
    PRIMARY KEY (entity, issuer)
) STRICT, WITHOUT ROWID;

-- Version and digest of every golden record that there is or was; the values stand in golden_<entity> while it is active.
CREATE TABLE golden (
    gid INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    version INTEGER NOT NULL,
    run INTEGER NOT NULL,             -- run that wrote this version
    digest BLOB NOT NULL              -- of values, lineage and members; 16 bytes, empty while it is not active
) STRICT;

-- Earlier versions of golden records.
CREATE TABLE golden_history (
    gid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    run INTEGER NOT NULL,
    until INTEGER NOT NULL,           -- run that ended this version
    layout INTEGER NOT NULL,
    lineage BLOB NOT NULL,
    "values" TEXT NOT NULL,           -- JSON object, element to value
    PRIMARY KEY (gid, version)
) STRICT, WITHOUT ROWID;

-- The code-mapping table: what each code means now. The primary key holds "one code, one golden record".
CREATE TABLE crosswalk (
    entity TEXT NOT NULL,
    system INTEGER NOT NULL,
    id_type TEXT NOT NULL,            -- 'record' for the source key of a source record
    source_key TEXT NOT NULL,
    gid INTEGER NOT NULL,
    since INTEGER NOT NULL,           -- run
    valid_from TEXT NOT NULL,
    valid_to TEXT,                    -- NULL: open
    PRIMARY KEY (entity, system, id_type, source_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX crosswalk_gid ON crosswalk (gid);

-- What each code meant before.
CREATE TABLE crosswalk_history (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    system INTEGER NOT NULL,
    id_type TEXT NOT NULL,
    source_key TEXT NOT NULL,
    gid INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL
) STRICT;

CREATE INDEX crosswalk_history_key ON crosswalk_history (entity, system, id_type, source_key);
CREATE INDEX crosswalk_history_gid ON crosswalk_history (gid);

-- What stewards decided about pairs. A later decision on a pair withdraws the earlier one.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    a_system INTEGER NOT NULL,
    a_key TEXT NOT NULL,
    b_system INTEGER NOT NULL,
    b_key TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('match', 'not_match', 'unsure')),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    CHECK ((a_system, a_key) < (b_system, b_key))
) STRICT;

CREATE UNIQUE INDEX decision_pair ON decision (entity, a_system, a_key, b_system, b_key) WHERE withdrawn = 0;

-- Values that stewards have pinned.
CREATE TABLE override (
    id INTEGER PRIMARY KEY,
    gid INTEGER NOT NULL,
    element TEXT NOT NULL,
    value TEXT,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    expires TEXT,
    withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX override_element ON override (gid, element) WHERE withdrawn = 0;

-- Append-only; each line's hash covers the line before it.
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    utc TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reason TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER ledger_is_not_edited BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- What other systems have to hear of, in commit order. The ledger line of a run covers its lines here.
CREATE TABLE change_feed (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('created', 'changed', 'superseded', 'reinstated', 'retired')),
    digest BLOB NOT NULL
) STRICT;

CREATE TRIGGER change_feed_is_not_edited BEFORE UPDATE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;
CREATE TRIGGER change_feed_is_kept BEFORE DELETE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;
