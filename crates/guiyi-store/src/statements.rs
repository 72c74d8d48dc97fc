//! Every SQL statement of the store but the schema, in one place and portable: `$1` placeholders in order of use,
//! ON CONFLICT, no functions of one database only.

pub(crate) const LAST_RUN: &str = "SELECT COALESCE(MAX(seq), 0) FROM run";
/// When the last write was; the empty text if there was none.
pub(crate) const LAST_UTC: &str = "SELECT COALESCE((SELECT utc FROM run ORDER BY seq DESC LIMIT 1), '')";
pub(crate) const ADD_RUN: &str = "INSERT INTO run (seq, utc, actor, entity, rulebook) VALUES ($1, $2, $3, $4, $5)";

/// The last run that was no steward's write: a steward's has no rulebook.
pub(crate) const LAST_FULL_RUN: &str = "SELECT utc, rulebook FROM run WHERE entity = $1 AND LENGTH(rulebook) > 0
    ORDER BY seq DESC LIMIT 1";
/// SQLite's own: a copy of the whole file, of one moment.
pub(crate) const COPY: &str = "VACUUM INTO $1";

/// SQLite's own: what the schema is made of.
pub(crate) const SCHEMA: &str = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";

/// The number of the key in force, or of the write since which there is none.
pub(crate) const KEY_VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM data_key";
pub(crate) const NEWEST_KEY: &str = "SELECT version, fingerprint FROM data_key ORDER BY version DESC LIMIT 1";
pub(crate) const KEY_SECRET: &str = "SELECT secret FROM data_key WHERE version = $1";
pub(crate) const ENCRYPTED_ELEMENTS: &str = "SELECT entity, element, is_searchable FROM encrypted_element";

pub(crate) const RETIRE_KEYS: &str = "UPDATE data_key SET secret = NULL";
pub(crate) const ADD_KEY: &str =
    "INSERT INTO data_key (version, fingerprint, secret, is_swept, run) VALUES ($1, $2, $3, 0, $4)";
pub(crate) const IS_SWEPT: &str = "SELECT COALESCE(MIN(is_swept), 1) FROM data_key";
pub(crate) const SWEPT: &str = "UPDATE data_key SET is_swept = 1";
pub(crate) const FORGET_ELEMENTS: &str = "DELETE FROM encrypted_element";
pub(crate) const ADD_ENCRYPTED_ELEMENT: &str =
    "INSERT INTO encrypted_element (entity, element, is_searchable) VALUES ($1, $2, $3)";
pub(crate) const SOURCES_TO_RESEAL: &str = "SELECT s.id, s.entity, y.name, s.source_key, s.received_layout,
    s.canonical_layout, s.received, s.canonical, s.origins, s.digest FROM source_record s JOIN system y ON y.id = s.system
    WHERE s.id > $1 ORDER BY s.id LIMIT $2";
pub(crate) const RESEAL_SOURCE: &str =
    "UPDATE source_record SET digest = $1, received = $2, canonical = $3 WHERE id = $4";
pub(crate) const HISTORY_TO_RESEAL: &str = "SELECT gid, version, \"values\" FROM golden_history
    WHERE (gid, version) > ($1, $2) ORDER BY gid, version LIMIT $3";
pub(crate) const RESEAL_HISTORY: &str = "UPDATE golden_history SET \"values\" = $1 WHERE gid = $2 AND version = $3";
pub(crate) const PINS_TO_RESEAL: &str = "SELECT id, gid, element, value FROM override ORDER BY id";
pub(crate) const RESEAL_PIN: &str = "UPDATE override SET value = $1 WHERE id = $2";
pub(crate) const SET_GOLDEN_DIGEST: &str = "UPDATE golden SET digest = $1 WHERE gid = $2";
pub(crate) const NEW_FEED_DIGESTS: &str = "UPDATE change_feed SET digest = COALESCE((SELECT g.digest FROM golden g
    WHERE g.gid = change_feed.gid AND g.version = change_feed.version), x'')";
