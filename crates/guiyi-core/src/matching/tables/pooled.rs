//! Columns that are compared as one: phones whose numbers change places, as a set; latitude and longitude, as a place.
//!
//! Of two tables also a column that has no counterpart in the other one may belong to a set: the second phone of a file
//! whose other file has only one.
//! Laws: a column that somebody said something of stays as it is; a column belongs to one field at most.

use super::field::Field;
use super::kind::{Kind, infer};
use super::said::Said;
use super::table::Table;
use super::{globe, sets, text};

/// Rows of a column without a counterpart that are looked at.
const LOOKED_AT: usize = 2000;

/// Puts one field in the place of those that belong together. `make` makes the field of some columns of each table, of
/// a kind; fields that lack a column in a table are gone afterwards.
pub(super) fn pool(
    tables: &[&Table],
    said: &Said,
    fields: Vec<Field>,
    make: impl Fn(Vec<Vec<usize>>, Kind) -> Field,
) -> Vec<Field> {
    let is_open = |at: &usize| {
        let mut columns = (0..).zip(&fields[*at].columns);
        columns.all(|(side, own)| own.len() < 2 && own.iter().all(|column| !said.names(side, *column)))
    };
    let open: Vec<usize> = (0..fields.len()).filter(is_open).collect();
    let headers = |field: &Field| {
        let columns = tables.iter().zip(&field.columns);
        let header = |(table, own): (&&Table, &Vec<usize>)| Some(table.columns[*own.first()?].header.clone());
        columns.filter_map(header).collect()
    };
    let mut groups: Vec<(Vec<usize>, Kind)> = Vec::new();
    groups.extend(
        sets::find(&fields, &open)
            .into_iter()
            .map(|group| (group, Kind::Contacts)),
    );
    groups.extend((globe::find(&fields, &open, headers).into_iter()).map(|pair| (pair, Kind::Coordinates)));
    let columns_of = |group: &[usize]| -> Vec<Vec<usize>> {
        let of_side = |side: usize| {
            let mut own: Vec<usize> = Vec::new();
            for column in group.iter().flat_map(|at| &fields[*at].columns[side]) {
                if !own.contains(column) {
                    own.push(*column);
                }
            }
            own
        };
        (0..tables.len()).map(of_side).collect()
    };
    let is_whole = |columns: &[Vec<usize>]| columns.iter().all(|own| !own.is_empty());
    groups.retain(|(group, _)| is_whole(&columns_of(group)));
    let pooled: Vec<Field> = groups
        .iter()
        .map(|(group, kind)| make(columns_of(group), *kind))
        .collect();
    let is_free = |at: usize| !groups.iter().any(|(group, _)| group.contains(&at));
    let others = fields
        .into_iter()
        .enumerate()
        .filter(|(at, _)| is_free(*at))
        .map(|(_, field)| field);
    others.filter(|field| is_whole(&field.columns)).chain(pooled).collect()
}

