//! Signatures and attestations of cosign: with keys, and keyless.
//!
//! It stands apart because only it knows sigstore's formats; cryptography, certificates and logs are for `sigstore-verify`, which
//! this room holds to what the bytes are about: the image, the kind of statement, and who the attestor trusts.
//!
//! **Invariant:** a log entry that an answer rests on is about the very signature, key or certificate, and bytes of that answer.
//!
//! **Invariant:** every moment that certificates are judged at was signed by a log or a timestamp authority that is trusted; `now`
//! only bounds the future.
//!
//! Codes of refusals:
//!
//! | code | why a signature counts for nothing |
//! |---|---|
//! | `wrong_key` | the attestor's key did not make it over these bytes |
//! | `wrong_payload` | the key of its own certificate did not make it over these bytes |
//! | `other_image` | it is about another image |
//! | `other_issuer` | another OIDC issuer vouched for the signer |
//! | `other_subject` | somebody else signed |
//! | `other_claims` | the CI run that signed says otherwise than the attestor demands |
//! | `not_a_signature` | it is a statement about the image, or something else, but no signature |
//! | `not_an_attestation` | it is a signature, but no statement about the image |
//! | `no_certificate` | a keyless signature is asked for, and it has no certificate |
//! | `untrusted_certificate` | no trusted authority issued the certificate, or the authority was not valid then |
//! | `certificate_expired` | the certificate was not valid when it was used |
//! | `sct_missing` | the certificate does not show that it was logged |
//! | `sct_invalid` | no trusted certificate log logged the certificate |
//! | `log_entry_missing` | it was not logged, and has to be |
//! | `log_untrusted` | another log logged it |
//! | `log_entry_invalid` | the log did not sign the entry, or does not hold it |
//! | `log_entry_foreign` | the entry is about something else |
//! | `log_time_invalid` | the entry is from the future, or from when the certificate was not valid |
//! | `timestamp_missing` | nobody who is trusted says when it was signed |
//! | `timestamp_invalid` | no trusted authority made the timestamp, or it is about something else |
//! | `malformed` | it cannot be read |
//! | `too_large` | it is larger than anything that is read |
//! | `unsupported` | its form is known and not verified here |

mod form;
mod identity;
mod judge;
mod key;
mod pem;
mod read;
mod refuse;
mod root;
mod statement;
mod trust;

use jiff::Timestamp;

pub use self::identity::{CLAIMS, Matcher};
pub use self::key::PublicKey;
pub use self::root::{PUBLIC_GOOD_DATE, TrustedRoot};
pub use self::trust::{KeyTrust, KeylessTrust, Trust};

use self::form::Form;
use super::{Content, Outcome, Refusal};
use crate::domain::Digest;

/// What sigstore's artifacts claim to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A signature of the image, or what stands where signatures stand and cannot be read.
    Signature,
    /// A signed statement about the image.
    Attestation {
        /// What kind of statement it is, when that can be read.
        predicate_type: Option<String>,
    },
}

/// What an artifact claims to be; `None` when it is not sigstore's.
///
/// Nothing is verified by this: it is for choosing between [`signature`] and [`attestation`], which look for themselves.
#[must_use]
pub fn concerns(content: &Content) -> Option<Kind> {
    match content {
        Content::SimpleSigning(_) => Some(Kind::Signature),
        Content::Attestation(layer) => {
            let predicate_type = Form::attestation(layer).ok().and_then(|form| form.predicate_type());
            Some(Kind::Attestation { predicate_type })
        }
        Content::Bundle(bytes) => match Form::bundle(bytes).ok().and_then(|form| form.predicate_type()) {
            Some(predicate_type) if predicate_type != statement::SIGNATURE => {
                Some(Kind::Attestation { predicate_type: Some(predicate_type) })
            }
            _ => Some(Kind::Signature),
        },
        Content::NotationJws(_) | Content::Unsupported(_) => None,
    }
}

/// Whether an artifact is a signature of this image that the attestor trusts.
#[must_use]
pub fn signature(content: &Content, image: &Digest, trust: &Trust, now: Timestamp) -> Outcome {
    let form = match content {
        Content::SimpleSigning(layer) => Form::simple_signing(layer),
        Content::Bundle(bytes) => Form::bundle(bytes),
        Content::Attestation(_) | Content::NotationJws(_) | Content::Unsupported(_) => {
            Err(Refusal::new("not_a_signature", "it stands where no signature of sigstore's stands"))
        }
    };
    answer(form.and_then(|form| {
        form.must_be_a_signature()?;
        judge::judge(&form, image, trust, now)
    }))
}

/// Whether an artifact is a statement about this image by somebody whom the attestor trusts, and what kind of statement it says
/// it is.
#[must_use]
pub fn attestation(
    content: &Content,
    image: &Digest,
    trust: &Trust,
    now: Timestamp,
) -> (Option<String>, Outcome) {
    let form = match content {
        Content::Attestation(layer) => Form::attestation(layer),
        Content::Bundle(bytes) => Form::bundle(bytes),
        Content::SimpleSigning(_) | Content::NotationJws(_) | Content::Unsupported(_) => {
            Err(Refusal::new("not_an_attestation", "it stands where no attestation of sigstore's stands"))
        }
    };
    let predicate_type = form.as_ref().ok().and_then(Form::predicate_type);
    let outcome = answer(form.and_then(|form| {
        form.must_be_an_attestation()?;
        judge::judge(&form, image, trust, now)
    }));
    (predicate_type, outcome)
}

fn answer(judged: Result<super::Evidence, Refusal>) -> Outcome {
    match judged {
        Ok(evidence) => Outcome::Verified(Box::new(evidence)),
        Err(refusal) => Outcome::Refused(refusal),
    }
}
