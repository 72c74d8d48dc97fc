//! Single cells in their canonical form, for judging a file as it is: nothing moves from one element to another, and
//! nothing is written down but what could not be read.
//!
//! Law: a cell comes out as [`super::run`] would make it, but for what that takes from or puts into other cells.

use super::change::Value;
use super::columns::edited;
use super::{Hints, Reader};
use crate::finding::Fault;
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

/// Brings the values of some elements to their canonical forms.
///
/// Gives the cells that hold a value which is none of its kind, as (row, element, why), in the order of the elements:
/// such a cell becomes null and [`Origin::Withheld`] where the value stands for nothing or cannot be read.
/// A column in which nothing changes keeps its arrays.
pub fn cells(batch: &mut Batch, elements: &[usize], rulebook: &Rulebook, hints: &Hints) -> Vec<(usize, usize, Fault)> {
    let mut faults = Vec::new();
    for &element in elements {
        let column = batch.columns[element].clone();
        let reader = Reader::new(element, &rulebook.dictionary.elements[element], batch, rulebook, hints);
        let mut edits = Vec::new();
        for row in 0..batch.len() {
            let Some(text) = column.get(row) else { continue };
            let Some(change) = reader.standardize(text, Origin::Received) else {
                continue;
            };
            faults.extend(change.complaint.map(|complaint| (row, element, complaint.fault)));
            match change.value {
                Value::Kept => {}
                Value::Set(value) => edits.push((row, Some(value), change.origin)),
                Value::Null => edits.push((row, None, change.origin)),
            }
        }
        if !edits.is_empty() {
            batch.columns[element] = edited(&column, edits);
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::EntityType;
    use crate::rulebook::Source;

    #[test]
    fn a_cell_changes_and_its_neighbors_stay() {
        let mut rulebook = Rulebook::shipped(EntityType::Customer, (2026, 3, 1)).unwrap();
        let headers = ["编码", "客户名称", "手机", "信用额度", "建档日期"];
        let source = Source::by_header("erp", &headers, "编码", &rulebook.dictionary).unwrap();
        rulebook.sources.push(source);
        let rows = [
            ["1", "归一（停用）", "138 0013 8000/13900139000", "1,234.5", "2024/3/5"],
            ["2", "无", "1.38E+10", "无", "2024-02-30"],
            ["3", "归一", "13800138000", "5.00", "2024-03-05"],
        ];
        let of = |name: &str| rulebook.dictionary.position(name).unwrap();
        let elements = ["mobile", "credit_limit", "created_date"].map(of);
        let mut batch = Batch::of_text(0, &rulebook.sources[0], &rows);
        let held = cells(&mut batch, &elements, &rulebook, &Hints::default());
        let column = |name: &str| -> Vec<_> { (0..3).map(|row| batch.columns[of(name)].get(row)).collect() };
        // What is no number stays, for the validate room to judge.
        assert_eq!(
            column("mobile"),
            [Some("13800138000"), Some("1.38E+10"), Some("13800138000")]
        );
        assert_eq!(column("credit_limit"), [Some("1234.50"), None, Some("5.00")]);
        assert_eq!(column("created_date"), [Some("2024-03-05"), None, Some("2024-03-05")]);
        assert_eq!(column("name")[1], Some("无"), "an element that was not asked for");
        assert_eq!(column("second_phone"), [None; 3], "nothing moves");
        let expected = "date".into();
        let [mobile, limit, date] = elements;
        assert_eq!(
            held,
            [(1, limit, Fault::Placeholder), (1, date, Fault::Format { expected })]
        );
        let before = batch.clone();
        assert_eq!(cells(&mut batch, &elements, &rulebook, &Hints::default()), []);
        assert_eq!(batch.columns[mobile].values, before.columns[mobile].values);
    }
}
