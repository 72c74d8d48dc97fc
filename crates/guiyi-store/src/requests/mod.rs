//! Change requests: what one steward proposes, others approve, and takes effect at once or at a time.
//!
//! Stands over the stewards' writes, which it carries out as they would be done directly. Laws: nobody approves his own
//! request; what was approved on one state of the golden records is not applied to another; a request that cannot be
//! applied any more fails and says why; the state of a request follows from its steps, each of which is in the ledger.

use std::collections::{BTreeMap, BTreeSet};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::{Connection, OptionalExtension};

use crate::commit::Failure;
use crate::encode::Digester;
use crate::error::StoreError;
use crate::known::rows;
use crate::ledger::hex;
use crate::vault::{Keyed, Place, Vault};
use crate::{Store, key, statements};

mod proposal;
mod refusal;
mod verify;
mod work;

pub use proposal::Proposal;
pub use refusal::RequestRefusal;
pub(crate) use verify::verify;
pub use work::{Application, Approval, Terms};

/// Golden records and their versions; 0 for one that never was.
pub type Ground = Vec<(GlobalId, u64)>;

/// A change request with all that was done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// Its number, from 1.
    pub number: u64,
    /// The entity type whose golden records it is about.
    pub entity: EntityType,
    /// What shall be done.
    pub proposal: Proposal,
    /// The value that shall be pinned is encrypted, and the key is missing.
    pub is_sealed: bool,
    /// How many people beside the author have to approve.
    pub approvals: u32,
    /// Not before this time, `YYYY-MM-DDTHH:MM:SSZ`; `None`: as soon as it is approved.
    pub effective: Option<String>,
    /// Where it stands.
    pub state: RequestState,
    /// What was done with it, in order; the first step is the proposal.
    pub steps: Vec<RequestStep>,
    /// For a request that waits: its golden records as they are now.
    pub ground: Ground,
    /// For a request that waits: others that wait and are about one of its golden records, by number.
    pub conflicts: Vec<u64>,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// Waits for approvals.
    Open,
    /// Approved, and waits for its time.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Its author took it back.
    Withdrawn,
    /// It was done.
    Applied,
    /// It could not be done any more.
    Failed,
}

impl RequestState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Applied,
        Self::Failed,
    ];

    /// The stable name used in commands and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Applied => "applied",
            Self::Failed => "failed",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether something may still become of it.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Open | Self::Approved)
    }
}

/// What somebody did with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestStep {
    /// What.
    pub kind: StepKind,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub utc: String,
    /// Why; for [`StepKind::Fail`] what spoke against it.
    pub reason: String,
    /// The golden records as they were then.
    pub ground: Ground,
    /// Number of the write.
    pub run: u64,
}

/// What can be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Its author proposes it.
    Propose,
    /// Somebody else approves it.
    Approve,
    /// Somebody else says no.
    Reject,
    /// Its author takes it back.
    Withdraw,
    /// It is done.
    Apply,
    /// It cannot be done.
    Fail,
}

impl StepKind {
    const ALL: [Self; 6] = [
        Self::Propose,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Apply,
        Self::Fail,
    ];

    /// The stable name used in outputs and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Apply => "apply",
            Self::Fail => "fail",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl ChangeRequest {
    /// Who proposed it.
    pub fn author(&self) -> &str {
        self.steps.first().map_or("", |step| &step.actor)
    }

    /// Why.
    pub fn reason(&self) -> &str {
        self.steps.first().map_or("", |step| &step.reason)
    }

    /// The people whose approval counts: of what was proposed or approved last, each once.
    pub fn approvers(&self) -> Vec<&str> {
        approvers(&self.steps)
    }

    /// Whether the golden records have changed since it was proposed or last approved.
    pub fn is_stale(&self) -> bool {
        self.state.is_waiting() && judged_ground(&self.steps) != Some(&self.ground)
    }

    /// Whether it is approved and its time has come.
    pub fn is_due(&self, now_utc: &str) -> bool {
        self.state == RequestState::Approved && self.effective.as_deref().is_none_or(|effective| effective <= now_utc)
    }

    /// The digest of what was proposed, which the ledger's lines hold.
    fn digest(&self, vault: &Vault) -> String {
        let value = match &self.proposal {
            Proposal::Pin { value, .. } => value.as_deref(),
            _ => None,
        };
        let mut digester = Digester::default();
        digester.text(self.entity.name());
        digester.text(self.proposal.kind());
        digester.text(&self.proposal.to_json());
        digester.text(value.unwrap_or_default());
        digester.number(i64::from(self.approvals));
        digester.text(self.effective.as_deref().unwrap_or_default());
        hex(&vault.digest(&mut digester))
    }
}

impl Store {
    /// All change requests, the first one first. Cost: linear in their number.
    pub fn requests(&self) -> Result<Vec<ChangeRequest>, StoreError> {
        self.read(load)
    }

