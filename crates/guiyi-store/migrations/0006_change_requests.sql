-- Change requests: what a steward proposes, others approve, and takes effect at once or at a time; and which golden
-- records stewards have confirmed.

CREATE TABLE change_request (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('pin', 'unpin', 'merge', 'split', 'relate', 'unrelate', 'confirm', 'unconfirm')),
    proposal TEXT NOT NULL,           -- JSON object: what shall be done, but for the value of a pin
    value TEXT,                       -- the value of a pin
    approvals INTEGER NOT NULL CHECK (approvals > 0),  -- how many people beside the author have to approve
    effective TEXT,                   -- not before this time; NULL: as soon as it is approved
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn', 'applied', 'failed'))
) STRICT;

CREATE TRIGGER change_request_is_not_edited
BEFORE UPDATE OF id, entity, kind, proposal, approvals, effective ON change_request
BEGIN SELECT RAISE(ABORT, 'a change request is proposed anew, never edited'); END;
CREATE TRIGGER change_request_is_kept BEFORE DELETE ON change_request
BEGIN SELECT RAISE(ABORT, 'a change request is withdrawn, never deleted'); END;

-- Who did what with a request. Its state follows from its steps.
CREATE TABLE change_request_step (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL,
    run INTEGER NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('propose', 'approve', 'reject', 'withdraw', 'apply', 'fail')),
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    reason TEXT NOT NULL,
    ground TEXT NOT NULL              -- the golden records and their versions of then, ID@version, parted by spaces
) STRICT;

CREATE INDEX change_request_steps ON change_request_step (request);
CREATE INDEX change_request_step_run ON change_request_step (run);

CREATE TRIGGER change_request_step_is_not_edited BEFORE UPDATE ON change_request_step
BEGIN SELECT RAISE(ABORT, 'what was done with a change request stands'); END;
CREATE TRIGGER change_request_step_is_kept BEFORE DELETE ON change_request_step
BEGIN SELECT RAISE(ABORT, 'what was done with a change request stands'); END;

-- Who confirmed a golden record, or took that back; global_id.confirmed is what the last line says.
CREATE TABLE confirmation (
    id INTEGER PRIMARY KEY,
    gid INTEGER NOT NULL,
    is_so INTEGER NOT NULL CHECK (is_so IN (0, 1)),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    utc TEXT NOT NULL,
    run INTEGER NOT NULL
) STRICT;

CREATE INDEX confirmation_gid ON confirmation (gid);

CREATE TRIGGER confirmation_is_not_edited BEFORE UPDATE ON confirmation
BEGIN SELECT RAISE(ABORT, 'a confirmation is taken back, never edited'); END;
CREATE TRIGGER confirmation_is_kept BEFORE DELETE ON confirmation
BEGIN SELECT RAISE(ABORT, 'a confirmation is taken back, never deleted'); END;
