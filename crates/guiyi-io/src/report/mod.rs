//! What a run tells people: the summary, and the page made of it.

pub mod summary;

pub mod sample;

pub mod html;

pub mod explanation;

pub mod validation;

pub mod validation_html;

mod totals;

mod scorecard;

mod todo;

pub(crate) mod text;

mod chart;
