//! One account × Region of AWS: who is asking, how fast, and what an answer must be before it is believed.
//!
//! It stands apart because reading (`collect`) and writing (`publish`) share it: one identity, one set of token buckets,
//! one account of calls.
//! It knows no resource: what is asked for, and what an answer means, is for the rooms that call it.
//!
//! **Invariant:** an answer that was cut short or does not parse is an error here, never an empty success.
//!
//! **Invariant:** neither a credential nor a body reaches a log, an error or a span: the SDK's own tracing is switched
//! off around each call, and errors carry AWS's code and message only.

mod call;
mod classify;
mod client;
mod operation;
mod page;
mod plain;
mod probe;
mod rates;
mod session;

pub use call::{Answer, Body, CallCount, CallError, Calls};
pub use operation::Operation;
pub use page::PageGuard;
pub use probe::{Probe, WholeAnswer};
pub use rates::{Bucket, Rate};
pub use session::{Error, Identity, Limits, Options, Role, Session};

pub(crate) use classify::chain;
pub(crate) use client::{Api, Ask, Client, Protocol, escaped};
pub(crate) use plain::{configured_endpoint, dns_suffixes, signed};
pub(crate) use session::retry_partition;
#[cfg(test)]
pub(crate) use session::testing;
#[cfg(test)]
mod tests;
