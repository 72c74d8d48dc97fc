//! Every SQL statement of the store but the schema, in one place and portable: `$1` placeholders in order of use,
//! ON CONFLICT, no functions of one database only.

use guiyi_core::dictionary::EntityType;

/// Holds the only right to write from the beginning.
pub(crate) const BEGIN: &str = "BEGIN IMMEDIATE";
pub(crate) const COMMIT: &str = "COMMIT";
pub(crate) const ROLLBACK: &str = "ROLLBACK";

pub(crate) const LAST_RUN: &str = "SELECT COALESCE(MAX(seq), 0) FROM run";
/// The last write, and when it was.
pub(crate) const LAST_WRITE: &str = "SELECT seq, utc FROM run ORDER BY seq DESC LIMIT 1";
/// Before the first line of the write in the ledger.
pub(crate) const ADD_RUN: &str = "INSERT INTO run (seq, utc, actor, entity, rulebook, first_line)
    VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger))";

/// The last run that was no steward's write: a steward's has no rulebook.
pub(crate) const LAST_FULL_RUN: &str = "SELECT utc, rulebook FROM run WHERE entity = $1 AND LENGTH(rulebook) > 0
    ORDER BY seq DESC LIMIT 1";
/// The same, as it was after a write.
pub(crate) const LAST_FULL_RUN_BY: &str = "SELECT utc FROM run WHERE entity = $1 AND LENGTH(rulebook) > 0 AND seq <= $2
    ORDER BY seq DESC LIMIT 1";
/// The last write that was known at a time.
pub(crate) const RUN_AT: &str = "SELECT seq FROM run WHERE utc <= $1 ORDER BY seq DESC LIMIT 1";
/// SQLite's own: a copy of the whole file, of one moment.
pub(crate) const COPY: &str = "VACUUM INTO $1";

/// SQLite's own, and SQLCipher's: the whole store into a file aside, under the key that is named with it.
pub(crate) const N_TABLES: &str = "SELECT COUNT(*) FROM sqlite_master";
pub(crate) const ATTACH_ASIDE: &str = "ATTACH $1 AS aside KEY $2";
pub(crate) const EXPORT_ASIDE: &str = "SELECT sqlcipher_export('aside')";
pub(crate) const DETACH_ASIDE: &str = "DETACH aside";
/// Errors are told by their codes; SQLCipher would write lines to the terminal as well.
pub(crate) const LOG_NOTHING: &str = "PRAGMA cipher_log_level = NONE;";
/// From the next statement on nobody else reads or writes the file.
pub(crate) const SHARE_NOTHING: &str = "PRAGMA main.locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
pub(crate) const SHARE: &str =
    "PRAGMA main.locking_mode = NORMAL; SELECT COUNT(*) FROM sqlite_master; PRAGMA journal_mode = WAL";

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
    s.canonical_layout, s.received, s.canonical, s.origins, s.digest, s.version
    FROM source_record s JOIN system y ON y.id = s.system
    WHERE s.id >= $1 AND (s.id, s.version) > ($1, $2) ORDER BY s.id LIMIT $3";
pub(crate) const RESEAL_SOURCE: &str =
    "UPDATE source_record SET digest = $1, received = $2, canonical = $3 WHERE id = $4 AND version = $5";
pub(crate) const PAST_SOURCES_TO_RESEAL: &str = "SELECT h.id, s.entity, y.name, s.source_key, h.received_layout,
    h.canonical_layout, h.received, h.canonical, h.origins, h.digest, h.version
    FROM source_history h JOIN source_record s ON s.id = h.id JOIN system y ON y.id = s.system
    WHERE h.id >= $1 AND (h.id, h.version) > ($1, $2) ORDER BY h.id, h.version LIMIT $3";
pub(crate) const RESEAL_PAST_SOURCE: &str =
    "UPDATE source_history SET digest = $1, received = $2, canonical = $3 WHERE id = $4 AND version = $5";
pub(crate) const HISTORY_TO_RESEAL: &str = "SELECT gid, version, run, layout, lineage, \"values\" FROM golden_history
    WHERE (gid, version) > ($1, $2) ORDER BY gid, version LIMIT $3";