/// SQLite's own: how something of the schema was made.
pub(crate) const SCHEMA_OF: &str = "SELECT sql FROM sqlite_master WHERE name = $1";

pub(crate) const SYSTEMS: &str = "SELECT id, name FROM system ORDER BY id";
pub(crate) const LAST_SYSTEM: &str = "SELECT COALESCE(MAX(id), 0) FROM system";
pub(crate) const ADD_SYSTEM: &str = "INSERT INTO system (id, name) VALUES ($1, $2)";

pub(crate) const SYSTEM: &str = "SELECT id FROM system WHERE name = $1";

pub(crate) const LAYOUTS: &str = "SELECT id, columns FROM layout ORDER BY id";
pub(crate) const LAYOUT: &str = "SELECT columns FROM layout WHERE id = $1";
pub(crate) const ADD_LAYOUT: &str = "INSERT INTO layout (id, columns) VALUES ($1, $2)";

pub(crate) const SOURCE_HEADS: &str = "SELECT id, system, source_key, digest, version, gid, since
    FROM source_record WHERE entity = $1 ORDER BY system, source_key";
pub(crate) const SOURCE_HEADS_OF: &str = "SELECT s.id, s.system, s.source_key, s.digest, s.version, s.gid, s.since
    FROM crosswalk c JOIN source_record s ON s.entity = c.entity AND s.system = c.system AND s.source_key = c.source_key
    WHERE c.gid = $1 AND c.id_type = 'record' ORDER BY s.id";
pub(crate) const SOURCE_GID: &str =
    "SELECT gid FROM source_record WHERE entity = $1 AND system = $2 AND source_key = $3";
pub(crate) const SOURCE_VALUES: &str = "SELECT l.columns, s.canonical FROM source_record s
    JOIN layout l ON l.id = s.canonical_layout JOIN system y ON y.id = s.system
    WHERE y.name = $1 AND s.entity = $2 AND s.source_key = $3";
pub(crate) const SOURCE_CANONICAL: &str =
    "SELECT canonical_layout, canonical, origins FROM source_record WHERE id = $1";
pub(crate) const SOURCES_WITH_DIGEST: &str =
    "SELECT id, digest, received_layout, canonical_layout, received, canonical, origins, entity, system, source_key
    FROM source_record ORDER BY id";
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
pub(crate) const IDS: &str =
    "SELECT gid, issued, confirmed, systems, status, superseded_by, superseded_at, superseded_into
    FROM global_id WHERE gid BETWEEN $1 AND $2 ORDER BY gid";
pub(crate) const ID_FACTS: &str =
    "SELECT gid, issued, confirmed, systems, status, superseded_by, superseded_at, superseded_into
    FROM global_id WHERE gid = $1";
pub(crate) const ID_CODES: &str = "SELECT gid, code, entity FROM global_id ORDER BY gid";
pub(crate) const SUPERSEDED_BY: &str = "SELECT gid FROM global_id WHERE superseded_by = $1 ORDER BY gid";
pub(crate) const ID: &str = "SELECT status, superseded_by FROM global_id WHERE gid = $1";
pub(crate) const LAST_ISSUED: &str = "SELECT COALESCE(MAX(issued), 0) FROM global_id";
pub(crate) const ADD_ID: &str =
    "INSERT INTO global_id (gid, code, entity, issued, status) VALUES ($1, $2, $3, $4, 'active')";
pub(crate) const SUPERSEDE_ID: &str =
    "UPDATE global_id SET status = 'superseded', superseded_by = $1, superseded_into = $1, superseded_at = $2
    WHERE gid = $3";
