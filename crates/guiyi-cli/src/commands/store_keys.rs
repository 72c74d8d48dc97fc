//! `guiyi store key`, `encrypt`, `rotate`, `decrypt`: the keys of a store, and what is encrypted with them.

use std::path::{Path, PathBuf};

use anyhow::bail;
use guiyi_core::finding::Language;
use guiyi_store::{DataKey, EncryptedElement, Rekeyed, SigningKey};
use serde_json::json;

use super::steward::{Author, Desk, PATIENCE, Show, either};
use super::store_index::{self, Held};
use crate::args::Format;
use crate::project::Project;
use crate::words::say;
use crate::{Verdict, print};

#[derive(Debug, clap::Args)]
pub(super) struct Key {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, clap::Subcommand)]
enum KeyCommand {
    /// Make a new key in FILE, which only you may read.
    ///
    /// Without --data it signs the heads of the ledger: an Ed25519 key, with FILE.pub for those who verify. Name it in the
    /// project file: `[store] key = "/etc/guiyi/store.key"` and `heads = "/mnt/elsewhere/guiyi.heads"`.
    ///
    /// With --data it encrypts values: `[store.encryption] key = "/etc/guiyi/data.key"`.
    ///
    /// Keep it outside the store's directory, and a copy of it elsewhere: without the data key nobody reads the values.
    ///
    /// Example: `guiyi store key new --data /etc/guiyi/data.key`
    New(NewKey),
}

#[derive(Debug, clap::Args)]
struct NewKey {
    /// The file of the key, which must not exist.
    file: PathBuf,
    /// A key that encrypts values of the store, and not one that signs.
    #[arg(long)]
    data: bool,
    #[command(flatten)]
    show: Show,
}

