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
mod check_scheme;
mod country;
mod date;
mod gs1_prefix;
mod province;
mod suggest;

mod kind;
mod org_code;

mod conversion;
mod identify;
mod reference;

pub mod bank_card;
pub mod cnaps;
pub mod credit_code;
pub mod email;
pub mod foreign_permit;
pub mod global_id;
pub mod gtin;
pub mod hs_code;
pub mod icp;
pub mod landline;
pub mod lei;
pub mod mobile;
pub mod passport;
pub mod plate;
pub mod postcode;
pub mod region;
pub mod registration_number;
pub mod resident_id;
pub mod resident_permit;
pub mod service_number;
pub mod tax_classification;
pub mod taxpayer_number;
pub mod travel_permit;
pub mod url;
pub mod vat_invoice_code;
pub mod vat_invoice_number;

pub use bank_card::BankCard;
pub use check_scheme::CheckScheme;
pub use cnaps::Cnaps;
pub use conversion::{Conversion, conversions};
pub use credit_code::CreditCode;
pub use email::Email;
pub use error::{IdentError, Text};
pub use foreign_permit::ForeignResidentPermit;
pub use global_id::GlobalId;
pub use gtin::Gtin;
pub use hs_code::HsCode;
pub use icp::Icp;
pub use identify::{identify, nearest};
pub use kind::{Checked, Kind, UnknownKind};
pub use landline::Landline;
pub use lei::Lei;
pub use mobile::Mobile;
pub use org_code::{OrgCode, org9};
pub use part::Part;
pub use passport::Passport;
pub use plate::Plate;
pub use postcode::Postcode;
pub use reference::Reference;
pub use registration_number::RegistrationNumber;
pub use resident_id::ResidentId;
pub use resident_permit::ResidentPermit;
pub use service_number::ServiceNumber;
pub use tax_classification::TaxClassification;
pub use taxpayer_number::TaxpayerNumber;
pub use text::compact;
pub use travel_permit::TravelPermit;
pub use url::Url;
pub use vat_invoice_code::VatInvoiceCode;
pub use vat_invoice_number::VatInvoiceNumber;
pub use warning::Warning;
