//! Every SQL statement of the store but the schema, in one place and portable: `$1` placeholders in order of use,
//! ON CONFLICT, no functions of one database only.

pub(crate) const LAST_RUN: &str = "SELECT COALESCE(MAX(seq), 0) FROM run";
pub(crate) const ADD_RUN: &str = "INSERT INTO run (seq, utc, actor, entity, rulebook) VALUES ($1, $2, $3, $4, $5)";

pub(crate) const SYSTEMS: &str = "SELECT id, name FROM system ORDER BY id";
pub(crate) const ADD_SYSTEM: &str = "INSERT INTO system (id, name) VALUES ($1, $2)";

pub(crate) const LAYOUTS: &str = "SELECT id, columns FROM layout ORDER BY id";
pub(crate) const LAYOUT: &str = "SELECT columns FROM layout WHERE id = $1";
pub(crate) const ADD_LAYOUT: &str = "INSERT INTO layout (id, columns) VALUES ($1, $2)";

pub(crate) const SOURCE_HEADS: &str = "SELECT id, system, source_key, digest, version, gid, since
    FROM source_record WHERE entity = $1 ORDER BY id";
pub(crate) const SOURCE_CANONICAL: &str =
    "SELECT canonical_layout, canonical, origins FROM source_record WHERE id = $1";
pub(crate) const LAST_SOURCE: &str = "SELECT COALESCE(MAX(id), 0) FROM source_record";
pub(crate) const ADD_SOURCE: &str =
    "INSERT INTO source_record (id, entity, system, source_key, digest, version, gid, since,
    status, run, received_layout, canonical_layout, received, canonical, origins)
    VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 'active', $8, $9, $10, $11, $12, $13)";
pub(crate) const CHANGE_SOURCE: &str = "UPDATE source_record SET digest = $1, version = version + 1, status = 'active',
    run = $2, received_layout = $3, canonical_layout = $4, received = $5, canonical = $6, origins = $7 WHERE id = $8";
pub(crate) const MOVE_SOURCE: &str = "UPDATE source_record SET gid = $1, since = $2 WHERE id = $3";
pub(crate) const SOURCES_OF: &str = "SELECT s.id, y.name, s.source_key, s.version FROM crosswalk c
    JOIN system y ON y.id = c.system
    JOIN source_record s ON s.entity = c.entity AND s.system = c.system AND s.source_key = c.source_key
    WHERE c.gid = $1 AND c.id_type = 'record' ORDER BY y.name, s.source_key";

pub(crate) const MEMBER_IDS: &str = "SELECT s.id FROM crosswalk c
    JOIN source_record s ON s.entity = c.entity AND s.system = c.system AND s.source_key = c.source_key
    WHERE c.gid = $1 AND c.id_type = 'record'";

pub(crate) const COUNT_ACTIVE: &str =
    "SELECT COUNT(*) FROM global_id WHERE gid BETWEEN $1 AND $2 AND status = 'active'";
pub(crate) const IDS: &str = "SELECT gid, issued, confirmed, systems, status, superseded_by, superseded_at
    FROM global_id WHERE gid BETWEEN $1 AND $2 ORDER BY gid";
pub(crate) const ID: &str = "SELECT status, superseded_by FROM global_id WHERE gid = $1";
pub(crate) const LAST_ISSUED: &str = "SELECT COALESCE(MAX(issued), 0) FROM global_id";
pub(crate) const ADD_ID: &str =
    "INSERT INTO global_id (gid, code, entity, issued, status) VALUES ($1, $2, $3, $4, 'active')";
pub(crate) const SUPERSEDE_ID: &str =
    "UPDATE global_id SET status = 'superseded', superseded_by = $1, superseded_at = $2 WHERE gid = $3";
pub(crate) const REDIRECT_ID: &str = "UPDATE global_id SET superseded_by = $1 WHERE gid = $2";
pub(crate) const REINSTATE_ID: &str =
    "UPDATE global_id SET status = 'active', superseded_by = NULL, superseded_at = NULL WHERE gid = $1";
pub(crate) const NEXT_SERIAL: &str = "SELECT next_serial FROM issuer WHERE entity = $1 AND issuer = $2";
pub(crate) const SET_NEXT_SERIAL: &str = "INSERT INTO issuer (entity, issuer, next_serial) VALUES ($1, $2, $3)
    ON CONFLICT (entity, issuer) DO UPDATE SET next_serial = excluded.next_serial";

pub(crate) const GOLDENS: &str = "SELECT gid, version, digest FROM golden WHERE gid BETWEEN $1 AND $2 ORDER BY gid";
pub(crate) const GOLDEN: &str = "SELECT version FROM golden WHERE gid = $1";
pub(crate) const ADD_GOLDEN: &str = "INSERT INTO golden (gid, entity, version, run, digest) VALUES ($1, $2, 1, $3, $4)";
pub(crate) const CHANGE_GOLDEN: &str = "UPDATE golden SET version = $1, run = $2, digest = $3 WHERE gid = $4";
pub(crate) const ADD_GOLDEN_HISTORY: &str =
    "INSERT INTO golden_history (gid, version, run, until, layout, lineage, \"values\")
    SELECT gid, version, run, $1, $2, $3, $4 FROM golden WHERE gid = $5";

pub(crate) const FORMER_CODES: &str = "SELECT system, source_key, gid, since
    FROM crosswalk_history WHERE entity = $1 AND id_type = 'record' ORDER BY id";
