//! Why a golden record has its values: every member's value for every element, and the reason for which each lost.
//!
//! Stands beside `rebuild`: both compute anew what is stored. The policy is that of the rulebook given, the day that of
//! the last run; where the two differ from what the last run went by, the answer differs from what is stored, and says so.

use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::{self, Candidate};

use crate::Store;
use crate::action::by_day_of_last_run;
use crate::error::StoreError;
use crate::known::load_part;
use crate::pins::Pinned;
use crate::read::{GoldenRecord, GoldenValue, Member, golden};

/// A golden record with the candidates of each value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenWhy {
    /// The golden record as it is stored.
    pub golden: GoldenRecord,
    /// One per data element that a member or the golden record has a value of, in the order of the dictionary.
    pub elements: Vec<ElementWhy>,
}

/// Why an element has its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementWhy {
    /// Name of the element.
    pub element: String,
    /// Names of the elements that survive together with it.
    pub together: Vec<String>,
    /// The value that is stored, with its lineage; `None`: the element is new since.
    pub stored: Option<GoldenValue>,
    /// The steward's pin on it, also one that has expired.
    pub pin: Option<Pinned>,
    /// What the policy makes of the members; the value that stands unless it is pinned.
    pub why: survive::Why,
    /// The members' values, in the order of [`survive::Why::candidates`], each with its record.
    pub candidates: Vec<(Member, Candidate)>,
}

impl Store {
    /// Why a golden record has its values; `None` if the ID is not active, see [`Store::resolve`].
    pub fn why(&self, rulebook: &Rulebook, gid: GlobalId) -> Result<Option<GoldenWhy>, StoreError> {
        self.read(|connection| {
            let Some(stored) = golden(connection, gid)? else {
                return Ok(None);
            };
            let rulebook = &*by_day_of_last_run(connection, rulebook)?;
            let part = load_part(connection, rulebook, &[gid])?;
            let members: Vec<u32> = (0..part.absent.len() as u32).collect();
            let member = |record: u32| {
                let system = &part.systems[usize::from(part.absent.sources[record as usize])];
                let key = &part.absent.keys[record as usize];
                let named = |member: &&Member| *member.system == **system && *member.key == **key;
                stored.members.iter().find(named).cloned()
            };
            let names = &rulebook.dictionary.elements;
            let mut elements = Vec::new();
            for (position, element) in names.iter().enumerate() {
                let Some(mut why) = survive::why(&part.absent, &members, rulebook, position) else {
                    continue;
                };
                let is_of_element = |name: &str| *name == *element.name;
                let value = stored
                    .values
                    .iter()
                    .find(|value| is_of_element(&value.element))
                    .cloned();
                let pin = part
                    .pins
                    .iter()
                    .find(|pin| pin.gid == gid && is_of_element(&pin.element));
                let candidates = std::mem::take(&mut why.candidates).into_iter();
                let candidates: Vec<(Member, Candidate)> = candidates
                    .filter_map(|candidate| Some((member(candidate.record)?, candidate)))
                    .collect();
                let is_empty = candidates.iter().all(|(_, candidate)| candidate.value.is_none());
                if is_empty && pin.is_none() && value.as_ref().is_none_or(|value| value.value.is_none()) {
                    continue;
                }
                let others = why.group.iter().filter(|&&other| other != position);
                elements.push(ElementWhy {
                    element: element.name.to_string(),
                    together: others.map(|&other| names[other].name.to_string()).collect(),
                    stored: value,
                    pin: pin.cloned(),
                    why,
                    candidates,
                });
            }
            Ok(Some(GoldenWhy {
                golden: stored,
                elements,
            }))
        })
    }
}
