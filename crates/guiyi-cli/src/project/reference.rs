//! The reference of the project file: every key with its type, default, meaning and an example.
//!
//! `guiyi check --reference` prints it, and `docs/project-file.md` is what it prints. The tests hold it against the
//! parser both ways: every example here is read without a mistake, and every key that the parser asks for stands here.

use std::fmt::Write as _;

/// A section of the project file.
struct Section {
    /// The header, as it stands in the file.
    header: &'static str,
    /// What it is for; Markdown.
    about: &'static str,
    keys: &'static [Key],
}

/// A key of a section.
struct Key {
    name: &'static str,
    kind: &'static str,
    /// As TOML; empty if there is none.
    default: &'static str,
    /// As TOML; part of the example at the end of the section.
    example: &'static str,
    meaning: &'static str,
}

const fn key(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    example: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        name,
        kind,
        default,
        example,
        meaning,
    }
}

/// What stands above the keys of survivorship.
const SURVIVORSHIP: &str = "Which member's value stands in the golden record. \
Strategies are tried in order until one value is left; the last tie goes to the smallest system and code. \
An imputed value stands only where nothing else is known, whatever the strategies.

| strategy | keeps |
|---|---|
| `best-origin` | a value as received before a standardized, a repaired, a derived one |
| `source-priority` | the value of the most trusted system |
| `most-recent` | the value of the record with the latest `recency` date |
| `most-frequent` | the value that most records share |
| `most-complete` | the value of the record with most values |
| `longest` | the value with most characters |
| `highest-score` | the value of the record whose values needed least correction: of the values given or withheld, 1 for one received or standardized, ½ for one repaired or derived |
| `trusted-until` | the values of records that are not older than `trust_days`, before those that are |
| `value-order` | the value that comes first in `value_order`, those that it does not name last; single elements only |
| `most-restrictive` | the strictest value, first in `value_order`, whoever says it: for consent and blacklists; must be the first strategy, and the order must name every code |
| `union` | all different values, parted by `；`; single elements only, alone |

`guiyi golden why` shows for a golden record what each source says and by which strategy each lost.";

