//! Scores per system: the files of a system counted together, dimension by dimension.

use super::summary::{Score, SourceSummary};
use super::text::sum;

/// The scores of one system.
#[derive(Debug)]
pub(crate) struct Scorecard<'a> {
    /// Name of the system.
    pub(crate) system: &'a str,
    /// The overall score, `None` for no data.
    pub(crate) overall: Option<f64>,
    /// One score per dimension, in the order of the sources.
    pub(crate) dimensions: Vec<Score>,
}

/// One card per system, in the order in which the systems appear.
///
/// The counts of a system's files are added; its overall score is the mean of its dimensions with data.
/// A system with a single file keeps the scores as they were counted.
pub(crate) fn by_system<'a>(sources: impl IntoIterator<Item = &'a SourceSummary>) -> Vec<Scorecard<'a>> {
    let mut groups: Vec<(&str, Vec<&SourceSummary>)> = Vec::new();
    for source in sources {
        match groups.iter_mut().find(|(system, _)| *system == source.system) {
            Some((_, group)) => group.push(source),
            None => groups.push((&source.system, vec![source])),
        }
    }
    groups.into_iter().map(|(system, group)| card(system, &group)).collect()
}

fn card<'a>(system: &'a str, sources: &[&SourceSummary]) -> Scorecard<'a> {
    if let [source] = sources {
        let (overall, dimensions): (Vec<_>, Vec<_>) = source
            .scores
            .iter()
            .cloned()
            .partition(|score| score.dimension == "overall");
        return Scorecard {
            system,
            overall: overall.first().and_then(|score| score.score),
            dimensions,
        };
    }
    let mut names: Vec<&str> = Vec::new();
    for score in sources.iter().flat_map(|source| &source.scores) {
        if score.dimension != "overall" && !names.contains(&score.dimension.as_str()) {
            names.push(&score.dimension);
        }
    }
    let dimensions: Vec<Score> = names.into_iter().map(|name| added(name, sources)).collect();
    let known: Vec<f64> = dimensions.iter().filter_map(|score| score.score).collect();
    let overall = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
    Scorecard {
        system,
        overall,
        dimensions,
    }
}

fn added(dimension: &str, sources: &[&SourceSummary]) -> Score {
    let scores = || {
        sources
            .iter()
            .flat_map(|source| &source.scores)
            .filter(|score| score.dimension == dimension)
    };
    let (passed, total) = (
        sum(scores().map(|score| score.passed)),
        sum(scores().map(|score| score.total)),
    );
    let score = (total > 0).then(|| passed as f64 / total as f64);
    Score {
        dimension: dimension.to_owned(),
        passed,
        total,
        score,
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::tests::{score, source};
    use super::*;

    #[test]
    fn files_of_a_system_count_together() {
        let sources = [
            source("erp", vec![score("conformity", 1, 2), score("accuracy", 0, 0)]),
            source("crm", vec![score("conformity", 0, 0), score("overall", 0, 0)]),
            source("erp", vec![score("conformity", 2, 2), score("timeliness", 1, 4)]),
        ];
        let cards = by_system(&sources);
        let seen: Vec<_> = cards.iter().map(|card| (card.system, card.overall)).collect();
        assert_eq!(seen, [("erp", Some(0.5)), ("crm", None)]);
        let erp: Vec<_> = cards[0]
            .dimensions
            .iter()
            .map(|score| (score.passed, score.total, score.score))
            .collect();
        assert_eq!(erp, [(3, 4, Some(0.75)), (0, 0, None), (1, 4, Some(0.25))]);
        assert!(by_system([]).is_empty());
    }
}
