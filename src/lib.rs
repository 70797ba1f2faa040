//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.

pub mod aws;
pub mod diagnostic;
pub mod domain;
pub mod snapshot;
