//! Every target on a fixed number of seeded inputs: seconds of what `fuzz/run.sh` does for minutes.

use guiyi_fuzz::mutate::{Length, fuzz};
use guiyi_fuzz::targets;

#[test]
fn every_property_holds() {
    for target in targets() {
        // A workbook is a third of a megabyte, a cell a few bytes.
        let count = if target.name == "xlsx" { 12 } else { 1_000 };
        let (n_inputs, failure) = fuzz(&target, 1, Length::Inputs(count));
        let shown = failure.map(|input| String::from_utf8_lossy(&input[..input.len().min(400)]).into_owned());
        assert_eq!(shown, None, "{} after {n_inputs} inputs", target.name);
    }
}
