//! What is done with a change request: proposed, approved, rejected, withdrawn, applied.
//!
//! Laws: every step is one transaction with its line in the ledger; a request is applied in one transaction with all that
//! it changes, as if its author had done it directly at that time.

use guiyi_core::rulebook::Rulebook;

use super::{
    ChangeRequest, Ground, Proposal, RequestRefusal, RequestState, RequestStep, StepKind, approvers, damaged,
    fold_actor, ground_of, ground_text, judged_ground, load, state_after,
};
use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::effect::Effect;
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::vault::Place;
use crate::{Store, statements};

/// On what terms something is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms<'a> {
    /// How many people beside the author have to approve; at least one has to.
    pub approvals: u32,
    /// Not before this time, `YYYY-MM-DDTHH:MM:SSZ`; `None`: as soon as it is approved.
    pub effective: Option<&'a str>,
}

/// How something is approved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Approval<'a> {
    /// Although the golden records have changed since: what it would do now is approved.
    pub again: bool,
    /// Who may approve; empty: everybody but the author.
    pub approvers: &'a [String],
}

/// What became of a request that was to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Application {
    /// It was done.
    Applied(Effect),
    /// It could not be done, and is closed; why.
    Failed(String),
    /// The golden records have changed since it was approved: it waits for another approval.
    Stale,
    /// It is not approved, or its time has not come, or it is closed.
    NotDue,
}

