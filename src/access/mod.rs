//! What each IAM principal may do to ECS, and under which conditions.
//!
//! It stands apart because it is IAM's logic and nothing else: policies and the names of actions in, grants and decisions
//! out. What is an action, on what it acts and which condition keys it supports is data ([`Reference`]).
//!
//! **Invariant:** what cannot be decided is *unknown*. A grant says at least what IAM would grant, a denial at most what IAM
//! would deny, and a condition key binds only where no request could go round it.

mod bits;
mod condition;
mod context;
mod decide;
mod document;
mod draft;
mod grants;
mod limit;
mod names;
mod operator;
mod organization;
mod pattern;
mod principal;
mod reference;
mod report;
mod resource;
mod scope;
mod tri;
mod variables;

pub use context::Context;
pub use decide::{Answer, Decision, Step, acts_on, decide};
pub use limit::{Tested, Word};
pub use principal::{Estate, Kind, Principal, Sources, Tag, Through};
pub use reference::{Action, Key, Reference, Values, reference};
pub use report::{Access, Binding, Bound, Grant, Granted, Origin, Void};
pub use tri::Tri;
