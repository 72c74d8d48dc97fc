//! The kinds of check, each with its manual: what it demands, its keys, what it does with nulls, an example.
//!
//! `docs/rules.md` and the manual pages of `guiyi rule` are made from this table, and the reader of packs takes the
//! names of the checks from it; so what is documented is what there is.

mod keys;

pub use keys::{CONDITION_KEYS, RULE_KEYS, TABLE_KEYS};

/// One kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The name, the value of the key `check`.
    pub name: &'static str,
    /// What it demands.
    pub demands: Both,
    /// Why that matters, where the rule itself does not say.
    pub why: Both,
    /// What to do about a failure, where the rule itself does not say.
    pub remedy: Both,
    /// What it does with nulls.
    pub nulls: Both,
    /// Its own keys, beside those of every rule.
    pub keys: &'static [Key],
    /// The shape of a sample.
    pub sample: &'static str,
    /// A rule of this kind, the lines below `[[rule]]` that are its own.
    pub example: &'static str,
}

/// A text in English and in Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both(pub &'static str, pub &'static str);

/// One key of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// Its type, such as `text` or `integer`.
    pub kind: &'static str,
    /// What it is if left out; `None`: it must be there.
    pub default: Option<&'static str>,
    /// What it says.
    pub meaning: &'static str,
}

const fn key(name: &'static str, kind: &'static str, default: Option<&'static str>, meaning: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
        meaning,
    }
}

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

const NULL_PASSES: Both = Both("A row without a value passes.", "没有值的行通过。");
const FIX_AT_SOURCE: Both = Both(
    "Correct the value in the system that it comes from; the next run takes it over.",
    "在来源系统中更正该值，下次运行自动采用。",
);

