//! Names that stand alone in two files: compared letter by letter, or as texts by their grams and how rare these are.
//!
//! Letters tell slips and short forms; grams tell what many names have in common, such as a word in brackets behind them,
//! from what is a name's own. Which of the two tells more of a list shows in the list, before anything is trained: by how
//! many records have a partner that stands out among those it could be, more than a stranger's does.
//! Law: names beside which other fields are compared are left alone; those hold up what letters leave open.

use super::field::{as_text, marks};
use super::kind::Kind;
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
    texts.extend(marks(&texts));
    let by_letters = stand_out(&records);
    let names = std::mem::replace(&mut records.fields, texts);
    if stand_out(&records) < by_letters {
        records.fields = names;
    }
    records
}

/// How many records have a partner that stands out.
fn stand_out(records: &Records) -> f64 {
    let said = Said::default();
    Search::new(records, &said).outstanding()
}
