//! The rooms of Guiyi, pure: no files, no clock, no randomness, no hash order in a result.
//!
//! A record walks one way: standardize, validate, impute, match, cluster, survive.
//! [`pipeline`] is the corridor that calls the rooms in that order; each room is one function over a batch.
//!
//! Validating and matching records in memory:
//!
//! ```
//! use guiyi_core::{dictionary::EntityType, finding::{Language, Notes}, matching, pipeline};
//! use guiyi_core::{record::{Batch, Records}, rulebook::{Mistake, Rulebook, Source}};
//!
//! let rows = [
//!     ["C1", "深圳市蓝岭科技有限公司", "914403001922038216", "+86 138-0013-8001"],
//!     ["C2", "深圳蓝岭科技有限公司（停用）", "91440300192203821X", "13800138001"],
//!     ["C3", "杭州青禾食品有限公司", "", "12345"],
//! ];
//! let mut rulebook = Rulebook::shipped(EntityType::Customer, (2026, 3, 1))?;
//! let headers = ["客户编码", "客户名称", "统一社会信用代码", "手机"];
//! let source = Source::by_header("erp", &headers, "客户编码", &rulebook.dictionary).expect("the key is a header");
//! rulebook.sources.push(source);
//!
//! let batch = Batch::of_text(0, &rulebook.sources[0], &rows);
//! let cleansed = pipeline::cleanse(vec![batch], Notes::default(), &rulebook, &mut |_| {});
//! let phone = cleansed.notes.findings.iter().find(|finding| finding.key.as_deref() == Some("C3") && finding.row == 3);
//! assert!(phone.is_some_and(|finding| !finding.fault.describe(Language::English).is_empty()));
//!
//! let n_elements = rulebook.dictionary.elements.len();
//! let (records, _) = Records::gather(&cleansed.batches, &Records::default(), n_elements);
//! let found = matching::run(&records, &rulebook, &matching::Decisions::default()).expect("no model is given");
//! assert_eq!((found.pairs[0].a, found.pairs[0].b), (0, 1)); // C1 and C2
//! # Ok::<(), Vec<Mistake>>(())
//! ```

pub mod record;

pub mod finding;

pub mod dictionary;

pub mod rulebook;

mod edit;

mod holder;

pub mod global_id;

pub mod foreign_phone;

pub mod standardize;

pub mod validate;

pub mod impute;

pub mod matching;

pub mod cluster;

pub mod crosswalk;

pub mod survive;

pub mod score;

pub mod pipeline;

pub mod entry;

pub mod profile;
