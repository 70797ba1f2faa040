//! The verifier's errors as refusals.

use sigstore_verify::bundle::Error as BundleError;
use sigstore_verify::{CertificateError, Error, TimestampError, TransparencyLogError};

use super::read::clause;
use crate::attest::Refusal;

/// A refusal for what the verifier did not accept of something that is about the image, and whose envelope can be read.
pub(super) fn refusal(error: &Error) -> Refusal {
    let code = match error {
        Error::IdentityMismatch { .. } => "other_subject",
        Error::IssuerMismatch { .. } => "other_issuer",
        Error::SignatureInvalid(_) => "wrong_payload",
        // That it is about the image was settled before, so that only the log's entry can be about something else.
        Error::ArtifactMismatch(_) => "log_entry_foreign",
        Error::Certificate(error) => match error {
            CertificateError::Malformed(_) => "malformed",
            CertificateError::NotYetValid { .. } | CertificateError::Expired { .. } => "certificate_expired",
            CertificateError::Sct(_) => "sct_invalid",
            _ => "untrusted_certificate",
        },
        Error::TransparencyLog(error) => match error {
            TransparencyLogError::UnknownLog { .. } => "log_untrusted",
            TransparencyLogError::EntryMismatch(_) => "log_entry_foreign",
            TransparencyLogError::IntegratedTime(_) => "log_time_invalid",
            _ => "log_entry_invalid",
        },
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => "timestamp_missing",
        Error::Timestamp(_) => "timestamp_invalid",
        Error::Bundle(error) => match error {
            BundleError::MissingInclusionPromise(_)
            | BundleError::MissingInclusionProof(_)
            | BundleError::MissingCheckpoint
            | BundleError::LogIndexOutOfRange { .. }
            | BundleError::CheckpointRootMismatch => "log_entry_invalid",
            BundleError::MissingSigningTimeEvidence => "log_entry_missing",
            BundleError::UnsupportedMediaType(_) | BundleError::UnsupportedVerificationMaterial => {
                "unsupported"
            }
            _ => "malformed",
        },
        Error::UnsupportedArtifact(_) | Error::UnsupportedBundle(_) => "unsupported",
        _ => "malformed",
    };
    Refusal::new(code, clause(&error.to_string()))
}
