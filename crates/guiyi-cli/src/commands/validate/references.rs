//! `--reference`: the other side of foreign keys, read from files before anything is judged.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use guiyi_core::dictionary::EntityType;
use guiyi_core::rulebook::{Pack, Rulebook, Source, Target, hint_for};
use guiyi_core::{standardize, validate};
use guiyi_io::read::{self, ReadOptions};

/// Rows read at once.
const ROWS: usize = 8192;

/// One `--reference`.
struct Reference<'a> {
    entity: EntityType,
    /// `None`: no system in particular.
    system: Option<&'a str>,
    file: &'a Path,
    /// The column of the source keys.
    column: Option<&'a str>,
}

/// Tells the pack's foreign keys what there is on their other sides.
///
/// Memory: each key or value once.
pub(super) fn know(pack: &mut Pack, references: &[String], today: (i16, i8, i8)) -> anyhow::Result<()> {
    let references = references
        .iter()
        .map(|text| parse(text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let targets = pack.targets();
    for reference in &references {
        if !targets.iter().any(|target| reference.serves(target)) {
            let entity = reference.entity.name();
            bail!(
                "--reference {entity}={}: no foreign key of the rule pack points there",
                reference.file.display()
            );
        }
    }
    for target in targets {
        let mut values = BTreeSet::new();
        let mut serving = references
            .iter()
            .filter(|reference| reference.serves(&target))
            .peekable();
        if serving.peek().is_none() {
            continue;
        }
        for reference in serving {
            values.append(&mut reference.values(&target, today)?);
        }
        pack.know(&target, &Arc::new(values));
    }
    Ok(())
}

/// `[SYSTEM/]ENTITY=FILE[:COLUMN]`.
fn parse(text: &str) -> anyhow::Result<Reference<'_>> {
    let hint = "hint: such as --reference customer=customers.csv:客户编码";
    let Some((whose, place)) = text.split_once('=') else {
        bail!("--reference {text} is not of the form ENTITY=FILE:COLUMN\n  {hint}");
    };
    let (system, entity) = match whose.split_once('/') {
        Some((system, entity)) => (Some(system), entity),
        None => (None, whose),
    };
    let names = EntityType::ALL.map(EntityType::name);
    let entity = EntityType::ALL
        .into_iter()
        .find(|known| known.name() == entity)
        .with_context(|| {
            format!(
                "--reference {text}: \"{entity}\" is no entity type\n  hint: one of: {}",
                names.join(", ")
            )
        })?;
    // A colon also stands in paths: what is behind the last one is a column unless the path goes on there.
    let (file, column) = match place.rsplit_once(':') {
        Some((file, column)) if !file.is_empty() && !Path::new(place).exists() && !column.contains(['/', '\\']) => {
            (file, Some(column))
        }
        _ => (place, None),
    };
    Ok(Reference {
        entity,
        system,
        file: Path::new(file),
        column,
    })
}

impl Reference<'_> {
    fn serves(&self, target: &Target) -> bool {
        let is_system = target.system.is_none() || target.system.as_deref() == self.system;
        target.entity == self.entity && is_system
    }

    /// The keys or values of the file that the target means, as the file has them and standardized.
    fn values(&self, target: &Target, today: (i16, i8, i8)) -> anyhow::Result<BTreeSet<Box<str>>> {
        let mut rulebook = match Rulebook::shipped(self.entity, today) {
            Ok(rulebook) => rulebook,
            Err(mistakes) => bail!("{} mistakes in the shipped rules", mistakes.len()),
        };
        let mut reader = read::open(self.file, &ReadOptions::default())?;
        let headers: Vec<&str> = reader.headers.iter().map(|header| &**header).collect();
        let system = target.system.as_deref().unwrap_or_default();
        let file = self.file.display();
        let key = match (self.column, headers.first()) {
            (Some(column), _) => column,
            // The keys are not asked for; any column will do.
            (None, Some(first)) if target.element.is_some() => first,
            _ => bail!(
                "--reference {}={file}: which column has the keys?\n  hint: {}={file}:COLUMN, one of: {}",
                self.entity.name(),
                self.entity.name(),
                headers.join(", ")
            ),
        };
        let source = Source::by_header(system, &headers, key, &rulebook.dictionary);
        let mut source = source.with_context(|| {
            let hint = hint_for(key, headers.iter().copied()).unwrap_or_default();
            format!("{file}: no column is called \"{key}\", as --reference has it\n  hint: {hint}")
        })?;
        if let Some(name) = &target.element {
            let position = rulebook.dictionary.position(name);
            let element =
                position.with_context(|| format!("no element of {} is named \"{name}\"", self.entity.name()))?;
            if self.column.is_some() {
                source.mapping[element] = Some(source.key_column);
            } else if source.mapping[element].is_none() {
                // The first column was taken for the keys; it may be the very one.
                let position = (headers.iter())
                    .position(|header| rulebook.dictionary.position_for_header(header) == Some(element));
                source.mapping[element] = Some(position.with_context(|| {
                    format!(
                        "{file}: no column for {name}\n  hint: name it: {}={file}:COLUMN",
                        self.entity.name()
                    )
                })?);
            }
        }
        rulebook.sources.push(source);
        let mut values = BTreeSet::new();
        let batches = reader.batches(0, &rulebook.sources[0], ROWS)?;
        for batch in batches {
            let (batch, _) = batch?;
            values.append(&mut validate::referable(
                std::slice::from_ref(&batch),
                &rulebook,
                target,
            ));
            if target.element.is_some() {
                let hints = standardize::learn(std::slice::from_ref(&batch), &rulebook);
                let (batch, _) = standardize::run(batch, &rulebook, &hints);
                values.append(&mut validate::referable(&[batch], &rulebook, target));
            }
        }
        Ok(values)
    }
}
