//! What `guiyi golden` writes: directly, as a preview, or as a change request for somebody else to approve.

use std::fmt::Write as _;

use anyhow::bail;
use guiyi_core::global_id::GlobalId;
use guiyi_store::{Proposal, Terms};
use serde_json::json;

use super::change_words;
use super::golden_words::{self as words, Answer};
use super::steward::{Author, Desk, Show, either, parse_id};
use crate::words::say;

/// Whether and when something is proposed instead of done.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Propose {
    /// Do not do it, but propose it as a change request: somebody else approves it with `guiyi change approve`.
    #[arg(long)]
    propose: bool,
    /// Propose it to take effect at this day or instant, once it is approved; a day begins at midnight UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_beginning)]
    effective: Option<String>,
}

impl Propose {
    /// Whether it is proposed.
    pub(super) fn is_wanted(&self) -> bool {
        self.propose || self.effective.is_some()
    }
}

/// A golden record of which something is said as a whole.
#[derive(Debug, clap::Args)]
pub(crate) struct OnlyOne {
    /// The global ID.
    #[arg(value_parser = parse_id)]
    pub(super) id: GlobalId,
    /// Why.
    #[arg(long)]
    pub(super) reason: String,
    #[command(flatten)]
    pub(super) propose: Propose,
    #[command(flatten)]
    pub(super) author: Author,
    #[command(flatten)]
    pub(super) show: Show,
}

/// Reads a day, which means its first second, or an instant.
fn parse_beginning(text: &str) -> Result<String, String> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(format!("{instant:.0}"));
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(format!("{day}T00:00:00Z")),
        Err(_) => Err("neither a day such as 2026-12-01 nor an instant such as 2026-12-01T02:00:00Z".to_owned()),
    }
}

/// Does what a proposal says, or proposes it, and says what that does.
///
/// Fails where the project file demands a second person, and names the command that proposes it.
pub(super) fn write(
    desk: &mut Desk,
    proposal: &Proposal,
    reason: &str,
    propose: &Propose,
    chinese: bool,
) -> anyhow::Result<Answer> {
    let Some(first) = proposal.gids().first().copied() else {
        bail!("nothing to do");
    };
    let book = desk.rulebook_of(first)?;
    let by = desk.signature.because(reason);
    if !propose.is_wanted() {
        if let Some(why) = desk.project.demands_four_eyes(&desk.store, proposal)? {
            bail!(
                "{why}: it takes somebody else's approval\n  hint: propose it: `{} --propose`",
                this_command()
            );
        }
        let effect = desk.store.carry_out(&book, proposal, by)?;
        return Ok(words::effect(&effect, chinese));
    }
    let terms = Terms {
        approvals: desk.project.four_eyes.approvals,
        effective: propose.effective.as_deref(),
    };
    let (number, effect) = desk.store.propose(&book, proposal, terms, by)?;
    let Some(request) = desk.store.request(number)? else {
        bail!("change request {number} is not there");
    };
    let effect = words::effect(&effect, chinese);
    let mut text = effect.text;
    _ = write!(text, "{}", change_words::line(&request, chinese));
    say(&if chinese {
        format!("仅为变更申请，尚未写入；请他人批准：guiyi change approve {number}")
    } else {
        format!("only proposed, nothing else was written; somebody else approves it: guiyi change approve {number}")
    });
    let json = json!({"request": change_words::to_json(&request), "effect": effect.json});
    Ok(Answer { text, json })
}

/// Says that a write changed no golden record, if it did not.
pub(super) fn unless_silent(mut answer: Answer, chinese: bool) -> Answer {
    if answer.text.is_empty() {
        let nothing = either(chinese, "no golden record changed", "主数据没有变化");
        _ = writeln!(answer.text, "{nothing}");
    }
    answer
}

/// This command as it was typed, for a shell.
fn this_command() -> String {
    let arguments = std::env::args().skip(1);
    let quoted = arguments.map(|argument| {
        let is_plain = |character: char| character.is_alphanumeric() || "-_./:@=,+".contains(character);
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    });
    std::iter::once("guiyi".to_owned())
        .chain(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}
