//! Which attestors verify which image.
//!
//! It stands apart because trust is decided here and nowhere else: what a registry serves are bytes, and they stay bytes until
//! something here has verified them against an attestor's own trust material.
//! Nothing is asked of the network by verifying; registries are behind [`crate::registry::Registry`].
//!
//! **Invariant:** what cannot be had or cannot be read never counts as "not signed": `no_signature` needs a registry that said
//! that there is none.
//!
//! **Invariant:** one good signature is enough for an attestor, and no number of bad ones takes it away.

mod artifact;
mod attestor;
mod discover;
mod examine;
mod facts;
pub mod notation;
mod outcome;
pub mod sigstore;

pub use artifact::{Artifact, Content, Layer};
pub use attestor::{Attestor, Trust};
pub use examine::{Known, Revocations, Target, examine, is_lasting, refusal, unknown};
pub use facts::{
    Answer, AttestorStatus, DigestSource, Examined, Image, Layout, Refused, Signature, Standing, UserKind,
    Users,
};
pub use outcome::{
    Evidence, LogEntry, Outcome, Refusal, Revocation, RevocationQuery, RevocationState, SignedAt, Signer,
    TimeSource,
};

#[cfg(test)]
mod tests;
