//! `guiyi change`: change requests listed, shown, approved, rejected, withdrawn, and applied when their time has come.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::bail;
use guiyi_core::finding::Language;
use guiyi_io::report::summary::RequestSummary;
use guiyi_store::{Application, Approval, By, ChangeRequest, RequestState, Store};
use serde_json::{Value, json};

use super::change_words::{STALE, line, page, to_json};
use super::golden_words::{self as words, Answer};
use super::steward::{Author, Desk, InProject, Show, either, open_to_read, rulebook};
use crate::args::Format;
use crate::project::Project;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
#[command(subcommand_precedence_over_arg = true)]
pub(crate) struct Args {
    #[command(flatten)]
    project: InProject,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List change requests: who proposes what, who approved it, what is stale or conflicts with another.
    ///
    /// Example: `guiyi change list --state open`
    List(List),
    /// Show a request: every step, and what it would do now.
    ///
    /// Example: `guiyi change show 7`
    Show(ShowOne),
    /// Approve somebody else's request. With the last approval it takes effect, at once or at its time.
    ///
    /// If the golden records have changed since it was proposed, `--again` approves what it would do now.
    ///
    /// Example: `guiyi change approve 7 --by 李强`
    Approve(Approve),
    /// Say no to somebody else's request, also to one that is approved and waits for its time.
    ///
    /// Example: `guiyi change reject 7 --reason "the licence says otherwise"`
    Reject(Reject),
    /// Take your own request back.
    ///
    /// Example: `guiyi change withdraw 7`
    Withdraw(Judge),
    /// Apply every approved request whose time has come; `guiyi run` does so first, this is for in between.
    ///
    /// Exit code 1 if one failed, or waits for another approval because its golden records have changed.
    ///
    /// Example: `guiyi change apply`
    Apply(Apply),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only those in this state.
    #[arg(long, value_parser = parse_state)]
    state: Option<RequestState>,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct ShowOne {
    /// Number of the request.
    number: u64,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Judge {
    /// Number of the request.
    number: u64,
    /// Why.
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Approve {
    #[command(flatten)]
    judge: Judge,
    /// Although the golden records have changed since it was proposed or last approved.
    #[arg(long)]
    again: bool,
}

#[derive(Debug, clap::Args)]
struct Reject {
    /// Number of the request.
    number: u64,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
struct Apply {
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

fn parse_state(text: &str) -> Result<RequestState, String> {
    let names = RequestState::ALL.map(RequestState::name);
    RequestState::from_name(text).ok_or_else(|| guiyi_core::rulebook::hint_for(text, names).unwrap_or_default())
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let project = &args.project.project;
    match &args.command {
        Command::List(args) => list(project, args),
        Command::Show(args) => show(project, args),
        Command::Approve(args) => approve(project, args),
        Command::Reject(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let may = desk.project.four_eyes.approvers.clone();
            let by = desk.signature.because(&args.reason);
            let request = desk.store.reject(args.number, &may, by)?;
            answer(
                &of_request(&request, args.show.is_chinese(&desk.project)),
                args.show.format,
            )
        }
        Command::Withdraw(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let by = desk.signature.because(&args.reason);
            let request = desk.store.withdraw(args.number, by)?;
            answer(
                &of_request(&request, args.show.is_chinese(&desk.project)),
                args.show.format,
            )
        }
        Command::Apply(args) => {
            let mut desk = Desk::open(project, &args.author)?;
            let done = apply_due(&desk.project, &mut desk.store, desk.signature.because(""))?;
            let chinese = args.show.is_chinese(&desk.project);
            match args.show.format {
                Format::Json => {
                    let done: Vec<Value> = done.iter().map(Done::to_json).collect();
                    print(format!("{:#}\n", Value::from(done)).as_bytes())?;
                }
                Format::Text => {
                    let text: String = done.iter().map(|done| done.text(chinese)).collect();
                    print(text.as_bytes())?;
                    if done.is_empty() {
                        say(either(chinese, "nothing is due", "没有到期的变更申请"));
                    }
                }
            }
            Ok(verdict(&done))
        }
    }
}

fn answer(answer: &Answer, format: Format) -> anyhow::Result<Verdict> {
    match format {
        Format::Text => print(answer.text.as_bytes()),
        Format::Json => print(format!("{:#}\n", answer.json).as_bytes()),
    }
}

fn of_request(request: &ChangeRequest, chinese: bool) -> Answer {
    Answer {
        text: line(request, chinese),
        json: to_json(request),
    }
}

fn list(project: &Path, args: &List) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(project)?;
    let mut requests = store.requests()?;
    requests.retain(|request| args.state.is_none_or(|state| state == request.state));
    let chinese = args.show.is_chinese(&project);
    let text = requests.iter().map(|request| line(request, chinese)).collect();
    let json = requests.iter().map(to_json).collect();
    answer(&Answer { text, json }, args.show.format)?;
    let open = requests
        .iter()
        .filter(|request| request.state == RequestState::Open)
        .count();
    say(&if chinese {
        format!("{} 个变更申请，{open} 个待批准", requests.len())
    } else {
        format!("{} change requests, {open} open", requests.len())
    });
    Ok(Verdict::Clean)
}

fn show(project: &Path, args: &ShowOne) -> anyhow::Result<Verdict> {
    let (project, store) = open_to_read(project)?;
    let Some(request) = store.request(args.number)? else {
        bail!(
            "there is no change request {}\n  hint: `guiyi change list`",
            args.number
        );
    };
    let has_key = store.check_key().is_ok();
    drop(store);
    let chinese = args.show.is_chinese(&project);
    let (mut text, mut effect) = (page(&request, chinese), Value::Null);
    if request.state.is_waiting() && has_key {
        let by = By {
            actor: request.author(),
            reason: request.reason(),
            utc: request.effective.as_deref().unwrap_or_default(),
        };
        // Tried out in a transaction that is rolled back.
        let mut store = project.open_to_write()?;
        let book = rulebook(&project, request.entity)?;
        match store.try_out(&book, &request.proposal, by) {
            Ok(would) => {
                let would = words::effect(&would, chinese);
                if !would.text.is_empty() {
                    text.push_str(either(chinese, "would do now\n", "现在批准将产生\n"));
                }
                text.push_str(&would.text);
                effect = would.json;
            }
            Err(error) => {
                let cannot = either(chinese, "cannot be done any more", "已无法执行");
                _ = writeln!(text, "{cannot}: {error}");
                effect = json!({"error": error.to_string()});
            }
        }
    }
    let mut json = to_json(&request);
    json["effect"] = effect;
    answer(&Answer { text, json }, args.show.format)
}

fn approve(project: &Path, args: &Approve) -> anyhow::Result<Verdict> {
    let Approve { judge, again } = args;
    let mut desk = Desk::open(project, &judge.author)?;
    let chinese = judge.show.is_chinese(&desk.project);
    let may = desk.project.four_eyes.approvers.clone();
    let how = Approval {
        again: *again,
        approvers: &may,
    };
    let by = desk.signature.because(&judge.reason);
    let request = desk.store.approve(judge.number, how, by)?;
    if !request.is_due(by.utc) {
        if request.state == RequestState::Approved {
            let later = "it takes effect at its time, with the next `guiyi run` or `guiyi change apply`";
            say(either(
                chinese,
                later,
                "到生效时间后，由下一次 guiyi run 或 guiyi change apply 执行",
            ));
        }
        return answer(&of_request(&request, chinese), judge.show.format);
    }
    let done = apply(&desk.project, &mut desk.store, request, by)?;
    match judge.show.format {
        Format::Json => print(format!("{:#}\n", done.to_json()).as_bytes())?,
        Format::Text => print(done.text(chinese).as_bytes())?,
    };
    Ok(verdict(&[done]))
}

/// What became of a request that was due.
pub(crate) struct Done {
    request: ChangeRequest,
    /// `None`: the project has no source of its entity type.
    application: Option<Application>,
}

impl Done {
    /// Whether it was applied.
    fn is_applied(&self) -> bool {
        matches!(self.application, Some(Application::Applied(_)))
    }

    /// For people, more than one line.
    fn text(&self, chinese: bool) -> String {
        let mut text = self.line(chinese);
        if let Some(Application::Applied(effect)) = &self.application {
            text.push_str(&words::effect(effect, chinese).text);
        }
        text
    }

    /// For people, one line.
    fn line(&self, chinese: bool) -> String {
        let mut text = line(&self.request, chinese);
        if self.application.is_none() {
            let entity = self.request.entity.name();
            let why = either(chinese, "the project file has no source of", "项目文件中没有该类来源：");
            text = format!("{}  [{why} {entity}]\n", text.trim_end());
        }
        text
    }

    /// For the summary of a run. Values that are asked for are left out.
    pub(crate) fn summary(&self) -> RequestSummary {
        let entity = self.request.entity.name();
        let none_of_type = || {
            (
                format!("the project file has no source of {entity}"),
                format!("项目文件中没有该类来源：{entity}"),
            )
        };
        let (outcome, reasons) = match &self.application {
            Some(Application::Applied(_)) => ("applied", None),
            Some(Application::Failed(reason)) => ("failed", Some((reason.clone(), reason.clone()))),
            Some(Application::Stale) => ("stale", Some((STALE.0.to_owned(), STALE.1.to_owned()))),
            Some(Application::NotDue) => ("skipped", Some(("it is closed".to_owned(), "申请已结束".to_owned()))),
            None => ("skipped", Some(none_of_type())),
        };
        let (reason, reason_zh) = reasons.unzip();
        let gids = self.request.proposal.gids();
        RequestSummary {
            number: self.request.number,
            kind: self.request.proposal.kind().to_owned(),
            global_ids: gids.iter().map(ToString::to_string).collect(),
            author: self.request.author().to_owned(),
            outcome: outcome.to_owned(),
            reason,
            reason_zh,
        }
    }

    fn to_json(&self) -> Value {
        let mut json = to_json(&self.request);
        if let Some(Application::Applied(effect)) = &self.application {
            json["effect"] = words::effect(effect, false).json;
        }
        json
    }
}

/// Exit code 1 if one of them was not applied.
pub(crate) fn verdict(done: &[Done]) -> Verdict {
    if done.iter().all(Done::is_applied) {
        Verdict::Clean
    } else {
        Verdict::Findings
    }
}

/// Says what became of requests, one a line, on stderr; if `quiet`, only of those that were not applied.
pub(crate) fn say_done(done: &[Done], quiet: bool, language: Language) {
    for done in done.iter().filter(|done| !quiet || !done.is_applied()) {
        let chinese = language == Language::Chinese;
        let what = either(chinese, "change request", "变更申请");
        say(&format!("{what} {}", done.line(chinese).trim_end()));
    }
}

/// Applies every approved request whose time has come, in the order of their times, each in its own transaction.
pub(crate) fn apply_due(project: &Project, store: &mut Store, by: By<'_>) -> anyhow::Result<Vec<Done>> {
    let mut due = store.requests()?;
    due.retain(|request| request.is_due(by.utc));
    due.sort_by(|a, b| (&a.effective, a.number).cmp(&(&b.effective, b.number)));
    due.into_iter()
        .map(|request| apply(project, store, request, by))
        .collect()
}

fn apply(project: &Project, store: &mut Store, request: ChangeRequest, by: By<'_>) -> anyhow::Result<Done> {
    let Some(book) = project.rulebook(request.entity) else {
        return Ok(Done {
            request,
            application: None,
        });
    };
    let application = store.apply_request(&book, request.number, by)?;
    let request = store.request(request.number)?.unwrap_or(request);
    Ok(Done {
        request,
        application: Some(application),
    })
}