impl Store {
    /// Does at once what a proposal says.
    ///
    /// # Errors
    /// As of the function that does it: [`Store::pin`], [`Store::merge`] and so on.
    pub fn carry_out(&mut self, rulebook: &Rulebook, proposal: &Proposal, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((proposal.carry_out(action, rulebook)?, Keep::All))
        })
    }

    /// What [`Store::carry_out`] would do; the store stays as it is.
    pub fn try_out(&mut self, rulebook: &Rulebook, proposal: &Proposal, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((proposal.carry_out(action, rulebook)?, Keep::Nothing))
        })
    }

    /// Proposes a change; gives the request's number and what it would do now.
    ///
    /// # Errors
    /// What cannot be done is not proposed: as of [`Store::carry_out`]; [`StoreError::Inconsistent`] for a time that is past.
    pub fn propose(
        &mut self,
        rulebook: &Rulebook,
        proposal: &Proposal,
        terms: Terms<'_>,
        by: By<'_>,
    ) -> Result<(u64, Effect), StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            let By { utc, .. } = action.by;
            if let Some(effective) = terms.effective.filter(|effective| *effective < utc) {
                let detail = format!("it cannot take effect at {effective}, which is past");
                return Err(StoreError::Inconsistent { detail }.into());
            }
            let effect = tried(action, rulebook, proposal, terms.effective)?;
            let mut request = ChangeRequest {
                number: 0,
                entity: action.entity,
                proposal: proposal.clone(),
                is_sealed: false,
                approvals: terms.approvals.max(1),
                effective: terms.effective.map(ToOwned::to_owned),
                state: RequestState::Open,
                steps: Vec::new(),
                ground: ground_of(action.connection, proposal)?,
                conflicts: Vec::new(),
            };
            request.number = add(action, &request)?;
            step(action, &mut request, StepKind::Propose, by.actor, by.reason)?;
            Ok(((request.number, effect), Keep::All))
        })
    }

    /// Approves a request; gives it as it is then. Applying it is another step, [`Store::apply_request`].
    ///
    /// # Errors
    /// [`StoreError::Request`] for the author, for whom may not approve or has approved, for a request that is closed, and
    /// for one whose golden records have changed, unless [`Approval::again`] says that this is known.
    pub fn approve(&mut self, number: u64, how: Approval<'_>, by: By<'_>) -> Result<ChangeRequest, StoreError> {
        self.on_request(number, by, |action, request| {
            judge(request, how.approvers, by.actor)?;
            let actor = fold_actor(by.actor);
            if request.is_stale() && !how.again {
                let judged = judged_ground(&request.steps).map(ground_text).unwrap_or_default();
                let found = ground_text(&request.ground);
                return Err(refused(number, RequestRefusal::Stale { judged, found }));
            }
            if !request.is_stale() && approvers(&request.steps).iter().any(|one| fold_actor(one) == actor) {
                let actor = by.actor.to_owned();
                return Err(refused(number, RequestRefusal::Twice { actor }));
            }
            step(action, request, StepKind::Approve, by.actor, by.reason)
        })
    }

    /// Says no to a request, also to one that is approved and waits for its time.
    ///
    /// # Errors
    /// As of [`Store::approve`], but for what has changed.
    pub fn reject(&mut self, number: u64, may: &[String], by: By<'_>) -> Result<ChangeRequest, StoreError> {
        self.on_request(number, by, |action, request| {
            judge(request, may, by.actor)?;
            step(action, request, StepKind::Reject, by.actor, by.reason)
        })
    }

    /// Takes one's own request back.
    ///
    /// # Errors
    /// [`StoreError::Request`] for anybody else, and for a request that is closed.
    pub fn withdraw(&mut self, number: u64, by: By<'_>) -> Result<ChangeRequest, StoreError> {
        self.on_request(number, by, |action, request| {
            if fold_actor(request.author()) != fold_actor(by.actor) {
                let author = request.author().to_owned();
                return Err(refused(number, RequestRefusal::OfAnother { author }));
            }
            step(action, request, StepKind::Withdraw, by.actor, by.reason)
        })
    }

    /// Applies a request that is approved and whose time has come, in one transaction. `by`: who has it applied; what is
    /// written is written in the name of its author.
    ///
    /// # Errors
    /// [`RequestRefusal::Unknown`], and what the database says; that it cannot be done is an answer.
    pub fn apply_request(&mut self, rulebook: &Rulebook, number: u64, by: By<'_>) -> Result<Application, StoreError> {
        let Some(request) = self.request(number)? else {
            return Err(StoreError::Request {
                number,
                refusal: RequestRefusal::Unknown,
            });
        };
        if !request.is_due(by.utc) {
            return Ok(Application::NotDue);
        }
        let entity = rulebook.dictionary.entity;
        let as_author = By {
            actor: request.author(),
            reason: request.reason(),
            utc: by.utc,
        };
        let done = self.act(entity, as_author, |action| {
            // It may have been judged by somebody else since it was read.
            let mut request = get(action, number)?;
            if !request.is_due(action.by.utc) {
                return Ok((Application::NotDue, Keep::Nothing));
            }
            let effect = request.proposal.carry_out(action, rulebook)?;
            if request.is_stale() {
                return Ok((Application::Stale, Keep::Nothing));
            }
            step(action, &mut request, StepKind::Apply, by.actor, by.reason)?;
            Ok((Application::Applied(effect), Keep::All))
        });
        let refused = match done {
            Err(error) if is_refusal(&error) => error.to_string(),
            done => return done,
        };
        self.act(entity, by, |action| {
            let mut request = get(action, number)?;
            if !request.is_due(action.by.utc) {
                return Ok((Application::NotDue, Keep::Nothing));
            }
            step(action, &mut request, StepKind::Fail, by.actor, &refused)?;
            Ok((Application::Failed(refused), Keep::All))
        })
    }

    /// Does one step with a request that waits, and gives it as it is then.
    fn on_request(
        &mut self,
        number: u64,
        by: By<'_>,
        work: impl FnOnce(&Action<'_>, &mut ChangeRequest) -> Result<(), Failure>,
    ) -> Result<ChangeRequest, StoreError> {
        let Some(ChangeRequest { entity, .. }) = self.request(number)? else {
            return Err(StoreError::Request {
                number,
                refusal: RequestRefusal::Unknown,
            });
        };
        self.act(entity, by, |action| {
            let mut request = get(action, number)?;
            if !request.state.is_waiting() {
                return Err(refused(number, RequestRefusal::Closed(request.state)));
            }
            work(action, &mut request)?;
            Ok((get(action, number)?, Keep::All))
        })
    }
}

fn refused(number: u64, refusal: RequestRefusal) -> Failure {
    StoreError::Request { number, refusal }.into()
}