pub(crate) const RESEAL_HISTORY: &str = "UPDATE golden_history SET \"values\" = $1 WHERE gid = $2 AND version = $3";
pub(crate) const PINS_TO_RESEAL: &str = "SELECT id, gid, element, value FROM override ORDER BY id";
pub(crate) const RESEAL_PIN: &str = "UPDATE override SET value = $1 WHERE id = $2";
pub(crate) const SET_GOLDEN_DIGEST: &str = "UPDATE golden SET digest = $1 WHERE gid = $2";
/// Digests of earlier versions that were made anew, until they are in the feed.
pub(crate) const BEGIN_PAST_DIGESTS: &str = "CREATE TEMP TABLE past_digest
    (gid INTEGER NOT NULL, version INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (gid, version)) WITHOUT ROWID";
pub(crate) const ADD_PAST_DIGEST: &str = "INSERT INTO past_digest (gid, version, digest) VALUES ($1, $2, $3)";
pub(crate) const END_PAST_DIGESTS: &str = "DROP TABLE past_digest";
pub(crate) const NEW_FEED_DIGESTS: &str = "UPDATE change_feed SET digest = COALESCE(
    (SELECT g.digest FROM golden g WHERE g.gid = change_feed.gid AND g.version = change_feed.version),
    (SELECT p.digest FROM past_digest p WHERE p.gid = change_feed.gid AND p.version = change_feed.version), x'')
    WHERE kind NOT IN ('related', 'unrelated')";
pub(crate) const REQUESTS_TO_RESEAL: &str =
    "SELECT id, entity, proposal, value FROM change_request WHERE value IS NOT NULL ORDER BY id";
pub(crate) const RESEAL_REQUEST: &str = "UPDATE change_request SET value = $1 WHERE id = $2";
/// The writes that changed the keys, and whether values were encrypted since.
pub(crate) const KEY_CHANGES: &str = "SELECT run, fingerprint <> '' FROM data_key ORDER BY version";
/// SQLite's own: how something of the schema was made.
pub(crate) const SCHEMA_OF: &str = "SELECT sql FROM sqlite_master WHERE name = $1";

pub(crate) const SYSTEMS: &str = "SELECT id, name FROM system ORDER BY id";
pub(crate) const LAST_SYSTEM: &str = "SELECT COALESCE(MAX(id), 0) FROM system";
pub(crate) const ADD_SYSTEM: &str = "INSERT INTO system (id, name) VALUES ($1, $2)";

pub(crate) const SYSTEM: &str = "SELECT id FROM system WHERE name = $1";

pub(crate) const LAYOUTS: &str = "SELECT id, columns FROM layout ORDER BY id";
pub(crate) const LAYOUT_ID: &str = "SELECT id FROM layout WHERE columns = $1";
pub(crate) const LAST_LAYOUT: &str = "SELECT COALESCE(MAX(id), 0) FROM layout";
pub(crate) const LAYOUT: &str = "SELECT columns FROM layout WHERE id = $1";
pub(crate) const ADD_LAYOUT: &str = "INSERT INTO layout (id, columns) VALUES ($1, $2)";

pub(crate) const SOURCE_HEADS: &str = "SELECT id, system, source_key, digest, version, gid, since
    FROM source_record WHERE entity = $1 ORDER BY system, source_key";
pub(crate) const SOURCE_HEADS_OF: &str = "SELECT s.id, s.system, s.source_key, s.digest, s.version, s.gid, s.since
    FROM crosswalk c JOIN source_record s ON s.entity = c.entity AND s.system = c.system AND s.source_key = c.source_key
    WHERE c.gid = $1 AND c.id_type = 'record'";
pub(crate) const SOURCE_GID: &str =
    "SELECT gid FROM source_record WHERE entity = $1 AND system = $2 AND source_key = $3";
/// The same by the name of the system.
pub(crate) const SOURCE_GID_OF: &str = "SELECT s.gid FROM system y
    JOIN source_record s ON s.entity = $1 AND s.system = y.id AND s.source_key = $2 WHERE y.name = $3";
