//! Why something cannot be done with a change request.

use super::RequestState;

/// Why something cannot be done with a change request. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestRefusal {
    /// There is no request of this number.
    #[error("there is none of this number")]
    Unknown,
    /// It does not wait any more.
    #[error("it is {} already", .0.name())]
    Closed(RequestState),
    /// Its author cannot approve or reject it.
    #[error("{author} proposed it, and somebody else has to judge it")]
    Own {
        /// Who proposed it.
        author: String,
    },
    /// Only its author takes it back.
    #[error("{author} proposed it, and nobody else withdraws it")]
    OfAnother {
        /// Who proposed it.
        author: String,
    },
    /// The project says who may approve, and this is somebody else.
    #[error("{actor} is not among those who may approve")]
    NotAnApprover {
        /// Who tried.
        actor: String,
    },
    /// The golden records have changed since it was proposed or last approved.
    #[error("it was made for {judged}, and now there is {found}")]
    Stale {
        /// The golden records and their versions of then.
        judged: String,
        /// Those of now.
        found: String,
    },
    /// This person has approved already.
    #[error("{actor} has approved it already")]
    Twice {
        /// Who.
        actor: String,
    },
}

impl RequestRefusal {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Unknown => "`guiyi change list` shows them",
            Self::Closed(_) => "propose it anew",
            Self::Own { .. } => "who proposed it may take it back: `guiyi change withdraw`",
            Self::OfAnother { .. } => "`guiyi change reject` is for others than the author",
            Self::NotAnApprover { .. } => "`approvers` in [store.four_eyes] of the project file names them",
            Self::Stale { .. } => {
                "`guiyi change show` says what it would do now; `guiyi change approve --again` approves that"
            }
            Self::Twice { .. } => "another person has to approve",
        }
    }
}