pub(crate) const ADD_CODE: &str = "INSERT INTO crosswalk (entity, system, id_type, source_key, gid, since, valid_from)
    VALUES ($1, $2, 'record', $3, $4, $5, $6)";
pub(crate) const END_CODE: &str =
    "INSERT INTO crosswalk_history (entity, system, id_type, source_key, gid, since, until, valid_from, valid_to)
    SELECT entity, system, id_type, source_key, gid, since, $1, valid_from, $2
    FROM crosswalk WHERE entity = $3 AND system = $4 AND id_type = 'record' AND source_key = $5";
pub(crate) const MOVE_CODE: &str = "UPDATE crosswalk SET gid = $1, since = $2, valid_from = $3
    WHERE entity = $4 AND system = $5 AND id_type = 'record' AND source_key = $6";
pub(crate) const CODE: &str = "SELECT c.gid FROM crosswalk c JOIN system y ON y.id = c.system
    WHERE y.name = $1 AND c.source_key = $2 AND c.entity = $3 AND c.id_type = 'record'";
pub(crate) const CODES: &str = "SELECT source_key, gid, valid_from, valid_to FROM crosswalk
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key > $3 ORDER BY source_key LIMIT $4";
pub(crate) const PAST_CODES: &str = "SELECT source_key, gid, valid_from, valid_to FROM crosswalk_history
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key > $3 AND source_key <= $4
    ORDER BY source_key, id";

pub(crate) const DECISIONS: &str = "SELECT a.name, d.a_key, b.name, d.b_key, d.verdict, d.reason, d.actor, d.utc
    FROM decision d JOIN system a ON a.id = d.a_system JOIN system b ON b.id = d.b_system
    WHERE d.entity = $1 AND d.withdrawn = 0 ORDER BY a.name, d.a_key, b.name, d.b_key";

pub(crate) const LEDGER_HEAD: &str = "SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1";
pub(crate) const ADD_LEDGER: &str =
    "INSERT INTO ledger (seq, run, utc, actor, action, object, before, after, reason, previous, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(crate) const LEDGER: &str = "SELECT seq, run, utc, actor, action, object, before, after, reason, previous, hash
    FROM ledger ORDER BY seq";

pub(crate) const RUN_DIGESTS: &str = "SELECT run, after FROM ledger WHERE action = 'run' ORDER BY seq";

pub(crate) const LAST_FEED: &str = "SELECT COALESCE(MAX(seq), 0) FROM change_feed";
pub(crate) const ADD_FEED: &str =
    "INSERT INTO change_feed (seq, run, gid, version, kind, digest) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const FEED: &str =
    "SELECT seq, run, gid, version, kind, digest FROM change_feed WHERE seq > $1 ORDER BY seq LIMIT $2";

/// Indexes that are made after the load when the store is empty: `(name, how to make it)`, as in migration 1.
pub(crate) const LATE_INDEXES: [(&str, &str); 2] = [
    (
        "source_record_key",
        "CREATE UNIQUE INDEX source_record_key ON source_record (entity, system, source_key)",
    ),
    ("crosswalk_gid", "CREATE INDEX crosswalk_gid ON crosswalk (gid)"),
];

/// Invariants that [`crate::Store::verify`] checks: `(what is wrong, number of rows where it is)`.
pub(crate) const INVARIANTS: [(&str, &str); 9] = [
    (
        "source records whose golden record is not active",
        "SELECT COUNT(*) FROM source_record s LEFT JOIN global_id g ON g.gid = s.gid
            WHERE g.gid IS NULL OR g.status <> 'active'",
    ),
    (
        "source records that the crosswalk does not lead to their golden record",
        "SELECT COUNT(*) FROM source_record s LEFT JOIN crosswalk c ON c.entity = s.entity AND c.system = s.system
            AND c.id_type = 'record' AND c.source_key = s.source_key WHERE c.gid IS NULL OR c.gid <> s.gid",
    ),
    (
        "source codes without a source record",
        "SELECT COUNT(*) FROM crosswalk c LEFT JOIN source_record s ON s.entity = c.entity AND s.system = c.system
            AND s.source_key = c.source_key WHERE c.id_type = 'record' AND s.id IS NULL",
    ),
    (
        "superseded IDs whose survivor is not active",
        "SELECT COUNT(*) FROM global_id l LEFT JOIN global_id w ON w.gid = l.superseded_by
            WHERE l.status = 'superseded' AND (w.gid IS NULL OR w.status <> 'active')",
    ),
    (
        "active IDs without a member",
        "SELECT COUNT(*) FROM global_id g WHERE g.status = 'active'
            AND NOT EXISTS (SELECT 1 FROM crosswalk c WHERE c.gid = g.gid)",
    ),
    (
        "issued IDs without a golden record in the register",
        "SELECT COUNT(*) FROM global_id g LEFT JOIN golden d ON d.gid = g.gid WHERE d.gid IS NULL",
    ),
    (
        "golden records that were never issued an ID",
        "SELECT COUNT(*) FROM golden d LEFT JOIN global_id g ON g.gid = d.gid WHERE g.gid IS NULL",
    ),
    (
        "golden records whose version is not in the change feed",
        "SELECT COUNT(*) FROM golden d LEFT JOIN (SELECT gid, MAX(version) AS version FROM change_feed GROUP BY gid) f
            ON f.gid = d.gid WHERE f.version IS NULL OR f.version <> d.version",
    ),
    (
        "codes of an ID that was never issued",
        "SELECT COUNT(*) FROM crosswalk_history h LEFT JOIN global_id g ON g.gid = h.gid WHERE g.gid IS NULL",
    ),
];
