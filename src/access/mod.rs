//! What each IAM principal may do to ECS, and under which conditions.
//!
//! It stands apart because it is IAM's logic and nothing else: policies and the names of actions in, grants and decisions
//! out. What is an action, on what it acts and which condition keys it supports is data ([`Reference`]).
//!
//! **Invariant:** what cannot be decided is *unknown*. A grant says at least what IAM would grant, a denial at most what IAM
//! would deny, and a condition key binds only where no request could go round it.

mod pattern;
mod reference;
mod tri;

pub use reference::{Action, Key, Reference, Values, reference};
pub use tri::Tri;
