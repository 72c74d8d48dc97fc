//! The truth beside the exports: who is who (members), which pairs are the same (truth), which only look so (traps).
//!
//! Codes are derived from the entity, not collected from the rows, so nothing is held; the tests check that both agree.

use super::lines;
use super::population::{System, SystemRows};
use super::world::{TrapKind, World};
use super::{Error, places::PLACES};
use std::io::Write;
use std::path::Path;

/// Writes members.csv, truth.csv and traps.csv for entities `0..n`; gives the numbers of true and of trap pairs.
pub(crate) fn write(
    world: &World,
    erp: &SystemRows,
    crm: &SystemRows,
    n: u64,
    out: &Path,
) -> Result<(u64, u64), Error> {
    let mut members = lines(&out.join("members.csv"), Some("system,code,entity_id"))?;
    let mut truth = lines(&out.join("truth.csv"), Some("erp_code,crm_code,entity_id"))?;
    let mut traps = lines(&out.join("traps.csv"), Some("code_a,code_b,kind"))?;
    let codes_of = |entity: u64| {
        let region = PLACES[world.place(entity)].sales_region;
        let codes = |rows: &SystemRows| {
            rows.rows_of(entity)
                .map(|row| rows.source_key(row, region))
                .collect::<Vec<_>>()
        };
        (codes(erp), codes(crm))
    };
    let (mut true_pairs, mut trap_pairs) = (0, 0);
    for entity in 0..n {
        let (erp_codes, crm_codes) = codes_of(entity);
        for (system, codes) in [(System::Erp, &erp_codes), (System::Crm, &crm_codes)] {
            for code in codes {
                writeln!(members, "{},{code},{entity}", system.name())?;
            }
        }
        for erp_code in &erp_codes {
            for crm_code in &crm_codes {
                writeln!(truth, "{erp_code},{crm_code},{entity}")?;
                true_pairs += 1;
            }
        }
        let Some(trap) = world.trap(entity) else { continue };
        // The second plant is also not the first, which stands just before it.
        let sister_plant = (trap.kind == TrapKind::SecondPlant).then_some(entity - 1);
        for base in [Some(trap.base), sister_plant].into_iter().flatten() {
            let (base_erp, base_crm) = codes_of(base);
            for base_code in base_erp.iter().chain(&base_crm) {
                for code in erp_codes.iter().chain(&crm_codes) {
                    writeln!(traps, "{base_code},{code},{}", trap.kind.name())?;
                    trap_pairs += 1;
                }
            }
        }
    }
    for file in [&mut members, &mut truth, &mut traps] {
        file.flush()?;
    }
    Ok((true_pairs, trap_pairs))
}
