//! Identifiers of Chinese and international master data: parse, validate, format, repair and explain.
//!
//! Where it stands: below every room. A rule, a standardizer or the command line names an identifier by its [`Kind`],
//! or takes its type and carries a value that is valid by construction.
//!
//! ```
//! use guiyi_ident::{CreditCode, Kind, org9};
//!
//! let code = CreditCode::parse("'9144 0300-1922 038216")?;
//! assert_eq!(code.to_string(), "914403001922038216");
//! assert_eq!(code.org_code().to_string(), "19220382-1");
//! assert_eq!(org9("440300192203821"), Some(code.org_code()));
//! assert_eq!(Kind::CreditCode.suggest("9l4403001922038216"), ["914403001922038216"]);
//! # Ok::<(), guiyi_ident::IdentError>(())
//! ```
//!
//! Laws: no clock, no files, no randomness; no input panics; `parse` of what `Display` writes is the same value;
//! the codes whose speed counts ([`CreditCode`], [`ResidentId`], [`Mobile`]) are `Copy` and parse without allocation.

mod error;
mod part;
mod text;
mod warning;

mod check_digit;
mod date;
mod suggest;

mod kind;
mod org_code;

pub mod bank_card;
pub mod cnaps;
pub mod credit_code;
pub mod email;
pub mod global_id;
pub mod landline;
pub mod mobile;
pub mod postcode;
pub mod region;
pub mod registration_number;
pub mod resident_id;

pub use bank_card::BankCard;
pub use cnaps::Cnaps;
pub use credit_code::CreditCode;
pub use email::Email;
pub use error::{IdentError, Text};
pub use global_id::GlobalId;
pub use kind::{Checked, Kind};
pub use landline::Landline;
pub use mobile::Mobile;
pub use org_code::{OrgCode, org9};
pub use part::Part;
pub use postcode::Postcode;
pub use registration_number::RegistrationNumber;
pub use resident_id::ResidentId;
pub use text::compact;
pub use warning::Warning;
