//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.

pub mod aws;
pub mod collect;
pub mod diagnostic;
pub mod domain;
pub mod snapshot;