pub(crate) const SOURCE_ID: &str = "SELECT id FROM source_record WHERE entity = $1 AND system = $2 AND source_key = $3";
pub(crate) const SOURCE_VALUES: &str = "SELECT l.columns, s.canonical FROM source_record s
    JOIN layout l ON l.id = s.canonical_layout JOIN system y ON y.id = s.system
    WHERE y.name = $1 AND s.entity = $2 AND s.source_key = $3";
pub(crate) const SOURCE_CANONICAL: &str =
    "SELECT canonical_layout, canonical, origins FROM source_record WHERE id = $1";
pub(crate) const SOURCES_WITH_DIGEST: &str =
    "SELECT id, digest, received_layout, canonical_layout, received, canonical, origins, entity, system, source_key
    FROM source_record
    UNION ALL SELECT h.id, h.digest, h.received_layout, h.canonical_layout, h.received, h.canonical, h.origins,
    s.entity, s.system, s.source_key FROM source_history h JOIN source_record s ON s.id = h.id";
pub(crate) const LAST_SOURCE: &str = "SELECT COALESCE(MAX(id), 0) FROM source_record";
pub(crate) const ADD_SOURCE: &str =
    "INSERT INTO source_record (id, entity, system, source_key, digest, version, gid, since,
    status, run, received_layout, canonical_layout, received, canonical, origins)
    VALUES ($1, $2, $3, $4, $5, 1, $6, $7, 'active', $8, $9, $10, $11, $12, $13)";
pub(crate) const CHANGE_SOURCE: &str = "UPDATE source_record SET digest = $1, version = version + 1, status = 'active',
    run = $2, received_layout = $3, canonical_layout = $4, received = $5, canonical = $6, origins = $7 WHERE id = $8";
/// Before a source record is changed.
pub(crate) const KEEP_SOURCE: &str = "INSERT INTO source_history (id, version, run, until, digest, received_layout,
    canonical_layout, received, canonical, origins)
    SELECT id, version, run, $1, digest, received_layout, canonical_layout, received, canonical, origins
    FROM source_record WHERE id = $2";
/// All contents of a source record that are kept and were written by a run, the latest first.
pub(crate) const SOURCE_CONTENTS: &str = "SELECT v.version, r.utc, v.canonical_layout, v.canonical, v.origins FROM
    (SELECT version, run, canonical_layout, canonical, origins FROM source_record WHERE id = $1
    UNION ALL SELECT version, run, canonical_layout, canonical, origins FROM source_history WHERE id = $2) v
    JOIN run r ON r.seq = v.run WHERE v.run <= $3 ORDER BY v.version DESC";
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
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

pub(crate) const GOLDEN_PAST: &str = "SELECT version, run, until, layout, lineage, \"values\" FROM golden_history
    WHERE gid = $1 ORDER BY version";
pub(crate) const GOLDEN_RUN: &str = "SELECT run FROM golden WHERE gid = $1";
pub(crate) const GOLDEN_UTC: &str = "SELECT r.utc FROM golden g JOIN run r ON r.seq = g.run WHERE g.gid = $1";
pub(crate) const RUN: &str = "SELECT utc, actor, rulebook FROM run WHERE seq = $1";
pub(crate) const REASON: &str = "SELECT l.reason FROM run r LEFT JOIN run n ON n.seq = r.seq + 1
    JOIN ledger l ON l.seq >= r.first_line AND l.seq < COALESCE(n.first_line, 9223372036854775807)
    WHERE r.seq = $1 AND l.action <> 'run' ORDER BY l.seq LIMIT 1";

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
/// The ID of a code of a system, `$1`: what else is known beforehand stands in the statement, since binding it costs time in
/// each of many look-ups.
pub(crate) fn code(entity: EntityType, system: i64) -> String {
    let entity = entity.name();
    format!(
        "SELECT gid FROM crosswalk WHERE entity = '{entity}' AND system = {system} AND id_type = 'record'
        AND source_key = $1"
    )
}
pub(crate) const CODES: &str = "SELECT source_key, gid, valid_from, valid_to, successor FROM crosswalk
    WHERE entity = $1 AND system = $2 AND id_type = 'record' AND source_key > $3 ORDER BY source_key LIMIT $4";
