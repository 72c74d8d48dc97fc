//! What a change request asks for: everything that a steward can do to golden records by hand.
//!
//! Laws: it is carried out by the same code as when it is done directly; it is stored so that later versions read it, the
//! value of a pin apart from the rest.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::rulebook::Rulebook;
use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::commit::Failure;
use crate::effect::Effect;
use crate::{Edits, Merge, NewPin, NewRelation, RelationKind, RelationSource, Split};
use crate::{confirm, merge, pins, relations, retire};

/// Something to be done to golden records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// Set a value by hand, see [`NewPin`].
    Pin {
        /// The golden record.
        gid: GlobalId,
        /// Name of the element.
        element: String,
        /// The value in its canonical form; `None`: no value shall stand there.
        value: Option<String>,
        /// Until when, `YYYY-MM-DDTHH:MM:SSZ`; `None`: until it is taken off.
        expires: Option<String>,
        /// From when it is valid, `YYYY-MM-DDTHH:MM:SSZ`; `None`: from when it is set.
        valid_from: Option<String>,
    },
    /// Take a pin off.
    Unpin {
        /// The golden record.
        gid: GlobalId,
        /// Name of the element.
        element: String,
    },
    /// Make two golden records one.
    Merge(Merge),
    /// Take records out of a golden record, see [`Split`].
    Split {
        /// The golden record.
        gid: GlobalId,
        /// Systems and source keys of the records.
        records: Vec<(String, String)>,
        /// Whose the pins are that were set since these records came.
        edits: Edits,
    },
    /// Relate golden records, or say that they are not related so, see [`NewRelation`].
    Relate {
        /// One golden record.
        from: GlobalId,
        /// What it is.
        kind: RelationKind,
        /// The other.
        to: GlobalId,
        /// Whether it is so.
        is_so: bool,
        /// First day, `YYYY-MM-DD`; `None`: ever.
        valid_from: Option<String>,
        /// First day on which it does not hold any more; `None`: open.
        valid_until: Option<String>,
    },
    /// Confirm a golden record, or take that back.
    Confirm {
        /// The golden record.
        gid: GlobalId,
        /// Whether it is confirmed.
        is_so: bool,
    },
    /// Retire a golden record, or bring it back.
    Retire {
        /// The golden record.
        gid: GlobalId,
        /// Whether it is retired.
        is_so: bool,
    },
}

