//! The manual pages of the codes that no rule pack declares: what reading and the rooms say by themselves.

use std::fmt::Write as _;

use guiyi_core::finding::Language;
use guiyi_core::rulebook::kinds::Both;
use guiyi_core::{impute, standardize, validate};
use serde_json::{Value, json};

use super::page::in_language;

/// A code of a room.
pub(super) struct RoomCode {
    code: &'static str,
    title: Both,
    room: &'static Room,
}

/// What the codes of one room have in common.
struct Room {
    name: &'static str,
    what: Both,
    nulls: Both,
    remedy: Both,
}

const READ: Room = Room {
    name: "read",
    what: Both(
        "Said while a file is read, about a row or a cell that the file itself has wrong.",
        "读取文件时发现的行或单元格问题，源自文件本身。",
    ),
    nulls: Both(
        "Empty cells are nulls and never a fault here.",
        "空单元格即空值，此处不算问题。",
    ),
    remedy: Both(
        "Look at the row of the file that the finding names; export again with the right delimiter, quotes and encoding.",
        "查看问题所指的文件行；以正确的分隔符、引号和编码重新导出。",
    ),
};

const STANDARDIZE: Room = Room {
    name: "standardize",
    what: Both(
        "A value was brought to the one canonical form of its kind, or could not be read as its kind and is held back. What was received is kept.",
        "值被转换为其类型的唯一规范形式；无法按其类型读取的值被扣留。原值始终保留。",
    ),
    nulls: Both("A null stays null.", "空值保持为空。"),
    remedy: Both(
        "Nothing, if the new form is right; corrections.csv has both. A value that is held back needs to be corrected in the system of origin.",
        "新形式正确则无需处理，corrections.csv 中列有前后值。被扣留的值需在来源系统中更正。",
    ),
};

const VALIDATE: Room = Room {
    name: "validate",
    what: Both(
        "Judged of every source without a rule: source keys, key elements, and doubts about valid identifiers.",
        "不依赖规则包、对每个来源都进行的判断：来源编码、关键数据元、有效但存疑的标识代码。",
    ),
    nulls: Both(
        "A row without a source key is rejected; a null in a key element is reported; elsewhere nulls pass.",
        "没有来源编码的行被拒收；关键数据元为空会报告；其余空值通过。",
    ),
    remedy: Both(
        "Correct the row in the system of origin: give it a key of its own, fill in the element, or look the identifier up at its issuer.",
        "在来源系统中更正：赋予唯一编码、补录数据元，或向发证机关核实标识代码。",
    ),
};

const IMPUTE: Room = Room {
    name: "impute",
    what: Both(
        "A gap in an element that is not key was filled, as the project file says. The value is marked imputed, and is never evidence in matching.",
        "按项目文件对非关键数据元的空值进行填补。填补值有标记，不作为匹配依据。",
    ),
    nulls: Both("Only nulls are filled.", "仅填补空值。"),
    remedy: Both(
        "Enter the true value in the system of origin; it takes the place of the imputed one.",
        "在来源系统中补录真实值，将替代填补值。",
    ),
};

/// Every code of every room, in the order of the walk.
fn all() -> impl Iterator<Item = RoomCode> {
    let read = guiyi_io::CODES
        .iter()
        .map(|code| (code.code, code.english, code.chinese, &READ));
    let of =
        |codes: &'static [(&str, &str, &str)], room: &'static Room| codes.iter().map(move |&(c, e, z)| (c, e, z, room));
    read.chain(of(standardize::CODES, &STANDARDIZE))
        .chain(of(validate::CODES, &VALIDATE))
        .chain(of(impute::CODES, &IMPUTE))
        .map(|(code, english, chinese, room)| RoomCode {
            code,
            title: Both(english, chinese),
            room,
        })
}

/// All codes of the rooms.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    all().map(|found| found.code)
}

/// The room's code of this name.
pub(super) fn find(code: &str) -> Option<RoomCode> {
    all().find(|found| found.code == code)
}

impl RoomCode {
    /// The page for people.
    pub(super) fn text(&self, language: Language) -> String {
        let chinese = language == Language::Chinese;
        let mut text = format!("{}  {}\n", self.code, in_language(self.title, language));
        for (english, title_zh, body) in [
            ("What", "要求", self.room.what),
            ("Nulls", "空值", self.room.nulls),
            ("What to do", "如何处理", self.room.remedy),
        ] {
            let title = if chinese { title_zh } else { english };
            _ = write!(text, "\n{title}\n  {}\n", in_language(body, language));
        }
        _ = if chinese {
            write!(text, "\n要点\n  环节：{}\n", self.room.name)
        } else {
            write!(text, "\nKey facts\n  room: {}\n", self.room.name)
        };
        text
    }

    /// The page for programs.
    pub(super) fn json(&self) -> Value {
        json!({
            "code": self.code,
            "room": self.room.name,
            "message": self.title.0,
            "message_zh": self.title.1,
            "demands": self.room.what.0,
            "demands_zh": self.room.what.1,
            "nulls": self.room.nulls.0,
            "nulls_zh": self.room.nulls.1,
            "remedy": self.room.remedy.0,
            "remedy_zh": self.room.remedy.1,
        })
    }
}