pub(crate) const CODES_OF_SYSTEM: &str = "SELECT c.source_key, COALESCE(g.superseded_by, c.gid), c.id_type = 'record',
    c.valid_to, c.successor, CASE WHEN c.successor IS NOT NULL THEN (SELECT MIN(s.valid_from) FROM crosswalk s
        WHERE s.entity = c.entity AND s.system = c.system AND s.id_type IN ('alias', 'record')
        AND s.source_key = c.successor) END
    FROM crosswalk c JOIN global_id g ON g.gid = c.gid
    WHERE c.entity = $1 AND c.system = $2 ORDER BY c.id_type = 'record', c.id_type, c.source_key";
pub(crate) const CODES_OF: &str = "SELECT y.name, c.id_type, c.source_key, c.valid_from, c.valid_to, c.successor
    FROM crosswalk c JOIN system y ON y.id = c.system WHERE c.gid = $1 ORDER BY y.name, c.id_type, c.source_key";
/// The codes that ever led to an ID, each time with its times.
pub(crate) const CODES_EVER_OF: &str =
    "SELECT y.name, c.id_type, c.source_key, c.valid_from, c.valid_to, c.successor, 1
    FROM crosswalk c JOIN system y ON y.id = c.system WHERE c.gid = $1
    UNION ALL SELECT y.name, h.id_type, h.source_key, h.valid_from, h.valid_to, NULL, 0
    FROM crosswalk_history h JOIN system y ON y.id = h.system WHERE h.gid = $2 ORDER BY 1, 2, 3, 4";
/// What a code ever led to, the latest first, a record's own code before an alias.
pub(crate) const CODE_EVER: &str = "SELECT gid, id_type, valid_from, valid_to, successor, 1 FROM crosswalk
    WHERE entity = $1 AND system = $2 AND id_type IN ('alias', 'record') AND source_key = $3
    UNION ALL SELECT gid, id_type, valid_from, valid_to, NULL, 0 FROM crosswalk_history
    WHERE entity = $4 AND system = $5 AND source_key = $6 ORDER BY 3 DESC, 2 DESC";
/// A code as it stands: a record's own before an alias, and the source record that it is of or came with.
pub(crate) const CODE_ROW: &str = "SELECT c.gid, c.valid_to, c.successor, COALESCE(c.record, r.id) FROM crosswalk c
    LEFT JOIN source_record r ON r.entity = c.entity AND r.system = c.system AND r.source_key = c.source_key
        AND c.id_type = 'record'
    WHERE c.entity = $1 AND c.system = $2 AND c.id_type IN ('alias', 'record') AND c.source_key = $3
    ORDER BY c.id_type DESC LIMIT 1";
pub(crate) const REPLACE_CODE: &str = "UPDATE crosswalk SET valid_to = $1, successor = $2
    WHERE entity = $3 AND system = $4 AND id_type IN ('alias', 'record') AND source_key = $5";
pub(crate) const ANY_CODE: &str = "SELECT c.gid FROM crosswalk c
    WHERE c.entity = $1 AND c.system = $2 AND c.source_key = $3 ORDER BY c.id_type = 'record' DESC, c.id_type LIMIT 1";
pub(crate) const ADD_ALIAS: &str =
    "INSERT INTO crosswalk (entity, system, id_type, source_key, gid, since, valid_from, valid_to, record)
    VALUES ($1, $2, 'alias', $3, $4, $5, $6, $7, $8)";
pub(crate) const ALIASES_OF: &str = "SELECT c.system, y.name, c.source_key, c.record, c.since FROM crosswalk c
    JOIN system y ON y.id = c.system WHERE c.gid = $1 AND c.id_type = 'alias' ORDER BY y.name, c.source_key";
/// The aliases of an entity type, present and past.
pub(crate) const ALIASES: &str = "SELECT y.name, c.source_key, c.gid, c.valid_from, c.valid_to, c.successor, 1
    FROM crosswalk c JOIN system y ON y.id = c.system WHERE c.entity = $1 AND c.id_type = 'alias'
    UNION ALL SELECT y.name, h.source_key, h.gid, h.valid_from, h.valid_to, NULL, 0
    FROM crosswalk_history h JOIN system y ON y.id = h.system WHERE h.entity = $2 AND h.id_type = 'alias'
    ORDER BY 1, 2, 7, 5";
