-- The golden-record store, version 3: how golden records are related.

-- Which golden record is a branch, a subsidiary, a member or a contact of which. Relations belong to IDs: one whose ID
-- went into another is read with the one that stands for it, and is as it was when the ID comes back. A row is never
-- changed but for being withdrawn; a relation that ended stands with its day.
CREATE TABLE relation (
    id INTEGER PRIMARY KEY,
    from_gid INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('branch-of', 'subsidiary-of', 'member-of', 'contact-of')),
    to_gid INTEGER NOT NULL,
    is_so INTEGER NOT NULL CHECK (is_so IN (0, 1)),  -- 0: a steward said that it is not so
    valid_from TEXT,                  -- day; NULL: ever
    valid_until TEXT,                 -- first day on which it does not hold; NULL: open
    source TEXT NOT NULL CHECK (source IN ('steward', 'name')),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    run INTEGER NOT NULL,
    withdrawn INTEGER,                -- run
    CHECK (from_gid <> to_gid),
    CHECK (valid_from < valid_until)
) STRICT;

CREATE UNIQUE INDEX relation_once ON relation (from_gid, kind, to_gid) WHERE withdrawn IS NULL;
CREATE INDEX relation_to ON relation (to_gid) WHERE withdrawn IS NULL;

CREATE TRIGGER relation_is_kept BEFORE DELETE ON relation
BEGIN SELECT RAISE(ABORT, 'a relation is withdrawn, never deleted'); END;
