-- The golden-record store, version 8: less to do for each row that is written.

-- Three values or more in a list are looked up in a table that SQLite makes anew for each row; these comparisons are not.
CREATE TABLE change_feed_of_8 (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'created' OR kind = 'changed' OR kind = 'superseded' OR kind = 'reinstated'
        OR kind = 'retired' OR kind = 'related' OR kind = 'unrelated'),
    digest BLOB NOT NULL
) STRICT;
INSERT INTO change_feed_of_8 (seq, run, gid, version, kind, digest)
    SELECT seq, run, gid, version, kind, digest FROM change_feed ORDER BY seq;
DROP TABLE change_feed;
ALTER TABLE change_feed_of_8 RENAME TO change_feed;

CREATE TRIGGER change_feed_is_not_edited BEFORE UPDATE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;
CREATE TRIGGER change_feed_is_kept BEFORE DELETE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;

CREATE TABLE global_id_of_8 (
    gid INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    entity TEXT NOT NULL,
    issued INTEGER NOT NULL,          -- place in the order of issue
    status TEXT NOT NULL CHECK (status = 'active' OR status = 'superseded' OR status = 'retired'),
    superseded_by INTEGER CHECK ((status = 'superseded') = (superseded_by IS NOT NULL)),
    superseded_at INTEGER,            -- run
    superseded_into INTEGER,          -- the ID that it went into; superseded_by stands for both now
    confirmed INTEGER NOT NULL DEFAULT 0,
    systems INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO global_id_of_8 (gid, code, entity, issued, status, superseded_by, superseded_at, superseded_into, confirmed,
        systems)
    SELECT gid, code, entity, issued, status, superseded_by, superseded_at, superseded_into, confirmed, systems
    FROM global_id ORDER BY gid;
DROP TABLE global_id;
ALTER TABLE global_id_of_8 RENAME TO global_id;

CREATE INDEX global_id_survivor ON global_id (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TRIGGER global_id_is_kept BEFORE DELETE ON global_id
BEGIN SELECT RAISE(ABORT, 'an issued ID is never deleted'); END;

-- Where the lines of a write begin in the ledger; they end where those of the next begin. That is all the index was for.
ALTER TABLE run ADD COLUMN first_line INTEGER NOT NULL DEFAULT 0;
UPDATE run SET first_line = first.seq FROM (SELECT run, MIN(seq) AS seq FROM ledger GROUP BY run) AS first
    WHERE first.run = run.seq;
DROP INDEX ledger_run;
