-- Retired golden records: those that a steward has ended, and what became of them.

-- Who retired a golden record, or brought it back; global_id.status is what the last line says.
CREATE TABLE retirement (
    id INTEGER PRIMARY KEY,
    gid INTEGER NOT NULL,
    is_so INTEGER NOT NULL CHECK (is_so IN (0, 1)),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    run INTEGER NOT NULL
) STRICT;

CREATE INDEX retirement_gid ON retirement (gid);

CREATE TRIGGER retirement_is_not_edited BEFORE UPDATE ON retirement
BEGIN SELECT RAISE(ABORT, 'a retirement is taken back, never edited'); END;
CREATE TRIGGER retirement_is_kept BEFORE DELETE ON retirement
BEGIN SELECT RAISE(ABORT, 'a retirement is taken back, never deleted'); END;

-- Both may be proposed.
CREATE TABLE change_request_of_9 (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('pin', 'unpin', 'merge', 'split', 'relate', 'unrelate', 'confirm', 'unconfirm', 'retire', 'unretire')),
    proposal TEXT NOT NULL,           -- JSON object: what shall be done, but for the value of a pin
    value TEXT,                       -- the value of a pin
    approvals INTEGER NOT NULL CHECK (approvals > 0),  -- how many people beside the author have to approve
    effective TEXT,                   -- not before this time; NULL: as soon as it is approved
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn', 'applied', 'failed'))
) STRICT;
INSERT INTO change_request_of_9 (id, entity, kind, proposal, value, approvals, effective, state)
    SELECT id, entity, kind, proposal, value, approvals, effective, state FROM change_request ORDER BY id;
DROP TABLE change_request;
ALTER TABLE change_request_of_9 RENAME TO change_request;

CREATE TRIGGER change_request_is_not_edited
BEFORE UPDATE OF id, entity, kind, proposal, approvals, effective ON change_request
BEGIN SELECT RAISE(ABORT, 'a change request is proposed anew, never edited'); END;
CREATE TRIGGER change_request_is_kept BEFORE DELETE ON change_request
BEGIN SELECT RAISE(ABORT, 'a change request is withdrawn, never deleted'); END;
