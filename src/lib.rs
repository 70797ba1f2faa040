//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.
//!
//! One pass takes a [snapshot] of one account and Region as one JSON document, judges it with Rego bundles
//! ([`policy`]), turns the verdicts into findings and a plan ([`reconcile`]) by what earlier passes left in the
//! [`ledger`], carries the plan out where it was told to ([`publish`]), and says what happened ([`report`]).
//!
//! # Invariants
//!
//! **Invariant:** absence of evidence is a value ([`domain::Gap`]). Nothing that could not be read is passed, and nothing
//! that could not be seen is closed.
//!
//! **Invariant:** everything between the snapshot and the plan is pure: no clock, environment, network, file or
//! randomness. `now` is an argument.
//!
//! **Invariant:** only [`aws`], [`collect`], `http`, [`publish`] and [`sources`] import AWS's SDK; only [`policy`] imports the
//! engine; only [`command`] reads the clock. `tests/it/tidy.rs` holds that.
//!
//! **Invariant:** nothing in AWS is written but findings, and those only when a person asked for it.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | pass | one run over one account and Region |
//! | estate | what is really there |
//! | snapshot, document | what a pass saw of it, as JSON |
//! | collection | resources of one kind in a document, by ARN or id |
//! | coverage, gap | what was read of a collection; evidence that could not be had |
//! | bundle, control | a set of policies; one policy that judges each member of its population |
//! | violation, verdict | one thing that a control found; its answer about one resource |
//! | exception | somebody's decision to live with a failure until a day |
//! | finding | what a verdict becomes when it is remembered and published |
//! | plan, ledger | what is to be done about findings; what earlier passes did |

pub mod access;
pub mod attest;
pub mod aws;
pub mod cli;
pub mod collect;
pub mod command;
pub mod config;
pub mod diagnostic;
pub mod domain;
pub mod fixture;
pub mod guardrails;
mod http;
pub mod ledger;
pub mod policy;
pub mod publish;
pub mod reconcile;
pub mod registry;
pub mod report;
pub mod snapshot;
pub mod sources;
#[cfg(test)]
mod testing;
