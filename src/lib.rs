//! tidewaiter: a scheduled governance auditor and reconciler for Amazon ECS.

pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod domain;
pub mod report;
pub mod snapshot;