/// All kinds of check, in the order of the reference.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "required",
        demands: Both("There is a value.", "必须有值。"),
        why: Both(
            "Without it the record cannot serve its purpose, and it is never guessed.",
            "缺少该值时记录无法使用，且该值不会被猜测填补。",
        ),
        remedy: Both(
            "Ask for the value and enter it in the system of origin.",
            "向业务方索取，并在来源系统中补录。",
        ),
        nulls: Both(
            "A row without a value fails; it is the only check that demands one. A value that an earlier rule held back was given and passes here, unless the rule quarantines: then a value that can be used is demanded.",
            "没有值的行不通过，这是唯一要求有值的检查。被前面的规则扣留的值视为已提供而通过；但若本规则会隔离整行，则要求有可用的值。",
        ),
        keys: &[],
        sample: "the value; `\"\"` is a missing one",
        example: "element = \"name\"\ncheck = \"required\"\naccept = [\"深圳市归一科技有限公司\"]\nreject = [\"\"]",
    },
    Kind {
        name: "unique",
        demands: Both(
            "No other row within the scope has the same values in the element and in those of `with`. Every row of a group that shares them fails, not only the later ones. Rows that share the source key as well are left to the check of source keys (VA002, VA003).",
            "范围内没有其他行在该数据元（及 `with` 所列数据元）上取值相同。取值相同的各行都不通过，而不只是后出现的行。来源编码也相同的行由来源编码检查（VA002、VA003）处理。",
        ),
        why: Both(
            "Two rows with one identity are one thing entered twice, or one of them carries another's number.",
            "两行同号，要么是同一对象重复建档，要么其中一行用了别人的号码。",
        ),
        remedy: Both(
            "Merge the rows in the system of origin, or correct the wrong one.",
            "在来源系统中合并重复档案，或更正用错的一行。",
        ),
        nulls: Both(
            "A row without a value in any of the elements passes: nothing given is not the same as nothing given.",
            "任一数据元没有值的行通过：都没有值不等于取值相同。",
        ),
        keys: &[
            key(
                "with",
                "array of elements",
                Some("none"),
                "further elements, which together with the first must be unique",
            ),
            key(
                "scope",
                "text",
                Some("`system`"),
                "`source`: among the rows of one file; `system`: among all files of one system, since a system's codes are one set; `all`: among all systems. The same credit code in ERP and CRM is expected, so `all` is for what may exist once in the company, such as an account to be paid to",
            ),
        ],
        sample: "rows with ` | ` between, the elements of a row with ` + ` between",
        example: "element = \"bank_account\"\ncheck = \"unique\"\naccept = [\"4000023009200123456 | 4000023009200123457\", \" | \"]\nreject = [\"4000023009200123456 | 4000023009200123456\"]",
    },
    Kind {
        name: "pattern",
        demands: Both(
            "The whole value matches a regular expression.",
            "整个值符合正则表达式。",
        ),
        why: Both(
            "A value of another form is not understood by the systems that take it over.",
            "格式不符的值无法被下游系统识别。",
        ),
        remedy: FIX_AT_SOURCE,
        nulls: NULL_PASSES,
        keys: &[key(
            "pattern",
            "regular expression",
            None,
            "in the syntax of Rust's `regex`; it is anchored at both ends",
        )],
        sample: "the value",
        example: "element = \"bank_account\"\ncheck = \"pattern\"\npattern = '\\d{6,32}'\naccept = [\"4000023009200123456\"]\nreject = [\"4000AB\"]",
    },
    Kind {
        name: "length",
        demands: Both(
            "The number of characters (not bytes) lies between `min` and `max`, inclusive.",
            "字符数（不是字节数）在 `min` 与 `max` 之间，含两端。",
        ),
        why: Both(
            "Too short says nothing; too long is cut somewhere on the way.",
            "过短没有信息，过长会在传输中被截断。",
        ),
        remedy: FIX_AT_SOURCE,
        nulls: NULL_PASSES,
        keys: &[
            key("min", "integer", Some("0"), "fewest characters"),
            key("max", "integer", Some("unbounded"), "most characters"),
        ],
        sample: "the value",
        example: "element = \"name\"\ncheck = \"length\"\nmin = 2\nmax = 100\naccept = [\"归一\"]\nreject = [\"归\"]",
    },
    Kind {
        name: "range",
        demands: Both(
            "An amount, number or date lies between `min` and `max`, inclusive. A value that is none of these fails with the form that was expected.",
            "金额、数值或日期在 `min` 与 `max` 之间，含两端。不是金额、数值或日期的值不通过，并说明应有的格式。",
        ),
        why: Both(
            "A value far outside is a slip of a digit or of a unit.",
            "明显超出范围的值多为多录少录位数或单位错误。",
        ),
        remedy: FIX_AT_SOURCE,
        nulls: NULL_PASSES,
        keys: &[
            key("min", "number or date", Some("unbounded"), "smallest value"),
            key(
                "max",
                "number or date",
                Some("unbounded"),
                "largest value; `\"today\"` is the day of the run",
            ),
        ],
        sample: "the value",
        example: "element = \"created_date\"\ncheck = \"range\"\nmin = \"1980-01-01\"\nmax = \"today\"\naccept = [\"2019-07-01\"]\nreject = [\"1899-12-31\"]",
    },
    Kind {
        name: "one-of",
        demands: Both("The value is a member of a list.", "取值在列表之中。"),
        why: Both(
            "A value outside the list means something to nobody else.",
            "列表之外的取值其他系统无法理解。",
        ),
        remedy: Both(
            "Choose a member of the list, or add the spelling to the synonyms of the dictionary's code list.",
            "改用列表中的取值，或把该写法加入元字典代码表的同义词。",
        ),
        nulls: NULL_PASSES,
        keys: &[key(
            "values",
            "array of texts",
            Some("the code list of the element"),
            "the members",
        )],
        sample: "the value",
        example: "element = \"level\"\ncheck = \"one-of\"\naccept = [\"A\"]\nreject = [\"Z\"]",
    },
    Kind {
        name: "identifier",
        demands: Both(
            "The value is a valid identifier: length, characters, check digit and parts. What a spreadsheet destroyed is told apart from a slip.",
            "标识代码有效：长度、字符、校验码及各组成部分均正确。被电子表格破坏的值与笔误分别说明。",
        ),
        why: Both(
            "An identifier with a slip points at nobody, or at somebody else.",
            "写错的标识代码指向不存在的对象，或指向别人。",
        ),
        remedy: Both(
            "Look it up at the issuer and correct it; where exactly one repair fits, the finding names it.",
            "向发证机关公示系统查询后更正；若仅有一种修正方式，问题清单中会给出。",
        ),
        nulls: NULL_PASSES,
        keys: &[key(
            "kind",
            "text",
            Some("the kind of the element"),
            "the kind of identifier; `guiyi id kinds` lists them",
        )],
        sample: "the value",
        example: "element = \"credit_code\"\ncheck = \"identifier\"\non_failure = \"withhold\"\naccept = [\"914403001922038216\"]\nreject = [\"914403001922038217\"]",
    },
    Kind {
        name: "check-character",
        demands: Both(
            "The check character of `scheme` fits; what the other characters mean is not judged.",
            "`scheme` 的校验位正确；其余各位的含义不作判断。",
        ),
        why: Both(
            "A check character finds nearly every slip of one character and most swapped neighbors.",
            "校验位能发现几乎所有单字符错误和多数相邻换位错误。",
        ),
        remedy: FIX_AT_SOURCE,
        nulls: NULL_PASSES,
        keys: &[key(
            "scheme",
            "text",
            None,
            "`\"gb-32100\"` (unified social credit code), `\"mod-11-2\"` (resident ID), `\"luhn\"` (bank card) or `\"gs1\"` (GTIN)",
        )],
        sample: "the value",
        example: "element = \"credit_code\"\ncheck = \"check-character\"\nscheme = \"gb-32100\"\naccept = [\"914403001922038216\"]\nreject = [\"914403001922038217\"]",
    },
    Kind {
        name: "compare",
        demands: Both(
            "The value stands in an order to another element of the row, by the kind of the first: as amounts, as dates, or as text. A value that is no amount or date is left to the rule that says so.",
            "该值与同一行另一数据元的大小关系成立，按前者的类型比较：金额、日期或文本。不是金额或日期的值由相应规则指出。",
        ),
        why: Both(
            "Two values that contradict each other cannot both be right.",
            "互相矛盾的两个值不可能都正确。",
        ),
        remedy: Both(
            "Find out which of the two is wrong and correct it.",
            "查明其中哪个值有误并更正。",
        ),
        nulls: Both("A row without a value on either side passes.", "任一侧没有值的行通过。"),
        keys: &[
            key("operator", "text", None, "`=`, `!=`, `<`, `<=`, `>` or `>=`"),
            key("other", "element", None, "the element on the right"),
        ],
        sample: "both values with ` | ` between",
        example: "element = \"updated_date\"\ncheck = \"compare\"\noperator = \">=\"\nother = \"created_date\"\naccept = [\"2020-01-02 | 2020-01-01\"]\nreject = [\"2019-12-31 | 2020-01-01\"]",
    },
    Kind {
        name: "agrees",
        demands: Both(
            "What the value says agrees with another element: a resident ID with a date of birth, a sex, a province or an address; a credit code with a province or an address; a province with an address.",
            "该值包含的信息与另一数据元一致：公民身份号码与出生日期、性别、省份或地址；信用代码与省份或地址；省份与地址。",
        ),
        why: Both(
            "Two values that contradict each other cannot both be right.",
            "互相矛盾的两个值不可能都正确。",
        ),
        remedy: Both(
            "Find out which of the two is wrong and correct it.",
            "查明其中哪个值有误并更正。",
        ),
        nulls: Both(
            "A row without a value on either side passes; so does an identifier that is not valid, and an address that names no province at its head.",
            "任一侧没有值的行通过；无效的标识代码、开头没有省份的地址也通过。",
        ),
        keys: &[key("other", "element", None, "the element to agree with")],
        sample: "both values with ` | ` between",
        example: "element = \"province\"\ncheck = \"agrees\"\nother = \"address\"\naccept = [\"广东省 | 广东省深圳市\"]\nreject = [\"广东省 | 浙江省杭州市\"]",
    },
    Kind {
        name: "in-table",
        demands: Both(
            "The value is a code of a reference table, and in force on a day: the day of the run, or that of another element. Not in the table and not in force are told apart.",
            "取值是参考表中的代码，且在某日有效：运行当日，或另一日期数据元所示之日。不在表中与不在有效期内分别说明。",
        ),
        why: Both(
            "A code that was abolished, or never existed, means nothing to anybody else.",
            "已废止或从未存在的代码无法被他方识别。",
        ),
        remedy: Both("Choose the code that is in force today.", "改用现行有效的代码。"),
        nulls: Both(
            "A row without a value passes; where the element of `on` has no value, the day of the run counts.",
            "没有值的行通过；`on` 所指数据元没有值时，以运行当日为准。",
        ),
        keys: &[
            key(
                "table",
                "text",
                None,
                "the name of a shipped table or of a `[[table]]` of the pack, see below",
            ),
            key(
                "on",
                "date element",
                Some("the day of the run"),
                "the element that tells the day",
            ),
        ],
        sample: "the value; with `on` also the day, ` | ` between",
        example: "element = \"tax_rate\"\ncheck = \"in-table\"\ntable = \"vat-rate\"\non = \"created_date\"\naccept = [\"13\", \"16 | 2018-06-01\"]\nreject = [\"16\", \"16 | 2019-04-01\"]",
    },
    Kind {
        name: "foreign-key",
        demands: Both(
            "The value is a source key of another entity type, or a value of one of its elements. The rows of the other side count but for rejected ones; keys are compared as they are and in capital letters.",
            "取值是另一实体类型的来源编码，或其某数据元的取值。对方被拒收的行不计；编码按原样及大写形式比对。",
        ),
        why: Both(
            "A reference to nothing leaves a contact without a customer.",
            "指向空处的引用会使联系人失去所属客户。",
        ),
        remedy: Both(
            "Set up the missing record, or correct the reference.",
            "补建缺失的档案，或更正引用。",
        ),
        nulls: Both(
            "A row without a value passes. Where the other side is not in the run, the rule is not run: that is said as a note about the source, and the rule is never counted as passed.",
            "没有值的行通过。若对方实体未参与本次运行，则该规则未执行：以提示说明，且绝不计为通过。",
        ),
        keys: &[
            key(
                "entity",
                "text",
                None,
                "`customer`, `supplier`, `material` or `contact`",
            ),
            key(
                "references",
                "element",
                Some("the source key"),
                "the element of the other entity type",
            ),
            key("system", "text", Some("any"), "only the records of this system"),
        ],
        sample: "the value, then ` | ` and the keys there are with `, ` between; without them none is known and nothing is judged",
        example: "element = \"customer_code\"\ncheck = \"foreign-key\"\nentity = \"customer\"\naccept = [\"D03-000127 | D03-000126, D03-000127\"]\nreject = [\"D03-000128 | D03-000126, D03-000127\"]",
    },
    Kind {
        name: "expression",
        demands: Both(
            "An expression in CEL over the elements of the row is true. Amounts and numbers are exact decimals, dates are days, everything else is text; `today` is the day of the run.",
            "关于本行数据元的 CEL 表达式成立。金额和数值是精确小数，日期是日，其余为文本；`today` 为运行当日。",
        ),
        why: Both(
            "What the other checks cannot say is said here.",
            "其他检查无法表达的要求在此表达。",
        ),
        remedy: Both(
            "Find out which of the values is wrong and correct it.",
            "查明其中哪个值有误并更正。",
        ),
        nulls: Both(
            "A row in which an element of the expression has no value, or none that is an amount, number or date as it should, passes without being evaluated. With `nulls = \"evaluate\"` the element is `null` in the expression, and `null` compared by `<` fails.",
            "表达式涉及的任一数据元没有值（或不是应有的金额、数值、日期）的行不求值而通过。设 `nulls = \"evaluate\"` 时该数据元在表达式中为 `null`，对 `null` 比大小视为不通过。",
        ),
        keys: &[
            key("expression", "CEL", None, "true for a row that passes"),
            key("nulls", "text", Some("`pass`"), "`pass` or `evaluate`"),
        ],
        sample: "`element = value` for each element, with ` | ` between",
        example: "element = \"credit_limit\"\ncheck = \"expression\"\nexpression = \"credit_limit <= annual_purchase * 0.3 || level == 'A'\"\naccept = [\"credit_limit = 30 | annual_purchase = 100 | level = B\"]\nreject = [\"credit_limit = 30.01 | annual_purchase = 100 | level = B\"]",
    },
    Kind {
        name: "freshness",
        demands: Both(
            "The newest date of the element in all files of a system is at most so many days before the day of the run. Dates after that day do not count. It judges the system as a whole.",
            "系统全部文件中该日期数据元的最新日期距运行当日不超过若干天。晚于当日的日期不计。对系统整体判断。",
        ),
        why: Both(
            "An export that stands still hides every change since.",
            "停止更新的导出文件会掩盖此后的一切变化。",
        ),
        remedy: Both(
            "Find out why the export stands still, and export again.",
            "查明导出停更原因并重新导出。",
        ),
        nulls: Both(
            "Rows without a date do not count; a system whose rows have none at all fails. A system that has no column for the element is not judged, and that is said.",
            "没有日期的行不计；全部行都没有日期的系统不通过。没有该列的系统不判断，并予以说明。",
        ),
        keys: &[key(
            "max_age_days",
            "integer",
            None,
            "days; dates have no time of day, so neither has this",
        )],
        sample: "the dates of the rows with ` | ` between; samples are judged on 2026-01-15",
        example: "element = \"updated_date\"\ncheck = \"freshness\"\nmax_age_days = 30\naccept = [\"2019-07-01 | 2026-01-02\"]\nreject = [\"2019-07-01 | 2025-11-30\"]",
    },
    Kind {
        name: "row-count",
        demands: Both(
            "The number of rows of a system lies between `min` and `max`, and has not changed by more than `max_change` since the last run. Rejected rows do not count. It judges the system as a whole, takes no `when`, and its findings stand at the element.",
            "系统的行数在 `min` 与 `max` 之间，且与上次运行相比变动不超过 `max_change`。被拒收的行不计。对系统整体判断，不接受 `when`，问题记在该数据元上。",
        ),
        why: Both(
            "Half an export looks like a good one, row by row.",
            "只导出一半的文件，逐行看并无问题。",
        ),
        remedy: Both(
            "Export again, and see that the export runs to its end.",
            "重新导出，并确认导出完整结束。",
        ),
        nulls: Both(
            "Rows count whether the element has a value or not. Without a last run the change is not judged.",
            "无论该数据元是否有值，行都计入。没有上次运行时不判断变动。",
        ),
        keys: &[
            key("min", "integer", Some("unbounded"), "fewest rows"),
            key("max", "integer", Some("unbounded"), "most rows"),
            key(
                "max_change",
                "percentage",
                Some("not judged"),
                "largest change against the last run, such as `\"20%\"`",
            ),
        ],
        sample: "the number of rows, or `90 after 100` for a change",
        example: "element = \"name\"\ncheck = \"row-count\"\nmin = 1\nmax_change = \"20%\"\naccept = [\"1\", \"90 after 100\"]\nreject = [\"0\", \"70 after 100\"]",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::{EntityType, shipped};
    use crate::rulebook::parse_rules;
    use crate::validate::failing_samples;

    /// The example of every kind is a rule that parses, is of that kind, and whose samples behave.
    #[test]
    fn examples_are_true() {
        for kind in KINDS {
            let text = format!(
                "[[rule]]\ncode = 'XX001'\nseverity = 'error'\ndimension = 'accuracy'\nmessage = 'm'\nmessage_zh = 'm'\n{}",
                kind.example
            );
            let entity = EntityType::ALL
                .into_iter()
                .find(|&entity| parse_rules("r", &text, &shipped(entity)).is_ok());
            let entity = entity.unwrap_or_else(|| {
                panic!(
                    "{}: {:?}",
                    kind.name,
                    parse_rules("r", &text, &shipped(EntityType::Customer))
                )
            });
            let rule = parse_rules("r", &text, &shipped(entity)).unwrap().remove(0);
            assert_eq!(rule.check.kind_name(), kind.name);
            assert!(!rule.accept.is_empty() && !rule.reject.is_empty(), "{}", kind.name);
            assert_eq!(failing_samples(&rule, &shipped(entity)), [], "{}", kind.name);
        }
    }
}
