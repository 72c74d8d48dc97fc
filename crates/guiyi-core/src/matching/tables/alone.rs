//! Names that stand alone in two files: compared letter by letter, or as texts by their grams and how rare these are.
//!
//! Letters tell slips and short forms; grams tell what many names have in common, such as a word in brackets behind them,
//! from what is a name's own. Which of the two tells more of a list shows in the list, before anything is trained: by how
//! many records have a partner that stands out among those it could be, more than a stranger's does.
//! Law: names beside which other fields are compared are left alone; those hold up what letters leave open.

use super::field::as_text;
use super::kind::Kind;
use super::marks;
use super::records::{Records, Seekers};
use super::said::Said;
use super::search::Search;

/// The records, their names read as texts where these tell no less.
pub(super) fn read(mut records: Records, said: &Said) -> Records {
    let [names] = &records.fields[..] else {
        return records;
    };
    let is_list = records.is_link && records.seekers() == Seekers::All;
    if !is_list || names.kind != Kind::Name || names.forms.is_some() || said.of(names).is_some() {
        return records;
    }
    let mut texts = vec![as_text(names)];
    texts.extend(marks::of_fields(&texts));
    let by_letters = stand_out(&records);
    let names = std::mem::replace(&mut records.fields, texts);
    if stand_out(&records) < by_letters {
        records.fields = names;
    }
    records
}

/// How many records have a partner that stands out.
fn stand_out(records: &Records) -> usize {
    let said = Said::default();
    Search::new(records, &said).outstanding().len()
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::laws::{draw, f1, word};
    use super::super::tests::{find, matches, table};

    #[test]
    fn what_many_names_have_in_common_is_no_name() {
        let name = |at: u64| word(at * 3 + 1);
        let left: Vec<Vec<String>> = (0..400).map(|at| vec![name(at)]).collect();
        let own: Vec<u64> = (0..100).map(|at| at * 4 + draw(at, 4)).collect();
        let written = |(at, number): (&u64, usize)| vec![name(*at) + ["", " (name)"][number % 2]];
        let right: Vec<Vec<String>> = own.iter().zip(0..).map(written).collect();
        let found = find(&[&table(&["title"], &left), &table(&["name"], &right)]);
        let truth: Vec<(u32, u32)> = own.iter().zip(400..).map(|(at, right)| (*at as u32, right)).collect();
        let f1 = f1(&matches(&found), &truth);
        assert!(found.fields[0].kind == Kind::Text && f1 > 0.85, "{f1}");
        // Beside what else is compared, names stay names.
        let town = |rows: &[Vec<String>], at: &dyn Fn(usize) -> u64| -> Vec<Vec<String>> {
            let with =
                |(number, row): (usize, &Vec<String>)| vec![row[0].clone(), (1000 + draw(at(number), 900)).to_string()];
            rows.iter().enumerate().map(with).collect()
        };
        let (left, right) = (town(&left, &|at| at as u64), town(&right, &|at| own[at]));
        let found = find(&[&table(&["title", "code"], &left), &table(&["name", "code"], &right)]);
        assert!(found.fields.iter().any(|field| field.kind == Kind::Name));
    }
}
