//! Attestors: whose signatures count, and what is looked for.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Content, Outcome, Refusal, notation, sigstore};
use crate::domain::Digest;
use crate::registry::Descriptor;

/// Whose signatures count.
#[derive(Debug, Clone)]
pub struct Attestor {
    /// What policies call it.
    pub name: String,
    /// Whether the signature of an index counts for the platforms that it lists.
    pub via_index: bool,
    /// Statements that are looked for, by the type of their predicate.
    pub attestations: BTreeSet<String>,
    /// What its signatures are verified with.
    pub trust: Trust,
}

/// What signatures are verified with.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Keys and identities of sigstore, as cosign uses them.
    Sigstore(sigstore::Trust),
    /// The Notary Project's, AWS Signer's among them.
    Notation(notation::Trust),
}

/// The forms that have to be looked at for some attestors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Forms {
    /// Signatures of cosign.
    pub(super) signatures: bool,
    /// Statements that cosign signs.
    pub(super) attestations: bool,
    /// Signatures of the Notary Project.
    pub(super) notation: bool,
    /// Indexes that an image is a platform of.
    pub(super) indexes: bool,
}

impl Forms {
    /// What attestors need.
    pub(super) fn of<'a>(attestors: impl IntoIterator<Item = &'a Attestor>) -> Self {
        let mut forms = Self::default();
        for attestor in attestors {
            match attestor.trust {
                Trust::Sigstore(_) => {
                    forms.signatures = true;
                    forms.attestations |= !attestor.attestations.is_empty();
                }
                Trust::Notation(_) => forms.notation = true,
            }
            forms.indexes |= attestor.via_index;
        }
        forms
    }
}

/// What is verified: an image or an index, as its registry described it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject<'a> {
    pub(super) digest: &'a Digest,
    /// Its descriptor, when the manifest was read.
    pub(super) descriptor: Option<&'a Descriptor>,
}

/// What something in a registry is to an attestor.
#[derive(Debug)]
pub(super) enum Found {
    /// A signature, and what came of it.
    Signature(Outcome),
    /// A statement of this type, and what came of it.
    Attestation(String, Outcome),
    /// Nothing that this attestor makes.
    Nothing,
}

impl Attestor {
    /// SHA-256 over everything that decides its answers, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let trust = match &self.trust {
            Trust::Sigstore(trust) => trust.fingerprint(),
            Trust::Notation(trust) => trust.fingerprint(),
        };
        let attestations = self.attestations.iter().map(String::as_str).collect::<Vec<_>>();
        let decides = serde_json::json!([trust, self.via_index, attestations]);
        Digest::of(decides.to_string().as_bytes()).hex().to_owned()
    }

    /// What an artifact is to it.
    pub(super) fn look(&self, content: &Content, subject: &Subject<'_>, now: Timestamp) -> Found {
        match (&self.trust, content) {
            (Trust::Sigstore(trust), _) => match sigstore::concerns(content) {
                Some(sigstore::Kind::Attestation { predicate_type: Some(kind) })
                    if self.attestations.contains(&kind) =>
                {
                    let (_, outcome) = sigstore::attestation(content, subject.digest, trust, now);
                    Found::Attestation(kind, outcome)
                }
                Some(sigstore::Kind::Attestation { .. }) if matches!(content, Content::Attestation(_)) => {
                    Found::Nothing
                }
                // A statement that nobody looks for, in the place of a signature: it is refused as one.
                Some(_) => Found::Signature(sigstore::signature(content, subject.digest, trust, now)),
                None => Found::Nothing,
            },
            (Trust::Notation(trust), Content::NotationJws(envelope)) => {
                Found::Signature(match subject.descriptor {
                    Some(descriptor) => notation::signature(envelope, descriptor, trust, now),
                    None => Outcome::Unknown(Refusal::new(
                        "image_unread",
                        "the image's manifest could not be read, whose size and type are signed",
                    )),
                })
            }
            (Trust::Notation(_), Content::Unsupported(media_type)) => {
                Found::Signature(Outcome::Refused(Refusal::new(
                    "unsupported_envelope",
                    format!("signatures of the form `{media_type}` are not verified"),
                )))
            }
            _ => Found::Nothing,
        }
    }
}
