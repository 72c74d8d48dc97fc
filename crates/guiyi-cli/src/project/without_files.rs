//! What a project says without its input files: enough to compute golden records anew and to name their elements.

use std::sync::Arc;

use guiyi_core::dictionary::EntityType;
use guiyi_core::rulebook::{Rulebook, Source};

use super::{Input, Project};

impl Project {
    /// The rulebook of an entity type without its files: what it takes to compute golden records anew. `None` if the
    /// project has no source of that type.
    pub(crate) fn rulebook(&self, entity: EntityType) -> Option<Rulebook> {
        let entity = self
            .entities
            .iter()
            .find(|of_project| of_project.dictionary.entity == entity)?;
        let policies = entity.policies();
        let mapping = vec![None; entity.dictionary.elements.len()];
        let source = |input: &Input| Source {
            system: Arc::clone(&input.system),
            headers: Vec::new(),
            key_column: 0,
            mapping: mapping.clone(),
            code_pattern: None,
            day_first: None,
        };
        Some(Rulebook {
            dictionary: entity.dictionary.clone(),
            sources: entity.inputs.iter().map(source).collect(),
            rules: Vec::new(),
            matching: policies.matching,
            survivorship: policies.survivorship,
            imputation: Vec::new(),
            today: (1970, 1, 1),
        })
    }

    /// The elements of an entity type with what people call them.
    pub(crate) fn labels(&self, entity: EntityType, chinese: bool) -> Vec<(String, String)> {
        let of_type = self
            .entities
            .iter()
            .filter(|of_project| of_project.dictionary.entity == entity);
        let elements = of_type.flat_map(|entity| &entity.dictionary.elements);
        elements
            .map(|element| {
                let label = if chinese { &element.label_zh } else { &element.name };
                (element.name.to_string(), label.to_string())
            })
            .collect()
    }
}