pub(crate) const REDIRECT_ID: &str = "UPDATE global_id SET superseded_by = $1 WHERE gid = $2";
pub(crate) const RELOCATE_ID: &str = "UPDATE global_id SET superseded_into = $1 WHERE gid = $2";
pub(crate) const REINSTATE_ID: &str = "UPDATE global_id SET status = 'active', superseded_by = NULL,
    superseded_into = NULL, superseded_at = NULL WHERE gid = $1";
pub(crate) const NEXT_SERIAL: &str = "SELECT next_serial FROM issuer WHERE entity = $1 AND issuer = $2";
pub(crate) const SET_NEXT_SERIAL: &str = "INSERT INTO issuer (entity, issuer, next_serial) VALUES ($1, $2, $3)
    ON CONFLICT (entity, issuer) DO UPDATE SET next_serial = excluded.next_serial";

pub(crate) const ADD_BLOCK: &str = "INSERT INTO id_block (entity, issuer, first_serial, last_serial, holder, run)
    VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const BLOCKS: &str = "SELECT b.issuer, b.first_serial, b.last_serial, b.holder, r.utc
    FROM id_block b JOIN run r ON r.seq = b.run WHERE b.entity = $1 ORDER BY b.issuer, b.first_serial";
pub(crate) const BLOCK_OF: &str =
    "SELECT 1 FROM id_block WHERE entity = $1 AND issuer = $2 AND first_serial <= $3 AND last_serial >= $4";

pub(crate) const GOLDENS: &str = "SELECT gid, version, digest FROM golden WHERE gid BETWEEN $1 AND $2 ORDER BY gid";
pub(crate) const GOLDEN_HEAD: &str = "SELECT gid, version, digest FROM golden WHERE gid = $1";
pub(crate) const GOLDEN: &str = "SELECT version FROM golden WHERE gid = $1";
pub(crate) const ADD_GOLDEN: &str = "INSERT INTO golden (gid, entity, version, run, digest) VALUES ($1, $2, 1, $3, $4)";
pub(crate) const CHANGE_GOLDEN: &str = "UPDATE golden SET version = $1, run = $2, digest = $3 WHERE gid = $4";
pub(crate) const ADD_GOLDEN_HISTORY: &str =
    "INSERT INTO golden_history (gid, version, run, until, layout, lineage, \"values\")
    SELECT gid, version, run, $1, $2, $3, $4 FROM golden WHERE gid = $5";

pub(crate) const GOLDEN_PAST: &str = "SELECT version, run, until, layout, lineage, \"values\" FROM golden_history
    WHERE gid = $1 ORDER BY version";
pub(crate) const GOLDEN_RUN: &str = "SELECT run FROM golden WHERE gid = $1";
pub(crate) const GOLDEN_UTC: &str = "SELECT r.utc FROM golden g JOIN run r ON r.seq = g.run WHERE g.gid = $1";
pub(crate) const RUN: &str = "SELECT utc, actor, rulebook FROM run WHERE seq = $1";
pub(crate) const REASON: &str = "SELECT reason FROM ledger WHERE run = $1 AND action <> 'run' ORDER BY seq LIMIT 1";

pub(crate) const PRESENT_STAYS: &str = "SELECT s.id, y.name, c.source_key, c.since, NULL FROM crosswalk c
    JOIN system y ON y.id = c.system
    JOIN source_record s ON s.entity = c.entity AND s.system = c.system AND s.source_key = c.source_key
    WHERE c.gid = $1 AND c.id_type = 'record' ORDER BY y.name, c.source_key";
pub(crate) const PAST_STAYS: &str = "SELECT s.id, y.name, h.source_key, h.since, h.until FROM crosswalk_history h
    JOIN system y ON y.id = h.system
    JOIN source_record s ON s.entity = h.entity AND s.system = h.system AND s.source_key = h.source_key
    WHERE h.gid = $1 AND h.id_type = 'record' ORDER BY h.id";
