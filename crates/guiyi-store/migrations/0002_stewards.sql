-- The golden-record store, version 2: what stewards see and do.

-- Pairs that the last run of an entity type left to a person.
CREATE TABLE review_pair (
    entity TEXT NOT NULL,
    a_system INTEGER NOT NULL,
    a_key TEXT NOT NULL,
    b_system INTEGER NOT NULL,
    b_key TEXT NOT NULL,
    since INTEGER NOT NULL,           -- run that first showed the pair
    probability INTEGER NOT NULL,     -- of a match, parts per million
    weight INTEGER NOT NULL,          -- thousandths of a bit
    veto TEXT,                        -- why it is not linked although its probability would do
    reason TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    PRIMARY KEY (entity, a_system, a_key, b_system, b_key),
    CHECK ((a_system, a_key) < (b_system, b_key))
) STRICT, WITHOUT ROWID;

-- Blocks of serials given away: their IDs count as issued and are never given to anything else.
CREATE TABLE id_block (
    entity TEXT NOT NULL,
    issuer INTEGER NOT NULL,
    first_serial INTEGER NOT NULL,
    last_serial INTEGER NOT NULL,
    holder TEXT NOT NULL,             -- who may use them
    run INTEGER NOT NULL,
    PRIMARY KEY (entity, issuer, first_serial),
    CHECK (first_serial > 0 AND first_serial <= last_serial)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER id_block_is_not_edited BEFORE UPDATE ON id_block
BEGIN SELECT RAISE(ABORT, 'an issued ID is never taken back'); END;
CREATE TRIGGER id_block_is_kept BEFORE DELETE ON id_block
BEGIN SELECT RAISE(ABORT, 'an issued ID is never taken back'); END;

-- The ID that a superseded ID went into; superseded_by is the active one that stands for both now. Earlier stores did
-- not keep the difference.
ALTER TABLE global_id ADD COLUMN superseded_into INTEGER;
UPDATE global_id SET superseded_into = superseded_by WHERE superseded_by IS NOT NULL;

-- The reason of a run's or a steward's write is found by its number.
CREATE INDEX ledger_run ON ledger (run);