pub(crate) const END_ALIAS: &str =
    "INSERT INTO crosswalk_history (entity, system, id_type, source_key, gid, since, until, valid_from, valid_to)
    SELECT entity, system, id_type, source_key, gid, since, $1, valid_from, $2
    FROM crosswalk WHERE entity = $3 AND system = $4 AND id_type = 'alias' AND source_key = $5";
pub(crate) const MOVE_ALIAS: &str = "UPDATE crosswalk SET gid = $1, since = $2, valid_from = $3
    WHERE entity = $4 AND system = $5 AND id_type = 'alias' AND source_key = $6";
pub(crate) const PAST_CODES: &str = "SELECT source_key, gid, valid_from, valid_to, NULL FROM crosswalk_history
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

pub(crate) const PINS: &str = "SELECT id, gid, element, value, reason, actor, utc, expires, valid_from FROM override
    WHERE gid BETWEEN $1 AND $2 AND withdrawn = 0 ORDER BY gid, element";
pub(crate) const PINS_EVER: &str =
    "SELECT id, gid, element, value, reason, actor, utc, expires, valid_from, since, until
    FROM override WHERE gid = $1 ORDER BY id";
pub(crate) const PIN_TIMES: &str = "SELECT id, expires FROM override WHERE id <= $1 ORDER BY id";
/// What vouches for the times of the pins of an earlier store: the number of the last of them, and the digest.
pub(crate) const VOUCHED_PINS: &str =
    "SELECT before, after FROM ledger WHERE action = 'vouch' AND object = 'pins' ORDER BY seq DESC LIMIT 1";
pub(crate) const ADD_PIN: &str =
    "INSERT INTO override (gid, element, value, reason, actor, utc, expires, valid_from, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(crate) const PIN_SET_AFTER: &str = "SELECT 1 FROM ledger
    WHERE seq >= (SELECT first_line FROM run WHERE seq > $1 ORDER BY seq LIMIT 1) AND action = 'pin' AND object = $2";
pub(crate) const WITHDRAW_PIN: &str =
    "UPDATE override SET withdrawn = 1, until = $1 WHERE gid = $2 AND element = $3 AND withdrawn = 0";

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

pub(crate) const CONFIRM_ID: &str = "UPDATE global_id SET confirmed = $1 WHERE gid = $2";
pub(crate) const ADD_CONFIRMATION: &str =
    "INSERT INTO confirmation (gid, is_so, reason, actor, utc, run) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const LAST_CONFIRMATION: &str =
    "SELECT is_so, reason, actor, utc FROM confirmation WHERE gid = $1 ORDER BY id DESC LIMIT 1";
pub(crate) const WRONGLY_CONFIRMED: &str = "SELECT COUNT(*) FROM global_id g WHERE g.confirmed <> COALESCE(
    (SELECT c.is_so FROM confirmation c WHERE c.gid = g.gid ORDER BY c.id DESC LIMIT 1), 0)";

pub(crate) const SET_ID_STATUS: &str = "UPDATE global_id SET status = $1 WHERE gid = $2";
pub(crate) const ADD_RETIREMENT: &str =
    "INSERT INTO retirement (gid, is_so, reason, actor, utc, run) VALUES ($1, $2, $3, $4, $5, $6)";
pub(crate) const LAST_RETIREMENT: &str =
    "SELECT is_so, reason, actor, utc FROM retirement WHERE gid = $1 ORDER BY id DESC LIMIT 1";
pub(crate) const RETIRED_IDS: &str =
    "SELECT gid FROM global_id WHERE status = 'retired' AND gid IN (SELECT gid FROM retirement)";
pub(crate) const RETIREMENTS: &str = "SELECT run FROM retirement WHERE gid = $1 AND is_so = 1";
pub(crate) const RETIRED_AT: &str =
    "SELECT is_so FROM retirement WHERE gid = $1 AND run <= $2 AND utc <= $3 ORDER BY id DESC LIMIT 1";

