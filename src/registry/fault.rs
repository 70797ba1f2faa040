//! What every back end says when it does not give what was asked for.

use super::{Fault, Limits};
use crate::aws::CallError;
use crate::domain::{Digest, GapKind};
use crate::http;

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