pub(crate) const STAYS_OF: &str = "SELECT h.gid, h.since FROM source_record s
    JOIN crosswalk_history h ON h.entity = s.entity AND h.system = s.system AND h.id_type = 'record'
        AND h.source_key = s.source_key WHERE s.id = $1
    UNION ALL SELECT gid, since FROM source_record WHERE id = $2 ORDER BY 2";

pub(crate) const FORMER_CODES: &str = "SELECT system, source_key, gid, since
    FROM crosswalk_history WHERE entity = $1 AND id_type = 'record' ORDER BY id";
pub(crate) const FORMER_CODES_OF: &str = "SELECT gid, since FROM crosswalk_history
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key = $3 ORDER BY id";
pub(crate) const ADD_CODE: &str = "INSERT INTO crosswalk (entity, system, id_type, source_key, gid, since, valid_from)
    VALUES ($1, $2, 'record', $3, $4, $5, $6)";
pub(crate) const END_CODE: &str =
    "INSERT INTO crosswalk_history (entity, system, id_type, source_key, gid, since, until, valid_from, valid_to)
    SELECT entity, system, id_type, source_key, gid, since, $1, valid_from, $2
    FROM crosswalk WHERE entity = $3 AND system = $4 AND id_type = 'record' AND source_key = $5";
pub(crate) const MOVE_CODE: &str = "UPDATE crosswalk SET gid = $1, since = $2, valid_from = $3
    WHERE entity = $4 AND system = $5 AND id_type = 'record' AND source_key = $6";
pub(crate) const CODE: &str =
    "SELECT gid FROM crosswalk WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key = $3";
pub(crate) const CODES: &str = "SELECT source_key, gid, valid_from, valid_to FROM crosswalk
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key > $3 ORDER BY source_key LIMIT $4";
pub(crate) const CODES_OF_SYSTEM: &str = "SELECT c.source_key, COALESCE(g.superseded_by, c.gid), c.id_type = 'record'
    FROM crosswalk c JOIN global_id g ON g.gid = c.gid
    WHERE c.entity = $1 AND c.system = $2 ORDER BY c.id_type = 'record', c.id_type, c.source_key";
pub(crate) const CODES_OF: &str = "SELECT y.name, c.id_type, c.source_key, c.valid_from, c.valid_to
    FROM crosswalk c JOIN system y ON y.id = c.system WHERE c.gid = $1 ORDER BY y.name, c.id_type, c.source_key";
pub(crate) const ANY_CODE: &str = "SELECT c.gid FROM crosswalk c
    WHERE c.entity = $1 AND c.system = $2 AND c.source_key = $3 ORDER BY c.id_type = 'record' DESC, c.id_type LIMIT 1";
pub(crate) const ADD_ALIAS: &str =
    "INSERT INTO crosswalk (entity, system, id_type, source_key, gid, since, valid_from, valid_to)
    VALUES ($1, $2, 'alias', $3, $4, $5, $6, $7)";
pub(crate) const PAST_CODES: &str = "SELECT source_key, gid, valid_from, valid_to FROM crosswalk_history
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key > $3 AND source_key <= $4
    ORDER BY source_key, id";

pub(crate) const DECISIONS: &str = "SELECT a.name, d.a_key, b.name, d.b_key, d.verdict, d.reason, d.actor, d.utc
    FROM decision d JOIN system a ON a.id = d.a_system JOIN system b ON b.id = d.b_system
    WHERE d.entity = $1 AND d.withdrawn = 0 ORDER BY a.name, d.a_key, b.name, d.b_key";

pub(crate) const STORED_DECISIONS: &str =
    "SELECT d.id, d.a_system, d.a_key, d.b_system, d.b_key, d.verdict, a.name, b.name,
    d.reason, d.actor, d.utc FROM decision d JOIN system a ON a.id = d.a_system JOIN system b ON b.id = d.b_system
    WHERE d.entity = $1 AND d.withdrawn = 0 ORDER BY d.id";
