//! The HTTP service over the golden-record store: what other systems ask, answered as JSON.
//!
//! Stands behind the store and beside the command line, and is the only crate that knows HTTP. Today it reads only.
//! `docs/service.md` shows the routes with examples.
//!
//! | route | answer | problems of its own |
//! |---|---|---|
//! | `GET /healthz` | the process lives | |
//! | `GET /readyz` | the store opens and answers | `store-unavailable` |
//! | `GET /metrics` | counters of this process, OpenMetrics text | |
//! | `GET /v1/ids/{code}` | what an ID stands for: `active`, `superseded` or `retired`, with `canonical_gid`, and `retired_at` for the last | `malformed-id`, `never-issued` |
//! | `GET /v1/golden/{gid}` | version, values and members of the golden record that the ID stands for now; `view=lineage` adds where each value came from; `ETag` and `If-None-Match` | `malformed-id`, `never-issued`, `retired` |
//! | `GET /v1/golden/{gid}?as_of=&known_at=` | the golden record of that ID as it was: `known_at` when it was known, `as_of` when it held, a day or an instant each; one or both, as `guiyi golden show` has them | `malformed-id`, `never-issued`, `not-then` |
//! | `GET /v1/crosswalk?entity=&system=&key=` | the ID that a system's code leads to | `unknown-code` |
//! | `POST /v1/find?entity=&most=` | the golden records that the record in the body may be: decision, probability, weight, the level of each element, what keeps them apart, and their values | `not-json`, `bad-record`, `unknown-element`, `index-unavailable` |
//! | `GET /v1/changes?since=&limit=` | the change feed in commit order behind a cursor, which is opaque; empty for the beginning | `unknown-cursor` |
//! | `GET /v1/requests?state=` | change requests: what they ask for, who proposed and approved them, where they stand | |
//! | `GET /v1/requests/{number}` | one of them | `unknown-request` |
//!
//! Any route may answer `no-such-route`, `method-not-allowed`, `unknown-parameter`, `repeated-parameter`,
//! `missing-parameter`, `bad-parameter`, `query-too-long`, `body-too-large`, `foreign-host`, `timeout`, `store-unavailable`
//! or `failed`.
//!
//! Laws:
//! - Every error is a problem document (RFC 9457, `application/problem+json`) in English and Chinese; its `type` is
//!   `urn:guiyi:problem:` and one of the names above, which never change. Only requests that are no HTTP at all are
//!   refused without one.
//! - An issued ID is never "not found". A superseded one answers 200 with `canonical_gid`, no redirect: a cached redirect
//!   outlives a split.
//! - Values of sensitive elements are masked in every answer, and hidden whole if no dictionary knows their element. A
//!   right to see them does not exist yet, nor does authentication, so that only this machine is served.
//! - No answer mixes two states of the store, whoever writes meanwhile.
//! - No value that was sent is repeated in a problem.

mod error;
mod service;

mod guard;
mod routes;

mod problem;
mod query;

mod entries;
mod known;
mod mask;
mod metrics;
mod stores;

pub use error::SyncError;
pub use known::{Found, StoreIndex, candidates, index};
pub use service::{Config, Server, bind, serve};

#[cfg(test)]
mod tests;
