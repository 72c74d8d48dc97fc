//! The query part of an address, read strictly: a parameter that the route does not know, or that occurs twice, is an
//! error, because a filter with a slip of the pen would answer something else than was asked.

use axum::extract::Query as Pairs;
use axum::http::Uri;
use guiyi_core::rulebook::nearest;

use crate::problem::{Kind, Problem};

/// The parameters of a request, each of them known.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(&'static str, String)>,
}

impl Query {
    /// `names`: the parameters of the route.
    pub(crate) fn read(uri: &Uri, names: &[&'static str]) -> Result<Self, Problem> {
        let Ok(Pairs(sent)) = Pairs::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(unreadable());
        };
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in sent {
            let Some(&known) = names.iter().find(|known| **known == name) else {
                return Err(unknown(&name, names));
            };
            // What is not UTF-8 has been replaced by this character.
            if value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(unreadable().with("parameter", known));
            }
            if pairs.iter().any(|pair| pair.0 == known) {
                let problem = Problem::new(Kind::RepeatedParameter).with("parameter", known);
                return Err(problem.detail(format!("{known} occurs twice"), format!("参数 {known} 出现多次")));
            }
            pairs.push((known, value));
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter; `None` if it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|pair| pair.0 == name);
        pair.map(|pair| pair.1.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    pub(crate) fn require(&self, name: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| {
            Problem::new(Kind::MissingParameter)
                .with("parameter", name)
                .detail(format!("{name} is required"), format!("必须提供参数 {name}"))
        })
    }
}

/// A parameter whose value is none of those that it may have.
pub(crate) fn bad(name: &'static str, allowed: &str) -> Problem {
    Problem::new(Kind::BadParameter)
        .with("parameter", name)
        .with("allowed", allowed)
        .detail(
            format!("{name} must be {allowed}"),
            format!("参数 {name} 的取值应为 {allowed}"),
        )
}

fn unreadable() -> Problem {
    Problem::new(Kind::BadParameter).detail(
        "the query is not percent-encoded UTF-8",
        "查询参数不是百分号编码的 UTF-8",
    )
}

fn unknown(name: &str, names: &[&'static str]) -> Problem {
    let problem = Problem::new(Kind::UnknownParameter).with("allowed", names);
    match nearest(name, names.iter().copied()) {
        Some(near) => problem.detail(format!("did you mean {near}?"), format!("是否想用 {near}？")),
        None if names.is_empty() => problem.detail("the route has no parameters", "该接口没有参数"),
        None => {
            let all = names.join(", ");
            problem.detail(format!("the parameters are: {all}"), format!("可用参数：{all}"))
        }
    }
}
