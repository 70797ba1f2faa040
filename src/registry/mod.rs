//! Reading registries: manifests, blobs and referrers, each held to its digest and to limits.
//!
//! It stands apart because only it knows how a registry is spoken to; what the bytes mean is for [`crate::attest`].
//!
//! **Invariant:** "there is none" ([`None`]) is said only when the registry said so; everything else that is not the bytes
//! asked for is a [`Fault`].
//!
//! **Invariant:** bytes that were asked for by digest have that digest.

mod answer;
mod credentials;
mod ecr;
mod fault;
#[cfg(test)]
pub(crate) mod in_memory;
pub mod manifest;
mod oci;
pub mod wire;

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::domain::{Digest, GapKind};

pub use credentials::{Credentials, DockerConfig};
pub use ecr::{Ecr, Place};
pub use oci::Oci;

/// A registry, for one repository.
pub trait Registry: Send + Sync {
    /// A manifest or an index; `None` when there is none of this name.
    fn manifest<'a>(&'a self, name: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>>;

    /// A blob; `None` when the registry says that it does not have it.
    fn blob<'a>(&'a self, blob: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>>;

    /// The manifests that name this one as their subject, all pages of them; `None` when the registry has no referrers API, so
    /// that the tag `sha256-…` has to be looked at.
    fn referrers<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>>;
}

/// What one question to a registry may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the blob of a signature: simple signing, JWS, COSE.
    pub signature_bytes: u64,
    /// Bytes of every other blob: bundles and attestations.
    pub attestation_bytes: u64,
    /// Referrers of one manifest, on all pages.
    pub referrers: usize,
    /// Pages of referrers.
    pub pages: usize,
    /// The longest that a question may take with everything that belongs to it: attempts, tokens, redirects, pages.
    pub question: Duration,
    /// The longest that it may take until one answer begins, its attempts included.
    pub answer: Duration,
    /// The longest that one answer may take after that.
    pub body: Duration,
    /// The first pause before another attempt; each further one is longer.
    pub backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            signature_bytes: 1 << 20,
            attestation_bytes: 16 << 20,
            referrers: 100,
            pages: 20,
            question: Duration::from_secs(120),
            answer: Duration::from_secs(40),
            body: Duration::from_secs(60),
            backoff: Duration::from_millis(500),
        }
    }
}

/// What a manifest is asked for by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A tag.
    Tag(String),
    /// Its digest.
    Digest(Digest),
}

/// What a manifest or a blob is called, and what it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// A manifest as it was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What the registry says it is.
    pub media_type: String,
    /// The digest of its bytes, which was worked out here.
    pub digest: Digest,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Manifest {
    /// What it is called.
    #[must_use]
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: self.media_type.clone(),
            digest: self.digest.clone(),
            size: u64::try_from(self.bytes.len()).unwrap_or(u64::MAX),
        }
    }
}

/// Why a registry did not give what was asked for. It carries no credentials and no body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What was done: `ecr:BatchGetImage`, or `GET /v2/…/manifests`.
    pub operation: String,
    /// What kind of failure it was.
    pub kind: GapKind,
    /// The registry's code, or ours where there was no answer.
    pub code: String,
    /// For people.
    pub message: String,
    /// The IAM action that is missing, when that is the reason.
    pub missing: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.operation, self.message, self.code)
    }
}

impl std::error::Error for Fault {}
