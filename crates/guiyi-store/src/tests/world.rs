//! A small world of invented customers: what the pipeline would hand to the store.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::StringArray;
use guiyi_core::crosswalk::assign;
use guiyi_core::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use guiyi_core::matching::{self, Decisions, HardIdentifiers, Pair};
use guiyi_core::record::{Batch, Column, Origin, Records, RowState};
use guiyi_core::rulebook::{MatchingPolicy, Rulebook, Source, Strategy, SurvivorshipPolicy};
use guiyi_core::survive;

use crate::{CommitReport, Known, ReviewPair, RunChange, Store, StoreError, Verdict};

/// One source row: system, key, name, city, phone; a name that begins with `~` was standardized.
pub(crate) type Row = (String, String, [Option<String>; 3]);

/// The sources of a run. Records with the same phone are one customer.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) rows: Vec<Row>,
    /// The pairs that a run leaves to a person.
    pub(crate) review: Vec<ReviewPair>,
}

pub(crate) fn row(system: &str, key: &str, name: &str, city: &str, phone: &str) -> Row {
    let cell = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (system.into(), key.into(), [cell(name), cell(city), cell(phone)])
}

impl World {
    pub(crate) fn of(rows: &[(&str, &str, &str, &str, &str)]) -> Self {
        Self {
            rows: rows.iter().map(|r| row(r.0, r.1, r.2, r.3, r.4)).collect(),
            review: Vec::new(),
        }
    }

    /// `n` customers, every third of them in both systems.
    pub(crate) fn first_run(n: usize) -> Self {
        let mut rows = Vec::new();
        for number in 0..n {
            let (name, phone) = (format!("公司{number}"), format!("1390000{number:04}"));
            rows.push(row("erp", &format!("D03-{number:06}"), &name, "杭州市", &phone));
            if number % 3 == 0 {
                rows.push(row(
                    "crm",
                    &format!("HD-KA-{number:05}"),
                    &format!("~{name}"),
                    "",
                    &phone,
                ));
            }
        }
        Self {
            rows,
            review: Vec::new(),
        }
    }

    /// The same with changed, moved, new and missing rows.
    pub(crate) fn second_run(n: usize) -> Self {
        let mut world = Self::first_run(n);
        for (number, row) in world.rows.iter_mut().enumerate() {
            match number % 10 {
                1 => row.2[1] = Some("苏州市".into()),
                // Two customers become one.
                4 => row.2[2] = Some("13900000007".into()),
                _ => {}
            }
        }
        world.rows.retain(|row| !row.1.ends_with('8'));
        world.rows.push(row("crm", "HD-KA-99999", "新客户", "", "13811112222"));
        world
    }

    pub(crate) fn rulebook() -> Rulebook {
        let element = |name: &str, kind| Element {
            name: name.into(),
            label_zh: name.into(),
            label: name.into(),
            definition: name.into(),
            definition_zh: name.into(),
            kind,
            standard: None,
            importance: Importance::Normal,
            sensitivity: Sensitivity::Public,
            format: None,
            codes: Vec::new(),
            synonyms: Vec::new(),
        };
        let source = |system: &str| Source {
            system: system.into(),
            headers: ["编码", "名称", "城市", "电话"].map(Arc::from).to_vec(),
            key_column: 0,
            mapping: vec![Some(1), Some(2), Some(3)],
            code_pattern: None,
            day_first: None,
        };
        Rulebook {
            dictionary: Dictionary {
                entity: EntityType::Customer,
                elements: vec![
                    element("name", ElementKind::OrganizationName),
                    element("city", ElementKind::City),
                    element("phone", ElementKind::Phone),
                ],
            },
            sources: vec![source("erp"), source("crm")],
            rules: Vec::new(),
            matching: MatchingPolicy::default(),
            survivorship: SurvivorshipPolicy {
                source_priority: vec!["crm".into()],
                default: vec![Strategy::SourcePriority],
                elements: vec![None; 3],
                groups: Vec::new(),
                recency: None,
                ..SurvivorshipPolicy::default()
            },
            imputation: Vec::new(),
            today: (2026, 1, 1),
        }
    }