const SECTIONS: [Section; 12] = [
    Section {
        header: "[project]",
        about: "",
        keys: &[
            key("name", "text", "\"guiyi\"", "\"masters\"", "name in summary and report"),
            key(
                "language",
                "`en`, `zh`",
                "\"en\"",
                "\"zh\"",
                "language of the summary and of the report's first view",
            ),
        ],
    },
    Section {
        header: "[store]",
        about: "",
        keys: &[
            key(
                "path",
                "path",
                "\"guiyi.db\"",
                "\"data/guiyi.db\"",
                "the golden-record store, an SQLite file; made at the first run",
            ),
            key(
                "index",
                "path",
                "",
                "\"index\"",
                "the directory of the indexes for the entry check, which every run makes anew; they hold values in plain text, but those that the store encrypts; none are kept when left out",
            ),
            key(
                "heads",
                "path",
                "",
                "\"/mnt/elsewhere/guiyi.heads\"",
                "second place of the ledger's signed heads, best on another machine; needs `key`",
            ),
            key(
                "key",
                "path",
                "",
                "\"/etc/guiyi/store.key\"",
                "the key that signs them, made by `guiyi store key new`; keep a copy of it",
            ),
        ],
    },
    Section {
        header: "[store.four_eyes]",
        about: "What one person alone may not do to golden records: it takes a change request that somebody else approves, see [store.md](store.md). `guiyi golden ... --propose` makes one; who did what is compared without regard to case, width and spaces.",
        keys: &[
            key(
                "confirmed",
                "true or false",
                "false",
                "true",
                "merging, splitting, unconfirming, retiring and unretiring golden records that are confirmed",
            ),
            key(
                "key_attributes",
                "true or false",
                "false",
                "true",
                "pinning and unpinning data elements of importance `key`",
            ),
            key(
                "attributes",
                "list of elements",
                "[]",
                "[\"credit_code\", \"bank_account\"]",
                "pinning and unpinning these data elements",
            ),
            key(
                "approvals",
                "integer in [1, 9]",
                "1",
                "2",
                "how many people beside the author have to approve a request",
            ),
            key(
                "approvers",
                "list of names",
                "[]",
                "[\"王芳\", \"李强\", \"陈静\"]",
                "who may approve and reject; everybody but the author when left out",
            ),
        ],
    },
    Section {
        header: "[store.encryption]",
        about: "Values that the store keeps encrypted; what it is good for and what it costs stands in [store.md](store.md).
A new store is encrypted before its first load, another one by `guiyi store encrypt`.",
        keys: &[
            key(
                "key",
                "path, required",
                "",
                "\"/etc/guiyi/data.key\"",
                "the key, made by `guiyi store key new --data`; keep a copy of it, without it the values are lost",
            ),
            key(
                "elements",
                "array of elements",
                "",
                "[\"resident_id\", \"mobile\"]",
                "the elements whose values are encrypted, of every entity type that has them",
            ),
            key(
                "sensitivity",
                "`internal`, `sensitive`",
                "\"sensitive\"",
                "\"internal\"",
                "all elements of this sensitivity or above, besides those of `elements`; the default holds where none are named",
            ),
            key(
                "searchable",
                "array of elements",
                "",
                "[\"resident_id\"]",
                "those by whose values `guiyi golden find` finds golden records; whoever has the file sees which values are the same",
            ),
            key(
                "whole",
                "true or false",
                "false",
                "true",
                "whether the file is encrypted as a whole besides, for a guiyi that was built with SQLCipher; `elements = []` leaves it at that",
            ),
        ],
    },
    Section {
        header: "[output]",
        about: "",
        keys: &[
            key("dir", "path", "\"out\"", "\"results\"", "directory of the results"),
            key(
                "format",
                "`csv`, `parquet`, `xlsx`",
                "\"csv\"",
                "\"csv\"",
                "format of tables",
            ),
            key(
                "encoding",
                "`utf-8`, `utf-8-bom`, `gb18030`",
                "\"utf-8\"",
                "\"utf-8-bom\"",
                "encoding of CSV; with the byte-order mark Excel reads UTF-8",
            ),
            key(
                "neutralize_formulas",
                "true or false",
                "true",
                "false",
                "CSV: put `'` before cells that a spreadsheet would run as a formula",
            ),
        ],
    },
    Section {
        header: "[fail_on]",
        about: "The exit code is 1 when more than `share` of the rows read have a finding of `severity` or worse.",
        keys: &[
            key(
                "severity",
                "`warning`, `error`",
                "\"error\"",
                "\"warning\"",
                "from which severity on findings count",
            ),
            key("share", "number in [0, 1]", "0.1", "0.02", "share of rows"),
        ],
    },
    Section {
        header: "[[source]]",
        about: "One per export.",
        keys: &[
            key(
                "system",
                "text, required",
                "",
                "\"erp\"",
                "name of the system: letters, digits, `-`, `_`; one source per system and entity type",
            ),
            key(
                "entity",
                "`customer`, `supplier`, `material`, `contact`",
                "\"customer\"",
                "\"customer\"",
                "what the records are",
            ),
            key(
                "path",
                "path, required",
                "",
                "\"erp.csv\"",
                "a file, or a pattern such as `exports/erp-*.csv`",
            ),
            key(
                "key",
                "text, required",
                "",
                "\"客户编码\"",
                "header of the column with the system's own code",
            ),
            key(
                "format",
                "`auto`, `csv`, `xlsx`, `xls`, `html`, `parquet`, `jsonl`",
                "\"auto\"",
                "\"csv\"",
                "format of the file; `auto` goes by its content",
            ),
            key(
                "encoding",
                "`auto`, `utf-8`, `gb18030`, `big5`, `utf-16le`, `utf-16be`",
                "\"auto\"",
                "\"gb18030\"",
                "encoding of a text file; `auto` goes by its content",
            ),
            key(
                "delimiter",
                "`auto`, `,`, `;`, `|`, `tab`",
                "\"auto\"",
                "\"|\"",
                "what stands between cells of a text file; `auto` goes by its content",
            ),
            key(
                "header_row",
                "integer from 1",
                "",
                "3",
                "line or sheet row with the headers; found by itself",
            ),
            key(
                "sheet",
                "text",
                "",
                "\"客户\"",
                "sheet of a workbook; the first one with a value",
            ),
            key(
                "date_order",
                "`auto`, `day-month`, `month-day`",
                "\"auto\"",
                "\"day-month\"",
                "how to read `03/05/2024` where the column itself does not tell",
            ),
            key(
                "map_by_header",
                "true or false",
                "true",
                "false",
                "feed elements from columns whose header the dictionary knows",
            ),
            key(
                "code_pattern",
                "text",
                "",
                "'{department:D\\d{2}}-{serial:\\d{6}}'",
                "pattern of the system's own code: its parts are read into data elements, a code of another form is a finding. A part is `{element}` or `{element:regular expression}`; `{serial}` and parts that begin with `_` are not kept",
            ),
        ],
    },
    Section {
        header: "[source.columns]",
        about: "Feeds data elements from columns by name: one key per element, its value the header of the column; an empty text for an element that no column may feed. `guiyi profile` shows which column feeds what, `guiyi init` writes it down.",
        keys: &[
            key(
                "name",
                "header",
                "",
                "\"客户名称\"",
                "for example; any element of the dictionary",
            ),
            key("note", "header", "", "\"\"", "for example; no column may feed it"),
        ],
    },
    Section {
        header: "[customer]",
        about: "Also `[supplier]`, `[material]` and `[contact]`; the sections below likewise.",
        keys: &[
            key(
                "dictionary",
                "path",
                "",
                "\"customer.toml\"",
                "your own data elements, see [dictionary.md](dictionary.md); the shipped ones when left out",
            ),
            key(
                "rules",
                "list",
                "[\"shipped\"]",
                "[\"shipped\"]",
                "rule packs: `shipped`, and files of your own",
            ),
        ],
    },
    Section {
        header: "[customer.matching]",
        about: "",
        keys: &[
            key(
                "match_threshold",
                "number in [0, 1]",
                "0.95",
                "0.97",
                "from this probability on a pair is a match",
            ),
            key(
                "review_threshold",
                "number in [0, 1]",
                "0.5",
                "0.6",
                "from this one on it goes to a person",
            ),
            key(
                "model",
                "path",
                "",
                "\"model_customer.toml\"",
                "weigh pairs as this model does: a copy of the `model_customer.toml` that a run wrote; each run learns its own when left out",
            ),
        ],
    },
    Section {
        header: "[customer.survivorship]",
        about: SURVIVORSHIP,
        keys: &[
            key(
                "source_priority",
                "list of systems",
                "",
                "[\"erp\"]",
                "most trusted first; the order of the sources when left out",
            ),
            key(
                "default",
                "list of strategies",
                "[\"best-origin\", \"source-priority\", \"most-recent\", \"most-frequent\", \"most-complete\", \"longest\"]",
                "[\"source-priority\", \"most-recent\"]",
                "strategies, tried in order until one value is left",
            ),
            key(
                "groups",
                "list of lists of elements",
                "[]",
                "[[\"province\", \"city\", \"county\"]]",
                "elements that survive together from one record",
            ),
            key(
                "recency",
                "date element",
                "",
                "\"updated_date\"",
                "tells how recent a record is",
            ),
            key(
                "elements",
                "table",
                "",
                "{ mobile = [\"trusted-until\", \"most-recent\"], status = [\"most-restrictive\"] }",
                "strategies of single elements in place of the default's; those of one element of a group hold for the group",
            ),
            key(
                "source_order",
                "table of lists of systems",
                "",
                "{ mobile = [\"erp\"] }",
                "most trusted first, for single elements in place of `source_priority`",
            ),
            key(
                "value_order",
                "table of lists of values",
                "",
                "{ status = [\"停用\", \"启用\"] }",
                "for `value-order` and `most-restrictive`: the value that wins, the strictest, first",
            ),
            key(
                "trust_days",
                "table of integers from 0",
                "",
                "{ erp = 365 }",
                "for `trusted-until`: for how many days after its `recency` date a record of the system is trusted; a system that is not named always is",
            ),
            key(
                "valid_from",
                "table of date elements",
                "",
                "{ erp = \"updated_date\" }",
                "for systems that deliver it, the date from which what a record says is valid, for `guiyi golden show --as-of`; a system that is not named is valid from when it was recorded",
            ),
        ],
    },
    Section {
        header: "[[customer.impute]]",
        about: "Fills gaps of elements of normal importance; every value filled is marked.",
        keys: &[
            key("element", "data element, required", "", "\"postcode\"", "what to fill"),
            key(
                "method",
                "`constant`, `mode`, `group-mode`, `median`, required",
                "",
                "\"group-mode\"",
                "how",
            ),
            key("value", "text", "", "", "for `constant`"),
            key("by", "data element", "", "\"county\"", "for `group-mode`"),
        ],
    },
];

