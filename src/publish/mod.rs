//! Findings in the form, and at the place, where Security Hub wants them.
//!
//! It stands apart because it is the only room that writes to Security Hub, and because ASFF is somebody else's wire
//! format: its types are here and nowhere else. [`asff`] is pure; [`SecurityHub`] carries a plan out and makes no choices.
//!
//! **Invariant:** whatever a policy or a resource holds, what is sent obeys every limit of ASFF that AWS documents.
//!
//! **Invariant:** no finding outside the prefix `tidewaiter/` is ever read for a decision, or written. Nothing of Security
//! Hub itself is ever enabled or configured.

pub mod asff;
mod security_hub;

pub use security_hub::{Error, Rate, SecurityHub, Settings};
