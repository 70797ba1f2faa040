//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.

pub mod diagnostic;
pub mod domain;
pub mod policy;
pub mod snapshot;