/// Refuses the author, and everybody who is not among those who may judge.
fn judge(request: &ChangeRequest, may: &[String], actor: &str) -> Result<(), Failure> {
    let folded = fold_actor(actor);
    if fold_actor(request.author()) == folded {
        let author = request.author().to_owned();
        return Err(refused(request.number, RequestRefusal::Own { author }));
    }
    if !may.is_empty() && !may.iter().any(|one| fold_actor(one) == folded) {
        let actor = actor.to_owned();
        return Err(refused(request.number, RequestRefusal::NotAnApprover { actor }));
    }
    Ok(())
}

/// Whether an error says that it cannot be done, and not that the database failed.
fn is_refusal(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::NotActive { .. }
            | StoreError::NotAMember { .. }
            | StoreError::UnknownElement { .. }
            | StoreError::NotPinned { .. }
            | StoreError::Contradicted { .. }
            | StoreError::Inconsistent { .. }
    )
}

fn get(action: &Action<'_>, number: u64) -> Result<ChangeRequest, Failure> {
    let mut all = load(action.connection)?.into_iter();
    all.find(|request| request.number == number)
        .ok_or_else(|| refused(number, RequestRefusal::Unknown))
}

/// What a proposal would do at its time, as far as is known now; nothing of it stays.
fn tried(
    action: &Action<'_>,
    rulebook: &Rulebook,
    proposal: &Proposal,
    effective: Option<&str>,
) -> Result<Effect, Failure> {
    let by = By {
        utc: effective.unwrap_or(action.by.utc),
        ..action.by
    };
    action.connection.execute_batch(statements::BEGIN_TRIAL)?;
    let trial = Action { by, ..*action };
    let effect = proposal.carry_out(&trial, rulebook)?;
    action.connection.execute_batch(statements::END_TRIAL)?;
    Ok(effect)
}

/// Writes a new request and gives its number.
fn add(action: &Action<'_>, request: &ChangeRequest) -> Result<u64, Failure> {
    let mut next = action.connection.prepare_cached(statements::NEXT_REQUEST)?;
    let number: i64 = next.query_row([], |row| row.get(0))?;
    let value = match &request.proposal {
        Proposal::Pin {
            element,
            value: Some(value),
            ..
        } => {
            let names = [&**element];
            let sealing = action.connection.vault.to_write(request.entity, &names)?;
            Some(
                sealing
                    .seal(Place::Request(request.entity, number), 0, value)
                    .into_owned(),
            )
        }
        _ => None,
    };
    let mut add = action.connection.prepare_cached(statements::ADD_REQUEST)?;
    crate::write(
        &mut add,
        (
            number,
            request.entity.name(),
            request.proposal.kind(),
            request.proposal.to_json(),
            value,
            request.approvals,
            &request.effective,
        ),
    )?;
    Ok(number as u64)
}

/// Writes a step, its line in the ledger, and the state that follows. The ground is that of when the request was read.
fn step(
    action: &Action<'_>,
    request: &mut ChangeRequest,
    kind: StepKind,
    actor: &str,
    reason: &str,
) -> Result<(), Failure> {
    let number = i64::try_from(request.number).map_err(|_| damaged(0))?;
    let vault = action.connection.vault;
    vault.check()?;
    let utc = action.by.utc;
    let ground: Ground = request.ground.clone();
    let text = ground_text(&ground);
    let mut add = action.connection.prepare_cached(statements::ADD_REQUEST_STEP)?;
    crate::write(&mut add, (number, action.run, kind.name(), actor, utc, reason, &text))?;
    Ledger::open(action.connection, action.run, utc, actor)?.add(
        kind.name(),
        &format!("request {number}"),
        Some(&text),
        Some(&request.digest(vault)),
        reason,
    )?;
    request.steps.push(RequestStep {
        kind,
        actor: actor.to_owned(),
        utc: utc.to_owned(),
        reason: reason.to_owned(),
        ground,
        run: action.run as u64,
    });
    request.state = state_after(&request.steps, request.approvals);
    let mut set = action.connection.prepare_cached(statements::SET_REQUEST_STATE)?;
    crate::write(&mut set, (request.state.name(), number))?;
    Ok(())
}