pub(crate) const WITHDRAW_DECISION: &str = "UPDATE decision SET withdrawn = 1 WHERE id = $1";
pub(crate) const ADD_DECISION: &str =
    "INSERT INTO decision (entity, a_system, a_key, b_system, b_key, verdict, reason, actor, utc)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

pub(crate) const REVIEW_PAIRS: &str =
    "SELECT a_system, a_key, b_system, b_key, probability, weight, veto, reason, reason_zh
    FROM review_pair WHERE entity = $1 ORDER BY a_system, a_key, b_system, b_key";
pub(crate) const PUT_REVIEW_PAIR: &str = "INSERT INTO review_pair (entity, a_system, a_key, b_system, b_key, since,
    probability, weight, veto, reason, reason_zh) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (entity, a_system, a_key, b_system, b_key) DO UPDATE SET probability = excluded.probability,
    weight = excluded.weight, veto = excluded.veto, reason = excluded.reason, reason_zh = excluded.reason_zh";
pub(crate) const DELETE_REVIEW_PAIR: &str = "DELETE FROM review_pair
    WHERE entity = $1 AND a_system = $2 AND a_key = $3 AND b_system = $4 AND b_key = $5";
pub(crate) const PENDING: &str = "SELECT y.name, p.a_key, s.gid, z.name, p.b_key, t.gid, r.utc, p.probability, p.weight,
    p.veto, p.reason, p.reason_zh, d.verdict, d.reason, d.actor, d.utc
    FROM review_pair p JOIN system y ON y.id = p.a_system JOIN system z ON z.id = p.b_system JOIN run r ON r.seq = p.since
    JOIN source_record s ON s.entity = p.entity AND s.system = p.a_system AND s.source_key = p.a_key
    JOIN source_record t ON t.entity = p.entity AND t.system = p.b_system AND t.source_key = p.b_key
    LEFT JOIN decision d ON d.entity = p.entity AND d.a_system = p.a_system AND d.a_key = p.a_key
        AND d.b_system = p.b_system AND d.b_key = p.b_key AND d.withdrawn = 0
    WHERE p.entity = $1 ORDER BY p.probability DESC, y.name, p.a_key, z.name, p.b_key";

pub(crate) const PINS: &str = "SELECT id, gid, element, value, reason, actor, utc, expires FROM override
    WHERE gid BETWEEN $1 AND $2 AND withdrawn = 0 ORDER BY gid, element";
pub(crate) const ADD_PIN: &str =
    "INSERT INTO override (gid, element, value, reason, actor, utc, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const PIN_SET_AFTER: &str = "SELECT 1 FROM ledger WHERE run > $1 AND action = 'pin' AND object = $2";
pub(crate) const WITHDRAW_PIN: &str =
    "UPDATE override SET withdrawn = 1 WHERE gid = $1 AND element = $2 AND withdrawn = 0";

pub(crate) const RELATIONS: &str =
    "SELECT from_gid, kind, to_gid, is_so, valid_from, valid_until, source, reason, actor, utc FROM relation
    WHERE withdrawn IS NULL";
pub(crate) const RELATIONS_OF: &str =
    "SELECT from_gid, kind, to_gid, is_so, valid_from, valid_until, source, reason, actor, utc FROM relation
    WHERE withdrawn IS NULL AND (from_gid = $1 OR to_gid = $1)";
pub(crate) const ADD_RELATION: &str =
    "INSERT INTO relation (from_gid, kind, to_gid, is_so, valid_from, valid_until, source, reason, actor, utc, run)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(crate) const WITHDRAW_RELATION: &str = "UPDATE relation SET withdrawn = $1
    WHERE from_gid = $2 AND kind = $3 AND to_gid = $4 AND withdrawn IS NULL";