#[derive(Debug, clap::Args)]
pub(super) struct Encrypt {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rotate {
    /// The new key, made by `guiyi store key new --data`.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
pub(super) struct Decrypt {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
struct Change {
    /// Why, for the ledger.
    #[arg(long, default_value = "by the project file")]
    reason: String,
    #[command(flatten)]
    author: Author,
    #[command(flatten)]
    show: Show,
}

pub(super) fn make(args: &Key) -> anyhow::Result<Verdict> {
    let KeyCommand::New(args) = &args.command;
    let file = args.file.display().to_string();
    let (json, text) = if args.data {
        let fingerprint = DataKey::make(&args.file)?.fingerprint();
        (
            json!({"key": file, "fingerprint": fingerprint}),
            format!("{file}: data key {fingerprint}\n"),
        )
    } else {
        let public = SigningKey::make(&args.file)?.to_string();
        (
            json!({"key": file, "public": public}),
            format!("{file}: public key {public}\n"),
        )
    };
    match args.show.format {
        Format::Json => {
            print(format!("{json:#}\n").as_bytes())?;
        }
        Format::Text => {
            print(text.as_bytes())?;
            let language = args.show.language.map(Language::from);
            say(either(
                language == Some(Language::Chinese),
                "keep a copy of the key elsewhere: a lost key cannot be made again",
                "请另存一份密钥：遗失后无法重新生成",
            ));
        }
    }
    Ok(Verdict::Clean)
}

/// Brings what is encrypted in the store in line with the project file.
///
/// A file that is to be encrypted as a whole, or not any more, is written anew.
pub(super) fn encrypt(project: &Path, args: &Encrypt) -> anyhow::Result<Verdict> {
    let mut desk = Desk::open_as_it_is(Project::read_to_encrypt(project)?, &args.change.author)?;
    let Some(wanted) = &desk.project.encryption else {
        bail!(
            "{} says nothing of encryption\n  hint: `[store.encryption] key = \"/etc/guiyi/data.key\"`; `guiyi store key new --data` makes a key",
            desk.project.file.display()
        );
    };
    // What the store has of entity types that this project does not know stays as it is.
    let knows = |of: &EncryptedElement| {
        let mut entities = desk.project.entities.iter();
        entities.any(|entity| entity.dictionary().entity == of.entity)
    };
    let has = desk.store.encryption().map(|has| has.elements).unwrap_or_default();
    let others = has.into_iter().filter(|of| !knows(of));
    let elements: Vec<EncryptedElement> = others.chain(wanted.elements.iter().cloned()).collect();
    let key = DataKey::read(&wanted.key)?;
    // Nobody makes an index of values that are about to be encrypted.
    let way_out = "wait until that has ended; nothing was encrypted yet";
    let held = (desk.project.index.as_ref())
        .map(|_| Held::take(&desk.project, PATIENCE, way_out))
        .transpose()?;
    let by = desk.signature.because(&args.change.reason);
    let done = desk.store.convert(wanted.is_whole.then_some(&key), by, |store| {
        match (elements.is_empty(), store.encryption()) {
            (true, None) => Ok(Rekeyed::NOTHING),
            (true, Some(_)) => store.decrypt(by),
            (false, _) => store.encrypt(&key, &elements, by),
        }
    })?;
    if let Some(held) = &held {
        store_index::remove(&desk.project, args.change.show.is_chinese(&desk.project), held)?;
    }
    said(&desk, &args.change.show, done)
}

pub(super) fn rotate(project: &Path, args: &Rotate) -> anyhow::Result<Verdict> {
    let mut desk = Desk::open_as_it_is(Project::read_without_inputs(project)?, &args.change.author)?;
    let key = DataKey::read(&args.key)?;
    let by = desk.signature.because(&args.change.reason);
    let is_whole = desk.store.whole().is_some();
    let done = desk
        .store
        .convert(is_whole.then_some(&key), by, |store| match store.encryption() {
            None if is_whole => Ok(Rekeyed::NOTHING),
            _ => store.rotate(&key, by),
        })?;
    let verdict = said(&desk, &args.change.show, done)?;
    let is_named = desk
        .project
        .encryption
        .as_ref()
        .is_some_and(|encryption| encryption.key == args.key);
    if !is_named {
        let file = args.key.display();
        say(&if args.change.show.is_chinese(&desk.project) {
            format!("请在项目文件中改写 [store.encryption] key = \"{file}\"；旧密钥仍可打开以前的备份")
        } else {
            format!(
                "now name it in the project file: [store.encryption] key = \"{file}\"; the old key opens older backups only"
            )
        });
    }
    Ok(verdict)
}

pub(super) fn decrypt(project: &Path, args: &Decrypt) -> anyhow::Result<Verdict> {
    let mut desk = Desk::open_as_it_is(Project::read_without_inputs(project)?, &args.change.author)?;
    let by = desk.signature.because(&args.change.reason);
    let is_whole = desk.store.whole().is_some();
    let done = desk.store.convert(None, by, |store| match store.encryption() {
        None if is_whole => Ok(Rekeyed::NOTHING),
        _ => store.decrypt(by),
    })?;
    let verdict = said(&desk, &args.change.show, done)?;
    if desk.project.encryption.is_some() {
        say(either(
            args.change.show.is_chinese(&desk.project),
            "now take [store.encryption] out of the project file",
            "请从项目文件中删去 [store.encryption]",
        ));
    }
    Ok(verdict)
}

/// Says how the store is now.
fn said(desk: &Desk, show: &Show, done: Rekeyed) -> anyhow::Result<Verdict> {
    let now = desk.store.encryption();
    let names: Vec<String> = now.iter().flat_map(|now| &now.elements).map(name).collect();
    let chinese = show.is_chinese(&desk.project);
    let whole = desk.store.whole();
    match show.format {
        Format::Json => {
            let json = json!({"whole": whole, "rows": done.n_rows, "swept": done.is_swept, "elements": names,
                "key_version": now.as_ref().map(|now| now.version), "key": now.map(|now| now.fingerprint)});
            print(format!("{json:#}\n").as_bytes())?;
        }
        Format::Text => {
            let text = match (now, chinese) {
                (Some(now), false) => format!(
                    "{} rows written anew; key {}, {}, encrypts {}\n",
                    done.n_rows,
                    now.version,
                    now.fingerprint,
                    names.join(", ")
                ),
                (Some(now), true) => format!(
                    "重写 {} 行；第 {} 号密钥 {} 加密 {}\n",
                    done.n_rows,
                    now.version,
                    now.fingerprint,
                    names.join("、")
                ),
                (None, _) if whole.is_some() => String::new(),
                (None, false) => format!("{} rows written anew; nothing is encrypted\n", done.n_rows),
                (None, true) => format!("重写 {} 行；不再加密\n", done.n_rows),
            };
            print(text.as_bytes())?;
            if let Some(fingerprint) = whole {
                let text = if chinese {
                    format!("整库文件已用密钥 {fingerprint} 加密\n")
                } else {
                    format!("the file is encrypted as a whole with the key {fingerprint}\n")
                };
                print(text.as_bytes())?;
            }
        }
    }
    if !done.is_swept {
        say(either(
            chinese,
            "what stood in the file before could not be swept out of it now, somebody else has it open or the disk is full: the next command that writes does it",
            "旧内容暂未清除（有其他进程打开着主数据库，或磁盘空间不足），将由下一个写入命令清除",
        ));
    }
    Ok(Verdict::Clean)
}

fn name(of: &EncryptedElement) -> String {
    format!("{}.{}", of.entity.name(), of.element)
}