/// Whether a column without a counterpart may belong to a set. `order` gives the row of each record.
pub(super) fn may_be_spare(tables: &[&Table], columns: &[Option<usize>], order: &[u32]) -> bool {
    let Some((side, column)) = (0..).zip(columns).find_map(|(side, column)| Some((side, (*column)?))) else {
        return false;
    };
    let start: usize = tables[..side].iter().map(|table| table.n_rows()).sum();
    let column = &tables[side].columns[column];
    let rows = order
        .iter()
        .filter_map(|row| (*row as usize).checked_sub(start))
        .filter(|row| *row < column.len());
    let mut folded = String::new();
    let values: Vec<String> = rows
        .take(LOOKED_AT)
        .map(|row| {
            text::fold(column.get(row), &mut folded);
            folded.clone()
        })
        .filter(|value| !value.is_empty())
        .collect();
    matches!(
        infer(values.iter().map(|value| (&**value, 1))),
        Kind::Phone | Kind::Email
    )
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::said::SaidField;
    use super::super::tests::table;
    use super::*;
    use crate::matching::hash::mix;

    fn phone(at: u64) -> String {
        format!("138{:08}", mix(at) % 100_000_000)
    }

    fn fields(tables: &[&Table], said: &Said) -> Vec<(String, Kind)> {
        let records = Records::new(tables, said);
        let mut fields: Vec<(String, Kind)> = records.names().map(|(name, kind)| (name.to_owned(), kind)).collect();
        fields.sort();
        fields
    }

    #[test]
    fn columns_whose_numbers_change_places_are_one_set() {
        let name = |at: u64| format!("ka{}x{at}", mix(at + 7));
        let row = |at: u64, is_turned: bool| {
            let (one, other) = (phone(at), format!("020{:08}", mix(at * 3) % 100_000_000));
            let (one, other) = if is_turned { (other, one) } else { (one, other) };
            vec![name(at), one, other]
        };
        let of = |turns: u64| {
            let rows: Vec<Vec<String>> = (0..300).map(|at| row(at / 2, at % turns == 1)).collect();
            table(&["no", "home", "mobile"], &rows)
        };
        let check = |tables: &[&Table], said: &Said, expected: &[(&str, Kind)]| {
            let expected: Vec<(String, Kind)> = expected
                .iter()
                .map(|(name, kind)| ((*name).to_owned(), *kind))
                .collect();
            assert_eq!(fields(tables, said), expected);
        };
        let apart = [("home", Kind::Phone), ("mobile", Kind::Phone), ("no", Kind::Code)];
        let (turned, straight) = (of(10), of(100_000));
        check(
            &[&turned],
            &Said::default(),
            &[("home + mobile", Kind::Contacts), ("no", Kind::Code)],
        );
        check(&[&straight], &Said::default(), &apart);
        let said = Said {
            fields: vec![SaidField {
                left: Some(1),
                compare: true,
                kind: Some(Kind::Phone),
                ..SaidField::default()
            }],
            ..Said::default()
        };
        check(&[&turned], &said, &apart);
        // The other file has one phone, which is now the one and now the other.
        let one: Vec<Vec<String>> = (0..150)
            .map(|at| vec![name(at), row(at, at % 3 == 0)[1].clone()])
            .collect();
        let one = table(&["key", "tel"], &one);
        check(
            &[&straight, &one],
            &Said::default(),
            &[("no", Kind::Code), ("tel", Kind::Contacts)],
        );
        check(
            &[&one, &straight],
            &Said::default(),
            &[("key", Kind::Code), ("tel", Kind::Contacts)],
        );
    }

    #[test]
    fn latitude_and_longitude_are_one_place() {
        let degrees = |at: u64, from: f64| format!("{:.5}", from + (mix(at) % 10_000) as f64 / 1e4);
        let rows: Vec<Vec<String>> = (0..200)
            .map(|at| {
                vec![
                    format!("x{at}y{}", mix(at)),
                    degrees(at, 30.0),
                    degrees(at + 999, 121.0),
                ]
            })
            .collect();
        let check = |headers: [&str; 3], expected: &[Kind]| {
            let mut kinds: Vec<Kind> = fields(&[&table(&headers, &rows)], &Said::default())
                .into_iter()
                .map(|(_, kind)| kind)
                .collect();
            kinds.sort_unstable();
            assert_eq!(kinds, expected, "{headers:?}");
        };
        check(["id", "纬度", "经度"], &[Kind::Coordinates, Kind::Code]);
        check(["id", "lat", "lng"], &[Kind::Coordinates, Kind::Code]);
        // What the values could be, the names do not say; or the names say it of others.
        check(["id", "width", "height"], &[Kind::Number, Kind::Number, Kind::Code]);
        check(["id", "lng", "lat"], &[Kind::Number, Kind::Number, Kind::Code]);
        check(
            ["id", "shop_lat", "home_lng"],
            &[Kind::Number, Kind::Number, Kind::Code],
        );
    }
}
