//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.

pub mod diagnostic;
pub mod domain;
pub mod ledger;
pub mod publish;
pub mod reconcile;
pub mod snapshot;