impl Proposal {
    /// The stable name of what is asked for.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pin { .. } => "pin",
            Self::Unpin { .. } => "unpin",
            Self::Merge(_) => "merge",
            Self::Split { .. } => "split",
            Self::Relate { is_so: true, .. } => "relate",
            Self::Relate { is_so: false, .. } => "unrelate",
            Self::Confirm { is_so: true, .. } => "confirm",
            Self::Confirm { is_so: false, .. } => "unconfirm",
            Self::Retire { is_so: true, .. } => "retire",
            Self::Retire { is_so: false, .. } => "unretire",
        }
    }

    /// The golden records that it names.
    pub fn gids(&self) -> Vec<GlobalId> {
        match *self {
            Self::Pin { gid, .. }
            | Self::Unpin { gid, .. }
            | Self::Split { gid, .. }
            | Self::Confirm { gid, .. }
            | Self::Retire { gid, .. } => vec![gid],
            Self::Merge(Merge { a, b, .. }) => vec![a, b],
            Self::Relate { from, to, .. } => vec![from, to],
        }
    }

    /// The entity type of the first golden record that it names; `None` if there is no such type.
    pub fn entity(&self) -> Option<EntityType> {
        self.gids().first().copied().and_then(entity)
    }

    /// Does it.
    pub(crate) fn carry_out(&self, action: &Action<'_>, rulebook: &Rulebook) -> Result<Effect, Failure> {
        match self {
            Self::Pin {
                gid,
                element,
                value,
                expires,
                valid_from,
            } => {
                let pin = NewPin {
                    gid: *gid,
                    element,
                    value: value.as_deref(),
                    expires: expires.as_deref(),
                    valid_from: valid_from.as_deref(),
                };
                pins::set(action, rulebook, pin)
            }
            Self::Unpin { gid, element } => pins::take_off(action, rulebook, *gid, element),
            Self::Merge(two) => merge::join(action, rulebook, *two),
            Self::Split { gid, records, edits } => {
                let records: Vec<(&str, &str)> = records.iter().map(|(system, key)| (&**system, &**key)).collect();
                let split = Split {
                    gid: *gid,
                    records: &records,
                    edits: *edits,
                };
                merge::divide(action, rulebook, split)
            }
            Self::Relate {
                from,
                kind,
                to,
                is_so,
                valid_from,
                valid_until,
            } => {
                let new = NewRelation {
                    from: *from,
                    kind: *kind,
                    to: *to,
                    is_so: *is_so,
                    valid_from: valid_from.as_deref(),
                    valid_until: valid_until.as_deref(),
                    source: RelationSource::Steward,
                };
                relations::write(action, &[new])?;
                Ok(Effect::default())
            }
            Self::Confirm { gid, is_so } => {
                confirm::write(action, *gid, *is_so)?;
                Ok(Effect::default())
            }
            Self::Retire { gid, is_so } => retire::write(action, rulebook, *gid, *is_so),
        }
    }

    /// The JSON that is stored, without the value of a pin.
    pub(super) fn to_json(&self) -> String {
        let mut stored = Stored::default();
        match self {
            Self::Pin {
                gid,
                element,
                expires,
                valid_from,
                ..
            } => {
                stored.gid = Some(gid.to_string());
                stored.element = Some(element.clone());
                stored.expires.clone_from(expires);
                stored.valid_from.clone_from(valid_from);
            }
            Self::Unpin { gid, element } => {
                stored.gid = Some(gid.to_string());
                stored.element = Some(element.clone());
            }
            Self::Merge(two) => {
                stored.gid = Some(two.a.to_string());
                stored.other = Some(two.b.to_string());
                stored.survivor = two.survivor.map(|gid| gid.to_string());
                stored.overrule = two.overrule;
            }
            Self::Split { gid, records, edits } => {
                stored.gid = Some(gid.to_string());
                stored.records.clone_from(records);
                stored.edits = Some(edits.name().to_owned());
            }
            Self::Relate {
                from,
                kind,
                to,
                valid_from,
                valid_until,
                ..
            } => {
                stored.gid = Some(from.to_string());
                stored.relation = Some(kind.name().to_owned());
                stored.other = Some(to.to_string());
                stored.valid_from.clone_from(valid_from);
                stored.valid_until.clone_from(valid_until);
            }
            Self::Confirm { gid, .. } | Self::Retire { gid, .. } => stored.gid = Some(gid.to_string()),
        }
        serde_json::to_string(&stored).expect("texts and truth values always have a JSON form")
    }

    /// Reads what [`Proposal::to_json`] wrote; `None` if it is nothing that this program has written.
    pub(crate) fn from_json(kind: &str, json: &str, value: Option<String>) -> Option<Self> {
        let stored: Stored = serde_json::from_str(json).ok()?;
        let id = |text: Option<String>| text.and_then(|text| text.parse::<GlobalId>().ok());
        let gid = id(stored.gid)?;
        Some(match kind {
            "pin" => Self::Pin {
                gid,
                element: stored.element?,
                value,
                expires: stored.expires,
                valid_from: stored.valid_from,
            },
            "unpin" => Self::Unpin {
                gid,
                element: stored.element?,
            },
            "merge" => Self::Merge(Merge {
                a: gid,
                b: id(stored.other)?,
                survivor: match stored.survivor {
                    None => None,
                    survivor => Some(id(survivor)?),
                },
                overrule: stored.overrule,
            }),
            "split" => Self::Split {
                gid,
                records: stored.records,
                edits: Edits::from_name(&stored.edits?)?,
            },
            "relate" | "unrelate" => Self::Relate {
                from: gid,
                kind: RelationKind::from_name(&stored.relation?)?,
                to: id(stored.other)?,
                is_so: kind == "relate",
                valid_from: stored.valid_from,
                valid_until: stored.valid_until,
            },
            "confirm" | "unconfirm" => Self::Confirm {
                gid,
                is_so: kind == "confirm",
            },
            "retire" | "unretire" => Self::Retire {
                gid,
                is_so: kind == "retire",
            },
            _ => return None,
        })
    }
}

/// A proposal as it is stored; what a kind does not need is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    survivor: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overrule: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

#[cfg(test)]
mod tests {
    use guiyi_core::global_id::from_serial;

    use super::*;

    #[test]
    fn every_kind_is_read_as_it_was_written() {
        let id = |serial| from_serial(EntityType::Customer, 0, serial).unwrap();
        let relate = |is_so, day: Option<&str>| Proposal::Relate {
            from: id(1),
            kind: RelationKind::BranchOf,
            to: id(2),
            is_so,
            valid_from: day.map(ToOwned::to_owned),
            valid_until: None,
        };
        let merge = |survivor, overrule| {
            Proposal::Merge(Merge {
                a: id(1),
                b: id(2),
                survivor,
                overrule,
            })
        };
        let all = [
            Proposal::Pin {
                gid: id(1),
                element: "city".into(),
                value: Some("宁波市".into()),
                expires: Some("2026-12-31T23:59:59Z".into()),
                valid_from: Some("2026-03-01T00:00:00Z".into()),
            },
            Proposal::Unpin {
                gid: id(1),
                element: "city".into(),
            },
            merge(Some(id(2)), true),
            merge(None, false),
            Proposal::Split {
                gid: id(1),
                records: vec![("erp".into(), "D\"1".into())],
                edits: Edits::Cascade,
            },
            relate(true, Some("2026-01-01")),
            relate(false, None),
            Proposal::Confirm {
                gid: id(1),
                is_so: true,
            },
            Proposal::Confirm {
                gid: id(1),
                is_so: false,
            },
            Proposal::Retire {
                gid: id(1),
                is_so: true,
            },
            Proposal::Retire {
                gid: id(1),
                is_so: false,
            },
        ];
        for proposal in all {
            let value = match &proposal {
                Proposal::Pin { value, .. } => value.clone(),
                _ => None,
            };
            let json = proposal.to_json();
            assert!(!json.contains("宁波市") && !json.contains("null"), "{json}");
            assert_eq!(Proposal::from_json(proposal.kind(), &json, value), Some(proposal));
        }
        for json in ["", "{}", "{\"gid\":\"C\"}", "{\"gid\":\"C00-000001-M\",\"x\":1}"] {
            assert_eq!(Proposal::from_json("confirm", json, None), None, "{json}");
        }
    }
}