    pub(crate) fn run(&self, store: &mut Store, utc: &str) -> CommitReport {
        self.try_run(store, utc).unwrap()
    }

    pub(crate) fn try_run(&self, store: &mut Store, utc: &str) -> Result<CommitReport, StoreError> {
        self.run_with(store, &Self::rulebook(), utc)
    }

    /// Does what the corridor does, with "same phone" for matching.
    pub(crate) fn run_with(
        &self,
        store: &mut Store,
        rulebook: &Rulebook,
        utc: &str,
    ) -> Result<CommitReport, StoreError> {
        let batches = self.batches(rulebook);
        let (present, present_rows) = admit(rulebook, &batches);
        let known = store.load_known(rulebook, &present)?;
        let (records, rows) = join(&present, &present_rows, &known.absent);
        let clusters = cluster(rulebook, &records, &known);
        let mut golden = survive::run(&records, &clusters, rulebook);
        let memberships = known.memberships(&records);
        let assignment = assign(&clusters, memberships.history(&known), known.mint).unwrap();
        survive::pin(&mut golden, &known.pins_of(&assignment.gids, &rulebook.dictionary, utc));
        let change = RunChange {
            rulebook,
            rulebook_digest: b"rules",
            known: &known,
            records: &records,
            batches: &batches,
            rows: &rows,
            clusters: &clusters,
            golden: &golden,
            assignment: &assignment,
            review: Some(&self.review),
        };
        store.commit(&[change], utc, "tests").map(|reports| reports[0])
    }

    pub(crate) fn batches(&self, rulebook: &Rulebook) -> Vec<Batch> {
        let of_source = |(number, source): (usize, &Source)| {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| *row.0 == *source.system).collect();
            let texts = |column: usize| rows.iter().map(move |row| row.2[column].as_deref());
            let keys: StringArray = rows.iter().map(|row| Some(row.1.as_str())).collect();
            let received: Vec<StringArray> = std::iter::once(keys.clone())
                .chain((0..3).map(|column| texts(column).collect()))
                .collect();
            let columns = rulebook.dictionary.elements.iter().enumerate().map(|(column, _)| {
                if column >= 3 {
                    return Column::empty(rows.len());
                }
                let origin = |text: Option<&str>| match text {
                    Some(text) if text.starts_with('~') => Origin::Standardized,
                    _ => Origin::Received,
                };
                Column {
                    values: texts(column)
                        .map(|text| text.map(|text| text.trim_start_matches('~')))
                        .collect(),
                    origins: Some(texts(column).map(origin).collect()),
                }
            });
            Batch {
                source: number as u16,
                rows: (0..rows.len() as u64).collect(),
                keys,
                received,
                columns: columns.collect(),
                states: vec![RowState::Clean; rows.len()],
            }
        };
        rulebook.sources.iter().enumerate().map(of_source).collect()
    }
}

fn admit(rulebook: &Rulebook, batches: &[Batch]) -> (Records, Vec<Option<(u32, u32)>>) {
    let mut order: Vec<(u16, &str, u32, u32)> = Vec::new();
    for (number, batch) in batches.iter().enumerate() {
        for row in 0..batch.len() {
            order.push((batch.source, batch.key(row).unwrap(), number as u32, row as u32));
        }
    }
    order.sort_unstable();
    let column = |element: usize| {
        let cell = |&(_, _, batch, row): &(u16, &str, u32, u32)| {
            let column: &Column = &batches[batch as usize].columns[element];
            (column.get(row as usize), column.origin(row as usize))
        };
        Column {
            values: order.iter().map(|at| cell(at).0).collect(),
            origins: Some(order.iter().map(|at| cell(at).1).collect()),
        }
    };
    let records = Records {
        sources: order.iter().map(|at| at.0).collect(),
        keys: order.iter().map(|at| at.1.into()).collect(),
        columns: (0..rulebook.dictionary.elements.len()).map(column).collect(),
    };
    (records, order.iter().map(|at| Some((at.2, at.3))).collect())
}

