-- The golden-record store, version 5: valid time beside record time, codes that are replaced, relations in the change feed.

-- Earlier contents of source records, kept where sources of the entity type deliver from when a record is valid.
CREATE TABLE source_history (
    id INTEGER NOT NULL,              -- of the source record
    version INTEGER NOT NULL,
    run INTEGER NOT NULL,             -- run that wrote this version
    until INTEGER NOT NULL,           -- run that ended it
    digest BLOB NOT NULL,
    received_layout INTEGER NOT NULL,
    canonical_layout INTEGER NOT NULL,
    received TEXT NOT NULL,
    canonical TEXT NOT NULL,
    origins BLOB,
    PRIMARY KEY (id, version),
    CHECK (run < until)
) STRICT, WITHOUT ROWID;

-- When a pin was known, by writes, and from when its value is valid; NULL: from when it was set. The ledger has one line
-- for each pin of an element, in their order, and its time, which is never before the write before it, is the pin's.
ALTER TABLE override ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE override ADD COLUMN until INTEGER;
ALTER TABLE override ADD COLUMN valid_from TEXT;
UPDATE override SET since = set_by.run, utc = COALESCE(set_by.utc, override.utc) FROM (
    SELECT o.id, l.run, CASE WHEN l.before IS NULL THEN l.utc END AS utc
    FROM (SELECT o.id, g.code || '/' || o.element AS object,
            ROW_NUMBER() OVER (PARTITION BY o.gid, o.element ORDER BY o.id) AS place
            FROM override o JOIN global_id g ON g.gid = o.gid) o
    JOIN (SELECT object, run, utc, before, ROW_NUMBER() OVER (PARTITION BY object ORDER BY seq) AS place
            FROM ledger WHERE action = 'pin') l ON l.object = o.object AND l.place = o.place
) AS set_by WHERE set_by.id = override.id;
UPDATE override SET until = ended_by.run FROM (
    SELECT o.id, MIN(l.run) AS run
    FROM override o JOIN global_id g ON g.gid = o.gid
    JOIN ledger l ON l.object = g.code || '/' || o.element AND l.action IN ('pin', 'unpin') AND l.run > o.since
    WHERE o.withdrawn = 1 GROUP BY o.id
) AS ended_by WHERE ended_by.id = override.id;
UPDATE override SET until = since WHERE withdrawn = 1 AND until IS NULL;

-- A relation has the time of its write as well.
UPDATE relation SET utc = run.utc FROM run WHERE run.seq = relation.run;

-- The code of the same system that replaces a code from valid_to on, and the source record that an alias came with.
ALTER TABLE crosswalk ADD COLUMN successor TEXT;
ALTER TABLE crosswalk ADD COLUMN record INTEGER;

-- The change feed carries relations as well: a line for each of the two golden records, with the version that it has.
CREATE TABLE change_feed_of_5 (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    gid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('created', 'changed', 'superseded', 'reinstated', 'retired', 'related', 'unrelated')),
    digest BLOB NOT NULL
) STRICT;
INSERT INTO change_feed_of_5 (seq, run, gid, version, kind, digest)
    SELECT seq, run, gid, version, kind, digest FROM change_feed ORDER BY seq;
DROP TABLE change_feed;
ALTER TABLE change_feed_of_5 RENAME TO change_feed;

CREATE TRIGGER change_feed_is_not_edited BEFORE UPDATE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;
CREATE TRIGGER change_feed_is_kept BEFORE DELETE ON change_feed
BEGIN SELECT RAISE(ABORT, 'the change feed is append-only'); END;