pub(crate) const LEDGER_HEAD: &str = "SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1";
pub(crate) const LEDGER_NEWEST: &str = "SELECT seq, hash, run, utc FROM ledger ORDER BY seq DESC LIMIT 1";
pub(crate) const LEDGER_HASH: &str = "SELECT hash FROM ledger WHERE seq = $1";
pub(crate) const SIGNED_HEAD: &str = "SELECT seq, signature FROM signed_head WHERE key = $1";
pub(crate) const SET_SIGNED_HEAD: &str = "INSERT INTO signed_head (key, seq, signature) VALUES ($1, $2, $3)
    ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, signature = excluded.signature";
pub(crate) const ADD_LEDGER: &str =
    "INSERT INTO ledger (seq, run, utc, actor, action, object, before, after, reason, previous, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
pub(crate) const LEDGER: &str = "SELECT seq, run, utc, actor, action, object, before, after, reason, previous, hash
    FROM ledger ORDER BY seq";

pub(crate) const RUN_DIGESTS: &str = "SELECT run, after FROM ledger WHERE action = 'run' ORDER BY seq";

/// The last write that made the digests of the feed anew, and the digest over all lines up to then.
pub(crate) const FEED_BASE: &str = "SELECT run, after FROM ledger WHERE action = 'feed' ORDER BY seq DESC LIMIT 1";

pub(crate) const LAST_FEED: &str = "SELECT COALESCE(MAX(seq), 0) FROM change_feed";
pub(crate) const ADD_FEED: &str =
    "INSERT INTO change_feed (seq, run, gid, version, kind, digest) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const FEED: &str =
    "SELECT seq, run, gid, version, kind, digest FROM change_feed WHERE seq > $1 ORDER BY seq LIMIT $2";

/// Indexes that are made after the load when the store is empty: `(name, how to make it)`, as in the
/// migrations.
pub(crate) const LATE_INDEXES: [(&str, &str); 3] = [
    (
        "source_record_key",
        "CREATE UNIQUE INDEX source_record_key ON source_record (entity, system, source_key)",
    ),
    (
        "source_record_heads",
        "CREATE INDEX source_record_heads ON source_record (entity, system, source_key, digest, version, gid, since)",
    ),
    ("crosswalk_gid", "CREATE INDEX crosswalk_gid ON crosswalk (gid)"),
];

/// Invariants that [`crate::Store::verify`] checks: `(what is wrong, number of rows where it is)`.
pub(crate) const INVARIANTS: [(&str, &str); 13] = [
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
        "source codes that lead to their golden record since another write than their source record",
        "SELECT COUNT(*) FROM crosswalk c JOIN source_record s ON s.entity = c.entity AND s.system = c.system
            AND s.source_key = c.source_key WHERE c.id_type = 'record' AND c.since <> s.since",
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
            AND NOT EXISTS (SELECT 1 FROM crosswalk c WHERE c.gid = g.gid AND c.id_type = 'record')",
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
        "aliases of an ID that was never issued",
        "SELECT COUNT(*) FROM crosswalk c LEFT JOIN global_id g ON g.gid = c.gid WHERE g.gid IS NULL",
    ),
    (
        "blocks of IDs that the issuer may give away again",
        "SELECT COUNT(*) FROM id_block b LEFT JOIN issuer i ON i.entity = b.entity AND i.issuer = b.issuer
            WHERE i.next_serial IS NULL OR i.next_serial <= b.last_serial",
    ),
    (
        "pairs of records with two decisions that hold",
        "SELECT COUNT(*) FROM decision d JOIN decision e ON e.entity = d.entity AND e.a_system = d.a_system
            AND e.a_key = d.a_key AND e.b_system = d.b_system AND e.b_key = d.b_key AND e.id > d.id
            WHERE d.withdrawn = 0 AND e.withdrawn = 0",
    ),
    (
        "codes of an ID that was never issued",
        "SELECT COUNT(*) FROM crosswalk_history h LEFT JOIN global_id g ON g.gid = h.gid WHERE g.gid IS NULL",
    ),
];
