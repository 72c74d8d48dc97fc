-- The golden-record store, version 7: encrypted values, and the last signed head.

-- The keys that the store has had, none of them in it. The last row is in force.
CREATE TABLE data_key (
    version INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,        -- tells keys apart; empty: from here on nothing is encrypted
    secret TEXT,                      -- what digests are keyed with, encrypted under the key; NULL once it is out of force
    is_swept INTEGER NOT NULL CHECK (is_swept IN (0, 1)),  -- 0: bytes of before may still stand in the file
    run INTEGER NOT NULL              -- write that put it in force
) STRICT;

-- The elements whose values are encrypted under the key in force.
CREATE TABLE encrypted_element (
    entity TEXT NOT NULL,
    element TEXT NOT NULL,
    is_searchable INTEGER NOT NULL CHECK (is_searchable IN (0, 1)),  -- 1: values carry a blind index
    PRIMARY KEY (entity, element)
) STRICT, WITHOUT ROWID;

-- The newest head that was signed with each key: whoever cuts off the end of the file of heads is seen.
CREATE TABLE signed_head (
    key TEXT PRIMARY KEY,             -- the public key
    seq INTEGER NOT NULL,             -- line of the ledger that it vouches for
    signature TEXT NOT NULL
) STRICT, WITHOUT ROWID;
