//! `guiyi`: the batch commands. Data goes to stdout, words go to stderr.

mod args;
mod commands;
mod last_run;
mod process;
mod progress;
mod project;
mod reference_file;
mod simulation;
mod summarize;
mod words;
mod write;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};

/// What a command found, as the exit code says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit code 0.
    Clean,
    /// Exit code 1: findings past the configured threshold.
    Findings,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Init(args) => commands::init::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Serve(args) => commands::serve::run(&args),
        Command::Validate(args) => commands::validate::run(&args),
        Command::Standardize(args) => commands::standardize::run(&args),
        Command::Profile(args) => commands::profile::run(&args),
        Command::Id(args) => commands::id::run(&args),
        Command::Rule(args) => commands::rule::run(&args),
        Command::Dictionary(args) => commands::dictionary::run(&args),
        Command::Golden(args) => commands::golden::run(&args),
        Command::Change(args) => commands::change::run(&args),
        Command::Crosswalk(args) => commands::crosswalk::run(&args),
        Command::Store(args) => commands::store::run(&args),
        Command::Review(args) => commands::review::run(&args),
        Command::Match(args) => commands::r#match::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "guiyi", &mut script);
            print(&script)
        }
        Command::Man => manual().and_then(|pages| print(&pages)),
    };
    match done {
        Ok(Verdict::Clean) => ExitCode::SUCCESS,
        Ok(Verdict::Findings) => ExitCode::from(1),
        Err(error) => {
            words::print_error(&error);
            ExitCode::from(2)
        }
    }
}

/// The manual: the page of `guiyi` followed by those of its commands.
fn manual() -> anyhow::Result<Vec<u8>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    for subcommand in command.get_subcommands() {
        clap_mangen::Man::new(subcommand.clone()).render(&mut pages)?;
    }
    Ok(pages)
}

/// Writes to stdout; a closed pipe, as in `guiyi man | head`, is no error.
pub(crate) fn print(bytes: &[u8]) -> anyhow::Result<Verdict> {
    match std::io::stdout().lock().write_all(bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Verdict::Clean),
    }
}
