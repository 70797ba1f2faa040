//! Signatures of the Notary Project, those of AWS Signer among them.
//!
//! It stands apart because its rules are a specification of their own: envelope, chain and levels have nothing in common with
//! sigstore's. It must not believe anything in an envelope before the chain and the signature hold.
//!
//! **Invariant:** integrity is enforced at every level: the envelope is in its form, each certificate is fit for its place, the
//! leaf's key made the signature, and the payload is about the image by media type, digest and size.
//!
//! **Invariant:** a certificate counts as trusted byte for byte, and only for the signing scheme of its store.
//!
//! Where this is stricter than Notation: a critical header that is not known is refused also where no plugin is named, an
//! envelope has no other members, a subject with an attribute twice belongs to nobody, and a certificate that was revoked is
//! refused at every level that looks. Its trust store of timestamp authorities is not there: a timestamp is not evaluated, so that
//! a signature counts only while its certificates are valid.
//!
//! Why a signature counts for nothing:
//!
//! | code | meaning |
//! |---|---|
//! | `malformed_envelope` | not a flattened JWS with just its four members, or too long |
//! | `malformed_header` | headers that are missing, of another form, or that the signing scheme does not have |
//! | `malformed_chain` | `x5c` holds no certificates, too many, or some that cannot be read |
//! | `malformed_payload` | the payload does not describe an artifact |
//! | `unsupported_content` | the payload is of another type |
//! | `unsupported_scheme` | neither `notary.x509` nor `notary.x509.signingAuthority` |
//! | `unsupported_key` | the leaf has a key that the Notary Project does not sign with |
//! | `unsupported_algorithm` | a certificate is signed in a way that is not known or not its issuer's |
//! | `sha1` | a certificate is signed with SHA-1 |
//! | `broken_chain` | a certificate is not issued by the next, or the last not by itself |
//! | `unfit_certificate` | basicConstraints, keyUsage or extendedKeyUsage are wrong for its place |
//! | `other_algorithm` | `alg` is not the one that the leaf's key implies |
//! | `wrong_signature` | the leaf's key did not make the signature |
//! | `other_image` | it is about another image, by digest, media type or size |
//! | `plugin_required` | a plugin has to take part whose work is not done here |
//! | `unknown_critical` | a critical header is not known |
//! | `untrusted_chain` | no certificate of the chain is trusted for the signing scheme |
//! | `other_identity` | the signer is not among the trusted identities |
//! | `not_aws_signer` | AWS Signer was asked for, and did not make it |
//! | `other_profile` | AWS Signer made it with another signing profile |
//! | `outside_validity` | a certificate was not valid when it counts |
//! | `signed_in_future` | the signing authority's time lies ahead |
//! | `expired` | the signature's own expiry is over |
//! | `revoked` | a certificate was revoked |
//!
//! Nobody can tell: `revocation_unknown`, where a level enforces revocation and a list is missing or out of date.

mod certificate;
mod chain;
mod crl;
mod envelope;
mod identity;
mod json;
mod judge;
mod level;
mod signer;
mod store;

use jiff::Timestamp;

pub use crl::Crl;
pub use identity::TrustedIdentity;
pub use judge::NotationTrust;
pub use level::{Action, Check, Level, Strictness};
pub use signer::{ProfileArn, SignerTrust};
pub use store::TrustStore;

use super::{Outcome, Refusal};
use crate::registry::Descriptor;
use chain::Chain;
use envelope::Envelope;

/// What an attestor trusts.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Certificates and identities.
    Notation(NotationTrust),
    /// Profiles of AWS Signer.
    Signer(SignerTrust),
}

impl Trust {
    /// SHA-256 over everything that decides answers, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Notation(trust) => trust.fingerprint(),
            Self::Signer(trust) => trust.fingerprint(),
        }
    }
}

impl Trust {
    /// When the first of the trusted certificates counts no longer.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Notation(trust) => trust.expires_at(),
            Self::Signer(trust) => trust.expires_at(),
        }
    }

    /// The profiles of AWS Signer that are trusted; none for an attestor that trusts certificates.
    #[must_use]
    pub fn profiles(&self) -> &[ProfileArn] {
        match self {
            Self::Notation(_) => &[],
            Self::Signer(trust) => trust.profiles(),
        }
    }
}

/// What an envelope (`application/jose+json`) is to an attestor that wants this image signed.
#[must_use]
pub fn signature(envelope: &[u8], image: &Descriptor, trust: &Trust, now: Timestamp) -> Outcome {
    judged(envelope, image, trust, now).unwrap_or_else(Outcome::Refused)
}

fn judged(envelope: &[u8], image: &Descriptor, trust: &Trust, now: Timestamp) -> Result<Outcome, Refusal> {
    let envelope = Envelope::new(envelope)?;
    let chain = Chain::new(&envelope.chain)?;
    envelope.is_signed_by(chain.leaf())?;
    envelope.is_about(image)?;
    match trust {
        Trust::Notation(trust) => trust.judge(&envelope, &chain, now),
        Trust::Signer(trust) => trust.judge(&envelope, &chain, now),
    }
}

/// A foreign text as it is shown to people: without control characters, and not too much of it.
fn shown(text: &str) -> String {
    let mut characters =
        text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character });
    let mut shown = characters.by_ref().take(200).collect::<String>();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
