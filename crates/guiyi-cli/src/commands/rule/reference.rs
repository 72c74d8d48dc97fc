//! `docs/rules.md`: the reference of the rule format, made from the tables that the reader of packs itself goes by.

use std::fmt::Write as _;

use guiyi_core::rulebook::kinds::{CONDITION_KEYS, KINDS, Key, RULE_KEYS, TABLE_KEYS};
use guiyi_core::rulebook::tables::{self, SHIPPED};
use guiyi_core::rulebook::{Dimension, Indicator};

/// The whole reference.
pub(super) fn markdown() -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str("\n## Keys of every rule\n\n");
    keys(&mut text, RULE_KEYS);
    text.push_str(SAMPLES);
    text.push_str("\n## Conditions\n\n");
    text.push_str(CONDITIONS);
    keys(&mut text, CONDITION_KEYS);
    text.push_str("\n## What each check does with nulls\n\n| check | nulls | 空值 |\n|---|---|---|\n");
    for kind in KINDS {
        _ = writeln!(
            text,
            "| [`{0}`](#{0}) | {1} | {2} |",
            kind.name, kind.nulls.0, kind.nulls.1
        );
    }
    text.push_str("\n## Checks\n");
    for kind in KINDS {
        _ = write!(
            text,
            "\n### {}\n\n{}\n{}\n\n",
            kind.name, kind.demands.0, kind.demands.1
        );
        if !kind.keys.is_empty() {
            keys(&mut text, kind.keys);
            text.push('\n');
        }
        _ = write!(
            text,
            "A sample is {}.\n\n```toml\n[[rule]]\n{}\n```\n",
            kind.sample, kind.example
        );
    }
    text.push_str(EXPRESSIONS);
    text.push_str("\n## Tables\n\n");
    text.push_str(TABLES);
    keys(&mut text, TABLE_KEYS);
    text.push_str("\nTables that come with Guiyi:\n\n| table | what it holds | 内容 |\n|---|---|---|\n");
    for table in SHIPPED.into_iter().filter_map(tables::shipped) {
        _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            table.name, table.label.english, table.label.chinese
        );
    }
    text.push_str("\n## Dimensions and indicators\n\n");
    text.push_str("GB/T 36344-2018; the codes are those of DB31/T 1523-2024.\n\n");
    text.push_str("| dimension | indicator | code | meaning | 指标 |\n|---|---|---|---|---|\n");
    for dimension in Dimension::ALL {
        for one in Indicator::ALL.iter().filter(|one| one.dimension() == dimension) {
            _ = writeln!(
                text,
                "| `{}` {} | `{}` | {} | {} | {} |",
                dimension.name(),
                dimension.label_zh(),
                one.name(),
                one.code(),
                one.label(),
                one.label_zh()
            );
        }
    }
    text
}

fn keys(text: &mut String, keys: &[Key]) {
    text.push_str("| key | type | if left out | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let default = key.default.unwrap_or("a mistake");
        _ = writeln!(text, "| `{}` | {} | {default} | {} |", key.name, key.kind, key.meaning);
    }
}

const INTRODUCTION: &str = "\
# Rule packs

<!-- Made by `guiyi rule --reference > docs/rules.md`; a test compares the two. -->

A rule pack is a TOML file: `entity`, then one `[[rule]]` each, and `[[table]]`s if it brings reference tables of its own.
The shipped packs are in `rules/`; a project names its packs under `rules = [\"shipped\", \"own.toml\"]` of the entity type.
`guiyi rule` lists the shipped rules, `guiyi rule CU003` prints the manual page of one, `guiyi rule --test --rules own.toml` runs the samples of a pack.

Rules run on the canonical values, in the order of their codes; a later rule sees what an earlier one repaired or held back.
A rule that can be read can be run: elements, tables, patterns and expressions are looked up and compiled when the pack is read, and every mistake is said at once with its line and column.

Within its tolerance a source passes a rule: the findings are written all the same, but they do not count toward `[fail_on]` of the project.
A finding about a system as a whole has no row, and if it is of the severity of `[fail_on]` the run fails whatever the share.
A rule that could not be run is said as a note (`info`) about the source; it is never counted as passed.
";

const SAMPLES: &str = "
Samples are run through the real room by `guiyi rule --test`, and for the shipped packs by the tests; the day of the run is 2026-01-15 for them.
`element = value` as a part of a sample names any other element of the row; the rule's conditions are made to hold where the sample does not say otherwise.
";

const CONDITIONS: &str = "\
`when = { element = \"status\", one_of = [\"active\"] }`, or an array of such tables, of which all must hold.
A condition has one demand; without one, the element must have a value.
Of an element without a value only `absent = true` holds.

";

const EXPRESSIONS: &str = "
#### The language of expressions

CEL, the Common Expression Language: `&&`, `||`, `!`, `? :`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `+`, `-`, `*`, `/`, `%`, `size()`, `contains()`, `startsWith()`, `endsWith()`, `matches()`, `exists()`, `all()`.
No loops, no side effects.

- CEL has no decimals, and floating point makes `0.1 + 0.2 == 0.3` false. Here amounts and numbers are exact decimals, and so is every literal with a point, and an integer beside one: `credit_limit == 0.3` is exact.
- Dates are days: `created_date >= \"2020-01-31\"`, `updated_date - created_date <= 30` (days), `created_date + 90`.
- `size(name)` counts characters and is an integer; it is compared with integers.
- `matches` finds the pattern anywhere in the value; anchor it with `^` and `$`.
- A division by zero, or another failure of a row, is a finding with the reason.
";

const TABLES: &str = "\
A row of a table is a code with its name and the days on which it is in force, `from` and `to`, both included; a blank one is open.
A code may stand in several rows.

```toml
[[table]]
name = \"cost-center\"
file = \"cost-centers.xlsx\"
code = \"成本中心\"

[[rule]]
element = \"department\"
check = \"in-table\"
table = \"cost-center\"
```

";
