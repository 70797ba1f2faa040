//! Desired findings × what is recorded × what was observed → a plan.
//!
//! It stands apart because it is the part that must never be wrong: it decides which findings are created, changed and
//! closed. Everything in it is a pure function; `now` is an argument. Executing a plan is for `publish`, remembering it for
//! `ledger`, and neither decides anything.
//!
//! **Invariant:** a plan closes a finding only where this pass looked: its control was evaluated without error over a
//! population that was listed completely, or its bundle was loaded whole and no longer holds the control. Everything else
//! that is missing is *held*, with a reason. [`verify()`] checks that independently of the code that makes plans.
//!
//! **Invariant:** `CreatedAt` and `FirstObservedAt` of a finding never move, and its `UpdatedAt` only grows.
//!
//! **Invariant:** after a plan was carried out and nothing changed, the next plan writes nothing.

mod findings;
#[cfg(test)]
mod model;
mod observed;
mod plan;
mod record;
mod redacted;
mod silence;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod verify;

pub use findings::{description, findings};
pub use observed::{Looked, Observed};
pub use plan::{
    Answer, ArchiveReason, Desired, Entry, HoldReason, Plan, Refusal, Settings, Step, UpdateReason, Write,
    WriteOutcome, default_heartbeat, plan,
};
pub use record::{ContentDigest, Generator, Recorded, Records, State, Target, Times};
pub use silence::Silence;
pub(crate) use text::{cut, lines};
pub use verify::{Breach, verify};
