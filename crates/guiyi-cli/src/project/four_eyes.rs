//! `[store.four_eyes]`: what one person alone may not do to golden records, and who approves it.
//!
//! What is demanded here is done through a change request only; everything else may be proposed, too.

use guiyi_core::dictionary::Importance;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::hint_for;
use guiyi_core::rulebook::toml::Table;
use guiyi_store::{Merge, Proposal, Store, fold_actor};

use super::Entity;

/// What needs a second person.
pub(crate) struct FourEyes {
    /// Merging, splitting, unconfirming, retiring and unretiring confirmed golden records.
    confirmed: bool,
    /// Pins on elements of importance `key`.
    key_attributes: bool,
    /// Pins on these elements.
    attributes: Vec<String>,
    /// How many people beside the author have to approve.
    pub(crate) approvals: u32,
    /// Who may approve; empty: everybody but the author.
    pub(crate) approvers: Vec<String>,
}

impl FourEyes {
    /// Reads the section; without it nothing needs a second person, and everybody may approve what is proposed.
    pub(super) fn read(section: Option<&Table<'_>>, entities: &[Entity]) -> Self {
        let Some(section) = section else {
            return Self {
                confirmed: false,
                key_attributes: false,
                attributes: Vec::new(),
                approvals: 1,
                approvers: Vec::new(),
            };
        };
        let attributes = section.strings("attributes");
        let elements = || entities.iter().flat_map(|entity| &entity.dictionary.elements);
        for (at, &attribute) in attributes.iter().enumerate() {
            if !elements().any(|element| *element.name == *attribute) {
                let hint = hint_for(attribute, elements().map(|element| &*element.name));
                section.mistake_at_item(
                    "attributes",
                    at,
                    format!("there is no data element \"{attribute}\""),
                    hint,
                );
            }
        }
        let approvers = section.strings("approvers");
        for (at, approver) in approvers.iter().enumerate() {
            let folded = fold_actor(approver);
            if folded.is_empty() {
                section.mistake_at_item("approvers", at, "an approver without a name", None);
            } else if approvers[..at].iter().any(|other| fold_actor(other) == folded) {
                let hint = "width, case and spaces make no other person";
                section.mistake_at_item(
                    "approvers",
                    at,
                    format!("\"{approver}\" is there twice"),
                    Some(hint.into()),
                );
            }
        }
        let approvals = section.opt_integer("approvals", 1..=9).unwrap_or(1) as u32;
        if !approvers.is_empty() && approvers.len() < approvals as usize {
            let message = format!("{approvals} approvals cannot come from {} approvers", approvers.len());
            let hint = "each has to come from another person";
            section.mistake_at("approvals", message, Some(hint.into()));
        }
        Self {
            confirmed: section.opt_bool("confirmed").unwrap_or(false),
            key_attributes: section.opt_bool("key_attributes").unwrap_or(false),
            attributes: attributes.into_iter().map(ToOwned::to_owned).collect(),
            approvals,
            approvers: approvers.into_iter().map(ToOwned::to_owned).collect(),
        }
    }
}

impl super::Project {
    /// Why a change needs a second person; `None` if it does not.
    pub(crate) fn demands_four_eyes(&self, store: &Store, proposal: &Proposal) -> anyhow::Result<Option<String>> {
        let four_eyes = &self.four_eyes;
        let confirmed_one = |gids: &[GlobalId]| -> anyhow::Result<Option<String>> {
            for &gid in gids.iter().filter(|_| four_eyes.confirmed) {
                if store.confirmation(gid)?.is_some() {
                    return Ok(Some(format!("{gid} is confirmed")));
                }
            }
            Ok(None)
        };
        match proposal {
            Proposal::Pin { element, .. } | Proposal::Unpin { element, .. } => {
                let of_type = self
                    .entities
                    .iter()
                    .find(|of_project| Some(of_project.dictionary.entity) == proposal.entity());
                let mut elements = of_type.into_iter().flat_map(|entity| &entity.dictionary.elements);
                let is_key = elements.any(|other| *other.name == **element && other.importance == Importance::Key);
                let is_demanded = four_eyes.attributes.contains(element) || (four_eyes.key_attributes && is_key);
                Ok(is_demanded.then(|| format!("{element} is a value that nobody sets alone")))
            }
            Proposal::Merge(Merge { a, b, .. }) => confirmed_one(&[*a, *b]),
            Proposal::Split { gid, .. } | Proposal::Confirm { gid, is_so: false } | Proposal::Retire { gid, .. } => {
                confirmed_one(&[*gid])
            }
            Proposal::Confirm { is_so: true, .. } | Proposal::Relate { .. } => Ok(None),
        }
    }
}