pub(crate) const ADD_REQUEST: &str =
    "INSERT INTO change_request (id, entity, kind, proposal, value, approvals, effective, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')";
pub(crate) const NEXT_REQUEST: &str = "SELECT COALESCE(MAX(id), 0) + 1 FROM change_request";
pub(crate) const REQUESTS: &str =
    "SELECT id, entity, kind, proposal, value, approvals, effective, state FROM change_request ORDER BY id";
pub(crate) const SET_REQUEST_STATE: &str = "UPDATE change_request SET state = $1 WHERE id = $2";
pub(crate) const ADD_REQUEST_STEP: &str =
    "INSERT INTO change_request_step (request, run, step, actor, utc, reason, ground)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(crate) const REQUEST_STEPS: &str =
    "SELECT request, run, step, actor, utc, reason, ground FROM change_request_step ORDER BY request, id";
pub(crate) const REQUEST_OF_RUN: &str = "SELECT request FROM change_request_step WHERE run = $1 AND step = 'apply'";
pub(crate) const STEPS_OF_REQUEST: &str =
    "SELECT request, run, step, actor, utc, reason, ground FROM change_request_step WHERE request = $1 ORDER BY id";
/// Lines of the ledger about change requests, as [`ADD_REQUEST_STEP`] has them, and the digest of what was proposed.
pub(crate) const REQUEST_LINES: &str = "SELECT object, run, action, actor, utc, reason, before, after FROM ledger
    WHERE object LIKE 'request %' ORDER BY seq";
/// Undoes what was tried out within a transaction.
pub(crate) const BEGIN_TRIAL: &str = "SAVEPOINT trial";
pub(crate) const END_TRIAL: &str = "ROLLBACK TO trial; RELEASE trial";

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

/// What stewards wrote of decisions, pins and relations.
pub(crate) const STEWARDS_LINES: &str =
    "SELECT l.run, r.entity, l.action, l.object, l.after, l.reason, l.actor, l.utc, l.before
    FROM ledger l JOIN run r ON r.seq = l.run
    WHERE l.action IN ('decide', 'withdraw', 'pin', 'unpin', 'relate', 'unrelate') ORDER BY l.seq";
pub(crate) const ALL_DECISIONS: &str =
    "SELECT d.id, d.entity, a.name, d.a_key, b.name, d.b_key, d.verdict, d.reason, d.actor, d.utc, d.withdrawn
    FROM decision d JOIN system a ON a.id = d.a_system JOIN system b ON b.id = d.b_system ORDER BY d.id";
pub(crate) const ALL_RELATIONS: &str = "SELECT t.id, w.entity, t.is_so, f.code || ' ' || t.kind || ' ' || g.code,
    COALESCE(t.valid_from, '') || '..' || COALESCE(t.valid_until, ''), t.reason, t.actor, t.utc, t.withdrawn IS NOT NULL
    FROM relation t JOIN run w ON w.seq = t.run
    JOIN global_id f ON f.gid = t.from_gid JOIN global_id g ON g.gid = t.to_gid ORDER BY t.id";
pub(crate) const ALL_PINS: &str =
    "SELECT id, gid, element, value, reason, actor, utc, expires, valid_from, since, until,
    withdrawn FROM override ORDER BY id";
/// The change feed by golden record, without lines that are about its relations.
pub(crate) const FEED_BY_ID: &str = "SELECT gid, version, run, digest FROM change_feed
    WHERE kind NOT IN ('related', 'unrelated') ORDER BY gid, version";
