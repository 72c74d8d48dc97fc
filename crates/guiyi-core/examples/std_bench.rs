#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs
)]
use ElementKind as K;
use arrow_array::StringArray;
use guiyi_core::dictionary::*;
use guiyi_core::record::*;
use guiyi_core::rulebook::*;
use guiyi_core::standardize;
use std::sync::Arc;
use std::time::Instant;
fn main() {
    let erp = [
        K::Code,
        K::OrganizationName,
        K::Text,
        K::CreditCode,
        K::PersonName,
        K::PersonName,
        K::Landline,
        K::Mobile,
        K::ResidentId,
        K::Province,
        K::City,
        K::County,
        K::Address,
        K::Postcode,
        K::Text,
        K::BankAccount,
        K::Cnaps,
        K::Amount,
        K::Amount,
        K::Date,
        K::Enumeration,
        K::Enumeration,
        K::Note,
    ];
    let crm = [
        K::Code,
        K::OrganizationName,
        K::CreditCode,
        K::Text,
        K::Enumeration,
        K::PersonName,
        K::PersonName,
        K::Mobile,
        K::Landline,
        K::Email,
        K::City,
        K::Address,
        K::Amount,
        K::Date,
        K::Text,
        K::Date,
        K::Note,
    ];
    for (f, kinds) in [("erp", &erp[..]), ("crm", &crm[..])] {
        let text = std::fs::read_to_string(format!("/tmp/std_gen/{f}.tsv")).unwrap();
        let mut it = text.split('\x1e').filter(|l| !l.is_empty());
        let head: Vec<&str> = it.next().unwrap().split('\x1f').collect();
        let rows: Vec<Vec<&str>> = it.map(|l| l.split('\x1f').collect()).collect();
        let n = rows.len();
        let elements: Vec<Element> = kinds
            .iter()
            .zip(&head)
            .map(|(k, h)| Element {
                name: (*h).into(),
                label_zh: "".into(),
                label: "".into(),
                definition: "".into(),
                definition_zh: "".into(),
                kind: *k,
                standard: None,
                importance: Importance::Normal,
                sensitivity: Sensitivity::Public,
                codes: vec![],
                synonyms: vec![],
            })
            .collect();
        let rb = Rulebook {
            dictionary: Dictionary {
                entity: EntityType::Customer,
                elements,
            },
            sources: vec![Source {
                system: f.into(),
                headers: head.iter().map(|h| Arc::from(*h)).collect(),
                key_column: 0,
                mapping: (0..head.len()).map(Some).collect(),
                code_pattern: None,
                day_first: None,
            }],
            rules: vec![],
            matching: MatchingPolicy::default(),
            survivorship: SurvivorshipPolicy {
                source_priority: vec![],
                default: vec![],
                elements: vec![],
                groups: vec![],
                recency: None,
            },
            imputation: vec![],
            today: (2026, 11, 21),
        };
        let cols: Vec<StringArray> = (0..head.len())
            .map(|c| rows.iter().map(|r| Some(r[c]).filter(|s| !s.is_empty())).collect())
            .collect();
        let make = |only: Option<usize>| {
            let columns = cols
                .iter()
                .enumerate()
                .map(|(i, c)| {
                    if only.is_none_or(|o| o == i) {
                        Column::received(c.clone())
                    } else {
                        Column::empty(n)
                    }
                })
                .collect();
            Batch {
                source: 0,
                rows: (1..=n as u64).collect(),
                keys: cols[0].clone(),
                received: cols.clone(),
                columns,
                states: vec![RowState::Clean; n],
            }
        };
        let b = make(None);
        let t = now();
        let hints = standardize::learn(std::slice::from_ref(&b), &rb);
        println!("{f}: {n} rows, learn {}", cpu(t));
        let reps = 20;
        let _ = standardize::run(make(None), &rb, &hints);
        let t = now();
        let mut notes = None;
        for _ in 0..reps {
            notes = Some(standardize::run(make(None), &rb, &hints));
        }
        let e = cpu(t) / reps as f64;
        let (out, notes) = notes.unwrap();
        println!(
            "  whole: {:.0} rows/s, {:.0} ns/cell, corrections {} findings {} clean rows {}",
            n as f64 / e,
            e * 1e9 / (n * head.len()) as f64,
            notes.corrections.len(),
            notes.findings.len(),
            out.states.iter().filter(|s| **s == RowState::Clean).count()
        );
        for (i, h) in head.iter().enumerate() {
            let t = now();
            let mut c = 0;
            for _ in 0..reps {
                c = standardize::run(make(Some(i)), &rb, &hints).1.corrections.len();
            }
            let nn = cols[i].iter().flatten().count();
            println!(
                "  {:<10} {:<18} {:>6.0} ns/cell  values {nn} corrections {c}",
                h,
                kinds[i].name(),
                cpu(t) * 1e9 / (reps * n) as f64
            );
        }
        if std::env::args().nth(1).as_deref() == Some("dump") {
            let want = std::env::args().nth(2).unwrap();
            let skip: usize = std::env::args().nth(3).map_or(1, |s| s.parse().unwrap());
            for (j, c) in notes.corrections.iter().filter(|c| &*c.rule == want).enumerate() {
                if j % skip == 0 {
                    println!(
                        "{} | {:?} -> {:?} {:?}",
                        head[c.attribute as usize],
                        c.before.as_deref().unwrap_or(""),
                        c.after.as_deref(),
                        c.origin
                    );
                }
            }
            for (j, c) in notes.findings.iter().filter(|c| &*c.rule == want).enumerate() {
                if j % skip == 0 {
                    println!(
                        "FIND {} | {:?} {:?}",
                        c.attribute.map_or("", |a| head[a as usize]),
                        c.value.as_deref().unwrap_or(""),
                        c.fault
                    );
                }
            }
        }
        let names: Vec<&str> = cols[1].iter().flatten().collect();
        let t = now();
        let mut z = 0;
        for _ in 0..reps {
            for n in &names {
                z += standardize::organization_name::parse(n).trade_name.len();
            }
        }
        println!("  parse org {:.0}/s  {z}", (reps * names.len()) as f64 / cpu(t));
        let t = now();
        for _ in 0..reps {
            for n in &names {
                z += standardize::organization_name::match_key(n).len();
            }
        }
        println!("  match_key {:.0}/s {z}", (reps * names.len()) as f64 / cpu(t));
        if let Some(a) = kinds.iter().position(|k| *k == K::Address) {
            let v: Vec<&str> = cols[a].iter().flatten().collect();
            let t = now();
            for _ in 0..reps {
                for n in &v {
                    z += standardize::address::parse(n).road.len();
                }
            }
            println!("  parse address {:.0}/s {z}", (reps * v.len()) as f64 / cpu(t));
        }
    }
}
fn now() -> u64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
fn cpu(t: u64) -> f64 {
    (now() - t) as f64 / 1e9
}