fn join(present: &Records, rows: &[Option<(u32, u32)>], absent: &Records) -> (Records, Vec<Option<(u32, u32)>>) {
    let mut order: Vec<(u16, &str, bool, usize)> = Vec::new();
    for (is_absent, records) in [(false, present), (true, absent)] {
        order.extend((0..records.len()).map(|at| (records.sources[at], &*records.keys[at], is_absent, at)));
    }
    order.sort_unstable();
    let column = |element: usize| {
        let cell = |&(_, _, is_absent, at): &(u16, &str, bool, usize)| {
            let column = if is_absent {
                &absent.columns[element]
            } else {
                &present.columns[element]
            };
            (column.get(at), column.origin(at))
        };
        Column {
            values: order.iter().map(|at| cell(at).0).collect(),
            origins: Some(order.iter().map(|at| cell(at).1).collect()),
        }
    };
    let records = Records {
        sources: order.iter().map(|at| at.0).collect(),
        keys: order.iter().map(|at| at.1.into()).collect(),
        columns: (0..present.columns.len()).map(column).collect(),
    };
    (
        records,
        order.iter().map(|at| if at.2 { None } else { rows[at.3] }).collect(),
    )
}

/// Joins records with the same phone, as far as stewards allow.
fn cluster(rulebook: &Rulebook, records: &Records, known: &Known) -> Vec<u32> {
    let memberships = known.memberships(records);
    let history = memberships.history(known);
    let phone = rulebook.dictionary.position("phone").unwrap();
    let mut same: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for record in 0..records.len() as u32 {
        if let Some(number) = records.get(record, phone) {
            same.entry(number).or_default().push(record);
        }
    }
    let pair = |a: u32, b: u32| Pair {
        a,
        b,
        weight: 10_000,
        probability: 999_000,
        decision: matching::Decision::Match,
        veto: None,
        pattern: 0,
    };
    let pairs = same.values().flat_map(|group| {
        group
            .iter()
            .enumerate()
            .flat_map(move |(at, &a)| group[at + 1..].iter().map(move |&b| pair(a, b)))
    });
    let mut pairs: Vec<Pair> = pairs.collect();
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    let find = |(system, key): &(String, String)| {
        let source = known.systems.iter().position(|name| **name == **system)?;
        records.position(source as u16, key)
    };
    let verdicts = known.decisions.iter().filter_map(|decision| {
        let verdict = match decision.verdict {
            Verdict::Match => matching::Verdict::Match,
            Verdict::NotMatch => matching::Verdict::NotMatch,
            Verdict::Unsure => return None,
        };
        Some((find(&decision.a)?, find(&decision.b)?, verdict))
    });
    let decisions = Decisions::new(verdicts);
    guiyi_core::cluster::run(
        records.len(),
        &mut pairs,
        &decisions,
        &HardIdentifiers::default(),
        &history.confirmed(),
        &history.retired(),
    )
    .of
}

/// Every row of every table as text, and the schema.
pub(crate) fn dump(store: &Store) -> String {
    dump_of(&store.connection)
}

/// The same, of a file of any schema version.
pub(crate) fn dump_of(connection: &rusqlite::Connection) -> String {
    try_dump_of(connection).unwrap()
}

/// The same, of a file that may be damaged.
pub(crate) fn try_dump_of(connection: &rusqlite::Connection) -> rusqlite::Result<String> {
    let mut out = String::new();
    let mut statement = connection.prepare("SELECT name, COALESCE(sql, '') FROM sqlite_master ORDER BY name")?;
    let objects = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    for (name, sql) in objects {
        writeln!(out, "{sql}").unwrap();
        if !sql.starts_with("CREATE TABLE") {
            continue;
        }
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY 1, 2"))?;
        let n_columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            write!(out, "{name} ").unwrap();
            for column in 0..n_columns {
                write!(out, "{:?} ", row.get_ref(column)?).unwrap();
            }
            out.push('\n');
        }
    }
    Ok(out)
}