pub(crate) const GOLDEN_HISTORY: &str =
    "SELECT gid, version, run, until, layout, lineage, \"values\" FROM golden_history
    ORDER BY gid, version";
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
pub(crate) const INVARIANTS: [(&str, &str); 24] = [
    (
        "source records whose golden record is neither active nor retired",
        "SELECT COUNT(*) FROM source_record s LEFT JOIN global_id g ON g.gid = s.gid
            WHERE g.gid IS NULL OR g.status = 'superseded'",
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
        "superseded IDs whose survivor is neither active nor retired",
        "SELECT COUNT(*) FROM global_id l LEFT JOIN global_id w ON w.gid = l.superseded_by
            WHERE l.status = 'superseded' AND (w.gid IS NULL OR w.status = 'superseded')",
    ),
    (
        "IDs, neither superseded nor reserved, without a member",
        "SELECT COUNT(*) FROM global_id g WHERE g.status <> 'superseded'
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
        "writes whose time or author is not what the ledger says",
        "SELECT COUNT(*) FROM run r LEFT JOIN ledger l ON l.seq = r.first_line
            WHERE l.run IS NULL OR l.run <> r.seq OR l.utc <> r.utc OR l.actor <> r.actor",
    ),
    (
        "lines of the ledger outside those of their write",
        "SELECT COUNT(*) FROM ledger l LEFT JOIN run r ON r.seq = l.run LEFT JOIN run n ON n.seq = l.run + 1
            WHERE r.seq IS NULL OR l.seq < r.first_line OR l.seq >= n.first_line",
    ),
    (
        "earlier contents of source records that do not end before the present one",
        "SELECT COUNT(*) FROM source_history h LEFT JOIN source_record s ON s.id = h.id
            WHERE s.id IS NULL OR h.version >= s.version OR h.until > s.run OR h.run >= h.until",
    ),
    (
        "source codes whose beginning is not the time of their write",
        "SELECT COUNT(*) FROM crosswalk c LEFT JOIN run r ON r.seq = c.since
            WHERE c.id_type = 'record' AND (r.utc IS NULL OR r.utc <> c.valid_from)",
    ),
    (
        "earlier codes whose times are not those of their writes",
        "SELECT COUNT(*) FROM crosswalk_history h LEFT JOIN run b ON b.seq = h.since LEFT JOIN run e ON e.seq = h.until
            WHERE e.utc IS NULL OR e.utc <> h.valid_to OR b.utc IS NULL
            OR (h.id_type = 'record' AND b.utc <> h.valid_from)",
    ),
    (
        "aliases that came with a source record which is not there",
        "SELECT COUNT(*) FROM crosswalk c LEFT JOIN source_record s ON s.id = c.record
            WHERE c.record IS NOT NULL AND s.id IS NULL",
    ),
    (
        "codes replaced by one that is not known",
        "SELECT COUNT(*) FROM crosswalk c WHERE c.successor IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM crosswalk s WHERE s.entity = c.entity AND s.system = c.system
            AND s.id_type IN ('alias', 'record') AND s.source_key = c.successor)",
    ),
    (
        "relations whose time is not that of their write, or that end before it",
        "SELECT COUNT(*) FROM relation t LEFT JOIN run r ON r.seq = t.run LEFT JOIN run e ON e.seq = t.withdrawn
            WHERE r.utc IS NULL OR r.utc <> t.utc OR (t.withdrawn IS NOT NULL AND (e.seq IS NULL OR e.seq < r.seq))",
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
    (
        "IDs that are retired, or not, without a word",
        "SELECT COUNT(*) FROM global_id g WHERE (g.status = 'retired') <> COALESCE(
            (SELECT t.is_so FROM retirement t WHERE t.gid = g.gid ORDER BY t.id DESC LIMIT 1), 0)",
    ),
    (
        "retirements that are not what the ledger says",
        "SELECT COUNT(*) FROM retirement t LEFT JOIN global_id g ON g.gid = t.gid WHERE NOT EXISTS
            (SELECT 1 FROM run r LEFT JOIN run n ON n.seq = r.seq + 1
                JOIN ledger l ON l.seq >= r.first_line AND l.seq < COALESCE(n.first_line, 9223372036854775807)
            WHERE r.seq = t.run AND l.action = CASE t.is_so WHEN 1 THEN 'retire' ELSE 'unretire' END
            AND l.object = g.code AND l.actor = t.actor AND l.utc = t.utc AND l.reason = t.reason)",
    ),
    (
        "retirements that the ledger tells of and that are not there",
        "SELECT COUNT(*) FROM ledger l WHERE l.action IN ('retire', 'unretire') AND NOT EXISTS
            (SELECT 1 FROM retirement t JOIN global_id g ON g.gid = t.gid WHERE t.run = l.run AND g.code = l.object)",
    ),
];
