//! `guiyi match`: which records of one file, or of two, are the same thing; nothing has to be configured.

pub(super) mod against;
mod config;
mod files;
pub(super) mod index_file;
pub(super) mod input;
mod words;

use std::path::PathBuf;

use anyhow::Context;
use guiyi_core::finding::Language;
use guiyi_core::matching::tables::{Index, Linkage, Options, Table, link, parse_model, plan};

use crate::Verdict;
use crate::args::{Format, LanguageArg};
use crate::progress::Progress;

/// Duplicates of one file, or links between two.
///
/// What each column holds, which columns of the two files correspond, what to compare, what agreement is worth, where
/// the threshold lies and whether a file holds each thing once is found out from the data.
///
/// `pairs.csv` names the pairs that match or need a person, `clusters.csv` the group of every record, `model.toml` what
/// was learned, `summary.json` the counts.
///
/// With `--index` what was found is kept: later records are matched `--against` it in the same way, a batch at a time,
/// or one by one with `guiyi find`.
///
/// Example: `guiyi match erp.csv crm.csv --id code --out links`
///
/// Example: `guiyi match people.csv --id id --index people.index`
///
/// Example: `guiyi match new.csv --id id --against people.index --out today --update`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One file for its duplicates, or two to link: CSV, Excel, JSON lines or Parquet.
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The column that names the records; given twice, one for each file. The default is a column `id`; without one,
    /// records are named by their place, from 1.
    #[arg(long, value_name = "COLUMN")]
    id: Vec<String>,
    /// Where to write the results. Without it only the summary is printed.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// True pairs, `left_id,right_id`: prints precision and recall of pairs and of groups, and of the candidates.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Use the model of an earlier run instead of learning a new one.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// What is known beforehand, a TOML file: columns that correspond, what they hold, which not to compare, keys to
    /// find candidates by, thresholds, and which file holds each thing once. All the rest is found out.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Pairs that somebody decided: `left_id,right_id,decision` with `match` or `different`. They hold, and they teach.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Also write `to_label.csv`: at most N pairs whose answer would teach most. Fill in `decision`, and give the file
    /// back with `--labels`.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20", requires = "out")]
    active: Option<usize>,
    /// Show how candidates would be found, how many, and what comparing them costs; match nothing.
    #[arg(long, conflicts_with_all = ["out", "truth"])]
    plan: bool,
    /// Also keep what was found in this file, to match later records against it.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    index: Option<PathBuf>,
    /// Match the records of the one FILE against those of an index, and against each other in their order. `pairs.csv`
    /// names the known records, `clusters.csv` the group that each new one joins.
    #[arg(long, value_name = "INDEX", conflicts_with_all = ["index", "plan", "truth", "model", "config", "labels", "active", "review"])]
    against: Option<PathBuf>,
    /// Add the new records to the index that they were matched against.
    #[arg(long, requires = "against")]
    update: bool,
    /// Of an index made of two files: which of them the new records are like, by its name; by default the second.
    #[arg(long, value_name = "NAME", requires = "against")]
    like: Option<String>,
    /// Wait this many seconds for another command that writes the same index; by default the second one stops at once
    /// and says who writes it.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Name pairs for review from this probability on; by default 0.1.
    #[arg(long, value_name = "P")]
    review: Option<f64>,
    /// Number of threads; 0 takes one per core. The result is the same for every number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// How to print the summary.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Language of the summary.
    #[arg(long, value_enum)]
    language: Option<LanguageArg>,
    /// Say nothing but errors and the summary.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    if let Some(review) = args.review.filter(|review| !(0.0..=1.0).contains(review)) {
        anyhow::bail!("--review {review} is no probability\n  hint: give a number from 0 to 1");
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()
        .context("cannot start threads")?
        .install(|| match &args.against {
            Some(index) => against::run(args, index),
            None => walk(args),
        })
}

fn walk(args: &Args) -> anyhow::Result<Verdict> {
    let _lock = (args.index.as_ref())
        .map(|path| index_file::lock(path, args.wait))
        .transpose()?;
    let mut progress = Progress::new(args.quiet, 3);
    progress.enter("read");
    let inputs = input::read(&args.files, &args.id)?;
    let n: usize = inputs.iter().map(|input| input.ids().len()).sum();
    progress.leave(n as u64);
    let model = args.model.as_ref().map(|path| {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        parse_model(&text).with_context(|| format!("{} cannot be used", path.display()))
    });
    let config = args.config.as_ref().map(|path| config::read(path, &inputs));
    let config::Config { mut said, review } = config.transpose()?.unwrap_or_default();
    if let Some(path) = &args.labels {
        said.labels = input::labels(path, &inputs)?;
    }
    let truth = args
        .truth
        .as_ref()
        .map(|path| input::truth(path, &inputs))
        .transpose()?;
    let options = Options {
        least_probability: args.review.or(review).unwrap_or(0.1).clamp(1e-6, 0.999_999),
        model: model.transpose()?,
        said,
        truth: truth.clone().unwrap_or_default(),
    };
    let language = args.language.map_or(Language::English, Language::from);
    progress.enter("match");
    let tables: Vec<_> = inputs.iter().map(|input| &input.table).collect();
    if args.plan {
        let plan = plan(&tables, &options);
        progress.leave(plan.n_candidates);
        progress.finish();
        return crate::print(words::plan(&inputs, &plan, args.format, language)?.as_bytes());
    }
    let (found, index) = find(&inputs, &tables, &options, args.index.is_some());
    progress.leave(found.n_candidates);
    let fields = || found.fields.iter().map(|field| (&*field.header, field.kind));
    if let Some(model) = &options.model
        && model.arranged(fields()).as_ref() != Some(&found.model)
    {
        anyhow::bail!(
            "the model was trained on other columns than these files have\n  hint: run once without --model, and keep the new model.toml"
        );
    }
    let summary = words::summarize(&inputs, &found, truth.as_deref());
    if let Some(out) = &args.out {
        progress.enter("write");
        files::write(out, &inputs, &found, &summary, args.active)?;
        progress.leave(found.pairs.len() as u64);
    }
    if let (Some(path), Some(index)) = (&args.index, &index) {
        index_file::write(path, index)?;
    }
    progress.finish();
    let text = match args.format {
        Format::Text => words::text(&summary, args.out.as_deref(), language),
        Format::Json => serde_json::to_string_pretty(&summary)? + "\n",
    };
    crate::print(text.as_bytes())
}

/// What there is to find, and the index of it where it is kept.
fn find(inputs: &[input::Input], tables: &[&Table], options: &Options, is_kept: bool) -> (Linkage, Option<Index>) {
    if !is_kept {
        return (link(tables, options), None);
    }
    let sources: Vec<_> = inputs.iter().map(input::Input::source).collect();
    let (found, index) = Index::new(&sources, options);
    (found, Some(index))
}