/// The reference in Markdown.
pub(crate) fn reference() -> String {
    let mut text = String::from(
        "# The project file\n\n\
         `guiyi init` writes a commented `guiyi.toml`; this page is its reference, printed by `guiyi check --reference`.\n\
         Paths are relative to the file.\n\
         A key that is not known is a mistake; `guiyi check` says all mistakes at once, each with file, line, column and a hint.\n",
    );
    for section in &SECTIONS {
        _ = writeln!(text, "\n## `{}`\n", section.header);
        if !section.about.is_empty() {
            _ = writeln!(text, "{}\n", section.about.replace(". ", ".\n"));
        }
        text.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
        for key in section.keys {
            let default = match key.default {
                "" => String::new(),
                default => format!("`{default}`"),
            };
            let cells = [key.kind, &default, key.meaning].map(|cell| cell.replace('|', "\\|"));
            _ = writeln!(text, "| `{}` | {} | {} | {} |", key.name, cells[0], cells[1], cells[2]);
        }
        _ = writeln!(text, "\n```toml\n{}```", example(section));
    }
    text
}

/// The section with the examples of its keys.
fn example(section: &Section) -> String {
    let mut text = format!("{}\n", section.header);
    for key in section.keys.iter().filter(|key| !key.example.is_empty()) {
        _ = writeln!(text, "{} = {}", key.name, key.example);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::project::Project;

    fn parse(text: &str, dir: &Path) -> Vec<String> {
        let mistakes = Project::parse(&dir.join("guiyi.toml"), text).err().unwrap_or_default();
        mistakes.iter().map(ToString::to_string).collect()
    }

    /// A directory with the files that the examples name.
    fn dir() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(dir.path().join("erp.csv"), "客户编码\n1\n").expect("written");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dictionaries/customer.toml");
        std::fs::copy(root, dir.path().join("customer.toml")).expect("copied");
        std::fs::write(dir.path().join("model_customer.toml"), "prior = 0.1\n").expect("written");
        dir
    }

    #[test]
    fn the_page_is_what_the_program_prints() {
        let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/project-file.md");
        let found = std::fs::read_to_string(page).expect("the page is there");
        assert!(
            found == reference(),
            "stale: guiyi check --reference > docs/project-file.md"
        );
    }

    #[test]
    fn every_example_is_read_without_a_mistake() {
        let text: String = SECTIONS.iter().map(example).collect();
        // Of two keys that exclude each other one is read at a time.
        for left_out in ["whole = true\n", "index = \"index\"\n"] {
            assert!(text.contains(left_out), "{text}");
            let text = text.replace(left_out, "");
            assert_eq!(parse(&text, dir().path()), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn every_default_is_read_without_a_mistake() {
        let with_defaults = |section: &Section| {
            let mut text = format!("{}\n", section.header);
            for key in section.keys {
                if let Some(value) = [key.default, key.example].iter().find(|value| !value.is_empty()) {
                    _ = writeln!(text, "{} = {value}", key.name);
                }
            }
            text
        };
        let text: String = SECTIONS.iter().map(with_defaults).collect();
        assert_eq!(parse(&text, dir().path()), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn every_key_that_the_parser_knows_stands_here() {
        let dir = dir();
        // The keys of [source.columns] are those of the dictionary.
        for section in SECTIONS.iter().filter(|section| section.header != "[source.columns]") {
            // Required keys stand, so that only the unknown one is a mistake; its hint names all others that are known.
            let unknown = "qqqqqqqqqqqqqqqqqqqqqqqq = 1\n";
            let required = section.keys.iter().filter(|key| key.kind.ends_with("required"));
            let required: Vec<String> = required
                .map(|key| format!("{} = {}\n", key.name, key.example))
                .collect();
            let required = required.concat();
            let text = format!("{}\n{required}{unknown}", section.header);
            let said = parse(&text, dir.path()).join("\n");
            let hint = said.split("hint: one of: ").nth(1).unwrap_or_else(|| panic!("{said}"));
            let known = hint.lines().next().unwrap_or_default();
            let sections = ["columns", "four_eyes", "encryption"];
            for name in known
                .split(", ")
                .filter(|name| !sections.contains(name) && !matches!(section.header, "[customer]"))
            {
                assert!(
                    section.keys.iter().any(|key| key.name == name),
                    "{name} of {}",
                    section.header
                );
            }
        }
    }
}
