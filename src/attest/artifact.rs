//! What a registry holds about an image, as bytes that nobody has believed yet.

use std::collections::BTreeMap;

use crate::domain::Digest;

/// Something that claims to be about an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Digest of the manifest that it stands in.
    pub manifest: Digest,
    /// What it is.
    pub content: Content,
}

/// The forms that signatures and attestations come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A layer below the tag `sha256-….sig`: a payload of simple signing, and annotations that hold the signature.
    SimpleSigning(Layer),
    /// A layer below the tag `sha256-….att`: a DSSE envelope, and annotations that hold certificate and log entry.
    Attestation(Layer),
    /// A sigstore bundle, v0.1 to v0.3, in JSON.
    Bundle(Vec<u8>),
    /// A signature of the Notary Project as JWS (`application/jose+json`).
    NotationJws(Vec<u8>),
    /// Something known that is not verified here, such as COSE; with its media type.
    Unsupported(String),
}

/// A layer with what its descriptor is annotated with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// Its blob.
    pub payload: Vec<u8>,
    /// The annotations of its descriptor.
    pub annotations: BTreeMap<String, String>,
}
