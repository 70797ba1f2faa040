//! What every back end says when it does not give what was asked for.

use super::{Descriptor, Fault, Limits};
use crate::aws::CallError;
use crate::domain::{Digest, GapKind};
use crate::http;

/// Media types of blobs that are signatures and nothing else.
const SIGNATURES: [&str; 3] =
    ["application/cose", "application/jose+json", "application/vnd.dev.cosign.simplesigning.v1+json"];

impl Fault {
    /// A fault without a missing permission.
    pub(super) fn new(operation: &str, kind: GapKind, code: &str, message: impl Into<String>) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            code: code.to_owned(),
            message: message.into(),
            missing: None,
        }
    }

    /// What was found wrong while asking over HTTP.
    pub(super) fn of_http(operation: &str, error: &http::Error) -> Self {
        let (kind, code) = match error {
            http::Error::Unreachable(_) => (GapKind::Timeout, "Connection"),
            http::Error::Late(_) => (GapKind::Timeout, "Timeout"),
            http::Error::Garbled(_) => (GapKind::Malformed, "MalformedAnswer"),
            http::Error::Interrupted(_) => (GapKind::Truncated, "IncompleteBody"),
            http::Error::TooLarge(_) => (GapKind::Truncated, "TooLarge"),
            http::Error::Credentials(_) => (GapKind::Denied, "Credentials"),
        };
        Self::new(operation, kind, code, error.to_string())
    }

    /// The question took longer than it may.
    pub(super) fn late(operation: &str, limits: &Limits) -> Self {
        let message = format!("the question was not answered within {} s", limits.question.as_secs());
        Self::new(operation, GapKind::Timeout, "Deadline", message)
    }

    /// Bytes that are not those that were asked for.
    pub(super) fn other_bytes(operation: &str, asked: &Digest, found: &Digest) -> Self {
        let message = format!("the bytes have the digest {found}, and {asked} was asked for");
        Self::new(operation, GapKind::Contradiction, "OtherDigest", message)
    }

    /// More referrers or pages of them than are read.
    pub(super) fn too_many(operation: &str, limit: usize, what: &str) -> Self {
        let message = format!("there are more than {limit} {what}");
        Self::new(operation, GapKind::Truncated, "TooManyReferrers", message)
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        let CallError { action, kind, code, message, missing, retries: _ } = error;
        Self { operation: action.to_owned(), kind, code, message, missing }
    }
}

/// Refuses a blob that is too large before it is asked for.
pub(super) fn check_size(operation: &str, blob: &Descriptor, limits: &Limits) -> Result<(), Fault> {
    let is_signature = SIGNATURES.contains(&blob.media_type.as_str());
    let limit = if is_signature { limits.signature_bytes } else { limits.attestation_bytes };
    if blob.size > limit {
        let message = format!("the blob has {} bytes, and at most {limit} are read", blob.size);
        return Err(Fault::new(operation, GapKind::Truncated, "TooLarge", message));
    }
    Ok(())
}

/// The bytes of a blob, if they are those that were asked for.
pub(super) fn check_blob(operation: &str, blob: &Descriptor, bytes: Vec<u8>) -> Result<Vec<u8>, Fault> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size != blob.size {
        let message = format!("the blob has {size} bytes, and its descriptor says {}", blob.size);
        return Err(Fault::new(operation, GapKind::Contradiction, "OtherSize", message));
    }
    check_digest(operation, &blob.digest, &bytes)?;
    Ok(bytes)
}

/// The digest of bytes, if it is the one that was asked for.
pub(super) fn check_digest(operation: &str, asked: &Digest, bytes: &[u8]) -> Result<(), Fault> {
    let found = Digest::of(bytes);
    if found == *asked { Ok(()) } else { Err(Fault::other_bytes(operation, asked, &found)) }
}