    /// A change request; `None` if there is none of this number. Cost: as of [`Store::requests`].
    pub fn request(&self, number: u64) -> Result<Option<ChangeRequest>, StoreError> {
        let all = self.requests()?;
        Ok(all.into_iter().find(|request| request.number == number))
    }
}

/// A person's name as it is compared: no difference of case, width or space makes two people of one.
pub fn fold_actor(name: &str) -> String {
    let narrow = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    };
    let narrow: String = name.chars().map(narrow).collect();
    let words: Vec<&str> = narrow.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The state that follows from the steps.
fn state_after(steps: &[RequestStep], needed: u32) -> RequestState {
    match steps.last().map(|step| step.kind) {
        Some(StepKind::Reject) => RequestState::Rejected,
        Some(StepKind::Withdraw) => RequestState::Withdrawn,
        Some(StepKind::Apply) => RequestState::Applied,
        Some(StepKind::Fail) => RequestState::Failed,
        None | Some(StepKind::Propose | StepKind::Approve) => {
            if approvers(steps).len() >= needed as usize {
                RequestState::Approved
            } else {
                RequestState::Open
            }
        }
    }
}

/// The ground that was proposed or approved last.
fn judged_ground(steps: &[RequestStep]) -> Option<&Ground> {
    let mut judged = steps
        .iter()
        .rev()
        .filter(|step| matches!(step.kind, StepKind::Propose | StepKind::Approve));
    judged.next().map(|step| &step.ground)
}

/// Those who approved the ground that was judged last, each once, the author left out.
fn approvers(steps: &[RequestStep]) -> Vec<&str> {
    let ground = judged_ground(steps);
    let author = steps.first().map(|step| fold_actor(&step.actor));
    let mut seen: BTreeSet<String> = author.into_iter().collect();
    let approvals = steps
        .iter()
        .filter(|step| step.kind == StepKind::Approve && Some(&step.ground) == ground);
    approvals
        .filter(|step| seen.insert(fold_actor(&step.actor)))
        .map(|step| &*step.actor)
        .collect()
}

/// Golden records as they are now.
fn ground_of(connection: &Connection, proposal: &Proposal) -> rusqlite::Result<Ground> {
    let mut version = connection.prepare_cached(statements::GOLDEN)?;
    let mut ground = Ground::new();
    for gid in proposal.gids() {
        let found: Option<i64> = version.query_row([key::to_key(gid)], |row| row.get(0)).optional()?;
        ground.push((gid, found.unwrap_or(0) as u64));
    }
    Ok(ground)
}

fn ground_text(ground: &Ground) -> String {
    let parts: Vec<String> = ground.iter().map(|(gid, version)| format!("{gid}@{version}")).collect();
    parts.join(" ")
}

fn parse_ground(text: &str) -> Option<Ground> {
    let parse = |part: &str| {
        let (gid, version) = part.split_once('@')?;
        Some((gid.parse().ok()?, version.parse().ok()?))
    };
    text.split(' ').map(parse).collect()
}

/// The number of the request that a write applied, and who approved it.
pub(crate) fn applied_by(connection: &Connection, run: i64) -> Result<Option<(u64, Vec<String>)>, Failure> {
    let mut request = connection.prepare_cached(statements::REQUEST_OF_RUN)?;
    let Some(number) = request.query_row([run], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(None);
    };
    let mut steps = Vec::new();
    for (_, step) in rows(connection, statements::STEPS_OF_REQUEST, [number], read_step)? {
        steps.push(step.ok_or_else(|| damaged(number))?);
    }
    let approvers = approvers(&steps).into_iter().map(ToOwned::to_owned).collect();
    Ok(Some((number as u64, approvers)))
}

fn damaged(number: i64) -> Failure {
    Failure::Damaged(format!("change request {number}"))
}

/// A step and the number of its request; `None` for one that no version of the program has written.
fn read_step(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Option<RequestStep>)> {
    let kind = StepKind::from_name(row.get_ref(2)?.as_str()?);
    let ground = parse_ground(row.get_ref(6)?.as_str()?);
    let step = match (kind, ground) {
        (Some(kind), Some(ground)) => Some(RequestStep {
            kind,
            actor: row.get(3)?,
            utc: row.get(4)?,
            reason: row.get(5)?,
            ground,
            run: row.get::<_, i64>(1)? as u64,
        }),
        _ => None,
    };
    Ok((row.get(0)?, step))
}

/// Opens the value of a request for a pin as it is stored; without the key it has none.
fn open(vault: &Vault, request: &mut ChangeRequest) -> Result<(), Failure> {
    let entity = request.entity;
    let Proposal::Pin { element, value, .. } = &mut request.proposal else {
        return Ok(());
    };
    let names = [&**element];
    let sealing = vault.to_read(entity, &names);
    if let Some(cell) = value.take_if(|_| sealing.is_sealed(0)) {
        request.is_sealed = vault.check().is_err();
        if !request.is_sealed {
            let place = Place::Request(entity, request.number.cast_signed());
            *value = Some(sealing.open(place, 0, cell)?);
        }
    }
    Ok(())
}

/// All requests, by number.
fn load(connection: &Keyed<'_>) -> Result<Vec<ChangeRequest>, Failure> {
    let mut steps: BTreeMap<i64, Vec<RequestStep>> = BTreeMap::new();
    for (number, step) in rows(connection, statements::REQUEST_STEPS, [], read_step)? {
        let step = step.ok_or_else(|| damaged(number))?;
        steps.entry(number).or_default().push(step);
    }
    let read = |row: &rusqlite::Row<'_>| {
        let number: i64 = row.get(0)?;
        let entity = EntityType::from_name(row.get_ref(1)?.as_str()?);
        let proposal = Proposal::from_json(row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?, row.get(4)?);
        let state = RequestState::from_name(row.get_ref(7)?.as_str()?);
        let (Some(entity), Some(proposal), Some(state)) = (entity, proposal, state) else {
            return Ok(Err(damaged(number)));
        };
        Ok(Ok(ChangeRequest {
            number: number as u64,
            entity,
            proposal,
            is_sealed: false,
            approvals: row.get(5)?,
            effective: row.get(6)?,
            state,
            steps: steps.remove(&number).unwrap_or_default(),
            ground: Ground::new(),
            conflicts: Vec::new(),
        }))
    };
    let requests = rows(connection, statements::REQUESTS, [], read)?;
    let mut requests = requests.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    for request in &mut requests {
        open(connection.vault, request)?;
    }
    let mut about: BTreeMap<GlobalId, Vec<u64>> = BTreeMap::new();
    for request in requests.iter_mut().filter(|request| request.state.is_waiting()) {
        request.ground = ground_of(connection, &request.proposal)?;
        for &(gid, _) in &request.ground {
            about.entry(gid).or_default().push(request.number);
        }
    }
    for request in requests.iter_mut().filter(|request| request.state.is_waiting()) {
        let others = request.ground.iter().flat_map(|(gid, _)| &about[gid]);
        let others: BTreeSet<u64> = others.copied().filter(|other| *other != request.number).collect();
        request.conflicts = others.into_iter().collect();
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::fold_actor;

    #[test]
    fn one_person_in_any_spelling() {
        let check = |a: &str, b: &str, expected: bool| assert_eq!(fold_actor(a) == fold_actor(b), expected, "{a} {b}");
        check("Wang Fang", "wang  fang ", true);
        check("ＷＡＮＧ　Fang", "wang fang", true);
        check("王芳", " 王芳\u{3000}", true);
        check("王芳", "王方", false);
        check("wangfang", "wang fang", false);
    }
}
